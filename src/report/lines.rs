//! Lines and columns of byte offsets, counted once for each text instead of once for each diagnostic.

use std::collections::BTreeMap;
use std::ops::Range;

use super::wording::CHANGED;
use crate::diagnostic::Diagnostic;
use crate::source::{Source, SourceId, Sources, Span};

/// Bytes between two counts of characters: bounds the work of a look-up, also in a text of one long line.
const STRIDE: usize = 1024;

/// Where a span is, for people and editors; lines and columns from 1, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Position {
    pub(super) line: usize,
    pub(super) column: usize,
    pub(super) end_line: usize,
    pub(super) end_column: usize,
}

/// The texts that a report speaks of, each with its line index.
pub(super) struct Texts<'a> {
    sources: &'a Sources,
    indexes: BTreeMap<SourceId, LineIndex>,
}

impl<'a> Texts<'a> {
    /// Indexes every text that one of `diagnostics` has a place in.
    pub(super) fn new<'d>(diagnostics: impl IntoIterator<Item = &'d Diagnostic>, sources: &'a Sources) -> Self {
        let mut indexes = BTreeMap::new();
        for diagnostic in diagnostics {
            for id in diagnostic.sources() {
                indexes.entry(id).or_insert_with(|| LineIndex::new(&sources.get(id).text));
            }
        }
        Texts { sources, indexes }
    }

    pub(super) fn source(&self, id: SourceId) -> &'a Source {
        self.sources.get(id)
    }

    /// The span's byte range, kept inside the text and on character boundaries.
    pub(super) fn range(&self, span: Span) -> Range<usize> {
        let text = &self.source(span.source).text;
        let start = floor_boundary(text, span.start);
        start..floor_boundary(text, span.end).max(start)
    }

    /// Where the span is; nothing if it stands for the text as a whole.
    pub(super) fn position(&self, span: Span) -> Option<Position> {
        (span.range() != (0..0)).then(|| self.span_position(span))
    }

    /// Where the span is, taken literally.
    pub(super) fn span_position(&self, span: Span) -> Position {
        let range = self.range(span);
        let (line, column) = self.line_column(span.source, range.start);
        let (end_line, end_column) = self.line_column(span.source, range.end);
        Position { line, column, end_line, end_column }
    }

    /// What is to be said of a place whose line is not one of the file; nothing where it is one.
    pub(super) fn changed_note(&self, span: Span) -> Option<String> {
        let line = || self.position(span).map(|at| format!(", line {}", at.line)).unwrap_or_default();
        self.source(span.source).changed.then(|| format!("note: {CHANGED}{}", line()))
    }

    /// Line and column of a byte offset.
    pub(super) fn line_column(&self, id: SourceId, offset: usize) -> (usize, usize) {
        let text = &self.source(id).text;
        match self.indexes.get(&id) {
            Some(index) => index.line_column(text, offset),
            None => self.sources.line_column(id, offset),
        }
    }

    /// The line break of the text: that of its first line.
    pub(super) fn newline(&self, id: SourceId) -> &'static str {
        let second_line = self.indexes.get(&id).and_then(|index| index.starts.get(1).copied()).unwrap_or(0);
        let first_line = self.source(id).text.get(..second_line).unwrap_or_default();
        if first_line.ends_with("\r\n") { "\r\n" } else { "\n" }
    }

    /// The whole lines that a byte range touches: their range, with the last line's break, and the first one's number.
    pub(super) fn lines(&self, id: SourceId, range: &Range<usize>) -> (Range<usize>, usize) {
        let Some(index) = self.indexes.get(&id) else { return (0..self.source(id).text.len(), 1) };
        let line = index.line(range.start);
        // A range that ends behind a line break does not touch the next line.
        let last = if range.end > range.start { range.end - 1 } else { range.end };
        let end = index.starts.get(index.line(last)).copied().unwrap_or(self.source(id).text.len());
        (index.line_start(line)..end, line)
    }
}

