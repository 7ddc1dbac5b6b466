//! Mistakes of many kinds planted in one book: each is told at its place, once, in the order of the book.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod disk;
mod program;
mod validator;

use std::collections::BTreeSet;

use serde_json::{Value, json};

/// The files of the book in the order in which messages about them come. `⟪code⟫` stands where a mistake is planted
/// and is taken out before the book is run.
const BOOK: &[(&str, &str)] = &[
    (
        "book.toml",
        "[book]\n\
         title = \"Mistakes\"\n\
         src = \"docs\"\n\
         \n\
         [preprocessor.database]\n\
         templates = [\"database.md\", \"backend.md\"]\n\
         ⟪unknown-option⟫drafft = true\n\
         erd = ⟪unknown-option⟫\"png\"\n\
         optional-sections = [\"backup.later\", ⟪unknown-option⟫\"overviev\"]\n\
         \n\
         [preprocessor.database.facts]\n\
         \"database.md\" = \"database.toml\"\n\
         \"backend.md\"  = [\"backend.toml\", \"database.toml\"]\n\
         \n\
         [preprocessor.database.lints]\n\
         ⟪unknown-option⟫unused-facts = \"warn\"\n",
    ),
    (
        "docs/introduction.md",
        "# Introduction\n\
         \n\
         店 😀 We run ⟪unknown-fact⟫[overview.engnie] and [overview.engine].\n\
         \n\
         | Size |\n\
         |------|\n\
         | ⟪unknown-fact⟫[overview.size.exactly] |\n",
    ),
    (
        "docs/database.md",
        "# Database\n\
         \n\
         ## Overview\n\
         \n\
         - **Version:** [e.g., 16]\n\
         - **Größe 😀:** 茶 ⟪unfilled-placeholder⟫[GB]\n\
         - **Engine:** [which]\n\
         - **Edition:** [which]\n\
         \n\
         | Part | Name | Purpose |\n\
         |------|------|---------|\n\
         | **Cache** | [name] | ⟪unfilled-placeholder⟫[why] |\n\
         \n\
         ## Service\n\
         \n\
         ⟪unfilled-placeholder⟫[Describe how a service signs in:]\n\
         - ⟪unfilled-placeholder⟫Certificates\n\
         \n\
         **Environment:**\n\
         ```sh\n\
         DB_HOST=⟪unfilled-placeholder⟫[describe]\n\
         DB_PASSWORD=[describe]\n\
         ```\n\
         \n\
         ## Schema\n\
         \n\
         ### `[table_name]`\n\
         \n\
         **Columns:**\n\
         - `id` (⟪unfilled-placeholder⟫[type]) - [Description]\n\
         - [Additional columns...]\n\
         \n\
         Refers to ⟪hidden-placeholder⟫[other_table](id).\n\
         \n\
         ## Backup\n\
         \n\
         [Describe it]\n\
         \n\
         **Rules:**\n\
         - ⟪unanswered-topic⟫Who may sign in\n\
         - Who may not\n\
         \n\
         ### Later\n\
         \n\
         - **When:** [date]\n",
    ),
    (
        "docs/backend.md",
        "# Backend\r\n\
         \r\n\
         ## Overview\r\n\
         \r\n\
         - **Framework:** [which]\r\n\
         - **⟪broken-cross-reference⟫[Security](./secrets.md)** - [what it keeps]\r\n\
         - **[Database](./database.md)** - [what it is]\r\n\
         \r\n\
         ## API\r\n\
         \r\n\
         - ⟪bracketed-definition⟫[Endpoint]: [URL]\r\n\
         - ⟪bracketed-definition⟫[Endpoint]: [URL]\r\n\
         \r\n\
         ```sh\r\n\
         \tPORT=⟪unfilled-placeholder⟫[number]\r\n\
         ```\r\n",
    ),
    ("docs/security.md", "⟪undeclared-template⟫# Security [TEMPLATE]\n\n[Describe it]\n"),
    ("docs/notes.md", "⟪undeclared-template⟫# [PROJECT] notes\n\nText.\n"),
    (
        "database.toml",
        "⟪unused-fact⟫title = \"A shop\"\n\
         \n\
         [overview]\n\
         engine = \"PostgreSQL\"\n\
         ⟪unknown-fact⟫verison = 16\n\
         edition = ⟪wrong-form⟫\"one\\n\\ntwo\"\n\
         size = \"180 GB\"\n\
         cache = { name = \"Valkey\", ⟪unused-fact⟫version = 8 }\n\
         \n\
         [service.environment]\n\
         DB_PASSWORD = ⟪likely-secret⟫\"vK8#qz!2Lr9_pW4x\"\n\
         ⟪ambiguous-address⟫db-password = \"again\"\n\
         \n\
         [backup]\n\
         description = ⟪wrong-form⟫\"# Nightly\"\n\
         later = ⟪wrong-form⟫5\n\
         \n\
         [backup.rules]\n\
         who_may_not = \"nobody else\"\n\
         \n\
         [⟪unused-fact⟫nonsense]\n\
         key = 1\n\
         \n\
         [tables.users.columns]\n\
         id = { type = \"int\", primary_key = true, description = \"Key.\" }\n\
         name = { description = \"Name.\" }\n\
         group = { type = \"int\", references = \"⟪unknown-table⟫gruops.id\", description = \"Group.\" }\n\
         boss = { type = \"int\", references = \"users.⟪unknown-column⟫uid\", description = \"Boss.\" }\n\
         [tables.users.indexes]\n\
         users_name_idx = { columns = [\"⟪unknown-column⟫nmae\"], ⟪unknown-fact⟫uniqe = true }\n\
         [tables.groups.columns]\n\
         id = { type = \"int\", description = \"Key.\" }\n",
    ),
    (
        "backend.toml",
        "[overview]\n\
         ⟪unknown-fact⟫framwork = \"axum\"\n\
         security = \"secrets\"\n\
         database = \"rows\"\n\
         ⟪invalid-toml⟫security = \"again\"\n\
         \n\
         [[api.items]]\n\
         endpoint = \"Orders\"\n\
         url = \"/orders\"\n\
         ⟪unused-fact⟫method = \"GET\"\n\
         \n\
         [[api.items]]\n\
         endpoint = \"Users\"\n\
         url = ⟪likely-secret⟫\"https://shop:vK8qz2Lr9pW4x@api.internal/users\"\n",
    ),
];

