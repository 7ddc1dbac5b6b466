//! Order, levels, and costs of reports as a whole.

use super::fixture::run;
use super::{Format, Report, Style, render};
use crate::diagnostic::{Code, Diagnostic};
use crate::lints::{Level, Lints};
use crate::source::{SourceKind, Sources};

fn titles(report: &Report) -> Vec<&str> {
    report.findings.iter().map(|(_, diagnostic)| diagnostic.title.as_str()).collect()
}

#[test]
fn messages_follow_the_book() {
    let mut sources = Sources::default();
    let facts = sources.add(SourceKind::Facts, "database.toml", "abc");
    let second = sources.add(SourceKind::Chapter, "src/b.md", "abc");
    let third = sources.add(SourceKind::Chapter, "src/a.md", "abc");
    let config = sources.add(SourceKind::Config, "book.toml", "abc");
    let spans = [facts.span(0..1), third.span(1..2), second.span(2..3), second.span(1..2), config.span(2..3)];
    let diagnostics = ["facts", "third", "second, late", "second, early", "config"]
        .into_iter()
        .zip(spans)
        .map(|(title, span)| Diagnostic::new(Code::WrongForm, title, span, ""))
        .collect();
    let report = Report::new(diagnostics, Vec::new(), &Lints::default(), false, &sources);
    assert_eq!(titles(&report), ["config", "second, early", "second, late", "third", "facts"]);
}

#[test]
fn nothing_is_said_twice() {
    let mut sources = Sources::default();
    let id = sources.add(SourceKind::Chapter, "src/a.md", "abc");
    let diagnostic = |title: &str, at: usize| Diagnostic::new(Code::WrongForm, title, id.span(at..at + 1), "");
    let all = vec![diagnostic("a", 0), diagnostic("b", 0), diagnostic("a", 1), diagnostic("a", 0)];
    let report = Report::new(all, Vec::new(), &Lints::default(), false, &sources);
    assert_eq!(titles(&report), ["a", "b", "a"]);
}

#[test]
fn what_is_allowed_is_not_mentioned_and_only_errors_fail() {
    let run = run();
    let mut lints = Lints::default();
    lints.set(Code::UnfilledPlaceholder, Level::Allow);
    lints.set(Code::UnusedFact, Level::Warn);
    lints.set(Code::MissingFactsFile, Level::Warn);
    let report = Report::new(run.diagnostics.clone(), run.progress.clone(), &lints, false, &run.sources);
    assert!(!report.failed());
    let text = render(&report, &run.sources, Format::Human, Style::default());
    assert!(!text.contains("unfilled") && text.ends_with("\n\nwarning: 3 warnings\n"), "{text}");
    assert!(run.report(false).failed());
    assert!(!run.report(true).failed(), "drafts only warn");
}

#[test]
fn a_run_without_mistakes_says_nothing_to_people() {
    let report = Report::default();
    for format in [Format::Human, Format::Short, Format::Github] {
        assert_eq!(render(&report, &Sources::default(), format, Style::default()), "");
    }
}

#[test]
fn formats_have_the_names_of_the_command_line() {
    for &format in Format::ALL {
        assert_eq!(Format::from_name(format.as_str()), Some(format));
    }
    assert_eq!(Format::from_name("xml"), None);
}
