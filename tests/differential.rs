//! What comes out is, for the official crates of both generations, the book that went in, but for filled chapters.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::Path;
use std::sync::LazyLock;

use mdbook_database::preprocessor::{Telling, preprocess};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// A directory with a facts file.
static ROOT: LazyLock<tempfile::TempDir> = LazyLock::new(|| {
    let root = tempfile::tempdir().unwrap();
    std::fs::write(root.path().join("database.toml"), "[overview]\nversion = \"16 | x\"\n").unwrap();
    root
});

/// A chapter's text, and what it is to become.
const FILLED: &[(&str, &str)] = &[
    (
        "# T [TEMPLATE]\r\n\r\n## Overview\r\n\r\n- **Version:** [x]\r\n",
        "# T\r\n\r\n## Overview\r\n\r\n- **Version:** 16 | x\r\n",
    ),
    ("Text \"é😀\\n\" [overview.version]\n", "Text \"é😀\\n\" 16 | x\n"),
    ("| a |\n|---|\n| [overview.version] |\n", "| a |\n|---|\n| 16 \\| x |\n"),
    ("<!-- template -->\n# T\n\n## Overview\n\n`[version]`\n", "<!-- template -->\n# T\n\n## Overview\n\n`16 | x`\n"),
];

/// An item of a book: as JSON, and as what it is to become.
fn item() -> impl Strategy<Value = (Value, Value)> {
    let content = prop_oneof![
        2 => any::<String>().prop_map(|text| text.replace(['[', '<'], "").replace("TEMPLATE", "")).prop_map(|text| (text.clone(), text)),
        1 => "[ \\[\\]a\\n\\\\\"/\u{0}-\u{1f}é\u{2028}😀]{0,20}".prop_map(|text| (text.clone(), text)),
        1 => prop::sample::select(FILLED.to_vec()).prop_map(|(text, filled)| (text.to_owned(), filled.to_owned())),
    ];
    let leaf = prop_oneof![
        1 => Just(json!("Separator")),
        1 => any::<String>().prop_map(|title| json!({ "PartTitle": title })),
    ]
    .prop_map(|item| (item.clone(), item));
    let chapter = move |below: BoxedStrategy<Vec<(Value, Value)>>| {
        let path = prop::option::weighted(0.8, "[a-zé ]{1,6}\\.md");
        let number = prop::option::of(prop::collection::vec(1u32..30, 1..3));
        (any::<String>(), content.clone(), path, number, below).prop_map(
            |(name, (text, filled), path, number, below)| {
                // A chapter without a path is a draft, which has no page to fill.
                let filled = if path.is_some() { filled } else { text.clone() };
                let (before, after): (Vec<_>, Vec<_>) = below.into_iter().unzip();
                let chapter = |content: &str, below: Vec<Value>| {
                    json!({ "Chapter": {
                    "name": name, "content": content, "number": number, "sub_items": below, "path": path,
                    "source_path": path, "parent_names": ["P", name],
                } })
                };
                (chapter(&text, before), chapter(&filled, after))
            },
        )
    };
    let first = chapter.clone();
    prop_oneof![1 => leaf, 5 => first(Just(Vec::new()).boxed())]
        .prop_recursive(4, 24, 4, move |inner| chapter(prop::collection::vec(inner, 0..4).boxed()))
}

/// JSON written as no serializer of ours writes it: with white space, and every character of a string as an escape
/// where `escape` says so.
fn odd_json(value: &Value, escape: bool) -> String {
    let string = |text: &str| match escape {
        true => format!("\"{}\"", text.encode_utf16().map(|unit| format!("\\u{unit:04X}")).collect::<String>()),
        false => serde_json::to_string(text).unwrap().replace('/', "\\/"),
    };
    match value {
        Value::String(text) => string(text),
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(|item| odd_json(item, escape)).collect();
            format!("[ {}\n]", items.join(" ,\t"))
        }
        Value::Object(fields) => {
            // Names stay as they are: a reader may compare them without decoding.
            let fields: Vec<_> =
                fields.iter().map(|(name, value)| format!("{} : {}", json!(name), odd_json(value, escape))).collect();
            format!("{{ {} }}", fields.join("\r\n, "))
        }
        other => other.to_string(),
    }
}

