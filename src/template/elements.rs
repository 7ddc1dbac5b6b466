//! The body of a section: prompts, inline placeholders, runs, topics and code blocks, with their addresses.

use std::collections::HashMap;
use std::ops::Range;

use super::blocks::{Block, BlockKind, Code, Inlines, List, Row, Table};
use super::brackets::{self, Bracket, Site};
use super::labels::{self, ItemLabel, Lead};
use super::{
    Builder, CodeBlock, Element, Form, Item, Label, Path, PlaceholderKind, Prompt, Repeat, Role, Run, RunKind, Scope,
    Slot, Trap,
};
use crate::slug::{label_slug, placeholder_slug};
use crate::vocabulary::{Collection, Field};

/// What the pieces of one section's body know of each other.
#[derive(Default)]
pub(super) struct Body {
    /// Plain list items ask for something.
    pub(super) has_prompt: bool,
    /// A labelled item takes the key `description`, so the prompt is `introduction`.
    pub(super) description_taken: bool,
    /// The section's prompt may stay unanswered when nothing at all is said.
    pub(super) conditional: bool,
    /// Some blocks hold no placeholder and no topic.
    pub(super) has_own_text: bool,
}

/// The slugs by which a placeholder may be known.
type Names = Vec<String>;

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
    /// Reads the blocks of a body in order.
    pub(super) fn elements(&mut self, blocks: &[Block], scope: &Scope, body: &mut Body) -> Vec<Element> {
        let mut elements = Vec::new();
        let mut lead: Option<Lead> = None;
        let mut after_prompt = false;
        let mut rest = blocks.iter();
        while let Some(block) = rest.next() {
            let taken = lead.take();
            let under_prompt = std::mem::take(&mut after_prompt);
            let before = elements.len();
            match &block.kind {
                BlockKind::Paragraph(inlines) => {
                    self.note_links(inlines);
                    let brackets = self.brackets(inlines);
                    if is_sole(inlines, &brackets) {
                        after_prompt = taken.is_none();
                        elements.push(Element::Prompt(self.prompt(block, &brackets[0], scope, taken, body)));
                        continue;
                    }
                    if let Some((label, bracket)) = placeholder_lead(self.text, inlines, &brackets)
                        && let Some(next) = rest.as_slice().first().filter(|next| is_run_block(next))
                    {
                        rest.next();
                        elements.push(self.repeated_label(&label, &bracket, next, scope));
                        continue;
                    }
                    lead = labels::lead(self.text, inlines)
                        .filter(|lead| brackets.last().is_none_or(|bracket| bracket.range.end <= lead.range.start));
                    let slots = self.inline_slots(inlines, &brackets, scope, Form::Prose);
                    if !slots.is_empty() {
                        elements.push(Element::Slots(slots));
                    }
                    if lead.is_some() {
                        continue;
                    }
                }
                BlockKind::Heading { inlines, .. } => {
                    let brackets = self.brackets(inlines);
                    let slots = self.inline_slots(inlines, &brackets, scope, Form::Heading);
                    if !slots.is_empty() {
                        elements.push(Element::Slots(slots));
                    }
                }
                BlockKind::List(list) => {
                    elements.extend(self.list(block, list, scope, taken, under_prompt, body).map(Element::Run));
                }
                BlockKind::Table(table) => elements.extend(self.table(block, table, scope, taken)),
                BlockKind::Code(code) => elements.extend(self.code(block, code, scope, taken).map(Element::Code)),
                BlockKind::Quote(blocks) | BlockKind::Container(blocks) => {
                    elements.extend(self.elements(blocks, scope, body));
                }
                BlockKind::Html => self.note_html(block.range.clone()),
                BlockKind::Rule => {}
            }
            let says = |element: &Element| !matches!(element, Element::Code(code) if code.run.items.is_empty());
            body.has_own_text |= !elements[before..].iter().any(says) && !matches!(block.kind, BlockKind::Rule);
        }
        elements
    }

    /// The placeholders of a stretch of inline content, but for the literals of the configuration.
    pub(super) fn brackets(&self, inlines: &Inlines) -> Vec<Bracket> {
        let mut brackets = brackets::of_inlines(self.text, inlines, &self.broken_links);
        brackets.retain(|bracket| !(self.is_literal)(self.inner(&bracket.range)));
        brackets
    }

    pub(super) fn inner(&self, range: &Range<usize>) -> &str {
        self.text.get(range.start + 1..range.end - 1).unwrap_or_default().trim()
    }

    fn own_slug(&self, bracket: &Bracket) -> String {
        placeholder_slug(self.inner(&bracket.range))
    }

    /// Whether a placeholder stands anywhere in these blocks.
    fn holds_places(&self, blocks: &[Block]) -> bool {
        blocks.iter().any(|block| match &block.kind {
            BlockKind::Paragraph(inlines) | BlockKind::Heading { inlines, .. } => !self.brackets(inlines).is_empty(),
            BlockKind::List(list) => list.items.iter().any(|item| self.holds_places(&item.blocks)),
            BlockKind::Quote(blocks) | BlockKind::Container(blocks) => self.holds_places(blocks),
            BlockKind::Table(table) => {
                let mut cells = std::iter::once(&table.header).chain(&table.rows).flat_map(|row| &row.cells);
                cells.any(|cell| !self.brackets(cell).is_empty())
            }
            BlockKind::Code(code) => code.lines.iter().any(|line| !self.code_brackets(line).is_empty()),
            BlockKind::Rule | BlockKind::Html => false,
        })
    }

    fn note_links(&mut self, inlines: &Inlines) {
        let hidden = inlines.links.iter().filter(|link| link.inline && !link.image).filter(|link| {
            !link.destination.is_empty() && link.destination.chars().all(|c| c.is_alphanumeric() || "_- ".contains(c))
        });
        self.traps.extend(hidden.map(|link| Trap::HiddenPlaceholder(link.range.clone())));
        // The target of an autolink is its text, which Markdown does not look into.
        let bare = inlines.links.iter().filter(|link| !link.inline && !link.image);
        let bare = bare.filter(|link| self.text[link.range.clone()].starts_with('<') && link.destination.contains('['));
        self.traps.extend(bare.map(|link| Trap::InTarget(link.range.clone())));
        let files = inlines.links.iter().filter(|link| link.inline && !link.image && link.destination.contains(".md"));
        self.links.extend(files.map(|link| (link.range.clone(), link.destination.clone())));
    }

    fn note_html(&mut self, range: Range<usize>) {
        for text in brackets::html_text(self.text, range) {
            let mut found = brackets::in_code_lines(self.text, text);
            found.retain(|range| !(self.is_literal)(self.inner(range)));
            self.traps.extend(found.into_iter().map(Trap::InHtml));
        }
    }

    fn prompt(
        &mut self,
        block: &Block,
        bracket: &Bracket,
        scope: &Scope,
        lead: Option<Lead>,
        body: &mut Body,
    ) -> Prompt {
        let inner = self.inner(&bracket.range).to_owned();
        let (candidates, of_section) = match &lead {
            Some(lead) => (vec![scope.below(&label_slug(&lead.text)).path], false),
            None => {
                let key = if body.description_taken { "introduction" } else { "description" };
                let own = scope.below(&placeholder_slug(&inner)).path;
                (vec![scope.below(key).path, own], true)
            }
        };
        let path = self.claim(scope, &candidates, &inner);
        body.conditional |= of_section && path == candidates[0] && labels::is_conditional(&inner);
        let kind = self.kind(scope, PlaceholderKind::Prompt, &bracket.site);
        let slot = self.slot(bracket, path, kind, scope, Form::Prose, block.range.start);
        let announces = inner.ends_with(':') || inner.ends_with('：');
        Prompt { slot, range: block.range.clone(), announces, lead: lead.map(|lead| lead.range), of_section }
    }

    fn kind(&self, scope: &Scope, kind: PlaceholderKind, site: &Site) -> PlaceholderKind {
        match site {
            _ if scope.in_record => PlaceholderKind::Record,
            Site::CodeSpan(_) => PlaceholderKind::CodeSpan,
            Site::CodeLine => PlaceholderKind::CodeBlock,
            Site::Text | Site::LinkTarget => kind,
        }
    }

    pub(super) fn slot(
        &mut self,
        bracket: &Bracket,
        path: Path,
        kind: PlaceholderKind,
        scope: &Scope,
        form: Form,
        leaf: usize,
    ) -> Slot {
        let id = self.place(bracket.range.clone(), kind, scope.address(&path), scope);
        let site = bracket.site.clone();
        Slot { id, range: bracket.range.clone(), path, aliases: Vec::new(), site, form, leaf }
    }

    /// Placeholders inside running text: named by the bold text in front of them, else by their own words.
    pub(super) fn inline_slots(
        &mut self,
        inlines: &Inlines,
        brackets: &[Bracket],
        scope: &Scope,
        form: Form,
    ) -> Vec<Slot> {
        if brackets.is_empty() {
            return Vec::new();
        }
        let names = labels::of_places(self.text, inlines);
        let labels: Vec<_> = brackets.iter().map(|b| labels::of_place(&names, b.range.start)).collect();
        let mut uses: HashMap<&str, usize> = HashMap::new();
        for label in labels.iter().flatten() {
            *uses.entry(label).or_default() += 1;
        }
        let plain = if form == Form::Heading { PlaceholderKind::Heading } else { PlaceholderKind::Inline };
        let mut slots = Vec::with_capacity(brackets.len());
        for (bracket, label) in brackets.iter().zip(&labels) {
            let own = self.own_slug(bracket);
            let candidates = match label {
                Some(label) => {
                    let scope = scope.below(&label_slug(label));
                    if uses.get(label) == Some(&1) {
                        [scope.path]
                    } else {
                        // Others stand below it, so it can be no further key.
                        self.claim_node(&scope, &scope.path);
                        [scope.below(&own).path]
                    }
                }
                None => [scope.below(&own).path],
            };
            let inner = self.inner(&bracket.range).to_owned();
            let path = self.claim(scope, &candidates, &inner);
            let kind = self.kind(scope, plain, &bracket.site);
            slots.push(self.slot(bracket, path, kind, scope, form, inlines.range.start));
        }
        slots
    }

    fn repeated_label(&mut self, lead: &Lead, bracket: &Bracket, block: &Block, scope: &Scope) -> Element {
        let repeat = self.repeat(bracket, scope, Form::Prose, lead.range.start);
        let record = record_scope(scope, &repeat.address, repeat.collection);
        let mut body = Body::default();
        let elements = self.elements(std::slice::from_ref(block), &record, &mut body);
        Element::Repeat { repeat, range: lead.range.start..block.range.end, elements }
    }

    /// What a heading or label that is a placeholder is repeated for.
    pub(super) fn repeat(&mut self, bracket: &Bracket, scope: &Scope, form: Form, leaf: usize) -> Repeat {
        let own = self.own_slug(bracket);
        let inner = self.inner(&bracket.range).to_owned();
        let candidates = [scope.below("items").path, scope.below(&own).path];
        let records = self.claim(scope, &candidates, &inner);
        let collection = Collection::of_name(&own).filter(|&c| c == Collection::Tables && !scope.in_record);
        let address = match collection {
            Some(_) => "tables{}".to_owned(),
            None => format!("{}[]", scope.address(&records)),
        };
        let id = self.place(bracket.range.clone(), PlaceholderKind::Record, address.clone(), scope);
        let site = bracket.site.clone();
        let name = Slot { id, range: bracket.range.clone(), path: vec![own], aliases: Vec::new(), site, form, leaf };
        Repeat { name, records, address, collection }
    }
}

