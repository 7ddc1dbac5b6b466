//! A prompt's answer: Markdown of any length, as blocks of their own.

use std::borrow::Cow;
use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag};

use super::block_start::RAW;
use super::code::continue_lines;
use super::{Misfit, Unclosed, clean, html};
use crate::markdown;
use crate::source::line_start;

/// The answer `markdown` as it is to be written in a container whose further lines begin with `prefix`.
///
/// The first line stands where the prompt stood and gets no prefix. Blank lines around the answer are dropped; it is
/// meant to stand between blank lines.
///
/// # Errors
/// [`Misfit::Blank`]; [`Misfit::Heading`] for a heading at any depth; [`Misfit::Unclosed`] for what would swallow the
/// text that follows; HTML that would reach beyond the answer.
pub fn block<'v>(markdown: &'v str, prefix: &str, newline: &str) -> Result<Cow<'v, str>, Misfit> {
    if is_line(markdown) {
        return Ok(Cow::Borrowed(markdown.trim()));
    }
    let value = match clean(markdown) {
        Cow::Borrowed(value) => Cow::Borrowed(trim(value)),
        Cow::Owned(value) => Cow::Owned(trim(&value).to_owned()),
    };
    if value.is_empty() {
        return Err(Misfit::Blank);
    }
    check(&value)?;
    let value = if prefix.is_empty() { value } else { Cow::Owned(expand_tabs(&value)) };
    let value = if needs_guard(&value, prefix) { Cow::Owned(format!("\\{value}")) } else { value };
    if prefix.is_empty() && newline == "\n" {
        return Ok(value);
    }
    Ok(Cow::Owned(continue_lines(&value, prefix, newline)))
}

/// One line that begins with a letter is a paragraph, and without a `<` it holds no HTML.
pub(crate) fn is_line(markdown: &str) -> bool {
    let more = |byte: u8| byte.is_ascii_control() || byte == b'<';
    markdown.starts_with(char::is_alphabetic) && !markdown.bytes().any(more)
}

/// `text` without white space at the end and blank lines at the start; the indentation of its first line is syntax.
fn trim(text: &str) -> &str {
    let text = text.trim_end();
    let blank = text.len() - text.trim_start().len();
    &text[line_start(text, blank)..]
}

/// The first line would become part of what stands before it: the definition of the paragraph above, a task box, an
/// alert.
fn needs_guard(value: &str, prefix: &str) -> bool {
    let boxed = ["[ ]", "[x]", "[X]", "[!"].iter().any(|head| value.starts_with(head));
    value.starts_with(':') || boxed && !prefix.is_empty()
}

/// Tabs that indent a line, as spaces: behind a prefix they would reach less far.
fn expand_tabs(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for line in value.split_inclusive('\n') {
        let text = line.trim_start_matches([' ', '\t']);
        let mut column = 0;
        for byte in line[..line.len() - text.len()].bytes() {
            column = if byte == b'\t' { column / 4 * 4 + 4 } else { column + 1 };
        }
        out.extend(std::iter::repeat_n(' ', column));
        out.push_str(text);
    }
    out
}

/// Refuses headings, and blocks that are still open at the end.
fn check(value: &str) -> Result<(), Misfit> {
    for (event, range) in Parser::new_ext(value, markdown::options()).into_offset_iter() {
        match event {
            Event::Start(Tag::Heading { .. }) => return Err(Misfit::Heading),
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(_))) if !closes_fence(value, &range) => {
                return Err(Misfit::Unclosed(Unclosed::Fence));
            }
            Event::Start(Tag::HtmlBlock) => closes_html(&value[range])?,
            _ => {}
        }
    }
    html::check(value)
}

/// Whether the fenced block in `range` has a closing fence, or is closed by the end of its container.
fn closes_fence(value: &str, range: &Range<usize>) -> bool {
    let block = &value[range.clone()];
    let Some(mark) = block.chars().next() else { return true };
    let width = block.chars().take_while(|&c| c == mark).count();
    let last = block.trim_end().lines().skip(1).last().unwrap_or_default();
    let close = last.trim_start_matches([' ', '\t', '>']);
    let closed = close.len() >= width && close.chars().all(|c| c == mark);
    closed || range.end < value.len()
}

/// Refuses an HTML block at the end of the answer that a blank line does not close (CommonMark 4.6, conditions 1 to 5).
fn closes_html(html: &str) -> Result<(), Misfit> {
    let lower = html.trim_start().to_ascii_lowercase();
    let open = |start: &str, ends: &[&str]| lower.starts_with(start) && !ends.iter().any(|end| lower.contains(end));
    if open("<!--", &["-->"]) {
        return Err(Misfit::Unclosed(Unclosed::Comment));
    }
    let raw = RAW.iter().any(|name| opens_raw(&lower, name));
    let raw_open = raw && !RAW.iter().any(|name| lower.contains(&format!("</{name}>")));
    if raw_open || open("<?", &["?>"]) || open("<![cdata[", &["]]>"]) {
        return Err(Misfit::Unclosed(Unclosed::Html));
    }
    Ok(())
}

