//! How severities are called, and text of unknown origin made safe to print.

use std::borrow::Cow;

use crate::diagnostic::Severity;

/// The severity as messages begin with it.
pub(super) fn severity_name(severity: Severity) -> &'static str {
    match severity {
        Severity::Note => "note",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

/// What is said of a chapter whose lines cannot be found in its file.
pub(super) const CHANGED: &str = "an earlier preprocessor changed this chapter before it came here: \
                                  lines are counted in the changed text, not in the file";

/// The text on one line: line breaks, control characters and invisible direction marks are shown as escapes.
pub(super) fn one_line(text: &str) -> Cow<'_, str> {
    escape(text, is_unprintable)
}

/// The text on as many lines as it has, with everything else escaped as in [`one_line`].
pub(super) fn lines(text: &str) -> Cow<'_, str> {
    escape(text, |character| character != '\n' && is_unprintable(character))
}

fn escape(text: &str, escaped: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.contains(&escaped) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        if escaped(character) {
            safe.extend(character.escape_default());
        } else {
            safe.push(character);
        }
    }
    Cow::Owned(safe)
}

/// Control characters, line separators, and the marks that reorder what follows on a terminal.
pub(super) fn is_unprintable(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::{lines, one_line};

    #[test]
    fn nothing_reaches_the_terminal_that_it_would_obey() {
        assert_eq!(one_line("a\nb\tc"), r"a\nb\tc");
        assert_eq!(one_line("\u{1b}[31mred\u{9b}0m \u{202e}"), r"\u{1b}[31mred\u{9b}0m \u{202e}");
        assert_eq!(one_line("漢字 é 😀 👩‍👩‍👧"), "漢字 é 😀 👩‍👩‍👧");
        assert_eq!(lines("a\nb\r"), "a\nb\\r");
    }
}
