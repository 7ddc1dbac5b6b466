//! Raw HTML in a value: it has to close what it opens, and nothing else.

use pulldown_cmark::{Event, Parser, Tag, TagEnd};

use super::{Misfit, Unclosed};
use crate::markdown;

/// Elements without an end tag (HTML 13.1.2).
const VOID: &[&str] =
    &["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"];

/// Elements whose content is text up to their end tag, whatever it holds.
const RAW: &[&str] = &["iframe", "noembed", "noframes", "noscript", "script", "style", "textarea", "title", "xmp"];

/// Elements of the page around, which a browser merges into it, or that nothing closes.
const OF_THE_PAGE: &[&str] = &["body", "frame", "frameset", "head", "html", "plaintext"];

/// Elements that belong into others, of which one has to be open in the value: a browser closes the item or cell around
/// the value where it meets another one.
const PARTS: &[(&[&str], &[&str])] = &[
    (&["li"], &["ul", "ol", "menu"]),
    (&["dt", "dd"], &["dl"]),
    (&["caption", "col", "colgroup", "tbody", "td", "tfoot", "th", "thead", "tr"], &["table"]),
];

/// Refuses Markdown whose HTML would reach beyond it: an end tag for what it did not open, an element that it leaves open,
/// a tag without an end, an item or cell of something that it did not open.
///
/// An element has to end within the block or emphasis that it begins in, as mdBook 0.5 demands.
///
/// # Errors
/// [`Misfit::StrayEndTag`], [`Misfit::StrayElement`], [`Misfit::Unclosed`].
pub(super) fn check(markdown: &str) -> Result<(), Misfit> {
    if !markdown.contains('<') {
        return Ok(());
    }
    let mut elements = Elements::default();
    let mut block = String::new();
    for event in Parser::new_ext(markdown, markdown::options()) {
        match event {
            Event::Start(Tag::HtmlBlock) => block.clear(),
            Event::Html(html) => block.push_str(&html),
            Event::End(TagEnd::HtmlBlock) => elements.read(&block)?,
            Event::InlineHtml(html) => elements.read(&html)?,
            Event::Start(_) => elements.open.push(None),
            Event::End(_) => elements.end_markdown()?,
            _ => {}
        }
    }
    elements.end_markdown()
}

/// The elements that are open.
#[derive(Default)]
struct Elements {
    /// Their names; `None` for what Markdown opened.
    open: Vec<Option<String>>,
}

/// The markup after a `<`.
enum Markup<'h> {
    /// A character of text.
    Text,
    /// A comment, or what a browser takes for one.
    Comment,
    Start {
        name: &'h str,
        closed: bool,
    },
    End(&'h str),
}

impl Elements {
    /// A piece of Markdown ends, and with it all that was opened in it.
    fn end_markdown(&mut self) -> Result<(), Misfit> {
        match self.open.pop() {
            Some(Some(_)) => Err(Misfit::Unclosed(Unclosed::Element)),
            _ => Ok(()),
        }
    }

    fn read(&mut self, html: &str) -> Result<(), Misfit> {
        let mut rest = html;
        while let Some(at) = rest.find('<') {
            let (markup, after) = markup(&rest[at + 1..])?;
            rest = after;
            match markup {
                Markup::Text | Markup::Comment => {}
                Markup::End(name) => self.end(&name.to_ascii_lowercase())?,
                Markup::Start { name, closed } => {
                    let name = name.to_ascii_lowercase();
                    if RAW.contains(&name.as_str()) {
                        rest = skip_text(rest, &name);
                    }
                    self.start(name, closed)?;
                }
            }
        }
        Ok(())
    }

    fn start(&mut self, name: String, closed: bool) -> Result<(), Misfit> {
        let is_open = |wanted: &[&str]| self.open.iter().flatten().any(|open| wanted.contains(&open.as_str()));
        let part = PARTS.iter().find(|(parts, _)| parts.contains(&name.as_str()));
        if OF_THE_PAGE.contains(&name.as_str()) || part.is_some_and(|(_, wholes)| !is_open(wholes)) {
            return Err(Misfit::StrayElement);
        }
        // A `/` closes nothing outside of SVG and MathML, whatever it looks like (HTML 13.2.6.5).
        let closed = closed && is_open(&["svg", "math"]);
        if !closed && !VOID.contains(&name.as_str()) {
            self.open.push(Some(name));
        }
        Ok(())
    }

    fn end(&mut self, name: &str) -> Result<(), Misfit> {
        match self.open.last() {
            Some(Some(open)) if open == name => {
                self.open.pop();
                Ok(())
            }
            Some(Some(_)) => Err(Misfit::Unclosed(Unclosed::Element)),
            _ => Err(Misfit::StrayEndTag),
        }
    }
}

