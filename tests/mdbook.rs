//! Real mdBook of both generations runs the built program over real books.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod disk;
mod host;
mod program;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use host::{HOSTS, Host};
use mdbook_database::preprocessor::Database;

/// A book on disk.
struct Book {
    root: tempfile::TempDir,
}

impl Book {
    fn new(files: &[(&str, &str)]) -> Self {
        Book { root: disk::directory(files) }
    }

    fn path(&self) -> &Path {
        self.root.path()
    }

    /// The Markdown that comes out, by path; it ends where the HTML begins.
    fn markdown(&self) -> BTreeMap<PathBuf, String> {
        let pages = disk::files(&self.path().join("book/markdown")).into_iter();
        pages.map(|path| (path.clone(), fs::read_to_string(path).unwrap())).collect()
    }
}

/// `book.toml` with `[preprocessor.database]` and more of that table; both renderers run.
fn book_toml(table: &str) -> String {
    let command = program::command();
    format!(
        "[book]\ntitle = \"T\"\nsrc = \"docs\"\n\n[output.html]\n[output.markdown]\n\n\
         [preprocessor.database]\ncommand = \"{command}\"\n{table}\n"
    )
}

/// Chapters of every kind that a book may hold, none of them a template.
const CHAPTERS: &[(&str, &str)] = &[
    (
        "docs/SUMMARY.md",
        "# Summary\n\n[Preface](README.md)\n\n# First part\n\n- [One](one.md)\n  - [Below](deep/below.md)\n    - [Deeper](deep/deeper.md)\n\
         - [A draft]()\n\n---\n\n# 第二部分\n\n- [CRLF](crlf.md)\n- [BOM](bom.md)\n",
    ),
    ("docs/README.md", "# Preface\n\nText with \"quotes\", \\ backslashes\tand tabs.\n"),
    ("docs/one.md", "# One\n\n[ ] not [a reference] and `[code]`, 表 😀\n\n{{#include part.txt}}\n"),
    ("docs/part.txt", "included [text]\n"),
    ("docs/deep/below.md", "# Below\n\n[up](../one.md)\n"),
    ("docs/deep/deeper.md", "# Deeper\n"),
    ("docs/crlf.md", "# CRLF\r\n\r\n| a | b |\r\n|---|---|\r\n| [x] | 1 |\r\n"),
    ("docs/bom.md", "\u{feff}# BOM\n\nText.\n"),
    ("database.toml", "# no facts: the book has no template\n"),
];

fn with(extra: &[(&str, &str)]) -> Book {
    Book::new(&[CHAPTERS, extra].concat())
}

#[test]
fn what_is_no_template_is_published_as_without_this_program() {
    for host in HOSTS {
        let (plain, filled) = (with(&[]), with(&[]));
        fs::write(plain.path().join("book.toml"), book_toml("").split("[preprocessor").next().unwrap()).unwrap();
        fs::write(filled.path().join("book.toml"), book_toml("")).unwrap();
        host.build(plain.path()).unwrap();
        host.build(filled.path()).unwrap();
        let relative = |book: &Book| -> Vec<_> {
            let pages = book.markdown().into_iter();
            pages.map(|(path, text)| (path.strip_prefix(book.path()).unwrap().to_owned(), text)).collect()
        };
        assert!(relative(&plain).len() > 5, "{host:?}");
        assert_eq!(relative(&plain), relative(&filled), "{host:?}");
        assert!(filled.path().join("book/html/deep/below.html").exists(), "{host:?}");
    }
}

#[test]
fn a_failing_gate_fails_the_build_and_publishes_nothing() {
    for host in HOSTS {
        for table in ["facts = \"no.toml\"", "draftt = true", "renderers = [\"html\"]\nerd = \"png\""] {
            let book = with(&[("book.toml", &book_toml(table))]);
            let error = host.build(book.path()).unwrap_err();
            assert!(error.contains("database"), "{host:?} {table}: {error}");
            assert!(!book.path().join("book/html/one.html").exists(), "{host:?} {table}");
        }
    }
}

