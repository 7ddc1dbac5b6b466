//! Binding: a template and its facts become edits, statuses and diagnostics.

mod additions;
mod anchors;
mod answer;
#[cfg(test)]
mod cases;
mod code;
mod definitions;
mod further;
mod gaps;
mod missing;
mod prompt;
mod record;
mod repair;
mod run;
mod samples;
mod section;
mod slots;
mod spot;
mod write;
mod written;

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};
use std::ops::Range;

use crate::diagnostic::{Code, Diagnostic, Progress, SectionProgress};
use crate::facts::{self, Entry, FactId, Lookup, Value};
use crate::schema::Schema;
use crate::source::{SourceId, Span, next_line};
use crate::splice::{Edit, Origin, splice, splice_guarded, splice_part};
use crate::template::{Key, PlaceholderId, PlaceholderKind, Section, Slot, Template, address_key};
use answer::Answer;
use gaps::RecordGap;
pub(crate) use record::Record;
use spot::Spots;
pub(crate) use write::{container_prefix, has_html};

/// The facts of one template.
#[derive(Clone, Copy)]
pub struct Facts<'f> {
    /// The files of its set, merged.
    pub root: &'f facts::Table<'f>,
    /// The typed part.
    pub schema: &'f Schema<'f>,
    /// The first file, from which further keys are taken and to which missing ones are to be added.
    pub first: SourceId,
    /// Its text.
    pub text: &'f str,
    /// Addresses of other templates that read the same first file, folded by [`address_key`].
    pub elsewhere: &'f HashSet<&'f str>,
}

/// How to fill.
#[derive(Clone, Copy)]
pub struct Options<'o> {
    /// The chapter's text, for places.
    pub source: SourceId,
    /// Its name in messages.
    pub chapter: &'o str,
    /// Sections that may stay unfilled, with all below them.
    pub optional: &'o [&'o str],
    /// Sections that may not.
    pub required: &'o [&'o str],
    /// Highlight unanswered placeholders, for html.
    pub draft: bool,
    /// How relationships are drawn.
    pub erd: crate::erd::Format,
    /// mdBook's `links` preprocessor runs later.
    pub guard_includes: bool,
    /// Values may hold HTML.
    pub allow_html: bool,
}

/// What became of a placeholder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// A fact answers it.
    Filled,
    /// The schema answers it.
    Derived,
    /// It goes, because a fact or the rules leave it out.
    Removed,
    /// Nothing answers it.
    Missing,
    /// Nothing answers it, and its section may stay unfilled.
    Optional,
}

impl Status {
    /// The name in machine formats.
    pub fn as_str(self) -> &'static str {
        match self {
            Status::Filled => "filled",
            Status::Derived => "derived",
            Status::Removed => "removed",
            Status::Missing => "missing",
            Status::Optional => "optional",
        }
    }
}

/// A filled template.
#[derive(Debug)]
pub struct Filled {
    /// The page. Not to be published where a diagnostic is an error.
    pub text: String,
    /// One status for each of [`Template::placeholders`].
    pub statuses: Vec<Status>,
    /// Whether each placeholder stands in a required section.
    pub required: Vec<bool>,
    /// What is wrong or worth saying.
    pub diagnostics: Vec<Diagnostic>,
    /// Facts that the page shows.
    pub used: Vec<FactId>,
    /// Addresses that nothing answers, for suggestions.
    pub missing: Vec<String>,
    /// How complete it is.
    pub progress: Progress,
    /// Placeholders that stay as they are because of another mistake, told under that code.
    pub left: Vec<(PlaceholderId, Code)>,
}

