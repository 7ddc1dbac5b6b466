//! Values made to break out of their place, in every kind of place, and on through real mdBook with its `links`.
//!
//! `hostile/` holds what each value becomes. `SNAPSHOTS=overwrite cargo test --test hostile` writes it anew.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod disk;
mod filling;
mod host;
mod program;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use filling::structure::structure;
use filling::tree::facts_at;
use mdbook_database::facts::{quote_key, quote_string};
use mdbook_database::markdown;
use mdbook_database::preprocessor::{Telling, preprocess};
use mdbook_database::report::Format;
use pulldown_cmark::{Event, Parser, Tag, TagEnd};
use regex::Regex;
use serde_json::json;
use snapbox::{assert_data_eq, data::Data};

const VALUES: &[(&str, &str)] = &[
    ("pipe", "a | b || c \\| d"),
    ("backtick", "a ` b"),
    ("backticks", "`` a ``` b"),
    ("fence", "```\na\n```"),
    ("fence-open", "```sql\na"),
    ("fence-tilde", "~~~~\na"),
    ("comment-end", "a --> b"),
    ("comment-open", "a <!-- b"),
    ("script", "</script><script>alert(1)</script>"),
    ("image", "<img src=x onerror=alert(1)>"),
    ("end-tags", "</p></div></main> a"),
    ("end-tag", "a </b>"),
    ("start-tag", "a <b>"),
    ("element", "<b>a</b>"),
    ("type", "Vec<T>"),
    ("details", "<details><summary>a</summary>b</details>"),
    ("item-tag", "a <li>b</li>"),
    ("cell-tag", "</td><td>a"),
    ("raw-text", "<script>alert(\"</p>\")</script>"),
    ("attribute", "<a title=\"a"),
    ("line", "a\nb"),
    ("lines", "a\n\nb"),
    ("carriage-return", "a\r\nb\rc"),
    ("tab", "\ta\tb"),
    ("nul", "a\0b"),
    ("right-to-left", "a\u{202e}b\u{2066}c"),
    ("zero-width", "a\u{200b}b\u{feff}c"),
    ("line-separator", "a\u{2028}b\u{85}c"),
    ("bracket", "[x] and [y]"),
    ("bracket-open", "[x"),
    ("bracket-close", "x] (y"),
    ("link", "[x](javascript:alert(1))"),
    ("footnote", "[^ref]: a"),
    ("definition", "[ref]: https://example.org"),
    ("task", "[x] done"),
    ("include", "{{#include secret.txt}}"),
    ("include-root", "{{#include /etc/passwd}}"),
    ("include-lines", "a {{#include\nsecret.txt}}"),
    ("include-spaces", "{{  #include  secret.txt }}"),
    ("include-escaped", "\\{{#include secret.txt}}"),
    ("include-code", "`{{#include secret.txt}}`"),
    ("playground", "{{#playground secret.txt}}"),
    ("rustdoc-include", "{{#rustdoc_include secret.txt}}"),
    ("title", "{{#title Taken}}"),
    ("heading", "# a"),
    ("heading-underlined", "a\n==="),
    ("rule", "---"),
    ("list", "- a\n- b"),
    ("number", "1. a"),
    ("quote", "> a"),
    ("indented", "    a"),
    ("table", "| a |\n|---|\n| b |"),
    ("definition-list", "a\n: b"),
    ("emphasis", "*a **b _c"),
    ("entity", "&lt;b&gt; &#123; &copy"),
    ("backslash", "a\\"),
    ("braces", "{#id .class}"),
    ("dollar", "$a$ and $$b$$"),
    ("template-only", "<!-- template-only -->"),
];

