//! Code blocks: replaced whole, drawn as a diagram, or filled line by line.

use super::anchors::heading_id;
use super::answer::Answer;
use super::misfit::Wrong;
use super::run::Targets;
use super::write::{container_prefix, has_html};
use super::{Filler, Record, Status, Unit};
use crate::diagnostic::Code;
use crate::draft::MISSING_IN_CODE;
use crate::erd::{self, Diagram};
use crate::facts::{Entry, Kind, Value};
use crate::place;
use crate::slug::slug;
use crate::source::{line_start, next_line};
use crate::splice::{Edit, Origin};
use crate::template::{CodeBlock, Slot};

impl<'a, 'f> Filler<'a, 'f> {
    /// Fills a code block.
    pub(super) fn code(
        &mut self,
        code: &'a CodeBlock,
        record: Record<'f>,
        targets: Targets<'a, 'f>,
        unit: &mut Unit<'a, 'f>,
        edits: &mut Vec<Edit<'f>>,
    ) {
        if let Some(entry) = self.find(record, &code.path) {
            self.replace_code(code, entry, unit, edits);
            return;
        }
        if code.diagram && self.draw(code, record, unit, edits) {
            return;
        }
        if code.run.items.is_empty() {
            return;
        }
        let first = edits.len();
        self.run(&code.run, record, targets, unit, edits);
        self.lengthen_fence(code, first, edits);
        self.mark_code(code, edits);
    }

    /// Puts a fact in place of the text, or of the whole block where it begins with a fence.
    fn replace_code(
        &mut self,
        code: &'a CodeBlock,
        entry: &'f Entry<'f>,
        unit: &mut Unit<'a, 'f>,
        edits: &mut Vec<Edit<'f>>,
    ) {
        self.use_all(&entry.value);
        unit.answered += 1;
        let text = match &entry.value.kind {
            Kind::Array(items) if items.is_empty() => {
                self.remove_run(&code.run, unit, edits);
                return;
            }
            Kind::String(text) if !text.trim().is_empty() => text,
            _ => {
                let address = code.path.join(".");
                self.wrong_form(&entry.value, &address, code.range.clone(), "the text of a code block");
                return self.leave_code(code, edits);
            }
        };
        unit.kept = true;
        self.set_all(&code.range, Status::Filled);
        if text.trim_start().starts_with("```") || text.trim_start().starts_with("~~~") {
            self.replace_block(code, &entry.value, text, edits);
        } else {
            self.replace_content(code, text, edits);
        }
    }

    /// Puts blocks in place of the whole block.
    fn replace_block(&mut self, code: &'a CodeBlock, value: &'f Value<'f>, text: &'f str, edits: &mut Vec<Edit<'f>>) {
        let address = code.path.join(".");
        let prefix = container_prefix(self.text, code.range.start);
        let block = match !self.options.allow_html && has_html(text) {
            true => Err(Wrong::Html),
            false => place::block(text, &prefix, self.newline).map_err(Wrong::Misfit),
        };
        match block {
            Ok(block) => {
                self.note_definitions(text, value, &address);
                edits.push(Edit::new(code.range.clone(), block, Origin::Code));
            }
            Err(wrong) => {
                self.block_misfit(value, &address, &wrong, code.range.clone(), "the block is here");
                self.leave_code(code, edits);
            }
        }
    }

    /// Puts a text between the fences.
    fn replace_content(&mut self, code: &'a CodeBlock, text: &str, edits: &mut Vec<Edit<'f>>) {
        let first = edits.len();
        match &code.content {
            Some(content) => {
                let prefix = container_prefix(self.text, content.start);
                let body = place::code(text.trim_matches('\n'), &prefix, self.newline).into_owned();
                edits.push(Edit::new(content.clone(), body, Origin::Code));
            }
            None => {
                let prefix = container_prefix(self.text, code.range.start);
                let at = next_line(self.text, code.range.start).min(code.range.end);
                let body = place::code(text.trim_matches('\n'), &prefix, self.newline);
                edits.push(Edit::new(at..at, format!("{prefix}{body}{}", self.newline), Origin::Code));
            }
        }
        self.lengthen_fence(code, first, edits);
    }

