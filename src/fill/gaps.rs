//! What is missing, as messages: the place in the template, and the lines to add to the facts.

use std::collections::{HashMap, HashSet};

use super::further::SLIP;
use super::{Filler, Record, Status, Unit, repair};
use crate::diagnostic::{Code, Diagnostic, Label, Sub};
use crate::facts::{self, FactId, quote_key};
use crate::nearest::edits;
use crate::source::{SourceId, Span};
use crate::template::{PlaceholderKind, Section, Slot};
use crate::vocabulary::{Collection, Field};

/// How many records are shown one by one before the rest is summed up.
const SHOWN: usize = 3;

/// A field that records lack.
pub(super) struct RecordGap<'a, 'f> {
    slot: &'a Slot,
    key: String,
    /// The addresses below the record that stand for the key, each with what the template says of it.
    wanted: Vec<(Vec<String>, String)>,
    records: Vec<Lacking<'f>>,
}

/// A record that lacks a field.
struct Lacking<'f> {
    span: Span,
    /// What messages call it.
    called: String,
    /// Its fields.
    table: Option<&'f facts::Table<'f>>,
}

impl<'a, 'f> Filler<'a, 'f> {
    /// Notes that a record lacks what a placeholder wants, once for each fact.
    /// `below` is the slot's address below the record, empty where it is just a field of it.
    pub(super) fn note_gap(&mut self, slot: &'a Slot, record: Record<'f>, below: Vec<String>) {
        let Some(span) = record.span() else { return };
        let (key, below) = match below.iter().position(|part| part.ends_with(['}', ']'])) {
            Some(at) => (below[..=at].join("."), below),
            None if below.len() > 1 => (below.join("."), below),
            None => {
                let key = key_of(slot, record);
                (key.clone(), vec![key])
            }
        };
        let known = format!("{span:?} {key}");
        if !self.told.insert(known.clone()) {
            if below.len() > 1 {
                self.note_field(slot, &known, below);
            }
            return;
        }
        self.noted.push((slot.id, known.clone()));
        let hint = self.hint(slot);
        if below.len() > 1 {
            self.nested_gaps.insert(known, slot.id);
        }
        let key = key.trim_end_matches(['[', ']', '{', '}']).to_owned();
        let wanted = vec![(below, hint)];
        let called = self.called(record);
        let gap = self.gaps.entry(slot.id).or_insert_with(|| RecordGap { slot, key, wanted, records: Vec::new() });
        let table = record.table(self.facts.root);
        gap.records.push(Lacking { span, called, table });
    }

    /// What messages call a record: one of an array goes by what it says at the place of its name.
    fn called(&self, record: Record<'f>) -> String {
        let Record::Raw { name: None, value } = record else { return record.called() };
        let Some((table, slot)) = value.as_table().zip(self.names.last().copied().flatten()) else {
            return record.called();
        };
        let keys = slot.path.last().into_iter().chain(&slot.aliases);
        let name =
            keys.filter_map(|key| table.get(key).first()?.value.scalar_text()).find(|name| !name.trim().is_empty());
        match name {
            Some(name) => format!("`{}`", name.lines().next().unwrap_or_default()),
            None if value.span.source == self.facts.first => {
                format!("the record at line {}", self.line_of_facts(value.span.start))
            }
            None => "a record without a name".to_owned(),
        }
    }

    /// One more field of nested records that are missing altogether.
    fn note_field(&mut self, slot: &'a Slot, known: &str, below: Vec<String>) {
        let hint = self.hint(slot);
        let gap = self.nested_gaps.get(known).and_then(|id| self.gaps.get_mut(id));
        if let Some(gap) = gap.filter(|gap| !gap.wanted.iter().any(|(wanted, _)| *wanted == below)) {
            gap.wanted.push((below, hint));
        }
    }

    /// The address of a slot below the record that is being filled.
    pub(super) fn below_record(&self, slot: &Slot) -> Vec<String> {
        let address = self.template.placeholders[slot.id].address.as_deref().unwrap_or_default();
        let mut rest = address.split('.');
        for _ in 0..self.names.len() {
            if !rest.by_ref().any(|part| part.ends_with(['}', ']'])) {
                return Vec::new();
            }
        }
        let mut below: Vec<_> = rest.map(str::to_owned).collect();
        if below.last().is_some_and(|last| last.ends_with(']')) {
            below.extend(slot.path.last().map(|key| key.to_string()));
        }
        below
    }

