//! Whatever a value holds, the Markdown around it keeps its structure.

use std::ops::Range;

use proptest::prelude::{ProptestConfig, Strategy, any, prop_assert_eq, proptest};
use pulldown_cmark::{Event, Parser, TagEnd};

use super::{Block, Place, inline, text};
use crate::markdown;

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
    other("| a | b |\n|---|---|\n| **x** | @ |\n| y | z |\n", Block::Cell),
    other("| a | b |\n|---|---|\n| @ | `x` |\n", Block::Cell),
    other("a | b\n---|---\n@ | *x*\ny | z\n", Block::Cell),
    other("| a | b |\n|---|---|\n| *x* @ *y*|@|\n", Block::Cell),
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
        let line = marked[..at].rfind('\n').map_or(0, |newline| newline + 1);
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
    #![proptest_config(ProptestConfig { cases: std::env::var("PLACE_CASES").map_or(300, |n| n.parse().unwrap()), failure_persistence: None, ..ProptestConfig::default() })]

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
