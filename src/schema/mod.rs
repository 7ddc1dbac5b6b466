//! The typed part of the facts: tables with columns, indexes, relations and checks.

mod columns;
mod constraints;
mod forms;
mod parse;
mod references;
#[cfg(test)]
mod tests;
mod unknown;
mod words;

use std::borrow::Cow;
use std::collections::HashMap;

use crate::facts;
use crate::source::Span;

pub use parse::parse;
pub use unknown::{Owner, UnknownField};
pub use words::Part;

/// All tables, in the order of the file.
#[derive(Clone, Debug, Default)]
pub struct Schema<'f> {
    /// The tables.
    pub tables: Vec<Table<'f>>,
    /// Fields that the schema does not know: mistakes, unless a template has a placeholder for them.
    pub unknown: Vec<UnknownField<'f>>,
    pub(crate) by_name: HashMap<&'f str, usize>,
}

impl<'f> Schema<'f> {
    /// The index of the table of exactly that name.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied()
    }

    /// The table of exactly that name.
    pub fn table(&self, name: &str) -> Option<&Table<'f>> {
        self.position(name).and_then(|at| self.tables.get(at))
    }
}

/// A name with its place.
#[derive(Clone, Copy, Debug)]
pub struct Name<'f> {
    /// As written, unquoted.
    pub text: &'f str,
    /// Its place.
    pub span: Span,
}

/// One `[tables.NAME]`.
#[derive(Clone, Debug)]
pub struct Table<'f> {
    /// The name, which may be qualified (`billing.invoices`).
    pub name: Name<'f>,
    /// Markdown.
    pub description: Option<&'f facts::Value<'f>>,
    /// What it is (`table`, `view`, `materialized view`, …), as written; `table` when absent.
    pub kind: &'f str,
    /// Columns by name.
    pub columns: Vec<Column<'f>>,
    /// Indexes by name.
    pub indexes: Vec<Index<'f>>,
    /// Foreign keys: those of `relations`, then those of columns that say `references` themselves.
    pub relations: Vec<Relation<'f>>,
    /// Check constraints.
    pub checks: Vec<Check<'f>>,
    /// The whole table as written, for fields that only a template knows.
    pub record: &'f facts::Table<'f>,
    pub(crate) column_names: HashMap<&'f str, usize>,
}

impl<'f> Table<'f> {
    /// The column of exactly that name.
    pub fn column(&self, name: &str) -> Option<&Column<'f>> {
        self.column_names.get(name).and_then(|&at| self.columns.get(at))
    }
}

/// One column.
#[derive(Clone, Debug)]
pub struct Column<'f> {
    /// Its name.
    pub name: Name<'f>,
    /// The data type, as text; empty when not given.
    pub data_type: Cow<'f, str>,
    /// The constraints in words: given, or made from the typed fields (`primary key`, `not null, unique`, `nullable`).
    pub constraints: Cow<'f, str>,
    /// Part of the primary key.
    pub primary_key: bool,
    /// May be null.
    pub nullable: bool,
    /// Unique on its own (a `unique` field, a `unique` in the constraints, a sole primary key or a unique index of this one column).
    pub unique: bool,
    /// The default, as text.
    pub default: Option<Cow<'f, str>>,
    /// Markdown.
    pub description: Option<&'f facts::Value<'f>>,
    /// The column as written, for fields that only a template knows.
    pub record: &'f facts::Table<'f>,
    /// Which of the table's relations are foreign keys with this column, by index.
    pub(crate) foreign_keys: Vec<usize>,
}

/// One index.
#[derive(Clone, Debug)]
pub struct Index<'f> {
    /// Its name.
    pub name: Name<'f>,
    /// Columns or expressions, as text.
    pub columns: Vec<&'f str>,
    /// Whether it is unique.
    pub unique: bool,
    /// `btree`, `gin`, …
    pub method: Option<&'f str>,
    /// The predicate of a partial index.
    pub predicate: Option<&'f str>,
    /// Markdown.
    pub purpose: Option<&'f facts::Value<'f>>,
    /// The index as written.
    pub record: &'f facts::Table<'f>,
}

/// One foreign key, or a relation in the author's own words.
#[derive(Clone, Debug)]
pub struct Relation<'f> {
    /// Its name, where it has one.
    pub name: Option<Name<'f>>,
    /// Its place.
    pub span: Span,
    /// The author's own words (Markdown), where it is a plain string.
    pub words: Option<&'f str>,
    /// The foreign key, unless it is only words, or refers to what is not there (which is reported).
    pub foreign_key: Option<ForeignKey<'f>>,
    /// Markdown.
    pub description: Option<&'f facts::Value<'f>>,
    /// The relation as written, where it is a table.
    pub record: Option<&'f facts::Table<'f>>,
}

/// Columns that refer to columns of a table, both as indexes into [`Schema`].
#[derive(Clone, Debug)]
pub struct ForeignKey<'f> {
    /// Columns of the table that refers.
    pub columns: Vec<usize>,
    /// The table referred to.
    pub table: usize,
    /// Its columns, as many.
    pub references: Vec<usize>,
    /// `cascade`, `set null`, …
    pub on_delete: Option<&'f str>,
    /// Likewise.
    pub on_update: Option<&'f str>,
}

/// One check constraint.
#[derive(Clone, Debug)]
pub struct Check<'f> {
    /// Its name, where it has one.
    pub name: Option<Name<'f>>,
    /// The condition, as text.
    pub expression: &'f str,
    /// Markdown.
    pub description: Option<&'f facts::Value<'f>>,
    /// The check as written, where it is a table.
    pub record: Option<&'f facts::Table<'f>>,
}
