//! Fact references: `[overview.version]` in chapters that are no templates.

use std::ops::Range;

use crate::diagnostic::{Code, Diagnostic, Sub};
use crate::facts::{self, Entry, FactId, Kind, Value, fold};
use crate::fill::{container_prefix, has_html, inline_text};
use crate::nearest::edits;
use crate::place::{self, Block as PlaceBlock, Place};
use crate::source::{SourceId, Span, line_of};
use crate::splice::{Edit, Origin, splice, splice_guarded};
use crate::template::blocks::{self, Block, BlockKind, Inlines};

/// The facts that references look into.
#[derive(Clone, Copy)]
pub struct Shelf<'s> {
    /// The stem of the first file: `backend` for `backend.toml`.
    pub stem: &'s str,
    /// The merged facts.
    pub root: &'s facts::Table<'s>,
}

/// How values may be written.
#[derive(Clone, Copy, Debug)]
pub struct Manners {
    /// mdBook's `links` preprocessor runs later.
    pub guard_includes: bool,
    /// Values may hold HTML.
    pub allow_html: bool,
}

/// What came of a chapter.
#[derive(Debug, Default)]
pub struct Resolved {
    /// The new text; `None` where there was no reference.
    pub text: Option<String>,
    /// References to facts that are not there, and values that do not fit.
    pub diagnostics: Vec<Diagnostic>,
    /// The facts that are shown.
    pub used: Vec<FactId>,
}

/// A reference whose value can be written.
struct Found<'s> {
    range: Range<usize>,
    value: &'s Value<'s>,
}

/// Replaces the fact references of a chapter; all other bytes stay.
///
/// A reference is a shortcut reference without a definition (CommonMark 6.3), outside code, whose text is a dotted path
/// of which the first segment is a table of the facts. One that ends at a table is left alone.
pub fn resolve(text: &str, source: SourceId, shelves: &[Shelf<'_>], manners: Manners) -> Resolved {
    let mut resolved = Resolved::default();
    if shelves.is_empty() || !text.contains('[') {
        return resolved;
    }
    let document = blocks::parse(text);
    let spans: Vec<_> = document
        .broken_links
        .iter()
        .filter(|span| is_dotted(text.get(span.start + 1..span.end - 1)))
        .cloned()
        .collect();
    let mut found = Vec::new();
    for range in spans {
        match look_up(&text[range.start + 1..range.end - 1], shelves) {
            LookUp::Value(value) => found.push(Found { range, value }),
            LookUp::Unknown { shelf, table, missing } => {
                resolved.diagnostics.push(unknown(text, source.span(range), shelf, table, missing.as_deref()));
            }
            LookUp::LeftOut(entry) => {
                resolved.diagnostics.push(left_out(
                    &text[range.start + 1..range.end - 1],
                    source.span(range.clone()),
                    entry,
                ));
            }
            LookUp::NotOurs => {}
        }
    }
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let mut edits = Vec::with_capacity(found.len());
    leaves(&document.blocks, &mut |inlines, block| {
        let first = found.partition_point(|found| found.range.start < inlines.range.start);
        let own = found[first..].iter().take_while(|found| found.range.end <= inlines.range.end);
        let mut leaf: Option<Leaf<'_>> = None;
        for Found { range, value } in own {
            resolved.used.push(value.id);
            let leaf = leaf.get_or_insert_with(|| Leaf::new(text, inlines, block, newline));
            match leaf.write(range, value, manners.allow_html) {
                Ok(value) => edits.push(Edit::new(range.clone(), value, Origin::Prose)),
                Err(words) => {
                    let title = format!("`{}` does not fit its place: {words}", &text[range.start + 1..range.end - 1]);
                    let diagnostic = Diagnostic::new(Code::WrongForm, title, value.span, value.describe());
                    let place = source.span(range.clone());
                    resolved.diagnostics.push(diagnostic.with_place("it is wanted here", place, ""));
                }
            }
        }
    });
    edits.sort_by_key(|edit| edit.range.start);
    if !edits.is_empty() {
        let all = 0..text.len();
        let new =
            if manners.guard_includes { splice_guarded(text, all, &edits) } else { Ok(splice(text, all, &edits)) };
        match new {
            Ok(new) => resolved.text = Some(new),
            Err(refused) => {
                let place = edits.get(refused.edit).map_or(0..0, |edit| edit.range.clone());
                let title = refused.misfit.to_string();
                resolved.diagnostics.push(Diagnostic::new(Code::WrongForm, title, source.span(place), "named here"));
            }
        }
    }
    resolved
}

fn is_dotted(text: Option<&str>) -> bool {
    let Some(text) = text else { return false };
    text.contains('.')
        && text
            .split('.')
            .all(|part| !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-'))
}

enum LookUp<'s> {
    Value(&'s Value<'s>),
    /// The first segment is a table of the facts, and the path goes on to something that is not there.
    Unknown {
        shelf: Shelf<'s>,
        table: &'s facts::Table<'s>,
        /// The key that is not there; `None` where the path goes on below a value.
        missing: Option<String>,
    },
    /// Something below a section that `false` leaves out of the book.
    LeftOut(&'s Entry<'s>),
    /// A table, or nothing of ours.
    NotOurs,
}

fn look_up<'s>(path: &str, shelves: &[Shelf<'s>]) -> LookUp<'s> {
    let keys: Vec<&str> = path.split('.').collect();
    let stem = shelves.iter().find(|shelf| fold(shelf.stem) == fold(keys[0]));
    if let Some(shelf) = stem
        && let found @ (LookUp::Value(_) | LookUp::Unknown { .. } | LookUp::LeftOut(_)) = look_into(*shelf, &keys[1..])
    {
        return found;
    }
    shelves.first().map_or(LookUp::NotOurs, |shelf| look_into(*shelf, &keys))
}

