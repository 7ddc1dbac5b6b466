//! Code spans among the backticks of the template, backticks that open none, and bars that would end a cell.

use super::Writer;
use crate::place::syntax::Class;
use crate::place::{Block, code_element};

impl Writer<'_> {
    /// Code spans whose backticks would meet others of the template.
    pub(super) fn code_spans(&mut self) {
        for span in self.syntax.code.clone() {
            if self.loose {
                self.patch.replace(span.clone(), element_of(&self.value[span]));
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

    /// A backtick outside code spans. Behind a loose one of the template even a backslash does not keep it from closing a span.
    pub(super) fn backtick(&mut self, at: usize) -> usize {
        match self.syntax.class(at) {
            Class::Escaped if self.loose => self.patch.replace(at - 1..at + 1, "&#96;"),
            _ if self.loose => self.patch.replace(at..at + 1, "&#96;"),
            Class::Text => self.patch.escape(at),
            _ => {}
        }
        at + 1
    }

    /// In a cell, every `|` that is not escaped already.
    pub(super) fn pipes(&mut self) {
        if !self.place.block.ends_at_bars() {
            return;
        }
        for (at, _) in self.value.match_indices('|') {
            let slashes = self.value[..at].bytes().rev().take_while(|&byte| byte == b'\\').count();
            match self.syntax.class(at) {
                // Only in a table is the backslash not shown.
                Class::Code if slashes == 0 && self.place.block == Block::Header => self.code_as_element(at),
                Class::Text | Class::Code if slashes == 0 => self.patch.escape(at),
                // As an author writes it who has the table in mind.
                Class::Code if slashes == 1 => {}
                Class::Code => self.code_as_element(at),
                Class::Escaped => {}
                _ => self.patch.replace(at..at + 1, "&#124;"),
            }
        }
    }

    pub(super) fn code_as_element(&mut self, at: usize) {
        if self.element.is_some_and(|end| at < end) {
            return;
        }
        if let Some(span) = self.syntax.code_around(at) {
            self.element = Some(span.end);
            self.patch.replace(span.clone(), element_of(&self.value[span]));
        }
    }
}

/// A code span as an element.
fn element_of(span: &str) -> String {
    let ticks = span.bytes().take_while(|&byte| byte == b'`').count();
    let content = span[ticks..span.len() - ticks].replace('\n', " ");
    let strips = content.starts_with(' ') && content.ends_with(' ') && !content.trim().is_empty();
    code_element(if strips { &content[1..content.len() - 1] } else { &content })
}
