//! A book of one page in memory, filled by the library as the preprocessor would: nothing is read from disk.

#![allow(dead_code, reason = "each test takes what it needs")]

pub(crate) mod structure;
pub(crate) mod tree;

use mdbook_database::book::{self, Chapter, Input, Outcome};
use mdbook_database::config::{Config, ConfigSource};
use mdbook_database::diagnostic::Severity;
use mdbook_database::project::FactSet;
use mdbook_database::report::{self, Format, Report, Style};
use mdbook_database::source::{SourceKind, Sources};
use serde_json::Value;

/// What came of a page.
pub(crate) struct Page {
    /// The page as published, or as it came where nothing is to be changed.
    pub(crate) text: String,
    /// What the book is filled to.
    pub(crate) outcome: Outcome,
    /// The texts that messages point into.
    pub(crate) sources: Sources,
    config: Config,
}

/// The page `template`, declared, filled from `facts`; `table` is `[preprocessor.database]`.
pub(crate) fn fill(template: &str, facts: &str, table: &Value) -> Page {
    let mut sources = Sources::default();
    let book_toml = sources.add(SourceKind::Config, "book.toml", "");
    let file = sources.add(SourceKind::Facts, "database.toml", facts);
    let source = sources.add(SourceKind::Chapter, "src/database.md", template);
    let mut diagnostics = Vec::new();
    let config =
        Config::parse(ConfigSource { name: "database", table: Some(table), book_toml, text: "" }, &mut diagnostics);
    let path = "database.md";
    let mut outcome = book::fill(&Input {
        config: &config,
        renderer: "html",
        sources: &sources,
        chapters: vec![Chapter { path, source_path: path, text: template, source, declared: true, expanded: None }],
        paths: vec![path],
        facts: vec![FactSet { templates: None, files: vec![file], incomplete: false, unknown: Vec::new() }],
        threads: None,
        guard_includes: true,
    });
    outcome.diagnostics.extend(diagnostics);
    let text = outcome.chapters[0].clone().unwrap_or_else(|| template.to_owned());
    Page { text, outcome, sources, config }
}

impl Page {
    /// What there is to say, in a format.
    pub(crate) fn report(&self, format: Format) -> String {
        report::render(&self.findings(), &self.sources, format, Style::default())
    }

    /// The titles of what fails the build.
    pub(crate) fn errors(&self) -> Vec<String> {
        let findings = self.findings().findings.into_iter();
        findings.filter(|(severity, _)| *severity == Severity::Error).map(|(_, found)| found.title).collect()
    }

    fn findings(&self) -> Report {
        let Outcome { diagnostics, progress, .. } = &self.outcome;
        Report::new(diagnostics.clone(), progress.clone(), &self.config.lints, self.config.draft, &self.sources)
    }
}
