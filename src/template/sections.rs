//! The outline: headings into nested sections, each with its path and its body.

use std::ops::Range;

use super::address::{Path, Scope};
use super::brackets::{Bracket, Site};
use super::elements::Body;
use super::labels;
use super::residue::lines_of;
use super::{Builder, Element, Form, PlaceholderKind, Repeat, Section, TrapKind};
use crate::markdown::blocks::{Block, BlockKind, List, Stretch};
use crate::slug::{label_slug, placeholder_slug, without_number, without_numbering};
use crate::source::line_of;
use crate::vocabulary::Collection;

const MARK: &str = "[TEMPLATE]";

/// A heading with the blocks up to the next section that is not below it; or the page as a whole, which has none.
struct Part<'b> {
    heading: Option<Heading<'b>>,
    blocks: &'b [Block],
    end: usize,
}

struct Heading<'b> {
    range: Range<usize>,
    level: u8,
    stretch: &'b Stretch,
    /// Its words without markup and mark.
    title: String,
    /// The path that it leads to; `None` for the title and for a heading that is repeated.
    path: Option<Path>,
    /// It is the title of the page, which is not part of any path.
    is_title: bool,
}

/// Where a section stands, and what its heading asks for.
struct Entrance {
    scope: Scope,
    repeat: Option<Box<Repeat>>,
    /// The placeholders of a heading that is not repeated.
    brackets: Vec<Bracket>,
}

impl Builder<'_> {
    /// The page as a tree, up to `end`.
    pub(super) fn sections(&mut self, blocks: &[Block], end: usize) -> Section {
        let title = blocks.iter().find(|block| matches!(block.kind, BlockKind::Heading { level: 1, .. }));
        let mut outline = Outline { builder: self, title: title.map(|block| block.range.start) };
        outline.section(Part { heading: None, blocks, end }, &Scope::default())
    }
}

struct Outline<'o, 't> {
    builder: &'o mut Builder<'t>,
    /// Where the title starts.
    title: Option<usize>,
}

impl Outline<'_, '_> {
    fn section(&mut self, part: Part<'_>, outer: &Scope) -> Section {
        let first = part.blocks.iter().position(is_heading).unwrap_or(part.blocks.len());
        let (body_blocks, rest) = part.blocks.split_at(first);
        let heading = part.heading.as_ref();
        let mut parts = self.parts(rest, part.end);
        let Entrance { scope, repeat, brackets } = self.enter(heading, &mut parts, outer);
        let mut body = self.look_ahead(body_blocks);
        let slots =
            heading.and_then(|heading| self.builder.inline_slots(heading.stretch, &brackets, &scope, Form::Heading));
        let known = self.builder.template.placeholders.len();
        let mut elements = self.builder.elements(body_blocks, &scope, &mut body);
        if let Some(slots) = slots {
            elements.insert(0, slots);
        }
        let own_blocks = self.own_blocks(body_blocks, known, &elements);
        let mut sections: Vec<_> = parts.into_iter().map(|part| self.section(part, &scope)).collect();
        self.mark_repetitions(&mut sections);
        let body_start = heading.map_or(0, |heading| lines_of(self.builder.text, heading.range.clone()).end);
        let body_end = rest.first().map_or(part.end, |block| block.range.start).max(body_start);
        let (heading, level, title) =
            part.heading.map(|own| (own.range, own.level, own.title)).unwrap_or((0..0, 0, String::new()));
        Section {
            title,
            level,
            range: heading.start..part.end,
            heading,
            body: body_start..body_end,
            address: scope.section.clone(),
            path: scope.path,
            elements,
            sections,
            conditional: body.conditional,
            has_own_text: body.has_own_text,
            own_blocks,
            repeat,
            again: false,
        }
    }

