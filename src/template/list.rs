//! Lists as runs: labelled items, samples, topics and continuations.

use std::ops::Range;

use super::address::{Key, Path, Scope};
use super::brackets::{Bracket, Site};
use super::elements::{Body, sole};
use super::labels::{self, ItemLabel, Lead};
use super::run::{Above, Names};
use super::{Builder, Element, Form, Item, Label, PlaceholderKind, Role, Run, RunKind, Slot};
use crate::markdown::blocks::{Block, BlockKind, List, ListItem, Pieces, Stretch};
use crate::slug::{label_slug, placeholder_slug, without_number};
use crate::vocabulary::{Collection, Field};

/// One list item before its run is known.
struct Draft<'b> {
    range: Range<usize>,
    /// Its first paragraph.
    stretch: Option<&'b Stretch>,
    /// Where that starts.
    leaf: usize,
    brackets: &'b [Bracket],
    label: Option<ItemLabel>,
    /// What it holds below that.
    nested: &'b [Block],
    /// Says that there are more items.
    continuation: bool,
}

/// What the samples of a list stand for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Records {
    /// Strings, for the one placeholder of every sample.
    Strings,
    /// The same, each with an address of its own, since their texts differ.
    NamedStrings,
    /// Tables, with a field for each placeholder.
    Tables,
}

impl<'t> Builder<'t> {
    /// A list as a run; none where it asks for nothing.
    pub(super) fn list(
        &mut self,
        block: &Block,
        list: &List,
        scope: &Scope,
        above: Above,
        body: &mut Body,
    ) -> Option<Run> {
        list.items.iter().filter_map(first_paragraph).for_each(|stretch| self.note_links(stretch));
        let asks = body.has_prompt || above.lead.is_some() || !self.brackets(&block.range).is_empty();
        let flat = |item: &ListItem| item.blocks.len() == usize::from(first_paragraph(item).is_some());
        if !asks && list.items.iter().all(flat) {
            return None;
        }
        let drafts: Vec<_> = list.items.iter().enumerate().map(|(at, item)| self.draft(at, item)).collect();
        let open = is_open(&drafts, scope, above.lead.as_ref());
        let sampled = open || is_sampled(&drafts);
        let drafts: Vec<_> =
            drafts.into_iter().map(|draft| (draft.role(sampled, body.has_prompt, self.pieces), draft)).collect();
        let says_nothing = |(role, draft): &(Role, Draft<'_>)| *role == Role::Plain && draft.nested.is_empty();
        if above.lead.is_none() && drafts.iter().all(says_nothing) {
            return None;
        }
        let samples = drafts.iter().filter(|(role, _)| *role == Role::Sample);
        let samples: Vec<_> = samples.map(|(_, draft)| draft).collect();
        let has_key = |(role, draft): &(Role, Draft<'_>)| match role {
            Role::Labelled | Role::Topic => true,
            Role::Plain => self.asks(draft.nested, body),
            Role::Sample | Role::Continuation => false,
        };
        let mixed = !open && drafts.iter().any(has_key);
        let names = self.sample_names(&samples);
        let collection = scope.collection_of(above.lead.as_ref(), &names);
        let wanted = self.samples(samples.iter().map(|draft| &draft.range), open, collection, scope);
        let kind = RunKind::List { ordered: list.first_number.is_some() };
        let mut run = self.run(kind, block.range.clone(), scope, above.lead, wanted, mixed);
        (run.open, run.collection) = (open, collection);
        run.under_prompt = above.prompt;
        run.form_records(scope, &names);
        let records = if open { Records::Tables } else { self.records(&samples) };
        let scope = scope.with_path(run.path.clone());
        let mut items = Vec::with_capacity(drafts.len());
        for (role, draft) in &drafts {
            items.push(match role {
                Role::Sample => self.sample(draft, &run, records, &scope),
                Role::Continuation => self.continuation(draft, &run, &scope),
                Role::Topic => self.topic(draft, &scope),
                Role::Labelled | Role::Plain => self.labelled(*role, draft, &scope, body),
            });
        }
        run.items = items;
        let speaks = |item: &Item| item.role != Role::Plain || !item.nested.is_empty();
        run.items.iter().any(speaks).then_some(run)
    }

    fn draft<'b>(&self, at: usize, item: &'b ListItem) -> Draft<'b>
    where
        't: 'b,
    {
        let stretch = first_paragraph(item);
        let nested = item.blocks.get(usize::from(stretch.is_some())..).unwrap_or_default();
        let brackets = stretch.map(|stretch| self.brackets(&stretch.range)).unwrap_or_default();
        let label = stretch.and_then(|stretch| labels::of_item(self.text, &self.pieces.of(stretch), brackets));
        let whole = stretch.and_then(|stretch| sole(stretch, brackets));
        let continuation = at > 0 && whole.is_some_and(|bracket| labels::is_continuation(self.inner(&bracket.range)));
        let leaf = stretch.map_or(item.range.start, |stretch| stretch.range.start);
        Draft { range: item.range.clone(), stretch, leaf, brackets, label, nested, continuation }
    }

