//! Fields of the schema's records that only a template can explain.

use crate::diagnostic::{Code, Diagnostic, Sub};
use crate::facts::{Entry, dotted_path};
use crate::nearest::nearest;
use crate::vocabulary::Collection;
use crate::wording::quoted;

// The fields of the spec, in the order in which they are read.
pub(super) const TABLE: [&str; 6] = ["description", "kind", "columns", "indexes", "relations", "checks"];
pub(super) const COLUMN: [&str; 10] = [
    "type",
    "constraints",
    "primary_key",
    "nullable",
    "unique",
    "default",
    "references",
    "on_delete",
    "on_update",
    "description",
];
pub(super) const INDEX: [&str; 5] = ["columns", "unique", "method", "where", "purpose"];
pub(super) const RELATION: [&str; 6] = ["columns", "references", "on_delete", "on_update", "description", "name"];
pub(super) const CHECK: [&str; 3] = ["expression", "description", "name"];
pub(super) const REFERENCE: [&str; 2] = ["table", "columns"];

/// What a record of the schema is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// `[tables.NAME]`.
    Table,
    /// A column.
    Column,
    /// An index.
    Index,
    /// A relation.
    Relation,
    /// A check constraint.
    Check,
    /// `references = { … }`.
    Reference,
}

impl Owner {
    /// What a record of a collection is.
    pub fn of(collection: Collection) -> Owner {
        match collection {
            Collection::Tables => Owner::Table,
            Collection::Columns => Owner::Column,
            Collection::Indexes => Owner::Index,
            Collection::Relations => Owner::Relation,
            Collection::Checks => Owner::Check,
        }
    }

    /// With its article: `a column`.
    pub fn described(self) -> &'static str {
        match self {
            Owner::Table => "a table",
            Owner::Column => "a column",
            Owner::Index => "an index",
            Owner::Relation => "a relation",
            Owner::Check => "a check",
            Owner::Reference => "a reference",
        }
    }

    /// The fields of the spec.
    pub fn fields(self) -> &'static [&'static str] {
        match self {
            Owner::Table => &TABLE,
            Owner::Column => &COLUMN,
            Owner::Index => &INDEX,
            Owner::Relation => &RELATION,
            Owner::Check => &CHECK,
            Owner::Reference => &REFERENCE,
        }
    }
}

/// A field that the schema does not know. The template decides: the binder drops those for which a template has a
/// placeholder and reports the rest through [`UnknownField::diagnostic`].
#[derive(Clone, Debug)]
pub struct UnknownField<'f> {
    /// What has it.
    pub owner: Owner,
    /// The keys from the root, its own last: `tables`, `users`, `columns`, `id`, `since`.
    pub path: Vec<&'f str>,
    /// The field.
    pub entry: &'f Entry<'f>,
}

impl UnknownField<'_> {
    /// The error that it is, unless a template knows it.
    pub fn diagnostic(&self) -> Diagnostic {
        let (key, fields) = (self.entry.key.as_ref(), self.owner.fields());
        let (parents, owner) = (&self.path[..self.path.len().saturating_sub(1)], self.owner.described());
        let title = format!("{owner} has no field `{key}`");
        let label = format!("in `{}`", dotted_path(parents.iter().copied()));
        let error = Diagnostic::new(Code::UnknownFact, title, self.entry.key_span, label);
        if self.owner == Owner::Table && crate::facts::fold(key) == "primarykey" {
            return error.with_help("say `primary_key = true` at each column of the key");
        }
        match nearest(key, fields.iter().copied()) {
            Some(near) => error.with(Sub::Replace {
                message: "use the name that it has".to_owned(),
                span: self.entry.key_span,
                text: near.to_owned(),
            }),
            None => {
                let known = quoted(fields);
                error.with_note(format!("{owner} has {known}, and fields that the template has a placeholder for"))
            }
        }
    }
}
