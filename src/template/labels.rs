//! The words beside a placeholder that name it: labels of items, lines and code, and the words that mean something.

use std::ops::Range;

use super::brackets::{Bracket, Site};
use crate::markdown::blocks::{Inlines, inside_backticks};

/// What ends a label, in any script.
const COLONS: [char; 2] = [':', '：'];

/// What ends a label or stands between it and the text after it.
const SEPARATORS: [char; 5] = [':', '：', '-', '–', '—'];

/// The label in front of an item's text.
pub(super) struct ItemLabel {
    /// Without markup and colon.
    pub(super) text: String,
    /// Where the words stand, markup excluded.
    pub(super) range: Range<usize>,
    pub(super) site: Site,
    /// Nothing follows it, so that it only names something.
    pub(super) bare: bool,
}

/// A label that ends a paragraph and names the block after it.
pub(super) struct Lead {
    /// Without markup and colon.
    pub(super) text: String,
    /// The label's line.
    pub(super) range: Range<usize>,
}

/// A label within running text, for the placeholders behind it.
pub(super) struct PlaceLabel {
    /// Where it ends.
    end: usize,
    /// Without markup and colon.
    text: String,
}

/// The leading bold, code or plain text up to `:` or ` - `; none where a placeholder stands in it.
pub(super) fn of_item(text: &str, inlines: &Inlines<'_>, brackets: &[Bracket]) -> Option<ItemLabel> {
    let start = inlines.range.start;
    let first_slot = brackets.first().map_or(inlines.range.end, |bracket| bracket.range.start);
    let strong = inlines.strong.iter().find(|strong| strong.outer.start == start);
    let code = inlines.code.iter().find(|code| code.start == start);
    let (outer, inner, site) = match (strong, code) {
        (Some(strong), _) => (strong.outer.clone(), strong.inner.clone(), Site::Text),
        (None, Some(code)) => (code.clone(), inside_backticks(text, code), Site::CodeSpan(code.clone())),
        (None, None) => return plain_label(text, inlines, first_slot),
    };
    if inner.end > first_slot {
        return None;
    }
    let rest = &text[outer.end..inlines.range.end];
    let separated = ends_in_colon(&text[inner.clone()]) || starts_with_separator(&text[outer.end..]);
    if !separated && brackets.is_empty() {
        return None;
    }
    let range = without_colon(text, inner);
    let plain = inlines.plain_within(text, range.clone());
    (!plain.trim().is_empty()).then(|| ItemLabel { text: plain, range, site, bare: is_bare(rest) })
}

fn plain_label(text: &str, inlines: &Inlines<'_>, first_slot: usize) -> Option<ItemLabel> {
    let start = inlines.range.start;
    let line_end = inlines.line_starts.first().copied().unwrap_or(inlines.range.end).min(inlines.range.end);
    let head = &text[start..first_slot.min(line_end)];
    let mut marks = head.match_indices([':', '：', ' ']).map(|(at, _)| at);
    let end = marks.find(|&at| starts_with_separator(&head[at..]))?;
    let range = start..start + head[..end].trim_end().len();
    let inside_markup = inlines.code.iter().chain(inlines.html).any(|span| span.contains(&(start + end)));
    let plain = inlines.plain_within(text, range.clone());
    if inside_markup || plain.trim().is_empty() {
        return None;
    }
    let bare = is_bare(&text[start + end..inlines.range.end]);
    Some(ItemLabel { text: plain, range, site: Site::Text, bare })
}

/// Whether nothing but a separator follows a label.
fn is_bare(rest: &str) -> bool {
    rest.trim_start().trim_start_matches(SEPARATORS).trim().is_empty()
}

/// `:` before a space or the end, or a dash with a space on both sides.
fn starts_with_separator(text: &str) -> bool {
    if let Some(rest) = text.strip_prefix(COLONS) {
        return text.starts_with('：') || rest.is_empty() || rest.starts_with([' ', '\t', '\n', '\r', '[', '`', '*']);
    }
    [" - ", " – ", " — "].iter().any(|dash| text.starts_with(dash))
}

