//! What a run says, put in order and turned into text: the diagnostics, and how complete each template is.

mod explain;
mod human;
mod lines;
mod summary;
mod wording;

use std::collections::HashSet;

use crate::diagnostic::{Code, Diagnostic, Progress, Severity};
use crate::lints::Lints;
use crate::source::{Sources, Span};

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
}

/// How text for people looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Style {
    /// ANSI colours.
    pub color: bool,
    /// Columns of the terminal, where known; longer source lines are cut around the place.
    pub width: Option<usize>,
}

/// The report as text, ending in a newline unless there is nothing to say.
pub fn render(report: &Report, sources: &Sources, format: Format, style: Style) -> String {
    match format {
        Format::Human => human::render(report, sources, style),
    }
}