fn book(shape: &str, items: &[Value]) -> Value {
    match shape {
        "items" => json!({ "items": items }),
        _ => json!({ "sections": items, "__non_exhaustive": null }),
    }
}

fn context(root: &Path) -> Value {
    json!({
        "root": root, "config": { "book": { "title": "T", "authors": [], "language": "en", "src": "src" }, "preprocessor": { "database": { "lints": { "unused-fact": "allow" } } } },
        "renderer": "html", "mdbook_version": "0.5.4",
    })
}

/// The book that comes out.
fn run(context: &str, book: &str) -> String {
    let mut output = Vec::new();
    preprocess(format!(" [{context}\n, {book} ] ").as_bytes(), &mut output, &Telling::default()).unwrap();
    String::from_utf8(output).unwrap()
}

/// Adds fields that no mdBook has yet, to the book and to all of its chapters.
fn with_unheard_fields(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(with_unheard_fields),
        Value::Object(fields) => {
            fields.values_mut().for_each(with_unheard_fields);
            if fields.contains_key("content") || fields.contains_key("items") || fields.contains_key("sections") {
                let unheard: Map<_, _> =
                    [("content".to_owned(), json!("[overview.version]")), ("n".to_owned(), json!(1.5e300))]
                        .into_iter()
                        .collect();
                fields.insert("unheard".to_owned(), Value::Object(unheard));
            }
        }
        _ => {}
    }
}

fn cases() -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(100);
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn both_generations_read_the_same_book(items in prop::collection::vec(item(), 0..5), odd: bool, escape: bool) {
        let (before, after): (Vec<_>, Vec<_>) = items.into_iter().unzip();
        let write = |value: &Value| if odd { odd_json(value, escape) } else { value.to_string() };
        let context = write(&context(ROOT.path()));

        let sent = write(&book("items", &before));
        let out = run(&context, &sent);
        let (_, official) = mdbook_preprocessor::parse_input(format!("[{context},{}]", book("items", &after)).as_bytes()).unwrap();
        let ours: mdbook_preprocessor::book::Book = serde_json::from_str(&out).unwrap();
        prop_assert_eq!(&ours, &official);
        let round_trip = serde_json::to_string(&official).unwrap();
        prop_assert_eq!(ours, serde_json::from_str(&round_trip).unwrap());
        if before == after {
            prop_assert_eq!(&out, &sent, "nothing is filled, nothing is changed");
        }

        let out = run(&context, &write(&book("sections", &before)));
        let official: mdbook04::book::Book = serde_json::from_value(book("sections", &after)).unwrap();
        prop_assert_eq!(serde_json::from_str::<mdbook04::book::Book>(&out).unwrap(), official);
    }

    #[test]
    fn fields_that_nobody_knows_yet_are_kept(items in prop::collection::vec(item(), 0..4), odd: bool) {
        let (before, after): (Vec<_>, Vec<_>) = items.into_iter().unzip();
        for shape in ["items", "sections"] {
            let (mut sent, mut wanted) = (book(shape, &before), book(shape, &after));
            with_unheard_fields(&mut sent);
            with_unheard_fields(&mut wanted);
            let sent = if odd { odd_json(&sent, false) } else { sent.to_string() };
            let out: Value = serde_json::from_str(&run(&context(ROOT.path()).to_string(), &sent)).unwrap();
            prop_assert_eq!(out, wanted);
        }
    }

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = preprocess(&bytes, &mut Vec::new(), &Telling::default());
    }

    #[test]
    fn no_cut_and_no_other_byte_makes_it_panic(items in prop::collection::vec(item(), 1..3), at in any::<prop::sample::Index>(), byte: u8, cut: bool) {
        let before: Vec<_> = items.into_iter().map(|(before, _)| before).collect();
        let mut sent = format!("[{},{}]", context(ROOT.path()), book("items", &before)).into_bytes();
        let at = at.index(sent.len());
        if cut { sent.truncate(at) } else { sent[at] = byte }
        let mut output = Vec::new();
        let result = preprocess(&sent, &mut output, &Telling::default());
        prop_assert!(!cut || result.is_err());
        prop_assert!(result.is_ok() || output.is_empty(), "a failure writes nothing");
    }
}
