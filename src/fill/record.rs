//! What paths start from: the root of the facts, or one record of them.

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
            Record::Relation(..) | Record::Check(..) => None,
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

    /// What messages call it.
    pub(super) fn name(self) -> String {
        match self {
            Record::Root => String::new(),
            Record::Raw { name: Some(entry), .. } => entry.key.to_string(),
            Record::Raw { name: None, value } => {
                value.scalar_text().and_then(|text| text.lines().next()).unwrap_or("a record").to_owned()
            }
            Record::Table(table) => table.name.text.to_owned(),
            Record::Column(table, column) => format!("{}.{}", table.name.text, column.name.text),
            Record::Index(_, index) => index.name.text.to_owned(),
            Record::Relation(table, relation) => {
                relation.name.map_or_else(|| format!("a relation of {}", table.name.text), |name| name.text.to_owned())
            }
            Record::Check(table, check) => {
                check.name.map_or_else(|| format!("a check of {}", table.name.text), |name| name.text.to_owned())
            }
        }
    }

    /// What messages call it in a sentence: its name, or words where it has none.
    pub(super) fn called(self) -> String {
        let named = match self {
            Record::Raw { name: None, value } => value.scalar_text().is_some(),
            Record::Relation(_, relation) => relation.name.is_some(),
            Record::Check(_, check) => check.name.is_some(),
            _ => true,
        };
        if named { format!("`{}`", self.name()) } else { self.name() }
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
