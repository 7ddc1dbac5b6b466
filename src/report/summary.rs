//! The count at the end: how complete each template is, and how many errors and warnings there were.

use super::Report;
use super::wording::{one_line, severity_name};
use crate::diagnostic::{Code, Progress, Severity};
use crate::wording::counted;

/// The lines that close a report for people, each ending in a newline; empty if there is nothing to say.
///
/// One line for each incomplete template, then one that counts errors and warnings if there are others than the
/// placeholders that those lines speak of.
pub fn summary(report: &Report) -> String {
    let line = |(severity, text): (Severity, String)| format!("{}: {text}\n", severity_name(severity));
    summary_lines(report).into_iter().map(line).collect()
}

pub(super) fn summary_lines(report: &Report) -> Vec<(Severity, String)> {
    let incomplete = report.incomplete.filter(|severity| *severity > Severity::Note);
    let mut lines: Vec<_> = incomplete
        .into_iter()
        .flat_map(|severity| report.progress.iter().filter_map(incompleteness).map(move |text| (severity, text)))
        .collect();
    lines.extend(count_of_others(report, !lines.is_empty()));
    lines
}

/// `3 sections of database.md are incomplete (12 of 15 complete); 118 of 127 placeholders filled`.
fn incompleteness(progress: &Progress) -> Option<String> {
    let all = progress.sections.len();
    let complete = progress.sections.iter().filter(|section| section.complete).count();
    if complete == all {
        return None;
    }
    let missing = all - complete;
    let verb = if missing == 1 { "is" } else { "are" };
    let sections = counted(missing, "section");
    let chapter = one_line(&progress.chapter);
    let placeholders = placeholders(progress).unwrap_or_default();
    Some(format!("{sections} of {chapter} {verb} incomplete ({complete} of {all} complete){placeholders}"))
}

fn placeholders(progress: &Progress) -> Option<String> {
    let done: usize = progress.sections.iter().map(|section| section.done).sum();
    let total: usize = progress.sections.iter().map(|section| section.total).sum();
    (total > 0).then(|| format!("; {done} of {} filled", counted(total, "placeholder")))
}

fn count_of_others(report: &Report, placeholders_counted: bool) -> Option<(Severity, String)> {
    let other = |(severity, code): (Severity, Code)| {
        severity > Severity::Note && !(placeholders_counted && code == Code::UnfilledPlaceholder)
    };
    if !report.findings.iter().map(|(severity, diagnostic)| (*severity, diagnostic.code)).any(other) {
        return None;
    }
    let (errors, warnings) = (report.count(Severity::Error), report.count(Severity::Warning));
    Some(match (errors, warnings) {
        (0, _) => (Severity::Warning, counted(warnings, "warning")),
        (_, 0) => (Severity::Error, counted(errors, "error")),
        _ => (Severity::Error, format!("{}, {}", counted(errors, "error"), counted(warnings, "warning"))),
    })
}

#[cfg(test)]
mod tests {
    use super::summary;
    use crate::diagnostic::{Code, Diagnostic, Progress};
    use crate::lints::Lints;
    use crate::report::Report;
    use crate::report::fixture::section;
    use crate::source::{SourceKind, Sources};

    fn report(codes: &[Code], complete: usize, all: usize, draft: bool) -> String {
        let mut sources = Sources::default();
        let id = sources.add(SourceKind::Chapter, "src/database.md", "abcdefgh");
        let place = |(at, code): (usize, &Code)| Diagnostic::new(*code, "t", id.span(at..at + 1), "");
        let diagnostics = codes.iter().enumerate().map(place).collect();
        let sections = (0..all).map(|number| section("S", 8, 8 + usize::from(number >= complete), number < complete));
        let progress = vec![Progress { chapter: "database.md".to_owned(), sections: sections.collect() }];
        summary(&Report::new(diagnostics, progress, &Lints::default(), draft, &sources))
    }

    #[test]
    fn incomplete_sections_are_counted() {
        assert_eq!(
            report(&[Code::UnfilledPlaceholder; 3], 12, 15, false),
            "error: 3 sections of database.md are incomplete (12 of 15 complete); 120 of 123 placeholders filled\n"
        );
        assert_eq!(
            report(&[Code::UnfilledPlaceholder], 1, 2, false),
            "error: 1 section of database.md is incomplete (1 of 2 complete); 16 of 17 placeholders filled\n"
        );
    }

    #[test]
    fn other_mistakes_are_counted_with_them() {
        assert_eq!(
            report(&[Code::UnfilledPlaceholder, Code::UnusedFact, Code::UnansweredTopic], 1, 2, false),
            "error: 1 section of database.md is incomplete (1 of 2 complete); 16 of 17 placeholders filled\n\
             error: 2 errors, 1 warning\n"
        );
        assert_eq!(report(&[Code::UnusedFact], 2, 2, false), "error: 1 error\n");
        assert_eq!(report(&[Code::UnansweredTopic; 2], 2, 2, false), "warning: 2 warnings\n");
    }

    #[test]
    fn a_draft_warns() {
        assert_eq!(
            report(&[Code::UnfilledPlaceholder, Code::UnusedFact], 1, 2, true),
            "warning: 1 section of database.md is incomplete (1 of 2 complete); 16 of 17 placeholders filled\n\
             warning: 2 warnings\n"
        );
        assert!(report(&[Code::LikelySecret], 2, 2, true).starts_with("error: 1 error"));
    }

    #[test]
    fn nothing_is_said_when_all_is_well() {
        assert_eq!(report(&[], 15, 15, false), "");
        assert_eq!(report(&[Code::UnfilledSection], 15, 15, false), "", "notes are not counted");
    }
}
