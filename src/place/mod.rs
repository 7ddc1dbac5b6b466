//! How a value is written where it stands, so that the Markdown around it keeps its structure.
//!
//! `inline` writes an author's Markdown, `text` what is no Markdown, both with an eye on the `edge` of the place; `block`
//! is for answers of any length, `code` for what stands in code. They know Markdown by `syntax`, `block_start`, `html`
//! and, without a parser, `calm`.

mod block;
mod block_start;
mod calm;
mod code;
mod edge;
mod html;
mod inline;
mod syntax;
mod text;

#[cfg(test)]
mod properties;

use std::borrow::Cow;
use std::fmt;

pub(crate) use block::is_line;
pub use block::{Edges, block, edges};
pub(crate) use block_start::is_above_delimiter_row;
pub(crate) use code::push_code_span;
pub use code::{code, code_element, code_span, code_span_in_cell, fence_length};
pub use edge::Edge;
pub use inline::{inline, inline_within};
pub use text::{text, text_within};

/// Where an inline value stands, and what stands around it.
#[derive(Clone, Copy, Debug)]
pub struct Place<'t> {
    /// The kind of block.
    pub block: Block<'t>,
    /// The template's text before the value on the same line; container markers may be part of it.
    pub before: &'t str,
    /// The template's text after the value on the same line.
    pub after: &'t str,
    /// The value is part of the text of a link, which cannot hold another link.
    pub link: bool,
    /// The line ending of the template.
    pub newline: &'t str,
}

impl<'t> Place<'t> {
    /// A place in `block` with nothing around it, outside links, in a text with `\n` line endings.
    pub fn new(block: Block<'t>) -> Place<'t> {
        Place { block, before: "", after: "", link: false, newline: "\n" }
    }

    /// The same place between two texts of its line.
    pub fn between(self, before: &'t str, after: &'t str) -> Place<'t> {
        Place { before, after, ..self }
    }
}

/// The kind of block that an inline value stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Block<'t> {
    /// A paragraph, or the text of a list item or quote.
    Paragraph {
        /// Nothing but indentation and container markers stands before the value on its line.
        line_start: bool,
        /// What further lines begin with, so that they belong to the same container: `"  "`, `"> "`.
        prefix: &'t str,
    },
    /// A heading.
    Heading,
    /// A cell of a table.
    Cell,
    /// A line above the delimiter row of a table, whose header it is if its bars are as many.
    Header,
}

impl Block<'_> {
    /// Whether a bar in it would end a cell, or might.
    fn ends_at_bars(self) -> bool {
        matches!(self, Block::Cell | Block::Header)
    }
}

/// Why a value does not fit its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misfit {
    /// Nothing but white space.
    Blank,
    /// A blank line in a place for one paragraph.
    SeveralParagraphs,
    /// A line break in a heading.
    SeveralLines,
    /// A heading in the value of a prompt.
    Heading,
    /// A link inside the text of a link.
    LinkInLink,
    /// A construct that is never closed and would swallow what follows.
    Unclosed(Unclosed),
    /// An HTML end tag for an element that the value did not open.
    StrayEndTag,
    /// An HTML element that ends the one around the value: an item without its list, a cell without its table.
    StrayElement,
    /// Text in code that mdBook would take for an include, and that cannot be escaped there.
    Include,
    /// Without what the value replaces, or with its line break, the line would open a code block.
    Fence,
    /// Without the line break in what the value replaces, the line would be the header of a table.
    Header,
}

/// What is never closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unclosed {
    /// A fenced code block.
    Fence,
    /// An HTML comment.
    Comment,
    /// A block of HTML that only its end tag closes: `<pre>`, `<script>`, `<style>`, `<textarea>`, `<?`, `<!X`, CDATA.
    Html,
    /// An HTML element.
    Element,
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Misfit::Blank => "the value is blank",
            Misfit::SeveralParagraphs => "the value has several paragraphs, and this place holds one",
            Misfit::SeveralLines => "the value has several lines, and a heading holds one",
            Misfit::Heading => "the value holds a heading, and headings belong to the template",
            Misfit::LinkInLink => "the value holds a link or a footnote, and this place is inside the text of a link",
            Misfit::Unclosed(Unclosed::Fence) => "the value opens a code block and never closes it",
            Misfit::Unclosed(Unclosed::Comment) => "the value opens an HTML comment and never closes it",
            Misfit::Unclosed(Unclosed::Html) => "the value opens a block of HTML and never closes it",
            Misfit::Unclosed(Unclosed::Element) => "the value opens an HTML element and does not close it",
            Misfit::StrayEndTag => "the value closes an HTML element that it did not open",
            Misfit::StrayElement => "the value holds an HTML element that cannot stand by itself",
            Misfit::Include => "the value would be taken for an mdBook include, and cannot be escaped here",
            Misfit::Fence => "with the value, the backticks at the start of its line would open a code block",
            Misfit::Header => "with the value, its line would be the header of a table",
        })
    }
}

impl std::error::Error for Misfit {}

/// `value` without white space at its ends, of which most values have none.
fn trim(value: &str) -> &str {
    let is_bare = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_graphic);
    let bytes = value.as_bytes();
    if is_bare(bytes.first()) && is_bare(bytes.last()) { value } else { value.trim() }
}

/// `value` with `\n` line endings and without control characters that Markdown or HTML cannot carry.
///
/// CommonMark 2.3 asks for U+FFFD in place of NUL; the other control characters get the same, as HTML forbids them and
/// a terminal would obey them. Vertical tab and form feed are white space and become a space.
fn clean(value: &str) -> Cow<'_, str> {
    let odd = |c: char| c.is_ascii_control() && c != '\n' && c != '\t';
    if !value.bytes().any(|byte| odd(char::from(byte))) {
        return Cow::Borrowed(value);
    }
    let mut cleaned = String::with_capacity(value.len());
    let mut chars = value.chars().peekable();
    while let Some(c) = chars.next() {
        cleaned.push(match c {
            '\r' => {
                chars.next_if_eq(&'\n');
                '\n'
            }
            '\x0b' | '\x0c' => ' ',
            c if odd(c) => '\u{fffd}',
            c => c,
        });
    }
    Cow::Owned(cleaned)
}
