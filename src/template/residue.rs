//! What belongs to being a template and not to the page: front matter, mark, notice, instructions, author's remarks.

use std::collections::HashSet;
use std::ops::Range;

use super::blocks::{Block, BlockKind};
use super::brackets;
use crate::slug::label_slug;
use crate::source::{line_start, next_line};

/// The front matter: from `---` on the first line to the `---` that closes it, with that line's end. Empty if there is
/// none.
pub(super) fn front_matter(text: &str) -> Range<usize> {
    let mut lines = text.split_inclusive('\n');
    let Some(first) = lines.next().filter(|line| line.trim_end() == "---") else { return 0..0 };
    let mut end = first.len();
    // A page may begin with a rule: front matter has keys.
    let mut keys = false;
    for line in lines {
        end += line.len();
        if matches!(line.trim_end(), "---" | "...") {
            return if keys { 0..end } else { 0..0 };
        }
        let key = line.split_once(':').map_or("", |(key, _)| key);
        keys |= !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '"' | '\''));
    }
    0..0
}

/// Bracketed words of front matter, lists aside: `title: "[Name]"` has one, `keywords: [a, b]` has none.
pub(super) fn front_matter_brackets(text: &str, range: Range<usize>) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = range.start;
    for line in text[range].split_inclusive('\n') {
        let value = line.split_once(':').map_or("", |(_, value)| value.trim_start());
        if !value.starts_with('[') {
            found.extend(brackets::in_code(text, start..start + line.len()));
        }
        start += line.len();
    }
    found
}

/// What stands between `<!-- template-only -->` and `<!-- /template-only -->`, comments included.
pub(super) fn template_only(text: &str, blocks: &[Block]) -> Vec<Range<usize>> {
    if !text.contains("template-only") {
        return Vec::new();
    }
    let mut comments = Vec::new();
    collect_html(blocks, &mut comments);
    let mut found = Vec::new();
    let mut open = None;
    for range in comments {
        for (at, _) in text[range.clone()].match_indices("<!--") {
            let start = range.start + at;
            let Some(length) = text[start..range.end].find("-->") else { break };
            let end = start + length + 3;
            match text[start + 4..end - 3].trim() {
                "template-only" => _ = open.get_or_insert(start),
                "/template-only" => found.extend(open.take().map(|start| start..end)),
                _ => {}
            }
        }
    }
    found
}

fn collect_html(blocks: &[Block], found: &mut Vec<Range<usize>>) {
    for block in blocks {
        match &block.kind {
            BlockKind::Html => found.push(block.range.clone()),
            BlockKind::Paragraph(inlines) | BlockKind::Heading { inlines, .. } => {
                found.extend(inlines.html.iter().cloned());
            }
            BlockKind::List(list) => list.items.iter().for_each(|item| collect_html(&item.blocks, found)),
            BlockKind::Quote(blocks) | BlockKind::Container(blocks) => collect_html(blocks, found),
            BlockKind::Table(table) => {
                let cells = std::iter::once(&table.header).chain(&table.rows).flat_map(|row| &row.cells);
                found.extend(cells.flat_map(|cell| cell.html.iter().cloned()));
            }
            BlockKind::Code(_) | BlockKind::Rule => {}
        }
    }
}

/// The definitions and the later lines that define the same labels again, of which the parser says nothing.
pub(super) fn with_repetitions(text: &str, definitions: Vec<Range<usize>>) -> Vec<Range<usize>> {
    if definitions.is_empty() {
        return definitions;
    }
    let label = |line: &str| Some(line.strip_prefix('[')?.split_once("]:")?.0.trim().to_lowercase());
    let known: HashSet<_> = definitions.iter().filter_map(|range| label(&text[range.clone()])).collect();
    let mut found = definitions;
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let content = line.trim_start_matches(|c: char| " \t>-*+.)".contains(c) || c.is_ascii_digit());
        if label(content).is_some_and(|label| known.contains(&label)) {
            let at = start + line.len() - content.len();
            found.push(at..at + content.trim_end().len());
        }
        start += line.len();
    }
    found.sort_by_key(|range| range.start);
    found.dedup_by_key(|range| range.start);
    found
}