/// Whether words end as a label does.
pub(super) fn ends_in_colon(words: &str) -> bool {
    words.trim_end().ends_with(COLONS)
}

fn without_colon(text: &str, range: Range<usize>) -> Range<usize> {
    let trimmed = text[range.clone()].trim_end().trim_end_matches(COLONS).trim_end().len();
    range.start..range.start + trimmed
}

/// A bold label on the last line of a paragraph, with nothing after it but a colon.
pub(super) fn lead(text: &str, inlines: &Inlines<'_>) -> Option<Lead> {
    let strong = inlines.strong.last()?;
    let line_start = inlines.line_starts.last().copied().unwrap_or(inlines.range.start).max(inlines.range.start);
    let before = text.get(line_start..strong.outer.start)?.trim_matches([' ', '\t', '>']);
    let after = text[strong.outer.end..inlines.range.end].trim();
    let colon_after = matches!(after, ":" | "：");
    let alone = inlines.line_starts.is_empty();
    let says_so = colon_after || ends_in_colon(&text[strong.inner.clone()]);
    if !before.is_empty() || !(after.is_empty() || colon_after) || !(says_so || alone) {
        return None;
    }
    let plain = inlines.plain_within(text, without_colon(text, strong.inner.clone()));
    (!plain.trim().is_empty()).then_some(Lead { text: plain, range: strong.outer.start..inlines.range.end })
}

/// The labels of the places of a paragraph, in order: bold texts at the start of a line, or with a colon, and the few
/// words before a colon where the rest of the line is a placeholder.
pub(super) fn of_places(text: &str, inlines: &Inlines<'_>) -> Vec<PlaceLabel> {
    let bold = inlines.strong.iter().filter(|strong| {
        let start = strong.outer.start;
        let starts_line = start == inlines.range.start || inlines.line_starts.binary_search(&start).is_ok();
        starts_line || ends_in_colon(&text[strong.inner.clone()]) || text[strong.outer.end..].starts_with(COLONS)
    });
    let bold = bold.map(|strong| {
        let words = inlines.plain_within(text, without_colon(text, strong.inner.clone()));
        PlaceLabel { end: strong.outer.end, text: words }
    });
    let starts = std::iter::once(inlines.range.start).chain(inlines.line_starts.iter().copied());
    let plain = starts.filter_map(|start| plain_line_label(text, inlines, start));
    let mut labels: Vec<_> = bold.filter(|label| !label.text.trim().is_empty()).chain(plain).collect();
    labels.sort_by_key(|label| label.end);
    labels
}

/// How long a label without markup may be, in words: longer ones are the beginning of a sentence.
const LABEL_WORDS: usize = 4;

/// `Owner: [Team]` or `*Owner:* [Team]` as a line of a paragraph.
fn plain_line_label(text: &str, inlines: &Inlines<'_>, start: usize) -> Option<PlaceLabel> {
    let line = text.get(start..inlines.range.end)?.lines().next()?.trim_end();
    let colon = line.find(COLONS)?;
    let (label, rest) = line.split_at(colon);
    let rest = rest.strip_prefix(COLONS).unwrap_or(rest).trim_start_matches(['*', '_', ' ', '\t']);
    let words = label.trim_start_matches([' ', '\t', '>', '*', '_']).trim_end_matches(['*', '_']);
    let plain = words.chars().all(|c| c.is_alphanumeric() || " -/&'()_.".contains(c));
    let few = (1..=LABEL_WORDS).contains(&words.split_whitespace().count());
    let alone = rest.starts_with('[') && rest.find(']').is_some_and(|end| end + 1 == rest.len());
    (plain && few && alone).then(|| PlaceLabel { end: start + colon, text: words.trim().to_owned() })
}

/// The last of the labels that ends before a place.
pub(super) fn of_place(labels: &[PlaceLabel], at: usize) -> Option<&str> {
    let after = labels.partition_point(|label| label.end <= at);
    labels[..after].last().map(|label| label.text.as_str())
}

