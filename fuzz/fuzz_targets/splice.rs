//! Any edits of any text: what is outside of them stays, and no value becomes an include of mdBook.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use mdbook_database::splice::{Edit, Origin, splice, splice_guarded};
use regex::Regex;

/// The expression of mdBook's own `links`.
static LINKS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\\\{\{\#.*\}\}|\{\{\s*\#([a-zA-Z0-9_]+)\s+([^}]+)\}\}").unwrap());

/// The same without its escape.
static UNESCAPED: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\{\{\s*\#([a-zA-Z0-9_]+)\s+([^}]+)\}\}").unwrap());

fn includes(text: &str, links: &Regex) -> usize {
    links.captures_iter(text).filter(|found| found.get(1).is_some()).count()
}

/// Sorted and disjoint, from gaps and lengths; on character boundaries.
fn edits<'e>(text: &str, wanted: &[(u8, u8, bool, &'e str)]) -> Vec<Edit<'e>> {
    let boundary = |at: usize| (at.min(text.len())..=text.len()).find(|&at| text.is_char_boundary(at)).unwrap();
    let mut done = 0;
    let mut edits = Vec::new();
    for &(gap, length, code, value) in wanted {
        let start = boundary(done + usize::from(gap));
        done = boundary(start + usize::from(length));
        edits.push(Edit::new(start..done, value, if code { Origin::Code } else { Origin::Prose }));
    }
    edits
}

fuzz_target!(|input: (&str, Vec<(u8, u8, bool, &str)>)| {
    let (text, wanted) = input;
    let edits = edits(text, &wanted);
    let spliced = splice(text, 0..text.len(), &edits);
    let (mut rest, mut done) = (spliced.as_str(), 0);
    for edit in &edits {
        rest = rest.strip_prefix(&text[done..edit.range.start]).unwrap().strip_prefix(&*edit.text).unwrap();
        done = edit.range.end;
    }
    assert_eq!(rest, &text[done..]);
    if let Ok(guarded) = splice_guarded(text, 0..text.len(), &edits) {
        // An edit may take away the backslash that hides an include of the text's own, to the end of its line, or the
        // brace that keeps one from being ended by the text itself.
        let words: Vec<_> = edits.iter().map(|edit| Edit::new(edit.range.clone(), "x", edit.origin)).collect();
        let own = splice(text, 0..text.len(), &words);
        let most = includes(text, &UNESCAPED).max(includes(&own, &UNESCAPED));
        assert!(includes(&guarded, &LINKS) <= most, "{guarded:?}");
    }
});