/// Reads the markup after a `<` as a browser does (HTML 13.2.5), and what follows it.
fn markup(html: &str) -> Result<(Markup<'_>, &str), Misfit> {
    let (is_end, inner) = html.strip_prefix('/').map_or((false, html), |inner| (true, inner));
    if inner.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return tag(inner, is_end);
    }
    if let Some(comment) = html.strip_prefix("!--") {
        return Ok((Markup::Comment, end_of_comment(comment).ok_or(Misfit::Unclosed(Unclosed::Comment))?));
    }
    if is_end || html.starts_with(['!', '?']) {
        let (_, after) = html.split_once('>').ok_or(Misfit::Unclosed(Unclosed::Html))?;
        return Ok((Markup::Comment, after));
    }
    Ok((Markup::Text, html))
}

fn end_of_comment(comment: &str) -> Option<&str> {
    if let Some(after) = comment.strip_prefix('>').or_else(|| comment.strip_prefix("->")) {
        return Some(after);
    }
    let marks = ["-->", "--!>"];
    let end = marks.iter().filter_map(|mark| Some(comment.find(mark)? + mark.len())).min()?;
    Some(&comment[end..])
}

/// Reads a tag from its name on; a `>` in a quoted value of an attribute does not end it.
fn tag(html: &str, is_end: bool) -> Result<(Markup<'_>, &str), Misfit> {
    let length = html.find(|c: char| c.is_ascii_whitespace() || matches!(c, '/' | '>')).unwrap_or(html.len());
    let (name, rest) = html.split_at(length);
    let mut quote = None;
    let mut previous = ' ';
    for (at, c) in rest.char_indices() {
        match (quote, c) {
            (None, '>') => {
                let markup = if is_end { Markup::End(name) } else { Markup::Start { name, closed: previous == '/' } };
                return Ok((markup, &rest[at + 1..]));
            }
            (None, '"' | '\'') if previous == '=' => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            _ => {}
        }
        if quote.is_some() || !c.is_ascii_whitespace() || previous != '=' {
            previous = c;
        }
    }
    Err(Misfit::Unclosed(Unclosed::Html))
}

/// From behind the start tag of an element with raw text to its end tag, or the end.
fn skip_text<'h>(html: &'h str, name: &str) -> &'h str {
    let ends = |at: &usize| {
        let after = &html[at + 2..];
        after.get(..name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name))
            && after[name.len()..].starts_with(|c: char| c.is_ascii_whitespace() || matches!(c, '/' | '>'))
    };
    let end = html.match_indices("</").map(|(at, _)| at).find(ends);
    &html[end.unwrap_or(html.len())..]
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::place::{Misfit, Unclosed};

    #[test]
    fn html_that_closes_what_it_opens_is_the_authors() {
        for html in [
            "a < b <c",
            "H<sub>2</sub>O",
            "a<br>b<BR/>c<hr >",
            "<img src=x onerror=alert(1)>",
            "**a <b>b</b>** *<i>c</i>*",
            "<span title=\"a > b\">c</span>",
            "<span title = '</span>' >c</span >",
            "a <!-- </b> --> b",
            "<script>if (a<b) c = \"</d>\"</script>",
            "<script>a = \"</styles>\"</script>",
            "<div title=x\"y>c</div>",
            "<script>a</SCRIPT\n>",
            "<details><summary>a</summary>\n\n- b\n\n</details>",
            "<ul><li>a</li><li>b</li></ul>",
            "<table><tr><td>a</td></tr></table>",
            "`</p>` and \\</p>",
            "```html\n</p>\n```",
            "<https://example.org> <a@b.c>",
            "<svg><path d=\"x\"/></svg>",
        ] {
            assert_eq!(check(html), Ok(()), "{html}");
        }
    }

    #[test]
    fn what_reaches_beyond_the_value_is_refused() {
        let element = Misfit::Unclosed(Unclosed::Element);
        let html = Misfit::Unclosed(Unclosed::Html);
        for (value, misfit) in [
            ("</p></div></main> a", Misfit::StrayEndTag),
            ("a </b>", Misfit::StrayEndTag),
            ("a </br>", Misfit::StrayEndTag),
            ("a <b>", element),
            ("a <b/>", element),
            ("a Vec<T> b", element),
            ("a <script>", element),
            ("<b><i>a</b></i>", element),
            ("**<b>a** b</b>", element),
            ("<div>\n\n**a**", element),
            ("- <b>a\n- b</b>", element),
            ("<div>\n\n> </div>", Misfit::StrayEndTag),
            ("a <textarea> b </textareas>", element),
            ("a <li>b</li>", Misfit::StrayElement),
            ("<tr><td>a</td></tr>", Misfit::StrayElement),
            ("a <body onload=x>", Misfit::StrayElement),
            ("<plaintext>", Misfit::StrayElement),
            ("<div title=\"a>\n", html),
            ("<div\n", html),
            ("a <?b ><i> ?>", element),
            ("<div></\n", html),
            ("a <!-- b --!> <i> -->", element),
        ] {
            assert_eq!(check(value), Err(misfit), "{value}");
        }
    }
}
