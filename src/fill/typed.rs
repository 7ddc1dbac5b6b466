//! What the typed fields of the schema's records say, as text.

use std::borrow::Cow;

use super::answer::Answer;
use super::record::Record;
use crate::facts::Value;
use crate::place;
use crate::schema::{self, Part, Schema};
use crate::vocabulary::Field;

/// What stands where a field says nothing.
const NOTHING: &str = "–";

/// What a typed field of a record says. `shows` tells which fields the placeholders of the same sample mean.
pub(super) fn typed_answer<'f>(
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
    column: &'f schema::Column<'f>,
) -> impl Iterator<Item = &'f schema::ForeignKey<'f>> {
    let relations = column.foreign_keys.iter().filter_map(|&at| table.relations.get(at));
    relations.filter_map(|relation| relation.foreign_key.as_ref())
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
        Field::Words if relation.words.is_none() && key.is_none() => None,
        Field::Words => {
            let described = relation.description.is_some() && !shows(Field::Description);
            Some(Answer::Words(Words { of: Record::Relation(table, relation), described }))
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
            let described = check.description.is_some() && !shows(Field::Description);
            Some(Answer::Words(Words { of: Record::Check(table, check), described }))
        }
        _ => None,
    }
}

/// What a relation or a check says in words.
#[derive(Clone, Copy, Debug)]
pub(super) struct Words<'f> {
    of: Record<'f>,
    /// With the description behind them.
    described: bool,
}

impl<'f> Words<'f> {
    /// For prose, with names as code.
    pub(super) fn markdown(self, schema: &Schema<'f>) -> String {
        self.write(schema, |words, part| match part {
            Part::Text(text) => words.push_str(text),
            Part::Name(name) => place::push_code_span(words, name),
        })
    }

    /// For code, without markup.
    pub(super) fn plain(self, schema: &Schema<'f>) -> String {
        self.write(schema, |words, part| words.push_str(part.text()))
    }

    fn write(self, schema: &Schema<'f>, push: impl Fn(&mut String, Part<'_>)) -> String {
        let mut words = String::with_capacity(64);
        let description = match self.of {
            Record::Relation(table, relation) => {
                match (relation.words, &relation.foreign_key) {
                    (Some(own), _) => words.push_str(own),
                    (None, Some(key)) => schema.foreign_key_parts(table, key).for_each(|part| push(&mut words, part)),
                    (None, None) => {}
                }
                relation.description
            }
            Record::Check(_, check) => {
                let name = check.name.map(|name| [Part::Name(name.text), Part::Text(": ")]);
                name.into_iter().flatten().for_each(|part| push(&mut words, part));
                push(&mut words, Part::Name(check.expression));
                check.description
            }
            _ => None,
        };
        if let Some(description) = description.and_then(Value::as_str).filter(|_| self.described) {
            words.push_str(": ");
            words.push_str(description.trim());
        }
        words
    }
}