    /// Takes back what was noted since there were `kept` notes: what lacks it is left out.
    pub(super) fn forget_gaps(&mut self, kept: usize) {
        for (id, known) in self.noted.drain(kept..).rev() {
            self.told.remove(&known);
            if let Some(gap) = self.gaps.get_mut(&id) {
                gap.records.pop();
            }
        }
        self.gaps.retain(|_, gap| !gap.records.is_empty());
    }

    /// Reports what records lack, in the order of the page.
    pub(super) fn report_gaps(&mut self) {
        let mut gaps: Vec<_> = std::mem::take(&mut self.gaps).into_values().collect();
        gaps.sort_by_key(|gap| gap.slot.range.start);
        let mut used: HashSet<FactId> = self.used.iter().copied().collect();
        for RecordGap { slot, key, wanted, mut records } in gaps {
            records.retain(|record| !self.misspelt(slot, &key, record, &mut used));
            if !records.is_empty() {
                let span = self.span(slot.range.clone());
                self.diagnostics.push(lacking(&key, &wanted, (self.facts.first, self.facts.text), &records, span));
            }
        }
    }

    /// Whether a record has the field under a name that is nearly right, which is told. A field of the schema's records
    /// that no template shows is told there.
    fn misspelt(&mut self, slot: &Slot, key: &str, record: &Lacking<'f>, used: &mut HashSet<FactId>) -> bool {
        let entries = record.table.map(|table| table.entries.as_slice()).unwrap_or_default();
        let unused = entries.iter().filter(|entry| !used.contains(&entry.value.id));
        let near = unused.filter_map(|entry| Some((edits(&entry.key, key)?, entry)));
        let Some((_, entry)) = near.min_by_key(|(edits, _)| *edits) else { return false };
        self.left.push((slot.id, Code::UnknownFact));
        if self.facts.schema.unknown.iter().any(|field| field.entry.value.id == entry.value.id) {
            return true;
        }
        used.insert(entry.value.id);
        self.use_all(&entry.value);
        let title = format!("{} has `{}`, but no `{key}`", record.called, entry.key);
        let diagnostic = Diagnostic::new(Code::UnknownFact, title, entry.key_span, "no such field")
            .with_place(format!("`{key}` is wanted here"), self.span(slot.range.clone()), "")
            .with(Sub::Replace {
                message: format!("did you mean `{key}`?"),
                span: entry.key_span,
                text: quote_key(key).into_owned(),
            });
        self.diagnostics.push(diagnostic);
        true
    }

    /// Says which placeholders of a section stand in a section that may stay unfilled.
    pub(super) fn set_optional(&mut self, section: &Section) {
        for id in self.order.of(&section.body).into_iter().chain(self.order.of(&section.heading)) {
            self.required[id] = false;
        }
    }

    /// Reports what a section's own body lacks, all of it as one message.
    pub(super) fn report_unit(&mut self, section: &Section, unit: &Unit<'a, 'f>) {
        let mut slots: Vec<&Slot> = unit.missing.clone();
        if slots.is_empty() {
            return;
        }
        if unit.missing.iter().any(|slot| self.template.placeholders[slot.id].kind == PlaceholderKind::Prompt) {
            slots.extend(&unit.open_topics);
        }
        slots.sort_by_key(|slot| slot.range.start);
        let mut wanted: Vec<(&Slot, String)> = Vec::new();
        for slot in slots {
            let address = self.template.placeholders[slot.id].address.clone().unwrap_or_default();
            if self.slips.contains(&address) || self.slip(slot, &address) {
                self.left.push((slot.id, Code::UnknownFact));
            } else if self.told.insert(address.clone()) {
                self.missing.push(address.clone());
                wanted.push((slot, address));
            }
        }
        let Some((first, address)) = wanted.first() else { return };
        let title = match wanted.len() {
            1 => format!("no fact for `{}`", shown(address)),
            count if section.title.is_empty() => format!("{count} placeholders have no fact"),
            count => format!("{count} placeholders of `{}` have no fact", section.title),
        };
        let mut diagnostic = Diagnostic::new(
            Code::UnfilledPlaceholder,
            title,
            self.span(first.range.clone()),
            self.wants(first, address),
        );
        for (slot, address) in &wanted[1..] {
            diagnostic.more.push(Label { span: self.span(slot.range.clone()), text: self.wants(slot, address) });
        }
        diagnostic.subs = self.additions(&wanted);
        if let Some(topics) = prompt_advice(self, &wanted) {
            diagnostic = diagnostic.with_help(topics);
        }
        self.diagnostics.push(diagnostic);
    }

