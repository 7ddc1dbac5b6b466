//! Definitions of links and footnotes: what a text defines, what it names without, and what was meant to be read.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use pulldown_cmark::{BrokenLink, Event, Parser, RefDefs, Tag, TagEnd};

use super::blocks::Definition;
use crate::source::line_start;

/// The label as Markdown compares it: without regard to case and white space.
pub(crate) fn fold_label(label: &str) -> String {
    label.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// The definitions of links, and of the footnotes that were seen, in order.
pub(super) fn in_order(links: &RefDefs<'_>, footnotes: Vec<Definition>) -> Vec<Definition> {
    let mut definitions = footnotes;
    let links = links.iter();
    definitions.extend(links.map(|(label, link)| Definition { label: fold_label(label), range: link.span.clone() }));
    definitions.sort_by_key(|definition| definition.range.start);
    definitions
}

/// Definitions that were meant to be read: their target is a bracket, or nothing uses them and they begin a list item or
/// lead to what is neither a URL nor a path.
pub(super) fn bracketed(text: &str, definitions: &RefDefs<'_>, used: &HashSet<String>) -> Vec<Range<usize>> {
    let meant = |label: &str, target: &str, span: &Range<usize>| {
        // No URL and no path begins with a colon (RFC 3986 4.2).
        let behind = target.trim_start_matches(':');
        let words = !target.is_empty() && !behind.contains(['/', '.', ':', '#', '@', '?', '=']);
        target.starts_with('[') || !used.contains(&fold_label(label)) && (words || begins_item(text, span.start))
    };
    let mut spans: Vec<_> = definitions
        .iter()
        .filter(|(label, definition)| meant(label, &definition.dest, &definition.span))
        .map(|(_, definition)| definition.span.clone())
        .filter(|span| text[span.clone()].starts_with('['))
        .collect();
    spans.sort_by_key(|span| span.start);
    spans
}

/// Whether the marker of a list item stands right before a place.
fn begins_item(text: &str, at: usize) -> bool {
    let line = &text[line_start(text, at)..at];
    let marker = line.trim_end();
    let ordered = marker.strip_suffix(['.', ')']).is_some_and(|number| number.ends_with(|c: char| c.is_ascii_digit()));
    marker.len() < line.len() && (ordered || marker.ends_with(['-', '*', '+']))
}

/// Definitions with a bracket within their target.
pub(super) fn with_bracketed_target(definitions: &RefDefs<'_>) -> Vec<Range<usize>> {
    let held = definitions.iter().filter(|(_, definition)| {
        definition.dest.find('[').is_some_and(|at| at > 0 && definition.dest[at..].contains(']'))
    });
    let mut spans: Vec<_> = held.map(|(_, definition)| definition.span.clone()).collect();
    spans.sort_by_key(|span| span.start);
    spans
}

/// The titles of definitions, quotes included, that hold a bracket.
pub(super) fn bracketed_titles(text: &str, definitions: &RefDefs<'_>) -> Vec<Range<usize>> {
    let held = definitions.iter().map(|(_, definition)| definition);
    let held = held.filter(|definition| definition.title.as_ref().is_some_and(|title| title.contains('[')));
    held.filter_map(|definition| title(text, &definition.span)).collect()
}

/// The title that ends a definition.
fn title(text: &str, definition: &Range<usize>) -> Option<Range<usize>> {
    let written = text[definition.clone()].trim_end();
    let close = written.chars().next_back()?;
    let opening = if close == ')' { '(' } else { close };
    let inside = &written[..written.len() - close.len_utf8()];
    // A title holds its own mark only behind a backslash.
    let mut before = inside.match_indices(opening).map(|(at, _)| at).filter(|&at| !inside[..at].ends_with('\\'));
    before.next_back().map(|at| definition.start + at..definition.start + written.len())
}

/// The labels that a text uses and does not define, folded; those of footnotes begin with `^`.
pub(crate) fn undefined(text: &str) -> HashSet<String> {
    let mut found = HashSet::new();
    let callback = |link: BrokenLink<'_>| {
        found.insert(fold_label(&link.reference));
        None
    };
    let parser = Parser::new_with_broken_link_callback(text, super::options(), Some(callback));
    let plain = literal_text(parser.into_offset_iter());
    for range in plain {
        found.extend(plain_footnotes(text, range).map(fold_label));
    }
    found
}

