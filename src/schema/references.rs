//! References between tables, resolved when all of them are known.

use std::borrow::Cow;
use std::collections::HashSet;

use super::columns::{completed, made, needs_text};
use super::forms::Text;
use super::parse::{Builder, Names, indexed_column, replace};
use super::{ForeignKey, Name, Relation, Table};
use crate::diagnostic::{Code, Diagnostic};
use crate::nearest::nearest;
use crate::source::Span;
use crate::wording::{counted, quoted};

/// How many wrong names are compared with all tables for a suggestion: a file with more has another problem, and the
/// comparison must not grow with the square of the schema.
pub(super) const SUGGESTIONS: usize = 100;

/// A reference that waits for its target.
#[derive(Debug)]
pub(super) struct Pending<'f> {
    pub(super) table: usize,
    /// The columns that refer; absent where one of them is a mistake, which is reported.
    pub(super) columns: Option<Vec<usize>>,
    pub(super) span: Span,
    pub(super) target: Target<'f>,
    pub(super) on_delete: Option<&'f str>,
    pub(super) on_update: Option<&'f str>,
    pub(super) slot: Slot,
}

/// What says the reference.
#[derive(Clone, Copy, Debug)]
pub(super) enum Slot {
    /// A relation of the table.
    Relation(usize),
    /// A column.
    Column(usize),
    /// The text of a column that has a typed reference too.
    Said(usize),
}

/// What is referred to.
#[derive(Clone, Debug)]
pub(super) enum Target<'f> {
    /// `users.id`, `users` or `users (id)`.
    Text(Text<'f>),
    /// A table with columns; without any, its primary key.
    Parts { table: Text<'f>, columns: Vec<Text<'f>> },
}

impl<'f> Target<'f> {
    /// As written.
    pub(super) fn text(&self) -> Cow<'f, str> {
        match self {
            Target::Text(text) => Cow::Borrowed(text.text),
            Target::Parts { table, columns } if columns.is_empty() => Cow::Borrowed(table.text),
            Target::Parts { table, columns } => {
                let columns: Vec<_> = columns.iter().map(|column| column.text).collect();
                Cow::Owned(format!("{} ({})", table.text, columns.join(", ")))
            }
        }
    }
}

