//! Edits that would make another block of their line: lines that only a later backtick keeps from opening a code block,
//! and lines that only a line break keeps from being the header of a table.

use std::ops::Range;

use super::{Edit, Origin, Refused};
use crate::place::{Misfit, is_above_delimiter_row};
use crate::source::{line_start, next_line};

/// Three backticks at the start of a line in prose, and the edits that could make a fence of them.
struct Opening<'o> {
    /// Where the backticks end.
    behind: usize,
    /// Where the line ends.
    end: usize,
    /// Those that begin on it, the first of them at that index.
    edits: &'o [Edit<'o>],
    first: usize,
}

/// Where a text has three backticks, which could become a fence: found once, however many parts of it are spliced.
pub struct Ticks(Vec<usize>);

impl Ticks {
    /// Those of `text`.
    pub fn of(text: &str) -> Ticks {
        // Searched so, since a longer needle takes longer to prepare than most texts to be searched.
        let bytes = text.as_bytes();
        Ticks(memchr::memchr_iter(b'`', bytes).filter(|&at| bytes[at..].starts_with(b"```")).collect())
    }

    /// Whether there are some in a range of the text.
    pub fn any_in(&self, range: &Range<usize>) -> bool {
        let next = self.0.partition_point(|&at| at < range.start);
        self.0.get(next).is_some_and(|at| at + 3 <= range.end)
    }
}

/// The edits of prose that would make of their line the opening of a code block: it begins with three backticks, and is
/// no fence for another one behind them alone (CommonMark 4.5).
pub fn opened_fences(text: &str, ticks: &Ticks, range: Range<usize>, edits: &[Edit<'_>]) -> Vec<Refused> {
    let mut refused = Vec::new();
    if !ticks.any_in(&range) {
        return refused;
    }
    let (mut at, mut done) = (0, range.start);
    while let Some(edit) = edits.get(at) {
        let line = line_start(text, edit.range.start).max(done);
        let end = next_line(text, edit.range.start).min(range.end);
        let count = edits[at..].iter().take_while(|edit| edit.range.start < end).count().max(1);
        let own = &edits[at..at + count];
        if let Some(length) = opening_ticks(&text[line..edit.range.start]) {
            refused.extend(Opening { behind: line + length, end, edits: own, first: at }.refused(text, range.end));
        }
        at += count;
        done = own.last().map_or(done, |edit| edit.range.end);
    }
    refused
}

/// The edits of placeholders over lines that would put what stands before them on the line above a delimiter row, where it
/// would be the header of a table: no line but the first of a paragraph is one.
pub fn joined_headers(text: &str, range: Range<usize>, edits: &[Edit<'_>]) -> Vec<Refused> {
    if memchr::memchr(b'\n', &text.as_bytes()[range]).is_none() {
        return Vec::new();
    }
    let joins = |edit: &Edit<'_>| {
        let bare = text[edit.range.clone()].trim_matches('`');
        // What is removed as a block takes its last line break along.
        let is_placeholder = bare.starts_with('[') && bare.ends_with(']');
        is_placeholder && bare.contains('\n') && is_above_delimiter_row(text, edit.range.end)
    };
    let refused = edits.iter().enumerate().filter(|(_, edit)| joins(edit));
    refused.map(|(edit, _)| Refused { edit, misfit: Misfit::Header }).collect()
}

impl Opening<'_> {
    fn refused(&self, text: &str, end: usize) -> Vec<Refused> {
        let was_fence = !text[self.behind..self.end].contains('`');
        if was_fence || self.keeps_a_backtick(text, end) {
            return Vec::new();
        }
        let takes = |edit: &Edit<'_>| edit.text.contains('\n') || text[edit.range.clone()].contains('`');
        let edits = self.edits.iter().enumerate();
        let edits = edits.filter(|(_, edit)| edit.origin != Origin::Code && takes(edit));
        edits.map(|(at, _)| Refused { edit: self.first + at, misfit: Misfit::Fence }).collect()
    }

    /// Whether a backtick stands behind the first ones on the line that the edits leave.
    fn keeps_a_backtick(&self, text: &str, end: usize) -> bool {
        let mut done = self.behind;
        for edit in self.edits {
            let first = edit.text.split('\n').next().unwrap_or_default();
            if text[done..edit.range.start].contains('`') || first.contains('`') {
                return true;
            }
            if first.len() < edit.text.len() {
                return false;
            }
            done = edit.range.end;
        }
        text[done..next_line(text, done).min(end).max(done)].contains('`')
    }
}

/// The length of the containers' markers and the three or more backticks behind them that a line begins with.
fn opening_ticks(head: &str) -> Option<usize> {
    let (marks, rest) = head.split_at(head.find("```")?);
    let is_mark = |c: char| matches!(c, ' ' | '\t' | '>' | '-' | '+' | '*' | '.' | ')' | ':') || c.is_ascii_digit();
    let in_container = marks.chars().all(is_mark) || marks.trim_end().ends_with("]:");
    in_container.then(|| head.len() - rest.trim_start_matches('`').len())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Which of the `@` and `{…}` in `template` may not become `value`.
    fn refused(template: &str, value: &str, origin: Origin) -> Vec<usize> {
        let edits: Vec<Edit<'_>> = template
            .match_indices(['@', '{'])
            .map(|(at, mark)| {
                let end = if mark == "@" { at + 1 } else { at + template[at..].find('}').unwrap() + 1 };
                Edit::new(at..end, value, origin)
            })
            .collect();
        opened_fences(template, &Ticks::of(template), 0..template.len(), &edits)
            .into_iter()
            .map(|refused| refused.edit)
            .collect()
    }

    #[test]
    fn a_placeholder_over_lines_is_no_part_of_a_header_of_a_table() {
        let joined = |template: &str| {
            let (start, end) = (template.find('[').unwrap(), template.find(']').unwrap() + 1);
            !joined_headers(template, 0..template.len(), &[Edit::new(start..end, "x", Origin::Prose)]).is_empty()
        };
        assert!(joined("a [b\nc] | d |\n|---|---|\n"));
        assert!(joined("> a [b\n> c] | d |\n> |---|---|\n"));
        assert!(!joined("a [b\nc] | d |\n\n|---|---|\n"));
        assert!(!joined("a [b c] | d |\n|---|---|\n"));
    }

    #[test]
    fn the_backtick_that_keeps_a_line_from_being_a_fence_stays_on_it() {
        for before in ["", "- ", "> ", "10. ", "- > ", ": ", "[^a]: ", "a\n", "   "] {
            let opens = |line: &str, value: &str| refused(&format!("{before}{line}\nb"), value, Origin::Prose);
            assert_eq!(opens("``` @ `", "a\nb"), [0], "{before}");
            assert_eq!(opens("```` {`x}", "a"), [0], "{before}");
            assert_eq!(opens("``` @ {`x} @", "a"), [1], "{before}");
            assert_eq!(opens("``` {`x} {`x}", "a"), [0, 1], "{before}");
            for (line, value) in [
                ("``` @ `", "a"),
                ("``` ` @", "a\nb"),
                ("``` @", "a\nb"),
                ("``` @ `", "`\nb"),
                ("``` {`x} `", "a"),
                ("`` @ `", "a\nb"),
                ("~~~ @ `", "a\nb"),
                ("a ``` @ `", "a\nb"),
            ] {
                assert_eq!(opens(line, value), [0; 0], "{before}{line}");
            }
        }
        assert_eq!(refused("``` @ `", "a\nb", Origin::Code), [0; 0], "in a block of code it is code");
    }
}
