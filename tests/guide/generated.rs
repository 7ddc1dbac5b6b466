//! Tables of the guide that are lists of the code, between `<!-- generated: NAME -->` and `<!-- /generated -->`.

use std::fmt::Write;

use mdbook_database::diagnostic::{Code, Severity};
use mdbook_database::vocabulary::{Collection, Field};

const START: &str = "<!-- generated: ";
const END: &str = "<!-- /generated -->";

/// The page with its generated tables as they should be.
pub(crate) fn fill(page: &str) -> Result<String, String> {
    let mut filled = String::new();
    let mut rest = page;
    while let Some((before, after)) = rest.split_once(START) {
        let (name, after) = after.split_once(" -->").ok_or("an open comment")?;
        let (_, after) = after.split_once(END).ok_or(format!("`{name}` has no end"))?;
        write!(filled, "{before}{START}{name} -->\n\n{}\n{END}", table(name)?).map_err(|error| error.to_string())?;
        rest = after;
    }
    Ok(filled + rest)
}

fn table(name: &str) -> Result<String, String> {
    match name {
        "codes" => Ok(codes()),
        "lists" => Ok(lists()),
        _ => {
            let collection = COLLECTIONS.iter().find(|collection| name == collection.key());
            collection.map(|&collection| words(collection)).ok_or(format!("no table `{name}`"))
        }
    }
}

const COLLECTIONS: [Collection; 5] =
    [Collection::Tables, Collection::Columns, Collection::Indexes, Collection::Relations, Collection::Checks];

fn codes() -> String {
    let row = |code: &Code| {
        let name = code.as_str();
        let severity = match code.default_severity() {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        };
        format!("| [`{name}`](#{name}) | {severity} |\n")
    };
    Code::ALL
        .iter()
        .map(row)
        .fold("| Code | By default |\n|------|------------|\n".to_owned(), |table, row| table + &row)
}

/// Labels above the records of each collection, and the placeholders that name one of them.
fn lists() -> String {
    let mut table = "| Records | Their label or heading | Placeholder or header that names one |\n".to_owned();
    table += "|---------|------------------------|--------------------------------------|\n";
    for collection in COLLECTIONS {
        let key = collection.key();
        table += &format!("| `{key}` | {} | {} |\n", listed(collection.labels()), listed(collection.names()));
    }
    table
}

fn words(collection: Collection) -> String {
    let row = |(field, words): &(Field, &[&str])| format!("| {} | {} |\n", meaning(*field), listed(words));
    let head = "| Means | Words |\n|-------|-------|\n".to_owned();
    collection.fields().iter().map(row).fold(head, |table, row| table + &row)
}

fn listed(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

fn meaning(field: Field) -> &'static str {
    match field {
        Field::Name => "its name",
        Field::Table => "the name of its table",
        Field::Kind => "`kind`",
        Field::Description => "`description`, of an index `purpose`",
        Field::Type => "`type`",
        Field::Constraints => "the constraints, in words",
        Field::Nullable => "whether it may be null: `Yes` or `No`",
        Field::Unique => "whether it is unique: `Yes` or `No`",
        Field::Key => "the marks PK, FK, UK",
        Field::Default => "`default`",
        Field::References => "what it refers to",
        Field::Columns => "`columns`",
        Field::Method => "`method`",
        Field::Predicate => "`where`",
        Field::OnDelete => "`on_delete`",
        Field::OnUpdate => "`on_update`",
        Field::Expression => "its expression",
        Field::Words => "all of it, in words",
    }
}
