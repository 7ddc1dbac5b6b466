//! The entity-relationship diagram of a schema: a plain model of boxes and lines, and three ways to draw it.

pub mod layout;
pub mod mermaid;
pub mod split;
pub mod svg;
pub mod text;

use std::collections::HashSet;

use crate::schema::{Column, ForeignKey, Index, Schema, Table};

/// How a diagram is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Pictures that need no script, inline in the page.
    Svg,
    /// `mermaid` code blocks.
    Mermaid,
    /// Crow's-foot notation in plain ASCII.
    Text,
}

/// Tables and the references between them.
#[derive(Clone, Debug, Default)]
pub struct Diagram<'s> {
    /// The tables, in the order of the schema.
    pub entities: Vec<Entity<'s>>,
    /// The references, in the order of the schema.
    pub relations: Vec<Relation>,
}

/// One table.
#[derive(Clone, Debug)]
pub struct Entity<'s> {
    /// Its name, which may be qualified.
    pub name: &'s str,
    /// `table`, `view`, ….
    pub kind: &'s str,
    /// The id of its section on the page, without `#`, where it has one.
    pub anchor: Option<String>,
    /// Its columns.
    pub columns: Vec<Attribute<'s>>,
}

/// One column.
#[derive(Clone, Debug)]
pub struct Attribute<'s> {
    /// Its name.
    pub name: &'s str,
    /// Its type; empty when not known.
    pub data_type: &'s str,
    /// Part of the primary key.
    pub primary: bool,
    /// Part of a foreign key.
    pub foreign: bool,
    /// Unique on its own, other than as the primary key.
    pub unique: bool,
    /// May be null.
    pub nullable: bool,
}

/// How many rows may stand at one end of a relation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Cardinality {
    /// One, always.
    ExactlyOne,
    /// One or none.
    ZeroOrOne,
    /// Any number.
    ZeroOrMany,
}

/// One foreign key. Columns are indexes into those of the entity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relation {
    /// The entity that refers.
    pub from: usize,
    /// Its columns; never empty.
    pub from_columns: Vec<usize>,
    /// The entity referred to.
    pub to: usize,
    /// Its columns.
    pub to_columns: Vec<usize>,
    /// How many rows of `from` may refer to one row of `to`: any number, or at most one.
    pub from_cardinality: Cardinality,
    /// How many rows of `to` a row of `from` refers to: exactly one, or at most one.
    pub to_cardinality: Cardinality,
    /// The columns that refer, in words.
    pub label: String,
}

impl<'s> Diagram<'s> {
    /// The diagram of a schema. `anchor` answers the id of a table's section on the page (without `#`), if it has one.
    ///
    /// Relations in words only and foreign keys that point outside the schema are left out; one that is stated twice is
    /// drawn once.
    pub fn new(schema: &'s Schema<'_>, anchor: &dyn Fn(&str) -> Option<String>) -> Self {
        let entities = schema.tables.iter().map(|table| entity(table, anchor(table.name.text))).collect();
        let mut relations: Vec<Relation> = Vec::new();
        let mut seen = HashSet::new();
        for (from, table) in schema.tables.iter().enumerate() {
            for key in table.relations.iter().filter_map(|relation| relation.foreign_key.as_ref()) {
                if seen.insert((from, &key.columns, key.table, &key.references)) {
                    relations.extend(relation(schema, from, key));
                }
            }
        }
        Diagram { entities, relations }
    }
}

/// The Markdown that stands in place of the diagram's code block: whole blocks, ending in a newline; nothing for a diagram
/// without tables.
///
/// `prefix` starts the ids inside SVG pictures; it must differ between the diagrams of one page.
pub fn draw(diagram: &Diagram<'_>, format: Format, prefix: &str) -> String {
    match format {
        Format::Svg => svg::draw(diagram, prefix),
        Format::Mermaid => mermaid::draw(diagram),
        Format::Text => fenced(&text::draw(diagram)),
    }
}

fn entity<'s>(table: &'s Table<'_>, anchor: Option<String>) -> Entity<'s> {
    let foreign: HashSet<usize> = table
        .relations
        .iter()
        .filter_map(|relation| relation.foreign_key.as_ref())
        .flat_map(|key| key.columns.iter().copied())
        .collect();
    let sole_key = table.columns.iter().filter(|column| column.primary_key).count() == 1;
    let attribute = |(at, column): (usize, &'s Column<'_>)| Attribute {
        name: column.name.text,
        data_type: &column.data_type,
        primary: column.primary_key,
        foreign: foreign.contains(&at),
        unique: column.unique && !(column.primary_key && sole_key),
        nullable: column.nullable && !column.primary_key,
    };
    let columns = table.columns.iter().enumerate().map(attribute).collect();
    Entity { name: table.name.text, kind: table.kind, anchor, columns }
}

fn relation(schema: &Schema<'_>, from: usize, key: &ForeignKey<'_>) -> Option<Relation> {
    let table = schema.tables.get(from)?;
    let target = schema.tables.get(key.table)?;
    let columns: Option<Vec<&Column<'_>>> = key.columns.iter().map(|&at| table.columns.get(at)).collect();
    let columns = columns.filter(|columns| !columns.is_empty())?;
    if key.references.iter().any(|&at| at >= target.columns.len()) {
        return None;
    }
    let optional = columns.iter().any(|column| column.nullable && !column.primary_key);
    Some(Relation {
        from,
        from_columns: key.columns.clone(),
        to: key.table,
        to_columns: key.references.clone(),
        from_cardinality: if is_unique(table, &columns) { Cardinality::ZeroOrOne } else { Cardinality::ZeroOrMany },
        to_cardinality: if optional { Cardinality::ZeroOrOne } else { Cardinality::ExactlyOne },
        label: columns.iter().map(|column| column.name.text).collect::<Vec<_>>().join(", "),
    })
}

/// Whether no two rows can agree in `columns`: they hold a unique column, the primary key, or all of a unique index.
fn is_unique(table: &Table<'_>, columns: &[&Column<'_>]) -> bool {
    let held = |name: &str| columns.iter().any(|column| column.name.text == name);
    let mut key = table.columns.iter().filter(|column| column.primary_key).peekable();
    let index = |index: &Index<'_>| {
        index.unique
            && index.predicate.is_none()
            && !index.columns.is_empty()
            && index.columns.iter().all(|name| held(name))
    };
    columns.iter().any(|column| column.unique)
        || (key.peek().is_some() && key.all(|column| held(column.name.text)))
        || table.indexes.iter().any(index)
}

/// A fenced block of text, its fence longer than any run of backticks in it. `{{` is opened up, since mdBook would read
/// `{{#include …}}` even there.
fn fenced(text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat((longest + 1).max(3));
    format!("{fence}text\n{}{fence}\n", text.replace("{{", "{ {").replace("{{", "{ {"))
}

#[cfg(test)]
mod tests;
