//! What is repeated for records of which nothing is said: all that it asks for is missing.

use super::missing::Extent;
use super::record::Record;
use super::section::{Fate, GONE, LEFT};
use super::{Filler, Status, Unit};
use crate::splice::Edit;
use crate::template::{Element, Item, Repeat, Role, Run, Section};

impl<'a, 'f> Filler<'a, 'f> {
    /// A repeated section without records: it may stay unfilled, or everything in it is missing.
    pub(super) fn no_records(
        &mut self,
        section: &'a Section,
        repeat: &'a Repeat,
        outer: Record<'f>,
        edits: &mut Vec<Edit<'f>>,
    ) -> Fate {
        let noted = self.noted.len();
        let mut unit = Unit::default();
        let mut own = Vec::new();
        self.heading_missing(repeat, outer, &mut unit, &mut own);
        self.section_missing(section, outer, &mut unit, &mut own);
        if self.may_stay_unfilled(section, outer, &unit) {
            self.tell_unfilled(section, outer, Extent::Whole, noted);
            self.set_all(&section.range, Status::Optional);
            self.remove_section(section, edits);
            return GONE;
        }
        self.report_unit(section, &unit);
        edits.append(&mut own);
        LEFT
    }

    fn section_missing(
        &mut self,
        section: &'a Section,
        record: Record<'f>,
        unit: &mut Unit<'a, 'f>,
        edits: &mut Vec<Edit<'f>>,
    ) {
        self.elements_missing(&section.elements, record, unit, edits);
        for child in section.sections.iter().filter(|child| !child.again) {
            if let Some(repeat) = &child.repeat {
                self.heading_missing(repeat, record, unit, edits);
            }
            self.section_missing(child, record, unit, edits);
        }
    }

    fn heading_missing(
        &mut self,
        repeat: &'a Repeat,
        record: Record<'f>,
        unit: &mut Unit<'a, 'f>,
        edits: &mut Vec<Edit<'f>>,
    ) {
        let slots = || std::iter::once(&repeat.name).chain(&repeat.fields);
        slots().for_each(|slot| self.note_missing(slot, record, unit));
        self.write_unanswered(slots(), edits);
    }

    /// What the pieces of a section or item ask for is missing.
    pub(super) fn elements_missing(
        &mut self,
        elements: impl IntoIterator<Item = &'a Element>,
        record: Record<'f>,
        unit: &mut Unit<'a, 'f>,
        edits: &mut Vec<Edit<'f>>,
    ) {
        for element in elements {
            match element {
                Element::Slots(slots) => {
                    slots.iter().for_each(|slot| self.note_missing(slot, record, unit));
                    self.write_unanswered(slots, edits);
                }
                Element::Prompt(prompt) if prompt.more => self.set(prompt.slot.id, Status::Missing),
                Element::Prompt(prompt) => {
                    self.note_missing(&prompt.slot, record, unit);
                    self.mark(&prompt.slot.range, edits);
                }
                Element::Run(run) => self.items_missing(run, &run.items, record, unit, edits),
                Element::Code(code) => {
                    self.items_missing(&code.run, &code.run.items, record, unit, edits);
                    self.mark_code(code, edits);
                }
                Element::Repeat { repeat, elements, .. } => {
                    self.heading_missing(repeat, record, unit, edits);
                    self.elements_missing(elements, record, unit, edits);
                }
            }
        }
    }

    /// What items of a run ask for is missing.
    pub(super) fn items_missing(
        &mut self,
        run: &'a Run,
        items: impl IntoIterator<Item = &'a Item>,
        record: Record<'f>,
        unit: &mut Unit<'a, 'f>,
        edits: &mut Vec<Edit<'f>>,
    ) {
        let mut sampled = false;
        for item in items {
            let is_sample = item.role == Role::Sample;
            // One record by name would do, of whichever kind; those of an array are asked for one by one.
            let alternative = run.open && is_sample && sampled;
            sampled |= is_sample;
            if item.role == Role::Continuation || alternative {
                self.set_all(&item.range, Status::Missing);
            } else {
                item.slots.iter().for_each(|slot| self.note_missing(slot, record, unit));
                self.elements_missing(&item.nested, record, unit, edits);
            }
            if !matches!(item.role, Role::Topic | Role::Continuation) {
                self.write_unanswered(&item.slots, edits);
            }
        }
    }

    /// Marks, in a draft, what a section asks for that stays as it is.
    pub(super) fn mark_section(&mut self, section: &'a Section, edits: &mut Vec<Edit<'f>>) {
        if self.options.draft {
            let mut unit = Unit::default();
            if let Some(repeat) = &section.repeat {
                self.heading_missing(repeat, Record::Root, &mut unit, edits);
            }
            self.section_missing(section, Record::Root, &mut unit, edits);
        }
    }

    /// The same for pieces of a section.
    pub(super) fn mark_elements(&mut self, elements: impl IntoIterator<Item = &'a Element>, edits: &mut Vec<Edit<'f>>) {
        if self.options.draft {
            self.elements_missing(elements, Record::Root, &mut Unit::default(), edits);
        }
    }
}
