//! Prompts: a paragraph that one placeholder makes, answered by Markdown of any length.

use std::borrow::Cow;
use std::ops::Range;

use super::answer::{Answer, Inline, Sample, Writing, inline};
use super::misfit::Wrong;
use super::run::is_empty;
use super::section::Below;
use super::write::{MARKS, container_prefix, has_html, is_marks};
use super::{Filler, Record, Status, Unit};
use crate::facts::{Kind, Value};
use crate::place::{self, Edges};
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
        match self.answer(record, &prompt.slot, Sample::BESIDE) {
            Some(Answer::Fact(value)) if is_empty(value) => {
                self.use_all(value);
                unit.answered += 1;
                unit.prompt_answered |= prompt.of_section;
                self.remove_prompt(prompt, unit, edits);
            }
            Some(answer) => {
                self.note_answer(&prompt.slot, &answer, unit);
                unit.prompt_answered |= prompt.of_section;
                unit.prompts.push((prompt, Some(answer)));
            }
            None if prompt.of_section => unit.prompts.push((prompt, None)),
            None => self.keep_prompt(prompt, record, unit, edits),
        }
    }

    /// Writes the prompts, now that the rest of the section is known: one that only announces goes when all it
    /// announces is answered.
    pub(super) fn settle_prompts(
        &mut self,
        unit: &mut Unit<'a, 'f>,
        record: Record<'f>,
        below: Below,
        edits: &mut Vec<Edit<'f>>,
    ) {
        if unit.prompts.is_empty() && unit.open_topics.is_empty() && unit.label_topics.is_empty() {
            return;
        }
        let answered = unit.is_complete()
            && unit.open_topics.is_empty()
            && unit.label_topics.is_empty()
            && below.complete
            && (unit.answered > 0 || below.any);
        let mut unanswered = false;
        unit.removed.sort_by_key(|removed| removed.start);
        for (prompt, answer) in std::mem::take(&mut unit.prompts) {
            match answer {
                Some(answer) => {
                    unit.kept = true;
                    self.write_prompt(prompt, &answer, unit, edits);
                }
                None if prompt.announces && answered => self.remove_prompt(prompt, unit, edits),
                None => {
                    unanswered = true;
                    self.keep_prompt(prompt, record, unit, edits);
                }
            }
        }
        // A prompt without an answer speaks for the topics, too.
        if unanswered {
            unit.open_topics.append(&mut unit.label_topics);
        } else {
            unit.label_topics.append(&mut unit.open_topics);
        }
        self.warn_topics(unit);
    }

    /// A prompt that nothing answers stays.
    fn keep_prompt(
        &mut self,
        prompt: &'a Prompt,
        record: Record<'f>,
        unit: &mut Unit<'a, 'f>,
        edits: &mut Vec<Edit<'f>>,
    ) {
        unit.kept = true;
        self.note_missing(&prompt.slot, record, unit);
        self.mark(&prompt.slot.range, edits);
    }

    fn remove_prompt(&mut self, prompt: &'a Prompt, unit: &mut Unit<'a, 'f>, edits: &mut Vec<Edit<'f>>) {
        self.set(prompt.slot.id, Status::Removed);
        let start = prompt.lead.as_ref().map_or(prompt.range.start, |lead| lead.start);
        self.remove_block(start..prompt.range.end, unit, edits);
    }

    /// Writes the answer as blocks of their own, between blank lines.
    fn write_prompt(
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
            Answer::Words(words) => Cow::Owned(words.markdown(self.facts.schema)),
        };
        if !self.options.allow_html && has_html(&markdown) {
            return self.unwritten(answer, prompt, &Wrong::Html, edits);
        }
        match self.block_between(&markdown, prompt, unit) {
            Ok(text) => {
                if let Answer::Fact(value) = answer {
                    let address = self.template.placeholders[prompt.slot.id].address.as_deref();
                    self.note_definitions(&markdown, value, address.unwrap_or_default());
                }
                edits.push(Edit::new(prompt.range.clone(), text, Origin::Prose));
            }
            Err(misfit) => self.unwritten(answer, prompt, &Wrong::Misfit(misfit), edits),
        }
    }

    /// Tells that a value cannot stand at a prompt, which stays, marked in a draft.
    fn unwritten(&mut self, answer: &Answer<'f>, prompt: &Prompt, wrong: &Wrong, edits: &mut Vec<Edit<'f>>) {
        self.misfit(answer, &prompt.slot, wrong);
        self.mark(&prompt.slot.range, edits);
    }

    /// Markdown as blocks in place of a prompt, with what keeps it apart from its neighbours.
    fn block_between(&self, markdown: &str, prompt: &Prompt, unit: &Unit<'a, 'f>) -> Result<String, place::Misfit> {
        let prefix = container_prefix(self.text, prompt.range.start);
        let block = place::block(markdown, &prefix, self.newline)?;
        let edges = place::edges(markdown);
        let blank = [self.newline, prefix.trim_end()];
        let gap = [blank[0], blank[1], self.newline, prefix.as_str()];
        let mut text = String::with_capacity(block.len() + 32);
        // One line stands in an item as the prompt did: blank lines would make the list loose.
        let alone = prompt.item_end.is_none() || !place::is_line(markdown);
        if alone {
            self.part_from_above(&prompt.range, edges, gap, &mut text);
        }
        text.push_str(&block);
        let next = end_with_removed(next_line(self.text, prompt.range.end), unit);
        let rest = &self.text[next..];
        // The end of its item ends the answer, too; a blank line before the next one would make their list loose.
        let ends_item = prompt.item_end.is_some_and(|end| end <= next);
        let joined = !ends_item && !is_blank(rest.lines().next().unwrap_or_default());
        if edges.ends_in_list && !ends_item && starts_with_list(rest) {
            text.extend(gap);
            text.push_str("<!-- -->");
        }
        if joined && alone {
            text.extend(blank);
        }
        Ok(text)
    }

    /// Keeps an answer apart from the block above it.
    fn part_from_above(&self, range: &Range<usize>, edges: Edges, gap: [&str; 4], text: &mut String) {
        let start = line_start(self.text, range.start);
        let before = &self.text[..start];
        let above = before.lines().next_back().unwrap_or_default();
        if edges.joins_list && ends_in_list(before) {
            text.push_str("<!-- -->");
            text.extend(gap);
        } else if !is_blank(above) && is_marks(&self.text[start..range.start]) {
            text.extend(gap);
        }
    }
}

