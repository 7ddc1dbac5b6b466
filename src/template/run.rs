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

    /// Gives the address of the records the form that they have in the facts; `samples` has the names of the
    /// placeholders of each.
    pub(super) fn form_records(&mut self, scope: &Scope, samples: &[Vec<Names>]) {
        if samples.is_empty() {
            return;
        }
        let in_words = matches!(self.collection, Some(Collection::Relations | Collection::Checks));
        let single = samples.iter().all(|sample| sample.len() == 1);
        self.address.push_str(match scope.is_table() && self.collection.is_some() {
            true if in_words && single => "",
            true => "{}",
            false if self.open => "{}",
            false => "[]",
        });
    }
}

impl Scope {
    /// In the record of a table of the schema.
    fn is_table(&self) -> bool {
        self.collection == Some(Collection::Tables)
    }

    /// The typed records that a label, or the section, announces, and the slug that does.
    fn announced(&self, lead: Option<&Lead>) -> Option<(Collection, String)> {
        let label = lead.map(|lead| label_slug(&lead.text));
        let label = label.or_else(|| self.path.last().map(|key| key.to_string()))?;
        let collection = Collection::of_label(&label).filter(|&collection| collection != Collection::Tables)?;
        Some((collection, label))
    }

    /// Whether what stands below a label in a table of the schema comes from the table.
    pub(super) fn is_typed(&self, lead: Option<&Lead>) -> bool {
        self.is_table() && self.announced(lead).is_some()
    }

    /// Whether rows do, whose placeholders have these names: other words for `columns` may head a table of anything.
    pub(super) fn has_typed_rows<'n>(
        &self,
        lead: Option<&Lead>,
        mut rows: impl Iterator<Item = &'n Vec<Names>>,
    ) -> bool {
        let announced = self.announced(lead).filter(|_| self.is_table());
        announced.is_some_and(|(collection, label)| {
            let known = |names: &Names| names.iter().any(|slug| collection.field(slug).is_some());
            label == collection.key() || rows.all(|row| row.iter().all(known))
        })
    }

    /// Which typed records the samples of a run stand for; `samples` has the names of the placeholders of each.
    pub(super) fn collection_of(&self, lead: Option<&Lead>, samples: &[Vec<Names>]) -> Option<Collection> {
        let first = samples.first()?;
        let announced = || self.announced(lead).map(|(collection, _)| collection);
        let mut named = first.iter().flatten().filter_map(|slug| Collection::of_name(slug));
        let speaks = |collection: &Collection| {
            let owner = *collection != Collection::Columns || first.iter().flatten().any(|slug| slug.contains("table"));
            let known = |names: &Names| names.iter().any(|slug| collection.field(slug).is_some());
            owner && samples.iter().flatten().all(known)
        };
        match self.is_table() {
            true => announced().or_else(|| named.next()).filter(|&collection| collection != Collection::Tables),
            false if self.in_record => None,
            // `| [table] | [index] |` is about indexes, though a table is named first.
            false => named.find(speaks),
        }
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
        let typed = match samples {
            Some(Use::Schema(collection)) => Some(Path::from([collection.key().into()])),
            _ => None,
        };
        let (path, records) = match (own, samples) {
            (Some(own), samples) if !mixed || samples.is_none() => {
                let path = self.claims.claim(scope, &[typed.unwrap_or(own)], samples.unwrap_or(Use::Node));
                (path.clone(), path)
            }
            (own, samples) => {
                let path = own.map_or_else(|| scope.path.clone(), |own| self.claims.claim_node(scope, own));
                let items = scope.with_path(path.clone()).path_to("items");
                let records = match samples {
                    Some(samples) => self.claims.claim(scope, &[typed.unwrap_or(items)], samples),
                    None => items,
                };
                (path, records)
            }
        };
        let mut run = Run::new(kind, range, path, records, scope);
        run.lead = lead.map(|lead| lead.range);
        run
    }

    /// What samples of that collection stand for; `None` without any.
    pub(super) fn samples<'s>(
        &self,
        ranges: impl Iterator<Item = &'s Range<usize>>,
        open: bool,
        collection: Option<Collection>,
        scope: &Scope,
    ) -> Option<Use<'t>> {
        if let Some(collection) = collection.filter(|_| scope.is_table()) {
            return Some(Use::Schema(collection));
        }
        let text: String = ranges.map(|range| &self.text[range.clone()]).collect();
        (!text.is_empty()).then_some(Use::Samples { text, open })
    }
}
