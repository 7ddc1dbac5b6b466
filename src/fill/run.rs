//! Runs: list items, table rows and code lines that are filled by key or stand once for each record.

use std::borrow::Cow;
use std::ops::Range;

use super::answer::{Answer, Inline, Sample, inline};
use super::record::{self, Record};
use super::write::{Wrong, container_prefix};
use super::{Filler, Status, Unit};
use crate::diagnostic::{Code, Diagnostic, Sub};
use crate::facts::{Entry, Kind, Table, Value, fold};
use crate::place::{self, Block, Misfit, Place};
use crate::slug::{label_of_key, slug};
use crate::splice::{Edit, Origin, splice_guarded};
use crate::template::{
    Element, Form, Item, Label, PlaceholderId, Role, Run, RunKind, Site, Slot, address_key, lines_of,
};

/// How often a further key of a run is compared with a missing one: thousands of each meet in no book.
const COMPARISONS: usize = 10_000;

/// What becomes of an item.
enum Plan<'f> {
    /// It stays, with edits in it.
    Keep(Vec<Edit<'f>>),
    Gone,
    /// These stand in its place.
    Copies(Vec<String>),
}

/// What stands in place of the samples of a run.
enum Records<'f> {
    /// No fact and no schema says anything.
    Unknown,
    These(Vec<Record<'f>>),
}

/// What a section knows about its runs.
#[derive(Clone, Copy, Default)]
pub(super) struct Targets<'a, 'f> {
    /// The run that takes further scalars.
    pub(super) scalars: Option<&'a Run>,
    /// The run that takes further tables.
    pub(super) tables: Option<&'a Run>,
    /// An array at the section's own path, short for its `items`.
    pub(super) items: Option<&'f Value<'f>>,
}

impl<'a, 'f> Filler<'a, 'f> {
    /// Fills a run.
    pub(super) fn run(
        &mut self,
        run: &'a Run,
        record: Record<'f>,
        targets: Targets<'a, 'f>,
        unit: &mut Unit<'a, 'f>,
        edits: &mut Vec<Edit<'f>>,
    ) {
        if let Some(entry) = self.empty_label(run, record) {
            self.use_all(&entry.value);
            unit.answered += 1;
            self.remove_run(run, unit, edits);
            return;
        }
        let mut plans = Vec::with_capacity(run.items.len());
        let samples = run.items.iter().any(|item| item.role == Role::Sample);
        let mut copies = if samples { self.samples(run, record, targets, unit, edits) } else { None };
        let known = copies.is_some();
        for item in &run.items {
            plans.push(match item.role {
                Role::Sample if !known => {
                    unit.kept += 1;
                    Plan::Keep(Vec::new())
                }
                Role::Sample => match copies.take() {
                    Some(copies) if !copies.is_empty() => Plan::Copies(copies),
                    _ => Plan::Gone,
                },
                Role::Continuation if known || !samples => {
                    self.set(item.slots[0].id, Status::Removed);
                    Plan::Gone
                }
                Role::Continuation => {
                    self.set(item.slots[0].id, Status::Missing);
                    Plan::Keep(Vec::new())
                }
                Role::Labelled => self.labelled(item, record, unit),
                Role::Topic => self.topic(run, item, record, unit),
                Role::Plain => {
                    let mut own = Vec::new();
                    self.elements(&item.nested, record, Targets::default(), unit, &mut own);
                    Plan::Keep(own)
                }
            });
        }
        let further = self.further(run, record, targets, unit);
        self.write_run(run, plans, further, unit, edits);
    }

    /// `[]` at the address of a labelled run.
    fn empty_label(&mut self, run: &Run, record: Record<'f>) -> Option<&'f Entry<'f>> {
        run.lead.as_ref()?;
        self.find(record, &run.path).filter(|entry| is_empty(&entry.value))
    }

