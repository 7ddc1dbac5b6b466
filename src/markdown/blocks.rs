//! Markdown as a tree of blocks with byte ranges: places in the source, and no copy of it.

use std::ops::Range;

/// The blocks of a text and what the parser could only tell at its end.
#[derive(Debug, Default)]
pub(crate) struct Document {
    pub(crate) blocks: Vec<Block>,
    /// Spans of reference links without a definition, sorted.
    pub(crate) broken_links: Vec<Range<usize>>,
    /// The same of images: `![Screenshot]`.
    pub(crate) broken_images: Vec<Range<usize>>,
    /// Link definitions whose target starts with a bracket, such as `[Endpoint]: [URL]`.
    pub(crate) bracketed_definitions: Vec<Range<usize>>,
    /// Other definitions whose target holds a bracket, such as `[repo]: https://example.org/[name]`.
    pub(crate) bracketed_targets: Vec<Range<usize>>,
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
        inlines: Inlines,
    },
    Paragraph(Inlines),
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
    pub(crate) cells: Vec<Inlines>,
}

#[derive(Debug)]
pub(crate) struct Code {
    /// The info string; empty for an indented block.
    pub(crate) info: String,
    pub(crate) fenced: bool,
    /// The lines of the content, as ranges without line ends.
    pub(crate) lines: Vec<Range<usize>>,
}

/// The text of a paragraph, heading, tight list item or table cell.
#[derive(Clone, Debug, Default)]
pub(crate) struct Inlines {
    /// From the first inline to the last; empty where there is none.
    pub(crate) range: Range<usize>,
    pub(crate) strong: Vec<Strong>,
    /// Code spans with their backticks.
    pub(crate) code: Vec<Range<usize>>,
    /// Links and images of every kind.
    pub(crate) links: Vec<Link>,
    /// Inline HTML.
    pub(crate) html: Vec<Range<usize>>,
    /// Starts of the lines after the first.
    pub(crate) line_starts: Vec<usize>,
    /// All literal text, that of links included, and the insides of code spans, in order.
    pub(super) words: Vec<Word>,
    /// Starts with a task box.
    pub(crate) task: bool,
    /// The term of a definition.
    pub(crate) term: bool,
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
    pub(crate) fn inlines(&self) -> impl Iterator<Item = &Inlines> {
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

impl Inlines {
    /// Literal text outside links.
    pub(crate) fn running_text(&self) -> impl Iterator<Item = Range<usize>> {
        self.words.iter().filter(|word| word.running).map(|word| word.range.clone())
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
