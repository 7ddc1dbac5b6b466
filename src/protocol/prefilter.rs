//! Decides on the bytes of a JSON string whether a chapter can concern this program at all.
//!
//! A yes may be wrong and costs a look at the decoded text; a no must be right, or a placeholder would be published.

use std::sync::LazyLock;

use memchr::memmem::Finder;
use memchr::{memchr, memchr_iter, memchr2, memchr2_iter, memmem};

static MARK: LazyLock<Finder<'_>> = LazyLock::new(|| Finder::new("TEMPLATE"));
static COMMENT: LazyLock<Finder<'_>> = LazyLock::new(|| Finder::new("<!--"));
static ESCAPE: LazyLock<Finder<'_>> = LazyLock::new(|| Finder::new("\\u00"));

/// How the text at hand is written.
#[derive(Clone, Copy)]
enum Form {
    /// Between the quotes of a JSON string: line breaks are `\n`.
    Json,
    /// As it is.
    Plain,
}

/// Whether the chapter with this content, a JSON string literal, may declare itself a template, look like one, or
/// hold a fact reference.
pub fn may_need(raw: &str) -> bool {
    let inner = raw.get(1..raw.len().saturating_sub(1)).unwrap_or_default();
    hides_ascii(inner) || concerns(inner, Form::Json)
}

/// The same for a content that is decoded already.
pub fn may_need_text(text: &str) -> bool {
    concerns(text, Form::Plain)
}

fn concerns(text: &str, form: Form) -> bool {
    let bytes = text.as_bytes();
    has_marked_front_matter(bytes, form)
        || COMMENT.find_iter(bytes).any(|at| is_marked_comment(&bytes[at + 4..]))
        || memchr_iter(b'[', bytes).any(|at| is_path(&bytes[at + 1..]))
        || has_marked_title(bytes, form)
}

/// An ASCII character written as `\u00XX` that could be any of those looked for here: white space, a sign or a letter.
fn hides_ascii(raw: &str) -> bool {
    ESCAPE.find_iter(raw.as_bytes()).any(|at| {
        let digits = raw.as_bytes().get(at + 4..at + 6);
        matches!(digits, Some([b'2'..=b'7', _] | [b'0', b'9' | b'a'..=b'd' | b'A'..=b'D']))
    })
}

/// Front matter that says "template" somewhere.
fn has_marked_front_matter(bytes: &[u8], form: Form) -> bool {
    if !bytes.starts_with(b"---") {
        return false;
    }
    let close: &[u8] = match form {
        Form::Json => br"\n---",
        Form::Plain => b"\n---",
    };
    // The second of two backslashes begins nothing.
    let begins = |at: &usize| !bytes[..*at].ends_with(b"\\");
    says_template(&bytes[..memmem::find_iter(bytes, close).find(begins).unwrap_or(bytes.len())])
}

/// What follows `<!--` in a comment that may be a mark, which holds the word and white space of any kind.
fn is_marked_comment(words: &[u8]) -> bool {
    says_template(&words[..memchr2(b'<', b'>', words).unwrap_or(words.len())])
}

fn says_template(text: &[u8]) -> bool {
    text.windows("template".len()).any(|word| word.eq_ignore_ascii_case(b"template"))
}

/// After a `[`: a label that may be the dotted path of a fact, and no inline link for certain.
fn is_path(rest: &[u8]) -> bool {
    let Some(end) = rest.iter().position(|&byte| !is_path_byte(byte)) else { return false };
    rest[end] == b']' && rest[..end].contains(&b'.') && !is_link_target(&rest[end + 1..])
}

/// A bare key, a dot, or an escape in Markdown or JSON.
fn is_path_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'\\') || !byte.is_ascii()
}

/// `(target)`, of characters that certainly make an inline link.
fn is_link_target(rest: &[u8]) -> bool {
    let Some(rest) = rest.strip_prefix(b"(") else { return false };
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_./#:%?=&+~,;@".contains(byte);
    let length = rest.iter().take_while(|byte| plain(byte)).count();
    rest.get(length) == Some(&b')')
}

/// A first heading with a bracket, or one such as `# **Template**: A`, or the mark where it may declare a template.
///
/// Nearly every chapter begins with its title, and then only that line counts. Elsewhere what looks like the first
/// heading may be code, so that any line counts that could be one, and any paragraph that could be underlined.
fn has_marked_title(bytes: &[u8], form: Form) -> bool {
    if is_title(bytes) {
        return is_marked(&bytes[..line_length(bytes, form)]);
    }
    MARK.find(bytes).is_some() || has_marked_line(bytes, form) || has_marked_paragraph(bytes, form)
}

