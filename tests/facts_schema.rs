//! The JSON Schema of a book's facts, read by others: Python's `jsonschema` on good and bad facts, and Taplo.
//!
//! Without Python and its `jsonschema`, and without `TAPLO` set to the program, the tests say that they were skipped.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod disk;
mod program;
mod validator;

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::Command;

use mdbook_database::config::book_from_toml;
use mdbook_database::source::{SourceKind, Sources};
use program::program;
use serde_json::Value;
use validator::validate;

const EXAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/book-example");

const GOOD: &[&str] = &[
    "",
    "overview = \"Markdown\"",
    "overview = [\"a\", \"b\"]",
    "data_storage_strategy.data_synchronization = false",
    "[overview]\nextra = 5\nversion = 16.5\ndata_model = []",
    "[technology_stack]\ncache = { technology = \"x\", purpose = \"y\" }",
    "[tables.a]\nkind = \"view\"\nrelations = [\"words\"]\nchecks = { c = \"x > 1\" }\n[tables.a.columns]\n\
     id = { type = \"int\", references = { table = \"b\", columns = [\"x\"] } }",
    "data_modeling_guidelines.design_principles = [{ principle = \"a\", description = \"b\" }]",
    "[query_patterns.repository_pattern]\ncode = \"x\"",
    "[connection_configuration.database_service]\nenvironment_variables = []",
    "[Overview]\nDatabase-Type = \"x\"",
    "[data-storage-strategy]\ndataSynchronization = false",
    "[tables.a]\nColumns = { id = { Type = \"int\", primary-key = true } }",
    "[connection_configuration.database_service.environment_variables]\ndb_host = \"h\"",
];

const BAD: &[&str] = &[
    "overveiw = \"x\"",
    "[overview]\nversion = \"\"",
    "[overview]\nversion = { a = 1 }",
    "data_storage_strategy.data_synchronization = true",
    "[data_storage_strategy.local_database_storage]\ntypes = 1",
    "[[data_storage_strategy.local_database_storage.data_types]]\ncategori = \"x\"",
    "[tables.a]\ncolums = {}",
    "[tables.a.columns]\nid = { typ = \"x\" }",
    "[tables.a.columns]\nid = { type = \"x\", unique = \"yes\" }",
];

fn schema() -> Value {
    let program = program(Path::new(EXAMPLE)).arg("schema").output().unwrap();
    serde_json::from_slice(&program.stdout).unwrap()
}

fn json_of(facts: &str) -> Value {
    let source = Sources::default().add(SourceKind::Facts, "a.toml", facts);
    let mut diagnostics = Vec::new();
    let value = book_from_toml(source, facts, &[], &mut diagnostics);
    assert_eq!(diagnostics, [], "{facts}");
    value
}

#[test]
fn good_facts_are_accepted() {
    let mut facts: Vec<Value> = GOOD.iter().map(|text| json_of(text)).collect();
    facts.push(json_of(&fs::read_to_string(format!("{EXAMPLE}/database.toml")).unwrap()));
    for (errors, facts) in validate(&schema(), &facts).iter().flatten().zip(&facts) {
        assert_eq!(*errors, [] as [String; 0], "{facts:#}");
    }
}

#[test]
fn bad_facts_are_refused() {
    let facts: Vec<Value> = BAD.iter().map(|text| json_of(text)).collect();
    for (errors, text) in validate(&schema(), &facts).iter().flatten().zip(BAD) {
        assert_eq!(errors.len(), 1, "{text}: {errors:?}");
    }
}

#[test]
fn taplo_finds_the_schema_by_the_line_that_init_writes() {
    let Some(taplo) = std::env::var_os("TAPLO") else {
        let _ = writeln!(io::stderr(), "SKIPPED: TAPLO is not set");
        return;
    };
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path();
    assert!(program(root).args(["init", "--new"]).output().unwrap().status.success());
    let check = |facts: &str| {
        fs::write(root.join("database.toml"), facts).unwrap();
        Command::new(&taplo).args(["check", "database.toml"]).current_dir(root).output().unwrap().status.success()
    };
    let facts = fs::read_to_string(root.join("database.toml")).unwrap();
    assert!(check(&facts));
    assert!(check(&facts.replace("#version = \"\"", "version = \"17\"")));
    assert!(!check(&facts.replace("#version = \"\"", "version = \"\"")), "a blank fact");
    assert!(!check(&facts.replace("[overview]", "[overveiw]")), "a misspelt section");
    assert!(check(&facts.replace("[overview]", "[Over-View]")), "another spelling");
}

#[test]
fn taplo_accepts_the_example() {
    let Some(taplo) = std::env::var_os("TAPLO") else {
        let _ = writeln!(io::stderr(), "SKIPPED: TAPLO is not set");
        return;
    };
    let directory = tempfile::tempdir().unwrap();
    disk::copy(Path::new(EXAMPLE), directory.path());
    let run = |command: &mut Command| {
        let ran = command.output().unwrap();
        assert!(
            ran.status.success(),
            "{}{}",
            String::from_utf8_lossy(&ran.stdout),
            String::from_utf8_lossy(&ran.stderr)
        );
    };
    run(program(directory.path()).arg("init"));
    let facts = fs::read_to_string(directory.path().join("database.toml")).unwrap();
    assert!(facts.starts_with("#:schema ./database.schema.json\n"), "{}", &facts[..80]);
    run(Command::new(taplo).args(["check", "database.toml"]).current_dir(directory.path()));
}
