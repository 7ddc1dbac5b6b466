//! Input made to be slow: every one of these takes time in proportion to its size.
//!
//! Sizes are small, so that the tests stay quick without optimisation. `PATHOLOGICAL=100000 cargo test --release --test
//! pathological` runs them as large as a book could never be.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(clippy::print_stdout, reason = "on request the measurements are printed")]

mod filling;

use std::fmt::Write as _;
use std::time::Duration;

use mdbook_database::facts::{FactIds, parse};
use mdbook_database::reference::{self, Manners, Shelf};
use mdbook_database::report::Format;
use mdbook_database::source::{SourceKind, Sources};
use serde_json::json;

/// How many pieces the larger of two inputs has where nothing else is said.
const PIECES: usize = 200;

fn pieces() -> usize {
    std::env::var("PATHOLOGICAL").ok().and_then(|pieces| pieces.parse().ok()).unwrap_or(PIECES)
}

/// The processor time of this thread, so that what else runs on the machine does not matter.
fn processor_time() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split(' ').next()?.parse().ok().map(Duration::from_nanos)
}

fn time(work: impl FnOnce()) -> Option<Duration> {
    let start = processor_time()?;
    work();
    Some(processor_time()? - start)
}

/// What is too quick to be measured.
const SHORT: Duration = Duration::from_millis(50);

/// The work for four times as much takes less than this many times as long; sixteen would be quadratic. Between them is
/// room for caches that the larger one leaves, on a machine that does other work.
const MOST: f64 = 10.0;

/// Runs the work at two sizes, again where the first comparison looks bad, and compares.
fn linear(name: &str, mut work: impl FnMut(usize)) {
    let size = pieces();
    let mut worst = String::new();
    for _ in 0..3 {
        let (Some(small), Some(large)) = (time(|| work(size / 4)), time(|| work(size))) else { return };
        let ratio = large.as_secs_f64() / small.max(Duration::from_micros(1)).as_secs_f64();
        if std::env::var_os("PATHOLOGICAL").is_some() {
            println!("{name}: {} pieces {small:?}, {size} pieces {large:?}, ratio {ratio:.1}", size / 4);
        }
        if ratio < MOST || large < SHORT {
            return;
        }
        worst = format!("{name}: {small:?} for a quarter of what takes {large:?}");
    }
    panic!("{worst}");
}

/// A page is filled and everything about it told, in the forms for people and for programs.
fn page(template: &str, facts: &str) {
    for draft in [false, true] {
        let page = filling::fill(template, facts, &json!({ "draft": draft }));
        assert!(!page.text.is_empty() || template.trim().is_empty() || page.errors().is_empty());
        page.report(Format::Human);
        page.report(Format::Json);
    }
}

fn linear_page(name: &str, write: impl Fn(usize) -> (String, String)) {
    linear(name, |pieces| {
        let (template, facts) = write(pieces);
        page(&template, &facts);
    });
}

/// The text of `count` pieces.
fn many(count: usize, piece: impl Fn(usize) -> String) -> String {
    (0..count).map(piece).collect()
}

/// The same piece again and again, as long as `bytes` for each of `count`.
fn run_of(piece: &str, count: usize) -> String {
    piece.repeat(count * 10 / piece.len())
}

#[test]
fn marks_that_open_something_and_never_close_it() {
    let marks = [
        "[",
        "]",
        "[]",
        "`",
        "``` ",
        "`a``b",
        "|",
        "- ",
        "> ",
        "*",
        "_",
        "**",
        "*a ",
        "_a ",
        "[a](",
        "[a](<b",
        "<",
        "<a ",
        "![",
        "[a][",
        "[^",
        "<!--",
        "<?",
        "<![CDATA[",
        "\\",
        "&",
        "~",
        "1. ",
        "#",
        "{{#",
        "{{ #",
        "[a]: [",
        "- [a\n",
        "> [a\n",
        "$",
        "\t",
        "\r",
        "\u{feff}",
        "é[",
        "[a ",
        "[a, ",
        "<!-- <!-->",
    ];
    for mark in marks {
        linear_page(mark, |count| (format!("# T\n\n## A\n\n{}\n", run_of(mark, count)), String::new()));
        linear_page(mark, |count| (format!("# T\n\n## A\n\n{}\n\n[x] [y]\n", run_of(mark, count)), String::new()));
    }
}

