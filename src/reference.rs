//! Fact references: `[overview.version]` in chapters that are no templates.

use std::ops::Range;

use crate::diagnostic::{Code, Diagnostic, Sub};
use crate::facts::{self, Entry, FactId, Kind, Value, fold};
use crate::fill::{Inline, Writing, container_prefix, has_html, inline};
use crate::markdown;
use crate::markdown::blocks::{Block, BlockKind, Document, Inlines, each_leaf};
use crate::nearest::edits;
use crate::place::{self, Block as PlaceBlock, Place};
use crate::source::{SourceId, Span, line_of};
use crate::splice::{Edit, Origin, Ticks, opened_fences, splice, splice_guarded};
use crate::vocabulary;

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

/// A reference in a chapter.
struct Reference<'t> {
    /// With its brackets.
    range: Range<usize>,
    path: &'t str,
}

/// A reference whose value can be written.
struct Found<'t, 's> {
    reference: Reference<'t>,
    value: &'s Value<'s>,
    /// What its value is by its address.
    is_text: bool,
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
    let document = markdown::parse(text);
    let mut found = Vec::new();
    for reference in references(text, &document.broken_links) {
        let span = source.span(reference.range.clone());
        match look_up(reference.path, shelves) {
            LookUp::Value { value, is_text } => found.push(Found { reference, value, is_text }),
            LookUp::Unknown(unknown) => resolved.diagnostics.push(unknown.told(reference.path, span)),
            LookUp::LeftOut(entry) => resolved.diagnostics.push(left_out(reference.path, span, entry)),
            LookUp::NotOurs => {}
        }
    }
    let edits = resolved.write(text, source, &document, &found, manners.allow_html);
    if !edits.is_empty() {
        resolved.splice(text, source, &edits, manners.guard_includes);
    }
    resolved
}

/// The references without a definition that may name a fact.
fn references<'t>(text: &'t str, broken_links: &[Range<usize>]) -> impl Iterator<Item = Reference<'t>> {
    broken_links.iter().filter_map(|range| {
        let path = text.get(range.start + 1..range.end - 1).filter(|path| is_dotted(path))?;
        Some(Reference { range: range.clone(), path })
    })
}

impl Resolved {
    /// The edits that write the values in their places, in order.
    fn write(
        &mut self,
        text: &str,
        source: SourceId,
        document: &Document,
        found: &[Found<'_, '_>],
        allow_html: bool,
    ) -> Vec<Edit<'static>> {
        let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
        let mut edits = Vec::with_capacity(found.len());
        each_leaf(&document.blocks, &mut |block| {
            for stretch in block.stretches() {
                let first = found.partition_point(|found| found.reference.range.start < stretch.range.start);
                let own = found[first..].iter().take_while(|found| found.reference.range.end <= stretch.range.end);
                let mut leaf: Option<Leaf<'_>> = None;
                for Found { reference, value, is_text } in own {
                    self.used.push(value.id);
                    let leaf = leaf.get_or_insert_with(|| Leaf::new(text, block, document.pieces.of(stretch), newline));
                    match leaf.write(&reference.range, value, *is_text, allow_html) {
                        Ok(value) => edits.push(Edit::new(reference.range.clone(), value, Origin::Prose)),
                        Err(words) => self.diagnostics.push(misfit(reference, source, value, &words)),
                    }
                }
            }
        });
        edits.sort_by_key(|edit| edit.range.start);
        edits
    }

    fn splice(&mut self, text: &str, source: SourceId, edits: &[Edit<'_>], guard_includes: bool) {
        let all = 0..text.len();
        let opened = opened_fences(text, &Ticks::of(text), all.clone(), edits);
        let new = match (opened.is_empty(), guard_includes) {
            (false, _) => Err(opened),
            (true, true) => splice_guarded(text, all, edits),
            (true, false) => Ok(splice(text, all, edits)),
        };
        match new {
            Ok(new) => self.text = Some(new),
            Err(refused) => self.diagnostics.extend(refused.into_iter().map(|refused| {
                let place = edits.get(refused.edit).map_or(0..0, |edit| edit.range.clone());
                Diagnostic::new(Code::WrongForm, refused.misfit.to_string(), source.span(place), "named here")
            })),
        }
    }
}

fn is_dotted(path: &str) -> bool {
    let is_key = |key: &str| !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-');
    path.contains('.') && path.split('.').all(is_key)
}

enum LookUp<'s> {
    Value {
        value: &'s Value<'s>,
        /// It is a typed field that is text, and no Markdown.
        is_text: bool,
    },
    /// The first segment is a table of the facts, and the path goes on to something that is not there.
    Unknown(Unknown<'s>),
    /// Something below a section that `false` leaves out of the book.
    LeftOut(&'s Entry<'s>),
    /// A table, or nothing of ours.
    NotOurs,
}

