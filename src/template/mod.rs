//! A chapter as a template: its sections, runs, code blocks and placeholders, each with its place and its address.

pub(crate) mod blocks;
pub(crate) mod brackets;
mod code;
mod declare;
mod elements;
mod labels;
mod list;
mod residue;
mod sections;
mod table;
mod unclosed;

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

pub use declare::{declares_itself, looks_like_template};

use crate::slug::push_lowercase;
use crate::vocabulary::Collection;
use blocks::Document;
pub(crate) use brackets::{Site, inside_backticks};
pub(crate) use residue::{lines_of, with_blank_lines};

/// One key of a [`Path`], shared: that of a section is part of every path below it.
pub(crate) type Key = Arc<str>;

/// Keys from the root of the facts, or from a record where the template repeats something for records.
pub(crate) type Path = Arc<[Key]>;

/// A parsed template. All ranges are byte ranges of its text.
#[derive(Debug, Default)]
pub struct Template {
    /// Every placeholder and topic, in the order of the page.
    pub placeholders: Vec<Placeholder>,
    /// The page.
    pub(crate) root: Section,
    /// What is removed because it belongs to the template and not to the page (spec section 7), sorted.
    pub(crate) residue: Vec<Range<usize>>,
    /// Inline links to Markdown files, with their targets.
    pub links: Vec<(Range<usize>, String)>,
    /// Inline links to places of the page itself, with their ids.
    pub(crate) anchors: Vec<(Range<usize>, String)>,
    /// Images, where marks of HTML would be shown.
    pub(crate) images: Vec<Range<usize>>,
    /// Definitions of links and footnotes.
    pub(crate) definitions: Vec<blocks::Definition>,
    /// Links of every kind, sorted.
    pub(crate) link_spans: Vec<Range<usize>>,
    /// Brackets that Markdown hides.
    pub traps: Vec<Trap>,
    /// Every address and every part of one, folded by [`address_key`]: what is not here is a further key.
    pub known: HashSet<String>,
}

impl Template {
    /// The addresses of all sections.
    pub fn sections(&self) -> Vec<String> {
        let mut found = Vec::new();
        list_sections(&self.root, &mut found);
        found
    }
}

fn list_sections(section: &Section, found: &mut Vec<String>) {
    if !section.address.is_empty() {
        found.push(section.address.to_string());
    }
    section.sections.iter().for_each(|section| list_sections(section, found));
}

/// A placeholder or topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placeholder {
    /// The bracket pair with its brackets; for a topic the item's text.
    pub range: Range<usize>,
    /// What it is.
    pub kind: PlaceholderKind,
    /// Its address; `[]` stands for an array of records, `{}` for a table of tables. `None` for residue.
    pub address: Option<String>,
    /// The address of the section that it counts for.
    pub section: Arc<str>,
}

/// What a placeholder is, by where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlaceholderKind {
    /// A paragraph of its own.
    Prompt,
    /// In a labelled list item.
    Item,
    /// In a table cell.
    Cell,
    /// Anywhere else in prose.
    Inline,
    /// In a heading.
    Heading,
    /// In a code span.
    CodeSpan,
    /// In a code block.
    CodeBlock,
    /// In something that is repeated for records.
    Record,
    /// `[Additional columns...]`: says that a run is open.
    Continuation,
    /// In a code block that is a diagram.
    Diagram,
    /// In what is removed.
    Residue,
    /// A plain list item that asks for something.
    Topic,
}

impl PlaceholderKind {
    /// The name in machine formats.
    pub fn as_str(self) -> &'static str {
        match self {
            PlaceholderKind::Prompt => "prompt",
            PlaceholderKind::Item => "item",
            PlaceholderKind::Cell => "cell",
            PlaceholderKind::Inline => "inline",
            PlaceholderKind::Heading => "heading",
            PlaceholderKind::CodeSpan => "code_span",
            PlaceholderKind::CodeBlock => "code_block",
            PlaceholderKind::Record => "record",
            PlaceholderKind::Continuation => "continuation",
            PlaceholderKind::Diagram => "diagram",
            PlaceholderKind::Residue => "residue",
            PlaceholderKind::Topic => "topic",
        }
    }
}

/// A bracket that Markdown hides from the reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trap {
    /// How Markdown reads it.
    pub kind: TrapKind,
    /// Where it stands.
    pub range: Range<usize>,
}

