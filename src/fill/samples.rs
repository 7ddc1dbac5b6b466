//! Samples of a run: which records they stand for, and a copy for each record.

use std::borrow::Cow;

use super::answer::Sample;
use super::record::{self, Record};
use super::run::{Targets, is_empty};
use super::{Filler, Status, Unit};
use crate::facts::{Entry, Kind, Value, fold};
use crate::place::{self, Block, Place};
use crate::slug::{label_of_key, slug};
use crate::source::{line_of, line_start};
use crate::splice::{Edit, Origin};
use crate::template::{Element, Form, Item, Key, Label, Role, Run, Site, Slot, Template};

/// What stands in place of the samples of a run.
enum Records<'f> {
    /// No fact and no schema says anything.
    Unknown,
    These(Vec<Record<'f>>),
}

impl<'a, 'f> Filler<'a, 'f> {
    /// The copies that stand in place of the samples; `None` where nothing is known of the records.
    pub(super) fn samples(
        &mut self,
        run: &'a Run,
        record: Record<'f>,
        targets: Targets<'a, 'f>,
        unit: &mut Unit<'a, 'f>,
        edits: &mut Vec<Edit<'f>>,
    ) -> Option<Vec<String>> {
        let samples: Vec<&'a Item> = run.items.iter().filter(|item| item.role == Role::Sample).collect();
        let records = match self.records(run, &samples, record, targets) {
            Records::These(records) => records,
            Records::Unknown => match self.by_own_words(run, &samples, record, unit) {
                Some(copies) => {
                    unit.kept |= !copies.is_empty();
                    return Some(copies);
                }
                None => {
                    self.samples_missing(run, &samples, record, unit, edits);
                    return None;
                }
            },
        };
        unit.answered += 1;
        unit.kept |= !records.is_empty();
        let mut copies = Vec::with_capacity(records.len());
        for record in &records {
            let sample = fitting(&samples, *record);
            copies.push(self.copy_item(sample, *record, unit));
        }
        if records.is_empty() {
            for sample in &samples {
                self.set_all(&sample.range, Status::Removed);
            }
        }
        for sample in samples {
            for slot in &sample.slots {
                let status = self.statuses[slot.id];
                self.set(slot.id, status.unwrap_or(Status::Removed));
            }
        }
        Some(copies)
    }

