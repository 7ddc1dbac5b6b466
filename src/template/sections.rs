//! The outline: headings into nested sections, each with its path and its body.

use std::ops::Range;

use super::blocks::{Block, BlockKind, Inlines, List};
use super::brackets::{Bracket, Site};
use super::elements::{Body, record_scope};
use super::{Builder, Element, Form, Scope, Section, address_key};
use crate::slug::label_slug;
use crate::template::labels;

const MARK: &str = "[TEMPLATE]";

/// A heading with the blocks up to the next section that is not below it.
struct Part<'b> {
    heading: &'b Block,
    level: u8,
    inlines: &'b Inlines,
    blocks: &'b [Block],
    end: usize,
}

impl Builder<'_> {
    /// The page as a tree, up to `end`; the marks in headings go to the residue.
    pub(super) fn sections(&mut self, blocks: &[Block], end: usize, residue: &mut Vec<Range<usize>>) -> Section {
        let scope = Scope {
            record: String::new(),
            collection: None,
            in_record: false,
            path: Vec::new(),
            section: String::new(),
        };
        let title = blocks.iter().find(|block| matches!(block.kind, BlockKind::Heading { level: 1, .. }));
        let mut outline = Outline { builder: self, title: title.map(|block| block.range.start), residue };
        outline.section(None, blocks, end, &scope)
    }
}

struct Outline<'o, 't> {
    builder: &'o mut Builder<'t>,
    /// Where the title starts, whose section is not part of any path.
    title: Option<usize>,
    residue: &'o mut Vec<Range<usize>>,
}

impl Outline<'_, '_> {
    fn section(&mut self, part: Option<&Part<'_>>, blocks: &[Block], end: usize, outer: &Scope) -> Section {
        let first = blocks.iter().position(is_heading).unwrap_or(blocks.len());
        let (body_blocks, rest) = blocks.split_at(first);
        let heading = part.map_or(0..0, |part| part.heading.range.clone());
        let start = heading.start;
        let body_start =
            if part.is_some() { super::residue::lines_of(self.builder.text, heading.clone()).end } else { 0 };
        let body_end = rest.first().map_or(end, |block| block.range.start).max(body_start);
        let brackets = part.map(|part| self.heading_brackets(part.inlines)).unwrap_or_default();
        let title = part.map(|part| self.title(part.inlines)).unwrap_or_default();
        let is_title = part.is_none_or(|part| Some(part.heading.range.start) == self.title);
        if let Some(part) = part {
            self.builder.note_links(part.inlines);
        }
        let whole = self.is_placeholder(&title, &brackets);
        let mut scope = outer.clone();
        let mut repeat = None;
        if whole && !is_title {
            let leaf = part.map_or(start, |part| part.inlines.range.start);
            let found = self.builder.repeat(&brackets[0], outer, Form::Heading, leaf);
            scope = record_scope(outer, &found.address, found.collection);
            repeat = Some(found);
        } else if !is_title {
            scope = outer.below(&label_slug(&title));
        }
        scope.section = scope.address(&scope.path);
        let parts = parts(rest, end);
        self.claim_headings(&parts, &scope);
        let mut elements = Vec::new();
        if let Some(part) = part.filter(|_| repeat.is_none()) {
            let slots = self.builder.inline_slots(part.inlines, &brackets, &scope, Form::Heading);
            if !slots.is_empty() {
                elements.push(Element::Slots(slots));
            }
        }
        let mut body = self.body(body_blocks);
        elements.extend(self.builder.elements(body_blocks, &scope, &mut body));
        let sections = parts.iter().map(|part| self.section(Some(part), part.blocks, part.end, &scope)).collect();
        Section {
            title,
            level: part.map_or(0, |part| part.level),
            range: start..end,
            heading,
            body: body_start..body_end,
            address: scope.section.clone(),
            path: scope.path,
            elements,
            sections,
            conditional: body.conditional,
            has_own_text: body.has_own_text,
            repeat,
        }
    }