/// How a bracket is read otherwise than it is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrapKind {
    /// `[Endpoint]: [URL]`, a link definition for CommonMark; read as two placeholders here.
    BracketedDefinition,
    /// `[other_table](id)`, a link to a bare word.
    HiddenPlaceholder,
    /// A bracket in a block of HTML, where Markdown has no say.
    InHtml,
    /// A bracket in the target of a link definition or an autolink.
    InTarget,
    /// `![Screenshot]`, an image without a file, of which the source is shown.
    BareImage,
    /// A bracket that opens and does not close.
    Unclosed,
    /// A bracket that a bar splits over two cells of a table.
    SplitCell,
    /// A bracket in code that closes on a later line.
    OverLines,
}

impl TrapKind {
    pub(crate) fn at(self, range: Range<usize>) -> Trap {
        Trap { kind: self, range }
    }
}

/// An index into [`Template::placeholders`] while the template is built and bound.
pub(crate) type PlaceholderId = usize;

/// A heading with all that stands under it.
#[derive(Debug, Default)]
pub(crate) struct Section {
    /// The heading without markup and mark; empty for the root.
    pub(crate) title: String,
    pub(crate) level: u8,
    /// From the heading to the next section that is not below this one.
    pub(crate) range: Range<usize>,
    /// The heading itself, without the line end.
    pub(crate) heading: Range<usize>,
    /// What the section holds before its first subsection, after the heading's line.
    pub(crate) body: Range<usize>,
    pub(crate) path: Path,
    /// The path for messages.
    pub(crate) address: Arc<str>,
    pub(crate) elements: Vec<Element>,
    pub(crate) sections: Vec<Section>,
    /// Its prompt starts with `If` or `Optional`.
    pub(crate) conditional: bool,
    /// Its body holds blocks without placeholders, which stay when all others go.
    pub(crate) has_own_text: bool,
    /// The blocks of the body that are neither placeholders nor labels of such.
    pub(crate) own_blocks: Vec<Range<usize>>,
    /// The heading is a placeholder, and the section stands once for each record.
    pub(crate) repeat: Option<Repeat>,
    /// One more sample of what a section before it is repeated for, or `[More tables...]`: its number does not matter.
    pub(crate) again: bool,
}

/// Something that stands once for each record; paths in it start at the record.
#[derive(Debug)]
pub(crate) struct Repeat {
    pub(crate) name: Slot,
    /// Further placeholders of the heading.
    pub(crate) fields: Vec<Slot>,
    pub(crate) records: Path,
    pub(crate) address: String,
    pub(crate) collection: Option<Collection>,
}

/// A piece of a section's body. Boxed, since most sections hold one or two.
#[derive(Debug)]
pub(crate) enum Element {
    /// Placeholders inside a paragraph, heading or header cell.
    Slots(Vec<Slot>),
    Prompt(Box<Prompt>),
    Run(Box<Run>),
    Code(Box<CodeBlock>),
    /// A label that is a placeholder, with its block.
    Repeat {
        repeat: Box<Repeat>,
        range: Range<usize>,
        elements: Vec<Element>,
    },
}

/// A place that takes one value.
#[derive(Clone, Debug)]
pub(crate) struct Slot {
    pub(crate) id: PlaceholderId,
    /// The bracket pair; for a topic the item's text, for a sample's label the label.
    pub(crate) range: Range<usize>,
    pub(crate) path: Path,
    /// Other names of the last key, for fields of records.
    pub(crate) aliases: Vec<Key>,
    pub(crate) site: Site,
    pub(crate) form: Form,
    /// Where the inline content around it starts: prefix and line start are read off there.
    pub(crate) leaf: usize,
}

/// Which rules of escaping hold for a slot outside code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Prose,
    Heading,
    Cell,
}

/// A paragraph that is one placeholder.
#[derive(Debug)]
pub(crate) struct Prompt {
    pub(crate) slot: Slot,
    /// The paragraph.
    pub(crate) range: Range<usize>,
    /// Ends in `:`, so it may go when all that it announces is answered.
    pub(crate) announces: bool,
    /// The label paragraph above it, removed with it.
    pub(crate) lead: Option<Range<usize>>,
    /// It has no label and so speaks for the section.
    pub(crate) of_section: bool,
    /// `[Repeat for each table]`: asks for nothing that does not stand above it.
    pub(crate) more: bool,
    /// Where the list item that it stands in ends.
    pub(crate) item_end: Option<usize>,
}

