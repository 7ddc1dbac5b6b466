//! Addresses: the keys that lead to a part of a template, and which part has which.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use crate::schema::Owner;
use crate::slug::{is_separator, push_lowercase};
use crate::vocabulary::{Collection, Field};

/// One key of a [`Path`], shared: that of a section is part of every path below it.
pub(crate) type Key = Arc<str>;

/// Keys from the root of the facts, or from a record where the template repeats something for records.
pub(crate) type Path = Arc<[Key]>;

/// The form under which addresses are compared, that of [`facts::fold`](crate::facts::fold) for all keys at once.
pub fn address_key(address: &str) -> String {
    let mut key = String::with_capacity(address.len());
    push_folded(&mut key, address);
    key
}

/// The parts of an address. `path` leads to its end: keys of code may hold dots.
pub(crate) fn address_parts(address: &str, path: &[Key]) -> Vec<String> {
    let own = path.join(".");
    match address.strip_suffix(&own).filter(|above| above.is_empty() || above.ends_with('.')) {
        Some(above) => {
            let above = above.split_terminator('.').map(str::to_owned);
            above.chain(path.iter().map(|key| key.to_string())).collect()
        }
        None => address.split('.').map(str::to_owned).collect(),
    }
}

fn push_folded(key: &mut String, text: &str) {
    if text.is_ascii() {
        let letters = text.bytes().filter(|&byte| !is_separator(char::from(byte)));
        letters.for_each(|byte| key.push(char::from(byte.to_ascii_lowercase())));
    } else {
        text.chars().filter(|&c| !is_separator(c)).for_each(|c| push_lowercase(key, c));
    }
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

    pub(super) fn with_path(&self, path: Path) -> Scope {
        Scope { path, record: self.record.clone(), section: self.section.clone(), ..*self }
    }

    /// The scope inside a record whose address this is.
    pub(super) fn of_record(&self, address: &str, collection: Option<Collection>) -> Scope {
        let section = self.section.clone();
        Scope { record: address.into(), collection, in_record: true, path: Path::default(), section }
    }

    /// Whether the schema leaves an address of a typed record to `wanted`: its own fields have the form that it gives them.
    fn leaves(&self, path: &[Key], wanted: &Use<'_>) -> bool {
        let (Some(collection), [key]) = (self.collection, path) else { return true };
        let own = address_key(key);
        match Owner::of(collection).fields().iter().find(|field| address_key(field) == own) {
            Some(field) => match Collection::of_label(field).filter(|_| collection == Collection::Tables) {
                Some(records) => *wanted == Use::Schema(records),
                None => matches!(wanted, Use::Field | Use::Value(_)),
            },
            None => true,
        }
    }

    /// The typed field that the first prompt of a section `Description` or `Purpose` of a typed record asks for.
    pub(super) fn described(&self) -> Option<Path> {
        let (collection, [key]) = (self.collection?, &*self.path) else { return None };
        let describes = collection.field(key) == Some(Field::Description);
        collection.key_of(Field::Description).filter(|_| describes).map(|field| [Key::from(field)].into())
    }

    pub(super) fn address(&self, path: &[Key]) -> String {
        self.joined(path, String::push_str)
    }

    /// The [`address_key`] of the address of a path.
    fn address_key(&self, path: &[Key]) -> String {
        self.joined(path, push_folded)
    }

    fn joined(&self, path: &[Key], push: impl Fn(&mut String, &str)) -> String {
        let length = self.record.len() + path.iter().map(|key| key.len() + 1).sum::<usize>();
        let mut joined = String::with_capacity(length);
        push(&mut joined, &self.record);
        let mut begun = !self.record.is_empty();
        for key in path {
            if begun {
                joined.push('.');
            }
            push(&mut joined, key);
            begun |= !key.is_empty();
        }
        joined
    }
}

