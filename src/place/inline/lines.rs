//! The lines of an inline value: breaks between them, and starts that would open a block.

use std::ops::Range;

use super::Writer;
use crate::place::Block;
use crate::place::block_start::{block_start, html_block};
use crate::place::syntax::Class;

impl Writer<'_> {
    /// Line breaks, and what stands at the start of a line.
    pub(super) fn lines(&mut self) {
        let mut start = 0;
        let mut breaks: Vec<usize> = self.value.match_indices('\n').map(|(at, _)| at).collect();
        breaks.push(self.value.len());
        for end in breaks {
            let text = start + self.value[start..end].bytes().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
            let joined = start > 0 && self.line_break(start - 1, text);
            if start == 0 || !joined {
                self.line(text..end, start == 0);
            }
            start = end + 1;
        }
    }

    /// Writes the line break at `at`, behind which text goes on at `text`; whether both lines became one.
    fn line_break(&mut self, at: usize, text: usize) -> bool {
        let hard = self.hard_break(at);
        let kept = match self.place.block {
            Block::Paragraph { prefix, .. } if self.syntax.is_text(at) && !self.opens_html(text) => {
                Some(format!("{}{prefix}", self.place.newline))
            }
            _ => None,
        };
        let joined = kept.is_none();
        match (kept, hard) {
            (Some(kept), _) => self.patch.replace(at..text, kept),
            (None, Some(from)) => self.patch.replace(from..text, "<br>"),
            (None, None) => self.patch.replace(at..text, " "),
        }
        joined
    }

    /// Where the hard break (CommonMark 6.7) that ends at the line break `at` begins.
    fn hard_break(&self, at: usize) -> Option<usize> {
        if !self.syntax.is_text(at) {
            return None;
        }
        let line = &self.value[..at];
        if line.ends_with('\\') && self.syntax.is_active(at - 1) {
            return Some(at - 1);
        }
        line.ends_with("  ").then(|| line.trim_end_matches([' ', '\t']).len())
    }

    /// The tag at `at`, the start of a line, opens an HTML block.
    fn opens_html(&self, at: usize) -> bool {
        if self.syntax.class(at) != Class::Html || self.byte(at) != Some(b'<') {
            return false;
        }
        let tags = (at..self.value.len()).take_while(|&at| self.syntax.class(at) == Class::Html).count();
        let rest = self.value[at + tags..].split('\n').next().unwrap_or_default();
        let more = at + tags + rest.len() == self.value.len() && !self.edge.after.trim().is_empty();
        html_block(&self.value[at..]) || rest.trim().is_empty() && !more
    }

    /// Keeps one line from opening a block.
    fn line(&mut self, line: Range<usize>, first: bool) {
        if first && !self.edge.line_start {
            return self.glued_line(line);
        }
        if first && self.opens_html(line.start) {
            // Inline code of HTML that is no block: `span` opens none while something follows it on the line.
            return self.patch.insert(0, "<span></span>");
        }
        let text = &self.value[line.clone()];
        let last = line.end == self.value.len();
        let start = if last { self.edge.block_start(text) } else { block_start(text) };
        match start.map(|at| line.start + at) {
            Some(at) if at >= line.end => self.encode(line.end - 1..line.end),
            Some(at) => self.escape_run(at),
            None => {}
        }
    }

    /// Escapes the character at `at`; of delimiters the whole run, as the rest would flank differently behind it.
    fn escape_run(&mut self, at: usize) {
        let mark = self.value.as_bytes()[at];
        let run = self.value.as_bytes()[at..].iter().take_while(|&&byte| byte == mark).count();
        let end = if matches!(mark, b'*' | b'_' | b'~') { at + run } else { at + 1 };
        (at..end).filter(|&at| self.syntax.is_text(at)).for_each(|at| self.patch.escape(at));
    }

    /// The first line, where punctuation of the template runs into it.
    fn glued_line(&mut self, line: Range<usize>) {
        let Some(head) = self.edge.glued() else { return };
        let whole = format!("{head}{}", self.edge.last_line(&self.value[line.clone()]));
        if block_start(&whole).is_some() && self.syntax.is_text(line.start) {
            let end = line.start + self.char_after(line.start).len_utf8();
            self.encode(line.start..end);
        }
    }
}
