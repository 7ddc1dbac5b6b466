//! The schema in words: one wording wherever a page, a diagram or a message says it.

use super::{ForeignKey, Index, Schema, Table};

/// A piece of a sentence about the schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part<'a> {
    /// Plain words.
    Text(&'a str),
    /// A name, for a caller that sets names as code.
    Name(&'a str),
}

impl<'a> Part<'a> {
    /// The words, whichever it is.
    pub fn text(self) -> &'a str {
        match self {
            Part::Text(text) | Part::Name(text) => text,
        }
    }
}

impl Index<'_> {
    /// The columns and what else is to be said: `lower(email) (unique, gin, where deleted_at is null)`.
    pub fn words(&self) -> String {
        let mut words = self.columns.join(", ");
        let details = self.details();
        if !details.is_empty() {
            words.push_str(&format!(" ({details})"));
        }
        words
    }

    /// What is to be said beside the columns: `unique, gin, where deleted_at is null`; empty where there is nothing.
    pub fn details(&self) -> String {
        let mut details = Vec::new();
        if self.unique {
            details.push("unique".to_owned());
        }
        details.extend(self.method.map(str::to_owned));
        details.extend(self.predicate.map(|predicate| format!("where {predicate}")));
        details.join(", ")
    }
}

impl<'f> Schema<'f> {
    /// A foreign key of `table` in pieces: `user_id` references `users` (`id`), on delete cascade.
    pub fn foreign_key_parts<'a>(&'a self, table: &'a Table<'f>, key: &'a ForeignKey<'f>) -> Vec<Part<'a>> {
        let mut parts = names(table, &key.columns);
        parts.push(Part::Text(" references "));
        parts.extend(self.target_parts(key));
        for (words, action) in [(", on delete ", key.on_delete), (", on update ", key.on_update)] {
            parts.extend(action.into_iter().flat_map(|action| [Part::Text(words), Part::Text(action)]));
        }
        parts
    }

    /// As a column's constraint says it: `references users (id) on delete cascade`.
    pub(super) fn constraint_words(&self, key: &ForeignKey<'f>) -> String {
        let mut words = format!("references {}", plain(&self.target_parts(key)));
        push_actions(&mut words, key.on_delete, key.on_update);
        words
    }

    /// `users` (`id`).
    fn target_parts<'a>(&'a self, key: &ForeignKey<'f>) -> Vec<Part<'a>> {
        let Some(target) = self.tables.get(key.table) else { return Vec::new() };
        let mut parts = vec![Part::Name(target.name.text), Part::Text(" (")];
        parts.extend(names(target, &key.references));
        parts.push(Part::Text(")"));
        parts
    }
}

pub(super) fn push_actions(words: &mut String, on_delete: Option<&str>, on_update: Option<&str>) {
    for (when, action) in [("on delete", on_delete), ("on update", on_update)] {
        if let Some(action) = action {
            words.push_str(&format!(" {when} {action}"));
        }
    }
}

fn names<'a>(table: &'a Table<'_>, columns: &[usize]) -> Vec<Part<'a>> {
    let mut parts = Vec::new();
    for column in columns.iter().filter_map(|&at| table.columns.get(at)) {
        if !parts.is_empty() {
            parts.push(Part::Text(", "));
        }
        parts.push(Part::Name(column.name.text));
    }
    parts
}

fn plain(parts: &[Part<'_>]) -> String {
    parts.iter().map(|part| part.text()).collect()
}
