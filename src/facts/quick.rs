//! A facts file without mistakes to a tree, in one pass over what the lexer of the TOML crate reads. Whatever is wrong
//! or merely unusual is left to the thorough reader, which has a message for it.

use std::borrow::Cow;
use std::collections::HashMap;

use toml_parser::decoder::ScalarKind;
use toml_parser::parser::{Event, EventKind, RecursionGuard, ValidateWhitespace, parse_document};
use toml_parser::{ParseError, Source};

use super::lookup::LINEAR;
use super::parse::{number, start_of};
use super::{Entry, FactIds, Kind, MAX_NESTED, Room, Table, Value};
use crate::source::{SourceId, Span, next_line};

/// Keys around one value; more of them are unusual.
const MOST_KEYS: usize = 60;

/// The tree of a facts file; nothing where the thorough reader has to look.
pub(super) fn read<'s>(source: SourceId, text: &'s str, ids: &mut FactIds) -> Option<Table<'s>> {
    let toml = Source::new(text);
    let tokens = toml.lex().into_vec();
    let mut builder = Builder::new(source, text, toml, ids.clone());
    let mut wrong = false;
    let mut events = |event: Event| builder.event(&event);
    let mut checked = ValidateWhitespace::new(&mut events, toml);
    let mut guarded = RecursionGuard::new(&mut checked, MAX_NESTED);
    parse_document(&tokens, &mut guarded, &mut |_: ParseError| wrong = true);
    builder.end_table();
    if wrong || builder.unusual {
        return None;
    }
    *ids = builder.ids;
    Some(builder.root)
}

/// How a table came to be, which decides what may be added to it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Origin {
    /// By a header of its own, in braces, or it is no table at all.
    Closed,
    /// By a longer header; a header of its own may follow.
    Implied,
    /// By a dotted key.
    Dotted,
    /// An array of tables that have headers.
    Records,
}

/// A key and its place.
struct Key<'s> {
    text: Cow<'s, str>,
    span: Span,
}

/// What a header begins.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Header {
    /// `[table]`.
    Table,
    /// `[[record]]`.
    Record,
}

/// An array or inline table that is not closed yet.
struct Open<'s> {
    start: usize,
    /// Where its own keys start among all that are pending.
    keys: usize,
    kind: Kind<'s>,
}

struct Builder<'s> {
    source: SourceId,
    text: &'s str,
    toml: Source<'s>,
    ids: FactIds,
    first_id: usize,
    root: Table<'s>,
    /// By the id of the value.
    origins: Vec<Origin>,
    /// The places of the entries of large tables, by the id of the table; the root's is [`ROOT`].
    places: HashMap<u32, HashMap<Cow<'s, str>, usize>>,
    /// The keys that were read and whose value was not, those of open containers first.
    keys: Vec<Key<'s>>,
    /// Where those of the innermost container start.
    mark: usize,
    open: Vec<Open<'s>>,
    /// Where a header began, while it is read.
    header: Option<usize>,
    /// The way to the table of the last header: positions of entries. A record is the last of its array.
    path: Vec<usize>,
    /// The end of the last value that was written directly under that header.
    end: Option<usize>,
    /// There is something in it that this reader does not know.
    unusual: bool,
}

const ROOT: u32 = u32::MAX;

impl<'s> Builder<'s> {
    fn new(source: SourceId, text: &'s str, toml: Source<'s>, ids: FactIds) -> Self {
        Builder {
            source,
            text,
            toml,
            first_id: ids.count(),
            ids,
            root: Table::default(),
            origins: Vec::new(),
            places: HashMap::new(),
            keys: Vec::new(),
            mark: 0,
            open: Vec::new(),
            header: None,
            path: Vec::new(),
            end: None,
            unusual: false,
        }
    }

