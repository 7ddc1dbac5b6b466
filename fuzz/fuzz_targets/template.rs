//! Any text as a template: placeholders lie on the page, on character boundaries, sorted and disjoint, each with its
//! address; and without facts nothing but residue is taken away.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mdbook_database::template::{self, PlaceholderKind};

fuzz_target!(|text: &str| {
    let template = template::parse(text, &|_| false);
    let mut places: Vec<_> = template.placeholders.iter().collect();
    places.sort_by_key(|place| place.range.start);
    let mut end = 0;
    for place in places {
        assert!(text.get(place.range.clone()).is_some_and(|place| !place.is_empty()), "{place:?}");
        assert!(place.range.start >= end, "{place:?} begins before {end}");
        let is_residue = place.kind == PlaceholderKind::Residue;
        assert!(place.address.as_deref().map_or(is_residue, |address| !is_residue && !address.is_empty()), "{place:?}");
        end = place.range.end;
    }
});