/// The key of a line of code such as `DB_HOST=[describe]`, `export HOST=…`, `host: […]` or `"host": "[…]"`.
pub(super) fn of_code_line(text: &str, line: Range<usize>) -> Option<Range<usize>> {
    let code = &text[line.clone()];
    let mut start = code.len() - code.trim_start().len();
    for word in ["- ", "export ", "set ", "ENV "] {
        if let Some(rest) = code[start..].strip_prefix(word) {
            start = code.len() - rest.trim_start().len();
        }
    }
    let quote = code[start..].chars().next().filter(|c| matches!(c, '"' | '\''));
    start += quote.map_or(0, char::len_utf8);
    let is_key = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '-');
    let length = code[start..].find(|c: char| !is_key(c)).unwrap_or(code.len() - start);
    let key = &code[start..start + length];
    let mut rest = &code[start + length..];
    if let Some(quote) = quote {
        rest = rest.strip_prefix(quote)?;
    }
    let assigns = rest.trim_start().starts_with(['=', ':']) && !rest.trim_start().starts_with("==");
    let named = key.chars().next().is_some_and(|c| c.is_alphabetic() || c == '_');
    (named && assigns).then(|| line.start + start..line.start + start + length)
}

/// `[Additional columns...]`, `[...]`, `[more]`: says that more of the same follow.
pub(super) fn is_continuation(inner: &str) -> bool {
    let inner = inner.trim().to_lowercase();
    trails_off(&inner)
        || matches!(first_word(&inner), "additional" | "more" | "repeat" | "another" | "further")
        || inner.starts_with("add more")
        || inner.starts_with("and so on")
}

/// Whether an ellipsis says "and so on" of the whole: one behind an enumeration, as in `[driver 2, a force, …]`, goes on
/// with that.
fn trails_off(inner: &str) -> bool {
    let words = inner.strip_suffix("...").or_else(|| inner.strip_suffix('…'));
    words.is_some_and(|words| !words.ends_with("etc") && !words.contains(','))
}

/// `[Repeat for each table]`, `[Add more as needed]`, `[...]` as a paragraph: asks for more of what stands above it.
/// Stricter than [`is_continuation`]: `[More about the backups]` asks for prose.
pub(super) fn says_more(inner: &str) -> bool {
    let inner = inner.trim().to_lowercase();
    let dots = inner.trim_end_matches(['.', '…']);
    let begins = ["repeat ", "add more", "add another", "add additional", "continue for", "and so on", "same for"];
    dots.is_empty()
        || begins.iter().any(|words| inner.starts_with(words))
        || matches!(first_word(&inner), "additional" | "more" | "another" | "further") && dots.len() < inner.len()
}

/// `[If …]`, `[Optional…]`: the section may stay away.
pub(super) fn is_conditional(inner: &str) -> bool {
    let inner = inner.trim().to_lowercase();
    inner.starts_with("optional") || first_word(&inner) == "if"
}

fn first_word(words: &str) -> &str {
    words.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default()
}

