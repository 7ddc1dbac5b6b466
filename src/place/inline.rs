//! An author's Markdown of one paragraph, made to keep to itself.

use std::borrow::Cow;
use std::ops::Range;

use super::calm::{self, Calm};
use super::edge::{Edge, entity, may_pair};
use super::patch::Patch;
use super::syntax::{Class, Emphasis, Syntax};
use super::{Block, Misfit, Place, clean, html};

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
    let value = markdown.trim();
    if is_plain(value, place, edge) {
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
        runs: [0..0, 0..0],
        element: None,
    }
    .write();
    Ok(if patch.is_empty() { cleaned } else { Cow::Owned(patch.apply(&cleaned)) })
}

/// Whether something in a value may be a reference to a footnote of the page, which is a link.
fn holds_footnote(value: &str) -> bool {
    value.match_indices("[^").any(|(at, _)| !value[..at].ends_with('\\'))
}

/// Text and code spans without a meaning beyond themselves, where nothing beside them could change that: what most
/// values are, told without a parser.
fn is_plain(value: &str, place: &Place<'_>, edge: &Edge<'_>) -> bool {
    let (Some(first), Some(last)) = (value.chars().next(), value.chars().next_back()) else { return false };
    let meets_tick = |beside: Option<u8>| matches!(beside, Some(b'`' | b']' | b'['));
    let code = match calm::inline(value) {
        Calm::No => return false,
        Calm::Text => false,
        Calm::WithCode => true,
    };
    (!code || !edge.has_loose_backtick() && !meets_tick(edge.last()) && !meets_tick(edge.next()))
        && edge.glued().is_none()
        && (!edge.line_start || first.is_alphabetic() || edge.block_start(value).is_none())
        && !(first.is_ascii() && edge.runs_on(first as u8))
        && !edge.encodes_first(first)
        && !edge.encodes_last(last)
        && !matches!(place.block, Block::Heading)
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
pub(super) struct Writer<'w> {
    pub(super) value: &'w str,
    pub(super) place: &'w Place<'w>,
    pub(super) edge: &'w Edge<'w>,
    pub(super) syntax: Syntax,
    pub(super) patch: Patch,
    /// A backtick of the template waits for a partner.
    loose: bool,
    /// The runs of delimiters that were looked at last: an opening and a closing one.
    runs: [Range<usize>; 2],
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

    pub(super) fn byte(&self, at: usize) -> Option<u8> {
        self.value.as_bytes().get(at).copied().or(if at == self.value.len() { self.edge.next() } else { None })
    }

    /// The character before `at`, beyond the value what stands for the text there.
    fn char_before(&self, at: usize) -> char {
        self.value[..at].chars().next_back().unwrap_or(self.edge.left())
    }

    pub(super) fn char_after(&self, at: usize) -> char {
        self.value[at..].chars().next().unwrap_or(self.edge.right())
    }

    /// Emphasis that the text around would take apart is written as tags, which belong to nobody else.
    fn emphasis(&mut self) {
        for emphasis in std::mem::take(&mut self.syntax.emphasis) {
            if self.is_reachable(&emphasis) {
                let tag = emphasis.tag;
                self.patch.replace(emphasis.open, format!("<{tag}>"));
                self.patch.replace(emphasis.close, format!("</{tag}>"));
            }
        }
    }

    fn is_reachable(&mut self, emphasis: &Emphasis) -> bool {
        let mark = self.value.as_bytes()[emphasis.open.start];
        let (opening, closing) = (self.run(0, emphasis.open.start, mark), self.run(1, emphasis.close.start, mark));
        let joins = opening.start == 0 && self.edge.last().is_some_and(|last| last == mark || last == b']')
            || closing.end == self.value.len() && self.edge.next() == Some(mark);
        joins || self.edge.before_holds(mark) && self.may_close(&opening)
    }

    /// Whether an opening run could also close what the text before has opened.
    fn may_close(&self, run: &Range<usize>) -> bool {
        let (previous, next) = (self.char_before(run.start), self.char_after(run.end));
        let opens_only = previous.is_whitespace() || previous.is_ascii_punctuation() && next.is_alphanumeric();
        !opens_only
    }

    /// The run of matched delimiters that the one at `at` is part of; the literal ones beside it are going to be escaped.
    fn run(&mut self, side: usize, at: usize, mark: u8) -> Range<usize> {
        if !self.runs[side].contains(&at) {
            let matched = |at: &usize| self.value.as_bytes()[*at] == mark && self.syntax.class(*at) == Class::Syntax;
            let before = (0..at).rev().take_while(matched).count();
            self.runs[side] = at - before..at + (at..self.value.len()).take_while(matched).count();
        }
        self.runs[side].clone()
    }

    /// Code spans whose backticks would meet others of the template.
    fn code_spans(&mut self) {
        for span in self.syntax.code.clone() {
            if self.loose {
                self.patch.replace(span.clone(), code_element(&self.value[span]));
                continue;
            }
            if span.start == 0 && matches!(self.edge.last(), Some(b'`' | b']')) {
                self.patch.insert(0, self.edge.separator());
            }
            if span.end == self.value.len() && self.edge.next() == Some(b'`') {
                self.patch.insert(span.end, self.edge.separator());
            }
        }
    }

    /// Brackets without a partner, and pairs that what follows would make a link.
    fn brackets(&mut self) {
        let mut open = Vec::new();
        for at in 0..self.value.len() {
            match self.value.as_bytes()[at] {
                _ if !self.syntax.is_active(at) => {}
                b'[' => open.push(at),
                b']' => match open.pop() {
                    Some(start) if !self.is_catching(start, at) => {}
                    Some(start) => {
                        self.patch.escape(start);
                        self.patch.escape(at);
                    }
                    None => self.patch.escape(at),
                },
                _ => {}
            }
        }
        open.into_iter().for_each(|at| self.patch.escape(at));
    }

    fn is_catching(&self, start: usize, end: usize) -> bool {
        let next = self.byte(end + 1);
        let definition = next == Some(b':') && (self.starts_line(start) || end + 1 == self.value.len());
        let label = end + 1 == self.value.len() && next == Some(b'[');
        let joined = start == 0 && matches!(self.edge.last(), Some(b']' | b'!'));
        definition || label || joined || next == Some(b'(') || self.is_box(start, end)
    }

    /// A task box or the head of an alert at the start of a block.
    fn is_box(&self, start: usize, end: usize) -> bool {
        let inner = &self.value[start + 1..end];
        start == 0 && self.edge.line_start && (matches!(inner, " " | "\t" | "x" | "X") || inner.starts_with('!'))
    }

    /// `at` is the first character of a line of Markdown.
    fn starts_line(&self, at: usize) -> bool {
        let head = self.value[..at].trim_end_matches([' ', '\t']);
        if head.is_empty() { self.edge.line_start } else { head.ends_with('\n') }
    }

    /// Characters that the parser took for text, and that something outside could give a meaning.
    fn literals(&mut self) {
        let bytes = self.value.as_bytes();
        let settled = self.value.rfind(|c: char| c.is_whitespace() || c == '<').unwrap_or(0);
        let mut at = 0;
        while at < bytes.len() {
            at = match self.syntax.class(at) {
                Class::Text => self.literal(at, settled),
                Class::Escaped | Class::Html | Class::Syntax if bytes[at] == b'`' => self.backtick(at),
                _ => at + 1,
            };
        }
    }

    /// Decides on the character at `at`; the end of what was decided.
    fn literal(&mut self, at: usize, settled: usize) -> usize {
        let next = self.byte(at + 1);
        let catches = match self.value.as_bytes()[at] {
            b'*' | b'_' | b'~' => return self.delimiters(at),
            b'`' => return self.backtick(at),
            b'<' => self.opens_tag(at, settled, next),
            b'&' => self.edge.continues() && self.reaches_end(at + 1),
            b'!' => at + 1 == self.value.len() && next == Some(b'['),
            b'>' | b'"' | b'\'' if self.edge.open_angle => {
                let c = char::from(self.value.as_bytes()[at]);
                self.patch.replace(at..at + 1, entity(c));
                false
            }
            byte => at == 0 && self.edge.runs_on(byte),
        };
        if catches {
            self.patch.escape(at);
        }
        at + 1
    }

    /// A backtick outside code spans. Behind a loose one of the template even a backslash does not keep it from closing a span.
    fn backtick(&mut self, at: usize) -> usize {
        match self.syntax.class(at) {
            Class::Escaped if self.loose => self.patch.replace(at - 1..at + 1, "&#96;"),
            _ if self.loose => self.patch.replace(at..at + 1, "&#96;"),
            Class::Text => self.patch.escape(at),
            _ => {}
        }
        at + 1
    }

    /// A run of text delimiters: all escaped, or none.
    fn delimiters(&mut self, at: usize) -> usize {
        let mark = self.value.as_bytes()[at];
        let mut end = at + 1;
        while self.byte(end) == Some(mark) && self.syntax.is_active(end) {
            end += 1;
        }
        if may_pair(self.char_before(at), mark, self.char_after(end)) {
            (at..end).for_each(|at| self.patch.escape(at));
        }
        end
    }

    fn opens_tag(&self, at: usize, settled: usize, next: Option<u8>) -> bool {
        let begins = next.is_some_and(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'/' | b'!' | b'?'));
        begins || at >= settled && next.is_some_and(|byte| !byte.is_ascii_whitespace())
    }

    /// From `at` on there is only what an entity can consist of.
    fn reaches_end(&self, at: usize) -> bool {
        self.value.len() - at < 40 && self.value[at..].bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'#')
    }

    /// At the end of a heading, `{#id}` is an attribute and `#` a closing sequence.
    fn heading_end(&mut self) {
        if self.place.block != Block::Heading {
            return;
        }
        if self.value.ends_with('}') && self.syntax.is_active(self.value.len() - 1) {
            self.patch.escape(self.value.len() - 1);
        }
        let hashes = self.value.trim_end_matches('#').len();
        if hashes < self.value.len() && self.syntax.is_active(hashes) && self.char_before(hashes).is_whitespace() {
            self.patch.escape(hashes);
        }
    }

    /// In a cell, every `|` that is not escaped already.
    fn pipes(&mut self) {
        if self.place.block != Block::Cell {
            return;
        }
        for (at, _) in self.value.match_indices('|') {
            let slashes = self.value[..at].bytes().rev().take_while(|&byte| byte == b'\\').count();
            match self.syntax.class(at) {
                Class::Text | Class::Code if slashes == 0 => self.patch.escape(at),
                // As an author writes it who has the table in mind.
                Class::Code if slashes == 1 => {}
                Class::Code => self.code_as_element(at),
                Class::Escaped => {}
                _ => self.patch.replace(at..at + 1, "&#124;"),
            }
        }
    }

    fn code_as_element(&mut self, at: usize) {
        if self.element.is_some_and(|end| at < end) {
            return;
        }
        if let Some(span) = self.syntax.code_around(at) {
            self.element = Some(span.end);
            self.patch.replace(span.clone(), code_element(&self.value[span]));
        }
    }

    /// Characters that would complete what the template has begun.
    fn ends(&mut self) {
        let first = self.char_after(0);
        let text = self.syntax.is_text(0);
        let tag = self.edge.open_angle && !matches!(first, '[' | '<' | '\\' | '!' | '&');
        let image = first == '[' && self.edge.last() == Some(b'!');
        if text && self.edge.encodes_first(first) {
            self.encode(0..first.len_utf8());
        } else if !text && (tag || image) {
            self.patch.insert(0, self.edge.separator());
        }
        self.element = None;
        self.comment();
        self.last();
    }

    fn last(&mut self) {
        let last = self.char_before(self.value.len());
        let at = self.value.len() - last.len_utf8();
        match self.syntax.class(at) {
            Class::Escaped if last == '\\' && self.edge.meets_pipe() => self.patch.replace(at - 1..at + 1, "&#92;"),
            Class::Syntax | Class::Text if last == '\\' && self.edge.meets_pipe() => {
                self.patch.replace(at..at + 1, "&#92;")
            }
            Class::Syntax | Class::Text if last == '\\' => self.patch.escape(at),
            Class::Text | Class::Escaped if self.edge.encodes_last(last) => self.encode(at..self.value.len()),
            _ => {}
        }
    }

    /// Behind an open comment no `>` may close it; tags and code are shown as text and elements there.
    fn comment(&mut self) {
        let value = if self.edge.open_comment { self.value } else { "" };
        for (at, _) in value.match_indices('>') {
            match self.syntax.class(at) {
                Class::Code => self.code_as_element(at),
                _ => self.patch.replace(at..at + 1, "&#62;"),
            }
        }
    }

    pub(super) fn encode(&mut self, range: Range<usize>) {
        let text = self.value[range.clone()].chars().map(entity).collect::<String>();
        // A backslash before it would escape the entity.
        if range.start > 0 && self.value.as_bytes()[range.start - 1] == b'\\' && self.syntax.is_active(range.start - 1)
        {
            self.patch.escape(range.start - 1);
        }
        self.patch.replace(range, text);
    }
}

/// A code span as an element, all its punctuation as entities: no character of it is Markdown.
fn code_element(span: &str) -> String {
    let ticks = span.bytes().take_while(|&byte| byte == b'`').count();
    let content = span[ticks..span.len() - ticks].replace('\n', " ");
    let strips = content.starts_with(' ') && content.ends_with(' ') && !content.trim().is_empty();
    let content = if strips { &content[1..content.len() - 1] } else { &content };
    let mut out = String::from("<code>");
    for c in content.chars() {
        if c.is_ascii_punctuation() { out.push_str(&entity(c)) } else { out.push(c) }
    }
    out + "</code>"
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
        for link in ["[a](b)", "<https://a.example>", "as said[^1]"] {
            assert_eq!(inline(link, &Place { link: true, ..PROSE }), Err(Misfit::LinkInLink), "{link}");
        }
        assert!(inline("as said\\[^1]", &Place { link: true, ..PROSE }).is_ok());
    }

    #[test]
    fn control_characters_are_replaced() {
        assert_eq!(at(PROSE, "a\0b\x1bc\td"), "a\u{fffd}b\u{fffd}c\td");
    }
}
