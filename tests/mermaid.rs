//! The Mermaid text that we write, read by the real parser.
//!
//! Set `MERMAID_NODE_MODULES` to one or more `node_modules` folders (separated as in `PATH`) that hold `mermaid` and `jsdom`,
//! one for each version to be tried. Without it, or without Node.js, the tests say that they were skipped.

#![expect(clippy::unwrap_used, reason = "what fails here is a failed test")]

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use mdbook_database::erd::{Attribute, Cardinality, Diagram, Entity, Relation, mermaid};

/// The folders to try; none when the test has to be skipped, which is said past the test harness's capture.
fn node_modules(test: &str) -> Vec<PathBuf> {
    let node = Command::new("node").arg("--version").output().is_ok_and(|output| output.status.success());
    let folders: Vec<PathBuf> = std::env::var_os("MERMAID_NODE_MODULES")
        .map(|value| std::env::split_paths(&value).collect())
        .unwrap_or_default();
    if node && !folders.is_empty() {
        return folders;
    }
    let missing = if node { "MERMAID_NODE_MODULES is not set" } else { "there is no Node.js" };
    let _ = writeln!(io::stderr(), "SKIPPED {test}: {missing}");
    Vec::new()
}

/// What the parser says about each text: `None` where it accepts it.
fn parse(modules: &Path, texts: &[String]) -> Vec<Option<String>> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mermaid_parse.mjs");
    let mut node = Command::new("node")
        .arg(script)
        .arg(modules)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("node starts, as it just told its version");
    node.stdin.take().unwrap().write_all(serde_json::to_string(texts).unwrap().as_bytes()).unwrap();
    let output = node.wait_with_output().unwrap();
    assert!(output.status.success(), "the parser of {} does not run", modules.display());
    serde_json::from_slice(&output.stdout).unwrap()
}

fn assert_parses(test: &str, texts: &[String]) {
    for modules in node_modules(test) {
        for (error, text) in parse(&modules, texts).iter().zip(texts) {
            assert_eq!(error.as_deref(), None, "{}:\n{text}", modules.display());
        }
    }
}

/// The Mermaid blocks of one of the expected outputs, to which the unit tests hold the program.
fn expected(name: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/erd").join(name);
    let text = std::fs::read_to_string(path).unwrap();
    text.split("```mermaid\n").skip(1).map(|block| block.split("```").next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn the_shop_parses() {
    let texts = expected("shop.mmd.md");
    assert!(texts.concat().contains("order_items"));
    assert_parses("the_shop_parses", &texts);
}

#[test]
fn hostile_names_parse() {
    let texts = expected("hostile.mmd.md");
    assert!(texts.concat().contains("script"));
    assert_parses("hostile_names_parse", &texts);
}

#[test]
fn the_parser_is_asked_in_earnest() {
    for modules in node_modules("the_parser_is_asked_in_earnest") {
        let errors = parse(&modules, &[String::from("erDiagram\n    \"a\" {\n        int pk\n    }\n")]);
        assert!(errors.iter().all(Option::is_some), "{}", modules.display());
    }
}

/// Every printable ASCII character and some others, alone and between letters, as table, column, type and label.
#[test]
fn every_character_parses() {
    let characters = (' '..='~').chain("ß表é\u{301}\u{200b}\u{a0}€😀\u{2028}\t\r\n".chars());
    let names: Vec<String> = characters.flat_map(|c| [c.to_string(), format!("x{c}y"), format!("{c}{c}")]).collect();
    let words = "one many to only zero style class end subgraph title direction accTitle erDiagram classDef default PK Fk uk null pk-1 pk[] FK(x) uk_1 pks 100%%";
    let names: Vec<&str> = names.iter().map(String::as_str).chain(words.split(' ')).collect();
    let column =
        |name| Attribute { name, data_type: name, primary: true, foreign: true, unique: true, nullable: false };
    let entities = names.iter().map(|&name| Entity { name, kind: "table", anchor: None, columns: vec![column(name)] });
    let relation = |from: usize| Relation {
        from,
        from_columns: vec![0],
        to: from / 2,
        to_columns: vec![0],
        from_cardinality: Cardinality::ZeroOrMany,
        to_cardinality: Cardinality::ZeroOrOne,
        label: names[from].to_owned(),
    };
    let diagram = Diagram { entities: entities.collect(), relations: (0..names.len()).map(relation).collect() };
    assert_parses("every_character_parses", &mermaid::blocks(&diagram));
}

#[test]
fn real_types_parse() {
    let types = "numeric(10,2)|numeric(10, 2)|double precision|timestamp with time zone|text[]|enum('a','b')|geography(Point,4326)|\
                 int unsigned|\"char\"|array<struct<a:int>>|2d|character varying(255)||interval day to second|vector(1536)";
    let column =
        |data_type| Attribute { name: "x", data_type, primary: false, foreign: false, unique: false, nullable: true };
    let columns = types.split('|').map(column).collect();
    let diagram =
        Diagram { entities: vec![Entity { name: "t", kind: "table", anchor: None, columns }], relations: vec![] };
    assert_parses("real_types_parse", &mermaid::blocks(&diagram));
}