/// The scope inside a record.
pub(super) fn record_scope(scope: &Scope, address: &str, collection: Option<Collection>) -> Scope {
    Scope { record: address.to_owned(), collection, in_record: true, path: Vec::new(), section: scope.section.clone() }
}

/// Whether the inline content is one placeholder and nothing else.
fn is_sole(inlines: &Inlines, brackets: &[Bracket]) -> bool {
    matches!(brackets, [bracket] if bracket.site == Site::Text && bracket.range == inlines.range) && !inlines.task
}

/// A label paragraph whose label is a placeholder.
fn placeholder_lead(text: &str, inlines: &Inlines, brackets: &[Bracket]) -> Option<(Lead, Bracket)> {
    let [bracket] = brackets else { return None };
    let lead = labels::lead(text, inlines)?;
    let (_, inner) = inlines.strong.last()?;
    let bold = inlines.plain(text, inner.clone());
    let whole = bold.trim_end().trim_end_matches(':').trim_end() == &text[bracket.range.clone()]
        && lead.range.start == inlines.range.start;
    whole.then(|| (lead, bracket.clone()))
}

/// Whether a field is the name of its record, which a table of tables has as its key.
fn names(collection: Option<Collection>, field: &str) -> bool {
    collection.is_some_and(|collection| collection.field(field) == Some(Field::Name))
}

