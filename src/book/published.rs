//! Placeholders that would be published, whatever the configuration lets pass.

use std::ops::Range;

use super::{FilledPage, Input};
use crate::diagnostic::{Code, Diagnostic, Label, Severity};
use crate::source::SourceId;
use crate::template::PlaceholderKind;

/// Placeholders that stay on the page because of a mistake which the configuration lets pass: they have to be told by
/// the code that says so.
pub(super) fn left(input: &Input<'_>, page: &FilledPage) -> Option<Diagnostic> {
    let passes = |code: Code| input.config.lints.severity(code, false) != Some(Severity::Error);
    let mut left = page.filled.left.iter().filter(|(_, code)| passes(*code)).map(|(id, _)| *id).collect::<Vec<_>>();
    left.sort_unstable();
    left.dedup();
    let places = left.iter().filter_map(|&id| page.template.placeholders.get(id)).map(|placeholder| &placeholder.range);
    let help = "mend what the warnings say; `draft = true` marks what stays on the page";
    unfilled(input.chapters[page.chapter].source, places, help)
}

/// Whether a placeholder may stay away without being missed, or is removed with its surroundings.
pub(super) fn is_loose(kind: PlaceholderKind) -> bool {
    matches!(kind, PlaceholderKind::Residue | PlaceholderKind::Topic | PlaceholderKind::Continuation)
}

/// Placeholders that stay on the page, as one message.
pub(super) fn unfilled<'p>(
    source: SourceId,
    ranges: impl Iterator<Item = &'p Range<usize>>,
    help: &str,
) -> Option<Diagnostic> {
    let text = "would be published".to_owned();
    let mut places = ranges.map(|range| Label { span: source.span(range.clone()), text: text.clone() });
    let (first, more) = (places.next()?, places.collect::<Vec<_>>());
    let title = match more.len() {
        0 => "a placeholder has no fact that fits".to_owned(),
        more => format!("{} placeholders have no fact that fits", more + 1),
    };
    let diagnostic = Diagnostic::new(Code::UnfilledPlaceholder, title, first.span, first.text);
    let diagnostic = diagnostic.with_help(help);
    Some(Diagnostic { more, ..diagnostic })
}
