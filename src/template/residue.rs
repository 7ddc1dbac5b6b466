//! What belongs to being a template and not to the page: front matter, mark, notice, instructions, author's remarks.

use std::collections::HashSet;
use std::ops::Range;

use super::brackets;
use crate::markdown::blocks::{Block, BlockKind, Document, Pieces, each_leaf};
use crate::markdown::fold_label;
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
pub(super) fn template_only(text: &str, document: &Document) -> Vec<Range<usize>> {
    if !text.contains("template-only") {
        return Vec::new();
    }
    let mut html = Vec::new();
    each_leaf(&document.blocks, &mut |block| match &block.kind {
        BlockKind::Html => html.push(block.range.clone()),
        _ => html.extend(block.stretches().flat_map(|stretch| document.pieces.html(stretch).iter().cloned())),
    });
    let mut found = Vec::new();
    let mut open = None;
    for range in html {
        for (comment, words) in comments(&text[range.clone()]) {
            match words {
                "template-only" => _ = open.get_or_insert(range.start + comment.start),
                "/template-only" => found.extend(open.take().map(|start| start..range.start + comment.end)),
                _ => {}
            }
        }
    }
    found
}

/// The comments of a stretch of HTML, each with its words.
pub(super) fn comments(html: &str) -> impl Iterator<Item = (Range<usize>, &str)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + html[at..].find("<!--")?;
        let inside = &html[start + "<!--".len()..];
        // `<!-->` and `<!--->` are comments, too.
        let empty = ["->", ">"].into_iter().find(|end| inside.starts_with(end));
        let (words, length) = match empty {
            Some(end) => ("", end.len()),
            None => inside.split_once("-->").map(|(words, _)| (words.trim(), words.len() + "-->".len()))?,
        };
        at = start + "<!--".len() + length;
        Some((start..at, words))
    })
}

