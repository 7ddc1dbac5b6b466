//! The promise of every message: whoever pastes the repairs that `check` suggests and writes the facts between their
//! quotes has a complete page after a few rounds, whatever the template.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod filling;
mod validator;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use filling::fill;
use mdbook_database::book::FilledPage;
use mdbook_database::config::book_from_toml;
use mdbook_database::fill::Status;
use mdbook_database::report::Format;
use mdbook_database::source::{SourceKind, Sources};
use mdbook_database::template::{self, PlaceholderKind};
use mdbook_database::{init, json_schema};
use serde_json::{Value, json};
use toml_edit::{DocumentMut, Item};
use validator::validate;

/// What a user writes between the quotes.
const FACT: &str = "A fact of ours";
/// More rounds of pasting than this would try anybody's patience.
const ROUNDS: usize = 4;

/// Cases that no facts complete: their chapters are no templates, or a line of theirs takes no value.
const INCOMPLETE: &[&str] = &[
    "references_in_other_chapters",
    "references_at_the_start_of_a_line",
    "references_to_a_second_file",
    "err_line_that_would_be_a_fence",
    "err_line_that_would_be_a_header",
];

/// The templates of the golden cases that are meant to be filled, and shapes of templates of other people.
fn templates() -> Vec<(PathBuf, String)> {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let mut paths = Vec::new();
    for directory in ["ui", "shapes"] {
        find(&tests.join(directory), &mut paths);
    }
    paths.push(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/init/template.md"));
    paths.sort();
    let read = |path: PathBuf| Some((path.clone(), fs::read_to_string(path).ok()?));
    paths
        .into_iter()
        .filter_map(read)
        .map(|(path, text)| (path, text.trim_start_matches('\u{feff}').to_owned()))
        .collect()
}

fn find(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if INCOMPLETE.contains(&name.as_str()) {
            continue;
        }
        if path.is_dir() && name != "expected" {
            find(&path, found);
        } else if name.ends_with(".md") && name != "expected.md" {
            found.push(path);
        }
    }
}

/// One round: every repair of every message, applied as an editor would.
fn paste(template: &str, facts: &str) -> Option<String> {
    let report = fill(template, facts, &json!({})).report(Format::Json);
    // A template is mended by whoever wrote it.
    let edits = suggestions(&report).remove("database.toml")?;
    Some(edited(facts, edits).replace("\"\"", &format!("\"{FACT}\"")))
}

/// What is wrong with the page that these facts make; empty where nothing is.
fn wrong(template: &str, facts: &str) -> String {
    let page = fill(template, facts, &json!({}));
    let mut wrong = page.errors().join("\n");
    let parsed = template::parse(template, &|_| false);
    for FilledPage { template: page, filled, .. } in &page.outcome.templates {
        for (placeholder, status) in page.placeholders.iter().zip(&filled.statuses) {
            let loose = matches!(placeholder.kind, PlaceholderKind::Topic | PlaceholderKind::Continuation);
            if *status == Status::Missing && !loose {
                wrong.push_str(&format!("\n{:?} is missing", placeholder.address));
            }
        }
    }
    let left = parsed.placeholders.iter().filter(|p| !matches!(p.kind, PlaceholderKind::Topic));
    let left: Vec<_> =
        left.map(|p| &template[p.range.clone()]).filter(|p| p.len() > 5 && page.text.contains(p)).collect();
    if wrong.is_empty() && !left.is_empty() {
        wrong = format!("{left:?} is left on the page:\n{}", page.text);
    }
    wrong
}

#[test]
fn pasted_repairs_lead_to_a_complete_page() {
    let mut failed = String::new();
    let wanted = std::env::var("CASE").unwrap_or_default();
    for (path, template) in templates().iter().filter(|(path, _)| path.to_string_lossy().contains(&wanted)) {
        let facts = pasted(template, String::new(), ROUNDS);
        let wrong = wrong(template, &facts);
        if !wrong.is_empty() {
            failed.push_str(&format!("\n==== {}\n{wrong}\n---- facts\n{facts}", path.display()));
        }
    }
    assert!(failed.is_empty(), "{failed}");
}

