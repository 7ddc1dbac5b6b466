//! Where a place lies among lines and containers, and how a value is written there.

use std::borrow::Cow;
use std::ops::Range;

use pulldown_cmark::{Event, Parser};

use super::answer::{Answer, Inline, Writing, inline};
use super::misfit::Wrong;
use super::{Filler, Unit};
use crate::markdown::{self, blocks::inside_backticks};
use crate::place::{self, Edge, Misfit, Place};
use crate::source::line_start;
use crate::splice::{Edit, Origin, splice};
use crate::template::{Form, Slot, lines_of, with_blank_lines};

/// What the lines of a container begin with after the first.
pub(super) const MARKS: [char; 3] = [' ', '\t', '>'];

/// What the lines of a container begin with after the first: quote marks stay, list markers become spaces.
pub(crate) fn container_prefix(text: &str, at: usize) -> String {
    let before = &text[line_start(text, at)..at];
    let marked = before.trim_start_matches(MARKS).len();
    let mut prefix = before[..before.len() - marked].to_owned();
    prefix.extend(before[before.len() - marked..].chars().map(|c| if c == '>' { '>' } else { ' ' }));
    prefix
}

impl<'a, 'f> Filler<'a, 'f> {
    /// Writes an answer where a slot of text stands; a value that does not fit is told, and the slot stays.
    pub(super) fn write_text(&mut self, slot: &Slot, answer: &Answer<'f>) -> Option<Edit<'f>> {
        let spot = self.spot(slot);
        let written = self.written_within(answer, &spot.place(), &spot.edge);
        match written {
            Ok(text) => Some(Edit::new(slot.range.clone(), text, Origin::Prose)),
            Err(misfit) => {
                self.misfit(answer, slot, &misfit);
                None
            }
        }
    }

    /// An answer as inline Markdown for a place.
    pub(super) fn written(&self, answer: &Answer<'f>, place: &Place<'_>) -> Result<Cow<'f, str>, Wrong> {
        self.written_within(answer, place, &Edge::of(place))
    }

