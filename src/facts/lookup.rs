//! Finding a fact by a segment of an address, forgiving case and separators.

use std::borrow::Cow;
use std::collections::HashMap;

use super::{Entry, Table};
use crate::slug::{is_separator, push_lowercase};

/// Tables with at most this many entries are searched one by one.
pub(super) const LINEAR: usize = 16;

/// What a segment of an address names in a table.
#[derive(Clone, Copy, Debug)]
pub enum Lookup<'t, 's> {
    /// Nothing.
    None,
    /// One entry.
    One(&'t Entry<'s>),
    /// Two keys (or more) that mean the same; the first two in the order of the table.
    Ambiguous(&'t Entry<'s>, &'t Entry<'s>),
}

impl<'t, 's> Lookup<'t, 's> {
    /// The entry, the first where several are meant (which [`Table::collisions`] reports once).
    pub fn first(self) -> Option<&'t Entry<'s>> {
        match self {
            Lookup::None => None,
            Lookup::One(entry) | Lookup::Ambiguous(entry, _) => Some(entry),
        }
    }

    fn or_else(self, other: impl FnOnce() -> Self) -> Self {
        if matches!(self, Lookup::None) { other() } else { self }
    }

    fn from_matches(mut matches: impl Iterator<Item = &'t Entry<'s>>) -> Self {
        match (matches.next(), matches.next()) {
            (None, _) => Lookup::None,
            (Some(entry), None) => Lookup::One(entry),
            (Some(first), Some(second)) => Lookup::Ambiguous(first, second),
        }
    }
}

/// Two texts name the same address when their folds are equal: lower case, without `-`, `_` and spaces.
/// A text of nothing else stays as it is.
///
/// ```
/// use mdbook_database::facts::fold;
/// assert_eq!(fold("Pool-Size"), fold("pool_size"));
/// ```
pub fn fold(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()) {
        return Cow::Borrowed(text);
    }
    let mut folded = String::with_capacity(text.len());
    text.chars().filter(|&c| !is_separator(c)).for_each(|c| push_lowercase(&mut folded, c));
    if folded.is_empty() { Cow::Borrowed(text) } else { Cow::Owned(folded) }
}

/// The fold of a key's slug: what a key written like the label that it answers (`"SSL/TLS configuration"`,
/// `"Cache layer (Redis)"`) is found by.
fn label_fold(key: &str) -> impl Iterator<Item = char> {
    let label = key.trim_end();
    let opened = label.strip_suffix(')').and_then(|_| label.rfind('(')).filter(|&at| !label[..at].trim().is_empty());
    let label = opened.map_or(label, |at| &label[..at]);
    label.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase)
}

/// Whether a key is one that TOML takes without quotes, of which the slug folds as it does.
fn is_bare(key: &str) -> bool {
    let own = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    key.bytes().all(own) && key.bytes().any(|byte| byte.is_ascii_alphanumeric())
}

/// The characters of [`fold`].
fn folded(text: &str) -> impl Iterator<Item = char> {
    let bare = text.chars().all(is_separator);
    text.chars().filter(move |&c| bare || !is_separator(c)).flat_map(char::to_lowercase)
}

/// Whether two texts fold to the same. Most differ in their first letter, or not at all.
fn fold_alike(key: &str, segment: &str) -> bool {
    let first =
        |text: &str| text.bytes().next().filter(u8::is_ascii_alphanumeric).map(|byte| byte.to_ascii_lowercase());
    match (first(key), first(segment)) {
        (Some(own), Some(wanted)) if own != wanted => false,
        _ if key == segment => true,
        // Letters, so that none of them consists of separators only, which fold to themselves.
        (Some(_), Some(_)) if key.is_ascii() && segment.is_ascii() => lower_letters(key).eq(lower_letters(segment)),
        _ => folded(key).eq(folded(segment)),
    }
}

fn lower_letters(text: &str) -> impl Iterator<Item = u8> {
    text.bytes().filter(|&byte| !is_separator(char::from(byte))).map(|byte| byte.to_ascii_lowercase())
}

