//! Finding the bracket pairs that are placeholders, in prose and in code.

use std::ops::Range;

use super::code;
use crate::markdown::blocks::{BlockKind, Document, Inlines, each_leaf, inside_backticks};

/// A bracket pair and what it stands in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Bracket {
    /// The pair, brackets included.
    pub(crate) range: Range<usize>,
    pub(crate) site: Site,
}

/// What a bracket pair stands in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Site {
    /// Text of a paragraph, heading, item or cell.
    Text,
    /// A code span: the whole of it with its backticks.
    CodeSpan(Range<usize>),
    /// A line of a code block.
    CodeLine,
    /// The target of a link.
    LinkTarget,
}

/// The brackets of a document, in order.
#[derive(Default)]
pub(super) struct Brackets {
    /// The placeholders, but for the literals of the configuration.
    pub(super) placeholders: Vec<Bracket>,
    /// Those of running text that nothing closes.
    pub(super) open: Vec<usize>,
}

/// The brackets of a document.
pub(super) fn of_document(text: &str, document: &Document, is_literal: &dyn Fn(&str) -> bool) -> Brackets {
    let mut brackets = Brackets::default();
    let found = &mut brackets.placeholders;
    each_leaf(&document.blocks, &mut |block| match &block.kind {
        // Most blocks and stretches of a page have none.
        _ if !holds_bracket(text, &block.range) => {}
        BlockKind::Code(code) if code::is_literal(&code.info) => {}
        BlockKind::Code(code) => {
            let lines = code.lines.iter().flat_map(|line| in_code(text, line.clone()));
            found.extend(lines.map(|range| Bracket { range, site: Site::CodeLine }));
        }
        _ => {
            let stretches = block.stretches().filter(|stretch| holds_bracket(text, &stretch.range));
            let inlines = stretches.map(|stretch| document.pieces.of(stretch));
            inlines.for_each(|inlines| {
                let Matched { pairs, open, .. } = matched(in_running_text(text, &inlines));
                brackets.open.extend(open);
                found.extend(of_inlines(text, &inlines, pairs, &document.broken_links));
            });
        }
    });
    found.retain(|bracket: &Bracket| !is_literal(words(text, &bracket.range)));
    brackets
}

/// Whether a bracket opens in a range.
pub(super) fn holds_bracket(text: &str, range: &Range<usize>) -> bool {
    let bytes = text.as_bytes().get(range.clone()).unwrap_or_default();
    memchr::memchr(b'[', bytes).is_some()
}

/// The placeholders of a stretch of inline content, sorted and disjoint; `pairs` are those of its running text,
/// `broken_links` those of the whole text.
///
/// They are what CommonMark sees as reference links without a definition (section 6.3), balanced pairs that it cannot
/// report because they hold a link or a bracket, and the pairs in code spans and link targets.
fn of_inlines(
    text: &str,
    inlines: &Inlines<'_>,
    pairs: Vec<Range<usize>>,
    broken_links: &[Range<usize>],
) -> Vec<Bracket> {
    let mut found: Vec<Bracket> = Vec::new();
    let first = broken_links.partition_point(|span| span.start < inlines.range.start);
    let broken = broken_links[first..].iter().take_while(|span| span.start < inlines.range.end);
    found.extend(broken.map(|range| Bracket { range: with_empty_label(text, range), site: Site::Text }));
    let pairs = pairs.into_iter().filter(|pair| !is_image(text, pair.start));
    found.extend(pairs.map(|range| Bracket { range: with_empty_label(text, &range), site: Site::Text }));
    for span in inlines.code.iter().filter(|span| holds_bracket(text, span)) {
        let pairs = in_code(text, inside_backticks(text, span));
        found.extend(pairs.into_iter().map(|range| Bracket { range, site: Site::CodeSpan(span.clone()) }));
    }
    for link in inlines.links.iter().filter(|link| link.inline && link.destination.contains('[')) {
        let target = link.text_end..link.range.end;
        let target = text[target.clone()].find('(').map_or(target.clone(), |at| target.start + at..target.end);
        let pairs = in_code(text, target);
        found.extend(pairs.into_iter().map(|range| Bracket { range, site: Site::LinkTarget }));
    }
    found.retain(|bracket| bracket.site != Site::Text || is_prose_placeholder(text, bracket.range.clone()));
    outermost(found)
}

