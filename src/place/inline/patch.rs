//! Changes to one value: backslashes before characters, and ranges written otherwise.

use std::borrow::Cow;
use std::ops::Range;

/// Changes to a value, in any order. Where two concern the same bytes, an earlier position wins, and at one position a
/// replacement over an escape, and the one that came first over the other.
#[derive(Debug, Default)]
pub(super) struct Patch {
    changes: Vec<Change>,
}

#[derive(Debug)]
struct Change {
    at: usize,
    form: Form,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Form {
    Insert(&'static str),
    Replace { end: usize, text: Cow<'static, str> },
    Escape,
}

impl Form {
    fn rank(&self) -> u8 {
        match self {
            Form::Insert(_) => 0,
            Form::Replace { .. } => 1,
            Form::Escape => 2,
        }
    }
}

impl Patch {
    /// A backslash before the character at `at`.
    pub(super) fn escape(&mut self, at: usize) {
        self.changes.push(Change { at, form: Form::Escape });
    }

    /// `text` before the character at `at`, and before its backslash.
    pub(super) fn insert(&mut self, at: usize, text: &'static str) {
        self.changes.push(Change { at, form: Form::Insert(text) });
    }

    /// `text` in place of `range`.
    pub(super) fn replace(&mut self, range: Range<usize>, text: impl Into<Cow<'static, str>>) {
        self.changes.push(Change { at: range.start, form: Form::Replace { end: range.end, text: text.into() } });
    }

    pub(super) fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// `value` with the changes made.
    pub(super) fn apply(mut self, value: &str) -> String {
        self.changes.sort_by_key(|change| (change.at, change.form.rank()));
        let mut out = String::with_capacity(value.len() + self.changes.len() * 4);
        let (mut done, mut escaped) = (0, None);
        for Change { at, form } in self.changes {
            if at < done {
                continue;
            }
            out.push_str(&value[done..at]);
            done = at;
            match form {
                Form::Insert(text) => out.push_str(text),
                Form::Replace { end, text } => {
                    out.push_str(&text);
                    done = end;
                }
                Form::Escape if escaped != Some(at) => {
                    out.push('\\');
                    escaped = Some(at);
                }
                Form::Escape => {}
            }
        }
        out.push_str(&value[done..]);
        out
    }
}