impl<'s> Table<'s> {
    /// The entry that a segment of an address means: the keys equal to it but for case, `-`, `_` and spaces; failing
    /// that, those whose slug is (`"SSL/TLS configuration"` for `ssl_tls_configuration`).
    pub fn get(&self, segment: &str) -> Lookup<'_, 's> {
        if self.entries.len() > LINEAR {
            return self.index().get(&self.entries, &fold(segment));
        }
        let by_key = Lookup::from_matches(self.entries.iter().filter(|entry| fold_alike(&entry.key, segment)));
        by_key.or_else(|| {
            let written_as_labels = self.entries.iter().filter(|entry| !is_bare(&entry.key));
            Lookup::from_matches(written_as_labels.filter(|entry| label_fold(&entry.key).eq(folded(segment))))
        })
    }

    /// The entry of exactly that key, for names of records.
    pub fn get_exact(&self, name: &str) -> Option<&Entry<'s>> {
        if self.entries.len() > LINEAR {
            return self.index().exact.get(name).and_then(|&at| self.entries.get(at as usize));
        }
        self.entries.iter().find(|entry| entry.key == name)
    }

    /// What the path of segments means; the empty path means nothing.
    pub fn find(&self, path: &[&str]) -> Lookup<'_, 's> {
        let Some((last, parents)) = path.split_last() else { return Lookup::None };
        let mut table = self;
        for segment in parents {
            match table.get(segment) {
                Lookup::One(entry) => match entry.value.as_table() {
                    Some(child) => table = child,
                    None => return Lookup::None,
                },
                other => return other,
            }
        }
        table.get(last)
    }

    /// Pairs of keys that fold to one, each later key with the first, in the order of the table. It looks at this
    /// table only: whether its keys are addresses or names of records is the caller's knowledge.
    pub fn collisions(&self) -> Vec<(&Entry<'s>, &Entry<'s>)> {
        let mut seen: HashMap<Cow<'_, str>, &Entry<'s>> = HashMap::with_capacity(self.entries.len());
        let mut pairs = Vec::new();
        for entry in &self.entries {
            let first = *seen.entry(fold(&entry.key)).or_insert(entry);
            if !std::ptr::eq(first, entry) {
                pairs.push((first, entry));
            }
        }
        pairs
    }

    fn index(&self) -> &Index {
        self.index.get_or_init(|| Box::new(Index::new(&self.entries)))
    }
}

/// Hash look-up for large tables.
#[derive(Clone, Debug)]
pub(super) struct Index {
    exact: HashMap<Box<str>, u32>,
    by_key: HashMap<Box<str>, Pair>,
    by_label: HashMap<Box<str>, Pair>,
}

/// The first two entries of one fold.
#[derive(Clone, Copy, Debug)]
struct Pair(u32, Option<u32>);

impl Index {
    fn new(entries: &[Entry<'_>]) -> Self {
        let mut index = Index { exact: HashMap::new(), by_key: HashMap::new(), by_label: HashMap::new() };
        for (at, entry) in (0u32..).zip(entries) {
            index.exact.entry(entry.key.as_ref().into()).or_insert(at);
            let folded = fold(&entry.key);
            note(&mut index.by_key, &folded, at);
            if !label_fold(&entry.key).eq(folded.chars()) {
                note(&mut index.by_label, &label_fold(&entry.key).collect::<String>(), at);
            }
        }
        index
    }

    fn get<'t, 's>(&self, entries: &'t [Entry<'s>], segment: &str) -> Lookup<'t, 's> {
        let Some(&Pair(first, second)) = self.by_key.get(segment).or_else(|| self.by_label.get(segment)) else {
            return Lookup::None;
        };
        let places = [Some(first), second].into_iter().flatten();
        Lookup::from_matches(places.filter_map(|at| entries.get(at as usize)))
    }
}

