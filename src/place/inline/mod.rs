//! An author's Markdown of one paragraph, made to keep to itself.
//!
//! `emphasis`, `code`, `brackets`, `literals`, `lines` and `ends` each look for what could reach beyond the value, and
//! note in a `patch` how it is written instead.

mod brackets;
mod code;
mod emphasis;
mod ends;
mod lines;
mod literals;
mod patch;

use std::borrow::Cow;
use std::ops::Range;

use super::calm::{self, Calm};
use super::edge::{Edge, entity};
use super::syntax::Syntax;
use super::{Block, Misfit, Place, clean, html, trim};
use patch::Patch;

/// The value `markdown` as it is to be written at `place`: what it shows stays as its author wrote it, and nothing in it
/// reaches beyond it. Matched emphasis, links, code spans and tags keep their bytes; a delimiter without a partner, and
/// a line that would open a block, are escaped.
///
/// # Errors
/// [`Misfit::Blank`], [`Misfit::SeveralParagraphs`], [`Misfit::SeveralLines`] in a heading, [`Misfit::LinkInLink`], and
/// HTML that would reach beyond the value.
pub fn inline<'v>(markdown: &'v str, place: &Place<'_>) -> Result<Cow<'v, str>, Misfit> {
    inline_within(markdown, place, &Edge::of(place))
}

/// As [`inline`], with the edge of the place that was found before.
///
/// # Errors
/// Those of [`inline`].
pub fn inline_within<'v>(markdown: &'v str, place: &Place<'_>, edge: &Edge<'_>) -> Result<Cow<'v, str>, Misfit> {
    let value = trim(markdown);
    if is_plain(value, edge) {
        return Ok(Cow::Borrowed(value));
    }
    let cleaned = match clean(value) {
        Cow::Borrowed(value) => Cow::Borrowed(value),
        Cow::Owned(value) => Cow::Owned(value.trim().to_owned()),
    };
    refuse(&cleaned, place)?;
    html::check(&in_a_line(&cleaned))?;
    let syntax = Syntax::of(&cleaned, edge.left(), edge.right());
    if place.link && (syntax.has_link || holds_footnote(&cleaned)) {
        return Err(Misfit::LinkInLink);
    }
    let loose = cleaned.contains('`') && edge.has_loose_backtick();
    let patch = Writer {
        value: &cleaned,
        place,
        edge,
        syntax,
        patch: Patch::default(),
        loose,
        opening: 0..0,
        closing: 0..0,
        element: None,
    }
    .write();
    Ok(if patch.is_empty() { cleaned } else { Cow::Owned(patch.apply(&cleaned)) })
}

/// Whether something in a value may be a reference to a footnote of the page, which is a link.
fn holds_footnote(value: &str) -> bool {
    let slashes = |at: usize| value[..at].len() - value[..at].trim_end_matches('\\').len();
    value.match_indices("[^").any(|(at, _)| slashes(at) % 2 == 0)
}

/// Text and code spans without a meaning beyond themselves, where nothing beside them could change that: what most
/// values are, told without a parser.
fn is_plain(value: &str, edge: &Edge<'_>) -> bool {
    let (Some(first), Some(last)) = (value.chars().next(), value.chars().next_back()) else { return false };
    let meets_tick = |beside: Option<u8>| matches!(beside, Some(b'`' | b']' | b'['));
    let code = match calm::inline(value) {
        Calm::No => return false,
        Calm::Text => false,
        Calm::WithCode => true,
    };
    if code && (edge.has_loose_backtick() || meets_tick(edge.last()) || meets_tick(edge.next())) {
        return false;
    }
    edge.is_free()
        || edge.glued().is_none()
            && (!edge.line_start || first.is_alphabetic() || edge.block_start(value).is_none())
            && !(first.is_ascii() && edge.runs_on(first as u8))
            && !edge.encodes_first(first)
            && !edge.encodes_last(last)
}

/// The value as text in the middle of a line, where nothing opens a block.
fn in_a_line(value: &str) -> Cow<'_, str> {
    if value.contains('<') { Cow::Owned(format!("x {}", value.replace('\n', " "))) } else { Cow::Borrowed(value) }
}

/// The forms that no escape makes fit.
fn refuse(value: &str, place: &Place<'_>) -> Result<(), Misfit> {
    if value.is_empty() {
        return Err(Misfit::Blank);
    }
    if value.split('\n').any(|line| line.trim_matches([' ', '\t']).is_empty()) {
        return Err(Misfit::SeveralParagraphs);
    }
    if place.block == Block::Heading && value.contains('\n') {
        return Err(Misfit::SeveralLines);
    }
    Ok(())
}

/// Collects what has to be changed in one value.
struct Writer<'w> {
    value: &'w str,
    place: &'w Place<'w>,
    edge: &'w Edge<'w>,
    syntax: Syntax,
    patch: Patch,
    /// A backtick of the template waits for a partner.
    loose: bool,
    /// The run of opening delimiters that was looked at last.
    opening: Range<usize>,
    /// The same of closing ones.
    closing: Range<usize>,
    /// The end of the last code span that was written as an element.
    element: Option<usize>,
}

