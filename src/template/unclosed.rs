//! Brackets that look like placeholders and have no partner where Markdown, or a line of code, would look for it.

use std::ops::Range;

use super::brackets::{Matched, brackets_in, holds_bracket, matched};
use super::{Trap, TrapKind, code};
use crate::markdown::blocks::{Block, BlockKind, Code, Row, Stretch, each_leaf};
use crate::source::line_of;

/// A closing bracket further below belongs to something else.
const FAR: usize = 3;

/// The brackets of these blocks that open and do not close; `open` are those of running text, of all blocks.
pub(super) fn find(text: &str, blocks: &[Block], open: &[usize], is_literal: &dyn Fn(&str) -> bool) -> Vec<Trap> {
    let mut search = Search { text, open, found: Vec::new() };
    each_leaf(blocks, &mut |block| match &block.kind {
        BlockKind::Code(code) if holds_bracket(text, &block.range) => search.code(code),
        _ if open.is_empty() => {}
        BlockKind::Table(table) => table.rows_with_header().for_each(|row| search.row(row)),
        _ => block.stretches().for_each(|stretch| search.prose(stretch)),
    });
    search.found.retain(|trap| !is_literal(inner(&text[trap.range.clone()])));
    search.found
}

/// The words of a pair of which one half may lack.
fn inner(pair: &str) -> &str {
    let inner = pair.strip_prefix('[').unwrap_or(pair);
    inner.strip_suffix(']').unwrap_or(inner).trim()
}

struct Search<'t> {
    text: &'t str,
    /// The brackets of running text that nothing closes, in order.
    open: &'t [usize],
    found: Vec<Trap>,
}

impl<'t> Search<'t> {
    /// The first of each line, which is told with all behind it.
    fn prose(&mut self, stretch: &Stretch) {
        let mut done = 0;
        for &at in self.open_in(stretch) {
            if at >= done && self.may_open(at) && !self.is_interval(at, stretch.range.end) {
                done = line_of(self.text, at).end.min(stretch.range.end);
                let line = self.text[at..done].trim_end();
                self.found.push(TrapKind::Unclosed.at(at..at + line.len()));
            }
        }
    }

    /// The first of each cell. A bar ends a cell, whatever stands open in it.
    fn row(&mut self, row: &Row) {
        let open = row.cells.iter().map(|cell| (cell, self.open_in(cell)));
        let open: Vec<_> = open.filter(|(_, open)| !open.is_empty()).collect();
        if open.is_empty() {
            return;
        }
        let brackets = brackets_in(self.text, row.range.clone(), true);
        let closing: Vec<_> = brackets.filter(|(_, byte)| *byte == b']').map(|(at, _)| at).collect();
        let mut done = 0;
        for (cell, open) in open {
            for &at in open {
                if at < done || !self.may_open(at) || self.is_interval(at, cell.range.end) {
                    continue;
                }
                let close = closing.get(closing.partition_point(|close| *close < at));
                let split = close.filter(|&&close| self.text[at..close].contains('|'));
                let trap = match split {
                    Some(close) => TrapKind::SplitCell.at(at..close + 1),
                    None => TrapKind::Unclosed.at(at..cell.range.end.max(at)),
                };
                done = trap.range.end;
                self.found.push(trap);
            }
        }
    }

