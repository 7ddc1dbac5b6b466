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
/// file that has it; keys found only in earlier files follow. Header and room for further keys are the first file's.
/// Where one file has a table and another has not, the first wins whole, but for an empty table, which says nothing. Arrays are leaves.
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
    let (header, room) = match first.room {
        Some(_) => (first.header, first.room),
        None => (first.header.or(later.header), later.room),
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
    Table { header, room, ..Table::new(entries.into_iter().flatten().collect()) }
}

fn pair<'s>(first: Entry<'s>, later: Entry<'s>, keys: Keys, shadowed: &mut Vec<FactId>) -> Entry<'s> {
    // An empty table, as `init` writes it, says nothing.
    if first.value.as_table().is_some_and(|table| table.entries.is_empty()) && later.value.as_table().is_none() {
        return later;
    }
    let Entry { key, key_span, value: Value { id, span, kind } } = first;
    let kind = match (kind, later.value) {
        (Kind::Table(first), Value { kind: Kind::Table(later), .. }) => {
            Kind::Table(Box::new(tables(*first, *later, keys.below(&key), shadowed)))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{FactIds, leaf_path, parse};
    use crate::source::{SourceKind, Sources};

    fn files<'s>(texts: &[&'s str]) -> (Vec<Table<'s>>, FactIds) {
        let (mut sources, mut ids, mut diagnostics) = (Sources::default(), FactIds::default(), Vec::new());
        let tables = texts
            .iter()
            .map(|text| {
                let source = sources.add(SourceKind::Facts, "", "");
                parse(source, text, &mut ids, &mut diagnostics)
            })
            .collect();
        assert_eq!(diagnostics, []);
        (tables, ids)
    }

    fn shown(table: &Table<'_>) -> Vec<String> {
        let mut shown = Vec::new();
        table.visit_leaves(&mut |steps, entry| {
            shown.push(format!("{}={}", leaf_path(steps), entry.value.scalar_text().unwrap_or("?")));
        });
        shown
    }

    fn merged(texts: &[&str]) -> Vec<String> {
        shown(&merge(files(texts).0))
    }

    #[test]
    fn the_first_file_that_says_a_thing_wins_leaf_by_leaf() {
        let first = "[overview]\nversion = '16'\n";
        let second = "[overview]\nVersion = '15'\ndatabase_type = 'PG'\n";
        assert_eq!(merged(&[first, second]), ["overview.version=16", "overview.database_type=PG"]);
    }

    #[test]
    fn order_is_that_of_the_last_file_and_earlier_keys_follow() {
        let texts = ["x = 1\nb = 1\n", "y = 2\na = 2\n", "a = 3\nb = 3\nc = 3\n"];
        assert_eq!(merged(&texts), ["a=2", "b=1", "c=3", "y=2", "x=1"]);
    }

    #[test]
    fn names_of_the_schema_are_compared_exactly_and_fields_are_not() {
        let first = "[tables.users.columns]\nid = { Description = 'd' }\nUser_Id = { type = 'x' }\n";
        let second = "[tables.users.columns]\nid = { type = 'int', description = 'no' }\nuser_id = { type = 'y' }\n";
        let expected = [
            "tables.users.columns.id.type=int",
            "tables.users.columns.id.Description=d",
            "tables.users.columns.user_id.type=y",
            "tables.users.columns.User_Id.type=x",
        ];
        assert_eq!(merged(&[first, second]), expected);
        assert_eq!(merged(&["[tables.Users]\nkind = 'a'\n", "[tables.users]\nkind = 'b'\n"]).len(), 2);
    }

    #[test]
    fn keys_of_a_table_that_are_no_records_are_compared_as_addresses() {
        let texts = ["[tables.users.notes]\nPool-Size = 1\n", "[tables.users.notes]\npool_size = 2\n"];
        assert_eq!(merged(&texts), ["tables.users.notes.Pool-Size=1"]);
    }

    #[test]
    fn a_table_and_an_array_of_one_name_do_not_mix() {
        assert_eq!(merged(&["a = [1]\n", "[a]\nb = 1\n"]), ["a=?"]);
        assert_eq!(merged(&["[a]\nb = 1\n", "a = false\n"]), ["a.b=1"]);
    }

    #[test]
    fn an_empty_table_says_nothing() {
        assert_eq!(merged(&["[b]\n", "b = false\n"]), ["b=false"]);
        assert_eq!(merged(&["b = {}\n", "b = ['x']\n"]), ["b=?"]);
        assert_eq!(merged(&["b = false\n", "[b]\n"]), ["b=false"]);
    }

    #[test]
    fn hidden_values_are_told_with_all_in_them() {
        let (tables, ids) = files(&["a = 1\n[b]\nc = 1\n", "a = { x = [1, 2] }\n[b]\nc = 2\nd = 3\n"]);
        let (table, mut shadowed) = merge_with_shadowed(tables);
        shadowed.sort();
        // `a`, `x`, its two items, and `c` of the second file.
        assert_eq!(shadowed.len(), 5);
        table.visit_leaves(&mut |_, entry| assert!(!shadowed.contains(&entry.value.id)));
        assert!(shadowed.iter().all(|id| (id.0 as usize) < ids.count()));
    }

    #[test]
    fn a_line_is_inserted_into_the_first_file_that_has_the_table() {
        let (tables, _) = files(&["[b]\nc = 1\n", "[a]\nx = 1\n[b]\nd = 1\n"]);
        let sources: Vec<_> = tables.iter().map(|table| table.room.unwrap().span().source).collect();
        let table = merge(tables);
        let place = |key| table.get_exact(key).unwrap().value.as_table().unwrap().room.unwrap().span();
        assert_eq!((place("b").source, place("b").start), (sources[0], 10));
        assert_eq!(place("a").source, sources[1]);
    }

    #[test]
    fn two_keys_of_one_fold_in_a_file_stay_two() {
        let (tables, _) = files(&["[a]\nk-k = 1\nkk = 2\n", "[a]\nKK = 3\n"]);
        let table = merge(tables);
        let a = table.get_exact("a").unwrap().value.as_table().unwrap();
        let pairs: Vec<_> = a.collisions().iter().map(|(one, two)| (one.key.as_ref(), two.key.as_ref())).collect();
        assert_eq!(pairs, [("k-k", "kk")]);
    }

    #[test]
    fn no_file_and_one_file() {
        assert!(merge(Vec::new()).entries.is_empty());
        assert_eq!(merged(&["b = 1\na = 2\n"]), ["b=1", "a=2"]);
    }
}