/// A kind of place: its name, its section, and the facts for it, where `@` stands for the value and `%` for it as a key.
const PLACES: &[(&str, &str, &str)] = &[
    ("prompt", "[Describe it]", "description = @"),
    ("labelled prompt", "**Why:**\n\n[Reason]", "why = @"),
    ("item", "- **Label:** [x] and more\n- **Other:** words", "label = @"),
    ("item alone", "- **Label:** [x]", "label = @"),
    ("nested item", "- **Outer:** words\n  - **Label:** [x]\n- **Last:** words", "outer.label = @"),
    ("topic", "[All of it:]\n- First topic\n- Second topic", "first_topic = @\nsecond_topic = 1"),
    ("inline", "Before [x] after.", "x = @"),
    ("first of a line", "[x] after.", "x = @"),
    ("bold", "Before **[x]** after.", "x = @"),
    ("link text", "A [[x]](https://example.org) link.", "x = @"),
    ("link target", "A [link](https://example.org/[x]) here.", "x = @"),
    ("code span", "Before `[x]` after.", "x = @"),
    ("part of a code span", "Before `a [x] b` after.", "x = @"),
    ("cell", "| Key | Value |\n|---|---|\n| row | [x] |\n| last | words |", "row.value = @"),
    ("code in a cell", "| Key | Value |\n|---|---|\n| row | `[x]` |\n| last | words |", "row.value = @"),
    ("header cell", "| Key | [x] |\n|---|---|\n| row | words |", "x = @"),
    ("line of code", "```bash\nKEY=[x] # more\nOTHER=words\n```", "KEY = @"),
    ("code", "```sql\n[x]\n```", "code = @"),
    ("indented code", "    KEY=[x]\n    OTHER=words", "KEY = @"),
    ("line of code in a quote", "> ```\n> KEY=[x]\n> OTHER=words\n> ```", "KEY = @"),
    ("code in an item", "- Item:\n\n  ```\n  KEY=[x]\n  OTHER=words\n  ```", "item.KEY = @"),
    ("quote", "> Before [x] after.", "x = @"),
    ("prompt in a quote", "> [Describe it]\n>\n> words", "description = @"),
    ("body", "[Describe it]\n\nwords", "@"),
    ("record", "1. **[Name]** - [What]", "items = [{ name = @, what = @ }, { name = \"n\", what = \"w\" }]"),
    ("record by name", "- [Name] - [What]", "items = { % = { what = \"w\" } }"),
    ("row of a record", "| Name | What |\n|---|---|\n| [Name] | [What] |", "items = [{ name = @, what = @ }]"),
    ("list of strings", "- [One]", "items = [@, \"b\"]"),
    ("array", "Before [x] after.", "x = [@, \"b\"]"),
    ("further item", "- **Label:** [x]", "label = 1\n% = @"),
    ("further row", "| Key | Value |\n|---|---|\n| row | [x] |", "row.value = 1\n% = { value = @ }"),
    ("further line of code", "```bash\nKEY=[x]\n```", "KEY = 1\n% = @"),
    ("repeated label", "**[Name]:**\n- **What:** [x]", "items = [{ name = @, what = @ }]"),
    ("repeated section", "### [Name]\n\n[What]", "items = [{ name = @, description = @ }]"),
    ("heading", "### A [x] heading\n\nwords", "a_x_heading.x = @"),
];

/// What stands behind each place, to see that it is still what it was.
fn end(name: &str) -> String {
    format!("The end of {name}.")
}

fn section(name: &str, body: &str) -> String {
    format!("## {name}\n\n{body}\n\n{}\n\n", end(name))
}

/// The facts for one place: in a table, or at the section itself.
fn facts(name: &str, facts: &str, value: &str) -> String {
    let table = name.replace(' ', "_");
    let facts = facts.replace('%', &quote_key(value)).replace('@', &quote_string(value));
    if facts.starts_with('"') { format!("{table} = {facts}\n") } else { format!("[{table}]\n{facts}\n") }
}

