//! Tables as runs: labelled rows and rows that stand for records.

use super::address::{Key, Scope};
use super::brackets::{Bracket, Site};
use super::labels::{self, Lead};
use super::run::Names;
use super::{Builder, Element, Form, Item, Label, PlaceholderKind, Role, Run, RunKind, Slot};
use crate::markdown::blocks::{Block, Inlines, Row, Stretch, Table};
use crate::slug::label_slug;

/// One row before its run is known.
struct Draft<'b> {
    row: &'b Row,
    /// The placeholders of each cell.
    cells: Vec<&'b [Bracket]>,
    role: Role,
}

/// The columns' headers as keys; `None` for one without words.
type Headers = [Option<String>];

impl<'t> Builder<'t> {
    pub(super) fn table(&mut self, block: &Block, table: &Table, scope: &Scope, lead: Option<Lead>) -> Vec<Element> {
        block.stretches().for_each(|cell| self.note_links(cell));
        let mut elements = Vec::new();
        if self.brackets(&block.range).is_empty() {
            return elements;
        }
        for cell in &table.header.cells {
            elements.extend(self.inline_slots(cell, self.brackets(&cell.range), scope, Form::Cell));
        }
        let mut drafts: Vec<_> = table.rows.iter().enumerate().map(|(at, row)| self.row_draft(at, row)).collect();
        if drafts.iter().all(|draft| draft.role == Role::Plain) {
            return elements;
        }
        let headers: Vec<_> = table.header.cells.iter().map(|cell| self.words_slug(cell)).collect();
        let typed = self.take_typed_rows(&mut drafts, &headers, scope, lead.as_ref());
        let samples: Vec<_> = drafts.iter().filter(|draft| draft.role == Role::Sample).collect();
        let open = typed || drafts.iter().any(|draft| draft.role == Role::Continuation);
        let mixed = !open && drafts.iter().any(|draft| draft.role == Role::Labelled);
        let names: Vec<_> = samples.iter().map(|draft| self.row_names(draft, &headers)).collect();
        let collection = scope.collection_of(lead.as_ref(), &names);
        let wanted = self.samples(samples.iter().map(|draft| &draft.row.range), open, collection, scope);
        let mut run = self.run(RunKind::Table, block.range.clone(), scope, lead, wanted, mixed);
        (run.open, run.collection) = (open, collection);
        run.form_records(scope, &names);
        let scope = scope.with_path(run.path.clone());
        run.items = drafts.iter().map(|draft| self.row(draft, &headers, &run, &scope)).collect();
        elements.push(Element::Run(Box::new(run)));
        elements
    }

