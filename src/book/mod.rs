//! The whole book: facts files into sets, templates filled from their sets, references resolved, and what was left over.

use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

use crate::agree::agree;
use crate::config::{Config, Erd, SectionRule};
use crate::diagnostic::{Diagnostic, Progress};
use crate::draft;
use crate::erd;
use crate::facts::{Table, Value};
use crate::fill::{self, Facts, Filled, Options};
use crate::include::Expanded;
use crate::leftover::{self, Shown};
use crate::parallel::{self, Threads};
use crate::project::FactSet;
use crate::reference::{self, Manners, Resolved, Shelf};
use crate::schema::{self, Schema};
use crate::source::{SourceId, Sources};
use crate::template::Template;

mod links;
mod pages;
mod published;
mod sets;
mod traps;
mod values;

use pages::{Page, Pages};
use sets::Set;

/// One chapter as it came.
#[derive(Clone, Copy, Debug)]
pub struct Chapter<'a> {
    /// Path in `src`, as mdBook gives it.
    pub path: &'a str,
    /// Path in `src` of the file.
    pub source_path: &'a str,
    /// The Markdown.
    pub text: &'a str,
    /// The same text among the sources.
    pub source: SourceId,
    /// It is a template.
    pub declared: bool,
    /// What a template becomes when mdBook includes files in it afterwards.
    pub expanded: Option<&'a Expanded>,
}

/// What is to be filled.
#[derive(Debug)]
pub struct Input<'a> {
    /// The configuration.
    pub config: &'a Config,
    /// The renderer.
    pub renderer: &'a str,
    /// All texts.
    pub sources: &'a Sources,
    /// The chapters that may concern this program.
    pub chapters: Vec<Chapter<'a>>,
    /// The paths of all chapters of the book, for links.
    pub paths: Vec<&'a str>,
    /// The facts files, merged sets in the order of the configuration.
    pub facts: Vec<FactSet>,
    /// mdBook expands `{{#include}}` after this program.
    pub guard_includes: bool,
    /// How many threads may work where there is work for many. What comes out is the same.
    pub threads: Threads,
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The new text of each chapter of the input; `None` where it is unchanged.
    pub chapters: Vec<Option<String>>,
    /// What is to be said.
    pub diagnostics: Vec<Diagnostic>,
    /// How complete each template is.
    pub progress: Vec<Progress>,
    /// The templates, in the order of the chapters.
    pub templates: Vec<FilledPage>,
}

/// A template with what became of its placeholders.
#[derive(Debug)]
pub struct FilledPage {
    /// Its position in the chapters.
    pub chapter: usize,
    /// The position of the set that it is filled from.
    pub set: usize,
    /// What it asks for.
    pub template: Template,
    /// What became of that; its text is in [`Outcome::chapters`].
    pub filled: Filled,
}

/// Fills the templates of a book and resolves the references of its other chapters.
pub fn fill(input: &Input<'_>) -> Outcome {
    let mut outcome = Outcome { chapters: vec![None; input.chapters.len()], ..Outcome::default() };
    let files = sets::read_files(input, &mut outcome.diagnostics);
    let sets = sets::sets(input, &files, &outcome.diagnostics);
    let schemas = schemas(&sets, &mut outcome.diagnostics);
    let Pages { pages, diagnostics, incomplete } = pages::read(input);
    outcome.diagnostics.extend(diagnostics);
    outcome.templates = fill_pages(input, pages, &sets, &schemas);
    let mut used = Shown::default();
    for page in &mut outcome.templates {
        let set = &sets[page.set];
        used.extend(&page.filled.used);
        outcome.diagnostics.extend(set.told(page.filled.diagnostics.iter().cloned()));
        outcome.diagnostics.extend(set.told(published::left(input, page)));
        outcome.diagnostics.extend(published::included(input, page));
        if !set.torn {
            outcome.progress.push(page.filled.progress.clone());
        }
        let text = std::mem::take(&mut page.filled.text);
        let marked = is_marked(input);
        outcome.chapters[page.chapter] = Some(if marked { draft::page(text, &page.filled.progress) } else { text });
    }
    resolve_references(input, &sets, &files, &mut used, &mut outcome);
    for set in &sets {
        outcome.diagnostics.extend(values::blank_items(&set.root));
        outcome.diagnostics.extend(values::secrets(&set.root, input.config));
    }
    if !incomplete {
        let left = leftovers(&outcome.templates, &sets, &schemas, &used);
        outcome.diagnostics.extend(left);
    }
    agree(&mut outcome.diagnostics, input.sources);
    outcome
}

/// Whether placeholders that stay are marked. Other renderers show the brackets as they are; in a file of Markdown marks
/// would be in the way.
fn is_marked(input: &Input<'_>) -> bool {
    input.config.draft && input.renderer == "html"
}

