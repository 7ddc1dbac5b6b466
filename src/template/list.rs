//! Lists as runs: labelled items, samples, topics and continuations.

use std::ops::Range;

use super::blocks::{Block, BlockKind, Inlines, List};
use super::brackets::{Bracket, Site};
use super::elements::{Body, is_sole, names, record_scope};
use super::labels::{self, ItemLabel, Lead};
use super::{Builder, Element, Form, Item, Key, Label, Path, PlaceholderKind, Role, Run, RunKind, Scope, Slot};
use crate::slug::{label_slug, placeholder_slug, without_number};
use crate::vocabulary::Collection;

/// The slugs by which a placeholder may be known.
pub(super) type Names = Vec<String>;

/// One list item before it is known what its run is.
struct Draft<'b> {
    range: Range<usize>,
    inlines: Option<&'b Inlines>,
    brackets: Vec<Bracket>,
    label: Option<ItemLabel>,
    nested: &'b [Block],
    continuation: bool,
}

impl Builder<'_> {
    pub(super) fn list(
        &mut self,
        block: &Block,
        list: &List,
        scope: &Scope,
        lead: Option<Lead>,
        under_prompt: bool,
        body: &mut Body,
    ) -> Option<Run> {
        let drafts: Vec<_> = list.items.iter().enumerate().map(|(at, item)| self.draft(at, item)).collect();
        // The columns, indexes and relations of a table come from the table, whatever labels the samples have.
        let announced =
            lead.as_ref().map(|lead| label_slug(&lead.text)).or_else(|| scope.path.last().map(|key| key.to_string()));
        let typed = scope.collection == Some(Collection::Tables)
            && announced.is_some_and(|slug| Collection::of_label(&slug).is_some());
        let slotted = drafts.iter().any(|draft| !draft.brackets.is_empty());
        let open = drafts.iter().any(|draft| draft.continuation) || typed && slotted;
        let is_slotted = |draft: &Draft<'_>| !draft.brackets.is_empty() && !draft.continuation;
        let labelled = drafts.iter().any(|draft| is_slotted(draft) && draft.label.is_some());
        let sampled = open || !labelled && drafts.iter().any(is_slotted);
        let roles: Vec<_> = drafts.iter().map(|draft| self.role(draft, sampled, body.has_prompt)).collect();
        let says_nothing = |(draft, role): (&Draft<'_>, &Role)| *role == Role::Plain && draft.nested.is_empty();
        if lead.is_none() && drafts.iter().zip(&roles).all(says_nothing) {
            return None;
        }
        let samples: Vec<_> =
            drafts.iter().zip(&roles).filter(|(_, role)| **role == Role::Sample).map(|(draft, _)| draft).collect();
        let mut run = self.run(
            RunKind::List { ordered: list.first_number.is_some() },
            block.range.clone(),
            scope,
            lead,
            self.sample_texts(samples.iter().map(|draft| draft.range.clone())),
        );
        run.open = open;
        run.under_prompt = under_prompt;
        let names =
            samples.iter().map(|draft| draft.brackets.iter().map(|b| vec![self.own_slug(b)]).collect()).collect();
        self.type_run(&mut run, scope, names);
        let strings = !open && samples.iter().all(|draft| draft.brackets.len() == 1 && draft.nested.is_empty());
        let distinct = samples.len() > 1 && {
            // `[Option 1]` and `[Option 2]` are samples of one thing.
            let own = |draft: &&Draft<'_>| placeholder_slug(without_number(self.inner(&draft.brackets[0].range)));
            let mut texts: Vec<_> = samples.iter().map(own).collect();
            texts.sort();
            texts.windows(2).all(|pair| pair[0] != pair[1])
        };
        let strings = strings.then_some(distinct);
        let run_scope = scope.with_path(run.path.clone());
        let mut items = Vec::with_capacity(drafts.len());
        for (draft, role) in drafts.iter().zip(roles) {
            items.push(self.item(draft, role, &run, &run_scope, strings, body));
        }
        run.items = items;
        let speaks = |item: &Item| item.role != Role::Plain || !item.nested.is_empty();
        run.items.iter().any(speaks).then_some(run)
    }

    fn draft<'b>(&mut self, at: usize, item: &'b super::blocks::ListItem) -> Draft<'b> {
        let (inlines, nested) = match item.blocks.split_first() {
            Some((Block { kind: BlockKind::Paragraph(inlines), .. }, nested)) => (Some(inlines), nested),
            _ => (None, item.blocks.as_slice()),
        };
        if let Some(inlines) = inlines {
            self.note_links(inlines);
        }
        let brackets = inlines.map(|inlines| self.brackets(inlines)).unwrap_or_default();
        let label = inlines.and_then(|inlines| labels::of_item(self.text, inlines, &brackets));
        let continuation = at > 0
            && inlines.is_some_and(|inlines| is_sole(inlines, &brackets))
            && labels::is_continuation(self.inner(&brackets[0].range));
        Draft { range: item.range.clone(), inlines, brackets, label, nested, continuation }
    }

    fn role(&self, draft: &Draft<'_>, sampled: bool, has_prompt: bool) -> Role {
        let Some(inlines) = draft.inlines else { return Role::Plain };
        if draft.continuation {
            return Role::Continuation;
        }
        if !draft.brackets.is_empty() {
            return if sampled { Role::Sample } else { Role::Labelled };
        }
        let names_something = draft.label.as_ref().is_none_or(|label| label.bare);
        let plain = draft.nested.is_empty() && inlines.links.is_empty() && !inlines.task && !inlines.range.is_empty();
        if has_prompt && names_something && plain { Role::Topic } else { Role::Plain }
    }

    pub(super) fn sample_texts(&self, ranges: impl Iterator<Item = Range<usize>>) -> String {
        ranges.map(|range| &self.text[range]).collect()
    }

    /// The run without its items; `samples` is the text of its samples, empty where there are none.
    pub(super) fn run(
        &mut self,
        kind: RunKind,
        range: Range<usize>,
        scope: &Scope,
        lead: Option<Lead>,
        samples: String,
    ) -> Run {
        let base = match &lead {
            Some(lead) => scope.path_to(&label_slug(&lead.text)),
            None => scope.path.clone(),
        };
        let (path, records) = match (&lead, samples.is_empty()) {
            (Some(_), false) => {
                let path = self.claim(scope, &[base], samples);
                (path.clone(), path)
            }
            (Some(_), true) => {
                let path = self.claim_node(scope, &base);
                (path.clone(), path)
            }
            (None, false) => {
                let items = scope.path_to("items");
                (base, self.claim(scope, &[items], samples))
            }
            (None, true) => {
                let items = scope.path_to("items");
                (base, items)
            }
        };
        let lead = lead.map(|lead| lead.range);
        let address = scope.address(&records);
        let base = scope.address(&path);
        Run {
            base,
            kind,
            range,
            path,
            records,
            address,
            lead,
            items: Vec::new(),
            open: false,
            collection: None,
            under_prompt: false,
            own_lines: false,
        }
    }

    /// Finds out which typed records the samples of a run stand for, and with it the form of their address.
    pub(super) fn type_run(&mut self, run: &mut Run, scope: &Scope, samples: Vec<Vec<Names>>) {
        let Some(first) = samples.first() else { return };
        let in_table = scope.collection == Some(Collection::Tables);
        let announced = || {
            let label = run.path.last().or_else(|| scope.path.last())?;
            Collection::of_label(label).filter(|&collection| collection != Collection::Tables)
        };
        let mut named = first.iter().flatten().filter_map(|slug| Collection::of_name(slug));
        let speaks = |collection: &Collection| {
            let owner = *collection != Collection::Columns || first.iter().flatten().any(|slug| slug.contains("table"));
            let known = |names: &Names| names.iter().any(|slug| collection.field(slug).is_some());
            owner && samples.iter().flatten().all(known)
        };
        run.collection = match in_table {
            true => announced().or_else(|| named.next()).filter(|&collection| collection != Collection::Tables),
            false if scope.in_record => None,
            // `| [table] | [index] |` is about indexes, though a table is named first.
            false => named.find(speaks),
        };
        let words = matches!(run.collection, Some(Collection::Relations | Collection::Checks));
        let single = samples.iter().all(|sample| sample.len() == 1);
        run.address.push_str(match in_table && run.collection.is_some() {
            true if words && single => "",
            true => "{}",
            false if run.open => "{}",
            false => "[]",
        });
    }

    fn item(
        &mut self,
        draft: &Draft<'_>,
        role: Role,
        run: &Run,
        scope: &Scope,
        strings: Option<bool>,
        body: &mut Body,
    ) -> Item {
        let key = draft.label.as_ref().map(|label| label_slug(&label.text));
        let leaf = draft.inlines.map_or(draft.range.start, |inlines| inlines.range.start);
        let mut item = Item {
            range: draft.range.clone(),
            role,
            label: draft.label.as_ref().map(|label| Label { range: label.range.clone(), site: label.site.clone() }),
            path: scope.path.clone(),
            slots: Vec::new(),
            nested: Vec::new(),
        };
        match role {
            Role::Sample => {
                let record = record_scope(scope, &run.address, run.collection);
                for bracket in &draft.brackets {
                    item.slots.push(self.sample_slot(bracket, &record, scope, strings, leaf));
                }
                item.nested = self.nested(draft, &record, &mut Body::default());
            }
            Role::Continuation => {
                let id = self.place(
                    draft.brackets[0].range.clone(),
                    PlaceholderKind::Continuation,
                    run.address.clone(),
                    scope,
                );
                let range = draft.brackets[0].range.clone();
                let (site, form) = (Site::Text, Form::Prose);
                item.slots.push(Slot { id, range, path: Path::default(), aliases: Vec::new(), site, form, leaf });
            }
            Role::Topic => {
                let (Some(inlines), text) = (draft.inlines, self.text) else { return item };
                let words = inlines.plain(text, inlines.range.clone());
                let path = scope.path_to(&label_slug(words.trim_end_matches(':')));
                item.path = self.claim(scope, &[path], words);
                let range = inlines.range.clone();
                let kind = if scope.in_record { PlaceholderKind::Record } else { PlaceholderKind::Topic };
                let id = self.place(range.clone(), kind, scope.address(&item.path), scope);
                let (site, form, path) = (Site::Text, Form::Prose, item.path.clone());
                item.slots.push(Slot { id, range, path, aliases: Vec::new(), site, form, leaf });
            }
            Role::Labelled | Role::Plain => {
                let words = draft.inlines.map(|inlines| inlines.plain(self.text, inlines.range.clone()));
                let key = key.or_else(|| {
                    words.filter(|_| role == Role::Plain && !draft.nested.is_empty()).map(|w| label_slug(&w))
                });
                let mut inner = match key {
                    Some(key) => scope.below(&key),
                    None => scope.clone(),
                };
                let holds_places = self.holds_places(draft.nested);
                if role == Role::Plain && holds_places && inner.path != scope.path {
                    inner.path = self.claim_node(scope, &inner.path);
                }
                item.path = inner.path.clone();
                let alone = draft.brackets.len() == 1 && !holds_places;
                if draft.label.is_some() && !alone && !draft.brackets.is_empty() {
                    inner.path = self.claim_node(scope, &inner.path);
                    item.path = inner.path.clone();
                }
                self.labelled_slots(&mut item, &draft.brackets, &inner, (draft.label.is_some(), alone), leaf);
                item.nested = self.nested(draft, &inner, body);
            }
        }
        item
    }

    /// What an item holds below its first paragraph.
    fn nested(&mut self, draft: &Draft<'_>, scope: &Scope, body: &mut Body) -> Vec<Element> {
        let around = self.item_end.replace(draft.range.end);
        let elements = self.elements(draft.nested, scope, body);
        self.item_end = around;
        elements
    }

    /// The placeholders of an item's first line; one that is alone in its item stands at the label itself.
    fn labelled_slots(
        &mut self,
        item: &mut Item,
        brackets: &[Bracket],
        scope: &Scope,
        (labelled, alone): (bool, bool),
        leaf: usize,
    ) {
        for bracket in brackets {
            let own = scope.path_to(&self.own_slug(bracket));
            let sole = labelled && alone;
            let candidates = if sole { [scope.path.clone()] } else { [own] };
            let path = self.claim(scope, &candidates, self.inner(&bracket.range));
            if sole {
                item.path.clone_from(&path);
            }
            let kind = self.kind(scope, PlaceholderKind::Item, &bracket.site);
            item.slots.push(self.slot(bracket, path, kind, scope, Form::Prose, leaf));
        }
    }

    /// A placeholder of a sample; `strings` says that all samples have one placeholder, and whether their texts differ.
    fn sample_slot(
        &mut self,
        bracket: &Bracket,
        record: &Scope,
        run_scope: &Scope,
        strings: Option<bool>,
        leaf: usize,
    ) -> Slot {
        let own = self.own_slug(bracket);
        let path = Path::from([Key::from(own.as_str())]);
        let address = match strings {
            Some(true) => {
                let path = run_scope.path_to(&own);
                self.claims.entry(super::address_key(&run_scope.address(&path))).or_insert(None);
                run_scope.address(&path)
            }
            Some(false) => record.record.to_string(),
            None if record.record.ends_with("{}") && names(record.collection, &own) => record.record.to_string(),
            // All of a record, in words.
            None if !record.record.ends_with(['}', ']']) => record.record.to_string(),
            None => record.address(&path),
        };
        let id = self.place(bracket.range.clone(), PlaceholderKind::Record, address, run_scope);
        let site = bracket.site.clone();
        Slot { id, range: bracket.range.clone(), path, aliases: Vec::new(), site, form: Form::Prose, leaf }
    }
}

