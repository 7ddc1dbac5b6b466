//! The lines around places, cut out of their text, so that rendering one diagnostic costs no more for a long chapter.

use std::borrow::Cow;
use std::ops::Range;

use crate::diagnostic::Label;
use crate::report::lines::Texts;
use crate::report::wording::is_unprintable;
use crate::source::Span;

/// Most bytes of source that one snippet is cut from.
const LARGEST: usize = 16 * 1024;

/// Whole lines of one text with the places to underline in them.
pub(super) struct Window<'a> {
    pub(super) text: Cow<'a, str>,
    pub(super) first_line: usize,
    pub(super) places: Vec<Place<'a>>,
}

/// A place in a [`Window`].
pub(super) struct Place<'a> {
    pub(super) range: Range<usize>,
    pub(super) label: &'a str,
    pub(super) primary: bool,
}

/// Whole lines of one text with what a repair replaces in them.
pub(super) struct ReplacementWindow<'a> {
    pub(super) text: Cow<'a, str>,
    pub(super) first_line: usize,
    pub(super) range: Range<usize>,
}

/// The windows that show `place` and those of `more` in the same text, the one with `place` first.
///
/// Places near each other share a window. Nothing if the line of `place` is too long to be shown.
pub(super) fn windows<'a>(
    texts: &Texts<'a>,
    place: &'a Label,
    more: &'a [Label],
    width: usize,
) -> Option<Vec<Window<'a>>> {
    let first = Cut::new(texts, place, true, width)?;
    let same_text = more.iter().filter(|label| label.span.source == place.span.source);
    let mut cuts: Vec<_> = same_text.filter_map(|label| Cut::new(texts, label, false, width)).collect();
    cuts.push(first);
    cuts.sort_by_key(|cut| (cut.range.start, !cut.primary));
    let mut windows: Vec<(bool, Vec<Cut<'a>>)> = Vec::new();
    for cut in cuts {
        match windows.last_mut() {
            Some((primary, group)) if cut.joins(group) => {
                *primary |= cut.primary;
                group.push(cut);
            }
            _ => windows.push((cut.primary, vec![cut])),
        }
    }
    windows.sort_by_key(|(primary, _)| !primary);
    let text = &texts.source(place.span.source).text;
    Some(windows.into_iter().map(|(_, cuts)| window(text, cuts)).collect())
}

/// The lines of a replacement, of a long one what is around the place; nothing if that is too long to be shown.
pub(super) fn replacement_window<'a>(texts: &Texts<'a>, span: Span, width: usize) -> Option<ReplacementWindow<'a>> {
    let range = texts.range(span);
    let (mut lines, first_line) = texts.lines(span.source, &range);
    let text = &texts.source(span.source).text;
    if lines.len() > width && !text[range.clone()].contains('\n') {
        lines = around(text, &range, lines, width / 3);
    }
    if lines.len() > LARGEST {
        return None;
    }
    let text = &text[lines.clone()];
    let range = shown(text, range.start - lines.start)..shown(text, range.end - lines.start);
    Some(ReplacementWindow { text: printable(text), first_line, range })
}

/// At most `characters` before and after `range`, inside `lines`.
fn around(text: &str, range: &Range<usize>, lines: Range<usize>, characters: usize) -> Range<usize> {
    let (before, after) = (&text[lines.start..range.start], &text[range.end..lines.end]);
    let start = before.char_indices().rev().nth(characters).map_or(0, |(at, _)| at);
    let end = after.char_indices().nth(characters).map_or(after.len(), |(at, _)| at);
    lines.start + start..range.end + end
}

/// The text without what a terminal would obey and the renderer lets through; characters stay one for one.
pub(super) fn printable(text: &str) -> Cow<'_, str> {
    let unsafe_here = |character: char| !character.is_ascii() && is_unprintable(character);
    if text.contains(unsafe_here) { Cow::Owned(text.replace(unsafe_here, "\u{fffd}")) } else { Cow::Borrowed(text) }
}

/// Where byte `offset` of `text` is after [`printable`].
fn shown(text: &str, offset: usize) -> usize {
    printable(&text[..offset]).len()
}

/// A place in its text, with the lines to be shown for it.
struct Cut<'a> {
    range: Range<usize>,
    lines: Range<usize>,
    first_line: usize,
    label: &'a str,
    primary: bool,
    /// It does not fit into the terminal at the left, so it is shown alone, and its line ends behind it.
    wide: bool,
    /// Its end is not shown.
    shortened: bool,
}

impl<'a> Cut<'a> {
    fn new(texts: &Texts<'a>, label: &'a Label, primary: bool, width: usize) -> Option<Self> {
        let id = label.span.source;
        let text = &texts.source(id).text;
        let full = without_break(text, texts.range(label.span));
        let mut range = full.clone();
        let (mut lines, first_line) = texts.lines(id, &range);
        if lines.len() > LARGEST {
            range.end = range.start + text[range.clone()].find(['\n', '\r']).unwrap_or(range.len());
            lines = texts.lines(id, &range).0;
        }
        let mut shortened = false;
        let one_line = !text[range.clone()].contains('\n');
        if one_line && let Some((cut, _)) = text[range.clone()].char_indices().nth(width * 2 / 3) {
            range.end = range.start + cut;
            lines.end = range.end;
            shortened = true;
        }
        // Far left of the place, a line cannot be cut without losing the column.
        let line_start = lines.start;
        if range.end - line_start > LARGEST {
            return None;
        }
        let rest = lines.end.min(range.end + LARGEST);
        lines.end = (0..=rest).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(range.end);
        let wide = shortened || one_line && text[line_start..range.end].chars().count() > width;
        Some(Cut { range, lines, first_line, label: &label.text, primary, wide, shortened })
    }

    fn joins(&self, group: &[Cut<'a>]) -> bool {
        let (Some(first), Some(last)) = (group.first(), group.last()) else { return false };
        !self.wide && !last.wide && self.lines.end.saturating_sub(first.lines.start) <= LARGEST
    }
}

/// A range without the line break at its end, which has nothing to underline.
fn without_break(text: &str, range: Range<usize>) -> Range<usize> {
    let kept = text[range.clone()].trim_end_matches(['\n', '\r']).len();
    if kept == 0 { range.start..range.start } else { range.start..range.start + kept }
}

fn window<'a>(text: &'a str, cuts: Vec<Cut<'a>>) -> Window<'a> {
    let start = cuts.iter().map(|cut| cut.lines.start).min().unwrap_or_default();
    let end = cuts.iter().map(|cut| cut.lines.end).max().unwrap_or(start);
    let first_line = cuts.iter().map(|cut| cut.first_line).min().unwrap_or(1);
    let lines = &text[start..end];
    let mut shown_text = printable(lines);
    if cuts.iter().any(|cut| cut.shortened) {
        shown_text.to_mut().push('…');
    }
    let place = |cut: Cut<'a>| Place {
        range: shown(lines, cut.range.start - start)..shown(lines, cut.range.end - start),
        label: cut.label,
        primary: cut.primary,
    };
    Window { text: shown_text, first_line, places: cuts.into_iter().map(place).collect() }
}
