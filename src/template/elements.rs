//! The body of a section: prompts, inline placeholders, runs, topics and code blocks, with their addresses.

use std::collections::HashMap;
use std::ops::Range;

use super::blocks::{Block, BlockKind, Inlines};
use super::brackets::{self, Bracket, Site};
use super::labels::{self, Lead};
use super::{Builder, Element, Form, Key, Path, PlaceholderKind, Prompt, Repeat, Scope, Slot, TrapKind};
use crate::slug::{label_slug, placeholder_slug, without_number};
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

impl<'t> Builder<'t> {
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
                        let follows = scope.in_record || elements.iter().any(|element| !is_text(element));
                        let more = taken.is_none() && follows && labels::says_more(self.inner(&brackets[0].range));
                        after_prompt = taken.is_none() && !more;
                        elements.push(Element::Prompt(Box::new(match more {
                            true => self.more(block, &brackets[0], scope, elements.last()),
                            false => self.prompt(block, &brackets[0], scope, taken, body),
                        })));
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
                    let run = self.list(block, list, scope, taken, under_prompt, body);
                    elements.extend(run.map(Box::new).map(Element::Run));
                }
                BlockKind::Table(table) => elements.extend(self.table(block, table, scope, taken)),
                BlockKind::Code(code) => {
                    let code = self.code(block, code, scope, taken);
                    elements.extend(code.map(Box::new).map(Element::Code));
                }
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

    pub(super) fn inner(&self, range: &Range<usize>) -> &'t str {
        let inner = self.text.get(range.start + 1..range.end - 1).unwrap_or_default();
        // `[name][]` is as much of a reference as `[name]`.
        inner.strip_suffix("][").unwrap_or(inner).trim()
    }

    pub(super) fn own_slug(&self, bracket: &Bracket) -> String {
        placeholder_slug(self.inner(&bracket.range))
    }

    /// Whether a placeholder stands anywhere in these blocks.
    pub(super) fn holds_places(&self, blocks: &[Block]) -> bool {
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

    pub(super) fn note_links(&mut self, inlines: &Inlines) {
        let hidden = inlines.links.iter().filter(|link| link.inline && !link.image).filter(|link| {
            !link.destination.is_empty() && link.destination.chars().all(|c| c.is_alphanumeric() || "_- ".contains(c))
        });
        self.traps.extend(hidden.map(|link| TrapKind::HiddenPlaceholder.at(link.range.clone())));
        // The target of an autolink is its text, which Markdown does not look into.
        let bare = inlines.links.iter().filter(|link| !link.inline && !link.image);
        let bare = bare.filter(|link| self.text[link.range.clone()].starts_with('<') && link.destination.contains('['));
        self.traps.extend(bare.map(|link| TrapKind::InTarget.at(link.range.clone())));
        let images = inlines.links.iter().filter(|link| link.image);
        self.images.extend(images.map(|image| image.range.clone()));
        let own = inlines.links.iter().filter(|link| link.inline && !link.image);
        let own = own.filter_map(|link| Some((link.range.clone(), link.destination.strip_prefix('#')?.to_owned())));
        self.anchors.extend(own);
        let files = inlines.links.iter().filter(|link| link.inline && !link.image && link.destination.contains(".md"));
        self.links.extend(files.map(|link| (link.range.clone(), link.destination.clone())));
        self.link_spans.extend(inlines.links.iter().filter(|link| !link.image).map(|link| link.range.clone()));
    }

    fn note_html(&mut self, range: Range<usize>) {
        for text in brackets::html_text(self.text, range) {
            let mut found = brackets::in_code_lines(self.text, text);
            found.retain(|range| !(self.is_literal)(self.inner(range)));
            self.traps.extend(found.into_iter().map(|range| TrapKind::InHtml.at(range)));
        }
    }

    pub(super) fn prompt(
        &mut self,
        block: &Block,
        bracket: &Bracket,
        scope: &Scope,
        lead: Option<Lead>,
        body: &mut Body,
    ) -> Prompt {
        let inner = self.inner(&bracket.range);
        let (candidates, of_section) = match &lead {
            Some(lead) => (vec![scope.path_to(&label_slug(&lead.text))], false),
            None => {
                let key = if body.description_taken { "introduction" } else { "description" };
                let own = scope.path_to(&placeholder_slug(inner));
                (vec![scope.path_to(key), own], true)
            }
        };
        let path = self.claim(scope, &candidates, inner);
        body.conditional |= of_section && path == candidates[0] && labels::is_conditional(inner);
        let kind = self.kind(scope, PlaceholderKind::Prompt, &bracket.site);
        let slot = self.slot(bracket, path, kind, scope, Form::Prose, block.range.start);
        let announces = inner.ends_with(':') || inner.ends_with('：');
        Prompt {
            slot,
            range: block.range.clone(),
            announces,
            lead: lead.map(|lead| lead.range),
            of_section,
            more: false,
            item_end: self.item_end,
        }
    }

    /// A paragraph that only says that there may be more of what stands above it.
    fn more(&mut self, block: &Block, bracket: &Bracket, scope: &Scope, above: Option<&Element>) -> Prompt {
        let path = match above {
            Some(Element::Run(run)) => run.records.clone(),
            Some(Element::Repeat { repeat, .. }) => repeat.records.clone(),
            _ => scope.path_to("items"),
        };
        let kind = PlaceholderKind::Continuation;
        let slot = self.slot(bracket, path, kind, scope, Form::Prose, block.range.start);
        let (range, item_end) = (block.range.clone(), self.item_end);
        Prompt { slot, range, announces: false, lead: None, of_section: false, more: true, item_end }
    }

    pub(super) fn kind(&self, scope: &Scope, kind: PlaceholderKind, site: &Site) -> PlaceholderKind {
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
                        let path = self.claim_node(&scope, &scope.path);
                        [Scope { path, ..scope }.path_to(&own)]
                    }
                }
                None => [scope.path_to(&own)],
            };
            let path = self.claim(scope, &candidates, self.inner(&bracket.range));
            let kind = self.kind(scope, plain, &bracket.site);
            slots.push(self.slot(bracket, path, kind, scope, form, inlines.range.start));
        }
        slots
    }

    fn repeated_label(&mut self, lead: &Lead, bracket: &Bracket, block: &Block, scope: &Scope) -> Element {
        let repeat = self.repeat(std::slice::from_ref(bracket), scope, Form::Prose, lead.range.start);
        let record = record_scope(scope, &repeat.address, repeat.collection);
        let mut body = Body::default();
        let elements = self.elements(std::slice::from_ref(block), &record, &mut body);
        Element::Repeat { repeat: Box::new(repeat), range: lead.range.start..block.range.end, elements }
    }

    /// What a heading or label that is a placeholder is repeated for; `brackets` are those of the heading.
    pub(super) fn repeat(&mut self, brackets: &[Bracket], scope: &Scope, form: Form, leaf: usize) -> Repeat {
        let bracket = &brackets[0];
        // `[Option 1]` and `[Option 2]` are two samples of one thing.
        let inner = without_number(self.inner(&bracket.range));
        let own = placeholder_slug(inner);
        let candidates = [scope.path_to("items"), scope.path_to(&own)];
        let records = self.claim(scope, &candidates, inner);
        let collection = Collection::of_name(&own).filter(|&c| c == Collection::Tables && !scope.in_record);
        let address = match collection {
            Some(_) => "tables{}".to_owned(),
            None => format!("{}[]", scope.address(&records)),
        };
        let id = self.place(bracket.range.clone(), PlaceholderKind::Record, address.clone(), scope);
        let site = bracket.site.clone();
        let path = Path::from([Key::from(own)]);
        let name = Slot { id, range: bracket.range.clone(), path, aliases: Vec::new(), site, form, leaf };
        let record = record_scope(scope, &address, collection);
        let mut fields = Vec::with_capacity(brackets.len() - 1);
        for bracket in &brackets[1..] {
            let path = record.path_to(&self.own_slug(bracket));
            fields.push(self.slot(bracket, path, PlaceholderKind::Record, &record, form, leaf));
        }
        Repeat { name, fields, records, address, collection }
    }
}