fn opens_raw(html: &str, name: &str) -> bool {
    html.strip_prefix('<')
        .and_then(|rest| rest.strip_prefix(name))
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(|c: char| c.is_whitespace() || c == '>'))
}

/// How an answer begins and ends, for what stands before and after it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Edges {
    /// It begins with a list, or with an indented line that a list before it would take in.
    pub joins_list: bool,
    /// It ends with a list, footnote or definition, which would take in a list or an indented line after it.
    pub ends_in_list: bool,
}

/// The edges of the answer `markdown`: where a list would run into a list, `<!-- -->` keeps them apart.
pub fn edges(markdown: &str) -> Edges {
    if is_line(markdown) {
        return Edges::default();
    }
    let value = trim(markdown);
    let mut edges = Edges { joins_list: value.starts_with([' ', '\t']), ends_in_list: false };
    let mut depth = 0_usize;
    for (event, range) in Parser::new_ext(value, markdown::options()).into_offset_iter() {
        match event {
            Event::Start(tag) => {
                let list = matches!(tag, Tag::List(_) | Tag::FootnoteDefinition(_) | Tag::DefinitionList);
                if depth == 0 {
                    edges.joins_list |= range.start == 0 && matches!(tag, Tag::List(_));
                    edges.ends_in_list = list;
                }
                depth += 1;
            }
            Event::End(_) => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    edges
}

#[cfg(test)]
mod tests {
    use super::{Edges, block, edges};
    use crate::place::{Misfit, Unclosed};

    #[test]
    fn an_answer_keeps_its_blocks_in_its_container() {
        assert_eq!(block("\n\na\n\n- b\n", "", "\n").unwrap(), "a\n\n- b");
        assert_eq!(block("a\n\n- b", "> ", "\n").unwrap(), "a\n>\n> - b");
        assert_eq!(block("a\n\n\tb", "  ", "\r\n").unwrap(), "a\r\n\r\n      b");
    }

    #[test]
    fn headings_are_refused_wherever_they_stand() {
        for value in ["# a", "a\n===", "a\n---", "> # a", "- # a", "text\n\n## b\n"] {
            assert_eq!(block(value, "", "\n"), Err(Misfit::Heading), "{value}");
        }
        assert!(block("```\n# a\n```", "", "\n").is_ok());
    }

    #[test]
    fn what_would_swallow_the_rest_is_refused() {
        for value in ["```\na", "~~~\na\n```", "````\n```", "a\n\n```sh", "- a\n\n  ```\n  b", "```"] {
            assert_eq!(block(value, "", "\n"), Err(Misfit::Unclosed(Unclosed::Fence)), "{value}");
        }
        assert_eq!(block("<!-- a", "", "\n"), Err(Misfit::Unclosed(Unclosed::Comment)));
        for value in ["<pre>\na", "<script src=a>", "<?php", "<!DOCTYPE", "<![CDATA[ a", "a\n\n<style>\n\nb"] {
            assert_eq!(block(value, "", "\n"), Err(Misfit::Unclosed(Unclosed::Html)), "{value}");
        }
    }

    #[test]
    fn what_is_closed_is_left_alone() {
        for value in
            ["```\na\n```", "<!-- a -->", "<pre>\na\n</pre>", "<div>\na\n</div>", "> ```\n> a\n> ```", "a <!-- b"]
        {
            assert_eq!(block(value, "", "\n").as_deref(), Ok(value));
        }
    }

    #[test]
    fn an_answer_is_not_taken_in_by_what_stands_before_it() {
        assert_eq!(block(": a", "", "\n").unwrap(), "\\: a");
        assert_eq!(block("[ ] a", "  ", "\n").unwrap(), "\\[ ] a");
        assert_eq!(block("[!NOTE]", "> ", "\n").unwrap(), "\\[!NOTE]");
    }

    #[test]
    fn lists_at_the_edges_are_told() {
        assert_eq!(edges("- a\n\nb"), Edges { joins_list: true, ends_in_list: false });
        assert_eq!(edges("a\n\n1. b"), Edges { joins_list: false, ends_in_list: true });
        assert_eq!(edges("    code"), Edges { joins_list: true, ends_in_list: false });
        assert_eq!(edges("> - a"), Edges::default());
    }
}
