//! The words by which templates name the parts of a schema, mapped to the typed fields of `[tables]`.

use crate::facts::fold;

/// A collection of typed records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Collection {
    /// `[tables]`.
    Tables,
    /// `[tables.NAME.columns]`.
    Columns,
    /// `[tables.NAME.indexes]`.
    Indexes,
    /// `[tables.NAME.relations]`, and columns that say `references`.
    Relations,
    /// `[tables.NAME.checks]`.
    Checks,
}

/// A field of a typed record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// The record's own name.
    Name,
    /// The name of the table that the record belongs to.
    Table,
    /// What a table is: table, view, …
    Kind,
    /// Prose about it: `description`, or the `purpose` of an index.
    Description,
    /// A data type.
    Type,
    /// Constraints in words.
    Constraints,
    /// Whether a column may be null: Yes or No.
    Nullable,
    /// Whether a column or index is unique: Yes or No.
    Unique,
    /// The key marks of a column: PK, FK, UK.
    Key,
    /// The default of a column.
    Default,
    /// What a foreign key refers to.
    References,
    /// The columns of an index or foreign key.
    Columns,
    /// The access method of an index.
    Method,
    /// The predicate of a partial index.
    Predicate,
    /// What happens when the referred row is deleted.
    OnDelete,
    /// What happens when the referred key changes.
    OnUpdate,
    /// The condition of a check.
    Expression,
    /// A relation or check as a whole, in words.
    Words,
}

/// Labels and headings (as slugs) under which a collection's records stand.
const COLLECTIONS: &[(Collection, &[&str])] = &[
    (Collection::Tables, &["tables", "entities", "models", "collections", "current_tables"]),
    (Collection::Columns, &["columns", "fields", "attributes", "properties", "table_columns", "column_definitions"]),
    (Collection::Indexes, &["indexes", "indices", "current_indexes", "table_indexes", "index_list"]),
    (
        Collection::Relations,
        &["relations", "relationships", "foreign_keys", "references", "foreign_key_relationships", "associations"],
    ),
    (Collection::Checks, &["checks", "check_constraints", "constraints", "table_constraints"]),
];

/// Placeholders and column headers (as slugs) that name a record of a collection.
const NAMES: &[(Collection, &[&str])] = &[
    (
        Collection::Tables,
        &[
            "table_name",
            "table",
            "entity",
            "entity_name",
            "model",
            "model_name",
            "collection_name",
            "another_table",
            "next_table",
        ],
    ),
    (Collection::Columns, &["column", "column_name", "field", "field_name", "attribute", "attribute_name", "property"]),
    (Collection::Indexes, &["index", "index_name"]),
    (
        Collection::Relations,
        &["relation", "relationship", "relation_name", "foreign_key", "foreign_key_name", "foreign_key_relationships"],
    ),
    (Collection::Checks, &["check", "check_name", "constraint", "constraint_name", "check_constraint"]),
];

const TABLE: &[(Field, &[&str])] = &[
    (Field::Name, &["table_name", "table", "entity", "entity_name", "model", "model_name", "name", "collection_name"]),
    (Field::Kind, &["kind", "table_kind", "table_type", "object_type"]),
    (
        Field::Description,
        &["description", "purpose", "table_purpose_and_description", "table_description", "table_purpose", "summary"],
    ),
];

const COLUMN: &[(Field, &[&str])] = &[
    (Field::Name, &["column", "column_name", "field", "field_name", "attribute", "attribute_name", "property", "name"]),
    (Field::Table, &["table", "table_name", "entity", "entity_name"]),
    (Field::Type, &["type", "data_type", "datatype", "sql_type", "column_type", "field_type"]),
    (Field::Constraints, &["constraints", "constraint", "column_constraints", "rules", "modifiers"]),
    (Field::Nullable, &["nullable", "null", "is_nullable", "nulls"]),
    (Field::Unique, &["unique", "is_unique"]),
    (Field::Key, &["key", "keys", "pk_fk", "key_type", "pk", "index_key"]),
    (Field::Default, &["default", "default_value", "defaults"]),
    (Field::References, &["references", "foreign_key", "fk", "references_table", "referenced_table"]),
    (Field::OnDelete, &["on_delete"]),
    (Field::OnUpdate, &["on_update"]),
    (Field::Description, &["description", "purpose", "notes", "note", "comment", "comments", "meaning", "remarks"]),
];

const INDEX: &[(Field, &[&str])] = &[
    (Field::Name, &["index", "index_name", "name"]),
    (Field::Table, &["table", "table_name", "entity"]),
    (Field::Columns, &["columns", "column", "fields", "column_s", "on", "indexed_columns"]),
    (Field::Unique, &["unique", "is_unique"]),
    (Field::Method, &["method", "type", "index_type", "access_method", "using"]),
    (Field::Predicate, &["where", "predicate", "condition", "filter"]),
    (Field::Description, &["purpose", "description", "reason", "why", "notes", "used_by", "rationale", "query"]),
];

