//! Facts that no page shows, told where they stand, with the address that was probably meant.

use crate::diagnostic::{Code, Diagnostic, Sub};
use crate::facts::{Entry, FactId, Kind, Table, Value, dotted_path, fold, quote_key};
use crate::nearest::edits;
use crate::template::{Template, address_key};

/// Suggestions are looked for no more often than this in one file: a file of another kind has thousands of such facts.
const SUGGESTIONS: usize = 40;

/// The facts of a set that nothing shows. Typed fields of the schema are never among them.
pub(crate) fn unused(root: &Table<'_>, templates: &[&Template], used: &Shown, missing: &[&str]) -> Vec<Diagnostic> {
    let mut addresses: Vec<&str> =
        templates.iter().flat_map(|template| &template.placeholders).filter_map(|p| p.address.as_deref()).collect();
    addresses.sort_unstable();
    addresses.dedup();
    let mut search = Search { root, templates, used, missing, addresses, found: Vec::new() };
    for entry in &root.entries {
        let schema = fold(&entry.key) == "tables";
        match entry.value.as_table().filter(|_| schema) {
            Some(tables) => {
                for entry in tables.entries.iter().filter(|entry| entry.value.as_table().is_none()) {
                    search.table_of_the_schema(entry);
                }
            }
            None => search.entry(entry, &[]),
        }
    }
    search.found
}

struct Search<'s> {
    root: &'s Table<'s>,
    templates: &'s [&'s Template],
    used: &'s Shown,
    missing: &'s [&'s str],
    addresses: Vec<&'s str>,
    found: Vec<Diagnostic>,
}

/// Which facts the book shows. Their ids are dense.
#[derive(Debug, Default)]
pub(crate) struct Shown(Vec<bool>);

impl Shown {
    pub(crate) fn extend(&mut self, facts: &[FactId]) {
        for fact in facts {
            let at = fact.0 as usize;
            if at >= self.0.len() {
                self.0.resize(at + 1, false);
            }
            self.0[at] = true;
        }
    }

    fn contains(&self, fact: FactId) -> bool {
        self.0.get(fact.0 as usize).is_some_and(|shown| *shown)
    }
}

/// Whether a value, or anything in it, is shown.
pub(crate) fn shows_any(value: &Value<'_>, used: &Shown) -> bool {
    used.contains(value.id)
        || match &value.kind {
            Kind::Table(table) => table.entries.iter().any(|entry| shows_any(&entry.value, used)),
            Kind::Array(items) => items.iter().any(|item| shows_any(item, used)),
            _ => false,
        }
}

/// Whether there is a fact in it: a table of empty tables is none, though their keys may be names that are shown.
fn holds_values(table: &Table<'_>) -> bool {
    table.entries.iter().any(|entry| entry.value.as_table().is_none_or(holds_values))
}