fn look_into<'s>(shelf: Shelf<'s>, keys: &[&str]) -> LookUp<'s> {
    let root = keys.first().and_then(|first| shelf.root.get(first).first());
    if let Some(entry) = root.filter(|entry| keys.len() > 1 && entry.value.is_false()) {
        return LookUp::LeftOut(entry);
    }
    let Some(mut table) = root.and_then(|entry| entry.value.as_table()) else { return LookUp::NotOurs };
    for (at, key) in keys.iter().enumerate().skip(1) {
        let Some(entry) = table.get_exact(key).or_else(|| table.get(key).first()) else {
            return LookUp::Unknown { shelf, table, missing: Some((*key).to_owned()) };
        };
        match &entry.value.kind {
            Kind::Table(next) => table = next,
            Kind::Boolean(false) if at + 1 < keys.len() => return LookUp::LeftOut(entry),
            _ if at + 1 < keys.len() => return LookUp::Unknown { shelf, table, missing: None },
            Kind::Array(items) if items.iter().any(|item| item.as_table().is_some()) => return LookUp::NotOurs,
            _ => return LookUp::Value(&entry.value),
        }
    }
    LookUp::NotOurs
}

fn left_out(path: &str, span: Span, entry: &Entry<'_>) -> Diagnostic {
    Diagnostic::new(Code::UnknownFact, format!("no fact named `{path}`"), span, "not among the facts")
        .with_place("the section is left out of the book here", entry.key_span, "")
        .with_help(format!("write `\\[{path}]` if it is no reference"))
}

fn unknown(text: &str, span: Span, shelf: Shelf<'_>, table: &facts::Table<'_>, missing: Option<&str>) -> Diagnostic {
    let path = &text[span.start + 1..span.end - 1];
    let title = format!("no fact named `{path}`");
    let diagnostic = Diagnostic::new(Code::UnknownFact, title, span, "not among the facts");
    let Some(missing) = missing else {
        return diagnostic.with_help(format!("it goes on below a value; write `\\[{path}]` if it is no reference"));
    };
    let near = table.entries.iter().filter_map(|entry| Some((edits(&entry.key, missing)?, entry)));
    let near = near.min_by_key(|(edits, _)| *edits);
    match near {
        Some((_, entry)) => {
            let right = path.rsplit_once(missing).map(|(head, tail)| format!("[{head}{}{tail}]", entry.key));
            let diagnostic = diagnostic.with_place("a similar fact is here", entry.key_span, "");
            match right {
                Some(text) => diagnostic.with(Sub::Replace { message: "use that one".to_owned(), span, text }),
                None => diagnostic,
            }
        }
        None => diagnostic
            .with_help(format!("add it to `{}.toml`, or write `\\[{path}]` if it is no reference", shelf.stem)),
    }
}

