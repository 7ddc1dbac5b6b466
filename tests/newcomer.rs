//! From an empty directory to a finished page, as a newcomer would: the commands, an editor, and mdBook.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod disk;
mod program;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use program::{program, text};

/// Runs the program, which ends with this exit code: stdout and stderr.
#[track_caller]
fn expect(directory: &Path, arguments: &[&str], exit: i32) -> (String, String) {
    let Output { status, stdout, stderr } = program(directory).args(arguments).output().unwrap();
    let (out, err) = (text(stdout), text(stderr));
    assert_eq!(status.code(), Some(exit), "{arguments:?}\n{out}\n{err}");
    (out, err)
}

/// Every file below a directory, with what it says.
fn files(root: &Path) -> BTreeMap<PathBuf, String> {
    disk::files(root).into_iter().map(|path| (path.clone(), fs::read_to_string(path).unwrap())).collect()
}

/// What somebody does who reads the head of the file: takes the `#` away, and writes between the quotes.
fn fill_in(facts: &str) -> String {
    let fact = |line: &str| match line.strip_prefix('#') {
        Some(fact) if !fact.starts_with([' ', ':']) && !fact.is_empty() => fact.replace("\"\"", "\"A fact of ours\""),
        _ => line.to_owned(),
    };
    facts.lines().map(|line| fact(line) + "\n").collect()
}

fn build(root: &Path) -> Result<(), String> {
    let mut config = mdbook_driver::config::Config::from_disk(root.join("book.toml")).unwrap();
    config.set("preprocessor.database.command", program::command()).unwrap();
    let book = mdbook_driver::MDBook::load_with_config(root, config).unwrap();
    book.build().map_err(|error| format!("{error:#}"))
}

#[test]
fn from_an_empty_directory_to_a_finished_page() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path();
    let (_, err) = expect(root, &["init"], 2);
    assert!(err.contains("init --new"), "the way on is told: {err}");
    let (out, err) = expect(root, &["init", "--new"], 0);
    assert!(out.contains("database.toml: written, with ") && err.contains("next: "), "{out}{err}");
    let (_, err) = expect(root, &["check"], 1);
    assert!(err.contains("overview.version") && err.contains("14 sections of database.md are incomplete"), "{err}");
    assert!(build(root).is_err(), "the gate is closed");

    let facts = root.join("database.toml");
    let text = fs::read_to_string(&facts).unwrap();
    fs::write(&facts, fill_in(&text)).unwrap();
    let (_, err) = expect(root, &["check"], 0);
    assert!(err.contains("database.md is complete"), "{err}");
    build(root).unwrap();
    let page = fs::read_to_string(root.join("book/database.html")).unwrap();
    let main = &page[page.find("<main>").unwrap()..page.find("</main>").unwrap()];
    assert!(main.contains("A fact of ours") && main.contains("parent_id"), "{main}");
    for left in ["TEMPLATE", "[describe", "e.g.,", "[Description]", "Template Instructions"] {
        assert!(!main.contains(left), "{left} is left: {main}");
    }
}

#[test]
fn a_second_time_nothing_changes() {
    let directory = tempfile::tempdir().unwrap();
    expect(directory.path(), &["init", "--new", "book"], 0);
    let first = files(directory.path());
    let (out, err) = expect(directory.path(), &["init", "book"], 0);
    assert_eq!((out.as_str(), err.contains("nothing to do")), ("", true), "{err}");
    assert_eq!(files(directory.path()), first);
}

#[test]
fn a_dry_run_shows_the_difference_and_writes_nothing() {
    let directory = disk::directory(&[
        ("book.toml", "[book]\ntitle = \"T\"\n"),
        ("src/SUMMARY.md", "# Summary\n\n- [One](one.md)\n"),
        ("src/one.md", "# One\n"),
    ]);
    let root = directory.path();
    let before = files(root);
    let (out, said) = expect(root, &["init", "--dry-run"], 0);
    assert_eq!(files(root), before);
    assert!(!out.contains("b/database.schema.json") && said.contains("note: database.schema.json: written"), "{said}");
    for part in
        ["--- a/book.toml\n+++ b/book.toml\n", "+[preprocessor.database]", "--- /dev/null\n+++ b/database.toml\n"]
    {
        assert!(out.contains(part), "{part}: {out}");
    }
    assert!(out.contains(" - [One](one.md)\n+- [Database Architecture](./database.md)\n"), "{out}");
}

const OWN: &str = "<!-- template -->\n# Deployment\n\n## Release\n\n- **Owner:** [Team]\n- **Window:** [When]\n";

fn own_book() -> tempfile::TempDir {
    disk::directory(&[
        ("book.toml", "# mine\n[book]\ntitle = \"T\" # odd\n\n[output.html]\n"),
        ("src/SUMMARY.md", "- [Deployment](deployment.md)\n"),
        ("src/deployment.md", OWN),
    ])
}