    /// Leaves a block as it is, for which there is a value of another form.
    fn leave_code(&mut self, code: &CodeBlock, edits: &mut Vec<Edit<'f>>) {
        self.leave(&code.range, Code::WrongForm);
        self.mark_code(code, edits);
    }

    /// In a draft, marks a block that keeps a placeholder; nothing in it can be marked.
    pub(super) fn mark_code(&self, code: &CodeBlock, edits: &mut Vec<Edit<'f>>) {
        let is_missing = |slot: &Slot| self.statuses.get(slot.id) == Some(&Some(Status::Missing));
        let missing = code.run.items.iter().flat_map(|item| &item.slots).any(is_missing);
        let line = line_start(self.text, code.range.start);
        if !self.options.draft || !missing || line != code.range.start {
            return;
        }
        let newline = self.newline;
        let end = code.range.start + self.text[code.range.clone()].trim_end().len();
        let open = format!("<div class=\"{MISSING_IN_CODE}\">{newline}{newline}");
        edits.push(Edit::new(code.range.start..code.range.start, open, Origin::Template));
        edits.push(Edit::new(end..end, format!("{newline}{newline}</div>{newline}"), Origin::Template));
    }

    /// Writes an answer into a line of code; further lines of it keep to the container.
    pub(super) fn write_code_line(&mut self, slot: &Slot, answer: &Answer<'f>) -> Option<Edit<'f>> {
        let raw = self.raw(slot, answer)?;
        let prefix = container_prefix(self.text, slot.leaf);
        let text = place::code(&raw, &prefix, self.newline).into_owned();
        Some(Edit::new(slot.range.clone(), text, Origin::Code))
    }

    /// Makes the fences of a block longer than any run of their character in what was written into it.
    fn lengthen_fence(&self, code: &CodeBlock, first: usize, edits: &mut Vec<Edit<'f>>) {
        let block = &self.text[code.range.clone()];
        let Some(fence) = block.chars().next().filter(|_| code.fenced) else { return };
        let length = block.chars().take_while(|&c| c == fence).count();
        let written = edits[first..].iter().filter(|edit| edit.text.contains(fence));
        let needed = written.map(|edit| place::fence_length(&edit.text, fence)).max().unwrap_or(0);
        if needed <= length {
            return;
        }
        let more: String = std::iter::repeat_n(fence, needed - length).collect();
        edits.push(Edit::new(code.range.start..code.range.start, more.clone(), Origin::Template));
        if block.trim_end().ends_with(fence) && code.content.as_ref().is_none_or(|content| content.end < code.range.end)
        {
            let end = code.range.start + block.trim_end().len();
            edits.push(Edit::new(end..end, more, Origin::Template));
        }
    }

    /// Draws the entity-relationship diagram in place of the block. Facts for its placeholders come first.
    fn draw(
        &mut self,
        code: &'a CodeBlock,
        record: Record<'f>,
        unit: &mut Unit<'a, 'f>,
        edits: &mut Vec<Edit<'f>>,
    ) -> bool {
        let slots: Vec<&Slot> = code.run.items.iter().flat_map(|item| &item.slots).collect();
        let own = slots.iter().any(|slot| self.find(record, &slot.path).is_some());
        if own || self.facts.schema.tables.is_empty() {
            return false;
        }
        for slot in slots {
            self.set(slot.id, Status::Derived);
        }
        unit.answered += 1;
        unit.kept = true;
        let diagram = Diagram::new(self.facts.schema, &|table| Some(heading_id(table)));
        let picture = erd::draw(&diagram, self.options.erd, &format!("erd-{}", slug(self.options.chapter)));
        let prefix = container_prefix(self.text, code.range.start);
        let text = place::code(picture.trim_end(), &prefix, self.newline).into_owned();
        edits.push(Edit::new(code.range.clone(), text, Origin::Code));
        true
    }
}
