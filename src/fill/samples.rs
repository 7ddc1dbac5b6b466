//! Samples of a run: which records they stand for, and a copy for each record.

use std::borrow::Cow;
use std::collections::HashSet;

use super::answer::Sample;
use super::record::{self, Record};
use super::run::{Targets, is_empty};
use super::section::Below;
use super::spot::block;
use super::write::code_span_at;
use super::written::Copies;
use super::{Filler, Status, Unit};
use crate::facts::{Entry, Kind, Table, Value, fold};
use crate::place::{self, Place};
use crate::slug::{label_of_key, slug};
use crate::source::{line_of, line_start};
use crate::splice::{Edit, Origin};
use crate::template::{Element, Form, Item, Key, Label, Role, Run, Site, Slot};

impl<'a, 'f> Filler<'a, 'f> {
    /// The copies that stand in place of the samples; `None` where nothing is known of the records.
    pub(super) fn samples(
        &mut self,
        run: &'a Run,
        record: Record<'f>,
        targets: Targets<'a, 'f>,
        unit: &mut Unit<'a, 'f>,
        edits: &mut Vec<Edit<'f>>,
    ) -> Option<Copies<'a>> {
        let samples: Vec<&'a Item> = run.items.iter().filter(|item| item.role == Role::Sample).collect();
        let copies = match self.records(run, &samples, record, targets) {
            Some(records) => {
                unit.answered += 1;
                Some(self.copies(run, &samples, &records, unit))
            }
            None => self.by_own_words(run, &samples, record, unit),
        };
        match &copies {
            Some(copies) => unit.kept |= !copies.is_empty(),
            None => self.items_missing(run, samples, record, unit, edits),
        }
        copies
    }

    /// A copy of the fitting sample for each record.
    fn copies(
        &mut self,
        run: &'a Run,
        samples: &[&'a Item],
        records: &[Record<'f>],
        unit: &mut Unit<'a, 'f>,
    ) -> Copies<'a> {
        let said = records.iter().map(|record| record.length()).sum();
        let mut copies = Copies::new(self.text, run, self.newline, records.len(), said);
        for record in records {
            let Some(sample) = fitting(samples, *record) else { continue };
            let again = !copies.is_empty();
            let start = copies.begin();
            self.copy_item(sample, *record, unit, &mut copies.text);
            if again {
                self.own_footnotes(&mut copies.text, start, &sample.range);
            }
        }
        if records.is_empty() {
            samples.iter().for_each(|sample| self.set_all(&sample.range, Status::Removed));
        }
        for slot in samples.iter().flat_map(|sample| &sample.slots) {
            self.statuses[slot.id].get_or_insert(Status::Removed);
        }
        copies
    }

    /// The records that stand in place of samples; `None` where neither facts nor schema say anything.
    fn records(
        &mut self,
        run: &'a Run,
        samples: &[&'a Item],
        record: Record<'f>,
        targets: Targets<'a, 'f>,
    ) -> Option<Vec<Record<'f>>> {
        if let (Record::Table(table), Some(collection)) = (record, run.collection) {
            return Some(record::typed(self.facts.schema, Some(table), collection));
        }
        let short = targets.items.filter(|_| run.lead.is_none());
        let value = self.find(record, &run.records).map(|entry| &entry.value).or(short);
        if let Some(value) = value {
            return self.raw_records(run, samples, value);
        }
        match (record, run.collection) {
            (Record::Root, Some(collection)) if !self.facts.schema.tables.is_empty() => {
                Some(record::typed(self.facts.schema, None, collection))
            }
            _ => None,
        }
    }

    /// The records of a value: an array of tables or scalars, or a table whose keys are names.
    fn raw_records(&mut self, run: &'a Run, samples: &[&'a Item], value: &'f Value<'f>) -> Option<Vec<Record<'f>>> {
        let places = samples.iter().map(|sample| sample.slots.len() + usize::from(run.open && sample.label.is_some()));
        let most = places.max().unwrap_or(0);
        let place = || samples.first().map_or(run.range.clone(), |sample| sample.range.clone());
        match &value.kind {
            Kind::Array(items) => {
                let fits = |item: &Value<'_>| item.as_table().is_some() || most == 1 && item.scalar_text().is_some();
                if let Some(wrong) = items.iter().find(|item| !fits(item)) {
                    let wanted = if most == 1 { "a string or a table" } else { "a table with the fields of a record" };
                    self.wrong_form(wrong, &run.address, place(), wanted);
                }
                self.used.push(value.id);
                Some(items.iter().filter(|item| fits(item)).map(|value| Record::Raw { name: None, value }).collect())
            }
            Kind::Table(table) => {
                if !run.open && most == 1 && are_own_words(samples, table) {
                    return None;
                }
                let fits = |entry: &Entry<'_>| {
                    entry.value.as_table().is_some() || most <= 2 && entry.value.scalar_text().is_some()
                };
                for wrong in table.entries.iter().filter(|entry| !fits(entry)) {
                    let wanted = "a table with the fields of a record";
                    self.wrong_form(&wrong.value, &run.address, place(), wanted);
                }
                let entries = table.entries.iter().filter(|entry| fits(entry));
                Some(entries.map(|entry| Record::Raw { name: Some(entry), value: &entry.value }).collect())
            }
            _ => {
                let wanted = "an array of records, or a table of them by name,";
                self.wrong_form(value, &run.address, place(), wanted);
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
    ) -> Option<Copies<'a>> {
        let sole = |sample: &&'a Item| match sample.slots.as_slice() {
            [slot] if sample.nested.is_empty() => Some((*sample, slot)),
            _ => None,
        };
        let places: Vec<_> = samples.iter().map(sole).collect::<Option<_>>().filter(|_| !run.open)?;
        let table = match run.path.is_empty() {
            true => record.table(self.facts.root)?,
            false => self.find(record, &run.path)?.value.as_table()?,
        };
        let found: Vec<_> = places.iter().map(|(_, slot)| self.get(table, slot.path.first()?)).collect();
        if found.iter().all(Option::is_none) {
            return None;
        }
        let mut copies = Copies::new(self.text, run, self.newline, places.len(), 0);
        unit.answered += found.iter().flatten().count();
        for ((sample, slot), entry) in places.into_iter().zip(found) {
            match entry {
                Some(entry) if is_empty(&entry.value) => {
                    self.use_all(&entry.value);
                    self.set(slot.id, Status::Removed);
                }
                Some(entry) => {
                    let record = Record::Raw { name: None, value: &entry.value };
                    copies.begin();
                    self.copy_item(sample, record, unit, &mut copies.text);
                }
                None => {
                    self.note_missing(slot, record, unit);
                    let mut edits = Vec::new();
                    self.write_unanswered(&sample.slots, &mut edits);
                    copies.begin();
                    self.splice(&sample.range, &mut edits, &mut copies.text);
                }
            }
        }
        Some(copies)
    }

    /// Writes a sample filled from a record behind `out`.
    fn copy_item(&mut self, item: &'a Item, record: Record<'f>, unit: &mut Unit<'a, 'f>, out: &mut String) {
        let mut edits = self.rooms.pop().unwrap_or_default();
        let named = item.label.as_ref().filter(|_| item.role == Role::Sample);
        let sample = Sample { slots: &item.slots, named_by_label: named.is_some() };
        if let Some(label) = named {
            let name = match record {
                Record::Raw { name: Some(entry), .. } => Some(name_at(label, &entry.key)),
                Record::Raw { name: None, .. } => None,
                typed => Some(typed.name()),
            };
            let form = item.slots.first().map_or(Form::Prose, |slot| slot.form);
            edits.extend(name.map(|name| self.write_label(label, &name, form)));
        }
        let mut inner = Unit::default();
        self.names.push(item.slots.first());
        self.fill_slots(&item.slots, record, sample, &mut inner, &mut edits);
        self.elements(&item.nested, record, Targets::default(), &mut inner, &mut edits);
        self.settle_prompts(&mut inner, record, Below::NOTHING, &mut edits);
        self.names.pop();
        unit.gaps |= !inner.is_complete();
        self.splice(&item.range, &mut edits, out);
        self.rooms.push(edits);
    }

    /// A name in place of a label.
    pub(super) fn write_label(&self, label: &Label, name: &str, form: Form) -> Edit<'f> {
        match &label.site {
            Site::CodeSpan(span) => {
                let text = code_span_at(form, name);
                Edit::new(span.clone(), text, Origin::Code)
            }
            Site::CodeLine => Edit::new(label.range.clone(), name.to_owned(), Origin::Code),
            Site::Text | Site::LinkTarget => {
                let before = &self.text[line_start(self.text, label.range.start)..label.range.start];
                let after = &self.text[label.range.end..line_of(self.text, label.range.end).end];
                let place = Place::new(block(form, false, "")).between(before, after);
                Edit::new(label.range.clone(), place::text(name, &place).into_owned(), Origin::Prose)
            }
        }
    }
}

