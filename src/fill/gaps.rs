//! What records lack, as messages: the place in the template, and the fields to add to each.

use std::collections::HashSet;

use super::additions::item_line;
use super::implied::Implied;
use super::{Filler, Record, Told, repair};
use crate::diagnostic::{Code, Diagnostic, Sub};
use crate::facts::{self, FactId, quote_key};
use crate::nearest::edits;
use crate::source::Span;
use crate::template::{Slot, address_key, address_parts};
use crate::wanted;

/// How many records are shown one by one before the rest is summed up.
const SHOWN: usize = 3;

/// A field that one record lacks.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct MissingField {
    record: Span,
    /// Its key, or those up to the records that it leads to.
    key: String,
}

/// A field that records lack.
pub(super) struct RecordGap<'a, 'f> {
    slot: &'a Slot,
    key: String,
    /// What stands for the key.
    wanted: Vec<Want>,
    records: Vec<Lacking<'f>>,
}

/// An address below a record, and what the template says of it.
struct Want {
    below: Vec<String>,
    hint: String,
}

/// A record that lacks a field.
struct Lacking<'f> {
    span: Span,
    /// What messages call it.
    called: String,
    /// Its fields.
    table: Option<&'f facts::Table<'f>>,
    /// It is one of the schema, whose typed fields are no slips of others.
    typed: bool,
    /// The table among whose relations it is to be said, where a column says it, which has no room for more.
    said_by_column: Option<&'f str>,
}

impl<'a, 'f> Filler<'a, 'f> {
    /// Notes that a record lacks what a placeholder wants, once for each fact.
    /// `below` is the slot's address below the record, empty where it is just a field of it.
    pub(super) fn note_gap(&mut self, slot: &'a Slot, record: Record<'f>, below: Vec<String>) {
        let Some(span) = record.span() else { return };
        let (key, below) = match below.iter().position(|part| part.ends_with(['}', ']'])) {
            Some(at) => (below[..=at].join("."), below),
            None if below.len() > 1 => (below.join("."), below),
            None => {
                let key = key_of(slot, record);
                (key.clone(), vec![key])
            }
        };
        let field = MissingField { record: span, key };
        if !self.told.insert(Told::Field(field.clone())) {
            self.note_nested(slot, &field, below);
            return;
        }
        self.noted.push((slot.id, field.clone()));
        let key = field.key.trim_end_matches(['[', ']', '{', '}']).to_owned();
        if below.len() > 1 {
            self.nested_gaps.insert(field, slot.id);
        }
        let wanted = vec![Want { below, hint: self.hint(slot) }];
        let called = self.called(record);
        let gap = self.gaps.entry(slot.id).or_insert_with(|| RecordGap { slot, key, wanted, records: Vec::new() });
        let table = record.table(self.facts.root);
        let typed = record.collection().is_some();
        gap.records.push(Lacking { span, called, table, typed, said_by_column: said_by_column(record) });
    }

    /// What messages call a record: one of an array goes by what it says at the place of its name.
    fn called(&self, record: Record<'f>) -> String {
        let Record::Raw { name: None, value } = record else { return record.called() };
        let Some((table, slot)) = value.as_table().zip(self.names.last().copied().flatten()) else {
            return record.called();
        };
        let keys = slot.path.last().into_iter().chain(&slot.aliases);
        let name =
            keys.filter_map(|key| table.get(key).first()?.value.scalar_text()).find(|name| !name.trim().is_empty());
        match name {
            Some(name) => format!("`{}`", name.lines().next().unwrap_or_default()),
            None if value.span.source == self.facts.first => {
                format!("the record at line {}", self.line_of_facts(value.span.start))
            }
            None => "a record without a name".to_owned(),
        }
    }

