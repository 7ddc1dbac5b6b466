//! Blackens credentials in what messages say and quote.

use std::borrow::Cow;
use std::collections::BTreeSet;

use regex::Regex;

use super::lines::{blacken, in_comments, in_lines};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{SourceId, SourceKind, Sources, Span};

/// Blackens what looks like a credential in the texts that messages quote from and in the messages, so that no format can
/// print it.
pub(crate) fn conceal(diagnostics: &mut [Diagnostic], sources: &mut Sources) {
    let quoted: BTreeSet<_> = diagnostics.iter().flat_map(Diagnostic::sources).collect();
    let broken: BTreeSet<_> = told(diagnostics, Code::InvalidToml).map(|span| span.source).collect();
    let mut secrets = BTreeSet::new();
    for span in secret_spans(diagnostics, &broken, sources) {
        let source = sources.get_mut(span.source);
        let written = source.text[span.range()].lines().map(|line| line.trim_matches(['"', '\'', ' ']));
        secrets.extend(written.filter(|line| line.len() >= SHORTEST_SECRET).map(regex::escape));
        blacken(&mut source.text, span.range());
    }
    // What only a comment calls a secret may be a word elsewhere.
    for &source in quoted.difference(&broken) {
        let file = sources.get_mut(source);
        let comments = if file.kind == SourceKind::Facts { in_comments(&file.text) } else { Vec::new() };
        comments.into_iter().for_each(|range| blacken(&mut file.text, range));
    }
    let secrets: Vec<_> = secrets.into_iter().collect();
    for secrets in secrets.chunks(SECRETS_AT_ONCE) {
        let Ok(secrets) = Regex::new(&secrets.join("|")) else { continue };
        // Titles name a record by what it says first.
        for text in diagnostics.iter_mut().flat_map(Diagnostic::texts_mut) {
            if let Cow::Owned(concealed) = secrets.replace_all(text, "***") {
                *text = concealed;
            }
        }
        // Every longer header repeats a key.
        for &source in &quoted {
            let text = &mut sources.get_mut(source).text;
            let ranges: Vec<_> = secrets.find_iter(text).map(|found| found.range()).collect();
            ranges.into_iter().for_each(|range| blacken(text, range));
        }
    }
}

/// Where credentials stand: as keys and values of facts, and in files that are no TOML, where values are not known.
fn secret_spans(diagnostics: &[Diagnostic], broken: &BTreeSet<SourceId>, sources: &Sources) -> Vec<Span> {
    let in_broken = broken
        .iter()
        .flat_map(|&source| in_lines(&sources.get(source).text).into_iter().map(move |range| source.span(range)));
    told(diagnostics, Code::LikelySecret).chain(in_broken).collect()
}

/// The places of the messages with a code.
fn told(diagnostics: &[Diagnostic], code: Code) -> impl Iterator<Item = Span> {
    diagnostics.iter().filter(move |diagnostic| diagnostic.code == code).map(|diagnostic| diagnostic.place.span)
}

/// What is shorter is part of many words.
const SHORTEST_SECRET: usize = 5;

/// How many secrets are looked for with one expression.
const SECRETS_AT_ONCE: usize = 200;

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "password = 'hunter2Xyz9'\nb = \"tulip9\"\n";

    /// The text of a facts file, and a title that names what is in it, after messages of these codes about its values.
    fn concealed(codes: &[Code]) -> (String, String) {
        let mut sources = Sources::default();
        let file = sources.add(SourceKind::Facts, "database.toml", TEXT);
        let mut told: Vec<_> = codes
            .iter()
            .zip([11..24, 29..37])
            .map(|(code, place)| Diagnostic::new(*code, "no word", file.span(place), ""))
            .collect();
        let title = "`hunter2Xyz9` and `tulip9` have no `port`";
        told.push(Diagnostic::new(Code::UnfilledPlaceholder, title, file.span(0..1), ""));
        conceal(&mut told, &mut sources);
        (sources.get(file).text.clone(), told.pop().unwrap().title)
    }

    #[test]
    fn a_secret_is_told_neither_where_it_stands_nor_where_a_record_goes_by_it() {
        let (text, title) = concealed(&[Code::LikelySecret]);
        assert_eq!(text, "password = *************\nb = \"tulip9\"\n");
        assert_eq!(title, "`***` and `tulip9` have no `port`");
        assert_eq!(concealed(&[Code::LikelySecret; 2]).1, "`***` and `***` have no `port`");
    }

    #[test]
    fn a_quoted_line_shows_no_secret_of_its_comment_and_no_key_again() {
        let mut sources = Sources::default();
        let text = "k = 1 # was postgres://app:hunter2@db/shop, DB_PASSWORD=tulip9Xyz\n[a.\"x:hunter3@\".b]\n[a.\"x:hunter3@\".c]\n";
        let file = sources.add(SourceKind::Facts, "database.toml", text);
        let key = text.find("\"x:").unwrap();
        let told = |code, range| Diagnostic::new(code, "`a.\"x:hunter3@\".c`", file.span(range), "");
        let mut told = [told(Code::LikelySecret, key..key + 12), told(Code::WrongForm, 0..1)];
        conceal(&mut told, &mut sources);
        let concealed = &sources.get(file).text;
        for secret in ["hunter2", "tulip9", "hunter3"] {
            assert!(!concealed.contains(secret), "{concealed}");
        }
        assert_eq!(concealed.len(), text.len(), "other places stay where they are");
        assert!(concealed.starts_with("k = 1 # was postgres://app:") && told[1].title == "`a.\"***\".c`");
    }

    #[test]
    fn what_looks_like_a_secret_in_a_broken_file_is_told_nowhere() {
        let (text, title) = concealed(&[Code::InvalidToml]);
        assert_eq!(text, "password = '***********'\nb = \"tulip9\"\n");
        assert_eq!(title, "`***` and `tulip9` have no `port`");
    }

    #[test]
    fn what_only_a_comment_calls_a_secret_is_told_elsewhere() {
        let mut sources = Sources::default();
        let file = sources.add(SourceKind::Facts, "database.toml", "# DB_PASSWORD=tulip9Xyz\nname = 'tulip9Xyz'\n");
        let mut told = [Diagnostic::new(Code::UnusedFact, "`tulip9Xyz`", file.span(24..28), "")];
        conceal(&mut told, &mut sources);
        assert_eq!(sources.get(file).text, "# DB_PASSWORD=*********\nname = 'tulip9Xyz'\n");
        assert_eq!(told[0].title, "`tulip9Xyz`", "a repair must not write stars");
    }

    #[test]
    fn other_values_are_told() {
        let (text, title) = concealed(&[Code::UnusedFact, Code::WrongForm]);
        assert_eq!((text.as_str(), title.as_str()), (TEXT, "`hunter2Xyz9` and `tulip9` have no `port`"));
    }
}
