//! Brackets of text that something beside them could make a link of.

use super::Writer;

impl Writer<'_> {
    /// Brackets without a partner, and pairs that what follows would make a link.
    pub(super) fn brackets(&mut self) {
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
}
