//! Which lines open a block: the rules of CommonMark 4 and 5, GFM tables and pulldown-cmark's definition lists.

use crate::source::next_line;

/// Where a backslash keeps `line` from opening a block, `None` if it opens none.
///
/// `line` begins at its first character that is not white space. HTML blocks, link definitions and task boxes are not
/// looked for here: what they need depends on the inline syntax around them.
pub(super) fn block_start(line: &str) -> Option<usize> {
    let bytes = line.as_bytes();
    let opens = match *bytes.first()? {
        b'#' => heading(bytes),
        b'>' | b':' => true,
        b'-' | b'+' | b'*' if blank_at(bytes, 1) => true,
        b'0'..=b'9' => return ordered_marker(bytes),
        b'=' => bytes.trim_ascii_end().iter().all(|&byte| byte == b'='),
        b'~' | b'`' => bytes.len() > 2 && bytes[..3].iter().all(|&byte| byte == bytes[0]),
        _ => false,
    };
    (opens || rule(bytes) || delimiter_row(bytes)).then_some(0)
}

/// White space or the end of the line at `at`.
fn blank_at(bytes: &[u8], at: usize) -> bool {
    bytes.get(at).is_none_or(u8::is_ascii_whitespace)
}

fn heading(bytes: &[u8]) -> bool {
    let level = bytes.iter().take_while(|&&byte| byte == b'#').count();
    level <= 6 && blank_at(bytes, level)
}

fn ordered_marker(bytes: &[u8]) -> Option<usize> {
    let digits = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let closes = matches!(bytes.get(digits), Some(b'.' | b')')) && blank_at(bytes, digits + 1);
    (digits <= 9 && closes).then_some(digits)
}

/// A thematic break, or the underline of a setext heading.
fn rule(bytes: &[u8]) -> bool {
    let mark = bytes[0];
    let only = |extra: fn(&u8) -> bool| bytes.iter().all(|byte| *byte == mark || extra(byte));
    match mark {
        b'*' | b'_' => only(u8::is_ascii_whitespace) && bytes.iter().filter(|&&byte| byte == mark).nth(2).is_some(),
        _ => false,
    }
}

/// The delimiter row of a table (GFM 4.10).
fn delimiter_row(bytes: &[u8]) -> bool {
    bytes.contains(&b'-') && bytes.iter().all(|byte| matches!(byte, b'|' | b':' | b'-' | b' ' | b'\t'))
}

/// Whether the line after that of `at` may be the delimiter row of a table: bars in a value would make the line of `at`
/// its header.
pub(crate) fn is_above_delimiter_row(text: &str, at: usize) -> bool {
    let start = next_line(text, at);
    let row = text[start..next_line(text, start)].trim_start_matches([' ', '\t', '>']).trim_end();
    row.contains('|') && delimiter_row(row.as_bytes())
}

/// Whether the tag or declaration that `text` begins with opens an HTML block wherever it starts a line (CommonMark 4.6,
/// conditions 1 to 6).
pub(super) fn html_block(text: &str) -> bool {
    let inner = text.strip_prefix('<').unwrap_or(text);
    if inner.starts_with(['!', '?']) {
        return true;
    }
    let name = inner.strip_prefix('/').unwrap_or(inner);
    let name = &name[..name.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(name.len())];
    RAW.iter().chain(BLOCKS).any(|block| name.eq_ignore_ascii_case(block))
}

/// Elements whose content is raw: only their end tag closes the block.
pub(super) const RAW: &[&str] = &["pre", "script", "style", "textarea"];

/// Elements that open a block (condition 6).
const BLOCKS: &[&str] = &[
    "address",
    "article",
    "aside",
    "base",
    "basefont",
    "blockquote",
    "body",
    "caption",
    "center",
    "col",
    "colgroup",
    "dd",
    "details",
    "dialog",
    "dir",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "frame",
    "frameset",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "header",
    "hr",
    "html",
    "iframe",
    "legend",
    "li",
    "link",
    "main",
    "menu",
    "menuitem",
    "nav",
    "noframes",
    "ol",
    "optgroup",
    "option",
    "p",
    "param",
    "search",
    "section",
    "summary",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "title",
    "tr",
    "track",
    "ul",
];

#[cfg(test)]
mod tests {
    use super::block_start;

    #[test]
    fn lines_that_open_a_block_are_told() {
        for line in [
            "# a", "#", "###### a", "> a", ">", "- a", "+", "* a", "===", "---", "--", "* * *", "___", "~~~", "```sh",
            ": a", ":a", "|---|", ":-:", "- - -",
        ] {
            assert_eq!(block_start(line), Some(0), "{line}");
        }
        assert_eq!(block_start("1. a"), Some(1));
        assert_eq!(block_start("12) a"), Some(2));
    }

    #[test]
    fn ordinary_lines_open_none() {
        for line in
            ["", "a", "#a", "####### a", "-a", "*a*", "1.a", "16.4", "1234567890. a", "=a", "~~a~~", "|a|", "__", "`a`"]
        {
            assert_eq!(block_start(line), None, "{line}");
        }
    }
}
