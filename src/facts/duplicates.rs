//! Where a key that is given twice was given first, which the parser's error does not tell.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use toml_parser::Source;
use toml_parser::parser::{Event, EventKind, RecursionGuard, parse_document};

use super::MAX_NESTED;

/// The first place of each key that is given again, by the start of the second. Reads the text once more; meant for
/// the case that there is such an error.
pub(super) fn first_places(text: &str) -> HashMap<usize, Range<usize>> {
    let source = Source::new(text);
    let tokens = source.lex().into_vec();
    let mut events: Vec<Event> = Vec::new();
    parse_document(&tokens, &mut RecursionGuard::new(&mut events, MAX_NESTED), &mut ());
    let mut scan = Scan::new(source);
    for event in &events {
        scan.event(event);
    }
    scan.again
}

/// Paths are keys joined by a character that no file of text holds.
const JOINT: char = '\u{0}';

struct Scan<'t> {
    source: Source<'t>,
    /// The keys read since the last header, value or comma.
    keys: Vec<(Cow<'t, str>, Range<usize>)>,
    /// After a dot: the next key belongs to the ones before.
    dotted: bool,
    /// The path of the table in hand, and of the inline tables open in it.
    scopes: Vec<String>,
    /// How many inline tables were opened: each is a scope of its own, as nothing can be added to it later.
    opened: usize,
    /// The number of the last record of each array of tables.
    records: HashMap<String, usize>,
    first: HashMap<String, Range<usize>>,
    again: HashMap<usize, Range<usize>>,
}

impl<'t> Scan<'t> {
    fn new(source: Source<'t>) -> Self {
        Scan {
            source,
            keys: Vec::new(),
            dotted: false,
            scopes: vec![String::new()],
            opened: 0,
            records: HashMap::new(),
            first: HashMap::new(),
            again: HashMap::new(),
        }
    }

    fn event(&mut self, event: &Event) {
        match event.kind() {
            EventKind::SimpleKey => self.key(event),
            EventKind::KeySep => self.dotted = true,
            EventKind::KeyValSep => self.value(),
            EventKind::StdTableClose => self.header(Self::give),
            EventKind::ArrayTableClose => self.header(Self::begin_record),
            EventKind::InlineTableOpen => {
                self.opened += 1;
                self.scopes.push(format!("{{{}", self.opened));
            }
            EventKind::InlineTableClose if self.scopes.len() > 1 => {
                self.scopes.pop();
            }
            EventKind::StdTableOpen | EventKind::ArrayTableOpen | EventKind::ValueSep => self.keys.clear(),
            _ => {}
        }
    }

    fn key(&mut self, event: &Event) {
        if !std::mem::take(&mut self.dotted) {
            self.keys.clear();
        }
        let mut key = Cow::Borrowed("");
        if let Some(raw) = self.source.get(event) {
            raw.decode_key(&mut key, &mut ());
        }
        self.keys.push((key, event.span().start()..event.span().end()));
    }

    /// The tables that a dotted key implies are given by it too.
    fn value(&mut self) {
        let mut path = self.scopes.last().cloned().unwrap_or_default();
        let keys = std::mem::take(&mut self.keys);
        for (at, (key, range)) in keys.iter().enumerate() {
            path.push(JOINT);
            path.push_str(key);
            if at + 1 < keys.len() {
                self.first.entry(path.clone()).or_insert_with(|| range.clone());
            } else {
                self.give(&path, range);
            }
        }
    }

    /// Goes to the table that a header names; `enter` is told its path.
    fn header(&mut self, enter: fn(&mut Self, &str, &Range<usize>)) {
        let keys = std::mem::take(&mut self.keys);
        let mut path = String::new();
        for (at, (key, range)) in keys.iter().enumerate() {
            path.push(JOINT);
            path.push_str(key);
            if at + 1 == keys.len() {
                enter(self, &path, range);
            }
            if let Some(record) = self.records.get(&path) {
                path.push_str(&format!("{JOINT}#{record}"));
            }
        }
        self.scopes = vec![path];
    }

    /// Each record is a table of its own.
    fn begin_record(&mut self, path: &str, _: &Range<usize>) {
        *self.records.entry(path.to_owned()).or_default() += 1;
    }

    fn give(&mut self, path: &str, range: &Range<usize>) {
        match self.first.get(path) {
            Some(first) => {
                self.again.insert(range.start, first.clone());
            }
            None => {
                self.first.insert(path.to_owned(), range.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lines of the second and first place.
    fn places(text: &str) -> Vec<(usize, usize)> {
        let line = |at: usize| text[..at].matches('\n').count() + 1;
        let mut found: Vec<_> =
            first_places(text).into_iter().map(|(at, first)| (line(at), line(first.start))).collect();
        found.sort_unstable();
        found
    }

    #[test]
    fn keys_and_tables_that_are_given_twice_are_found() {
        assert_eq!(places("a = 1\nb = 1\n\"a\" = 2\n"), [(3, 1)]);
        assert_eq!(places("[x.y]\nk = 1\n[z]\nk = 1\n[x . y]\n"), [(5, 1)]);
        assert_eq!(places("[x]\na.b = 1\na.c = 2\na.b = 3\n[x.a]\n"), [(4, 2), (5, 2)]);
        assert_eq!(places("a = { k = 1,\n l = 2,\n k = 3 }\nb = { k = 1 }\n"), [(3, 1)]);
        assert_eq!(places("b = 1\na = { k = 1 }\nb = 2\n"), [(3, 1)]);
        assert_eq!(places("[x]\nk = 1 }\nk = 2\n"), [(3, 2)]);
        assert_eq!(places("a = [{ k = 1 }, { k = 2,\n k = 3 }]\n"), [(2, 1)]);
    }

    #[test]
    fn records_and_parents_are_no_duplicates() {
        assert_eq!(places("[[a]]\nk = 1\n[a.b]\nl = 1\n[[a]]\nk = 1\n[a.b]\nl = 1\n"), []);
        assert_eq!(places("[a.b]\nk = 1\n[a]\nk = 1\n"), []);
        assert_eq!(places("[[a]]\nk = 1\nk = 2\n"), [(3, 2)]);
    }

    #[test]
    fn a_key_that_breaks_off_is_no_part_of_the_next() {
        assert_eq!(places("a.\n[x]\nk = 1\n[x]\n"), [(4, 2)]);
        assert_eq!(places("a.\n[[x]]\nk = 1\nk = 2\n"), [(4, 3)]);
    }
}
