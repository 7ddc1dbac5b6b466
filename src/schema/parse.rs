//! `[tables.NAME]` to typed tables: first every record by itself, then the references between them.

use std::collections::{HashMap, HashSet};

use super::columns::Draft;
use super::forms::{Forms, Text, as_record, is_none};
use super::references::{Pending, SUGGESTIONS, Slot, Target};
use super::unknown::{CHECK, INDEX, Owner, REFERENCE, RELATION, TABLE};
use super::{Check, Index, Name, Relation, Schema, Table};
use crate::diagnostic::{Code, Diagnostic, Sub};
use crate::facts::{self, Entry, Kind, Room, Value, dotted_path};
use crate::source::Span;

/// Reads the schema from the `tables` of the facts: those of its entries that are tables themselves. Every mistake is
/// reported, in the order of the places, and parsing goes on; fields that the schema does not know are left in
/// [`Schema::unknown`] for the caller.
pub fn parse<'f>(tables: &'f facts::Table<'f>, diagnostics: &mut Vec<Diagnostic>) -> Schema<'f> {
    let mut found = Vec::new();
    let forms = Forms { diagnostics: &mut found, unknown: Vec::new(), path: vec!["tables"] };
    let mut builder = Builder {
        forms,
        schema: Schema::default(),
        drafts: Vec::new(),
        pending: Vec::new(),
        without_columns: HashSet::new(),
        suggestions: SUGGESTIONS,
    };
    for entry in &tables.entries {
        if let Some(record) = entry.value.as_table() {
            builder.table(entry, record);
        }
    }
    builder.resolve();
    let Builder { forms, mut schema, .. } = builder;
    schema.unknown = forms.unknown;
    found.sort_by_key(|diagnostic| (diagnostic.place.span.source, diagnostic.place.span.start));
    diagnostics.append(&mut found);
    schema
}

/// The schema so far, with what can only be said when all tables are known.
pub(super) struct Builder<'f, 'd> {
    pub(super) forms: Forms<'f, 'd>,
    pub(super) schema: Schema<'f>,
    /// The columns' typed fields, by table and column.
    pub(super) drafts: Vec<Vec<Draft<'f>>>,
    pub(super) pending: Vec<Pending<'f>>,
    /// Tables whose columns could not be read, which is reported: it is no news that a column is not among them.
    pub(super) without_columns: HashSet<&'f str>,
    /// How many wrong names may still be compared with others.
    pub(super) suggestions: usize,
}

/// The columns of a table by name.
pub(super) type Names<'f> = HashMap<&'f str, usize>;

/// The table whose records are read.
struct Place<'f, 'n> {
    at: usize,
    name: Name<'f>,
    columns: &'n Names<'f>,
}

