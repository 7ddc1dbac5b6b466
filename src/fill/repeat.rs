//! Sections and labels that stand once for each record.

use std::ops::Range;

use super::answer::Sample;
use super::record::{self, Record};
use super::run::Targets;
use super::section::{Below, Fate, GONE};
use super::write::container_prefix;
use super::{Filler, Status, Unit};
use crate::facts::{Entry, Kind};
use crate::slug::without_numbering;
use crate::splice::{Edit, Origin};
use crate::template::{Element, Repeat, Samples, Section};

impl<'a, 'f> Filler<'a, 'f> {
    /// Fills a section once for each record.
    pub(super) fn repeated_section(
        &mut self,
        section: &'a Section,
        repeat: &'a Repeat,
        outer: Record<'f>,
        edits: &mut Vec<Edit<'f>>,
    ) -> Fate {
        let Some(records) = self.repeat_records(repeat, outer) else {
            return self.no_records(section, repeat, outer, edits);
        };
        if records.is_empty() {
            self.set_all(&section.range, Status::Removed);
            self.remove_section(section, edits);
            return GONE;
        }
        let mut complete = true;
        let mut copies = String::new();
        let separator = format!("{}{}", self.newline, self.newline);
        let number = self.last_number(section);
        let mut inner = Vec::new();
        for (at, record) in records.iter().enumerate() {
            let mut unit = Unit::default();
            let sample = Sample { slots: std::slice::from_ref(&repeat.name), named_by_label: false };
            self.names.push(Some(&repeat.name));
            self.fill_slots(sample.slots, *record, sample, &mut unit, &mut inner);
            self.fill_slots(&repeat.fields, *record, Sample::BESIDE, &mut unit, &mut inner);
            inner.extend(number.as_ref().and_then(|number| number.of_copy(at)));
            complete &= self.body(section, *record, Targets::default(), &mut inner).complete && unit.is_complete();
            self.names.pop();
            let start = copies.len();
            self.splice(&section.range, &mut inner, &mut copies);
            if at == 1 {
                // The others are about as long.
                copies.reserve((copies.len() - start) * (records.len() - at));
            }
            if at > 0 {
                self.own_footnotes(&mut copies, start, &section.range);
            }
            if at + 1 < records.len() && !copies[start..].ends_with(&separator) {
                copies.truncate(start + copies[start..].trim_end().len());
                copies.push_str(&separator);
            }
        }
        edits.push(Edit::new(section.range.clone(), copies, Origin::Template));
        Fate { complete, gone: false }
    }

    /// The records of something that is repeated; `None` where nothing is said.
    fn repeat_records(&mut self, repeat: &'a Repeat, outer: Record<'f>) -> Option<Vec<Record<'f>>> {
        if let Some(entry) = self.find(outer, &repeat.records) {
            let value = &entry.value;
            match &value.kind {
                Kind::Array(items) => {
                    self.used.push(value.id);
                    return Some(items.iter().map(|value| Record::Raw { name: None, value }).collect());
                }
                Kind::Table(table) => {
                    // Its keys are shown as names.
                    self.used.extend(table.entries.iter().map(|entry| entry.value.id));
                    let is_boolean = |entry: &&Entry<'_>| matches!(entry.value.kind, Kind::Boolean(_));
                    for wrong in table.entries.iter().filter(is_boolean).filter(|entry| !entry.value.is_false()) {
                        let wanted = "a table with the fields of a record, or `false` to leave it out,";
                        self.wrong_form(&wrong.value, &repeat.address, repeat.name.range.clone(), wanted);
                    }
                    // As `false` leaves a section out, it leaves out the one of that name.
                    let kept = table.entries.iter().filter(|entry| !is_boolean(entry));
                    return Some(kept.map(|entry| Record::Raw { name: Some(entry), value: &entry.value }).collect());
                }
                _ => {
                    let wanted = "an array of records, or a table of them by name,";
                    self.wrong_form(value, &repeat.address, repeat.name.range.clone(), wanted);
                    return Some(Vec::new());
                }
            }
        }
        let schema = self.facts.schema;
        let collection = repeat.collection.filter(|_| matches!(outer, Record::Root) && !schema.tables.is_empty())?;
        Some(record::typed(schema, None, collection))
    }

    /// The last number of a heading: the `1` of `3.1`.
    fn last_number(&self, section: &Section) -> Option<Number> {
        let heading = &self.text[section.heading.clone()];
        let marks = heading.len() - heading.trim_start_matches(['#', ' ', '\t']).len();
        let title = &heading[marks..];
        let length = title.len() - without_numbering(title).len();
        let number = title[..length].trim_end().trim_end_matches([')', '.']);
        let digits = number.len() - number.trim_end_matches(|c: char| c.is_ascii_digit()).len();
        let first = number[number.len() - digits..].parse().ok()?;
        let end = section.heading.start + marks + number.len();
        Some(Number { range: end - digits..end, first })
    }

    /// Fills a label and its block once for each record.
    pub(super) fn repeated_label(
        &mut self,
        repeat: &'a Repeat,
        samples: &Samples,
        elements: &'a [Element],
        outer: Record<'f>,
        unit: &mut Unit<'a, 'f>,
        edits: &mut Vec<Edit<'f>>,
    ) {
        let Samples { first: range, end } = samples;
        let further = range.end..*end;
        if !further.is_empty() {
            self.set_all(&further, Status::Removed);
            edits.push(Edit::new(further, "", Origin::Template));
        }
        let Some(records) = self.repeat_records(repeat, outer) else {
            self.note_missing(&repeat.name, outer, unit);
            self.write_unanswered([&repeat.name], edits);
            self.elements_missing(elements, outer, unit, edits);
            return;
        };
        unit.answered += 1;
        if records.is_empty() {
            self.set_all(range, Status::Removed);
            self.remove_block(range.start..*end, unit, edits);
            return;
        }
        unit.kept = true;
        let (newline, prefix) = (self.newline, container_prefix(self.text, range.start));
        let gap = format!("{newline}{}{newline}{prefix}", prefix.trim_end());
        let mut copies = String::new();
        for record in records {
            let mut inner = Vec::new();
            let mut own = Unit::default();
            let sample = Sample { slots: std::slice::from_ref(&repeat.name), named_by_label: false };
            self.names.push(Some(&repeat.name));
            self.fill_slots(sample.slots, record, sample, &mut own, &mut inner);
            self.elements(elements, record, Targets::default(), &mut own, &mut inner);
            self.settle_prompts(&mut own, record, Below::NOTHING, &mut inner);
            self.names.pop();
            unit.gaps |= own.gaps;
            if copies.is_empty() {
                self.splice(range, &mut inner, &mut copies);
            } else {
                copies.push_str(&gap);
                let start = copies.len();
                self.splice(range, &mut inner, &mut copies);
                self.own_footnotes(&mut copies, start, range);
            }
        }
        edits.push(Edit::new(range.clone(), copies, Origin::Template));
    }
}

/// The last number of the heading of a section that is repeated.
struct Number {
    range: Range<usize>,
    first: usize,
}

impl Number {
    /// That of a later copy: `3.1` becomes `3.2`.
    fn of_copy<'f>(&self, copy: usize) -> Option<Edit<'f>> {
        let (number, digits) = (self.first.checked_add(copy)?, self.range.len());
        Some(Edit::new(self.range.clone(), format!("{number:0digits$}"), Origin::Template))
    }
}
