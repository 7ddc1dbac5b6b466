//! Any facts: read, with their schema, without a panic.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mdbook_database::facts::{self, FactIds, Table};
use mdbook_database::schema;
use mdbook_database::source::{SourceKind, Sources};

fuzz_target!(|text: &str| {
    let mut sources = Sources::default();
    let file = sources.add(SourceKind::Facts, "database.toml", text);
    let mut diagnostics = Vec::new();
    let root = facts::parse(file, text, &mut FactIds::default(), &mut diagnostics);
    let empty = Table::default();
    let tables = root.get("tables").first().and_then(|entry| entry.value.as_table()).unwrap_or(&empty);
    schema::parse(tables, &mut diagnostics);
    for diagnostic in diagnostics {
        assert!(text.get(diagnostic.place.span.range()).is_some(), "{diagnostic:?}");
    }
});
