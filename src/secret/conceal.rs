//! Blackens credentials in what messages say and quote.

use std::borrow::Cow;
use std::collections::BTreeSet;

use regex::Regex;

use super::lines::{blacken, in_lines};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{Sources, Span};

/// Blackens what looks like a credential in the texts that messages quote from and in the messages, so that no format can
/// print it.
pub(crate) fn conceal(diagnostics: &mut [Diagnostic], sources: &mut Sources) {
    let mut secrets = Vec::new();
    for span in secret_spans(diagnostics, sources) {
        let source = sources.get_mut(span.source);
        let written = source.text[span.range()].lines().map(|line| line.trim_matches(['"', '\'', ' ']));
        secrets.extend(written.filter(|line| line.len() >= SHORTEST_SECRET).map(regex::escape));
        blacken(&mut source.text, span.range());
    }
    // Titles name a record by what it says first.
    for secrets in secrets.chunks(SECRETS_AT_ONCE) {
        let Ok(secrets) = Regex::new(&secrets.join("|")) else { continue };
        for text in diagnostics.iter_mut().flat_map(Diagnostic::texts_mut) {
            if let Cow::Owned(concealed) = secrets.replace_all(text, "***") {
                *text = concealed;
            }
        }
    }
}

/// Where credentials stand: as values of facts, and in files that are no TOML, where values are not known.
fn secret_spans(diagnostics: &[Diagnostic], sources: &Sources) -> Vec<Span> {
    let secrets = diagnostics.iter().filter(|diagnostic| diagnostic.code == Code::LikelySecret);
    let mut spans: Vec<Span> = secrets.map(|diagnostic| diagnostic.place.span).collect();
    let broken = diagnostics.iter().filter(|diagnostic| diagnostic.code == Code::InvalidToml);
    let broken: BTreeSet<_> = broken.map(|diagnostic| diagnostic.place.span.source).collect();
    for source in broken {
        spans.extend(in_lines(&sources.get(source).text).into_iter().map(|range| source.span(range)));
    }
    spans
}

/// What is shorter is part of many words.
const SHORTEST_SECRET: usize = 5;

/// How many secrets are looked for with one expression.
const SECRETS_AT_ONCE: usize = 200;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceKind;

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
    fn what_looks_like_a_secret_in_a_broken_file_is_told_nowhere() {
        let (text, title) = concealed(&[Code::InvalidToml]);
        assert_eq!(text, "password = '***********'\nb = \"tulip9\"\n");
        assert_eq!(title, "`***` and `tulip9` have no `port`");
    }

    #[test]
    fn other_values_are_told() {
        let (text, title) = concealed(&[Code::UnusedFact, Code::WrongForm]);
        assert_eq!((text.as_str(), title.as_str()), (TEXT, "`hunter2Xyz9` and `tulip9` have no `port`"));
    }
}
