//! What a schema costs as it grows: reading, checking, filling, drawing; against merely parsing the page that comes out.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

use mdbook_database::facts::{self, FactIds};
use mdbook_database::fill::{self, Facts, Options};
use mdbook_database::source::{SourceKind, Sources};
use mdbook_database::{erd, markdown, schema, template};
use pulldown_cmark::Parser;

const TEMPLATE: &str = "# Database [TEMPLATE]

## Tables

### `[table_name]`

[Table purpose and description]

**Columns:**
- `id` ([type], [constraints]) - [Description]
- [Additional columns...]

**Indexes:**
- [Index name] on [columns] - [Purpose]

**Relations:**
- [Foreign key relationships]
";

const RUNS: usize = 7;

fn facts_of(tables: usize) -> String {
    let mut text = String::new();
    for table in 0..tables {
        let _ = write!(
            text,
            "[tables.t{table}]\ndescription = \"Table number {table}.\"\n[tables.t{table}.columns]\n\
             id = {{ type = \"bigint\", primary_key = true, description = \"Surrogate key.\" }}\n"
        );
        for column in 0..8 {
            let _ = writeln!(
                text,
                "c{column} = {{ type = \"text\", nullable = false, description = \"Field `{column}`.\" }}"
            );
        }
        let references = if table % 10 == 0 { String::new() } else { format!("references = \"t{}\", ", table - 1) };
        let _ = write!(
            text,
            "parent = {{ type = \"bigint\", {references}description = \"The one above.\" }}\n[tables.t{table}.indexes]\n\
             t{table}_idx = {{ columns = [\"parent\"], purpose = \"Look-up.\" }}\n"
        );
    }
    text
}

/// The median of several runs.
fn time(mut run: impl FnMut()) -> Duration {
    let mut times: Vec<_> = (0..RUNS)
        .map(|_| {
            let start = Instant::now();
            run();
            start.elapsed()
        })
        .collect();
    times.sort();
    times[RUNS / 2]
}

#[expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]
fn main() {
    println!("tables      read     check      fill      draw     parse   page");
    for tables in [100, 1_000, 5_000] {
        let text = facts_of(tables);
        let mut sources = Sources::default();
        let file = sources.add(SourceKind::Facts, "database.toml", text.clone());
        let chapter = sources.add(SourceKind::Chapter, "src/database.md", TEMPLATE);
        let read = || facts::parse(file, &text, &mut FactIds::default(), &mut Vec::new());
        let root = read();
        let table = root.get("tables").first().and_then(|entry| entry.value.as_table()).expect("the facts have tables");
        let schema = schema::parse(table, &mut Vec::new());
        let template = template::parse(TEMPLATE, &|_| false);
        let elsewhere = HashSet::new();
        let facts = Facts { root: &root, schema: &schema, first: file, text: &text, elsewhere: &elsewhere };
        let options = Options {
            source: chapter,
            chapter: "database.md",
            optional: &[],
            required: &[],
            draft: false,
            erd: erd::Format::Svg,
            guard_includes: true,
            allow_html: true,
        };
        let page = fill::fill(TEMPLATE, &template, facts, options).text;
        let draw = || {
            let diagram = erd::Diagram::new(&schema, &|_| None);
            erd::draw(&diagram, erd::Format::Svg, "erd")
        };
        let times = [
            time(|| drop(read())),
            time(|| drop(schema::parse(table, &mut Vec::new()))),
            time(|| drop(fill::fill(TEMPLATE, &template, facts, options))),
            time(|| drop(draw())),
            time(|| _ = std::hint::black_box(Parser::new_ext(&page, markdown::options()).count())),
        ];
        let columns: Vec<_> = times.iter().map(|time| format!("{:7.1} ms", time.as_secs_f64() * 1e3)).collect();
        println!("{tables:6} {}  {:.1} MB", columns.join(""), page.len() as f64 / 1e6);
    }
}
