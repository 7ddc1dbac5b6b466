//! What of a page no value may change.

use std::collections::HashSet;

use mdbook_database::facts::quote_string;
use mdbook_database::markdown;
use mdbook_database::template::{self, PlaceholderKind, Template};
use pulldown_cmark::{Event, Parser, Tag, TagEnd};
use serde_json::json;

use super::tree::facts_at;

/// The blocks of a page: what opens and closes, without the text in it.
pub(crate) fn structure(text: &str) -> Vec<String> {
    let name = |tag: &dyn std::fmt::Debug| format!("{tag:?}").chars().take_while(|c| c.is_alphanumeric()).collect();
    let mut found: Vec<String> = Vec::new();
    for event in Parser::new_ext(text, markdown::options()) {
        match event {
            Event::Start(Tag::Heading { level, .. }) => found.push(format!("{level}")),
            Event::Rule => found.push("rule".to_owned()),
            Event::TaskListMarker(_) => found.push("task".to_owned()),
            Event::Start(tag) if !is_inline(tag.to_end()) => found.push(name(&tag)),
            Event::End(tag) if !is_inline(tag) => found.push("end".to_owned()),
            _ => {}
        }
    }
    found
}

/// The containers of each paragraph that begins with `words`.
pub(crate) fn containers_of(text: &str, words: &str) -> Vec<Vec<String>> {
    let (mut open, mut found) = (Vec::new(), Vec::new());
    let mut begins = false;
    for event in Parser::new_ext(text, markdown::options()) {
        match &event {
            Event::Text(text) if begins && **text == *words => found.push(open.clone()),
            Event::Start(tag) => open.push(format!("{:?}", tag.to_end())),
            Event::End(_) => _ = open.pop(),
            _ => {}
        }
        begins = matches!(event, Event::Start(Tag::Paragraph));
    }
    found
}

fn is_inline(tag: TagEnd) -> bool {
    matches!(tag, TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough | TagEnd::Link | TagEnd::Image)
}

/// Facts for every address: `value` in the places of one line or of code, a word in all others.
fn facts_with(template: &Template, value: &str) -> String {
    let inline = |kind| {
        use PlaceholderKind::{Cell, CodeBlock, CodeSpan, Heading, Inline, Item};
        matches!(kind, Item | Cell | Inline | Heading | CodeSpan | CodeBlock)
    };
    let others = template.placeholders.iter().filter(|placeholder| !inline(placeholder.kind));
    let others: HashSet<_> = others.filter_map(|placeholder| placeholder.address.as_deref()).collect();
    let addresses = template.placeholders.iter().filter_map(|placeholder| placeholder.address.as_deref());
    let value = quote_string(value);
    facts_at(addresses.map(|address| (address, if others.contains(address) { "\"word\"" } else { value.as_str() })))
}

/// Whether places stand in what looks like the label of a footnote: whether they make a definition of it is up to all of
/// them.
fn has_places_in_a_label(text: &str) -> bool {
    text.match_indices("[^").any(|(at, mark)| {
        text[at + mark.len()..].find(['[', ']']).is_some_and(|next| text[at + mark.len() + next..].starts_with('['))
    })
}

/// The page with a word in each place of one line, and with a value in its stead; `None` where either is refused.
pub(crate) fn word_and_value(text: &str, value: &str) -> Option<(String, String)> {
    if has_places_in_a_label(text) {
        return None;
    }
    let template = template::parse(text, &|_| false);
    let fill = |value: &str| {
        let page = super::fill(text, &facts_with(&template, value), &json!({}));
        page.errors().is_empty().then_some(page.text)
    };
    Some((fill("word")?, fill(value)?))
}