/// Neighbouring list items, table rows or code lines.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) kind: RunKind,
    pub(crate) range: Range<usize>,
    /// Where the keys of labelled items live.
    pub(crate) path: Path,
    /// Where the records of samples live.
    pub(crate) records: Path,
    /// `records` for messages, with its brackets.
    pub(crate) address: String,
    /// `path` for messages.
    pub(crate) base: String,
    /// The label paragraph above it, removed with it.
    pub(crate) lead: Option<Range<usize>>,
    pub(crate) items: Vec<Item>,
    /// All items come from the facts.
    pub(crate) open: bool,
    /// The typed records that fill it where the facts have none of its own.
    pub(crate) collection: Option<Collection>,
    /// Directly under the section's prompt.
    pub(crate) under_prompt: bool,
    /// A block of code with lines that hold no placeholder.
    pub(crate) own_lines: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RunKind {
    List { ordered: bool },
    Table,
    Code,
}

/// One item, row or line.
#[derive(Debug)]
pub(crate) struct Item {
    /// From the marker, the row's start or the line's start to the last character.
    pub(crate) range: Range<usize>,
    pub(crate) role: Role,
    /// The label's text without markup, as written, and its place.
    pub(crate) label: Option<Label>,
    /// The address of the item itself, for labelled items and topics.
    pub(crate) path: Path,
    pub(crate) slots: Vec<Slot>,
    /// Blocks inside the item.
    pub(crate) nested: Vec<Element>,
}

#[derive(Clone, Debug)]
pub(crate) struct Label {
    pub(crate) range: Range<usize>,
    /// In a code span, so that the name stands in it as it is.
    pub(crate) site: Site,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// Has a label and is filled by key, or has placeholders that are filled by their own words.
    Labelled,
    /// Stands for records.
    Sample,
    /// Plain text that asks for something.
    Topic,
    /// Says that the run is open.
    Continuation,
    /// The author's own text.
    Plain,
}

/// A fenced or indented block of code.
#[derive(Debug)]
pub(crate) struct CodeBlock {
    pub(crate) range: Range<usize>,
    /// The address that replaces the text inside.
    pub(crate) path: Path,
    pub(crate) fenced: bool,
    /// From the first line's start to the last line's end; `None` without lines.
    pub(crate) content: Option<Range<usize>>,
    pub(crate) run: Run,
    pub(crate) diagram: bool,
}

/// Reads a template. `is_literal` says which bracketed texts are never placeholders.
///
/// Total: any text is a template, if perhaps one without placeholders.
pub fn parse(text: &str, is_literal: &dyn Fn(&str) -> bool) -> Template {
    let front_matter = residue::front_matter(text);
    let mut masked = mask(text, std::slice::from_ref(&front_matter));
    let mut document = blocks::parse(&masked);
    let hidden = residue::template_only(text, &document.blocks);
    let definitions = std::mem::take(&mut document.bracketed_definitions);
    let definitions = residue::with_repetitions(&masked, definitions);
    if !hidden.is_empty() || !definitions.is_empty() {
        masked = mask(&masked, &hidden);
        masked = residue::without_definitions(masked, &definitions);
        document = blocks::parse(&masked);
    }
    // What looked like a repetition may have been code.
    let starts_bracket = |definition: &Range<usize>| {
        let at = document.broken_links.partition_point(|span| span.start < definition.start);
        document.broken_links.get(at).is_some_and(|span| span.start == definition.start)
    };
    let traps = definitions.into_iter().filter(starts_bracket).map(|range| TrapKind::BracketedDefinition.at(range));
    let targets = std::mem::take(&mut document.bracketed_targets);
    let traps = traps.chain(targets.into_iter().map(|range| TrapKind::InTarget.at(range)));
    let mut images = std::mem::take(&mut document.broken_images);
    images.retain(|range| !is_literal(text[range.clone()].trim_start_matches("![").trim_end_matches(']')));
    let traps = traps.chain(images.into_iter().map(|range| TrapKind::BareImage.at(range))).collect();
    let builder = Builder {
        text,
        is_literal,
        broken_links: std::mem::take(&mut document.broken_links),
        placeholders: Vec::new(),
        claims: HashMap::new(),
        numbered: HashMap::new(),
        links: Vec::new(),
        anchors: Vec::new(),
        images: Vec::new(),
        link_spans: Vec::new(),
        item_end: None,
        traps,
    };
    builder.template(document, front_matter, hidden)
}

