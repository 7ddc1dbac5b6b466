//! Several facts files as one tree: the first file that says a thing wins.

use std::borrow::Cow;
use std::collections::HashMap;

use super::{Entry, FactId, Kind, Table, Value, fold};

/// What the keys of a table are, which decides how they are compared.
#[derive(Clone, Copy)]
enum Keys {
    /// Segments of addresses at the top of the file.
    Root,
    /// Names of tables of the schema.
    TableNames,
    /// Fields of one of them.
    TableFields,
    /// Names of its columns, indexes, relations or checks.
    RecordNames,
    /// Segments of addresses.
    Segments,
}

impl Keys {
    fn exact(self) -> bool {
        matches!(self, Keys::TableNames | Keys::RecordNames)
    }

    fn of<'k>(self, key: &'k str) -> Cow<'k, str> {
        if self.exact() { Cow::Borrowed(key) } else { fold(key) }
    }

    /// What the keys below `key` are.
    fn below(self, key: &str) -> Keys {
        match self {
            Keys::Root if fold(key) == "tables" => Keys::TableNames,
            Keys::TableNames => Keys::TableFields,
            Keys::TableFields if matches!(fold(key).as_ref(), "columns" | "indexes" | "relations" | "checks") => {
                Keys::RecordNames
            }
            _ => Keys::Segments,
        }
    }
}

/// Merges the files of a set, the first that says a thing winning, leaf by leaf. A table takes its order from the last
/// file that has it; keys found only in earlier files follow. Header and place for insertions are the first file's.
/// Where one file has a table and another has not, the first wins whole. Arrays are leaves.
pub fn merge(files: Vec<Table<'_>>) -> Table<'_> {
    merge_with_shadowed(files).0
}

/// As [`merge`]; also tells the values (scalars and arrays with all in them) of later files that an earlier one hides.
pub fn merge_with_shadowed(files: Vec<Table<'_>>) -> (Table<'_>, Vec<FactId>) {
    let mut shadowed = Vec::new();
    let merged = files.into_iter().rev().reduce(|later, first| tables(first, later, Keys::Root, &mut shadowed));
    (merged.unwrap_or_default(), shadowed)
}

fn tables<'s>(first: Table<'s>, later: Table<'s>, keys: Keys, shadowed: &mut Vec<FactId>) -> Table<'s> {
    let mut entries: Vec<Option<Entry<'s>>> = Vec::with_capacity(later.entries.len());
    let (header, insert_at) = match first.insert_at {
        Some(_) => (first.header, first.insert_at),
        None => (first.header.or(later.header), later.insert_at),
    };
    let mut places: HashMap<String, usize> = HashMap::with_capacity(later.entries.len());
    for (at, entry) in later.entries.into_iter().enumerate() {
        places.entry(keys.of(&entry.key).into_owned()).or_insert(at);
        entries.push(Some(entry));
    }
    for entry in first.entries {
        // A second key of the same fold in one file finds its place taken and stays beside it, to be reported.
        let place = places.remove(keys.of(&entry.key).as_ref()).and_then(|at| entries.get_mut(at));
        match place {
            Some(place) => *place = place.take().map(|later| pair(entry, later, keys, shadowed)),
            None => entries.push(Some(entry)),
        }
    }
    Table { header, insert_at, ..Table::new(entries.into_iter().flatten().collect()) }
}

fn pair<'s>(first: Entry<'s>, later: Entry<'s>, keys: Keys, shadowed: &mut Vec<FactId>) -> Entry<'s> {
    let Entry { key, key_span, value: Value { id, span, kind } } = first;
    let kind = match (kind, later.value) {
        (Kind::Table(first), Value { kind: Kind::Table(later), .. }) => {
            Kind::Table(tables(first, later, keys.below(&key), shadowed))
        }
        (kind, hidden) => {
            shadow(&hidden, shadowed);
            kind
        }
    };
    Entry { key, key_span, value: Value { id, span, kind } }
}

fn shadow(value: &Value<'_>, shadowed: &mut Vec<FactId>) {
    shadowed.push(value.id);
    match &value.kind {
        Kind::Array(items) => items.iter().for_each(|item| shadow(item, shadowed)),
        Kind::Table(table) => table.entries.iter().for_each(|entry| shadow(&entry.value, shadowed)),
        _ => {}
    }
}