    pub(super) fn remove_run(&mut self, run: &'a Run, unit: &mut Unit<'a, 'f>, edits: &mut Vec<Edit<'f>>) {
        let start = run.lead.as_ref().map_or(run.range.start, |lead| lead.start);
        for item in &run.items {
            for slot in &item.slots {
                self.set(slot.id, Status::Removed);
            }
        }
        self.remove_block(start..run.range.end, unit, edits);
    }

    fn labelled(&mut self, item: &'a Item, record: Record<'f>, unit: &mut Unit<'a, 'f>) -> Plan<'f> {
        let own = if item.label.is_some() { self.find(record, &item.path) } else { None };
        if let Some(entry) = own.filter(|entry| is_empty(&entry.value)) {
            self.use_all(&entry.value);
            self.leave_item_out(item, unit);
            return Plan::Gone;
        }
        if let [slot] = item.slots.as_slice() {
            let value = self.find(record, &slot.path).filter(|entry| is_empty(&entry.value));
            if let Some(entry) = value {
                self.use_all(&entry.value);
                self.leave_item_out(item, unit);
                return Plan::Gone;
            }
        }
        let below = item.slots.first().is_some_and(|slot| slot.path != item.path);
        let misfit = own.filter(|entry| below && entry.value.as_table().is_none());
        let mut edits = Vec::new();
        match misfit {
            Some(entry) => self.one_value_for_several(item, entry, unit),
            None => self.fill_slots(&item.slots, record, Sample::default(), unit, &mut edits),
        }
        self.elements(&item.nested, record, Targets::default(), unit, &mut edits);
        Plan::Keep(edits)
    }

    fn one_value_for_several(&mut self, item: &Item, entry: &'f Entry<'f>, unit: &mut Unit<'a, 'f>) {
        let address = item.path.join(".");
        self.wrong_form(&entry.value, &address, item.slots[0].range.clone(), "a table with a key for each place");
        self.use_all(&entry.value);
        unit.answered += 1;
        unit.kept += 1;
        item.slots.iter().for_each(|slot| self.set(slot.id, Status::Filled));
    }

    fn leave_item_out(&mut self, item: &Item, unit: &mut Unit<'a, 'f>) {
        unit.answered += 1;
        self.set_all(&item.range, Status::Removed);
    }

    /// A plain item that asks for something.
    fn topic(&mut self, run: &'a Run, item: &'a Item, record: Record<'f>, unit: &mut Unit<'a, 'f>) -> Plan<'f> {
        let Some(slot) = item.slots.first() else { return Plan::Keep(Vec::new()) };
        let Some(answer) = self.answer(record, slot, Sample { slots: &[], named_by_label: true }) else {
            return self.open_topic(run, slot, unit);
        };
        unit.answered += 1;
        self.set(slot.id, answer.status());
        if let Answer::Fact(value) = &answer {
            self.use_all(value);
            if is_empty(value) {
                self.set(slot.id, Status::Removed);
                return Plan::Gone;
            }
        }
        unit.kept += 1;
        let label = self.text[slot.range.clone()].trim_end().trim_end_matches(':').trim_end();
        let (before, after) = self.item_style(run, label, label);
        let prefix = container_prefix(self.text, slot.leaf);
        let place =
            Place { newline: self.newline, ..Place::new(Block::Paragraph { line_start: false, prefix: &prefix }) };
        match self.written(&answer, &place.between(&before, &after)) {
            Ok(value) => {
                Plan::Keep(vec![Edit::new(slot.range.clone(), format!("{before}{value}{after}"), Origin::Prose)])
            }
            Err(wrong) => {
                self.misfit(&answer, slot, &wrong);
                Plan::Keep(Vec::new())
            }
        }
    }

    fn open_topic(&mut self, run: &Run, slot: &'a Slot, unit: &mut Unit<'a, 'f>) -> Plan<'f> {
        if run.under_prompt && unit.prompt_answered {
            self.set(slot.id, Status::Removed);
            return Plan::Gone;
        }
        self.set(slot.id, Status::Missing);
        unit.kept += 1;
        if run.lead.is_some() {
            unit.label_topics.push(slot)
        } else {
            unit.open_topics.push(slot)
        }
        Plan::Keep(Vec::new())
    }

    /// What stands around the value of an item made from a topic or key: as in the last labelled item of the list, else
    /// a bold label. `in_code` is the label as it stands in a code span.
    fn item_style(&self, run: &Run, label: &str, in_code: &str) -> (String, String) {
        let sample = run.items.iter().rev().find(|item| item.role == Role::Labelled && item.slots.len() == 1);
        let styled = sample.and_then(|item| {
            let (slot, old) = (&item.slots[0], item.label.as_ref()?);
            let line_end = memchr::memchr2(b'\n', b'\r', &self.text.as_bytes()[slot.range.end..item.range.end]);
            let text_end = line_end.map_or(item.range.end, |at| slot.range.end + at);
            let label = match old.site {
                Site::Text => label,
                _ => Some(in_code).filter(|label| !label.contains('`'))?,
            };
            let same = slot.site == Site::Text && old.range.end <= slot.range.start;
            let head = self.text.get(slot.leaf..old.range.start)?;
            let middle = self.text.get(old.range.end..slot.range.start)?;
            same.then(|| (format!("{head}{label}{middle}"), self.text[slot.range.end..text_end].to_owned()))
        });
        styled.unwrap_or_else(|| (format!("**{label}:** "), String::new()))
    }
}

/// `[]`, which leaves out what stands at its address.
pub(super) fn is_empty(value: &Value<'_>) -> bool {
    value.as_array().is_some_and(<[_]>::is_empty)
}

impl<'a, 'f> Filler<'a, 'f> {
    /// The copies that stand in place of the samples; `None` where nothing is known of the records.
    fn samples(
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
                    unit.answered += copies.len();
                    unit.kept += copies.len();
                    return Some(copies);
                }
                None => {
                    self.samples_missing(&samples, record, unit, edits);
                    return None;
                }
            },
        };
        unit.answered += 1;
        unit.kept += records.len();
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
        samples: &[&'a Item],
        record: Record<'f>,
        unit: &mut Unit<'a, 'f>,
        edits: &mut Vec<Edit<'f>>,
    ) {
        for sample in samples {
            for slot in &sample.slots {
                self.note_missing(slot, record, unit);
            }
            let answers: Vec<_> = sample.slots.iter().map(|slot| (slot, None)).collect();
            self.write_slots(&answers, edits);
            self.elements_missing(&sample.nested, record, unit, edits);
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
                Element::Prompt(prompt) => {
                    self.note_missing(&prompt.slot, record, unit);
                    self.write_slots(&[(&prompt.slot, None)], edits);
                }
                Element::Run(run) => self.items_missing(&run.items, record, unit, edits),
                Element::Code(code) => self.items_missing(&code.run.items, record, unit, edits),
                Element::Repeat { repeat, elements, .. } => {
                    self.note_missing(&repeat.name, record, unit);
                    self.elements_missing(elements, record, unit, edits);
                }
            }
        }
    }

    fn items_missing(
        &mut self,
        items: &'a [Item],
        record: Record<'f>,
        unit: &mut Unit<'a, 'f>,
        edits: &mut Vec<Edit<'f>>,
    ) {
        for item in items {
            if item.role == Role::Continuation {
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
        let mut edits = Vec::new();
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
        self.fill_slots(&item.slots, record, sample, &mut inner, &mut edits);
        self.elements(&item.nested, record, Targets::default(), &mut inner, &mut edits);
        self.settle_prompts(&mut inner, record, true, false, &mut edits);
        unit.gaps += inner.gaps + inner.missing.len();
        self.splice(item.range.clone(), edits)
    }

    /// A name in place of a label.
    fn write_label(&mut self, label: &Label, name: &str, form: Form) -> Option<Edit<'f>> {
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
                let text = &self.text;
                let place = Place::new(block).between(
                    &text[..label.range.start][text[..label.range.start].rfind('\n').map_or(0, |at| at + 1)..],
                    &text[label.range.end..]
                        [..text[label.range.end..].find('\n').unwrap_or(text.len() - label.range.end)],
                );
                Some(Edit::new(label.range.clone(), place::text(name, &place).into_owned(), Origin::Prose))
            }
        }
    }
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
    let first = |path: &[String]| path.first().is_some_and(|first| fold(first) == key);
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