    /// Whether the fact of an address is there under a name that is nearly right, which is told in its place.
    fn slip(&mut self, slot: &Slot, address: &str) -> bool {
        if address.contains(['[', '{']) {
            return false;
        }
        let (header, _, key) = split_address(slot, address);
        let above: Vec<&str> = header.iter().map(String::as_str).collect();
        let root = self.facts.root;
        let table = match above.is_empty() {
            true => Some(root),
            false => root.find(&above).first().and_then(|entry| entry.value.as_table()),
        };
        let Some(table) = table.filter(|table| table.entries.len() <= self.comparisons) else { return false };
        self.comparisons -= table.entries.len();
        let base = header.join(".");
        let near = table.entries.iter().filter_map(|entry| Some((edits(&entry.key, &key)?, entry)));
        let near = near.filter(|(edits, entry)| *edits <= SLIP && entry.value.as_table().is_none());
        let near = near.filter(|(_, entry)| self.is_further(entry, &base) && !self.used.contains(&entry.value.id));
        let Some((_, entry)) = near.min_by_key(|(edits, _)| *edits) else { return false };
        self.tell_slip(entry, &base, &key, slot.id);
        true
    }

    fn wants(&self, slot: &Slot, address: &str) -> String {
        match self.template.placeholders[slot.id].kind {
            PlaceholderKind::Topic => format!("topic without `{}`", shown(address)),
            _ => format!("wants `{}`", shown(address)),
        }
    }

    /// The lines to add, each group where its table stands or at the end of the file.
    fn additions(&mut self, wanted: &[(&Slot, String)]) -> Vec<Sub> {
        let mut groups: Vec<Group> = Vec::new();
        let mut known: HashMap<Vec<String>, usize> = HashMap::new();
        let mut tables = false;
        for (slot, address) in wanted {
            if address.starts_with("tables{}") {
                tables = true;
                continue;
            }
            let (header, array, key) = split_address(slot, address);
            let item = item_line(self.text, slot);
            let of_record = known.get(&header).copied().filter(|&at| {
                let group: Option<&Group> = groups.get(at);
                // Another sample is another record; what is nested in a sample belongs to it.
                !array
                    || group.is_some_and(|group| group.item.zip(item).is_none_or(|(first, item)| item.is_inside(first)))
            });
            let at = of_record.unwrap_or(groups.len());
            if of_record.is_none() {
                known.insert(header.clone(), at);
                groups.push(Group { header, array, item, lines: String::new() });
            }
            let Some(group) = groups.get_mut(at) else { continue };
            group.lines.push_str(&self.line(slot, &key));
        }
        let mut subs = Vec::new();
        let mut end = String::new();
        for group in groups {
            match self.insert_into(&group) {
                Some(sub) => subs.push(sub),
                None if !group.array
                    && !group.header.is_empty()
                    && !self.told.insert(format!("[{}]", group.header.join("\n"))) =>
                {
                    let header = facts::dotted_path(group.header.iter().map(String::as_str));
                    let lines: Vec<_> = group.lines.lines().filter_map(|line| line.split("  # ").next()).collect();
                    let lines = lines.join("`, `");
                    subs.push(Sub::Help(format!(
                        "`[{header}]` is to be added for a place above: then add `{lines}` to it"
                    )));
                }
                None => {
                    let (open, close) = if group.array { ("[[", "]]") } else { ("[", "]") };
                    let header = facts::dotted_path(group.header.iter().map(String::as_str));
                    if group.header.is_empty() {
                        end.insert_str(0, &group.lines);
                    } else {
                        end.push_str(&format!("\n{open}{header}{close}\n{}", group.lines));
                    }
                }
            }
        }
        if tables && self.told.insert("[tables]".to_owned()) {
            end.push_str(TABLES);
        }
        if !end.is_empty() {
            let message = "add at the end of the file".to_owned();
            let at = self.facts.text.len();
            subs.push(Sub::Insert { message, source: self.facts.first, at, lines: end });
        }
        subs
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
                let header = facts::dotted_path(group.header.iter().map(String::as_str));
                let line = self.line_of_facts(span.start);
                format!("add to `[{header}]`, which begins at line {line}")
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
        let entries = || group.lines.lines().filter_map(|line| line.split("  # ").next());
        let list = || entries().collect::<Vec<_>>().join(", ");
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
            false => entries().map(|entry| format!("{prefix}{entry}")).collect::<Vec<_>>().join(", "),
        };
        let header = facts::dotted_path(group.header.iter().map(String::as_str));
        let message = format!("add to the inline table `{header}`");
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
    fn line_of_facts(&self, at: usize) -> usize {
        let newlines = self.newlines.get_or_init(|| memchr::memchr_iter(b'\n', self.facts.text.as_bytes()).collect());
        newlines.partition_point(|&newline| newline < at) + 1
    }