#[cfg(test)]
mod tests {
    use crate::template;

    fn addresses(page: &str) -> Vec<String> {
        let placeholders = template::parse(page, &|_| false).placeholders;
        placeholders.into_iter().filter_map(|placeholder| placeholder.address).collect()
    }

    #[test]
    fn what_a_relation_says_in_words_stands_at_the_list_and_its_parts_below() {
        let table = |list: &str| addresses(&format!("## S\n\n### `[table_name]`\n\n**Relations:**\n{list}"));
        assert_eq!(table("- [Foreign key relationships]\n"), ["tables{}", "tables{}.relations"]);
        let parts = ["tables{}", "tables{}.relations{}.columns", "tables{}.relations{}.references"];
        assert_eq!(table("- [columns] to [references]\n"), parts);
    }

    #[test]
    fn a_named_record_is_its_own_address_in_a_table_by_name() {
        let table = addresses("## S\n\n### `[table_name]`\n\n**Indexes:**\n- [Index name] on [columns]\n");
        assert_eq!(table, ["tables{}", "tables{}.indexes{}", "tables{}.indexes{}.columns"]);
        let rows = addresses("## S\n\n**Indexes:**\n- [index_name] on [table]\n");
        assert_eq!(rows, ["s.indexes[].index_name", "s.indexes[].table"]);
    }
}