/// The text with the colon of each definition replaced, so that `[Endpoint]: [URL]` is read as two placeholders.
pub(super) fn without_definitions(text: String, definitions: &[Range<usize>]) -> String {
    let mut bytes = text.into_bytes();
    for definition in definitions {
        let colon = bytes[definition.clone()].windows(2).position(|pair| pair == b"]:");
        if let Some(at) = colon {
            bytes[definition.start + at + 1] = b';';
        }
    }
    String::from_utf8(bytes).unwrap_or_default()
}

/// Takes the notice and the instructions out of the top-level blocks and says which bytes go with them.
pub(super) fn take_notice_and_instructions(text: &str, blocks: &mut Vec<Block>) -> Vec<Range<usize>> {
    let mut removed = Vec::new();
    let first_section = blocks.iter().position(|block| is_section(block, blocks)).unwrap_or(blocks.len());
    let notice = blocks[..first_section]
        .iter()
        .position(|block| matches!(block.kind, BlockKind::Quote(_)) && is_notice(&text[block.range.clone()]));
    if let Some(at) = notice {
        let block = blocks.remove(at);
        removed.push(with_blank_lines(text, lines_of(text, block.range)));
    }
    // Only at the end: what has a section after it is no part of the template's last words.
    let last_section = blocks.iter().rposition(|block| matches!(block.kind, BlockKind::Heading { .. }));
    let instructions = blocks.iter().rposition(|block| is_instructions(text, block));
    if let Some(mut at) = instructions.filter(|at| last_section.is_none_or(|section| section <= *at)) {
        if at > 0 && matches!(blocks[at - 1].kind, BlockKind::Rule) {
            at -= 1;
        }
        let start = match at.checked_sub(1).map(|before| lines_of(text, blocks[before].range.clone()).end) {
            Some(end) => end,
            None => lines_of(text, blocks[at].range.clone()).start,
        };
        removed.push(start..text.len());
        blocks.truncate(at);
    }
    removed
}

/// A heading other than the title, which is the first heading of level 1.
fn is_section(block: &Block, blocks: &[Block]) -> bool {
    let BlockKind::Heading { level, .. } = block.kind else { return false };
    let title = blocks.iter().find(|block| matches!(block.kind, BlockKind::Heading { level: 1, .. }));
    level > 1 || title.is_some_and(|title| title.range != block.range)
}

fn is_notice(quote: &str) -> bool {
    let quote = quote.to_lowercase();
    let says_template = quote.contains("template");
    let says_what =
        ["is a template", "template file", "remove", "delete", "replace", "not real", "not actual", "fill in"];
    quote.contains("remove this notice") || says_template && says_what.iter().any(|words| quote.contains(words))
}

fn is_instructions(text: &str, block: &Block) -> bool {
    let inlines = match &block.kind {
        BlockKind::Paragraph(inlines) | BlockKind::Heading { inlines, level: 2.. } => inlines,
        _ => return false,
    };
    let label = match (&block.kind, inlines.strong.first()) {
        (BlockKind::Heading { .. }, _) => inlines.range.clone(),
        (_, Some((outer, inner))) if outer.start == inlines.range.start => inner.clone(),
        _ => return false,
    };
    label_slug(text[label].trim_end_matches(':')) == "template_instructions"
}

/// The range widened to whole lines, the last line's end included.
pub(crate) fn lines_of(text: &str, range: Range<usize>) -> Range<usize> {
    line_start(text, range.start)..next_line(text, range.end)
}

/// The range with the blank lines after it, if it is preceded by a blank line or nothing.
pub(crate) fn with_blank_lines(text: &str, lines: Range<usize>) -> Range<usize> {
    let before = text[..lines.start].lines().next_back();
    if before.is_some_and(|line| !line.trim_matches([' ', '\t', '>']).is_empty()) {
        return lines;
    }
    let mut end = lines.end;
    for line in text[end..].split_inclusive('\n') {
        if !line.trim_matches([' ', '\t', '>', '\r', '\n']).is_empty() {
            break;
        }
        end += line.len();
    }
    lines.start..end
}