    fn written_within(&self, answer: &Answer<'f>, place: &Place<'_>, edge: &Edge<'_>) -> Result<Cow<'f, str>, Wrong> {
        let said = match answer {
            Answer::Fact(value) => inline(value, Writing::Prose),
            Answer::Plain(text) => Inline::Plain(text.clone()),
            Answer::Words(words) => Inline::Markdown(Cow::Owned(words.markdown(self.facts.schema))),
        };
        match said {
            Inline::No => Err(Wrong::Kind),
            Inline::Plain(Cow::Borrowed(text)) => Ok(place::text_within(text, place, edge)),
            Inline::Plain(Cow::Owned(text)) => Ok(Cow::Owned(place::text_within(&text, place, edge).into_owned())),
            Inline::Markdown(markdown) if !self.options.allow_html && has_html(&markdown) => Err(Wrong::Html),
            Inline::Markdown(Cow::Borrowed(markdown)) => {
                place::inline_within(markdown, place, edge).map_err(Wrong::Misfit)
            }
            Inline::Markdown(Cow::Owned(markdown)) => {
                let written = place::inline_within(&markdown, place, edge).map_err(Wrong::Misfit)?;
                Ok(Cow::Owned(written.into_owned()))
            }
        }
    }

    /// An answer as raw text for code.
    pub(super) fn raw(&mut self, slot: &Slot, answer: &Answer<'f>) -> Option<Cow<'f, str>> {
        let raw = match answer {
            Answer::Fact(value) => match inline(value, Writing::Code) {
                Inline::Markdown(text) | Inline::Plain(text) => text,
                Inline::No => {
                    self.misfit(answer, slot, &Wrong::Kind);
                    return None;
                }
            },
            Answer::Plain(plain) => plain.clone(),
            Answer::Words(words) => Cow::Owned(words.plain(self.facts.schema)),
        };
        if raw.trim().is_empty() {
            self.misfit(answer, slot, &Wrong::Misfit(Misfit::Blank));
            return None;
        }
        Some(raw)
    }

    /// Writes the answers of a code span, all of it at once where its delimiters would not do any more; whether there
    /// was anything to write.
    pub(super) fn write_code_span(
        &mut self,
        span: &Range<usize>,
        slots: &[(&'a Slot, Option<Answer<'f>>)],
        edits: &mut Vec<Edit<'f>>,
    ) -> bool {
        let first = edits.len();
        let mut awkward = false;
        for (slot, answer) in slots {
            if let Some(raw) = answer.as_ref().and_then(|answer| self.raw(slot, answer)) {
                awkward |= is_awkward_in_code(&raw) || begins_line(self.text, slot.range.start);
                edits.push(Edit::new(slot.range.clone(), raw, Origin::Code));
            }
        }
        let written = edits.len() > first;
        if awkward {
            let inside = inside_backticks(self.text, span);
            // A placeholder that goes over the break is replaced with it.
            let in_slot = |at: usize| {
                let next = slots.partition_point(|(slot, _)| slot.range.end <= at);
                slots.get(next).is_some_and(|(slot, _)| slot.range.contains(&at))
            };
            let breaks = line_breaks(self.text, inside.clone()).filter(|range| !in_slot(range.start));
            edits.extend(breaks.map(|range| Edit::new(range, " ", Origin::Code)));
            edits[first..].sort_by_key(|edit| edit.range.start);
            let content = splice(self.text, inside, &edits[first..]);
            let form = slots.first().map_or(Form::Prose, |(slot, _)| slot.form);
            let text = code_span_at(form, &content);
            edits.truncate(first);
            edits.push(Edit::new(span.clone(), text, Origin::Code));
        }
        written
    }

    /// Writes an answer into the target of a link.
    pub(super) fn write_target(&mut self, slot: &Slot, answer: &Answer<'f>) -> Option<Edit<'f>> {
        let raw = self.raw(slot, answer)?;
        let mut target = String::with_capacity(raw.len());
        for c in raw.trim().chars() {
            match c {
                '(' => target.push_str("%28"),
                ')' => target.push_str("%29"),
                '<' => target.push_str("%3C"),
                '>' => target.push_str("%3E"),
                '\\' => target.push_str("%5C"),
                '|' => target.push_str("%7C"),
                '"' => target.push_str("%22"),
                c if c.is_whitespace() || c.is_control() => target.push_str("%20"),
                c => target.push(c),
            }
        }
        Some(Edit::new(slot.range.clone(), target, Origin::Prose))
    }

    /// Removes whole lines with the blank lines after them; right behind the marker of an item, the block alone.
    pub(super) fn remove_block(&self, range: Range<usize>, unit: &mut Unit<'a, 'f>, edits: &mut Vec<Edit<'f>>) {
        let lines = lines_of(self.text, range.clone());
        if !is_marks(&self.text[lines.start..range.start]) {
            unit.removed.push(range.clone());
            edits.push(Edit::new(range, "", Origin::Template));
            return;
        }
        let lines = with_blank_lines(self.text, lines);
        unit.removed.push(lines.clone());
        edits.push(Edit::new(lines, "", Origin::Template));
    }
}

/// Whether Markdown holds HTML, comments included.
pub(crate) fn has_html(markdown: &str) -> bool {
    markdown.contains('<')
        && Parser::new_ext(markdown, markdown::options())
            .any(|event| matches!(event, Event::Html(_) | Event::InlineHtml(_)))
}

/// A code span at a place of that form.
pub(super) fn code_span_at(form: Form, content: &str) -> String {
    match form {
        Form::Cell => place::code_span_in_cell(content),
        Form::Header if content.contains('|') => place::code_element(content),
        Form::Header | Form::Prose | Form::Heading => place::code_span(content),
    }
}

/// Whether nothing but white space and the marks of containers stands before a place on its line, so that a value could
/// open a block there.
fn begins_line(text: &str, at: usize) -> bool {
    is_marks(&text[line_start(text, at)..at])
}

/// Whether there is nothing but white space and quote marks.
pub(super) fn is_marks(text: &str) -> bool {
    text.trim_start_matches(MARKS).is_empty()
}

/// The line breaks of a code span, which mean spaces, each with what its container begins the next line with.
fn line_breaks(text: &str, inside: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let breaks = text[inside.clone()].match_indices('\n');
    breaks.map(move |(at, _)| {
        let at = inside.start + at;
        let next = &text[at + 1..inside.end];
        let marks = next.len() - next.trim_start_matches(MARKS).len();
        at - usize::from(text[..at].ends_with('\r'))..at + 1 + marks
    })
}

/// Whether a code span around `raw` would need other delimiters, or more than them.
fn is_awkward_in_code(raw: &str) -> bool {
    raw.contains(|c: char| matches!(c, '`' | '|') || c.is_control()) || raw.trim() != raw
}
