//! `database.toml` as a tree of values with their places.

use std::borrow::Cow;

use crate::source::Span;

/// The identity of one value of one facts file; dense over all files of a run, for marking what was used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FactId(pub u32);

/// One value with its place.
#[derive(Clone, Debug)]
pub struct Value<'s> {
    /// Its identity.
    pub id: FactId,
    /// The value's text in the file; for a table written with a header, the header.
    pub span: Span,
    /// What it is.
    pub kind: Kind<'s>,
}

/// What a value is.
#[derive(Clone, Debug)]
pub enum Kind<'s> {
    /// A string.
    String(Cow<'s, str>),
    /// An integer or float, as it should be shown.
    Number(Cow<'s, str>),
    /// A boolean.
    Boolean(bool),
    /// A date, time or both, as written.
    Datetime(String),
    /// An array.
    Array(Vec<Value<'s>>),
    /// A table, inline or with a header.
    Table(Table<'s>),
}

/// A key with its value.
#[derive(Clone, Debug)]
pub struct Entry<'s> {
    /// The key, unquoted.
    pub key: Cow<'s, str>,
    /// The key's place.
    pub key_span: Span,
    /// The value.
    pub value: Value<'s>,
}

/// The entries of a table in the order of the file.
#[derive(Clone, Debug, Default)]
pub struct Table<'s> {
    /// The entries.
    pub entries: Vec<Entry<'s>>,
}
