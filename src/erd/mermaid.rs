//! A diagram as Mermaid `erDiagram` text that every Mermaid from 10.9 on parses.
//!
//! What those parsers accept was measured: names of entities only in quotes and without `%`, `\` and `"`; names and types of
//! attributes only of ASCII letters, digits, `_`, `-`, `[]` and `()`, not starting with a digit, and never `pk`, `fk` or `uk`;
//! keys with a comma between; a label at each relation. A column whose name had to be changed has its true name in its comment.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt::Write as _;

use super::split::{Picture, split};
use super::{Attribute, Cardinality, Diagram, Entity, Relation};

/// As many bytes as one diagram may have. Mermaid draws nothing beyond 50,000 characters.
pub const LIMIT: usize = 40_000;

/// As many columns as are shown of one table; the keys come first where there are more.
const COLUMNS: usize = 150;

/// As many characters as are shown of one name.
const NAME: usize = 64;

/// The diagrams, each in a fenced `mermaid` block, with a blank line between.
pub fn draw(diagram: &Diagram<'_>) -> String {
    let texts: Vec<String> = blocks(diagram).iter().map(|text| format!("```mermaid\n{text}```\n")).collect();
    texts.join("\n")
}

/// The diagrams without fences, none longer than [`LIMIT`].
pub fn blocks(diagram: &Diagram<'_>) -> Vec<String> {
    let names = entity_names(diagram);
    let mut blocks = Vec::new();
    let mut waiting: Vec<Picture> = split(diagram).into_iter().rev().collect();
    while let Some(picture) = waiting.pop() {
        let text = block(diagram, &names, &picture);
        if text.len() <= LIMIT {
            blocks.push(text);
        } else {
            waiting.extend(halves(diagram, picture));
        }
    }
    blocks
}

/// Two pictures with half of the tables each; of a picture of one table, half of the relations each. The last is the first.
fn halves(diagram: &Diagram<'_>, mut picture: Picture) -> [Picture; 2] {
    let mut second = Picture { entities: picture.entities.clone(), ..Picture::default() };
    if picture.entities.len() > 1 {
        second.entities = picture.entities.split_off(picture.entities.len().div_ceil(2));
        let of_second: HashSet<usize> = second.entities.iter().copied().collect();
        let here = |at: &usize| of_second.contains(&diagram.relations[*at].from);
        (second.relations, picture.relations) = picture.relations.iter().partition(|at| here(at));
    } else {
        second.relations = picture.relations.split_off(picture.relations.len().div_ceil(2));
    }
    for half in [&mut picture, &mut second] {
        let shown: HashSet<usize> = half.entities.iter().copied().collect();
        half.stubs =
            half.relations.iter().map(|&at| diagram.relations[at].to).filter(|to| !shown.contains(to)).collect();
        half.stubs.sort_unstable();
        half.stubs.dedup();
    }
    [second, picture]
}

fn block(diagram: &Diagram<'_>, names: &[String], picture: &Picture) -> String {
    let mut out = String::from("erDiagram\n");
    for &at in &picture.entities {
        push_entity(&mut out, &names[at], &diagram.entities[at]);
    }
    for relation in picture.relations.iter().map(|&at| &diagram.relations[at]) {
        push_relation(&mut out, names, relation);
    }
    out
}

