//! What holds for every template and every facts file: no panic, no stray edit, no structure that a value could break.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod filling;

use std::ops::Range;

use filling::structure::{containers_of, structure, word_and_value};
use filling::tree::{Tree, facts, facts_at};
use mdbook_database::book::FilledPage;
use mdbook_database::facts::quote_string;
use mdbook_database::report::Format;
use mdbook_database::template::{self, PlaceholderKind, Template};
use proptest::prelude::*;
use serde_json::json;

/// One block of a page, from which a page is written.
#[derive(Clone, Debug)]
enum Block {
    Heading(usize, String),
    Text(String),
    Prompt(String),
    Label(String),
    Items { marker: usize, loose: bool, items: Vec<(String, Vec<Block>)> },
    Table { columns: usize, cells: Vec<String> },
    Code { fence: usize, info: usize, lines: Vec<String> },
    Quote(Vec<Block>),
    Raw(String),
}

/// Words of a page: short enough that addresses meet each other.
fn word() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "Pool size",
        "Type",
        "Name",
        "é ü",
        "Table",
        "x",
        "Description",
        "Items",
        "Columns",
        "Indexes",
        "it's",
        "A & B",
    ])
    .prop_map(str::to_owned)
}

fn placeholder() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "[x]",
        "[y]",
        "[describe]",
        "[Describe the pool:]",
        "[If used:]",
        "[table_name]",
        "[type]",
        "[constraints]",
        "[Description]",
        "[é…]",
        "[e.g., a, b]",
        "[Additional columns...]",
        "[a [b] c]",
        "[See [x](y.md)]",
        "[Index name]",
        "[columns]",
        "[Table A]",
        "[`c`]",
        "[**b**]",
        "[x](y)",
        "[x][y]",
        "![x]",
        "[^x]",
        "[Category]",
        "[TEMPLATE]",
        "[a\nb]",
    ])
    .prop_map(str::to_owned)
}

/// The text of an item, a cell or a paragraph.
fn inline() -> impl Strategy<Value = String> {
    prop_oneof![
        2 => placeholder(),
        1 => word(),
        2 => (word(), placeholder()).prop_map(|(word, place)| format!("**{word}:** {place}")),
        1 => (word(), placeholder()).prop_map(|(word, place)| format!("{word}: {place}")),
        1 => (word(), placeholder(), placeholder()).prop_map(|(word, a, b)| format!("**{word}** - {a}, {b}")),
        1 => (placeholder(), placeholder()).prop_map(|(a, b)| format!("**{a}** - {b}")),
        1 => (placeholder(), placeholder()).prop_map(|(a, b)| format!("`{a}` ({b})")),
        1 => (word(), placeholder(), placeholder()).prop_map(|(word, a, b)| format!("`{word}` ({a}) - {b}")),
        1 => (placeholder(), placeholder()).prop_map(|(a, b)| format!("`{a}({b})` in [l](./{a})")),
        1 => (word(), placeholder(), placeholder()).prop_map(|(w, a, b)| format!("**{w}:** {a}\n**{w}:** {b}")),
        1 => (word(), placeholder()).prop_map(|(word, place)| format!("[ ] {word} {place}")),
        1 => "[\\[\\]()*_`|<>!~#: a\\\\é.-]{1,12}",
    ]
}