#[test]
fn a_book_with_a_template_of_its_own_keeps_all_it_has() {
    let directory = own_book();
    let root = directory.path();
    let facts = "# ours\nrelease.owner='Platform'   # odd\n";
    fs::write(root.join("database.toml"), facts).unwrap();
    expect(root, &["init"], 0);
    let after = files(root);
    assert!(!after.contains_key(&root.join("src/database.md")), "no second template");
    let text = &after[&root.join("database.toml")];
    assert_eq!(*text, format!("#:schema ./database.schema.json\n{facts}# Window: When\n#release.window = \"\"\n"));
    assert!(after[&root.join("book.toml")].starts_with("# mine\n[book]\ntitle = \"T\" # odd\n\n[output.html]\n"));

    fs::write(root.join("src/deployment.md"), OWN.replace("- **Window", "- **Approver:** [Who]\n- **Window")).unwrap();
    let (out, _) = expect(root, &["init"], 0);
    assert!(out.contains("database.toml: added 1 place to fill in"), "{out}");
    let text = fs::read_to_string(root.join("database.toml")).unwrap();
    assert!(text.contains("#release.approver = \"\"") && text.contains(facts), "{text}");
    fs::write(root.join("database.toml"), fill_in(&text)).unwrap();
    expect(root, &["check"], 0);
}

#[test]
fn a_template_can_be_given_and_a_page_is_never_overwritten() {
    let directory = own_book();
    let root = directory.path();
    fs::write(root.join("src/deployment.md"), "# Deployment\n\nOurs.\n").unwrap();
    fs::write(root.join("src/database.md"), "# Database\n\nOurs.\n").unwrap();
    let before = files(root);
    let (_, err) = expect(root, &["init"], 2);
    assert!(err.contains("database.md` exists"), "{err}");
    assert_eq!(files(root), before);
    fs::write(root.join("service.md"), "# Service\n\n## Name\n\n- **Team:** [Which]\n").unwrap();
    expect(root, &["init", "--template", "service.md"], 0);
    let after = files(root);
    assert!(after[&root.join("book.toml")].contains("templates = [\"service.md\"]"));
    assert!(after[&root.join("src/SUMMARY.md")].ends_with("- [Service](./service.md)\n"));
    assert!(after[&root.join("database.toml")].contains("# Team: Which\n#team = \"\"\n"));
}

#[test]
fn mistakes_in_the_facts_are_shown_and_nothing_is_written() {
    let directory = own_book();
    let root = directory.path();
    fs::write(root.join("database.toml"), "[release\nowner = 1\n").unwrap();
    let before = files(root);
    let (_, err) = expect(root, &["init"], 1);
    assert!(err.contains("error[invalid-toml]") && err.contains("database.toml:1"), "{err}");
    assert_eq!(files(root), before);
}

#[test]
fn what_is_read_only_stops_everything() {
    let directory = own_book();
    let root = directory.path();
    let summary = root.join("book.toml");
    let mut permissions = fs::metadata(&summary).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&summary, permissions).unwrap();
    let before = files(root);
    let (out, err) = expect(root, &["init"], 3);
    assert!(out.is_empty() && err.contains("book.toml` is read-only"), "{out}{err}");
    assert_eq!(files(root), before);
    expect(root, &["init", "--dry-run"], 0);
}

#[test]
fn every_set_of_facts_is_completed() {
    let directory = own_book();
    let root = directory.path();
    let facts = "facts = { \"deployment.md\" = \"facts/a.toml\", \"b.md\" = [\"b.toml\", \"facts/a.toml\"] }";
    fs::write(root.join("book.toml"), format!("[preprocessor.database]\n{facts}\n")).unwrap();
    fs::write(root.join("src/SUMMARY.md"), "- [Deployment](deployment.md)\n- [B](b.md)\n").unwrap();
    fs::write(root.join("src/b.md"), "<!-- template -->\n# B\n\n## Two\n\n- **Y:** [y]\n").unwrap();
    expect(root, &["init"], 0);
    let after = files(root);
    let first = &after[&root.join("facts/a.toml")];
    assert!(first.contains("#owner = \"\"") && first.starts_with("#:schema ./a.schema.json\n"), "{first}");
    assert!(after[&root.join("b.toml")].contains("[two]\n# Y\n#y = \"\"\n"));
    assert!(after[&root.join("book.toml")].contains("extra-watch-dirs = [\"facts/a.toml\", \"b.toml\"]"));
    for (name, text) in &after {
        if name.extension().is_some_and(|extension| extension == "toml") {
            fs::write(name, fill_in(text)).unwrap();
        }
    }
    expect(root, &["check"], 0);
}

#[test]
fn credentials_in_the_facts_stay_as_they_are() {
    let directory = own_book();
    let root = directory.path();
    let secret = "release.owner = \"postgres://app:Tr0ub4dor%26x@db.internal/shop\"\n";
    fs::write(root.join("database.toml"), secret).unwrap();
    let (_, err) = expect(root, &["check"], 1);
    assert!(err.contains("likely-secret"), "{err}");
    expect(root, &["init"], 0);
    assert!(fs::read_to_string(root.join("database.toml")).unwrap().contains(secret));
}
