//! Repairs as edits that a program can apply.

use std::borrow::Cow;
use std::ops::Range;

use super::lines::Texts;
use crate::diagnostic::Sub;
use crate::source::{SourceId, Span};

/// A repair: put `text` in place of `range`.
pub(super) struct Edit<'a> {
    pub(super) message: &'a str,
    pub(super) source: SourceId,
    pub(super) range: Range<usize>,
    pub(super) text: Cow<'a, str>,
}

impl Edit<'_> {
    /// What is replaced, as a place.
    pub(super) fn span(&self) -> Span {
        self.source.span(self.range.clone())
    }
}

/// The edit that a [`Sub`] proposes, if it proposes one.
///
/// Inserted lines take the line breaks of the file, and a break before them where its last line has none.
pub(super) fn edit<'a>(texts: &Texts<'a>, sub: &'a Sub) -> Option<Edit<'a>> {
    match sub {
        Sub::Insert { message, source, at, lines } => {
            let range = texts.range(source.span(*at..*at));
            let whole = &texts.source(*source).text;
            if range.start == whole.len() && whole.ends_with('\n') && !begins_a_table(lines) {
                return Some(at_last_line(message, *source, whole, lines, texts.newline(*source)));
            }
            let text = insertion(&texts.source(*source).text, range.start, lines, texts.newline(*source));
            Some(Edit { message, source: *source, range, text })
        }
        Sub::Replace { message, span, text } => {
            Some(Edit { message, source: span.source, range: texts.range(*span), text: Cow::Borrowed(text) })
        }
        Sub::Note(_) | Sub::Place { .. } | Sub::Help(_) => None,
    }
}

/// Whether inserted lines hold a header.
fn begins_a_table(lines: &str) -> bool {
    lines.lines().any(|line| line.starts_with('['))
}

/// Lines for the last table of a file, put behind its last line: at the very end they could land behind a table that
/// another repair adds there.
fn at_last_line<'a>(message: &'a str, source: SourceId, text: &str, lines: &str, newline: &str) -> Edit<'a> {
    let end = text.strip_suffix('\n').map_or(text.len(), |line| line.strip_suffix('\r').unwrap_or(line).len());
    let lines = lines.trim_end_matches('\n').replace('\n', newline);
    Edit { message, source, range: end..end, text: Cow::Owned(format!("{newline}{lines}")) }
}

fn insertion<'a>(text: &str, at: usize, lines: &'a str, newline: &str) -> Cow<'a, str> {
    let unfinished = at == text.len() && !text.is_empty() && !text.ends_with('\n');
    match (unfinished, newline) {
        (false, "\n") => Cow::Borrowed(lines),
        (true, newline) => Cow::Owned(format!("{newline}{}", lines.replace('\n', newline))),
        (false, newline) => Cow::Owned(lines.replace('\n', newline)),
    }
}

#[cfg(test)]
mod tests {
    use super::edit;
    use crate::diagnostic::{Code, Diagnostic, Sub};
    use crate::report::lines::Texts;
    use crate::source::{SourceKind, Sources};

    fn inserted(text: &str, at: usize, lines: &str) -> String {
        let mut sources = Sources::default();
        let source = sources.add(SourceKind::Facts, "database.toml", text);
        let insert = Sub::Insert { message: String::new(), source, at, lines: lines.to_owned() };
        let diagnostic = Diagnostic::new(Code::WrongForm, "t", source.whole(), "").with(insert);
        let edit = edit(&Texts::new([&diagnostic], &sources), &diagnostic.subs[0]).unwrap();
        let mut text = text.to_owned();
        text.replace_range(edit.range, &edit.text);
        text
    }

    #[test]
    fn inserted_lines_fit_the_file() {
        assert_eq!(inserted("a = 1\n", 6, "b = 2\n"), "a = 1\nb = 2\n");
        assert_eq!(inserted("a = 1", 5, "b = 2\n"), "a = 1\nb = 2\n");
        assert_eq!(inserted("a = 1\r\n", 0, "b = 2\nc = 3\n"), "b = 2\r\nc = 3\r\na = 1\r\n");
        assert_eq!(inserted("a = 1\r\nx", 8, "b = 2\n"), "a = 1\r\nx\r\nb = 2\r\n");
        assert_eq!(inserted("", 0, "b = 2\n"), "b = 2\n");
    }
}