/// A page with the places that take a value, its facts, and why the others refuse it.
fn page_for(value: &str) -> (String, String, String) {
    let (mut page, mut top, mut tables, mut refusals) =
        ("# Page\n\n".to_owned(), String::new(), String::new(), String::new());
    for (name, body, pattern) in PLACES {
        let (body, facts) = (section(name, body), facts(name, pattern, value));
        let at_root = if facts.starts_with('[') { "" } else { &facts };
        let in_tables = if facts.starts_with('[') { &facts } else { "" };
        // With what is there: what one place may define, a second one may not.
        let filled = filling::fill(&format!("{page}{body}"), &format!("{top}{at_root}{tables}{in_tables}"), &json!({}));
        match filled.errors().first() {
            Some(title) => writeln!(refusals, "{name}: {}", title.replace(value, "…")).unwrap(),
            None => {
                page.push_str(&body);
                top.push_str(at_root);
                tables.push_str(in_tables);
            }
        }
    }
    (page, top + &tables, refusals)
}

/// The places of a page whose end is still on it: the body of a section is replaced with its end.
fn filled_places(page: &str) -> impl Iterator<Item = &'static str> {
    let places = PLACES.iter().map(|(place, ..)| *place);
    places.filter(move |place| *place != "body" && page.contains(&format!("## {place}\n")))
}

/// The levels of headings, and the texts of the paragraphs at the top.
fn outline(text: &str) -> (Vec<u8>, Vec<String>) {
    let (mut levels, mut paragraphs, mut depth) = (Vec::new(), Vec::new(), 0usize);
    let mut paragraph: Option<String> = None;
    for event in Parser::new_ext(text, markdown::options()) {
        match event {
            Event::Start(Tag::Heading { level, .. }) => levels.push(level as u8),
            Event::Start(Tag::Paragraph) if depth == 0 => paragraph = Some(String::new()),
            Event::End(TagEnd::Paragraph) => paragraphs.extend(paragraph.take()),
            Event::Start(Tag::List(_) | Tag::BlockQuote(_) | Tag::FootnoteDefinition(_) | Tag::DefinitionList) => {
                depth += 1
            }
            Event::End(
                TagEnd::List(_) | TagEnd::BlockQuote(_) | TagEnd::FootnoteDefinition | TagEnd::DefinitionList,
            ) => depth -= 1,
            Event::Text(text) => {
                if let Some(paragraph) = &mut paragraph {
                    paragraph.push_str(&text);
                }
            }
            _ => {}
        }
    }
    (levels, paragraphs)
}

#[test]
fn no_value_breaks_out_of_its_place() {
    for (name, value) in VALUES {
        let (page, facts, refusals) = page_for(value);
        let filled = filling::fill(&page, &facts, &json!({}));
        assert_eq!(filled.errors(), [""; 0], "{name}");
        let (levels, paragraphs) = outline(&filled.text);
        assert_eq!(levels, outline(&page).0, "headings with {name}:\n{}", filled.text);
        for place in filled_places(&page) {
            assert!(paragraphs.contains(&end(place)), "{name} reaches over the end of {place}:\n{}", filled.text);
        }
        let shown: String =
            filled.text.chars().map(|c| if c.is_control() && c != '\n' { visible(c) } else { c.to_string() }).collect();
        let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/hostile/{name}.md"));
        let text = if refusals.is_empty() { shown } else { format!("{shown}\n<!-- refused\n{refusals}-->\n") };
        assert_data_eq!(Data::text(text).raw(), Data::read_from(&golden, None).raw());
    }
}

/// Two places side by side, or with a piece of an include of the template between or around them.
const PAIRS: &[&str] = &[
    "Before [x]-[y] after.",
    "Before **[x]**[y] after.",
    "[x]: [y]",
    "Before `[x][y]` after.",
    "Before `[x]`[y] after.",
    "```\nKEY=[x][y]\n```",
    "```\n[x]\n[y]\n```",
    "- One [x]\n- Two [y]",
    "| A | B |\n|---|---|\n| a [x] | b [y] |",
    "Before {[x] and [y]}} after.",
    "Before <b [x]>[y]</b> after.",
    "Before [a [x]](https://example.org)[y] after.",
];

