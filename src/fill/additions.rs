//! The lines to add to the facts for what is missing, each where its table stands.

use std::collections::HashMap;

use super::gaps::last_key;
use super::{Filler, repair};
use crate::diagnostic::{Label, Sub};
use crate::facts::{self, quote_key};
use crate::source::{Span, line_start};
use crate::template::Slot;

impl<'a, 'f> Filler<'a, 'f> {
    /// The lines to add, each group where its table stands or at the end of the file.
    pub(super) fn additions(&mut self, wanted: &[(&Slot, String)]) -> Vec<Sub> {
        let (mut subs, mut end) = (Vec::new(), String::new());
        for group in self.groups(wanted) {
            match self.insert_into(&group) {
                Some(sub) => subs.push(sub),
                None if group.header.is_empty() => end.insert_str(0, &group.lines),
                None if !group.array && !self.told.insert(format!("[{}]", group.header.join("\n"))) => {
                    let (header, lines) = (group.dotted(), group.entries().collect::<Vec<_>>().join("`, `"));
                    let help = format!("`[{header}]` is to be added for a place above: then add `{lines}` to it");
                    subs.push(Sub::Help(help));
                }
                None => {
                    let (open, close) = if group.array { ("[[", "]]") } else { ("[", "]") };
                    end.push_str(&format!("\n{open}{}{close}\n{}", group.dotted(), group.lines));
                }
            }
        }
        let of_schema = wanted.iter().any(|(_, address)| is_of_schema(address));
        if of_schema && self.told.insert("[tables]".to_owned()) {
            end.push_str(TABLES);
        }
        if !end.is_empty() {
            let message = "add at the end of the file".to_owned();
            let at = self.facts.text.len();
            subs.push(Sub::Insert { message, source: self.facts.first, at, lines: end });
        }
        subs
    }

    /// The lines by the table that they go to, in the order of the page.
    fn groups(&self, wanted: &[(&Slot, String)]) -> Vec<Group> {
        let mut groups: Vec<Group> = Vec::new();
        let mut known: HashMap<Vec<String>, usize> = HashMap::new();
        for (slot, address) in wanted.iter().filter(|(_, address)| !is_of_schema(address)) {
            let (header, array, key) = split_address(slot, address);
            let item = item_line(self.text, slot);
            let line = self.line(slot, &key);
            let group = known.get(&header).and_then(|&at| groups.get_mut(at));
            match group.filter(|group| !array || group.holds(item)) {
                Some(group) => group.lines.push_str(&line),
                None => {
                    known.insert(header.clone(), groups.len());
                    groups.push(Group { header, array, item, lines: line });
                }
            }
        }
        groups
    }

    /// Where the lines of a group go into what is there; `None` where they need a header of their own.
    fn insert_into(&self, group: &Group) -> Option<Sub> {
        let first = self.facts.first;
        let mut table = self.facts.root;
        let mut at = table.insert_at;
        // The keys behind the last table that lines can be added to.
        let mut keys: Vec<&str> = Vec::new();
        let (mut header, mut inline, mut dotted) = (0, None, false);
        for (depth, key) in group.header.iter().enumerate() {
            let Some(entry) = table.get(key).first() else {
                if !dotted && inline.is_none() {
                    return None;
                }
                // TOML has no header for what lies in an inline table, or in one that dotted keys made.
                keys.extend(group.header[depth..].iter().map(String::as_str));
                return self.add_dotted(group, inline, table, at, &keys, group.array);
            };
            table = entry.value.as_table()?;
            if entry.value.span.source != first {
                return None;
            }
            let written = self.facts.text.get(entry.value.span.range()).unwrap_or_default();
            inline = written.starts_with('{').then_some(entry.value.span).or(inline);
            match table.insert_at {
                Some(place) => (at, header, dotted) = (Some(place), depth + 1, false),
                None => dotted |= !in_header(self.facts.text, entry.value.span.start),
            }
            match inline.is_some() || table.insert_at.is_some() {
                true => keys.clear(),
                false => keys.push(&entry.key),
            }
        }
        if inline.is_some() || header < group.header.len() && dotted {
            return self.add_dotted(group, inline, table, at, &keys, false);
        }
        let at = table.insert_at?;
        let message = match table.header {
            Some(span) => {
                let line = self.line_of_facts(span.start);
                format!("add to `[{}]`, which begins at line {line}", group.dotted())
            }
            None => "add at the top of the file".to_owned(),
        };
        Some(Sub::Insert { message, source: at.source, at: at.start, lines: group.lines.clone() })
    }

