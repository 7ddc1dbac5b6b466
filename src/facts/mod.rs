//! `database.toml` as a tree of values with their places.
//!
//! `parse` reads a file, in one pass with `quick` or with all that is wrong with it, which `mistakes` and `duplicates`
//! tell; `merge` makes one tree of several. `lookup` finds facts in it, `walk` shows all of them, and `room` is where
//! more can be written.

mod duplicates;
mod lookup;
mod merge;
mod mistakes;
mod parse;
mod quick;
mod room;
mod walk;

use std::borrow::Cow;
use std::sync::OnceLock;

use crate::source::Span;

pub use lookup::{Lookup, fold};
pub use merge::{merge, merge_with_shadowed};
pub use mistakes::lost_keys;
pub use parse::parse;
pub(crate) use parse::start_of;
pub use room::Room;
pub(crate) use room::line;
pub use walk::{Step, dotted_path, leaf_path, quote_key, quote_string};

/// So many brackets may be open at a time: the parser's own limit.
const MAX_NESTED: u32 = 80;

/// The identity of one value of one facts file; dense over all files of a run, for marking what was used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FactId(pub u32);

/// Hands out [`FactId`]s over all files of a run.
#[derive(Clone, Debug, Default)]
pub struct FactIds(u32);

impl FactIds {
    /// How many were handed out; every id is below.
    pub fn count(&self) -> usize {
        self.0 as usize
    }

    fn next(&mut self) -> FactId {
        let id = FactId(self.0);
        self.0 = self.0.saturating_add(1);
        id
    }
}

/// One value with its place. In this order, as who writes a value reads its identity and its kind.
#[derive(Clone, Debug)]
#[repr(C)]
pub struct Value<'s> {
    /// Its identity.
    pub id: FactId,
    /// What it is.
    pub kind: Kind<'s>,
    /// The value's text in the file; for a table written with a header, the header; for one that only a longer
    /// header or a dotted key implies, the key there.
    pub span: Span,
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
    Datetime(Cow<'s, str>),
    /// An array.
    Array(Vec<Value<'s>>),
    /// A table, inline or with a header. Boxed, since most values are small.
    Table(Box<Table<'s>>),
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
    /// The entries. Changing them after the first look-up is not allowed for: build a new table instead.
    pub entries: Vec<Entry<'s>>,
    /// The header, `[overview]` with its brackets, where the table has one of its own.
    pub header: Option<Span>,
    /// Where further keys can be written; absent for tables that dotted keys or longer headers imply.
    pub room: Option<Room>,
    index: OnceLock<Box<lookup::Index>>,
}

impl Table<'static> {
    /// A table without entries, to borrow.
    pub fn empty() -> &'static Table<'static> {
        static EMPTY: Table<'static> = Table { entries: Vec::new(), header: None, room: None, index: OnceLock::new() };
        &EMPTY
    }
}

impl<'s> Table<'s> {
    /// A table without a header of its own.
    pub fn new(entries: Vec<Entry<'s>>) -> Self {
        Table { entries, ..Table::default() }
    }
}

impl Value<'_> {
    /// The text of a string.
    pub fn as_str(&self) -> Option<&str> {
        match &self.kind {
            Kind::String(text) => Some(text),
            _ => None,
        }
    }

    /// A boolean's value.
    pub fn as_bool(&self) -> Option<bool> {
        match self.kind {
            Kind::Boolean(value) => Some(value),
            _ => None,
        }
    }

    /// A scalar as it would be shown in code: strings, numbers and dates as they are, `true` or `false`.
    pub fn scalar_text(&self) -> Option<&str> {
        match &self.kind {
            Kind::String(text) | Kind::Number(text) | Kind::Datetime(text) => Some(text),
            Kind::Boolean(true) => Some("true"),
            Kind::Boolean(false) => Some("false"),
            Kind::Array(_) | Kind::Table(_) => None,
        }
    }

    /// Whether it is `false`, which leaves a section out.
    pub fn is_false(&self) -> bool {
        matches!(self.kind, Kind::Boolean(false))
    }

    /// Whether it is a string without a visible character, which is no fact.
    pub fn is_blank(&self) -> bool {
        self.as_str().is_some_and(|text| text.trim().is_empty())
    }

    /// What it is, in words for a message: `a string`, `an array of tables`.
    pub fn describe(&self) -> &'static str {
        match &self.kind {
            Kind::String(text) if text.trim().is_empty() => "a blank string",
            Kind::String(_) => "a string",
            Kind::Number(_) => "a number",
            Kind::Boolean(_) => "a boolean",
            Kind::Datetime(_) => "a date or time",
            Kind::Table(_) => "a table",
            Kind::Array(items) => describe_array(items),
        }
    }
}

impl<'s> Value<'s> {
    /// The items of an array.
    pub fn as_array(&self) -> Option<&[Value<'s>]> {
        match &self.kind {
            Kind::Array(items) => Some(items),
            _ => None,
        }
    }

    /// The table, inline or with a header.
    pub fn as_table(&self) -> Option<&Table<'s>> {
        match &self.kind {
            Kind::Table(table) => Some(table),
            _ => None,
        }
    }
}

fn describe_array(items: &[Value<'_>]) -> &'static str {
    let Some(first) = items.first() else { return "an empty array" };
    let same = |item: &Value<'_>| std::mem::discriminant(&item.kind) == std::mem::discriminant(&first.kind);
    if !items.iter().all(same) {
        return "an array of mixed values";
    }
    match first.kind {
        Kind::String(_) => "an array of strings",
        Kind::Number(_) => "an array of numbers",
        Kind::Boolean(_) => "an array of booleans",
        Kind::Datetime(_) => "an array of dates or times",
        Kind::Array(_) => "an array of arrays",
        Kind::Table(_) => "an array of tables",
    }
}
