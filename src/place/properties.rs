//! Whatever a value holds, the Markdown around it keeps its structure.

use std::ops::Range;
use std::time::{Duration, Instant};

use proptest::prelude::{ProptestConfig, Strategy, any, prop_assert_eq, proptest};
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::{Block, Place, block, code, code_span, code_span_in_cell, edges, fence_length, inline, text};
use crate::markdown;
use crate::source::line_start;

/// A piece of template with `@` for the value, and the block that it stands in.
struct Fragment {
    text: &'static str,
    block: Block<'static>,
    link: bool,
}

const fn paragraph(text: &'static str, line_start: bool, prefix: &'static str) -> Fragment {
    Fragment { text, block: Block::Paragraph { line_start, prefix }, link: false }
}

const fn other(text: &'static str, block: Block<'static>) -> Fragment {
    Fragment { text, block, link: false }
}

const FRAGMENTS: &[Fragment] = &[
    paragraph("**Location:** `x`\n**Format:** @\n**Execution:** *y*\n", false, ""),
    paragraph("*a @ b* _c_ `d`\n", false, ""),
    paragraph("**@** and *x* and ~~y~~\n", false, ""),
    paragraph("*a*@*b*\n", false, ""),
    paragraph("_a_@_b_\n", false, ""),
    paragraph("~a~ @ ~b~ ~~@~~ ` c\n", false, ""),
    paragraph("`a`@`b`\n", false, ""),
    paragraph("a ` @ `` b\n", false, ""),
    paragraph("[a](b)@[c](d)\n", false, ""),
    paragraph("[a](b) @(c) @: d\n", false, ""),
    paragraph("(@) [ @ ] (@)\n", false, ""),
    paragraph("a <@> b <c @> d\n", false, ""),
    paragraph("a <!-- @ b\n", false, ""),
    paragraph("a &@; b &#@; !@ @! [x](y)\n", false, ""),
    paragraph("@@ @\n", true, ""),
    paragraph("@\nb *c*\n", true, ""),
    paragraph("@. a\n\nb\n", true, ""),
    paragraph("# A\n\n@ b *c*\n\n- d\n", true, ""),
    paragraph("a\n@\nb\n", true, ""),
    paragraph("- **a:** @\n- b\n", false, "  "),
    paragraph("- @\n- b\n\nc\n", true, "  "),
    paragraph("1. @\n2. b\n", true, "   "),
    paragraph("- a\n  - @ - *b*\n  - c\n- d\n", true, "    "),
    paragraph("> - a\n>   - @\n>   - *b*\n> - c\n", true, ">     "),
    paragraph("> a @\n> b\n\nc\n", false, "> "),
    paragraph("- [ ] @\n- [x] b\n", false, "  "),
    paragraph("#@ a\n\n-@\n\nb\n", false, ""),
    paragraph("> > #@\n\nb\n", false, "> > "),
    paragraph("- #@ a\n- -@\n- 1@\n\nb\n", false, "  "),
    other("| a | b |\n|---|---|\n| **x** | @ |\n| y | z |\n", Block::Cell),
    other("| a | b |\n|---|---|\n| @ | `x` |\n", Block::Cell),
    other("a | b\n---|---\n@ | *x*\ny | z\n", Block::Cell),
    other("| a | b |\n|---|---|\n| *x* @ *y*|@|\n", Block::Cell),
    other("a @ `b` *c*\n|---|---|---|---|---|---|---|\n", Block::Header),
    other("@ `b`\n|---|---|\n\nc\n", Block::Header),
    other("## @\n\na\n", Block::Heading),
    other("## a @ *b* ##\n\nc\n", Block::Heading),
    other("## @ {#id}\n\nc\n", Block::Heading),
    other("@\n===\n\nc\n", Block::Heading),
    other("- # `x` @\n- b\n", Block::Heading),
    Fragment { text: "[a @ b](c) *d*\n", block: Block::Paragraph { line_start: false, prefix: "" }, link: true },
];