fn note(map: &mut HashMap<Box<str>, Pair>, fold: &str, at: u32) {
    match map.get_mut(fold) {
        Some(pair) => pair.1 = pair.1.or(Some(at)),
        None => {
            map.insert(fold.into(), Pair(at, None));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{FactIds, parse};
    use crate::source::{SourceKind, Sources};

    fn table(text: &str) -> Table<'_> {
        let source = Sources::default().add(SourceKind::Facts, "database.toml", "");
        let mut diagnostics = Vec::new();
        let table = parse(source, text, &mut FactIds::default(), &mut diagnostics);
        assert_eq!(diagnostics, []);
        table
    }

    fn key<'t>(table: &'t Table<'_>, segment: &str) -> Option<&'t str> {
        match table.get(segment) {
            Lookup::One(entry) => Some(&entry.key),
            Lookup::None => None,
            Lookup::Ambiguous(first, second) => panic!("{} and {}", first.key, second.key),
        }
    }

    /// The same keys in a table searched one by one and in one that is indexed.
    fn small_and_large(text: &str, check: impl Fn(&Table<'_>)) {
        check(&table(text));
        let more: String = (0..100).map(|n| format!("filler{n} = 1\n")).collect();
        let large = format!("{text}{more}");
        check(&table(&large));
    }

    #[test]
    fn case_dashes_underscores_and_spaces_do_not_matter() {
        small_and_large("Pool-Size = 1\n\"Größe\" = 2\nDB_HOST = 3\n", |table| {
            assert_eq!(key(table, "pool_size"), Some("Pool-Size"));
            assert_eq!(key(table, "poolsize"), Some("Pool-Size"));
            assert_eq!(key(table, "größe"), Some("Größe"));
            assert_eq!(key(table, "DB_HOST"), Some("DB_HOST"));
            assert_eq!(key(table, "pool.size"), None);
        });
    }

    #[test]
    fn a_key_may_be_written_like_the_label() {
        let text =
            "\"SSL/TLS configuration\" = 1\n\"What's logged\" = 2\n\"Cache layer (Redis, etc.)\" = 3\n\"(x)\" = 4\n";
        small_and_large(text, |table| {
            assert_eq!(key(table, "ssl_tls_configuration"), Some("SSL/TLS configuration"));
            assert_eq!(key(table, "whats_logged"), Some("What's logged"));
            assert_eq!(key(table, "cache_layer"), Some("Cache layer (Redis, etc.)"));
            assert_eq!(key(table, "x"), Some("(x)"));
        });
    }

    #[test]
    fn an_equal_fold_comes_before_an_equal_slug() {
        small_and_large("\"a/b\" = 1\na_b = 2\n", |table| assert_eq!(key(table, "a_b"), Some("a_b")));
    }

    #[test]
    fn two_keys_of_one_fold_are_ambiguous() {
        small_and_large("a_b = 1\nc = 1\nA-B = 2\nab = 3\n", |table| {
            let Lookup::Ambiguous(first, second) = table.get("a_b") else { panic!("not ambiguous") };
            assert_eq!((first.key.as_ref(), second.key.as_ref()), ("a_b", "A-B"));
            let pairs: Vec<_> = table.collisions().iter().map(|(a, b)| (a.key.as_ref(), b.key.as_ref())).collect();
            assert_eq!(pairs, [("a_b", "A-B"), ("a_b", "ab")]);
        });
    }

    #[test]
    fn names_of_records_are_compared_exactly() {
        small_and_large("Users = 1\nusers = 2\n", |table| {
            assert_eq!(table.get_exact("users").unwrap().value.scalar_text(), Some("2"));
            assert!(table.get_exact("USERS").is_none());
        });
    }

    #[test]
    fn a_path_leads_through_tables_only() {
        let table = table("[a.B-B]\nc = 1\n");
        assert!(matches!(table.find(&["a", "bb", "c"]), Lookup::One(_)));
        assert!(matches!(table.find(&["a", "bb", "c", "d"]), Lookup::None));
        assert!(matches!(table.find(&[]), Lookup::None));
    }

    #[test]
    fn separators_alone_are_no_empty_name() {
        assert!(matches!(table("_ = 1\n- = 2\n").get("_"), Lookup::One(_)));
    }
}
