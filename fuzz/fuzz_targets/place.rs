//! Any value at any place: written without a panic.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mdbook_database::place::{self, Block, Place};

fuzz_target!(|input: (&str, &str, &str)| {
    let (before, value, after) = input;
    let paragraph = |line_start| Block::Paragraph { line_start, prefix: "> " };
    for block in [Block::Cell, Block::Heading, paragraph(true), paragraph(false)] {
        let place = Place::new(block).between(before, after);
        let _ = place::inline(value, &place);
        place::text(value, &place);
    }
    place::code_span_in_cell(value);
    place::code(value, "  ", "\n");
    let _ = place::block(value, "> ", "\r\n");
});