/// The scope inside a record.
pub(super) fn record_scope(scope: &Scope, address: &str, collection: Option<Collection>) -> Scope {
    Scope { record: address.into(), collection, in_record: true, path: Path::default(), section: scope.section.clone() }
}

/// Whether the inline content is one placeholder and nothing else.
pub(super) fn is_sole(inlines: &Inlines, brackets: &[Bracket]) -> bool {
    let alone = matches!(brackets, [bracket] if bracket.site == Site::Text && bracket.range == inlines.range);
    alone && !inlines.task && !inlines.term
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
pub(super) fn names(collection: Option<Collection>, field: &str) -> bool {
    collection.is_some_and(|collection| collection.field(field) == Some(Field::Name))
}

/// Whether an element is prose, of which there cannot be more.
fn is_text(element: &Element) -> bool {
    match element {
        Element::Slots(_) | Element::Prompt(_) => true,
        Element::Code(code) => code.run.items.is_empty(),
        Element::Run(_) | Element::Repeat { .. } => false,
    }
}

fn is_run_block(block: &Block) -> bool {
    matches!(block.kind, BlockKind::List(_) | BlockKind::Table(_) | BlockKind::Code(_))
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
    fn a_label_is_the_address_of_its_place_where_nothing_else_in_the_item_asks() {
        let item = |nested: &str| places(&format!("- **Tool:** [name]\n\n  {nested}\n")).swap_remove(0);
        for nested in
            ["words", "> quoted", "- plain", "```sh\n  run\n  ```", "---", "<p>[x]</p>", "| a |\n  |---|\n  | b |"]
        {
            assert_eq!(item(nested), "item s.tool", "{nested}");
        }
        for nested in [
            "by [who]",
            "> by [who]",
            "- **X:** [x]",
            "- one\n  - by [who]",
            "```sh\n  A=[x]\n  ```",
            "| a | b |\n  |---|---|\n  | r | [x] |",
            "| [a] |\n  |---|\n  | r |",
        ] {
            assert_eq!(item(nested), "item s.tool.name", "{nested}");
        }
    }

    #[test]
    fn a_label_that_is_a_placeholder_and_nothing_else_is_repeated() {
        let list = |label: &str| places(&format!("{label}\n- **Port:** [port]\n"));
        assert_eq!(list("**[service]:**"), ["record s.items[]", "record s.items[].port"]);
        assert_eq!(list("**[service]**"), ["record s.items[]", "record s.items[].port"]);
        assert_eq!(list("**Service [name]:**"), ["inline s.name", "item s.port"]);
        assert_eq!(list("Words.\n**[service]:**"), ["inline s.service", "item s.port"]);
        assert_eq!(places("**[service]:**\n\nWords.\n"), ["inline s.service"]);
    }

    #[test]
    fn what_says_that_there_is_more_belongs_to_what_stands_above_it() {
        let last = |above: &str| places(&format!("{above}\n\n[Repeat for each]\n")).pop().unwrap();
        for (above, place) in [
            ("- **[Name]** - [what]", "continuation s.items"),
            ("**Kinds:**\n- **[Name]** - [what]", "continuation s.kinds"),
            ("**[service]:**\n- **Port:** [port]", "continuation s.items"),
            ("### [service]\n\nOn [port].", "continuation s.items[].items"),
            ("```sh\nA=[a]\n```", "continuation s.items"),
            ("```sh\nrun\n```", "prompt s.description"),
            ("By [who].", "prompt s.description"),
            ("Words.", "prompt s.description"),
            ("- **X:** [x]\n\n**Notes:**", "prompt s.notes"),
        ] {
            assert_eq!(last(above), place, "{above}");
        }
    }

    #[test]
    fn a_label_of_one_place_is_its_address_and_of_several_lies_above_them() {
        assert_eq!(places("**Owner:** [team]\n"), ["inline s.owner"]);
        assert_eq!(places("**Owner:** [team], [person]\n"), ["inline s.owner.team", "inline s.owner.person"]);
        assert_eq!(places("By [team]. **Owner:** [person]\n"), ["inline s.team", "inline s.owner"]);
        assert_eq!(places("By **the** [team]\n"), ["inline s.team"]);
        assert_eq!(places("Owner: [team]\nLead: [person]\n"), ["inline s.owner", "inline s.lead"]);
        assert_eq!(places("Owner: [team] or [person]\n"), ["inline s.team", "inline s.person"]);
        assert_eq!(places("The owner of it all: [team]\n"), ["inline s.team"]);
    }

    #[test]
    fn links_lead_to_places_of_the_page_to_other_pages_or_nowhere() {
        let page = template::parse(
            "![p](#a) [s](#b) [r][r] ![i](y.md) [m](x.md) [n][n] ![o](id) [h](id) [k](/id) <https://x.org/[a]>\n\n\
             [r]: #c\n[n]: z.md\n",
            &|_| false,
        );
        let targets = |links: &[(std::ops::Range<usize>, String)]| links.iter().map(|link| link.1.clone()).collect();
        let (anchors, links): (Vec<_>, Vec<_>) = (targets(&page.anchors), targets(&page.links));
        assert_eq!((anchors, links), (vec!["b".to_owned()], vec!["x.md".to_owned()]));
        let traps: Vec<_> = page.traps.iter().map(|trap| format!("{:?}", trap.kind)).collect();
        assert_eq!(traps, ["HiddenPlaceholder", "InTarget"]);
        assert_eq!((page.images.len(), page.link_spans.len()), (3, 7));
    }
}
