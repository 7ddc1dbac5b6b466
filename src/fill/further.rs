//! Keys that the template does not have: further items of a run, or slips of the pen.

use std::collections::HashMap;

use super::answer::{Answer, Inline, Writing, inline};
use super::misfit::Wrong;
use super::record::Record;
use super::run::Targets;
use super::samples::name_at;
use super::{Filler, Unit};
use crate::diagnostic::{Code, Diagnostic, Sub};
use crate::facts::{Entry, Table, quote_key};
use crate::nearest::edits;
use crate::place::{self, Block, Misfit, Place};
use crate::slug::{label_of_key, slug};
use crate::splice::{Edit, Origin, Scope, splice_into};
use crate::template::{Form, Item, PlaceholderId, Role, Run, RunKind, Template, address_key};

/// How often a further key of a run is compared with a missing one: thousands of each meet in no book.
pub(super) const COMPARISONS: usize = 10_000;

/// A key at most so many edits from a missing one is a slip and no further item.
pub(super) const SLIP: usize = 2;

impl<'a, 'f> Filler<'a, 'f> {
    /// Items for keys that the template does not have.
    pub(super) fn further(
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
                None => scalars && !matches!(inline(&entry.value, Writing::Prose), Inline::No),
            };
            if fits && !self.near_miss(entry, &missing, &run.base, &mut comparisons) {
                further.extend(self.further_item(run, entry, unit));
            }
        }
        further
    }

    /// Entries of the first file that no address of this or another template of it names.
    fn further_entries(&self, table: &'f Table<'f>, base: &str) -> Vec<&'f Entry<'f>> {
        table.entries.iter().filter(|entry| self.is_further(entry, base)).collect()
    }

    /// Whether an entry is of the first file, and no address of this or another template of it.
    pub(super) fn is_further(&self, entry: &Entry<'_>, base: &str) -> bool {
        let known = |key: &str| {
            let address = if base.is_empty() { address_key(key) } else { address_key(&format!("{base}.{key}")) };
            self.template.known.contains(&address) || (self.facts.elsewhere)(&address)
        };
        entry.key_span.source == self.facts.first && !known(&entry.key) && !known(&slug(&entry.key))
    }

    /// The keys below an address that the table does not have.
    fn missing_keys(&self, table: &Table<'_>, base: &str) -> Vec<(String, PlaceholderId)> {
        let children = self.children.get_or_init(|| children(self.template));
        let below = children.get(&address_key(base)).into_iter().flatten();
        below.filter(|(child, _)| table.get(child).first().is_none()).cloned().collect()
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
        let near = missing
            .iter()
            .filter_map(|(child, id)| Some((edits(&entry.key, child)?, child.clone(), *id)))
            .filter(|(edits, _, _)| *edits <= SLIP)
            .min_by_key(|(edits, _, _)| *edits);
        let Some((_, child, id)) = near else { return false };
        self.tell_slip(entry, base, &child, id);
        true
    }

    /// Says that a key is nearly that of a placeholder without a fact, in place of asking for that.
    pub(super) fn tell_slip(&mut self, entry: &'f Entry<'f>, base: &str, child: &str, id: PlaceholderId) {
        self.use_all(&entry.value);
        let slot = self.span(self.template.placeholders[id].range.clone());
        let base = if base.is_empty() { String::new() } else { format!("{base}.") };
        self.slips.insert(format!("{base}{child}"));
        let title = format!("no placeholder has the address `{base}{}`", entry.key);
        self.diagnostics.push(
            Diagnostic::new(Code::UnknownFact, title, entry.key_span, "not an address of the template")
                .with_place(format!("`{base}{child}` is still without a fact"), slot, "")
                .with(Sub::Replace {
                    message: "a similar address is missing".to_owned(),
                    span: entry.key_span,
                    text: quote_key(child).into_owned(),
                }),
        );
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
            edits.push(self.write_label(label, &name_at(label, &entry.key), Form::Cell));
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
                    unit.gaps = true;
                    self.note_gap(slot, record, Vec::new());
                    answers.push((slot, None));
                }
            }
        }
        self.write_slots(&answers, &mut edits);
        self.spliced(&sample.range, edits)
    }

    fn further_line(&mut self, sample: &'a Item, entry: &'f Entry<'f>) -> Option<String> {
        let [slot] = sample.slots.as_slice() else { return None };
        let label = sample.label.as_ref()?;
        let answer = Answer::Fact(&entry.value);
        self.use_all(&entry.value);
        let mut edits = vec![Edit::new(label.range.clone(), entry.key.to_string(), Origin::Code)];
        edits.extend(self.write_code_line(slot, &answer));
        Some(self.spliced(&sample.range, edits))
    }

    fn further_bullet(&mut self, run: &'a Run, entry: &'f Entry<'f>) -> Option<String> {
        let last = run.items.iter().rev().find(|item| matches!(item.role, Role::Labelled | Role::Topic))?;
        let leaf = last.slots.first()?.leaf;
        let marker = &self.text[last.range.start..leaf];
        self.use_all(&entry.value);
        let label = label_of_key(&entry.key);
        let plain = Place::new(Block::Paragraph { line_start: false, prefix: "" }).between("**", ":** ");
        let answer = Answer::Fact(&entry.value);
        let item = self.labelled_item(run, &place::text(&label, &plain), &entry.key, leaf, &answer);
        match item.and_then(|item| self.guarded(item).map_err(Wrong::Misfit)) {
            Ok(text) => Some(format!("{marker}{text}")),
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
        let mut guarded = String::new();
        let edit = Edit::new(0..0, text, Origin::Prose);
        splice_into("", 0..0, &[edit], Some(Scope::Part), &mut guarded).map_err(|_| Misfit::Include)?;
        Ok(guarded)
    }

    fn misfit_further(&mut self, entry: &'f Entry<'f>, run: &Run, wrong: &Wrong) {
        let Some(slot) = run.items.iter().find_map(|item| item.slots.first()) else { return };
        let address = format!("{}.{}", run.base, entry.key);
        self.misfit_of(&Answer::Fact(&entry.value), &address, slot, wrong);
    }
}

/// The keys that a template has, by the folded address above them, each with one of the placeholders that it is for.
pub(super) type Children = HashMap<String, Vec<(String, PlaceholderId)>>;

/// The last keys of all addresses at the top.
fn children(template: &Template) -> Children {
    let mut children = Children::new();
    for (id, placeholder) in template.placeholders.iter().enumerate() {
        let Some(address) = placeholder.address.as_deref().filter(|address| !address.contains(['[', '{'])) else {
            continue;
        };
        let mut rest = address;
        // Tables on the way are keys, too; one is as good a place as another for what it holds.
        while let Some((parent, key)) = rest.rsplit_once('.') {
            let siblings = children.entry(address_key(parent)).or_default();
            // With what is known, all above it is.
            if siblings.last().is_some_and(|(last, _)| last == key) {
                break;
            }
            siblings.push((key.to_owned(), id));
            rest = parent;
        }
    }
    children
}
