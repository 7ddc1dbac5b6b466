//! Any template and any facts, `%%%%` between them: what `init` adds is TOML, loses no fact, and is added once; in a new
//! file, filled in, every key of it is used.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mdbook_database::book::FilledPage;
use mdbook_database::diagnostic::Code;
use mdbook_database::facts::{self, FactIds};
use mdbook_database::init;
use mdbook_database::source::{SourceKind, Sources};
use serde_json::json;

#[path = "../../tests/filling/mod.rs"]
mod filling;

/// The facts of a file; `None` if it is no TOML.
fn values(text: &str) -> Option<Vec<String>> {
    let mut diagnostics = Vec::new();
    let file = Sources::default().add(SourceKind::Facts, "database.toml", text);
    let root = facts::parse(file, text, &mut FactIds::default(), &mut diagnostics);
    let mut values = Vec::new();
    root.visit_leaves(&mut |steps, entry| {
        values.push(format!("{} {:?}", facts::leaf_path(steps), entry.value.scalar_text()));
    });
    values.sort();
    diagnostics.is_empty().then_some(values)
}

fn completed(page: &str, text: &str) -> String {
    let filled = filling::fill(page, text, &json!({}));
    let Some(FilledPage { template, filled: outcome, .. }) = filled.outcome.templates.first() else { return text.to_owned() };
    let mut plan = init::Plan::default();
    init::plan(page, template, &outcome.statuses, &mut plan);
    let file = Sources::default().add(SourceKind::Facts, "database.toml", text);
    let root = facts::parse(file, text, &mut FactIds::default(), &mut Vec::new());
    init::complete(text, &root, &plan, None).text
}

/// What somebody does who reads the head of a new file: takes the `#` away, and writes between the quotes.
fn fill_in(facts: &str) -> String {
    let fact = |line: &str| match line.strip_prefix('#') {
        Some(fact) if !fact.starts_with([' ', ':', '#']) && !fact.is_empty() => fact.replace("\"\"", "\"X\""),
        _ => line.to_owned(),
    };
    facts.lines().map(|line| fact(line) + "\n").collect()
}

fuzz_target!(|text: &str| {
    let (page, facts) = text.split_once("%%%%").unwrap_or((text, ""));
    let Some(before) = values(facts) else { return };
    let new = completed(page, facts);
    assert_eq!(Some(before), values(&new), "other facts:\n{new}");
    assert_eq!(completed(page, &new), new, "a second time");
    if facts.trim().is_empty() {
        let full = fill_in(&new);
        assert!(values(&full).is_some(), "no TOML:\n{full}");
        let diagnostics = filling::fill(page, &full, &json!({})).outcome.diagnostics;
        let unused = diagnostics.iter().find(|told| matches!(told.code, Code::UnusedFact | Code::UnknownFact));
        assert!(unused.is_none(), "{unused:?}\n{full}");
    }
});
