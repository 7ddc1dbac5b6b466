//! What the template's text right beside a value does to it.

use std::cell::OnceCell;

use super::block_start::block_start;
use super::syntax::Syntax;
use super::{Block, Place};

/// How far the template's text before a value is searched: what is older is taken to hold what is looked for.
const WINDOW: usize = 4096;

/// The template's text around a value, reduced to what can reach into it. Where many values stand at one place, it is
/// found once for all of them.
#[derive(Clone, Debug)]
pub struct Edge<'t> {
    /// Text before the value on its line, in a table within its cell.
    pub(super) before: &'t str,
    /// Text after the value, likewise.
    pub(super) after: &'t str,
    /// The value begins its line, but for container markers.
    pub(super) line_start: bool,
    /// A `<` before the value may yet become a tag, a comment or an autolink.
    pub(super) open_angle: bool,
    /// A comment or another declaration before the value is open, and would close at the next `>`.
    pub(super) open_comment: bool,
    /// The place is a cell.
    cell: bool,
    /// The first character of the value is to be written as an entity.
    encode_first: bool,
    /// The last one.
    encode_last: bool,
    /// Nothing beside the value makes anything of its first or last character.
    free: bool,
    /// Whether a backtick before the value waits for a partner, once that was asked.
    loose_backtick: OnceCell<bool>,
}

impl<'t> Edge<'t> {
    /// The edge of `place`.
    pub fn of(place: &Place<'t>) -> Edge<'t> {
        let (before, after) = match place.block {
            Block::Cell | Block::Header => {
                (after_last(place.before, '|'), place.after.split('|').next().unwrap_or_default())
            }
            _ => (place.before, place.after),
        };
        let line_start = match place.block {
            Block::Paragraph { line_start, .. } => line_start,
            _ => place.before.trim().is_empty(),
        };
        let open_angle = opens_angle(before);
        let mut edge = Edge {
            before,
            after,
            line_start,
            open_angle,
            cell: place.block.ends_at_bars(),
            open_comment: opens_comment(before),
            encode_first: open_angle || opens_entity(before) || ends_in_word_delimiter(before),
            encode_last: begins_with_word_delimiter(after),
            free: false,
            loose_backtick: OnceCell::new(),
        };
        let encodes = edge.encode_first || edge.encode_last || edge.open_angle;
        edge.free = !encodes && !line_start && edge.last() != Some(b']') && edge.glued().is_none();
        edge
    }

    /// Whether nothing beside the value makes anything of its first or last character: no entity, no block, no link.
    pub(super) fn is_free(&self) -> bool {
        self.free
    }

    /// The character before the value as far as it counts for flanking (CommonMark 6.2).
    pub(super) fn left(&self) -> char {
        match self.before.chars().next_back() {
            // Beside another placeholder, whose value may be a letter.
            Some(']') => 'a',
            Some(c) => neutral(c),
            None => ' ',
        }
    }

    /// The character after the value, likewise.
    pub(super) fn right(&self) -> char {
        match self.after.chars().next() {
            Some('[') => 'a',
            Some(c) => neutral(c),
            None => ' ',
        }
    }

    /// The last byte before the value.
    pub(super) fn last(&self) -> Option<u8> {
        self.before.bytes().next_back()
    }

    /// The first byte after the value.
    pub(super) fn next(&self) -> Option<u8> {
        self.after.bytes().next()
    }

    /// Whether the text before the value may hold `byte`.
    pub(super) fn before_holds(&self, byte: u8) -> bool {
        self.before.len() > WINDOW || self.before.bytes().any(|b| b == byte)
    }

    /// Whether a backtick before the value waits for a partner.
    pub(super) fn has_loose_backtick(&self) -> bool {
        *self.loose_backtick.get_or_init(|| {
            let long = self.before.len() > WINDOW;
            self.before_holds(b'`') && (long || Syntax::of(self.before, ' ', ' ').has_loose_backtick)
        })
    }

    /// Whether `first` must be written as an entity, as it would complete what the template has begun.
    pub(super) fn encodes_first(&self, first: char) -> bool {
        let joins = self.encode_first && (!first.is_ascii_punctuation() || first == '#');
        joins || self.open_angle && first != '['
    }

    /// Whether `last` must be, as the template's delimiter after it would change its meaning.
    pub(super) fn encodes_last(&self, last: char) -> bool {
        self.encode_last && !last.is_ascii_punctuation()
    }

    /// Whether `first` could go on with a link, or with a marker at the start of the line, that another value right
    /// before this one begins.
    pub(super) fn runs_on(&self, first: u8) -> bool {
        self.last() == Some(b']') && matches!(first, b'(' | b':' | b'.' | b')' | b'#' | b'-' | b'=' | b'+' | b'>')
    }

    /// What keeps two marks apart and is not seen.
    pub(super) fn separator(&self) -> &'static str {
        if self.open_comment { "&#8203;" } else { "<!-- -->" }
    }

