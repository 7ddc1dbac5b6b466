//! What a run says, put in order and turned into text: the diagnostics, and how complete each template is.

mod color;
mod edit;
mod explain;
#[cfg(test)]
mod fixture;
mod github;
mod human;
mod json;
mod lines;
mod sarif;
mod short;
mod summary;
#[cfg(test)]
mod tests;
mod wording;

use std::borrow::Cow;
use std::collections::HashSet;

use crate::diagnostic::{Code, Diagnostic, Progress, Severity};
use crate::lints::Lints;
use crate::source::{Sources, Span};
use lines::Texts;

pub use color::{Color, ColorChoice, use_color};
pub use explain::{Explanation, explain};
pub use summary::summary;

/// Everything that a run has to say, in the order in which it is said.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// The diagnostics with the severity that the configuration gives them, in the order of the book.
    pub findings: Vec<(Severity, Diagnostic)>,
    /// How complete each template is, in the order of the book.
    pub progress: Vec<Progress>,
    /// What an incomplete section means: an error, in a draft a warning, nothing where the configuration allows it.
    incomplete: Option<Severity>,
}

impl Report {
    /// Applies the levels, drops what is allowed and what was said twice, and sorts: `book.toml`, the chapters in the
    /// order of the book, the facts files, each from top to bottom.
    pub fn new(
        diagnostics: Vec<Diagnostic>,
        progress: Vec<Progress>,
        lints: &Lints,
        draft: bool,
        sources: &Sources,
    ) -> Report {
        let severity = |code| lints.severity(code, draft);
        let mut findings: Vec<_> = once_each(diagnostics)
            .into_iter()
            .filter_map(|diagnostic| Some((severity(diagnostic.code)?, diagnostic)))
            .collect();
        findings.sort_by_key(|(_, diagnostic)| place_in_book(diagnostic.place.span, sources));
        Report { findings, progress, incomplete: severity(Code::UnfilledPlaceholder) }
    }

    /// Whether the build fails.
    pub fn failed(&self) -> bool {
        self.count(Severity::Error) > 0
    }

    fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|(found, _)| *found == severity).count()
    }
}

fn once_each(diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut seen = HashSet::with_capacity(diagnostics.len());
    let new = diagnostics.iter().map(|d| seen.insert((d.code, d.place.span, &d.title))).collect::<Vec<_>>();
    diagnostics.into_iter().zip(new).filter_map(|(diagnostic, new)| new.then_some(diagnostic)).collect()
}

fn place_in_book(span: Span, sources: &Sources) -> impl Ord + use<> {
    (sources.get(span.source).kind, span.source, span.start)
}

/// Who reads the report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// People: source lines with the places underlined, repairs, a count.
    #[default]
    Human,
    /// People in a hurry, and editors: one line for each diagnostic.
    Short,
    /// Programs: one JSON object a line, described in `json.rs`.
    Json,
    /// GitHub Actions: workflow commands, which become annotations.
    Github,
    /// Code scanning: one SARIF 2.1.0 log.
    Sarif,
}

impl Format {
    /// Every format, the default first.
    pub const ALL: &[Format] = &[Format::Human, Format::Short, Format::Json, Format::Github, Format::Sarif];

    /// The format of that name, as written on the command line.
    pub fn from_name(name: &str) -> Option<Format> {
        Format::ALL.iter().copied().find(|format| format.as_str() == name)
    }

    /// The name as written on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Format::Human => "human",
            Format::Short => "short",
            Format::Json => "json",
            Format::Github => "github",
            Format::Sarif => "sarif",
        }
    }
}

/// How text for people looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Style {
    /// ANSI colours.
    pub color: bool,
    /// Columns of the terminal, where known; longer source lines are cut around the place.
    pub width: Option<usize>,
}

impl Style {
    /// The text in one of the colours of a terminal, if colours are wanted.
    pub fn painted(self, text: &str, color: Color) -> Cow<'_, str> {
        if !self.color {
            return Cow::Borrowed(text);
        }
        Cow::Owned(format!("\u{1b}[{}m{text}\u{1b}[0m", color.code()))
    }
}

/// The report as text, ending in a newline unless there is nothing to say.
pub fn render(report: &Report, sources: &Sources, format: Format, style: Style) -> String {
    let texts = Texts::new(report.findings.iter().map(|(_, diagnostic)| diagnostic), sources);
    match format {
        Format::Human => human::render(report, &texts, style),
        Format::Short => short::render(report, &texts),
        Format::Json => json::render(report, &texts),
        Format::Github => github::render(report, &texts),
        Format::Sarif => sarif::render(report, &texts),
    }
}