    /// The placeholders of a heading, without the mark, which is residue.
    fn heading_brackets(&mut self, inlines: &Inlines) -> Vec<Bracket> {
        let mut brackets = self.builder.brackets(inlines);
        let text = self.builder.text;
        let mut marks = Vec::new();
        brackets.retain(|bracket| {
            let is_mark = bracket.site == Site::Text && &text[bracket.range.clone()] == MARK;
            if is_mark {
                marks.push(bracket.range.clone());
            }
            !is_mark
        });
        for mark in &marks {
            let before = text[inlines.range.start..mark.start].trim_end().len();
            let after = text[mark.end..].len() - text[mark.end..].trim_start_matches(' ').len();
            let at_start = before == 0;
            self.residue.push(inlines.range.start + before..mark.end + if at_start { after } else { 0 });
        }
        self.builder.residue_placeholders(marks);
        brackets
    }

    fn title(&self, inlines: &Inlines) -> String {
        let plain = inlines.plain(self.builder.text, inlines.range.clone());
        plain.replace(MARK, "").trim().to_owned()
    }

    /// Whether a heading is one placeholder and nothing else.
    fn is_placeholder(&self, title: &str, brackets: &[Bracket]) -> bool {
        matches!(brackets, [bracket] if self.builder.text[bracket.range.clone()] == *title)
    }

    /// Takes the addresses of the sections below before anything in the body can.
    fn claim_headings(&mut self, parts: &[Part<'_>], scope: &Scope) {
        for part in parts {
            let title = self.title(part.inlines);
            if self.is_placeholder(&title, &self.builder.brackets(part.inlines)) {
                continue;
            }
            let path = scope.below(&label_slug(&title)).path;
            self.builder.claims.insert(address_key(&scope.address(&path)), None);
        }
    }

    /// Looks ahead: whether the body has a prompt, and whether an item takes its key.
    fn body(&mut self, blocks: &[Block]) -> Body {
        let mut body = Body::default();
        for block in blocks {
            self.look_ahead(block, &mut body);
        }
        body
    }

    fn look_ahead(&mut self, block: &Block, body: &mut Body) {
        match &block.kind {
            BlockKind::Paragraph(inlines) => {
                let brackets = self.builder.brackets(inlines);
                body.has_prompt |= matches!(&brackets[..], [bracket] if bracket.range == inlines.range);
                let names = labels::of_places(self.builder.text, inlines);
                body.description_taken |= brackets.iter().any(|bracket| {
                    let label = labels::of_place(&names, bracket.range.start);
                    label.is_some_and(|label| label_slug(label) == "description")
                });
            }
            BlockKind::List(list) => body.description_taken |= self.has_description(list),
            BlockKind::Quote(blocks) => blocks.iter().for_each(|block| self.look_ahead(block, body)),
            _ => {}
        }
    }

    fn has_description(&self, list: &List) -> bool {
        list.items.iter().filter_map(|item| item.blocks.first()).any(|block| match &block.kind {
            BlockKind::Paragraph(inlines) => {
                let brackets = self.builder.brackets(inlines);
                let label = labels::of_item(self.builder.text, inlines, &brackets);
                !brackets.is_empty() && label.is_some_and(|label| label_slug(&label.text) == "description")
            }
            _ => false,
        })
    }
}

fn is_heading(block: &Block) -> bool {
    matches!(block.kind, BlockKind::Heading { .. })
}

/// Splits blocks that start with a heading into sections side by side.
fn parts(blocks: &[Block], end: usize) -> Vec<Part<'_>> {
    let mut parts: Vec<Part<'_>> = Vec::new();
    let mut from = 0;
    for (at, block) in blocks.iter().enumerate() {
        let BlockKind::Heading { level, inlines } = &block.kind else { continue };
        if parts.last().is_some_and(|part| *level > part.level) {
            continue;
        }
        if let Some(part) = parts.last_mut() {
            part.end = block.range.start;
            part.blocks = &blocks[from..at];
        }
        from = at + 1;
        parts.push(Part { heading: block, level: *level, inlines, blocks: &[], end });
    }
    if let Some(part) = parts.last_mut() {
        part.blocks = &blocks[from..];
    }
    parts
}
