//! What is written for a value at a place, to the byte: no escape too few, which would change the page, and none too
//! many, which nobody wants to read. `SNAPSHOTS=overwrite cargo test --test places` writes it anew.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fmt::Write;
use std::path::Path;

use mdbook_database::place::{Block, Place, block, code, code_span, code_span_in_cell, fence_length, inline, text};

/// What stands before a value, the value, and what stands behind it.
const VALUES: &[(&str, &str, &str)] = &[
    ("", "see [a]", "[b]"),
    ("", "[a][b] c", ""),
    ("]", "[a] b", ""),
    ("!", "[a]", ""),
    ("]", "x [a]", ""),
    ("a", "[a] b", ""),
    ("", "a [x]: b", ""),
    ("", "[x]: b", ""),
    ("", "a [x]", ": b"),
    ("`x", "a\\`b", "c"),
    ("`x", "<i title=\"`\">b</i>", "`c"),
    ("`", "a`b` c", ""),
    ("", "`a`", "`"),
    ("`", "`a`", ""),
    ("``", "`a` b", "`"),
    ("`", "`` ` ``", "`"),
    ("`", "` a `", "`"),
    ("", "a\\", "`b"),
    ("", "a <b", " c>"),
    ("", "a <b c", ">"),
    ("", "a < b", ">"),
    ("", "a <1", ">"),
    ("", "<b", ""),
    ("", "a <!", ">"),
    ("<", "b c", ">"),
    ("<", "b>c", ""),
    ("<a ", "x > y", ""),
    ("< ", "x > y", ""),
    ("<=", "x > y", ""),
    ("<!-- ", "a --> b", ""),
    ("<!-- ", "a", " -->"),
    ("", "x <!-- c --> y", ""),
    ("", "a --", "> b"),
    ("", "&am", "p;"),
    ("", "a&", "amp;"),
    ("&", "amp;", ""),
    ("&", "amp", ";"),
    ("", "a &amp", ";"),
    ("", "a & b", ";"),
    ("", "&#3", "8;"),
    ("", "a&b c", ";"),
    ("*", "a*", "b"),
    ("a", "*b*", "c"),
    ("_", "a_b", "_"),
    ("a_", "b", "_c"),
    ("", "**", "**"),
    ("", "****", ""),
    ("", "a ** b", ""),
    ("", "*a", "b*"),
    ("~", "~a~", "~"),
    ("", "~~a", "~~"),
    ("www", ".example.org", ""),
    ("http", "://x", ""),
    ("https://x", " y", ""),
    ("a@", "b.c", ""),
    ("", "a@b.c", ""),
    ("", "a--b", ""),
    ("", "a...b", ""),
    ("", "it's \"x\"", ""),
    ("a-", "-b", ""),
    ("", "a-", "-b"),
    (".", "..", ""),
    ("", "-a", ""),
    ("", "x-", "-"),
    ("", "a_b", ""),
    ("", "_a", ""),
    ("", "a_", ""),
    ("a", "_", "b"),
    ("", "<b title= \"><i>\">z</b>", ""),
    ("", "<b title=x>z</b>", ""),
    ("", "<b title='>'>z</b>", ""),
    ("", "<b / >z", ""),
    ("", "<br/>z", ""),
    ("", "<script>a<b</script>c", ""),
    ("", "<style>x</style >", ""),
    ("", "<script>x</b></script>", ""),
    ("", "<script>x</scripty></script>", ""),
    ("", "<textarea>[x]</textarea>", ""),
    ("", "a \\<b", ""),
    ("", "\\<b>", ""),
    ("", "a\\<!-- b", ""),
    ("", "a  \nb", ""),
    ("", "a\\\nb", ""),
    ("", "a   \n   b", ""),
    ("", "`a\nb`", ""),
    ("", "`a  \n b`", ""),
    ("", "a\\  \nb", ""),
    ("", "a<br>\nb", ""),
    ("", "x\n- y", ""),
    ("", "x\n\n y", ""),
    ("", "\u{a0}a\u{a0}", ""),
    ("", "é*ü*", "é"),
    ("1", ". a", ""),
    ("", "1", ". a"),
    ("", "1.", " a"),
    ("", "10)", " a"),
    ("", "+", " a"),
    ("", "=", "=="),
    ("", "#", " a"),
    ("", "##", "# a"),
    ("", "a #", ""),
    ("", "a#", ""),
    ("", "#", ""),
    ("", "a ##", " "),
    ("", "a \\#", ""),
    ("", "{#x}", ""),
    ("", "a {", "}"),
    ("", "a }", ""),
    ("", "a|b", ""),
    ("", "a\\|b", ""),
    ("", "`a|b`", ""),
    ("", "`a\\|b`", ""),
    ("", "<b title=\"|\">x</b>", ""),
    ("", "[a|b](c|d)", ""),
    ("", "> a", ""),
    ("", ">", " a"),
    ("", "|", ""),
    ("", "---", ""),
    ("-", "--", ""),
    ("", "--", "-"),
    ("", "```", "x"),
    ("`", "``", ""),
    ("", "[x] a", ""),
    ("", "[ ]", " a"),
    ("[", "x", "] a"),
    ("", "[x]", ""),
    ("[", "a](b", ")"),
    ("[a", "](b)", ""),
    ("[a](", "b) c", ""),
    ("!", "[a](b)", ""),
    ("", "!", "[a](b)"),
    ("", "a!", "[a](b)"),
    ("\\", "*a*", ""),
    ("\\", "a", ""),
    ("\\\\", "*a*", ""),
    ("", "a\\", "*b*"),
    ("", "a\\", "b"),
    ("", "\\", ""),
    ("", "\\\\", "*"),
    ("", "**a b* c**", ""),
    ("", "*a **b c***", ""),
    ("", "__a__ _b_ c_d_", ""),
    ("a", "__b__", ""),
    ("**", "a", "**"),
    ("**", "*a*", "**"),
    ("**", "**a**", "**"),
    ("_", "*a*", "_"),
    ("*", "*a*", " b*"),
    ("*x ", "*a*", ""),
    ("", "*a*", "*"),
    ("", "a#b", ""),
    ("", "a ## b", ""),
    ("", "C#", ""),
    ("*x", "\\<b", "*"),
    ("<", "a\\`b", ">"),
    ("", "a <!-- b > c --> d", ""),
    ("*", "x <!-- c --> y", "*"),
    ("a", "<!-- c -->", "b"),
    ("", "<textarea>a</textareas></textarea>b", ""),
    ("", "<script>a</script x>b", ""),
    ("", "<i></i>", ""),
    ("", "<b>a", ""),
    ("", "</b>", ""),
    ("", "<b>a</i>", ""),
    ("**x", "**a** *b*", "**"),
    ("x", "***a***", "y"),
    ("", "``", "`"),
    ("'", "a'b", ""),
    ("1", "2", "."),
    ("", "a\\\nb\\", ""),
    ("", "\ta\tb", ""),
    ("", "a\u{0}b\u{7}", ""),
    ("", "x  \n  \n", ""),
    ("", "a-b_c.d", ""),
    ("", "über-größe", ""),
    ("", "12 kB", ""),
    ("", "a.", "."),
    ("", "a, b", ""),
    ("", "a,b", "<"),
    ("<", "a b", ""),
];