impl<'f> Builder<'f, '_> {
    /// Resolves all references and makes the texts of the columns.
    pub(super) fn resolve(&mut self) {
        let mut seen = HashSet::new();
        for pending in std::mem::take(&mut self.pending) {
            let slot = pending.slot;
            let (table, span) = (pending.table, pending.span);
            let Some(key) = self.foreign_key(pending) else { continue };
            let identity = (table, key.columns.clone(), key.table, key.references.clone());
            match slot {
                Slot::Relation(at) => {
                    seen.insert(identity);
                    if let Some(relation) = self.schema.tables[table].relations.get_mut(at) {
                        relation.foreign_key = Some(key);
                    }
                }
                Slot::Column(at) => {
                    self.drafts[table][at].foreign_key = Some(key.clone());
                    // One foreign key, said at the column and among the relations, is one line of the diagram.
                    if seen.insert(identity) {
                        let foreign_key = Some(key);
                        let relation =
                            Relation { name: None, span, words: None, foreign_key, description: None, record: None };
                        self.schema.tables[table].relations.push(relation);
                    }
                }
                Slot::Said(at) => self.compare(table, at, &key, span),
            }
        }
        self.finish_columns();
    }

    fn compare(&mut self, table: usize, at: usize, said: &ForeignKey<'f>, span: Span) {
        let same = |typed: &ForeignKey<'f>| typed.table == said.table && typed.references == said.references;
        if self.drafts[table][at].foreign_key.as_ref().is_some_and(|typed| !same(typed)) {
            let record = self.schema.tables[table].columns[at].record;
            if let Some(entry) = record.get("references").first() {
                self.disagree(entry, span);
            }
        }
    }

    fn finish_columns(&mut self) {
        for at in 0..self.schema.tables.len() {
            let drafts = std::mem::take(&mut self.drafts[at]);
            let given = self.schema.tables[at].columns.iter().map(|column| &*column.constraints);
            let text = |(draft, given)| match needs_text(draft) {
                true => Some(made(draft, &self.schema)),
                false => completed(given, draft, &self.schema),
            };
            let texts: Vec<_> = drafts.iter().zip(given).map(text).collect();
            let table = &mut self.schema.tables[at];
            for (column, text) in table.columns.iter_mut().zip(texts) {
                if let Some(text) = text {
                    column.constraints = text;
                }
            }
            mark_unique(table);
            note_foreign_keys(table);
        }
    }

    fn foreign_key(&mut self, pending: Pending<'f>) -> Option<ForeignKey<'f>> {
        let Pending { columns, target, on_delete, on_update, span, .. } = pending;
        let (table, named) = self.find(&target)?;
        let references = match named.is_empty() {
            true => self.primary_key(table, span)?,
            false => {
                let (name, names) = self.names(table);
                let found: Vec<_> = named.into_iter().map(|column| self.column(column, name, &names)).collect();
                self.give_back(table, names);
                found.into_iter().collect::<Option<Vec<_>>>()?
            }
        };
        let columns = columns?;
        if columns.len() != references.len() {
            self.different_numbers(columns.len(), table, &references, span);
            return None;
        }
        Some(ForeignKey { columns, table, references, on_delete, on_update })
    }

    /// Borrows the names out of the table for as long as they are needed beside the builder.
    fn names(&mut self, table: usize) -> (Name<'f>, Names<'f>) {
        let table = &mut self.schema.tables[table];
        (table.name, std::mem::take(&mut table.column_names))
    }

    fn give_back(&mut self, table: usize, names: Names<'f>) {
        self.schema.tables[table].column_names = names;
    }

    /// The table meant and the columns named with it.
    fn find(&mut self, target: &Target<'f>) -> Option<(usize, Vec<Text<'f>>)> {
        let (table, columns) = match target {
            Target::Parts { table, columns } => (*table, columns.clone()),
            Target::Text(text) => match (self.schema.position(text.text), split(*text)) {
                (Some(at), _) => return Some((at, Vec::new())),
                (None, Some((table, columns))) => (table, columns),
                (None, None) => (*text, Vec::new()),
            },
        };
        if let Some(at) = self.schema.position(table.text) {
            return Some((at, columns));
        }
        let whole = if let Target::Text(text) = target { *text } else { table };
        self.unknown_table(table, whole);
        None
    }

    fn primary_key(&mut self, table: usize, span: Span) -> Option<Vec<usize>> {
        let table = &self.schema.tables[table];
        let key: Vec<_> =
            table.columns.iter().enumerate().filter(|(_, column)| column.primary_key).map(|(at, _)| at).collect();
        if !key.is_empty() {
            return Some(key);
        }
        let name = table.name;
        if self.without_columns.contains(name.text) {
            return None;
        }
        let title = format!("table `{}` has no primary key to refer to", name.text);
        let error = Diagnostic::new(Code::UnknownColumn, title, span, "names no column")
            .with_place(format!("`{}` is given here", name.text), name.span, "")
            .with_help(format!("name the column: `references = \"{}.COLUMN\"`", name.text));
        self.forms.push(error);
        None
    }

    fn different_numbers(&mut self, count: usize, table: usize, references: &[usize], span: Span) {
        let table = &self.schema.tables[table];
        let names = quoted(references.iter().map(|&at| table.columns[at].name.text));
        let title = format!("{} cannot refer to {}", counted(count, "column"), counted(references.len(), "column"));
        let label = format!("refers to {names} of `{}`", table.name.text);
        let error = Diagnostic::new(Code::WrongForm, title, span, label);
        let (message, span) = (format!("`{}` is given here", table.name.text), table.name.span);
        self.forms.push(error.with_place(message, span, ""));
    }

    fn unknown_table(&mut self, table: Text<'f>, whole: Text<'f>) {
        // `setting.id` is a column of `settings` rather than a slip in that name as a whole.
        let (name, near) = match self.nearest_table(table.text) {
            None if whole.text != table.text => match self.nearest_table(whole.text) {
                None => (table, None),
                near => (whole, near),
            },
            near => (table, near),
        };
        let error = Diagnostic::new(
            Code::UnknownTable,
            format!("there is no table `{}`", name.text),
            name.span,
            "not under `tables`",
        );
        let error = match near {
            Some(near) => error.with_place("a table of a similar name is given here", near.span, "").with(replace(
                "use its name",
                name.span,
                near.text.to_owned(),
            )),
            None if whole.text != table.text => {
                error.with_note(format!("neither `{}` nor `{}` is a table", whole.text, table.text))
            }
            None => error,
        };
        self.forms.push(error);
    }

    /// The table of the nearest name; the same name in another schema (`public.users` for `users`) is near too.
    fn nearest_table(&mut self, name: &str) -> Option<Name<'f>> {
        if self.suggestions == 0 {
            return None;
        }
        let tables = std::mem::take(&mut self.schema.by_name);
        let last = |name: &str| name.rsplit('.').next().unwrap_or_default().to_lowercase();
        let own = last(name);
        let near = self.nearest(name, tables.keys().copied()).or_else(|| {
            let mut same = tables.keys().copied().filter(|name| last(name) == own);
            same.next().filter(|_| same.next().is_none())
        });
        let found = near.and_then(|near| self.schema.tables.get(*tables.get(near)?)).map(|table| table.name);
        self.schema.by_name = tables;
        found
    }

    fn nearest(&mut self, name: &str, names: impl Iterator<Item = &'f str>) -> Option<&'f str> {
        self.suggestions = self.suggestions.checked_sub(1)?;
        nearest(name, names)
    }

    pub(super) fn unknown_column(&mut self, column: Text<'f>, table: Name<'f>, columns: &Names<'f>) {
        if self.without_columns.contains(table.text) {
            return;
        }
        let title = format!("table `{}` has no column `{}`", table.text, column.text);
        let error = Diagnostic::new(Code::UnknownColumn, title, column.span, "no such column").with_place(
            format!("`{}` is given here", table.text),
            table.span,
            "",
        );
        let error = match self.nearest(column.text, columns.keys().copied()) {
            Some(near) => error.with(replace("use the column of a similar name", column.span, near.to_owned())),
            None => error,
        };
        self.forms.push(error);
    }
}