    /// Lines for a table without a header: in an inline table, or with the keys before theirs.
    fn add_dotted(
        &self,
        group: &Group,
        inline: Option<Span>,
        table: &facts::Table<'_>,
        at: Option<Span>,
        keys: &[&str],
        array: bool,
    ) -> Option<Sub> {
        let first = self.facts.first;
        let path = facts::dotted_path(keys.iter().copied());
        let list = || group.entries().collect::<Vec<_>>().join(", ");
        let prefix = if path.is_empty() { String::new() } else { format!("{path}.") };
        let Some(span) = inline else {
            let lines = match array {
                true => format!("{path} = [{{ {} }}]\n", list()),
                false => group.lines.lines().map(|line| format!("{prefix}{line}\n")).collect(),
            };
            let message = format!("add to the facts of `{}`", group.header.join("."));
            return Some(Sub::Insert { message, source: first, at: at?.start, lines });
        };
        // An inline table has no room for comments.
        let entries = match array {
            true => format!("{path} = [{{ {} }}]", list()),
            false => group.entries().map(|entry| format!("{prefix}{entry}")).collect::<Vec<_>>().join(", "),
        };
        let message = format!("add to the inline table `{}`", group.dotted());
        if let Some(at) = repair::end_of_inline((first, self.facts.text), table) {
            return Some(Sub::Replace { message, span: first.span(at..at), text: format!(", {entries}") });
        }
        if table.entries.is_empty() && self.facts.text.get(span.range()).is_some_and(|text| text.starts_with('{')) {
            return Some(Sub::Replace { message, span, text: format!("{{ {entries} }}") });
        }
        let message = format!("{message}: `{entries}`");
        Some(Sub::Place { message, label: Label { span, text: String::new() } })
    }

    /// The line of a place in the first facts file.
    pub(super) fn line_of_facts(&self, at: usize) -> usize {
        let newlines = self.newlines.get_or_init(|| memchr::memchr_iter(b'\n', self.facts.text.as_bytes()).collect());
        newlines.partition_point(|&newline| newline < at) + 1
    }

    /// `version = ""  # e.g., PostgreSQL 14+`.
    fn line(&self, slot: &Slot, key: &str) -> String {
        format!("{} = \"\"  # {}\n", quote_key(key), self.hint(slot))
    }

    /// The words of a placeholder, on one line.
    pub(super) fn hint(&self, slot: &Slot) -> String {
        let text = &self.text[slot.range.clone()];
        let hint: String = text.trim_matches(['[', ']']).split_whitespace().collect::<Vec<_>>().join(" ");
        hint.chars().take(72).collect()
    }
}

/// Lines for one table.
struct Group {
    header: Vec<String>,
    array: bool,
    lines: String,
    /// The list item of its first placeholder.
    item: Option<ItemLine>,
}

impl Group {
    /// Whether a placeholder of that item is of the same record: another sample is another record; what is nested in a
    /// sample belongs to it.
    fn holds(&self, item: Option<ItemLine>) -> bool {
        self.item.zip(item).is_none_or(|(first, item)| item.is_inside(first))
    }

    /// The table as its header names it.
    fn dotted(&self) -> String {
        facts::dotted_path(self.header.iter().map(String::as_str))
    }

    /// The lines without their comments.
    fn entries(&self) -> impl Iterator<Item = &str> {
        self.lines.lines().filter_map(|line| line.split("  # ").next())
    }
}

const TABLES: &str = "
[tables.example]
description = \"\"  # what the table holds
[tables.example.columns]
id = { type = \"\", constraints = \"\", description = \"\" }
";

/// Whether a key stands in the header of a table, and not before a `=`.
fn in_header(text: &str, at: usize) -> bool {
    let line = text.get(line_start(text, at)..at);
    line.is_some_and(|before| before.trim_start().starts_with('['))
}

/// A list item of the template.
#[derive(Clone, Copy)]
struct ItemLine {
    start: usize,
    indent: usize,
}

impl ItemLine {
    /// Whether it is the same item, or one nested in it.
    fn is_inside(self, first: ItemLine) -> bool {
        self.start == first.start || self.indent > first.indent
    }
}

/// The line of a placeholder, if it begins with the marker of a list item.
fn item_line(text: &str, slot: &Slot) -> Option<ItemLine> {
    let before = text.get(..slot.range.start)?;
    let start = line_start(text, before.len());
    let line = before.get(start..)?;
    let content = line.trim_start();
    let marker = content.trim_start_matches(|c: char| c.is_ascii_digit());
    let is_item = marker.starts_with(['-', '*', '+', '.', ')']) && marker.get(1..)?.starts_with([' ', '\t']);
    is_item.then_some(ItemLine { start, indent: line.len() - content.len() })
}

/// Whether a table of the schema is wanted, for which there is one example.
fn is_of_schema(address: &str) -> bool {
    address.starts_with("tables{}")
}

/// The table that an address lies in, whether it is one of an array, and the key.
pub(super) fn split_address(slot: &Slot, address: &str) -> (Vec<String>, bool, String) {
    if !address.contains(['[', '{']) {
        // Items that are filled by their own words know only their last key.
        let whole = slot.path.join(".") == address;
        let mut header: Vec<String> = match whole {
            true => slot.path.iter().map(|key| key.to_string()).collect(),
            false => address.split('.').map(str::to_owned).collect(),
        };
        let key = header.pop().unwrap_or_default();
        return (header, false, key);
    }
    let mut array = false;
    let parts = address.split('.').count();
    let ends_in_record = address.ends_with("[]") || address.ends_with("{}");
    let mut keys: Vec<String> = Vec::new();
    for (at, part) in address.split('.').enumerate() {
        // The last table on the way says what its header looks like.
        if ends_in_record || at + 1 < parts {
            array = part.ends_with("[]");
        }
        let plain = part.trim_end_matches("[]").trim_end_matches("{}");
        keys.push(plain.to_owned());
        if part.ends_with("{}") {
            keys.push("example".to_owned());
        }
    }
    let key = if ends_in_record { last_key(slot) } else { keys.pop().unwrap_or_default() };
    (keys, array, key)
}
