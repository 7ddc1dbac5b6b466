//! Placeholders that would be published, whatever the configuration lets pass.

use std::ops::Range;

use pulldown_cmark::{Event, Parser, Tag};

use super::{Chapter, FilledPage, Input};
use crate::diagnostic::{Code, Diagnostic, Label, Severity};
use crate::include::Inclusion;
use crate::markdown;
use crate::source::SourceId;
use crate::template::{self, PlaceholderKind};

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

/// Files with placeholders that mdBook includes in a page which is filled already. What is on the page no more, with
/// the section around it, is included nowhere.
pub(super) fn included(input: &Input<'_>, page: &FilledPage) -> Vec<Diagnostic> {
    let chapter = &input.chapters[page.chapter];
    let Some(expanded) = chapter.expanded else { return Vec::new() };
    let template = template::parse(&expanded.text, &|text| input.config.is_literal(text));
    let asks = |kind| !matches!(kind, PlaceholderKind::Residue | PlaceholderKind::Topic);
    let mut places: Vec<_> =
        template.placeholders.iter().filter(|place| asks(place.kind)).map(|place| &place.range).collect();
    places.sort_by_key(|range| range.start);
    let code = code(chapter.text);
    let mut told = Vec::new();
    for inclusion in &expanded.inclusions {
        let first = places.partition_point(|range| range.start < inclusion.range.start);
        let held: Vec<_> = places[first..].iter().take_while(|range| range.start < inclusion.range.end).collect();
        let stays = || page.filled.text.contains(&chapter.text[inclusion.directive.clone()]);
        if let Some(first) = held.first().filter(|_| stays()) {
            let written = &expanded.text[Range::clone(first)];
            let in_code = code.iter().any(|range| range.contains(&inclusion.directive.start));
            told.push(published_later(chapter, inclusion, written, held.len(), in_code));
        }
    }
    told
}

/// In code nobody can tell a placeholder from a bracket of the language, so that it does not fail the build.
fn published_later(
    chapter: &Chapter<'_>,
    inclusion: &Inclusion,
    first: &str,
    count: usize,
    in_code: bool,
) -> Diagnostic {
    let span = chapter.source.span(inclusion.directive.clone());
    let path = &inclusion.path;
    let after = "set `after = [\"links\"]` in `[preprocessor.database]`, so that what is included is filled, too";
    let more = if count > 1 { format!(" and {} more", count - 1) } else { String::new() };
    let label = format!("`{}`{more} would be published", first.lines().next().unwrap_or_default());
    if in_code {
        let title = format!("`{path}` is included after this template is filled, and holds brackets");
        let help = format!("{after}; if they are no placeholders, put `literal` behind the language of the code");
        return Diagnostic::new(Code::HiddenPlaceholder, title, span, label).with_help(help);
    }
    let title = format!("`{path}` is included after this template is filled, and holds placeholders");
    Diagnostic::new(Code::IncludedPlaceholder, title, span, label).with_help(after)
}

/// Code spans and blocks of a chapter.
fn code(text: &str) -> Vec<Range<usize>> {
    let events = Parser::new_ext(text, markdown::options()).into_offset_iter();
    let code = events.filter(|(event, _)| matches!(event, Event::Code(_) | Event::Start(Tag::CodeBlock(_))));
    code.map(|(_, range)| range).collect()
}