/// Fills a template.
pub fn fill<'f>(text: &str, template: &Template, facts: Facts<'f>, options: Options<'_>) -> Filled {
    let count = template.placeholders.len();
    let mut filler = Filler {
        text,
        template,
        facts,
        options,
        newline: if text.contains("\r\n") { "\r\n" } else { "\n" },
        statuses: vec![None; count],
        required: vec![true; count],
        diagnostics: Vec::new(),
        used: Vec::new(),
        missing: Vec::new(),
        left: Vec::new(),
        gaps: HashMap::new(),
        nested_gaps: HashMap::new(),
        names: Vec::new(),
        noted: Vec::new(),
        told: HashSet::new(),
        slips: HashSet::new(),
        comparisons: further::COMPARISONS,
        said: Vec::new(),
        gone: Vec::new(),
        children: children(template),
        order: Order::new(template),
        spots: Spots::new(count),
        answers: Vec::new(),
        newlines: OnceCell::new(),
        paths: OnceCell::new(),
    };
    let mut edits = Vec::new();
    filler.section(&template.root, Record::Root, &mut edits);
    filler.report_gaps();
    filler.report_definitions();
    filler.report_anchors();
    let cut = edits.iter().any(|edit| edit.origin == Origin::Template && filler.ends_page(edit.range.end));
    let mut text = filler.splice(0..text.len(), edits);
    if cut {
        end_without_blank_lines(&mut text);
    }
    filler.keep_definitions(&mut text);
    let statuses: Vec<Status> = filler.statuses.iter().map(|status| status.unwrap_or(Status::Removed)).collect();
    let progress = progress(template, &statuses, &filler.order, options.chapter);
    Filled {
        text,
        statuses,
        required: filler.required,
        diagnostics: filler.diagnostics,
        used: filler.used,
        missing: filler.missing,
        progress,
        left: filler.left,
    }
}

/// The blank lines that kept the last block from what is gone go, too.
fn end_without_blank_lines(text: &mut String) {
    let kept = text.trim_end().len();
    text.truncate(next_line(text, kept));
}

/// The last keys of all addresses at the top, by the folded address above them.
fn children(template: &Template) -> HashMap<String, Vec<(String, PlaceholderId)>> {
    let mut children: HashMap<String, Vec<(String, PlaceholderId)>> = HashMap::new();
    for (id, placeholder) in template.placeholders.iter().enumerate() {
        let Some(address) = placeholder.address.as_deref().filter(|address| !address.contains(['[', '{'])) else {
            continue;
        };
        let mut rest = address;
        // Tables on the way are keys, too; one is as good a place as another for what it holds.
        while let Some((parent, key)) = rest.rsplit_once('.').or_else(|| (!rest.is_empty()).then_some(("", rest))) {
            let siblings = children.entry(address_key(parent)).or_default();
            if siblings.last().is_none_or(|(last, _)| last != key) {
                siblings.push((key.to_owned(), id));
            }
            rest = parent;
        }
    }
    children
}

fn progress(template: &Template, statuses: &[Status], order: &Order, chapter: &str) -> Progress {
    let mut sections = Vec::new();
    level_two(&template.root, &mut sections);
    let count = |title: &str, address: &str, ids: &[PlaceholderId]| {
        let mut progress =
            SectionProgress { title: title.to_owned(), address: address.to_owned(), done: 0, total: 0, complete: true };
        for &id in ids {
            let status = statuses[id];
            if template.placeholders[id].kind != PlaceholderKind::Continuation && status != Status::Optional {
                progress.total += 1;
                progress.done += usize::from(matches!(status, Status::Filled | Status::Derived | Status::Removed));
                progress.complete &= status != Status::Missing;
            }
        }
        progress
    };
    // What stands above the first section, or in a page without sections, is counted as one more where it asks for
    // anything.
    let inside: HashSet<_> = sections.iter().flat_map(|section| order.of(&section.range)).collect();
    let outside: Vec<_> = order.0.iter().map(|(_, id)| *id).filter(|id| !inside.contains(id)).collect();
    let title = template.root.sections.first().filter(|section| section.level == 1);
    let title = title.map_or(chapter, |section| section.title.as_str());
    let outside = Some(count(title, "", &outside)).filter(|progress| progress.total > 0);
    let sections = sections.iter().map(|section| count(&section.title, &section.address, &order.of(&section.range)));
    Progress { chapter: chapter.to_owned(), sections: outside.into_iter().chain(sections).collect() }
}

fn level_two<'t>(section: &'t Section, found: &mut Vec<&'t Section>) {
    if section.level >= 2 {
        found.push(section);
    } else {
        section.sections.iter().for_each(|section| level_two(section, found));
    }
}

