//! What is known of the places of a template before any value is looked at: found once, however many records follow.

use std::ops::Range;
use std::rc::Rc;

use super::Filler;
use super::write::{container_prefix, is_marks};
use crate::place::{Block, Edge, Place};
use crate::source::line_of;
use crate::template::{Form, Slot};
use crate::vocabulary::{Collection, Field};

/// The place of a slot of text.
pub(super) struct Spot<'a> {
    form: Form,
    line_start: bool,
    /// It is part of the text of a link.
    link: bool,
    /// What further lines begin with.
    prefix: String,
    before: &'a str,
    after: &'a str,
    newline: &'static str,
    pub(super) edge: Edge<'a>,
}

impl<'a> Spot<'a> {
    fn new(text: &'a str, line: &Range<usize>, slot: &Slot, link: bool, newline: &'static str) -> Self {
        let at = slot.range.clone();
        let far = line.end.clamp(at.end, at.end + NEAR);
        let end = (at.end..=far).rev().find(|&end| text.is_char_boundary(end)).unwrap_or(at.end);
        let head = &text[line.start.max(slot.leaf.min(at.start)).min(at.start)..at.start];
        let line_start = is_marks(head);
        let before = &text[near(text, line.start.min(at.start), at.start)];
        let after = &text[at.end..end];
        let prefix = if slot.form == Form::Prose { container_prefix(text, slot.leaf) } else { String::new() };
        let edge = Edge::of(&Place::new(block(slot.form, line_start, "")).between(before, after));
        Spot { form: slot.form, line_start, link, prefix, before, after, newline, edge }
    }

    pub(super) fn place(&self) -> Place<'_> {
        let block = block(self.form, self.line_start, &self.prefix);
        Place { newline: self.newline, link: self.link, ..Place::new(block) }.between(self.before, self.after)
    }
}

/// Whether a place is part of the text of a link.
fn is_in_link(links: &[Range<usize>], range: &Range<usize>) -> bool {
    let next = links.partition_point(|link| link.end <= range.start);
    links.get(next).is_some_and(|link| link.start < range.start)
}

/// The block that a slot of that form stands in.
pub(super) fn block(form: Form, line_start: bool, prefix: &str) -> Block<'_> {
    match form {
        Form::Cell => Block::Cell,
        Form::Header => Block::Header,
        Form::Heading => Block::Heading,
        Form::Prose => Block::Paragraph { line_start, prefix },
    }
}

/// How much of the line around a value can matter for it.
const NEAR: usize = 256;

fn near(text: &str, line_start: usize, at: usize) -> Range<usize> {
    let from = (at.saturating_sub(NEAR)..at).find(|&from| text.is_char_boundary(from)).unwrap_or(at);
    line_start.max(from).min(at)..at
}

/// What was found of each slot, by its placeholder. A placeholder may have more than one slot, so each knows whose it is.
pub(super) struct Spots<'a> {
    spots: Vec<Option<(*const Slot, Rc<Spot<'a>>)>>,
    fields: Vec<Option<(*const Slot, Collection, Option<Field>)>>,
    /// The line that was last looked at; places of one line come one after the other.
    line: Range<usize>,
}

impl Spots<'_> {
    pub(super) fn new(placeholders: usize) -> Self {
        Spots { spots: vec![None; placeholders], fields: vec![None; placeholders], line: 0..0 }
    }

    /// The typed field that a placeholder means, by its column's header or its own words.
    pub(super) fn field(&mut self, collection: Collection, slot: &Slot) -> Option<Field> {
        if let Some(&Some((of, known, field))) = self.fields.get(slot.id)
            && std::ptr::eq(of, slot)
            && known == collection
        {
            return field;
        }
        let mut names = slot.path.iter().chain(&slot.aliases);
        let field = if slot.path.len() == 1 { names.find_map(|slug| collection.field(slug)) } else { None };
        if let Some(known) = self.fields.get_mut(slot.id) {
            *known = Some((slot, collection, field));
        }
        field
    }
}

impl<'a> Filler<'a, '_> {
    /// The place of a slot of text.
    pub(super) fn spot(&mut self, slot: &Slot) -> Rc<Spot<'a>> {
        let spots = &mut self.spots;
        if let Some(Some((of, spot))) = spots.spots.get(slot.id)
            && std::ptr::eq(*of, slot)
        {
            return Rc::clone(spot);
        }
        let link = is_in_link(&self.template.link_spans, &slot.range);
        let at = slot.range.start;
        if !spots.line.contains(&at) {
            spots.line = line_of(self.text, at);
        }
        let spot = Rc::new(Spot::new(self.text, &spots.line, slot, link, self.newline));
        if let Some(known) = spots.spots.get_mut(slot.id) {
            *known = Some((slot, Rc::clone(&spot)));
        }
        spot
    }
}