fn block() -> impl Strategy<Value = Block> {
    let leaf = prop_oneof![
        3 => (1usize..5, prop_oneof![3 => word(), 1 => placeholder(), 1 => inline()]).prop_map(|(level, text)| Block::Heading(level, text)),
        3 => inline().prop_map(Block::Text),
        3 => placeholder().prop_map(Block::Prompt),
        2 => prop_oneof![3 => word(), 1 => placeholder()].prop_map(Block::Label),
        2 => (1usize..4, prop::collection::vec(prop_oneof![word(), inline()], 1..9))
            .prop_map(|(columns, cells)| Block::Table { columns, cells }),
        2 => (0usize..5, 0usize..5, prop::collection::vec(code_line(), 0..4))
            .prop_map(|(fence, info, lines)| Block::Code { fence, info, lines }),
        1 => prop::sample::select(vec![
            "---", "<!-- template-only -->", "<!-- /template-only -->", "<div>[x]</div>", "<!-- [x] -->", "[x]: [y]", "[^x]: [y]", "Term [x]\n: Text [y]",
            "> **This is a template.** Remove this notice [x]", "---\n\n**Template Instructions:**\n1. [x]", "***", "{{#include x.md}}",
        ])
        .prop_map(|text| Block::Raw(text.to_owned())),
        1 => "[\\[\\]()*_`|<>!~#:> \\n a\\\\é.-]{1,20}".prop_map(Block::Raw),
    ];
    leaf.prop_recursive(3, 24, 5, |inner| {
        let items = prop::collection::vec((inline(), prop::collection::vec(inner.clone(), 0..2)), 1..5);
        prop_oneof![
            3 => (0usize..4, prop::bool::weighted(0.2), items)
                .prop_map(|(marker, loose, items)| Block::Items { marker, loose, items }),
            1 => prop::collection::vec(inner, 1..3).prop_map(Block::Quote),
        ]
    })
}

fn code_line() -> impl Strategy<Value = String> {
    prop_oneof![
        (word(), placeholder()).prop_map(|(word, place)| format!("{}={place}", word.replace(' ', "_"))),
        placeholder(),
        Just("[Table A] ---< [Table B]".to_owned()),
        (placeholder(), placeholder()).prop_map(|(a, b)| format!("  {a}.{b}();")),
        "[\\[\\]`~| a=:-]{0,8}",
    ]
}

impl Block {
    /// The lines of the block.
    fn lines(&self, lines: &mut Vec<String>) {
        match self {
            Block::Heading(level, text) => lines.push(format!("{} {}", "#".repeat(*level), text.replace('\n', " "))),
            Block::Text(text) | Block::Prompt(text) | Block::Raw(text) => lines.extend(text.lines().map(str::to_owned)),
            Block::Label(text) => lines.push(format!("**{text}:**")),
            Block::Items { marker, loose, items } => {
                for (at, (text, blocks)) in items.iter().enumerate() {
                    let marker = match marker {
                        0 => "- ".to_owned(),
                        1 => "* ".to_owned(),
                        2 => format!("{}. ", at + 1),
                        _ => "7) ".to_owned(),
                    };
                    let mut inner: Vec<String> = text.lines().map(str::to_owned).collect();
                    write(blocks, *loose, &mut inner);
                    for (at, line) in inner.into_iter().enumerate() {
                        let indent = if at == 0 { marker.clone() } else { " ".repeat(marker.len()) };
                        lines.push(format!("{indent}{line}").trim_end().to_owned());
                    }
                    if *loose {
                        lines.push(String::new());
                    }
                }
            }
            Block::Table { columns, cells } => {
                for (at, row) in cells.chunks(*columns).enumerate() {
                    lines.push(format!("| {} |", row.join(" | ").replace('\n', " ")));
                    if at == 0 {
                        lines.push("|---".repeat(*columns) + "|");
                    }
                }
            }
            Block::Code { fence, info, lines: code } => {
                let fence = ["```", "~~~", "````", "```", ""][*fence];
                let info = ["", "bash", "sql,literal", "mermaid", "typescript"][*info];
                if fence.is_empty() {
                    lines.extend(code.iter().map(|line| format!("    {line}")));
                    return;
                }
                lines.push(format!("{fence}{info}"));
                lines.extend(code.iter().flat_map(|line| line.lines()).map(str::to_owned));
                lines.push(fence.to_owned());
            }
            Block::Quote(blocks) => {
                let mut inner = Vec::new();
                write(blocks, true, &mut inner);
                lines.extend(inner.into_iter().map(|line| format!("> {line}").trim_end().to_owned()));
            }
        }
    }
}

