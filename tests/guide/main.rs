//! The guide and the README say what the program does: their snippets are run, their tables compared with the code.
//!
//! A fenced block behind a comment `<!-- example: NAME ROLE … -->` takes part in the example of that name; blocks of
//! the roles `page`, `messages` and `console` are outputs. `SNAPSHOTS=overwrite cargo test --test guide` writes what
//! the program says today into the pages.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod example;
mod generated;
mod picture;
#[path = "../program/mod.rs"]
mod program;
mod snippet;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use mdbook_database::config::{Config, ConfigSource};
use mdbook_database::diagnostic::Code;
use mdbook_database::source::{SourceKind, Sources};

use example::Example;
use snippet::Snippet;

const GUIDE: &str = "book-example/src/guide";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The README and the chapters of the guide.
fn pages() -> Vec<PathBuf> {
    let chapters = fs::read_dir(root().join(GUIDE)).unwrap().map(|entry| entry.unwrap().path());
    let mut pages: Vec<_> = chapters.filter(|path| path.extension().is_some_and(|e| e == "md")).collect();
    pages.push(root().join("README.md"));
    pages.sort();
    pages
}

/// A page as text, with the line ends of the repository wherever it was checked out.
fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap().replace("\r\n", "\n")
}

fn overwrite() -> bool {
    std::env::var("SNAPSHOTS").is_ok_and(|value| value == "overwrite")
}

/// Compares a page with what it should be, or writes that.
fn compare(path: &Path, is: &str, should: &str) {
    if is != should && overwrite() {
        return fs::write(path, should).unwrap();
    }
    let name = path.strip_prefix(root()).unwrap().display();
    let advice = "`SNAPSHOTS=overwrite cargo test --test guide` writes what the program says";
    let differing = is.lines().zip(should.lines()).position(|(is, should)| is != should);
    let line = differing.unwrap_or_else(|| is.lines().count().min(should.lines().count()));
    let around = |text: &str| text.lines().skip(line).take(12).collect::<Vec<_>>().join("\n");
    assert!(
        is == should,
        "{name}:{}: the page says\n\n{}\n\nbut it is\n\n{}\n\n{advice}",
        line + 1,
        around(is),
        around(should)
    );
}

/// The examples of a page by name, each with what it takes from another one.
fn examples<'p>(page: &'p str, snippets: &'p [Snippet]) -> BTreeMap<&'p str, Example<'p>> {
    let mut examples: BTreeMap<&str, Example<'_>> = BTreeMap::new();
    for snippet in snippets {
        let part = (snippet, &page[snippet.range.clone()]);
        examples.entry(&snippet.example).or_default().parts.push(part);
    }
    for snippet in snippets {
        let Some(over) = &snippet.over else { continue };
        let shared = |(part, _): &&(&Snippet, &str)| ["template", "chapter", "book.toml"].contains(&part.role.as_str());
        let shared: Vec<_> = examples[over.as_str()].parts.iter().filter(shared).copied().collect();
        examples.entry(&snippet.example).or_default().parts.extend(shared);
    }
    examples
}

