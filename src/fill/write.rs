//! Where a place lies among lines and containers, and how a value is written there.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use pulldown_cmark::{Event, Parser};

use super::answer::{Answer, Inline, inline};
use super::{Filler, Unit};
use crate::diagnostic::{Code, Diagnostic};
use crate::facts::{Entry, FactId, Kind, Table, Value, quote_key};
use crate::markdown;
use crate::place::{self, Block, Misfit, Place, Unclosed};
use crate::source::{line_of, line_start};
use crate::splice::{Edit, Origin};
use crate::template::{Form, Slot, inside_backticks};

/// What the lines of a container begin with after the first: quote marks stay, list markers become spaces.
pub(crate) fn container_prefix(text: &str, at: usize) -> String {
    let before = &text[line_start(text, at)..at];
    let marked = before.trim_start_matches([' ', '\t', '>']).len();
    let mut prefix = before[..before.len() - marked].to_owned();
    prefix.extend(before[before.len() - marked..].chars().map(|c| if c == '>' { '>' } else { ' ' }));
    prefix
}

/// Whether nothing but indentation and container markers stands before a place on its line.
fn at_line_start(text: &str, line: usize, leaf: usize, at: usize) -> bool {
    text[line.max(leaf).min(at)..at].trim_matches([' ', '\t', '>']).is_empty()
}

/// How much of the line around a value can matter for it.
const NEAR: usize = 256;

fn near(text: &str, line_start: usize, at: usize) -> Range<usize> {
    let from = (at.saturating_sub(NEAR)..at).find(|&from| text.is_char_boundary(from)).unwrap_or(at);
    line_start.max(from).min(at)..at
}

impl<'a, 'f> Filler<'a, 'f> {
    /// Writes an answer where a slot of text stands; a value that does not fit is told, and the slot stays.
    pub(super) fn write_text(&mut self, slot: &Slot, answer: &Answer<'f>) -> Option<Edit<'f>> {
        let text = self.text;
        let line = self.line_of(slot.range.start);
        let prefix = if slot.form == Form::Prose { container_prefix(text, slot.leaf) } else { String::new() };
        let block = match slot.form {
            Form::Cell => Block::Cell,
            Form::Heading => Block::Heading,
            Form::Prose => Block::Paragraph {
                line_start: at_line_start(text, line.start, slot.leaf, slot.range.start),
                prefix: &prefix,
            },
        };
        let before = near(text, line.start.min(slot.range.start), slot.range.start);
        let far = line.end.clamp(slot.range.end, slot.range.end + NEAR);
        let end = (slot.range.end..=far).rev().find(|&end| text.is_char_boundary(end)).unwrap_or(slot.range.end);
        let after = slot.range.end..end;
        let link = self.is_in_link(&slot.range);
        let place = Place { newline: self.newline, link, ..Place::new(block) }.between(&text[before], &text[after]);
        let written = self.written(answer, &place);
        match written {
            Ok(text) => Some(Edit::new(slot.range.clone(), text, Origin::Prose)),
            Err(misfit) => {
                self.misfit(answer, slot, &misfit);
                None
            }
        }
    }

    /// Whether a place is part of the text of a link.
    fn is_in_link(&self, range: &Range<usize>) -> bool {
        let spans = &self.template.link_spans;
        let next = spans.partition_point(|span| span.end <= range.start);
        spans.get(next).is_some_and(|span| span.start < range.start)
    }

    /// The line around a place; places of one line come one after the other, so the last one is kept.
    fn line_of(&mut self, at: usize) -> Range<usize> {
        if !(self.line.start <= at && at < self.line.end) {
            self.line = line_of(self.text, at);
        }
        self.line.clone()
    }

    /// An answer as inline Markdown for a place.
    pub(super) fn written(&self, answer: &Answer<'f>, place: &Place<'_>) -> Result<Cow<'f, str>, Wrong> {
        match answer {
            Answer::Fact(value) => match inline(value, false) {
                Inline::No => Err(Wrong::Kind),
                Inline::Plain(plain) => Ok(owned_unless_borrowed(plain, |plain| place::text(plain, place))),
                Inline::Markdown(markdown) if !self.options.allow_html && has_html(&markdown) => Err(Wrong::Html),
                Inline::Markdown(Cow::Borrowed(markdown)) => place::inline(markdown, place).map_err(Wrong::Misfit),
                Inline::Markdown(Cow::Owned(markdown)) => {
                    place::inline(&markdown, place).map(|text| Cow::Owned(text.into_owned())).map_err(Wrong::Misfit)
                }
            },
            Answer::Plain(plain) => Ok(owned_unless_borrowed(plain.clone(), |plain| place::text(plain, place))),
            Answer::Words { markdown, .. } if !self.options.allow_html && has_html(markdown) => Err(Wrong::Html),
            Answer::Words { markdown, .. } => {
                place::inline(markdown, place).map(|text| Cow::Owned(text.into_owned())).map_err(Wrong::Misfit)
            }
        }
    }