#[test]
fn lines_that_open_something_and_never_close_it() {
    let lines = [
        "> ",
        "- ",
        "[",
        "`",
        "```",
        "|",
        "| a | b |",
        "|---|",
        "<div>",
        "<!--",
        "[a]:",
        "[a]: [b]",
        "[^a]:",
        "* * *",
        "    a [b]",
        "- [a",
        ": [a]",
        "a\n: b [c]",
        "[a",
        "**[a]**",
        "**[a]:**",
        "**a:**",
        "---",
        "===",
        "#",
        "# [TEMPLATE]",
        "<!-- template-only -->",
        "<!-- /template-only -->",
    ];
    for line in lines {
        let text = |count| format!("# T\n\n## A\n\n{}\n", run_of(&format!("{line}\n"), count));
        linear_page(line, |count| (text(count), String::new()));
        linear_page(line, |count| (text(count).replace('\n', "\n\n"), String::new()));
    }
}

#[test]
fn containers_within_containers() {
    for (open, depth) in [("> ", 1), ("- ", 2), ("1. ", 3)] {
        linear_page(open, |count| {
            // As deep as the root of the count, so that the text as a whole is in proportion to it.
            let deepest = ((count * 10) as f64).sqrt() as usize;
            let text = many(deepest, |level| match open {
                "> " => format!("{}[a{level}]\n>\n", open.repeat(level)),
                _ => format!("{}{open}[a{level}]\n", " ".repeat(level * depth)),
            });
            (format!("# T\n\n{text}"), String::new())
        });
    }
}

#[test]
fn brackets_within_brackets() {
    for (open, middle, close) in
        [("[", "x", "]"), ("[", "a-z", "]"), ("[", "\\d", "]"), ("[^", "x", "]"), ("['", "x", "]")]
    {
        let nested = |count| {
            let depth = count * 10 / (open.len() + close.len());
            format!("{}{middle}{}", open.repeat(depth), close.repeat(depth))
        };
        let name = nested(10);
        linear_page(&name, |count| (format!("# T\n\n## A\n\n```\n{}\n```\n", nested(count)), String::new()));
        linear_page(&name, |count| (format!("# T\n\n## A\n\n`{}`\n", nested(count)), String::new()));
        linear_page(&name, |count| (format!("# T\n\n## A\n\n{}\n", nested(count)), String::new()));
    }
}

#[test]
fn very_many_placeholders() {
    linear_page("in one line", |count| {
        (format!("# T\n\n## A\n\n{}\n", many(count, |at| format!("[p{at}] "))), facts(count, "a"))
    });
    linear_page("in one line of a list item", |count| {
        (format!("# T\n\n## A\n\n- X: {}\n", many(count, |at| format!("[p{at}] "))), facts(count, "a.x"))
    });
    linear_page("in one code span", |count| {
        (format!("# T\n\n## A\n\n`{}`\n", many(count, |at| format!("[p{at}] "))), facts(count, "a"))
    });
    linear_page("in code spans", |count| {
        (format!("# T\n\n## A\n\n{}\n", many(count, |at| format!("`[p{at}]` "))), facts(count, "a"))
    });
    linear_page("in one line of code", |count| {
        (format!("# T\n\n## A\n\n```\n{}\n```\n", many(count, |at| format!("[p{at}] "))), facts(count, "a"))
    });
    linear_page("in lines of code", |count| {
        (format!("# T\n\n## A\n\n```\n{}\n```\n", many(count, |at| format!("K{at}=[p]\n"))), keyed(count, "a", "K"))
    });
    linear_page("in one cell", |count| {
        let cell = many(count, |at| format!("[p{at}] "));
        (format!("# T\n\n## A\n\n| K | V |\n|---|---|\n| r | {cell} |\n"), facts(count, "a.r.v"))
    });
    linear_page("in one heading", |count| {
        // A slug is cut at some length, from where on it grows no more.
        let count = count + 500;
        (format!("# T\n\n## A {}\n", many(count, |at| format!("[p{at}] "))), String::new())
    });
    linear_page("with the same text", |count| {
        (format!("# T\n\n## A\n\n{}\n", "[p] ".repeat(count)), "a.p = \"v\"\n".into())
    });
    linear_page("with one slug and different texts", |count| {
        (format!("# T\n\n## A\n\n{}\n", many(count, |at| format!("[p{}] ", "!".repeat(at % 50 + 1)))), String::new())
    });
    linear_page("with one label and different texts", |count| {
        let items = many(count, |at| format!("- **L:** [p{}{}]\n", "!".repeat(at % 97), "?".repeat(at / 97 % 97)));
        (format!("# T\n\n## A\n\n{items}"), String::new())
    });
}