impl<'f> Builder<'f, '_> {
    fn table(&mut self, entry: &'f Entry<'f>, record: &'f facts::Table<'f>) {
        let (name, at) = (name(entry), self.schema.tables.len());
        self.forms.path.push(name.text);
        let [description, kind, columns, indexes, relations, checks] = self.forms.fields(Owner::Table, record, TABLE);
        let kind = self.forms.string(kind).map_or("table", |kind| kind.text);
        self.columns_given(name, columns, kind, record);
        let (columns, drafts) = self.columns(columns);
        let names = columns.iter().enumerate().map(|(at, column)| (column.name.text, at)).collect();
        let place = Place { at, name, columns: &names };
        let (indexes, relations, checks) =
            (self.indexes(&place, indexes), self.relations(&place, relations), self.checks(checks));
        self.schema.tables.push(Table {
            name,
            description: description.map(|entry| &entry.value),
            kind,
            columns,
            indexes,
            relations,
            checks,
            record,
            column_names: names,
        });
        self.schema.by_name.insert(name.text, at);
        self.one_primary_key(at, &drafts);
        self.column_references(at, &drafts);
        self.drafts.push(drafts);
        self.forms.path.pop();
    }

    /// A table has columns; a view may leave them to its query.
    fn columns_given(&mut self, name: Name<'f>, columns: Option<&Entry<'_>>, kind: &str, record: &facts::Table<'f>) {
        let missing = columns.is_none() && kind.eq_ignore_ascii_case("table");
        if missing {
            self.no_columns(name, record);
        }
        let readable = |entry: &Entry<'_>| entry.value.as_table().is_some() || is_none(&entry.value);
        if missing || columns.is_some_and(|entry| !readable(entry)) {
            self.without_columns.insert(name.text);
        }
    }

    fn no_columns(&mut self, table: Name<'f>, record: &facts::Table<'f>) {
        let title = format!("table `{}` has no `columns`", table.text);
        let error = Diagnostic::new(Code::UnfilledPlaceholder, title, table.span, "");
        let path = dotted_path(["tables", table.text, "columns"]);
        let (message, example) = ("add them".to_owned(), "{ type = \"\", constraints = \"\", description = \"\" }");
        self.forms.push(match record.room {
            Some(Room::Lines(at)) => {
                let lines = format!("\n[{path}]\nid = {example}\n");
                error.with(Sub::Insert { message, source: at.source, at: at.start, lines })
            }
            Some(braces) => error.with(braces.add(message, [(format!("columns = {{ id = {example} }}"), "")])),
            None => error.with_help(format!("add `[{path}]`, with a line for each")),
        });
    }

    fn indexes(&mut self, place: &Place<'f, '_>, entry: Option<&'f Entry<'f>>) -> Vec<Index<'f>> {
        let records = self.forms.records(entry, "NAME = { columns = [\"\"] }");
        let key = entry.map_or("indexes", |entry| entry.key.as_ref());
        records.iter().filter_map(|entry| self.within(key, Some(entry), |this| this.index(place, entry))).collect()
    }

    /// Reads a record of the table in hand, its path in place; one of an array has no name in it.
    pub(super) fn within<T>(
        &mut self,
        field: &'f str,
        named: Option<&'f Entry<'f>>,
        read: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let length = self.forms.path.len();
        self.forms.path.push(field);
        self.forms.path.extend(named.map(|entry| entry.key.as_ref()));
        let read = read(self);
        self.forms.path.truncate(length);
        read
    }

    fn index(&mut self, place: &Place<'f, '_>, entry: &'f Entry<'f>) -> Option<Index<'f>> {
        let Kind::Table(record) = &entry.value.kind else {
            let error = self.forms.wrong(&entry.key, "a table such as `{ columns = [\"COLUMN\"] }`", &entry.value);
            if let Some(text) = entry.value.as_str() {
                error.subs.push(replace("say which columns it has", entry.value.span, as_record("columns", text)));
            }
            return None;
        };
        let [columns, unique, method, predicate, purpose] = self.forms.fields(Owner::Index, record, INDEX);
        if columns.is_none() {
            self.missing("index", &entry.key, "columns", entry.key_span);
        }
        let columns = self.forms.strings(columns).unwrap_or_default();
        let unique = self.forms.flag(unique).unwrap_or(false);
        let method = self.forms.string(method).map(|text| text.text);
        let predicate = self.forms.string(predicate).map(|text| text.text);
        for column in &columns {
            self.index_column(place, *column);
        }
        Some(Index {
            name: name(entry),
            columns: columns.iter().map(|column| column.text).collect(),
            unique,
            method,
            predicate,
            purpose: purpose.map(|entry| &entry.value),
            record,
        })
    }

    fn index_column(&mut self, place: &Place<'f, '_>, item: Text<'f>) {
        if place.columns.is_empty() || place.columns.contains_key(item.text) {
            return;
        }
        if let Some(column) = plain_column(item.text).filter(|column| !place.columns.contains_key(column)) {
            let start = item.text.find(column).unwrap_or(0);
            let part = item.part(start..start + column.len()).unwrap_or(item);
            self.unknown_column(part, place.name, place.columns);
        }
    }

    fn relations(&mut self, place: &Place<'f, '_>, entry: Option<&'f Entry<'f>>) -> Vec<Relation<'f>> {
        let key = entry.map_or("relations", |entry| entry.key.as_ref());
        let mut relations = Vec::new();
        for (named, value) in self.forms.records_or_items(entry) {
            let at = relations.len();
            relations.extend(self.within(key, named, |this| this.relation(place, named, value, at)));
        }
        relations
    }

    fn relation(
        &mut self,
        place: &Place<'f, '_>,
        named: Option<&'f Entry<'f>>,
        value: &'f Value<'f>,
        at: usize,
    ) -> Option<Relation<'f>> {
        let span = named.map_or(value.span, |entry| entry.key_span);
        let record = value.as_table();
        let empty = Relation { name: named.map(name), span, words: None, foreign_key: None, description: None, record };
        let Kind::Table(record) = &value.kind else {
            if super::forms::string(value).is_none() {
                self.forms.wrong(named.map_or("relation", |entry| &entry.key), "a table or a string", value);
            }
            return super::forms::string(value).map(|words| Relation { words: Some(words.text), ..empty });
        };
        let [columns, references, on_delete, on_update, description, own_name] =
            self.forms.fields(Owner::Relation, record, RELATION);
        let label = named.map_or("", |entry| entry.key.as_ref());
        if references.is_none() && (columns.is_some() || description.is_none()) {
            self.missing("relation", label, "references", span);
        }
        if columns.is_none() && references.is_some() {
            self.missing("relation", label, "columns", span);
        }
        let referring = self.forms.strings(columns).map(|columns| self.own_columns(place, &columns));
        let target = self.target(references);
        let on_delete = self.forms.string(on_delete).map(|text| text.text);
        let on_update = self.forms.string(on_update).map(|text| text.text);
        if let (Some(columns), Some(target)) = (referring, target) {
            let (table, slot) = (place.at, Slot::Relation(at));
            self.pending.push(Pending { table, columns, span, target, on_delete, on_update, slot });
        }
        let own_name = self.own_name(named, own_name);
        Some(Relation { name: own_name, description: description.map(|entry| &entry.value), ..empty })
    }

    /// The key of a record of a table, or the `name` of one of an array.
    fn own_name(&mut self, named: Option<&'f Entry<'f>>, field: Option<&'f Entry<'f>>) -> Option<Name<'f>> {
        let field = self.forms.string(field).map(|text| Name { text: text.text, span: text.span });
        named.map(name).or(field)
    }

    /// Columns of the table in hand by name; absent where one does not exist.
    fn own_columns(&mut self, place: &Place<'f, '_>, names: &[Text<'f>]) -> Option<Vec<usize>> {
        let found: Vec<_> = names.iter().map(|name| self.column(*name, place.name, place.columns)).collect();
        found.into_iter().collect()
    }

    pub(super) fn column(&mut self, column: Text<'f>, table: Name<'f>, columns: &Names<'f>) -> Option<usize> {
        let found = columns.get(column.text).copied();
        if found.is_none() {
            self.unknown_column(column, table, columns);
        }
        found
    }

    fn checks(&mut self, entry: Option<&'f Entry<'f>>) -> Vec<Check<'f>> {
        let key = entry.map_or("checks", |entry| entry.key.as_ref());
        let records = self.forms.records_or_items(entry);
        let read = |(named, value)| self.within(key, named, |this| this.check(named, value));
        records.into_iter().filter_map(read).collect()
    }

    fn check(&mut self, named: Option<&'f Entry<'f>>, value: &'f Value<'f>) -> Option<Check<'f>> {
        let Kind::Table(record) = &value.kind else {
            let expression = super::forms::string(value);
            if expression.is_none() {
                self.forms.wrong(named.map_or("check", |entry| &entry.key), "a table or a string", value);
            }
            let name = named.map(name);
            return expression.map(|text| Check { name, expression: text.text, description: None, record: None });
        };
        let [expression, description, own_name] = self.forms.fields(Owner::Check, record, CHECK);
        let name = self.own_name(named, own_name);
        if expression.is_none() {
            let span = named.map_or(value.span, |entry| entry.key_span);
            self.missing("check", name.map_or("", |name| name.text), "expression", span);
        }
        let expression = self.forms.string(expression)?.text;
        let description = description.map(|entry| &entry.value);
        Some(Check { name, expression, description, record: Some(record) })
    }

    fn missing(&mut self, what: &str, name: &str, field: &str, span: Span) {
        let title = match name {
            "" => format!("this {what} has no `{field}`"),
            _ => format!("{what} `{name}` has no `{field}`"),
        };
        self.forms.push(Diagnostic::new(Code::WrongForm, title, span, format!("`{field}` is missing")));
    }
}