/// The placeholders of code or the like, of which this is one line or one value: balanced pairs, but for empty, numeric and quoted ones, regular expression
/// classes and attributes.
pub(crate) fn in_code(text: &str, line: Range<usize>) -> Vec<Range<usize>> {
    if !holds_bracket(text, &line) {
        return Vec::new();
    }
    let mut end = 0;
    let mut pairs = matched(brackets_in(text, line, false)).pairs;
    pairs.retain(|pair| {
        let keep = pair.start >= end && is_code_placeholder(text, pair.clone());
        if keep {
            end = pair.end;
        }
        keep
    });
    pairs
}

/// The placeholders of several lines, by the rules of code.
pub(crate) fn in_code_lines(text: &str, range: Range<usize>) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    if !holds_bracket(text, &range) {
        return found;
    }
    let mut start = range.start;
    for line in text[range].split_inclusive('\n') {
        found.extend(in_code(text, start..start + line.len()));
        start += line.len();
    }
    found
}

/// A part of HTML.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HtmlPart {
    /// What a reader sees.
    Text,
    Tag,
}

/// The text and the tags of HTML: neither comments, nor what stands in `script` and `style`.
pub(crate) fn html_parts(text: &str, range: Range<usize>) -> Vec<(HtmlPart, Range<usize>)> {
    let mut found = Vec::new();
    let mut at = range.start;
    while at < range.end {
        let open = text[at..range.end].find('<').map_or(range.end, |open| at + open);
        if open > at {
            found.push((HtmlPart::Text, at..open));
        }
        let rest = &text[open..range.end];
        let close = ["<!--", "<script", "<style"].iter().zip(["-->", "</script>", "</style>"]);
        let other = close.into_iter().find_map(|(open, close)| rest.starts_with(open).then_some(close));
        let end = other.unwrap_or(">");
        at = rest.find(end).map_or(range.end, |length| open + length + end.len());
        if other.is_none() && open < at {
            found.push((HtmlPart::Tag, open..at));
        }
    }
    found
}

/// The attributes whose values readers see or follow.
const SEEN: [&str; 11] = [
    "action",
    "alt",
    "aria-description",
    "aria-label",
    "href",
    "label",
    "placeholder",
    "src",
    "srcset",
    "title",
    "value",
];

/// The values of a tag's attributes that matter to a reader, without quotes.
pub(crate) fn seen_values(text: &str, tag: Range<usize>) -> Vec<Range<usize>> {
    let value = |equals: usize| {
        let before = text[tag.start..tag.start + equals].trim_end();
        let name = before.rsplit(|c: char| c.is_whitespace() || matches!(c, '"' | '\'')).next()?;
        if !SEEN.iter().any(|seen| seen.eq_ignore_ascii_case(name)) {
            return None;
        }
        let rest = text[tag.start + equals + 1..tag.end].trim_start();
        let start = tag.end - rest.len();
        let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''));
        match quote {
            Some(quote) => rest[1..].find(quote).map(|length| start + 1..start + 1 + length),
            None => Some(start..start + rest.find(|c: char| c.is_whitespace() || c == '>').unwrap_or(rest.len())),
        }
    };
    let equals = text[tag.clone()].match_indices('=').map(|(at, _)| at);
    equals.filter_map(value).collect()
}