fn write(blocks: &[Block], apart: bool, lines: &mut Vec<String>) {
    for (at, block) in blocks.iter().enumerate() {
        if apart && at > 0 {
            lines.push(String::new());
        }
        block.lines(lines);
    }
}

/// A page, its blocks mostly with blank lines between them.
fn page() -> impl Strategy<Value = String> {
    let start = prop::sample::select(vec!["# Title\n\n", "# Title [TEMPLATE]\n\n", "---\na: [x]\n---\n# T\n\n", ""]);
    let blocks = prop::collection::vec((block(), prop::bool::weighted(0.85)), 1..12);
    (start, blocks, prop::bool::weighted(0.1), prop::bool::weighted(0.9)).prop_map(|(start, blocks, crlf, end)| {
        let mut page = start.to_owned();
        for (block, apart) in blocks {
            let mut lines = Vec::new();
            block.lines(&mut lines);
            page.push_str(&lines.join("\n"));
            page.push_str(if apart { "\n\n" } else { "\n" });
        }
        if !end {
            page.truncate(page.trim_end().len());
        }
        if crlf { page.replace('\n', "\r\n") } else { page }
    })
}

/// A value of any kind, as TOML.
fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-z]{1,6}".prop_map(|text| quote_string(&text)),
        4 => hostile().prop_map(|text| quote_string(&text)),
        1 => Just("[]".to_owned()),
        1 => Just("false".to_owned()),
        1 => Just("true".to_owned()),
        1 => Just("7".to_owned()),
        1 => Just("2026-01-02".to_owned()),
        1 => Just("\" \"".to_owned()),
        1 => prop::collection::vec(hostile(), 1..4)
            .prop_map(|texts| Tree::Records(texts.iter().map(|text| Tree::Value(quote_string(text))).collect()).toml()),
        1 => Just("[{ x = 1, name = \"n\" }, { y = \"a|b\" }]".to_owned()),
        1 => Just("{ a = { x = 1 }, b = { description = \"`c`\", type = \"int\" } }".to_owned()),
        1 => Just("{ id = { type = \"int\", primary_key = true }, u = { type = \"x\", references = \"one\" } }".to_owned()),
    ]
}

fn hostile() -> impl Strategy<Value = String> {
    prop_oneof![
        "([\\[\\]()*_`|<>!~#:> \\n\\r\\t a\\\\é.=&{}-]|-->|```|\\n\\n|\\{\\{#include x\\}\\}|- |</p>|\\u{0}|\\u{202e}){1,10}",
        prop::sample::select(vec![
            "a|b",
            "`",
            "``",
            "```\nx\n```",
            "-->",
            "</script>",
            "<img src=x onerror=alert(1)>",
            "a\nb",
            "a\n\nb",
            "\t",
            "a\u{0}b",
            "\u{202e}a",
            "[x]",
            "{{#include /etc/passwd}}",
            "{{#playground x.rs}}",
            "# h",
            "- a\n- b",
            "1. a",
            "> q",
            "---",
            "===",
            "~~~",
            "    code",
            "\\",
            "[x](y)",
            "[^x]",
        ])
        .prop_map(str::to_owned),
    ]
}

/// A list in quotes and items, with a paragraph before and after it.
fn list_in_containers() -> impl Strategy<Value = String> {
    let items =
        vec!["**P:** [x]", "**Q:** [y]", "**R**", "[Step]", "[Step]", "[ ] [Task]", "[a] and [b]", "Full", "[More...]"];
    let items = prop::collection::vec(prop::sample::select(items), 1..4);
    let lead = prop::sample::select(vec!["", "**Steps:**", "[Describe it:]", "**[Name]**"]);
    let containers =
        prop::collection::vec(prop::sample::select(vec![("> ", "> "), ("- ", "  "), ("1. ", "   ")]), 0..4);
    let looks = (any::<bool>(), any::<bool>(), prop::bool::weighted(0.2));
    (lead, items, containers, looks).prop_map(|(lead, items, containers, (ordered, loose, crlf))| {
        let mut lines = vec!["text".to_owned(), String::new()];
        lines.extend(Some(lead.to_owned()).filter(|lead| !lead.is_empty()));
        for item in items {
            lines.push(format!("{} {item}", if ordered { "1." } else { "-" }));
            lines.extend(loose.then(String::new));
        }
        lines.extend((!loose).then(String::new));
        lines.push("The end.".to_owned());
        for (first, further) in containers {
            for (at, line) in lines.iter_mut().enumerate() {
                line.insert_str(0, if at == 0 { first } else { further });
                line.truncate(line.trim_end().len());
            }
        }
        let page = format!("## S\n\n{}\n\nafter\n", lines.join("\n"));
        if crlf { page.replace('\n', "\r\n") } else { page }
    })
}

