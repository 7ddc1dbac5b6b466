//! What a template is made of: sections with their elements, runs of items, slots and placeholders.

use std::ops::Range;
use std::sync::Arc;

use super::address::{Addresses, Key, Path};
use super::brackets::{Bracket, Site};
use crate::markdown::blocks::Definition;
use crate::vocabulary::Collection;

/// A parsed template. All ranges are byte ranges of its text.
#[derive(Debug, Default)]
pub struct Template {
    /// Every placeholder and topic: those of larger residue first, then those of the page in its order.
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
    pub(crate) definitions: Vec<Definition>,
    /// Links of every kind, sorted.
    pub(crate) link_spans: Vec<Range<usize>>,
    /// Brackets that Markdown hides.
    pub traps: Vec<Trap>,
    /// Every address and every part of one, folded by [`address_key`](super::address_key): what is not here is a
    /// further key.
    pub known: Addresses,
}

impl Template {
    /// The addresses of all sections.
    pub fn sections(&self) -> Vec<String> {
        fn list(section: &Section, found: &mut Vec<String>) {
            if !section.address.is_empty() {
                found.push(section.address.to_string());
            }
            section.sections.iter().for_each(|section| list(section, found));
        }
        let mut found = Vec::new();
        list(&self.root, &mut found);
        found
    }
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

/// A bracket that Markdown hides from the reader, or text that a bracket takes along.
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
    /// A bracket in an attribute of a tag.
    InAttribute,
    /// A bracket in the attributes of a heading, `{#id .class}`.
    InHeadingAttribute,
    /// A bracket in the info string of a fence.
    InInfoString,
    /// A bracket in the title of a link, of an image or of a definition.
    InTitle,
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
    /// Text under a heading such as `[More tables...]`, which goes with it.
    LeftOut,
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
    pub(crate) repeat: Option<Box<Repeat>>,
    /// One more sample of what a section before it is repeated for, or `[More tables...]`: its number does not matter.
    pub(crate) again: bool,
}

impl Section {
    /// Whether anything in it, or below it, asks for something; its heading aside.
    pub(super) fn asks(&self) -> bool {
        self.elements.iter().any(Element::asks)
            || self.sections.iter().any(|section| section.repeat.is_some() || section.asks())
    }
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

/// The samples of a repeated label, one right below the other.
#[derive(Debug)]
pub(crate) struct Samples {
    /// The one that is filled.
    pub(crate) first: Range<usize>,
    /// Where the last one ends.
    pub(crate) end: usize,
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
        samples: Samples,
        elements: Vec<Element>,
    },
}

impl Element {
    /// Whether it asks for something: a block of code may hold no placeholder.
    pub(super) fn asks(&self) -> bool {
        !matches!(self, Element::Code(code) if code.run.items.is_empty())
    }

    /// Whether it is something of which there can be more, and no prose.
    pub(super) fn is_run(&self) -> bool {
        self.asks() && !matches!(self, Element::Slots(_) | Element::Prompt(_))
    }
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

impl Slot {
    /// The slot of a bracket pair.
    pub(super) fn of(bracket: &Bracket, id: PlaceholderId, path: Path, form: Form, leaf: usize) -> Slot {
        Slot { id, range: bracket.range.clone(), path, aliases: Vec::new(), site: bracket.site.clone(), form, leaf }
    }
}

/// Which rules of escaping hold for a slot outside code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Prose,
    Heading,
    Cell,
    /// The line above the delimiter row of a table that it is not in.
    Header,
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
