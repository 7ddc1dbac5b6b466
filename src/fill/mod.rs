//! Binding: a template and its facts become edits, statuses and diagnostics.
//!
//! `section` and `repeat` walk the template, and ask the gate with `unfilled`. What a section holds is filled by `run`
//! with `samples`, `further` and `written`, by `code`, `prompt` and `slots`; `unknown` is for what is repeated for records
//! of which nothing is said. A path starts at a `record`, `answer` says what answers it, with `typed` for the schema, and
//! `write` writes that at its `spot`. What is wrong is told by `missing`, with `additions`, by `gaps`, with `repair` and `implied`, and
//! by `misfit`, `definitions` and `anchors`; `footnotes` keeps those of records apart. `edits` makes the page, and `progress` counts.

mod additions;
mod anchors;
mod answer;
#[cfg(test)]
mod cases;
mod code;
mod definitions;
mod edits;
mod footnotes;
mod further;
mod gaps;
mod implied;
mod misfit;
mod missing;
mod progress;
mod prompt;
mod record;
mod repair;
mod repeat;
mod run;
mod samples;
mod section;
mod slots;
mod spot;
mod typed;
mod unfilled;
mod unknown;
mod write;
mod written;

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};
use std::ops::Range;

use crate::diagnostic::{Code, Diagnostic, Progress};
use crate::facts::{self, Entry, FactId, Lookup, Value};
use crate::schema::Schema;
use crate::source::{SourceId, Sources, Span};
use crate::splice::{Edit, Ticks};
use crate::template::{Key, PlaceholderId, PlaceholderKind, Prompt, Slot, Template};
use answer::Answer;
pub(crate) use answer::{Inline, Writing, inline};
use further::Children;
use gaps::{MissingField, RecordGap};
pub(crate) use record::Record;
use spot::Spots;
use unfilled::Listed;
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
    /// The texts of all files.
    pub sources: &'f Sources,
    /// Whether another template that reads the same first file has an address, which is folded by
    /// [`address_key`](crate::template::address_key).
    pub elsewhere: &'f dyn Fn(&str) -> bool,
}

impl<'f> Facts<'f> {
    /// The text of the first file.
    fn text(self) -> &'f str {
        &self.sources.get(self.first).text
    }
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
    let mut filler = Filler::new(text, template, facts, options);
    let mut edits = Vec::new();
    filler.section(&template.root, Record::Root, &mut edits);
    filler.report_gaps();
    filler.report_definitions();
    filler.report_anchors();
    let text = filler.page(edits);
    let statuses: Vec<Status> = filler.statuses.iter().map(|status| status.unwrap_or(Status::Removed)).collect();
    let progress = progress::progress(template, &statuses, &filler.order, options.chapter);
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

/// The state of one filling.
struct Filler<'a, 'f> {
    text: &'a str,
    template: &'a Template,
    facts: Facts<'f>,
    options: Options<'a>,
    newline: &'static str,
    /// `None` until something is known of the placeholder.
    statuses: Vec<Option<Status>>,
    /// Whether each placeholder stands in a section that may not stay unfilled.
    required: Vec<bool>,
    /// Sections that may stay unfilled.
    optional: Listed,
    /// Sections that may not, whatever they say of themselves.
    mandatory: Listed,
    diagnostics: Vec<Diagnostic>,
    used: Vec<FactId>,
    missing: Vec<String>,
    left: Vec<(PlaceholderId, Code)>,
    /// Fields that records lack, by the placeholder that wants them.
    gaps: HashMap<PlaceholderId, RecordGap<'a, 'f>>,
    /// The gaps that stand for nested records which are missing altogether.
    nested_gaps: HashMap<MissingField, PlaceholderId>,
    /// The fields that records lack, in the order in which that was found, with the placeholders that want them.
    noted: Vec<(PlaceholderId, MissingField)>,
    /// The placeholders of the names of the records around what is being filled.
    names: Vec<Option<&'a Slot>>,
    told: HashSet<Told>,
    /// Addresses whose facts are there under names that are nearly right, which was told.
    slips: HashSet<String>,
    /// How many more keys are compared with missing ones.
    comparisons: usize,
    /// Three backticks in the template.
    ticks: OnceCell<Ticks>,
    /// The labels that the template defines, folded.
    labels: OnceCell<HashSet<&'a str>>,
    /// The last number given to copies of a footnote, by its label.
    copies: HashMap<&'a str, usize>,
    /// Definitions in values.
    said: Vec<definitions::Said>,
    /// Sections that are not on the page.
    gone: Vec<Range<usize>>,
    children: OnceCell<Children>,
    order: Order,
    /// What is known of the slots.
    spots: Spots<'a>,
    /// Room for the answers of one stretch of text.
    answers: Vec<(&'a Slot, Option<Answer<'f>>)>,
    /// Room for the edits of items and sections.
    rooms: Vec<Vec<Edit<'f>>>,
    /// The part of the template that was spliced last, and whether edits meet nothing in it.
    part: (Range<usize>, bool),
    /// Where the lines of the first facts file end.
    newlines: OnceCell<Vec<usize>>,
    /// The path of each fact, for messages about records.
    paths: OnceCell<HashMap<FactId, String>>,
}

/// What is told once, however many places want it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Told {
    /// A missing fact, by its address as [`address_key`](crate::template::address_key) folds it.
    Address(String),
    /// A field that a record lacks.
    Field(MissingField),
    /// A footnote that only one record would have, by its label.
    Footnote(String),
    /// The header of a table that is to be added, by its keys.
    Header(Vec<String>),
    /// How a table of the schema is written.
    Schema,
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
    prompts: Vec<(&'a Prompt, Option<Answer<'f>>)>,
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
    fn new(text: &'a str, template: &'a Template, facts: Facts<'f>, options: Options<'a>) -> Self {
        let count = template.placeholders.len();
        Filler {
            text,
            template,
            facts,
            options,
            newline: if text.contains("\r\n") { "\r\n" } else { "\n" },
            statuses: vec![None; count],
            required: vec![true; count],
            optional: Listed::new(options.optional),
            mandatory: Listed::new(options.required),
            diagnostics: Vec::new(),
            used: Vec::new(),
            missing: Vec::new(),
            left: Vec::new(),
            gaps: HashMap::new(),
            nested_gaps: HashMap::new(),
            noted: Vec::new(),
            names: Vec::new(),
            told: HashSet::new(),
            slips: HashSet::new(),
            comparisons: further::COMPARISONS,
            ticks: OnceCell::new(),
            labels: OnceCell::new(),
            copies: HashMap::new(),
            said: Vec::new(),
            gone: Vec::new(),
            children: OnceCell::new(),
            order: Order::new(template),
            spots: Spots::new(count),
            answers: Vec::new(),
            rooms: Vec::new(),
            part: (0..0, false),
            newlines: OnceCell::new(),
            paths: OnceCell::new(),
        }
    }

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
}

/// Two keys that mean the same address.
pub(crate) fn ambiguous(first: &Entry<'_>, second: &Entry<'_>) -> Diagnostic {
    let title = format!("the keys `{}` and `{}` mean the same address", first.key, second.key);
    Diagnostic::new(Code::AmbiguousAddress, title, second.key_span, "said again here")
        .with_place("it is first said here", first.key_span, "")
        .with_help("keep one of them: case, `-` and `_` do not count in keys")
}