/// The state of one filling.
struct Filler<'a, 'f> {
    text: &'a str,
    template: &'a Template,
    facts: Facts<'f>,
    options: Options<'a>,
    newline: &'static str,
    /// `None` until something is known of the placeholder.
    statuses: Vec<Option<Status>>,
    required: Vec<bool>,
    diagnostics: Vec<Diagnostic>,
    used: Vec<FactId>,
    missing: Vec<String>,
    left: Vec<(PlaceholderId, Code)>,
    /// Fields that records lack, by the placeholder that wants them.
    gaps: HashMap<PlaceholderId, RecordGap<'a, 'f>>,
    /// The gaps that stand for nested records that are missing altogether, by what `told` knows them by.
    nested_gaps: HashMap<String, PlaceholderId>,
    /// The placeholders of the names of the records around what is being filled.
    names: Vec<Option<&'a Slot>>,
    /// The same in the order in which they were found, with what `told` knows them by.
    noted: Vec<(PlaceholderId, String)>,
    /// Facts that were already reported as missing, by address or by record and key.
    told: HashSet<String>,
    /// Addresses whose facts are there under names that are nearly right, which was told.
    slips: HashSet<String>,
    /// How many more keys are compared with missing ones.
    comparisons: usize,
    /// Definitions in values.
    said: Vec<definitions::Said>,
    /// Sections that are not on the page.
    gone: Vec<Range<usize>>,
    children: HashMap<String, Vec<(String, PlaceholderId)>>,
    order: Order,
    /// What is known of the slots.
    spots: Spots<'a>,
    /// Room for the answers of one stretch of text.
    answers: Vec<(&'a Slot, Option<Answer<'f>>)>,
    /// Where the lines of the first facts file end.
    newlines: OnceCell<Vec<usize>>,
    /// The path of each fact, for messages about records.
    paths: OnceCell<HashMap<FactId, String>>,
}

/// Placeholders other than residue in the order of the page.
struct Order(Vec<(usize, PlaceholderId)>);

impl Order {
    fn new(template: &Template) -> Self {
        let placeholders = template.placeholders.iter().enumerate();
        let mut order: Vec<_> = placeholders
            .filter(|(_, placeholder)| placeholder.kind != PlaceholderKind::Residue)
            .map(|(id, placeholder)| (placeholder.range.start, id))
            .collect();
        order.sort_unstable();
        Order(order)
    }

    /// Those that start in a range.
    fn of(&self, range: &Range<usize>) -> Vec<PlaceholderId> {
        let first = self.0.partition_point(|(start, _)| *start < range.start);
        let last = self.0.partition_point(|(start, _)| *start < range.end);
        self.0[first..last.max(first)].iter().map(|(_, id)| *id).collect()
    }
}

/// What the parts of one section's body add up to.
#[derive(Default)]
struct Unit<'a, 'f> {
    /// Placeholders without an answer.
    missing: Vec<&'a Slot>,
    /// Topics without an answer that the prompt has to speak for.
    open_topics: Vec<&'a Slot>,
    /// Topics without an answer under a label.
    label_topics: Vec<&'a Slot>,
    /// Placeholders with an answer, or left out by one.
    answered: usize,
    /// A record lacks a field.
    gaps: bool,
    /// The section's prompt has an answer.
    prompt_answered: bool,
    /// Prompts in order, with their answers.
    prompts: Vec<(&'a crate::template::Prompt, Option<Answer<'f>>)>,
    /// Blocks that were removed.
    removed: Vec<Range<usize>>,
    /// A block with placeholders stays.
    kept: bool,
}

impl Unit<'_, '_> {
    fn is_complete(&self) -> bool {
        self.missing.is_empty() && !self.gaps
    }
}

impl<'a, 'f> Filler<'a, 'f> {
    /// The entry that a path means, from a record; two keys that mean it are told.
    fn find(&mut self, record: Record<'f>, path: &[Key]) -> Option<&'f Entry<'f>> {
        let (last, parents) = path.split_last()?;
        let mut table = record.table(self.facts.root)?;
        for key in parents {
            table = self.get(table, key)?.value.as_table()?;
        }
        self.get(table, last)
    }

    fn get(&mut self, table: &'f facts::Table<'f>, key: &str) -> Option<&'f Entry<'f>> {
        match table.get(key) {
            Lookup::None => None,
            Lookup::One(entry) => Some(entry),
            Lookup::Ambiguous(first, second) => {
                self.diagnostics.push(ambiguous(first, second));
                self.use_all(&second.value);
                Some(first)
            }
        }
    }

    /// Marks a value, and all in it, as shown.
    fn use_all(&mut self, value: &Value<'_>) {
        self.used.push(value.id);
        match &value.kind {
            facts::Kind::Array(items) => items.iter().for_each(|item| self.use_all(item)),
            facts::Kind::Table(table) => table.entries.iter().for_each(|entry| self.use_all(&entry.value)),
            _ => {}
        }
    }

