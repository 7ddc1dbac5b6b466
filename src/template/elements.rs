//! The body of a section: prompts, inline placeholders, runs, topics and code blocks, with their addresses.

use std::collections::HashMap;
use std::iter::Peekable;
use std::ops::Range;
use std::slice;

use super::address::{Key, Path, Scope, Use};
use super::brackets::{self, Bracket, HtmlPart, Site};
use super::labels::{self, Lead};
use super::run::Above;
use super::{Builder, Element, Form, PlaceholderKind, Prompt, Repeat, Samples, Slot, TrapKind};
use crate::markdown::blocks::{Block, BlockKind, Inlines, Link, Stretch, any_leaf};
use crate::place::is_above_delimiter_row;
use crate::slug::{label_slug, placeholder_slug, without_number};
use crate::vocabulary::Collection;

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

/// Blocks while they are read, one after the other.
struct Sequence<'s, 'b> {
    scope: &'s Scope,
    body: &'s mut Body,
    rest: Peekable<slice::Iter<'b, Block>>,
    /// What the next block stands under.
    above: Above,
    elements: Vec<Element>,
    /// There is something among the elements of which there can be more.
    has_runs: bool,
}

impl Sequence<'_, '_> {
    /// A label that is repeated, or a further sample of the one that it stands `below`.
    fn add_repeat(&mut self, label: Element, below: bool) {
        self.above.repeat = true;
        match (self.elements.last_mut().filter(|_| below), &label) {
            (Some(Element::Repeat { repeat, samples, .. }), Element::Repeat { repeat: own, samples: further, .. })
                if repeat.address == own.address =>
            {
                samples.end = further.end;
            }
            _ => self.elements.push(label),
        }
    }
}

impl<'t> Builder<'t> {
    /// Reads blocks in order.
    pub(super) fn elements(&mut self, blocks: &[Block], scope: &Scope, body: &mut Body) -> Vec<Element> {
        let (rest, above) = (blocks.iter().peekable(), Above::default());
        // Most sections hold one.
        let elements = Vec::with_capacity(blocks.len().min(1));
        let mut sequence = Sequence { scope, body, rest, above, elements, has_runs: false };
        while let Some(block) = sequence.rest.next() {
            let known = sequence.elements.len();
            self.block(block, &mut sequence);
            let found = &sequence.elements[known..];
            let is_text = !found.iter().any(Element::asks) && !matches!(block.kind, BlockKind::Rule);
            sequence.body.has_own_text |= is_text && sequence.above.lead.is_none();
            sequence.has_runs |= found.iter().any(Element::is_run);
        }
        sequence.elements
    }

    fn block(&mut self, block: &Block, sequence: &mut Sequence<'_, '_>) {
        let above = std::mem::take(&mut sequence.above);
        let scope = sequence.scope;
        match &block.kind {
            BlockKind::Paragraph(inlines) => self.paragraph(block, inlines, above, sequence),
            BlockKind::Heading { inlines, .. } => {
                self.note_heading(&block.range, inlines);
                sequence.elements.extend(self.inline_slots(
                    inlines,
                    self.brackets(&inlines.range),
                    scope,
                    Form::Heading,
                ));
            }
            BlockKind::List(list) => {
                let run = self.list(block, list, scope, above, sequence.body);
                sequence.elements.extend(run.map(Box::new).map(Element::Run));
            }
            BlockKind::Table(table) => sequence.elements.extend(self.table(block, table, scope, above.lead)),
            BlockKind::Code(code) => {
                let code = self.code(block, code, scope, above.lead);
                sequence.elements.push(Element::Code(Box::new(code)));
            }
            BlockKind::Quote(blocks) | BlockKind::Container(blocks) => {
                let elements = self.elements(blocks, scope, sequence.body);
                sequence.elements.extend(elements);
            }
            BlockKind::Html => self.note_html(block.range.clone()),
            BlockKind::Rule => {}
        }
    }

