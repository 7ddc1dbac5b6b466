//! The text of a facts file to a tree, in the order of the file, with every error of the TOML.

use std::borrow::Cow;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};
use toml_parser::lexer::TokenKind;

use super::mistakes::report;
use super::{Entry, FactIds, Kind, Room, Table, Value, quick};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{SourceId, Span, next_line};

/// More dots than this in the keys around one value are refused; brackets have the parser's own limit of 80.
const MAX_DOTS: usize = 100;

/// Parses a facts file. Every error of the TOML becomes an `invalid-toml` at its place, and what could be read all the
/// same is returned, so that other mistakes can be found in the same run.
pub fn parse<'s>(source: SourceId, text: &'s str, ids: &mut FactIds, diagnostics: &mut Vec<Diagnostic>) -> Table<'s> {
    quick::read(source, text, ids).unwrap_or_else(|| thorough(source, text, ids, diagnostics))
}

/// Reads any text, with all that is wrong with it.
pub(super) fn thorough<'s>(
    source: SourceId,
    text: &'s str,
    ids: &mut FactIds,
    diagnostics: &mut Vec<Diagnostic>,
) -> Table<'s> {
    if let Some(place) = too_deep(text) {
        let title = format!("keys are nested more than {MAX_DOTS} levels deep");
        diagnostics.push(Diagnostic::new(Code::InvalidToml, title, source.span(place), "too deep here"));
        return Table::default();
    }
    let (document, errors) = DeTable::parse_recoverable(text);
    report(source, text, &errors, diagnostics);
    let mut reader = Reader { source, text, ids };
    let body = reader.body(document.into_inner());
    let at = body.end.map_or(start_of(text), |end| next_line(text, end));
    Table { room: Some(Room::Lines(source.span(at..at))), ..Table::new(body.entries) }
}

/// Where a text starts, behind its byte order mark.
pub(crate) fn start_of(text: &str) -> usize {
    if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 }
}

/// The place where the dotted keys around a value become too many. The parser guards against nested brackets, not
/// against dots, and trees are dropped recursively.
fn too_deep(text: &str) -> Option<Range<usize>> {
    let (mut outer, mut dots, mut total) = (Vec::new(), 0usize, 0usize);
    for token in toml_parser::Source::new(text).lex() {
        match token.kind() {
            TokenKind::Dot => {
                dots += 1;
                if total + dots > MAX_DOTS {
                    return Some(token.span().start()..token.span().end());
                }
            }
            TokenKind::LeftSquareBracket | TokenKind::LeftCurlyBracket => {
                outer.push(dots);
                total += dots;
                dots = 0;
            }
            TokenKind::RightSquareBracket | TokenKind::RightCurlyBracket => {
                total -= outer.pop().unwrap_or(0);
                dots = 0;
            }
            TokenKind::Comma | TokenKind::Newline => dots = 0,
            _ => {}
        }
    }
    None
}

struct Reader<'s, 'i> {
    source: SourceId,
    text: &'s str,
    ids: &'i mut FactIds,
}

/// The entries of a table in the order of the file.
struct Body<'s> {
    entries: Vec<Entry<'s>>,
    /// Where the first key in it, or in a table of it, stands.
    first: Option<usize>,
    /// Where the last value ends that is written directly in it, under no header of its own.
    end: Option<usize>,
}

/// A value, with the same of what is in it.
struct Read<'s> {
    value: Value<'s>,
    first: Option<usize>,
    end: Option<usize>,
}