    /// The brackets of running text that nothing closes.
    fn open_in(&self, stretch: &Stretch) -> &'t [usize] {
        let first = self.open.partition_point(|at| *at < stretch.range.start);
        let last = self.open.partition_point(|at| *at < stretch.range.end);
        self.open.get(first..last).unwrap_or_default()
    }

    /// Words follow, and the bracket belongs to nothing before it.
    fn may_open(&self, at: usize) -> bool {
        let before = self.text[..at].chars().next_back();
        let after = self.text[at + 1..].chars().next();
        before.is_none_or(|c| c.is_whitespace() || "=:\"'(<>-*_~`|/,;—–".contains(c))
            && after.is_some_and(|c| c.is_alphabetic() || c == '_')
    }

    /// `[a, b)` of mathematics: two words at the most, with a comma among them.
    fn is_interval(&self, at: usize, end: usize) -> bool {
        let mut comma = false;
        for (nth, word) in self.text[at + 1..end.max(at + 1)].split_whitespace().take(3).enumerate() {
            if let Some(mark) = word.find(['(', ')']) {
                let (inside, rest) = word.split_at(mark);
                let words = nth + usize::from(!inside.is_empty());
                return rest.starts_with(')') && words <= 2 && (comma || inside.contains(','));
            }
            comma |= word.contains(',');
        }
        false
    }

    fn code(&mut self, code: &Code) {
        if code::is_literal(&code.info) {
            return;
        }
        let lines: Vec<_> =
            code.lines.iter().map(|line| matched(brackets_in(self.text, line.clone(), false))).collect();
        let mut closes_below = lines.iter().rposition(|line| !line.close.is_empty());
        for (at, (line, Matched { open, .. })) in code.lines.iter().zip(&lines).enumerate() {
            closes_below = closes_below.filter(|&last| last > at);
            let Some(&start) = open.last().filter(|&&start| self.may_open_in_code(start)) else { continue };
            let tail = &self.text[start + 1..line.end];
            if !is_words(tail) {
                continue;
            }
            let mut below = lines.iter().skip(at + 1).take(FAR);
            let next = below.find(|line| !line.open.is_empty() || !line.close.is_empty());
            match next.and_then(|line| line.close.first()) {
                Some(&close) if self.continues(start, close) => {
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
        // What remains of it when the label, which is a placeholder, has a value.
        assert_eq!(found("![it][file name]\n"), ["BareImage ![it]"]);
        assert_eq!(found("![it][]\n"), ["BareImage ![it]"]);
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
        assert_eq!(found("a [b [c d\n[e\n"), ["Unclosed [b [c d", "Unclosed [e"], "once in a line");
        assert_eq!(found("| a |\n|---|\n| [b [c |\n"), ["Unclosed [b [c"], "once in a cell");
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
        assert_eq!(found("```sh\nA=[the\n  host\n  here]\n```\n"), ["OverLines [the\n  host\n  here]"]);
        assert_eq!(found("```sh\nA=[describe the host\nB=1\n```\n"), ["Unclosed [describe the host"]);
    }

    #[test]
    fn a_bracket_that_closes_with_another_mark_is_told_and_an_interval_is_not() {
        assert_eq!(found("- **O:** [team lead)\n"), ["Unclosed [team lead)"]);
        assert_eq!(found("- **O:** [team, lead and all)\n"), ["Unclosed [team, lead and all)"]);
        assert_eq!(found("- **O:** [team, lead all)\n"), ["Unclosed [team, lead all)"]);
        assert_eq!(found("- **O:** [team, (lead)\n"), ["Unclosed [team, (lead)"]);
        assert_eq!(found("in [a, b) or [low,high) of it\n"), [""; 0]);
    }

    #[test]
    fn a_bracket_is_told_where_a_key_is_set_to_it_or_its_line_says_nothing_else() {
        for line in [
            "A=[describe it",
            "a: [describe it",
            "x[0] y]: [describe it",
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

    #[test]
    fn a_bracket_in_the_target_of_a_definition_is_told_where_it_is_a_pair() {
        assert_eq!(found("- [Endpoint]: [URL]\n"), ["BracketedDefinition [Endpoint]: [URL]"]);
        assert_eq!(found("[x][r]\n\n[r]: /a/[b]\n"), ["InTarget [r]: /a/[b]"]);
        assert_eq!(found("[x][r]\n\n[r]: /a[b\n"), [""; 0]);
        assert_eq!(found("> [docs]: /x.html\n"), [""; 0]);
        assert_eq!(found("[Owner]::Platform\n"), ["BracketedDefinition [Owner]::Platform"]);
        assert_eq!(found("[Owner]: urn:x\n"), [""; 0]);
    }
}