    /// Reads a heading and goes below it, where `parts` take their addresses before all else.
    fn enter(&mut self, heading: Option<&Heading<'_>>, parts: &mut [Part<'_>], outer: &Scope) -> Entrance {
        let mut entrance = Entrance { scope: outer.clone(), repeat: None, brackets: Vec::new() };
        if let Some(heading) = heading {
            entrance.brackets = self.heading_brackets(heading.stretch);
            self.builder.note_heading(&heading.range, heading.stretch);
        }
        let repeated = heading.and_then(|heading| self.repeated(heading, &entrance.brackets, outer));
        match (heading, repeated) {
            (Some(heading), Some((name, further))) => {
                let (records, record) = self.builder.repeated_records(name, outer);
                self.claim_headings(parts, &record);
                let leaf = heading.stretch.range.start;
                let repeat = self.builder.repeat(records, &record, name, further, Form::Heading, leaf);
                entrance.repeat = Some(Box::new(repeat));
                entrance.brackets.clear();
                entrance.scope = record;
            }
            _ => {
                if let Some(path) = heading.and_then(|heading| heading.path.as_ref()) {
                    entrance.scope = outer.with_path(path.clone());
                }
                self.claim_headings(parts, &entrance.scope);
            }
        }
        let scope = &mut entrance.scope;
        scope.section = scope.address(&scope.path).into();
        entrance
    }

    /// The blocks of a body that hold none of the placeholders found in it, which begin at `known`.
    fn own_blocks(&self, blocks: &[Block], known: usize, elements: &[Element]) -> Vec<Range<usize>> {
        let places = self.builder.template.placeholders.iter().skip(known);
        let mut starts: Vec<_> = places.map(|placeholder| placeholder.range.start).collect();
        starts.extend(elements.iter().filter_map(|element| match element {
            Element::Prompt(prompt) => prompt.lead.as_ref().map(|lead| lead.start),
            Element::Run(run) => run.lead.as_ref().map(|lead| lead.start),
            Element::Code(code) if !code.run.items.is_empty() => code.run.lead.as_ref().map(|lead| lead.start),
            _ => None,
        }));
        starts.sort_unstable();
        let holds = |range: &Range<usize>| {
            let at = starts.partition_point(|start| *start < range.start);
            starts.get(at).is_some_and(|start| *start < range.end)
        };
        blocks.iter().map(|block| block.range.clone()).filter(|range| !holds(range)).collect()
    }

    /// Finds the sections that stand for the same records as one before them, or say that there are more.
    fn mark_repetitions(&mut self, sections: &mut [Section]) {
        let mut first: Option<&Repeat> = None;
        for section in sections.iter_mut().filter(|section| section.repeat.is_some()) {
            let asks = section.asks();
            let Section { repeat: Some(repeat), again, own_blocks, sections, .. } = section else { continue };
            let words = self.builder.inner(&repeat.name.range);
            match first {
                Some(first) if !asks && labels::is_continuation(words) => {
                    let placeholder = &mut self.builder.template.placeholders[repeat.name.id];
                    placeholder.kind = PlaceholderKind::Continuation;
                    placeholder.address = Some(first.address.clone());
                    *again = true;
                    self.note_left_out(own_blocks, sections);
                }
                Some(first) if first.records == repeat.records || first.address == repeat.address => *again = true,
                _ => first = Some(repeat),
            }
        }
    }

    /// Notes the text that goes with the heading above it.
    fn note_left_out(&mut self, own_blocks: &[Range<usize>], below: &[Section]) {
        let text = self.builder.text;
        let is_read = |block: &&Range<usize>| {
            let written = &text[Range::clone(block)];
            written.contains(char::is_alphanumeric) && !written.starts_with("<!--")
        };
        let below = below.iter().map(|section| &section.heading);
        if let Some(first) = own_blocks.iter().filter(is_read).chain(below).next() {
            self.builder.template.traps.push(TrapKind::LeftOut.at(first.start..line_of(text, first.start).end));
        }
    }

    /// The placeholders of a heading, without the mark, which is residue.
    fn heading_brackets(&mut self, inlines: &Stretch) -> Vec<Bracket> {
        let text = self.builder.text;
        let (marks, brackets): (Vec<_>, Vec<_>) =
            self.builder.brackets(&inlines.range).iter().cloned().partition(|bracket| is_mark(text, bracket));
        let marks: Vec<_> = marks.into_iter().map(|mark| mark.range).collect();
        for mark in &marks {
            let start = inlines.range.start + text[inlines.range.start..mark.start].trim_end().len();
            let behind = text[mark.end..].trim_start_matches(' ');
            let end = if start == inlines.range.start { text.len() - behind.len() } else { mark.end };
            self.builder.template.residue.push(start..end);
        }
        self.builder.residue_placeholders(marks);
        brackets
    }

    /// Splits blocks that start with a heading into sections side by side.
    fn parts<'b>(&self, blocks: &'b [Block], end: usize) -> Vec<Part<'b>> {
        let mut parts: Vec<Part<'b>> = Vec::new();
        let (mut from, mut last) = (0, None);
        for (at, block) in blocks.iter().enumerate() {
            let BlockKind::Heading { level, inlines } = &block.kind else { continue };
            if last.is_some_and(|last: u8| *level > last) {
                continue;
            }
            if let Some(before) = parts.last_mut() {
                before.end = block.range.start;
                before.blocks = &blocks[from..at];
            }
            (from, last) = (at + 1, Some(*level));
            let (range, title) = (block.range.clone(), self.title(inlines));
            let is_title = Some(range.start) == self.title;
            let heading = Heading { range, level: *level, stretch: inlines, title, path: None, is_title };
            parts.push(Part { heading: Some(heading), blocks: &blocks[from..], end });
        }
        parts
    }

    fn title(&self, inlines: &Stretch) -> String {
        let plain = self.builder.pieces.of(inlines).plain(self.builder.text);
        let mut bare = if plain.contains(MARK) { plain.replace(MARK, "") } else { plain };
        let trimmed = bare.trim();
        if trimmed.len() < bare.len() {
            bare = trimmed.to_owned();
        }
        bare
    }

    /// The placeholder that a heading stands once for each record of, and the others in it: it is made of placeholders
    /// and has no words of its own, or it names a table among its words (`Table: [table_name]`).
    fn repeated<'b>(
        &self,
        heading: &Heading<'_>,
        brackets: &'b [Bracket],
        outer: &Scope,
    ) -> Option<(&'b Bracket, &'b [Bracket])> {
        let (name, further) = brackets.split_first().filter(|_| !heading.is_title)?;
        let inlines = heading.stretch;
        let mut words = String::new();
        let mut at = inlines.range.start;
        for bracket in brackets {
            words.push_str(&self.builder.text[at..bracket.range.start]);
            at = bracket.range.end;
        }
        words.push_str(&self.builder.text[at..inlines.range.end]);
        let words = words.replace(MARK, "");
        let bare = !without_numbering(words.trim_start()).contains(char::is_alphanumeric)
            && brackets.iter().all(|bracket| bracket.site != Site::LinkTarget);
        let names_table = || {
            let slug = placeholder_slug(without_number(self.builder.inner(&name.range)));
            Collection::of_name(&slug) == Some(Collection::Tables) && outer.collection != Some(Collection::Tables)
        };
        (bare || further.is_empty() && names_table()).then_some((name, further))
    }

    /// Takes the addresses of the sections below before anything in the body can.
    fn claim_headings(&mut self, parts: &mut [Part<'_>], scope: &Scope) {
        for heading in parts.iter_mut().filter_map(|part| part.heading.as_mut()).filter(|heading| !heading.is_title) {
            let mut brackets = self.builder.brackets(&heading.stretch.range).to_vec();
            brackets.retain(|bracket| !is_mark(self.builder.text, bracket));
            if self.repeated(heading, &brackets, scope).is_none() {
                let path = scope.path_to(&label_slug(&heading.title));
                heading.path = Some(self.builder.claims.claim_node(scope, path));
            }
        }
    }

    /// Whether the body has a prompt, and whether an item takes its key: what must be known before it is read.
    fn look_ahead(&self, blocks: &[Block]) -> Body {
        let mut body = Body::default();
        blocks.iter().for_each(|block| self.look_at(block, &mut body));
        body
    }

    fn look_at(&self, block: &Block, body: &mut Body) {
        match &block.kind {
            BlockKind::Paragraph(stretch) => {
                let brackets = self.builder.brackets(&stretch.range);
                if brackets.is_empty() {
                    return;
                }
                let inlines = &self.builder.pieces.of(stretch);
                body.has_prompt |= matches!(brackets, [bracket] if bracket.range == inlines.range
                    && !labels::says_more(self.builder.inner(&bracket.range)));
                let names = labels::of_places(self.builder.text, inlines);
                body.description_taken |= brackets.iter().any(|bracket| {
                    let label = labels::of_place(&names, bracket.range.start);
                    label.is_some_and(|label| label_slug(label) == "description")
                });
            }
            BlockKind::List(list) => body.description_taken |= self.has_description(list),
            BlockKind::Quote(blocks) => blocks.iter().for_each(|block| self.look_at(block, body)),
            _ => {}
        }
    }

    fn has_description(&self, list: &List) -> bool {
        list.items.iter().filter_map(|item| item.blocks.first()).any(|block| match &block.kind {
            BlockKind::Paragraph(stretch) => {
                let brackets = self.builder.brackets(&stretch.range);
                let label = || labels::of_item(self.builder.text, &self.builder.pieces.of(stretch), brackets);
                !brackets.is_empty() && label().is_some_and(|label| label_slug(&label.text) == "description")
            }
            _ => false,
        })
    }
}

