//! Tables as runs: labelled rows and rows that stand for records.

use super::blocks::{Block, Row, Table};
use super::brackets::{Bracket, Site};
use super::elements::record_scope;
use super::labels::{self, Lead};
use super::list::Names;
use super::{Builder, Element, Form, Item, Label, PlaceholderKind, Role, Run, RunKind, Scope, Slot};
use crate::slug::label_slug;

impl Builder<'_> {
    pub(super) fn table(&mut self, block: &Block, table: &Table, scope: &Scope, lead: Option<Lead>) -> Vec<Element> {
        let mut elements = Vec::new();
        table.rows.iter().flat_map(|row| &row.cells).for_each(|cell| self.note_links(cell));
        for cell in &table.header.cells {
            self.note_links(cell);
            let brackets = self.brackets(cell);
            let slots = self.inline_slots(cell, &brackets, scope, Form::Cell);
            if !slots.is_empty() {
                elements.push(Element::Slots(slots));
            }
        }
        let rows: Vec<Vec<Vec<Bracket>>> =
            table.rows.iter().map(|row| row.cells.iter().map(|cell| self.brackets(cell)).collect()).collect();
        let roles: Vec<_> = rows.iter().enumerate().map(|(at, cells)| self.row_role(at, cells)).collect();
        if roles.iter().all(|role| *role == Role::Plain) {
            return elements;
        }
        let headers: Vec<_> = table
            .header
            .cells
            .iter()
            .map(|cell| Some(cell.plain(self.text, cell.range.clone())).filter(|words| !words.trim().is_empty()))
            .map(|words| words.map(|words| label_slug(&words)))
            .collect();
        let sample_ranges = table.rows.iter().zip(&roles).filter(|(_, role)| **role == Role::Sample);
        let samples = self.sample_texts(sample_ranges.map(|(row, _)| row.range.clone()));
        let mut run = self.run(RunKind::Table, block.range.clone(), scope, lead, samples);
        run.open = roles.contains(&Role::Continuation);
        let names = rows.iter().zip(&roles).filter(|(_, role)| **role == Role::Sample).map(|(cells, _)| {
            let cells = cells.iter().enumerate().filter(|(_, brackets)| !brackets.is_empty());
            cells.map(|(at, brackets)| self.cell_names(&headers, at, brackets)).collect()
        });
        let names = names.collect();
        self.type_run(&mut run, scope, names);
        let run_scope = scope.with_path(run.path.clone());
        for ((row, cells), role) in table.rows.iter().zip(&rows).zip(roles) {
            run.items.push(self.row(row, cells, role, &headers, &run, &run_scope));
        }
        elements.push(Element::Run(Box::new(run)));
        elements
    }

    /// The words by which a cell's placeholder may speak of a schema: its own, and its column's header.
    fn cell_names(&self, headers: &[Option<String>], at: usize, brackets: &[Bracket]) -> Names {
        let own = brackets.first().map(|bracket| self.own_slug(bracket));
        own.into_iter().chain(headers.get(at).cloned().flatten()).collect()
    }

    fn row_role(&self, at: usize, cells: &[Vec<Bracket>]) -> Role {
        match cells.first() {
            Some(first) if !first.is_empty() => {
                let more = at > 0 && labels::is_continuation(self.inner(&first[0].range));
                if more { Role::Continuation } else { Role::Sample }
            }
            _ if cells.iter().any(|cell| !cell.is_empty()) => Role::Labelled,
            _ => Role::Plain,
        }
    }

    pub(super) fn row(
        &mut self,
        row: &Row,
        cells: &[Vec<Bracket>],
        role: Role,
        headers: &[Option<String>],
        run: &Run,
        scope: &Scope,
    ) -> Item {
        let first = row.cells.first();
        let words =
            first.map(|cell| cell.plain(self.text, cell.range.clone())).filter(|words| !words.trim().is_empty());
        let label = first.filter(|_| role == Role::Labelled).and_then(|cell| {
            let range = cell.words_range()?;
            let code = cell.code.iter().find(|code| code.start <= range.start && range.end <= code.end);
            Some(Label { range, site: code.map_or(Site::Text, |code| Site::CodeSpan(code.clone())) })
        });
        let mut inner = match (&words, role) {
            (Some(words), Role::Labelled) => scope.below(&label_slug(words)),
            (_, Role::Sample | Role::Continuation) => record_scope(scope, &run.address, run.collection),
            _ => scope.clone(),
        };
        let path = match role {
            Role::Labelled => {
                inner.path = self.claim_node(&inner, &inner.path);
                inner.path.clone()
            }
            _ => scope.path.clone(),
        };
        let mut item = Item { range: row.range.clone(), role, label, path, slots: Vec::new(), nested: Vec::new() };
        for (at, brackets) in cells.iter().enumerate() {
            let leaf = row.cells[at].range.start;
            for bracket in brackets {
                let header = headers.get(at).cloned().flatten();
                item.slots.push(self.cell_slot(bracket, header, brackets.len() == 1, role, &inner, leaf));
            }
        }
        item
    }

    fn cell_slot(
        &mut self,
        bracket: &Bracket,
        header: Option<String>,
        sole: bool,
        role: Role,
        scope: &Scope,
        leaf: usize,
    ) -> Slot {
        let own = self.own_slug(bracket);
        let (path, aliases) = match (header, role) {
            (Some(header), Role::Sample | Role::Continuation) if sole => (scope.path_to(&header), vec![own.into()]),
            (_, Role::Sample | Role::Continuation) => (scope.path_to(&own), Vec::new()),
            (header, _) => {
                let cell = header.map_or_else(|| scope.clone(), |header| scope.below(&header));
                let below = cell.path_to(&own);
                let candidates = if sole && cell.path != scope.path { [cell.path] } else { [below] };
                (self.claim(scope, &candidates, self.inner(&bracket.range)), Vec::new())
            }
        };
        let kind = match role {
            Role::Continuation => PlaceholderKind::Continuation,
            Role::Sample => PlaceholderKind::Record,
            _ => self.kind(scope, PlaceholderKind::Cell, &bracket.site),
        };
        let mut slot = self.slot(bracket, path, kind, scope, Form::Cell, leaf);
        slot.aliases = aliases;
        slot
    }
}

#[cfg(test)]
mod tests {
    use crate::template;

    /// The kinds and addresses of a section `S` that holds this, residue aside.
    fn places(body: &str) -> Vec<String> {
        let placeholders = template::parse(&format!("# T\n\n## S\n\n{body}"), &|_| false).placeholders;
        let of = |place: template::Placeholder| Some(format!("{} {}", place.kind.as_str(), place.address?));
        placeholders.into_iter().filter_map(of).collect()
    }

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
