//! Markdown text to a tree of blocks: what pulldown-cmark sees, event by event.

use std::cmp::Reverse;
use std::collections::HashSet;
use std::ops::Range;

use pulldown_cmark::{BrokenLink, CodeBlockKind, Event, LinkType, Parser, Tag, TagEnd};

use super::blocks::{
    Block, BlockKind, Code, Counts, Definition, Document, Link, List, ListItem, Pieces, Row, Stretch, Strong, Table,
    Word, inside_backticks,
};
use super::definitions::{self, fold_label};
use crate::source::next_line;

/// Containers nested deeper than this are read as part of the one around them, which bounds every recursion after.
const MAX_DEPTH: usize = 24;

/// Parses `text`. Total: any text is Markdown.
pub(crate) fn parse(text: &str) -> Document {
    let mut broken = Vec::new();
    let callback = |link: BrokenLink<'_>| {
        broken.push(link.span);
        None
    };
    let mut parser = Parser::new_with_broken_link_callback(text, super::options(), Some(callback)).into_offset_iter();
    let mut builder = Builder::new(text);
    for (event, range) in &mut parser {
        builder.event(event, range);
    }
    let links = parser.reference_definitions();
    let bracketed_definitions = definitions::bracketed(text, links, &builder.used);
    let bracketed_targets = definitions::with_bracketed_target(links);
    let bracketed_titles = definitions::bracketed_titles(text, links);
    let definitions = definitions::in_order(links, std::mem::take(&mut builder.footnotes));
    let (blocks, pieces) = builder.finish();
    drop(parser);
    broken.sort_by_key(|span| (span.start, Reverse(span.end)));
    broken.dedup();
    let (images, broken_links): (Vec<_>, _) = broken.into_iter().partition(|span| text[span.clone()].starts_with('!'));
    let broken_images = images.into_iter().map(|span| without_label(text, span)).collect();
    Document {
        blocks,
        pieces,
        broken_links,
        broken_images,
        bracketed_definitions,
        bracketed_targets,
        bracketed_titles,
        definitions,
    }
}

/// The image of a reference: in `![it][name]`, the label by itself is a link without a definition.
fn without_label(text: &str, image: Range<usize>) -> Range<usize> {
    let label = text[image.clone()].rfind("][");
    image.start..label.map_or(image.end, |at| image.start + at + 1)
}

/// What Markdown knows as white space.
const WHITE_SPACE: [u8; 4] = *b" \t\n\r";

/// Builds the tree from events.
struct Builder<'t> {
    text: &'t str,
    /// The blocks of the page so far.
    blocks: Vec<Block>,
    /// Those of all inline content so far.
    pieces: Pieces,
    /// The open containers, the innermost last.
    frames: Vec<Frame>,
    /// How many open containers are deeper than [`MAX_DEPTH`] and so not in `frames`.
    flattened: usize,
    leaf: Option<Leaf>,
    /// Bold texts of the leaf that are open, each from the first inline in it to the last.
    strong: Vec<Option<Range<usize>>>,
    /// Links of the leaf that are open.
    links: Vec<Link>,
    table: Option<(usize, Table)>,
    code: Option<(usize, Code)>,
    footnotes: Vec<Definition>,
    /// The labels of links by reference.
    used: HashSet<String>,
}

/// An open container with its blocks so far.
struct Frame {
    container: Container,
    start: usize,
    blocks: Vec<Block>,
}

enum Container {
    Quote,
    List {
        first_number: Option<u64>,
        items: Vec<ListItem>,
    },
    Item,
    /// A footnote definition, or a definition list and its parts.
    Other,
}

/// A run of inline content that is being read.
struct Leaf {
    start: usize,
    heading: Option<u8>,
    /// Made for the bare text of a tight list item or the like.
    implicit: bool,
    /// From the first inline to the last.
    range: Range<usize>,
    /// The pieces before it.
    first: Counts,
    task: bool,
    term: bool,
}

impl Leaf {
    fn new(start: usize, heading: Option<u8>, implicit: bool, pieces: &Pieces) -> Self {
        Leaf { start, heading, implicit, range: start..start, first: pieces.counts(), task: false, term: false }
    }
}

impl<'t> Builder<'t> {
    fn new(text: &'t str) -> Self {
        Builder {
            text,
            blocks: Vec::new(),
            pieces: Pieces::default(),
            frames: Vec::new(),
            flattened: 0,
            leaf: None,
            strong: Vec::new(),
            links: Vec::new(),
            table: None,
            code: None,
            footnotes: Vec::new(),
            used: HashSet::new(),
        }
    }