    fn paragraph(&mut self, block: &Block, stretch: &Stretch, above: Above, sequence: &mut Sequence<'_, '_>) {
        self.note_links(stretch);
        let inlines = &self.pieces.of(stretch);
        let brackets = self.brackets(&inlines.range);
        let scope = sequence.scope;
        if let Some(bracket) = sole(stretch, brackets) {
            let labelled = above.lead.is_some();
            let follows = scope.in_record || sequence.has_runs;
            let more = !labelled && follows && labels::says_more(self.inner(&bracket.range));
            sequence.above.prompt = !labelled && !more;
            let prompt = match more {
                true => self.more(block, bracket, scope, sequence.elements.last()),
                false => self.prompt(block, bracket, scope, above.lead, sequence.body),
            };
            sequence.elements.push(Element::Prompt(Box::new(prompt)));
            return;
        }
        if let Some((lead, bracket)) = placeholder_lead(self.text, inlines, brackets)
            && let Some(block) = sequence.rest.next_if(|next| is_run_block(next))
        {
            let label = self.repeated_label(&lead, bracket, block, scope);
            sequence.add_repeat(label, above.repeat);
            return;
        }
        sequence.above.lead = labels::lead(self.text, inlines)
            .filter(|lead| brackets.last().is_none_or(|bracket| bracket.range.end <= lead.range.start));
        sequence.elements.extend(self.inline_slots(stretch, brackets, scope, Form::Prose));
    }

