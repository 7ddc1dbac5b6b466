//! The whole book: facts files into sets, templates filled from their sets, references resolved, and what was left over.

use std::collections::{HashMap, HashSet};

use crate::config::{Config, Erd};
use crate::diagnostic::{Code, Diagnostic, Progress};
use crate::draft;
use crate::erd;
use crate::facts::{self, FactId, FactIds, Table};
use crate::fill::{self, Facts, Filled, Options};
use crate::leftover;
use crate::nearest::nearest_path;
use crate::project::FactSet;
use crate::reference::{self, Manners, Shelf};
use crate::schema::{self, Schema};
use crate::secret;
use crate::source::{SourceId, Sources};
use crate::template::{self, Template, Trap};

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
    /// The templates with what became of their placeholders: the position in the chapters, and that of the set.
    pub templates: Vec<(usize, usize, Template, Filled)>,
}

/// A set of facts files, merged.
struct Set<'s> {
    root: Table<'s>,
    first: Option<SourceId>,
    stem: String,
}

/// A template and the set that it is filled from.
struct Page {
    chapter: usize,
    set: usize,
    template: Template,
}

/// Fills the templates of a book and resolves the references of its other chapters.
pub fn fill(input: &Input<'_>) -> Outcome {
    let mut outcome = Outcome { chapters: vec![None; input.chapters.len()], ..Outcome::default() };
    let (sets, files) = read_sets(input, &mut outcome.diagnostics);
    let empty = Table::default();
    let schemas: Vec<Schema<'_>> = sets
        .iter()
        .map(|set| {
            let tables = set.root.get("tables").first().and_then(|entry| entry.value.as_table());
            schema::parse(tables.unwrap_or(&empty), &mut outcome.diagnostics)
        })
        .collect();
    let pages = read_templates(input, &mut outcome.diagnostics);
    let elsewhere = addresses_by_file(&pages, &sets);
    let nowhere = HashSet::new();
    let mut used: HashSet<FactId> = HashSet::new();
    for page in &pages {
        let set = &sets[page.set];
        let Some(first) = set.first else { continue };
        let facts = Facts {
            root: &set.root,
            schema: &schemas[page.set],
            first,
            text: &input.sources.get(first).text,
            elsewhere: elsewhere.get(&first).unwrap_or(&nowhere),
        };
        let filled = fill_page(input, page, facts);
        used.extend(&filled.used);
        outcome.diagnostics.extend(filled.diagnostics.iter().cloned());
        outcome.progress.push(filled.progress.clone());
        outcome.templates.push((page.chapter, page.set, Template::default(), filled));
    }
    // A merged set goes by the name of its first file; the others can be named as well.
    let merged = sets.iter().map(|set| Shelf { stem: &set.stem, root: &set.root });
    let single = files.iter().map(|(stem, root)| Shelf { stem, root });
    let shelves: Vec<_> = merged.chain(single).collect();
    resolve_references(input, &shelves, &mut used, &mut outcome);
    let missing: Vec<&str> =
        outcome.templates.iter().flat_map(|(.., filled)| &filled.missing).map(String::as_str).collect();
    let templates: Vec<_> = pages.iter().map(|page| (page.set, &page.template)).collect();
    for (at, set) in sets.iter().enumerate() {
        let unknown = schemas[at].unknown.iter().filter(|field| !leftover::shows_any(&field.entry.value, &used));
        outcome.diagnostics.extend(unknown.map(|field| field.diagnostic()));
        let own = templates.iter().filter(|(set, _)| *set == at).map(|(_, template)| *template);
        outcome.diagnostics.extend(leftover::unused(&set.root, &own.collect::<Vec<_>>(), &used, &missing));
        outcome.diagnostics.extend(secrets(&set.root, input.config));
    }
    let filled = pages.into_iter().filter(|page| sets[page.set].first.is_some());
    for ((chapter, _, template, filled), page) in outcome.templates.iter_mut().zip(filled) {
        let text = std::mem::take(&mut filled.text);
        let is_draft = input.config.draft && input.renderer == "html";
        outcome.chapters[*chapter] = Some(if is_draft { draft::page(text, &filled.progress) } else { text });
        *template = page.template;
    }
    outcome
}

