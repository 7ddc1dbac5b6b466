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
    pub fn foreign_key_parts<'a>(
        &'a self,
        table: &'a Table<'f>,
        key: &'a ForeignKey<'f>,
    ) -> impl Iterator<Item = Part<'a>> {
        let actions = [(", on delete ", key.on_delete), (", on update ", key.on_update)];
        let actions = actions.into_iter().filter_map(|(words, action)| Some([words, action?])).flatten();
        names(table, &key.columns)
            .chain([Part::Text(" references ")])
            .chain(self.target_parts(key))
            .chain(actions.map(Part::Text))
    }

    /// As a column's constraint says it: `references users (id) on delete cascade`.
    pub(super) fn constraint_words(&self, key: &ForeignKey<'f>) -> String {
        let mut words = "references ".to_owned();
        words.extend(self.target_parts(key).map(Part::text));
        push_actions(&mut words, key.on_delete, key.on_update);
        words
    }

    /// `users` (`id`).
    fn target_parts<'a>(&'a self, key: &'a ForeignKey<'f>) -> impl Iterator<Item = Part<'a>> {
        self.tables.get(key.table).into_iter().flat_map(|target| {
            let name = [Part::Name(target.name.text), Part::Text(" (")];
            name.into_iter().chain(names(target, &key.references)).chain([Part::Text(")")])
        })
    }
}

pub(super) fn push_actions(words: &mut String, on_delete: Option<&str>, on_update: Option<&str>) {
    for (when, action) in [("on delete", on_delete), ("on update", on_update)] {
        if let Some(action) = action {
            words.push_str(&format!(" {when} {action}"));
        }
    }
}

fn names<'a>(table: &'a Table<'_>, columns: &'a [usize]) -> impl Iterator<Item = Part<'a>> {
    let columns = columns.iter().filter_map(|&at| table.columns.get(at)).enumerate();
    columns
        .flat_map(|(at, column)| (at > 0).then_some(Part::Text(", ")).into_iter().chain([Part::Name(column.name.text)]))
}
