//! The fifteen-section template, filled from the facts of the example book: the page line by line, and every fact taken
//! away in turn.
//!
//! `MDBOOK_DATABASE_TEMPLATE=path/to/template.md` runs the same checks on a template with the same outline, such as
//! the one that this program was made for.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod facts;
mod outline;
mod rules;
mod schema;

use std::path::{Path, PathBuf};

use facts::Leaf;
use mdbook_database::preprocessor::{Failure, Telling, preprocess};
use mdbook_database::report::Format;
use outline::{Kind, Outline};
use serde_json::{Value, json};
use toml_edit::DocumentMut;

/// The template with the facts that fill it.
struct Example {
    text: String,
    outline: Outline,
    facts: DocumentMut,
}

/// What a run ended with.
struct Ran {
    /// The page; `None` where the run failed.
    page: Option<String>,
    /// The objects of the JSON report.
    messages: Vec<Value>,
}

impl Example {
    /// The example book's template, and the one of the environment.
    fn all() -> Vec<Example> {
        let book = book();
        let given = std::env::var_os("MDBOOK_DATABASE_TEMPLATE").map(PathBuf::from);
        let templates = std::iter::once(book.join("src/database.md")).chain(given);
        templates.map(|path| Example::new(&path, &book.join("database.toml"))).collect()
    }

    fn new(template: &Path, facts: &Path) -> Example {
        let text = std::fs::read_to_string(template).unwrap();
        let outline = outline::read(&text);
        Example { text, outline, facts: std::fs::read_to_string(facts).unwrap().parse().unwrap() }
    }

    fn fill(&self, facts: &DocumentMut) -> Ran {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir(root.path().join("src")).unwrap();
        std::fs::write(root.path().join("src/database.md"), &self.text).unwrap();
        std::fs::write(root.path().join("database.toml"), facts.to_string()).unwrap();
        let chapter = |name: &str, content: &str| {
            let path = format!("{name}.md");
            json!({"Chapter": {"name": name, "content": content, "number": null, "sub_items": [], "path": path,
                "source_path": path, "parent_names": []}})
        };
        let others = ["backend", "security", "infrastructure"].map(|name| chapter(name, ""));
        let items: Vec<_> = std::iter::once(chapter("database", &self.text)).chain(others).collect();
        let table = json!({"templates": ["database.md"], "erd": "text", "after": ["links"]});
        let context = json!({"root": root.path(), "renderer": "html", "mdbook_version": "0.5.4",
            "config": {"book": {"src": "src"}, "preprocessor": {"database": table, "links": {}}}});
        let input = serde_json::to_vec(&json!([context, {"items": items}])).unwrap();
        let mut output = Vec::new();
        let telling = Telling { format: Format::Json, ..Telling::default() };
        let parse = |report: &str| report.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        match preprocess(&input, &mut output, &telling) {
            Ok(report) => {
                let book: Value = serde_json::from_slice(&output).unwrap();
                let page = book["items"][0]["Chapter"]["content"].as_str().unwrap().to_owned();
                Ran { page: Some(page), messages: parse(&report) }
            }
            Err(Failure::Documentation(report)) => {
                assert!(output.is_empty(), "a failed run writes nothing");
                Ran { page: None, messages: parse(&report) }
            }
            Err(other) => panic!("{other}"),
        }
    }

    fn page(&self) -> String {
        let ran = self.fill(&self.facts);
        let said: Vec<_> = ran.messages.iter().filter(|message| message["severity"] == "error").collect();
        ran.page.unwrap_or_else(|| panic!("{said:#?}"))
    }
}

fn book() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("book-example")
}

#[test]
fn nothing_of_the_template_is_left() {
    for example in Example::all() {
        let page = example.page();
        for place in example.outline.places.iter().filter(|p| !matches!(p.kind, Kind::Topic | Kind::LabelTopic)) {
            let bracket = format!("[{}]", place.text);
            assert!(!page.contains(&bracket), "{bracket} of line {}", place.line);
        }
        for residue in ["TEMPLATE", "Template Instructions", "template-only", "Remove this notice", "keywords:"] {
            assert!(!page.contains(residue), "{residue}");
        }
    }
}

#[test]
fn every_other_line_is_unchanged() {
    for example in Example::all() {
        let page = example.page();
        let page: Vec<&str> = page.lines().collect();
        let touched = rules::touched_lines(&example.outline, &example.text, &example.facts);
        assert!(touched.iter().filter(|touched| !**touched).count() > 100, "most of the headings are fixed");
        let (mut next, mut pending) = (0, false);
        for (at, line) in example.text.lines().enumerate() {
            if touched[at] {
                pending = true;
            } else if line.is_empty() && pending {
                // The blank lines around what is replaced belong to it.
            } else {
                if pending {
                    let found = page[next..].iter().position(|other| *other == line);
                    next += found.unwrap_or_else(|| panic!("line {} is gone: {line}", at + 1));
                    pending = false;
                }
                assert_eq!(page.get(next), Some(&line), "line {} of the template", at + 1);
                next += 1;
            }
        }
        assert!(pending || next == page.len(), "{:?}", page.get(next));
    }
}

#[test]
fn every_fact_is_on_the_page() {
    for example in Example::all() {
        // Escapes are no part of the text that a reader sees.
        let page = example.page().replace('\\', "");
        let leaves = facts::leaves(&example.facts);
        assert!(leaves.len() > 300);
        for leaf in leaves.iter().filter(|leaf| !leaf.is_typed_aside()) {
            for text in leaf.texts() {
                assert!(page.contains(&text), "{} is not on the page: {text}", leaf.path());
            }
        }
    }
}

#[test]
fn every_fact_taken_away_is_missed_as_the_rules_say() {
    for example in Example::all() {
        let page = example.page();
        let leaves = facts::leaves(&example.facts);
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let wrong = std::thread::scope(|scope| {
            let (example, page) = (&example, &page);
            let check = |leaves| scope.spawn(move || without_each(example, page, leaves));
            let running: Vec<_> = leaves.chunks(leaves.len().div_ceil(threads)).map(check).collect();
            running.into_iter().map(|thread| thread.join().unwrap()).collect::<String>()
        });
        assert!(wrong.is_empty(), "{wrong}");
    }
}

/// What does not come out as the rules say when each of these facts is taken away.
fn without_each(example: &Example, page: &str, leaves: &[Leaf]) -> String {
    let mut wrong = String::new();
    for leaf in leaves {
        let rest = facts::without(&example.facts, leaf);
        let expected = rules::expect(leaf, &rest, &example.outline, page);
        if let Err(reason) = expected.check(&example.fill(&rest)) {
            wrong.push_str(&format!("\n== without {}: {reason}\n", leaf.path()));
        }
    }
    wrong
}