/// The facts files: merged into sets, and each by itself with its stem.
fn read_sets<'s>(input: &Input<'s>, diagnostics: &mut Vec<Diagnostic>) -> (Vec<Set<'s>>, Vec<(String, Table<'s>)>) {
    let mut ids = FactIds::default();
    let mut files: HashMap<SourceId, Table<'s>> = HashMap::new();
    let mut sets = Vec::with_capacity(input.facts.len());
    for set in &input.facts {
        for &file in &set.files {
            let text = &input.sources.get(file).text;
            files.entry(file).or_insert_with(|| facts::parse(file, text, &mut ids, diagnostics));
        }
        let tables = set.files.iter().filter_map(|file| files.get(file).cloned()).collect();
        let first = set.files.first().copied();
        let stem = first.map_or_else(String::new, |first| stem(input, first));
        sets.push(Set { root: facts::merge(tables), first, stem });
    }
    let mut files: Vec<_> = files.into_iter().collect();
    files.sort_by_key(|(file, _)| *file);
    (sets, files.into_iter().map(|(file, table)| (stem(input, file), table)).collect())
}

/// `backend` for `facts/backend.toml`.
fn stem(input: &Input<'_>, file: SourceId) -> String {
    let name = input.sources.get(file).name.rsplit('/').next().unwrap_or_default();
    name.strip_suffix(".toml").unwrap_or(name).to_owned()
}

fn read_templates(input: &Input<'_>, diagnostics: &mut Vec<Diagnostic>) -> Vec<Page> {
    let is_literal = |text: &str| input.config.literals.iter().any(|pattern| pattern.is_match(text));
    let mut pages = Vec::new();
    for (at, chapter) in input.chapters.iter().enumerate() {
        if !chapter.declared {
            if template::looks_like_template(chapter.text) {
                diagnostics.push(undeclared(chapter));
            }
            continue;
        }
        let set = input.config.facts_of(chapter.path).or_else(|| input.config.facts_of(chapter.source_path));
        let Some(set) = set.filter(|&set| set < input.facts.len()) else {
            diagnostics.push(without_facts(chapter));
            continue;
        };
        let template = template::parse(chapter.text, &is_literal);
        diagnostics.extend(template.traps.iter().map(|trap| trapped(chapter, trap)));
        diagnostics.extend(broken_links(chapter, &template, &input.paths));
        pages.push(Page { chapter: at, set, template });
    }
    diagnostics.extend(unknown_sections(input.config, input, &pages));
    diagnostics.extend(unmatched_globs(input));
    pages
}

fn undeclared(chapter: &Chapter<'_>) -> Diagnostic {
    let title = format!("`{}` looks like a template but is not declared one", chapter.source_path);
    let line = chapter.text.lines().next().map_or(0, str::len);
    Diagnostic::new(
        Code::UndeclaredTemplate,
        title,
        chapter.source.span(0..line),
        "its brackets are published as they are",
    )
    .with_help("name it in `templates` of `[preprocessor.database]`, or take the mark away if it is none")
}

fn without_facts(chapter: &Chapter<'_>) -> Diagnostic {
    let title = format!("no facts are set for the template `{}`", chapter.source_path);
    Diagnostic::new(Code::MissingFactsFile, title, chapter.source.whole(), "")
        .with_help(format!("add `\"{}\" = \"….toml\"` to `facts` in `[preprocessor.database]`", chapter.path))
}