    fn event(&mut self, event: Event<'_>, range: Range<usize>) {
        match event {
            Event::Start(tag) => self.start(tag, range),
            Event::End(tag) => self.end(tag, range),
            Event::Text(_) => self.text(range),
            Event::Code(_) => self.code_span(range),
            Event::InlineHtml(_) => {
                self.touch(&range);
                self.pieces.html.push(range);
            }
            Event::SoftBreak | Event::HardBreak => self.line_break(&range),
            Event::FootnoteReference(_) => self.touch(&range),
            Event::TaskListMarker(_) => self.leaf_at(range.end).task = true,
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
            Tag::BlockQuote(_) => self.open(Container::Quote, range.start),
            Tag::List(first_number) => self.open(Container::List { first_number, items: Vec::new() }, range.start),
            Tag::Item => self.open(Container::Item, range.start),
            Tag::FootnoteDefinition(label) => {
                self.footnotes.push(Definition { label: fold_label(&format!("^{label}")), range: range.clone() });
                self.open(Container::Other, range.start);
            }
            Tag::DefinitionList | Tag::DefinitionListTitle | Tag::DefinitionListDefinition => {
                self.open(Container::Other, range.start);
            }
            Tag::CodeBlock(kind) => self.open_code(&kind, range),
            Tag::HtmlBlock => {
                self.close_leaf();
                self.block(range, BlockKind::Html);
            }
            Tag::Table(_) => {
                self.close_leaf();
                self.table = Some((range.start, Table::default()));
            }
            Tag::TableHead | Tag::TableRow => self.open_row(range, matches!(tag, Tag::TableHead)),
            Tag::TableCell => self.leaf = Some(Leaf::new(range.start, None, false, &self.pieces)),
            Tag::Strong => {
                self.touch(&range);
                self.strong.push(None);
            }
            Tag::Link { link_type, dest_url, id, .. } => self.open_link(range, link_type, &dest_url, &id, false),
            Tag::Image { link_type, dest_url, id, .. } => self.open_link(range, link_type, &dest_url, &id, true),
            Tag::Emphasis | Tag::Strikethrough | Tag::Superscript | Tag::Subscript => {
                self.touch(&range);
            }
            Tag::MetadataBlock(_) => {}
        }
    }