/// What a placeholder says, without its brackets; of a topic, which has none, all of it.
pub(crate) fn words<'t>(text: &'t str, range: &Range<usize>) -> &'t str {
    let whole = text.get(range.clone()).unwrap_or_default();
    let inner = whole.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(whole);
    // `[name][]` is as much of a reference as `[name]`.
    inner.strip_suffix("][").unwrap_or(inner).trim()
}

/// Brackets with their offsets; escaped ones are left out where Markdown knows escapes.
pub(super) fn brackets_in(text: &str, range: Range<usize>, escapes: bool) -> impl Iterator<Item = (usize, u8)> {
    let bytes = text.as_bytes();
    let found =
        memchr::memchr2_iter(b'[', b']', bytes.get(range.clone()).unwrap_or_default()).map(move |at| range.start + at);
    let is_escaped = move |at: usize| bytes[..at].iter().rev().take_while(|&&byte| byte == b'\\').count() % 2 == 1;
    found.filter(move |&at| !(escapes && is_escaped(at))).map(move |at| (at, bytes[at]))
}

/// The brackets of literal text outside links.
fn in_running_text(text: &str, inlines: &Inlines<'_>) -> impl Iterator<Item = (usize, u8)> {
    inlines.in_running_text(brackets_in(text, inlines.range.clone(), true), |(at, _)| *at)
}

/// `![…]` is an image, though its target is missing.
fn is_image(text: &str, start: usize) -> bool {
    text[..start].ends_with('!') && !text[..start].ends_with("\\!")
}

/// Brackets by whether they belong together.
#[derive(Default)]
pub(super) struct Matched {
    /// Sorted by start.
    pub(super) pairs: Vec<Range<usize>>,
    /// Those that nothing closes.
    pub(super) open: Vec<usize>,
    /// Those that nothing opens.
    pub(super) close: Vec<usize>,
}

pub(super) fn matched(brackets: impl Iterator<Item = (usize, u8)>) -> Matched {
    let mut found = Matched::default();
    for (at, byte) in brackets {
        if byte == b'[' {
            found.open.push(at);
        } else if let Some(start) = found.open.pop() {
            found.pairs.push(start..at + 1);
        } else {
            found.close.push(at);
        }
    }
    found.pairs.sort_by_key(|pair| pair.start);
    found
}

/// The pair with the empty label behind it: `[name][]` is one reference.
fn with_empty_label(text: &str, pair: &Range<usize>) -> Range<usize> {
    let is_empty = text[pair.end..].starts_with("[]") && &text[pair.clone()] != "[]";
    pair.start..pair.end + if is_empty { 2 } else { 0 }
}

/// Those that lie in no other, sorted.
fn outermost(mut brackets: Vec<Bracket>) -> Vec<Bracket> {
    brackets.sort_by_key(|bracket| (bracket.range.start, std::cmp::Reverse(bracket.range.end)));
    let mut end = 0;
    brackets.retain(|bracket| {
        let keep = bracket.range.start >= end;
        end = end.max(bracket.range.end);
        keep
    });
    brackets
}

fn inside<'t>(text: &'t str, pair: &Range<usize>) -> &'t str {
    text.get(pair.start + 1..pair.end - 1).unwrap_or_default()
}

/// Footnotes and alerts that lack their other half are still not placeholders, nor is an empty pair.
fn is_prose_placeholder(text: &str, pair: Range<usize>) -> bool {
    let inner = inside(text, &pair);
    let alert = inner.strip_prefix('!').is_some_and(|rest| rest.chars().all(|c| c.is_alphanumeric() || c == '-'));
    !inner.trim().is_empty() && !inner.starts_with('^') && !alert
}

fn is_code_placeholder(text: &str, pair: Range<usize>) -> bool {
    let before = &text[..pair.start];
    let attribute = before.ends_with(['#', '!']);
    let inner = inside(text, &pair).trim();
    let quoted = inner.starts_with(['"', '\'', '`']);
    !(attribute
        || is_subscript(before, inner)
        || inner.is_empty()
        || quoted
        || is_numeric(inner)
        || is_character_class(inner))
}