    fn samples_missing(
        &mut self,
        run: &Run,
        samples: &[&'a Item],
        record: Record<'f>,
        unit: &mut Unit<'a, 'f>,
        edits: &mut Vec<Edit<'f>>,
    ) {
        // One record by name would do, of whichever kind; those of an array are asked for one by one.
        let first = samples.first().map_or(0, |first| first.range.start);
        for sample in samples {
            let alternative = run.open && sample.range.start > first && !has_own_address(self.template, run, sample);
            for slot in &sample.slots {
                match alternative {
                    true => self.set(slot.id, Status::Missing),
                    false => self.note_missing(slot, record, unit),
                }
            }
            if alternative {
                self.set_all(&sample.range, Status::Missing);
            }
            let answers: Vec<_> = sample.slots.iter().map(|slot| (slot, None)).collect();
            self.write_slots(&answers, edits);
            if !alternative {
                self.elements_missing(&sample.nested, record, unit, edits);
            }
        }
    }

    /// Where nothing is known of the records, what stands inside the samples is missing too.
    pub(super) fn elements_missing(
        &mut self,
        elements: &'a [Element],
        record: Record<'f>,
        unit: &mut Unit<'a, 'f>,
        edits: &mut Vec<Edit<'f>>,
    ) {
        for element in elements {
            match element {
                Element::Slots(slots) => {
                    slots.iter().for_each(|slot| self.note_missing(slot, record, unit));
                    let answers: Vec<_> = slots.iter().map(|slot| (slot, None)).collect();
                    self.write_slots(&answers, edits);
                }
                Element::Prompt(prompt) if prompt.more => self.set(prompt.slot.id, Status::Missing),
                Element::Prompt(prompt) => {
                    self.note_missing(&prompt.slot, record, unit);
                    self.write_slots(&[(&prompt.slot, None)], edits);
                }
                Element::Run(run) => self.items_missing(run, record, unit, edits),
                Element::Code(code) => self.items_missing(&code.run, record, unit, edits),
                Element::Repeat { repeat, elements, .. } => {
                    self.note_missing(&repeat.name, record, unit);
                    self.elements_missing(elements, record, unit, edits);
                }
            }
        }
    }

    fn items_missing(&mut self, run: &'a Run, record: Record<'f>, unit: &mut Unit<'a, 'f>, edits: &mut Vec<Edit<'f>>) {
        let first = run.items.iter().find(|item| item.role == Role::Sample).map_or(0, |item| item.range.start);
        for item in &run.items {
            let alternative = run.open
                && item.role == Role::Sample
                && item.range.start > first
                && !has_own_address(self.template, run, item);
            if item.role == Role::Continuation || alternative {
                self.set_all(&item.range, Status::Missing);
                continue;
            }
            item.slots.iter().for_each(|slot| self.note_missing(slot, record, unit));
            if !matches!(item.role, Role::Topic) {
                let answers: Vec<_> = item.slots.iter().map(|slot| (slot, None)).collect();
                self.write_slots(&answers, edits);
            }
            self.elements_missing(&item.nested, record, unit, edits);
        }
    }

    fn records(
        &mut self,
        run: &'a Run,
        samples: &[&'a Item],
        record: Record<'f>,
        targets: Targets<'a, 'f>,
    ) -> Records<'f> {
        if let (Record::Table(table), Some(collection)) = (record, run.collection) {
            return Records::These(record::typed(self.facts.schema, Some(table), collection));
        }
        let short = targets.items.filter(|_| run.lead.is_none());
        let value = self.find(record, &run.records).map(|entry| &entry.value).or(short);
        if let Some(value) = value {
            return match self.raw_records(run, samples, value) {
                Some(records) => Records::These(records),
                None => Records::Unknown,
            };
        }
        match (record, run.collection) {
            (Record::Root, Some(collection)) if !self.facts.schema.tables.is_empty() => {
                Records::These(record::typed(self.facts.schema, None, collection))
            }
            _ => Records::Unknown,
        }
    }

    /// The records of a value: an array of tables or scalars, or a table whose keys are names.
    fn raw_records(&mut self, run: &'a Run, samples: &[&'a Item], value: &'f Value<'f>) -> Option<Vec<Record<'f>>> {
        let places = samples.iter().map(|sample| sample.slots.len() + usize::from(run.open && sample.label.is_some()));
        let most = places.max().unwrap_or(0);
        match &value.kind {
            Kind::Array(items) => {
                let fits = |item: &Value<'_>| item.as_table().is_some() || most == 1 && item.scalar_text().is_some();
                if let Some(wrong) = items.iter().find(|item| !fits(item)) {
                    let wanted = if most == 1 { "a string or a table" } else { "a table with the fields of a record" };
                    self.wrong_form(wrong, &run.address, samples[0].range.clone(), wanted);
                }
                self.used.push(value.id);
                Some(items.iter().filter(|item| fits(item)).map(|value| Record::Raw { name: None, value }).collect())
            }
            Kind::Table(table) => {
                let own = |entry: &Entry<'_>| is_own_word(samples, &entry.key);
                if !run.open && most == 1 && !table.entries.is_empty() && table.entries.iter().all(own) {
                    return None;
                }
                let fits = |entry: &Entry<'_>| {
                    entry.value.as_table().is_some() || most <= 2 && entry.value.scalar_text().is_some()
                };
                for wrong in table.entries.iter().filter(|entry| !fits(entry)) {
                    let wanted = "a table with the fields of a record";
                    self.wrong_form(&wrong.value, &run.address, samples[0].range.clone(), wanted);
                }
                let entries = table.entries.iter().filter(|entry| fits(entry));
                Some(entries.map(|entry| Record::Raw { name: Some(entry), value: &entry.value }).collect())
            }
            _ => {
                let wanted = "an array of records, or a table of them by name,";
                self.wrong_form(value, &run.address, samples[0].range.clone(), wanted);
                Some(Vec::new())
            }
        }
    }

    /// Samples of one placeholder each may be filled by the slug of each, where their texts differ.
    fn by_own_words(
        &mut self,
        run: &'a Run,
        samples: &[&'a Item],
        record: Record<'f>,
        unit: &mut Unit<'a, 'f>,
    ) -> Option<Vec<String>> {
        let single = samples.iter().all(|sample| sample.slots.len() == 1 && sample.nested.is_empty());
        if !single || run.open {
            return None;
        }
        let table = match run.path.is_empty() {
            true => record.table(self.facts.root)?,
            false => self.find(record, &run.path)?.value.as_table()?,
        };
        let found: Vec<_> = samples.iter().map(|sample| self.get(table, &sample.slots[0].path[0])).collect();
        if found.iter().all(Option::is_none) {
            return None;
        }
        let mut copies = Vec::new();
        for (sample, entry) in samples.iter().zip(found) {
            match entry {
                Some(entry) => {
                    unit.answered += 1;
                    let record = Record::Raw { name: None, value: &entry.value };
                    if is_empty(&entry.value) {
                        self.use_all(&entry.value);
                        self.set(sample.slots[0].id, Status::Removed);
                    } else {
                        copies.push(self.copy_item(sample, record, unit));
                    }
                }
                None => {
                    self.note_missing(&sample.slots[0], record, unit);
                    let mut edits = Vec::new();
                    self.write_slots(&[(&sample.slots[0], None)], &mut edits);
                    copies.push(self.splice(sample.range.clone(), edits));
                }
            }
        }
        Some(copies)
    }

    /// A sample filled from a record.
    fn copy_item(&mut self, item: &'a Item, record: Record<'f>, unit: &mut Unit<'a, 'f>) -> String {
        let mut edits = Vec::with_capacity(item.slots.len() + 1);
        let named = item.label.as_ref().filter(|_| item.role == Role::Sample);
        let sample = Sample { slots: &item.slots, named_by_label: named.is_some() };
        if let Some(label) = named {
            let name = match record {
                // In code a name is a name; in prose it is words.
                Record::Raw { name: Some(entry), .. } if label.site == Site::Text => Some(label_of_key(&entry.key)),
                Record::Raw { name: Some(entry), .. } => Some(Cow::Borrowed(&*entry.key)),
                Record::Raw { name: None, .. } => None,
                typed => Some(Cow::Owned(last_part(typed))),
            };
            edits.extend(name.and_then(|name| self.write_label(label, &name, Form::Prose)));
        }
        let mut inner = Unit::default();
        self.names.push(item.slots.first());
        self.fill_slots(&item.slots, record, sample, &mut inner, &mut edits);
        self.elements(&item.nested, record, Targets::default(), &mut inner, &mut edits);
        self.settle_prompts(&mut inner, record, true, false, &mut edits);
        self.names.pop();
        unit.gaps |= !inner.is_complete();
        self.splice(item.range.clone(), edits)
    }

    /// A name in place of a label.
    pub(super) fn write_label(&mut self, label: &Label, name: &str, form: Form) -> Option<Edit<'f>> {
        match &label.site {
            Site::CodeSpan(span) => {
                let text = place::code_span(name, form == Form::Cell);
                Some(Edit::new(span.clone(), text, Origin::Code))
            }
            Site::CodeLine => Some(Edit::new(label.range.clone(), name.to_owned(), Origin::Code)),
            Site::Text | Site::LinkTarget => {
                let block = match form {
                    Form::Cell => Block::Cell,
                    Form::Heading => Block::Heading,
                    Form::Prose => Block::Paragraph { line_start: false, prefix: "" },
                };
                let before = &self.text[line_start(self.text, label.range.start)..label.range.start];
                let after = &self.text[label.range.end..line_of(self.text, label.range.end).end];
                let place = Place::new(block).between(before, after);
                Some(Edit::new(label.range.clone(), place::text(name, &place).into_owned(), Origin::Prose))
            }
        }
    }
}