    fn event(&mut self, event: &Event) {
        if self.unusual {
            return;
        }
        let span = event.span();
        match event.kind() {
            EventKind::StdTableOpen | EventKind::ArrayTableOpen => {
                self.end_table();
                self.header = Some(span.start());
            }
            EventKind::StdTableClose => self.begin_table(span.end(), Header::Table),
            EventKind::ArrayTableClose => self.begin_table(span.end(), Header::Record),
            EventKind::SimpleKey => self.key(event),
            EventKind::Scalar => self.scalar(event),
            EventKind::ArrayOpen => self.open(span.start(), Kind::Array(Vec::new())),
            EventKind::InlineTableOpen => self.open(span.start(), Kind::Table(Box::default())),
            EventKind::ArrayClose | EventKind::InlineTableClose => self.close(span.end()),
            EventKind::Error => self.unusual = true,
            EventKind::KeySep
            | EventKind::KeyValSep
            | EventKind::ValueSep
            | EventKind::Whitespace
            | EventKind::Comment
            | EventKind::Newline => {}
        }
    }

    fn key(&mut self, event: &Event) {
        let mut text = Cow::Borrowed("");
        match self.toml.get(event) {
            Some(raw) => raw.decode_key(&mut text, &mut |_: ParseError| self.unusual = true),
            None => self.unusual = true,
        }
        let span = event.span();
        self.keys.push(Key { text, span: self.source.span(span.start()..span.end()) });
        self.unusual |= self.keys.len() + self.path.len() > MOST_KEYS;
    }

    fn scalar(&mut self, event: &Event) {
        let Some(raw) = self.toml.get(event) else {
            self.unusual = true;
            return;
        };
        let mut text = Cow::Borrowed("");
        let kind = match raw.decode_scalar(&mut text, &mut |_: ParseError| self.unusual = true) {
            ScalarKind::String => Kind::String(text),
            ScalarKind::Boolean(value) => Kind::Boolean(value),
            ScalarKind::DateTime => {
                self.unusual |= text.parse::<toml::value::Datetime>().is_err();
                Kind::Datetime(Cow::Borrowed(raw.as_str()))
            }
            ScalarKind::Float | ScalarKind::Integer(_) => Kind::Number(number(raw.as_str())),
        };
        let value = self.value(event.span().start()..event.span().end(), kind, Origin::Closed);
        self.give(value);
    }