fn trapped(chapter: &Chapter<'_>, trap: &Trap) -> Diagnostic {
    match trap {
        Trap::BracketedDefinition(range) => {
            let title = "Markdown reads this as the definition of a link and shows nothing of it";
            Diagnostic::new(
                Code::BracketedDefinition,
                title,
                chapter.source.span(range.clone()),
                "taken for two placeholders here",
            )
            .with_help("write `**[label]**: [value]`, or put a backslash before the first bracket")
        }
        Trap::InTarget(range) => {
            let title =
                format!("`{}` holds a bracket in its target, which is not filled", &chapter.text[range.clone()]);
            Diagnostic::new(Code::HiddenPlaceholder, title, chapter.source.span(range.clone()), "published as it is")
                .with_help("write it as an inline link, `[words](target)`, in which the bracket is a placeholder")
        }
        Trap::InHtml(range) => {
            let title = format!("`{}` stands in a block of HTML and is not filled", &chapter.text[range.clone()]);
            Diagnostic::new(Code::HiddenPlaceholder, title, chapter.source.span(range.clone()), "published as it is")
                .with_help("write it as Markdown, with a blank line between it and the tags")
        }
        Trap::HiddenPlaceholder(range) => {
            let title = format!("Markdown reads `{}` as a link", &chapter.text[range.clone()]);
            Diagnostic::new(Code::HiddenPlaceholder, title, chapter.source.span(range.clone()), "no placeholder")
                .with_help("put a space between the brackets and the parenthesis if it is meant to be filled")
        }
    }
}

/// Links of a template to chapters that the book does not have.
fn broken_links(chapter: &Chapter<'_>, template: &Template, paths: &[&str]) -> Vec<Diagnostic> {
    let folder = chapter.source_path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let known: HashSet<String> = paths.iter().map(|path| readme_as_index(path)).collect();
    let broken = template.links.iter().filter_map(|(range, destination)| {
        let target = readme_as_index(&resolve(folder, destination)?);
        (!known.contains(&target)).then(|| {
            let title = format!("the book has no chapter `{destination}`");
            Diagnostic::new(Code::BrokenCrossReference, title, chapter.source.span(range.clone()), "leads nowhere")
                .with_help("add the chapter to `SUMMARY.md`, or correct the link")
        })
    });
    broken.collect()
}

/// `README.md` is `index.md` once mdBook has seen it.
fn readme_as_index(path: &str) -> String {
    match path.rsplit_once('/') {
        Some((folder, "README.md")) => format!("{folder}/index.md"),
        None if path == "README.md" => "index.md".to_owned(),
        _ => path.to_owned(),
    }
}

/// A relative link to a Markdown file as a path in `src`; `None` for other links and those that leave `src`.
fn resolve(folder: &str, destination: &str) -> Option<String> {
    let path = destination.split(['#', '?']).next().filter(|path| path.ends_with(".md"))?;
    if path.contains("://") || path.starts_with('/') {
        return None;
    }
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => _ = parts.pop()?,
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// Patterns of `templates` that no chapter matches: a slip there would publish a template as it is.
fn unmatched_globs(input: &Input<'_>) -> Vec<Diagnostic> {
    let patterns = input.config.templates.iter().flatten();
    let unmatched =
        patterns.filter(|pattern| !input.paths.iter().any(|path| crate::config::matches(&pattern.value, path)));
    let unmatched = unmatched.filter(|pattern| {
        !input.chapters.iter().any(|chapter| crate::config::matches(&pattern.value, chapter.source_path))
    });
    let told = unmatched.map(|pattern| {
        let title = format!("no chapter of the book matches `{}`", pattern.value);
        Diagnostic::new(Code::UnknownOption, title, pattern.span, "matches nothing")
            .with_help("paths are relative to the folder of the chapters, usually `src`")
    });
    told.collect()
}

/// Sections named in `optional` and `required` that no template has.
fn unknown_sections(config: &Config, input: &Input<'_>, pages: &[Page]) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for rule in config.optional.iter().chain(&config.required) {
        let about = pages.iter().filter(|page| rule.applies_to(input.chapters[page.chapter].path));
        let sections: Vec<String> = about.flat_map(|page| page.template.sections()).collect();
        let wanted = template::address_key(&rule.address);
        if sections.iter().any(|section| template::address_key(section) == wanted) {
            continue;
        }
        let title = format!("no template has the section `{}`", rule.address);
        let diagnostic = Diagnostic::new(Code::UnknownOption, title, rule.span, "no such section");
        found.push(match nearest_path(&rule.address, '.', sections.iter().map(String::as_str)) {
            Some(near) => diagnostic.with_help(format!("the nearest is `{near}`")),
            None => diagnostic.with_help("`mdbook-database outline` lists every section"),
        });
    }
    found
}

