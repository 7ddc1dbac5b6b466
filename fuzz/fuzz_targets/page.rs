//! Any page and any facts, `%%%%` between them: filled and reported without a panic.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mdbook_database::report::Format;
use serde_json::json;

#[allow(dead_code, reason = "shared with the tests")]
#[path = "../../tests/filling/mod.rs"]
mod filling;

fuzz_target!(|text: &str| {
    let (page, facts) = text.split_once("%%%%").unwrap_or((text, ""));
    let draft = page.len() % 2 == 0;
    let page = filling::fill(page, facts, &json!({ "draft": draft }));
    page.report(Format::Human);
    page.report(Format::Sarif);
});
