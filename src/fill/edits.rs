//! The edits of a page put in order, kept apart from each other and from its residue, and made.

use std::ops::Range;

use super::Filler;
use super::misfit::Wrong;
use crate::diagnostic::{Code, Diagnostic};
use crate::facts::Value;
use crate::source::next_line;
use crate::splice::{Edit, Origin, Refused, Scope, Ticks, joined_headers, opened_fences, splice_into};

impl<'a, 'f> Filler<'a, 'f> {
    /// The whole page.
    pub(super) fn page(&mut self, edits: Vec<Edit<'f>>) -> String {
        let cut = edits.iter().any(|edit| edit.origin == Origin::Template && self.ends_page(edit.range.end));
        let mut page = self.spliced(&(0..self.text.len()), edits);
        if cut {
            end_without_blank_lines(&mut page);
        }
        self.keep_definitions(&mut page);
        page
    }

    /// Whether nothing of the page follows.
    pub(super) fn ends_page(&self, at: usize) -> bool {
        let last = self.template.residue.last();
        let instructions = last.filter(|range| range.end == self.text.len());
        self.text[at..].trim_start().is_empty() || instructions.is_some_and(|range| range.start == at)
    }

    /// Writes the part of the template with the edits and without its residue behind `out`. No edits are left, so that
    /// their room can be used again.
    pub(super) fn splice(&mut self, range: &Range<usize>, edits: &mut Vec<Edit<'f>>, out: &mut String) {
        if !(self.is_plain(range) && are_apart(edits) && are_within(range, edits)) {
            self.settle(range, edits);
            self.drop_refused(range, edits);
        }
        let scope = if *range == (0..self.text.len()) { Scope::Page } else { Scope::Part };
        let scope = self.options.guard_includes.then_some(scope);
        if let Err(refused) = splice_into(self.text, range.clone(), edits, scope, out) {
            self.refuse(&refused, edits, range);
        }
        edits.clear();
    }

    /// The same by itself.
    pub(super) fn spliced(&mut self, range: &Range<usize>, mut edits: Vec<Edit<'f>>) -> String {
        let mut out = String::new();
        self.splice(range, &mut edits, &mut out);
        out
    }

    /// Whether a part of the template is one line without residue and without backticks that could become a fence, so that
    /// edits in it that are in order can be made as they are. An item is asked for as many times as there are records.
    fn is_plain(&mut self, range: &Range<usize>) -> bool {
        if self.part.0 != *range {
            let residue = &self.template.residue;
            let first = residue.partition_point(|residue| residue.end <= range.start);
            let free = residue.get(first).is_none_or(|residue| residue.end > range.end);
            let in_line = memchr::memchr(b'\n', &self.text.as_bytes()[range.clone()]).is_none();
            let ticks = self.ticks.get_or_init(|| Ticks::of(self.text));
            self.part = (range.clone(), free && in_line && !ticks.any_in(range));
        }
        self.part.1
    }

    /// Puts the edits of a part in order, apart from each other and within it, with those that remove its residue.
    fn settle(&self, range: &Range<usize>, edits: &mut Vec<Edit<'f>>) {
        let template = self.template;
        let residue = &template.residue;
        let first = residue.partition_point(|residue| residue.end <= range.start);
        let mut inside = residue[first..].iter().take_while(|residue| residue.end <= range.end).peekable();
        if inside.peek().is_some() || !are_apart(edits) {
            let key = |edit: &Edit<'_>| (edit.range.start, edit.range.end);
            edits.sort_by_key(key);
            let free = inside.filter(|residue| {
                let before = edits.partition_point(|edit| edit.range.start < residue.end);
                let after = edits[..before].last().is_none_or(|edit| edit.range.end <= residue.start);
                residue.start >= range.start && after
            });
            let removed: Vec<_> = free.map(|range| Edit::new(range.clone(), "", Origin::Template)).collect();
            edits.extend(removed);
            edits.sort_by_key(key);
            disjoint(edits);
        }
        cut_to(self.text, range, edits);
    }

    /// Drops the edits that would make another block of their line, and tells of them.
    fn drop_refused(&mut self, range: &Range<usize>, edits: &mut Vec<Edit<'f>>) {
        let ticks = self.ticks.get_or_init(|| Ticks::of(self.text));
        let mut refused = opened_fences(self.text, ticks, range.clone(), edits);
        refused.extend(joined_headers(self.text, range.clone(), edits));
        if refused.is_empty() {
            return;
        }
        refused.sort_by_key(|refused| refused.edit);
        refused.dedup_by_key(|refused| refused.edit);
        self.refuse(&refused, edits, range);
        let (mut refused, mut at) = (refused.iter().peekable(), 0..);
        edits.retain(|_| refused.next_if(|refused| Some(refused.edit) == at.next()).is_none());
    }

