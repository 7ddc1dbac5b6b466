//! What answers a placeholder: a fact, or a typed field of the schema in words.

use std::borrow::Cow;

use super::{Filler, Record, Status};
use crate::facts::{Entry, Kind, Table, Value};
use crate::place;
use crate::schema::{self, Part, Schema};
use crate::template::Slot;
use crate::vocabulary::{Collection, Field};

/// An answer, not yet written for its place.
#[derive(Clone, Debug)]
pub(super) enum Answer<'f> {
    /// A fact: Markdown in prose, raw text in code.
    Fact(&'f Value<'f>),
    /// Text of the schema, shown as it is.
    Plain(Cow<'f, str>),
    /// Text of the schema with names in it.
    Words(Words),
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
        answer.or_else(|| self.field(record.table(self.facts.root)?, slot).map(Answer::Fact))
    }
}

const NOTHING: &str = "–";

/// `shows` tells which fields the placeholders of the same sample mean.
fn typed_answer<'f>(
    schema: &'f Schema<'f>,
    record: Record<'f>,
    field: Field,
    shows: &mut dyn FnMut(Field) -> bool,
) -> Option<Answer<'f>> {
    match record {
        Record::Root | Record::Raw { .. } => None,
        Record::Table(table) => table_field(table, field),
        Record::Column(table, column) => column_field(schema, table, column, field),
        Record::Index(table, index) => index_field(table, index, field, shows),
        Record::Relation(table, relation) => relation_field(schema, table, relation, field, shows),
        Record::Check(table, check) => check_field(table, check, field, shows),
    }
}

fn plain<'f>(text: impl Into<Cow<'f, str>>) -> Option<Answer<'f>> {
    Some(Answer::Plain(text.into()))
}

fn yes_or_no<'f>(yes: bool) -> Option<Answer<'f>> {
    plain(if yes { "Yes" } else { "No" })
}

fn table_field<'f>(table: &'f schema::Table<'f>, field: Field) -> Option<Answer<'f>> {
    match field {
        Field::Name | Field::Table => plain(table.name.text),
        Field::Kind => plain(table.kind),
        Field::Description => table.description.map(Answer::Fact),
        _ => None,
    }
}

fn column_field<'f>(
    schema: &'f Schema<'f>,
    table: &'f schema::Table<'f>,
    column: &'f schema::Column<'f>,
    field: Field,
) -> Option<Answer<'f>> {
    match field {
        Field::Name => plain(column.name.text),
        Field::Table => plain(table.name.text),
        Field::Type if column.data_type.is_empty() => None,
        Field::Type => plain(&*column.data_type),
        Field::Constraints => plain(&*column.constraints),
        Field::Nullable => yes_or_no(column.nullable),
        Field::Unique => yes_or_no(column.unique),
        Field::Key => plain(key_marks(table, column)),
        Field::Default => plain(column.default.as_deref().unwrap_or(NOTHING)),
        Field::References => {
            plain(foreign_keys(table, column).next().map_or_else(|| NOTHING.to_owned(), |key| target(schema, key)))
        }
        Field::OnDelete => plain(foreign_keys(table, column).find_map(|key| key.on_delete).unwrap_or(NOTHING)),
        Field::OnUpdate => plain(foreign_keys(table, column).find_map(|key| key.on_update).unwrap_or(NOTHING)),
        Field::Description => column.description.map(Answer::Fact),
        _ => None,
    }
}

fn foreign_keys<'f>(
    table: &'f schema::Table<'f>,
    column: &schema::Column<'f>,
) -> impl Iterator<Item = &'f schema::ForeignKey<'f>> {
    let at = table.column_position(column.name.text);
    let keys = table.relations.iter().filter_map(|relation| relation.foreign_key.as_ref());
    keys.filter(move |key| at.is_some_and(|at| key.columns.contains(&at)))
}

fn key_marks(table: &schema::Table<'_>, column: &schema::Column<'_>) -> String {
    let mut marks = Vec::new();
    if column.primary_key {
        marks.push("PK");
    }
    if foreign_keys(table, column).next().is_some() {
        marks.push("FK");
    }
    if column.unique && !column.primary_key {
        marks.push("UK");
    }
    if marks.is_empty() { NOTHING.to_owned() } else { marks.join(", ") }
}

/// `users (id)`.
fn target(schema: &Schema<'_>, key: &schema::ForeignKey<'_>) -> String {
    let Some(table) = schema.tables.get(key.table) else { return NOTHING.to_owned() };
    let columns: Vec<_> =
        key.references.iter().filter_map(|&at| table.columns.get(at)).map(|column| column.name.text).collect();
    format!("{} ({})", table.name.text, columns.join(", "))
}