/// `${names[@]}` and `${names[$i]}` of a shell, and `names[@]` by itself.
fn is_subscript(before: &str, inner: &str) -> bool {
    let array = before.trim_end_matches(|c: char| c.is_alphanumeric() || c == '_');
    let named = array.len() < before.len();
    named && (matches!(inner, "@" | "*") || array.trim_end_matches(['#', '!']).ends_with("${"))
}

/// Numbers, lists and ranges of numbers: `0`, `1, 2`, `0..5`, `-1`, `0xFF`.
fn is_numeric(inner: &str) -> bool {
    let hexadecimal = inner.strip_prefix("0x").is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
    let marks = |byte: u8| byte.is_ascii_digit() || b" ,.-+:;_=".contains(&byte);
    hexadecimal || inner.bytes().all(marks) && inner.bytes().any(|byte| byte.is_ascii_digit())
}

/// No class of a regular expression is longer, in bytes: pairs within pairs are not read anew at each level.
const LONGEST_CLASS: usize = 1024;

/// A class of a regular expression: negated, a POSIX class, one with an escape, or ranges with nothing but marks.
fn is_character_class(inner: &str) -> bool {
    if inner.starts_with('^') {
        return true;
    }
    if inner.len() > LONGEST_CLASS {
        return false;
    }
    let posix = inner.contains("[:") || inner.starts_with(':') && inner.ends_with(':');
    posix || ["\\d", "\\w", "\\s"].iter().any(|escape| inner.contains(escape)) || is_ranges(inner)
}