/// The facts that pasting leads to.
fn pasted(template: &str, mut facts: String, rounds: usize) -> String {
    for _ in 0..rounds {
        match paste(template, &facts) {
            Some(text) => facts = text,
            None => break,
        }
    }
    facts
}

/// The same facts with all that lies in a top-level table in braces.
fn in_braces(facts: &str) -> String {
    let mut document: DocumentMut = facts.parse().unwrap();
    for (_, top) in document.iter_mut() {
        let Some(top) = top.as_table_mut() else { continue };
        for (_, item) in top.iter_mut() {
            let owned = std::mem::take(item);
            *item = owned.into_value().map_or_else(|item| item, Item::Value);
        }
    }
    document.to_string()
}

/// A key, or the number of an item of an array.
#[derive(Clone, Debug)]
enum Step {
    Key(String),
    Item(usize),
}

/// The way to every key.
fn list_keys(item: &Item, way: &mut Vec<Step>, found: &mut Vec<Vec<Step>>) {
    if let Some(table) = item.as_table_like() {
        for (key, item) in table.iter() {
            way.push(Step::Key(key.to_owned()));
            found.push(way.clone());
            list_keys(item, way, found);
            way.pop();
        }
    }
    let items = (0..).map_while(|at| Some((at, item.get(at)?)));
    for (at, item) in items {
        way.push(Step::Item(at));
        list_keys(item, way, found);
        way.pop();
    }
}

/// The facts without a key and all below it.
fn without(facts: &DocumentMut, way: &[Step]) -> String {
    let mut facts = facts.clone();
    let Some((Step::Key(last), above)) = way.split_last() else { unreachable!("a way ends in a key") };
    let mut item = facts.as_item_mut();
    for step in above {
        item = match step {
            Step::Key(key) => item.get_mut(key.as_str()).unwrap(),
            Step::Item(at) => item.get_mut(*at).unwrap(),
        };
    }
    item.as_table_like_mut().unwrap().remove(last);
    facts.to_string()
}

#[test]
fn the_repairs_for_one_lost_fact_restore_the_page() {
    let mut failed = String::new();
    let wanted = std::env::var("CASE").unwrap_or_default();
    // The built-in template has what the shapes have, and ten times the facts.
    let small = |path: &Path| path.parent().is_some_and(|parent| !parent.ends_with("init"));
    let templates = templates().into_iter().filter(|(path, _)| small(path) && path.to_string_lossy().contains(&wanted));
    for (path, template) in &templates.collect::<Vec<_>>() {
        let whole = pasted(template, String::new(), ROUNDS);
        for whole in [in_braces(&whole), whole] {
            let Ok(document) = whole.parse::<DocumentMut>() else { continue };
            let mut keys = Vec::new();
            list_keys(document.as_item(), &mut Vec::new(), &mut keys);
            for key in keys {
                let rest = without(&document, &key);
                let restored = pasted(template, rest, 2);
                let wrong = wrong(template, &restored);
                if !wrong.is_empty() {
                    let path = path.display();
                    failed.push_str(&format!("\n==== {path} without {key:?}\n{wrong}\n---- facts\n{restored}"));
                }
            }
        }
    }
    assert!(failed.is_empty(), "{failed}");
}

/// What `init` writes, with all its comments taken away.
fn initial(template: &str) -> String {
    let page = fill(template, "", &json!({}));
    let mut plan = init::Plan::default();
    for FilledPage { template: page, filled, .. } in &page.outcome.templates {
        init::plan(template, page, &filled.statuses, &mut plan);
    }
    let text = init::complete("", &mdbook_database::facts::Table::default(), &plan, None).text;
    let fact = |line: &str| match line.strip_prefix('#') {
        Some(fact) if !fact.starts_with([' ', ':']) && !fact.is_empty() => fact.replace("\"\"", &format!("\"{FACT}\"")),
        _ => line.to_owned(),
    };
    text.lines().map(|line| fact(line) + "\n").collect()
}

