//! The count at the end: how complete each template is, and how many errors and warnings there were.

use super::Report;
use super::wording::{counted, one_line, severity_name};
use crate::diagnostic::{Code, Progress, Severity};

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
