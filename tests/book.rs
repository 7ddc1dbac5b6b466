//! Whole books, built by real mdBook of both generations with the real program: the example book and a family of
//! templates.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "template/facts.rs"]
#[allow(dead_code, reason = "shared with the tests that take facts away")]
mod facts;

mod disk;
mod host;
mod program;

use std::fs;
use std::path::Path;

use host::HOSTS;
use mdbook_database::template;
use toml_edit::{DocumentMut, value};

/// A copy of a book of this repository, wired to the built program.
struct Copy {
    root: tempfile::TempDir,
}

impl Copy {
    fn of(book: &str) -> Copy {
        let root = tempfile::tempdir().unwrap();
        disk::copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join(book), root.path());
        let path = root.path().join("book.toml");
        let mut config: DocumentMut = fs::read_to_string(&path).unwrap().parse().unwrap();
        config["preprocessor"]["database"]["command"] = value(program::command());
        fs::write(path, config.to_string()).unwrap();
        Copy { root }
    }

    fn read(&self, file: &str) -> String {
        fs::read_to_string(self.root.path().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
    }

    /// What a reader of a page sees.
    fn page(&self, page: &str) -> String {
        let html = self.read(&format!("book/{page}.html"));
        let start = html.find("<main>").unwrap();
        visible(&html[start..html.find("</main>").unwrap()])
    }

    /// The bracketed texts of a template of the book.
    fn placeholders(&self, template: &str) -> Vec<String> {
        let text = self.read(&format!("src/{template}.md"));
        let found = template::parse(&text, &|_| false).placeholders;
        let texts = found.iter().map(|placeholder| text[placeholder.range.clone()].to_owned());
        texts.filter(|text| text.starts_with('[')).collect()
    }
}

/// HTML without its tags, and with its entities as what they stand for.
fn visible(html: &str) -> String {
    let mut text = String::new();
    let mut pieces = html.split('<');
    text.push_str(pieces.next().unwrap());
    pieces.for_each(|piece| text.push_str(piece.split_once('>').map_or("", |(_, text)| text)));
    let entities = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&#x27;", "'"), ("&amp;", "&")];
    entities.iter().fold(text, |text, (entity, character)| text.replace(entity, character))
}

/// Letters and digits alone: markup and typography do not count.
fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

/// A line of Markdown without the number that an ordered list makes of its own.
fn without_number(line: &str) -> &str {
    line.trim_start_matches(|c: char| c.is_ascii_digit()).strip_prefix(". ").unwrap_or(line)
}

#[test]
fn the_example_book_shows_every_fact() {
    for host in HOSTS {
        let book = Copy::of("book-example");
        host.build(book.root.path()).unwrap_or_else(|error| panic!("{host:?}: {error}"));
        let page = book.page("database");
        for placeholder in book.placeholders("database") {
            assert!(!page.contains(&placeholder), "{host:?}: {placeholder} is on the page");
        }
        let seen = letters(&page);
        let facts: DocumentMut = book.read("database.toml").parse().unwrap();
        for leaf in facts::leaves(&facts).iter().filter(|leaf| !leaf.is_typed_aside()) {
            for line in leaf.texts() {
                let wanted = letters(without_number(&line));
                assert!(seen.contains(&wanted), "{host:?}: {} is not on the page: {line}", leaf.path());
            }
        }
    }
}

#[test]
fn other_chapters_of_the_example_book_show_the_facts_they_name() {
    for host in HOSTS {
        let book = Copy::of("book-example");
        host.build(book.root.path()).unwrap_or_else(|error| panic!("{host:?}: {error}"));
        let page = book.page("introduction");
        assert!(page.contains("PostgreSQL 17.6") && !page.contains("[overview."), "{host:?}: {page}");
    }
}

#[test]
fn a_family_of_templates_is_filled_from_its_files() {
    for host in HOSTS {
        let book = Copy::of("tests/books/family");
        host.build(book.root.path()).unwrap_or_else(|error| panic!("{host:?}: {error}"));
        for template in ["database", "backend", "security"] {
            let page = book.page(template);
            let placeholders = book.placeholders(template);
            assert!(placeholders.len() > 5, "{template} asks for something");
            for placeholder in placeholders {
                assert!(!page.contains(&placeholder), "{host:?}: {placeholder} is on the page of {template}");
            }
        }
    }
}

#[test]
fn a_fact_that_is_missing_fails_the_build_of_the_example_book() {
    for host in HOSTS {
        let book = Copy::of("book-example");
        let path = book.root.path().join("database.toml");
        let mut facts: DocumentMut = book.read("database.toml").parse().unwrap();
        facts["overview"].as_table_mut().unwrap().remove("version");
        fs::write(path, facts.to_string()).unwrap();
        let error = host.build(book.root.path()).unwrap_err();
        assert!(error.contains("database"), "{host:?}: {error}");
        assert!(!book.root.path().join("book/database.html").exists(), "{host:?}: nothing is published");
    }
}
