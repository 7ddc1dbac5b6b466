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
    let status = text[front_matter.clone()].lines().filter_map(pair).find(|(key, _)| key.trim_end() == "status");
    status.is_some_and(|(_, status)| status.starts_with("TEMPLATE"))
        || opening(up_to_marks(&text[front_matter.end..])).is_template
}

/// As much of a chapter as can declare it: up to the line after the last mark, which may underline a heading.
fn up_to_marks(text: &str) -> &str {
    const MARK: &[u8] = b"template";
    // Its rarest letter.
    const P: usize = 3;
    let is_mark = |at: &usize| {
        let word = text.as_bytes().get(*at..*at + MARK.len());
        word.is_some_and(|word| word.eq_ignore_ascii_case(MARK))
    };
    let mut starts = memchr::memrchr2_iter(b'P', b'p', text.as_bytes()).filter_map(|at| at.checked_sub(P));
    let Some(end) = starts.find(is_mark).map(|at| at + MARK.len()) else { return "" };
    let line_after = text[end..].match_indices('\n').nth(1);
    line_after.map_or(text, |(newline, _)| &text[..end + newline])
}

/// Whether the chapter looks like a template, declared or not: it has the mark in its first heading or says
/// "template" in the title or status of its front matter.
pub fn looks_like_template(text: &str) -> bool {
    let front_matter = residue::front_matter(text);
    let said = text[front_matter.clone()].lines().filter_map(pair).any(|(key, value)| {
        let key = key.trim().to_ascii_lowercase();
        matches!(key.as_str(), "status" | "title" | "description") && value.to_ascii_lowercase().contains("template")
    });
    let opening = opening(&text[front_matter.end..]);
    opening.is_template
        || opening.named
        || (said || opening.shouted) && opening.bracketed
        || opening.bracketed_heading
        || says_template(&text[front_matter.end..])
}

/// The key of a line of front matter, and its value without quotes.
fn pair(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.split_once(':')?;
    Some((key, value.trim().trim_matches(['"', '\''])))
}

/// Whether a heading says of its page that it is a template, in a form that is no mark: `Database - TEMPLATE`.
fn shouts(heading: &str) -> bool {
    let mut words = heading.split(|c: char| !c.is_alphanumeric());
    words.any(|word| word == "TEMPLATE") || heading.trim_start().starts_with("Template:")
}

#[derive(Default)]
struct Opening {
    is_template: bool,
    /// The first heading ends in `(TEMPLATE)`, which is no mark.
    named: bool,
    /// The first heading says it in other words.
    shouted: bool,
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
            Event::Text(_) if in_link == 0 => {
                if let Some(heading) = &mut heading {
                    heading.push_str(&text[range]);
                }
            }
            Event::End(TagEnd::Heading(_)) => {
                let heading = heading.unwrap_or_default();
                opening.named = heading.trim_end().ends_with("(TEMPLATE)");
                opening.shouted = shouts(&heading);
                opening.is_template |= heading.trim_end().ends_with("[TEMPLATE]");
                opening.bracketed_heading = !heading.contains("[!") && holds_placeholder(&heading);
                break;
            }
            Event::Start(Tag::HtmlBlock) | Event::InlineHtml(_) => {
                opening.is_template |= residue::comments(&text[range]).any(|(_, words)| is_mark(words));
            }
            _ => {}
        }
    }
    opening
}

/// Whether the words of a comment declare a template.
fn is_mark(words: &str) -> bool {
    words.trim().eq_ignore_ascii_case("template")
}

/// Whether the chapter says that it is a template in a way that declares nothing: `Status: TEMPLATE` as its first line,
/// or the comment below the title.
fn says_template(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty()).peekable();
    let first = lines.peek().copied().unwrap_or_default().trim_start_matches(['*', '_', '>', ' ']);
    let status =
        first.split_once(':').filter(|(key, _)| key.trim_end_matches(['*', '_']).eq_ignore_ascii_case("status"));
    if status.is_some_and(|(_, value)| value.trim_start_matches(['*', '_', ' ']).starts_with("TEMPLATE")) {
        return true;
    }
    let mut headings = 0;
    for line in lines {
        headings += usize::from(line.starts_with('#'));
        if headings > 1 || line.starts_with("```") || line.starts_with("~~~") {
            return false;
        }
        let comment = line.strip_prefix("<!--").and_then(|rest| rest.strip_suffix("-->"));
        if comment.is_some_and(is_mark) {
            return true;
        }
    }
    false
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
        assert!(declares_itself("<!-- TEMPLATE -->\n\n# A\n") && declares_itself("<!-- Template -->\n# A\n"));
        assert!(
            declares_itself("<!--\ntemplate\n-->\n# A\n")
                && declares_itself("<!---->\n<!-->\n<!-- template -->\n# A\n")
        );
        assert!(!declares_itself("<!-- template\nis in the wiki -->\n# A\n"));
        assert!(!declares_itself("# A\n\n<!-- template -->\n"));
        assert!(!declares_itself("---\nstatus: final\n---\n# TEMPLATE\n"));
        assert!(!declares_itself("```\n# A [TEMPLATE]\n```\n"));
        assert!(!declares_itself("<!-- about this template -->\n\n# A\n"));
        assert!(declares_itself("<!-- a --> <!-- template -->\n\n# A\n"));
        assert!(declares_itself("# [A](b.md) and ![c](d.png) [TEMPLATE]\n"));
        assert!(!declares_itself("<!-- a --> template -->\n\n# A\n"));
        assert!(declares_itself("A [TEMPLATE]\n===\n") && !declares_itself("# A\n\n# B [TEMPLATE]\n"));
        assert!(!declares_itself("# A [x [TEMPLATE]](y.md)\n") && !declares_itself("---\nnote: TEMPLATE\n---\n# A\n"));
    }

    #[test]
    fn looking_like_a_template_is_less_than_declaring_it() {
        assert!(looks_like_template("# [Project name] database\n"));
        assert!(looks_like_template("---\ntitle: Service template\n---\n# A\n\n[Describe]\n"));
        assert!(looks_like_template("Status: TEMPLATE\n\n# A\n") && looks_like_template("**Status:** TEMPLATE\n"));
        assert!(looks_like_template("# A (TEMPLATE)\n") && looks_like_template("# A\n\n<!-- template -->\n"));
        assert!(
            looks_like_template("Words.\n\n# A\n\n<!-- template -->\n")
                && !looks_like_template("# A\n\n## B\n\n<!-- template -->\n")
        );
        assert!(
            !looks_like_template("# A\n\n```\n<!-- template -->\n```\n") && !looks_like_template("Status: final\n")
        );
        assert!(!looks_like_template("# See [the guide](guide.md)\n\n[x](y)\n"));
        assert!(!looks_like_template("# See [the [short] guide](guide.md)\n\n[x](y)\n"));
        assert!(!looks_like_template("---\ntitle: Template engines\n---\n# A\n\ntext\n"));
        for opening in ["---\nStatus: template\n---\n# A", "# A - TEMPLATE", "# TEMPLATE", "# Template: A"] {
            assert!(looks_like_template(&format!("{opening}\n\n[Describe]\n")), "{opening}");
            assert!(!looks_like_template(&format!("{opening}\n\ntext\n")), "{opening}");
        }
        assert!(!looks_like_template("# Template engines\n\n[Handlebars]\n"));
    }
}