/// What a label made from a key says: in code a name is a name; in prose it is words.
pub(super) fn name_at<'k>(label: &Label, key: &'k str) -> Cow<'k, str> {
    if label.site == Site::Text { label_of_key(key) } else { Cow::Borrowed(key) }
}

/// Whether the keys of a table are the slugs of the samples' own placeholders.
fn are_own_words(samples: &[&Item], table: &Table<'_>) -> bool {
    if samples.len() < 2 || table.entries.is_empty() {
        return false;
    }
    let words = samples.iter().filter_map(|sample| sample.slots.first()?.path.first());
    let words: HashSet<_> = words.map(|word| fold(word)).collect();
    table.entries.iter().all(|entry| words.contains(&fold(&entry.key)))
}

/// The first sample that has a place for every field of the record, else the first.
fn fitting<'a>(samples: &[&'a Item], record: Record<'_>) -> Option<&'a Item> {
    if let [only] = samples {
        return Some(only);
    }
    let fields = match record {
        Record::Raw { value, .. } => value.as_table(),
        _ => None,
    };
    let fits =
        |sample: &&&Item| fields.is_none_or(|table| table.entries.iter().all(|entry| has_place(sample, &entry.key)));
    samples.iter().find(fits).or(samples.first()).copied()
}

fn has_place(sample: &Item, key: &str) -> bool {
    let (key_fold, slug) = (fold(key), slug(key));
    let slug_fold = fold(&slug);
    let means = |name: &Key| [&key_fold, &slug_fold].contains(&&fold(name));
    let named = |slot: &Slot| slot.path.first().into_iter().chain(&slot.aliases).any(means);
    sample.slots.iter().any(named) || sample.nested.iter().any(|element| element_has_place(element, &key_fold))
}

fn element_has_place(element: &Element, key: &str) -> bool {
    let first = |path: &[Key]| path.first().is_some_and(|first| fold(first) == key);
    match element {
        Element::Slots(slots) => slots.iter().any(|slot| first(&slot.path)),
        Element::Prompt(prompt) => first(&prompt.slot.path),
        Element::Run(run) => {
            // The fields of its records are their own, but for strings by their own words.
            let own = |item: &&Item| match item.role {
                Role::Sample | Role::Continuation => {
                    run.path.is_empty() && !run.open && item.slots.len() == 1 && item.nested.is_empty()
                }
                _ => true,
            };
            let of_item = |item: &Item| first(&item.path) || item.slots.iter().any(|slot| first(&slot.path));
            first(&run.records) || run.items.iter().filter(own).any(of_item)
        }
        Element::Code(code) => {
            first(&code.path) || code.run.items.iter().any(|item| item.slots.iter().any(|slot| first(&slot.path)))
        }
        Element::Repeat { repeat, .. } => first(&repeat.records),
    }
}