impl Writer<'_> {
    fn write(mut self) -> Patch {
        self.emphasis();
        self.code_spans();
        self.brackets();
        self.literals();
        self.heading_end();
        self.pipes();
        self.lines();
        self.ends();
        self.patch
    }

    /// The byte at `at`, or the first one behind the value.
    fn byte(&self, at: usize) -> Option<u8> {
        self.value.as_bytes().get(at).copied().or(if at == self.value.len() { self.edge.next() } else { None })
    }

    /// The character before `at`, beyond the value what stands for the text there.
    fn char_before(&self, at: usize) -> char {
        self.value[..at].chars().next_back().unwrap_or(self.edge.left())
    }

    /// The same of the character at `at`.
    fn char_after(&self, at: usize) -> char {
        self.value[at..].chars().next().unwrap_or(self.edge.right())
    }

    /// Writes characters as entities.
    fn encode(&mut self, range: Range<usize>) {
        let text = self.value[range.clone()].chars().map(entity).collect::<String>();
        // A backslash before it would escape the entity.
        if range.start > 0 && self.value.as_bytes()[range.start - 1] == b'\\' && self.syntax.is_active(range.start - 1)
        {
            self.patch.escape(range.start - 1);
        }
        self.patch.replace(range, text);
    }
}

#[cfg(test)]
mod tests {
    use super::inline;
    use crate::place::{Block, Misfit, Place};

    const PROSE: Place<'static> = paragraph(false, "");
    const ITEM: Place<'static> = paragraph(true, "  ");