    /// Tells of edits that cannot be written, and of the facts that they hold.
    fn refuse(&mut self, refused: &[Refused], edits: &[Edit<'_>], range: &Range<usize>) {
        for Refused { edit, misfit } in refused {
            let at = edits.get(*edit).map_or(range.clone(), |edit| edit.range.clone());
            let wrong = Wrong::Misfit(*misfit);
            if let Some((value, address)) = self.fact_at(&at) {
                self.block_misfit(value, address, &wrong, at, "the value is wanted here");
                continue;
            }
            let diagnostic = Diagnostic::new(Code::WrongForm, misfit.to_string(), self.span(at), "the value goes here");
            self.diagnostics.push(diagnostic.with_help(wrong.help()));
        }
    }

    /// The fact that a placeholder in the range stands for, unless it stands for one of each record.
    fn fact_at(&self, range: &Range<usize>) -> Option<(&'f Value<'f>, &'a str)> {
        let template = self.template;
        let address = self.order.of(range).into_iter().find_map(|id| template.placeholders[id].address.as_deref())?;
        let keys: Vec<_> = address.split('.').collect();
        Some((&self.facts.root.find(&keys).first()?.value, address))
    }
}

/// The blank lines that kept the last block from what is gone go, too.
fn end_without_blank_lines(text: &mut String) {
    let kept = text.trim_end().len();
    text.truncate(next_line(text, kept));
}

/// Whether edits are in order and do not overlap.
fn are_apart(edits: &[Edit<'_>]) -> bool {
    edits.is_sorted_by(|edit, next| edit.range.end <= next.range.start)
}

/// Takes the overlaps out of sorted edits. What is removed takes the blank lines around it along, which may be those of a
/// neighbour or lie in what a value replaces: there the value wins.
fn disjoint(edits: &mut Vec<Edit<'_>>) {
    if are_apart(edits) {
        return;
    }
    let mut apart: Vec<Edit<'_>> = Vec::with_capacity(edits.len());
    for mut edit in edits.drain(..) {
        let Some(last) = apart.last_mut().filter(|last| edit.range.start < last.range.end) else {
            apart.push(edit);
            continue;
        };
        match (last.text.is_empty(), edit.text.is_empty()) {
            (true, true) => last.range.end = last.range.end.max(edit.range.end),
            (true, false) if edit.range.end <= last.range.end => {}
            (true, false) => {
                last.range.end = edit.range.start;
                apart.push(edit);
            }
            (false, true) if edit.range.end <= last.range.end => {}
            (false, true) => {
                edit.range.start = last.range.end;
                apart.push(edit);
            }
            (false, false) => debug_assert!(false, "two values for one place"),
        }
    }
    edits.append(&mut apart);
}

/// Whether edits that are in order lie within the range.
fn are_within(range: &Range<usize>, edits: &[Edit<'_>]) -> bool {
    let start = edits.first().is_none_or(|first| range.start <= first.range.start && first.range.end <= range.end);
    start && edits.last().is_none_or(|last| range.start <= last.range.start && last.range.end <= range.end)
}

/// Cuts edits to the range. What is removed up to its end takes the line end before along, so that no blank line is left.
fn cut_to(text: &str, range: &Range<usize>, edits: &mut [Edit<'_>]) {
    if are_within(range, edits) {
        return;
    }
    let end = if range.end < text.len() { range.end } else { usize::MAX };
    for at in 0..edits.len() {
        let start = edits[at].range.start.max(range.start);
        let mut cut = start..edits[at].range.end.clamp(start, range.end);
        if edits[at].text.is_empty() && edits[at].range.end > end {
            let from = at.checked_sub(1).map_or(range.start, |before| edits[before].range.end);
            cut.start = from + text.get(from..start).unwrap_or_default().trim_end().len();
        }
        edits[at].range = cut;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Edits `(start, end, text)` put side by side, as the same.
    fn edits(of: &[(usize, usize, &'static str)]) -> Vec<Edit<'static>> {
        of.iter().map(|&(start, end, text)| Edit::new(start..end, text, Origin::Template)).collect()
    }

    fn said(edits: Vec<Edit<'_>>) -> Vec<(usize, usize, String)> {
        edits.into_iter().map(|edit| (edit.range.start, edit.range.end, edit.text.into_owned())).collect()
    }

    #[test]
    fn where_something_is_removed_around_a_value_the_value_wins() {
        for (given, expected) in [
            (&[(0, 4, ""), (2, 6, "")][..], &[(0, 6, "")][..]),
            (&[(0, 6, ""), (2, 4, "")], &[(0, 6, "")]),
            (&[(0, 4, ""), (2, 6, "v")], &[(0, 2, ""), (2, 6, "v")]),
            (&[(0, 4, ""), (2, 4, "v")], &[(0, 4, "")]),
            (&[(0, 4, "v"), (2, 6, "")], &[(0, 4, "v"), (4, 6, "")]),
            (&[(0, 4, "v"), (2, 4, "")], &[(0, 4, "v")]),
            (&[(0, 4, ""), (4, 6, ""), (5, 8, "")], &[(0, 4, ""), (4, 8, "")]),
            (&[(0, 4, "v"), (2, 3, ""), (4, 4, "w")], &[(0, 4, "v"), (4, 4, "w")]),
        ] {
            let expected: Vec<_> = expected.iter().map(|&(start, end, text)| (start, end, text.to_owned())).collect();
            let mut apart = edits(given);
            disjoint(&mut apart);
            assert_eq!(said(apart), expected, "{given:?}");
        }
    }

    #[test]
    fn an_edit_is_cut_to_what_is_shown_and_leaves_no_blank_line_at_its_end() {
        let text = "one\n\ntwo\n\nthree\n";
        for (range, given, expected) in [
            (0..19, &[(5, 10, "")][..], &[(5, 10, "")][..]),
            (0..8, &[(5, 10, "")], &[(3, 8, "")]),
            (0..8, &[(0, 3, "v"), (5, 10, "")], &[(0, 3, "v"), (3, 8, "")]),
            (0..8, &[(5, 10, "v")], &[(5, 8, "v")]),
            (5..19, &[(3, 8, ""), (10, 12, "x")], &[(5, 8, ""), (10, 12, "x")]),
            (0..19, &[(5, 25, "")], &[(5, 19, "")]),
            (5..8, &[(0, 3, ""), (5, 8, "v")], &[(5, 5, ""), (5, 8, "v")]),
        ] {
            let expected: Vec<_> = expected.iter().map(|&(start, end, text)| (start, end, text.to_owned())).collect();
            let mut cut = edits(given);
            cut_to(text, &range, &mut cut);
            assert_eq!(said(cut), expected, "{range:?} {given:?}");
        }
    }
}
