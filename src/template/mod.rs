//! A chapter as a template: its sections, runs, code blocks and placeholders, each with its place and its address.
//!
//! [`parse`] hides from Markdown what it must not see, has the rest read as blocks, and goes through those from the top:
//! `residue`, `unclosed` → `sections` → `elements` → `list`, `table`, `code`; `brackets` tells what is a placeholder,
//! `labels` what names it, and `address` gives each its own.

mod address;
mod brackets;
mod code;
mod declare;
mod elements;
mod labels;
mod list;
mod model;
mod own_fields;
mod residue;
mod run;
mod sections;
mod table;
mod unclosed;

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

pub(crate) use address::address_parts;
pub use address::{Addresses, address_key};
use address::{Claims, Scope};
pub(crate) use address::{Key, Path};
use brackets::Bracket;
pub(crate) use brackets::{Site, words};
pub use declare::{declares_itself, looks_like_template};
pub(crate) use model::{
    CodeBlock, Element, Form, Item, Label, PlaceholderId, Prompt, Repeat, Role, Run, RunKind, Samples, Section, Slot,
};
pub use model::{Placeholder, PlaceholderKind, Template, Trap, TrapKind};
pub(crate) use residue::{lines_of, with_blank_lines};

use crate::markdown;
use crate::markdown::blocks::{Document, Pieces};

/// Reads a template. `is_literal` says which bracketed texts are never placeholders.
///
/// Total: any text is a template, if perhaps one without placeholders.
pub fn parse(text: &str, is_literal: &dyn Fn(&str) -> bool) -> Template {
    let mut page = Page::read(text);
    let brackets = brackets::of_document(text, &page.document, is_literal);
    let pieces = std::mem::take(&mut page.document.pieces);
    let mut builder = Builder {
        text,
        is_literal,
        pieces: &pieces,
        brackets: &brackets.placeholders,
        claims: Claims::with_room_for(page.document.blocks.len() / 2),
        item_end: None,
        template: Template::default(),
    };
    builder.note_hidden(&page);
    builder.read(page, &brackets.open)
}

/// What Markdown sees of a template, and what was hidden from it.
struct Page {
    document: Document,
    front_matter: Range<usize>,
    /// What stands between comments that say `template-only`.
    template_only: Vec<Range<usize>>,
    /// Definitions that are read as two placeholders.
    definitions: Vec<Range<usize>>,
}

impl Page {
    fn read(text: &str) -> Page {
        let front_matter = residue::front_matter(text);
        let mut visible = match front_matter.is_empty() {
            true => Cow::Borrowed(text),
            false => Cow::Owned(overwritten(text, std::slice::from_ref(&front_matter), '\n')),
        };
        let mut document = markdown::parse(&visible);
        let template_only = residue::template_only(text, &document);
        let definitions = residue::with_repetitions(&visible, std::mem::take(&mut document.bracketed_definitions));
        if !template_only.is_empty() || !definitions.is_empty() {
            let hidden = overwritten(&visible, &template_only, '\n');
            visible = Cow::Owned(overwritten(&hidden, &residue::colons(&hidden, &definitions), ';'));
            document = markdown::parse(&visible);
        }
        Page { document, front_matter, template_only, definitions }
    }
}

/// `text` with every byte of the ranges, which are sorted, replaced, so that the parser does not see them.
fn overwritten(text: &str, ranges: &[Range<usize>], with: char) -> String {
    let mut overwritten = String::with_capacity(text.len());
    let mut at = 0;
    for range in ranges {
        overwritten.push_str(&text[at..range.start]);
        overwritten.extend(std::iter::repeat_n(with, range.len()));
        at = range.end;
    }
    overwritten.push_str(&text[at..]);
    overwritten
}

/// What is known while a template is read.
struct Builder<'t> {
    text: &'t str,
    is_literal: &'t dyn Fn(&str) -> bool,
    pieces: &'t Pieces,
    /// The placeholders of the whole text, in order.
    brackets: &'t [Bracket],
    claims: Claims<'t>,
    /// The end of the innermost list item that is being read.
    item_end: Option<usize>,
    /// What has been found.
    template: Template,
}