    /// Whether a backslash at the end of the value stands right before the `|` that ends the cell. There even an escaped
    /// one would escape the `|`.
    pub(super) fn meets_pipe(&self) -> bool {
        self.cell && self.after.is_empty()
    }

    /// Whether the value goes on with `after` so that an entity or a tag that ends the value is completed.
    pub(super) fn continues(&self) -> bool {
        self.next().is_some_and(|byte| !byte.is_ascii_whitespace())
    }

    /// Where `line`, the last of the value and at the start of its own, would open a block together with the text after
    /// it; see [`block_start`].
    pub(super) fn block_start(&self, line: &str) -> Option<usize> {
        if begins_as_text(line) {
            return None;
        }
        // Another value on the line may complete a rule.
        let mark = |c: char| matches!(c, '-' | '*' | '_' | '=' | '|' | ':' | ' ' | '\t');
        let open = line.chars().all(mark) && self.after.trim_start_matches(mark).starts_with('[');
        if open { Some(0) } else { block_start(&self.last_line(line)) }
    }

    /// The line that the value's last line makes together with the text after it, as far as block starts look.
    pub(super) fn last_line(&self, line: &str) -> String {
        let end = self.after.len().min(256);
        let end = (0..=end).rev().find(|&at| self.after.is_char_boundary(at)).unwrap_or(0);
        format!("{line}{}", self.after[..end].lines().next().unwrap_or_default())
    }

    /// Punctuation at the start of the line that runs into the value (`#` before `# a`), `None` if there is none.
    pub(super) fn glued(&self) -> Option<&'t str> {
        // What stands in front of the last space may be the markers of containers.
        let (_, glued) = self.before.rsplit_once([' ', '\t']).unwrap_or(("", self.before));
        let head = if glued.is_empty() { begun_rule(self.before) } else { glued };
        let joins = !self.line_start && !head.is_empty() && self.before.len() < 256;
        let mark = |byte: u8| byte.is_ascii_punctuation() || byte.is_ascii_digit() || byte.is_ascii_whitespace();
        (joins && self.before.bytes().all(mark)).then_some(head)
    }
}

/// The marks of a thematic break that a line ends in, with white space between and behind them (CommonMark 4.1); empty for
/// those that may be the marker of a list item.
fn begun_rule(line: &str) -> &str {
    let Some(mark @ ('*' | '_' | '-')) = line.trim_end().chars().next_back() else { return "" };
    let marks = line.trim_end_matches([mark, ' ', '\t']).len();
    let mut rule = line[marks..].trim_start();
    while let Some(rest) = rule.strip_prefix(mark).filter(|rest| mark != '_' && rest.starts_with([' ', '\t'])) {
        rule = rest.trim_start();
    }
    rule
}

/// Whether a line begins with a letter or a code span between single backticks, which open no block.
fn begins_as_text(line: &str) -> bool {
    match line.as_bytes() {
        [b'`', next, ..] => *next != b'`',
        [first, ..] => first.is_ascii_alphabetic(),
        [] => false,
    }
}

/// A character that flanks as `c` does, and has no meaning of its own.
fn neutral(c: char) -> char {
    match c {
        '\n' | '\r' => ' ',
        c if c.is_ascii_punctuation() => '.',
        c if c.is_ascii_alphanumeric() => 'a',
        c => c,
    }
}

fn after_last(text: &str, mark: char) -> &str {
    text.rfind(mark).map_or(text, |at| &text[at + mark.len_utf8()..])
}

/// The end of `text` that is searched.
fn window(text: &str) -> &str {
    let from = text.len().saturating_sub(WINDOW);
    let from = (from..=text.len()).find(|&at| text.is_char_boundary(at)).unwrap_or(text.len());
    &text[from..]
}