/// `[table]` with `p0 = "v"` and so on.
fn facts(count: usize, table: &str) -> String {
    keyed(count, table, "p")
}

fn keyed(count: usize, table: &str, key: &str) -> String {
    format!("[{table}]\n{}", many(count, |at| format!("{key}{at} = \"v`{at}\"\n")))
}

#[test]
fn very_many_of_each_part_of_a_page() {
    linear_page("headings", |count| {
        (format!("# T\n\n{}", many(count, |at| format!("## S{at}\n\n[p]\n\n"))), sections(count, "description = \"v\""))
    });
    linear_page("headings without facts", |count| {
        (format!("# T\n\n{}", many(count, |at| format!("## S{at}\n\n[p]\n\n"))), String::new())
    });
    linear_page("headings with some of their facts", |count| {
        let page = many(count, |at| format!("## S{at}\n\n- **A:** [a]\n- **B:** [b]\n\n"));
        (format!("# T\n\n{page}"), sections(count, "a = \"v\""))
    });
    linear_page("headings that are left out", |count| {
        let out = many(count, |at| format!("s{at} = false\n"));
        (format!("# T\n\n{}", many(count, |at| format!("## S{at}\n\n[p]\n\n"))), out)
    });
    linear_page("headings that are replaced", |count| {
        let with = many(count, |at| format!("s{at} = \"words\"\n"));
        (format!("# T\n\n{}", many(count, |at| format!("## S{at}\n\n[p]\n\n"))), with)
    });
    linear_page("conditional headings", |count| {
        (format!("# T\n\n{}", many(count, |at| format!("## S{at}\n\n[If p:]\n\n"))), String::new())
    });
    linear_page("headings of one name", |count| (format!("# T\n\n{}", "## S\n\n[p]\n\n".repeat(count)), String::new()));
    linear_page("headings of one name and different texts", |count| {
        (format!("# T\n\n{}", many(count, |at| format!("## S\n\n[p{at}]\n\n"))), String::new())
    });
    linear_page("headings with the mark", |count| {
        (
            format!("# T\n\n{}", many(count, |at| format!("## S{at} [TEMPLATE]\n\n[p]\n\n"))),
            many(count, |at| format!("s{at} = false\n")),
        )
    });
    linear_page("headings that are repeated", |count| {
        (format!("# T\n\n{}", many(count, |at| format!("## [p{at}]\n\n[x]\n\n"))), String::new())
    });
    linear_page("list items", |count| {
        (
            format!("# T\n\n## A\n\n{}", many(count, |at| format!("- [p{at}]\n"))),
            format!("[a]\nitems = [{}]\n", "\"v\", ".repeat(count)),
        )
    });
    linear_page("list items by their own words", |count| {
        (format!("# T\n\n## A\n\n{}", many(count, |at| format!("- [p{at}]\n"))), facts(count, "a"))
    });
    linear_page("labelled items", |count| {
        (format!("# T\n\n## A\n\n{}", many(count, |at| format!("- **P{at}:** [x]\n"))), facts(count, "a"))
    });
    linear_page("labelled items without facts", |count| {
        (format!("# T\n\n## A\n\n{}", many(count, |at| format!("- **P{at}:** [x]\n"))), String::new())
    });
    linear_page("labelled items that are left out", |count| {
        let out = many(count, |at| format!("p{at} = []\n"));
        (format!("# T\n\n## A\n\n{}", many(count, |at| format!("- **P{at}:** [x]\n"))), format!("[a]\n{out}"))
    });
    linear_page("items of several places", |count| {
        (format!("# T\n\n## A\n\n{}", many(count, |at| format!("- **P{at}:** [x] [y]\n"))), String::new())
    });
    linear_page("topics", |count| {
        (format!("# T\n\n## A\n\n[Describe:]\n{}", many(count, |at| format!("- P{at}\n"))), facts(count, "a"))
    });
    linear_page("topics without facts", |count| {
        (format!("# T\n\n## A\n\n[Describe:]\n{}", many(count, |at| format!("- P{at}\n"))), String::new())
    });
    linear_page("table rows", |count| {
        let rows = many(count, |at| format!("| P{at} | [x] |\n"));
        (
            format!("# T\n\n## A\n\n| K | V |\n|---|---|\n{rows}"),
            format!("[a]\n{}", many(count, |at| format!("p{at}.v = 1\n"))),
        )
    });
    linear_page("sample rows", |count| {
        let rows = many(count, |at| format!("| [p{at}] | [x] |\n"));
        (
            format!("# T\n\n## A\n\n| K | V |\n|---|---|\n{rows}"),
            format!("[a]\nitems = [{}]\n", "{ k = 1, v = 2 }, ".repeat(count)),
        )
    });
    linear_page("table columns", |count| {
        let cells = |cell: &str| cell.repeat(count / 10);
        (
            format!(
                "# T\n\n## A\n\n|{}\n|{}\n|{}\n|{}\n",
                cells(" h |"),
                cells("---|"),
                cells(" [x] |"),
                cells(" [y] |")
            ),
            String::new(),
        )
    });
    linear_page("tables", |count| {
        (format!("# T\n\n## A\n\n{}", "| K | V |\n|---|---|\n| a | [x] |\n\n".repeat(count)), String::new())
    });
    linear_page("lists", |count| (format!("# T\n\n## A\n\n{}", "- [x]\n\ntext\n\n".repeat(count)), String::new()));
    linear_page("different lists", |count| {
        (format!("# T\n\n## A\n\n{}", many(count, |at| format!("- [x{at}]\n\ntext\n\n"))), String::new())
    });
    linear_page("blocks of code", |count| {
        (format!("# T\n\n## A\n\n{}", "```\n[x]\n```\n\n".repeat(count)), String::new())
    });
    linear_page("different blocks of code", |count| {
        (
            format!("# T\n\n## A\n\n{}", many(count, |at| format!("```\n[x{at}]\n```\n\n"))),
            "[a]\ncode = \"x\"\n".to_owned(),
        )
    });
    linear_page("plain blocks of code", |count| {
        (format!("# T\n\n## A\n\n{}", many(count, |at| format!("```\nx{at}\n```\n\n"))), String::new())
    });
    linear_page("prompts of one section", |count| {
        (format!("# T\n\n## A\n\n{}", many(count, |at| format!("[p{at}]\n\n"))), facts(count, "a"))
    });
    linear_page("prompts without facts", |count| {
        (format!("# T\n\n## A\n\n{}", many(count, |at| format!("[p{at}]\n\n"))), String::new())
    });
    linear_page("prompts that announce", |count| {
        (
            format!("# T\n\n## A\n\n{}\n- **X:** [x]\n", many(count, |at| format!("[p{at}:]\n\n"))),
            "a.x = 1\n".to_owned(),
        )
    });
    linear_page("labels with prompts", |count| {
        (format!("# T\n\n## A\n\n{}", many(count, |at| format!("**P{at}:**\n\n[x]\n\n"))), facts(count, "a"))
    });
    linear_page("labels with lists", |count| {
        let facts = many(count, |at| format!("p{at} = []\n"));
        (format!("# T\n\n## A\n\n{}", many(count, |at| format!("**P{at}:**\n- [x]\n\n"))), format!("[a]\n{facts}"))
    });
    linear_page("bold labels of one paragraph", |count| {
        (format!("# T\n\n## A\n\n{}", many(count, |at| format!("**P{at}:** [x]\n"))), facts(count, "a"))
    });
    linear_page("bold labels of one line", |count| {
        (format!("# T\n\n## A\n\n{}", many(count, |at| format!("**P{at}:** [x] "))), facts(count, "a"))
    });
    linear_page("labels that are repeated", |count| {
        (format!("# T\n\n## A\n\n{}", many(count, |at| format!("**[p{at}]:**\n- [x]\n\n"))), String::new())
    });
    linear_page("paragraphs with residue", |count| {
        (
            format!(
                "# T\n\n## A\n\n{}",
                "<!-- template-only -->\n[x]\n<!-- /template-only -->\n\ntext [y]\n\n".repeat(count)
            ),
            "a.y = 1\n".to_owned(),
        )
    });
    linear_page("comments in a comment", |count| {
        let comment = format!("<!-- {} -->", run_of("<!-- ", count));
        (format!("# T\n\n{comment}\n\n<!-- template-only -->\n[x]\n<!-- /template-only -->\n"), String::new())
    });
    linear_page("cells with brackets that do not close", |count| {
        let [head, rule, row] = ["| a ", "|---", "| [a "].map(|cell| run_of(cell, count));
        (format!("# T\n\n## A\n\n{head}|\n{rule}|\n{row}| [b] |\n"), String::new())
    });
    linear_page("prompts that ask for more", |count| {
        (format!("# T\n\n## A\n\n{}", "[Add more]\n\n".repeat(count)), String::new())
    });
    linear_page("links", |count| {
        (format!("# T\n\n## A\n\n{}", many(count, |at| format!("[x](c{at}.md) [p{at}]\n"))), facts(count, "a"))
    });
    linear_page("link definitions", |count| {
        (format!("# T\n\n## A\n\n{}", many(count, |at| format!("[x{at}]: [u]\n"))), facts(count, "a"))
    });
    linear_page("footnotes", |count| {
        (format!("# T\n\n## A\n\n{}", many(count, |at| format!("[^{at}]: [p{at}]\n\n"))), facts(count, "a"))
    });
    linear_page("quotes", |count| {
        (format!("# T\n\n## A\n\n{}", many(count, |at| format!("> [p{at}]\n\n"))), facts(count, "a"))
    });
    linear_page("lines of a quote", |count| {
        (format!("# T\n\n## A\n\n{}", many(count, |at| format!("> [p{at}]\n"))), facts(count, "a"))
    });
}

