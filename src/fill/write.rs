//! Where a place lies among lines and containers, and how a value is written there.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use pulldown_cmark::{Event, Parser};

use super::answer::{Answer, Inline, inline};
use super::{Filler, Unit};
use crate::diagnostic::{Code, Diagnostic};
use crate::facts::{Entry, FactId, Kind, Table, Value, quote_key};
use crate::markdown::{self, blocks::inside_backticks};
use crate::place::{self, Edge, Misfit, Place, Unclosed};
use crate::source::line_start;
use crate::splice::{Edit, Origin, splice};
use crate::template::{Form, Slot};

/// What the lines of a container begin with after the first: quote marks stay, list markers become spaces.
pub(crate) fn container_prefix(text: &str, at: usize) -> String {
    let before = &text[line_start(text, at)..at];
    let marked = before.trim_start_matches([' ', '\t', '>']).len();
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
        let plain = |plain: Cow<'f, str>| match plain {
            Cow::Borrowed(plain) => place::text_within(plain, place, edge),
            Cow::Owned(plain) => Cow::Owned(place::text_within(&plain, place, edge).into_owned()),
        };
        let markdown = |markdown: Cow<'f, str>| match markdown {
            _ if !self.options.allow_html && has_html(&markdown) => Err(Wrong::Html),
            Cow::Borrowed(markdown) => place::inline_within(markdown, place, edge).map_err(Wrong::Misfit),
            Cow::Owned(markdown) => {
                let written = place::inline_within(&markdown, place, edge).map_err(Wrong::Misfit)?;
                Ok(Cow::Owned(written.into_owned()))
            }
        };
        match answer {
            Answer::Fact(value) => match inline(value, false) {
                Inline::No => Err(Wrong::Kind),
                Inline::Plain(text) => Ok(plain(text)),
                Inline::Markdown(text) => markdown(text),
            },
            Answer::Plain(text) => Ok(plain(text.clone())),
            Answer::Words { markdown: text, .. } => markdown(Cow::Owned(text.clone())),
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
            let filled: Vec<_> = slots.iter().map(|(slot, _)| &slot.range).collect();
            let breaks = line_breaks(self.text, inside.clone());
            let breaks = breaks.filter(|range| !filled.iter().any(|filled| filled.contains(&range.start)));
            edits.extend(breaks.map(|range| Edit::new(range, " ", Origin::Code)));
            edits[first..].sort_by_key(|edit| edit.range.start);
            let content = splice(self.text, inside, &edits[first..]);
            let cell = slots.first().is_some_and(|(slot, _)| slot.form == Form::Cell);
            edits.truncate(first);
            edits.push(Edit::new(span.clone(), place::code_span(&content, cell), Origin::Code));
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

/// Whether Markdown holds HTML, comments included.
pub(crate) fn has_html(markdown: &str) -> bool {
    markdown.contains('<')
        && Parser::new_ext(markdown, markdown::options())
            .any(|event| matches!(event, Event::Html(_) | Event::InlineHtml(_)))
}

/// Whether nothing but white space and the marks of containers stands before a place on its line, so that a value could
/// open a block there.
fn begins_line(text: &str, at: usize) -> bool {
    text[line_start(text, at)..at].chars().all(|c| CONTINUATION.contains(&c))
}

/// The line breaks of a code span, which mean spaces, each with what its container begins the next line with.
fn line_breaks(text: &str, inside: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let breaks = text[inside.clone()].match_indices('\n');
    breaks.map(move |(at, _)| {
        let at = inside.start + at;
        let next = &text[at + 1..inside.end];
        let marks = next.len() - next.trim_start_matches(CONTINUATION).len();
        at - usize::from(text[..at].ends_with('\r'))..at + 1 + marks
    })
}

/// What the lines of a paragraph in a container begin with after the first.
const CONTINUATION: [char; 3] = [' ', '\t', '>'];

/// Whether a code span around `raw` would need other delimiters, or more than them.
fn is_awkward_in_code(raw: &str) -> bool {
    raw.bytes().any(|byte| matches!(byte, b'`' | b'|') || byte.is_ascii_control())
        || raw.contains(|c: char| c.is_control())
        || raw.trim() != raw
}