/// The end of what is gone together with what ends at a line.
fn end_with_removed(line: usize, unit: &Unit<'_, '_>) -> usize {
    let first = unit.removed.partition_point(|removed| removed.end <= line);
    let mut end = line;
    for removed in &unit.removed[first..] {
        if removed.start > end {
            break;
        }
        end = removed.end;
    }
    end
}

const PARAGRAPH: place::Block<'static> = place::Block::Paragraph { line_start: true, prefix: "" };

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
        return match inline(value, Writing::Prose) {
            Inline::Markdown(text) => Some(text),
            Inline::Plain(text) => Some(Cow::Owned(place::text(&text, &place::Place::new(PARAGRAPH)).into_owned())),
            Inline::No => None,
        };
    };
    let mut list = String::new();
    for item in items {
        let text = match inline(item, Writing::Prose) {
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
    use crate::fixture::with_page;

    #[test]
    fn one_line_in_an_item_stands_as_its_prompt_did() {
        let filled = |item: &str, value: &str| {
            let page = format!("- # A\n{item}\n- b\n");
            with_page(&page, &format!("description = \"{value}\"\n"), |_, filled, _, _| filled.text.clone())
        };
        assert_eq!(filled("  [Say it]", "word"), "- # A\n  word\n- b\n");
        assert_eq!(filled("  [Say it]\n  > c", "word"), "- # A\n  word\n  > c\n- b\n");
        assert_eq!(filled("  [Say it]", "one\\n\\ntwo"), "- # A\n  \n\n  one\n\n  two\n- b\n");
    }

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