/// A line with a mark behind a `#` that may begin a heading, in a quote or list, too; white space may be an escape.
fn has_marked_line(mut bytes: &[u8], form: Form) -> bool {
    while let Some(at) = memchr(b'#', bytes) {
        bytes = &bytes[at + 1..];
        if let [b'\t'..=b' ' | b'\\', ..] = bytes {
            let (heading, rest) = bytes.split_at(line_length(bytes, form));
            if is_marked(heading) {
                return true;
            }
            bytes = rest;
        }
    }
    false
}

/// A paragraph with a mark above a line that may make it a heading (CommonMark 4.3), since it ends in `=` or `-`.
fn has_marked_paragraph(bytes: &[u8], form: Form) -> bool {
    let mut seen = 0;
    memchr2_iter(b'=', b'-', bytes).filter(|at| ends_line(&bytes[at + 1..], form)).any(|at| {
        let above = &bytes[seen..at];
        seen = at;
        let blank_lines: [&[u8]; 2] = match form {
            Form::Json => [br"\n\n", br"\n\r\n"],
            Form::Plain => [b"\n\n", b"\n\r\n"],
        };
        // The second of two backslashes begins nothing.
        let begins = |at: &usize| !above[..*at].ends_with(b"\\");
        let last = |blank: &&[u8]| memmem::rfind_iter(above, *blank).find(begins);
        let paragraph = blank_lines.iter().filter_map(last).max();
        is_marked(&above[paragraph.unwrap_or(0)..])
    })
}

/// Whether nothing but blanks follows on the line. In JSON, a tab is an escape, and so is what ends a line.
fn ends_line(rest: &[u8], form: Form) -> bool {
    let blanks = rest.iter().take_while(|&&byte| byte == b' ').count();
    match form {
        Form::Json => matches!(rest[blanks..], [] | [b'\\', b'n' | b'r' | b't' | b'u', ..]),
        Form::Plain => matches!(rest[blanks..], [] | [b'\n' | b'\r' | b'\t', ..]),
    }
}

/// Whether a heading of these words has a mark.
fn is_marked(heading: &[u8]) -> bool {
    let says = |words: &str| memmem::find(heading, words.as_bytes()).is_some();
    heading.contains(&b'[') || says("Template") || says("TEMPLATE")
}

/// One to six `#` and a space, with which a text that begins so begins with a heading (CommonMark 4.2).
fn is_title(bytes: &[u8]) -> bool {
    let level = bytes.iter().take_while(|&&byte| byte == b'#').count();
    (1..=6).contains(&level) && bytes.get(level) == Some(&b' ')
}

