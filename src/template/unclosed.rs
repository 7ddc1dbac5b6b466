//! Brackets that look like placeholders and have no partner where Markdown, or a line of code, would look for it.

use std::ops::Range;

use super::blocks::{Block, BlockKind, Code, Inlines, Row};
use super::brackets::brackets_in;
use super::{Trap, TrapKind, code};

/// A closing bracket further below belongs to something else.
const FAR: usize = 3;

/// The brackets of these blocks that open and do not close.
pub(super) fn find(text: &str, blocks: &[Block], is_literal: &dyn Fn(&str) -> bool) -> Vec<Trap> {
    let mut search = Search { text, found: Vec::new() };
    search.blocks(blocks);
    search.found.retain(|trap| !is_literal(inner(&text[trap.range.clone()])));
    search.found
}

fn inner(pair: &str) -> &str {
    let inner = pair.strip_prefix('[').unwrap_or(pair);
    inner.strip_suffix(']').unwrap_or(inner).trim()
}

struct Search<'t> {
    text: &'t str,
    found: Vec<Trap>,
}

impl Search<'_> {
    fn blocks(&mut self, blocks: &[Block]) {
        for block in blocks {
            match &block.kind {
                BlockKind::Paragraph(inlines) | BlockKind::Heading { inlines, .. } => self.prose(inlines),
                BlockKind::List(list) => list.items.iter().for_each(|item| self.blocks(&item.blocks)),
                BlockKind::Quote(blocks) | BlockKind::Container(blocks) => self.blocks(blocks),
                BlockKind::Table(table) => std::iter::once(&table.header).chain(&table.rows).for_each(|row| {
                    self.row(row);
                }),
                BlockKind::Code(code) => self.code(code),
                BlockKind::Rule | BlockKind::Html => {}
            }
        }
    }

    fn prose(&mut self, inlines: &Inlines) {
        for at in self.open_in(inlines) {
            let line = self.text[at..inlines.range.end].lines().next().unwrap_or_default().trim_end();
            self.found.push(TrapKind::Unclosed.at(at..at + line.len()));
        }
    }

    /// A bar ends a cell, whatever stands open in it.
    fn row(&mut self, row: &Row) {
        let mut done = 0;
        for cell in &row.cells {
            for at in self.open_in(cell).into_iter().filter(|&at| at >= done).collect::<Vec<_>>() {
                let rest = self.text.get(at..row.range.end).unwrap_or_default();
                let close =
                    rest.match_indices(']').map(|(close, _)| close).find(|&close| !rest[..close].ends_with('\\'));
                let split = close.filter(|&close| rest[..close].contains('|'));
                let end = split.map_or(cell.range.end.max(at), |close| at + close + 1);
                done = end;
                let range = at..end;
                self.found.push(if split.is_some() {
                    TrapKind::SplitCell.at(range)
                } else {
                    TrapKind::Unclosed.at(range)
                });
            }
        }
    }

    /// The brackets of running text that open, do not close and look like placeholders.
    fn open_in(&self, inlines: &Inlines) -> Vec<usize> {
        let brackets = inlines.running_text().flat_map(|range| brackets_in(self.text, range, true));
        let (open, _) = unmatched(brackets);
        open.into_iter().filter(|&at| self.may_open(at) && !self.is_interval(at, inlines.range.end)).collect()
    }

    /// Words follow, and the bracket belongs to nothing before it.
    fn may_open(&self, at: usize) -> bool {
        let before = self.text[..at].chars().next_back();
        let after = self.text[at + 1..].chars().next();
        before.is_none_or(|c| c.is_whitespace() || "=:\"'(<>-*_~`|/,;—–".contains(c))
            && after.is_some_and(|c| c.is_alphabetic() || c == '_')
    }

    /// `[a, b)` of mathematics.
    fn is_interval(&self, at: usize, end: usize) -> bool {
        let rest = &self.text[at + 1..end.max(at + 1)];
        let inside = rest.find(['(', ')']).filter(|&mark| rest[mark..].starts_with(')')).map(|mark| &rest[..mark]);
        inside.is_some_and(|inside| inside.contains(',') && inside.split_whitespace().count() <= 2)
    }

    fn code(&mut self, code: &Code) {
        if code::is_literal(&code.info) {
            return;
        }
        let unmatched: Vec<_> =
            code.lines.iter().map(|line| unmatched(brackets_in(self.text, line.clone(), false))).collect();
        let mut closes_below = unmatched.iter().rposition(|(_, close)| !close.is_empty());
        for (at, (open, _)) in unmatched.iter().enumerate() {
            closes_below = closes_below.filter(|&last| last > at);
            let Some(&start) = open.last().filter(|&&start| self.may_open_in_code(start)) else { continue };
            let line = &code.lines[at];
            let tail = &self.text[start + 1..line.end];
            if !is_words(tail) {
                continue;
            }
            let below = (at + 1..code.lines.len().min(at + 1 + FAR)).find(|&next| unmatched[next] != (vec![], vec![]));
            let close = below.and_then(|next| unmatched[next].1.first()).copied();
            match close {
                Some(close) if self.continues(start, close) => {
                    self.found.push(TrapKind::OverLines.at(start..close + 1))
                }
                None if closes_below.is_none() && self.is_value(line, start) => {
                    self.found.push(TrapKind::Unclosed.at(start..start + 1 + tail.trim_end().len()));
                }
                _ => {}
            }
        }
    }

    fn may_open_in_code(&self, at: usize) -> bool {
        let before = self.text[..at].chars().next_back();
        let after = self.text[at + 1..].chars().next();
        before.is_none_or(|c| c.is_whitespace() || "=:\"'<>-".contains(c)) && after.is_some_and(char::is_alphabetic)
    }

    /// Words from one line to another, as in a sentence.
    fn continues(&self, start: usize, close: usize) -> bool {
        let mut lines = self.text[start + 1..close].lines();
        lines.all(is_words) && self.text[start + 1..close].split_whitespace().count() > 1
    }

    /// All that a key of code is set to, or all that its line says.
    fn is_value(&self, line: &Range<usize>, start: usize) -> bool {
        let before = self.text[line.start..start].trim_end_matches(['"', '\'', ' ']);
        before.ends_with(['=', ':']) || before.chars().all(|c| c.is_whitespace() || "#/-;*".contains(c))
    }
}