/// Whether a `<` in `before` is neither closed nor harmless.
fn opens_angle(before: &str) -> bool {
    let tail = window(before);
    let Some(at) = tail.rfind('<') else { return false };
    let rest = &tail[at + 1..];
    let harmless = rest.starts_with(|c: char| c.is_whitespace() || matches!(c, '=' | '<' | '-'));
    !harmless && !rest.contains('>') || opens_comment(before)
}

/// Whether a comment, processing instruction, declaration or CDATA section in `before` is open.
fn opens_comment(before: &str) -> bool {
    let tail = window(before);
    let open = |start: &str, end: &str| tail.rfind(start).is_some_and(|at| !tail[at..].contains(end));
    open("<!--", "-->") || open("<?", "?>") || open("<![", "]]>") || open("<!", ">")
}

/// Whether `before` ends in what may become an entity.
fn opens_entity(before: &str) -> bool {
    let name = before.trim_end_matches(|c: char| c.is_ascii_alphanumeric() || c == '#');
    name.ends_with('&') && before.len() - name.len() < 40
}

const DELIMITERS: [char; 3] = ['*', '_', '~'];

/// `**Label**` right before the value: with a letter after it the delimiter would flank differently than before `[`.
fn ends_in_word_delimiter(before: &str) -> bool {
    let word = before.trim_end_matches(DELIMITERS);
    word.len() < before.len() && word.ends_with(|c: char| !c.is_whitespace() && !c.is_ascii_punctuation())
}

fn begins_with_word_delimiter(after: &str) -> bool {
    let word = after.trim_start_matches(DELIMITERS);
    word.len() < after.len() && word.starts_with(|c: char| !c.is_whitespace() && !c.is_ascii_punctuation())
}

/// `c` as a numeric entity.
pub(super) fn entity(c: char) -> String {
    format!("&#{};", u32::from(c))
}

/// Whether a run of `delimiter` between these characters could open or close emphasis.
///
/// Deliberately wider than CommonMark 6.2: what is punctuation beyond ASCII differs between versions of Unicode.
pub(super) fn may_pair(previous: char, delimiter: u8, next: char) -> bool {
    let word = |c: char| c.is_alphanumeric() || c == '_';
    match delimiter {
        _ if previous.is_whitespace() && next.is_whitespace() => false,
        b'_' => !(word(previous) && word(next)),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use pulldown_cmark::{Event, Parser};

    use crate::place::{Block, Place, inline, text};

    #[test]
    fn a_value_completes_no_thematic_break() {
        let place = Place::new(Block::Paragraph { line_start: false, prefix: "" });
        for (before, value) in
            [("** ", "*"), ("> * ** ", "*"), ("_ _ ", "_"), ("-- ", "-"), ("**", "*"), ("__ ", "_ _")]
        {
            for written in
                [inline(value, &place.between(before, "\n")).unwrap(), text(value, &place.between(before, "\n"))]
            {
                let page = format!("{before}{written}\n");
                let rules = Parser::new(&page).filter(|event| matches!(event, Event::Rule)).count();
                assert_eq!(rules, 0, "{page}");
            }
        }
        for (before, value) in [("** ", "word"), ("_ _ ", "ab"), ("** ", "-")] {
            assert_eq!(inline(value, &place.between(before, "\n")).unwrap(), value);
        }
    }

    #[test]
    fn a_value_closes_nothing_that_the_template_has_opened() {
        for (before, value) in [
            ("a <!-- b > c ", "d --> e"),
            ("a <? b > c ", "d ?> e"),
            ("a <![CDATA[ b > c ", "d ]]> e"),
            ("a <!DOCTYPE c ", "d > e"),
            ("a <!-- b ", "<b>d</b>"),
        ] {
            let place = Place::new(Block::Paragraph { line_start: false, prefix: "" });
            let written = inline(value, &place.between(before, "")).unwrap();
            assert!(!written.contains('>'), "{before}{written}");
        }
    }

    #[test]
    fn what_stands_far_before_a_value_is_taken_to_hold_what_is_looked_for() {
        let written = |before: &str| {
            let place = Place::new(Block::Paragraph { line_start: false, prefix: "" });
            inline("`c` *d*", &place.between(before, "")).unwrap().into_owned()
        };
        let far = |length: usize| format!("`a` b{}", " ".repeat(length - 5));
        assert_eq!(written(&far(4096)), "`c` *d*");
        assert_eq!(written(&far(4097)), "<code>c</code> *d*");
    }
}