    fn value(&mut self, range: std::ops::Range<usize>, kind: Kind<'s>, origin: Origin) -> Value<'s> {
        self.origins.push(origin);
        Value { id: self.ids.next(), span: self.source.span(range), kind }
    }

    fn open(&mut self, start: usize, kind: Kind<'s>) {
        self.open.push(Open { start, keys: self.mark, kind });
        self.mark = self.keys.len();
    }

    fn close(&mut self, end: usize) {
        let Some(Open { start, keys, kind }) = self.open.pop() else {
            self.unusual = true;
            return;
        };
        self.mark = keys;
        let mut value = self.value(start..end, kind, Origin::Closed);
        if let Kind::Table(table) = &mut value.kind {
            table.room = Some(Room::in_braces(self.text, value.span, table));
        }
        self.give(value);
    }

    /// Puts a value where its keys say: into the innermost container, or under the last header.
    fn give(&mut self, value: Value<'s>) {
        let last = if self.keys.len() > self.mark { self.keys.pop() } else { None };
        let keys = if self.keys.len() > self.mark { self.keys.split_off(self.mark) } else { Vec::new() };
        match (self.open.pop(), last) {
            (Some(Open { kind: Kind::Array(mut items), start, keys }), None) => {
                items.push(value);
                self.open.push(Open { kind: Kind::Array(items), start, keys });
            }
            (Some(Open { kind: Kind::Table(mut table), start, keys: mark }), Some(last)) => {
                self.insert(&mut table, None, keys, last, value);
                self.open.push(Open { kind: Kind::Table(table), start, keys: mark });
            }
            (None, Some(last)) => {
                self.end = Some(value.span.end);
                let mut root = std::mem::take(&mut self.root);
                match descend(&mut root, &self.path) {
                    Some((table, id)) => self.insert(table, Some(id), keys, last, value),
                    None => self.unusual = true,
                }
                self.root = root;
            }
            _ => self.unusual = true,
        }
    }

    /// Puts a value into a table; the keys before its own are those of tables in it. `id` is that of a table whose entries
    /// may be many.
    fn insert(&mut self, table: &mut Table<'s>, id: Option<u32>, above: Vec<Key<'s>>, key: Key<'s>, value: Value<'s>) {
        let (mut table, mut id) = (table, id);
        for key in above {
            let at = match self.position(table, id, &key.text) {
                Some(at) => at,
                None => {
                    let implied = self.value(key.span.range(), Kind::Table(Box::default()), Origin::Dotted);
                    self.push(table, id, key, implied)
                }
            };
            let entry = &mut table.entries[at].value;
            match (self.origin(entry), &mut entry.kind) {
                (Origin::Dotted, Kind::Table(below)) => (table, id) = (below, None),
                _ => {
                    self.unusual = true;
                    return;
                }
            }
        }
        if self.position(table, id, &key.text).is_some() {
            self.unusual = true;
        } else {
            self.push(table, id, key, value);
        }
    }

    fn origin(&self, value: &Value<'_>) -> Origin {
        let at = (value.id.0 as usize).checked_sub(self.first_id);
        at.and_then(|at| self.origins.get(at)).copied().unwrap_or(Origin::Closed)
    }

    fn push(&mut self, table: &mut Table<'s>, id: Option<u32>, key: Key<'s>, value: Value<'s>) -> usize {
        let at = table.entries.len();
        if let Some(places) = id.and_then(|id| self.places.get_mut(&id)) {
            places.insert(key.text.clone(), at);
        }
        table.entries.push(Entry { key: key.text, key_span: key.span, value });
        at
    }

    /// The entry of exactly that key.
    fn position(&mut self, table: &Table<'s>, id: Option<u32>, key: &str) -> Option<usize> {
        let entries = &table.entries;
        if entries.last()?.key == key {
            return Some(entries.len() - 1);
        }
        match id.filter(|_| entries.len() > LINEAR) {
            None => entries.iter().position(|entry| entry.key == key),
            Some(id) => {
                let places = self
                    .places
                    .entry(id)
                    .or_insert_with(|| entries.iter().enumerate().map(|(at, entry)| (entry.key.clone(), at)).collect());
                places.get(key).copied()
            }
        }
    }

    /// Goes to the table that a header names, and makes it.
    fn begin_table(&mut self, end: usize, kind: Header) {
        let (Some(start), Some(last)) = (self.header.take(), self.keys.pop()) else {
            self.unusual = true;
            return;
        };
        let above = std::mem::take(&mut self.keys);
        let header = self.source.span(start..end);
        self.path.clear();
        let mut root = std::mem::take(&mut self.root);
        if self.make_table(&mut root, above, last, header, kind).is_none() {
            self.unusual = true;
        }
        self.root = root;
    }

    fn make_table(
        &mut self,
        root: &mut Table<'s>,
        above: Vec<Key<'s>>,
        last: Key<'s>,
        header: Span,
        kind: Header,
    ) -> Option<()> {
        let (mut table, mut id) = (root, ROOT);
        for key in above {
            let at = match self.position(table, Some(id), &key.text) {
                Some(at) => at,
                None => {
                    let implied = self.value(key.span.range(), Kind::Table(Box::default()), Origin::Implied);
                    self.push(table, Some(id), key, implied)
                }
            };
            self.path.push(at);
            let value = &mut table.entries.get_mut(at)?.value;
            let open = matches!(self.origin(value), Origin::Implied | Origin::Records) || has_header(value);
            (table, id) = below(value).filter(|_| open)?;
        }
        let at = self.position(table, Some(id), &last.text);
        self.path.push(at.unwrap_or(table.entries.len()));
        if let Some(at) = at {
            return self.reopen(table.entries.get_mut(at)?, last, header, kind);
        }
        let own = self.own_table(header);
        let value = match kind {
            Header::Table => own,
            Header::Record => self.value(header.range(), Kind::Array(vec![own]), Origin::Records),
        };
        self.push(table, Some(id), last, value);
        Some(())
    }

    /// A table with a header, still empty.
    fn own_table(&mut self, header: Span) -> Value<'s> {
        let own = Table { header: Some(header), ..Table::default() };
        self.value(header.range(), Kind::Table(Box::new(own)), Origin::Closed)
    }