/// `users.id` at its last dot, or `users (id)` at its parentheses.
fn split(text: Text<'_>) -> Option<(Text<'_>, Vec<Text<'_>>)> {
    let whole = text.text;
    if let Some(open) = whole.strip_suffix(')').and_then(|rest| rest.find('(')) {
        let table = text.part(0..whole[..open].trim_end().len())?;
        let mut columns = Vec::new();
        let mut start = open + 1;
        for name in whole[open + 1..whole.len() - 1].split(',') {
            let from = start + (name.len() - name.trim_start().len());
            columns.extend(text.part(from..from + name.trim().len()));
            start += name.len() + 1;
        }
        return Some((table, columns));
    }
    let dot = whole.rfind('.')?;
    Some((text.part(0..dot)?, vec![text.part(dot + 1..whole.len())?]))
}

/// Tells every column in which relations it is a foreign key.
fn note_foreign_keys(table: &mut Table<'_>) {
    for (at, relation) in table.relations.iter().enumerate() {
        for &column in relation.foreign_key.iter().flat_map(|key| &key.columns) {
            if let Some(column) = table.columns.get_mut(column) {
                column.foreign_keys.push(at);
            }
        }
    }
}

/// A column is unique where it is the whole primary key, or has a unique index of its own over all rows.
fn mark_unique(table: &mut Table<'_>) {
    let keys = table.columns.iter().filter(|column| column.primary_key).count();
    for column in table.columns.iter_mut().filter(|column| keys == 1 && column.primary_key) {
        column.unique = true;
    }
    for index in table.indexes.iter().filter(|index| index.unique && index.predicate.is_none()) {
        if let [only] = index.columns[..] {
            let at = indexed_column(only, &table.column_names).and_then(|name| table.column_names.get(name));
            if let Some(column) = at.and_then(|&at| table.columns.get_mut(at)) {
                column.unique = true;
            }
        }
    }
}
