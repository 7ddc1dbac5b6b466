//! Prompts: a paragraph that one placeholder makes, answered by Markdown of any length.

use std::borrow::Cow;

use super::answer::{Answer, Inline, Sample, inline};
use super::slots::mark;
use super::write::{Wrong, container_prefix, has_html};
use super::{Filler, Record, Status, Unit};
use crate::facts::{Kind, Value};
use crate::place;
use crate::source::{line_start, next_line};
use crate::splice::{Edit, Origin};
use crate::template::{Prompt, Site};

impl<'a, 'f> Filler<'a, 'f> {
    /// Looks the answer up; what becomes of the prompt is decided when the rest of its section is known.
    pub(super) fn prompt(
        &mut self,
        prompt: &'a Prompt,
        record: Record<'f>,
        unit: &mut Unit<'a, 'f>,
        edits: &mut Vec<Edit<'f>>,
    ) {
        if prompt.more {
            return self.remove_prompt(prompt, unit, edits);
        }
        let sample = Sample { slots: &[], named_by_label: true };
        let answer = self.answer(record, &prompt.slot, sample);
        if let Some(Answer::Fact(Value { kind: Kind::Array(items), .. })) = &answer
            && items.is_empty()
        {
            self.leave_prompt_out(prompt, answer.as_ref(), unit, edits);
            return;
        }
        match &answer {
            Some(found) => {
                unit.answered += 1;
                self.set(prompt.slot.id, found.status());
                if let Answer::Fact(value) = found {
                    self.use_all(value);
                }
                unit.prompt_answered |= prompt.of_section;
                unit.prompts.push((prompt, answer));
            }
            None if prompt.of_section => unit.prompts.push((prompt, None)),
            None => {
                unit.kept = true;
                self.note_missing(&prompt.slot, record, unit);
                if self.options.draft {
                    edits.extend(mark(prompt.slot.range.clone()));
                }
            }
        }
    }

    fn leave_prompt_out(
        &mut self,
        prompt: &'a Prompt,
        answer: Option<&Answer<'f>>,
        unit: &mut Unit<'a, 'f>,
        edits: &mut Vec<Edit<'f>>,
    ) {
        if let Some(Answer::Fact(value)) = answer {
            self.use_all(value);
        }
        unit.answered += 1;
        unit.prompt_answered |= prompt.of_section;
        self.remove_prompt(prompt, unit, edits);
    }

    pub(super) fn remove_prompt(&mut self, prompt: &'a Prompt, unit: &mut Unit<'a, 'f>, edits: &mut Vec<Edit<'f>>) {
        self.set(prompt.slot.id, Status::Removed);
        let start = prompt.lead.as_ref().map_or(prompt.range.start, |lead| lead.start);
        self.remove_block(start..prompt.range.end, unit, edits);
    }

    /// Writes the answer as blocks of their own, between blank lines.
    pub(super) fn write_prompt(
        &mut self,
        prompt: &'a Prompt,
        answer: &Answer<'f>,
        unit: &Unit<'a, 'f>,
        edits: &mut Vec<Edit<'f>>,
    ) {
        debug_assert_eq!(prompt.slot.site, Site::Text);
        let markdown = match answer {
            Answer::Fact(value) => match markdown(value) {
                Some(markdown) => markdown,
                None => return self.unwritten(answer, prompt, &Wrong::Kind, edits),
            },
            Answer::Plain(plain) => Cow::Owned(place::text(plain, &place::Place::new(PARAGRAPH)).into_owned()),
            Answer::Words { markdown, .. } => Cow::Owned(markdown.clone()),
        };
        if !self.options.allow_html && has_html(&markdown) {
            return self.unwritten(answer, prompt, &Wrong::Html, edits);
        }
        match self.block_between(&markdown, prompt, unit) {
            Ok(text) => {
                if let Answer::Fact(value) = answer {
                    let address = self.template.placeholders[prompt.slot.id].address.clone().unwrap_or_default();
                    self.note_definitions(&markdown, value, &address);
                }
                edits.push(Edit::new(prompt.range.clone(), text, Origin::Prose));
            }
            Err(misfit) => self.unwritten(answer, prompt, &Wrong::Misfit(misfit), edits),
        }
    }

    /// Tells that a value cannot stand at a prompt, which stays, marked in a draft.
    fn unwritten(&mut self, answer: &Answer<'f>, prompt: &Prompt, wrong: &Wrong, edits: &mut Vec<Edit<'f>>) {
        self.misfit(answer, &prompt.slot, wrong);
        if self.options.draft {
            edits.extend(mark(prompt.slot.range.clone()));
        }
    }

