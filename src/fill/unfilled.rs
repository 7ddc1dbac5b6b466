//! Sections that may stay unfilled: which they are, and what is left of them on the page.

use std::collections::HashSet;
use std::ops::Range;

use super::missing::Extent;
use super::section::{Fate, GONE};
use super::{Filler, Record, Status, Unit};
use crate::facts::fold;
use crate::splice::{Edit, Origin};
use crate::template::{Element, Section, address_key, lines_of};

/// The sections that a list of the configuration names, with all below them.
pub(super) struct Listed(HashSet<String>);

impl Listed {
    pub(super) fn new(addresses: &[&str]) -> Listed {
        Listed(addresses.iter().map(|address| address_key(address)).collect())
    }

    fn covers(&self, section: &Section) -> bool {
        if self.0.is_empty() {
            return false;
        }
        let address = address_key(&section.address);
        let mut ends = address.match_indices('.').map(|(at, _)| at).chain([address.len()]);
        ends.any(|end| self.0.contains(&address[..end]))
    }
}

impl<'a, 'f> Filler<'a, 'f> {
    /// Whether a section that lacks facts may stay away: it is optional or conditional, and nothing is said of it.
    pub(super) fn may_stay_unfilled(&mut self, section: &Section, record: Record<'f>, unit: &Unit<'a, 'f>) -> bool {
        let allowed = (section.conditional || self.optional.covers(section)) && !self.mandatory.covers(section);
        if allowed {
            self.set_optional(section);
        }
        // The title says something of the page, and nothing of what stands under it.
        let in_title = match section.elements.first() {
            Some(Element::Slots(slots)) => {
                let heads = slots.iter().filter(|slot| section.heading.contains(&slot.range.start));
                heads.filter(|slot| !unit.missing.iter().any(|missing| missing.id == slot.id)).count()
            }
            _ => 0,
        };
        allowed && unit.answered == in_title && !self.says_something(section, record)
    }

    /// Whether the facts hold anything for the section itself.
    fn says_something(&mut self, section: &Section, record: Record<'f>) -> bool {
        let Some(table) = self.find(record, &section.path).and_then(|entry| entry.value.as_table()) else {
            return false;
        };
        let keys = section.sections.iter().filter_map(|child| child.path.last());
        let below: HashSet<_> = keys.map(|key| fold(key)).collect();
        // What another template of the same facts asks for says nothing of this one.
        let foreign = |key: &str| {
            let address = address_key(&format!("{}.{key}", section.address));
            (self.facts.elsewhere)(&address) && !self.template.known.contains(&address)
        };
        table.entries.iter().any(|entry| !below.contains(&fold(&entry.key)) && !foreign(&entry.key))
    }

    /// Says that a section is left out: of the page, not of each record, whose gaps since there were `noted` are none then.
    pub(super) fn tell_unfilled(&mut self, section: &Section, record: Record<'f>, extent: Extent, noted: usize) {
        match record {
            Record::Root => self.note_unfilled(section, extent),
            _ => self.forget_gaps(noted),
        }
    }

    /// Leaves a section out, or only the blocks that ask for something: then the heading, the author's own text and what
    /// is `below` stay.
    pub(super) fn leave_unfilled(
        &mut self,
        section: &'a Section,
        record: Record<'f>,
        extent: Extent,
        mut below: Vec<Edit<'f>>,
        edits: &mut Vec<Edit<'f>>,
    ) -> Fate {
        self.set_all(&section.body, Status::Optional);
        if extent == Extent::Whole {
            self.remove_section(section, edits);
            return GONE;
        }
        let complete = self.fill_heading(section, record, edits);
        self.remove_but(&section.body, &section.own_blocks, edits);
        edits.append(&mut below);
        Fate { complete, gone: false }
    }

    /// Removes a body but for some of its blocks.
    fn remove_but(&self, body: &Range<usize>, kept: &[Range<usize>], edits: &mut Vec<Edit<'f>>) {
        let mut at = body.start;
        for block in kept {
            let lines = lines_of(self.text, block.clone());
            let blank = self.text[at..lines.start].trim().is_empty();
            if !blank {
                edits.push(Edit::new(at..lines.start, self.newline, Origin::Template));
            }
            at = lines.end;
        }
        if !self.text[at..body.end].trim().is_empty() {
            edits.push(Edit::new(at..body.end, self.newline, Origin::Template));
        }
    }
}