    /// Sets a status; one placeholder that stands for many records keeps its worst.
    fn set(&mut self, id: PlaceholderId, status: Status) {
        let slot = &mut self.statuses[id];
        *slot = match (*slot, status) {
            (Some(Status::Missing), _) | (_, Status::Missing) => Some(Status::Missing),
            (Some(old @ (Status::Filled | Status::Derived)), Status::Removed) => Some(old),
            (_, new) => Some(new),
        };
    }

    /// Notes that the placeholders of a range stay on the page, which a diagnostic of that code tells.
    fn leave(&mut self, range: &Range<usize>, code: Code) {
        for id in self.order.of(range) {
            self.statuses[id] = Some(Status::Missing);
            self.left.push((id, code));
        }
    }

    /// Sets the status of every placeholder in a range.
    fn set_all(&mut self, range: &Range<usize>, status: Status) {
        for id in self.order.of(range) {
            self.statuses[id] = Some(status);
        }
    }

    fn span(&self, range: Range<usize>) -> Span {
        self.options.source.span(range)
    }

    /// The part of the template with the edits and without its residue.
    fn splice(&mut self, range: Range<usize>, mut edits: Vec<Edit<'f>>) -> String {
        let key = |edit: &Edit<'_>| (edit.range.start, edit.range.end);
        if !edits.is_sorted_by_key(key) {
            edits.sort_by_key(key);
        }
        let template = self.template;
        let residue = &template.residue;
        let first = residue.partition_point(|residue| residue.end <= range.start);
        let inside = residue[first..].iter().take_while(|residue| residue.end <= range.end);
        let free = inside.filter(|residue| {
            let before = edits.partition_point(|edit| edit.range.start < residue.end);
            residue.start >= range.start && edits[..before].last().is_none_or(|edit| edit.range.end <= residue.start)
        });
        let removed: Vec<_> = free.map(|range| Edit::new(range.clone(), "", Origin::Template)).collect();
        if !removed.is_empty() {
            edits.extend(removed);
            edits.sort_by_key(key);
        }
        let edits = within(self.text, &range, disjoint(edits));
        if !self.options.guard_includes {
            return splice(self.text, range, &edits);
        }
        let guarded = if range == (0..self.text.len()) { splice_guarded } else { splice_part };
        match guarded(self.text, range.clone(), &edits) {
            Ok(text) => text,
            Err(refused) => {
                let at = edits.get(refused.edit).map_or(range.clone(), |edit| edit.range.clone());
                let span = self.span(at);
                let title = refused.misfit.to_string();
                self.diagnostics.push(Diagnostic::new(Code::WrongForm, title, span, "the value goes here"));
                splice(self.text, range, &edits)
            }
        }
    }
}

/// Sorted edits without overlaps. What is removed takes the blank lines around it along, which may be those of a neighbour
/// or lie in what a value replaces: there the value wins.
fn disjoint(edits: Vec<Edit<'_>>) -> Vec<Edit<'_>> {
    if edits.is_sorted_by(|edit, next| edit.range.end <= next.range.start) {
        return edits;
    }
    let mut apart: Vec<Edit<'_>> = Vec::with_capacity(edits.len());
    for mut edit in edits {
        let Some(last) = apart.last_mut().filter(|last| edit.range.start < last.range.end) else {
            apart.push(edit);
            continue;
        };
        match (last.text.is_empty(), edit.text.is_empty()) {
            (true, true) => last.range.end = last.range.end.max(edit.range.end),
            (true, false) if edit.range.end <= last.range.end => {}
            (true, false) => {
                last.range.end = edit.range.start;
                apart.push(edit);
            }
            (false, true) if edit.range.end <= last.range.end => {}
            (false, true) => {
                edit.range.start = last.range.end;
                apart.push(edit);
            }
            (false, false) => debug_assert!(false, "two values for one place"),
        }
    }
    apart
}

/// Edits cut to the range. What is removed up to its end takes the line end before along, so that no blank line is left.
fn within<'f>(text: &str, range: &Range<usize>, mut edits: Vec<Edit<'f>>) -> Vec<Edit<'f>> {
    let inside =
        |edit: Option<&Edit<'_>>| edit.is_none_or(|e| range.start <= e.range.start && e.range.end <= range.end);
    if inside(edits.first()) && inside(edits.last()) {
        return edits;
    }
    let end = if range.end < text.len() { range.end } else { usize::MAX };
    for at in 0..edits.len() {
        let start = edits[at].range.start.max(range.start);
        let mut cut = start..edits[at].range.end.clamp(start, range.end);
        if edits[at].text.is_empty() && edits[at].range.end > end {
            let from = at.checked_sub(1).map_or(range.start, |before| edits[before].range.end);
            cut.start = from + text.get(from..start).unwrap_or_default().trim_end().len();
        }
        edits[at].range = cut;
    }
    edits
}

