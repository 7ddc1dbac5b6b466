//! What is wrong with a facts file as TOML, in words.

use std::collections::HashMap;
use std::ops::Range;

use super::duplicates::first_places;
use super::quote_string;
use crate::diagnostic::{Code, Diagnostic, Sub};
use crate::source::{SourceId, Span, line_of};

/// More errors than this in one file are counted, not shown: they follow from the first ones.
pub(super) const MAX_ERRORS: usize = 50;

/// What the parser calls a key or table that is given twice.
const DUPLICATE: &str = "duplicate key";

/// What is said of it.
const GIVEN_AGAIN: &str = "given again";

/// Whether errors of a file may have cost it keys, or put some under another header. A key that is given twice costs
/// nothing: the first counts, and both are told.
pub fn lost_keys(source: SourceId, diagnostics: &[Diagnostic]) -> bool {
    let invalid =
        |diagnostic: &&Diagnostic| diagnostic.code == Code::InvalidToml && diagnostic.place.span.source == source;
    diagnostics.iter().filter(invalid).any(|diagnostic| diagnostic.place.text != GIVEN_AGAIN)
}

/// What is wrong with a file, as the parser found it, in words that help to mend it.
pub(super) fn report(source: SourceId, text: &str, errors: &[toml::de::Error], diagnostics: &mut Vec<Diagnostic>) {
    let shown = &errors[..errors.len().min(MAX_ERRORS)];
    let duplicates = shown.iter().any(|error| error.message() == DUPLICATE);
    let firsts = if duplicates { first_places(text) } else { HashMap::new() };
    diagnostics.extend(shown.iter().map(|error| {
        let range = on_boundaries(text, error.span().unwrap_or(0..0));
        let first = firsts.get(&range.start).filter(|_| error.message() == DUPLICATE);
        diagnostic(text, error.message(), source.span(range), first.map(|first| source.span(first.clone())))
    }));
    if let (Some(last), more @ 1..) = (diagnostics.last_mut(), errors.len().saturating_sub(MAX_ERRORS)) {
        let noun = if more == 1 { "error" } else { "errors" };
        last.subs.push(Sub::Note(format!("{more} more {noun} in this file not shown")));
    }
}

/// The parser's words, and plainer ones for the commonest mistakes.
fn diagnostic(text: &str, message: &str, place: Span, first: Option<Span>) -> Diagnostic {
    if let Some(first) = first {
        let title = format!("`{}` is given twice", &text[place.range()]);
        return Diagnostic::new(Code::InvalidToml, title, place, GIVEN_AGAIN).with_place(
            "it is given here first",
            first,
            "",
        );
    }
    if let Some(known) = of_another_language(text, place) {
        return known;
    }
    match message.starts_with("string values must be quoted") {
        true if place.start == place.end => Diagnostic::new(Code::InvalidToml, "a value is missing", place, ""),
        true => {
            let repair = quote_string(text[place.range()].trim());
            let replace = Sub::Replace { message: "put it in quotes".to_owned(), span: place, text: repair };
            Diagnostic::new(Code::InvalidToml, "a string must stand in quotes", place, "").with(replace)
        }
        false => {
            let diagnostic = Diagnostic::new(Code::InvalidToml, message, place, "");
            match quoted(text, message, place.start) {
                Some(quoted) => diagnostic.with_help(format!("put it in quotes: `{quoted}`")),
                None => diagnostic,
            }
        }
    }
}

/// What word processors make of quotes.
const CURLY: [char; 7] = ['“', '”', '„', '‘', '’', '«', '»'];

