//! Delimiters of emphasis: matched ones that the text around would take apart, and literal ones that it could match.

use std::ops::Range;

use super::Writer;
use crate::place::edge::may_pair;
use crate::place::syntax::{Class, Emphasis};

/// Which of the runs of an emphasis.
#[derive(Clone, Copy)]
enum Side {
    Opening,
    Closing,
}

impl Writer<'_> {
    /// Emphasis that the text around would take apart is written as tags, which belong to nobody else.
    pub(super) fn emphasis(&mut self) {
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
        let opening = self.run(Side::Opening, emphasis.open.start, mark);
        let closing = self.run(Side::Closing, emphasis.close.start, mark);
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
    fn run(&mut self, side: Side, at: usize, mark: u8) -> Range<usize> {
        let known = match side {
            Side::Opening => &mut self.opening,
            Side::Closing => &mut self.closing,
        };
        if !known.contains(&at) {
            let matched = |at: &usize| self.value.as_bytes()[*at] == mark && self.syntax.class(*at) == Class::Syntax;
            let before = (0..at).rev().take_while(matched).count();
            *known = at - before..at + (at..self.value.len()).take_while(matched).count();
        }
        known.clone()
    }

    /// A run of text delimiters: all escaped, or none.
    pub(super) fn delimiters(&mut self, at: usize) -> usize {
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
}
