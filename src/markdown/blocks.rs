//! Markdown as a tree of blocks with byte ranges: places in the source, and no copy of it.

use std::ops::Range;

/// The blocks of a text and what the parser could only tell at its end.
#[derive(Debug, Default)]
pub(crate) struct Document {
    pub(crate) blocks: Vec<Block>,
    /// What their inline content is made of.
    pub(crate) pieces: Pieces,
    /// Spans of reference links without a definition, sorted.
    pub(crate) broken_links: Vec<Range<usize>>,
    /// The same of images: `![Screenshot]`, without the label of another.
    pub(crate) broken_images: Vec<Range<usize>>,
    /// Link definitions whose target starts with a bracket, such as `[Endpoint]: [URL]`.
    pub(crate) bracketed_definitions: Vec<Range<usize>>,
    /// Other definitions whose target holds a bracket, such as `[repo]: https://example.org/[name]`.
    pub(crate) bracketed_targets: Vec<Range<usize>>,
    /// The titles of definitions that hold a bracket.
    pub(crate) bracketed_titles: Vec<Range<usize>>,
    /// All definitions of links and footnotes, in order.
    pub(crate) definitions: Vec<Definition>,
}

/// A definition of a link or footnote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Definition {
    /// As Markdown compares labels; that of a footnote begins with `^`.
    pub(crate) label: String,
    pub(crate) range: Range<usize>,
}

/// One block.
#[derive(Debug)]
pub(crate) struct Block {
    /// From the block's first character (after the markers of its containers) to its last, without the line end.
    pub(crate) range: Range<usize>,
    pub(crate) kind: BlockKind,
}

#[derive(Debug)]
pub(crate) enum BlockKind {
    Heading {
        level: u8,
        inlines: Stretch,
    },
    Paragraph(Stretch),
    List(List),
    Table(Table),
    Code(Code),
    Quote(Vec<Block>),
    /// Footnote definitions, definition lists and their parts.
    Container(Vec<Block>),
    Rule,
    Html,
}

#[derive(Debug)]
pub(crate) struct List {
    /// The first number of an ordered list.
    pub(crate) first_number: Option<u64>,
    pub(crate) items: Vec<ListItem>,
}

#[derive(Debug)]
pub(crate) struct ListItem {
    /// From the marker to the last character.
    pub(crate) range: Range<usize>,
    pub(crate) blocks: Vec<Block>,
}

#[derive(Debug, Default)]
pub(crate) struct Table {
    pub(crate) header: Row,
    pub(crate) rows: Vec<Row>,
}

#[derive(Debug, Default)]
pub(crate) struct Row {
    pub(crate) range: Range<usize>,
    pub(crate) cells: Vec<Stretch>,
}

#[derive(Debug)]
pub(crate) struct Code {
    /// The info string; empty for an indented block.
    pub(crate) info: String,
    pub(crate) fenced: bool,
    /// The lines of the content, as ranges without line ends.
    pub(crate) lines: Vec<Range<usize>>,
}

/// The pieces of all inline content of a document, one list for each kind: together, since most stretches have few.
#[derive(Debug, Default)]
pub(crate) struct Pieces {
    pub(super) strong: Vec<Strong>,
    pub(super) code: Vec<Range<usize>>,
    pub(super) links: Vec<Link>,
    pub(super) html: Vec<Range<usize>>,
    pub(super) line_starts: Vec<usize>,
    pub(super) words: Vec<Word>,
}

/// The text of a paragraph, heading, tight list item or table cell: where it stands, and how many pieces of each kind
/// there are up to its first and its last.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stretch {
    /// From the first inline to the last; empty where there is none.
    pub(crate) range: Range<usize>,
    pub(super) first: Counts,
    pub(super) last: Counts,
    /// Starts with a task box.
    pub(crate) task: bool,
    /// The term of a definition.
    pub(crate) term: bool,
}

/// How many pieces of each kind there are.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    strong: u32,
    code: u32,
    links: u32,
    html: u32,
    line_starts: u32,
    words: u32,
}

/// A stretch with its pieces.
#[derive(Clone, Debug, Default)]
pub(crate) struct Inlines<'d> {
    /// From the first inline to the last; empty where there is none.
    pub(crate) range: Range<usize>,
    pub(crate) strong: &'d [Strong],
    /// Code spans with their backticks.
    pub(crate) code: &'d [Range<usize>],
    /// Links and images of every kind.
    pub(crate) links: &'d [Link],
    /// Inline HTML.
    pub(crate) html: &'d [Range<usize>],
    /// Starts of the lines after the first.
    pub(crate) line_starts: &'d [usize],
    /// All literal text, that of links included, and the insides of code spans, in order.
    words: &'d [Word],
}

/// A stretch of literal text, or the inside of a code span.
#[derive(Clone, Debug)]
pub(super) struct Word {
    pub(super) range: Range<usize>,
    /// In no link and no code, so that a bracket in it is one of running text.
    pub(super) running: bool,
}

/// Bold text.
#[derive(Clone, Debug)]
pub(crate) struct Strong {
    /// With its asterisks.
    pub(crate) outer: Range<usize>,
    /// Without them.
    pub(crate) inner: Range<usize>,
}