impl<'a, 'f> Filler<'a, 'f> {
    /// Items for keys that the template does not have.
    fn further(
        &mut self,
        run: &'a Run,
        record: Record<'f>,
        targets: Targets<'a, 'f>,
        unit: &mut Unit<'a, 'f>,
    ) -> Vec<String> {
        let is = |target: Option<&Run>| target.is_some_and(|target| std::ptr::eq(target, run));
        let (scalars, tables) = match run.lead {
            Some(_) => (run.kind != RunKind::Table, run.kind == RunKind::Table),
            None => (is(targets.scalars), is(targets.tables)),
        };
        let labelled = run.items.iter().any(|item| matches!(item.role, Role::Labelled | Role::Topic));
        if !(labelled && (scalars || tables)) || run.path.is_empty() {
            return Vec::new();
        }
        let Some(table) = self.find(record, &run.path).and_then(|entry| entry.value.as_table()) else {
            return Vec::new();
        };
        for (first, second) in table.collisions() {
            self.diagnostics.push(super::ambiguous(first, second));
            self.use_all(&second.value);
        }
        let entries = self.further_entries(table, &run.base);
        let missing = if entries.is_empty() { Vec::new() } else { self.missing_keys(table, &run.base) };
        let mut comparisons = COMPARISONS;
        let mut further = Vec::new();
        for entry in entries {
            let fits = match entry.value.as_table() {
                Some(_) => tables,
                None => scalars && !matches!(inline(&entry.value, false), Inline::No),
            };
            if fits && !self.near_miss(entry, &missing, &run.base, &mut comparisons) {
                further.extend(self.further_item(run, entry, unit));
            }
        }
        further
    }