impl<'s> Reader<'s, '_> {
    /// Restores the order of the file: the parser sorts by key.
    fn body(&mut self, table: DeTable<'s>) -> Body<'s> {
        let mut end = None;
        let mut entries = Vec::with_capacity(table.len());
        for (key, value) in table {
            let key_span = self.source.span(key.span());
            let read = self.value(value);
            end = end.max(read.end);
            // A table that a longer header implied first has the key of its own header, which comes later.
            let first = read.first.map_or(key_span.start, |first| first.min(key_span.start));
            entries.push((first, Entry { key: key.into_inner(), key_span, value: read.value }));
        }
        entries.sort_by_key(|&(first, _)| first);
        let first = entries.first().map(|&(first, _)| first);
        Body { entries: entries.into_iter().map(|(_, entry)| entry).collect(), first, end }
    }

    fn value(&mut self, value: Spanned<DeValue<'s>>) -> Read<'s> {
        let id = self.ids.next();
        let range = value.span();
        let raw = self.text.get(range.clone()).unwrap_or_default();
        let span = self.source.span(range);
        let mut read = Read { value: Value { id, span, kind: Kind::Boolean(false) }, first: None, end: Some(span.end) };
        read.value.kind = match value.into_inner() {
            DeValue::String(text) => Kind::String(text),
            DeValue::Integer(_) | DeValue::Float(_) => Kind::Number(number(raw)),
            DeValue::Boolean(value) => Kind::Boolean(value),
            DeValue::Datetime(_) => Kind::Datetime(Cow::Borrowed(raw)),
            DeValue::Array(items) => {
                let items: Vec<_> = items.into_iter().map(|item| self.value(item).value).collect();
                if items.iter().any(|item| item.as_table().is_some_and(|table| table.header.is_some())) {
                    read.end = None;
                }
                Kind::Array(items)
            }
            DeValue::Table(table) => {
                let body = self.body(table);
                (read.first, read.end) = (body.first, body.end);
                Kind::Table(Box::new(self.table(body, raw, span, &mut read.end)))
            }
        };
        read
    }

    /// A table by the way it is written: its text starts with `[` (a header), with `{` (inline), or is a key (implied).
    fn table(&self, body: Body<'s>, raw: &str, span: Span, end: &mut Option<usize>) -> Table<'s> {
        let table = Table::new(body.entries);
        match raw.as_bytes().first() {
            Some(b'[') => {
                *end = None;
                let at = next_line(self.text, body.end.unwrap_or(span.end).max(span.end));
                Table { header: Some(span), room: Some(Room::Lines(self.source.span(at..at))), ..table }
            }
            Some(b'{') => {
                *end = Some(span.end);
                Table { room: Some(Room::in_braces(self.text, span, &table)), ..table }
            }
            _ => table,
        }
    }
}

/// Decimal numbers without underscores, others as written.
pub(super) fn number(raw: &str) -> Cow<'_, str> {
    let digits = raw.trim_start_matches(['+', '-']);
    let prefixed = digits.starts_with("0x") || digits.starts_with("0o") || digits.starts_with("0b");
    if prefixed || !raw.contains('_') { Cow::Borrowed(raw) } else { Cow::Owned(raw.replace('_', "")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Sub;
    use crate::facts::mistakes::MAX_ERRORS;
    use crate::source::{SourceKind, Sources};

    fn read(text: &str) -> (Table<'_>, Vec<Diagnostic>) {
        let source = Sources::default().add(SourceKind::Facts, "database.toml", "");
        let mut diagnostics = Vec::new();
        let table = parse(source, text, &mut FactIds::default(), &mut diagnostics);
        (table, diagnostics)
    }

    fn good(text: &str) -> Table<'_> {
        let (table, diagnostics) = read(text);
        assert_eq!(diagnostics, []);
        table
    }

    fn at<'t, 's>(table: &'t Table<'s>, path: &str) -> &'t Entry<'s> {
        let path: Vec<&str> = path.split('/').collect();
        table.find(&path).first().unwrap_or_else(|| panic!("nothing at {path:?}"))
    }

    fn keys(table: &Table<'_>) -> Vec<String> {
        table.entries.iter().map(|entry| entry.key.to_string()).collect()
    }

    fn inserted(text: &str, path: &str) -> String {
        let table = good(text);
        let at = at(&table, path).value.as_table().unwrap().room.unwrap().span();
        assert_eq!(at.start, at.end);
        format!("{}NEW\n{}", &text[..at.start], &text[at.start..])
    }

    #[test]
    fn every_kind_of_value_is_shown_as_a_reader_writes_it() {
        let text = "s = 'x'\ni = 1_000\nh = 0xFF_00\nf = -1_0.50\nb = true\nd = 2025-10-23 10:00:00\na = [1, 2]\n";
        let table = good(text);
        let shown: Vec<_> = table.entries.iter().map(|entry| entry.value.scalar_text()).collect();
        let shown: Vec<&str> = shown.into_iter().flatten().collect();
        assert_eq!(shown, ["x", "1000", "0xFF_00", "-10.50", "true", "2025-10-23 10:00:00"]);
        assert_eq!(at(&table, "a").value.describe(), "an array of numbers");
    }

    #[test]
    fn keys_and_values_have_their_places() {
        let text = "# é\n[overview]\n\"Data model\" = \"Relational\"\npool.size = 20\n";
        let table = good(text);
        let entry = at(&table, "overview/data_model");
        assert_eq!(&text[entry.key_span.range()], "\"Data model\"");
        assert_eq!(&text[entry.value.span.range()], "\"Relational\"");
        let overview = at(&table, "overview");
        assert_eq!(&text[overview.key_span.range()], "overview");
        assert_eq!(&text[overview.value.span.range()], "[overview]");
        assert_eq!(overview.value.as_table().unwrap().header, Some(overview.value.span));
        let pool = at(&table, "overview/pool");
        assert_eq!(&text[pool.value.span.range()], "pool");
        assert_eq!(&text[at(&table, "overview/pool/size").value.span.range()], "20");
    }

    #[test]
    fn entries_stand_in_the_order_of_the_file() {
        let table = good("z = 1\na = 2\n[tables.users]\nname = 1\n[backup]\n[tables]\nlast = 3\nb = {y = 1, x = 2}\n");
        assert_eq!(keys(&table), ["z", "a", "tables", "backup"]);
        assert_eq!(keys(at(&table, "tables").value.as_table().unwrap()), ["users", "last", "b"]);
        assert_eq!(keys(at(&table, "tables/b").value.as_table().unwrap()), ["y", "x"]);
    }

    #[test]
    fn a_table_implied_deep_in_another_keeps_the_place_of_its_first_header() {
        let table = good("[a.b.c]\n[x]\n[a.b]\n[a]\nk = 1\n");
        assert_eq!(keys(&table), ["a", "x"]);
        assert_eq!(keys(at(&table, "a").value.as_table().unwrap()), ["b", "k"]);
    }

    #[test]
    fn a_line_can_be_inserted_after_the_last_key_of_a_table() {
        assert_eq!(
            inserted("[a] # x\nk = 1 # y\n\n# z\n[a.b]\nl = 2\n", "a"),
            "[a] # x\nk = 1 # y\nNEW\n\n# z\n[a.b]\nl = 2\n"
        );
        assert_eq!(inserted("[a.b]\nl = 2\n[a]\n[c]\n", "a"), "[a.b]\nl = 2\n[a]\nNEW\n[c]\n");
        assert_eq!(inserted("[a]\nx.y = [\n 1,\n]\n[b]\n", "a"), "[a]\nx.y = [\n 1,\n]\nNEW\n[b]\n");
        assert_eq!(inserted("[a]\r\nb = {}\r\n[a.c]\r\n", "a"), "[a]\r\nb = {}\r\nNEW\n[a.c]\r\n");
        assert_eq!(inserted("[a]\nk = 1", "a"), "[a]\nk = 1NEW\n");
    }

    #[test]
    fn a_key_of_the_root_goes_before_the_first_header() {
        let place = |text| good(text).room.unwrap().span().start;
        assert_eq!(place("[a]\nk = 1\n"), 0);
        assert_eq!(place("\u{feff}[a]\n"), 3);
        assert_eq!(place("x = 1\n\n[a]\nk = 1\n[[b]]\n"), 6);
    }

    #[test]
    fn dotted_and_implied_tables_have_no_room() {
        let table = good("b.c = 1\n[d.e]\n");
        for path in ["b", "d"] {
            assert!(at(&table, path).value.as_table().unwrap().room.is_none(), "{path}");
        }
    }

    #[test]
    fn records_of_an_array_have_headers_too() {
        let text = "[[a]]\nk = 1\n[[a]]\nk = 2\n\n[b]\n";
        let table = good(text);
        let records = at(&table, "a").value.as_array().unwrap();
        let place = records[1].as_table().unwrap().room.unwrap().span();
        assert_eq!(&text[place.start..], "\n[b]\n");
        assert_eq!(&text[records[1].span.range()], "[[a]]");
    }

    #[test]
    fn all_errors_are_reported_at_their_places_and_the_rest_is_read() {
        let text = "a = 1\nb = bare word\n[x]\nk = \"open\nl = 2\na =\n[y]\nlast = 'here'\n";
        let (table, diagnostics) = read(text);
        let found: Vec<_> = diagnostics.iter().map(|d| (d.title.as_str(), &text[d.place.span.range()])).collect();
        let unquoted = "a string must stand in quotes";
        let unclosed = "invalid basic string, expected `\"`";
        assert_eq!(found, [(unquoted, "bare word"), (unclosed, ""), ("a value is missing", "")]);
        assert_eq!(diagnostics[2].place.span.start, text.find("[y]").unwrap() - 1);
        assert!(diagnostics.iter().all(|d| d.code == Code::InvalidToml));
        assert_eq!(at(&table, "y/last").value.as_str(), Some("here"));
    }

    #[test]
    fn what_other_formats_write_is_told_in_words_of_toml() {
        let told = |text: &str| {
            let (_, diagnostics) = read(text);
            let first = &diagnostics[0];
            let repaired = first.subs.iter().find_map(|sub| match sub {
                Sub::Replace { span, text: new, .. } => {
                    Some(format!("{}{new}{}", &text[..span.start], &text[span.end..]))
                }
                _ => None,
            });
            (first.title.clone(), repaired)
        };
        let (title, repaired) = told("[a]\np: \"x\"\n");
        assert_eq!(repaired.as_deref(), Some("[a]\np = \"x\"\n"), "{title}");
        let (title, repaired) = told("[a]\np = “x”\n");
        assert_eq!(repaired.as_deref(), Some("[a]\np = \"x\"\n"), "{title}");
        for (text, repaired) in [
            ("p = “x” # “so”, they say\n", "p = \"x\" # “so”, they say\n"),
            ("p = [“x”, 'y']\n", "p = [\"x\", 'y']\n"),
            ("p = “a, b”\n", "p = \"a, b\"\n"),
        ] {
            assert_eq!(told(text).1.as_deref(), Some(repaired));
        }
        assert_eq!(told("p = “x\n").1, None);
        assert_eq!(told("[a]\np = null\n").0, "TOML has no `null`");
    }

    #[test]
    fn a_key_given_twice_is_reported() {
        let text = "[x]\nk = 1\nk = 2\n[x]\nj = 3\n";
        let (table, diagnostics) = read(text);
        let found: Vec<_> = diagnostics.iter().map(|d| (d.title.as_str(), d.place.span.start, &d.subs[0])).collect();
        let [
            ("`k` is given twice", 10, Sub::Place { label: first, .. }),
            ("`x` is given twice", 17, Sub::Place { label, .. }),
        ] = found[..]
        else {
            panic!("{found:?}")
        };
        assert_eq!((first.span.start, label.span.start), (4, 1));
        assert_eq!(at(&table, "x/k").value.scalar_text(), Some("1"));
    }

    #[test]
    fn deep_nesting_is_an_error_and_no_overflow() {
        let deep = 10_000;
        let brackets = format!("a = {}1{}", "[".repeat(deep), "]".repeat(deep));
        let braces = format!("a = {}1{}", "{ a = ".repeat(deep), " }".repeat(deep));
        let header = format!("[a{}]", ".a".repeat(deep));
        let dotted = format!("a{} = 1", ".a".repeat(deep));
        let both = format!("a = {}1", format!("{{ a{} = ", ".a".repeat(60)).repeat(60));
        let mixed = format!("a = {}1", "[{a.b.c = ".repeat(deep));
        for text in [brackets, braces, header, dotted, both, mixed] {
            let (_, diagnostics) = read(&text);
            assert!(!diagnostics.is_empty());
            assert!(diagnostics.iter().all(|d| d.code == Code::InvalidToml && d.place.span.end <= text.len()));
            println!("{:.20} {} {:?}", text, diagnostics.len(), diagnostics[0]);
        }
    }

    #[test]
    fn dots_of_all_keys_around_a_value_count() {
        let dots = |count| ".a".repeat(count);
        for (text, too_deep) in [
            (format!("a{} = 1", dots(MAX_DOTS)), false),
            (format!("a{} = 1", dots(MAX_DOTS + 1)), true),
            (format!("a{} = [\n{{ a{} = 1 }}\n]", dots(60), dots(60)), true),
            (format!("a{} = [\n{{ a{} = 1 }}\n]", dots(60), dots(40)), false),
        ] {
            let (_, diagnostics) = read(&text);
            assert_eq!(diagnostics.iter().any(|d| d.title.contains("levels deep")), too_deep, "{text}");
        }
    }

    #[test]
    fn dots_in_strings_and_many_lines_are_not_depth() {
        good(&format!("a = '{}'\n[b.c]\n{}", ".".repeat(500), "x.y.z = 1\n".replace('x', "x1")));
        let lines: String = (0..200).map(|n| format!("[a.b.c{n}]\nx.y = {{ z.z = 1.5 }}\n")).collect();
        good(&lines);
        let (_, told) = read(&format!("{lines}b =\n"));
        assert_eq!(told.len(), 1, "of the value that is not there, and none of depth: {told:?}");
        assert!(!told[0].title.contains("levels deep"));
    }

    #[test]
    fn a_file_of_nonsense_is_cut_short() {
        let (_, diagnostics) = read(&"a = \n".repeat(1000));
        assert_eq!(diagnostics.len(), MAX_ERRORS);
        let last = diagnostics.last().and_then(|diagnostic| diagnostic.subs.last());
        assert!(matches!(last, Some(Sub::Note(note)) if note.contains("more errors")));
    }

    /// All places of a tree, each within the text and on boundaries of characters.
    fn check_places(text: &str, table: &Table<'_>) {
        for span in table.header.into_iter().chain(table.room.map(Room::span)) {
            assert!(text.get(span.range()).is_some());
        }
        for entry in &table.entries {
            assert!(text.get(entry.key_span.range()).is_some() && text.get(entry.value.span.range()).is_some());
            if let Some(table) = entry.value.as_table() {
                check_places(text, table);
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn nothing_panics_and_every_place_can_be_underlined(
            pieces in proptest::collection::vec(proptest::sample::select(&[
                "[", "]", "{", "}", "a", "b.c", "\"", "'", "=", ",", "\n", "1", "é", "# x", "true", " ", "\\", "\"\"\"", "[a.b]\n",
                "a = 1\n", "[[b]]\n", "\r\n", "1_0", "0x", "2025-01-01", "\u{feff}", ".",
            ][..]), 0..40)
        ) {
            let text = pieces.concat();
            let (table, diagnostics) = read(&text);
            check_places(&text, &table);
            for diagnostic in &diagnostics {
                proptest::prop_assert!(text.get(diagnostic.place.span.range()).is_some());
            }
            proptest::prop_assert_eq!(diagnostics.is_empty(), DeTable::parse(&text).is_ok());
        }
    }

    #[test]
    fn arrays_beside_each_other_are_not_deep() {
        let text = format!("a = [{}]\nb = [{}]\n", "[], ".repeat(300), "{ x = [1] }, ".repeat(300));
        assert_eq!(keys(&good(&text)), ["a", "b"]);
    }
}