/// mdBook's own expression for what its `links` replaces.
static LINKS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\\\{\{\#.*\}\}|\{\{\s*\#([a-zA-Z0-9_]+)\s+([^}]+)\}\}").unwrap());

#[test]
fn no_value_split_over_two_places_breaks_out() {
    let blocks = |text: &str| structure(text);
    for pair in PAIRS {
        let page = format!("# Page\n\n{}", section("pair", pair));
        let template = mdbook_database::template::parse(&page, &|_| false);
        let addresses: Vec<_> = template.placeholders.iter().filter_map(|place| place.address.as_deref()).collect();
        let [first, second] = addresses[..] else { panic!("{pair} holds {addresses:?}") };
        let fill = |x: &str, y: &str| {
            let facts = [(first, quote_string(x)), (second, quote_string(y))];
            let facts = facts_at(facts.iter().map(|(address, value)| (*address, value.as_str())));
            let filled = filling::fill(&page, &facts, &json!({}));
            filled.errors().is_empty().then_some(filled.text)
        };
        let words = fill("one", "two").unwrap();
        for (name, value) in VALUES {
            for (at, _) in value.char_indices().skip(1) {
                let Some(text) = fill(&value[..at], &value[at..]) else { continue };
                assert_eq!(
                    LINKS.captures_iter(&text).filter(|found| found.get(1).is_some()).count(),
                    0,
                    "{name}: {text}"
                );
                assert_eq!(blocks(&text), blocks(&words), "{name} at {at}:\n{text}");
                assert!(outline(&text).1.contains(&end("pair")), "{name} at {at}:\n{text}");
            }
        }
    }
}

/// A control character by its number.
fn visible(c: char) -> String {
    format!("⟨{:X}⟩", u32::from(c))
}

/// What no page may ever show.
const SECRET: &str = "root-x-0-0";

/// A book of one page for each value.
fn book() -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    let src = root.path().join("src");
    fs::create_dir(&src).unwrap();
    let command = program::command();
    let (mut summary, mut files, mut templates) = ("# Summary\n\n".to_owned(), String::new(), String::new());
    for &(name, value) in VALUES {
        let (page, facts, _) = page_for(value);
        fs::write(src.join(format!("{name}.md")), page).unwrap();
        fs::write(root.path().join(format!("{name}.toml")), facts).unwrap();
        writeln!(summary, "- [{name}]({name}.md)").unwrap();
        write!(files, "\"{name}.md\" = \"{name}.toml\", ").unwrap();
        write!(templates, "\"{name}.md\", ").unwrap();
    }
    fs::write(src.join("SUMMARY.md"), summary).unwrap();
    fs::write(src.join("secret.txt"), SECRET).unwrap();
    let config = format!(
        "[book]\ntitle = \"T\"\n\n[output.html]\n[output.markdown]\n\n[preprocessor.database]\ncommand = \"{command}\"\n\
         templates = [{templates}]\nfacts = {{ {} }}\n",
        files.trim_end_matches(", ")
    );
    fs::write(root.path().join("book.toml"), config).unwrap();
    root
}

#[test]
fn no_value_becomes_an_include_in_real_mdbook() {
    let book = book();
    let root = book.path();
    host::Host::V05.build(root).unwrap();
    for &(name, value) in VALUES {
        let markdown = fs::read_to_string(root.join(format!("book/markdown/{name}.md"))).unwrap();
        let html = fs::read_to_string(root.join(format!("book/html/{name}.html"))).unwrap();
        for page in [&markdown, &html] {
            assert!(!page.contains(SECRET) && !page.contains("root:"), "{name} is included");
        }
        assert!(html.contains(&format!("<title>{name} - T</title>")), "{name} takes the title");
        let (page, facts, _) = page_for(value);
        let filled = filling::fill(&page, &facts, &json!({}));
        // mdBook takes off the first backslash before a directive of each line.
        let wanted = filled.text.lines().map(|line| line.replacen("\\{{#", "{{#", 1));
        let first_difference = markdown.lines().zip(wanted).find(|(shown, wanted)| shown != wanted);
        // A value that is escaped already may stand twice on a line, or broken by other escapes.
        assert!(first_difference.is_none() || name == "include-escaped", "{name}: {first_difference:?}");
        for place in filled_places(&page) {
            assert!(html.contains(&format!("<p>{}</p>", end(place))), "{name} reaches over the end of {place}");
        }
    }
}

/// The parts of a schema that hold names and other text, `@` and `%` as above.
const SCHEMA: &str = "[tables.%]\ndescription = @\n[tables.%.columns]\n% = { type = @, default = @, description = @ }\n\
    other = { type = @, constraints = @, references = { table = %, columns = [%] }, description = @ }\n\
    [tables.%.indexes]\n% = { columns = [%], method = @, where = @, purpose = @ }\n\
    [[tables.%.checks]]\nname = @\nexpression = @\n";

const SCHEMA_PAGE: &str = "# Page\n\n## Tables\n\n### `[table_name]`\n\n[Table purpose and description]\n\n**Columns:**\n- `id` ([type], [constraints]) - [Description]\n\
    - [Additional columns...]\n\n**Indexes:**\n- [Index name] on [columns] - [Purpose]\n\n**Relations:**\n- [Foreign key relationships]\n\n**Checks:**\n- [check]\n\n\
    The end of a table.\n\n## Columns\n\n| Table | Column | Type | Default | Constraints | Description |\n|---|---|---|---|---|---|\n\
    | [table] | [column] | [type] | [default] | [constraints] | [description] |\n\nThe end of columns.\n\n\
    ## Indexes\n\n- `[index_name]` on `[table]([columns])` - [Purpose]\n\nThe end of indexes.\n\n## Diagram\n\n```\n[Table A] ---< [Table B]\n```\n\nThe end of diagram.\n";

#[test]
fn no_name_or_type_of_a_schema_breaks_out() {
    for (name, value) in VALUES {
        let facts = SCHEMA.replace('%', &quote_string(value)).replace('@', &quote_string(value));
        for erd in ["svg", "mermaid", "text"] {
            let filled = filling::fill(SCHEMA_PAGE, &facts, &json!({ "erd": erd }));
            if !filled.errors().is_empty() {
                // What is refused is refused in words, and never with a panic.
                assert!(filled.report(Format::Human).contains("error"), "{name}");
                continue;
            }
            let (levels, paragraphs) = outline(&filled.text);
            assert_eq!(levels, [1, 2, 3, 2, 2, 2], "{name}, {erd}:\n{}", filled.text);
            for part in ["a table", "columns", "indexes", "diagram"] {
                assert!(paragraphs.contains(&end(part)), "{name}, {erd}, {part}:\n{}", filled.text);
            }
        }
    }
}

/// Facts that look like credentials, next to mistakes that make messages quote the lines around them.
const CREDENTIALS: &str = r#"
[a]
label = "postgres://app:hunter2Xyz9@db.internal/shop"
labell = 1
password = ["hunter2Xyz9", { x = 1 }]
token = { value = 1, secret = "hunter2Xyz9ghp" }
other = """
postgres://app:hunter2Xyz9@db.internal/shop
more"""
label_ = "postgres://app:hunter2Xyz9@db"
x = [[]]
items = [{ secret = "hunter2Xyz9!" }, { password = "hunter2Xyz9?", y = [{}] }]
"#;

#[test]
fn no_message_prints_a_credential() {
    let page = "# T [TEMPLATE]\n\n## A\n\n- **Label:** [x]\n- **Token:** [x]\n- **Password:** [x]\n- **X:** [x]\n\n1. [y] - [z]\n";
    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join("database.toml"), CREDENTIALS).unwrap();
    let chapter = json!({ "Chapter": {
        "name": "A", "content": page, "number": null, "sub_items": [], "path": "a.md", "source_path": "a.md", "parent_names": [],
    } });
    for draft in [false, true] {
        let context = json!({
            "root": root.path(), "config": { "preprocessor": { "database": { "draft": draft } } }, "renderer": "html",
            "mdbook_version": "0.5.4",
        });
        let input = json!([context, { "items": [chapter] }]).to_string();
        for format in Format::ALL {
            let telling = Telling { format: *format, annotate: true, ..Telling::default() };
            let failure = preprocess(input.as_bytes(), &mut Vec::new(), &telling).unwrap_err().to_string();
            assert!(failure.contains("looks like"), "{failure}");
            assert!(!failure.contains("hunter2"), "{format:?} prints it:\n{failure}");
        }
    }
}

