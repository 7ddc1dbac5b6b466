//! What is wrong with facts whatever shows them: blank items, and what looks like a credential.

use std::collections::HashSet;

use crate::config::Config;
use crate::diagnostic::{Code, Diagnostic};
use crate::facts::{self, Table, Value};
use crate::secret::{self, Hit};
use crate::template;

/// Blank strings among the items of an array, of which nothing would be seen. (One that holds nothing else is told where
/// it is wanted.)
pub(super) fn blank_items(root: &Table<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    root.visit_leaves(&mut |steps, entry| {
        let items = entry.value.as_array().filter(|items| !items.iter().all(Value::is_blank));
        found.extend(items.unwrap_or_default().iter().filter(|item| item.is_blank()).map(|item| {
            let title = format!("an item of `{}` is a blank string", facts::leaf_path(steps));
            Diagnostic::new(Code::WrongForm, title, item.span, "nothing would be shown")
                .with_help("write the fact, or take the item away")
        }));
    });
    found
}

/// Facts that look like credentials. The message never holds the value.
pub(super) fn secrets(root: &Table<'_>, config: &Config) -> Vec<Diagnostic> {
    let allowed: HashSet<String> = config.allow_secrets.iter().map(|path| template::address_key(&path.value)).collect();
    let mut found = Vec::new();
    secret::in_facts(root, &mut |Hit { steps, in_key, span, finding }| {
        let address = facts::leaf_path(steps);
        if allowed.contains(&template::address_key(&address)) {
            return;
        }
        let what = match (in_key, steps.split_last()) {
            (true, Some((_, []))) => "a key at the root of the facts".to_owned(),
            (true, Some((_, above))) => format!("a key of `{}`", facts::leaf_path(above)),
            _ => format!("`{address}`"),
        };
        let title = format!("{what} looks like {}", finding.kind.describe());
        let secret = Diagnostic::new(Code::LikelySecret, title, span, "not shown")
            .with_help("a page is published: say where the secret is kept, not what it is");
        found.push(match in_key {
            true => secret.with_help("if it is none, add the address of the fact to `allow-secrets`"),
            false => secret.with_help(format!("if it is none, add `\"{address}\"` to `allow-secrets`")),
        });
    });
    found
}