/// What an address stands for: TOML has one form for each.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Use<'t> {
    /// Others stand below it.
    Node,
    /// A single value of a record, whatever the texts that ask for it.
    Field,
    /// A single value, asked for by that text.
    Value(Cow<'t, str>),
    /// The text of a block of code, which is that.
    Code(&'t str),
    /// Records in place of samples of that text; `open` says that they have names.
    Samples { text: String, open: bool },
    /// Records that a heading or label of that text is repeated for.
    Repeat(&'t str),
    /// Typed records of a table, whatever the samples.
    Schema(Collection),
}

impl Use<'_> {
    /// Whether the address that it has can be that of `wanted`, too.
    fn is_also(&self, wanted: &Use<'_>) -> bool {
        let values = matches!((self, wanted), (Use::Field, Use::Value(_) | Use::Field) | (Use::Value(_), Use::Field));
        values || self == wanted
    }
}

/// Every address of a template and every part of one, folded by [`address_key`].
#[derive(Debug, Default)]
pub struct Addresses(HashMap<String, usize>);

impl Addresses {
    /// Whether an address, which is folded, is among them.
    pub fn contains(&self, address: &str) -> bool {
        self.0.contains_key(address)
    }

    /// All of them, in no order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

/// Who has which address. Addresses are compared by [`address_key`].
#[derive(Default)]
pub(super) struct Claims<'t> {
    /// Addresses that are taken, each with the position of its use.
    taken: Addresses,
    /// What they stand for.
    uses: Vec<Use<'t>>,
    /// The numbers that were given to addresses that were taken.
    numbered: HashMap<String, Numbered<'t>>,
}

/// The numbers given to one address.
#[derive(Default)]
struct Numbered<'t> {
    /// How many were tried.
    last: u32,
    /// The number of each use.
    uses: HashMap<Use<'t>, u32>,
}

impl<'t> Claims<'t> {
    /// No claims yet, and about as many to be expected.
    pub(super) fn with_room_for(count: usize) -> Self {
        Claims { taken: Addresses(HashMap::with_capacity(count)), ..Claims::default() }
    }

    /// Takes the first of `candidates` that is free or stands for the same, else the last one with a number.
    pub(super) fn claim(&mut self, scope: &Scope, candidates: &[Path], wanted: Use<'t>) -> Path {
        for path in candidates {
            if self.try_claim(scope, path, &wanted) {
                return path.clone();
            }
        }
        let last = candidates.last().cloned().unwrap_or_default();
        let base = scope.address_key(&last);
        if let Some(&number) = self.numbered.get(&base).and_then(|numbered| numbered.uses.get(&wanted)) {
            return with_number(&last, number);
        }
        loop {
            let number = self.next_number(&base);
            let path = with_number(&last, number);
            if self.try_claim(scope, &path, &wanted) {
                self.numbered.entry(base).or_default().uses.insert(wanted, number);
                return path;
            }
        }
    }

    fn try_claim(&mut self, scope: &Scope, path: &[Key], wanted: &Use<'t>) -> bool {
        if !scope.leaves(path, wanted) {
            return false;
        }
        let free = self.uses.len();
        let at = *self.taken.0.entry(scope.address_key(path)).or_insert(free);
        if at == free {
            self.uses.push(wanted.clone());
        }
        self.uses[at].is_also(wanted)
    }

    /// Takes an address for the text of a placeholder.
    pub(super) fn claim_value(&mut self, scope: &Scope, path: Path, text: impl Into<Cow<'t, str>>) -> Path {
        self.claim(scope, &[path], Use::Value(text.into()))
    }

    /// Takes an address that has others below it; it may be taken again so.
    pub(super) fn claim_node(&mut self, scope: &Scope, path: Path) -> Path {
        self.claim(scope, &[path], Use::Node)
    }

    /// Takes the address of a field of a record, which has one text in each sample.
    pub(super) fn claim_field(&mut self, scope: &Scope, path: Path) -> Path {
        self.claim(scope, &[path], Use::Field)
    }

    /// The next number for an address that is taken.
    fn next_number(&mut self, base: &str) -> u32 {
        let numbered = self.numbered.entry(base.to_owned()).or_default();
        numbered.last += 1;
        numbered.last + 1
    }

    /// Every address that is taken.
    pub(super) fn into_addresses(self) -> Addresses {
        self.taken
    }
}

/// The path with a number behind its last key: `code_2`.
fn with_number(path: &[Key], number: u32) -> Path {
    let Some((last, parents)) = path.split_last() else { return Path::default() };
    parents.iter().cloned().chain([format!("{last}_{number}").into()]).collect()
}