    /// `version = ""  # e.g., PostgreSQL 14+`.
    fn line(&self, slot: &Slot, key: &str) -> String {
        format!("{} = \"\"  # {}\n", quote_key(key), self.hint(slot))
    }

    /// The words of a placeholder, on one line.
    fn hint(&self, slot: &Slot) -> String {
        let text = &self.text[slot.range.clone()];
        let hint: String = text.trim_matches(['[', ']']).split_whitespace().collect::<Vec<_>>().join(" ");
        hint.chars().take(72).collect()
    }

    /// Notes that a section without facts is left out; `whole` is false where its heading stays, for what is below it.
    pub(super) fn note_unfilled(&mut self, section: &Section, whole: bool) {
        let span = self.span(section.heading.clone());
        let title = match whole {
            true => format!("section `{}` is left out of the book: nothing is said of it", section.title),
            false => format!("what `{}` asks for is left out of the book: nothing is said of it", section.title),
        };
        let label = if whole { "may stay unfilled" } else { "nothing is said of it itself, and it may stay unfilled" };
        let mut diagnostic = Diagnostic::new(Code::UnfilledSection, title, span, label);
        if !section.address.is_empty() {
            diagnostic = diagnostic.with_help(match whole {
                true => {
                    format!("fill `{0}`, or write `{0} = false` to say that there is no such thing", section.address)
                }
                false => format!("to have it in the book, fill its placeholders in `{}`", section.address),
            });
        }
        self.diagnostics.push(diagnostic);
    }

    /// Warns of topics under a label that no fact answers.
    pub(super) fn warn_topics(&mut self, unit: &Unit<'a, 'f>) {
        let mut wanted: Vec<(&Slot, String)> = Vec::new();
        for slot in &unit.label_topics {
            // It stays on the page and fails nothing.
            self.statuses[slot.id] = Some(Status::Optional);
            let address = self.template.placeholders[slot.id].address.clone().unwrap_or_default();
            if self.told.insert(address.clone()) {
                wanted.push((slot, address));
            }
        }
        let Some((first, address)) = wanted.first() else { return };
        let title = match wanted.len() {
            1 => format!("the topic `{address}` has no fact and stays as it is"),
            count => format!("{count} topics have no fact and stay as they are"),
        };
        let span = self.span(first.range.clone());
        let mut diagnostic = Diagnostic::new(Code::UnansweredTopic, title, span, format!("topic without `{address}`"));
        for (slot, address) in &wanted[1..] {
            let text = format!("topic without `{address}`");
            diagnostic.more.push(Label { span: self.span(slot.range.clone()), text });
        }
        diagnostic.subs = self.additions(&wanted);
        self.diagnostics.push(diagnostic);
    }
}