    fn end(&mut self, tag: TagEnd, range: Range<usize>) {
        match tag {
            TagEnd::Paragraph | TagEnd::Heading(_) => self.close_leaf(),
            TagEnd::DefinitionListTitle => {
                if let Some(leaf) = &mut self.leaf {
                    leaf.term = true;
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
            TagEnd::Strong => self.close_strong(range),
            TagEnd::Link | TagEnd::Image => self.close_link(&range),
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
        self.touch(&range);
        self.pieces.words.push(Word { range, running: self.links.is_empty() });
    }

    fn code_span(&mut self, range: Range<usize>) {
        self.touch(&range);
        self.pieces.words.push(Word { range: inside_backticks(self.text, &range), running: false });
        self.pieces.code.push(range);
    }

    fn line_break(&mut self, range: &Range<usize>) {
        // A break before all else, such as a backslash alone on its line, begins no second line.
        if self.leaf.as_ref().is_some_and(|leaf| !leaf.range.is_empty()) {
            self.pieces.line_starts.push(next_line(self.text, range.start));
        }
    }

    /// Extends the leaf, and what is open in it, to an inline.
    fn touch(&mut self, range: &Range<usize>) {
        let leaf = self.leaf_at(range.start);
        leaf.range = match leaf.range.is_empty() {
            true => range.clone(),
            false => leaf.range.start.min(range.start)..leaf.range.end.max(range.end),
        };
        if let Some(inner) = self.strong.last_mut() {
            inner.get_or_insert_with(|| range.clone()).end = range.end;
        }
        if let Some(link) = self.links.last_mut() {
            link.text_end = range.end;
        }
    }

    fn leaf_at(&mut self, start: usize) -> &mut Leaf {
        self.leaf.get_or_insert_with(|| Leaf::new(start, None, true, &self.pieces))
    }

    fn open_leaf(&mut self, start: usize, heading: Option<u8>) {
        // A task box with nothing behind it on its line stands before the paragraph.
        let task = self.leaf.take_if(|leaf| leaf.task && leaf.range.is_empty()).is_some();
        self.close_leaf();
        let leaf = Leaf::new(start, heading, false, &self.pieces);
        self.leaf = Some(Leaf { task, ..leaf });
    }

    fn close_leaf(&mut self) {
        let Some(leaf) = self.leaf.take() else { return };
        let start = if leaf.implicit { leaf.range.start } else { leaf.start };
        let range = start..leaf.range.end.max(start);
        let heading = leaf.heading;
        let inlines = self.stretch(leaf);
        match heading {
            Some(level) => {
                let line_end = self.text[range.end..].find('\n').map_or(self.text.len(), |at| range.end + at);
                self.block(range.start..line_end, BlockKind::Heading { level, inlines });
            }
            None => self.block(range, BlockKind::Paragraph(inlines)),
        }
    }

    /// A leaf with the pieces that were found since it began. What is still open in it stays without end.
    fn stretch(&mut self, leaf: Leaf) -> Stretch {
        self.strong.clear();
        self.links.clear();
        let Leaf { range, first, task, term, .. } = leaf;
        Stretch { range, first, last: self.pieces.counts(), task, term }
    }

    fn close_strong(&mut self, outer: Range<usize>) {
        if self.leaf.is_none() {
            return;
        }
        if let Some(Some(inner)) = self.strong.pop() {
            self.pieces.strong.push(Strong { outer: outer.clone(), inner });
        }
        self.touch(&outer);
    }

    fn open_link(&mut self, range: Range<usize>, link_type: LinkType, destination: &str, id: &str, image: bool) {
        if !id.is_empty() {
            self.used.insert(fold_label(id));
        }
        self.touch(&range);
        self.links.push(Link {
            text_end: range.start + if image { "![".len() } else { "[".len() },
            range,
            destination: destination.to_owned(),
            inline: link_type == LinkType::Inline,
            image,
        });
    }

    fn close_link(&mut self, range: &Range<usize>) {
        if self.leaf.is_some() {
            self.pieces.links.extend(self.links.pop());
            self.touch(range);
        }
    }

    fn open_code(&mut self, kind: &CodeBlockKind<'_>, range: Range<usize>) {
        self.close_leaf();
        let (info, fenced) = match kind {
            CodeBlockKind::Fenced(info) => (String::from(&**info), true),
            CodeBlockKind::Indented => (String::new(), false),
        };
        self.code = Some((range.start, Code { info, fenced, lines: Vec::new() }));
    }

    fn open_row(&mut self, range: Range<usize>, head: bool) {
        let range = self.trim_end(range);
        if let Some((_, table)) = &mut self.table {
            let row = Row { range, cells: Vec::new() };
            if head {
                table.header = row;
            } else {
                table.rows.push(row);
            }
        }
    }

    fn close_cell(&mut self, range: Range<usize>) {
        let Some(mut leaf) = self.leaf.take() else { return };
        if leaf.range.is_empty() {
            leaf.range = range.start..range.start;
        }
        let inlines = self.stretch(leaf);
        let Some((_, table)) = &mut self.table else { return };
        let row = table.rows.last_mut().unwrap_or(&mut table.header);
        row.cells.push(inlines);
    }

    fn open(&mut self, container: Container, start: usize) {
        self.close_leaf();
        // A list without room for its items would lose what they hold.
        let needed = if matches!(container, Container::List { .. }) { 2 } else { 1 };
        if self.flattened > 0 || self.frames.len() + needed > MAX_DEPTH {
            self.flattened += 1;
        } else {
            self.frames.push(Frame { container, start, blocks: Vec::new() });
        }
    }

    fn close(&mut self, end: usize) {
        self.close_leaf();
        if self.flattened > 0 {
            self.flattened -= 1;
            return;
        }
        let Some(Frame { container, start, blocks }) = self.frames.pop() else { return };
        match container {
            Container::Quote => self.block(start..end, BlockKind::Quote(blocks)),
            Container::Other => self.block(start..end, BlockKind::Container(blocks)),
            Container::List { first_number, items } => {
                self.block(start..end, BlockKind::List(List { first_number, items }));
            }
            Container::Item => {
                let range = self.trim_end(start..end);
                if let Some(Frame { container: Container::List { items, .. }, .. }) = self.frames.last_mut() {
                    items.push(ListItem { range, blocks });
                }
            }
        }
    }

    fn block(&mut self, range: Range<usize>, kind: BlockKind) {
        let block = Block { range: self.trim_end(range), kind };
        let blocks = self.frames.last_mut().map_or(&mut self.blocks, |frame| &mut frame.blocks);
        blocks.push(block);
    }

    /// The range without what follows its last character: white space, and the marks of the quotes around it, with which
    /// blank lines and the line after begin.
    fn trim_end(&self, range: Range<usize>) -> Range<usize> {
        let quotes = || self.frames.iter().filter(|frame| matches!(frame.container, Container::Quote)).count();
        let mut kept = trim_white_space(&self.text[range.clone()]);
        while kept.ends_with('>')
            && let Some((before, line)) = kept.rsplit_once('\n')
            && line.chars().all(|c| matches!(c, '>' | ' ' | '\t'))
            && line.matches('>').count() <= quotes()
        {
            kept = trim_white_space(before);
        }
        range.start..range.start + kept.len()
    }

    fn finish(mut self) -> (Vec<Block>, Pieces) {
        self.close_leaf();
        (self.blocks, self.pieces)
    }
}

fn trim_white_space(text: &str) -> &str {
    let last = text.bytes().rposition(|byte| !WHITE_SPACE.contains(&byte));
    &text[..last.map_or(0, |last| last + 1)]
}

/// Code text arrives in pieces that may hold one line or many, each with its end, of which a `\r` may lie between two
/// pieces.
fn push_lines(lines: &mut Vec<Range<usize>>, text: &str, range: Range<usize>) {
    let mut start = range.start;
    let mut continues = lines.last().is_some_and(|last| matches!(text.get(last.end..start), Some("" | "\r")));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markdown::blocks::each_leaf;
    use crate::markdown::definitions::undefined;

    #[test]
    fn nothing_is_lost_in_deep_containers() {
        for outer in ["", "> ", "> > "] {
            for depth in 1..40 {
                let items = (0..depth).map(|level| format!("{outer}{}- [a{level}]\n", "  ".repeat(level)));
                let text: String = items.collect();
                let mut paragraphs = 0;
                each_leaf(&parse(&text).blocks, &mut |block| {
                    paragraphs += usize::from(matches!(block.kind, BlockKind::Paragraph(_)));
                });
                assert_eq!(paragraphs, depth, "{outer:?}");
            }
        }
    }

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

    /// How many containers stand in each other.
    fn depth(blocks: &[Block]) -> usize {
        let depths = blocks.iter().map(|block| match &block.kind {
            BlockKind::Quote(blocks) | BlockKind::Container(blocks) => 1 + depth(blocks),
            BlockKind::List(list) => 2 + list.items.iter().map(|item| depth(&item.blocks)).max().unwrap_or(0),
            _ => 0,
        });
        depths.max().unwrap_or(0)
    }

    #[test]
    fn no_container_is_deeper_than_the_limit() {
        for outer in ["", "> ", "> > "] {
            for container in ["> ", "- ", "> - ", "- > "] {
                let deepest = depth(&parse(&format!("{outer}{}a\n", container.repeat(40))).blocks);
                assert!((MAX_DEPTH - 1..=MAX_DEPTH).contains(&deepest), "{outer:?} {container:?}: {deepest}");
            }
        }
    }

    fn lines_of_code(text: &str) -> Vec<&str> {
        let mut lines = Vec::new();
        each_leaf(&parse(text).blocks, &mut |block| {
            if let BlockKind::Code(code) = &block.kind {
                lines.extend(code.lines.iter().map(|line| text[line.clone()].trim_start()));
            }
        });
        lines
    }

    #[test]
    fn each_line_of_code_is_one_however_it_is_written() {
        for text in [
            "```\na[b\n\nc\n```\n",
            "```\r\na[b\r\n\r\nc\r\n```\r\n",
            "> ```\n> a[b\n>\n> c\n> ```\n",
            "- ```\n  a[b\n\n  c\n  ```\n",
            "    a[b\n\n    c\n",
            "\ta[b\n\n\tc\n",
            "-\t\ta[b\n\n\t\tc\n",
            ">\t\ta[b\n>\n>\t\tc\n",
        ] {
            assert_eq!(lines_of_code(text), ["a[b", "", "c"], "{text:?}");
        }
        for text in ["```\na\rb\n```\n", "    a\rb\n", ">     a\rb\n"] {
            assert_eq!(lines_of_code(text), ["a\rb"], "a carriage return by itself ends no line: {text:?}");
        }
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
        assert_eq!(used("`[^a]` \\[^b] [^e [d] [^c\n\n[^d]: x\n\n[^d]\n"), [""; 0]);
    }
}
