//! What a user gets of each key of the table, and what is said where it is wrong.

use serde_json::json;

use super::*;
use crate::diagnostic::Code;
use crate::diagnostic::Sub;
use crate::lints::Level;
use crate::source::{SourceKind, Sources};

/// What a `book.toml` with this table says, with the text under each mistake.
struct Outcome {
    config: Config,
    mistakes: Vec<(String, String)>,
    diagnostics: Vec<Diagnostic>,
    sources: Sources,
}

fn read(table: &str, environment: &[(&str, &str)]) -> Outcome {
    let text = format!("[book]\ntitle = \"T\"\n\n[preprocessor.database]\n{table}");
    let mut sources = Sources::default();
    let book_toml = sources.add(SourceKind::Config, "book.toml", text.as_str());
    let mut diagnostics = Vec::new();
    let environment = environment.iter().map(|&(name, value)| (name.to_owned(), value.to_owned()));
    let book = book_from_toml(book_toml, &text, &overrides(environment), &mut diagnostics);
    let source =
        ConfigSource { name: "database", table: book.pointer("/preprocessor/database"), book_toml, text: &text };
    let config = Config::parse(source, &mut diagnostics);
    let mistakes =
        diagnostics.iter().map(|one| (one.title.clone(), sources.slice(one.place.span).to_owned())).collect();
    Outcome { config, mistakes, diagnostics, sources }
}

fn valid(table: &str) -> Config {
    let outcome = read(table, &[]);
    assert_eq!(outcome.mistakes, [], "in {table:?}");
    outcome.config
}

fn mistake(table: &str) -> (String, String) {
    let mut mistakes = read(table, &[]).mistakes;
    assert_eq!(mistakes.len(), 1, "{mistakes:?}");
    mistakes.remove(0)
}

fn files(config: &Config, path: &str) -> Vec<String> {
    let set = config.facts_of(path).map(|index| &config.facts[index]);
    set.into_iter().flat_map(|set| &set.files).map(|file| file.value.clone()).collect()
}

fn addresses(rules: &[SectionRule], path: &str) -> Vec<String> {
    rules.iter().filter(|rule| rule.applies_to(path)).map(|rule| rule.address.clone()).collect()
}

#[test]
fn a_book_that_says_nothing_has_the_defaults() {
    let config = valid("");
    assert_eq!(files(&config, "database.md"), ["database.toml"]);
    assert_eq!(config.declares("database.md"), None);
    assert_eq!((config.draft, config.erd, config.allow_html), (false, Erd::Svg, true));
}

#[test]
fn every_key_of_the_contract_is_taken() {
    let config = valid(
        "command = \"x\"\nbefore = []\nafter = [\"links\"]\nrenderers = [\"html\"]\nfacts = \"facts/db.toml\"\n\
         templates = [\"database.md\", \"arch/**/*.md\"]\noptional = [\"a.b\"]\nrequired = [\"c\"]\ndraft = true\n\
         erd = \"mermaid\"\nliterals = [\"P\", \"US[0-9]+\"]\nallow-html = false\nallow-secrets = [\"x.y\"]\n\
         [preprocessor.database.lints]\nunused-fact = \"warn\"\nlikely-secret = \"allow\"\n",
    );
    assert_eq!(files(&config, "database.md"), ["facts/db.toml"]);
    assert_eq!((config.draft, config.erd, config.allow_html), (true, Erd::Mermaid, false));
    assert_eq!(addresses(&config.optional, "x.md"), ["a.b"]);
    assert_eq!(addresses(&config.required, "x.md"), ["c"]);
    assert_eq!(config.allow_secrets[0].value, "x.y");
    assert_eq!(config.lints.level(Code::UnusedFact), Some(Level::Warn));
    assert_eq!(config.lints.level(Code::LikelySecret), Some(Level::Allow));
    let literal = |text: &str| config.literals.iter().any(|pattern| pattern.is_match(text));
    assert!(literal("P") && literal("US12") && !literal("US12b") && !literal("PP"), "whole texts only");
}

#[test]
fn globs_are_relative_to_src_and_know_directories() {
    let config = valid("templates = [\"./database.md\", \"arch/*.md\", \"deep/**/t.md\"]");
    for path in ["database.md", "arch/a.md", "arch\\a.md", "deep/t.md", "deep/a/b/t.md"] {
        assert_eq!(config.declares(path), Some(true), "{path}");
    }
    for path in ["x/database.md", "arch/b/a.md", "Database.md"] {
        assert_eq!(config.declares(path), Some(false), "{path}");
    }
}

#[test]
fn a_list_of_facts_files_is_one_set() {
    assert_eq!(files(&valid("facts = [\"a.toml\", \"b.toml\"]"), "any.md"), ["a.toml", "b.toml"]);
}

#[test]
fn each_template_may_have_its_facts_and_rules_in_the_order_of_the_file() {
    let config = valid(
        "facts = { \"z.md\" = \"z.toml\", \"a*.md\" = [\"a.toml\", \"z.toml\"] }\n\
         optional-sections = { \"z.md\" = [\"one\"], \"a.md\" = \"two\" }\n",
    );
    assert_eq!(files(&config, "z.md"), ["z.toml"]);
    assert_eq!(files(&config, "ab.md"), ["a.toml", "z.toml"]);
    assert_eq!(files(&config, "other.md"), [""; 0]);
    assert_eq!(config.facts[0].files[0].value, "z.toml", "the first of the file, not of the alphabet");
    assert_eq!(addresses(&config.optional, "z.md"), ["one"]);
    assert_eq!(addresses(&config.optional, "a.md"), ["two"]);
}