/// The addresses of all templates that read a file first.
fn addresses_by_file(pages: &[Page], sets: &[Set<'_>]) -> HashMap<SourceId, HashSet<String>> {
    let mut addresses: HashMap<SourceId, HashSet<String>> = HashMap::new();
    for page in pages {
        if let Some(first) = sets[page.set].first {
            addresses.entry(first).or_default().extend(page.template.known.iter().cloned());
        }
    }
    addresses
}

fn fill_page<'f>(input: &Input<'_>, page: &Page, facts: Facts<'f>) -> Filled {
    let chapter = &input.chapters[page.chapter];
    let config = input.config;
    let about = |rules: &'_ [crate::config::SectionRule]| -> Vec<String> {
        rules.iter().filter(|rule| rule.applies_to(chapter.path)).map(|rule| rule.address.clone()).collect()
    };
    let (optional, required) = (about(&config.optional), about(&config.required));
    let optional: Vec<&str> = optional.iter().map(String::as_str).collect();
    let required: Vec<&str> = required.iter().map(String::as_str).collect();
    let options = Options {
        source: chapter.source,
        chapter: chapter.source_path,
        optional: &optional,
        required: &required,
        // Other renderers show the brackets as they are; in a file of Markdown marks would be in the way.
        draft: config.draft && input.renderer == "html",
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

fn resolve_references(input: &Input<'_>, shelves: &[Shelf<'_>], used: &mut HashSet<FactId>, outcome: &mut Outcome) {
    let manners = Manners { guard_includes: input.guard_includes, allow_html: input.config.allow_html };
    for (at, chapter) in input.chapters.iter().enumerate().filter(|(_, chapter)| !chapter.declared) {
        let resolved = reference::resolve(chapter.text, chapter.source, shelves, manners);
        used.extend(resolved.used);
        outcome.diagnostics.extend(resolved.diagnostics);
        outcome.chapters[at] = resolved.text;
    }
}

/// Facts that look like credentials. The message never holds the value.
fn secrets(root: &Table<'_>, config: &Config) -> Vec<Diagnostic> {
    let allowed: HashSet<String> = config.allow_secrets.iter().map(|path| template::address_key(&path.value)).collect();
    let mut found = Vec::new();
    for leaf in root.leaves() {
        let address = leaf.path();
        if allowed.contains(&template::address_key(&address)) {
            continue;
        }
        let path: Vec<&str> = address.split('.').collect();
        for (text, span) in strings(&leaf.entry.value) {
            let Some(finding) = secret::detect(&path, text) else { continue };
            let title = format!("`{address}` looks like {}", finding.kind.describe());
            found.push(
                Diagnostic::new(Code::LikelySecret, title, span, "not shown")
                    .with_help("a page is published: say where the secret is kept, not what it is")
                    .with_help(format!("if it is none, add `\"{address}\"` to `allow-secrets`")),
            );
        }
    }
    found
}

fn strings<'v>(value: &'v facts::Value<'_>) -> Vec<(&'v str, crate::source::Span)> {
    match &value.kind {
        facts::Kind::String(text) => vec![(text, value.span)],
        facts::Kind::Array(items) => items.iter().flat_map(strings).collect(),
        _ => Vec::new(),
    }
}