/// A stretch of inline content whose references are written one after the other, so that none looks at all of it.
struct Leaf<'t> {
    text: &'t str,
    inlines: &'t Inlines,
    block: PlaceBlock<'static>,
    newline: &'static str,
    prefix: String,
    /// The line of the last reference.
    line: Range<usize>,
    /// Links by their start, the last one first; those that begin before the last reference are gone.
    links: Vec<Range<usize>>,
    /// The end of the longest of those that are gone.
    linked_to: usize,
}

impl<'t> Leaf<'t> {
    fn new(text: &'t str, inlines: &'t Inlines, block: PlaceBlock<'static>, newline: &'static str) -> Self {
        let mut links: Vec<_> = inlines.links.iter().map(|link| link.range.clone()).collect();
        links.sort_by_key(|link| std::cmp::Reverse(link.start));
        let prefix = container_prefix(text, inlines.range.start);
        Leaf { text, inlines, block, newline, prefix, line: 0..0, links, linked_to: 0 }
    }

    /// The value of the reference at `range`, which stands behind those that were written before.
    fn write(&mut self, range: &Range<usize>, value: &Value<'_>, allow_html: bool) -> Result<String, String> {
        if !self.line.contains(&range.start) {
            self.line = line_of(self.text, range.start);
        }
        while let Some(link) = self.links.pop_if(|link| link.start < range.start) {
            self.linked_to = self.linked_to.max(link.end);
        }
        let starts = &self.inlines.line_starts;
        let line_start = self.inlines.range.start == range.start || starts.binary_search(&range.start).is_ok();
        let block = match self.block {
            PlaceBlock::Paragraph { .. } => PlaceBlock::Paragraph { line_start, prefix: &self.prefix },
            other => other,
        };
        let before = &self.text[self.line.start..range.start];
        let after = &self.text[range.end..self.line.end.max(range.end)];
        let place = Place { link: range.end < self.linked_to, newline: self.newline, ..Place::new(block) };
        let place = place.between(before, after);
        let Some((content, markdown)) = inline_text(value) else {
            return Err(format!("it is {}", value.describe()));
        };
        match markdown {
            true if !allow_html && has_html(&content) => {
                Err("it holds HTML, which `allow-html = false` forbids".to_owned())
            }
            true => place::inline(&content, &place).map(|text| text.into_owned()).map_err(|misfit| misfit.to_string()),
            false => Ok(place::text(&content, &place).into_owned()),
        }
    }
}

/// Every stretch of inline content with the rules that hold in it.
fn leaves<'b>(blocks: &'b [Block], visit: &mut dyn FnMut(&'b Inlines, PlaceBlock<'static>)) {
    const PROSE: PlaceBlock<'static> = PlaceBlock::Paragraph { line_start: false, prefix: "" };
    for block in blocks {
        match &block.kind {
            BlockKind::Heading { inlines, .. } => visit(inlines, PlaceBlock::Heading),
            BlockKind::Paragraph(inlines) => visit(inlines, PROSE),
            BlockKind::List(list) => list.items.iter().for_each(|item| leaves(&item.blocks, visit)),
            BlockKind::Quote(blocks) | BlockKind::Container(blocks) => leaves(blocks, visit),
            BlockKind::Table(table) => {
                let rows = std::iter::once(&table.header).chain(&table.rows);
                rows.flat_map(|row| &row.cells).for_each(|cell| visit(cell, PlaceBlock::Cell));
            }
            BlockKind::Code(_) | BlockKind::Rule | BlockKind::Html => {}
        }
    }
}