#[test]
fn mdbooks_own_optional_is_left_to_mdbook() {
    assert_eq!(addresses(&valid("optional = true").optional, "a.md"), [""; 0]);
}

#[test]
fn an_unknown_key_names_the_nearest_and_offers_it() {
    let outcome = read("tempaltes = [\"a.md\"]", &[]);
    let [diagnostic] = &outcome.diagnostics[..] else { panic!("{:?}", outcome.mistakes) };
    assert_eq!(diagnostic.code, Code::UnknownOption);
    assert_eq!(diagnostic.title, "unknown key `tempaltes` in `[preprocessor.database]`");
    let [Sub::Replace { message, span, text }] = &diagnostic.subs[..] else { panic!("{diagnostic:?}") };
    assert_eq!((message.as_str(), text.as_str()), ("did you mean `templates`?", "templates"));
    assert_eq!(outcome.sources.slice(*span), "tempaltes");
}

#[test]
fn an_unknown_lint_names_the_nearest() {
    let (title, place) = mistake("lints = { unused-facts = \"warn\" }");
    assert_eq!(title, "unknown lint `unused-facts` in `[preprocessor.database.lints]`");
    assert_eq!(place, "unused-facts");
}

#[test]
fn a_value_of_the_wrong_form_is_underlined() {
    for (table, title, place) in [
        ("facts = 3", "`facts` must be a list of strings", "3"),
        ("facts = [\"a.toml\", 4]", "`facts` must be a string", "4"),
        ("templates = { a = 1 }", "`templates` must be a list of strings", "{ a = 1 }"),
        ("required = { \"a.md\" = [[]] }", "`a.md` must be a string", "[]"),
        ("draft = \"maybe\"", "`draft` must be `true` or `false`", "\"maybe\""),
        ("erd = \"png\"", "`erd` must be `\"svg\"`, `\"mermaid\"` or `\"text\"`", "\"png\""),
        ("lints = \"warn\"", "`lints` must be a table of lints", "\"warn\""),
        ("lints = { unused-fact = \"off\" }", "`unused-fact` must be `\"deny\"`, `\"warn\"` or `\"allow\"`", "\"off\""),
        ("literals = [\"[\"]", "`[` is not a valid pattern", "\"[\""),
        ("templates = [\"a[\"]", "`a[` is not a valid glob", "\"a[\""),
    ] {
        assert_eq!(mistake(table), (title.to_owned(), place.to_owned()), "{table}");
    }
}

#[test]
fn all_mistakes_are_told() {
    assert_eq!(read("draft = 1\nerd = 2\nx = 3", &[]).mistakes.len(), 3);
}

#[test]
fn a_mistake_leaves_the_default() {
    let config = read("draft = 1\nfacts = 2\nerd = 3", &[]).config;
    assert_eq!((config.draft, config.erd), (false, Erd::Svg));
    assert_eq!(files(&config, "a.md"), ["database.toml"]);
}

#[test]
fn the_environment_overrides_the_file() {
    let config = |value| read("draft = false", &[("MDBOOK_PREPROCESSOR__DATABASE__DRAFT", value)]).config;
    assert!(config("true").draft, "as JSON");
    assert!(config("\"true\"").draft, "as a string");
    let html = read("", &[("MDBOOK_PREPROCESSOR__DATABASE__ALLOW_HTML", "false")]).config;
    assert!(!html.allow_html);
}

#[test]
fn a_mistake_in_the_environment_is_not_blamed_on_the_file() {
    let outcome = read("draft = false", &[("MDBOOK_PREPROCESSOR__DATABASE__DRAFT", "maybe")]);
    let [diagnostic] = &outcome.diagnostics[..] else { panic!("{:?}", outcome.mistakes) };
    assert_eq!(diagnostic.place.span.range(), 0..0, "no line of the file");
    let [Sub::Note(note)] = &diagnostic.subs[..] else { panic!("{diagnostic:?}") };
    assert!(note.contains("MDBOOK_PREPROCESSOR__DATABASE__DRAFT"), "{note}");
}

#[test]
fn without_the_text_of_the_file_mistakes_are_about_it_as_a_whole() {
    let mut sources = Sources::default();
    let book_toml = sources.add(SourceKind::Config, "book.toml", "");
    let mut diagnostics = Vec::new();
    let table = json!({"draft": 1});
    let source = ConfigSource { name: "database", table: Some(&table), book_toml, text: "" };
    Config::parse(source, &mut diagnostics);
    assert_eq!(diagnostics[0].place.span, book_toml.whole());
}

#[test]
fn a_book_toml_that_is_no_toml_is_told_with_its_place() {
    let outcome = read("draft = true\nfacts = [\"a.toml\"", &[]);
    assert_eq!(outcome.diagnostics[0].code, Code::InvalidToml);
    assert!(outcome.config.draft, "what can be read is used");
}

#[test]
fn a_slip_in_the_key_of_the_files_leaves_open_what_they_are() {
    assert!(["facts", "templates", "template", "fact"].iter().all(|key| is_of_files(key)));
    assert!(!["optional", "draft", "command", "erd", "nothing"].iter().any(|key| is_of_files(key)));
}
