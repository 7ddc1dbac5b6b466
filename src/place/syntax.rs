//! What each byte of a value is for the Markdown parser, when the value is read as one line of a paragraph.

use std::ops::Range;

use pulldown_cmark::{Event, LinkType, Parser, Tag};

use crate::markdown;

/// What a byte belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// Delimiters of a construct, link targets, autolinks, backslashes that escape.
    Syntax,
    /// Text as it is written.
    Text,
    /// A character of text behind a backslash.
    Escaped,
    /// A code span with its delimiters.
    Code,
    /// A tag, a comment or an entity.
    Html,
}

/// Matched emphasis: its delimiters and its element.
#[derive(Clone, Debug)]
pub(super) struct Emphasis {
    pub(super) open: Range<usize>,
    pub(super) close: Range<usize>,
    pub(super) tag: &'static str,
}

/// The inline syntax of one value.
#[derive(Debug)]
pub(super) struct Syntax {
    classes: Vec<Class>,
    /// Matched emphasis, outer before inner.
    pub(super) emphasis: Vec<Emphasis>,
    /// Code spans in order.
    pub(super) code: Vec<Range<usize>>,
    /// There is a link, an image not being one.
    pub(super) has_link: bool,
    /// There is a backtick that opens no code span.
    pub(super) has_loose_backtick: bool,
}

impl Syntax {
    /// Reads `value` between the characters `left` and `right`.
    pub(super) fn of(value: &str, left: char, right: char) -> Syntax {
        // In the middle of a line nothing opens a block, and inline syntax does not tell a line break from a space.
        let lead = format!("x {left}");
        let flat = format!("{lead}{value}{right}").replace('\n', " ");
        let mut syntax = Syntax {
            classes: vec![Class::Syntax; value.len()],
            emphasis: Vec::new(),
            code: Vec::new(),
            has_link: false,
            has_loose_backtick: false,
        };
        let mut opaque = 0;
        for (event, range) in Parser::new_ext(&flat, markdown::options()).into_offset_iter() {
            let source = &flat[range.clone()];
            let range = range.start.saturating_sub(lead.len())..range.end.saturating_sub(lead.len()).min(value.len());
            if range.start >= opaque {
                opaque = opaque.max(syntax.event(&event, source, range));
            }
        }
        syntax.blanks(value);
        syntax
    }

    /// Takes one event in; the end of what is to be skipped after it.
    fn event(&mut self, event: &Event<'_>, source: &str, range: Range<usize>) -> usize {
        match event {
            Event::Text(text) if **text == *source => self.text(source, range),
            Event::Text(_) | Event::InlineHtml(_) | Event::FootnoteReference(_) => self.fill(range, Class::Html),
            Event::Code(_) => {
                self.fill(range.clone(), Class::Code);
                self.code.push(range);
            }
            Event::Start(Tag::Link { link_type, .. }) => {
                self.has_link = true;
                if matches!(link_type, LinkType::Autolink | LinkType::Email) {
                    self.fill(range.clone(), Class::Syntax);
                    return range.end;
                }
            }
            Event::Start(Tag::Emphasis) => self.emphasised(range, 1, "em"),
            Event::Start(Tag::Strong) => self.emphasised(range, 2, "strong"),
            Event::Start(Tag::Strikethrough) => {
                self.emphasised(range, if source.starts_with("~~") { 2 } else { 1 }, "del");
            }
            _ => {}
        }
        0
    }

    fn text(&mut self, source: &str, range: Range<usize>) {
        let start = range.start;
        self.has_loose_backtick |= source.contains('`');
        self.fill(range, Class::Text);
        if start > 0
            && source.starts_with(|c: char| c.is_ascii_punctuation())
            && self.classes.get(start - 1) == Some(&Class::Syntax)
        {
            self.mark_escaped(start);
        }
    }

    /// The byte at `at` follows syntax: an escaped one if that is a backslash, which [`Syntax::blanks`] finds out.
    fn mark_escaped(&mut self, at: usize) {
        if let Some(class) = self.classes.get_mut(at) {
            *class = Class::Escaped;
        }
    }

    fn fill(&mut self, range: Range<usize>, class: Class) {
        if let Some(classes) = self.classes.get_mut(range) {
            classes.fill(class);
        }
    }

    fn emphasised(&mut self, range: Range<usize>, width: usize, tag: &'static str) {
        if range.len() >= 2 * width {
            let (open, close) = (range.start..range.start + width, range.end - width..range.end);
            self.emphasis.push(Emphasis { open, close, tag });
        }
    }

    /// Settles what the events do not say: an escaped character stands behind a backslash, and white space that the
    /// parser drops is text.
    fn blanks(&mut self, value: &str) {
        let bytes = value.as_bytes();
        for at in 0..bytes.len() {
            if self.classes[at] == Class::Escaped && bytes[at - 1] != b'\\' {
                self.classes[at] = Class::Text;
            }
        }
    }

    /// What the byte at `at` belongs to.
    pub(super) fn class(&self, at: usize) -> Class {
        self.classes.get(at).copied().unwrap_or(Class::Syntax)
    }

    /// The byte at `at` is text, escaped or not.
    pub(super) fn is_text(&self, at: usize) -> bool {
        matches!(self.class(at), Class::Text | Class::Escaped)
    }

    /// The byte at `at` is text that no backslash protects.
    pub(super) fn is_active(&self, at: usize) -> bool {
        self.class(at) == Class::Text
    }

    /// The code span that covers `at`.
    pub(super) fn code_around(&self, at: usize) -> Option<Range<usize>> {
        let next = self.code.partition_point(|span| span.end <= at);
        self.code.get(next).filter(|span| span.contains(&at)).cloned()
    }
}
