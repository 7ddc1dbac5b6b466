//! The first and the last characters of a value, which could complete what stands beside them.

use super::Writer;
use crate::place::Block;
use crate::place::syntax::Class;

impl Writer<'_> {
    /// At the end of a heading, `{#id}` is an attribute and `#` a closing sequence.
    pub(super) fn heading_end(&mut self) {
        if self.place.block != Block::Heading {
            return;
        }
        if self.value.ends_with('}') && self.syntax.is_active(self.value.len() - 1) {
            self.patch.escape(self.value.len() - 1);
        }
        let hashes = self.value.trim_end_matches('#').len();
        if self.syntax.is_active(hashes) && self.char_before(hashes).is_whitespace() {
            self.patch.escape(hashes);
        }
    }

    /// Characters that would complete what the template has begun.
    pub(super) fn ends(&mut self) {
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
}