/// The same in files that are no TOML, where nobody knows what is a value.
const BROKEN: &[&str] = &[
    "[a]\nlabel = \"postgres://app:hunter2Xyz9@db.internal/shop\nb = 1\n",
    "[a]\npassword = hunter2Xyz9\n",
    "[a]\npassword = \"hunter2Xyz9\n",
    "[a]\npassword = \"hunter2Xyz9\" \"x\"\n",
    "[a]\nx = {\npassword = 'hunter2Xyz9\n",
    "[a]\npassword = \"\"\"\nhunter2Xyz9\n",
    "[a\npassword = \"hunter2Xyz9\"\n",
    "[a]\npassword = \"hunter2Xyz9\"\npassword = \"hunter2Xyz9\"\n",
    "[a]\npassword = \"hunter2Xyz9\"\nb = \n",
    "[a]\npassword \"hunter2Xyz9\"\n",
    "password = hunter2Xyz9\n\u{1}\n",
];

/// A book whose template asks for a password, with these facts.
fn book_with(facts: &str) -> tempfile::TempDir {
    disk::directory(&[
        ("book.toml", "[preprocessor.database]\n"),
        ("src/SUMMARY.md", "- [A](a.md)\n"),
        ("src/a.md", "# T [TEMPLATE]\n\n## A\n\n- **Label:** [x]\n- **Password:** [x]\n"),
        ("database.toml", facts),
    ])
}