/// A mistake: file, line, column, code. Counted from 1, columns in characters.
type Mistake = (String, u64, u64, String);

/// A file without its marks, and where they were.
fn unmarked(name: &str, text: &str) -> (String, Vec<Mistake>) {
    let (mut plain, mut mistakes) = (String::new(), Vec::new());
    let mut pieces = text.split('⟪');
    plain.push_str(pieces.next().unwrap());
    for piece in pieces {
        let (code, rest) = piece.split_once('⟫').unwrap();
        let line = plain.matches('\n').count() + 1;
        let column = plain.rsplit('\n').next().unwrap().chars().count() + 1;
        mistakes.push((name.to_owned(), line as u64, column as u64, code.to_owned()));
        plain.push_str(rest);
    }
    (plain, mistakes)
}

/// What the program says of the book, one JSON object a message.
fn run() -> Vec<Value> {
    told("json").lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// What the program says of the book; it fails and writes nothing.
fn told(format: &str) -> String {
    let root = tempfile::tempdir().unwrap();
    let mut items = Vec::new();
    for (name, text) in BOOK {
        let text = unmarked(name, text).0;
        disk::write(&root.path().join(name), &text);
        if let Some(chapter) = name.strip_prefix("docs/") {
            items.push(json!({"Chapter": {"name": chapter, "content": text, "number": null, "sub_items": [],
                "path": chapter, "source_path": chapter, "parent_names": []}}));
        }
    }
    let config = mdbook_preprocessor::config::Config::from_disk(root.path().join("book.toml")).unwrap();
    let context = json!({"root": root.path(), "config": config, "renderer": "html", "mdbook_version": "0.5.4"});
    let mut command = program::program(root.path());
    command.env("MDBOOK_DATABASE_FORMAT", format);
    let output = program::fed(command, json!([context, {"items": items}]).to_string().as_bytes());
    assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0));
    program::text(output.stderr)
}