/// A text with the numbers put to the labels of its footnotes, which are folded and begin with `^`; and those labels that
/// it defines and does not refer to. The first line of the text stands `column` columns into its page, like the others.
pub(crate) fn number_footnotes<'l>(
    text: &str,
    column: usize,
    numbers: &HashMap<&'l str, usize>,
) -> (String, HashSet<&'l str>) {
    // Without the list items around it, what is that far in would be read as code.
    let around = "- ".repeat(column / 2);
    let text = &*format!("{around}{text}");
    let (mut out, mut done) = (String::with_capacity(text.len() + 16), around.len());
    let (mut defined, mut used) = (HashSet::new(), HashSet::new());
    for (event, range) in Parser::new_ext(text, super::options()).into_offset_iter() {
        let (label, found) = match event {
            Event::Start(Tag::FootnoteDefinition(label)) => (label, &mut defined),
            Event::FootnoteReference(label) => (label, &mut used),
            _ => continue,
        };
        let Some((label, number)) = numbers.get_key_value(fold_label(&format!("^{label}")).as_str()) else { continue };
        let Some(end) = text[range.start..].find(']').map(|at| range.start + at).filter(|end| *end >= done) else {
            continue;
        };
        found.insert(*label);
        out.push_str(&text[done..end]);
        out.push_str(&format!("-{number}"));
        done = end;
    }
    out.push_str(&text[done..]);
    (out, &defined - &used)
}

/// The literal text outside code blocks; what is one stretch in the source is one here.
fn literal_text<'t>(events: impl Iterator<Item = (Event<'t>, Range<usize>)>) -> Vec<Range<usize>> {
    let mut stretches: Vec<Range<usize>> = Vec::new();
    let mut in_code = false;
    for (event, range) in events {
        match event {
            Event::Start(Tag::CodeBlock(_)) => in_code = true,
            Event::End(TagEnd::CodeBlock) => in_code = false,
            Event::Text(_) if !in_code => match stretches.last_mut() {
                Some(last) if last.end == range.start => last.end = range.end,
                _ => stretches.push(range),
            },
            _ => {}
        }
    }
    stretches
}

/// The labels of footnotes in literal text: with a definition they would be none.
fn plain_footnotes(text: &str, stretch: Range<usize>) -> impl Iterator<Item = &str> {
    text[stretch.clone()].match_indices("[^").filter_map(move |(at, _)| {
        let bracket = stretch.start + at;
        let inside = &text[bracket + 1..stretch.end];
        let (label, rest) = inside.split_at(inside.find(['[', ']', '\n'])?);
        let named = label.len() > 1 && rest.starts_with(']') && !text[..bracket].ends_with('\\');
        named.then_some(label)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_with_brackets_are_found_however_they_are_written() {
        let titles = |title: &str| {
            let text = format!("> [x][a]\n>\n> [a]: <u [v]> {title}\n\n[b]: /c (no)\n");
            let found = crate::markdown::parse(&text).bracketed_titles;
            found.into_iter().map(|range| text[range].to_owned()).collect::<Vec<_>>()
        };
        for title in ["\"see [b]\"", "'see [b]'", "(see [b])", "\n> \"see [b]\"", "\"say \\\"[b]\\\"\"", "(\\([b]\\))"]
        {
            assert_eq!(titles(title), [title.trim_start_matches("\n> ")], "{title}");
        }
        assert_eq!(titles("\"see b\""), [""; 0]);
    }

    #[test]
    fn a_text_from_within_lists_keeps_the_footnotes_of_all_its_paragraphs() {
        for column in 0..=6 {
            let indent = " ".repeat(column);
            let text = |label: &str| format!("a[^{label}]\n\n{indent}b[^{label}]\n\n{indent}[^{label}]: d\n");
            let numbers = HashMap::from([("^n", 2)]);
            assert_eq!(number_footnotes(&text("n"), column, &numbers), (text("n-2"), HashSet::new()), "{column}");
        }
    }
}
