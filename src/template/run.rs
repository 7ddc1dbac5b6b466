//! Runs: what lists, tables and blocks of code have in common.

use std::ops::Range;

use super::address::{Path, Scope, Use};
use super::labels::Lead;
use super::{Builder, Run, RunKind};
use crate::slug::label_slug;
use crate::vocabulary::Collection;

/// What stands right above a block.
#[derive(Default)]
pub(super) struct Above {
    /// A label that names it.
    pub(super) lead: Option<Lead>,
    /// The section's prompt.
    pub(super) prompt: bool,
    /// A label that is a placeholder, with its block.
    pub(super) repeat: bool,
}

/// The slugs by which a placeholder may be known.
pub(super) type Names = Vec<String>;

impl Run {
    /// A run without items.
    pub(super) fn new(kind: RunKind, range: Range<usize>, path: Path, records: Path, scope: &Scope) -> Run {
        Run {
            kind,
            range,
            base: scope.address(&path),
            address: scope.address(&records),
            path,
            records,
            lead: None,
            items: Vec::new(),
            open: false,
            collection: None,
            under_prompt: false,
            own_lines: false,
        }
    }

    /// Finds out which typed records the samples stand for, and with it the form of their address; `samples` has the
    /// names of the placeholders of each.
    pub(super) fn type_records(&mut self, scope: &Scope, samples: &[Vec<Names>]) {
        let Some(first) = samples.first() else { return };
        let in_table = scope.collection == Some(Collection::Tables);
        let announced = || {
            let label = self.path.last().or_else(|| scope.path.last())?;
            Collection::of_label(label).filter(|&collection| collection != Collection::Tables)
        };
        let mut named = first.iter().flatten().filter_map(|slug| Collection::of_name(slug));
        let speaks = |collection: &Collection| {
            let owner = *collection != Collection::Columns || first.iter().flatten().any(|slug| slug.contains("table"));
            let known = |names: &Names| names.iter().any(|slug| collection.field(slug).is_some());
            owner && samples.iter().flatten().all(known)
        };
        self.collection = match in_table {
            true => announced().or_else(|| named.next()).filter(|&collection| collection != Collection::Tables),
            // `| [table] | [index] |` is about indexes, though a table is named first.
            false => named.find(speaks),
        };
        let in_words = matches!(self.collection, Some(Collection::Relations | Collection::Checks));
        let single = samples.iter().all(|sample| sample.len() == 1);
        self.address.push_str(match in_table && self.collection.is_some() {
            true if in_words && single => "",
            true => "{}",
            false if self.open => "{}",
            false => "[]",
        });
    }
}

impl<'t> Builder<'t> {
    /// The run of a list or table, without its items; `samples` is what its samples stand for, if it has any, and `mixed`
    /// says that others of its items have keys: below a label, too, these stand beside `items`.
    pub(super) fn run(
        &mut self,
        kind: RunKind,
        range: Range<usize>,
        scope: &Scope,
        lead: Option<Lead>,
        samples: Option<Use<'t>>,
        mixed: bool,
    ) -> Run {
        let own = lead.as_ref().map(|lead| scope.path_to(&label_slug(&lead.text)));
        let (path, records) = match (own, samples) {
            (Some(own), samples) if !mixed || samples.is_none() => {
                let path = self.claims.claim(scope, &[own], samples.unwrap_or(Use::Node));
                (path.clone(), path)
            }
            (own, samples) => {
                let path = own.map_or_else(|| scope.path.clone(), |own| self.claims.claim_node(scope, own));
                let items = scope.with_path(path.clone()).path_to("items");
                let records = match samples {
                    Some(samples) => self.claims.claim(scope, &[items], samples),
                    None => items,
                };
                (path, records)
            }
        };
        let mut run = Run::new(kind, range, path, records, scope);
        run.lead = lead.map(|lead| lead.range);
        run
    }

    /// What samples stand for; `None` without any.
    pub(super) fn samples<'s>(&self, ranges: impl Iterator<Item = &'s Range<usize>>, open: bool) -> Option<Use<'t>> {
        let text: String = ranges.map(|range| &self.text[range.clone()]).collect();
        (!text.is_empty()).then_some(Use::Samples { text, open })
    }
}
