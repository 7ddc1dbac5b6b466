//! Any bytes on stdin: refused, or answered with the book, in which nothing else is changed.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mdbook_database::preprocessor::{Telling, preprocess};
use serde_json::Value;

fuzz_target!(|bytes: &[u8]| {
    let mut output = Vec::new();
    let result = preprocess(bytes, &mut output, &Telling::default());
    if result.is_err() {
        assert!(output.is_empty());
        return;
    }
    let Ok(book) = serde_json::from_slice::<Value>(&output) else {
        // A content that cannot be decoded, such as half of a surrogate pair, comes out as it went in.
        assert!(serde_json::from_slice::<Value>(bytes).is_err());
        return;
    };
    if let Ok((_, sent)) = serde_json::from_slice::<(Value, Value)>(bytes) {
        let names = |value: &Value| value.as_object().map(|fields| fields.keys().cloned().collect::<Vec<_>>());
        assert_eq!(names(&book), names(&sent));
        // A draft of a template is marked.
        let text = String::from_utf8_lossy(bytes).to_lowercase();
        if !text.contains("template") && !text.contains("\\u") {
            assert_eq!(book, sent);
        }
    }
});