/// Whether a block of code draws tables and the lines between them: `[Table A] ---< [Table B]`.
pub(super) fn is_diagram(text: &str, lines: &[Range<usize>], brackets: &[&[Bracket]]) -> bool {
    let speaks = brackets.iter().copied().flatten().any(|bracket| {
        let words = text[bracket.range.clone()].to_lowercase();
        ["table", "entity", "model", "collection"].iter().any(|word| words.contains(word))
    });
    if !speaks {
        return false;
    }
    let drawn = |c: char| "-<>|+=oO*.:{}()/\\_0123456789N─│┌┐└┘├┤┬┴┼╭╮╰╯".contains(c) || c.is_whitespace();
    let mut connected = false;
    for (line, brackets) in lines.iter().zip(brackets) {
        let mut at = line.start;
        for Bracket { range, .. } in *brackets {
            let between = &text[at..range.start];
            if !between.chars().all(drawn) {
                return false;
            }
            connected |= ["--", "──", "->", "=="].iter().any(|connector| between.contains(connector));
            at = range.end;
        }
        if !text[at..line.end].chars().all(drawn) {
            return false;
        }
    }
    connected
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::line_of;
    use crate::template;
    use crate::template::brackets::in_code;

    /// The addresses of a section `S` that holds this.
    fn places(body: &str) -> Vec<String> {
        let placeholders = template::parse(&format!("# T\n\n## S\n\n{body}"), &|_| false).placeholders;
        placeholders.into_iter().filter_map(|place| place.address).collect()
    }

    fn key(line: &str) -> Option<&str> {
        of_code_line(line, 0..line.len()).map(|range| &line[range])
    }

    #[test]
    fn a_bold_text_at_the_start_of_a_line_is_a_label_however_the_line_above_ends() {
        for end in ["", "  ", "\\", " "] {
            assert_eq!(places(&format!("Words{end}\n**Owner** is [who]\n")), ["s.owner"], "{end:?}");
        }
        assert_eq!(places("Words **Owner** is [who]\n"), ["s.who"]);
    }

    #[test]
    fn code_lines_are_named_by_their_key() {
        assert_eq!(key("DB_HOST=[describe]"), Some("DB_HOST"));
        assert_eq!(key("  export HOST = [x]"), Some("HOST"));
        assert_eq!(key("- export HOST=[x]"), Some("HOST"));
        assert_eq!(key("  \"pool.max\": [x],"), Some("pool.max"));
        assert_eq!(key("export const [EntityName]Repository = {"), None);
        assert_eq!(key("[command to rollback]"), None);
        assert_eq!(key("if a == [b]"), None);
    }

    #[test]
    fn a_colon_is_one_in_any_script() {
        let kinds = |page: &str| {
            let placeholders = template::parse(page, &|_| false).placeholders;
            placeholders.into_iter().map(|one| format!("{} {:?}", one.address.unwrap_or_default(), one.kind)).collect()
        };
        let found: Vec<String> =
            kinds("## A\n\n[说明：]\n\n- **版本：** 16\n- **主机**：\n- **端口:** 5432\n- **区域**:\n");
        assert_eq!(found, ["a.description Prompt", "a.主机 Topic", "a.区域 Topic"]);
        let found: Vec<String> = kinds("## A\n\n关于 **主机**：[x] 和 **端口：** [y]\n负责人：[团队]\n");
        assert_eq!(found, ["a.主机 Inline", "a.端口 Inline", "a.负责人 Inline"]);
    }

    #[test]
    fn some_words_mean_something() {
        assert!(is_continuation("Additional columns...") && is_continuation("...") && is_continuation("More rows"));
        assert!(!is_continuation("PostgreSQL, MySQL, etc.") && !is_continuation("Describe"));
        assert!(!is_continuation("driver 2, e.g., a force, …") && is_continuation("Other tables…"));
        assert!(is_conditional("If using caching:") && is_conditional("Optional: notes") && !is_conditional("Iffy"));
    }

    #[test]
    fn a_diagram_is_tables_and_lines_only() {
        let diagram = |text: &str| {
            let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1));
            let lines: Vec<_> = starts.map(|start| line_of(text, start)).collect();
            let bracket = |range| Bracket { range, site: Site::CodeLine };
            let found = |line: &Range<usize>| in_code(text, line.clone()).into_iter().map(bracket).collect();
            let brackets: Vec<Vec<Bracket>> = lines.iter().map(found).collect();
            is_diagram(text, &lines, &brackets.iter().map(Vec::as_slice).collect::<Vec<_>>())
        };
        assert!(diagram("[Table A] ---< [Table B]\n    |\n    +---< [Table C]"));
        assert!(!diagram("[Nginx] --> [Odoo 17]"));
        assert!(!diagram("SELECT [column] -- of [Table A]"));
    }

    #[test]
    fn an_item_is_named_by_what_leads_it() {
        for (item, address) in [
            ("**Pool:** [x]", "s.pool"),
            ("**Pool**: [x]", "s.pool"),
            ("**Pool** [x]", "s.pool"),
            ("**Pool** - [x]", "s.pool"),
            ("`pool` [x]", "s.pool"),
            ("Pool: [x]", "s.pool"),
            ("Pool: size: [x]", "s.pool"),
            ("Pool:[x]", "s.pool"),
            ("Pool:`[x]`", "s.pool"),
            ("Pool：[x]", "s.pool"),
            ("Pool - [x]", "s.pool"),
            ("Pool – [x]", "s.pool"),
            ("Pool — [x]", "s.pool"),
            ("Pool-size [x]", "s.items[]"),
            ("Pool [x]", "s.items[]"),
            ("http://x [x]", "s.items[]"),
            ("[x]: a", "s.items[]"),
            ("see `a: b` [x]", "s.items[]"),
            ("<i title=\"a: b\"></i> [x]", "s.items[]"),
            ("**:** [x]", "s.items[]"),
            ("one\n  two: [x]", "s.items[]"),
        ] {
            assert_eq!(places(&format!("- {item}\n")), [address], "{item}");
        }
        assert_eq!(places("- **Pool [x]:** [y]\n"), ["s.items[].x", "s.items[].y"]);
    }

    #[test]
    fn an_item_that_only_names_something_is_a_topic_where_a_prompt_asks() {
        for (item, topic) in [
            ("Pool size", "s.pool_size"),
            ("**Pool:**", "s.pool"),
            ("**Pool**", "s.pool"),
            ("**Pool** max", "s.pool_max"),
            ("**Pool** -", "s.pool"),
            ("`pool`", "s.pool"),
            ("Pool:", "s.pool"),
            ("Pool-max", "s.pool_max"),
            ("**Pool:** max", ""),
            ("**Pool** - max", ""),
            ("`pool`: max", ""),
            ("Pool: max", ""),
            ("Pool - max", ""),
            ("[ ] Pool", ""),
            ("see [x](x.md)", ""),
            ("Pool\n  - max", "s.pool.max"),
            ("", ""),
        ] {
            let found = places(&format!("[Describe it]\n\n- {item}\n- Last\n"));
            let expected = ["s.description", topic, "s.last"].into_iter().filter(|address| !address.is_empty());
            assert_eq!(found, expected.collect::<Vec<_>>(), "{item}");
        }
        assert_eq!(places("- Pool size\n- Last\n"), [""; 0]);
    }

    #[test]
    fn a_bold_line_with_nothing_else_on_it_names_the_block_below() {
        for (paragraph, above) in [
            ("**Label**", "s.label"),
            ("**Label:**", "s.label"),
            ("**Label**:", "s.label"),
            ("**Label：**", "s.label"),
            ("**Label** ：", "s.label"),
            ("words\n**Label:**", "s.label"),
            ("words\n**Label**:", "s.label"),
            ("words\n**Label**", "s"),
            ("words **Label:**", "s"),
            ("**Label** words", "s"),
            ("**Label:** words", "s"),
            ("**:**", "s"),
            ("Label:", "s"),
        ] {
            assert_eq!(places(&format!("{paragraph}\n\n- **X:** [x]\n")), [format!("{above}.x")], "{paragraph}");
        }
    }

    #[test]
    fn some_words_ask_for_more_of_the_same() {
        for words in
            ["...", "…", "Repeat for each table", "Add more as needed", "add another", "More...", "Further rows…"]
        {
            assert!(says_more(words), "{words}");
        }
        for words in ["More about it", "Further", "Describe it...", "Repeatable steps", "Adding more"] {
            assert!(!says_more(words), "{words}");
        }
        for words in
            ["Repeat as needed", "another one", "Further rows", "add more rows", "and so on", "rows...", "rows…"]
        {
            assert!(is_continuation(words), "{words}");
        }
        for words in ["rows", "a, b...", "etc...", "add a row", "moreover"] {
            assert!(!is_continuation(words), "{words}");
        }
    }
}
