//! Markdown text to a tree of blocks with byte ranges: what pulldown-cmark sees, kept as places in the source.

use std::collections::HashSet;
use std::ops::Range;

use pulldown_cmark::{BrokenLink, CodeBlockKind, Event, LinkType, Parser, RefDefs, Tag, TagEnd};

use crate::markdown;

/// Containers nested deeper than this are read as part of the one around them, which bounds every recursion after.
const MAX_DEPTH: usize = 24;

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

#[derive(Debug)]
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
    /// Bold spans: with and without the asterisks.
    pub(crate) strong: Vec<(Range<usize>, Range<usize>)>,
    /// Code spans with their backticks.
    pub(crate) code: Vec<Range<usize>>,
    /// Links and images of every kind.
    pub(crate) links: Vec<Link>,
    /// Inline HTML.
    pub(crate) html: Vec<Range<usize>>,
    /// Starts of the lines after the first.
    pub(crate) line_starts: Vec<usize>,
    /// All literal text, that of links included, and the insides of code spans, in order.
    words: Vec<Word>,
    /// Starts with a task box.
    pub(crate) task: bool,
    /// The term of a definition.
    pub(crate) term: bool,
}

/// A stretch of literal text, or the inside of a code span.
#[derive(Clone, Debug)]
struct Word {
    range: Range<usize>,
    /// In no link and no code, so that a bracket in it is one of running text.
    running: bool,
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
    pub(crate) fn plain(&self, text: &str, within: Range<usize>) -> String {
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

#[derive(Clone, Debug)]
pub(crate) struct Link {
    pub(crate) range: Range<usize>,
    /// Where the text of the link ends and `](target)` begins.
    pub(crate) text_end: usize,
    pub(crate) destination: String,
    pub(crate) inline: bool,
    pub(crate) image: bool,
}

/// Parses `text`. Total: any text is Markdown.
pub(crate) fn parse(text: &str) -> Document {
    let mut broken = Vec::new();
    let callback = |link: BrokenLink<'_>| {
        broken.push(link.span);
        None
    };
    let mut parser =
        Parser::new_with_broken_link_callback(text, markdown::options(), Some(callback)).into_offset_iter();
    let mut builder = Builder::new(text);
    for (event, range) in &mut parser {
        builder.event(event, range);
    }
    let references = parser.reference_definitions();
    let bracketed_definitions = bracketed_definitions(text, references, &builder.used);
    let bracketed_targets = bracketed_targets(references);
    let mut definitions = std::mem::take(&mut builder.footnotes);
    definitions.extend(
        references
            .iter()
            .map(|(label, definition)| Definition { label: fold_label(label), range: definition.span.clone() }),
    );
    definitions.sort_by_key(|definition| definition.range.start);
    let blocks = builder.finish();
    drop(parser);
    broken.sort_by_key(|span| (span.start, usize::MAX - span.end));
    broken.dedup();
    let (broken_images, broken_links) = broken.into_iter().partition(|span| text[span.clone()].starts_with('!'));
    Document { blocks, broken_links, broken_images, bracketed_definitions, bracketed_targets, definitions }
}

/// The label as Markdown compares it: without regard to case and white space.
fn fold_label(label: &str) -> String {
    label.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// The labels that a text uses and does not define, folded; those of footnotes begin with `^`.
pub(crate) fn undefined(text: &str) -> HashSet<String> {
    let mut found = HashSet::new();
    let callback = |link: BrokenLink<'_>| {
        found.insert(fold_label(&link.reference));
        None
    };
    let parser = Parser::new_with_broken_link_callback(text, markdown::options(), Some(callback));
    let mut plain: Vec<Range<usize>> = Vec::new();
    let mut in_code = false;
    for (event, range) in parser.into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(_)) => in_code = true,
            Event::End(TagEnd::CodeBlock) => in_code = false,
            Event::Text(_) if !in_code => match plain.last_mut() {
                Some(last) if last.end == range.start => last.end = range.end,
                _ => plain.push(range),
            },
            _ => {}
        }
    }
    for range in plain {
        for (at, _) in text[range.clone()].match_indices("[^") {
            let at = range.start + at;
            let label = text[at + 1..range.end].split(['[', ']', '\n']).next().unwrap_or_default();
            let closes = text[at + 1 + label.len()..range.end].starts_with(']');
            if closes && label.len() > 1 && !text[..at].ends_with('\\') {
                found.insert(fold_label(label));
            }
        }
    }
    found
}