    /// One more field of nested records that are missing altogether.
    fn note_nested(&mut self, slot: &'a Slot, field: &MissingField, below: Vec<String>) {
        let hint = self.hint(slot);
        let gap = self.nested_gaps.get(field).and_then(|id| self.gaps.get_mut(id));
        let item = item_line(self.text, slot);
        // One record is enough, and it takes the form of the first sample.
        let is_of_first =
            |first: &Slot| item_line(self.text, first).zip(item).is_none_or(|(first, item)| item.is_inside(first));
        let is_new = |gap: &&mut RecordGap<'_, '_>| gap.wanted.iter().all(|want| want.below != below);
        if let Some(gap) = gap.filter(|gap| is_of_first(gap.slot)).filter(is_new) {
            gap.wanted.push(Want { below, hint });
        }
    }

    /// The address of a slot below the record that is being filled.
    pub(super) fn below_record(&self, slot: &Slot) -> Vec<String> {
        let address = self.template.placeholders[slot.id].address.as_deref().unwrap_or_default();
        let mut rest = address_parts(address, &slot.path).into_iter();
        for _ in 0..self.names.len() {
            if !rest.by_ref().any(|part| part.ends_with(['}', ']'])) {
                return Vec::new();
            }
        }
        let mut below: Vec<_> = rest.collect();
        if below.last().is_some_and(|last| last.ends_with(']')) {
            below.extend(slot.path.last().map(|key| key.to_string()));
        }
        below
    }

    /// Takes back what was noted since there were `kept` notes: what lacks it is left out.
    pub(super) fn forget_gaps(&mut self, kept: usize) {
        for (id, field) in self.noted.drain(kept..).rev() {
            self.told.remove(&Told::Field(field));
            if let Some(gap) = self.gaps.get_mut(&id) {
                gap.records.pop();
            }
        }
    }

    /// Reports what records lack, in the order of the page.
    pub(super) fn report_gaps(&mut self) {
        let mut gaps: Vec<_> = std::mem::take(&mut self.gaps).into_values().collect();
        if gaps.is_empty() {
            return;
        }
        gaps.sort_by_key(|gap| gap.slot.range.start);
        let mut used: HashSet<FactId> = self.used.iter().copied().collect();
        let schema = self.facts.schema;
        let unknown: HashSet<FactId> = schema.unknown.iter().map(|field| field.entry.value.id).collect();
        let mut implied = Implied::new(self.facts);
        for RecordGap { slot, key, wanted, mut records } in gaps {
            let address = self.template.placeholders[slot.id].address.as_deref().unwrap_or_default();
            let below = wanted.first().map(|want| want.below.join(".")).unwrap_or_default();
            let above = address.strip_suffix(&below).unwrap_or_default();
            records.retain(|record| !self.misspelt(slot, (above, &key), record, &unknown, &mut used));
            if !records.is_empty() {
                let span = self.span(slot.range.clone());
                self.diagnostics.push(lacking(&key, &wanted, &records, span, &mut implied));
            }
        }
    }

    /// Whether a record has the field under a name that is nearly right, which is told. A field that is `unknown` to the
    /// schema is told there. `above` is the address of the record, with a dot behind it.
    fn misspelt(
        &mut self,
        slot: &Slot,
        (above, key): (&str, &str),
        record: &Lacking<'f>,
        unknown: &HashSet<FactId>,
        used: &mut HashSet<FactId>,
    ) -> bool {
        let entries = record.table.map(|table| table.entries.as_slice()).unwrap_or_default();
        // A field of that very name holds no record where records are wanted: that is not its name's fault.
        let unused = entries.iter().filter(|entry| !used.contains(&entry.value.id) && entry.key != key);
        let near = unused.filter_map(|entry| Some((edits(&entry.key, key)?, entry)));
        let near = near.filter(|(_, entry)| !record.typed || unknown.contains(&entry.value.id));
        let known = &self.template.known;
        let near = near.filter(|(_, entry)| !known.contains(&address_key(&format!("{above}{}", entry.key))));
        let Some((_, entry)) = near.min_by_key(|(edits, _)| *edits) else { return false };
        self.left.push((slot.id, Code::UnknownFact));
        if record.typed {
            return true;
        }
        used.insert(entry.value.id);
        self.use_all(&entry.value);
        let title = format!("{} has `{}`, but no `{key}`", record.called, entry.key);
        let diagnostic = Diagnostic::new(Code::UnknownFact, title, entry.key_span, "no such field")
            .with_place(format!("`{key}` is wanted here"), self.span(slot.range.clone()), "")
            .with(Sub::Replace {
                message: format!("did you mean `{key}`?"),
                span: entry.key_span,
                text: quote_key(key).into_owned(),
            });
        self.diagnostics.push(diagnostic);
        true
    }
}

