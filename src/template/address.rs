//! Addresses: the keys that lead to a part of a template, and which part has which.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::slug::{is_separator, push_lowercase};
use crate::vocabulary::Collection;

/// One key of a [`Path`], shared: that of a section is part of every path below it.
pub(crate) type Key = Arc<str>;

/// Keys from the root of the facts, or from a record where the template repeats something for records.
pub(crate) type Path = Arc<[Key]>;

/// The form under which addresses are compared, that of [`facts::fold`](crate::facts::fold) for all keys at once.
pub fn address_key(address: &str) -> String {
    let mut key = String::with_capacity(address.len());
    address.chars().filter(|&c| !is_separator(c)).for_each(|c| push_lowercase(&mut key, c));
    key
}

/// Where a part of the template stands among the facts.
#[derive(Clone, Default)]
pub(super) struct Scope {
    /// The address of the record around it, empty at the top.
    pub(super) record: Arc<str>,
    /// The type of that record.
    pub(super) collection: Option<Collection>,
    /// In something that is repeated.
    pub(super) in_record: bool,
    /// Keys below the record.
    pub(super) path: Path,
    /// The address of the section.
    pub(super) section: Arc<str>,
}

impl Scope {
    /// The path of `key` here.
    pub(super) fn path_to(&self, key: &str) -> Path {
        let at_root = self.record.is_empty() && self.path.is_empty();
        // `[tables]` is the schema's: a heading of that name has an address beside it.
        let taken = at_root && address_key(key) == Collection::Tables.key();
        let key = if taken { format!("{key}_2").into() } else { Key::from(key) };
        self.path.iter().cloned().chain([key]).collect()
    }

    pub(super) fn below(&self, key: &str) -> Scope {
        self.with_path(self.path_to(key))
    }

    pub(super) fn with_path(&self, path: Path) -> Scope {
        Scope { path, record: self.record.clone(), section: self.section.clone(), ..*self }
    }

    /// The scope inside a record whose address this is.
    pub(super) fn of_record(&self, address: &str, collection: Option<Collection>) -> Scope {
        let section = self.section.clone();
        Scope { record: address.into(), collection, in_record: true, path: Path::default(), section }
    }

    pub(super) fn address(&self, path: &[Key]) -> String {
        let length = self.record.len() + path.iter().map(|key| key.len() + 1).sum::<usize>();
        let mut address = String::with_capacity(length);
        address.push_str(&self.record);
        for key in path {
            if !address.is_empty() {
                address.push('.');
            }
            address.push_str(key);
        }
        address
    }
}

/// Who has which address. Addresses are compared by [`address_key`].
#[derive(Default)]
pub(super) struct Claims<'t> {
    /// Addresses that are taken, with the text that they stand for; `None` for one that has others below it.
    taken: HashMap<String, Option<Cow<'t, str>>>,
    /// The numbers that were given to addresses that were taken.
    numbered: HashMap<String, Numbered<'t>>,
}

/// The numbers given to one address.
#[derive(Default)]
struct Numbered<'t> {
    /// How many were tried.
    last: u32,
    /// The number of each text.
    texts: HashMap<Cow<'t, str>, u32>,
    /// The number of the address that has others below it.
    node: Option<u32>,
}

impl<'t> Claims<'t> {
    /// Takes the first of `candidates` that is free or stands for the same text, else the last one with a number.
    pub(super) fn claim(&mut self, scope: &Scope, candidates: &[Path], text: impl Into<Cow<'t, str>>) -> Path {
        let text = text.into();
        for path in candidates {
            if self.try_claim(scope, path, text.clone()) {
                return path.clone();
            }
        }
        let last = candidates.last().cloned().unwrap_or_default();
        let base = address_key(&scope.address(&last));
        if let Some(&number) = self.numbered.get(&base).and_then(|numbered| numbered.texts.get(&text)) {
            return with_number(&last, number);
        }
        loop {
            let number = self.next_number(&base);
            let path = with_number(&last, number);
            if self.try_claim(scope, &path, text.clone()) {
                self.numbered.entry(base).or_default().texts.insert(text, number);
                return path;
            }
        }
    }

    fn try_claim(&mut self, scope: &Scope, path: &[Key], text: Cow<'t, str>) -> bool {
        let key = address_key(&scope.address(path));
        match self.taken.get(&key) {
            Some(taken) => taken.as_ref() == Some(&text),
            None => {
                self.taken.insert(key, Some(text));
                true
            }
        }
    }

    /// Takes an address that has others below it; it may be taken again so.
    pub(super) fn claim_node(&mut self, scope: &Scope, path: &Path) -> Path {
        let base = address_key(&scope.address(path));
        let mut own = match self.numbered.get(&base).and_then(|numbered| numbered.node) {
            Some(number) => with_number(path, number),
            None => path.clone(),
        };
        loop {
            let key = address_key(&scope.address(&own));
            match self.taken.get(&key) {
                Some(Some(_)) => {
                    let number = self.next_number(&base);
                    self.numbered.entry(base.clone()).or_default().node = Some(number);
                    own = with_number(path, number);
                }
                Some(None) => return own,
                None => {
                    self.taken.insert(key, None);
                    return own;
                }
            }
        }
    }

    /// Takes the address of a section, whoever has it: headings go before all else.
    pub(super) fn claim_heading(&mut self, scope: &Scope, path: &[Key]) {
        self.taken.insert(address_key(&scope.address(path)), None);
    }

    /// Keeps others from an address, if none has it.
    pub(super) fn reserve(&mut self, scope: &Scope, path: &[Key]) {
        self.taken.entry(address_key(&scope.address(path))).or_insert(None);
    }

    /// The next number for an address that is taken.
    fn next_number(&mut self, base: &str) -> u32 {
        let numbered = self.numbered.entry(base.to_owned()).or_default();
        numbered.last += 1;
        numbered.last + 1
    }

    /// Every address that is taken, as [`address_key`] has it.
    pub(super) fn into_keys(self) -> HashSet<String> {
        self.taken.into_keys().collect()
    }
}

/// The path with a number behind its last key: `code_2`.
fn with_number(path: &[Key], number: u32) -> Path {
    let Some((last, parents)) = path.split_last() else { return Path::default() };
    parents.iter().cloned().chain([format!("{last}_{number}").into()]).collect()
}