/// `a-z`, `A-Z0-9_-`: ranges, and no letter or blank beside them.
fn is_ranges(inner: &str) -> bool {
    let mut chars = inner.chars().peekable();
    let mut ranges = 0;
    while let Some(c) = chars.next() {
        let mut ahead = chars.clone();
        let to = (ahead.next() == Some('-')).then(|| ahead.next()).flatten();
        if c.is_ascii_alphanumeric() && to.is_some_and(|to| to.is_ascii_alphanumeric() && to > c) {
            ranges += 1;
            chars = ahead;
        } else if c.is_alphanumeric() || c.is_whitespace() {
            return false;
        }
    }
    ranges > 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markdown;

    fn prose(text: &str) -> Vec<&str> {
        let document = markdown::parse(text);
        let found = of_document(text, &document, &|_| false).placeholders;
        found.into_iter().map(|bracket| &text[bracket.range]).collect()
    }

    fn code(line: &str) -> Vec<&str> {
        in_code(line, 0..line.len()).into_iter().map(|range| &line[range]).collect()
    }

    #[test]
    fn prose_placeholders_are_links_without_a_definition() {
        assert_eq!(prose("A [describe] and [2021-03-12] and [X]%."), ["[describe]", "[2021-03-12]", "[X]"]);
        assert_eq!(prose("[a](b) ![i](j) \\[no\\] `x` <!-- [c] --> [d]\n\n[d]: e"), [""; 0]);
        assert_eq!(prose("[^1] [!EXAMPLE] [] [ ] ![screenshot]"), [""; 0]);
        assert_eq!(prose("# Title [TEMPLATE]"), ["[TEMPLATE]"]);
    }

    #[test]
    fn a_pair_that_holds_a_link_or_code_is_one_placeholder() {
        assert_eq!(prose("x [See [Sec](./s.md) for `a[0]` b] y"), ["[See [Sec](./s.md) for `a[0]` b]"]);
        assert_eq!(prose("[outer [inner] text]"), ["[outer [inner] text]"]);
        assert_eq!(prose("[text][missing] rest"), ["[text][missing]"]);
    }

    #[test]
    fn link_targets_and_code_spans_are_searched() {
        assert_eq!(prose("[MDN](https://x.org/[element])"), ["[element]"]);
        assert_eq!(prose("`/api/[resource]` and `[table]([columns])`"), ["[resource]", "[table]", "[columns]"]);
    }

    #[test]
    fn code_has_brackets_of_its_own() {
        assert_eq!(code("export const [EntityName]Repository = a[0] + b[] + c[1, 2];"), ["[EntityName]"]);
        assert_eq!(code("#[derive(Debug)] #![allow(x)] vec![1] /[a-z0-9-]+/ [^x] [\"a\"] x['k'] [[:alpha:]]"), [""; 0]);
        assert_eq!(code("\"tags\": [\"[tag]\"]"), ["[tag]"]);
        assert_eq!(code("${arr[@]} \"${#arr[*]}\" ${!map[$key]} unset arr[@] ${x[i]}"), [""; 0]);
        assert_eq!(code("${[NAME]} $[HOST] [@]"), ["[NAME]", "[HOST]", "[@]"]);
        assert_eq!(code("-- [Add policy SQL here]"), ["[Add policy SQL here]"]);
    }

    #[test]
    fn what_a_definition_or_a_title_of_a_link_holds_is_no_placeholder() {
        assert_eq!(prose("See [docs][ref].\n\n[ref]: https://x.org/[element]\n"), [""; 0]);
        assert_eq!(prose("[x](y \"a [b] c\") and [x](/[y] \"z\")"), ["[y]"]);
        assert_eq!(prose("![a](b/[c].png) and [](d/[e])"), ["[c]", "[e]"]);
    }

    #[test]
    fn classes_numbers_and_alerts_are_told_from_words() {
        for none in [
            "[a-z]",
            "[A-Z_]",
            "[0-9a-f.]",
            "[^name]",
            "[:name:]",
            "[a\\d]",
            "[\\w]",
            "[\\s]",
            "[0xFF]",
            "[1]",
            "[-1, 2]",
            "[ ]",
            "['a']",
            "[`a`]",
        ] {
            assert_eq!(code(none), [""; 0], "{none}");
        }
        for place in ["[z-a]", "[a-z b]", "[a-z é]", "[:name]", "[name:]", "[0xFG]", "[1a]", "[-]", "[a'b]", "[a-]"] {
            assert_eq!(code(place), [place], "{place}");
        }
        assert_eq!(prose("[!NOTE] [!a-b] [!a b] [!!] [^a] [a^]"), ["[!a b]", "[!!]", "[a^]"]);
    }

    #[test]
    fn of_html_only_what_a_reader_sees_is_searched() {
        let seen = |text: &'static str, range: Range<usize>| -> Vec<&str> {
            let parts = html_parts(text, range).into_iter();
            parts.filter(|(part, _)| *part == HtmlPart::Text).map(|(_, range)| &text[range]).collect()
        };
        let text = "[x]a<b c=\"d\">e<!-- f > g -->h<script>i</script>j<style>k</style>l<m n";
        assert_eq!(seen(text, 3..text.len()), ["a", "e", "h", "j", "l"]);
        assert_eq!(seen(text, 0..5), ["[x]a"]);
    }

    #[test]
    fn of_tags_the_attributes_that_a_reader_sees_are_searched() {
        let found = |tag: &'static str| -> Vec<&str> {
            let values = seen_values(tag, 0..tag.len()).into_iter();
            values.flat_map(|value| in_code(tag, value)).map(|range| &tag[range]).collect()
        };
        assert_eq!(found("<a href=\"[url]\" class=\"w-[2px]\" title = '[a b]'>"), ["[url]", "[a b]"]);
        let over_lines = "<img ALT=\"see [this\nor] [that]\" data-src=\"[x]\" src=[y]>";
        assert_eq!(found(over_lines), ["[this\nor]", "[that]", "[y]"]);
        assert_eq!(found("<input placeholder=\"[your name]\" aria-label='[name]' value=[z] name=a[b]>").len(), 3);
        assert_eq!(found("<a href=\"[url]>"), [""; 0], "no value");
    }
}