    /// Markdown as blocks in place of a prompt, with what keeps it apart from its neighbours.
    pub(super) fn block_between(
        &self,
        markdown: &str,
        prompt: &Prompt,
        unit: &Unit<'a, 'f>,
    ) -> Result<String, place::Misfit> {
        let range = &prompt.range;
        let prefix = container_prefix(self.text, range.start);
        let block = place::block(markdown, &prefix, self.newline)?;
        let edges = place::edges(markdown);
        let blank = format!("{}{}", self.newline, prefix.trim_end());
        let line = format!("{}{}", self.newline, prefix);
        let mut text = String::with_capacity(block.len() + 32);
        let start = line_start(self.text, range.start);
        let before = &self.text[..start];
        let above = before.lines().next_back().unwrap_or_default();
        if edges.joins_list && ends_in_list(before) {
            text.push_str("<!-- -->");
            text.push_str(&blank);
            text.push_str(&line);
        } else if !is_blank(above) && self.text[start..range.start].trim_matches(MARKS).is_empty() {
            text.push_str(&blank);
            text.push_str(&line);
        }
        text.push_str(&block);
        let mut next = next_line(self.text, range.end);
        let first = unit.removed.partition_point(|removed| removed.end <= next);
        for removed in &unit.removed[first..] {
            if removed.start > next {
                break;
            }
            next = removed.end;
        }
        let rest = &self.text[next..];
        // The end of its item ends the answer, too; a blank line before the next one would make their list loose.
        let ends_item = prompt.item_end.is_some_and(|end| end <= next);
        let joined = !ends_item && !is_blank(rest.lines().next().unwrap_or_default());
        if edges.ends_in_list && !ends_item && starts_with_list(rest) {
            text.push_str(&blank);
            text.push_str(&line);
            text.push_str("<!-- -->");
        }
        if joined {
            text.push_str(&blank);
        }
        Ok(text)
    }
}

const PARAGRAPH: place::Block<'static> = place::Block::Paragraph { line_start: true, prefix: "" };
const MARKS: [char; 3] = [' ', '\t', '>'];

fn is_blank(line: &str) -> bool {
    line.trim_matches(MARKS).trim().is_empty()
}

/// Whether the next block is a list or indented.
fn starts_with_list(rest: &str) -> bool {
    let Some(line) = rest.lines().find(|line| !is_blank(line)) else { return false };
    let line = line.trim_start_matches('>');
    line.starts_with("    ") || is_item(line)
}

/// Whether the block before ends in a list item.
fn ends_in_list(before: &str) -> bool {
    let Some(line) = before.lines().rev().find(|line| !is_blank(line)) else { return false };
    is_item(line.trim_start_matches('>'))
}

fn is_item(line: &str) -> bool {
    let line = line.trim_start();
    let bullet = line.strip_prefix(['-', '*', '+']);
    let digits = line.trim_start_matches(|c: char| c.is_ascii_digit());
    let number = (digits.len() < line.len()).then(|| digits.strip_prefix(['.', ')'])).flatten();
    bullet.or(number).is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t']))
}

/// A value as blocks: Markdown, or an array as a bulleted list.
pub(super) fn markdown<'f>(value: &'f Value<'f>) -> Option<Cow<'f, str>> {
    let Kind::Array(items) = &value.kind else {
        return match inline(value, false) {
            Inline::Markdown(text) => Some(text),
            Inline::Plain(text) => Some(Cow::Owned(place::text(&text, &place::Place::new(PARAGRAPH)).into_owned())),
            Inline::No => None,
        };
    };
    let mut list = String::new();
    for item in items {
        let text = match inline(item, false) {
            Inline::Markdown(text) | Inline::Plain(text) => text,
            Inline::No => return None,
        };
        if !list.is_empty() {
            list.push('\n');
        }
        list.push_str("- ");
        list.push_str(&text.trim().replace('\n', "\n  "));
    }
    Some(Cow::Owned(list))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_is_a_mark_and_a_space() {
        for line in ["- a", "*", "+\ta", "  - a", "1. a", "12) a", "1."] {
            assert!(is_item(line), "{line}");
        }
        for line in ["", "a", "-a", "**a**", "1.a", "1", ". a", ") a", "a. b"] {
            assert!(!is_item(line), "{line}");
        }
    }

    #[test]
    fn a_list_beside_an_answer_may_stand_in_a_quote() {
        for rest in ["- a\n", "\n\n- a", ">\n> - a\n", "    code\n"] {
            assert!(starts_with_list(rest), "{rest}");
        }
        assert!(!starts_with_list("") && !starts_with_list("a\n- b\n") && !starts_with_list("   a"));
        assert!(
            ends_in_list("- a\n\n") && ends_in_list("> 1. a\n>\n") && !ends_in_list("- a\n\nb\n") && !ends_in_list("")
        );
    }
}
