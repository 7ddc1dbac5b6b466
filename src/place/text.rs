//! Plain text, such as the name of a table, written so that Markdown shows it as it is.

use std::borrow::Cow;

use super::block_start::block_start;
use super::calm;
use super::edge::{Edge, entity, may_pair};
use super::{Block, Place, clean, trim};

/// `plain` as Markdown that shows exactly this text at `place`: no character of it is syntax, an entity or a tag, or
/// becomes a typographic quote. White space at the ends is dropped, a line break is a space.
pub fn text<'v>(plain: &'v str, place: &Place<'_>) -> Cow<'v, str> {
    text_within(plain, place, &Edge::of(place))
}

/// As [`text`], with the edge of the place that was found before.
pub fn text_within<'v>(plain: &'v str, place: &Place<'_>, edge: &Edge<'_>) -> Cow<'v, str> {
    let plain = trim(plain);
    if is_plain(plain, edge) {
        return Cow::Borrowed(plain);
    }
    let cleaned = clean(plain).replace('\n', " ");
    let loose = cleaned.contains('`') && edge.has_loose_backtick();
    let chars = Chars { text: cleaned.trim(), place, edge, loose };
    let escaped = chars.write();
    if escaped == plain { Cow::Borrowed(plain) } else { Cow::Owned(escaped) }
}

/// What most names and types are: nothing in them is syntax, and nothing beside them makes it so.
fn is_plain(plain: &str, edge: &Edge<'_>) -> bool {
    let words = calm::words(plain);
    if words && edge.is_free() {
        return true;
    }
    let ends = [plain.chars().next(), plain.chars().next_back()];
    if edge.encodes_first(ends[0].unwrap_or(' ')) || edge.encodes_last(ends[1].unwrap_or('.')) {
        return false;
    }
    if words {
        return !(edge.line_start && plain.starts_with(|c: char| c.is_ascii_digit()));
    }
    let letter = ends[0].is_some_and(|c| !c.is_ascii() || c.is_ascii_alphabetic());
    letter && calm::text(plain) && edge.glued().is_none()
}

/// One text on its way into a place.
struct Chars<'c> {
    text: &'c str,
    place: &'c Place<'c>,
    edge: &'c Edge<'c>,
    /// A backtick of the template waits for a partner.
    loose: bool,
}

/// What a character becomes.
enum Form {
    Plain,
    Escaped,
    Entity,
}

impl Chars<'_> {
    fn write(&self) -> String {
        let mut out = String::with_capacity(self.text.len() + self.text.len() / 8);
        let opener = self.opener();
        let mut runs = Runs { end: 0, length: 0, before: ' ', opens: false };
        let mut previous = self.edge.left();
        for (at, c) in self.text.char_indices() {
            let end = at + c.len_utf8();
            runs.enter(self.text.as_bytes(), at, previous, opener);
            let next = self.text[end..].chars().next();
            let form = if opener == Some(at) && c.is_ascii_punctuation() {
                Form::Escaped
            } else {
                self.form(at, previous, next, &runs)
            };
            match form {
                _ if opener == Some(at) && !c.is_ascii_punctuation() => out.push_str(&entity(c)),
                Form::Plain => out.push(c),
                Form::Escaped => out.extend(['\\', c]),
                Form::Entity => out.push_str(&entity(c)),
            }
            previous = c;
        }
        out
    }

    /// The character that would make the line open a block.
    fn opener(&self) -> Option<usize> {
        if !self.edge.line_start {
            let head = self.edge.glued()?;
            return block_start(&format!("{head}{}", self.edge.last_line(self.text))).map(|_| 0);
        }
        let last = self.text.char_indices().next_back().map_or(0, |(at, _)| at);
        self.edge.block_start(self.text).map(|at| at.min(last))
    }

    fn form(&self, at: usize, previous: char, next: Option<char>, runs: &Runs) -> Form {
        let Some(c) = self.text[at..].chars().next() else { return Form::Plain };
        let beyond = next.unwrap_or(self.edge.right());
        let last = next.is_none();
        if self.edge.open_angle && matches!(c, '>' | '"' | '\'')
            || at == 0 && self.edge.encodes_first(c)
            || last && self.edge.encodes_last(c)
        {
            return Form::Entity;
        }
        if c == '`' && self.loose || c == '\\' && last && self.edge.meets_pipe() {
            return Form::Entity;
        }
        let syntax = match c {
            '\\' | '`' | '"' | '\'' => true,
            '*' | '_' | '~' => runs.opens || may_pair(runs.before, c as u8, self.run_next(runs)),
            '[' => !self.is_empty_pair(at, previous),
            ']' => !(previous == '[' && self.is_empty_pair(at - 1, self.before_pair(at))),
            '<' => !beyond.is_whitespace(),
            '&' => beyond.is_ascii_alphanumeric() || beyond == '#' || last,
            '|' => self.place.block.ends_at_bars(),
            '-' => runs.length > 1,
            '.' => runs.length > 2,
            '!' => last && self.edge.continues(),
            '#' | '}' => self.place.block == Block::Heading,
            _ => false,
        };
        let runs_on = at == 0 && c.is_ascii() && self.edge.runs_on(c as u8);
        if syntax || runs_on { Form::Escaped } else { Form::Plain }
    }

    fn run_next(&self, runs: &Runs) -> char {
        self.text[runs.end..].chars().next().unwrap_or(self.edge.right())
    }

    fn before_pair(&self, close: usize) -> char {
        self.text[..close - 1].chars().next_back().unwrap_or(self.edge.left())
    }

    /// `[]` behind a letter, as in `text[]`, that nothing makes a link of.
    fn is_empty_pair(&self, at: usize, previous: char) -> bool {
        let after = self.text.as_bytes().get(at + 2).copied().or(self.edge.next());
        self.text[at..].starts_with("[]")
            && previous.is_alphanumeric()
            && at > 0
            && !matches!(after, Some(b'(' | b'[' | b':'))
    }
}

