//! Any value in the lines of any template, `%%%%` between them: the blocks of the page are those that a word leaves.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../tests/filling/mod.rs"]
mod filling;

use filling::structure::{structure, word_and_value};

fuzz_target!(|text: &str| {
    let Some((page, value)) = text.split_once("%%%%") else { return };
    if let Some((plain, filled)) = word_and_value(page, value) {
        assert_eq!(structure(&filled), structure(&plain), "{filled}\n---\n{plain}");
    }
});