impl Search<'_> {
    fn entry(&mut self, entry: &Entry<'_>, above: &[String]) {
        let records = entry.value.as_array().is_some_and(|items| items.iter().any(|item| item.as_table().is_some()));
        if self.used.contains(entry.value.id) && !records {
            return;
        }
        let mut path = above.to_vec();
        path.push(entry.key.to_string());
        match &entry.value.kind {
            Kind::Table(table) if !holds_values(table) => {}
            Kind::Table(table) => {
                if !shows_any(&entry.value, self.used) && !self.is_known(&path) {
                    self.report(entry, &path, true);
                } else {
                    table.entries.iter().for_each(|entry| self.entry(entry, &path));
                }
            }
            Kind::Array(items)
                if items.iter().any(|item| item.as_table().is_some()) && shows_any(&entry.value, self.used) =>
            {
                for table in items.iter().filter_map(Value::as_table) {
                    table.entries.iter().for_each(|entry| self.entry(entry, &path));
                }
            }
            _ => self.report(entry, &path, false),
        }
    }

    /// What stands among the tables of the schema and is none.
    fn table_of_the_schema(&mut self, entry: &Entry<'_>) {
        let path = ["tables".to_owned(), entry.key.to_string()];
        if self.used.contains(entry.value.id) || entry.value.is_false() || self.nearest(&path, false).is_some() {
            return self.entry(entry, &path[..1]);
        }
        let address = dotted_path(path.iter().map(String::as_str));
        let title = format!("`{address}` is {}, but a table with its `columns` belongs there", entry.value.describe());
        let header = format!("write `[{address}]` with a `description` and `columns`");
        let diagnostic = Diagnostic::new(Code::WrongForm, title, entry.value.span, entry.value.describe());
        self.found.push(diagnostic.with_help(header));
    }

    fn is_known(&self, path: &[String]) -> bool {
        let key = address_key(&path.join("."));
        self.templates.iter().any(|template| template.known.contains(&key))
    }

    fn report(&mut self, entry: &Entry<'_>, path: &[String], whole: bool) {
        let address = dotted_path(path.iter().map(String::as_str));
        let near = if self.found.len() < SUGGESTIONS { self.nearest(path, whole) } else { None };
        let wanted = near.as_ref().is_some_and(|near| near.missing);
        let diagnostic = match (wanted, whole) {
            (true, _) => {
                let title = format!("no placeholder has the address `{address}`");
                Diagnostic::new(Code::UnknownFact, title, entry.key_span, "not an address of the template")
            }
            (false, true) => {
                let title = format!("nothing of `{address}` is shown in the book");
                Diagnostic::new(Code::UnusedFact, title, entry.key_span, "no template has such a section")
            }
            (false, false) => {
                let title = format!("`{address}` is shown nowhere in the book");
                Diagnostic::new(Code::UnusedFact, title, entry.key_span, "no placeholder and no reference names it")
            }
        };
        self.found.push(match near {
            Some(Near { key, same_parent: true, address, .. }) => diagnostic.with(Sub::Replace {
                message: format!("the nearest address is `{address}`"),
                span: entry.key_span,
                text: quote_key(&key).into_owned(),
            }),
            Some(Near { address, .. }) => diagnostic.with_help(format!("the nearest address is `{address}`")),
            None => diagnostic.with_help("`mdbook-database outline` lists every address"),
        });
    }

    /// The address that is most like the path, if one is like it at all; missing ones first.
    fn nearest(&self, path: &[String], whole: bool) -> Option<Near> {
        let own = path.join(".");
        let candidates = self.addresses.iter().filter(|address| !address.contains(['[', '{']));
        let parts = path.len();
        let mut best: Option<(usize, bool, Near)> = None;
        for candidate in candidates {
            let Some(candidate) = cut(candidate, parts, whole) else { continue };
            let Some(distance) = edits(candidate, &own).filter(|&edits| edits > 0) else { continue };
            // A rename to what is there would give a key twice.
            let keys: Vec<&str> = candidate.split('.').collect();
            if self.root.find(&keys).first().is_some() {
                continue;
            }
            let missing = self.missing.iter().any(|missing| is_below(missing, candidate));
            let better = best.as_ref().is_none_or(|(old, old_missing, _)| (!missing, distance) < (!*old_missing, *old));
            if better {
                let (parent, last) = candidate.rsplit_once('.').unwrap_or(("", candidate));
                let above = path[..parts - 1].join(".");
                let same_parent = address_key(parent) == address_key(&above);
                let near = Near { key: last.to_owned(), address: candidate.to_owned(), same_parent, missing };
                best = Some((distance, missing, near));
            }
        }
        best.map(|(_, _, near)| near)
    }
}

/// An address that was probably meant.
struct Near {
    key: String,
    address: String,
    /// It lies in the same table.
    same_parent: bool,
    /// Nothing answers it yet.
    missing: bool,
}

/// Whether an address is another, or below it.
fn is_below(address: &str, above: &str) -> bool {
    address.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[', '{']))
}

/// The first parts of an address, for a table; all of it, for a fact.
fn cut(address: &str, parts: usize, whole: bool) -> Option<&str> {
    if !whole {
        return Some(address);
    }
    match address.match_indices('.').nth(parts - 1) {
        Some((at, _)) => Some(&address[..at]),
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::is_below;

    #[test]
    fn an_address_ends_at_a_dot_or_a_mark() {
        assert!(
            is_below("server.port", "server") && is_below("server", "server") && is_below("server[].port", "server")
        );
        assert!(!is_below("server_x.port", "server") && !is_below("server", "server.port"));
    }
}