fn is_broken(text: &str, span: &Range<usize>) -> bool {
    span.start >= span.end || !text.is_char_boundary(span.start) || !text.is_char_boundary(span.end)
}

/// Places are on the page, on character boundaries, and, but for topics around what they hold, disjoint.
fn check_places(text: &str, template: &Template) -> Result<(), TestCaseError> {
    let mut end = 0;
    for placeholder in &template.placeholders {
        prop_assert!(placeholder.range.end <= text.len() && !is_broken(text, &placeholder.range), "{:?}", placeholder);
        let address = placeholder.address.as_deref();
        let residue = placeholder.kind == PlaceholderKind::Residue;
        prop_assert_eq!(address.is_none(), residue, "{:?}", placeholder);
        prop_assert!(address.is_none_or(|address| !address.is_empty()), "{:?}", placeholder);
    }
    let mut ranges: Vec<_> = template.placeholders.iter().map(|placeholder| placeholder.range.clone()).collect();
    ranges.sort_by_key(|range| range.start);
    for range in ranges {
        prop_assert!(range.start >= end, "{:?} overlaps what ends at {}", range, end);
        end = range.end;
    }
    Ok(())
}

/// Fills a page and tells everything about it in every form.
fn check_filling(text: &str, facts: &str, draft: bool) -> Result<(), TestCaseError> {
    let table = json!({ "draft": draft, "allow-html": !facts.len().is_multiple_of(3) });
    let page = std::panic::catch_unwind(|| filling::fill(text, facts, &table))
        .map_err(|_| TestCaseError::fail(format!("it panics with these facts:\n{facts}")))?;
    for format in Format::ALL {
        page.report(*format);
    }
    let FilledPage { template, filled, .. } = &page.outcome.templates[0];
    prop_assert_eq!(filled.statuses.len(), template.placeholders.len());
    let again = filling::fill(text, facts, &table);
    prop_assert_eq!(&again.text, &page.text);
    prop_assert_eq!(&again.outcome.templates[0].filled.statuses, &filled.statuses);
    for diagnostic in &page.outcome.diagnostics {
        let span = diagnostic.place.span;
        prop_assert!(page.sources.get(span.source).text.get(span.range()).is_some(), "{:?}", diagnostic);
        let same = diagnostic.title.split_once(", but no ").is_some_and(|(has, lacks)| has.ends_with(lacks));
        prop_assert!(!same, "{}", diagnostic.title);
    }
    Ok(())
}