/// Texts of code spans.
const SPANS: &[&str] =
    &["a", "`", "a`", "``", " a ", " ", "`a`", "a|b", "a``b`", " `", "a\nb", "|`", "a b ", "a\\|b", "", "`` `"];

/// Answers of many blocks.
const ANSWERS: &[&str] = &[
    "a",
    "a\n\nb",
    "# a",
    "- a\n- b",
    "- a",
    "> a\n> # b",
    "```\na",
    "```\na\n```",
    "~~~\na\n~~",
    "<!-- a",
    "<!-- a -->",
    "<!x",
    "<!x>",
    "<![CDATA[a",
    "<![CDATA[a]]>",
    "<?a",
    "<?a?>",
    "<script>a",
    "<script>a</script>",
    "<pre>\n\na",
    "<div>\na",
    "a\n===",
    "a\n---",
    "1. a",
    "[a]: b",
    "[^a]: b",
    "| a |\n|---|\n| b |",
    "\ta",
    "- a\n\tb",
    "    a",
    "a\n\n\n b\n\n",
    "",
    " \n",
    "a\r\nb",
    "<textarea>",
    "<style\n>x",
    "</script>",
    "<SCRIPT>a</Script>",
    "a\n- b\n",
    "* a\n\n  b",
    "<!doctype html",
    "<!ELEMENT x",
    "<?php x",
    "a\n\n<!-- b",
    "> - a\n>   b",
    "a\n\n```\nb\n```\n\nc",
    "```\n```` \n````",
];

