//! What a user sees, as whole strings.

use crate::diagnostic::{Code, Diagnostic, Severity, Sub};
use crate::lints::Lints;
use crate::report::{Format, Report, Style, render};
use crate::source::{SourceId, SourceKind, Sources, Span};

fn styled(diagnostics: Vec<Diagnostic>, sources: &Sources, style: Style) -> String {
    let report = Report::new(diagnostics, Vec::new(), &Lints::default(), false, sources);
    render(&report, sources, Format::Human, style)
}

/// The one diagnostic without the count that follows it.
fn plain(diagnostic: Diagnostic, sources: &Sources) -> String {
    let count = match diagnostic.code.default_severity() {
        Severity::Error => "\nerror: 1 error\n",
        Severity::Warning => "\nwarning: 1 warning\n",
        Severity::Note => "",
    };
    let text = styled(vec![diagnostic], sources, Style::default());
    text.strip_suffix(count).unwrap().to_owned()
}

fn chapter(text: &str) -> (Sources, SourceId) {
    let mut sources = Sources::default();
    let id = sources.add(SourceKind::Chapter, "src/database.md", text);
    (sources, id)
}

/// The place of `needle` in the text.
fn find(sources: &Sources, id: SourceId, needle: &str) -> Span {
    let at = sources.get(id).text.find(needle).unwrap();
    id.span(at..at + needle.len())
}

fn at(span: Span) -> Diagnostic {
    Diagnostic::new(Code::UnfilledPlaceholder, "`a.b` has no fact", span, "required")
}

#[test]
fn a_missing_fact_shows_the_placeholder_and_the_line_to_add() {
    let (mut sources, id) = chapter("## Overview\n\n- **Version:** [e.g., 16]\n");
    let facts = sources.add(SourceKind::Facts, "database.toml", "[overview]\n\n[tables]\n");
    let insert = Sub::Insert {
        message: "add it to `[overview]`".to_owned(),
        source: facts,
        at: 11,
        lines: "version = \"\"\n".to_owned(),
    };
    assert_eq!(
        plain(at(find(&sources, id, "[e.g., 16]")).with(insert), &sources),
        r#"error[unfilled-placeholder]: `a.b` has no fact
 --> src/database.md:3:16
  |
3 | - **Version:** [e.g., 16]
  |                ^^^^^^^^^^ required
  |
help: add it to `[overview]`
 --> database.toml:2
  |
2 + version = ""
  |
"#
    );
}