    /// Entries of the first file that no address of this or another template of it names.
    fn further_entries(&self, table: &'f Table<'f>, base: &str) -> Vec<&'f Entry<'f>> {
        let known = |key: &str| {
            let address = address_key(&format!("{base}.{key}"));
            self.template.known.contains(&address) || self.facts.elsewhere.contains(&address)
        };
        let first = self.facts.first;
        let entries = table.entries.iter().filter(|entry| entry.key_span.source == first);
        entries.filter(|entry| !known(&entry.key) && !known(&slug(&entry.key))).collect()
    }

    /// The keys below an address that the table does not have.
    fn missing_keys(&self, table: &Table<'_>, base: &str) -> Vec<(String, PlaceholderId)> {
        let children = self.children.get(&address_key(base)).into_iter().flatten();
        children.filter(|(child, _)| table.get(child).first().is_none()).cloned().collect()
    }

    /// Whether a further key is nearly a missing one, which is told.
    fn near_miss(
        &mut self,
        entry: &'f Entry<'f>,
        missing: &[(String, PlaceholderId)],
        base: &str,
        comparisons: &mut usize,
    ) -> bool {
        let missing = &missing[..missing.len().min(*comparisons)];
        *comparisons -= missing.len();
        let key = fold(&entry.key).into_owned();
        let near = missing
            .iter()
            .filter(|(child, _)| child.len().abs_diff(entry.key.len()) <= 4)
            .map(|(child, id)| (strsim::damerau_levenshtein(&key, &fold(child)), child.clone(), *id))
            .filter(|(distance, child, _)| *distance <= 2 && distance * 2 < key.len().max(child.len()))
            .min_by_key(|(distance, _, _)| *distance);
        let Some((_, child, id)) = near else { return false };
        self.use_all(&entry.value);
        let slot = self.span(self.template.placeholders[id].range.clone());
        let title = format!("no placeholder has the address `{base}.{}`", entry.key);
        self.diagnostics.push(
            Diagnostic::new(Code::UnknownFact, title, entry.key_span, "not an address of the template")
                .with_place(format!("`{base}.{child}` is still without a fact"), slot, "")
                .with(Sub::Replace {
                    message: "a similar address is missing".to_owned(),
                    span: entry.key_span,
                    text: child,
                }),
        );
        true
    }