const HOSTILE: &[&str] = &[
    "a|b||c",
    "|---|",
    "|---|---|",
    "`",
    "``a```",
    "```",
    "~~~",
    "```sh\na\n```",
    "-->",
    "<!-- a",
    "<!-- a -->",
    "</script>",
    "<script>",
    "<img src=x onerror=alert(1)>",
    "<img",
    "a\nb",
    "a\n# b",
    "a\n- b\n- c",
    "a\n> b",
    "a\n---",
    "a\n===",
    "a\n```\nb",
    "a\n|---|---|",
    "\ta\tb",
    "a\0b",
    "\u{202e}abc",
    "\u{200f}",
    "[x]",
    "[ ]",
    "[!NOTE]",
    "{{#include /etc/passwd}}",
    "{{#playground a.rs}}",
    "[a]: b",
    "[a]:",
    "[^1]: b",
    "[^1]",
    "***",
    "---",
    "___",
    "\\",
    "\\\\",
    "a\\",
    "*a*",
    "**a**",
    "***a***",
    "*a",
    "a*",
    "_a_",
    "a_b_c",
    "a*b*c",
    "~a~",
    "~~a~~",
    "[a](b)",
    "![a](b)",
    "[a](",
    "[a](b",
    "](c)",
    "<http://a.b>",
    "<a@b.c>",
    "<a",
    "a>",
    "a<",
    "&lt;",
    "&lt",
    "&",
    "lt",
    "#60",
    "#x3c",
    "!",
    "# a",
    "#",
    "1.",
    "1. a",
    "- a",
    "-",
    "+",
    ": a",
    ":",
    "=",
    "==",
    "<div>",
    "</div>",
    "<b>a</b>",
    "<?php",
    "<![CDATA[",
    "<!X",
    "{#id}",
    "{.a}",
    "a #",
    "a `b\n- c` d",
    "a\\\nb",
    "a  \nb",
    "`a|b`",
    "`a\\|b`",
    "\\|",
    "\\\\|",
    "(",
    ")",
    "()",
    "a ]( b",
    "\"",
    "'",
    "a=\"b\"",
    "b c='d'",
    "`a` *b* [c](d)",
    "*a `b* c`",
    "é*é*é",
    "“*a*”",
    "$1$",
    "^a^",
    "a\u{a0}*b*",
];

/// Where in the filled text the values are, and the text.
type Filled = (String, Vec<Range<usize>>);