/// Whether a sample's sole placeholder has an address of its own, beside that of the records.
fn has_own_address(template: &Template, run: &Run, sample: &Item) -> bool {
    let [slot] = sample.slots.as_slice() else { return false };
    let address = template.placeholders.get(slot.id).and_then(|placeholder| placeholder.address.as_deref());
    address.is_some_and(|address| !address.starts_with(&run.address))
}

/// A typed record's own name, without that of its table.
fn last_part(record: Record<'_>) -> String {
    match record {
        Record::Column(_, column) => column.name.text.to_owned(),
        other => other.name(),
    }
}

/// Whether a key is the slug of a sample's own placeholder.
fn is_own_word(samples: &[&Item], key: &str) -> bool {
    samples.len() > 1
        && samples.iter().any(|sample| sample.slots.first().is_some_and(|slot| fold(&slot.path[0]) == fold(key)))
}

/// The first sample that has a place for every field of the record, else the first.
fn fitting<'a>(samples: &[&'a Item], record: Record<'_>) -> &'a Item {
    if let [only] = samples {
        return only;
    }
    let fields = match record {
        Record::Raw { value, .. } => value.as_table(),
        _ => None,
    };
    let fits =
        |sample: &&&Item| fields.is_none_or(|table| table.entries.iter().all(|entry| has_place(sample, &entry.key)));
    samples.iter().find(fits).or(samples.first()).copied().unwrap_or(samples[0])
}

fn has_place(sample: &Item, key: &str) -> bool {
    let key_fold = fold(key);
    let named = |slot: &Slot| {
        slot.path
            .iter()
            .take(1)
            .chain(&slot.aliases)
            .any(|name| fold(name) == key_fold || fold(name) == fold(&slug(key)))
    };
    sample.slots.iter().any(named) || sample.nested.iter().any(|element| element_has_place(element, &key_fold))
}

fn element_has_place(element: &Element, key: &str) -> bool {
    let first = |path: &[Key]| path.first().is_some_and(|first| fold(first) == key);
    match element {
        Element::Slots(slots) => slots.iter().any(|slot| first(&slot.path)),
        Element::Prompt(prompt) => first(&prompt.slot.path),
        Element::Run(run) => {
            first(&run.records)
                || run.items.iter().any(|item| first(&item.path) || item.slots.iter().any(|slot| first(&slot.path)))
        }
        Element::Code(code) => {
            first(&code.path) || code.run.items.iter().any(|item| item.slots.iter().any(|slot| first(&slot.path)))
        }
        Element::Repeat { repeat, .. } => first(&repeat.records),
    }
}