    fn further_item(&mut self, run: &'a Run, entry: &'f Entry<'f>, unit: &mut Unit<'a, 'f>) -> Option<String> {
        let sample = run.items.iter().rev().find(|item| item.role == Role::Labelled && item.label.is_some());
        match (run.kind, entry.value.as_table(), sample) {
            (RunKind::Table, Some(_), Some(sample)) => Some(self.further_row(sample, entry, unit)),
            (RunKind::Code, None, Some(sample)) => self.further_line(sample, entry),
            (RunKind::List { .. }, None, _) => self.further_bullet(run, entry),
            _ => None,
        }
    }

    fn further_row(&mut self, sample: &'a Item, entry: &'f Entry<'f>, unit: &mut Unit<'a, 'f>) -> String {
        let record = Record::Raw { name: Some(entry), value: &entry.value };
        let mut edits = Vec::new();
        if let Some(label) = &sample.label {
            edits.extend(self.write_label(label, &label_of_key(&entry.key), Form::Cell));
        }
        let depth = sample.path.len();
        let mut answers = Vec::new();
        for slot in &sample.slots {
            let found = entry.value.as_table().and_then(|table| {
                let mut keys = slot.path[depth.min(slot.path.len())..].iter();
                let first = table.get(keys.next()?).first()?;
                keys.try_fold(first, |entry, key| entry.value.as_table()?.get(key).first())
            });
            match found {
                Some(found) => {
                    self.use_all(&found.value);
                    answers.push((slot, Some(Answer::Fact(&found.value))));
                }
                None => {
                    unit.gaps += 1;
                    self.note_gap(slot, record);
                    answers.push((slot, None));
                }
            }
        }
        self.write_slots(&answers, &mut edits);
        self.splice(sample.range.clone(), edits)
    }

    fn further_line(&mut self, sample: &'a Item, entry: &'f Entry<'f>) -> Option<String> {
        let [slot] = sample.slots.as_slice() else { return None };
        let label = sample.label.as_ref()?;
        let answer = Answer::Fact(&entry.value);
        self.use_all(&entry.value);
        let mut edits = vec![Edit::new(label.range.clone(), entry.key.to_string(), Origin::Code)];
        edits.extend(self.write_code_line(slot, &answer));
        Some(self.splice(sample.range.clone(), edits))
    }

    fn further_bullet(&mut self, run: &'a Run, entry: &'f Entry<'f>) -> Option<String> {
        let last = run.items.iter().rev().find(|item| matches!(item.role, Role::Labelled | Role::Topic))?;
        let leaf = last.slots.first()?.leaf;
        let marker = &self.text[last.range.start..leaf];
        self.use_all(&entry.value);
        let label = label_of_key(&entry.key);
        let plain = Place::new(Block::Paragraph { line_start: false, prefix: "" }).between("**", ":** ");
        let (before, after) = self.item_style(run, &place::text(&label, &plain), &entry.key);
        let prefix = container_prefix(self.text, leaf);
        let place =
            Place { newline: self.newline, ..Place::new(Block::Paragraph { line_start: false, prefix: &prefix }) };
        match self.written(&Answer::Fact(&entry.value), &place.between(&before, &after)) {
            Ok(value) => match self.guarded(format!("{before}{value}{after}")) {
                Ok(text) => Some(format!("{marker}{text}")),
                Err(misfit) => {
                    self.misfit_further(entry, run, &Wrong::Misfit(misfit));
                    None
                }
            },
            Err(wrong) => {
                self.misfit_further(entry, run, &wrong);
                None
            }
        }
    }

