//! The outline: headings into nested sections, each with its path and its body.

use std::ops::Range;
use std::sync::Arc;

use super::blocks::{Block, BlockKind, Inlines, List};
use super::brackets::{Bracket, Site};
use super::elements::{Body, record_scope};
use super::{Builder, Element, Form, Path, PlaceholderKind, Scope, Section, address_key};
use crate::slug::{label_slug, placeholder_slug, without_number, without_numbering};
use crate::template::labels;
use crate::vocabulary::Collection;

const MARK: &str = "[TEMPLATE]";

/// A heading with the blocks up to the next section that is not below it.
struct Part<'b> {
    heading: &'b Block,
    level: u8,
    inlines: &'b Inlines,
    title: String,
    blocks: &'b [Block],
    end: usize,
}

impl Builder<'_> {
    /// The page as a tree, up to `end`; the marks in headings go to the residue.
    pub(super) fn sections(&mut self, blocks: &[Block], end: usize, residue: &mut Vec<Range<usize>>) -> Section {
        let scope = Scope {
            record: Arc::default(),
            collection: None,
            in_record: false,
            path: Path::default(),
            section: Arc::default(),
        };
        let title = blocks.iter().find(|block| matches!(block.kind, BlockKind::Heading { level: 1, .. }));
        let mut outline = Outline { builder: self, title: title.map(|block| block.range.start), residue };
        outline.section(None, blocks, end, &scope)
    }
}

struct Outline<'o, 't> {
    builder: &'o mut Builder<'t>,
    /// Where the title starts, whose section is not part of any path.
    title: Option<usize>,
    residue: &'o mut Vec<Range<usize>>,
}

impl Outline<'_, '_> {
    fn section(&mut self, part: Option<&Part<'_>>, blocks: &[Block], end: usize, outer: &Scope) -> Section {
        let first = blocks.iter().position(is_heading).unwrap_or(blocks.len());
        let (body_blocks, rest) = blocks.split_at(first);
        let heading = part.map_or(0..0, |part| part.heading.range.clone());
        let start = heading.start;
        let body_start =
            if part.is_some() { super::residue::lines_of(self.builder.text, heading.clone()).end } else { 0 };
        let body_end = rest.first().map_or(end, |block| block.range.start).max(body_start);
        let brackets = part.map(|part| self.heading_brackets(part.inlines)).unwrap_or_default();
        let title = part.map(|part| part.title.clone()).unwrap_or_default();
        let is_title = part.is_none_or(|part| Some(part.heading.range.start) == self.title);
        if let Some(part) = part {
            self.builder.note_links(part.inlines);
        }
        let mut scope = outer.clone();
        let mut repeat = None;
        let repeats = part.is_some_and(|part| self.repeats(part.inlines, &brackets, outer));
        if repeats && !is_title {
            let leaf = part.map_or(start, |part| part.inlines.range.start);
            let found = self.builder.repeat(&brackets, outer, Form::Heading, leaf);
            scope = record_scope(outer, &found.address, found.collection);
            repeat = Some(found);
        } else if !is_title {
            scope = outer.below(&label_slug(&title));
        }
        scope.section = scope.address(&scope.path).into();
        let parts = self.parts(rest, end);
        self.claim_headings(&parts, &scope);
        let mut elements = Vec::new();
        if let Some(part) = part.filter(|_| repeat.is_none()) {
            let slots = self.builder.inline_slots(part.inlines, &brackets, &scope, Form::Heading);
            if !slots.is_empty() {
                elements.push(Element::Slots(slots));
            }
        }
        let mut body = self.body(body_blocks);
        let known = self.builder.placeholders.len();
        elements.extend(self.builder.elements(body_blocks, &scope, &mut body));
        let own_blocks = self.own_blocks(body_blocks, known, &elements);
        let mut sections: Vec<_> =
            parts.iter().map(|part| self.section(Some(part), part.blocks, part.end, &scope)).collect();
        self.mark_repetitions(&mut sections);
        Section {
            title,
            level: part.map_or(0, |part| part.level),
            range: start..end,
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

    /// The blocks of a body that hold none of the placeholders found in it, which begin at `known`.
    fn own_blocks(&self, blocks: &[Block], known: usize, elements: &[Element]) -> Vec<Range<usize>> {
        let places = &self.builder.placeholders[known..];
        let mut starts: Vec<_> = places.iter().map(|placeholder| placeholder.range.start).collect();
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
        let mut first: Option<(Path, String)> = None;
        for section in sections {
            let Some(repeat) = &section.repeat else { continue };
            let words = self.builder.inner(&repeat.name.range);
            let more = labels::is_continuation(words) && !section.elements.iter().any(is_place);
            match &first {
                Some((_, address)) if more => {
                    let placeholder = &mut self.builder.placeholders[repeat.name.id];
                    placeholder.kind = PlaceholderKind::Continuation;
                    placeholder.address = Some(address.clone());
                    section.again = true;
                }
                Some((records, address)) if *records == repeat.records || *address == repeat.address => {
                    section.again = true;
                }
                _ => first = Some((repeat.records.clone(), repeat.address.clone())),
            }
        }
    }

    /// The placeholders of a heading, without the mark, which is residue.
    fn heading_brackets(&mut self, inlines: &Inlines) -> Vec<Bracket> {
        let mut brackets = self.builder.brackets(inlines);
        let text = self.builder.text;
        let mut marks = Vec::new();
        brackets.retain(|bracket| {
            let is_mark = bracket.site == Site::Text && &text[bracket.range.clone()] == MARK;
            if is_mark {
                marks.push(bracket.range.clone());
            }
            !is_mark
        });
        for mark in &marks {
            let before = text[inlines.range.start..mark.start].trim_end().len();
            let after = text[mark.end..].len() - text[mark.end..].trim_start_matches(' ').len();
            let at_start = before == 0;
            self.residue.push(inlines.range.start + before..mark.end + if at_start { after } else { 0 });
        }
        self.builder.residue_placeholders(marks);
        brackets
    }

    /// Splits blocks that start with a heading into sections side by side.
    fn parts<'b>(&self, blocks: &'b [Block], end: usize) -> Vec<Part<'b>> {
        let mut parts: Vec<Part<'b>> = Vec::new();
        let mut from = 0;
        for (at, block) in blocks.iter().enumerate() {
            let BlockKind::Heading { level, inlines } = &block.kind else { continue };
            if parts.last().is_some_and(|part| *level > part.level) {
                continue;
            }
            if let Some(part) = parts.last_mut() {
                part.end = block.range.start;
                part.blocks = &blocks[from..at];
            }
            from = at + 1;
            let title = self.title(inlines);
            parts.push(Part { heading: block, level: *level, inlines, title, blocks: &[], end });
        }
        if let Some(part) = parts.last_mut() {
            part.blocks = &blocks[from..];
        }
        parts
    }