fn push_entity(out: &mut String, name: &str, entity: &Entity<'_>) {
    if entity.columns.is_empty() {
        let _ = writeln!(out, "    \"{name}\"");
        return;
    }
    let _ = writeln!(out, "    \"{name}\" {{");
    let (mut shown, mut rest): (Vec<&Attribute<'_>>, _) = (entity.columns.iter().collect(), Vec::new());
    if shown.len() > COLUMNS {
        (shown, rest) = shown.into_iter().partition(|column| column.primary || column.foreign);
        shown.append(&mut rest);
        rest = shown.split_off(COLUMNS);
    }
    for column in shown {
        push_column(out, column);
    }
    if !rest.is_empty() {
        let _ = writeln!(out, "        _ and_{}_more", rest.len());
    }
    out.push_str("    }\n");
}

fn push_column(out: &mut String, column: &Attribute<'_>) {
    let name = word(column.name);
    let _ = write!(out, "        {} {name}", word(column.data_type));
    let keys = [(column.primary, "PK"), (column.foreign, "FK"), (column.unique, "UK")];
    let keys: Vec<&str> = keys.iter().filter(|(is, _)| *is).map(|(_, key)| *key).collect();
    if !keys.is_empty() {
        let _ = write!(out, " {}", keys.join(", "));
    }
    if name != column.name {
        let _ = write!(out, " \"{}\"", quotable(column.name));
    }
    out.push('\n');
}

fn push_relation(out: &mut String, names: &[String], relation: &Relation) {
    let to = if relation.to_cardinality == Cardinality::ExactlyOne { "||" } else { "|o" };
    let from = if relation.from_cardinality == Cardinality::ZeroOrMany { "o{" } else { "o|" };
    let label = quotable(&relation.label);
    let _ = writeln!(out, "    \"{}\" {to}--{from} \"{}\" : \"{label}\"", names[relation.to], names[relation.from]);
}

/// The entities' names as they may stand between quotes, all different.
fn entity_names(diagram: &Diagram<'_>) -> Vec<String> {
    let mut taken: HashSet<String> = HashSet::new();
    let mut names = Vec::with_capacity(diagram.entities.len());
    for entity in &diagram.entities {
        let plain = quotable(entity.name);
        let numbered = (2..).map(|n| format!("{plain}_{n}"));
        let name = [plain.clone()].into_iter().chain(numbered).find(|name| !taken.contains(name)).unwrap_or_default();
        taken.insert(name.clone());
        names.push(name);
    }
    names
}

/// Text for a pair of quotes, at most [`NAME`] characters of it.
fn quotable(text: &str) -> String {
    let safe = |c: char| match c {
        '%' | '\\' | '"' | '`' => '_',
        // Two of them on a line are taken for a generic type.
        '~' => '-',
        // Nothing that mdBook or Markdown might take for its own.
        '{' => '(',
        '}' => ')',
        '<' => '‹',
        '>' => '›',
        c if c.is_control() => ' ',
        c => c,
    };
    let text: String = shortened(text).chars().map(safe).collect();
    if text.trim().is_empty() { String::from("_") } else { text }
}

fn shortened(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(NAME) {
        None => Cow::Borrowed(text),
        Some(_) => Cow::Owned(text.chars().take(NAME - 1).chain(['…']).collect()),
    }
}

/// A type or name of the characters that all parsers take, each run of others a `_`.
fn word(text: &str) -> String {
    let mut word = String::new();
    for c in text.chars() {
        match c {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '_' | '-' | '[' | ']' | '(' | ')' => word.push(c),
            _ if word.ends_with('_') => {}
            _ => word.push('_'),
        }
    }
    if starts_with_key(&word) || !word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        word.insert(0, '_');
    }
    word.truncate(NAME);
    word
}

/// Whether the lexer would take the start of a word for a key: `pk`, `fk` or `uk` in any case, up to a word boundary.
fn starts_with_key(word: &str) -> bool {
    let end = word.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(word.len());
    ["pk", "fk", "uk"].iter().any(|key| key.eq_ignore_ascii_case(&word[..end]))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{diagram, hostile, shop};
    use super::*;

    #[test]
    fn the_shop_in_mermaid() {
        snapbox::assert_data_eq!(draw(&shop()), snapbox::file!["../../tests/erd/shop.mmd.md"].raw());
    }

    #[test]
    fn hostile_names_keep_to_the_rule() {
        snapbox::assert_data_eq!(draw(&hostile()), snapbox::file!["../../tests/erd/hostile.mmd.md"].raw());
    }

    #[test]
    fn each_cardinality_has_its_ends() {
        for (referring, ends) in
            [("b", "||--o{"), ("b unique", "||--o|"), ("b null", "|o--o{"), ("b null unique", "|o--o|")]
        {
            let drawn = draw(&diagram(&format!("A: id pk\nB: id pk, {referring} -> A.id")));
            assert!(drawn.contains(&format!("    \"A\" {ends} \"B\" : \"b\"\n")), "{drawn}");
        }
    }

    #[test]
    fn a_key_that_is_primary_and_foreign_has_a_comma() {
        assert!(draw(&diagram("A: id pk\nB: a:int pk -> A.id")).contains("        int a PK, FK\n"));
    }

    #[test]
    fn names_that_become_the_same_are_told_apart() {
        let drawn = draw(&diagram("a%b: id pk\na\\b: id pk\nA%b: id pk"));
        assert!(drawn.contains("\"a_b\" {") && drawn.contains("\"a_b_2\" {") && drawn.contains("\"A_b\" {"), "{drawn}");
    }

    #[test]
    fn no_block_is_too_long_for_mermaid() {
        let columns: String = (0..400).map(|n| format!(", column_with_a_rather_long_name_{n}:timestamp")).collect();
        let tables: Vec<String> = (0..60).map(|n| format!("t{n}: id pk{columns}")).collect();
        let blocks = blocks(&diagram(&tables.join("\n")));
        assert!(blocks.iter().all(|block| block.len() <= LIMIT));
        assert!(blocks.concat().contains("_ and_251_more"));
        assert_eq!(blocks.concat().matches("id PK").count(), 60);
    }

    #[test]
    fn a_table_of_a_thousand_references_is_cut_too() {
        let columns: String = (0..1500).map(|n| format!(", c{n}:int -> a.id")).collect();
        let blocks = blocks(&diagram(&format!("a: id pk\nb: id pk{columns}")));
        assert!(blocks.iter().all(|block| block.len() <= LIMIT));
        assert_eq!(blocks.concat().matches("||--o{").count(), 1500);
    }
}
