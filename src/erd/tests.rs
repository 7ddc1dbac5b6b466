//! Schemas in a short notation for the tests of this folder, and tests of the model.

use std::borrow::Cow;

use super::*;
use crate::facts;
use crate::schema::{Name, Relation as SchemaRelation};
use crate::source::{SourceKind, Sources, Span};

/// The schema of a small shop: every kind of relation, one table without any.
pub(super) const SHOP: &str = "\
users: id:bigint pk, email:citext unique, name:text, created_at:timestamptz
profiles: user_id:bigint pk -> users.id, bio:text null, avatar_url:text null
categories: id:integer pk, parent_id:integer null -> categories.id, name:text
products: id:bigint pk, category_id:integer null -> categories.id, sku:varchar(32) unique, name:text, price:numeric(10,2)
orders: id:bigint pk, user_id:bigint -> users.id, status:order_status, placed_at:timestamptz null
order_items: order_id:bigint pk -> orders.id, product_id:bigint pk -> products.id, quantity:integer, unit_price:numeric(10,2)
shipments: id:bigint pk, order_id:bigint, product_id:bigint, carrier:text, fk(order_id product_id -> order_items.order_id product_id)
settings: key:text pk, value:jsonb null";

pub(super) fn shop() -> Diagram<'static> {
    diagram(SHOP)
}

pub(super) fn diagram(text: &str) -> Diagram<'static> {
    Diagram::new(schema(text), &|name| Some(name.to_lowercase()))
}

/// Names that break drawings that paste them.
pub(super) const HOSTILE: &[&str] = &[
    "order",
    "my table",
    "a|b",
    "a`b",
    "```",
    "<script>",
    "[x]",
    "naïve",
    "表",
    "Users",
    "users",
    "a%b",
    "a\\b",
    "\"q\"",
    "{{#include x}}",
    "pk",
    "1st",
    "one",
    "new\nline",
    "&amp;",
    "",
    "sixty_three_characters_are_what_postgresql_allows_for_a_name_ab",
];

/// A table for each hostile name, with a column of that name and type; each refers to the one before. The last has 300 characters.
pub(super) fn hostile() -> Diagram<'static> {
    let long: &'static str = Box::leak("long".repeat(75).into_boxed_str());
    let names: Vec<&'static str> = HOSTILE.iter().copied().chain([long]).collect();
    let column =
        |name| Attribute { name, data_type: name, primary: false, foreign: true, unique: false, nullable: false };
    let entity = |&name: &&'static str| {
        let key = Attribute { primary: true, foreign: false, ..column("id") };
        Entity { name, kind: "table", anchor: Some(name.to_owned()), columns: vec![key, column(name)] }
    };
    let relation = |from: usize| Relation {
        from,
        from_columns: vec![1],
        to: from - 1,
        to_columns: vec![0],
        from_cardinality: Cardinality::ZeroOrMany,
        to_cardinality: Cardinality::ExactlyOne,
        label: names[from].to_owned(),
    };
    Diagram { entities: names.iter().map(entity).collect(), relations: (1..names.len()).map(relation).collect() }
}

/// One table a line: `name: column, column, unique(a b), fk(a b -> other.a b)`; a column is
/// `name[:type] [pk] [null] [unique] [-> table.column]`.
pub(super) fn schema(text: &str) -> &'static Schema<'static> {
    let text: &'static str = Box::leak(text.to_owned().into_boxed_str());
    let span = span();
    let lines: Vec<(&str, Vec<&str>)> = text
        .lines()
        .map(|line| line.split_once(": ").unwrap_or((line, "")))
        .map(|(name, items)| (name, items.split(", ").filter(|item| !item.is_empty()).collect()))
        .collect();
    let mut tables: Vec<Table<'static>> = lines.iter().map(|(name, items)| table(name, items, span)).collect();
    for (at, (_, items)) in lines.iter().enumerate() {
        let keys = items.iter().filter_map(|item| foreign_key(item, at, &tables)).collect::<Vec<_>>();
        tables[at].relations = keys.into_iter().map(|key| in_schema(key, span)).collect();
    }
    Box::leak(Box::new(Schema { tables, ..Schema::default() }))
}

fn span() -> Span {
    Sources::default().add(SourceKind::Facts, "database.toml", "").whole()
}

fn in_schema(key: ForeignKey<'static>, span: Span) -> SchemaRelation<'static> {
    SchemaRelation { name: None, span, words: None, foreign_key: Some(key), description: None, record: None }
}

fn table(name: &'static str, items: &[&'static str], span: Span) -> Table<'static> {
    let record: &'static facts::Table<'static> = Box::leak(Box::default());
    let columns = items.iter().filter(|item| !item.contains('(') || item.contains(':')).map(|item| {
        let words: Vec<&str> = item.split(' ').collect();
        let (name, data_type) = words[0].split_once(':').unwrap_or((words[0], ""));
        let has = |word| words.contains(&word);
        Column {
            name: Name { text: name, span },
            data_type: Cow::Borrowed(data_type),
            constraints: Cow::Borrowed(""),
            primary_key: has("pk"),
            nullable: has("null"),
            unique: has("unique"),
            default: None,
            description: None,
            record,
            foreign_keys: Vec::new(),
        }
    });
    let indexes = items.iter().filter_map(|item| item.strip_prefix("unique(")).map(|columns| Index {
        name: Name { text: "index", span },
        columns: columns.trim_end_matches(')').split(' ').collect(),
        unique: true,
        method: None,
        predicate: None,
        purpose: None,
        record,
    });
    let (columns, indexes) = (columns.collect(), indexes.collect());
    let name = Name { text: name, span };
    Table {
        name,
        description: None,
        kind: "table",
        columns,
        indexes,
        relations: vec![],
        checks: vec![],
        record,
        column_names: Default::default(),
    }
}