fn sections(count: usize, body: &str) -> String {
    many(count, |at| format!("[s{at}]\n{body}\n"))
}

#[test]
fn very_many_facts() {
    linear_page("further keys", |count| {
        (
            "# T\n\n## A\n\n- **B:** [x]\n".to_owned(),
            format!("a.b = 1\n{}", facts(count, "a").replace("[a]\n", "").replace('p', "a.p")),
        )
    });
    linear_page("further rows", |count| {
        let rows = many(count, |at| format!("p{at} = {{ v = 1 }}\n"));
        ("# T\n\n## A\n\n| K | V |\n|---|---|\n| b | [x] |\n".to_owned(), format!("[a]\nb = {{ v = 1 }}\n{rows}"))
    });
    linear_page("further lines of code", |count| {
        (
            "# T\n\n## A\n\n```\nB=[x]\n```\n".to_owned(),
            format!("[a]\nB = 1\n{}", many(count, |at| format!("P{at} = 1\n"))),
        )
    });
    linear_page("keys that are nearly an address", |count| {
        let items = many(count, |at| format!("- **Pool{at}:** [x]\n"));
        (format!("# T\n\n## A\n\n{items}"), format!("[a]\n{}", many(count, |at| format!("pol{at} = 1\n"))))
    });
    linear_page("records", |count| {
        ("# T\n\n## A\n\n1. **[X]** - [y]\n".to_owned(), "[[a.items]]\nx = 1\ny = 2\n".repeat(count))
    });
    linear_page("records by name", |count| {
        ("# T\n\n## A\n\n- [X] - [y]\n".to_owned(), many(count, |at| format!("[a.items.r{at}]\ny = 2\n")))
    });
    linear_page("records that lack a field", |count| {
        ("# T\n\n## A\n\n1. **[X]** - [y]\n".to_owned(), "[[a.items]]\nx = 1\n".repeat(count))
    });
    linear_page("records of the wrong kind", |count| {
        ("# T\n\n## A\n\n1. **[X]** - [y]\n".to_owned(), format!("a.items = [{}]\n", "1, ".repeat(count)))
    });
    linear_page("repeated sections", |count| {
        (
            "# T\n\n## A\n\n### [X]\n\n[y]\n\n- **Z:** [z]\n".to_owned(),
            "[[a.items]]\nx = 1\ny = 2\nz = 3\n".repeat(count),
        )
    });
    linear_page("unused facts", |count| {
        ("# T\n\n## A\n\n[x]\n".to_owned(), format!("a.description = 1\n{}", keyed(count, "b", "k")))
    });
    linear_page("unused tables", |count| {
        ("# T\n\n## A\n\n[x]\n".to_owned(), format!("a.description = 1\n{}", sections(count, "k = 1")))
    });
    linear_page("missing and unknown", |count| {
        let items = many(count, |at| format!("- **P{at}:** [x]\n"));
        (format!("# T\n\n## A\n\n{items}"), format!("[b]\n{}", many(count, |at| format!("q{at} = 1\n"))))
    });
    linear_page("secrets", |count| {
        let secrets = many(count, |at| format!("password{at} = \"hunter2-{at}-Zx9!kQ\"\n"));
        ("# T\n\n## A\n\n[x]\n".to_owned(), format!("[a]\n{secrets}"))
    });
    linear_page("two keys of one meaning", |count| {
        let items = many(count, |at| format!("- **P {at}:** [x]\n"));
        let keys = many(count, |at| format!("p_{at} = 1\np-{at} = 2\n"));
        (format!("# T\n\n## A\n\n{items}"), format!("[a]\n{keys}"))
    });
    linear_page("keys said twice", |count| ("# T\n".to_owned(), "a = 1\n".repeat(count)));
    linear_page("tables said twice", |count| ("# T\n".to_owned(), "[a]\nb = 1\n".repeat(count)));
    linear_page("lines that are no TOML", |count| ("# T\n".to_owned(), "a b c\n".repeat(count)));
    linear_page("strings that are not closed", |count| ("# T\n".to_owned(), "a = \"b\n".repeat(count)));
    linear_page("dotted keys", |count| ("# T\n".to_owned(), many(count, |at| format!("a.b.c{at}.d = 1\n"))));
    linear_page("one long array", |count| {
        ("# T\n\n## A\n\n[x]\n".to_owned(), format!("a.description = [{}]\n", "\"v\", ".repeat(count)))
    });
    linear_page("one long inline array", |count| {
        ("# T\n\n## A\n\nb [x]\n".to_owned(), format!("a.x = [{}]\n", "\"v\", ".repeat(count)))
    });
}