/// The definitions and the later lines that define the same labels again, of which the parser says nothing.
pub(super) fn with_repetitions(text: &str, definitions: Vec<Range<usize>>) -> Vec<Range<usize>> {
    if definitions.is_empty() {
        return definitions;
    }
    let label = |line: &str| Some(fold_label(line.strip_prefix('[')?.split_once("]:")?.0));
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

/// The colons of definitions, in order: without them `[Endpoint]: [URL]` is read as two placeholders.
pub(super) fn colons(text: &str, definitions: &[Range<usize>]) -> Vec<Range<usize>> {
    let colon = |definition: &Range<usize>| Some(definition.start + text[definition.clone()].find("]:")? + 1);
    let mut colons: Vec<_> = definitions.iter().filter_map(colon).map(|at| at..at + 1).collect();
    colons.sort_by_key(|colon| colon.start);
    colons.dedup();
    colons
}

/// Takes the notice out of the top-level blocks and says which bytes go with it.
pub(super) fn take_notice(text: &str, blocks: &mut Vec<Block>) -> Option<Range<usize>> {
    let mut opening = blocks.iter().take(first_section(blocks));
    let quote = |block: &Block| matches!(block.kind, BlockKind::Quote(_)) && is_notice(&text[block.range.clone()]);
    let at = opening.position(quote)?;
    let notice = blocks.remove(at);
    Some(with_blank_lines(text, lines_of(text, notice.range)))
}

/// Takes the instructions out of the top-level blocks, the rule above them and all below, and says which bytes go.
pub(super) fn take_instructions(text: &str, blocks: &mut Vec<Block>, pieces: &Pieces) -> Option<Range<usize>> {
    let at = blocks.iter().rposition(|block| is_instructions(text, block, pieces))?;
    // Only at the end: what has a section after it is no part of the template's last words.
    if blocks.iter().skip(at + 1).any(|block| matches!(block.kind, BlockKind::Heading { .. })) {
        return None;
    }
    let ruled = at.checked_sub(1).filter(|&above| matches!(blocks[above].kind, BlockKind::Rule));
    let first = ruled.unwrap_or(at);
    let start = match first.checked_sub(1) {
        Some(before) => lines_of(text, blocks[before].range.clone()).end,
        None => lines_of(text, blocks[first].range.clone()).start,
    };
    blocks.truncate(first);
    Some(start..text.len())
}

/// How many blocks stand before the first heading other than the title, which is the first of level 1.
fn first_section(blocks: &[Block]) -> usize {
    let mut titles = 0;
    let is_section = |block: &Block| match block.kind {
        BlockKind::Heading { level: 1, .. } => {
            titles += 1;
            titles > 1
        }
        BlockKind::Heading { .. } => true,
        _ => false,
    };
    blocks.iter().position(is_section).unwrap_or(blocks.len())
}

fn is_notice(quote: &str) -> bool {
    let quote = quote.to_lowercase();
    let says_template = quote.contains("template");
    let says_what =
        ["is a template", "template file", "remove", "delete", "replace", "not real", "not actual", "fill in"];
    quote.contains("remove this notice") || says_template && says_what.iter().any(|words| quote.contains(words))
}

fn is_instructions(text: &str, block: &Block, pieces: &Pieces) -> bool {
    const SLUG: &str = "template_instructions";
    let inlines = match &block.kind {
        BlockKind::Paragraph(inlines) | BlockKind::Heading { inlines, level: 2.. } => pieces.of(inlines),
        _ => return false,
    };
    let label = match (&block.kind, inlines.strong.first()) {
        (BlockKind::Heading { .. }, _) => inlines.range.clone(),
        (_, Some(strong)) if strong.outer.start == inlines.range.start => strong.inner.clone(),
        _ => return false,
    };
    label.len() >= SLUG.len() && label_slug(text[label].trim_end_matches(':')) == SLUG
}

/// The range widened to whole lines, the last line's end included.
pub(crate) fn lines_of(text: &str, range: Range<usize>) -> Range<usize> {
    line_start(text, range.start)..next_line(text, range.end)
}

/// The range with the blank lines after it, if it is preceded by a blank line or nothing. A line of quote marks alone is
/// blank; one of fewer marks than the line before has ends a quote, which the line before would not: then that goes, too.
pub(crate) fn with_blank_lines(text: &str, lines: Range<usize>) -> Range<usize> {
    let before = text[..lines.start].lines().next_back();
    let Some(quotes) = before.map_or(Some(0), quotes_of_blank) else { return lines };
    let mut end = lines.end;
    for line in text[end..].split_inclusive('\n') {
        if quotes_of_blank(line).is_none_or(|own| own < quotes) {
            break;
        }
        end += line.len();
    }
    let ends_quote = quotes > 0 && text[end..].lines().next().is_none_or(|line| quotes_of_blank(line).is_some());
    let above = text[..lines.start].split_inclusive('\n').rev();
    let above = above.take_while(|line| ends_quote && quotes_of_blank(line) == Some(quotes));
    lines.start - above.map(str::len).sum::<usize>()..end
}

/// What goes with a block inside the range: in a container, where it is alone on its lines, what they begin with. What
/// stands above and below it stays apart.
pub(super) fn with_container_lines(text: &str, range: Range<usize>) -> Range<usize> {
    let lines = lines_of(text, range.clone());
    let prefix = &text[lines.start..range.start];
    let marked = |text: &str| text.trim_start_matches([' ', '\t', '>']).is_empty();
    if prefix.is_empty() || !marked(prefix) || !text[range.end..lines.end].trim().is_empty() {
        return with_blank_lines(text, range);
    }
    let above = text[..lines.start].lines().next_back().unwrap_or_default();
    let below = text[lines.end..].lines().next().unwrap_or_default();
    if marked(above) || marked(below) || opens_item(below, prefix) {
        return with_blank_lines(text, lines);
    }
    lines.start + prefix.trim_end().len()..range.end
}

/// Whether a line opens a list item, whatever paragraph stands above it in a container of that prefix.
fn opens_item(line: &str, prefix: &str) -> bool {
    let content = line.trim_start_matches([' ', '\t', '>']);
    let marker = content.trim_start_matches(|c: char| c.is_ascii_digit());
    let (marks, behind) = if marker.len() == content.len() { ("-+*", true) } else { (".)", !line.starts_with(prefix)) };
    let text = marker.strip_prefix(|c| marks.contains(c)).filter(|text| text.starts_with([' ', '\t']));
    behind && text.is_some_and(|text| text.contains(char::is_alphanumeric))
}

/// How many quotes a blank line is in; `None` if it is not blank.
fn quotes_of_blank(line: &str) -> Option<usize> {
    let blank = line.trim_matches([' ', '\t', '>', '\r', '\n']).is_empty();
    blank.then(|| line.matches('>').count())
}

#[cfg(test)]
mod tests {
    use super::{lines_of, with_blank_lines};
    use crate::template;

    #[test]
    fn with_the_last_block_of_a_quote_goes_the_line_that_kept_it_apart() {
        let goes = |text: &str| {
            let at = text.find("[x]").unwrap();
            text[with_blank_lines(text, lines_of(text, at..at + 3))].to_owned()
        };
        assert_eq!(goes("> a\n>\n> [x]\n\nb\n"), ">\n> [x]\n");
        assert_eq!(goes("> a\n> \n>\n> [x]"), "> \n>\n> [x]");
        assert_eq!(goes("> > a\n> >\n> > [x]\n>\n> b\n"), "> >\n> > [x]\n");
        assert_eq!(goes("> a\n>\n> [x]\n>\n> b\n"), "> [x]\n>\n");
        assert_eq!(goes("> a\n>\n> [x]\n# B\n"), "> [x]\n");
        assert_eq!(goes("> a\n>\n> [x]\n>\n\nb\n"), ">\n> [x]\n>\n");
        assert_eq!(goes("a\n\n[x]\n\nb\n"), "[x]\n\n");
    }

    fn removed(text: &str) -> Vec<&str> {
        template::parse(text, &|_| false).residue.into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn comments_end_where_html_says() {
        let only = "<!-- template-only -->\n[x]\n<!-- /template-only -->\n";
        for before in ["<!-->\n\n", "<!--->\n\n", "<!---->\n\n", "a <!-- b --> c\n\n"] {
            assert_eq!(removed(&format!("{before}{only}")), [only], "{before}");
        }
        assert_eq!(removed("<!-- as in <!-- template-only -->\n\n[x]\n\n<!-- /template-only -->\n"), [""; 0]);
        assert_eq!(removed("<!-- template-only\n\n[x]\n"), [""; 0]);
    }
}