    /// The placeholders that begin in a range.
    pub(super) fn brackets(&self, range: &Range<usize>) -> &'t [Bracket] {
        let before = |at: usize| self.brackets.partition_point(|bracket| bracket.range.start < at);
        self.brackets.get(before(range.start)..before(range.end)).unwrap_or_default()
    }

    pub(super) fn inner(&self, range: &Range<usize>) -> &'t str {
        brackets::words(self.text, range)
    }

    pub(super) fn own_slug(&self, bracket: &Bracket) -> String {
        placeholder_slug(self.inner(&bracket.range))
    }

    /// Whether a placeholder stands anywhere in these blocks.
    pub(super) fn holds_places(&self, blocks: &[Block]) -> bool {
        any_leaf(blocks, &mut |block| match &block.kind {
            BlockKind::Code(code) => code.lines.iter().any(|line| !self.brackets(line).is_empty()),
            _ => block.stretches().any(|stretch| !self.brackets(&stretch.range).is_empty()),
        })
    }

    /// Notes the links of a heading, and the brackets that its attributes hide.
    pub(super) fn note_heading(&mut self, heading: &Range<usize>, stretch: &Stretch) {
        self.note_links(stretch);
        self.trap(TrapKind::InHeadingAttribute, stretch.range.end..heading.end.max(stretch.range.end));
    }

    /// Notes links and images, and the brackets that they and tags hide.
    pub(super) fn note_links(&mut self, stretch: &Stretch) {
        let pieces = self.pieces;
        pieces.links(stretch).iter().for_each(|link| self.note_link(link));
        pieces.html(stretch).iter().for_each(|tag| self.note_html(tag.clone()));
    }

    fn note_link(&mut self, link: &Link) {
        // A bracket in the destination is a placeholder, and takes the title along.
        if link.inline && !link.destination.contains('[') {
            self.trap(TrapKind::InTitle, link.text_end..link.range.end);
        }
        let (found, range) = (&mut self.template, link.range.clone());
        if link.image {
            found.images.push(range);
            return;
        }
        found.link_spans.push(range.clone());
        if !link.inline {
            // The target of an autolink is its text, which Markdown does not look into.
            if link.destination.contains('[') && self.text[range.clone()].starts_with('<') {
                found.traps.push(TrapKind::InTarget.at(range));
            }
            return;
        }
        if is_words(&link.destination) {
            found.traps.push(TrapKind::HiddenPlaceholder.at(range.clone()));
        }
        if let Some(id) = link.destination.strip_prefix('#') {
            found.anchors.push((range.clone(), id.to_owned()));
        }
        if link.destination.contains(".md") {
            found.links.push((range, link.destination.clone()));
        }
    }

    /// Notes the brackets of a block of HTML, or of the tags in a line.
    fn note_html(&mut self, range: Range<usize>) {
        for (part, range) in brackets::html_parts(self.text, range) {
            match part {
                HtmlPart::Text => self.trap(TrapKind::InHtml, range),
                HtmlPart::Tag => {
                    let values = brackets::seen_values(self.text, range);
                    values.into_iter().for_each(|value| self.trap(TrapKind::InAttribute, value));
                }
            }
        }
    }

    /// Notes what looks like a placeholder by the rules of code, and is not filled where it stands.
    pub(super) fn trap(&mut self, kind: TrapKind, range: Range<usize>) {
        let mut found = brackets::in_code(self.text, range);
        found.retain(|range| !(self.is_literal)(self.inner(range)));
        self.template.traps.extend(found.into_iter().map(|range| kind.at(range)));
    }

    fn prompt(
        &mut self,
        block: &Block,
        bracket: &Bracket,
        scope: &Scope,
        lead: Option<Lead>,
        body: &mut Body,
    ) -> Prompt {
        let inner = self.inner(&bracket.range);
        let candidates = match &lead {
            Some(lead) => vec![scope.path_to(&label_slug(&lead.text))],
            None => {
                let key = if body.description_taken { "introduction" } else { "description" };
                let own = [scope.path_to(key), scope.path_to(&placeholder_slug(inner))];
                scope.described().into_iter().chain(own).collect()
            }
        };
        let path = self.claims.claim(scope, &candidates, Use::Value(inner.into()));
        let of_section = lead.is_none();
        body.conditional |= of_section && candidates.first() == Some(&path) && labels::is_conditional(inner);
        let kind = self.kind(scope, PlaceholderKind::Prompt, &bracket.site);
        Prompt {
            slot: self.slot(bracket, path, kind, scope, Form::Prose, block.range.start),
            range: block.range.clone(),
            announces: labels::ends_in_colon(inner),
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

    /// The slot of a placeholder that stands at its own path.
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
        Slot::of(bracket, id, path, self.form_at(form, bracket.range.end), leaf)
    }

    /// What stands above the delimiter row of a table must not become its header.
    pub(super) fn form_at(&self, form: Form, at: usize) -> Form {
        if form == Form::Prose && is_above_delimiter_row(self.text, at) { Form::Header } else { form }
    }

    /// Placeholders inside running text: named by the bold text in front of them, else by their own words.
    pub(super) fn inline_slots(
        &mut self,
        stretch: &Stretch,
        brackets: &[Bracket],
        scope: &Scope,
        form: Form,
    ) -> Option<Element> {
        if brackets.is_empty() {
            return None;
        }
        let names = labels::of_places(self.text, &self.pieces.of(stretch));
        let labels: Vec<_> = brackets.iter().map(|bracket| labels::of_place(&names, bracket.range.start)).collect();
        let mut uses: HashMap<&str, usize> = HashMap::new();
        for label in labels.iter().flatten() {
            *uses.entry(label).or_default() += 1;
        }
        let plain = if form == Form::Heading { PlaceholderKind::Heading } else { PlaceholderKind::Inline };
        let mut slots = Vec::with_capacity(brackets.len());
        for (bracket, label) in brackets.iter().zip(labels) {
            let own = match label {
                Some(label) if uses.get(label) == Some(&1) => scope.path_to(&label_slug(label)),
                Some(label) => self.path_below(label, bracket, scope),
                None => scope.path_to(&self.own_slug(bracket)),
            };
            let path = self.claims.claim_value(scope, own, self.inner(&bracket.range));
            let kind = self.kind(scope, plain, &bracket.site);
            slots.push(self.slot(bracket, path, kind, scope, form, stretch.range.start));
        }
        Some(Element::Slots(slots))
    }

    /// The path below a label that others stand below too, so that it can be no further key.
    fn path_below(&mut self, label: &str, bracket: &Bracket, scope: &Scope) -> Path {
        let label = scope.path_to(&label_slug(label));
        let node = self.claims.claim_node(scope, label);
        scope.with_path(node).path_to(&self.own_slug(bracket))
    }

    fn repeated_label(&mut self, lead: &Lead, bracket: &Bracket, block: &Block, scope: &Scope) -> Element {
        let (records, record) = self.repeated_records(bracket, scope);
        let repeat = self.repeat(records, &record, bracket, &[], Form::Prose, lead.range.start);
        let elements = self.elements(slice::from_ref(block), &record, &mut Body::default());
        let samples = Samples { first: lead.range.start..block.range.end, end: block.range.end };
        Element::Repeat { repeat: Box::new(repeat), samples, elements }
    }

    /// Where the records are that a heading or label that is a placeholder is repeated for, and the scope inside one.
    pub(super) fn repeated_records(&mut self, bracket: &Bracket, scope: &Scope) -> (Path, Scope) {
        // `[Option 1]` and `[Option 2]` are two samples of one thing.
        let inner = without_number(self.inner(&bracket.range));
        let own = placeholder_slug(inner);
        let records = self.claims.claim(scope, &[scope.path_to("items"), scope.path_to(&own)], Use::Repeat(inner));
        let collection = Collection::of_name(&own).filter(|&c| c == Collection::Tables && !scope.in_record);
        let address = match collection {
            Some(_) => "tables{}".to_owned(),
            None => format!("{}[]", scope.address(&records)),
        };
        (records, scope.of_record(&address, collection))
    }

    /// What a heading or label that is a placeholder is repeated for; `record` is the scope inside one of `records`, and
    /// `further` are the other placeholders of a heading.
    pub(super) fn repeat(
        &mut self,
        records: Path,
        record: &Scope,
        bracket: &Bracket,
        further: &[Bracket],
        form: Form,
        leaf: usize,
    ) -> Repeat {
        let (address, collection) = (record.record.to_string(), record.collection);
        let own = Key::from(placeholder_slug(without_number(self.inner(&bracket.range))));
        let path = match collection {
            Some(_) => [own].into(),
            None => self.claims.claim_field(record, [own].into()),
        };
        let id = self.place(bracket.range.clone(), PlaceholderKind::Record, address.clone(), record);
        let name = Slot::of(bracket, id, path, form, leaf);
        let mut fields = Vec::with_capacity(further.len());
        for bracket in further {
            let path = self.claims.claim_field(record, record.path_to(&self.own_slug(bracket)));
            fields.push(self.slot(bracket, path, PlaceholderKind::Record, record, form, leaf));
        }
        Repeat { name, fields, records, address, collection }
    }
}