const SCHEMA: &str = "# T\n\n## Tables\n\n### `[table_name]`\n\n[Table purpose and description]\n\n**Columns:**\n- `id` ([type], [constraints]) - [Description]\n- [Additional columns...]\n\n\
    **Indexes:**\n- [Index name] on [columns] - [Purpose]\n\n**Relations:**\n- [Foreign key relationships]\n\n## All\n\n- `[index_name]` on `[table]([columns])` - [Purpose]\n";

#[test]
fn very_large_schemas() {
    let column = "{ type = \"int\", description = \"d\" }";
    linear_page("tables of a schema", |count| {
        (
            SCHEMA.to_owned(),
            many(count / 4, |at| {
                format!("[tables.t{at}]\ndescription = \"d\"\n[tables.t{at}.columns]\nid = {column}\n")
            }),
        )
    });
    linear_page("columns of one table", |count| {
        (
            SCHEMA.to_owned(),
            format!(
                "[tables.t]\ndescription = \"d\"\n[tables.t.columns]\n{}",
                many(count, |at| format!("c{at} = {column}\n"))
            ),
        )
    });
    linear_page("indexes of one table", |count| {
        let indexes = many(count, |at| format!("i{at} = {{ columns = [\"id\"], purpose = \"p\" }}\n"));
        (
            SCHEMA.to_owned(),
            format!("[tables.t]\ndescription = \"d\"\ncolumns.id = {column}\n[tables.t.indexes]\n{indexes}"),
        )
    });
    linear_page("references to one table", |count| {
        let columns =
            many(count, |at| format!("c{at} = {{ type = \"int\", references = \"t.id\", description = \"d\" }}\n"));
        let template = "# D [TEMPLATE]\n\n## Tables\n\n### [table_name]\n\n| Column | Key | References | On delete |\n\
            |---|---|---|---|\n| [column_name] | [key] | [references] | [on delete] |\n";
        (template.to_owned(), format!("[tables.t]\n[tables.t.columns]\nid = {column}\n{columns}"))
    });
    linear_page("references to nothing", |count| {
        let columns =
            many(count, |at| format!("c{at} = {{ type = \"int\", references = \"u{at}.id\", description = \"d\" }}\n"));
        (SCHEMA.to_owned(), format!("[tables.t]\ndescription = \"d\"\n[tables.t.columns]\nid = {column}\n{columns}"))
    });
    linear_page("columns of an index", |count| {
        let columns = many(count, |at| format!("c{at} = {column}\n"));
        let all = many(count, |at| format!("\"c{at}\", "));
        (
            SCHEMA.to_owned(),
            format!(
                "[tables.t]\ndescription = \"d\"\n[tables.t.columns]\n{columns}[tables.t.indexes]\ni = {{ columns = [{all}], purpose = \"p\" }}\n"
            ),
        )
    });
}

