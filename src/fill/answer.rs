//! What answers a placeholder, a fact or a typed field of the schema, and what a fact reads like.

use std::borrow::Cow;

use super::typed::{Words, typed_answer};
use super::{Filler, Record, Status};
use crate::facts::{Entry, Kind, Table, Value, fold};
use crate::schema::Owner;
use crate::template::{Key, Slot};
use crate::vocabulary::{Collection, Field};

/// An answer, not yet written for its place.
#[derive(Clone, Debug)]
pub(super) enum Answer<'f> {
    /// A fact: Markdown in prose, raw text in code.
    Fact(&'f Value<'f>),
    /// Text of the schema, shown as it is.
    Plain(Cow<'f, str>),
    /// Text of the schema with names in it.
    Words(Words<'f>),
}

impl Answer<'_> {
    pub(super) fn status(&self) -> Status {
        match self {
            Answer::Fact(_) => Status::Filled,
            Answer::Plain(_) | Answer::Words(_) => Status::Derived,
        }
    }
}

/// What a sample tells the fields about each other.
#[derive(Clone, Copy, Default)]
pub(super) struct Sample<'s> {
    /// All placeholders of the sample.
    pub(super) slots: &'s [Slot],
    /// The label stands for the name, so no placeholder does.
    pub(super) named_by_label: bool,
}

impl Sample<'static> {
    /// What stands beside a sample: nothing in it is a name.
    pub(super) const BESIDE: Sample<'static> = Sample { slots: &[], named_by_label: true };
}

impl<'a, 'f> Filler<'a, 'f> {
    /// What answers a placeholder at the root or in a record.
    pub(super) fn answer(&mut self, record: Record<'f>, slot: &Slot, sample: Sample<'_>) -> Option<Answer<'f>> {
        match record {
            Record::Root => Some(Answer::Fact(&self.find(record, &slot.path)?.value)),
            Record::Raw { name, value } => self.raw_field(name, value, slot, sample),
            typed => self.typed_field(typed, slot, sample),
        }
    }

    /// A field of a record without a type: one of its keys, its name, or the one value that it is.
    fn raw_field(
        &mut self,
        name: Option<&'f Entry<'f>>,
        value: &'f Value<'f>,
        slot: &Slot,
        sample: Sample<'_>,
    ) -> Option<Answer<'f>> {
        let is_name = !sample.named_by_label && sample.slots.first().is_some_and(|first| first.id == slot.id);
        let name = name.filter(|_| is_name).map(|entry| Answer::Plain(Cow::Borrowed(&*entry.key)));
        let Some(table) = value.as_table() else {
            // It answers the place it is the record of, and nothing else below a heading or label.
            let own = || sample.slots.iter().any(|own| own.id == slot.id).then_some(Answer::Fact(value));
            return name.filter(|_| sample.slots.len() > 1).or_else(own);
        };
        self.field(table, slot).map(Answer::Fact).or(name)
    }

    /// A field of a record by any of its names.
    fn field(&mut self, table: &'f Table<'f>, slot: &Slot) -> Option<&'f Value<'f>> {
        let (last, parents) = slot.path.split_last()?;
        let mut table = table;
        for key in parents {
            table = self.get(table, key)?.value.as_table()?;
        }
        let names = std::iter::once(last).chain(&slot.aliases);
        names.into_iter().find_map(|name| self.get(table, name)).map(|entry| &entry.value)
    }

    fn typed_field(&mut self, record: Record<'f>, slot: &Slot, sample: Sample<'_>) -> Option<Answer<'f>> {
        let collection = record.collection()?;
        let spots = &mut self.spots;
        let field = spots.field(collection, slot).or_else(|| {
            let unnamed = !sample.named_by_label
                && !sample.slots.iter().any(|slot| spots.field(collection, slot) == Some(Field::Name));
            let words = matches!(collection, Collection::Relations | Collection::Checks) && sample.slots.len() == 1;
            let first = sample.slots.first().is_some_and(|first| first.id == slot.id);
            (unnamed && first).then_some(if words { Field::Words } else { Field::Name })
        });
        let mut shows = |field| sample.slots.iter().any(|slot| spots.field(collection, slot) == Some(field));
        let answer = field.and_then(|field| typed_answer(self.facts.schema, record, field, &mut shows));
        let own = |filler: &mut Self| filler.field(record.table(filler.facts.root)?, slot).map(Answer::Fact);
        // A fact of the placeholder's own goes before what its words mean, but for the name, which is the key.
        let is_typed = |key: &Key| field == Some(Field::Name) || is_typed(collection, key);
        if self.facts.schema.unknown.is_empty() || slot.path.first().is_none_or(is_typed) {
            return answer.or_else(|| own(self));
        }
        own(self).or(answer)
    }
}

/// Whether a key is a typed field of such records.
fn is_typed(collection: Collection, key: &str) -> bool {
    Owner::of(collection).fields().iter().any(|field| fold(field) == fold(key))
}

/// What a value is written in, which decides what booleans read like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Writing {
    Prose,
    Code,
}

/// What a value reads like at an inline place.
pub(crate) enum Inline<'f> {
    /// Markdown in prose, raw text in code.
    Markdown(Cow<'f, str>),
    /// Shown as it is.
    Plain(Cow<'f, str>),
    /// Not an inline value.
    No,
}

/// A value as inline text: strings, numbers, booleans, dates and arrays of those, joined by `, `.
pub(crate) fn inline<'f>(value: &'f Value<'f>, writing: Writing) -> Inline<'f> {
    match &value.kind {
        Kind::String(text) => Inline::Markdown(Cow::Borrowed(text)),
        Kind::Boolean(yes) if writing == Writing::Prose => {
            Inline::Plain(Cow::Borrowed(if *yes { "Yes" } else { "No" }))
        }
        Kind::Number(_) | Kind::Boolean(_) | Kind::Datetime(_) => {
            Inline::Plain(Cow::Borrowed(value.scalar_text().unwrap_or_default()))
        }
        Kind::Array(items) if !items.is_empty() => {
            let mut joined = String::new();
            for item in items {
                let text = match inline(item, writing) {
                    Inline::Markdown(text) | Inline::Plain(text) if !matches!(item.kind, Kind::Array(_)) => text,
                    _ => return Inline::No,
                };
                if !joined.is_empty() {
                    joined.push_str(", ");
                }
                joined.push_str(text.trim());
            }
            Inline::Markdown(Cow::Owned(joined))
        }
        Kind::Array(_) | Kind::Table(_) => Inline::No,
    }
}