    /// The names of the placeholders of each sample: their own words.
    fn sample_names(&self, samples: &[&Draft<'_>]) -> Vec<Vec<Names>> {
        let names = |draft: &&Draft<'_>| draft.brackets.iter().map(|bracket| vec![self.own_slug(bracket)]).collect();
        samples.iter().map(names).collect()
    }

    fn records(&self, samples: &[&Draft<'_>]) -> Records {
        if !samples.iter().all(|draft| draft.brackets.len() == 1 && draft.nested.is_empty()) {
            return Records::Tables;
        }
        // `[Option 1]` and `[Option 2]` are samples of one thing.
        let own = |bracket: &Bracket| placeholder_slug(without_number(self.inner(&bracket.range)));
        let mut texts: Vec<_> = samples.iter().flat_map(|draft| draft.brackets).map(own).collect();
        texts.sort();
        let differ = texts.len() > 1 && texts.windows(2).all(|pair| pair[0] != pair[1]);
        if differ { Records::NamedStrings } else { Records::Strings }
    }

    /// An item that stands for records.
    fn sample(&mut self, draft: &Draft<'_>, run: &Run, records: Records, scope: &Scope) -> Item {
        let record = scope.of_record(&run.address, run.collection);
        let mut item = draft.item(Role::Sample, scope);
        for bracket in draft.brackets {
            item.slots.push(self.sample_slot(bracket, &record, scope, records, draft.leaf));
        }
        item.nested = self.nested(draft, &record, &mut Body::default());
        item
    }

    fn sample_slot(&mut self, bracket: &Bracket, record: &Scope, scope: &Scope, records: Records, leaf: usize) -> Slot {
        let own = self.own_slug(bracket);
        let in_words = !record.record.ends_with(['}', ']']);
        let is_key = record.record.ends_with("{}") && names_record(record.collection, &own);
        let (path, address) = match records {
            Records::NamedStrings => {
                let path = self.claims.claim_value(scope, scope.path_to(&own), self.inner(&bracket.range));
                let address = scope.address(&path);
                (path.last().cloned().into_iter().collect(), address)
            }
            Records::Tables if !is_key && !in_words => {
                let path = self.claims.claim_field(record, [Key::from(own)].into());
                let address = record.address(&path);
                (path, address)
            }
            Records::Strings | Records::Tables => ([Key::from(own)].into(), record.record.to_string()),
        };
        let id = self.place(bracket.range.clone(), PlaceholderKind::Record, address, scope);
        Slot::of(bracket, id, path, self.form_at(Form::Prose, bracket.range.end), leaf)
    }

    fn continuation(&mut self, draft: &Draft<'_>, run: &Run, scope: &Scope) -> Item {
        let mut item = draft.item(Role::Continuation, scope);
        for bracket in draft.brackets {
            let id = self.place(bracket.range.clone(), PlaceholderKind::Continuation, run.address.clone(), scope);
            item.slots.push(Slot::of(bracket, id, Path::default(), Form::Prose, draft.leaf));
        }
        item
    }

    fn topic(&mut self, draft: &Draft<'_>, scope: &Scope) -> Item {
        let mut item = draft.item(Role::Topic, scope);
        let Some(stretch) = draft.stretch else { return item };
        let words = self.pieces.of(stretch).plain(self.text);
        let path = scope.path_to(&label_slug(words.trim_end_matches(':')));
        item.path = self.claims.claim_value(scope, path, words);
        let id = self.place(stretch.range.clone(), PlaceholderKind::Topic, scope.address(&item.path), scope);
        let whole = Bracket { range: stretch.range.clone(), site: Site::Text };
        let form = self.form_at(Form::Prose, whole.range.end);
        item.slots.push(Slot::of(&whole, id, item.path.clone(), form, draft.leaf));
        item
    }

    /// An item that is filled by key, or the author's own. A placeholder that is alone in it stands at its label.
    fn labelled(&mut self, role: Role, draft: &Draft<'_>, scope: &Scope, body: &mut Body) -> Item {
        let mut item = draft.item(role, scope);
        let mut inner = scope.clone();
        let shared = draft.brackets.len() > 1 || self.asks(draft.nested, body);
        if let Some(key) = self.key(role, draft) {
            let own = scope.path_to(&key);
            inner.path = if shared { self.claims.claim_node(scope, own) } else { own };
        }
        item.path = inner.path.clone();
        let at_label = draft.label.is_some() && !shared;
        for bracket in draft.brackets {
            let own = if at_label { inner.path.clone() } else { inner.path_to(&self.own_slug(bracket)) };
            let path = self.claims.claim_value(&inner, own, self.inner(&bracket.range));
            if at_label {
                item.path.clone_from(&path);
            }
            let kind = self.kind(scope, PlaceholderKind::Item, &bracket.site);
            item.slots.push(self.slot(bracket, path, kind, &inner, Form::Prose, draft.leaf));
        }
        item.nested = self.nested(draft, &inner, body);
        item
    }

    /// Whether anything in these blocks asks for something.
    fn asks(&self, blocks: &[Block], body: &Body) -> bool {
        self.holds_places(blocks) || body.has_prompt && self.holds_topics(blocks)
    }

    /// Whether there is a topic in these blocks, below a prompt.
    fn holds_topics(&self, blocks: &[Block]) -> bool {
        blocks.iter().any(|block| match &block.kind {
            BlockKind::List(list) => list.items.iter().enumerate().any(|(at, item)| {
                let draft = self.draft(at, item);
                draft.role(false, true, self.pieces) == Role::Topic || self.holds_topics(draft.nested)
            }),
            BlockKind::Quote(blocks) | BlockKind::Container(blocks) => self.holds_topics(blocks),
            _ => false,
        })
    }

    /// The key of an item: its label, or the words above what is nested in it.
    fn key(&self, role: Role, draft: &Draft<'_>) -> Option<String> {
        if let Some(label) = &draft.label {
            return Some(label_slug(&label.text));
        }
        let stretch = draft.stretch.filter(|_| role == Role::Plain && !draft.nested.is_empty())?;
        Some(label_slug(&self.pieces.of(stretch).plain(self.text)))
    }

    /// What an item holds below its first paragraph.
    fn nested(&mut self, draft: &Draft<'_>, scope: &Scope, body: &mut Body) -> Vec<Element> {
        let around = self.item_end.replace(draft.range.end);
        let elements = self.elements(draft.nested, scope, body);
        self.item_end = around;
        elements
    }
}

impl Draft<'_> {
    fn role(&self, sampled: bool, has_prompt: bool, pieces: &Pieces) -> Role {
        let Some(stretch) = self.stretch else { return Role::Plain };
        if self.continuation {
            return Role::Continuation;
        }
        if !self.brackets.is_empty() {
            return if sampled { Role::Sample } else { Role::Labelled };
        }
        let names_something = self.label.as_ref().is_none_or(|label| label.bare);
        let plain =
            self.nested.is_empty() && pieces.links(stretch).is_empty() && !stretch.task && !stretch.range.is_empty();
        if has_prompt && names_something && plain { Role::Topic } else { Role::Plain }
    }

    /// The item without its placeholders.
    fn item(&self, role: Role, scope: &Scope) -> Item {
        let label = self.label.as_ref().map(|label| Label { range: label.range.clone(), site: label.site.clone() });
        let path = scope.path.clone();
        Item { range: self.range.clone(), role, label, path, slots: Vec::new(), nested: Vec::new() }
    }
}

fn first_paragraph(item: &ListItem) -> Option<&Stretch> {
    match &item.blocks.first()?.kind {
        BlockKind::Paragraph(stretch) => Some(stretch),
        _ => None,
    }
}

/// Whether all items come from the facts: the list says that there are more, or it is about the columns, indexes and so
/// on of a table, which come from the table, whatever labels the samples have.
fn is_open(drafts: &[Draft<'_>], scope: &Scope, lead: Option<&Lead>) -> bool {
    let typed = scope.is_typed(lead);
    drafts.iter().any(|draft| draft.continuation || typed && !draft.brackets.is_empty())
}

/// Whether the items with placeholders stand for records: none of them has a label of its own.
fn is_sampled(drafts: &[Draft<'_>]) -> bool {
    let mut slotted = drafts.iter().filter(|draft| !draft.brackets.is_empty() && !draft.continuation).peekable();
    slotted.peek().is_some() && slotted.all(|draft| draft.label.is_none())
}

/// Whether a field is the name of its record, which a table of tables has as its key.
fn names_record(collection: Option<Collection>, field: &str) -> bool {
    collection.is_some_and(|collection| collection.field(field) == Some(Field::Name))
}

#[cfg(test)]
mod tests {
    use crate::template;

    fn addresses(page: &str) -> Vec<String> {
        let placeholders = template::parse(page, &|_| false).placeholders;
        placeholders.into_iter().filter_map(|placeholder| placeholder.address).collect()
    }

    #[test]
    fn what_an_item_asks_below_its_place_stands_beside_it() {
        let item = |nested: &str| addresses(&format!("## S\n\n[Describe it:]\n\n- **Size:** [now]\n  {nested}\n"));
        assert_eq!(item("- In a year"), ["s.description", "s.size.now", "s.size.in_a_year"]);
        assert_eq!(item("> - In a year"), ["s.description", "s.size.now", "s.size.in_a_year"]);
        assert_eq!(item("- Deeper\n    - In a year"), ["s.description", "s.size.now", "s.size.deeper.in_a_year"]);
        assert_eq!(item("- **In a year:** 5"), ["s.description", "s.size"]);
    }

    #[test]
    fn a_place_below_a_task_box_is_no_prompt() {
        let item = |text: &str| addresses(&format!("## S\n\n{text}\n\n- b\n"));
        assert_eq!(item("- [ ]\n  [x]"), item("- [ ] [x]"));
        assert_eq!(item("- [ ] [x]"), ["s.items[]"]);
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