/// The brackets that nothing closes, and those that nothing opens.
fn unmatched(brackets: impl Iterator<Item = (usize, u8)>) -> (Vec<usize>, Vec<usize>) {
    let (mut open, mut close) = (Vec::new(), Vec::new());
    for (at, byte) in brackets {
        match byte {
            b'[' => open.push(at),
            _ if open.pop().is_none() => close.push(at),
            _ => {}
        }
    }
    (open, close)
}

/// Words with the marks of a sentence, and none of an expression that goes on.
fn is_words(text: &str) -> bool {
    let text = text.trim();
    let marks = |c: char| c.is_alphanumeric() || c.is_whitespace() || "-_'’/.,:&#*".contains(c);
    text.chars().all(marks) && !text.ends_with([',', '.', ':']) && !text.starts_with([',', '.', ':'])
}

#[cfg(test)]
mod tests {
    use crate::template;

    fn found(text: &str) -> Vec<String> {
        let traps = template::parse(text, &|literal| literal == "LITERAL").traps;
        traps.iter().map(|trap| format!("{:?} {}", trap.kind, &text[trap.range.clone()])).collect()
    }

    #[test]
    fn an_image_without_a_file_is_told_where_it_is_published() {
        assert_eq!(found("![Screenshot] and ![it](a.png)\n"), ["BareImage ![Screenshot]"]);
        assert_eq!(found("![LITERAL]\n"), [""; 0]);
        assert_eq!(found("# T\n\n## A\n\n---\n\n**Template Instructions:**\n\n![Screenshot]\n"), [""; 0]);
    }

    #[test]
    fn a_bar_splits_a_bracket_over_two_cells() {
        assert_eq!(found("| a | b |\n|---|---|\n| **x** | [one | two] |\n"), ["SplitCell [one | two]"]);
        assert_eq!(found("| a | b |\n|---|---|\n| **x** | `[one | two]` |\n"), ["SplitCell [one | two]"]);
        assert_eq!(found("| a | b |\n|---|---|\n| **x** | [one \\| two] |\n| [a] | [b\n"), ["Unclosed [b"]);
    }

    #[test]
    fn a_bracket_of_prose_that_does_not_close_is_told() {
        assert_eq!(found("- **O:** [team\n- **P:** [p]\n"), ["Unclosed [team"]);
        assert_eq!(
            found("# The [name\n\nSee [See [x](/y) and\nmore\n"),
            ["Unclosed [name", "Unclosed [See [x](/y) and"]
        );
        assert_eq!(found("a [b [c] d\n"), ["Unclosed [b [c] d"]);
    }

    #[test]
    fn brackets_that_are_no_placeholders_are_left_alone() {
        for text in [
            "- [ ] a\n- \\[team\n- press [ to go on\n- in [0, 1) and [a, b) or a[i\n- ![image\n- `[a`\n- [LITERAL\n",
            "```sh\nif [ -f x\nx=[\nx = [\"a\",\n  \"b\"]\nx = [a,\n b]\nsed /[a-z/\nlet v = vec![one\n```\n",
            "```mermaid\nA[text\n```\n\n    x[a b\n    c]\n",
            "```js\nconst all = [one,\n  two,\n];\nrun([first second\n```\n",
        ] {
            assert_eq!(found(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn a_bracket_over_two_lines_of_code_is_told() {
        assert_eq!(found("```sh\nA=[describe the\n  host here]\n```\n"), ["OverLines [describe the\n  host here]"]);
        assert_eq!(found("```sh\nA=[describe the host\nB=1\n```\n"), ["Unclosed [describe the host"]);
    }

    #[test]
    fn a_bracket_that_closes_with_another_mark_is_told_and_an_interval_is_not() {
        assert_eq!(found("- **O:** [team lead)\n"), ["Unclosed [team lead)"]);
        assert_eq!(found("- **O:** [team, lead and all)\n"), ["Unclosed [team, lead and all)"]);
        assert_eq!(found("- **O:** [team, (lead)\n"), ["Unclosed [team, (lead)"]);
        assert_eq!(found("in [a, b) or [low,high) of it\n"), [""; 0]);
    }

    #[test]
    fn a_bracket_is_told_where_a_key_is_set_to_it_or_its_line_says_nothing_else() {
        for line in [
            "A=[describe it",
            "a: [describe it",
            "a: \"[describe it",
            "# [describe it",
            "- [describe it",
            "  // [describe it",
        ] {
            assert_eq!(found(&format!("```sh\n{line}\nB=1\n```\n")), ["Unclosed [describe it"], "{line}");
        }
        for line in ["run [describe it", "A=b [describe it", "A=[describe (it", "A=x[describe it", "A=[describe it,"] {
            assert_eq!(found(&format!("```sh\n{line}\nB=1\n```\n")), [""; 0], "{line}");
        }
        assert_eq!(found("```sh\nA=[describe it\nB=1\nC=2\nD=3\n]\n```\n"), [""; 0]);
        assert_eq!(found("```sh\nA=\u{a0}[describe the\nhost]\n```\n"), ["OverLines [describe the\nhost]"]);
        assert_eq!(found("```sh\nA=[one\n]\n```\n"), [""; 0]);
    }
}