/// The nearest character boundary at or before `offset`.
fn floor_boundary(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

/// Where the lines of one text begin, and how many characters precede every [`STRIDE`]th byte.
struct LineIndex {
    starts: Vec<usize>,
    characters: Vec<usize>,
}

impl LineIndex {
    fn new(text: &str) -> Self {
        let breaks = text.bytes().enumerate().filter(|&(_, byte)| byte == b'\n');
        let starts = std::iter::once(0).chain(breaks.map(|(at, _)| at + 1)).collect();
        let mut before = 0;
        let mut characters = Vec::with_capacity(text.len() / STRIDE + 1);
        for bytes in text.as_bytes().chunks(STRIDE) {
            characters.push(before);
            before += count_characters(bytes);
        }
        LineIndex { starts, characters }
    }

    fn line_column(&self, text: &str, offset: usize) -> (usize, usize) {
        let offset = floor_boundary(text, offset);
        let line = self.line(offset);
        let column = self.characters_before(text, offset) - self.characters_before(text, self.line_start(line));
        (line, column + 1)
    }

    /// The line, counted from 1, that a byte lies in.
    fn line(&self, offset: usize) -> usize {
        self.starts.partition_point(|&start| start <= offset)
    }

    /// First byte of a line, counted from 1.
    fn line_start(&self, line: usize) -> usize {
        self.starts.get(line.saturating_sub(1)).copied().unwrap_or(0)
    }

    fn characters_before(&self, text: &str, offset: usize) -> usize {
        let stride = (offset / STRIDE).min(self.characters.len().saturating_sub(1));
        let counted = self.characters.get(stride).copied().unwrap_or(0);
        counted + count_characters(text.as_bytes().get(stride * STRIDE..offset).unwrap_or_default())
    }
}

/// Characters that begin in `bytes`: in UTF-8, all bytes but continuations.
fn count_characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|&&byte| byte & 0xC0 != 0x80).count()
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::{LineIndex, STRIDE, Texts};
    use crate::diagnostic::{Code, Diagnostic};
    use crate::source::{SourceKind, Sources, Span, line_column};

    #[test]
    fn the_index_agrees_with_counting() {
        let long = "é€😀x".repeat(STRIDE);
        for text in ["", "a", "\n", "a\r\nbé\n\n漢字\n", "no end", &long, &format!("a\n{long}\nb")] {
            let index = LineIndex::new(text);
            for (offset, _) in text.char_indices().chain([(text.len(), ' ')]).step_by(7) {
                assert_eq!(index.line_column(text, offset), line_column(text, offset), "at {offset}");
            }
            assert_eq!(index.line_column(text, usize::MAX), line_column(text, text.len()));
        }
    }

    #[test]
    fn lines_are_whole() {
        let mut sources = Sources::default();
        let id = sources.add(SourceKind::Chapter, "a.md", "one\ntwo\nthree");
        let diagnostic = Diagnostic::new(Code::WrongForm, "t", id.span(4..5), "");
        let texts = Texts::new([&diagnostic], &sources);
        assert_eq!(texts.lines(id, &(5..6)), (4..8, 2));
        assert_eq!(texts.lines(id, &(4..8)), (4..8, 2), "the break belongs to the line");
        assert_eq!(texts.lines(id, &(2..9)), (0..13, 1));
        assert_eq!(texts.lines(id, &(13..13)), (8..13, 3));
    }

    #[test]
    fn spans_outside_the_text_are_brought_back() {
        let mut sources = Sources::default();
        let id = sources.add(SourceKind::Chapter, "a.md", "é");
        let texts = Texts::new([], &sources);
        assert_eq!(texts.range(id.span(1..9)), 0..2);
        assert_eq!(texts.range(Span { source: id, start: 7, end: 3 }), 2..2);
    }

    /// A scan of the text for each look-up would take many minutes, in many lines as in one; the bound leaves room for
    /// a busy machine.
    #[test]
    fn many_look_ups_cost_no_more_each() {
        const MANY: usize = 30_000;
        let begin = Instant::now();
        for text in ["- **Größe:** [value]\n".repeat(MANY), "- **Größe:** [value] ".repeat(MANY)] {
            let each = text.len() / MANY;
            let mut sources = Sources::default();
            let id = sources.add(SourceKind::Chapter, "a.md", text);
            let diagnostic = Diagnostic::new(Code::WrongForm, "t", id.whole(), "");
            let texts = Texts::new([&diagnostic], &sources);
            for number in 0..MANY {
                let span = id.span(number * each..number * each + 5);
                let at = texts.span_position(span);
                assert!(at.line == number + 1 || at.column == number * (each - 2) + 1);
                assert!(texts.lines(id, &span.range()).0.contains(&span.start));
            }
        }
        assert!(begin.elapsed().as_secs() < 60, "{:?}", begin.elapsed());
    }
}
