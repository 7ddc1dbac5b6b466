//! Whether a chapter says of itself that it is a template.

use pulldown_cmark::{Event, Parser, Tag, TagEnd};

use super::residue;
use crate::markdown;

/// Whether the chapter declares itself a template: front matter whose `status` starts with `TEMPLATE`, a first heading
/// that ends in `[TEMPLATE]`, or a comment `<!-- template -->` before the first heading.
///
/// ```
/// use mdbook_database::template::declares_itself;
/// assert!(declares_itself("# Database [TEMPLATE]\n"));
/// assert!(declares_itself("<!-- template -->\n# Database\n"));
/// assert!(!declares_itself("# Templates\n\nA `[TEMPLATE]`.\n"));
/// ```
pub fn declares_itself(text: &str) -> bool {
    if !text.contains("TEMPLATE") && !text.contains("<!--") {
        return false;
    }
    let front_matter = residue::front_matter(text);
    status(&text[front_matter.clone()]).is_some_and(|status| status.starts_with("TEMPLATE"))
        || opening(up_to_marks(&text[front_matter.end..])).is_template
}

/// As much of a chapter as can declare it: up to the line after the last mark, which may underline a heading.
fn up_to_marks(text: &str) -> &str {
    let marks = ["[TEMPLATE]", "template"].map(|mark| text.rfind(mark).map_or(0, |at| at + mark.len()));
    let last = marks.into_iter().max().unwrap_or(0);
    let end = text[last..].match_indices('\n').nth(1).map_or(text.len(), |(newline, _)| last + newline);
    if last == 0 { "" } else { &text[..end] }
}

/// Whether the chapter looks like a template, declared or not: it has the mark in its first heading or says
/// "template" in the title or status of its front matter.
pub fn looks_like_template(text: &str) -> bool {
    let front_matter = residue::front_matter(text);
    let said = ["status", "title", "description"].iter().any(|key| {
        value(&text[front_matter.clone()], key).is_some_and(|value| value.to_ascii_lowercase().contains("template"))
    });
    let opening = opening(&text[front_matter.end..]);
    opening.is_template || said && opening.bracketed || opening.bracketed_heading
}

fn status(front_matter: &str) -> Option<&str> {
    value(front_matter, "status")
}

/// The value of a top-level key of front matter, without quotes.
fn value<'t>(front_matter: &'t str, key: &str) -> Option<&'t str> {
    front_matter.lines().find_map(|line| {
        let value = line.strip_prefix(key)?.trim_start().strip_prefix(':')?.trim();
        Some(value.trim_matches(['"', '\'']))
    })
}

#[derive(Default)]
struct Opening {
    is_template: bool,
    /// The first heading holds a bracket that is no link.
    bracketed_heading: bool,
    /// Anything in brackets at all.
    bracketed: bool,
}

/// Reads up to the end of the first heading.
fn opening(text: &str) -> Opening {
    let mut opening = Opening { bracketed: text.contains('['), ..Opening::default() };
    let mut in_link = 0usize;
    let mut heading: Option<String> = None;
    for (event, range) in Parser::new_ext(text, markdown::options()).into_offset_iter() {
        match event {
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::Start(Tag::Link { .. } | Tag::Image { .. }) => in_link += 1,
            Event::End(TagEnd::Link | TagEnd::Image) => in_link = in_link.saturating_sub(1),
            Event::Text(_) if in_link == 0 && heading.is_some() => {
                if let Some(heading) = &mut heading {
                    heading.push_str(&text[range]);
                }
            }
            Event::End(TagEnd::Heading(_)) => {
                let heading = heading.unwrap_or_default();
                opening.is_template |= heading.trim_end().ends_with("[TEMPLATE]");
                opening.bracketed_heading = !heading.contains("[!") && holds_placeholder(&heading);
                break;
            }
            Event::Html(_) | Event::InlineHtml(_) => {
                opening.is_template |= text[range]
                    .split("<!--")
                    .skip(1)
                    .any(|comment| comment.split("-->").next().is_some_and(|inside| inside.trim() == "template"));
            }
            _ => {}
        }
    }
    opening
}

/// Whether a bracketed text of a heading is something else than a fact reference such as `[overview.version]`.
fn holds_placeholder(heading: &str) -> bool {
    let mut texts = heading.split('[').skip(1).filter_map(|rest| rest.split_once(']'));
    texts.any(|(text, _)| !text.contains('.') || text.contains(char::is_whitespace))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chapter_declares_itself_in_three_ways() {
        assert!(declares_itself("---\ntitle: x\nstatus: \"TEMPLATE - not real\"\n---\n\n# A\n"));
        assert!(declares_itself("# A [TEMPLATE]\r\n"));
        assert!(declares_itself("\n<!--template-->\n\n# A\n"));
        assert!(!declares_itself("# A\n\n<!-- template -->\n"));
        assert!(!declares_itself("---\nstatus: final\n---\n# TEMPLATE\n"));
        assert!(!declares_itself("```\n# A [TEMPLATE]\n```\n"));
    }

    #[test]
    fn looking_like_a_template_is_less_than_declaring_it() {
        assert!(looks_like_template("# [Project name] database\n"));
        assert!(looks_like_template("---\ntitle: Service template\n---\n# A\n\n[Describe]\n"));
        assert!(!looks_like_template("# See [the guide](guide.md)\n\n[x](y)\n"));
        assert!(!looks_like_template("# See [the [short] guide](guide.md)\n\n[x](y)\n"));
        assert!(!looks_like_template("---\ntitle: Template engines\n---\n# A\n\ntext\n"));
    }
}