/// Definitions that were meant to be read: their target is a bracket, or nothing uses them and they begin a list item or
/// lead to what is neither a URL nor a path.
fn bracketed_definitions(text: &str, definitions: &RefDefs<'_>, used: &HashSet<String>) -> Vec<Range<usize>> {
    let meant = |label: &str, target: &str, span: &Range<usize>| {
        let words = !target.is_empty() && !target.contains(['/', '.', ':', '#', '@', '?', '=']);
        target.starts_with('[') || !used.contains(&fold_label(label)) && (words || begins_item(text, span.start))
    };
    let mut spans: Vec<_> = definitions
        .iter()
        .filter(|(label, definition)| meant(label, &definition.dest, &definition.span))
        .map(|(_, definition)| definition.span.clone())
        .filter(|span| text[span.clone()].starts_with('['))
        .collect();
    spans.sort_by_key(|span| span.start);
    spans
}

/// Whether the marker of a list item stands right before a place.
fn begins_item(text: &str, at: usize) -> bool {
    let line = &text[crate::source::line_start(text, at)..at];
    let marker = line.trim_end();
    let ordered = marker.strip_suffix(['.', ')']).is_some_and(|number| number.ends_with(|c: char| c.is_ascii_digit()));
    marker.len() < line.len() && (ordered || marker.ends_with(['-', '*', '+']))
}

fn bracketed_targets(definitions: &RefDefs<'_>) -> Vec<Range<usize>> {
    let held = definitions.iter().filter(|(_, definition)| {
        definition.dest.find('[').is_some_and(|at| at > 0 && definition.dest[at..].contains(']'))
    });
    let mut spans: Vec<_> = held.map(|(_, definition)| definition.span.clone()).collect();
    spans.sort_by_key(|span| span.start);
    spans
}

enum Frame {
    Root,
    Quote(usize),
    Container(usize),
    List { start: usize, first_number: Option<u64>, items: Vec<ListItem> },
    Item(usize),
}

/// Builds the tree from events; `frames` is the stack of open containers, each with its blocks so far.
struct Builder<'t> {
    text: &'t str,
    frames: Vec<(Frame, Vec<Block>)>,
    /// How many open containers are deeper than [`MAX_DEPTH`] and so not in `frames`.
    flattened: usize,
    leaf: Option<Leaf>,
    table: Option<(usize, Table)>,
    code: Option<(usize, Code)>,
    footnotes: Vec<Definition>,
    /// The labels of links by reference.
    used: HashSet<String>,
}

/// A run of inline content that is being read.
struct Leaf {
    start: usize,
    heading: Option<u8>,
    /// Made for the bare text of a tight list item or the like.
    implicit: bool,
    inlines: Inlines,
    strong: Vec<(usize, Option<usize>, usize)>,
    links: Vec<Link>,
}

impl Leaf {
    fn new(start: usize, heading: Option<u8>, implicit: bool) -> Self {
        let inlines = Inlines { range: start..start, ..Inlines::default() };
        Leaf { start, heading, implicit, inlines, strong: Vec::new(), links: Vec::new() }
    }

    fn touch(&mut self, range: &Range<usize>) {
        if self.inlines.range.is_empty() {
            self.inlines.range = range.clone();
        } else {
            self.inlines.range.start = self.inlines.range.start.min(range.start);
            self.inlines.range.end = self.inlines.range.end.max(range.end);
        }
        if let Some((_, first, last)) = self.strong.last_mut() {
            first.get_or_insert(range.start);
            *last = range.end;
        }
        if let Some(link) = self.links.last_mut() {
            link.text_end = range.end;
        }
    }
}

impl<'t> Builder<'t> {
    fn new(text: &'t str) -> Self {
        let frames = vec![(Frame::Root, Vec::new())];
        let (footnotes, used) = (Vec::new(), HashSet::new());
        Builder { text, frames, flattened: 0, leaf: None, table: None, code: None, footnotes, used }
    }