fn is_run_block(block: &Block) -> bool {
    matches!(block.kind, BlockKind::List(_) | BlockKind::Table(_) | BlockKind::Code(_))
}

impl Builder<'_> {
    fn list(
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
        let announced = lead.as_ref().map(|lead| label_slug(&lead.text)).or_else(|| scope.path.last().cloned());
        let typed = scope.collection == Some(Collection::Tables)
            && announced.is_some_and(|slug| Collection::of_label(&slug).is_some());
        let slotted = drafts.iter().any(|draft| !draft.brackets.is_empty());
        let open = drafts.iter().any(|draft| draft.continuation) || typed && slotted;
        let is_slotted = |draft: &Draft<'_>| !draft.brackets.is_empty() && !draft.continuation;
        let labelled = drafts.iter().any(|draft| is_slotted(draft) && draft.label.is_some());
        let sampled = open || !labelled && drafts.iter().any(is_slotted);
        let roles: Vec<_> = drafts.iter().map(|draft| self.role(draft, sampled, body.has_prompt)).collect();
        let samples: Vec<_> =
            drafts.iter().zip(&roles).filter(|(_, role)| **role == Role::Sample).map(|(draft, _)| draft).collect();
        let mut run = self.run(
            RunKind::List { ordered: list.first_number.is_some() },
            block.range.clone(),
            scope,
            lead,
            &self.sample_texts(samples.iter().map(|draft| draft.range.clone())),
        );
        run.open = open;
        run.under_prompt = under_prompt;
        let names =
            samples.iter().map(|draft| draft.brackets.iter().map(|b| vec![self.own_slug(b)]).collect()).collect();
        self.type_run(&mut run, scope, names);
        let strings = !open && samples.iter().all(|draft| draft.brackets.len() == 1 && draft.nested.is_empty());
        let distinct = samples.len() > 1 && {
            let mut texts: Vec<_> = samples.iter().map(|draft| self.own_slug(&draft.brackets[0])).collect();
            texts.sort();
            texts.windows(2).all(|pair| pair[0] != pair[1])
        };
        let strings = strings.then_some(distinct);
        let mut run_scope = scope.clone();
        run_scope.path.clone_from(&run.path);
        let mut items = Vec::with_capacity(drafts.len());
        for (draft, role) in drafts.iter().zip(roles) {
            items.push(self.item(draft, role, &run, &run_scope, strings, body));
        }
        run.items = items;
        let speaks = |item: &Item| item.role != Role::Plain || !item.slots.is_empty() || !item.nested.is_empty();
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

    fn sample_texts(&self, ranges: impl Iterator<Item = Range<usize>>) -> String {
        ranges.map(|range| &self.text[range]).collect()
    }

    /// The run without its items; `samples` is the text of its samples, empty where there are none.
    fn run(&mut self, kind: RunKind, range: Range<usize>, scope: &Scope, lead: Option<Lead>, samples: &str) -> Run {
        let base = match &lead {
            Some(lead) => scope.below(&label_slug(&lead.text)).path,
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
                let items = scope.below("items").path;
                (base, self.claim(scope, &[items], samples))
            }
            (None, true) => {
                let items = scope.below("items").path;
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
        }
    }

    /// Finds out which typed records the samples of a run stand for, and with it the form of their address.
    fn type_run(&mut self, run: &mut Run, scope: &Scope, samples: Vec<Vec<Names>>) {
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
                item.nested = self.elements(draft.nested, &record, &mut Body::default());
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
                item.slots.push(Slot { id, range, path: Vec::new(), aliases: Vec::new(), site, form, leaf });
            }
            Role::Topic => {
                let (Some(inlines), text) = (draft.inlines, self.text) else { return item };
                let words = inlines.plain(text, inlines.range.clone());
                let path = scope.below(&label_slug(words.trim_end_matches(':'))).path;
                item.path = self.claim(scope, &[path], &words);
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
                self.labelled_slots(&mut item, &draft.brackets, &inner, (draft.label.is_some(), alone), leaf);
                item.nested = self.elements(draft.nested, &inner, body);
            }
        }
        item
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
        if labelled && !alone && !brackets.is_empty() {
            item.path = self.claim_node(scope, &scope.path);
        }
        for bracket in brackets {
            let own = scope.below(&self.own_slug(bracket)).path;
            let sole = labelled && alone;
            let candidates = if sole { [scope.path.clone()] } else { [own] };
            let inner = self.inner(&bracket.range).to_owned();
            let path = self.claim(scope, &candidates, &inner);
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
        let path = vec![own.clone()];
        let address = match strings {
            Some(true) => {
                let path = run_scope.below(&own).path;
                self.claims.entry(super::address_key(&run_scope.address(&path))).or_insert(None);
                run_scope.address(&path)
            }
            Some(false) => record.record.clone(),
            None if record.record.ends_with("{}") && names(record.collection, &own) => record.record.clone(),
            None => record.address(&path),
        };
        let id = self.place(bracket.range.clone(), PlaceholderKind::Record, address, run_scope);
        let site = bracket.site.clone();
        Slot { id, range: bracket.range.clone(), path, aliases: Vec::new(), site, form: Form::Prose, leaf }
    }
}