fn is_mark(text: &str, bracket: &Bracket) -> bool {
    bracket.site == Site::Text && &text[bracket.range.clone()] == MARK
}

fn is_heading(block: &Block) -> bool {
    matches!(block.kind, BlockKind::Heading { .. })
}

#[cfg(test)]
mod tests {
    use crate::fixture::places;

    #[test]
    fn a_heading_that_only_says_that_there_is_more_is_no_section() {
        let last = |heading: &str, body: &str| {
            places(&format!("### [service]\n\n- **Port:** [port]\n\n### {heading}\n\n{body}\n"))[2..].to_vec()
        };
        for body in ["", "Words.", "```sh\nrun\n```"] {
            assert_eq!(last("[More services...]", body), ["continuation s.items[]"], "{body}");
        }
        let own = ["record s.more_services[]", "record s.more_services[].description"];
        assert_eq!(last("[More services...]", "[Describe it]"), own);
        assert_eq!(last("[service 2]", ""), ["record s.items[]"]);
        assert_eq!(last("[queue]", ""), ["record s.queue[]"]);
    }

    #[test]
    fn headings_of_placeholders_alone_are_repeated_and_so_is_one_that_names_a_table() {
        for (heading, found) in [
            ("[name]", &["record s.items[]"][..]),
            ("1. [name]", &["record s.items[]"]),
            ("[name] ([kind])", &["record s.items[]", "record s.items[].kind"]),
            ("[name] of [kind]", &["heading s.name_of_kind.name", "heading s.name_of_kind.kind"]),
            ("`[table_name]`", &["record tables{}"]),
            ("Table: [table_name]", &["record tables{}"]),
            ("Table: [table_name 1]", &["record tables{}"]),
            (
                "Table: [table_name] ([kind])",
                &["heading s.table_table_name.table_name", "heading s.table_table_name.kind"],
            ),
            ("Service: [name]", &["heading s.service_name.service"]),
        ] {
            assert_eq!(places(&format!("### {heading}\n")), found, "{heading}");
        }
        let inner = places("### [table_name]\n\n#### Like [table]\n");
        assert_eq!(inner, ["record tables{}", "record tables{}.like_table.table"]);
    }

    #[test]
    fn a_prompt_beside_a_place_that_is_labelled_description_is_the_introduction() {
        for beside in ["- **Description:** [x]", "**Description:** [x]", "> **Description:** [x]", "- Description: [x]"]
        {
            assert_eq!(places(&format!("[Say it]\n\n{beside}\n"))[0], "prompt s.introduction", "{beside}");
        }
        for beside in ["- **Description:** none", "- Description [x]", "**Descriptions:** [x]", "- description"] {
            assert_eq!(places(&format!("[Say it]\n\n{beside}\n"))[0], "prompt s.description", "{beside}");
        }
    }
}