    /// A header for what is there: one more record, or a table that a longer header implied.
    fn reopen(&mut self, entry: &mut Entry<'s>, key: Key<'s>, header: Span, kind: Header) -> Option<()> {
        match (kind, self.origin(&entry.value), &mut entry.value.kind) {
            (Header::Record, Origin::Records, Kind::Array(items)) => items.push(self.own_table(header)),
            (Header::Table, Origin::Implied, Kind::Table(table)) => {
                table.header = Some(header);
                entry.value.span = header;
                (entry.key, entry.key_span) = (key.text, key.span);
                let at = (entry.value.id.0 as usize).checked_sub(self.first_id)?;
                *self.origins.get_mut(at)? = Origin::Closed;
            }
            _ => return None,
        }
        Some(())
    }

    /// Notes where the table of the last header, or the root, takes further keys.
    fn end_table(&mut self) {
        let (text, end) = (self.text, self.end.take());
        let Some((table, _)) = descend(&mut self.root, &self.path) else { return };
        let at = match (table.header, end) {
            (Some(header), end) => next_line(text, end.unwrap_or(header.end).max(header.end)),
            (None, Some(end)) => next_line(text, end),
            (None, None) => start_of(text),
        };
        table.room = Some(Room::Lines(self.source.span(at..at)));
    }
}

/// Whether a value is a table with a header of its own.
fn has_header(value: &Value<'_>) -> bool {
    value.as_table().is_some_and(|table| table.header.is_some())
}

/// The table that a value is, or its last record.
fn below<'t, 's>(value: &'t mut Value<'s>) -> Option<(&'t mut Table<'s>, u32)> {
    let id = value.id.0;
    match &mut value.kind {
        Kind::Table(table) => Some((table, id)),
        Kind::Array(items) => {
            let last = items.last_mut()?;
            let id = last.id.0;
            match &mut last.kind {
                Kind::Table(table) => Some((table, id)),
                _ => None,
            }
        }
        _ => None,
    }
}