#[test]
fn no_message_about_a_broken_file_prints_a_credential() {
    for facts in BROKEN {
        let book = book_with(facts);
        let commands: &[&[&str]] = &[
            &["render"],
            &["render", "--draft"],
            &["render", "src/a.md", "--erd", "text"],
            &["outline"],
            &["outline", "--format", "json"],
            &["check", "--format", "human"],
            &["check", "--format", "short"],
            &["check", "--format", "json"],
            &["check", "--format", "github"],
            &["check", "--format", "sarif"],
            &["check", "--coverage"],
            &["schema"],
            &["init"],
            &["init", "--dry-run"],
        ];
        for arguments in commands {
            let output = program::program(book.path()).args(*arguments).output().unwrap();
            let told = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
            assert!(!told.contains("hunter2"), "{arguments:?} prints it for {facts:?}:\n{told}");
            assert!(told.contains("invalid-toml") || !output.status.success() || arguments[0] != "check", "{told}");
        }
    }
}

/// A change is shown with the lines around it.
#[test]
fn a_difference_prints_no_credential() {
    let book = book_with("[a]\npassword = \"hunter2Xyz9\"\n");
    let output = program::program(book.path()).args(["init", "--dry-run"]).output().unwrap();
    let shown = program::text(output.stdout);
    assert!(shown.contains("#label = ") && !shown.contains("hunter2"), "{shown}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told_and_nothing_is_half_written() {
    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join("database.toml"), "").unwrap();
    let input = root.path().join("input.json");
    let context = json!({ "root": root.path(), "config": {}, "renderer": "html", "mdbook_version": "0.5.4" });
    fs::write(&input, json!([context, { "items": [] }]).to_string()).unwrap();
    let output = program::program(root.path())
        .stdin(fs::File::open(&input).unwrap())
        .stdout(fs::OpenOptions::new().write(true).open("/dev/full").unwrap())
        .output()
        .unwrap();
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(3), "{message}");
    assert!(message.starts_with("error: failed to write the book to stdout: "), "{message}");
}