impl Builder<'_> {
    fn table(&mut self, block: &Block, table: &Table, scope: &Scope, lead: Option<Lead>) -> Vec<Element> {
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
        let headers: Vec<_> = table
            .header
            .cells
            .iter()
            .map(|cell| Some(cell.plain(self.text, cell.range.clone())).filter(|words| !words.trim().is_empty()))
            .map(|words| words.map(|words| label_slug(&words)))
            .collect();
        let rows: Vec<Vec<Vec<Bracket>>> =
            table.rows.iter().map(|row| row.cells.iter().map(|cell| self.brackets(cell)).collect()).collect();
        let roles: Vec<_> = rows.iter().enumerate().map(|(at, cells)| self.row_role(at, cells)).collect();
        if roles.iter().all(|role| *role == Role::Plain) {
            return elements;
        }
        let sample_ranges = table.rows.iter().zip(&roles).filter(|(_, role)| **role == Role::Sample);
        let samples = self.sample_texts(sample_ranges.map(|(row, _)| row.range.clone()));
        let mut run = self.run(RunKind::Table, block.range.clone(), scope, lead, &samples);
        run.open = roles.contains(&Role::Continuation);
        let names = rows.iter().zip(&roles).filter(|(_, role)| **role == Role::Sample).map(|(cells, _)| {
            let cells = cells.iter().enumerate().filter(|(_, brackets)| !brackets.is_empty());
            cells.map(|(at, brackets)| self.cell_names(&headers, at, brackets)).collect()
        });
        let names = names.collect();
        self.type_run(&mut run, scope, names);
        let mut run_scope = scope.clone();
        run_scope.path.clone_from(&run.path);
        for ((row, cells), role) in table.rows.iter().zip(&rows).zip(roles) {
            run.items.push(self.row(row, cells, role, &headers, &run, &run_scope));
        }
        elements.push(Element::Run(run));
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

    fn row(
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
            let range = cell.words.first()?.start..cell.words.last()?.end;
            let code = cell.code.iter().find(|code| code.start <= range.start && range.end <= code.end);
            Some(Label { range, site: code.map_or(Site::Text, |code| Site::CodeSpan(code.clone())) })
        });
        let inner = match (&words, role) {
            (Some(words), Role::Labelled) => scope.below(&label_slug(words)),
            (_, Role::Sample | Role::Continuation) => record_scope(scope, &run.address, run.collection),
            _ => scope.clone(),
        };
        let path = if role == Role::Labelled { self.claim_node(&inner, &inner.path) } else { scope.path.clone() };
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
            (Some(header), Role::Sample | Role::Continuation) if sole => (scope.below(&header).path, vec![own]),
            (_, Role::Sample | Role::Continuation) => (scope.below(&own).path, Vec::new()),
            (header, _) => {
                let cell = header.map_or_else(|| scope.clone(), |header| scope.below(&header));
                let below = cell.below(&own).path;
                let candidates = if sole && cell.path.len() > scope.path.len() { [cell.path] } else { [below] };
                let inner = self.inner(&bracket.range).to_owned();
                (self.claim(scope, &candidates, &inner), Vec::new())
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

    fn code(&mut self, block: &Block, code: &Code, scope: &Scope, lead: Option<Lead>) -> Option<CodeBlock> {
        let info = code.info.to_lowercase();
        let mut words = info.split([',', ' ', '{', '}']).map(str::trim);
        let language = words.next().unwrap_or_default();
        let literal =
            matches!(language, "mermaid" | "dot" | "plantuml") || info.split([',', ' ']).any(|w| w == "literal");
        let found: Vec<Vec<Range<usize>>> = match literal {
            true => Vec::new(),
            false => code.lines.iter().map(|line| self.code_brackets(line)).collect(),
        };
        let base = match &lead {
            Some(lead) => self.claim_node(scope, &scope.below(&label_slug(&lead.text)).path),
            None => scope.path.clone(),
        };
        let mut inner = scope.clone();
        inner.path = base;
        let content = match (code.lines.first(), code.lines.last()) {
            (Some(first), Some(last)) => Some(first.start..last.end),
            _ => None,
        };
        let text = content.clone().map_or("", |content| &self.text[content]).to_owned();
        let path = self.claim(&inner, &[inner.below("code").path], &text);
        let flat: Vec<_> = found.iter().flatten().cloned().collect();
        let diagram = labels::is_diagram(self.text, &code.lines, &flat);
        let mut run = Run {
            kind: RunKind::Code,
            range: block.range.clone(),
            records: inner.path.clone(),
            address: inner.address(&inner.path),
            base: inner.address(&inner.path),
            path: inner.path.clone(),
            lead: lead.map(|lead| lead.range),
            items: Vec::new(),
            open: false,
            collection: None,
            under_prompt: false,
        };
        for (line, brackets) in code.lines.iter().zip(&found).filter(|(_, brackets)| !brackets.is_empty()) {
            run.items.push(self.code_line(line, brackets, &inner, diagram));
        }
        let fenced = code.fenced;
        Some(CodeBlock { range: block.range.clone(), path, fenced, content, run, diagram })
    }

    fn code_brackets(&self, line: &Range<usize>) -> Vec<Range<usize>> {
        let mut found = brackets::in_code(self.text, line.clone());
        found.retain(|range| !(self.is_literal)(self.inner(range)));
        found
    }

    fn code_line(&mut self, line: &Range<usize>, brackets: &[Range<usize>], scope: &Scope, diagram: bool) -> Item {
        let key = labels::of_code_line(self.text, line.clone()).filter(|key| key.end <= brackets[0].start);
        let inner = match &key {
            Some(key) => scope.below(&self.text[key.clone()]),
            None => scope.clone(),
        };
        let mut item = Item {
            range: line.clone(),
            role: Role::Labelled,
            label: key.map(|range| Label { range, site: Site::CodeLine }),
            path: inner.path.clone(),
            slots: Vec::new(),
            nested: Vec::new(),
        };
        if item.label.is_some() && brackets.len() > 1 {
            self.claim_node(scope, &inner.path);
        }
        for range in brackets {
            let bracket = Bracket { range: range.clone(), site: Site::CodeLine };
            let own = inner.below(&self.own_slug(&bracket)).path;
            let sole = item.label.is_some() && brackets.len() == 1;
            let candidates = if sole { [inner.path.clone()] } else { [own] };
            let text = self.inner(range).to_owned();
            let path = self.claim(scope, &candidates, &text);
            let kind = match diagram {
                true => PlaceholderKind::Diagram,
                false => self.kind(scope, PlaceholderKind::CodeBlock, &bracket.site),
            };
            item.slots.push(self.slot(&bracket, path, kind, scope, Form::Prose, line.start));
        }
        item
    }
}

/// The lines of a text as ranges without line ends.
#[cfg(test)]
pub(super) fn line_ranges(text: &str) -> Vec<Range<usize>> {
    let mut start = 0;
    let lines = text.split_inclusive('\n').map(|line| {
        let range = start..start + line.trim_end().len();
        start += line.len();
        range
    });
    lines.collect()
}
