//! What a schema costs as it grows: reading, checking, filling, drawing; against merely parsing the page that comes out.

#![allow(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::fmt::Write as _;
use std::time::Instant;

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

/// Rounds in which every stage is measured once, after one that fills the caches.
const ROUNDS: usize = 9;

const STAGES: [&str; 5] = ["read", "check", "fill", "draw", "parse"];

fn main() {
    let numbers: Vec<usize> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    let rounds = if std::env::args().any(|argument| argument == "--once") { 1 } else { ROUNDS };
    println!("\nMedians of {rounds} rounds in ms; in brackets the median of the ratios to `parse` in the same round\n");
    println!("| tables | page MB | {} |", STAGES.join(" | "));
    println!("|---:|---:|{}", "---:|".repeat(STAGES.len()));
    for tables in if numbers.is_empty() { vec![100, 1_000, 10_000] } else { numbers } {
        measure(tables, rounds);
    }
}

/// Measures a schema of `tables` tables and prints a line.
fn measure(tables: usize, rounds: usize) {
    let text = facts_of(tables);
    let mut sources = Sources::default();
    let file = sources.add(SourceKind::Facts, "database.toml", text.clone());
    let chapter = sources.add(SourceKind::Chapter, "src/database.md", TEMPLATE);
    let read = || facts::parse(file, &text, &mut FactIds::default(), &mut Vec::new());
    let root = read();
    let table = root.get("tables").first().and_then(|entry| entry.value.as_table()).expect("the facts have tables");
    let schema = schema::parse(table, &mut Vec::new());
    let template = template::parse(TEMPLATE, &|_| false);
    let facts = Facts { root: &root, schema: &schema, first: file, sources: &sources, elsewhere: &|_| false };
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
    let mut times: [Vec<f64>; 5] = Default::default();
    for _ in 0..rounds {
        let round = [
            time(read),
            time(|| schema::parse(table, &mut Vec::new())),
            time(|| fill::fill(TEMPLATE, &template, facts, options)),
            time(|| erd::draw(&erd::Diagram::new(&schema, &|_| None), erd::Format::Svg, "erd")),
            time(|| Parser::new_ext(&page, markdown::options()).count()),
        ];
        times.iter_mut().zip(round).for_each(|(times, time)| times.push(time));
    }
    let parse = times[4].clone();
    let columns = times.iter().map(|times| {
        let ratios = times.iter().zip(&parse).map(|(time, parse)| time / parse).collect();
        format!("{:.1} [{:.2}]", median(times.clone()), median(ratios))
    });
    println!("| {tables} | {:.1} | {} |", page.len() as f64 / 1e6, columns.collect::<Vec<_>>().join(" | "));
}

/// Milliseconds of one run, with giving back what it made.
fn time<T>(run: impl FnOnce() -> T) -> f64 {
    let start = Instant::now();
    drop(std::hint::black_box(run()));
    start.elapsed().as_secs_f64() * 1e3
}

fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied().unwrap_or(f64::NAN)
}
