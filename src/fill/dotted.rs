//! Where further fields of a table belong that dotted keys made: `id.type = "int"` has no room of its own.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::ptr;

use super::Facts;
use super::additions::in_header;
use crate::facts::{Entry, Room, Table, quote_key};
use crate::source::next_line;

/// The tables of the first file that dotted keys made, found when the first of them is asked for.
pub(super) struct Dotted<'f> {
    facts: Facts<'f>,
    /// Where further keys of each belong, and the keys before theirs.
    found: OnceCell<HashMap<*const Table<'f>, (Room, String)>>,
}

impl<'f> Dotted<'f> {
    pub(super) fn new(facts: Facts<'f>) -> Self {
        Dotted { facts, found: OnceCell::new() }
    }

    /// Where further keys of a table belong, and the keys before theirs: `id.`.
    pub(super) fn room(&self, table: &Table<'f>) -> Option<(Room, String)> {
        let found = self.found.get_or_init(|| {
            let mut found = HashMap::new();
            self.below(self.facts.root, self.facts.root.room.map(|room| (room, String::new())), &mut found);
            found
        });
        found.get(&ptr::from_ref(table)).cloned()
    }

    /// Finds those below a table; `around` is the room for its further keys, and the keys before theirs. As deep as the
    /// tree, which the parser limits.
    fn below(
        &self,
        table: &'f Table<'f>,
        around: Option<(Room, String)>,
        found: &mut HashMap<*const Table<'f>, (Room, String)>,
    ) {
        for entry in &table.entries {
            let records = entry.value.as_array().unwrap_or_default().iter().filter_map(|item| item.as_table());
            for table in entry.value.as_table().into_iter().chain(records) {
                let room = match (table.room, &around) {
                    (Some(room), _) => Some((room, String::new())),
                    (None, Some((room, keys))) if self.is_dotted(entry) => {
                        let keys = format!("{keys}{}.", quote_key(&entry.key));
                        let room = (self.behind(table, *room), keys);
                        found.insert(ptr::from_ref(table), room.clone());
                        Some(room)
                    }
                    (None, _) => None,
                };
                self.below(table, room, found);
            }
        }
    }

    /// Whether the key of an entry stands before a `=` of the first file.
    fn is_dotted(&self, entry: &Entry<'f>) -> bool {
        entry.key_span.source == self.facts.first && !in_header(self.facts.text, entry.key_span.start)
    }

    /// The line behind the last of the table's own, where the table around it has room for lines.
    fn behind(&self, table: &Table<'f>, room: Room) -> Room {
        let Room::Lines(_) = room else { return room };
        let own = table.entries.iter().filter(|entry| self.is_dotted(entry) && entry.value.as_table().is_none());
        match own.map(|entry| entry.value.span.end).max() {
            Some(end) => {
                let at = next_line(self.facts.text, end);
                Room::Lines(self.facts.first.span(at..at))
            }
            None => room,
        }
    }
}
