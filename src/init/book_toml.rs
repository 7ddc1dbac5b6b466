//! `book.toml`: the preprocessor's table and what `mdbook serve` watches, added where they are missing.

use toml_edit::{Array, DocumentMut, Item, Table, TableLike, TomlError, Value, value};

use crate::wording::quoted;

/// A `book.toml` with the preprocessor in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wired {
    /// The new text.
    pub text: String,
    /// What was added, in words.
    pub added: Vec<String>,
}

/// The `book.toml` of a new book.
pub fn new_book(title: &str) -> String {
    let mut book = DocumentMut::new();
    let mut table = Table::new();
    table.insert("title", value(title));
    table.insert("language", value("en"));
    book.insert("book", Item::Table(table));
    book.to_string()
}

/// Adds `[preprocessor.NAME]`, if there is no such table, and the facts files to `build.extra-watch-dirs`.
///
/// `template` is named in the table if it does not declare itself. Errors are those of the TOML.
pub fn wire(text: &str, name: &str, facts: &[String], template: Option<&str>) -> Result<Wired, TomlError> {
    let mut book: DocumentMut = text.parse()?;
    let mut added = Vec::new();
    let renderers = renderers(&book);
    let preprocessors = book.entry("preprocessor").or_insert_with(implicit_table);
    if let Some(preprocessors) = preprocessors.as_table_like_mut().filter(|table| !table.contains_key(name)) {
        preprocessors.insert(name, own_table(preprocessors, facts, template, renderers));
        added.push(format!("[preprocessor.{name}]"));
    }
    let build = book.entry("build").or_insert_with(|| Item::Table(spaced_table()));
    if let Some(build) = build.as_table_like_mut() {
        added.extend(watch(build, facts));
        if build.is_empty() {
            book.remove("build");
        }
    }
    // Nothing is to change where nothing was added, not even the spelling of an empty line.
    let text = if added.is_empty() { text.to_owned() } else { with_line_ends_of(text, &book.to_string()) };
    Ok(Wired { text, added })
}

/// The renderers of the book: with them named, mdBook 0.4 does not pass over a missing program in silence.
fn renderers(book: &DocumentMut) -> Array {
    let output = book.get("output").and_then(Item::as_table_like);
    let names: Array = output.into_iter().flat_map(TableLike::iter).map(|(name, _)| name).collect();
    if names.is_empty() { ["html"].into_iter().collect() } else { names }
}

fn implicit_table() -> Item {
    let mut table = Table::new();
    table.set_implicit(true);
    Item::Table(table)
}

fn spaced_table() -> Table {
    let mut table = Table::new();
    table.decor_mut().set_prefix("\n");
    table
}

fn own_table(around: &dyn TableLike, facts: &[String], template: Option<&str>, renderers: Array) -> Item {
    let facts = match facts {
        [file] => Value::from(file.as_str()),
        files => Value::Array(files.iter().map(String::as_str).collect()),
    };
    let mut table = spaced_table();
    table.insert("facts", value(facts));
    if let Some(template) = template {
        table.insert("templates", value([template].into_iter().collect::<Array>()));
    }
    table.insert("renderers", value(renderers));
    // Inside `preprocessor = { … }` there is no room for a header.
    let inline = around.iter().next().is_some_and(|(_, item)| item.is_inline_table());
    if inline { value(table.into_inline_table()) } else { Item::Table(table) }
}

/// Adds what is not watched yet.
fn watch(build: &mut dyn TableLike, facts: &[String]) -> Option<String> {
    let entry = build.entry("extra-watch-dirs").or_insert_with(|| value(Array::new()));
    let watched = entry.as_array_mut()?;
    let plain = |path: &str| path.trim_start_matches("./").to_owned();
    let mut new: Vec<&String> = Vec::new();
    for file in facts {
        // Several sets may have a file in common.
        if !watched.iter().filter_map(Value::as_str).any(|path| plain(path) == plain(file)) {
            watched.push(file.as_str());
            new.push(file);
        }
    }
    if watched.is_empty() {
        build.remove("extra-watch-dirs");
    }
    (!new.is_empty()).then(|| format!("{} to `build.extra-watch-dirs`", quoted(new)))
}

fn with_line_ends_of(old: &str, new: &str) -> String {
    if old.contains("\r\n") { new.replace("\r\n", "\n").replace('\n', "\r\n") } else { new.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wired(text: &str) -> Wired {
        wire(text, "database", &["database.toml".to_owned()], None).unwrap()
    }

    #[test]
    fn a_bare_book_gets_the_table_and_the_watched_file() {
        let wired = wired("# ours\n[book]\ntitle = \"T\"   # odd\n");
        let expected = "\
# ours
[book]
title = \"T\"   # odd

[preprocessor.database]
facts = \"database.toml\"
renderers = [\"html\"]

[build]
extra-watch-dirs = [\"database.toml\"]
";
        assert_eq!(wired.text, expected);
        assert_eq!(wired.added, ["[preprocessor.database]", "`database.toml` to `build.extra-watch-dirs`"]);
    }

    #[test]
    fn what_is_there_stays_and_a_second_time_adds_nothing() {
        let text = "[build]\nextra-watch-dirs = [ \"x\" ] # mine\n\n[preprocessor.links]\n\n[output.html]\na=1\n[output.linkcheck]\n";
        let first = wired(text);
        assert!(first.text.contains("extra-watch-dirs = [ \"x\" , \"database.toml\"] # mine"), "{}", first.text);
        assert!(first.text.contains("renderers = [\"html\", \"linkcheck\"]"), "{}", first.text);
        for line in text.lines().filter(|line| !line.starts_with("extra")) {
            assert!(first.text.contains(line), "{line}: {}", first.text);
        }
        assert_eq!(wired(&first.text), Wired { text: first.text.clone(), added: Vec::new() });
    }

    #[test]
    fn a_wired_book_is_left_alone() {
        let text = "[preprocessor.database]\n[build]\nextra-watch-dirs=['./database.toml']\n";
        assert_eq!(wired(text), Wired { text: text.to_owned(), added: Vec::new() });
    }

    #[test]
    fn line_ends_stay_and_mistakes_are_told() {
        assert!(!wired("[book]\r\n").text.replace("\r\n", "").contains('\n'));
        assert!(wire("[book", "database", &[], None).is_err());
    }

    #[test]
    fn a_template_that_does_not_declare_itself_is_named() {
        let text = wire("", "database", &["a.toml".to_owned(), "b.toml".to_owned()], Some("x.md")).unwrap().text;
        assert!(text.contains("facts = [\"a.toml\", \"b.toml\"]\ntemplates = [\"x.md\"]\n"), "{text}");
    }

    #[test]
    fn a_file_of_several_sets_is_watched_once() {
        let files = ["a.toml", "b.toml", "./a.toml"].map(str::to_owned);
        let text = wire("[preprocessor.database]\n", "database", &files, None).unwrap().text;
        assert!(text.contains("extra-watch-dirs = [\"a.toml\", \"b.toml\"]"), "{text}");
    }

    #[test]
    fn a_new_book_has_a_title() {
        assert_eq!(new_book("A \"b\""), "[book]\ntitle = 'A \"b\"'\nlanguage = \"en\"\n");
    }
}