/// The run of equal ASCII characters that the current one is part of.
struct Runs {
    end: usize,
    length: usize,
    /// The character before the run.
    before: char,
    /// The run would open a block.
    opens: bool,
}

impl Runs {
    /// Moves to the character at `at`.
    fn enter(&mut self, bytes: &[u8], at: usize, previous: char, opener: Option<usize>) {
        if at < self.end {
            return;
        }
        let run = bytes[at..].iter().take_while(|&&byte| byte == bytes[at]).count();
        self.length = if bytes[at].is_ascii() { run } else { 1 };
        self.end = at + self.length;
        self.before = previous;
        self.opens = opener == Some(at);
    }
}

#[cfg(test)]
mod tests {
    use super::text;
    use crate::place::{Block, Place};

    const PROSE: Place<'static> = Place {
        block: Block::Paragraph { line_start: false, prefix: "" },
        before: "",
        after: "",
        link: false,
        newline: "\n",
    };

    fn at(place: Place<'_>, plain: &str) -> String {
        text(plain, &place).into_owned()
    }

    #[test]
    fn names_and_types_keep_their_bytes() {
        for plain in
            ["users", "user_id", "varchar(255)", "text[]", "numeric(10, 2)", "a b", "größe", "x.y", "a-b", "a < b"]
        {
            assert_eq!(at(PROSE, plain), plain);
        }
    }

    #[test]
    fn syntax_is_shown() {
        for (plain, expected) in [
            ("_a_", "\\_a\\_"),
            ("*a*", "\\*a\\*"),
            ("a`b", "a\\`b"),
            ("<b>", "\\<b>"),
            ("&lt;", "\\&lt;"),
            ("[a](b)", "\\[a\\](b)"),
            ("DEFAULT 'x'", "DEFAULT \\'x\\'"),
            ("a -- b", "a \\-\\- b"),
            ("a...", "a\\.\\.\\."),
            ("a\\b", "a\\\\b"),
            ("a\nb", "a b"),
        ] {
            assert_eq!(at(PROSE, plain), expected);
        }
    }

    #[test]
    fn a_name_opens_no_block_and_ends_no_cell() {
        let item = Place { block: Block::Paragraph { line_start: true, prefix: "" }, ..PROSE };
        assert_eq!(at(item, "# a"), "\\# a");
        assert_eq!(at(item, "1. a"), "1\\. a");
        assert_eq!(at(item.between("", ". b"), "1"), "&#49;");
        assert_eq!(at(Place::new(Block::Cell).between("| ", " |"), "a|b"), "a\\|b");
        assert_eq!(at(PROSE.between("<", ">"), "a"), "&#97;");
    }
}
