//! All facts of a tree with their paths, and paths as TOML writes them.

use std::borrow::Cow;
use std::iter::Enumerate;
use std::slice::Iter;

use super::{Entry, Kind, Table, Value};

/// One step of the way to a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step<'t> {
    /// A key of a table.
    Key(&'t str),
    /// A record of an array, counted from 0.
    Item(usize),
}

/// A fact that is not a table: a scalar or an array. An array of tables is not a leaf, the fields of its records are.
#[derive(Clone, Debug)]
pub struct Leaf<'t, 's> {
    /// The way from the table that was walked.
    pub steps: Vec<Step<'t>>,
    /// The key and its value.
    pub entry: &'t Entry<'s>,
}

impl Leaf<'_, '_> {
    /// The path as TOML writes it; a record of an array is `[]`: `tables."billing.invoices".checks[].expression`.
    pub fn path(&self) -> String {
        leaf_path(&self.steps)
    }
}

/// The path of a leaf; see [`Leaf::path`].
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

/// The leaves of a table in the order of the table; see [`Table::leaves`].
#[derive(Clone, Debug)]
pub struct Leaves<'t, 's> {
    steps: Vec<Step<'t>>,
    open: Vec<Frame<'t, 's>>,
}

#[derive(Clone, Debug)]
enum Frame<'t, 's> {
    Table(Iter<'t, Entry<'s>>),
    Records(Enumerate<Iter<'t, Value<'s>>>),
}

impl<'s> Table<'s> {
    /// All leaves below this table, in order. Empty tables hold none.
    pub fn leaves(&self) -> Leaves<'_, 's> {
        Leaves { steps: Vec::new(), open: vec![Frame::Table(self.entries.iter())] }
    }

    /// Shows every leaf with the way to it, as [`Table::leaves`] gives them, without a copy of the way for each.
    pub fn visit_leaves<'t>(&'t self, visit: &mut dyn FnMut(&[Step<'t>], &'t Entry<'s>)) {
        visit_below(self, &mut Vec::new(), visit);
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
        match &entry.value.kind {
            Kind::Table(table) => visit_below(table, steps, visit),
            Kind::Array(items) if items.iter().any(|item| item.as_table().is_some()) => {
                if !items.iter().all(|item| item.as_table().is_some()) {
                    visit(steps, entry);
                }
                for (at, record) in items.iter().enumerate() {
                    if let Some(table) = record.as_table() {
                        steps.push(Step::Item(at));
                        visit_below(table, steps, visit);
                        steps.pop();
                    }
                }
            }
            _ => visit(steps, entry),
        }
        steps.pop();
    }
}

impl<'t, 's> Iterator for Leaves<'t, 's> {
    type Item = Leaf<'t, 's>;

    fn next(&mut self) -> Option<Leaf<'t, 's>> {
        while let Some(frame) = self.open.last_mut() {
            match frame {
                Frame::Table(entries) => match entries.next() {
                    None => self.leave(),
                    Some(entry) => {
                        self.steps.push(Step::Key(&entry.key));
                        if let Some(leaf) = self.enter(entry) {
                            return Some(leaf);
                        }
                    }
                },
                Frame::Records(records) => match records.next() {
                    None => self.leave(),
                    Some((at, record)) => {
                        if let Kind::Table(table) = &record.kind {
                            self.steps.push(Step::Item(at));
                            self.open.push(Frame::Table(table.entries.iter()));
                        }
                    }
                },
            }
        }
        None
    }
}

impl<'t, 's> Leaves<'t, 's> {
    fn leave(&mut self) {
        self.open.pop();
        self.steps.pop();
    }

    /// Opens a table or an array of tables, or gives a leaf. An array that holds both tables and other values is a leaf
    /// (for those) and is opened too.
    fn enter(&mut self, entry: &'t Entry<'s>) -> Option<Leaf<'t, 's>> {
        let leaf = |steps: &[Step<'t>]| Some(Leaf { steps: steps.to_vec(), entry });
        match &entry.value.kind {
            Kind::Table(table) => {
                self.open.push(Frame::Table(table.entries.iter()));
                None
            }
            Kind::Array(items) if items.iter().any(|item| item.as_table().is_some()) => {
                self.open.push(Frame::Records(items.iter().enumerate()));
                if items.iter().all(|item| item.as_table().is_some()) { None } else { leaf(&self.steps) }
            }
            _ => {
                let leaf = leaf(&self.steps);
                self.steps.pop();
                leaf
            }
        }
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

    fn paths(text: &str) -> Vec<String> {
        let source = Sources::default().add(SourceKind::Facts, "database.toml", "");
        let table = parse(source, text, &mut FactIds::default(), &mut Vec::new());
        table.leaves().map(|leaf| leaf.path()).collect()
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
    fn every_leaf_is_shown_in_passing_as_well() {
        let text = "z = 1\na = ['x', { k = 1, l = [{ m = 2 }] }]\n[t.u]\nempty = []\n[[r]]\n[[r]]\nk = 1\n";
        let source = Sources::default().add(SourceKind::Facts, "database.toml", "");
        let table = parse(source, text, &mut FactIds::default(), &mut Vec::new());
        let mut shown = Vec::new();
        table.visit_leaves(&mut |steps, entry| shown.push((steps.to_vec(), entry.value.id)));
        let given: Vec<_> = table.leaves().map(|leaf| (leaf.steps, leaf.entry.value.id)).collect();
        assert_eq!(shown, given);
        assert_eq!(shown.len(), 6);
    }

    #[test]
    fn an_array_of_tables_and_strings_is_a_leaf_itself() {
        assert_eq!(paths("a = ['x', { k = 1 }]\nb = []\n"), ["a", "a[].k", "b"]);
    }

    #[test]
    fn a_leaf_leads_to_its_value() {
        let source = Sources::default().add(SourceKind::Facts, "database.toml", "");
        let text = "[[a]]\nk = 1\n[[a]]\nk = 2\n";
        let table = parse(source, text, &mut FactIds::default(), &mut Vec::new());
        let last = table.leaves().last().unwrap();
        assert_eq!(last.steps, [Step::Key("a"), Step::Item(1), Step::Key("k")]);
        assert_eq!(&text[last.entry.value.span.range()], "2");
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
