//! One look at the bytes of a value: whether any of them can mean something to Markdown.

/// What a value of Markdown holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Calm {
    /// Letters, digits and marks that mean nothing in the middle of a paragraph.
    Text,
    /// The same, and code spans between single backticks.
    WithCode,
    /// Something that only a parser can tell the meaning of.
    No,
}

/// Bytes that never mean anything in the middle of a line of Markdown. What is beyond ASCII is part of a letter or mark.
const MARKDOWN: [bool; 256] = table(b"\\`*_~[]<>&!|{}#");

/// Bytes that stand as they are where text is shown as it is.
const PLAIN: [bool; 256] = table(b"\\`*_~[]<>&!|{}#\"'-.");

const fn table(marks: &[u8]) -> [bool; 256] {
    let mut calm = [true; 256];
    let mut at = 0;
    while at < 0x20 {
        calm[at] = false;
        at += 1;
    }
    calm[0x7f] = false;
    at = 0;
    while at < marks.len() {
        calm[marks[at] as usize] = false;
        at += 1;
    }
    calm
}

/// Letters, digits, blanks and commas of ASCII.
const WORDS: [bool; 256] = {
    let mut words = [false; 256];
    let mut byte = 0_u8;
    while byte < 0x80 {
        words[byte as usize] = byte.is_ascii_alphanumeric() || byte == b' ' || byte == b',';
        byte += 1;
    }
    words
};

/// Whether a text has nothing but letters, digits, blanks and commas, which mean nothing at any place but the start of a
/// line.
pub(super) fn words(plain: &str) -> bool {
    plain.bytes().all(|byte| WORDS[usize::from(byte)])
}

/// What Markdown of one paragraph holds.
pub(super) fn inline(value: &str) -> Calm {
    let bytes = value.as_bytes();
    let (mut at, mut calm) = (0, Calm::Text);
    while let Some(next) = bytes[at..].iter().position(|&byte| !MARKDOWN[usize::from(byte)]) {
        at += next;
        at = match bytes[at] {
            b'_' if is_inside_word(bytes, at) => at + 1,
            b'`' => match code_span(bytes, at) {
                Some(end) => {
                    calm = Calm::WithCode;
                    end
                }
                None => return Calm::No,
            },
            _ => return Calm::No,
        };
    }
    calm
}

/// Whether no character of `plain` has to be escaped, at any place but the start of a line.
pub(super) fn text(plain: &str) -> bool {
    let bytes = plain.as_bytes();
    let alone = |at: usize| bytes.get(at + 1) != Some(&bytes[at]);
    bytes.iter().enumerate().all(|(at, &byte)| match byte {
        b'-' | b'.' => alone(at),
        b'_' => is_inside_word(bytes, at),
        _ => PLAIN[usize::from(byte)],
    })
}

/// `_` between letters or digits opens and closes no emphasis (CommonMark 6.2).
fn is_inside_word(bytes: &[u8], at: usize) -> bool {
    let word = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    word(bytes.get(at + 1)) && at > 0 && word(bytes.get(at - 1))
}

/// The end of the code span that the backtick at `start` opens, if it is one of single backticks on one line. Its content
/// has no `|`, which would end a cell.
fn code_span(bytes: &[u8], start: usize) -> Option<usize> {
    let content = &bytes[start + 1..];
    let end = content.iter().position(|&byte| byte == b'`' || byte == b'|' || byte.is_ascii_control())?;
    let closes = content[end] == b'`' && end > 0 && content.get(end + 1) != Some(&b'`');
    closes.then_some(start + end + 2)
}

#[cfg(test)]
mod tests {
    use super::{Calm, inline, text};

    #[test]
    fn words_numbers_and_code_mean_nothing_else() {
        for value in ["Größe: 10 %, (see above) - \"x\"", "user_id is 'a'; 1.5 / 2", ""] {
            assert_eq!(inline(value), Calm::Text, "{value}");
        }
        for value in ["the `id` of `a*b*<c>`", "`x`"] {
            assert_eq!(inline(value), Calm::WithCode, "{value}");
        }
    }

    #[test]
    fn whatever_may_be_syntax_is_left_to_the_parser() {
        for value in [
            "a*b", "_a_", "a_ b", "a _b", "a__b", "``a``", "`a", "`a``b`", "`a\nb`", "`a|b`", "[a]", "a\nb", "a&b",
            "<b>",
        ] {
            assert_eq!(inline(value), Calm::No, "{value}");
        }
    }

    #[test]
    fn names_and_types_are_text() {
        for plain in
            ["varchar(255)", "numeric(10, 2)", "user_id", "now()", "a-b", "billing.invoices", "größe", "\u{2013}"]
        {
            assert!(text(plain), "{plain}");
        }
        for plain in ["a--b", "a...", "_a", "it's", "text[]", "a|b", "#", "a & b"] {
            assert!(!text(plain), "{plain}");
        }
    }
}