    /// Text that is no part of the template, kept from including anything.
    fn guarded(&self, text: String) -> Result<String, Misfit> {
        if !self.options.guard_includes {
            return Ok(text);
        }
        splice_guarded("", 0..0, &[Edit::new(0..0, text, Origin::Prose)]).map_err(|refused| refused.misfit)
    }

    fn misfit_further(&mut self, entry: &'f Entry<'f>, run: &Run, wrong: &Wrong) {
        let Some(slot) = run.items.iter().find_map(|item| item.slots.first()) else { return };
        let address = format!("{}.{}", run.base, entry.key);
        self.misfit_of(&Answer::Fact(&entry.value), &address, slot, wrong);
    }

    /// Turns the plans of a run's items into edits.
    fn write_run(
        &mut self,
        run: &'a Run,
        plans: Vec<Plan<'f>>,
        further: Vec<String>,
        unit: &mut Unit<'a, 'f>,
        edits: &mut Vec<Edit<'f>>,
    ) {
        let gone = plans.iter().all(|plan| matches!(plan, Plan::Gone));
        if gone && further.is_empty() && run.kind != RunKind::Code {
            return self.remove_run(run, unit, edits);
        }
        unit.kept += further.len();
        let mut list = Written::new(self.text, run, self.newline);
        let last =
            plans.iter().zip(&run.items).rposition(|(_, item)| matches!(item.role, Role::Labelled | Role::Topic));
        let mut further = Some(further);
        for (at, plan) in plans.into_iter().enumerate() {
            let item = &run.items[at];
            match plan {
                Plan::Keep(mut own) => {
                    list.keep(item, edits);
                    edits.append(&mut own);
                }
                Plan::Gone => list.drop_item(at, edits),
                Plan::Copies(copies) => list.replace(at, copies, edits),
            }
            if Some(at) == last {
                list.add(at, further.take().unwrap_or_default(), edits);
            }
        }
    }
}

/// Writes the items of a run one after the other, with the gaps and numbers between them.
struct Written<'r, 't> {
    text: &'t str,
    run: &'r Run,
    gap: String,
    /// The number of the next item of an ordered list.
    number: Option<u64>,
    /// Items were dropped or added, so that the numbers after them are no longer those of the template.
    renumbers: bool,
    /// What the lines of an item after its first begin with, but for their indentation.
    prefix: String,
    /// Nothing was written yet.
    empty: bool,
    /// Start of the items dropped in front of the first one.
    dropped_from: Option<usize>,
}

impl<'r, 't> Written<'r, 't> {
    fn new(text: &'t str, run: &'r Run, newline: &str) -> Self {
        let first = &run.items[0];
        let gap = match run.items.get(1).filter(|_| run.kind != RunKind::Code) {
            Some(second) => text[first.range.end..second.range.start].to_owned(),
            None => format!("{newline}{}", container_prefix(text, first.range.start)),
        };
        let number = matches!(run.kind, RunKind::List { ordered: true }).then(|| number(&text[first.range.clone()]));
        let prefix = container_prefix(text, first.range.start);
        let number = number.flatten();
        Written { text, run, gap, number, renumbers: false, prefix, empty: true, dropped_from: None }
    }

    fn is_code(&self) -> bool {
        self.run.kind == RunKind::Code
    }

    fn next_number(&mut self) -> Option<u64> {
        let number = self.number?;
        self.number = Some(number.saturating_add(1));
        Some(number)
    }