#[test]
fn every_option_passes_through_both_generations() {
    let table = "before = []\nafter = [\"links\"]\nrenderers = [\"html\"]\ntemplates = [\"none/*.md\"]\n\
                 optional-sections = [\"a.b\"]\nrequired = { \"none/a.md\" = [\"c\"] }\ndraft = true\nerd = \"text\"\n\
                 literals = [\"P\"]\nallow-html = false\nallow-secrets = [\"a.b\"]\n\n\
                 [preprocessor.database.facts]\n\"none/a.md\" = [\"database.toml\"]\n\n\
                 [preprocessor.database.lints]\nunused-fact = \"warn\"\n";
    for host in HOSTS {
        let book = with(&[("book.toml", &book_toml(table))]);
        host.build(book.path()).unwrap_or_else(|error| panic!("{host:?}: {error}"));
    }
}

/// Why there is `optional-sections` beside `optional`: if this fails one day, the longer name can go.
#[test]
fn mdbook_0_5_reads_optional_for_itself() {
    let book = with(&[("book.toml", &book_toml("optional = [\"a.b\"]"))]);
    let error = Host::V05.build(book.path()).unwrap_err();
    assert!(error.contains("Failed to read preprocessors"), "{error}");
}

#[test]
fn another_program_can_hand_the_preprocessor_to_mdbook() {
    let toml = book_toml("").replace("command", "# command");
    let toml = toml.split("[preprocessor").next().unwrap();
    let book = with(&[("book.toml", toml)]);
    let mut host = mdbook_driver::MDBook::load(book.path()).unwrap();
    host.with_preprocessor(Database);
    host.build().unwrap();
    assert!(book.markdown().len() > 5);
}

#[test]
fn the_library_hands_the_report_to_its_host() {
    let book = with(&[("book.toml", "[book]\nsrc = \"docs\"\n")]);
    fs::remove_file(book.path().join("database.toml")).unwrap();
    let mut host = mdbook_driver::MDBook::load(book.path()).unwrap();
    host.with_preprocessor(Database);
    let error = format!("{:#}", host.build().unwrap_err());
    assert!(error.contains("error[missing-facts-file]"), "{error}");
}

const TEMPLATE: &str = "# T [TEMPLATE]\n\n## Overview\n\n- **Version:** [e.g., 16]\n- **Size:** [size] in `[unit]`\n\n```\nKEY=[describe]\n```\n";

#[test]
fn a_draft_shows_what_is_missing_on_the_page() {
    for host in HOSTS {
        let book = with(&[
            ("book.toml", &book_toml("draft = true")),
            ("docs/one.md", TEMPLATE),
            ("database.toml", "[overview]\nversion = \"16\"\n"),
        ]);
        host.build(book.path()).unwrap();
        let page = fs::read_to_string(book.path().join("book/html/one.html")).unwrap();
        let main = &page[page.find("<main>").unwrap()..page.find("</main>").unwrap()];
        assert!(main.contains("1 of 4 facts are there (25 %)"), "{host:?}: {main}");
        assert!(main.contains("<mark class=\"mdbook-database-missing\">[size]</mark>"), "{host:?}: {main}");
        assert!(main.contains("mdbook-database-missing-in-code"), "{host:?}: {main}");
        assert!(main.contains("html:is(.coal, .navy, .ayu)"), "{host:?}: {main}");
        let markdown = fs::read_to_string(book.path().join("book/markdown/one.md")).unwrap();
        assert!(
            markdown.contains("**Size:** [size] in `[unit]`") && !markdown.contains("mdbook-database"),
            "{markdown}"
        );
    }
}

#[test]
fn serving_says_how_to_see_a_draft() {
    let book = with(&[("docs/one.md", TEMPLATE)]);
    let told = |config: &str| {
        let input = format!(
            r#"[{{"root":{:?},"renderer":"html","mdbook_version":"0.5.4","config":{config}}},{{"items":[{{"Chapter":{{"content":{TEMPLATE:?},"path":"one.md","sub_items":[]}}}}]}}]"#,
            book.path()
        );
        program::text(program::fed(program::program(book.path()), input.as_bytes()).stderr)
    };
    let serve = told(r#"{"output":{"html":{"live-reload-endpoint":"__livereload"}}}"#);
    assert!(serve.contains("MDBOOK_PREPROCESSOR__DATABASE__DRAFT=true mdbook serve"), "{serve}");
    let build = told("{}");
    assert!(build.contains("unfilled-placeholder") && !build.contains("DRAFT"), "{build}");
}