#[test]
fn outputs_on_the_pages_are_outputs_of_the_program() {
    let mut broken = Vec::new();
    for path in pages() {
        let page = read(&path);
        let at = |line: usize| format!("{}:{line}", path.strip_prefix(root()).unwrap().display());
        let snippets = snippet::snippets(&page).unwrap_or_else(|error| panic!("{}: {error}", at(0)));
        let examples = examples(&page, &snippets);
        let mut should = page.clone();
        for snippet in snippets.iter().rev() {
            let text = &page[snippet.range.clone()];
            match examples[snippet.example.as_str()].actual(snippet, text) {
                None => {}
                Some(Err(error)) => broken.push(format!("{}: it does not build:\n{error}", at(snippet.line))),
                Some(Ok(actual)) => {
                    assert!(
                        !actual.contains(&format!("\n{}\n", snippet.fence)),
                        "{}: a longer fence",
                        at(snippet.line)
                    );
                    should.replace_range(snippet.range.clone(), &actual);
                }
            }
        }
        compare(&path, &page, &should);
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn an_example_without_an_output_is_a_mistake_of_its_page() {
    for path in pages() {
        let page = read(&path);
        let snippets = snippet::snippets(&page).unwrap();
        for (name, example) in examples(&page, &snippets) {
            let checked = example.parts.iter().any(|(part, _)| ["page", "messages", "console"].contains(&&*part.role));
            assert!(checked, "{}: `{name}` shows nothing that the program says", path.display());
        }
    }
}

#[test]
fn toml_on_the_pages_is_toml() {
    for path in pages() {
        let page = read(&path);
        let snippets = snippet::snippets(&page).unwrap();
        for (line, text) in snippet::blocks(&page, "toml") {
            // What the program refuses, it refuses on purpose.
            let on_purpose = snippets.iter().any(|snippet| page[snippet.range.clone()] == *text);
            let parsed = toml::de::DeTable::parse(text);
            assert!(on_purpose || parsed.is_ok(), "{}:{line}: {}", path.display(), parsed.unwrap_err());
        }
    }
}

#[test]
fn options_on_the_pages_exist() {
    let mut seen = 0;
    for path in pages() {
        let page = read(&path);
        let snippets = snippet::snippets(&page).unwrap();
        for (line, text) in snippet::blocks(&page, "toml") {
            let refused =
                snippets.iter().any(|part| part.example == "unknown-option" && page[part.range.clone()] == *text);
            if refused || !text.contains("[preprocessor.database") {
                continue;
            }
            let book = text.parse::<mdbook_driver::config::Config>().unwrap();
            let table: Option<serde_json::Value> = book.get("preprocessor.database").unwrap();
            let book_toml = Sources::default().add(SourceKind::Config, "book.toml", text);
            let source = ConfigSource { name: "database", table: table.as_ref(), book_toml, text };
            let mut diagnostics = Vec::new();
            Config::parse(source, &mut diagnostics);
            assert!(diagnostics.is_empty(), "{}:{line}: {diagnostics:?}", path.display());
            seen += 1;
        }
    }
    assert!(seen > 5, "{seen}");
}

#[test]
fn tables_on_the_pages_are_those_of_the_code() {
    for path in pages() {
        let page = read(&path);
        compare(&path, &page, &generated::fill(&page).unwrap());
    }
}

#[test]
fn every_code_has_a_section_with_its_cause_an_example_and_the_repair() {
    let page = read(&root().join(GUIDE).join("messages.md"));
    let mut rest = page.as_str();
    for code in Code::ALL.iter().rev().map(|code| code.as_str()) {
        let start = rest.rfind(&format!("\n## {code}\n")).unwrap_or_else(|| panic!("`{code}` is not where it belongs"));
        for part in ["**Cause.** ", "**Example.**", "**Repair.** ", &format!("[{code}]: ")] {
            assert!(rest[start..].contains(part), "messages.md: `{code}` has no {part}");
        }
        rest = &rest[..start];
    }
}

/// The picture of the README: what a failing build of the template prints, in its colours (other ones on Windows).
#[cfg(not(windows))]
#[test]
fn the_picture_shows_a_failing_build() {
    let page = read(&root().join("README.md"));
    let snippets = snippet::snippets(&page).unwrap();
    let outcome = examples(&page, &snippets)["failing"].run(None, true);
    assert!(!outcome.success);
    let picture = root().join(GUIDE).join("failing-build.term.svg");
    snapbox::assert_data_eq!(outcome.stderr, snapbox::Data::read_from(&picture, None).raw());
}

#[test]
fn the_picture_shows_a_template_and_its_page() {
    let page = read(&root().join("README.md"));
    let snippets = snippet::snippets(&page).unwrap();
    let part = |role: &str| {
        let part = snippets.iter().find(|part| part.example == "start" && part.role == role).unwrap();
        &page[part.range.clone()]
    };
    let path = root().join(GUIDE).join("template-and-page.svg");
    compare(&path, &fs::read_to_string(&path).unwrap_or_default(), &picture::picture(part("template"), part("page")));
}