    fn title(&self, inlines: &Inlines) -> String {
        let plain = inlines.plain(self.builder.text, inlines.range.clone());
        let bare = if plain.contains(MARK) { plain.replace(MARK, "") } else { plain };
        bare.trim().to_owned()
    }

    /// Whether a heading stands once for each record: it is made of placeholders and has no words of its own, or it
    /// names a table among its words (`Table: [table_name]`).
    fn repeats(&self, inlines: &Inlines, brackets: &[Bracket], outer: &Scope) -> bool {
        let Some(first) = brackets.first() else { return false };
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
            let slug = placeholder_slug(without_number(self.builder.inner(&first.range)));
            Collection::of_name(&slug) == Some(Collection::Tables) && outer.collection != Some(Collection::Tables)
        };
        bare || brackets.len() == 1 && names_table()
    }

    /// Takes the addresses of the sections below before anything in the body can.
    fn claim_headings(&mut self, parts: &[Part<'_>], scope: &Scope) {
        for part in parts.iter().filter(|part| Some(part.heading.range.start) != self.title) {
            let mut brackets = self.builder.brackets(part.inlines);
            brackets.retain(|bracket| &self.builder.text[bracket.range.clone()] != MARK);
            if self.repeats(part.inlines, &brackets, scope) {
                continue;
            }
            let path = scope.path_to(&label_slug(&part.title));
            self.builder.claims.insert(address_key(&scope.address(&path)), None);
        }
    }

    /// Looks ahead: whether the body has a prompt, and whether an item takes its key.
    fn body(&mut self, blocks: &[Block]) -> Body {
        let mut body = Body::default();
        for block in blocks {
            self.look_ahead(block, &mut body);
        }
        body
    }

    fn look_ahead(&mut self, block: &Block, body: &mut Body) {
        match &block.kind {
            BlockKind::Paragraph(inlines) => {
                let brackets = self.builder.brackets(inlines);
                if brackets.is_empty() {
                    return;
                }
                body.has_prompt |= matches!(&brackets[..], [bracket] if bracket.range == inlines.range
                    && !labels::says_more(self.builder.inner(&bracket.range)));
                let names = labels::of_places(self.builder.text, inlines);
                body.description_taken |= brackets.iter().any(|bracket| {
                    let label = labels::of_place(&names, bracket.range.start);
                    label.is_some_and(|label| label_slug(label) == "description")
                });
            }
            BlockKind::List(list) => body.description_taken |= self.has_description(list),
            BlockKind::Quote(blocks) => blocks.iter().for_each(|block| self.look_ahead(block, body)),
            _ => {}
        }
    }

    fn has_description(&self, list: &List) -> bool {
        list.items.iter().filter_map(|item| item.blocks.first()).any(|block| match &block.kind {
            BlockKind::Paragraph(inlines) => {
                let brackets = self.builder.brackets(inlines);
                let label = || labels::of_item(self.builder.text, inlines, &brackets);
                !brackets.is_empty() && label().is_some_and(|label| label_slug(&label.text) == "description")
            }
            _ => false,
        })
    }
}

/// Whether an element asks for something.
fn is_place(element: &Element) -> bool {
    !matches!(element, Element::Code(code) if code.run.items.is_empty())
}

fn is_heading(block: &Block) -> bool {
    matches!(block.kind, BlockKind::Heading { .. })
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