/// The placeholder that inline content is, if it is nothing else.
pub(super) fn sole<'b>(stretch: &Stretch, brackets: &'b [Bracket]) -> Option<&'b Bracket> {
    let [bracket] = brackets else { return None };
    let whole = bracket.site == Site::Text && bracket.range == stretch.range;
    (whole && !stretch.task && !stretch.term).then_some(bracket)
}

/// A label paragraph whose label is a placeholder.
fn placeholder_lead<'b>(text: &str, inlines: &Inlines<'_>, brackets: &'b [Bracket]) -> Option<(Lead, &'b Bracket)> {
    let [bracket] = brackets else { return None };
    let lead = labels::lead(text, inlines)?;
    let whole = lead.text.trim_end() == &text[bracket.range.clone()] && lead.range.start == inlines.range.start;
    whole.then_some((lead, bracket))
}

/// Whether the target of a link is words, such as a placeholder's: neither a URL nor a file.
fn is_words(destination: &str) -> bool {
    !destination.is_empty() && destination.chars().all(|c| c.is_alphanumeric() || "_- ".contains(c))
}

fn is_run_block(block: &Block) -> bool {
    matches!(block.kind, BlockKind::List(_) | BlockKind::Table(_) | BlockKind::Code(_))
}

#[cfg(test)]
mod tests {
    use crate::fixture::places;
    use crate::template::{self, TrapKind};

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

    #[test]
    fn the_links_of_a_heading_in_a_quote_are_seen() {
        let template = template::parse("## A\n\n> ### [table](id), [top](#a), ![it](a.png)\n", &|_| false);
        let traps: Vec<_> = template.traps.iter().map(|trap| trap.kind).collect();
        assert_eq!(traps, [TrapKind::HiddenPlaceholder]);
        assert_eq!((template.anchors.len(), template.images.len(), template.link_spans.len()), (1, 1, 2));
    }

    #[test]
    fn what_says_that_there_is_more_has_something_above_it() {
        assert_eq!(places("- [More services...]\n- [name]\n")[0], "record s.more_services");
        assert_eq!(places("- [name]\n- [More services...]\n")[1], "continuation s.items{}");
    }
}