    fn event(&mut self, event: Event<'_>, range: Range<usize>) {
        match event {
            Event::Start(tag) => self.start(tag, range),
            Event::End(tag) => self.end(tag, range),
            Event::Text(_) => self.text(range),
            Event::Code(_) => {
                let ticks = self.text[range.clone()].bytes().take_while(|&b| b == b'`').count();
                self.inline(&range, |inlines| &mut inlines.code);
                let inside = range.start + ticks..range.end - ticks;
                self.leaf_at(&range).inlines.words.push(Word { range: inside, running: false });
            }
            Event::InlineHtml(_) => self.inline(&range, |inlines| &mut inlines.html),
            Event::SoftBreak | Event::HardBreak => {
                // A break before all else, such as a backslash alone on its line, begins no second line.
                if let Some(leaf) = self.leaf.as_mut().filter(|leaf| !leaf.inlines.range.is_empty()) {
                    let next = self.text[range.start..].find('\n').map_or(range.end, |at| range.start + at + 1);
                    leaf.inlines.line_starts.push(next);
                }
            }
            Event::FootnoteReference(_) => self.leaf_at(&range).touch(&range),
            Event::TaskListMarker(_) => self.leaf_at(&(range.end..range.end)).inlines.task = true,
            Event::Rule => {
                self.close_leaf();
                self.block(range, BlockKind::Rule);
            }
            Event::Html(_) | Event::InlineMath(_) | Event::DisplayMath(_) => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>, range: Range<usize>) {
        match tag {
            Tag::Paragraph => self.open_leaf(range.start, None),
            Tag::Heading { level, .. } => self.open_leaf(range.start, Some(level as u8)),
            Tag::BlockQuote(_) => self.open(Frame::Quote(range.start)),
            Tag::List(first_number) => {
                self.open(Frame::List { start: range.start, first_number, items: Vec::new() });
            }
            Tag::Item => self.open(Frame::Item(range.start)),
            Tag::FootnoteDefinition(label) => {
                self.footnotes.push(Definition { label: fold_label(&format!("^{label}")), range: range.clone() });
                self.open(Frame::Container(range.start));
            }
            Tag::DefinitionList | Tag::DefinitionListTitle | Tag::DefinitionListDefinition => {
                self.open(Frame::Container(range.start))
            }
            Tag::CodeBlock(kind) => self.open_code(&kind, range),
            Tag::HtmlBlock => {
                self.close_leaf();
                self.block(range, BlockKind::Html);
            }
            Tag::Table(_) => {
                self.close_leaf();
                self.table = Some((range.start, Table { header: Row::default(), rows: Vec::new() }));
            }
            Tag::TableHead | Tag::TableRow => self.open_row(range, matches!(tag, Tag::TableHead)),
            Tag::TableCell => self.leaf = Some(Leaf::new(range.start, None, false)),
            Tag::Strong => {
                let leaf = self.leaf_at(&range);
                leaf.touch(&range);
                leaf.strong.push((range.start, None, range.end));
            }
            Tag::Link { link_type, dest_url, id, .. } => self.open_link(range, link_type, &dest_url, &id, false),
            Tag::Image { link_type, dest_url, id, .. } => self.open_link(range, link_type, &dest_url, &id, true),
            Tag::Emphasis | Tag::Strikethrough | Tag::Superscript | Tag::Subscript => {
                self.leaf_at(&range).touch(&range);
            }
            Tag::MetadataBlock(_) => {}
        }
    }

    fn end(&mut self, tag: TagEnd, range: Range<usize>) {
        match tag {
            TagEnd::Paragraph | TagEnd::Heading(_) => self.close_leaf(),
            TagEnd::DefinitionListTitle => {
                if let Some(leaf) = &mut self.leaf {
                    leaf.inlines.term = true;
                }
                self.close(range.end);
            }
            TagEnd::BlockQuote(_)
            | TagEnd::List(_)
            | TagEnd::Item
            | TagEnd::FootnoteDefinition
            | TagEnd::DefinitionList
            | TagEnd::DefinitionListDefinition => self.close(range.end),
            TagEnd::CodeBlock => {
                if let Some((start, code)) = self.code.take() {
                    self.block(start..range.end, BlockKind::Code(code));
                }
            }
            TagEnd::Table => {
                if let Some((start, table)) = self.table.take() {
                    self.block(start..range.end, BlockKind::Table(table));
                }
            }
            TagEnd::TableCell => self.close_cell(range),
            TagEnd::Strong => {
                if let Some(leaf) = &mut self.leaf {
                    if let Some((_, Some(first), last)) = leaf.strong.pop() {
                        leaf.inlines.strong.push((range.clone(), first..last));
                    }
                    leaf.touch(&range);
                }
            }
            TagEnd::Link | TagEnd::Image => {
                if let Some(leaf) = &mut self.leaf {
                    let link = leaf.links.pop();
                    leaf.inlines.links.extend(link);
                    leaf.touch(&range);
                }
            }
            TagEnd::HtmlBlock
            | TagEnd::TableHead
            | TagEnd::TableRow
            | TagEnd::Emphasis
            | TagEnd::Strikethrough
            | TagEnd::Superscript
            | TagEnd::Subscript
            | TagEnd::MetadataBlock(_) => {}
        }
    }

    fn text(&mut self, range: Range<usize>) {
        if let Some((_, code)) = &mut self.code {
            push_lines(&mut code.lines, self.text, range);
            return;
        }
        let leaf = self.leaf_at(&range);
        leaf.touch(&range);
        leaf.inlines.words.push(Word { range, running: leaf.links.is_empty() });
    }

    fn inline(&mut self, range: &Range<usize>, list: fn(&mut Inlines) -> &mut Vec<Range<usize>>) {
        let leaf = self.leaf_at(range);
        leaf.touch(range);
        list(&mut leaf.inlines).push(range.clone());
    }

    fn leaf_at(&mut self, range: &Range<usize>) -> &mut Leaf {
        self.leaf.get_or_insert_with(|| Leaf::new(range.start, None, true))
    }

    fn open_leaf(&mut self, start: usize, heading: Option<u8>) {
        self.close_leaf();
        self.leaf = Some(Leaf::new(start, heading, false));
    }

    fn open_link(&mut self, range: Range<usize>, link_type: LinkType, destination: &str, id: &str, image: bool) {
        let inline = link_type == LinkType::Inline;
        if !id.is_empty() {
            self.used.insert(fold_label(id));
        }
        let link =
            Link { range: range.clone(), text_end: range.start, destination: destination.to_owned(), inline, image };
        let leaf = self.leaf_at(&range);
        leaf.touch(&range);
        leaf.links.push(link);
    }

    fn open_code(&mut self, kind: &CodeBlockKind<'_>, range: Range<usize>) {
        self.close_leaf();
        let (info, fenced) = match kind {
            CodeBlockKind::Fenced(info) => (info.to_string(), true),
            CodeBlockKind::Indented => (String::new(), false),
        };
        self.code = Some((range.start, Code { info, fenced, lines: Vec::new() }));
    }

    fn open_row(&mut self, range: Range<usize>, head: bool) {
        if let Some((_, table)) = &mut self.table {
            let row = Row { range: trim_end(self.text, range), cells: Vec::new() };
            if head {
                table.header = row;
            } else {
                table.rows.push(row);
            }
        }
    }

    fn close_cell(&mut self, range: Range<usize>) {
        let (Some(leaf), Some((_, table))) = (self.leaf.take(), &mut self.table) else { return };
        let mut inlines = leaf.inlines;
        if inlines.range.is_empty() {
            inlines.range = range.start..range.start;
        }
        let row = table.rows.last_mut().unwrap_or(&mut table.header);
        row.cells.push(inlines);
    }

    fn close_leaf(&mut self) {
        let Some(leaf) = self.leaf.take() else { return };
        let start = if leaf.implicit { leaf.inlines.range.start } else { leaf.start };
        let range = start..leaf.inlines.range.end.max(start);
        match leaf.heading {
            Some(level) => {
                let line_end = self.text[range.end..].find('\n').map_or(self.text.len(), |at| range.end + at);
                self.block(range.start..line_end, BlockKind::Heading { level, inlines: leaf.inlines });
            }
            None => self.block(range, BlockKind::Paragraph(leaf.inlines)),
        }
    }

    fn open(&mut self, frame: Frame) {
        self.close_leaf();
        if self.frames.len() > MAX_DEPTH {
            self.flattened += 1;
        } else {
            self.frames.push((frame, Vec::new()));
        }
    }

    fn close(&mut self, end: usize) {
        self.close_leaf();
        if self.flattened > 0 {
            self.flattened -= 1;
            return;
        }
        let Some((frame, blocks)) = self.frames.pop() else { return };
        match frame {
            Frame::Root => self.frames.push((Frame::Root, blocks)),
            Frame::Quote(start) => self.block(start..end, BlockKind::Quote(blocks)),
            Frame::Container(start) => self.block(start..end, BlockKind::Container(blocks)),
            Frame::List { start, first_number, items } => {
                self.block(start..end, BlockKind::List(List { first_number, items }));
            }
            Frame::Item(start) => {
                let range = trim_end(self.text, start..end);
                if let Some((Frame::List { items, .. }, _)) = self.frames.last_mut() {
                    items.push(ListItem { range, blocks });
                }
            }
        }
    }

    fn block(&mut self, range: Range<usize>, kind: BlockKind) {
        let block = Block { range: trim_end(self.text, range), kind };
        if let Some((_, blocks)) = self.frames.last_mut() {
            blocks.push(block);
        }
    }

    fn finish(mut self) -> Vec<Block> {
        self.close_leaf();
        self.frames.pop().map(|(_, blocks)| blocks).unwrap_or_default()
    }
}

/// Code text arrives in pieces that may hold one line or many, each with its end, of which a `\r` may lie between two
/// pieces.
fn push_lines(lines: &mut Vec<Range<usize>>, text: &str, range: Range<usize>) {
    let mut start = range.start;
    let mut continues = lines.last().is_some_and(|last| matches!(&text[last.end..start], "" | "\r"));
    for piece in text[range].split_inclusive('\n') {
        let end = start + piece.trim_end_matches(['\n', '\r']).len();
        match lines.last_mut() {
            Some(last) if continues => last.end = if end > start { end } else { last.end },
            _ => lines.push(start..end),
        }
        continues = false;
        start += piece.len();
    }
}

/// The range without white space at its end.
pub(crate) fn trim_end(text: &str, range: Range<usize>) -> Range<usize> {
    let trimmed = text[range.clone()].trim_end_matches([' ', '\t', '\n', '\r']).len();
    range.start..range.start + trimmed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn containers_of_any_depth_end_where_they_end() {
        for depth in [MAX_DEPTH - 1, MAX_DEPTH, MAX_DEPTH + 9] {
            let document = parse(&format!("{}a\n\nb\n", "> ".repeat(depth)));
            let ends: Vec<_> = document.blocks.iter().map(|block| block.range.len()).collect();
            assert_eq!(ends, [2 * depth + 1, 1], "{depth}");
        }
        let lists = format!("- {}a\n- b\n\nc\n", "- ".repeat(MAX_DEPTH + 9));
        let document = parse(&lists);
        let BlockKind::List(list) = &document.blocks[0].kind else { panic!("a list") };
        assert_eq!((document.blocks.len(), list.items.len()), (2, 2));
    }

    #[test]
    fn footnotes_are_used_in_prose_and_not_in_code() {
        let used = |text: &str| {
            let mut labels: Vec<_> = undefined(text).into_iter().filter(|label| label.starts_with('^')).collect();
            labels.sort();
            labels
        };
        assert_eq!(used("a[^b] and [^C D].\n"), ["^b", "^c d"]);
        assert_eq!(used("```\n[^a]\n```\n\nx[^b]\n\n    [^c]\n\ny[^d]\n"), ["^b", "^d"]);
        assert_eq!(used("`[^a]` \\[^b] [^c\n\n[^d]: x\n\n[^d]\n"), [""; 0]);
    }
}