#[test]
fn what_init_writes_can_be_filled_in_and_is_enough() {
    let mut failed = String::new();
    let wanted = std::env::var("CASE").unwrap_or_default();
    for (path, template) in templates().iter().filter(|(path, _)| path.to_string_lossy().contains(&wanted)) {
        let facts = initial(template);
        let wrong = wrong(template, &facts);
        if !wrong.is_empty() {
            failed.push_str(&format!("\n==== {}\n{wrong}\n---- facts\n{facts}", path.display()));
        }
    }
    assert!(failed.is_empty(), "{failed}");
}

#[test]
fn what_init_writes_is_as_the_schema_says() {
    let mut failed = String::new();
    let wanted = std::env::var("CASE").unwrap_or_default();
    // A validator is started for each.
    let templates =
        templates().into_iter().filter(|(path, _)| path.parent().is_some_and(|parent| parent.ends_with("shapes")));
    for (path, template) in &templates.filter(|(path, _)| path.to_string_lossy().contains(&wanted)).collect::<Vec<_>>()
    {
        let facts = initial(template);
        let parsed = template::parse(template, &|_| false);
        let page = json_schema::Page { text: template, template: &parsed };
        let schema: Value = serde_json::from_str(&json_schema::render("database.toml", &[page])).unwrap();
        let source = Sources::default().add(SourceKind::Facts, "database.toml", &facts);
        let facts_as_json = book_from_toml(source, &facts, &[], &mut Vec::new());
        let Some(wrong) = validate(&schema, &[facts_as_json]) else { return };
        if !wrong[0].is_empty() {
            failed.push_str(&format!("\n==== {}\n{}\n---- facts\n{facts}", path.display(), wrong[0].join("\n")));
        }
    }
    assert!(failed.is_empty(), "{failed}");
}

/// Every repair of a report, by the file that it is for.
fn suggestions(report: &str) -> BTreeMap<String, Vec<(usize, usize, String)>> {
    let mut edits: BTreeMap<String, Vec<_>> = BTreeMap::new();
    for line in report.lines() {
        let message: Value = serde_json::from_str(line).unwrap();
        for suggestion in message["suggestions"].as_array().into_iter().flatten() {
            let offset = |key: &str| usize::try_from(suggestion[key].as_u64().unwrap()).unwrap();
            let edit = (offset("start"), offset("end"), suggestion["replacement"].as_str().unwrap().to_owned());
            edits.entry(suggestion["path"].as_str().unwrap().to_owned()).or_default().push(edit);
        }
    }
    edits
}

/// A text with all edits made.
fn edited(text: &str, mut edits: Vec<(usize, usize, String)>) -> String {
    edits.sort_by_key(|(start, ..)| *start);
    let mut text = text.to_owned();
    for (start, end, replacement) in edits.iter().rev() {
        text.replace_range(start..end, replacement);
    }
    text
}

fn is_toml(text: &str) -> bool {
    toml::de::DeTable::parse(text.trim_start_matches('\u{feff}')).is_ok()
}

#[test]
fn all_repairs_of_one_run_together_leave_valid_toml() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ui");
    let mut failed = String::new();
    for case in fs::read_dir(&cases).unwrap() {
        let case = case.unwrap().path();
        let Ok(report) = fs::read_to_string(case.join("expected.json")) else { continue };
        for (path, edits) in suggestions(&report) {
            let text = fs::read_to_string(case.join(&path)).unwrap_or_default();
            let whole = edited(&text, edits);
            if path.ends_with(".toml") && is_toml(&text) && !is_toml(&whole) {
                failed.push_str(&format!("\n==== {}: {path}\n{whole}", case.display()));
            }
        }
    }
    assert!(failed.is_empty(), "{failed}");
}