/// What other formats write and TOML does not have: `null`, curly quotes, and a colon after a key.
fn of_another_language(text: &str, place: Span) -> Option<Diagnostic> {
    let line = line_of(text, place.start);
    let start =
        text.get(line.start..place.start)?.rfind(['=', ':', ',', '[']).map_or(line.start, |at| line.start + at + 1);
    let rest = text.get(start..line.end)?;
    let word = rest.trim_start().split([',', ']', '}', '#']).next()?.trim_end();
    let begins = start + rest.len() - rest.trim_start().len();
    let source = place.source;
    if matches!(word, "null" | "Null" | "NULL" | "nil" | "None" | "none") {
        let span = source.span(begins..begins + word.len());
        let help = "leave the key out; `false` leaves a section out of the book, `[]` an item or row";
        return Some(Diagnostic::new(Code::InvalidToml, format!("TOML has no `{word}`"), span, "").with_help(help));
    }
    if word.starts_with(CURLY) {
        let closes = |value: &&str| value.ends_with(CURLY) && value.chars().nth(1).is_some();
        let value = [word, rest.trim()].into_iter().find(closes);
        let span = source.span(begins..begins + value.unwrap_or(word).len());
        let diagnostic = Diagnostic::new(Code::InvalidToml, "curly quotes are no quotes of TOML", span, "");
        return Some(match value.map(|value| quote_string(value.trim_matches(CURLY))) {
            Some(text) => diagnostic.with(Sub::Replace { message: "write straight ones".to_owned(), span, text }),
            None => diagnostic,
        });
    }
    let (key, _) = text.get(line.clone())?.split_once(':')?;
    let bare =
        !key.trim().is_empty() && key.trim().chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'));
    bare.then(|| {
        let span = source.span(line.start + key.len()..line.start + key.len() + 1);
        let replace = Sub::Replace { message: "write `=` in its place".to_owned(), span, text: " =".to_owned() };
        let title = format!("a colon stands after `{}`, where TOML has `=`", key.trim());
        Diagnostic::new(Code::InvalidToml, title, span, "").with(replace)
    })
}

/// The key or value around a place, in quotes, where the parser took a text for a bare key or a number.
fn quoted(text: &str, message: &str, at: usize) -> Option<String> {
    let ends: &[char] = match message {
        _ if message.starts_with("invalid unquoted key") => &['[', ']', '.', '=', '{', '}', ',', '"'],
        _ if message.ends_with("expected nothing") => &['=', ',', '[', ']', '{', '}', '#', '"'],
        _ => return None,
    };
    let line = line_of(text, at);
    let start = text[line.start..at].rfind(ends).map_or(line.start, |end| line.start + end + 1);
    let end = text[at..line.end].find(ends).map_or(line.end, |length| at + length);
    let bare = text.get(start..end)?.trim();
    (!bare.is_empty()).then(|| quote_string(bare))
}

/// The range within the text and on boundaries of characters: a place to underline can be trusted from here on.
fn on_boundaries(text: &str, range: Range<usize>) -> Range<usize> {
    let floor = |mut at: usize| {
        at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let start = floor(range.start);
    start..floor(range.end).max(start)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{FactIds, parse};
    use crate::source::{SourceKind, Sources};

    #[test]
    fn a_place_is_moved_to_where_characters_begin() {
        let text = "aé€";
        assert_eq!(on_boundaries(text, 1..3), 1..3);
        assert_eq!(on_boundaries(text, 2..5), 1..3);
        assert_eq!(on_boundaries(text, 2..2), 1..1);
        assert_eq!(on_boundaries(text, 4..99), 3..6);
        assert_eq!(on_boundaries(text, Range { start: 5, end: 1 }), 3..3);
    }

    #[test]
    fn what_other_formats_write_is_told_on_whatever_line_it_stands() {
        for (line, word) in [("b = null", "null"), ("b = [1, None]", "None"), ("b = nil # x", "nil"), ("b: “x”", "“x”")]
        {
            let text = format!("first = 1\n{line}\nlast = 2\n");
            let mut told = Vec::new();
            let source = Sources::default().add(SourceKind::Facts, "database.toml", "");
            parse(source, &text, &mut FactIds::default(), &mut told);
            let shown: Vec<_> = told.iter().map(|diagnostic| &text[diagnostic.place.span.range()]).collect();
            assert!(shown.contains(&word), "{line}: {shown:?}");
        }
    }

    #[test]
    fn a_file_lost_keys_where_it_is_no_toml_but_for_what_is_given_again() {
        let mut sources = Sources::default();
        let [file, other] = ["a.toml", "b.toml"].map(|name| sources.add(SourceKind::Facts, name, "a = 1\n"));
        let told = |code, source: SourceId, label: &str| [Diagnostic::new(code, "t", source.span(0..1), label)];
        assert!(lost_keys(file, &told(Code::InvalidToml, file, "")));
        assert!(!lost_keys(file, &told(Code::InvalidToml, file, GIVEN_AGAIN)));
        assert!(!lost_keys(file, &told(Code::InvalidToml, other, "")));
        assert!(!lost_keys(file, &told(Code::UnusedFact, file, "")));
    }
}
