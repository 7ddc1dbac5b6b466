//! Facts written for the addresses of a template.

use std::collections::BTreeMap;

use mdbook_database::facts::quote_key;
use mdbook_database::template::Template;

/// Facts as a tree: a value in TOML, or keys in any order.
#[derive(Clone, Debug)]
pub(crate) enum Tree {
    Value(String),
    Keys(BTreeMap<String, Tree>),
    Records(Vec<Tree>),
}

impl Tree {
    pub(crate) fn toml(&self) -> String {
        match self {
            Tree::Value(value) => value.clone(),
            Tree::Keys(keys) => {
                let entries: Vec<_> =
                    keys.iter().map(|(key, tree)| format!("{} = {}", quote_key(key), tree.toml())).collect();
                format!("{{ {} }}", entries.join(", "))
            }
            Tree::Records(records) => {
                let records: Vec<_> = records.iter().map(Tree::toml).collect();
                format!("[{}]", records.join(", "))
            }
        }
    }

    /// The tree as a file.
    fn file(&self) -> String {
        let Tree::Keys(keys) = self else { return String::new() };
        keys.iter().map(|(key, tree)| format!("{} = {}\n", quote_key(key), tree.toml())).collect()
    }

    /// Puts a value at an address; where a value stands already, that stays.
    fn put(&mut self, address: &[&str], value: &mut dyn FnMut() -> String) {
        let Some((step, rest)) = address.split_first() else {
            if matches!(self, Tree::Keys(keys) if keys.is_empty()) {
                *self = Tree::Value(value());
            }
            return;
        };
        let Tree::Keys(keys) = self else { return };
        let plain = step.trim_end_matches(['[', ']', '{', '}']);
        let empty = || Tree::Keys(BTreeMap::new());
        let below = keys.entry(plain.to_owned()).or_insert_with(empty);
        if step.ends_with("[]") {
            if matches!(below, Tree::Keys(keys) if keys.is_empty()) {
                *below = Tree::Records(vec![empty(), empty()]);
            }
            if let Tree::Records(records) = below {
                records.iter_mut().for_each(|record| record.put(rest, value));
            }
        } else if step.ends_with("{}") {
            if let Tree::Keys(names) = below {
                for name in ["one", "two"] {
                    names.entry(name.to_owned()).or_insert_with(empty).put(rest, value);
                }
            }
        } else {
            below.put(rest, value);
        }
    }
}

/// Facts for some of the addresses of a template, each with the next of `values`.
pub(crate) fn facts(template: &Template, chosen: &[u8], values: &[String]) -> String {
    let mut tree = Tree::Keys(BTreeMap::new());
    let mut values = values.iter().cycle();
    let mut next = || values.next().cloned().unwrap_or_else(|| "1".to_owned());
    let mut chosen = chosen.iter().cycle();
    let addresses = template.placeholders.iter().filter_map(|placeholder| placeholder.address.as_deref());
    let sections = template.sections();
    for address in addresses.chain(sections.iter().map(String::as_str)) {
        let choice = chosen.next().copied().unwrap_or_default();
        let steps: Vec<&str> = address.split('.').collect();
        match choice {
            0..12 => {}
            12 if steps.len() > 1 => tree.put(&steps[..steps.len() - 1], &mut next),
            13 => {
                let further = [&steps[..steps.len() - 1], &["further key"]].concat();
                tree.put(&further, &mut next);
            }
            _ if sections.iter().any(|section| section == address) && choice < 28 => {}
            _ => tree.put(&steps, &mut next),
        }
    }
    tree.file()
}

/// Facts at these addresses, in TOML.
pub(crate) fn facts_at<'f>(facts: impl Iterator<Item = (&'f str, &'f str)>) -> String {
    let mut tree = Tree::Keys(BTreeMap::new());
    for (address, value) in facts {
        tree.put(&address.split('.').collect::<Vec<_>>(), &mut || value.to_owned());
    }
    tree.file()
}