pub(super) fn name<'f>(entry: &'f Entry<'f>) -> Name<'f> {
    Name { text: &entry.key, span: entry.key_span }
}

pub(super) fn replace(message: &str, span: Span, text: String) -> Sub {
    Sub::Replace { message: message.to_owned(), span, text }
}

/// The column that an item of an index names: a plain identifier, alone or with a direction, collation or operator
/// class after it. Everything else is an expression, which is the database's business.
fn plain_column(item: &str) -> Option<&str> {
    let item = item.trim();
    let (column, rest) = match item.strip_prefix(['"', '`']) {
        Some(inner) => inner.split_once(['"', '`'])?,
        None => item.split_at(item.find(char::is_whitespace).unwrap_or(item.len())),
    };
    let quoted = item.starts_with(['"', '`']);
    let identifier = quoted || column.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '$'));
    let follows = |word: &str| {
        let word = word.to_ascii_lowercase();
        matches!(word.as_str(), "asc" | "desc" | "nulls" | "first" | "last") || word.ends_with("_ops")
    };
    let rest = rest.trim();
    let collated = rest.get(..8).is_some_and(|word| word.eq_ignore_ascii_case("collate "));
    (identifier && !column.is_empty() && (collated || rest.split_whitespace().all(follows))).then_some(column)
}

/// Whether an item of an index is one column as it is, without an expression.
pub(super) fn indexed_column<'i>(item: &'i str, columns: &Names<'_>) -> Option<&'i str> {
    let column = if columns.contains_key(item) { Some(item) } else { plain_column(item) };
    column.filter(|column| columns.contains_key(column))
}

impl<'f> Builder<'f, '_> {
    pub(super) fn target(&mut self, entry: Option<&'f Entry<'f>>) -> Option<Target<'f>> {
        let entry = entry?;
        let Kind::Table(record) = &entry.value.kind else {
            return match super::forms::string(&entry.value) {
                Some(text) => Some(Target::Text(text)),
                None => {
                    let must_be = "\"TABLE.COLUMN\", \"TABLE\" or `{ table = \"TABLE\", columns = [\"COLUMN\"] }`";
                    self.forms.wrong(&entry.key, must_be, &entry.value);
                    None
                }
            };
        };
        self.forms.path.push(&entry.key);
        let [table, columns] = self.forms.fields(Owner::Reference, record, REFERENCE);
        self.forms.path.pop();
        if table.is_none() {
            self.missing("reference", "", "table", entry.value.span);
        }
        let columns = columns.map(|columns| self.forms.strings(Some(columns)).unwrap_or_default());
        let table = self.forms.string(table)?;
        Some(Target::Parts { table, columns: columns.unwrap_or_default() })
    }
}