/// What a path lacks.
struct Unknown<'s> {
    shelf: Shelf<'s>,
    /// The last table on the way.
    table: &'s facts::Table<'s>,
    /// How many keys of the path follow that of the table: the first of them is not there.
    rest: usize,
    /// The path goes on below a value.
    below_value: bool,
}

fn look_up<'s>(path: &str, shelves: &[Shelf<'s>]) -> LookUp<'s> {
    let keys: Vec<&str> = path.split('.').collect();
    if let Some((stem, rest)) = keys.split_first()
        && let Some(shelf) = shelves.iter().find(|shelf| fold(shelf.stem) == fold(stem))
        && let found @ (LookUp::Value { .. } | LookUp::Unknown(_) | LookUp::LeftOut(_)) = look_into(*shelf, rest)
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
        let rest = keys.len() - at;
        let Some(entry) = table.get_exact(key).or_else(|| table.get(key).first()) else {
            return LookUp::Unknown(Unknown { shelf, table, rest, below_value: false });
        };
        match &entry.value.kind {
            Kind::Table(next) => table = next,
            Kind::Boolean(false) if rest > 1 => return LookUp::LeftOut(entry),
            _ if rest > 1 => return LookUp::Unknown(Unknown { shelf, table, rest, below_value: true }),
            Kind::Array(items) if items.iter().any(|item| item.as_table().is_some()) => return LookUp::NotOurs,
            _ => return LookUp::Value { value: &entry.value, is_text: vocabulary::is_text(keys) },
        }
    }
    LookUp::NotOurs
}

fn left_out(path: &str, span: Span, entry: &Entry<'_>) -> Diagnostic {
    Diagnostic::new(Code::UnknownFact, format!("no fact named `{path}`"), span, "not among the facts")
        .with_place("the section is left out of the book here", entry.key_span, "")
        .with_help(format!("write `\\[{path}]` if it is no reference"))
}

fn misfit(reference: &Reference<'_>, source: SourceId, value: &Value<'_>, words: &str) -> Diagnostic {
    let title = format!("`{}` does not fit its place: {words}", reference.path);
    let place = source.span(reference.range.clone());
    Diagnostic::new(Code::WrongForm, title, value.span, value.describe()).with_place("it is wanted here", place, "")
}

impl Unknown<'_> {
    fn told(&self, path: &str, span: Span) -> Diagnostic {
        let title = format!("no fact named `{path}`");
        let diagnostic = Diagnostic::new(Code::UnknownFact, title, span, "not among the facts");
        if self.below_value {
            return diagnostic.with_help(format!("it goes on below a value; write `\\[{path}]` if it is no reference"));
        }
        let mut keys: Vec<&str> = path.split('.').collect();
        let at = keys.len().saturating_sub(self.rest);
        let missing = keys.get(at).copied().unwrap_or_default();
        let near = self.table.entries.iter().filter_map(|entry| Some((edits(&entry.key, missing)?, entry)));
        let Some((_, near)) = near.min_by_key(|(edits, _)| *edits) else {
            let stem = self.shelf.stem;
            return diagnostic
                .with_help(format!("add it to `{stem}.toml`, or write `\\[{path}]` if it is no reference"));
        };
        if let Some(key) = keys.get_mut(at) {
            *key = &near.key;
        }
        let text = format!("[{}]", keys.join("."));
        let diagnostic = diagnostic.with_place("a similar fact is here", near.key_span, "");
        diagnostic.with(Sub::Replace { message: "use that one".to_owned(), span, text })
    }
}

