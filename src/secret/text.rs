//! Slices of a value that know where they stand.

use std::ops::Range;

/// Text of a value with its place; every constructor keeps to character boundaries.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slice<'v> {
    pub(super) text: &'v str,
    pub(super) start: usize,
}

impl<'v> Slice<'v> {
    /// The bytes `range` of `value`, if they are whole characters.
    pub(super) fn new(value: &'v str, range: Range<usize>) -> Option<Self> {
        Some(Slice { text: value.get(range.clone())?, start: range.start })
    }

    pub(super) fn range(self) -> Range<usize> {
        self.start..self.start + self.text.len()
    }

    /// Without the characters `drop` accepts at both ends.
    pub(super) fn trim(self, drop: impl Fn(char) -> bool) -> Self {
        let rest = self.text.trim_start_matches(&drop);
        let start = self.start + self.text.len() - rest.len();
        Slice { text: rest.trim_end_matches(&drop), start }
    }

    /// Without white space, quotes, backticks and emphasis around it.
    pub(super) fn bare(self) -> Self {
        self.trim(|c| c.is_whitespace() || matches!(c, '`' | '"' | '\'' | '*'))
    }

    /// What follows the first `length` bytes.
    pub(super) fn after(self, length: usize) -> Option<Self> {
        Some(Slice { text: self.text.get(length..)?, start: self.start + length })
    }
}

/// The words of `value` between white space.
pub(super) fn words(value: &str) -> impl Iterator<Item = Slice<'_>> {
    let mut at = 0;
    value.split(char::is_whitespace).filter_map(move |text| {
        let word = Slice { text, start: at };
        at = value.len().min(at + text.len());
        at += value.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        (!text.is_empty()).then_some(word)
    })
}

/// At most `limit` bytes of `text` from `start`, cut at a character boundary.
pub(super) fn window(text: &str, start: usize, limit: usize) -> &str {
    let most = start.saturating_add(limit).min(text.len());
    let end = (start..=most).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(start);
    text.get(start..end).unwrap_or_default()
}

/// At most `limit` bytes of `text` before `end`, cut at a character boundary.
pub(super) fn window_before(text: &str, end: usize, limit: usize) -> &str {
    let start = (end.saturating_sub(limit)..end).find(|&at| text.is_char_boundary(at)).unwrap_or(end);
    text.get(start..end).unwrap_or_default()
}
