//! Where the keys and values of `[preprocessor.database]` stand in the text of `book.toml`.

use std::ops::Range;

use serde_json::Value;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::source::{SourceId, Span};

/// One step of a path below `[preprocessor.database]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step<'p> {
    /// Into a table.
    Key(&'p str),
    /// Into an array.
    Index(usize),
}

impl<'p> From<&'p str> for Step<'p> {
    fn from(key: &'p str) -> Self {
        Step::Key(key)
    }
}

impl<'p> Step<'p> {
    /// The key, if it leads into a table.
    pub(super) fn key(&self) -> Option<&'p str> {
        match self {
            Step::Key(key) => Some(key),
            Step::Index(_) => None,
        }
    }
}

/// Finds places in `book.toml`.
#[derive(Debug)]
pub struct Locator<'t> {
    source: SourceId,
    name: String,
    header: Option<Range<usize>>,
    table: Option<Spanned<DeValue<'t>>>,
}

impl<'t> Locator<'t> {
    /// A locator for the table `[preprocessor.NAME]` in `text`, which may be no TOML at all.
    pub fn new(source: SourceId, text: &'t str, name: &str) -> Self {
        let (root, _) = DeTable::parse_recoverable(text);
        let found = take(root.into_inner(), "preprocessor").and_then(|(_, value)| match value.into_inner() {
            DeValue::Table(tables) => take(tables, name),
            _ => None,
        });
        let (header, table) = found.unzip();
        Locator { source, name: name.to_owned(), header, table }
    }

    /// The table's name below `preprocessor`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The name in the table's header, or the file as a whole.
    pub fn table(&self) -> Span {
        self.header.clone().map_or(self.source.whole(), |range| self.source.span(range))
    }

    /// The file as a whole, for what it does not say.
    pub fn whole(&self) -> Span {
        self.source.whole()
    }

    /// The key at the end of a path, if `book.toml` has it.
    pub fn key(&self, path: &[Step<'_>]) -> Option<Span> {
        let (last, parents) = path.split_last()?;
        let (Step::Key(key), DeValue::Table(table)) = (last, self.find(parents)?.get_ref()) else { return None };
        let (key, _) = table.iter().find(|(name, _)| name.get_ref() == key)?;
        Some(self.source.span(key.span()))
    }

    /// The value at the end of a path, if `book.toml` has this very one there; an environment variable may have
    /// set another.
    pub fn value(&self, path: &[Step<'_>], value: &Value) -> Option<Span> {
        let found = self.find(path)?;
        same(found.get_ref(), value).then(|| self.source.span(found.span()))
    }

    fn find(&self, path: &[Step<'_>]) -> Option<&Spanned<DeValue<'t>>> {
        path.iter().try_fold(self.table.as_ref()?, |value, step| match (step, value.get_ref()) {
            (Step::Key(key), DeValue::Table(table)) => table.get(*key),
            (Step::Index(index), DeValue::Array(array)) => array.get(*index),
            _ => None,
        })
    }
}

/// An entry of a table with its key's place.
fn take<'t>(table: DeTable<'t>, name: &str) -> Option<(Range<usize>, Spanned<DeValue<'t>>)> {
    table.into_iter().find(|(key, _)| key.get_ref() == name).map(|(key, value)| (key.span(), value))
}

/// Whether a value of the file is what the host handed over; containers are compared by kind.
fn same(written: &DeValue<'_>, handed: &Value) -> bool {
    match (written, handed) {
        (DeValue::String(written), Value::String(handed)) => written == handed,
        (DeValue::Boolean(written), Value::Bool(handed)) => written == handed,
        (DeValue::Integer(_) | DeValue::Float(_), Value::Number(_)) => true,
        (DeValue::Datetime(_), Value::String(_)) => true,
        (DeValue::Array(written), Value::Array(handed)) => written.len() == handed.len(),
        (DeValue::Table(_), Value::Object(_)) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::source::{SourceKind, Sources};

    #[test]
    fn a_value_is_shown_where_the_file_has_this_very_one() {
        let text = "[preprocessor.db]\ns = 'x'\nb = true\nn = 1\nf = 1.5\nd = 2020-01-02\na = [1, 2]\nt = { x = 1 }\n";
        let locator = Locator::new(Sources::default().add(SourceKind::Config, "book.toml", text), text, "db");
        let shown = |key: &str, value: Value| locator.value(&[Step::Key(key)], &value).map(|span| &text[span.range()]);
        for (key, value, there) in [
            ("s", json!("x"), "'x'"),
            ("b", json!(true), "true"),
            ("n", json!(1), "1"),
            ("f", json!(1.5), "1.5"),
            ("d", json!("2020-01-02"), "2020-01-02"),
            ("a", json!([3, 4]), "[1, 2]"),
            ("t", json!({}), "{ x = 1 }"),
        ] {
            assert_eq!(shown(key, value), Some(there), "{key}");
        }
        for (key, value) in
            [("s", json!("y")), ("s", json!(1)), ("b", json!(false)), ("a", json!([1])), ("x", json!(1))]
        {
            assert_eq!(shown(key, value), None, "{key}");
        }
        let second = locator.value(&[Step::Key("a"), Step::Index(1)], &json!(2));
        assert_eq!(second.map(|span| &text[span.range()]), Some("2"));
    }
}