fn mistake(object: &Value, code: &Value) -> Mistake {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (text(&object["path"]), object["line"].as_u64().unwrap(), object["column"].as_u64().unwrap(), text(code))
}

#[test]
fn each_mistake_is_told_once_at_its_place() {
    let planted: Vec<_> = BOOK.iter().flat_map(|(name, text)| unmarked(name, text).1).collect();
    let kinds: BTreeSet<_> = planted.iter().map(|(_, _, _, code)| code).collect();
    assert!(planted.len() >= 30 && kinds.len() >= 10, "{} of {} kinds", planted.len(), kinds.len());
    let mut told = Vec::new();
    for message in run().iter().filter(|message| message["type"] == "diagnostic") {
        told.push(mistake(message, &message["code"]));
        // Places without a message of their own are more of the same mistake.
        let more = message["places"].as_array().unwrap().iter().filter(|place| place["message"].is_null());
        told.extend(more.map(|place| mistake(place, &message["code"])));
    }
    let order = |name: &str| BOOK.iter().position(|(file, _)| *file == name);
    told.sort_by_key(|(file, line, column, code)| (order(file), *line, *column, code.clone()));
    snapbox::assert_data_eq!(lines(&told), snapbox::Data::text(lines(&planted)).raw());
}

fn lines(mistakes: &[Mistake]) -> String {
    mistakes.iter().map(|(file, line, column, code)| format!("{file}:{line}:{column} {code}\n")).collect()
}

#[test]
fn messages_come_in_the_order_of_the_book() {
    let order = |message: &Value| {
        let file = BOOK.iter().position(|(name, _)| message["path"] == *name).unwrap();
        (file, message["start"].as_u64())
    };
    let messages = run();
    let places: Vec<_> = messages.iter().filter(|message| message["type"] == "diagnostic").map(order).collect();
    assert!(places.is_sorted(), "{places:?}");
    let summary = messages.last().unwrap();
    assert_eq!((&summary["type"], &summary["failed"]), (&json!("summary"), &json!(true)));
}

/// What GitHub wants of a log beside the schema: docs.github.com, "SARIF support for code scanning".
#[test]
fn the_sarif_log_is_valid_and_accepted_by_code_scanning() {
    let schema = serde_json::from_str(include_str!("sarif/sarif-2.1.0.json")).unwrap();
    let log: Value = serde_json::from_str(&told("sarif")).unwrap();
    let mut broken = log.clone();
    broken["runs"][0]["results"][0]["message"] = json!("text");
    if let Some(errors) = validator::validate(&schema, &[log.clone(), broken]) {
        assert_eq!(errors[0], [] as [String; 0]);
        assert!(!errors[1].is_empty(), "the validator sees nothing");
    }
    let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    for rule in rules {
        assert!(rule["fullDescription"]["text"].is_string() && rule["helpUri"].is_string(), "{rule:#}");
    }
    let results = log["runs"][0]["results"].as_array().unwrap();
    assert!(results.len() >= 20, "{}", results.len());
    for result in results {
        let place = &result["locations"][0]["physicalLocation"];
        let uri = place["artifactLocation"]["uri"].as_str().unwrap();
        assert!(rules.iter().any(|rule| rule["id"] == result["ruleId"]), "{result:#}");
        assert!(!uri.starts_with('/') && !uri.contains(':'), "{uri}");
        assert!(place["region"]["startLine"].as_u64().unwrap() >= 1, "{result:#}");
        assert!(result["message"]["text"].is_string() && result["partialFingerprints"].is_object(), "{result:#}");
        assert!(["error", "warning", "note"].contains(&result["level"].as_str().unwrap()), "{result:#}");
    }
}
