//! What paths start from: the root of the facts, or one record of them.

use std::borrow::Cow;

use crate::facts::{Entry, Table, Value};
use crate::schema::{self, Schema};
use crate::source::Span;
use crate::vocabulary::Collection;

/// The root of the facts or a record.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Record<'f> {
    Root,
    /// A record that has no type: a table or, where it has one field only, a scalar.
    Raw {
        name: Option<&'f Entry<'f>>,
        value: &'f Value<'f>,
    },
    Table(&'f schema::Table<'f>),
    Column(&'f schema::Table<'f>, &'f schema::Column<'f>),
    Index(&'f schema::Table<'f>, &'f schema::Index<'f>),
    Relation(&'f schema::Table<'f>, &'f schema::Relation<'f>),
    Check(&'f schema::Table<'f>, &'f schema::Check<'f>),
}

impl<'f> Record<'f> {
    /// The record as it is written, for look-ups by key.
    pub(super) fn table(self, root: &'f Table<'f>) -> Option<&'f Table<'f>> {
        match self {
            Record::Root => Some(root),
            Record::Raw { value, .. } => value.as_table(),
            Record::Table(table) => Some(table.record),
            Record::Column(_, column) => Some(column.record),
            Record::Index(_, index) => Some(index.record),
            Record::Relation(_, relation) => relation.record,
            Record::Check(_, check) => check.record,
        }
    }

    /// Where it stands.
    pub(super) fn span(self) -> Option<Span> {
        match self {
            Record::Root => None,
            Record::Raw { name, value } => Some(name.map_or(value.span, |entry| entry.key_span)),
            Record::Table(table) => Some(table.name.span),
            Record::Column(_, column) => Some(column.name.span),
            Record::Index(_, index) => Some(index.name.span),
            Record::Relation(_, relation) => Some(relation.span),
            Record::Check(table, check) => Some(check.name.map_or(table.name.span, |name| name.span)),
        }
    }

    /// Its own name, where it has one: the key, or what it says first.
    fn own_name(self) -> Option<&'f str> {
        match self {
            Record::Root => None,
            Record::Raw { name: Some(entry), .. } => Some(&*entry.key),
            Record::Raw { name: None, value } => {
                value.scalar_text().map(|said| said.lines().next().unwrap_or_default())
            }
            Record::Table(table) => Some(table.name.text),
            Record::Column(_, column) => Some(column.name.text),
            Record::Index(_, index) => Some(index.name.text),
            Record::Relation(_, relation) => relation.name.map(|name| name.text),
            Record::Check(_, check) => check.name.map(|name| name.text),
        }
    }

    /// About how long what is said of it is, where it has a type. That this reads all records of a list one right after the
    /// other, before any of them is written, saves more time than it takes: they are fetched from memory side by side.
    pub(super) fn length(self) -> usize {
        let (fields, description) = match self {
            Record::Root | Record::Raw { .. } => (0, None),
            Record::Table(table) => (0, table.description),
            Record::Column(_, column) => (column.data_type.len() + column.constraints.len(), column.description),
            Record::Index(_, index) => (index.columns.len(), index.purpose),
            Record::Relation(_, relation) => (0, relation.description),
            Record::Check(_, check) => (check.expression.len(), check.description),
        };
        fields + description.and_then(Value::as_str).map_or(0, str::len)
    }

    /// What it goes by where it has no name.
    fn in_words(self) -> String {
        match self {
            Record::Relation(table, _) => format!("a relation of {}", table.name.text),
            Record::Check(table, _) => format!("a check of {}", table.name.text),
            _ => "a record".to_owned(),
        }
    }

    /// Its own name, or words.
    pub(super) fn name(self) -> Cow<'f, str> {
        self.own_name().map_or_else(|| Cow::Owned(self.in_words()), Cow::Borrowed)
    }

    /// What messages call it in a sentence: its name, a column's with that of its table, or words.
    pub(super) fn called(self) -> String {
        match (self, self.own_name()) {
            (Record::Column(table, column), _) => format!("`{}.{}`", table.name.text, column.name.text),
            (_, Some(name)) => format!("`{name}`"),
            (_, None) => self.in_words(),
        }
    }

    /// The type, where it has one.
    pub(super) fn collection(self) -> Option<Collection> {
        match self {
            Record::Root | Record::Raw { .. } => None,
            Record::Table(_) => Some(Collection::Tables),
            Record::Column(..) => Some(Collection::Columns),
            Record::Index(..) => Some(Collection::Indexes),
            Record::Relation(..) => Some(Collection::Relations),
            Record::Check(..) => Some(Collection::Checks),
        }
    }
}

/// The typed records of a collection: those of one table, or those of all.
pub(super) fn typed<'f>(
    schema: &'f Schema<'f>,
    table: Option<&'f schema::Table<'f>>,
    collection: Collection,
) -> Vec<Record<'f>> {
    let tables = match table {
        Some(table) => std::slice::from_ref(table),
        None => schema.tables.as_slice(),
    };
    let mut records = Vec::new();
    for table in tables {
        match collection {
            Collection::Tables => records.push(Record::Table(table)),
            Collection::Columns => {
                records.extend(table.columns.iter().map(|column| Record::Column(table, column)));
            }
            Collection::Indexes => records.extend(table.indexes.iter().map(|index| Record::Index(table, index))),
            Collection::Relations => {
                records.extend(table.relations.iter().map(|relation| Record::Relation(table, relation)));
            }
            Collection::Checks => records.extend(table.checks.iter().map(|check| Record::Check(table, check))),
        }
    }
    records
}