    fn keep<'f>(&mut self, item: &Item, edits: &mut Vec<Edit<'f>>) {
        self.start_before(item.range.start, edits);
        if let Some(next) = self.next_number().filter(|_| self.renumbers) {
            let text = &self.text[item.range.clone()];
            // A longer number would want the lines below it further to the right; readers see numbers in order anyway.
            let fits = |old| old != next && (digits(next) <= digits(old) || !text.contains('\n'));
            if number(text).is_some_and(fits) {
                let digits = text.bytes().take_while(u8::is_ascii_digit).count();
                let range = item.range.start..item.range.start + digits;
                edits.push(Edit::new(range, next.to_string(), Origin::Template));
            }
        }
    }

    fn drop_item<'f>(&mut self, at: usize, edits: &mut Vec<Edit<'f>>) {
        self.renumbers = true;
        let range = self.run.items[at].range.clone();
        if self.is_code() {
            edits.push(Edit::new(lines_of(self.text, range), "", Origin::Template));
        } else if self.empty {
            self.dropped_from.get_or_insert(range.start);
        } else {
            edits.push(Edit::new(self.run.items[at - 1].range.end..range.end, "", Origin::Template));
        }
    }

    fn replace<'f>(&mut self, at: usize, copies: Vec<String>, edits: &mut Vec<Edit<'f>>) {
        let range = self.run.items[at].range.clone();
        self.start_before(range.start, edits);
        self.renumbers = true;
        let text = self.join(copies, false);
        edits.push(Edit::new(range, text, Origin::Template));
    }

    /// Adds items after the one at `at`, which may have been dropped.
    fn add<'f>(&mut self, at: usize, further: Vec<String>, edits: &mut Vec<Edit<'f>>) {
        if further.is_empty() {
            return;
        }
        self.renumbers = true;
        let Range { start, end } = self.run.items[at].range;
        // A code line goes with its line end: what is added takes the place of the whole line.
        if let Some(line) = edits.last_mut().filter(|edit| self.is_code() && edit.range.end > end) {
            let (before, after) = (&self.text[line.range.start..start], &self.text[end..line.range.end]);
            line.text = format!("{before}{}{after}", self.join(further, false)).into();
            return;
        }
        let leading = self.empty && !self.is_code();
        if leading {
            let start = self.dropped_from.take().unwrap_or(end);
            let text = self.join(further, false);
            edits.push(Edit::new(start..end, text, Origin::Template));
            self.empty = false;
            return;
        }
        let text = self.join(further, true);
        edits.push(Edit::new(end..end, text, Origin::Template));
    }

    /// Removes what was dropped in front of the first item that stays.
    fn start_before<'f>(&mut self, start: usize, edits: &mut Vec<Edit<'f>>) {
        if let Some(from) = self.dropped_from.take() {
            edits.push(Edit::new(from..start, "", Origin::Template));
        }
        self.empty = false;
    }

    fn join(&mut self, copies: Vec<String>, after: bool) -> String {
        let mut text = String::with_capacity(copies.iter().map(|copy| copy.len() + self.gap.len()).sum());
        for (at, copy) in copies.into_iter().enumerate() {
            if after || at > 0 {
                text.push_str(&self.gap);
            }
            match self.next_number().zip(number(&copy)) {
                Some((next, old)) => {
                    text.push_str(&next.to_string());
                    let rest = copy.trim_start_matches(|c: char| c.is_ascii_digit());
                    let more = digits(next).saturating_sub(digits(old));
                    text.push_str(&indented(rest, &self.prefix, more));
                }
                None => text.push_str(&copy),
            }
        }
        text
    }
}

fn digits(number: u64) -> usize {
    number.checked_ilog10().unwrap_or(0) as usize + 1
}

/// An item with the lines after its first moved to the right, as a longer number wants them.
fn indented<'i>(item: &'i str, prefix: &str, more: usize) -> Cow<'i, str> {
    if more == 0 || !item.contains('\n') {
        return Cow::Borrowed(item);
    }
    let mut moved = String::with_capacity(item.len() + more * 8);
    for (at, line) in item.split_inclusive('\n').enumerate() {
        match line.strip_prefix(prefix).filter(|rest| at > 0 && !rest.trim().is_empty()) {
            Some(rest) => {
                moved.push_str(prefix);
                moved.extend(std::iter::repeat_n(' ', more));
                moved.push_str(rest);
            }
            None => moved.push_str(line),
        }
    }
    Cow::Owned(moved)
}

/// The number that an ordered item starts with.
fn number(item: &str) -> Option<u64> {
    let digits = item.bytes().take_while(u8::is_ascii_digit).count();
    item[..digits].parse().ok()
}
