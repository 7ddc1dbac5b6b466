//! Where further fields of a table belong that has no room of its own, since dotted keys (`id.type = "int"`) or longer
//! headers (`[tables.users.columns]`) imply it.

use std::collections::{HashMap, HashSet};
use std::ptr;

use super::Facts;
use super::additions::in_header;
use crate::facts::{self, Entry, Room, Table, quote_key};
use crate::source::{SourceId, line_start, next_line};

/// A place for further fields of a table.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) room: Room,
    /// The keys before those of the fields: `id.`.
    pub(super) keys: String,
    /// The header that has to stand above them.
    pub(super) header: Option<String>,
}

/// The tables that are implied.
pub(super) struct Implied<'f> {
    facts: Facts<'f>,
    /// Where further keys of each belong, once that was asked.
    places: Option<HashMap<*const Table<'f>, Place>>,
    /// The headers that were handed out: none may be added twice.
    headers: HashSet<(SourceId, String)>,
}

impl<'f> Implied<'f> {
    pub(super) fn new(facts: Facts<'f>) -> Self {
        Implied { facts, places: None, headers: HashSet::new() }
    }

    /// Where further keys of a table belong; a place below a header that is to be added is handed out once.
    pub(super) fn place(&mut self, table: &Table<'f>) -> Option<Place> {
        let facts = self.facts;
        let places = self.places.get_or_insert_with(|| {
            let mut found = HashMap::new();
            below(facts, facts.root, None, &mut found);
            found
        });
        let place = places.get(&ptr::from_ref(table))?.clone();
        let is_new = |header: &String| self.headers.insert((place.room.span().source, header.clone()));
        place.header.as_ref().is_none_or(is_new).then_some(place)
    }
}

/// Finds those below a table; `braces` are those around it, with the keys that lead to it from there. As deep as the tree,
/// which the parser limits.
fn below<'f>(
    facts: Facts<'f>,
    table: &'f Table<'f>,
    braces: Option<&Place>,
    found: &mut HashMap<*const Table<'f>, Place>,
) {
    for entry in &table.entries {
        let records = entry.value.as_array().unwrap_or_default().iter().filter_map(|item| item.as_table());
        for table in entry.value.as_table().into_iter().chain(records) {
            let place = match (table.room, braces) {
                (Some(room), _) => Some(Place { room, keys: String::new(), header: None }),
                (None, Some(braces)) if braces.room.span().source == entry.key_span.source => {
                    Some(Place { keys: format!("{}{}.", braces.keys, quote_key(&entry.key)), ..braces.clone() })
                }
                (None, _) => implied(facts, entry, table),
            };
            if let Some(place) = place.as_ref().filter(|_| table.room.is_none()) {
                found.insert(ptr::from_ref(table), place.clone());
            }
            below(facts, table, place.as_ref().filter(|place| place.room.is_in_braces()), found);
        }
    }
}

/// Above the header that implies a table, or behind the last line of its dotted keys.
fn implied<'f>(facts: Facts<'f>, entry: &Entry<'f>, table: &Table<'f>) -> Option<Place> {
    let source = entry.key_span.source;
    let text: &str = &facts.sources.get(source).text;
    let line = line_start(text, entry.key_span.start);
    let line = line + facts::start_of(&text[line..]);
    let written = text[line..entry.key_span.end].trim_start();
    if written.starts_with('[') {
        let header = Some(written.trim_start_matches(['[', ' ', '\t']).to_owned());
        return Some(Place { room: Room::Lines(source.span(line..line)), keys: String::new(), header });
    }
    let end = end_of_keys(text, source, table)?;
    let at = next_line(text, end);
    let room = Room::Lines(source.span(at..at));
    (!is_in_braces(&text[end..])).then(|| Place { room, keys: format!("{written}."), header: None })
}

/// Where the last value ends that dotted keys of a text give a table.
fn end_of_keys(text: &str, source: SourceId, table: &Table<'_>) -> Option<usize> {
    let own = table.entries.iter().filter(|entry| entry.key_span.source == source);
    let dotted = own.filter(|entry| !in_header(text, entry.key_span.start));
    let ends = dotted.filter_map(|entry| match entry.value.as_table().filter(|table| table.room.is_none()) {
        Some(table) => end_of_keys(text, source, table),
        None => Some(entry.value.span.end),
    });
    ends.max()
}

/// Whether what follows a value says that it stands in braces.
fn is_in_braces(mut rest: &str) -> bool {
    loop {
        rest = rest.trim_start();
        match rest.strip_prefix('#') {
            Some(comment) => rest = &comment[next_line(comment, 0)..],
            None => return rest.starts_with(['}', ',']),
        }
    }
}