#[test]
fn very_many_references() {
    let mut sources = Sources::default();
    let (file, chapter) = (sources.add(SourceKind::Facts, "f.toml", ""), sources.add(SourceKind::Chapter, "c.md", ""));
    let root = parse(file, "[t]\nv = \"*16* `x`\"\n", &mut FactIds::default(), &mut Vec::new());
    let shelves = [Shelf { stem: "f", root: &root }];
    for (name, piece) in [
        ("references on a line", "[t.v] "),
        ("references on a line of code and links", "`a` [b](c.md) [t.v] "),
        ("references inside links on a line", "[b [t.v]](c.md) "),
        ("references to nothing", "[t.w]\n"),
    ] {
        linear(name, |pieces| {
            let manners = Manners { guard_includes: true, allow_html: true };
            // What stands further than 4,096 bytes before a reference is not looked at: a quarter is longer than that.
            let text = format!("{}{piece}", "prose ".repeat(20)).repeat(pieces);
            reference::resolve(&text, chapter, &shelves, manners);
        });
    }
}

#[test]
fn very_long_values() {
    let pieces = [
        "a",
        "`",
        "[",
        "|",
        "*",
        "_",
        "<",
        "&",
        "\\\\",
        "{{#",
        "{{#include x}}",
        "é",
        "$",
        "~",
        "- ",
        "> ",
        "# ",
        "`` ",
        "a\\n",
        "```\\n",
        "- a\\n",
        "<b>",
        "![",
        "](",
        "a: b ",
        "=",
        "/",
        "+",
        "\\n",
        "\\n\\n",
        "https://a.b/",
        "\u{202e}",
    ];
    let template = "# T\n\n## A\n\n[p]\n\n- **L:** [x]\n\n`[c]` and [d] `[e] f`\n\n| K | V |\n|---|---|\n| r | [v] `[w]` |\n\n```\nK=[k]\n```\n\n## [h] b\n\nx\n\n[l](https://x/[u])\n";
    for piece in pieces {
        linear_page(piece, |count| {
            let value = run_of(piece, count);
            let keys = ["a.description", "a.l", "a.c", "a.d", "a.e", "a.r.v.v", "a.r.v.w", "a.K", "h_b.h", "h_b.u"];
            let mut facts = String::new();
            for key in keys {
                writeln!(facts, "{key} = \"x{value}x\"").unwrap();
            }
            (template.to_owned(), facts)
        });
    }
}

#[test]
fn values_nested_within_values() {
    linear_page("arrays", |count| {
        ("# T\n\n## A\n\n[x]\n".to_owned(), format!("a = {}{}\n", "[".repeat(count), "]".repeat(count)))
    });
    linear_page("tables", |count| {
        ("# T\n\n## A\n\n[x]\n".to_owned(), format!("a = {}1{}\n", "{a=".repeat(count), "}".repeat(count)))
    });
    linear_page("headers", |count| ("# T\n\n## A\n\n[x]\n".to_owned(), format!("[a{}]\n", ".a".repeat(count))));
    linear_page("keys", |count| ("# T\n\n## A\n\n[x]\n".to_owned(), format!("a{} = 1\n", ".a".repeat(count))));
    linear_page("long keys", |count| {
        ("# T\n\n## A\n\n- **B:** [x]\n".to_owned(), format!("[a]\nb = 1\n{} = 1\n", "k".repeat(count * 10)))
    });
}