/// The typed part of each set.
fn schemas<'r, 's>(sets: &'r [Set<'_, 's>], diagnostics: &mut Vec<Diagnostic>) -> Vec<Schema<'r>> {
    let schemas = sets.iter().map(|set| {
        let tables = set.root.get("tables").first().and_then(|entry| entry.value.as_table());
        let mut found = Vec::new();
        let schema = tables.map(|tables| schema::parse(tables, &mut found)).unwrap_or_default();
        diagnostics.extend(set.told(found));
        schema
    });
    schemas.collect()
}

/// Every template whose set has a file, filled.
fn fill_pages(input: &Input<'_>, pages: Vec<Page>, sets: &[Set<'_, '_>], schemas: &[Schema<'_>]) -> Vec<FilledPage> {
    let addresses = OnceLock::new();
    let size = |page: &Page| input.chapters[page.chapter].text.len();
    let filled = parallel::map(&pages, input.threads, size, |page| {
        let set = &sets[page.set];
        let first = set.first?;
        let elsewhere = |address: &str| {
            let addresses = addresses.get_or_init(|| addresses_by_file(&pages, sets));
            addresses.get(&first).is_some_and(|known| known.contains(address))
        };
        let facts =
            Facts { root: &set.root, schema: &schemas[page.set], first, sources: input.sources, elsewhere: &elsewhere };
        Some(fill_page(input, page, facts))
    });
    let pages = pages.into_iter().zip(filled).filter_map(|(Page { chapter, set, template }, filled)| {
        Some(FilledPage { chapter, set, template, filled: filled? })
    });
    pages.collect()
}

/// The addresses of all templates that read a file first.
fn addresses_by_file<'p>(pages: &'p [Page], sets: &[Set<'_, '_>]) -> HashMap<SourceId, HashSet<&'p str>> {
    let mut addresses: HashMap<SourceId, HashSet<&str>> = HashMap::new();
    for page in pages {
        if let Some(first) = sets[page.set].first {
            addresses.entry(first).or_default().extend(page.template.known.iter());
        }
    }
    addresses
}

fn fill_page(input: &Input<'_>, page: &Page, facts: Facts<'_>) -> Filled {
    let chapter = &input.chapters[page.chapter];
    let config = input.config;
    let (optional, required) = (rules_for(&config.optional, chapter), rules_for(&config.required, chapter));
    let options = Options {
        source: chapter.source,
        chapter: chapter.source_path,
        optional: &optional,
        required: &required,
        draft: is_marked(input),
        erd: match (config.erd, input.renderer) {
            (Erd::Mermaid, _) => erd::Format::Mermaid,
            (Erd::Svg, "html") => erd::Format::Svg,
            (Erd::Svg | Erd::Text, _) => erd::Format::Text,
        },
        guard_includes: input.guard_includes,
        allow_html: config.allow_html,
    };
    fill::fill(chapter.text, &page.template, facts, options)
}

/// The sections of a chapter that rules name.
fn rules_for<'c>(rules: &'c [SectionRule], chapter: &Chapter<'_>) -> Vec<&'c str> {
    rules.iter().filter(|rule| rule.applies_to(chapter.path)).map(|rule| rule.address.as_str()).collect()
}

/// References to facts, each looked up in a merged set, which goes by the name of its first file, or in a single file.
fn resolve_references(
    input: &Input<'_>,
    sets: &[Set<'_, '_>],
    files: &[(SourceId, Table<'_>)],
    used: &mut Shown,
    outcome: &mut Outcome,
) {
    let merged = sets.iter().map(|set| Shelf { stem: set.stem, root: &set.root });
    let single = files.iter().map(|(file, root)| Shelf { stem: sets::stem(input, *file), root });
    let shelves: Vec<_> = merged.chain(single).collect();
    // Where keys are lost, a reference that leads nowhere may be right.
    let torn = sets.iter().any(|set| set.torn);
    let manners = Manners { guard_includes: input.guard_includes, allow_html: input.config.allow_html };
    let chapters: Vec<_> = input.chapters.iter().enumerate().filter(|(_, chapter)| !chapter.declared).collect();
    let size = |(_, chapter): &(usize, &Chapter<'_>)| chapter.text.len();
    let resolved: Vec<Resolved> = parallel::map(&chapters, input.threads, size, |(_, chapter)| {
        reference::resolve(chapter.text, chapter.source, &shelves, manners)
    });
    for ((at, _), resolved) in chapters.into_iter().zip(resolved) {
        used.extend(&resolved.used);
        outcome.diagnostics.extend(sets::told(resolved.diagnostics, torn));
        outcome.chapters[at] = resolved.text;
    }
}

/// The facts that nothing in the book shows.
fn leftovers(pages: &[FilledPage], sets: &[Set<'_, '_>], schemas: &[Schema<'_>], used: &Shown) -> Vec<Diagnostic> {
    let missing: Vec<&str> = pages.iter().flat_map(|page| &page.filled.missing).map(String::as_str).collect();
    let mut found = Vec::new();
    for (set, schema) in sets.iter().zip(schemas) {
        let is_told = |value: &Value<'_>| leftover::holds_facts(value) && !leftover::shows_any(value, used);
        let unknown = schema.unknown.iter().filter(|field| is_told(&field.entry.value));
        found.extend(set.told(unknown.map(|field| field.diagnostic())));
        // What one template does not show, another that reads the same file may: they are asked together.
        let readers = pages.iter().filter(|page| sets[page.set].shares_a_file(set));
        let readers: Vec<_> = readers.map(|page| &page.template).collect();
        found.extend(set.told(leftover::unused(&set.root, &readers, used, &missing)));
    }
    found
}