/// A value at an inline place outside a template: its text, and whether that is Markdown.
pub(crate) fn inline_text<'f>(value: &'f Value<'f>) -> Option<(std::borrow::Cow<'f, str>, bool)> {
    match answer::inline(value, false) {
        answer::Inline::Markdown(text) => Some((text, true)),
        answer::Inline::Plain(text) => Some((text, false)),
        answer::Inline::No => None,
    }
}

/// Two keys that mean the same address.
pub(crate) fn ambiguous(first: &Entry<'_>, second: &Entry<'_>) -> Diagnostic {
    let title = format!("the keys `{}` and `{}` mean the same address", first.key, second.key);
    Diagnostic::new(Code::AmbiguousAddress, title, second.key_span, "said again here")
        .with_place("it is first said here", first.key_span, "")
        .with_help("keep one of them: case, `-` and `_` do not count in keys")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Edits `(start, end, text)` put side by side, as the same.
    fn edits(of: &[(usize, usize, &'static str)]) -> Vec<Edit<'static>> {
        of.iter().map(|&(start, end, text)| Edit::new(start..end, text, Origin::Template)).collect()
    }

    fn said(edits: Vec<Edit<'_>>) -> Vec<(usize, usize, String)> {
        edits.into_iter().map(|edit| (edit.range.start, edit.range.end, edit.text.into_owned())).collect()
    }

    #[test]
    fn where_something_is_removed_around_a_value_the_value_wins() {
        for (given, expected) in [
            (&[(0, 4, ""), (2, 6, "")][..], &[(0, 6, "")][..]),
            (&[(0, 6, ""), (2, 4, "")], &[(0, 6, "")]),
            (&[(0, 4, ""), (2, 6, "v")], &[(0, 2, ""), (2, 6, "v")]),
            (&[(0, 4, ""), (2, 4, "v")], &[(0, 4, "")]),
            (&[(0, 4, "v"), (2, 6, "")], &[(0, 4, "v"), (4, 6, "")]),
            (&[(0, 4, "v"), (2, 4, "")], &[(0, 4, "v")]),
            (&[(0, 4, ""), (4, 6, ""), (5, 8, "")], &[(0, 4, ""), (4, 8, "")]),
            (&[(0, 4, "v"), (2, 3, ""), (4, 4, "w")], &[(0, 4, "v"), (4, 4, "w")]),
        ] {
            let expected: Vec<_> = expected.iter().map(|&(start, end, text)| (start, end, text.to_owned())).collect();
            assert_eq!(said(disjoint(edits(given))), expected, "{given:?}");
        }
    }

    #[test]
    fn an_edit_is_cut_to_what_is_shown_and_leaves_no_blank_line_at_its_end() {
        let text = "one\n\ntwo\n\nthree\n";
        for (range, given, expected) in [
            (0..19, &[(5, 10, "")][..], &[(5, 10, "")][..]),
            (0..8, &[(5, 10, "")], &[(3, 8, "")]),
            (0..8, &[(0, 3, "v"), (5, 10, "")], &[(0, 3, "v"), (3, 8, "")]),
            (0..8, &[(5, 10, "v")], &[(5, 8, "v")]),
            (5..19, &[(3, 8, ""), (10, 12, "x")], &[(5, 8, ""), (10, 12, "x")]),
            (0..19, &[(5, 25, "")], &[(5, 19, "")]),
            (5..8, &[(0, 3, ""), (5, 8, "v")], &[(5, 5, ""), (5, 8, "v")]),
        ] {
            let expected: Vec<_> = expected.iter().map(|&(start, end, text)| (start, end, text.to_owned())).collect();
            assert_eq!(said(within(text, &range, edits(given))), expected, "{range:?} {given:?}");
        }
    }
}