/// A stretch of inline content whose references are written one after the other, so that none looks at all of it.
struct Leaf<'t> {
    text: &'t str,
    inlines: Inlines<'t>,
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
    fn new(text: &'t str, block: &Block, inlines: Inlines<'t>, newline: &'static str) -> Self {
        let block = match block.kind {
            BlockKind::Heading { .. } => PlaceBlock::Heading,
            BlockKind::Table(_) => PlaceBlock::Cell,
            _ => PlaceBlock::Paragraph { line_start: false, prefix: "" },
        };
        let mut links: Vec<_> = inlines.links.iter().map(|link| link.range.clone()).collect();
        links.sort_by_key(|link| std::cmp::Reverse(link.start));
        let prefix = container_prefix(text, inlines.range.start);
        Leaf { text, inlines, block, newline, prefix, line: 0..0, links, linked_to: 0 }
    }

    /// The value of the reference at `range`, which stands behind those that were written before.
    fn write(
        &mut self,
        range: &Range<usize>,
        value: &Value<'_>,
        is_text: bool,
        allow_html: bool,
    ) -> Result<String, String> {
        if !self.line.contains(&range.start) {
            self.line = line_of(self.text, range.start);
        }
        while let Some(link) = self.links.pop_if(|link| link.start < range.start) {
            self.linked_to = self.linked_to.max(link.end);
        }
        let starts = self.inlines.line_starts;
        let line_start = self.inlines.range.start == range.start || starts.binary_search(&range.start).is_ok();
        let block = match self.block {
            PlaceBlock::Paragraph { .. } if place::is_above_delimiter_row(self.text, range.end) => PlaceBlock::Header,
            PlaceBlock::Paragraph { .. } => PlaceBlock::Paragraph { line_start, prefix: &self.prefix },
            other => other,
        };
        let before = &self.text[self.line.start..range.start];
        let after = &self.text[range.end..self.line.end.max(range.end)];
        let place = Place { link: range.end < self.linked_to, newline: self.newline, ..Place::new(block) };
        let place = place.between(before, after);
        match inline(value, Writing::Prose) {
            Inline::No => Err(format!("it is {}", value.describe())),
            Inline::Markdown(text) if !is_text && !allow_html && has_html(&text) => {
                Err("it holds HTML, which `allow-html = false` forbids".to_owned())
            }
            Inline::Markdown(text) if !is_text => {
                place::inline(&text, &place).map(|text| text.into_owned()).map_err(|misfit| misfit.to_string())
            }
            Inline::Markdown(text) | Inline::Plain(text) => Ok(place::text(&text, &place).into_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::FactIds;
    use crate::source::{SourceKind, Sources};

    fn told(text: &str, toml: &str) -> Vec<Diagnostic> {
        let mut sources = Sources::default();
        let chapter = sources.add(SourceKind::Chapter, "src/a.md", text);
        let first = sources.add(SourceKind::Facts, "backend.toml", toml);
        let root = facts::parse(first, toml, &mut FactIds::default(), &mut Vec::new());
        let shelves = [Shelf { stem: "backend", root: &root }];
        resolve(text, chapter, &shelves, Manners { guard_includes: false, allow_html: true }).diagnostics
    }

    /// What is suggested for the references of a page.
    fn suggestions(text: &str, toml: &str) -> Vec<String> {
        let subs = told(text, toml).into_iter().flat_map(|diagnostic| diagnostic.subs);
        let texts = subs.filter_map(|sub| match sub {
            Sub::Replace { text, .. } => Some(text),
            _ => None,
        });
        texts.collect()
    }

    /// What is said of the references of a page.
    fn titles(text: &str, toml: &str) -> Vec<String> {
        told(text, toml).into_iter().map(|diagnostic| diagnostic.title).collect()
    }

    #[test]
    fn a_reference_in_the_text_of_a_link_takes_no_link() {
        let toml = "[t]\na = '[x](x.md)'\nb = 'x'\n";
        assert_eq!(titles("[t.a] [y](y.md) [t.b] [see [t.b]](y.md)\n", toml), [""; 0]);
        assert_eq!(titles("[see [t.a]](y.md)\n", toml).len(), 1);
    }

    #[test]
    fn a_section_that_is_left_out_is_missed_by_what_stands_below_it_only() {
        let toml = "t = false\n[u]\nv = false\n";
        assert_eq!(titles("[backend.t] [u.v]\n", toml), [""; 0]);
        assert_eq!(titles("[t.a] [backend.t.a] [u.v.w]\n", toml).len(), 3);
    }

    #[test]
    fn a_value_includes_nothing() {
        let toml = "[t]\na = '{{#include /etc/passwd}}'\n";
        let (mut sources, mut ids) = (Sources::default(), FactIds::default());
        let first = sources.add(SourceKind::Facts, "backend.toml", toml);
        let root = facts::parse(first, toml, &mut ids, &mut Vec::new());
        let shelves = [Shelf { stem: "backend", root: &root }];
        let written = |guard_includes| {
            let chapter = Sources::default().add(SourceKind::Chapter, "src/a.md", "");
            resolve("By [t.a].\n", chapter, &shelves, Manners { guard_includes, allow_html: true }).text.unwrap()
        };
        assert_eq!(written(true), "By {&#123;#include /etc/passwd}}.\n");
        assert_eq!(written(false), "By {{#include /etc/passwd}}.\n");
    }

    #[test]
    fn the_suggestion_changes_the_key_that_is_not_there() {
        let toml = "[t.port]\nport = 1\n";
        assert_eq!(
            suggestions("[t.por.port] [backend.t.por.port]\n", toml),
            ["[t.port.port]", "[backend.t.port.port]"]
        );
    }
}
