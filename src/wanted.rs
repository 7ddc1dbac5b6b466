//! Keys that are wanted below a record, as a tree: nested records are written inline, so that one line is enough.

use crate::facts::quote_key;

/// What stands at a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Many {
    One,
    /// An array of records: `[]` in an address.
    Array,
    /// Records by name: `{}` in an address.
    Named,
}

/// A key that is wanted, with those below it.
#[derive(Debug)]
pub(crate) struct Wanted {
    pub(crate) key: String,
    pub(crate) many: Many,
    /// What belongs there.
    pub(crate) hint: String,
    pub(crate) inner: Vec<Wanted>,
}

/// Adds the rest of an address below a record, such as `alerts.items[].rule`; `hint` says what belongs there.
pub(crate) fn add(wanted: &mut Vec<Wanted>, parts: &[String], hint: &str) {
    let Some((first, rest)) = parts.split_first() else { return };
    let many = match first {
        part if part.ends_with("[]") => Many::Array,
        part if part.ends_with("{}") => Many::Named,
        _ => Many::One,
    };
    let key = first.trim_end_matches(['[', ']', '{', '}']);
    let at = wanted.iter().position(|known| known.key == key).unwrap_or_else(|| {
        wanted.push(Wanted { key: key.to_owned(), many, hint: String::new(), inner: Vec::new() });
        wanted.len() - 1
    });
    if rest.is_empty() {
        hint.clone_into(&mut wanted[at].hint);
    }
    add(&mut wanted[at].inner, rest, hint);
}

impl Wanted {
    fn value(&self) -> String {
        let inner = match self.inner.is_empty() {
            true => "\"\"".to_owned(),
            false => {
                let pairs: Vec<_> =
                    self.inner.iter().map(|w| format!("{} = {}", quote_key(&w.key), w.value())).collect();
                format!("{{ {} }}", pairs.join(", "))
            }
        };
        match self.many {
            Many::One => inner,
            Many::Array => format!("[{inner}]"),
            Many::Named => format!("{{ example = {inner} }}"),
        }
    }

    /// `key = value` and what is said of it in a comment.
    pub(crate) fn pair(&self) -> (String, &str) {
        let mut key = quote_key(&self.key).into_owned();
        let mut last = self;
        while let ([only], Many::One) = (last.inner.as_slice(), last.many) {
            key = format!("{key}.{}", quote_key(&only.key));
            last = only;
        }
        (format!("{key} = {}", last.value()), &last.hint)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nested_records_are_written_inline() {
        let mut wanted = Vec::new();
        for address in ["owner", "notes.text", "alerts[].rule", "alerts[].fields{}.type", "alerts[].fields{}.unit"] {
            let parts: Vec<_> = address.split('.').map(str::to_owned).collect();
            add(&mut wanted, &parts, "which");
        }
        let pairs: Vec<_> = wanted.iter().map(Wanted::pair).collect();
        assert_eq!(pairs[0], ("owner = \"\"".to_owned(), "which"));
        assert_eq!(pairs[1].0, "notes.text = \"\"");
        assert_eq!(pairs[2].0, "alerts = [{ rule = \"\", fields = { example = { type = \"\", unit = \"\" } } }]");
    }
}