/// The table at the end of a way, with its id.
fn descend<'t, 's>(root: &'t mut Table<'s>, path: &[usize]) -> Option<(&'t mut Table<'s>, u32)> {
    let mut found = (root, ROOT);
    for &at in path {
        found = below(&mut found.0.entries.get_mut(at)?.value)?;
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;
    use std::path::{Path, PathBuf};

    use proptest::prelude::*;

    use super::*;
    use crate::facts::parse::thorough;
    use crate::source::{SourceKind, Sources};

    /// All of a tree but the ids, which may be handed out in another order.
    fn dump(table: &Table<'_>, out: &mut String) {
        let _ = write!(out, "[{:?} {:?}", table.header, table.room);
        for entry in &table.entries {
            let _ = write!(out, "\n{:?} {:?} {:?} ", entry.key, entry.key_span, entry.value.span);
            dump_value(&entry.value, out);
        }
        out.push(']');
    }

    fn dump_value(value: &Value<'_>, out: &mut String) {
        match &value.kind {
            Kind::Table(table) => dump(table, out),
            Kind::Array(items) => items.iter().for_each(|item| {
                let _ = write!(out, "({:?}", item.span);
                dump_value(item, out);
                out.push(')');
            }),
            scalar => _ = write!(out, "{scalar:?}"),
        }
    }

    /// Whether the quick reader takes the text; if so, both readers agree, and there is no mistake in it.
    fn is_quick(text: &str) -> bool {
        let source = Sources::default().add(SourceKind::Facts, "database.toml", "");
        let (mut quick_ids, mut ids, mut told) = (FactIds::default(), FactIds::default(), Vec::new());
        let quick = read(source, text, &mut quick_ids);
        let slow = thorough(source, text, &mut ids, &mut told);
        let Some(quick) = quick else { return false };
        assert_eq!(told, [], "{text}");
        assert_eq!(quick_ids.count(), ids.count(), "{text}");
        let (mut of_quick, mut of_slow) = (String::new(), String::new());
        dump(&quick, &mut of_quick);
        dump(&slow, &mut of_slow);
        assert_eq!(of_quick, of_slow, "{text}");
        true
    }

    #[test]
    fn what_people_write_is_read_in_one_pass() {
        for text in [
            "",
            "# nothing\n",
            "a = 1\n\n[b]\nc = 'x'\nd.e = true\nd.f = [1, { g = 2 }]\n",
            "[tables.users.columns]\nid = { type = \"bigint\", x.y = 1 }\n[tables.users]\nkind = 'view'\n[tables]\n",
            "[[checks]]\nexpression = 'x'\n[checks.more]\nk = 1\n[[checks]]\n[other]\n",
            "\u{feff}a = 2025-10-23\nb = \"\"\"\nx\\\ny\"\"\"\r\n[c] # d\r\n\r\n",
            "[a]\nlist = [\n  'x', # y\n  'z',\n]\n\"quoted.key\" = -1_000.5\n",
        ] {
            assert!(is_quick(text), "{text}");
        }
    }

    #[test]
    fn what_is_wrong_or_odd_is_left_to_the_thorough_reader() {
        for text in [
            "a = 1\na = 2\n",
            "[a]\n[a]\n",
            "[a]\nb = 1\n[a.b]\n",
            "a = { b = 1 }\na.c = 2\n",
            "a.b = 1\n[a]\n",
            "a = [1]\n[[a]]\n",
            "[[a]]\n[a]\n",
            "a = \n",
            "a = 'x\n",
            "a = bare\n",
            "a = 2025-99-99\n",
        ] {
            assert!(!is_quick(text), "{text}");
        }
        assert!(!is_quick(&format!("{}x = 1\n", "a.".repeat(MOST_KEYS))));
        assert!(!is_quick(&format!("x = {}1{}\n", "[".repeat(90), "]".repeat(90))));
    }

    /// All files below a directory that TOML is in.
    fn toml_files(directory: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                toml_files(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "toml") {
                found.push(path);
            }
        }
    }

    #[test]
    fn both_readers_agree_on_the_facts_of_all_examples() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut files = Vec::new();
        ["tests", "book-example"].iter().for_each(|directory| toml_files(&root.join(directory), &mut files));
        let texts = files.iter().filter_map(|file| std::fs::read_to_string(file).ok());
        let quick = texts.filter(|text| is_quick(text)).count();
        assert!(quick > 100, "{quick} of {}", files.len());
    }

    const LINES: &[&str] = &[
        "[a]",
        "[b]",
        "[a.b]",
        "[a.b.c]",
        "[[r]]",
        "[[a.r]]",
        "[r.s]",
        "a = 1",
        "b.c = 'x'",
        "b.d = { e = 1, f.g = 2 }",
        "c = [1, [2], { a = 3 }]",
        "d = \"é\\n\"",
        "r = []",
        "'a' = 2024-01-01",
        "# note",
        "",
        "b = {}",
        "e = [\n'x',\n]",
        "x = 1.5e3",
        "y = {",
        "z = [",
        "]",
        "f = { a.b = 1, a.c = 2 }",
        "\"a\".b.c = 1",
    ];

    proptest! {
        #[test]
        fn both_readers_agree(lines in prop::collection::vec(prop::sample::select(LINES), 0..14)) {
            is_quick(&(lines.join("\n") + "\n"));
        }

        #[test]
        fn large_tables_are_no_different(count in 0..60usize, again in 0..60usize) {
            let mut text: String = (0..count).map(|n| format!("[tables.t{n}]\nk{n} = 1\n[tables.t{n}.columns]\n")).collect();
            let _ = writeln!(text, "[tables.t{again}.indexes]\n[big]");
            (0..count).for_each(|n| text.push_str(&format!("k{n} = {n}\n")));
            prop_assert!(is_quick(&text));
        }
    }
}
