//! What becomes of the page without a typed field of `[tables]`.

use toml_edit::DocumentMut;

use crate::facts::Leaf;
use crate::outline::Outline;
use crate::rules::{Expected, Page};

/// What must come of the template without a typed field.
pub(crate) fn expect(leaf: &Leaf, rest: &DocumentMut, outline: &Outline, page: &str) -> Expected {
    let keys = leaf.keys();
    let table = keys[1];
    match keys[2..] {
        ["description"] => missing(outline, "tables.description"),
        ["columns", _, "type"] => missing(outline, "tables.columns.type"),
        ["columns", _, "description"] => missing(outline, "tables.columns.description"),
        ["columns", _, "constraints"] if is_key(leaf) && is_referred_to_by_name(rest, table) => {
            Expected::Fails { code: "unknown-column" }
        }
        ["columns", column, field] => of_column(page, table, column, field, rest),
        ["indexes", _, "purpose"] => missing(outline, "tables.indexes.purpose"),
        ["indexes", _, "columns"] => Expected::Fails { code: "wrong-form" },
        ["indexes", index, field] => unchanged(of_index(page, index, field)),
        ["relations"] => unchanged(without_line(page, table, "- Read from")),
        ["relations", _, "on_delete"] => {
            unchanged(edit(page, table, "- `order_id`, ", |line| cut(line, ", on delete")))
        }
        // The key of the table has the same columns.
        ["relations", _, "references", "columns"] => unchanged(page.to_owned()),
        ["relations", _, ..] => Expected::Fails { code: "wrong-form" },
        ["kind"] | ["checks", _] => unchanged(page.to_owned()),
        _ => panic!("no rule for {}", leaf.path()),
    }
}

fn unchanged(page: String) -> Expected {
    Expected::Page { page, remark: None }
}

fn missing(outline: &Outline, address: &str) -> Expected {
    let places = outline.places.iter().filter(|place| place.address == address);
    let key = address.rsplit('.').next().unwrap().to_owned();
    Expected::Missing { places: places.map(|place| (place.line, place.column)).collect(), key }
}

fn is_key(constraints: &Leaf) -> bool {
    constraints.value.as_str().is_some_and(|text| text.contains("primary key"))
}

/// Whether a column says `references = "TABLE"`, which means its primary key.
fn is_referred_to_by_name(facts: &DocumentMut, table: &str) -> bool {
    let tables = facts["tables"].as_table_like().unwrap();
    let columns = tables.iter().filter_map(|(_, item)| item.get("columns")?.as_table_like());
    let mut references = columns.flat_map(|columns| columns.iter().filter_map(|(_, column)| column.get("references")));
    references.any(|references| references.as_str() == Some(table))
}

fn of_column(page: &str, table: &str, column: &str, field: &str, rest: &DocumentMut) -> Expected {
    let data_type = rest["tables"][table]["columns"][column]["type"].as_str().unwrap();
    let item = format!("- `{column}` ({data_type}, ");
    let new = edit(page, table, &item, |line| {
        let (constraints, description) = line[item.len()..].split_once(") - ").unwrap();
        let parts = constraints.split(", ").filter_map(|part| constraint_without(part, field));
        let parts = parts.collect::<Vec<_>>().join(", ");
        let constraints = if parts.is_empty() { "nullable" } else { &parts };
        format!("{item}{constraints}) - {description}")
    });
    let relation = format!("- `{column}` references");
    match field {
        "references" if rest["tables"][table]["columns"][column].get("on_delete").is_some() => {
            Expected::Fails { code: "wrong-form" }
        }
        "references" => unchanged(without_line(&new, table, &relation)),
        "on_delete" => unchanged(edit(&new, table, &relation, |line| cut(line, ", on delete"))),
        _ => unchanged(new),
    }
}

/// A constraint in words when one field of the column is gone.
fn constraint_without(part: &str, field: &str) -> Option<String> {
    let start = match field {
        "constraints" => "",
        "primary_key" => "primary key",
        "nullable" => "not null",
        "unique" => "unique",
        "default" => "default ",
        "references" => "references ",
        "on_delete" => return Some(cut(part, " on delete")),
        _ => panic!("no rule for {field}"),
    };
    (!part.starts_with(start)).then(|| part.to_owned())
}

fn cut(line: &str, from: &str) -> String {
    line.find(from).map_or(line, |at| &line[..at]).to_owned()
}

/// The lines of a table's section.
fn section_of(page: &Page<'_>, table: &str) -> std::ops::Range<usize> {
    let start = page.line(0..page.lines.len(), &format!("#### `{table}`"));
    let next = page.lines[start + 1..].iter().position(|line| line.starts_with('#'));
    start..next.map_or(page.lines.len(), |next| start + 1 + next)
}

fn edit(text: &str, table: &str, start: &str, change: impl Fn(&str) -> String) -> String {
    let page = Page::new(text);
    let line = page.line(section_of(&page, table), start);
    page.with(line, &change(page.lines[line]))
}

/// Without an item, and without the label over it if it was the only one.
fn without_line(text: &str, table: &str, start: &str) -> String {
    let page = Page::new(text);
    let line = page.line(section_of(&page, table), start);
    let alone = page.lines[line - 1].starts_with("**") && page.lines.get(line + 1).is_none_or(|line| line.is_empty());
    page.without(if alone { line - 1 } else { line }..line + 1)
}

/// Both lists of indexes say the same of it.
fn of_index(page: &str, index: &str, field: &str) -> String {
    let change = |line: &str| match line {
        line if !line.contains(&format!("- {index} on ")) && !line.contains(&format!("- `{index}` on ")) => {
            line.to_owned()
        }
        line if field == "where" => {
            let (start, alone) = match line.find(", where ") {
                Some(start) => (start, false),
                None => (line.find(" (where ").unwrap(), true),
            };
            let end = line.rfind("))` - ").or_else(|| line.rfind(") - ")).unwrap();
            format!("{}{}", &line[..start], &line[end + usize::from(alone)..])
        }
        line => {
            let word = if field == "unique" { "unique" } else { "gin" };
            line.replacen(&format!(" ({word})"), "", 1).replacen(&format!("({word}, "), "(", 1)
        }
    };
    page.lines().map(change).collect::<Vec<_>>().join("\n") + "\n"
}