/// `text` with the ranges turned into line ends, byte for byte, so that the parser does not see them.
fn mask(text: &str, ranges: &[Range<usize>]) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut at = 0;
    for range in ranges {
        masked.push_str(&text[at..range.start]);
        masked.extend(std::iter::repeat_n('\n', range.len()));
        at = range.end;
    }
    masked.push_str(&text[at..]);
    masked
}

/// What is known while a template is read.
struct Builder<'t> {
    text: &'t str,
    is_literal: &'t dyn Fn(&str) -> bool,
    broken_links: Vec<Range<usize>>,
    placeholders: Vec<Placeholder>,
    /// Addresses that are taken, with the text that they stand for; `None` for one that has others below it.
    claims: HashMap<String, Option<Cow<'t, str>>>,
    /// The numbers that were given to addresses that were taken.
    numbered: HashMap<String, Numbered<'t>>,
    traps: Vec<Trap>,
    links: Vec<(Range<usize>, String)>,
    anchors: Vec<(Range<usize>, String)>,
    images: Vec<Range<usize>>,
    link_spans: Vec<Range<usize>>,
    /// The end of the innermost list item that is being read.
    item_end: Option<usize>,
}

/// The numbers given to one address.
#[derive(Default)]
struct Numbered<'t> {
    /// How many were tried.
    last: u32,
    /// The number of each text.
    texts: HashMap<Cow<'t, str>, u32>,
    /// The number of the address that has others below it.
    node: Option<u32>,
}

/// The path with a number behind its last key: `code_2`.
fn with_number(path: &[Key], number: u32) -> Path {
    let Some((last, parents)) = path.split_last() else { return Path::default() };
    parents.iter().cloned().chain([format!("{last}_{number}").into()]).collect()
}

/// Where a part of the template stands among the facts.
#[derive(Clone)]
struct Scope {
    /// The address of the record around it, empty at the top.
    record: Arc<str>,
    /// The type of that record.
    collection: Option<Collection>,
    /// In something that is repeated.
    in_record: bool,
    /// Keys below the record.
    path: Path,
    /// The address of the section.
    section: Arc<str>,
}

impl Scope {
    /// The path of `key` here.
    fn path_to(&self, key: &str) -> Path {
        let at_root = self.record.is_empty() && self.path.is_empty();
        // `[tables]` is the schema's: a heading of that name has an address beside it.
        let taken = at_root && address_key(key) == Collection::Tables.key();
        let key = if taken { format!("{key}_2").into() } else { Key::from(key) };
        self.path.iter().cloned().chain([key]).collect()
    }

    fn below(&self, key: &str) -> Scope {
        self.with_path(self.path_to(key))
    }

    fn with_path(&self, path: Path) -> Scope {
        Scope { path, record: self.record.clone(), section: self.section.clone(), ..*self }
    }

    fn address(&self, path: &[Key]) -> String {
        let mut address =
            String::with_capacity(self.record.len() + path.iter().map(|key| key.len() + 1).sum::<usize>());
        address.push_str(&self.record);
        for key in path {
            if !address.is_empty() {
                address.push('.');
            }
            address.push_str(key);
        }
        address
    }
}

