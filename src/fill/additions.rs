//! The lines to add to the facts for what is missing, each where its table stands.

use std::collections::HashMap;

use super::gaps::last_key;
use super::missing::Want;
use super::{Filler, Told};
use crate::diagnostic::Sub;
use crate::facts::{self, Room, quote_key};
use crate::source::line_start;
use crate::template::{Form, Slot, address_parts};

impl<'a, 'f> Filler<'a, 'f> {
    /// The lines to add, each group where its table stands or at the end of the file.
    pub(super) fn additions(&mut self, wanted: &[Want<'_>]) -> Vec<Sub> {
        let (mut subs, mut end) = (Vec::new(), String::new());
        for group in self.groups(wanted) {
            match self.insert_into(&group) {
                Some(sub) => subs.push(sub),
                None if group.header.is_empty() => end.insert_str(0, &group.lines()),
                None if !group.array && !self.told.insert(Told::Header(group.header.clone())) => {
                    let (header, lines) = (group.dotted(), group.joined("`, `"));
                    let help = format!("`[{header}]` is to be added for a place above: then add `{lines}` to it");
                    subs.push(Sub::Help(help));
                }
                None => {
                    let (open, close) = if group.array { ("[[", "]]") } else { ("[", "]") };
                    end.push_str(&format!("\n{open}{}{close}\n{}", group.dotted(), group.lines()));
                }
            }
        }
        let of_schema = wanted.iter().any(|want| is_of_schema(&want.address));
        if of_schema && self.told.insert(Told::Schema) {
            end.push_str(TABLES);
        }
        if !end.is_empty() {
            let message = "add at the end of the file".to_owned();
            let at = self.facts.text().len();
            subs.push(Sub::Insert { message, source: self.facts.first, at, lines: end });
        }
        subs
    }

    /// The lines by the table that they go to, in the order of the page.
    fn groups(&self, wanted: &[Want<'_>]) -> Vec<Group> {
        let mut groups: Vec<Group> = Vec::new();
        let mut known: HashMap<Vec<String>, usize> = HashMap::new();
        for Want { slot, address } in wanted.iter().filter(|want| !is_of_schema(&want.address)) {
            let Home { table: header, array, key } = Home::of(slot, address);
            let item = item_line(self.text, slot);
            let pair = self.pair(slot, &key);
            let group = known.get(&header).and_then(|&at| groups.get_mut(at));
            match group.filter(|group| !array || group.holds(item)) {
                // What a heading asks for may stand again below it.
                Some(group) if group.pairs.iter().any(|known| known.text == pair.text) => {}
                Some(group) => group.pairs.push(pair),
                None => {
                    known.insert(header.clone(), groups.len());
                    groups.push(Group { header, array, item, pairs: vec![pair] });
                }
            }
        }
        groups
    }

    /// Where the lines of a group go into what is there; `None` where they need a header of their own.
    fn insert_into(&self, group: &Group) -> Option<Sub> {
        let mut table = self.facts.root;
        // The last table on the way that has room, whether it has a header, and the keys behind it.
        let (mut room, mut header, mut keys) = (table.room?, table.header, Vec::new());
        // TOML has no header for what lies in braces, or in a table that dotted keys made.
        let mut closed = false;
        for (depth, key) in group.header.iter().enumerate() {
            let Some(entry) = table.get(key).first() else {
                keys.extend(group.header[depth..].iter().map(String::as_str));
                let pairs =
                    |keys: &[&str]| if group.array { group.dotted_record(keys) } else { group.dotted_pairs(keys) };
                return closed.then(|| room.add(message(group, room), pairs(&keys)));
            };
            table = entry.value.as_table()?;
            if entry.value.span.source != self.facts.first {
                return None;
            }
            match table.room {
                Some(own) => {
                    (room, header, closed) = (own, table.header, own.is_in_braces());
                    keys.clear();
                }
                None => {
                    keys.push(&*entry.key);
                    closed |= !in_header(self.facts.text(), entry.value.span.start);
                }
            }
        }
        if !keys.is_empty() {
            return closed.then(|| room.add(message(group, room), group.dotted_pairs(&keys)));
        }
        let message = match header {
            Some(span) => {
                let line = self.line_of_facts(span.start);
                format!("add to `[{}]`, which begins at line {line}", group.dotted())
            }
            None if group.header.is_empty() => "add at the top of the file".to_owned(),
            None => message(group, room),
        };
        Some(room.add(message, group.pairs.iter().map(|pair| (pair.text.clone(), pair.said.as_str()))))
    }

    /// The line of a place in the first facts file.
    pub(super) fn line_of_facts(&self, at: usize) -> usize {
        let newlines = self.newlines.get_or_init(|| memchr::memchr_iter(b'\n', self.facts.text().as_bytes()).collect());
        newlines.partition_point(|&newline| newline < at) + 1
    }

    fn pair(&self, slot: &Slot, key: &str) -> Pair {
        Pair { text: format!("{} = \"\"", quote_key(key)), said: self.hint(slot) }
    }

    /// The words of a placeholder, on one line.
    pub(super) fn hint(&self, slot: &Slot) -> String {
        let text = &self.text[slot.range.clone()];
        let hint: String = text.trim_matches(['[', ']']).split_whitespace().collect::<Vec<_>>().join(" ");
        hint.chars().take(72).collect()
    }
}

/// A key with an empty value, and what the template says of it: `version = ""`, `e.g., PostgreSQL 14+`.
struct Pair {
    text: String,
    said: String,
}

/// Lines for one table.
struct Group {
    header: Vec<String>,
    array: bool,
    pairs: Vec<Pair>,
    /// The list item or row of its first placeholder.
    item: Option<ItemLine>,
}

impl Group {
    /// Whether a placeholder of that item or row is of the same record: another sample is another record; what is nested in a
    /// sample belongs to it.
    fn holds(&self, item: Option<ItemLine>) -> bool {
        self.item.zip(item).is_none_or(|(first, item)| item.is_inside(first))
    }

    /// The table as its header names it.
    fn dotted(&self) -> String {
        facts::dotted_path(self.header.iter().map(String::as_str))
    }

    fn lines(&self) -> String {
        self.pairs.iter().map(|pair| facts::line(&pair.text, &pair.said)).collect()
    }

    fn joined(&self, between: &str) -> String {
        self.pairs.iter().map(|pair| pair.text.as_str()).collect::<Vec<_>>().join(between)
    }

    /// The pairs as the one record of an array at the keys.
    fn dotted_record(&self, keys: &[&str]) -> Vec<(String, &str)> {
        let path = facts::dotted_path(keys.iter().copied());
        vec![(format!("{path} = [{{ {} }}]", self.joined(", ")), "")]
    }

    /// The pairs with keys before theirs.
    fn dotted_pairs(&self, keys: &[&str]) -> Vec<(String, &str)> {
        let path = facts::dotted_path(keys.iter().copied());
        self.pairs.iter().map(|pair| (format!("{path}.{}", pair.text), pair.said.as_str())).collect()
    }
}

/// What a repair does that has no header to name.
fn message(group: &Group, room: Room) -> String {
    match room.is_in_braces() {
        true => format!("add to the inline table `{}`", group.dotted()),
        false => format!("add to the facts of `{}`", group.dotted()),
    }
}

const TABLES: &str = "
[tables.example]
description = \"\"  # what the table holds
[tables.example.columns]
id = { type = \"\", constraints = \"\", description = \"\" }
";

/// Whether a key stands in the header of a table, and not before a `=`.
pub(super) fn in_header(text: &str, at: usize) -> bool {
    let line = text.get(line_start(text, at)..at);
    line.is_some_and(|before| before.trim_start().starts_with('['))
}

/// A list item or row of the template.
#[derive(Clone, Copy)]
pub(super) struct ItemLine {
    start: usize,
    indent: usize,
}

impl ItemLine {
    /// Whether it is the same item, or one nested in it.
    pub(super) fn is_inside(self, first: ItemLine) -> bool {
        self.start == first.start || self.indent > first.indent
    }
}

/// The line of a placeholder, if it is a row or begins with the marker of a list item.
pub(super) fn item_line(text: &str, slot: &Slot) -> Option<ItemLine> {
    let before = text.get(..slot.range.start)?;
    let start = line_start(text, before.len());
    let line = before.get(start..)?;
    let content = line.trim_start();
    let marker = content.trim_start_matches(|c: char| c.is_ascii_digit());
    let is_item = || {
        marker.starts_with(['-', '*', '+', '.', ')'])
            && marker.get(1..).is_some_and(|rest| rest.starts_with([' ', '\t']))
    };
    (slot.form == Form::Cell || is_item()).then_some(ItemLine { start, indent: line.len() - content.len() })
}

/// Whether a table of the schema is wanted, for which there is one example.
fn is_of_schema(address: &str) -> bool {
    address.starts_with("tables{}")
}

/// Where the line for an address belongs.
pub(super) struct Home {
    /// The keys of the table.
    pub(super) table: Vec<String>,
    /// The table is a record of an array.
    pub(super) array: bool,
    pub(super) key: String,
}

impl Home {
    /// The home of an address, which is that of a slot's placeholder.
    pub(super) fn of(slot: &Slot, address: &str) -> Home {
        let mut home = Home { table: Vec::new(), array: false, key: String::new() };
        let mut parts = address_parts(address, &slot.path);
        let ends_in_record = parts.last().is_some_and(|part| part.ends_with(['}', ']']));
        home.key = if ends_in_record { last_key(slot) } else { parts.pop().unwrap_or_default() };
        for part in parts {
            // The last table on the way says what its header looks like.
            home.array = part.ends_with("[]");
            home.table.push(part.trim_end_matches("[]").trim_end_matches("{}").to_owned());
            if part.ends_with("{}") {
                home.table.push("example".to_owned());
            }
        }
        home
    }
}