fn foreign_key(item: &str, own: usize, tables: &[Table<'static>]) -> Option<ForeignKey<'static>> {
    let (from, to) = item.split_once(" -> ")?;
    let composite = from.strip_prefix("fk(");
    let from = composite.unwrap_or_else(|| from.split([':', ' ']).next().unwrap_or_default());
    let (to, references) = to.trim_end_matches(')').rsplit_once('.')?;
    let table = tables.iter().position(|table| table.name.text == to)?;
    let columns = |of: usize, names: &str| {
        names
            .split(' ')
            .map(|name| tables[of].columns.iter().position(|column| column.name.text == name))
            .collect::<Option<Vec<_>>>()
    };
    Some(ForeignKey {
        columns: columns(own, from)?,
        table,
        references: columns(table, references)?,
        on_delete: None,
        on_update: None,
    })
}

fn only(text: &str) -> (Cardinality, Cardinality) {
    let diagram = diagram(text);
    assert_eq!(diagram.relations.len(), 1);
    (diagram.relations[0].to_cardinality, diagram.relations[0].from_cardinality)
}

#[test]
fn cardinality_follows_null_and_unique() {
    use Cardinality::{ExactlyOne, ZeroOrMany, ZeroOrOne};
    assert_eq!(only("A: id pk\nB: a -> A.id"), (ExactlyOne, ZeroOrMany));
    assert_eq!(only("A: id pk\nB: a null -> A.id"), (ZeroOrOne, ZeroOrMany));
    assert_eq!(only("A: id pk\nB: a unique -> A.id"), (ExactlyOne, ZeroOrOne));
    assert_eq!(only("A: id pk\nB: a null unique -> A.id"), (ZeroOrOne, ZeroOrOne));
    assert_eq!(only("A: id pk\nB: a pk -> A.id"), (ExactlyOne, ZeroOrOne));
    assert_eq!(only("A: id pk\nB: a, unique(a), fk(a -> A.id)"), (ExactlyOne, ZeroOrOne));
}

#[test]
fn part_of_a_composite_key_is_not_unique() {
    use Cardinality::{ExactlyOne, ZeroOrMany, ZeroOrOne};
    assert_eq!(only("A: id pk\nB: a pk -> A.id, n pk"), (ExactlyOne, ZeroOrMany));
    assert_eq!(only("A: id pk\nB: a -> A.id, n, unique(a n)"), (ExactlyOne, ZeroOrMany));
    assert_eq!(only("A: x pk, y pk\nB: a pk, b pk, fk(b a -> A.x y)"), (ExactlyOne, ZeroOrOne));
    assert_eq!(only("A: x pk, y pk\nB: a, b null, fk(a b -> A.x y)"), (ZeroOrOne, ZeroOrMany));
    assert_eq!(only("A: x pk, y pk\nB: a, b null, unique(b a), fk(a b -> A.x y)"), (ZeroOrOne, ZeroOrOne));
}

#[test]
fn a_partial_unique_index_does_not_make_a_reference_unique() {
    let schema: &'static mut Schema<'static> = Box::leak(Box::new(schema("A: id pk\nB: a -> A.id, unique(a)").clone()));
    schema.tables[1].indexes[0].predicate = Some("a > 0");
    assert_eq!(Diagram::new(schema, &|_| None).relations[0].from_cardinality, Cardinality::ZeroOrMany);
}

#[test]
fn marks_tell_keys() {
    let diagram = diagram("A: id pk, mail unique\nB: a pk -> A.id, b pk, c unique null");
    let marks = |entity: usize| {
        let column = |a: &Attribute<'_>| (a.primary, a.foreign, a.unique, a.nullable);
        diagram.entities[entity].columns.iter().map(column).collect::<Vec<_>>()
    };
    assert_eq!(marks(0), [(true, false, false, false), (false, false, true, false)]);
    assert_eq!(marks(1), [(true, true, false, false), (true, false, false, false), (false, false, true, true)]);
}

#[test]
fn a_foreign_key_that_is_stated_twice_is_one_line() {
    assert_eq!(diagram("A: id pk\nB: a -> A.id, fk(a -> A.id)").relations.len(), 1);
}

#[test]
fn a_foreign_key_out_of_bounds_is_left_out() {
    let mut schema = schema("A: id pk\nB: a -> A.id").clone();
    let key = ForeignKey { columns: vec![0], table: 7, references: vec![0], on_delete: None, on_update: None };
    let far = ForeignKey { table: 0, references: vec![9], ..key.clone() };
    let none = ForeignKey { columns: vec![], table: 0, references: vec![], ..key.clone() };
    schema.tables[1].relations.extend([key, far, none].map(|key| in_schema(key, span())));
    assert_eq!(Diagram::new(&schema, &|_| None).relations.len(), 1);
}

#[test]
fn a_fence_is_longer_than_the_backticks_in_it() {
    assert_eq!(fenced("a ``` b\n"), "````text\na ``` b\n````\n");
    assert_eq!(fenced("{{{#include x}}\n"), "```text\n{ { {#include x}}\n```\n");
    assert_eq!(fenced(""), "");
}