impl<'t> Builder<'t> {
    fn template(mut self, document: Document, front_matter: Range<usize>, hidden: Vec<Range<usize>>) -> Template {
        let Document { mut blocks, definitions, .. } = document;
        let mut residue = Vec::new();
        self.residue_placeholders(residue::front_matter_brackets(self.text, front_matter.clone()));
        if !front_matter.is_empty() {
            residue.push(with_blank_lines(self.text, front_matter));
        }
        let notes = residue::take_notice_and_instructions(self.text, &mut blocks);
        self.traps.extend(unclosed::find(self.text, &blocks, self.is_literal));
        // One may lie in the other, and a bracket is residue once.
        for range in merged(hidden.iter().chain(&notes).cloned().collect()) {
            self.residue_placeholders(brackets::in_code_lines(self.text, range));
        }
        residue.extend(hidden.into_iter().map(|range| with_blank_lines(self.text, range)));
        residue.extend(notes);
        let end = residue.iter().filter(|range| range.end == self.text.len()).map(|range| range.start).min();
        let root = self.sections(&blocks, end.unwrap_or(self.text.len()), &mut residue);
        let residue = merged(residue);
        // What is removed is not published.
        self.traps.retain(|trap| {
            let behind = residue.partition_point(|range| range.start <= trap.range.start);
            behind.checked_sub(1).is_none_or(|last| residue[last].end <= trap.range.start)
        });
        self.traps.sort_by_key(|trap| trap.range.start);
        let Builder { placeholders, links, anchors, images, mut link_spans, traps, claims, .. } = self;
        link_spans.sort_by_key(|span| span.start);
        let (known, images) = (claims.into_keys().collect(), merged(images));
        Template { placeholders, root, residue, links, anchors, images, definitions, link_spans, traps, known }
    }

    fn residue_placeholders(&mut self, ranges: Vec<Range<usize>>) {
        for range in ranges {
            let kind = PlaceholderKind::Residue;
            self.placeholders.push(Placeholder { range, kind, address: None, section: Arc::default() });
        }
    }
}

/// Sorted, and what overlaps as one: what stands inside the instructions may be residue of its own.
fn merged(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_by_key(|range| range.start);
    ranges.dedup_by(|next, last| {
        let overlaps = next.start < last.end;
        if overlaps {
            last.end = last.end.max(next.end);
        }
        overlaps
    });
    ranges
}

/// The form under which addresses are compared: lower case, without `-` and `_`.
pub fn address_key(address: &str) -> String {
    let mut key = String::with_capacity(address.len());
    address.chars().filter(|c| !matches!(c, '_' | '-')).for_each(|c| push_lowercase(&mut key, c));
    key
}

impl<'t> Builder<'t> {
    /// Takes the first of `candidates` that is free or stands for the same text, else the last one with a number.
    fn claim(&mut self, scope: &Scope, candidates: &[Path], text: impl Into<Cow<'t, str>>) -> Path {
        let text = text.into();
        for path in candidates {
            if self.try_claim(scope, path, text.clone()) {
                return path.clone();
            }
        }
        let last = candidates.last().cloned().unwrap_or_default();
        let base = address_key(&scope.address(&last));
        if let Some(&number) = self.numbered.get(&base).and_then(|numbered| numbered.texts.get(&text)) {
            return with_number(&last, number);
        }
        loop {
            let number = self.next_number(&base);
            let path = with_number(&last, number);
            if self.try_claim(scope, &path, text.clone()) {
                self.numbered.entry(base).or_default().texts.insert(text, number);
                return path;
            }
        }
    }

    /// The next number for an address that is taken.
    fn next_number(&mut self, base: &str) -> u32 {
        let numbered = self.numbered.entry(base.to_owned()).or_default();
        numbered.last += 1;
        numbered.last + 1
    }

    fn try_claim(&mut self, scope: &Scope, path: &[Key], text: Cow<'t, str>) -> bool {
        let key = address_key(&scope.address(path));
        match self.claims.get(&key) {
            Some(taken) => taken.as_ref() == Some(&text),
            None => {
                self.claims.insert(key, Some(text));
                true
            }
        }
    }

    /// Takes an address that has others below it; it may be taken again so.
    fn claim_node(&mut self, scope: &Scope, path: &Path) -> Path {
        let base = address_key(&scope.address(path));
        let mut own = match self.numbered.get(&base).and_then(|numbered| numbered.node) {
            Some(number) => with_number(path, number),
            None => path.clone(),
        };
        loop {
            let key = address_key(&scope.address(&own));
            match self.claims.get(&key) {
                Some(Some(_)) => {
                    let number = self.next_number(&base);
                    self.numbered.entry(base.clone()).or_default().node = Some(number);
                    own = with_number(path, number);
                }
                Some(None) => return own,
                None => {
                    self.claims.insert(key, None);
                    return own;
                }
            }
        }
    }

    fn place(&mut self, range: Range<usize>, kind: PlaceholderKind, address: String, scope: &Scope) -> PlaceholderId {
        let section = scope.section.clone();
        self.placeholders.push(Placeholder { range, kind, address: Some(address), section });
        self.placeholders.len() - 1
    }
}
