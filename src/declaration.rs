//! Whether a chapter declares itself a template.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// What a title ends in.
const MARK: &str = "[TEMPLATE]";

/// What a comment ends with that declares a template, but for white space.
const COMMENT: &str = "template";

/// Front matter whose `status` starts with `TEMPLATE`, a first heading that ends in `[TEMPLATE]`, or a comment
/// `<!-- template -->` before the first heading.
pub fn declares_itself(text: &str) -> bool {
    let (front_matter, body) = split_front_matter(text);
    front_matter.lines().any(is_template_status) || body_declares(body)
}

/// The front matter, between `---` or `+++` at the very start, and the rest.
fn split_front_matter(text: &str) -> (&str, &str) {
    let fence = match text.lines().next().map(str::trim_end) {
        Some(fence @ ("---" | "+++")) => fence,
        _ => return ("", text),
    };
    let mut end = 0;
    for line in text.split_inclusive('\n') {
        let start = end;
        end += line.len();
        if start > 0 && line.trim_end() == fence {
            return (&text[..end], &text[end..]);
        }
    }
    ("", text)
}

fn is_template_status(line: &str) -> bool {
    let value = line.strip_prefix("status").map(str::trim_start).and_then(|rest| rest.strip_prefix([':', '=']));
    value.is_some_and(|value| value.trim_start().trim_start_matches(['"', '\'']).starts_with("TEMPLATE"))
}

/// Whether the Markdown after the front matter declares a template. Only as much of it is parsed as can say so.
fn body_declares(body: &str) -> bool {
    let marks = [MARK, COMMENT].map(|mark| body.rfind(mark).map_or(0, |at| at + mark.len()));
    let Some(last) = marks.into_iter().max().filter(|&last| last > 0) else { return false };
    // A heading may be underlined in the next line.
    let end = body[last..].match_indices('\n').nth(1).map_or(body.len(), |(newline, _)| last + newline);
    let mut heading = None;
    for event in Parser::new_ext(&body[..end], Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::End(TagEnd::Heading(_)) => break,
            Event::Text(text) | Event::Code(text) => heading.iter_mut().for_each(|heading| heading.push_str(&text)),
            Event::Html(html) | Event::InlineHtml(html) if heading.is_none() && is_template_comment(&html) => {
                return true;
            }
            _ => {}
        }
    }
    heading.is_some_and(|heading| heading.trim_end().ends_with(MARK))
}

fn is_template_comment(html: &str) -> bool {
    let inner = html.trim().strip_prefix("<!--").and_then(|rest| rest.strip_suffix("-->"));
    inner.is_some_and(|inner| inner.trim() == "template")
}

#[cfg(test)]
mod tests {
    use super::declares_itself;

    #[test]
    fn three_ways_to_declare_a_template() {
        for text in [
            "---\ntitle: x\nstatus: TEMPLATE - fill in\n---\n# T\n",
            "+++\nstatus = \"TEMPLATE\"\n+++\n# T\n",
            "---\r\nstatus: TEMPLATE\r\n---\r\n# T\r\n",
            "# Database Architecture [TEMPLATE]\n\nText",
            "Setext [TEMPLATE]\n===\n",
            "<!-- template -->\n\n# T\n",
        ] {
            assert!(declares_itself(text), "{text:?}");
        }
    }

    #[test]
    fn nothing_else_declares_one() {
        for text in [
            "",
            "# T\n\nstatus: TEMPLATE\n",
            "# T\n\n<!-- template -->\n",
            "# T\n\n## Second [TEMPLATE]\n",
            "---\nstatus: FINAL\n---\n# T\n",
            "```\n# T [TEMPLATE]\n```\n",
            "<!-- template-only -->\n\n# T\n",
            "---\nstatus: TEMPLATE, but never closed\n",
        ] {
            assert!(!declares_itself(text), "{text:?}");
        }
    }
}
