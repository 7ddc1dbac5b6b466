//! One small run with something of everything, for the tests of the formats.

use super::{Format, Report, Style, render};
use crate::diagnostic::{Code, Diagnostic, Label, Progress, SectionProgress, Sub};
use crate::lints::Lints;
use crate::source::{Source, SourceId, SourceKind, Sources, Span};

pub(super) struct Run {
    pub(super) sources: Sources,
    pub(super) diagnostics: Vec<Diagnostic>,
    pub(super) progress: Vec<Progress>,
}

impl Run {
    pub(super) fn report(&self, draft: bool) -> Report {
        let (diagnostics, progress) = (self.diagnostics.clone(), self.progress.clone());
        Report::new(diagnostics, progress, &Lints::default(), draft, &self.sources)
    }

    pub(super) fn render(&self, format: Format) -> String {
        render(&self.report(false), &self.sources, format, Style::default())
    }
}

/// The place of `needle` in a text.
pub(super) fn find(sources: &Sources, id: SourceId, needle: &str) -> Span {
    let at = sources.get(id).text.find(needle).unwrap();
    id.span(at..at + needle.len())
}

pub(super) fn section(title: &str, done: usize, total: usize, complete: bool) -> SectionProgress {
    let address = title.to_lowercase();
    SectionProgress { title: title.to_owned(), address, done, total, complete }
}

/// A template with a byte order mark in the file, one missing and one misspelt fact, a changed chapter, and a file
/// that is not there.
pub(super) fn run() -> Run {
    let mut sources = Sources::default();
    let facts = sources.add(SourceKind::Facts, "database.toml", "[overview]\nverison = \"16\"\n");
    let missing = sources.add(SourceKind::Facts, "b,c: 100%.toml", "");
    let chapter = sources.push(Source {
        name: "src/database.md".to_owned(),
        text: "## Overview\n\n- **Größe:** [size]\n- **Version:** [e.g., 16]\n".to_owned(),
        kind: SourceKind::Chapter,
        changed: false,
        offset: 3,
    });
    let changed = sources.push(Source {
        name: "src/notes.md".to_owned(),
        text: "# Notes\n\n[overview.name]\n".to_owned(),
        kind: SourceKind::Chapter,
        changed: true,
        offset: 0,
    });
    let diagnostics = vec![
        unused(&sources, facts, chapter),
        Diagnostic::new(Code::MissingFactsFile, "`b,c: 100%.toml` is not there", missing.whole(), "")
            .with_help("run it"),
        Diagnostic::new(Code::UnansweredTopic, "a\nb", find(&sources, changed, "[overview.name]"), "").with_note("50%"),
        unfilled(&sources, chapter, facts),
    ];
    let sections = vec![section("Overview", 2, 4, false), section("Backup", 3, 3, true)];
    let progress = vec![Progress { chapter: "database.md".to_owned(), sections }];
    Run { sources, diagnostics, progress }
}

fn unfilled(sources: &Sources, chapter: SourceId, facts: SourceId) -> Diagnostic {
    let place = find(sources, chapter, "[size]");
    let mut unfilled = Diagnostic::new(Code::UnfilledPlaceholder, "`overview.größe` has no fact", place, "required");
    unfilled.more.push(Label { span: find(sources, chapter, "[e.g., 16]"), text: "this too".to_owned() });
    unfilled.with(Sub::Insert {
        message: "add it to `[overview]`".to_owned(),
        source: facts,
        at: 26,
        lines: "größe = \"\"\n".to_owned(),
    })
}

fn unused(sources: &Sources, facts: SourceId, chapter: SourceId) -> Diagnostic {
    let key = find(sources, facts, "verison");
    Diagnostic::new(Code::UnusedFact, "`overview.verison` is shown nowhere", key, "unused")
        .with_place("the nearest address is `overview.version`", find(sources, chapter, "[e.g., 16]"), "")
        .with(Sub::Replace { message: "rename it".to_owned(), span: key, text: "version".to_owned() })
}
