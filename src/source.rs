//! The texts that a run reads (chapters, facts files, `book.toml`) and places in them.

use std::ops::Range;

/// Which text a [`Span`] lies in: an index into [`Sources`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SourceId(u32);

/// A place: one text and a byte range in it. An empty range at 0 stands for the text as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Span {
    /// The text.
    pub source: SourceId,
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// The byte range without the source.
    pub fn range(self) -> Range<usize> {
        self.start..self.end
    }

    /// The span of `range` in the same source.
    pub fn with_range(self, range: Range<usize>) -> Span {
        self.source.span(range)
    }
}

impl SourceId {
    /// The place of `range` in this text.
    pub fn span(self, range: Range<usize>) -> Span {
        Span { source: self, start: range.start, end: range.end }
    }

    /// The text as a whole.
    pub fn whole(self) -> Span {
        self.span(0..0)
    }
}

/// What a text is; also the order in which messages about it are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SourceKind {
    /// `book.toml`.
    Config,
    /// A chapter of the book.
    Chapter,
    /// A facts file.
    Facts,
}

/// One text with the name that messages print.
#[derive(Clone, Debug)]
pub struct Source {
    /// Path as the reader should see it, relative to the root of the book, with `/`.
    pub name: String,
    /// The text that spans count in.
    pub text: String,
    /// What it is.
    pub kind: SourceKind,
    /// The text is not what is on disk: an earlier preprocessor changed it, so its lines are not the file's.
    pub changed: bool,
    /// Bytes of the file that precede the text: 3 where mdBook removed a byte order mark, else 0.
    pub offset: usize,
}

/// All texts of a run, in the order they were added.
#[derive(Clone, Debug, Default)]
pub struct Sources(Vec<Source>);

impl Sources {
    /// Adds a text as it stands on disk and hands out its id.
    pub fn add(&mut self, kind: SourceKind, name: impl Into<String>, text: impl Into<String>) -> SourceId {
        self.push(Source { name: name.into(), text: text.into(), kind, changed: false, offset: 0 })
    }

    /// Adds a text and hands out its id.
    pub fn push(&mut self, source: Source) -> SourceId {
        self.0.push(source);
        SourceId(u32::try_from(self.0.len() - 1).unwrap_or(u32::MAX))
    }

    /// The text behind an id. Ids come from [`Sources::push`] only, so it is there.
    pub fn get(&self, id: SourceId) -> &Source {
        &self.0[id.0 as usize]
    }

    /// The same, to note what became known of it later.
    pub fn get_mut(&mut self, id: SourceId) -> &mut Source {
        &mut self.0[id.0 as usize]
    }

    /// The names, in the order in which the texts were added.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|source| source.name.as_str())
    }

    /// Puts a directory in front of every name, e.g. `docs/` where the book is in a part of a repository.
    pub fn prefix_names(&mut self, prefix: &str) {
        for source in &mut self.0 {
            source.name.insert_str(0, prefix);
        }
    }

    /// The bytes under a span.
    pub fn slice(&self, span: Span) -> &str {
        &self.get(span.source).text[span.range()]
    }

    /// Line and column of a byte offset, both counted from 1, the column in characters.
    pub fn line_column(&self, source: SourceId, offset: usize) -> (usize, usize) {
        line_column(&self.get(source).text, offset)
    }
}

/// Line and column of a byte offset in `text`, both counted from 1, the column in characters.
///
/// ```
/// assert_eq!(mdbook_database::source::line_column("a\nbé[x]", 5), (2, 3));
/// ```
pub fn line_column(text: &str, offset: usize) -> (usize, usize) {
    let before = &text[..offset.min(text.len())];
    let line = before.bytes().filter(|&byte| byte == b'\n').count() + 1;
    (line, before[line_start(before, before.len())..].chars().count() + 1)
}

/// Where the line begins that a byte offset lies in.
///
/// ```
/// assert_eq!(mdbook_database::source::line_start("a\nbc", 4), 2);
/// ```
pub fn line_start(text: &str, at: usize) -> usize {
    memchr::memrchr(b'\n', &text.as_bytes()[..at]).map_or(0, |newline| newline + 1)
}

/// Where the line after that of a byte offset begins, or the end of the text.
///
/// ```
/// assert_eq!(mdbook_database::source::next_line("a\nbc", 0), 2);
/// ```
pub fn next_line(text: &str, at: usize) -> usize {
    let rest = text.as_bytes().get(at..).unwrap_or_default();
    memchr::memchr(b'\n', rest).map_or(text.len(), |newline| at + newline + 1)
}

/// The line that a byte offset lies in, without its break.
///
/// ```
/// assert_eq!(mdbook_database::source::line_of("a\nbc\r\n", 3), 2..4);
/// ```
pub fn line_of(text: &str, at: usize) -> Range<usize> {
    let end = memchr::memchr2(b'\n', b'\r', &text.as_bytes()[at..]).map_or(text.len(), |length| at + length);
    line_start(text, at)..end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_are_counted_from_one_in_characters() {
        let mut sources = Sources::default();
        let source = sources.add(SourceKind::Facts, "database.toml", "a\nbé[x]");
        assert_eq!([0, 1, 2, 5].map(|at| sources.line_column(source, at)), [(1, 1), (1, 2), (2, 1), (2, 3)]);
    }
}