#[derive(Clone, Debug)]
pub(crate) struct Link {
    pub(crate) range: Range<usize>,
    /// Where the text of the link ends and `](target)` begins.
    pub(crate) text_end: usize,
    pub(crate) destination: String,
    pub(crate) inline: bool,
    pub(crate) image: bool,
}

impl Block {
    /// The inline content of a heading, a paragraph or the cells of a table.
    pub(crate) fn stretches(&self) -> impl Iterator<Item = &Stretch> {
        let (text, table) = match &self.kind {
            BlockKind::Heading { inlines, .. } | BlockKind::Paragraph(inlines) => (Some(inlines), None),
            BlockKind::Table(table) => (None, Some(table)),
            _ => (None, None),
        };
        let cells = table.into_iter().flat_map(Table::rows_with_header).flat_map(|row| &row.cells);
        text.into_iter().chain(cells)
    }
}

impl Table {
    pub(crate) fn rows_with_header(&self) -> impl Iterator<Item = &Row> {
        std::iter::once(&self.header).chain(&self.rows)
    }
}

impl Pieces {
    /// How many there are.
    pub(super) fn counts(&self) -> Counts {
        // No text is longer than its parser can count.
        let count = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
        Counts {
            strong: count(self.strong.len()),
            code: count(self.code.len()),
            links: count(self.links.len()),
            html: count(self.html.len()),
            line_starts: count(self.line_starts.len()),
            words: count(self.words.len()),
        }
    }

    /// A stretch with its pieces.
    pub(crate) fn of(&self, stretch: &Stretch) -> Inlines<'_> {
        let Stretch { first, last, .. } = stretch;
        Inlines {
            range: stretch.range.clone(),
            strong: part(&self.strong, first.strong, last.strong),
            code: part(&self.code, first.code, last.code),
            links: self.links(stretch),
            html: self.html(stretch),
            line_starts: part(&self.line_starts, first.line_starts, last.line_starts),
            words: part(&self.words, first.words, last.words),
        }
    }

    /// The links and images of a stretch.
    pub(crate) fn links(&self, stretch: &Stretch) -> &[Link] {
        part(&self.links, stretch.first.links, stretch.last.links)
    }

    /// The inline HTML of a stretch.
    pub(crate) fn html(&self, stretch: &Stretch) -> &[Range<usize>] {
        part(&self.html, stretch.first.html, stretch.last.html)
    }
}

fn part<T>(all: &[T], first: u32, last: u32) -> &[T] {
    all.get(first as usize..last as usize).unwrap_or_default()
}

impl Inlines<'_> {
    /// Those of some places, which are in order, that lie in literal text outside links.
    pub(crate) fn in_running_text<T>(
        &self,
        places: impl Iterator<Item = T>,
        at: impl Fn(&T) -> usize,
    ) -> impl Iterator<Item = T> {
        let mut words = self.words;
        places.filter(move |place| {
            let at = at(place);
            while let [first, rest @ ..] = words
                && first.range.end <= at
            {
                words = rest;
            }
            words.first().is_some_and(|word| word.running && word.range.start <= at)
        })
    }

    /// From the first to the last of what the reader sees as text.
    pub(crate) fn words_range(&self) -> Option<Range<usize>> {
        Some(self.words.first()?.range.start..self.words.last()?.range.end)
    }

    /// The text without its markup: `**[Backend](./backend.md)**` is `Backend`.
    pub(crate) fn plain(&self, text: &str) -> String {
        self.plain_within(text, self.range.clone())
    }

    /// A part of the text without its markup.
    pub(crate) fn plain_within(&self, text: &str, within: Range<usize>) -> String {
        let mut plain = String::with_capacity(within.len());
        let first_line = self.line_starts.partition_point(|start| *start <= within.start);
        let mut line_starts = self.line_starts[first_line..].iter().peekable();
        let first = self.words.partition_point(|word| word.range.end <= within.start);
        let words = self.words[first..].iter().map(|word| &word.range);
        for word in words.take_while(|word| word.start < within.end) {
            let word = word.start.max(within.start)..word.end.min(within.end);
            while line_starts.next_if(|start| **start <= word.start).is_some() {
                if !plain.is_empty() {
                    plain.push(' ');
                }
            }
            plain.push_str(&text[word]);
        }
        plain
    }
}

/// Whether one of the blocks that hold no others is `wanted`, those within containers included; in order, up to the
/// first.
pub(crate) fn any_leaf<'b>(blocks: &'b [Block], wanted: &mut dyn FnMut(&'b Block) -> bool) -> bool {
    blocks.iter().any(|block| match &block.kind {
        BlockKind::List(list) => list.items.iter().any(|item| any_leaf(&item.blocks, wanted)),
        BlockKind::Quote(blocks) | BlockKind::Container(blocks) => any_leaf(blocks, wanted),
        _ => wanted(block),
    })
}

/// Every block that holds no others, in order.
pub(crate) fn each_leaf<'b>(blocks: &'b [Block], visit: &mut dyn FnMut(&'b Block)) {
    any_leaf(blocks, &mut |block| {
        visit(block);
        false
    });
}

/// The range of a code span without its backticks.
pub(crate) fn inside_backticks(text: &str, span: &Range<usize>) -> Range<usize> {
    let ticks = text[span.clone()].bytes().take_while(|&byte| byte == b'`').count();
    span.start + ticks..span.end - ticks
}