const RELATION: &[(Field, &[&str])] = &[
    (Field::Name, &["relation_name", "foreign_key_name", "name", "constraint_name"]),
    (Field::Table, &["table", "from_table", "from", "source_table", "table_a", "child_table", "entity", "table_name"]),
    (Field::Columns, &["columns", "column", "foreign_key", "foreign_key_column", "from_column", "fk"]),
    (
        Field::References,
        &[
            "references",
            "to",
            "target",
            "to_table",
            "target_table",
            "other_table",
            "referenced_table",
            "table_b",
            "other_entity",
            "related_table",
            "related_entity",
        ],
    ),
    (Field::OnDelete, &["on_delete", "delete_rule"]),
    (Field::OnUpdate, &["on_update", "update_rule"]),
    (Field::Description, &["description", "purpose", "meaning", "notes"]),
    (
        Field::Words,
        &["foreign_key_relationships", "relation", "relationship", "relations", "relationships", "foreign_keys"],
    ),
];

const CHECK: &[(Field, &[&str])] = &[
    (Field::Name, &["check_name", "constraint_name", "name", "check", "constraint"]),
    (Field::Table, &["table", "table_name"]),
    (Field::Expression, &["expression", "condition", "rule", "definition", "check_expression"]),
    (Field::Description, &["description", "purpose", "meaning", "notes"]),
    (Field::Words, &["check_constraint", "check_constraints", "checks", "constraints"]),
];

impl Collection {
    /// The collection that a label or heading of this slug announces.
    pub fn of_label(slug: &str) -> Option<Collection> {
        look_up(COLLECTIONS, slug)
    }

    /// The collection whose records a placeholder or column header of this slug names.
    pub fn of_name(slug: &str) -> Option<Collection> {
        look_up(NAMES, slug)
    }

    /// The typed field that a placeholder or column header of this slug means in a record of this collection.
    pub fn field(self, slug: &str) -> Option<Field> {
        look_up(self.fields(), slug)
    }

    /// The labels and headings above records of this collection, as the guide lists them.
    pub fn labels(self) -> &'static [&'static str] {
        words_of(COLLECTIONS, self)
    }

    /// The placeholders and column headers that name a record of this collection, as the guide lists them.
    pub fn names(self) -> &'static [&'static str] {
        words_of(NAMES, self)
    }

    /// The synonyms of each typed field, as the guide lists them.
    pub fn fields(self) -> &'static [(Field, &'static [&'static str])] {
        match self {
            Collection::Tables => TABLE,
            Collection::Columns => COLUMN,
            Collection::Indexes => INDEX,
            Collection::Relations => RELATION,
            Collection::Checks => CHECK,
        }
    }

    /// The key in `database.toml` of a typed field that a record may lack.
    pub fn key_of(self, field: Field) -> Option<&'static str> {
        match field {
            Field::Description if self == Collection::Indexes => Some("purpose"),
            Field::Description => Some("description"),
            Field::Type => Some("type"),
            Field::References | Field::Words => Some("references"),
            Field::Columns => Some("columns"),
            _ => None,
        }
    }

    /// The key of the collection in `database.toml`.
    pub fn key(self) -> &'static str {
        match self {
            Collection::Tables => "tables",
            Collection::Columns => "columns",
            Collection::Indexes => "indexes",
            Collection::Relations => "relations",
            Collection::Checks => "checks",
        }
    }
}

fn words_of(words: &'static [(Collection, &'static [&'static str])], of: Collection) -> &'static [&'static str] {
    words.iter().find(|(collection, _)| *collection == of).map_or(&[], |(_, words)| words)
}

fn look_up<T: Copy>(words: &[(T, &[&str])], slug: &str) -> Option<T> {
    let exact = |slug| words.iter().find(|(_, synonyms)| synonyms.contains(&slug)).map(|&(meaning, _)| meaning);
    // `column_1`, `column_2`: samples of one thing.
    let numbered = || exact(slug.trim_end_matches(|c: char| c.is_ascii_digit()).strip_suffix('_')?);
    exact(slug).or_else(numbered)
}

/// Whether a fact at this path is text, and no Markdown: a typed field other than prose (spec section 6).
pub(crate) fn is_text(keys: &[&str]) -> bool {
    let keys: Vec<_> = keys.iter().map(|key| fold(key)).collect();
    let [tables, _, rest @ ..] = keys.as_slice() else { return false };
    let (collection, field) = match rest {
        [field] => (Collection::Tables, &**field),
        [collection, _, field] => {
            let own = [Collection::Columns, Collection::Indexes, Collection::Relations, Collection::Checks];
            let Some(&own) = own.iter().find(|own| collection == own.key()) else { return false };
            (own, &**field)
        }
        _ => return false,
    };
    let prose = [Field::Description, Field::Words, Field::Name, Field::Table];
    tables == Collection::Tables.key() && collection.field(field).is_some_and(|field| !prose.contains(&field))
}

#[cfg(test)]
mod tests {
    use super::Collection;

    #[test]
    fn every_collection_has_a_key_and_words_of_its_own() {
        use Collection::{Checks, Columns, Indexes, Relations, Tables};
        for (collection, key, name) in [
            (Tables, "tables", "table_name"),
            (Columns, "columns", "column_name"),
            (Indexes, "indexes", "index_name"),
            (Relations, "relations", "foreign_key"),
            (Checks, "checks", "check_name"),
        ] {
            assert_eq!(collection.key(), key);
            assert!(collection.labels().contains(&key) && collection.names().contains(&name), "{key}");
            assert_eq!((Collection::of_label(key), Collection::of_name(name)), (Some(collection), Some(collection)));
        }
        assert_eq!(Collection::of_name("table_2"), Some(Tables));
        assert_eq!((Collection::of_name("table2"), Collection::of_name("tables_name")), (None, None));
    }
}
