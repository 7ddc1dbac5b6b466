//! Where further keys can be written into a table, and the repair that writes them there.

use super::{Kind, Table, Value};
use crate::diagnostic::Sub;
use crate::source::Span;

/// Where further keys of a table can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Room {
    /// Whole lines, at an empty span at the start of a line or at the end of the text.
    Lines(Span),
    /// In braces.
    Braces {
        /// What is replaced: an empty span behind the last value, or the blanks of braces that hold none.
        span: Span,
        /// What is written before the pairs.
        before: &'static str,
        /// What is written after them.
        after: &'static str,
    },
}

impl Room {
    /// The room of a table in braces; `braces` is their span in `text`.
    pub(super) fn in_braces(text: &str, braces: Span, table: &Table<'_>) -> Room {
        let source = braces.source;
        if let Some(end) = table.entries.iter().map(|entry| end_of(&entry.value)).max() {
            return Room::Braces { span: source.span(end..end), before: ", ", after: "" };
        }
        let inner = braces.start + 1..braces.end.saturating_sub(1).max(braces.start + 1);
        match text.get(inner.clone()).is_some_and(|inner| inner.trim().is_empty()) {
            true => Room::Braces { span: source.span(inner), before: " ", after: " " },
            // A comment stays, with the space before it.
            false => Room::Braces { span: source.span(inner.start..inner.start), before: " ", after: "" },
        }
    }

    /// The place.
    pub fn span(self) -> Span {
        let (Room::Lines(span) | Room::Braces { span, .. }) = self;
        span
    }

    /// Whether it is in braces, in which there is no room for lines and comments.
    pub fn is_in_braces(self) -> bool {
        !matches!(self, Room::Lines(_))
    }

    /// The repair that writes pairs such as `version = ""`, each with what is said of it, which may be nothing.
    pub(crate) fn add<'h>(self, message: String, pairs: impl IntoIterator<Item = (String, &'h str)>) -> Sub {
        let pairs = pairs.into_iter();
        match self {
            Room::Lines(at) => {
                let lines = pairs.map(|(pair, said)| line(&pair, said)).collect();
                Sub::Insert { message, source: at.source, at: at.start, lines }
            }
            Room::Braces { span, before, after } => {
                let pairs: Vec<_> = pairs.map(|(pair, _)| pair).collect();
                Sub::Replace { message, span, text: format!("{before}{}{after}", pairs.join(", ")) }
            }
        }
    }
}

/// A pair as a line, with what is said of it, which may be nothing.
pub(crate) fn line(pair: &str, said: &str) -> String {
    match said {
        "" => format!("{pair}\n"),
        said => format!("{pair}  # {said}\n"),
    }
}

/// Where the text of a value ends; a table that dotted keys made ends with the last of its values.
fn end_of(value: &Value<'_>) -> usize {
    match &value.kind {
        Kind::Table(table) if table.room.is_none() => {
            table.entries.iter().map(|entry| end_of(&entry.value)).max().unwrap_or(value.span.end)
        }
        _ => value.span.end,
    }
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Sub;
    use crate::facts::{self, FactIds};
    use crate::source::{SourceKind, Sources};

    /// The text with `new = 1` added to the table at the path.
    fn added(text: &str, path: &[&str]) -> String {
        let source = Sources::default().add(SourceKind::Facts, "database.toml", text);
        let mut diagnostics = Vec::new();
        let root = facts::parse(source, text, &mut FactIds::default(), &mut diagnostics);
        assert_eq!(diagnostics, []);
        let table = match path {
            [] => &root,
            path => root.find(path).first().unwrap().value.as_table().unwrap(),
        };
        let (range, lines) = match table.room.unwrap().add(String::new(), [("new = 1".to_owned(), "why")]) {
            Sub::Insert { at, lines, .. } => (at..at, lines),
            Sub::Replace { span, text, .. } => (span.range(), text),
            other => panic!("{other:?}"),
        };
        let mut text = text.to_owned();
        text.replace_range(range, &lines);
        let mut again = Vec::new();
        let root = facts::parse(source, &text, &mut FactIds::default(), &mut again);
        assert_eq!(again, [], "{text}");
        assert!(root.find(&[path, &["new"]].concat()).first().is_some(), "{text}");
        text
    }

    #[test]
    fn a_pair_lands_in_the_table_whatever_its_form() {
        assert_eq!(added("a = 1\n[t]\n", &[]), "a = 1\nnew = 1  # why\n[t]\n");
        assert_eq!(added("[t]\na = 1\n\n[u]\n", &["t"]), "[t]\na = 1\nnew = 1  # why\n\n[u]\n");
        assert_eq!(added("t = {}\n", &["t"]), "t = { new = 1 }\n");
        assert_eq!(added("t = { }\n", &["t"]), "t = { new = 1 }\n");
        assert_eq!(added("t = {a = 1}\n", &["t"]), "t = {a = 1, new = 1}\n");
        assert_eq!(added("t = { a.b = { c = 1 } }\n", &["t"]), "t = { a.b = { c = 1 }, new = 1 }\n");
        assert_eq!(added("t = { a.b = 1 }\n", &["t"]), "t = { a.b = 1, new = 1 }\n");
    }

    #[test]
    fn braces_over_several_lines_keep_their_commas_and_comments() {
        assert_eq!(added("t = {\n  a = 1, # one\n}\n", &["t"]), "t = {\n  a = 1, new = 1, # one\n}\n");
        assert_eq!(added("t = { # none\n}\n", &["t"]), "t = { new = 1 # none\n}\n");
    }
}
