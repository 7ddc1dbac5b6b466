//! Characters that are text in a value, and that something outside of it could give a meaning.

use super::Writer;
use crate::place::edge::entity;
use crate::place::syntax::Class;

impl Writer<'_> {
    /// Characters that the parser took for text, and that something outside could give a meaning.
    pub(super) fn literals(&mut self) {
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

    fn opens_tag(&self, at: usize, settled: usize, next: Option<u8>) -> bool {
        let begins = next.is_some_and(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'/' | b'!' | b'?'));
        begins || at >= settled && next.is_some_and(|byte| !byte.is_ascii_whitespace())
    }

    /// From `at` on there is only what an entity can consist of.
    fn reaches_end(&self, at: usize) -> bool {
        self.value[at..].bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'#')
    }
}