    fn row_draft<'b>(&self, at: usize, row: &'b Row) -> Draft<'b>
    where
        't: 'b,
    {
        let cells: Vec<_> = row.cells.iter().map(|cell| self.brackets(&cell.range)).collect();
        let is_more = |bracket: &Bracket| at > 0 && labels::is_continuation(self.inner(&bracket.range));
        let role = match cells.first().and_then(|cell| cell.first()) {
            Some(first) if is_more(first) => Role::Continuation,
            Some(_) => Role::Sample,
            None if cells.iter().any(|cell| !cell.is_empty()) => Role::Labelled,
            None => Role::Plain,
        };
        Draft { row, cells, role }
    }

    /// Takes rows with names of their own for samples, where they are about the columns, indexes and so on of a table,
    /// which come from the table; whether there are such.
    fn take_typed_rows(&self, drafts: &mut [Draft<'_>], headers: &Headers, scope: &Scope, lead: Option<&Lead>) -> bool {
        let named: Vec<_> = drafts.iter_mut().filter(|draft| draft.role == Role::Labelled).collect();
        let names: Vec<_> = named.iter().map(|draft| self.row_names(draft, headers)).collect();
        let typed = !named.is_empty() && scope.has_typed_rows(lead, names.iter());
        if typed {
            named.into_iter().for_each(|draft| draft.role = Role::Sample);
        }
        typed
    }

    /// The slug of what a cell says, if it says anything.
    fn words_slug(&self, cell: &Stretch) -> Option<String> {
        let words = self.pieces.of(cell).plain(self.text);
        (!words.trim().is_empty()).then(|| label_slug(&words))
    }

    /// The words by which the placeholder of each cell may speak of a schema: its own, and its column's header.
    fn row_names(&self, draft: &Draft<'_>, headers: &Headers) -> Vec<Names> {
        let names = draft.cells.iter().enumerate().filter_map(|(at, brackets)| {
            let own = self.own_slug(brackets.first()?);
            Some(std::iter::once(own).chain(header(headers, at).map(str::to_owned)).collect())
        });
        names.collect()
    }

    fn row(&mut self, draft: &Draft<'_>, headers: &Headers, run: &Run, scope: &Scope) -> Item {
        let Draft { row, cells, role } = draft;
        let mut item = Item {
            range: row.range.clone(),
            role: *role,
            label: None,
            path: scope.path.clone(),
            slots: Vec::new(),
            nested: Vec::new(),
        };
        let mut inner = scope.clone();
        match role {
            Role::Sample | Role::Continuation => {
                inner = scope.of_record(&run.address, run.collection);
                let named = row.cells.first().filter(|_| cells.first().is_some_and(|brackets| brackets.is_empty()));
                item.label = named.and_then(|cell| label(&self.pieces.of(cell)));
            }
            Role::Labelled => {
                let first = row.cells.first();
                let own = first.and_then(|cell| self.words_slug(cell)).map(|key| scope.path_to(&key));
                inner.path = self.claims.claim_node(scope, own.unwrap_or(inner.path));
                item.path = inner.path.clone();
                item.label = first.and_then(|cell| label(&self.pieces.of(cell)));
            }
            Role::Topic | Role::Plain => {}
        }
        for (at, (cell, brackets)) in row.cells.iter().zip(cells).enumerate() {
            let (header, sole) = (header(headers, at), brackets.len() == 1);
            for bracket in *brackets {
                item.slots.push(match role {
                    Role::Sample | Role::Continuation => {
                        self.field_slot(bracket, header.filter(|_| sole), *role, &inner, cell.range.start)
                    }
                    _ => self.cell_slot(bracket, header, sole, &inner, cell.range.start),
                });
            }
        }
        item
    }

    /// A placeholder of a row that stands for records: the column's field where it is alone in its cell.
    fn field_slot(&mut self, bracket: &Bracket, header: Option<&str>, role: Role, record: &Scope, leaf: usize) -> Slot {
        let own = self.own_slug(bracket);
        let more = role == Role::Continuation;
        let kind = if more { PlaceholderKind::Continuation } else { PlaceholderKind::Record };
        let path = self.claims.claim_field(record, record.path_to(header.unwrap_or(&own)));
        let mut slot = self.slot(bracket, path, kind, record, Form::Cell, leaf);
        slot.aliases.extend(header.map(|_| Key::from(own)));
        slot
    }

    /// A placeholder of a labelled row: the row's field of the column, below which it stands with others.
    fn cell_slot(&mut self, bracket: &Bracket, header: Option<&str>, sole: bool, scope: &Scope, leaf: usize) -> Slot {
        let own = match header {
            Some(header) if sole => scope.path_to(header),
            Some(header) => {
                let node = self.claims.claim_node(scope, scope.path_to(header));
                scope.with_path(node).path_to(&self.own_slug(bracket))
            }
            None => scope.path_to(&self.own_slug(bracket)),
        };
        let path = self.claims.claim_value(scope, own, self.inner(&bracket.range));
        let kind = self.kind(scope, PlaceholderKind::Cell, &bracket.site);
        self.slot(bracket, path, kind, scope, Form::Cell, leaf)
    }
}

fn header(headers: &Headers, at: usize) -> Option<&str> {
    headers.get(at)?.as_deref()
}

/// The words of a row's first cell, as the label of the row.
fn label(cell: &Inlines<'_>) -> Option<Label> {
    let range = cell.words_range()?;
    let code = cell.code.iter().find(|code| code.start <= range.start && range.end <= code.end);
    Some(Label { range, site: code.map_or(Site::Text, |code| Site::CodeSpan(code.clone())) })
}

#[cfg(test)]
mod tests {
    use crate::fixture::places;

    #[test]
    fn a_cell_is_named_by_its_row_and_column() {
        let rows = |header: &str, row: &str| places(&format!("| {header} |\n|---|---|\n| {row} |\n"));
        assert_eq!(rows("Item | Size", "**Api** | [n]"), ["cell s.api.size"]);
        assert_eq!(rows("Item | Size", "`api` | [n]"), ["cell s.api.size"]);
        assert_eq!(rows("Item | Size", "Api | `[n]`"), ["code_span s.api.size"]);
        assert_eq!(rows("Item | Size", "Api | [n] of [m]"), ["cell s.api.size.n", "cell s.api.size.m"]);
        assert_eq!(rows("Item | ", "Api | [n]"), ["cell s.api.n"]);
        assert_eq!(rows("Item | ", "Api | [n] of [m]"), ["cell s.api.n", "cell s.api.m"]);
        assert_eq!(rows("Item | [unit]", "Api | [n]"), ["inline s.unit", "cell s.api.unit"]);
        assert_eq!(rows("Item | Size", "Api | 3"), [""; 0]);
    }

    #[test]
    fn a_row_that_begins_with_a_place_is_a_record() {
        let rows = |rows: &str| places(&format!("| Item | Size |\n|---|---|\n{rows}\n"));
        assert_eq!(rows("| [name] | [n] |"), ["record s.items[].item", "record s.items[].size"]);
        assert_eq!(rows("| [name] | [n]/[m] |"), ["record s.items[].item", "record s.items[].n", "record s.items[].m"]);
        assert_eq!(
            rows("| [name] | [n] |\n| [More rows...] | |"),
            ["record s.items{}.item", "record s.items{}.size", "continuation s.items{}.item"]
        );
        assert_eq!(rows("| [More rows...] | [n] |"), ["record s.items[].item", "record s.items[].size"]);
    }
}