/// Says that records lack a field.
fn lacking(
    key: &str,
    wanted: &[(Vec<String>, String)],
    file: (SourceId, &str),
    records: &[Lacking<'_>],
    place: Span,
) -> Diagnostic {
    let mut lines = Vec::new();
    for (below, hint) in wanted {
        repair::add(&mut lines, below, hint);
    }
    let mut by_hand = records.len() > SHOWN;
    let (title, help) = match records {
        [only] => (format!("{} has no `{key}`", only.called), "add"),
        _ => (format!("{} records have no `{key}`", records.len()), "add to each"),
    };
    let mut diagnostic = Diagnostic::new(Code::UnfilledPlaceholder, title, place, format!("wants `{key}`"));
    for record in records.iter().take(SHOWN) {
        let message = format!("add it to {}", record.called);
        let repair = record.table.and_then(|table| repair::insertion(&message, file, table, &lines));
        by_hand |= repair.is_none();
        diagnostic = match repair {
            Some(repair) => diagnostic.with(repair),
            None => {
                let message = format!("{} is here", record.called);
                diagnostic.with_place(message, record.span, format!("has no `{key}`"))
            }
        };
    }
    if records.len() > SHOWN {
        let names: Vec<_> = records[SHOWN..].iter().take(20).map(|record| record.called.as_str()).collect();
        let more = records.len() - SHOWN - names.len();
        let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
        diagnostic = diagnostic.with_note(format!("nor have {}{rest}", names.join(", ")));
    }
    if by_hand {
        diagnostic = diagnostic.with_help(format!("{help} `{} = \"\"`", quote_key(key)));
    }
    diagnostic
}

/// An address as it would be written: `tables{}.description` is `tables.NAME.description`.
fn shown(address: &str) -> String {
    address.replace("{}", ".NAME")
}

struct Group {
    header: Vec<String>,
    array: bool,
    lines: String,
    /// The list item of its first placeholder.
    item: Option<ItemLine>,
}

const TABLES: &str = "
[tables.example]
description = \"\"  # what the table holds
[tables.example.columns]
id = { type = \"\", constraints = \"\", description = \"\" }
";

/// Whether a key stands in the header of a table, and not before a `=`.
fn in_header(text: &str, at: usize) -> bool {
    let line = text.get(crate::source::line_start(text, at)..at);
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
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line = before.get(start..)?;
    let content = line.trim_start();
    let marker = content.trim_start_matches(|c: char| c.is_ascii_digit());
    let is_item = marker.starts_with(['-', '*', '+', '.', ')']) && marker.get(1..)?.starts_with([' ', '\t']);
    is_item.then_some(ItemLine { start, indent: line.len() - content.len() })
}

/// The table that an address lies in, whether it is one of an array, and the key.
fn split_address(slot: &Slot, address: &str) -> (Vec<String>, bool, String) {
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

fn prompt_advice(filler: &Filler<'_, '_>, wanted: &[(&Slot, String)]) -> Option<String> {
    let kind = |slot: &Slot| filler.template.placeholders[slot.id].kind;
    let prompt = wanted.iter().find(|(slot, _)| kind(slot) == PlaceholderKind::Prompt)?;
    let topics = wanted.iter().filter(|(slot, _)| kind(slot) == PlaceholderKind::Topic).count();
    (topics > 0).then(|| {
        format!("`{}` alone is enough and stands for all topics; or answer every topic and leave it out", prompt.1)
    })
}

fn last_key(slot: &Slot) -> String {
    slot.path.last().map(|key| key.to_string()).unwrap_or_default()
}

/// The key that a record would answer a placeholder with.
fn key_of(slot: &Slot, record: Record<'_>) -> String {
    let own = last_key(slot);
    let Some(collection) = record.collection() else { return own };
    let field = slot.path.iter().chain(&slot.aliases).find_map(|slug| collection.field(slug));
    match field {
        Some(Field::Description) if collection == Collection::Indexes => "purpose".to_owned(),
        Some(Field::Description) => "description".to_owned(),
        Some(Field::Type) => "type".to_owned(),
        Some(Field::References | Field::Words) => "references".to_owned(),
        Some(Field::Columns) => "columns".to_owned(),
        Some(Field::Expression) => "expression".to_owned(),
        _ => own,
    }
}
