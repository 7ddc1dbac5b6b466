//! Workflow commands of GitHub Actions, one a line, which become annotations; then the count as plain lines.

use std::fmt::Write as _;

use super::Report;
use super::edit::edit;
use super::lines::Texts;
use super::summary::summary;
use super::wording::one_line;
use crate::diagnostic::{Diagnostic, Severity, Sub};
use crate::source::Span;

pub(super) fn render(report: &Report, texts: &Texts<'_>) -> String {
    let mut text = String::new();
    for (severity, diagnostic) in &report.findings {
        let properties = properties(diagnostic, texts);
        let message = data(&message(diagnostic, texts));
        // Writing to a string cannot fail.
        let _ = writeln!(text, "::{} {properties}::{message}", command(*severity));
    }
    text + &summary(report)
}

fn command(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    }
}

fn properties(diagnostic: &Diagnostic, texts: &Texts<'_>) -> String {
    let source = texts.source(diagnostic.place.span.source);
    let mut text = format!("file={}", property(&source.name));
    // A line of a changed text would be marked at the wrong place of the file.
    if let Some(at) = texts.position(diagnostic.place.span).filter(|_| !source.changed) {
        let _ = write!(text, ",line={}", at.line);
        // Columns are only accepted for places on one line.
        let _ = match at.line == at.end_line {
            true => write!(text, ",col={},endLine={},endColumn={}", at.column, at.end_line, at.end_column),
            false => write!(text, ",endLine={}", at.end_line),
        };
    }
    let _ = write!(text, ",title={}", property(diagnostic.code.as_str()));
    text
}

/// Title, label, and everything that the annotation cannot show by its place, one a line.
fn message(diagnostic: &Diagnostic, texts: &Texts<'_>) -> String {
    let mut text = one_line(&diagnostic.title).into_owned();
    if !diagnostic.place.text.is_empty() {
        let _ = write!(text, ": {}", one_line(&diagnostic.place.text));
    }
    if let Some(note) = texts.changed_note(diagnostic.place.span) {
        let _ = write!(text, "\n{note}");
    }
    for label in &diagnostic.more {
        let _ = write!(text, "\nalso at {}", location(label.span, texts));
    }
    for sub in &diagnostic.subs {
        text.push('\n');
        text.push_str(&sub_line(sub, texts));
    }
    text
}

fn sub_line(sub: &Sub, texts: &Texts<'_>) -> String {
    if let Some(edit) = edit(texts, sub) {
        let replacement = edit.text.trim_matches(['\n', '\r']);
        let (path, at) = (&texts.source(edit.source).name, texts.span_position(edit.span()));
        return format!("help: {} ({path}:{}):\n{replacement}", edit.message, at.line);
    }
    match sub {
        Sub::Place { message, label } => format!("note: {message} ({})", location(label.span, texts)),
        Sub::Help(text) => format!("help: {text}"),
        Sub::Note(text) => format!("note: {text}"),
        Sub::Insert { message, .. } | Sub::Replace { message, .. } => format!("help: {message}"),
    }
}

fn location(span: Span, texts: &Texts<'_>) -> String {
    let path = &texts.source(span.source).name;
    match texts.position(span) {
        Some(at) => format!("{path}:{}:{}", at.line, at.column),
        None => path.clone(),
    }
}

/// Escapes the message of a command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes the value of a property, where `:` and `,` have a meaning too.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use crate::report::Format;
    use crate::report::fixture::run;

    #[test]
    fn commands_are_escaped_and_name_file_and_columns() {
        let expected = r#"::error file=src/database.md,line=3,col=14,endLine=3,endColumn=20,title=unfilled-placeholder::`overview.größe` has no fact: required%0Aalso at src/database.md:4:16%0Ahelp: add it to `[overview]` (database.toml:2):%0Agröße = ""
::warning file=src/notes.md,title=unanswered-topic::a\nb%0Anote: an earlier preprocessor changed this chapter before it came here: lines are counted in the changed text, not in the file, line 3%0Anote: 50%25
::error file=database.toml,line=2,col=1,endLine=2,endColumn=8,title=unused-fact::`overview.verison` is shown nowhere: unused%0Anote: the nearest address is `overview.version` (src/database.md:4:16)%0Ahelp: rename it (database.toml:2):%0Aversion
::error file=b%2Cc%3A 100%25.toml,title=missing-facts-file::`b,c: 100%25.toml` is not there%0Ahelp: run it
error: 1 section of database.md is incomplete (1 of 2 complete); 5 of 7 placeholders filled
error: 3 errors, 1 warning
"#;
        assert_eq!(run().render(Format::Github), expected);
    }
}