/// The fragment with every `@` replaced by what `write` makes of the place; `None` where that refuses.
fn fill(fragment: &Fragment, write: &dyn Fn(&Place<'_>) -> Option<String>) -> Option<Filled> {
    let mut out = String::new();
    let mut values = Vec::new();
    let mut done = 0;
    let marked = fragment.text.replace('@', "[v]");
    for (at, _) in marked.match_indices("[v]") {
        let line = line_start(&marked, at);
        let end = marked[at..].find('\n').map_or(marked.len(), |length| at + length);
        let first = marked[line..at].trim_matches([' ', '>', '-', '#']).is_empty();
        let block = match fragment.block {
            Block::Paragraph { line_start, prefix } => {
                let first = first || marked[line..at].ends_with("1. ");
                Block::Paragraph { line_start: line_start && first, prefix }
            }
            block => block,
        };
        let place =
            Place { block, before: &marked[line..at], after: &marked[at + 3..end], link: fragment.link, newline: "\n" };
        out.push_str(&marked[done..at]);
        let start = out.len();
        out.push_str(&write(&place)?);
        values.push(start..out.len());
        done = at + 3;
    }
    out.push_str(&marked[done..]);
    Some((out, values))
}

/// The events of the text, but for inline ones inside values, text as its source outside of them.
fn skeleton((text, values): &Filled) -> Vec<String> {
    let mut events: Vec<String> = Vec::new();
    for (event, range) in Parser::new_ext(text, markdown::options()).into_offset_iter() {
        let inside = values.iter().any(|value| value.start <= range.start && range.end <= value.end);
        match event {
            Event::Text(_) => push_text(&mut events, &outside(text, &range, values)),
            Event::Start(ref tag) if inside && is_inline(tag.to_end()) => {}
            Event::End(tag) if inside && is_inline(tag) => {}
            Event::Code(_)
            | Event::InlineHtml(_)
            | Event::SoftBreak
            | Event::HardBreak
            | Event::FootnoteReference(_)
                if inside => {}
            Event::SoftBreak => push_text(&mut events, "\n"),
            event => events.push(format!("{event:?}")),
        }
    }
    events
}

fn is_inline(tag: TagEnd) -> bool {
    matches!(tag, TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough | TagEnd::Link | TagEnd::Image)
}

fn push_text(events: &mut Vec<String>, text: &str) {
    let text: String = text.chars().filter(|c| !c.is_whitespace() && *c != '\\').collect();
    if text.is_empty() {
        return;
    }
    match events.last_mut().filter(|last| last.starts_with("text ")) {
        Some(last) => last.push_str(&text),
        None => events.push(format!("text {text}")),
    }
}

fn outside(text: &str, range: &Range<usize>, values: &[Range<usize>]) -> String {
    range
        .clone()
        .filter(|at| !values.iter().any(|value| value.contains(at)))
        .map(|at| char::from(text.as_bytes()[at]))
        .collect()
}

/// What is wrong when `value` is written by `write` into every fragment.
fn broken(value: &str, write: &dyn Fn(&str, &Place<'_>) -> Option<String>) -> Vec<String> {
    let mut broken = Vec::new();
    for fragment in FRAGMENTS {
        let Some(filled) = fill(fragment, &|place| write(value, place)) else { continue };
        let Some(benign) = fill(fragment, &|place| write("word", place)) else { continue };
        let (got, wanted) = (skeleton(&filled), skeleton(&benign));
        if got != wanted {
            broken.push(format!(
                "{value:?} in {:?}\nmade {:?}\n got {got:?}\nwant {wanted:?}\n",
                fragment.text, filled.0
            ));
        }
    }
    broken
}

fn write_inline(value: &str, place: &Place<'_>) -> Option<String> {
    inline(value, place).ok().map(|value| value.into_owned())
}

fn write_text(value: &str, place: &Place<'_>) -> Option<String> {
    (!value.trim().is_empty()).then(|| text(value, place).into_owned())
}

/// Strings of what Markdown gives a meaning.
fn value() -> impl Strategy<Value = String> {
    let token = "[*_~`\\[\\]()<>&!|{}#\\\\.:;=+ \"'@$^-]|\n|\t|[ab1]|\\*\\*|``|&lt;|<b>|</b>|<!--|-->|\\[x\\]|http:|é|“|\\]\\(|1\\. |```|<a b=";
    format!("({token}){{1,10}}").prop_map_regex()
}

/// Strings of the language of a regular expression.
trait PropMapRegex {
    fn prop_map_regex(self) -> proptest::strategy::BoxedStrategy<String>;
}

impl PropMapRegex for String {
    fn prop_map_regex(self) -> proptest::strategy::BoxedStrategy<String> {
        proptest::string::string_regex(&self).unwrap().boxed()
    }
}

/// How many cases a property tries.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(64)
}

#[test]
fn hostile_markdown_keeps_to_itself() {
    let broken: Vec<String> = HOSTILE.iter().flat_map(|value| broken(value, &write_inline)).collect();
    assert!(broken.is_empty(), "{} broken\n{}", broken.len(), broken[..broken.len().min(30)].join("\n"));
}

#[test]
fn hostile_text_keeps_to_itself() {
    let broken: Vec<String> = HOSTILE.iter().flat_map(|value| broken(value, &write_text)).collect();
    assert!(broken.is_empty(), "{} broken\n{}", broken.len(), broken[..broken.len().min(30)].join("\n"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn markdown_keeps_to_itself(value in value()) {
        prop_assert_eq!(broken(&value, &write_inline), Vec::<String>::new());
    }

    #[test]
    fn text_keeps_to_itself(value in value()) {
        prop_assert_eq!(broken(&value, &write_text), Vec::<String>::new());
    }

    #[test]
    fn any_markdown_keeps_to_itself(value in any::<String>()) {
        prop_assert_eq!(broken(&value, &write_inline), Vec::<String>::new());
    }
}

/// What a reader sees: text, and a space for a line break.
fn shown(text: &str, options: Options) -> String {
    let events = Parser::new_ext(text, options).map(|event| match event {
        Event::Text(text) | Event::Code(text) => text.into_string(),
        Event::SoftBreak | Event::HardBreak => " ".to_owned(),
        _ => String::new(),
    });
    events.collect()
}

fn normal(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Asserts that `plain` is shown as it is in the block that `template` is.
fn assert_shown(plain: &str, template: &str, block: Block<'_>) {
    let cleaned = normal(&super::clean(plain));
    let Some((before, after)) = template.split_once('@').filter(|_| !cleaned.is_empty()) else { return };
    let (line, rest) = (line_start(before, before.len()), after.find('\n').unwrap_or(after.len()));
    let place = Place::new(block).between(&before[line..], &after[..rest]);
    let written = template.replace('@', &text(plain, &place));
    let wanted = normal(&shown(template, markdown::options()).replace('@', &cleaned));
    for options in [markdown::options(), markdown::options() | Options::ENABLE_SMART_PUNCTUATION] {
        assert_eq!(normal(&shown(&written, options)), wanted, "{written:?}");
    }
}

fn assert_shown_everywhere(plain: &str) {
    let paragraph = |line_start| Block::Paragraph { line_start, prefix: "  " };
    assert_shown(plain, "a @ b", paragraph(false));
    assert_shown(plain, "- @", paragraph(true));
    assert_shown(plain, "- a (@)", paragraph(false));
    assert_shown(plain, "# @", Block::Heading);
    assert_shown(plain, "| a |\n|---|\n| @ |", Block::Cell);
    assert_shown(plain, "| a |\n|---|\n|@|", Block::Cell);
}

/// A code block with `@` in it, the prefix of its lines, and whether it is fenced.
const CODE: &[(&str, &str, bool)] = &[
    ("a\n\n```sh\nX=@\n# y\n```\n\n- b\n", "", true),
    ("- a\n\n  ```sh\n  @\n  ```\n- b\n", "  ", true),
    ("> ```\n> @\n> ```\n\nb\n", "> ", true),
    ("a\n\n    @\n    y\n\nb\n", "    ", false),
];

fn code_texts(text: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut inside = false;
    for event in Parser::new_ext(text, markdown::options()) {
        match event {
            Event::Start(Tag::CodeBlock(_)) => {
                inside = true;
                blocks.push(String::new());
            }
            Event::End(TagEnd::CodeBlock) => inside = false,
            Event::Text(text) if inside => blocks.iter_mut().last().unwrap().push_str(&text),
            _ => {}
        }
    }
    blocks
}

fn assert_one_code_block(value: &str) {
    for &(template, prefix, fenced) in CODE {
        let written = code(value, prefix, "\n");
        let fence = "`".repeat(fence_length(&written, '`'));
        let template = if fenced { template.replace("```", &fence) } else { template.to_owned() };
        let filled = template.replace('@', &written);
        let (got, wanted) = (code_texts(&filled), code_texts(&template));
        assert_eq!(got.len(), 1, "{filled:?}");
        let raw = super::clean(value);
        let wanted = wanted[0].replace('@', raw.trim_end_matches('\n'));
        let squeeze = |text: &str| text.replace([' ', '\t', '\n'], "");
        assert_eq!(squeeze(&got[0]), squeeze(&wanted), "{filled:?}");
        assert!(filled.ends_with(&template[template.len() - 2..]));
    }
}

fn assert_one_code_span(value: &str) {
    for (template, span) in
        [("- *a* @ `b`\n", code_span(value)), ("| a |\n|---|\n| *a* @ `b` |\n", code_span_in_cell(value))]
    {
        let filled = template.replace('@', &span);
        let spans: Vec<String> = Parser::new_ext(&filled, markdown::options())
            .filter_map(|event| if let Event::Code(code) = event { Some(code.into_string()) } else { None })
            .collect();
        let wanted = super::clean(value).replace('\n', " ");
        assert_eq!(spans.len(), 2, "{filled:?}");
        assert_eq!(spans[0].trim(), wanted.trim(), "{filled:?}");
    }
}

/// Asserts that the answer leaves every block of the template where it was.
fn assert_answers(value: &str) {
    for (template, prefix) in [
        ("# A\n\n*a*\n\n@\n\n- **b:** c\n- d\n\n## E\n", ""),
        ("> a\n>\n> @\n>\n> b\n\nc\n", "> "),
        ("- a\n\n  @\n\n  b\n- c\n", "  "),
        ("a\n\n@\n\n```\nb\n```\n\n| a |\n|---|\n| b |\n", ""),
    ] {
        let Ok(written) = block(value, prefix, "\n") else { continue };
        // The caller's part: a list does not run into a list.
        let separator = if edges(value).ends_in_list {
            format!("\n{}\n{prefix}<!-- -->", prefix.trim_end())
        } else {
            String::new()
        };
        let written = format!("{written}{separator}");
        let (before, after) = template.split_once('@').unwrap();
        let filled = (
            format!("{before}{written}{after}"),
            std::iter::once(before.len()..before.len() + written.len()).collect(),
        );
        let benign = (template.replace('@', "w"), std::iter::once(before.len()..before.len() + 1).collect());
        assert_eq!(around(&filled), around(&benign), "{:?}", filled.0);
    }
}

/// The events of the text that are not part of a value.
fn around((text, values): &Filled) -> Vec<String> {
    let inside =
        |range: &Range<usize>| values.iter().any(|value| value.start <= range.start && range.start < value.end);
    Parser::new_ext(text, markdown::options())
        .into_offset_iter()
        .filter(|(_, range)| !inside(range))
        .map(|(event, _)| format!("{event:?}"))
        .collect()
}

#[test]
fn hostile_values_are_shown_as_they_are() {
    for value in HOSTILE {
        assert_shown_everywhere(value);
        assert_one_code_block(value);
        assert_answers(value);
        assert_one_code_span(value);
    }
}

#[test]
fn an_answer_of_many_blocks_keeps_to_itself() {
    for value in [
        "a\n\n- b\n- c",
        "- a\n\n  ```\n  b\n  ```",
        "> a",
        "| a |\n|---|\n| b |",
        "1. a\n   - b",
        "[^1]: a",
        "[a]: b",
        "***",
        "a\n\n    b",
        "<div>\na",
        "<details>\n\na\n\n</details>",
        "a\n: b",
        "    a",
        "\ta",
        "- ",
        "```\n\n# a\n```",
    ] {
        assert_answers(value);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn text_is_shown_as_it_is(value in value()) {
        assert_shown_everywhere(&value);
    }

    #[test]
    fn code_is_shown_as_it_is(value in value()) {
        assert_one_code_block(&value);
        assert_one_code_span(&value);
    }

    #[test]
    fn answers_keep_to_themselves(value in value()) {
        assert_answers(&value);
    }
}

#[test]
fn long_values_take_time_in_proportion() {
    let places = [
        Place::new(Block::Paragraph { line_start: true, prefix: "  " }).between("- ", " *b*"),
        Place::new(Block::Cell).between("| **a** ", " |"),
    ];
    for unit in [
        "[", "]", "`", "*", "_a", "*a*", "<", "&", "|", "\\", "\n- a", "`a` ", "[a](b) ", "<b>", "``a` ", "a\n", "![",
        "{{#a ",
    ] {
        let value = unit.repeat(LENGTH / unit.len());
        assert_quick(unit, &value, &places);
    }
    let nested = |mark: &str, count| format!("{}a{}", mark.repeat(count), mark.repeat(count));
    assert_quick("nested *", &nested("*", LENGTH / 2), &places);
    assert_quick("nested _ behind text", &format!("a {}", nested("_", LENGTH / 2)), &places);
    assert_quick("pipes in code", &format!("`{}`", "\\\\|".repeat(LENGTH / 3)), &places);
}

/// Long enough that what is quadratic takes minutes, short enough for a debug build.
const LENGTH: usize = 100_000;

fn assert_quick(name: &str, value: &str, places: &[Place<'_>]) {
    let start = Instant::now();
    for place in places {
        let _ = inline(value, place);
        text(value, place);
    }
    let _ = (block(value, "> ", "\n"), code(value, "> ", "\n"), code_span_in_cell(value), fence_length(value, '`'));
    assert!(start.elapsed() < Duration::from_secs(30), "{name:?}: {:?}", start.elapsed());
}
