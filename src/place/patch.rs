//! Changes to one value: backslashes before characters, and ranges written otherwise.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// Changes by position; where a replacement covers an escape, the replacement wins.
#[derive(Debug, Default)]
pub(super) struct Patch {
    escapes: BTreeSet<usize>,
    insertions: BTreeMap<usize, Cow<'static, str>>,
    replacements: BTreeMap<usize, (usize, Cow<'static, str>)>,
}

impl Patch {
    /// A backslash before the character at `at`.
    pub(super) fn escape(&mut self, at: usize) {
        self.escapes.insert(at);
    }

    /// `text` before the character at `at`, and before its backslash.
    pub(super) fn insert(&mut self, at: usize, text: &'static str) {
        self.insertions.insert(at, Cow::Borrowed(text));
    }

    /// `text` in place of `range`. The first replacement of a place stays.
    pub(super) fn replace(&mut self, range: Range<usize>, text: impl Into<Cow<'static, str>>) {
        self.replacements.entry(range.start).or_insert_with(|| (range.end, text.into()));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.escapes.is_empty() && self.insertions.is_empty() && self.replacements.is_empty()
    }

    /// `value` with the changes made.
    pub(super) fn apply(&self, value: &str) -> String {
        let mut stops: Vec<usize> =
            self.escapes.iter().chain(self.insertions.keys()).chain(self.replacements.keys()).copied().collect();
        stops.sort_unstable();
        stops.dedup();
        let mut out = String::with_capacity(value.len() + stops.len() * 4);
        let mut done = 0;
        for at in stops.into_iter().filter(|&at| at <= value.len()) {
            if at < done {
                continue;
            }
            out.push_str(&value[done..at]);
            done = at;
            if let Some(text) = self.insertions.get(&at) {
                out.push_str(text);
            }
            if let Some((end, text)) = self.replacements.get(&at) {
                out.push_str(text);
                done = *end;
            } else if self.escapes.contains(&at) {
                out.push('\\');
            }
        }
        out.push_str(&value[done..]);
        out
    }
}