/// Each place that says something else, with those that say the same before it.
fn grouped(written: &[(&str, String)]) -> String {
    let mut groups: Vec<(Vec<&str>, &str)> = Vec::new();
    for (place, said) in written {
        match groups.iter_mut().find(|(_, known)| known == said) {
            Some((places, _)) => places.push(place),
            None => groups.push((vec![place], said)),
        }
    }
    groups.iter().fold(String::new(), |text, (places, said)| text + &format!("  {}: {said}\n", places.join(", ")))
}

fn said<T: std::fmt::Debug, E: std::fmt::Debug>(result: Result<T, E>) -> String {
    result.map_or_else(|wrong| format!("refused: {wrong:?}"), |text| format!("{text:?}"))
}

fn values() -> String {
    let places = [
        ("prose", Block::Paragraph { line_start: false, prefix: "" }),
        ("start of a line", Block::Paragraph { line_start: true, prefix: "" }),
        ("cell", Block::Cell),
        ("heading", Block::Heading),
    ];
    let mut out = String::new();
    for (before, value, after) in VALUES {
        writeln!(out, "{before:?} ⟦{value:?}⟧ {after:?}").unwrap();
        let place = |block| Place::new(block).between(before, after);
        out += &grouped(&places.map(|(name, block)| (name, said(inline(value, &place(block))))));
        out += &grouped(&places.map(|(name, block)| (name, format!("as text {:?}", text(value, &place(block))))));
    }
    out
}

fn answers() -> String {
    let mut out = String::new();
    for span in SPANS {
        writeln!(out, "code span ⟦{span:?}⟧ {:?}, in a cell {:?}", code_span(span), code_span_in_cell(span)).unwrap();
    }
    for answer in ANSWERS {
        writeln!(out, "answer ⟦{answer:?}⟧").unwrap();
        let containers = [
            ("page", "", "\n"),
            ("item", "  ", "\n"),
            ("quote", "> ", "\n"),
            ("CRLF", "", "\r\n"),
            ("quote with CRLF", "> ", "\r\n"),
        ];
        out += &grouped(&containers.map(|(name, prefix, newline)| (name, said(block(answer, prefix, newline)))));
        let (quoted, fence) = (code(answer, "> ", "\n"), fence_length(answer, '`'));
        writeln!(out, "  as code in a quote: {quoted:?}, in a fence of {fence}").unwrap();
    }
    out
}

#[test]
fn values_and_answers_are_written_as_they_were_read_and_found_right() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/places/written.txt");
    let written = values() + &answers();
    if std::env::var("SNAPSHOTS").is_ok_and(|action| action == "overwrite") {
        std::fs::write(&file, &written).unwrap();
    }
    let expected = std::fs::read_to_string(&file).unwrap_or_default().replace("\r\n", "\n");
    let differing = written.lines().zip(expected.lines()).find(|(is, should)| is != should);
    assert!(written == expected, "first difference (is, should be): {differing:#?}");
}