impl Builder<'_> {
    /// Notes the brackets that Markdown reads as something else.
    fn note_hidden(&mut self, page: &Page) {
        // What looked like a repetition may have been code.
        let starts_bracket = |definition: &&Range<usize>| {
            page.document.broken_links.binary_search_by_key(&definition.start, |link| link.start).is_ok()
        };
        let definitions =
            page.definitions.iter().filter(starts_bracket).map(|range| (TrapKind::BracketedDefinition, range));
        let targets = page.document.bracketed_targets.iter().map(|range| (TrapKind::InTarget, range));
        let is_literal = |image: &&Range<usize>| (self.is_literal)(self.inner(&(image.start + "!".len()..image.end)));
        let images = page.document.broken_images.iter().filter(|image| !is_literal(image));
        let images = images.map(|range| (TrapKind::BareImage, range));
        let traps = definitions.chain(targets).chain(images).map(|(kind, range)| kind.at(range.clone()));
        self.template.traps = traps.collect();
        for title in &page.document.bracketed_titles {
            self.trap(TrapKind::InTitle, title.clone());
        }
    }

    /// Reads the page from the top, but for what is removed from it; `open` are the brackets that nothing closes.
    fn read(mut self, page: Page, open: &[usize]) -> Template {
        let Page { document: Document { mut blocks, definitions, .. }, front_matter, template_only, .. } = page;
        let notice = residue::take_notice(self.text, &mut blocks);
        let instructions = residue::take_instructions(self.text, &mut blocks, self.pieces);
        self.note_residue(front_matter, template_only, notice.into_iter().chain(instructions).collect());
        self.template.traps.extend(unclosed::find(self.text, &blocks, open, self.is_literal));
        let last = self.template.residue.iter().filter(|range| range.end == self.text.len());
        let end = last.map(|range| range.start).min().unwrap_or(self.text.len());
        self.template.root = self.sections(&blocks, end);
        let mut template = self.template;
        template.definitions = definitions;
        template.residue = merged(template.residue);
        template.images = merged(template.images);
        template.link_spans.sort_by_key(|span| span.start);
        template.traps.sort_by_key(|trap| trap.range.start);
        // What is removed is not published.
        template.traps.retain(|trap| {
            let behind = template.residue.partition_point(|range| range.start <= trap.range.start);
            template.residue[..behind].last().is_none_or(|range| range.end <= trap.range.start)
        });
        template.known = self.claims.into_addresses();
        template
    }

    /// Notes what is removed as a whole, and the brackets in it.
    fn note_residue(&mut self, front_matter: Range<usize>, template_only: Vec<Range<usize>>, notes: Vec<Range<usize>>) {
        let text = self.text;
        self.residue_placeholders(residue::front_matter_brackets(text, front_matter.clone()));
        // One may lie in the other, and a bracket is residue once.
        for range in merged(template_only.iter().chain(&notes).cloned().collect()) {
            self.residue_placeholders(brackets::in_code_lines(text, range));
        }
        let front_matter = Some(front_matter).filter(|range| !range.is_empty());
        let template_only = template_only.into_iter().map(|range| residue::with_container_lines(text, range));
        let blocks = front_matter.map(|range| with_blank_lines(text, range)).into_iter().chain(template_only);
        self.template.residue.extend(blocks.chain(notes));
    }

    fn residue_placeholders(&mut self, ranges: Vec<Range<usize>>) {
        let kind = PlaceholderKind::Residue;
        let placeholders =
            ranges.into_iter().map(|range| Placeholder { range, kind, address: None, section: Arc::default() });
        self.template.placeholders.extend(placeholders);
    }

    /// Notes a placeholder or topic that has an address.
    fn place(&mut self, range: Range<usize>, kind: PlaceholderKind, address: String, scope: &Scope) -> PlaceholderId {
        let section = scope.section.clone();
        self.template.placeholders.push(Placeholder { range, kind, address: Some(address), section });
        self.template.placeholders.len() - 1
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
