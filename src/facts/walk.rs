//! All facts of a tree with their paths, and paths as TOML writes them.

use std::borrow::Cow;

use super::{Entry, Kind, Table, Value};

/// One step of the way to a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step<'t> {
    /// A key of a table.
    Key(&'t str),
    /// A record of an array, counted from 0.
    Item(usize),
}

/// The way to a fact as TOML writes it; a record of an array is `[]`: `tables."billing.invoices".checks[].expression`.
pub fn leaf_path(steps: &[Step<'_>]) -> String {
    let mut path = String::new();
    for step in steps {
        match step {
            Step::Key(key) => push_key(&mut path, key),
            Step::Item(_) => path.push_str("[]"),
        }
    }
    path
}

impl<'s> Table<'s> {
    /// Shows every leaf below this table, in order, with the way to it: a scalar or an array. An array of tables is no
    /// leaf, the fields of its records are; one that holds other values, too, is both. Empty tables hold none.
    pub fn visit_leaves<'t>(&'t self, visit: &mut dyn FnMut(&[Step<'t>], &'t Entry<'s>)) {
        self.visit_entries(&mut |steps, entry| {
            if is_leaf(&entry.value) {
                visit(steps, entry);
            }
        });
    }

    /// Shows every entry below this table, in order, with the way to it: a table before what is in it.
    pub fn visit_entries<'t>(&'t self, visit: &mut dyn FnMut(&[Step<'t>], &'t Entry<'s>)) {
        visit_below(self, &mut Vec::new(), visit);
    }
}

fn is_leaf(value: &Value<'_>) -> bool {
    match &value.kind {
        Kind::Table(_) => false,
        Kind::Array(items) => items.is_empty() || items.iter().any(|item| item.as_table().is_none()),
        _ => true,
    }
}

/// As deep as the tree, which the parser limits.
fn visit_below<'t, 's>(
    table: &'t Table<'s>,
    steps: &mut Vec<Step<'t>>,
    visit: &mut dyn FnMut(&[Step<'t>], &'t Entry<'s>),
) {
    for entry in &table.entries {
        steps.push(Step::Key(&entry.key));
        visit(steps, entry);
        if let Some(table) = entry.value.as_table() {
            visit_below(table, steps, visit);
        }
        for (at, record) in entry.value.as_array().unwrap_or_default().iter().enumerate() {
            if let Some(table) = record.as_table() {
                steps.push(Step::Item(at));
                visit_below(table, steps, visit);
                steps.pop();
            }
        }
        steps.pop();
    }
}

/// A key as TOML writes it: bare where it may be, else quoted.
///
/// ```
/// use mdbook_database::facts::quote_key;
/// assert_eq!(quote_key("pool-size"), "pool-size");
/// assert_eq!(quote_key("billing.invoices"), "\"billing.invoices\"");
/// ```
pub fn quote_key(key: &str) -> Cow<'_, str> {
    let bare = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    if !key.is_empty() && key.bytes().all(bare) { Cow::Borrowed(key) } else { Cow::Owned(quote_string(key)) }
}

/// A text as a basic string of TOML on one line.
pub fn quote_string(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            '\r' => quoted.push_str("\\r"),
            c if c.is_control() => quoted.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// Keys as a dotted path, quoted where TOML needs it.
pub fn dotted_path<'k>(keys: impl IntoIterator<Item = &'k str>) -> String {
    let mut path = String::new();
    for key in keys {
        push_key(&mut path, key);
    }
    path
}

fn push_key(path: &mut String, key: &str) {
    if !path.is_empty() {
        path.push('.');
    }
    path.push_str(&quote_key(key));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{FactIds, parse};
    use crate::source::{SourceKind, Sources};

    /// Every leaf of a text: its path, and its value as written.
    fn leaves(text: &str) -> Vec<(String, &str)> {
        let source = Sources::default().add(SourceKind::Facts, "database.toml", "");
        let table = parse(source, text, &mut FactIds::default(), &mut Vec::new());
        let mut leaves = Vec::new();
        table.visit_leaves(&mut |steps, entry| leaves.push((leaf_path(steps), &text[entry.value.span.range()])));
        leaves
    }

    fn paths(text: &str) -> Vec<String> {
        leaves(text).into_iter().map(|(path, _)| path).collect()
    }

    #[test]
    fn leaves_come_in_the_order_of_the_file_with_their_paths() {
        let text = "z = 1\n[tables.\"billing.invoices\"]\ncolumns = { id = 'x' }\nempty = {}\n[a]\nlist = ['p', 'q']\n";
        assert_eq!(paths(text), ["z", "tables.\"billing.invoices\".columns.id", "a.list"]);
    }

    #[test]
    fn the_fields_of_records_are_leaves() {
        let text = "[[checks]]\nexpression = 'x > 0'\n[[checks]]\nname = 'b'\nin = [{ x = 1 }]\n[last]\nk = 1\n";
        assert_eq!(paths(text), ["checks[].expression", "checks[].name", "checks[].in[].x", "last.k"]);
    }

    #[test]
    fn an_array_of_tables_and_strings_is_a_leaf_itself() {
        assert_eq!(paths("a = ['x', { k = 1 }]\nb = []\n"), ["a", "a[].k", "b"]);
    }

    #[test]
    fn a_way_leads_to_its_value() {
        let text = "[[a]]\nk = 1\n[[a]]\nk = 2\nl = ['x', { m = 3 }]\n";
        let said = leaves(text);
        let said: Vec<_> = said.iter().map(|(path, value)| (path.as_str(), *value)).collect();
        assert_eq!(said, [("a[].k", "1"), ("a[].k", "2"), ("a[].l", "['x', { m = 3 }]"), ("a[].l[].m", "3")]);
        let source = Sources::default().add(SourceKind::Facts, "database.toml", "");
        let table = parse(source, text, &mut FactIds::default(), &mut Vec::new());
        let mut last = Vec::new();
        table.visit_leaves(&mut |steps, _| last = steps.to_vec());
        assert_eq!(last, [Step::Key("a"), Step::Item(1), Step::Key("l"), Step::Item(1), Step::Key("m")]);
    }

    #[test]
    fn quoted_keys_read_back_as_they_were() {
        for key in ["", "a b", "naïve", "q\"uo\\te", "new\nline\u{7}", "größe"] {
            let text = format!("{} = 1", quote_key(key));
            let source = Sources::default().add(SourceKind::Facts, "database.toml", "");
            let mut diagnostics = Vec::new();
            let table = parse(source, &text, &mut FactIds::default(), &mut diagnostics);
            assert_eq!(diagnostics, []);
            assert_eq!(table.entries[0].key, key);
        }
        assert_eq!(dotted_path(["tables", "billing.invoices", "id"]), "tables.\"billing.invoices\".id");
    }
}
