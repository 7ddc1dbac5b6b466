//! A diagram in the crow's-foot notation of plain text.
//!
//! Each table that others refer to begins a block; the tables that refer to it hang from it, with the columns that refer:
//!
//! ```text
//! users ---< orders (user_id)
//!     |
//!     +---| profiles (user_id)
//!     |
//!     +o--< reviews (author_id)
//! ```
//!
//! The right end tells how many refer: `<` any number, `|` at most one. The left end tells what they refer to: `-` exactly
//! one, `o` one or none (the column may be null). Columns that refer to something else than the primary key name it:
//! `(mail -> email)`. Tables without relations stand alone at the end.

use std::fmt::Write as _;

use super::{Cardinality, Diagram, Entity, Relation};

/// The drawing, without a fence: lines that end in a newline each, the last of them a legend where `---<` is not all.
pub fn draw(diagram: &Diagram<'_>) -> String {
    let mut referring = vec![Vec::new(); diagram.entities.len()];
    let mut related = vec![false; diagram.entities.len()];
    for relation in &diagram.relations {
        related[relation.to] = true;
        related[relation.from] = true;
        referring[relation.to].push(relation);
    }
    let mut blocks: Vec<String> = Vec::new();
    for (entity, relations) in diagram.entities.iter().zip(&referring).filter(|(_, relations)| !relations.is_empty()) {
        blocks.push(block(diagram, entity, relations));
    }
    let alone: String =
        diagram.entities.iter().zip(&related).filter(|(_, related)| !**related).map(|(e, _)| line(e)).collect();
    blocks.extend(Some(alone).filter(|alone| !alone.is_empty()));
    blocks.extend(legend(&diagram.relations));
    blocks.join("\n")
}

fn line(entity: &Entity<'_>) -> String {
    format!("{}\n", title(entity))
}

fn block(diagram: &Diagram<'_>, entity: &Entity<'_>, relations: &[&Relation]) -> String {
    let mut out = title(entity);
    for (at, relation) in relations.iter().enumerate() {
        let from = &diagram.entities[relation.from];
        let lead = if at == 0 { " " } else { "    |\n    +" };
        let _ = writeln!(out, "{lead}{} {} ({})", marks(relation), title(from), columns(diagram, relation));
    }
    out
}

fn marks(relation: &Relation) -> &'static str {
    match (relation.to_cardinality, relation.from_cardinality) {
        (Cardinality::ExactlyOne, Cardinality::ZeroOrMany) => "---<",
        (Cardinality::ExactlyOne, _) => "---|",
        (_, Cardinality::ZeroOrMany) => "o--<",
        (_, _) => "o--|",
    }
}

fn columns(diagram: &Diagram<'_>, relation: &Relation) -> String {
    let names = |entity: usize, columns: &[usize]| {
        let entity = &diagram.entities[entity];
        columns.iter().map(|&at| quoted(entity.columns[at].name)).collect::<Vec<_>>().join(", ")
    };
    let from = names(relation.from, &relation.from_columns);
    let target = &diagram.entities[relation.to].columns;
    let key = target.iter().filter(|column| column.primary).count();
    if key == relation.to_columns.len() && relation.to_columns.iter().all(|&at| target[at].primary) {
        from
    } else {
        format!("{from} -> {}", names(relation.to, &relation.to_columns))
    }
}

fn title(entity: &Entity<'_>) -> String {
    match entity.kind {
        "table" | "" => quoted(entity.name),
        kind => format!("{} [{}]", quoted(entity.name), clean(kind)),
    }
}

/// A name that could not be told from the notation stands in double quotes, as in SQL.
fn quoted(name: &str) -> String {
    let name = clean(name);
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '$' | '-');
    if !name.is_empty() && name.chars().all(plain) { name } else { format!("\"{}\"", name.replace('"', "\"\"")) }
}

fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// What the marks mean, for those that the template's own `---<` does not explain.
fn legend(relations: &[Relation]) -> Option<String> {
    let mut lines = String::new();
    if relations.iter().any(|relation| relation.from_cardinality != Cardinality::ZeroOrMany) {
        lines.push_str("---|  at most one refers to it\n");
    }
    if relations.iter().any(|relation| relation.to_cardinality != Cardinality::ExactlyOne) {
        lines.push_str("o--<  the reference may be empty\n");
    }
    (!lines.is_empty()).then(|| format!("---<  any number refer to it\n{lines}"))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{diagram, hostile, shop};
    use super::*;

    #[test]
    fn the_shop_reads_like_the_template() {
        snapbox::assert_data_eq!(draw(&shop()), snapbox::file!["../../tests/erd/shop.txt"].raw());
    }

    #[test]
    fn hostile_names_are_quoted_and_stay_on_their_line() {
        snapbox::assert_data_eq!(draw(&hostile()), snapbox::file!["../../tests/erd/hostile.txt"].raw());
    }

    #[test]
    fn each_cardinality_has_its_mark() {
        for (referring, mark) in [("b", "---<"), ("b unique", "---|"), ("b null", "o--<"), ("b null unique", "o--|")] {
            let drawn = draw(&diagram(&format!("A: id pk\nB: id pk, {referring} -> A.id")));
            assert_eq!(drawn.lines().next(), Some(format!("A {mark} B (b)").as_str()));
        }
    }

    #[test]
    fn a_reference_to_another_key_names_it() {
        assert!(draw(&diagram("A: id pk, mail unique\nB: m -> A.mail")).starts_with("A ---< B (m -> mail)\n"));
    }
}