fn index_field<'f>(
    table: &'f schema::Table<'f>,
    index: &'f schema::Index<'f>,
    field: Field,
    shows: &mut dyn FnMut(Field) -> bool,
) -> Option<Answer<'f>> {
    match field {
        Field::Name => plain(index.name.text),
        Field::Table => plain(table.name.text),
        // Already told as a mistake of the schema.
        Field::Columns if index.columns.is_empty() => plain(NOTHING),
        Field::Columns => {
            let mut details = Vec::new();
            if index.unique && !shows(Field::Unique) {
                details.push("unique".to_owned());
            }
            details.extend(index.method.filter(|_| !shows(Field::Method)).map(str::to_owned));
            details.extend(
                index.predicate.filter(|_| !shows(Field::Predicate)).map(|predicate| format!("where {predicate}")),
            );
            let columns = index.columns.join(", ");
            plain(if details.is_empty() { columns } else { format!("{columns} ({})", details.join(", ")) })
        }
        Field::Unique => yes_or_no(index.unique),
        Field::Method => plain(index.method.unwrap_or(NOTHING)),
        Field::Predicate => plain(index.predicate.unwrap_or(NOTHING)),
        Field::Description => index.purpose.map(Answer::Fact),
        _ => None,
    }
}

fn relation_field<'f>(
    schema: &'f Schema<'f>,
    table: &'f schema::Table<'f>,
    relation: &'f schema::Relation<'f>,
    field: Field,
    shows: &mut dyn FnMut(Field) -> bool,
) -> Option<Answer<'f>> {
    let key = relation.foreign_key.as_ref();
    match field {
        Field::Name => plain(relation.name?.text),
        Field::Table => plain(table.name.text),
        Field::Columns => {
            let columns = key?.columns.iter().filter_map(|&at| table.columns.get(at));
            plain(columns.map(|column| column.name.text).collect::<Vec<_>>().join(", "))
        }
        Field::References => plain(target(schema, key?)),
        Field::OnDelete => plain(key?.on_delete.unwrap_or(NOTHING)),
        Field::OnUpdate => plain(key?.on_update.unwrap_or(NOTHING)),
        Field::Description => relation.description.map(Answer::Fact),
        Field::Words => {
            let words = match relation.words {
                Some(words) => Words { markdown: words.to_owned(), plain: words.to_owned() },
                None => Words::of(&schema.foreign_key_parts(table, key?)),
            };
            let description = relation.description.filter(|_| !shows(Field::Description));
            Some(Answer::Words(words.described(description)))
        }
        _ => None,
    }
}

fn check_field<'f>(
    table: &'f schema::Table<'f>,
    check: &'f schema::Check<'f>,
    field: Field,
    shows: &mut dyn FnMut(Field) -> bool,
) -> Option<Answer<'f>> {
    match field {
        Field::Name => plain(check.name.map_or(check.expression, |name| name.text)),
        Field::Table => plain(table.name.text),
        Field::Expression => plain(check.expression),
        Field::Description => check.description.map(Answer::Fact),
        Field::Words => {
            let mut parts = Vec::new();
            if let Some(name) = check.name {
                parts.extend([Part::Name(name.text), Part::Text(": ")]);
            }
            parts.push(Part::Name(check.expression));
            let description = check.description.filter(|_| !shows(Field::Description));
            Some(Answer::Words(Words::of(&parts).described(description)))
        }
        _ => None,
    }
}

/// The same text for prose, with names as code, and for code, without markup.
#[derive(Clone, Debug)]
pub(super) struct Words {
    pub(super) markdown: String,
    pub(super) plain: String,
}

impl Words {
    fn of(parts: &[Part<'_>]) -> Words {
        let mut words = Words { markdown: String::new(), plain: String::new() };
        for part in parts {
            words.plain.push_str(part.text());
            match part {
                Part::Text(text) => words.markdown.push_str(text),
                Part::Name(name) => words.markdown.push_str(&place::code_span(name)),
            }
        }
        words
    }

    /// The words with a description behind them.
    fn described(mut self, description: Option<&Value<'_>>) -> Words {
        if let Some(description) = description.and_then(|value| value.as_str()) {
            for text in [&mut self.markdown, &mut self.plain] {
                text.push_str(": ");
                text.push_str(description.trim());
            }
        }
        self
    }
}

/// What a value is written in, which decides what booleans read like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Writing {
    Prose,
    Code,
}

/// What a value reads like at an inline place.
pub(super) enum Inline<'f> {
    /// Markdown in prose, raw text in code.
    Markdown(Cow<'f, str>),
    /// Shown as it is.
    Plain(Cow<'f, str>),
    /// Not an inline value.
    No,
}

/// A value as inline text: strings, numbers, booleans, dates and arrays of those, joined by `, `.
pub(super) fn inline<'f>(value: &'f Value<'f>, writing: Writing) -> Inline<'f> {
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