/// Says that records lack a field.
fn lacking<'f>(
    key: &str,
    wanted: &[Want],
    records: &[Lacking<'f>],
    place: Span,
    implied: &mut Implied<'f>,
) -> Diagnostic {
    let mut lines = Vec::new();
    for want in wanted {
        wanted::add(&mut lines, &want.below, &want.hint);
    }
    let title = match records {
        [only] => format!("{} has no `{key}`", only.called),
        _ => format!("{} records have no `{key}`", records.len()),
    };
    let mut diagnostic = Diagnostic::new(Code::UnfilledPlaceholder, title, place, format!("wants `{key}`"));
    let mut by_hand = records.len() > SHOWN;
    for record in records.iter().take(SHOWN) {
        let message = format!("add it to {}", record.called);
        let repair = record.table.and_then(|table| repair::insertion(&message, table, &lines, || implied.place(table)));
        by_hand |= repair.is_none();
        diagnostic = match repair {
            Some(repair) => diagnostic.with(repair),
            None => {
                let message = format!("{} is here", record.called);
                diagnostic.with_place(message, record.span, format!("has no `{key}`"))
            }
        };
    }
    let rest = records.get(SHOWN..).and_then(summed_up).map(Sub::Note);
    let helps = if by_hand { by_hand_of(wanted, records) } else { Vec::new() };
    rest.into_iter().chain(helps.into_iter().map(Sub::Help)).fold(diagnostic, Diagnostic::with)
}

/// The records that are not shown one by one.
fn summed_up(records: &[Lacking<'_>]) -> Option<String> {
    let names: Vec<_> = records.iter().take(20).map(|record| record.called.as_str()).collect();
    let more = records.len() - names.len();
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    (!names.is_empty()).then(|| format!("nor have {}{rest}", names.join(", ")))
}

/// What to do where no repair does it.
fn by_hand_of(wanted: &[Want], records: &[Lacking<'_>]) -> Vec<String> {
    let keys = wanted.first().map(|want| keys_up_to_records(&want.below)).unwrap_or_default();
    let help = if records.len() == 1 { "add" } else { "add to each" };
    let mut helps = vec![format!("{help} `{} = \"\"`", facts::dotted_path(keys))];
    if let Some(table) = records.iter().find_map(|record| record.said_by_column) {
        let header = facts::dotted_path(["tables", table, "relations"]);
        let columns = "with the `columns` and `references` of the column";
        helps.push(format!("for a column's own reference, add it to `[{header}]`, {columns}"));
    }
    helps
}

/// The table of a relation that only a column says.
fn said_by_column<'f>(record: Record<'f>) -> Option<&'f str> {
    match record {
        Record::Relation(table, relation) if relation.record.is_none() && relation.words.is_none() => {
            Some(table.name.text)
        }
        _ => None,
    }
}

/// The keys of an address below a record, up to the records that it leads to.
fn keys_up_to_records(below: &[String]) -> Vec<&str> {
    let records = below.iter().position(|part| part.ends_with(['}', ']']));
    let keys = below.iter().take(records.map_or(below.len(), |at| at + 1));
    keys.map(|part| part.trim_end_matches(['[', ']', '{', '}'])).collect()
}

/// The key that a slot itself knows.
pub(super) fn last_key(slot: &Slot) -> String {
    slot.path.last().map(|key| key.to_string()).unwrap_or_default()
}

/// The key that a record would answer a placeholder with.
fn key_of(slot: &Slot, record: Record<'_>) -> String {
    let typed = record.collection().and_then(|collection| {
        let field = slot.path.iter().chain(&slot.aliases).find_map(|slug| collection.field(slug))?;
        collection.key_of(field)
    });
    typed.map_or_else(|| last_key(slot), str::to_owned)
}
