//! Any bytes on stdin: refused or answered, without a panic.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mdbook_database::preprocessor::{Telling, preprocess};

fuzz_target!(|bytes: &[u8]| {
    let mut output = Vec::new();
    let result = preprocess(bytes, &mut output, &Telling::default());
    assert!(result.is_ok() || output.is_empty());
});