fn cases() -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(60);
    ProptestConfig {
        cases,
        max_shrink_iters: 100_000,
        max_shrink_time: 60_000,
        max_global_rejects: 1_000_000,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

fn choices() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(0u8..32, 1..24)
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn any_facts_fill_any_page(text in page(), chosen in choices(), values in prop::collection::vec(value(), 1..12), draft: bool) {
        let template = template::parse(&text, &|_| false);
        check_places(&text, &template)?;
        check_filling(&text, &facts(&template, &chosen, &values), draft)?;
    }

    #[test]
    fn any_text_is_a_template(text in any::<String>(), facts in any::<String>()) {
        check_places(&text, &template::parse(&text, &|_| false))?;
        check_filling(&text, &facts, false)?;
    }

    #[test]
    fn marks_of_markdown_are_a_template(
        text in "([\\[\\]()*_`|<>!~#:> \\n a\\\\é.=&{}-]|-->|```|\\n\\n|- |\\[x\\]|\\*\\*|<!--|\\| a \\|\\n\\|---\\|\\n){0,40}",
        value in value(),
    ) {
        let template = template::parse(&text, &|_| false);
        check_places(&text, &template)?;
        check_filling(&text, &facts(&template, &[31], &[value]), false)?;
    }

    #[test]
    fn marks_of_toml_are_facts(facts in "([\\[\\]{}=.,\"'#\\n a1_-]|\\[tables\\.|\\]\\n|\"\"\"|'''|columns|references){0,40}") {
        check_filling("# T\n\n## A\n\n[x]\n\n- **A:** [y]\n\n### `[table_name]`\n\n**Columns:**\n- [name] ([type])\n", &facts, false)?;
    }

    #[test]
    fn a_page_without_placeholders_comes_out_as_it_is(text in page()) {
        let text = text.replace(['[', ']'], "").replace("TEMPLATE", "").replace("emplate", "");
        let template = template::parse(&text, &|_| false);
        prop_assume!(template.placeholders.is_empty() && !text.starts_with("---") && !text.contains("notice"));
        let filled = filling::fill(&text, "a = 1\n", &json!({}));
        prop_assert_eq!(filled.text, text);
    }

    #[test]
    fn plain_words_leave_the_structure_as_it_is(text in page(), draft: bool) {
        let template = template::parse(&text, &|_| false);
        let own = |kind| !matches!(kind, PlaceholderKind::Record | PlaceholderKind::Continuation | PlaceholderKind::Diagram | PlaceholderKind::Residue);
        prop_assume!(template.placeholders.iter().all(|placeholder| own(placeholder.kind)));
        prop_assume!(!text.contains("template-only") && !text.starts_with("---") && !text.contains("emplate"));
        let facts = facts(&template, &[20], &["\"word\"".to_owned()]);
        let page = filling::fill(&text, &facts, &json!({ "draft": draft }));
        prop_assume!(page.errors().is_empty() && !page.text.contains("mdbook-database-draft"));
        let mut plain = text.clone();
        let mut places: Vec<_> = template.placeholders.iter().filter(|place| place.kind != PlaceholderKind::Topic).collect();
        places.sort_by_key(|place| place.range.start);
        for place in places.iter().rev() {
            plain.replace_range(place.range.clone(), "word");
        }
        prop_assert_eq!(structure(&page.text), structure(&plain), "{}\n---\n{}", page.text, facts);
    }

    #[test]
    fn a_list_takes_no_paragraph_along(text in list_in_containers(), chosen in prop::collection::vec(0usize..5, 6)) {
        let values = ["[]", "\"word\"", "[\"one\"]", "[\"one\", \"two\"]", "[{ x = 1, a = 1, b = 2 }]"];
        let template = template::parse(&text, &|_| false);
        let addresses = template.placeholders.iter().filter_map(|placeholder| placeholder.address.as_deref());
        let addresses = addresses.filter_map(|address| address.split(['[', '{']).next());
        let facts = facts_at(addresses.zip(chosen.iter().cycle()).map(|(address, &value)| (address, values[value])));
        let page = filling::fill(&text, &facts, &json!({}));
        prop_assume!(page.errors().is_empty());
        for words in ["text", "The end.", "after"] {
            let (filled, plain) = (containers_of(&page.text, words), containers_of(&text, words));
            prop_assert_eq!(filled, plain, "{}\n---\n{}", page.text, facts);
        }
    }

    #[test]
    fn no_value_in_a_line_changes_the_blocks_of_a_page(text in page(), value in hostile()) {
        if let Some((plain, filled)) = word_and_value(&text, &value) {
            prop_assert_eq!(structure(&filled), structure(&plain), "{}\n---\n{}", filled, plain);
        }
    }
}
