//! Raw text in code spans and code blocks.

use std::borrow::Cow;

use super::clean;
use super::edge::entity;

/// A whole code span that shows `content`: delimiters of a length that no run of backticks inside has, spaces inside them
/// where CommonMark 6.1 would strip or join, and line breaks as spaces.
///
/// Content that is empty has no code span; it comes out as a span of spaces.
pub fn code_span(content: &str) -> String {
    let mut span = String::with_capacity(content.len() + 2);
    push_code_span(&mut span, content);
    span
}

/// Writes what [`code_span`] returns behind `out`.
pub(crate) fn push_code_span(out: &mut String, content: &str) {
    push_span(out, content, "|");
}

/// As [`code_span`], in a cell of a table, which a `|` would end.
pub fn code_span_in_cell(content: &str) -> String {
    let mut span = String::with_capacity(content.len() + 2);
    push_span(&mut span, content, "\\|");
    span
}

fn push_span(span: &mut String, content: &str, bar: &str) {
    let plain = |byte: u8| !matches!(byte, b'`' | b'|') && !byte.is_ascii_control();
    if content.bytes().all(plain) && !content.starts_with(' ') && !content.is_empty() {
        span.push('`');
        span.push_str(content);
        span.push('`');
        return;
    }
    let content = clean(content);
    let ticks = "`".repeat(free_run(&content, b'`'));
    let pad = if needs_padding(&content) { " " } else { "" };
    span.push_str(&ticks);
    span.push_str(pad);
    for c in content.chars() {
        match c {
            '\n' => span.push(' '),
            '|' => span.push_str(bar),
            c => span.push(c),
        }
    }
    span.push_str(pad);
    span.push_str(&ticks);
}

/// Code as an element, all its punctuation as entities: no character of it is Markdown.
pub fn code_element(content: &str) -> String {
    let mut out = String::from("<code>");
    for c in content.chars() {
        if c.is_ascii_punctuation() { out.push_str(&entity(c)) } else { out.push(c) }
    }
    out + "</code>"
}

/// Where the content meets the delimiters or would lose a space on both sides.
fn needs_padding(content: &str) -> bool {
    let strips = |c: char| c == ' ' || c == '\n';
    let stripped = content.starts_with(strips) && content.ends_with(strips) && !content.trim_matches(strips).is_empty();
    content.is_empty() || content.starts_with('`') || content.ends_with('`') || stripped
}

/// The shortest length that no run of `mark` in `content` has.
fn free_run(content: &str, mark: u8) -> usize {
    let mut lengths: Vec<usize> =
        content.as_bytes().chunk_by(|a, b| a == b).filter(|run| run[0] == mark).map(<[u8]>::len).collect();
    lengths.sort_unstable();
    lengths.iter().fold(1, |free, &length| if length == free { free + 1 } else { free })
}

/// Raw text inside a code block: as it is, further lines behind `newline` and `prefix` (the container's, and four
/// columns more where the block is an indented one). Line breaks at the end are dropped: the template has its own.
pub fn code<'v>(raw: &'v str, prefix: &str, newline: &str) -> Cow<'v, str> {
    let raw = match clean(raw) {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim_end_matches('\n')),
        Cow::Owned(text) => Cow::Owned(text.trim_end_matches('\n').to_owned()),
    };
    if !raw.contains('\n') || (prefix.is_empty() && newline == "\n") {
        return raw;
    }
    Cow::Owned(continue_lines(&raw, prefix, newline))
}

/// `text` with every line after the first behind `prefix`, blank ones behind what of it is no white space at its end.
pub(super) fn continue_lines(text: &str, prefix: &str, newline: &str) -> String {
    let mut lines = text.split('\n');
    let mut out = String::with_capacity(text.len() + text.len() / 16);
    out.push_str(lines.next().unwrap_or_default());
    for line in lines {
        out.push_str(newline);
        out.push_str(if line.trim().is_empty() { prefix.trim_end() } else { prefix });
        out.push_str(line);
    }
    out
}

/// How many `fence` characters (`` ` `` or `~`) a fence around `content` needs, so that no line of it closes the block.
pub fn fence_length(content: &str, fence: char) -> usize {
    let run = |line: &str| line.chars().take_while(|&c| c == fence).count();
    content.split(['\n', '\r']).map(|line| run(line.trim_start_matches([' ', '\t', '>']))).max().unwrap_or(0).max(2) + 1
}

#[cfg(test)]
mod tests {
    use super::{code, code_span, code_span_in_cell, fence_length};

    #[test]
    fn a_code_span_has_delimiters_that_its_content_lacks() {
        assert_eq!(code_span("a"), "`a`");
        assert_eq!(code_span("a`b"), "``a`b``");
        assert_eq!(code_span("a``b"), "`a``b`");
        assert_eq!(code_span("`a"), "`` `a ``");
        assert_eq!(code_span("` ``"), "``` ` `` ```");
    }

    #[test]
    fn spaces_and_line_breaks_survive_in_a_code_span() {
        assert_eq!(code_span(" a "), "`  a  `");
        assert_eq!(code_span(" a"), "` a`");
        assert_eq!(code_span(" "), "` `");
        assert_eq!(code_span("a\r\nb"), "`a b`");
        assert_eq!(code_span(""), "`  `");
    }

    #[test]
    fn a_pipe_in_a_cell_does_not_end_the_cell() {
        assert_eq!(code_span_in_cell("a|b"), "`a\\|b`");
        assert_eq!(code_span("a|b"), "`a|b`");
    }

    #[test]
    fn lines_of_code_stay_in_their_container() {
        assert_eq!(code("a\n\nb\n", "  ", "\r\n"), "a\r\n\r\n  b");
        assert_eq!(code("a\nb", "> ", "\n"), "a\n> b");
        assert_eq!(code("a\n\nb", "> ", "\n"), "a\n>\n> b");
        assert_eq!(code("a\0b", "", "\n"), "a\u{fffd}b");
    }

    #[test]
    fn a_fence_is_longer_than_the_fences_inside() {
        assert_eq!(fence_length("a", '`'), 3);
        assert_eq!(fence_length("```\na\n```", '`'), 4);
        assert_eq!(fence_length("  `````\n", '`'), 6);
        assert_eq!(fence_length("```", '~'), 3);
        assert_eq!(fence_length("a ````", '`'), 3);
    }
}