    /// An answer as raw text for code.
    pub(super) fn raw(&mut self, slot: &Slot, answer: &Answer<'f>) -> Option<Cow<'f, str>> {
        let raw = match answer {
            Answer::Fact(value) => match inline(value, true) {
                Inline::Markdown(text) | Inline::Plain(text) => text,
                Inline::No => {
                    self.misfit(answer, slot, &Wrong::Kind);
                    return None;
                }
            },
            Answer::Plain(plain) => plain.clone(),
            Answer::Words { plain, .. } => Cow::Owned(plain.clone()),
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
        let cell = slots.first().is_some_and(|(slot, _)| slot.form == Form::Cell);
        let mut parts: Vec<(Range<usize>, Cow<'f, str>)> = Vec::new();
        for (slot, answer) in slots {
            let raw = answer.as_ref().and_then(|answer| self.raw(slot, answer));
            parts.extend(raw.map(|raw| (slot.range.clone(), raw)));
        }
        let written = !parts.is_empty();
        let inside = inside_backticks(self.text, span);
        let content = replace_in(self.text, &inside, &parts);
        let awkward = |raw: &str| {
            raw.contains(['`', '\n', '\r', '|']) || raw.contains(|c: char| c.is_control()) || raw.trim() != raw
        };
        if parts.iter().any(|(_, raw)| awkward(raw)) {
            edits.push(Edit::new(span.clone(), place::code_span(&content, cell), Origin::Code));
        } else {
            edits.extend(parts.into_iter().map(|(range, raw)| Edit::new(range, raw, Origin::Code)));
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

    /// Tells that a value cannot stand at its address.
    pub(super) fn misfit(&mut self, answer: &Answer<'_>, slot: &Slot, wrong: &Wrong) {
        let address = self.template.placeholders[slot.id].address.clone().unwrap_or_default();
        self.misfit_of(answer, &address, slot, wrong);
        self.leave(&slot.range, Code::WrongForm);
    }

    /// As [`Filler::misfit`], for a value that has an address of its own and stands beside a slot.
    pub(super) fn misfit_of(&mut self, answer: &Answer<'_>, address: &str, slot: &Slot, wrong: &Wrong) {
        let Answer::Fact(value) = answer else {
            let span = self.span(slot.range.clone());
            self.diagnostics.push(Diagnostic::new(Code::WrongForm, wrong.title(None), span, ""));
            return;
        };
        self.use_all(value);
        let place = self.span(slot.range.clone());
        // What stands for many records has a path of its own in each.
        let path = Some(address).filter(|address| !address.contains(['[', '{']));
        let title = wrong.title(Some((value, path.or_else(|| self.path_of(value)).unwrap_or(address))));
        let mut diagnostic = Diagnostic::new(Code::WrongForm, title, value.span, wrong.label(value));
        diagnostic = diagnostic.with_place("the value is wanted here", place, "");
        self.diagnostics.push(diagnostic.with_help(wrong.help()));
    }

    /// The path of a value as it is written.
    fn path_of(&self, value: &Value<'_>) -> Option<&str> {
        let paths = self.paths.get_or_init(|| {
            let mut paths = HashMap::new();
            note_paths(self.facts.root, "", &mut paths);
            paths
        });
        paths.get(&value.id).map(String::as_str)
    }

    /// A value that cannot stand at an address that is no single place.
    pub(super) fn wrong_form(&mut self, value: &Value<'_>, address: &str, place: Range<usize>, wanted: &str) {
        self.use_all(value);
        let title = format!("`{address}` is {}, but {wanted} belongs there", value.describe());
        let place = self.span(place);
        self.diagnostics.push(Diagnostic::new(Code::WrongForm, title, value.span, value.describe()).with_place(
            "it is wanted here",
            place,
            "",
        ));
    }

    /// Removes whole lines with the blank lines after them; right behind the marker of an item, the block alone.
    pub(super) fn remove_block(&self, range: Range<usize>, unit: &mut Unit<'a, 'f>, edits: &mut Vec<Edit<'f>>) {
        let lines = crate::template::lines_of(self.text, range.clone());
        if !self.text[lines.start..range.start].trim_matches([' ', '\t', '>']).is_empty() {
            unit.removed.push(range.clone());
            edits.push(Edit::new(range, "", Origin::Template));
            return;
        }
        let lines = crate::template::with_blank_lines(self.text, lines);
        unit.removed.push(lines.clone());
        edits.push(Edit::new(lines, "", Origin::Template));
    }
}

/// The dotted paths of all values below a table; the items of an array have its path.
fn note_paths(table: &Table<'_>, above: &str, paths: &mut HashMap<FactId, String>) {
    for Entry { key, value, .. } in &table.entries {
        let dot = if above.is_empty() { "" } else { "." };
        note_path(value, format!("{above}{dot}{}", quote_key(key)), paths);
    }
}

fn note_path(value: &Value<'_>, path: String, paths: &mut HashMap<FactId, String>) {
    match &value.kind {
        Kind::Table(table) => note_paths(table, &path, paths),
        Kind::Array(items) => items.iter().for_each(|item| note_path(item, path.clone(), paths)),
        _ => {}
    }
    paths.insert(value.id, path);
}

/// Why a value cannot be written.
pub(super) enum Wrong {
    /// A table, or an array of tables, where text belongs.
    Kind,
    /// HTML where the configuration allows none.
    Html,
    Misfit(Misfit),
}

impl Wrong {
    fn title(&self, value: Option<(&Value<'_>, &str)>) -> String {
        let address = value.map_or("the value", |(_, address)| address);
        match (self, value) {
            (Wrong::Kind, Some((value, _))) => {
                format!("`{address}` is {}, but a string, number, boolean or date belongs there", value.describe())
            }
            (Wrong::Kind, None) => "a value of this kind cannot stand here".to_owned(),
            (Wrong::Html, _) => format!("`{address}` holds HTML, which `allow-html = false` forbids"),
            (Wrong::Misfit(misfit), _) => format!("`{address}` does not fit its place: {misfit}"),
        }
    }

    fn label(&self, value: &Value<'_>) -> &'static str {
        match self {
            Wrong::Kind => value.describe(),
            Wrong::Html => "holds HTML",
            Wrong::Misfit(_) => "",
        }
    }

    fn help(&self) -> &'static str {
        match self {
            Wrong::Kind => "write one value here, or an array of them, which are joined by commas",
            Wrong::Html => "write it as Markdown, or in backticks to show it as it is",
            Wrong::Misfit(Misfit::Blank) => "write the fact, or take the key away",
            Wrong::Misfit(Misfit::StrayEndTag | Misfit::StrayElement | Misfit::Unclosed(Unclosed::Element)) => {
                "write the whole element, or put the tag in backticks to show it as it is"
            }
            Wrong::Misfit(Misfit::Unclosed(_)) => "close it inside the value",
            Wrong::Misfit(Misfit::Heading) => "use bold text in place of the heading",
            Wrong::Misfit(Misfit::LinkInLink) => "write it without the link",
            Wrong::Misfit(Misfit::Include) => "write the include in the template itself",
            Wrong::Misfit(_) => "put the longer text at the section's `description`, and a short one here",
        }
    }
}

fn owned_unless_borrowed<'f>(text: Cow<'f, str>, write: impl for<'t> Fn(&'t str) -> Cow<'t, str>) -> Cow<'f, str> {
    match text {
        Cow::Borrowed(text) => write(text),
        Cow::Owned(text) => Cow::Owned(write(&text).into_owned()),
    }
}

/// Whether Markdown holds HTML, comments included.
pub(crate) fn has_html(markdown: &str) -> bool {
    markdown.contains('<')
        && Parser::new_ext(markdown, markdown::options())
            .any(|event| matches!(event, Event::Html(_) | Event::InlineHtml(_)))
}

/// The text of `range` with some parts of it replaced.
fn replace_in(text: &str, range: &Range<usize>, parts: &[(Range<usize>, Cow<'_, str>)]) -> String {
    let mut out = String::new();
    let mut at = range.start;
    for (part, with) in parts {
        out.push_str(&text[at..part.start]);
        out.push_str(with);
        at = part.end;
    }
    out.push_str(&text[at..range.end]);
    out
}