    const fn paragraph(line_start: bool, prefix: &str) -> Place<'_> {
        Place { block: Block::Paragraph { line_start, prefix }, before: "", after: "", link: false, newline: "\n" }
    }

    fn at(place: Place<'_>, value: &str) -> String {
        inline(value, &place).unwrap().into_owned()
    }

    fn between(before: &str, value: &str, after: &str) -> String {
        at(PROSE.between(before, after), value)
    }

    #[test]
    fn ordinary_values_keep_their_bytes() {
        for value in [
            "PostgreSQL",
            "snake_case",
            "a * b",
            "5 < 6",
            "C++",
            "x_1",
            "[x]",
            "text[]",
            "a & b",
            "a -> b",
            "50%",
            "~",
            "https://example.com/a_b?c=d&e=f",
            "`code`",
            "**bold** and *it*",
            "[a](b)",
            "![a](b)",
            "<b>x</b>",
            "<https://a.b>",
            "a\\*b",
            "&amp;",
            "~~old~~",
            "``a`b``",
            "[^1]",
            "a {b}",
            "\"it's\"",
            "# a",
            "- a",
            "1. a",
            "`a\\`",
            "*a [b](c) d*",
            "a \\\nb",
            "a  \nb",
            "5 <= 6",
            "[a [b] c]",
            "R&D team",
            "!",
            "a | b",
        ] {
            assert_eq!(at(PROSE, value), value);
        }
    }

    #[test]
    fn delimiters_without_a_partner_are_escaped() {
        for (value, expected) in [
            ("*a", "\\*a"),
            ("a**", "a\\*\\*"),
            ("_a", "\\_a"),
            ("`", "\\`"),
            ("a ``b` c", "a \\`\\`b\\` c"),
            ("~5 min", "\\~5 min"),
            ("[a", "\\[a"),
            ("a]", "a\\]"),
            ("[a](b", "\\[a\\](b"),
            ("<a", "\\<a"),
            ("<!-- a", "\\<!-- a"),
            ("a\\", "a\\\\"),
            ("**a*", "\\**a*"),
            ("*a _b* c_", "*a \\_b* c\\_"),
        ] {
            assert_eq!(at(PROSE, value), expected);
        }
    }

    #[test]
    fn a_value_does_not_join_its_neighbours() {
        assert_eq!(between("**", "*a*", "**"), "<em>a</em>");
        assert_eq!(between("*x ", "a*b*c", " y*"), "a<em>b</em>c");
        assert_eq!(between("x ", "a*b*c", ""), "a*b*c");
        assert_eq!(between("`a`", "`b`", "`c`"), "<!-- -->`b`<!-- -->");
        assert_eq!(between("a ` b ", "`c`", ""), "<code>c</code>");
        assert_eq!(between("", "[a]", "(b)"), "\\[a\\]");
        assert_eq!(between("[a]", "(b)", ""), "\\(b)");
        assert_eq!(between("<", "id", ">"), "&#105;d");
        assert_eq!(between("<foo ", "bar", ">"), "&#98;ar");
        assert_eq!(between("&", "lt", ";"), "&#108;t");
        assert_eq!(between("", "&lt", ";"), "\\&lt");
        assert_eq!(between("", "a<", "b>"), "a\\<");
        assert_eq!(between("", "a!", "[b](c)"), "a\\!");
        assert_eq!(between("_a_", "b", ""), "&#98;");
        assert_eq!(between("", "b", "_a_"), "&#98;");
        assert_eq!(between("**Label:** ", "b", " **x**"), "b");
    }

    #[test]
    fn a_line_never_opens_a_block() {
        for (value, expected) in [
            ("# a", "\\# a"),
            ("> a", "\\> a"),
            ("- a", "\\- a"),
            ("+ a", "\\+ a"),
            ("1. a", "1\\. a"),
            ("---", "\\---"),
            ("===", "\\==="),
            ("***", "\\*\\*\\*"),
            ("```", "\\`\\`\\`"),
            ("~~~ a", "\\~\\~\\~ a"),
            (": a", "\\: a"),
            ("|---|", "\\|---|"),
            ("[a]: b", "\\[a\\]: b"),
            ("[^a]: b", "\\[^a\\]: b"),
            ("[ ] a", "\\[ \\] a"),
            ("[x]", "\\[x\\]"),
            ("[!NOTE]", "\\[!NOTE\\]"),
            ("<div>a</div>", "<span></span><div>a</div>"),
            ("<!-- a --> b", "<span></span><!-- a --> b"),
        ] {
            assert_eq!(at(ITEM, value), expected);
        }
        for value in
            ["16.4", "20", "-1", "+1", "#1", "*a*", "**a**", "`a`", "<b>a</b> c", "[a](b)", "[a]", "1.5 s", "= 5"]
        {
            assert_eq!(at(ITEM, value), value);
        }
    }

    #[test]
    fn further_lines_stay_in_the_paragraph() {
        assert_eq!(at(ITEM, "a\n# b\n  - c"), "a\n  \\# b\n  \\- c");
        assert_eq!(at(paragraph(false, "> "), "a\r\nb"), "a\n> b");
        assert_eq!(at(Place { newline: "\r\n", ..ITEM }, "a\nb"), "a\r\n  b");
        assert_eq!(at(PROSE, "a `b\n# c` d"), "a `b # c` d");
        assert_eq!(at(PROSE, "a\n<div></div>"), "a <div></div>");
        assert_eq!(at(PROSE, "a\n---"), "a\n\\---");
        assert_eq!(at(PROSE, "a | b\n--|--"), "a | b\n\\--|--");
    }

    #[test]
    fn the_text_behind_a_value_counts_for_its_line() {
        assert_eq!(at(ITEM.between("- ", ". b"), "1"), "&#49;");
        assert_eq!(at(ITEM.between("- ", " b"), "-"), "\\-");
        assert_eq!(at(PROSE.between("#", " b"), "#"), "&#35;");
        assert_eq!(at(PROSE.between("-", ""), "--"), "&#45;-");
    }

    #[test]
    fn a_cell_stays_one_cell() {
        let cell = Place::new(Block::Cell).between("| ", " |");
        assert_eq!(at(cell, "a|b"), "a\\|b");
        assert_eq!(at(cell, "`a|b`"), "`a\\|b`");
        assert_eq!(at(cell, "a\\|b"), "a\\|b");
        assert_eq!(at(cell, "a\nb"), "a b");
        assert_eq!(at(cell, "a  \nb\\\nc"), "a<br>b<br>c");
        assert_eq!(at(cell, "[a](b|c)"), "[a](b&#124;c)");
        assert_eq!(at(cell, "`a\\\\|b`"), "<code>a&#92;&#92;&#124;b</code>");
    }

    #[test]
    fn a_heading_stays_one_heading() {
        let heading = Place::new(Block::Heading).between("# ", "");
        assert_eq!(at(heading, "a {#b}"), "a {#b\\}");
        assert_eq!(at(heading, "a #"), "a \\#");
        assert_eq!(at(heading, "C#"), "C#");
        assert_eq!(at(heading, "- a"), "- a");
        assert_eq!(at(Place::new(Block::Heading), "- a"), "\\- a");
        assert_eq!(inline("a\nb", &heading), Err(Misfit::SeveralLines));
    }

    #[test]
    fn what_no_escape_makes_fit_is_refused() {
        assert_eq!(inline(" \n", &PROSE), Err(Misfit::Blank));
        assert_eq!(inline("a\n \nb", &PROSE), Err(Misfit::SeveralParagraphs));
        for link in ["[a](b)", "<https://a.example>", "as said[^1]", "as said\\\\[^1]"] {
            assert_eq!(inline(link, &Place { link: true, ..PROSE }), Err(Misfit::LinkInLink), "{link}");
        }
        assert!(inline("as said\\[^1]", &Place { link: true, ..PROSE }).is_ok());
    }

    #[test]
    fn control_characters_are_replaced() {
        assert_eq!(at(PROSE, "a\0b\x1bc\td"), "a\u{fffd}b\u{fffd}c\td");
    }
}