/// The bytes of the first line.
fn line_length(bytes: &[u8], form: Form) -> usize {
    let end = match form {
        Form::Plain => memchr2(b'\n', b'\r', bytes),
        Form::Json => {
            let mut escaped = false;
            memchr_iter(b'\\', bytes).find(|&at| {
                // The second of two backslashes begins nothing.
                let begins = !(escaped && bytes[at - 1] == b'\\');
                escaped = begins;
                begins && matches!(bytes.get(at + 1), Some(b'n' | b'r'))
            })
        }
    };
    end.unwrap_or(bytes.len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::facts::{self, FactIds};
    use crate::reference::{self, Manners, Shelf};
    use crate::source::{SourceKind, Sources};
    use crate::template;

    fn raw(text: &str) -> String {
        serde_json::to_string(text).unwrap()
    }

    #[test]
    fn ordinary_prose_is_passed_over() {
        for text in [
            "# Title\n\nSome text, a [link](other.md), a [site](https://example.org/a.b?c=d#e), `a[0].b`.",
            "See [index.html](index.html) and [std.fmt](../std/fmt.html#x).",
            "To do:\n\n- [ ] this\n- [x] that\n\nA note[^1.] and <b>bold</b> <!-- a comment -->",
            "Words [with several words. And a stop.] stay.",
            "# Title\n\n## Step [n]\n\n### Template: what it is\n",
            "---\nauthor: us\n---\n\n# Title\n\nA template has no place here.\n",
            "---\r\nauthor: us\r\n---\r\n\r\nA template has no place here.\r\n",
            "",
        ] {
            assert!(!may_need(&raw(text)), "{text:?}");
        }
    }

    #[test]
    fn declarations_and_references_are_noticed() {
        for text in [
            "# Database [TEMPLATE]\n",
            "---\ntitle: Orders --- a template\n---\n# Orders\n\n[Describe]\n",
            "---\r\ntitle: Orders\r\nstatus: Template\r\n---\r\n# Orders\r\n\r\n[Describe]\r\n",
            "---\nstatus: TEMPLATE v2\n---\n",
            "\u{feff}---\nstatus: TEMPLATE\n---\n",
            "<!-- template -->\n# Title",
            "<!--\n  template\n-->\n# Title",
            "# Title\n\n<!--\u{a0}template\u{a0}-->\n",
            "<!--\u{c}template -->\n# Title",
            "# Title of [Project Name]\n",
            "\r\n# Title of [Project Name]\r\n",
            "# The \"shop\" of [Project Name]\n",
            "# The 1\" pipe [TEMPLATE]\n",
            "\n## The [Project Name] database\n",
            "\n[Project Name]\n============\n",
            "A word.\n\nThe database\r\nof [Project\r\nName]\r\n---\r\n",
            "> The [Project Name]\n> ===\n",
            "> # The [Project Name]\n",
            "Some words\n\n#\tThe [Project Name]\n",
            "# Template: the shop\n",
            "# **Template**: the shop\n",
            "# Template\\: the shop\n",
            "# The shop (TEMPLATE)\n",
            "Status: TEMPLATE\n\n# The shop\n",
            "```\n# Title\n```\n\n# Title of [Project Name]\n",
            "Runs on [overview.version].",
            "Runs on [overview.version](which see below).",
            "See [tables.über.description].",
            "x [not this [overview.version]",
        ] {
            assert!(may_need(&raw(text)), "{text:?}");
            assert!(may_need_text(text), "{text:?}");
        }
    }

    #[test]
    fn escapes_cannot_hide_anything() {
        assert!(may_need(r#""\u005boverview.version\u005D""#));
        assert!(may_need(r#""[overview\u002eversion]""#));
        assert!(may_need(r##""# \u0054EMPLATE""##));
        assert!(may_need(r##""The [Name]\u000a===\u000A""##));
        assert!(!may_need(r#""caf\u00e9 \u001b""#));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// What a look at the decoded text finds, its bytes must not hide.
        #[test]
        fn nothing_is_passed_over_that_concerns_the_program(
            parts in prop::collection::vec(prop::sample::select(vec![
                "[a.b]", "[a-1.b_c]", "[ü.b]", "[a.b](x", "[a.b]: /x\n", "[a.b", "]", "[", "# ", "\n", " ", "TEMPLATE",
                "[TEMPLATE]", "Template: ", "## ", "<!-- template -->", "<!--\ntemplate", "-->", "---\n", "===\r\n", "> ",
                "#\t", "\n\n", "- ", "status: ", "text", "(", ")", "`", "\\", "\u{a0}", "\u{feff}", "**", "Template", ":",
                "template", "title: ", "[x]", "1. ", "#", "<b>", "    ", ": ", "[^1]: ", "{", "}", "|", "---", "===", "...\n",
                "\"", "Status: ", "_", "&#91;",
            ]), 0..16),
        ) {
            let text = parts.concat();
            let facts = "[a]\nb = \"1\"\n[a-1]\nb_c = \"1\"\n[\"ü\"]\nb = \"1\"\n";
            let (mut sources, mut told) = (Sources::default(), Vec::new());
            let page = sources.add(SourceKind::Chapter, "page.md", &text);
            let file = sources.add(SourceKind::Facts, "database.toml", facts);
            let root = facts::parse(file, facts, &mut FactIds::default(), &mut told);
            let shelves = [Shelf { stem: "database", root: &root }];
            let manners = Manners { guard_includes: true, allow_html: true };
            let concerned = template::declares_itself(&text)
                || template::looks_like_template(&text)
                || !reference::resolve(&text, page, &shelves, manners).used.is_empty();
            if concerned {
                prop_assert!(may_need_text(&text), "{:?}", text);
            }
        }

        /// What the decoded text says yes to, the bytes must say yes to, however the JSON was escaped.
        #[test]
        fn bytes_never_say_no_where_the_text_says_yes(
            parts in prop::collection::vec(prop::sample::select(vec![
                "[", "]", ".", "a", "b", "TEMPLATE", "<!--", "-->", "template", " ", "\n", "\r", "# ", "---", "\\",
                "\"", "'", "(", ")", "é", "\t", "n", "=", "#", "Template", "r",
            ]), 0..24),
            escape in prop::collection::vec(any::<bool>(), 64),
        ) {
            let text = parts.concat();
            let mut literal = String::from("\"");
            for (index, character) in text.chars().enumerate() {
                if escape[index % escape.len()] && (character as u32) < 0x80 {
                    literal.push_str(&format!("\\u{:04x}", character as u32));
                } else {
                    let encoded = serde_json::to_string(&character).unwrap();
                    literal.push_str(&encoded[1..encoded.len() - 1]);
                }
            }
            literal.push('"');
            prop_assert_eq!(&serde_json::from_str::<String>(&literal).unwrap(), &text);
            if may_need_text(&text) {
                prop_assert!(may_need(&literal), "{} hides {:?}", literal, text);
                prop_assert!(may_need(&raw(&text)), "{:?}", text);
            }
        }
    }
}
