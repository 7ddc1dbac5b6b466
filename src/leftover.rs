//! Facts that no page shows, told where they stand, with the address that was probably meant.

use crate::diagnostic::{Code, Diagnostic, Sub};
use crate::facts::{Entry, FactId, Kind, Table, Value, dotted_path, fold, quote_key};
use crate::nearest::edits;
use crate::slug::slug;
use crate::template::{Template, address_key};
use crate::vocabulary::Collection;

/// Suggestions are looked for no more often than this in one file: a file of another kind has thousands of such facts.
const SUGGESTIONS: usize = 40;

/// The facts of a set that nothing shows. Typed fields of the schema are never among them.
pub(crate) fn unused(root: &Table<'_>, templates: &[&Template], used: &Shown, missing: &[&str]) -> Vec<Diagnostic> {
    let mut addresses: Vec<&str> =
        templates.iter().flat_map(|template| &template.placeholders).filter_map(|p| p.address.as_deref()).collect();
    addresses.sort_unstable();
    addresses.dedup();
    let mut missing = missing.to_vec();
    missing.sort_unstable();
    let mut search = Search { root, templates, used, missing, addresses, found: Vec::new() };
    for entry in &root.entries {
        let of_schema = fold(&entry.key) == Collection::Tables.key();
        match entry.value.as_table().filter(|_| of_schema) {
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
    /// Addresses that nothing answers yet, sorted.
    missing: Vec<&'s str>,
    /// Those of all placeholders, sorted.
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

/// Whether a value, or anything in it, is shown. An array is shown with any of its items.
pub(crate) fn shows_any(value: &Value<'_>, used: &Shown) -> bool {
    let any = |table: &Table<'_>| table.entries.iter().any(|entry| shows_any(&entry.value, used));
    used.contains(value.id) || value.as_table().is_some_and(any)
}

/// Whether there is a fact in it: a table of empty tables is none, though their keys may be names that are shown.
pub(crate) fn holds_facts(value: &Value<'_>) -> bool {
    value.as_table().is_none_or(|table| table.entries.iter().any(|entry| holds_facts(&entry.value)))
}

/// Whether a value has fields of its own, of which one may be shown and another not: a record, or an array of them.
fn holds_fields(value: &Value<'_>) -> bool {
    let records = |items: &[Value<'_>]| items.iter().any(|item| item.as_table().is_some());
    value.as_table().is_some() || value.as_array().is_some_and(records)
}

impl Search<'_> {
    fn entry(&mut self, entry: &Entry<'_>, above: &[String]) {
        if self.used.contains(entry.value.id) && !holds_fields(&entry.value) {
            return;
        }
        let mut path = above.to_vec();
        path.push(entry.key.to_string());
        match &entry.value.kind {
            Kind::Table(_) if !holds_facts(&entry.value) => {}
            Kind::Table(table) => {
                if !shows_any(&entry.value, self.used) && !self.is_known(&path) {
                    self.report(entry, &path);
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
            _ => self.report(entry, &path),
        }
    }

    /// What stands among the tables of the schema and is none.
    fn table_of_the_schema(&mut self, entry: &Entry<'_>) {
        let path = ["tables".to_owned(), entry.key.to_string()];
        if self.used.contains(entry.value.id) || entry.value.is_false() || self.nearest(&path, entry).is_some() {
            return self.entry(entry, &path[..1]);
        }
        let address = dotted_path(path.iter().map(String::as_str));
        let title = format!("`{address}` is {}, but a table with its `columns` belongs there", entry.value.describe());
        let header = format!("write `[{address}]` with a `description` and `columns`");
        let diagnostic = Diagnostic::new(Code::WrongForm, title, entry.value.span, entry.value.describe());
        self.found.push(diagnostic.with_help(header));
    }

    /// Whether a template has this address, or one below it; a key may be written like the label that it answers.
    fn is_known(&self, path: &[String]) -> bool {
        let knows = |address: &str| self.templates.iter().any(|template| template.known.contains(address));
        let slugs: Vec<_> = path.iter().map(|key| slug(key)).collect();
        knows(&address_key(&path.join("."))) || knows(&address_key(&slugs.join(".")))
    }

    fn report(&mut self, entry: &Entry<'_>, path: &[String]) {
        let address = dotted_path(path.iter().map(String::as_str));
        let near = self.nearest(path, entry);
        let wanted = near.as_ref().is_some_and(|near| near.missing);
        let (code, title, label) = match entry.value.as_table() {
            _ if wanted => {
                let title = format!("no placeholder has the address `{address}`");
                (Code::UnknownFact, title, "not an address of the template")
            }
            Some(_) => {
                let title = format!("nothing of `{address}` is shown in the book");
                (Code::UnusedFact, title, "no template has such a section")
            }
            None => {
                let title = format!("`{address}` is shown nowhere in the book");
                (Code::UnusedFact, title, "no placeholder and no reference names it")
            }
        };
        let diagnostic = Diagnostic::new(code, title, entry.key_span, label);
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

    /// The address that is most like the path of an entry, if one is like it at all; missing ones first.
    fn nearest(&self, path: &[String], entry: &Entry<'_>) -> Option<Near> {
        if self.found.len() >= SUGGESTIONS {
            return None;
        }
        let own = path.join(".");
        let addresses = self.addresses.iter().filter(|address| !address.contains(['[', '{']));
        let candidates = addresses.filter_map(|address| match entry.value.as_table() {
            Some(_) => beginning(address, path.len()),
            None => Some(address),
        });
        let near = candidates.filter_map(|candidate| {
            let distance = edits(candidate, &own).filter(|&edits| edits > 0)?;
            // A rename to what is there would give a key twice.
            let keys: Vec<&str> = candidate.split('.').collect();
            self.root.find(&keys).first().is_none().then(|| self.near(candidate, distance, path))
        });
        near.min_by_key(|near| (!near.missing, near.distance))
    }

    fn near(&self, address: &str, distance: usize, path: &[String]) -> Near {
        let (parent, key) = address.rsplit_once('.').unwrap_or(("", address));
        let above = path.split_last().map(|(_, above)| above.join(".")).unwrap_or_default();
        Near {
            key: key.to_owned(),
            address: address.to_owned(),
            distance,
            same_parent: address_key(parent) == address_key(&above),
            missing: self.is_missing(address),
        }
    }

    fn is_missing(&self, address: &str) -> bool {
        let first = self.missing.partition_point(|missing| *missing < address);
        let mut like = self.missing[first..].iter().take_while(|missing| missing.starts_with(address));
        like.any(|missing| is_below(missing, address))
    }
}

/// An address that was probably meant.
struct Near {
    key: String,
    address: String,
    /// The edits that lead to it.
    distance: usize,
    /// It lies in the same table.
    same_parent: bool,
    /// Nothing answers it yet.
    missing: bool,
}

/// Whether an address is another, or below it.
fn is_below(address: &str, above: &str) -> bool {
    address.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[', '{']))
}

/// The first parts of an address that has more.
fn beginning(address: &str, parts: usize) -> Option<&str> {
    let (end, _) = address.match_indices('.').nth(parts.checked_sub(1)?)?;
    Some(&address[..end])
}

#[cfg(test)]
mod tests {
    use super::{Shown, is_below, unused};
    use crate::fixture;

    fn titles(page: &str, facts: &str) -> Vec<String> {
        fixture::with_page(page, facts, |template, _, root, _| {
            let found = unused(root, &[template], &Shown::default(), &[]);
            found.into_iter().map(|diagnostic| diagnostic.title).collect()
        })
    }

    #[test]
    fn a_section_may_be_written_like_its_heading() {
        let page = "## SSL/TLS setup\n\n- **Mode:** [mode]\n";
        for section in ["ssl_tls_setup", "\"SSL/TLS setup\"", "\"SSL TLS setup\""] {
            let found = titles(page, &format!("[{section}]\nother = 1\n"));
            assert_eq!(found, [format!("`{section}.other` is shown nowhere in the book")]);
        }
        assert_eq!(titles(page, "[tls]\nother = 1\n"), ["nothing of `tls` is shown in the book"]);
    }

    #[test]
    fn an_address_ends_at_a_dot_or_a_mark() {
        assert!(
            is_below("server.port", "server") && is_below("server", "server") && is_below("server[].port", "server")
        );
        assert!(!is_below("server_x.port", "server") && !is_below("server", "server.port"));
    }
}
