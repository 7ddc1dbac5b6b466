//! One JSON object a line, for programs. Version 1 of the format; fields may be added to it, none is renamed or removed.
//!
//! Every object has `type` and `version`. There is one of type `diagnostic` for each message, in the order of the book:
//!
//! | field | value |
//! |---|---|
//! | `code`, `severity`, `message` | the stable code; `error`, `warning` or `note`; the title |
//! | `path` | the file, relative to the root of the book, with `/` |
//! | `line`, `column`, `end_line`, `end_column` | from 1, columns in characters, the end exclusive; null if the whole file is meant |
//! | `start`, `end` | byte offsets in the file, a byte order mark included; null if the whole file is meant |
//! | `changed` | true if an earlier preprocessor changed the text: lines and offsets then count in that text, not in the file |
//! | `label` | a few words about the place; may be empty |
//! | `places` | further places: the fields of a place (from `path` to `label`), and `message`, null for one more of the same |
//! | `notes`, `help` | arrays of sentences |
//! | `suggestions` | repairs: the fields of a place without `label`, `message`, and the `replacement` of `start..end` |
//!
//! The last line has type `summary`: `errors`, `warnings` and `notes` are counts, `failed` says whether the build fails,
//! and `chapters` has for each template `path`, `sections`, `complete`, `placeholders` and `filled` (sections of level 2).

use serde::Serialize;

use super::Report;
use super::edit::{Edit, edit};
use super::lines::{Position, Texts};
use super::wording::severity_name;
use crate::diagnostic::{Diagnostic, Label, Progress, Severity, Sub};
use crate::source::Span;

const VERSION: u32 = 1;

#[derive(Serialize)]
struct Message<'a> {
    r#type: &'static str,
    version: u32,
    code: &'static str,
    severity: &'static str,
    message: &'a str,
    #[serde(flatten)]
    region: Region<'a>,
    label: &'a str,
    places: Vec<Place<'a>>,
    notes: Vec<&'a str>,
    help: Vec<&'a str>,
    suggestions: Vec<Suggestion<'a>>,
}

#[derive(Serialize)]
struct Region<'a> {
    path: &'a str,
    line: Option<usize>,
    column: Option<usize>,
    end_line: Option<usize>,
    end_column: Option<usize>,
    start: Option<usize>,
    end: Option<usize>,
    changed: bool,
}

#[derive(Serialize)]
struct Place<'a> {
    message: Option<&'a str>,
    #[serde(flatten)]
    region: Region<'a>,
    label: &'a str,
}

#[derive(Serialize)]
struct Suggestion<'a> {
    message: &'a str,
    #[serde(flatten)]
    region: Region<'a>,
    replacement: String,
}

#[derive(Serialize)]
struct Summary<'a> {
    r#type: &'static str,
    version: u32,
    errors: usize,
    warnings: usize,
    notes: usize,
    failed: bool,
    chapters: Vec<Chapter<'a>>,
}

#[derive(Serialize)]
struct Chapter<'a> {
    path: &'a str,
    sections: usize,
    complete: usize,
    placeholders: usize,
    filled: usize,
}

pub(super) fn render(report: &Report, texts: &Texts<'_>) -> String {
    let mut text = String::new();
    for (severity, diagnostic) in &report.findings {
        push_line(&mut text, &message(*severity, diagnostic, texts));
    }
    push_line(&mut text, &summary(report));
    text
}

fn push_line(text: &mut String, value: &impl Serialize) {
    // Strings, numbers and arrays of them always serialise.
    text.push_str(&serde_json::to_string(value).unwrap_or_default());
    text.push('\n');
}

fn message<'a>(severity: Severity, diagnostic: &'a Diagnostic, texts: &Texts<'a>) -> Message<'a> {
    let more = diagnostic.more.iter().map(|label| place(None, label, texts));
    let others = diagnostic.subs.iter().filter_map(|sub| match sub {
        Sub::Place { message, label } => Some(place(Some(message), label, texts)),
        _ => None,
    });
    let texts_of = |wanted: fn(&Sub) -> Option<&str>| diagnostic.subs.iter().filter_map(wanted).collect();
    let edits = diagnostic.subs.iter().filter_map(|sub| edit(texts, sub));
    Message {
        r#type: "diagnostic",
        version: VERSION,
        code: diagnostic.code.as_str(),
        severity: severity_name(severity),
        message: &diagnostic.title,
        region: region(diagnostic.place.span, texts),
        label: &diagnostic.place.text,
        places: more.chain(others).collect(),
        notes: texts_of(|sub| if let Sub::Note(text) = sub { Some(text) } else { None }),
        help: texts_of(|sub| if let Sub::Help(text) = sub { Some(text) } else { None }),
        suggestions: edits.map(|edit| suggestion(edit, texts)).collect(),
    }
}

fn place<'a>(message: Option<&'a str>, label: &'a Label, texts: &Texts<'a>) -> Place<'a> {
    Place { message, region: region(label.span, texts), label: &label.text }
}

fn region<'a>(span: Span, texts: &Texts<'a>) -> Region<'a> {
    region_at(span, texts.position(span), texts)
}

/// A region with its numbers, or without any where a text is meant as a whole.
fn region_at<'a>(span: Span, at: Option<Position>, texts: &Texts<'a>) -> Region<'a> {
    let source = texts.source(span.source);
    let bytes = at.map(|_| texts.range(span));
    Region {
        path: &source.name,
        line: at.map(|at| at.line),
        column: at.map(|at| at.column),
        end_line: at.map(|at| at.end_line),
        end_column: at.map(|at| at.end_column),
        start: bytes.as_ref().map(|range| source.offset + range.start),
        end: bytes.as_ref().map(|range| source.offset + range.end),
        changed: source.changed,
    }
}

fn suggestion<'a>(edit: Edit<'a>, texts: &Texts<'a>) -> Suggestion<'a> {
    // An empty range at the start is a place, too.
    let region = region_at(edit.span(), Some(texts.span_position(edit.span())), texts);
    Suggestion { message: edit.message, region, replacement: edit.text.into_owned() }
}

fn summary(report: &Report) -> Summary<'_> {
    Summary {
        r#type: "summary",
        version: VERSION,
        errors: report.count(Severity::Error),
        warnings: report.count(Severity::Warning),
        notes: report.count(Severity::Note),
        failed: report.failed(),
        chapters: report.progress.iter().map(chapter).collect(),
    }
}

fn chapter(progress: &Progress) -> Chapter<'_> {
    Chapter {
        path: &progress.chapter,
        sections: progress.sections.len(),
        complete: progress.sections.iter().filter(|section| section.complete).count(),
        placeholders: progress.sections.iter().map(|section| section.total).sum(),
        filled: progress.sections.iter().map(|section| section.done).sum(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::report::fixture::run;
    use crate::report::{Format, Report, Style, render};
    use crate::source::Sources;

    fn objects() -> Vec<Value> {
        run().render(Format::Json).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[test]
    fn a_diagnostic_has_all_its_places_and_repairs() {
        let expected = json!({
            "type": "diagnostic", "version": 1, "code": "unfilled-placeholder", "severity": "error",
            "message": "`overview.größe` has no fact",
            "path": "src/database.md", "line": 3, "column": 14, "end_line": 3, "end_column": 20,
            "start": 31, "end": 37, "changed": false, "label": "required",
            "places": [{
                "message": null,
                "path": "src/database.md", "line": 4, "column": 16, "end_line": 4, "end_column": 26,
                "start": 53, "end": 63, "changed": false, "label": "this too",
            }],
            "notes": [], "help": [],
            "suggestions": [{
                "message": "add it to `[overview]`",
                "path": "database.toml", "line": 2, "column": 15, "end_line": 2, "end_column": 15,
                "start": 25, "end": 25, "changed": false, "replacement": "\ngröße = \"\"",
            }],
        });
        assert_eq!(objects()[0], expected);
    }

    #[test]
    fn offsets_count_the_byte_order_mark() {
        let run = run();
        let first = &objects()[0];
        let chapter = &run.sources.get(run.report(false).findings[0].1.place.span.source);
        let file = format!("\u{feff}{}", chapter.text);
        let at = |field: &str| usize::try_from(first[field].as_u64().unwrap()).unwrap();
        assert_eq!(&file[at("start")..at("end")], "[size]");
    }

    #[test]
    fn changed_texts_and_whole_files_are_marked() {
        let objects = objects();
        assert_eq!((&objects[1]["changed"], &objects[1]["notes"]), (&json!(true), &json!(["50%"])));
        assert_eq!(objects[2]["places"][0]["message"], "the nearest address is `overview.version`");
        assert_eq!((&objects[3]["line"], &objects[3]["start"]), (&Value::Null, &Value::Null));
        assert_eq!(objects[3]["help"], json!(["run it"]));
    }

    #[test]
    fn the_last_line_counts() {
        let expected = json!({
            "type": "summary", "version": 1, "errors": 3, "warnings": 1, "notes": 0, "failed": true,
            "chapters": [{ "path": "database.md", "sections": 2, "complete": 1, "placeholders": 7, "filled": 5 }],
        });
        assert_eq!(objects().last(), Some(&expected));
    }

    #[test]
    fn a_run_without_mistakes_is_a_summary() {
        let text = render(&Report::default(), &Sources::default(), Format::Json, Style::default());
        assert_eq!(text.lines().count(), 1);
        assert!(text.contains(r#""failed":false"#));
    }
}
