//! The whole book: facts files into sets, templates filled from their sets, references resolved, and what was left over.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::OnceLock;

use crate::agree::agree;
use crate::config::{Config, Erd};
use crate::diagnostic::{Code, Diagnostic, Label, Progress, Severity, Sub};
use crate::draft;
use crate::erd;
use crate::facts::{self, FactIds, Step, Table};
use crate::fill::{self, Facts, Filled, Options};
use crate::leftover::{self, Shown};
use crate::nearest::nearest_path;
use crate::parallel::{self, Threads};
use crate::project::FactSet;
use crate::reference::{self, Manners, Resolved, Shelf};
use crate::schema::{self, Schema};
use crate::secret;
use crate::source::{SourceId, Sources};
use crate::template::{self, Placeholder, PlaceholderKind, Template, Trap};

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
    /// The templates with what became of their placeholders: the position in the chapters, and that of the set.
    pub templates: Vec<(usize, usize, Template, Filled)>,
}

/// A set of facts files, merged.
struct Set<'r, 's> {
    root: Cow<'r, Table<'s>>,
    files: &'r [SourceId],
    /// Some of its keys are lost to mistakes of the TOML: what is missing or too much may follow from those alone.
    torn: bool,
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
    let files = read_files(input, &mut outcome.diagnostics);
    let sets = sets(input, &files, &outcome.diagnostics);
    let empty = Table::default();
    let schemas: Vec<Schema<'_>> = sets
        .iter()
        .map(|set| {
            let tables = set.root.get("tables").first().and_then(|entry| entry.value.as_table());
            let mut found = Vec::new();
            let schema = schema::parse(tables.unwrap_or(&empty), &mut found);
            outcome.diagnostics.extend(set.told(found));
            schema
        })
        .collect();
    let before = outcome.diagnostics.len();
    let pages = read_templates(input, &mut outcome.diagnostics);
    let lost = |diagnostic: &Diagnostic| costs_templates(diagnostic) && input.config.fails(diagnostic.code);
    let in_doubt = input.config.in_doubt && input.config.fails(Code::UnknownOption)
        || outcome.diagnostics[before..].iter().any(lost);
    let elsewhere = addresses_by_file(&pages, &sets);
    let nowhere = HashSet::new();
    let size = |page: &Page| input.chapters[page.chapter].text.len();
    let filled = parallel::map(&pages, input.threads, size, |page| {
        let set = &sets[page.set];
        let first = set.first?;
        let facts = Facts {
            root: &set.root,
            schema: &schemas[page.set],
            first,
            text: &input.sources.get(first).text,
            elsewhere: elsewhere.get(&first).unwrap_or(&nowhere),
        };
        Some(fill_page(input, page, facts))
    });
    let mut used = Shown::default();
    for (page, filled) in pages.iter().zip(filled) {
        let Some(filled) = filled else { continue };
        let set = &sets[page.set];
        used.extend(&filled.used);
        outcome.diagnostics.extend(set.told(filled.diagnostics.iter().cloned()));
        outcome.diagnostics.extend(published_brackets(input, page, &filled));
        if !set.torn {
            outcome.progress.push(filled.progress.clone());
        }
        outcome.templates.push((page.chapter, page.set, Template::default(), filled));
    }
    // A merged set goes by the name of its first file; the others can be named as well.
    let merged = sets.iter().map(|set| Shelf { stem: &set.stem, root: &set.root });
    let stems: Vec<String> = files.iter().map(|(file, _)| stem(input, *file)).collect();
    let single = stems.iter().zip(&files).map(|(stem, (_, root))| Shelf { stem, root });
    let shelves: Vec<_> = merged.chain(single).collect();
    let torn = sets.iter().any(|set| set.torn);
    resolve_references(input, &shelves, torn, &mut used, &mut outcome);
    let missing: Vec<&str> =
        outcome.templates.iter().flat_map(|(.., filled)| &filled.missing).map(String::as_str).collect();
    let templates: Vec<_> = pages.iter().map(|page| (page.set, &page.template)).collect();
    for (at, set) in sets.iter().enumerate() {
        outcome.diagnostics.extend(blank_items(&set.root));
        outcome.diagnostics.extend(secrets(&set.root, input.config));
        // What shows them may be a template that a mistake of the configuration hides.
        if in_doubt {
            continue;
        }
        let unknown = schemas[at].unknown.iter().filter(|field| !leftover::shows_any(&field.entry.value, &used));
        outcome.diagnostics.extend(set.told(unknown.map(|field| field.diagnostic())));
        // What one template does not show, another that reads the same file may: they are asked together.
        let readers = templates.iter().filter(|(reader, _)| sets[*reader].shares_a_file(set));
        let readers: Vec<_> = readers.map(|(_, template)| *template).collect();
        outcome.diagnostics.extend(set.told(leftover::unused(&set.root, &readers, &used, &missing)));
    }
    let filled = pages.into_iter().filter(|page| sets[page.set].first.is_some());
    for ((chapter, _, template, filled), page) in outcome.templates.iter_mut().zip(filled) {
        let text = std::mem::take(&mut filled.text);
        let is_draft = input.config.draft && input.renderer == "html";
        outcome.chapters[*chapter] = Some(if is_draft { draft::page(text, &filled.progress) } else { text });
        *template = page.template;
    }
    agree(&mut outcome.diagnostics, input.sources);
    outcome
}

impl Set<'_, '_> {
    /// Of what was found wrong, what does not follow from mistakes of the TOML.
    fn told(&self, found: impl IntoIterator<Item = Diagnostic>) -> impl Iterator<Item = Diagnostic> {
        let torn = self.torn;
        found.into_iter().filter(move |diagnostic| !(torn && follows_from_lost_keys(diagnostic.code)))
    }

    fn shares_a_file(&self, other: &Set<'_, '_>) -> bool {
        self.files.iter().any(|file| other.files.contains(file))
    }
}

fn follows_from_lost_keys(code: Code) -> bool {
    matches!(
        code,
        Code::UnfilledPlaceholder
            | Code::UnfilledSection
            | Code::UnansweredTopic
            | Code::UnknownFact
            | Code::UnusedFact
            | Code::UnknownTable
            | Code::UnknownColumn
    )
}

/// Placeholders that stay on the page because of a mistake which the configuration lets pass: they have to be told by
/// the code that says so.
fn published_brackets(input: &Input<'_>, page: &Page, filled: &Filled) -> Option<Diagnostic> {
    let Input { config, .. } = input;
    let passes = |code: Code| config.lints.severity(code, false) != Some(Severity::Error);
    let mut left = filled.left.iter().filter(|(_, code)| passes(*code)).map(|(id, _)| *id).collect::<Vec<_>>();
    left.sort_unstable();
    left.dedup();
    let places = left.iter().filter_map(|&id| page.template.placeholders.get(id)).map(|placeholder| &placeholder.range);
    let help = "mend what the warnings say; `draft = true` marks what stays on the page";
    unfilled(input.chapters[page.chapter].source, places, help)
}

/// Whether a placeholder may stay away without being missed, or is removed with its surroundings.
fn is_loose(kind: PlaceholderKind) -> bool {
    matches!(kind, PlaceholderKind::Residue | PlaceholderKind::Topic | PlaceholderKind::Continuation)
}

/// Placeholders that stay on the page, as one message.
fn unfilled<'p>(source: SourceId, ranges: impl Iterator<Item = &'p Range<usize>>, help: &str) -> Option<Diagnostic> {
    let text = "would be published".to_owned();
    let mut places = ranges.map(|range| Label { span: source.span(range.clone()), text: text.clone() });
    let (first, more) = (places.next()?, places.collect::<Vec<_>>());
    let title = match more.len() {
        0 => "a placeholder has no fact that fits".to_owned(),
        more => format!("{} placeholders have no fact that fits", more + 1),
    };
    let diagnostic = Diagnostic::new(Code::UnfilledPlaceholder, title, first.span, first.text);
    let diagnostic = diagnostic.with_help(help);
    Some(Diagnostic { more, ..diagnostic })
}

/// The facts files, in the order in which they were read.
fn read_files<'s>(input: &Input<'s>, diagnostics: &mut Vec<Diagnostic>) -> Vec<(SourceId, Table<'s>)> {
    let mut ids = FactIds::default();
    let mut files: Vec<(SourceId, Table<'s>)> = Vec::new();
    for &file in input.facts.iter().flat_map(|set| &set.files) {
        if files.iter().all(|(known, _)| *known != file) {
            files.push((file, facts::parse(file, &input.sources.get(file).text, &mut ids, diagnostics)));
        }
    }
    files.sort_by_key(|(file, _)| *file);
    files
}

/// The files of each set, merged.
fn sets<'r, 's>(input: &'r Input<'s>, files: &'r [(SourceId, Table<'s>)], told: &[Diagnostic]) -> Vec<Set<'r, 's>> {
    let fails = input.config.fails(Code::InvalidToml);
    let table = |file: &SourceId| files.iter().find(|(known, _)| known == file).map(|(_, table)| table);
    let sets = input.facts.iter().map(|set| {
        let tables: Vec<_> = set.files.iter().filter_map(table).collect();
        let root = match tables.as_slice() {
            [only] => Cow::Borrowed(*only),
            _ => Cow::Owned(facts::merge(tables.into_iter().cloned().collect())),
        };
        let first = set.files.first().copied();
        // What follows from lost keys is silenced only while their loss itself fails the run.
        let torn = fails && set.files.iter().any(|&file| facts::lost_keys(file, told));
        Set { root, files: &set.files, torn, first, stem: first.map_or_else(String::new, |first| stem(input, first)) }
    });
    sets.collect()
}

/// `backend` for `facts/backend.toml`.
fn stem(input: &Input<'_>, file: SourceId) -> String {
    let name = input.sources.get(file).name.rsplit('/').next().unwrap_or_default();
    name.strip_suffix(".toml").unwrap_or(name).to_owned()
}

fn read_templates(input: &Input<'_>, diagnostics: &mut Vec<Diagnostic>) -> Vec<Page> {
    let known = OnceLock::new();
    let known = || known.get_or_init(|| input.paths.iter().map(|path| readme_as_index(path)).collect());
    let chapters: Vec<_> = input.chapters.iter().enumerate().collect();
    let size = |(_, chapter): &(usize, &Chapter<'_>)| chapter.text.len();
    let read = parallel::map(&chapters, input.threads, size, |(at, chapter)| read_chapter(input, *at, chapter, &known));
    let mut pages = Vec::new();
    for (told, page) in read {
        diagnostics.extend(told);
        pages.extend(page);
    }
    diagnostics.extend(unknown_sections(input.config, input, &pages));
    diagnostics.extend(unmatched_globs(input));
    pages
}

/// Whether it is a mistake that leaves a template out of the run.
fn costs_templates(diagnostic: &Diagnostic) -> bool {
    match diagnostic.code {
        Code::MissingFactsFile => true,
        Code::UnknownOption => diagnostic.place.text == MATCHES_NOTHING,
        _ => false,
    }
}

/// What is said of a pattern that no chapter matches.
const MATCHES_NOTHING: &str = "matches nothing";

/// The template that a chapter is, and what is to be said of it. `known` are the paths that links may lead to.
fn read_chapter<'k>(
    input: &Input<'_>,
    at: usize,
    chapter: &Chapter<'_>,
    known: &impl Fn() -> &'k HashSet<String>,
) -> (Vec<Diagnostic>, Option<Page>) {
    if !chapter.declared {
        let looks = template::looks_like_template(chapter.text);
        return (looks.then(|| undeclared(chapter)).into_iter().collect(), None);
    }
    let set = input.config.facts_of(chapter.path).or_else(|| input.config.facts_of(chapter.source_path));
    let Some(set) = set.filter(|&set| set < input.facts.len()) else {
        return (lacks_facts(input, chapter), None);
    };
    let template = parse_template(input, chapter);
    let mut told: Vec<_> = template.traps.iter().map(|trap| trapped(chapter, trap)).collect();
    told.extend(broken_links(chapter, &template, known));
    (told, Some(Page { chapter: at, set, template }))
}

fn parse_template(input: &Input<'_>, chapter: &Chapter<'_>) -> Template {
    let is_literal = |text: &str| input.config.literals.iter().any(|pattern| pattern.is_match(text));
    template::parse(chapter.text, &is_literal)
}

/// What is said of a template without facts; if that does not fail the run, its brackets do.
fn lacks_facts(input: &Input<'_>, chapter: &Chapter<'_>) -> Vec<Diagnostic> {
    let mut told = vec![without_facts(chapter)];
    if !input.config.fails(Code::MissingFactsFile) {
        let template = parse_template(input, chapter);
        let all = template.placeholders.iter().filter(|placeholder| !is_loose(placeholder.kind));
        let help = "add a facts file, as the warning says; `draft = true` marks what stays on the page";
        told.extend(unfilled(chapter.source, all.map(|placeholder| &placeholder.range), help));
    }
    told
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
                if chapter.text[range.clone()].split_once("]:").is_some_and(|(_, target)| target.contains('[')) {
                    "taken for two placeholders here"
                } else {
                    "taken for a placeholder here"
                },
            )
            .with_help("write `**[label]**: [value]`, or put a backslash before the first bracket")
        }
        Trap::InTarget(range) => {
            let title =
                format!("`{}` holds a bracket in its target, which is not filled", &chapter.text[range.clone()]);
            Diagnostic::new(Code::HiddenPlaceholder, title, chapter.source.span(range.clone()), "published as it is")
                .with_help("write it as an inline link, `[words](target)`, in which the bracket is a placeholder")
        }
        Trap::Unclosed(range) => {
            let title = format!("`{}` opens a bracket that nothing closes", first_line(&chapter.text[range.clone()]));
            Diagnostic::new(Code::HiddenPlaceholder, title, chapter.source.span(range.clone()), "published as it is")
                .with_help("close the bracket, or put a backslash before it if it is no placeholder")
        }
        Trap::SplitCell(range) => {
            let span = chapter.source.span(range.clone());
            let written = &chapter.text[range.clone()];
            let title = format!("the bar in `{written}` begins a new cell, so the bracket never closes");
            let message = "escape the bar".to_owned();
            let text = written.replace("\\|", "|").replace('|', "\\|");
            Diagnostic::new(Code::HiddenPlaceholder, title, span, "published as it is").with(Sub::Replace {
                message,
                span,
                text,
            })
        }
        Trap::OverLines(range) => {
            let first = first_line(&chapter.text[range.clone()]);
            let title = format!("`{first}` closes on a later line of the code, and is not filled");
            Diagnostic::new(Code::HiddenPlaceholder, title, chapter.source.span(range.clone()), "published as it is")
                .with_help("write it on one line, or put `literal` behind the language if it is no placeholder")
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

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

/// Links of a template to chapters that the book does not have.
fn broken_links<'k>(
    chapter: &Chapter<'_>,
    template: &Template,
    known: &impl Fn() -> &'k HashSet<String>,
) -> Vec<Diagnostic> {
    let folder = chapter.source_path.rsplit_once('/').map_or("", |(folder, _)| folder);
    // A link inside a placeholder goes with it.
    let goes = Reach::of(&template.placeholders);
    let links = template.links.iter().filter(|(range, _)| !goes.covers(range));
    let broken = links.filter_map(|(range, destination)| {
        let target = readme_as_index(&resolve(folder, destination)?);
        (!known().contains(&target)).then(|| {
            let title = format!("the book has no chapter `{destination}`");
            Diagnostic::new(Code::BrokenCrossReference, title, chapter.source.span(range.clone()), "leads nowhere")
                .with_help("add the chapter to `SUMMARY.md`, or correct the link")
        })
    });
    broken.collect()
}

/// Where placeholders reach, for what stands inside one.
struct Reach {
    /// Starts in order, each with the furthest end of those up to it.
    ends: Vec<(usize, usize)>,
}

impl Reach {
    fn of(placeholders: &[Placeholder]) -> Reach {
        let mut ends: Vec<_> = placeholders.iter().map(|own| (own.range.start, own.range.end)).collect();
        ends.sort_unstable();
        let mut furthest = 0;
        for (_, end) in &mut ends {
            furthest = furthest.max(*end);
            *end = furthest;
        }
        Reach { ends }
    }

    /// Whether a placeholder begins at or before the range and ends at or behind it.
    fn covers(&self, range: &Range<usize>) -> bool {
        let behind = self.ends.partition_point(|(start, _)| *start <= range.start);
        behind.checked_sub(1).is_some_and(|last| range.end <= self.ends[last].1)
    }
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
    let path = percent_decoded(destination.split(['#', '?']).next()?);
    let path = Some(&*path).filter(|path| path.ends_with(".md"))?;
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

/// The path that a URL means: `my%20page.md` is `my page.md`. What is no UTF-8 stays as it is.
fn percent_decoded(url: &str) -> Cow<'_, str> {
    if !url.contains('%') {
        return Cow::Borrowed(url);
    }
    let mut bytes = Vec::with_capacity(url.len());
    let mut rest = url.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let code = after.get(..2).filter(|_| byte == b'%').and_then(|digits| std::str::from_utf8(digits).ok());
        match code.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(code) => {
                bytes.push(code);
                rest = &after[2..];
            }
            None => {
                bytes.push(byte);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).map_or(Cow::Borrowed(url), Cow::Owned)
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
        Diagnostic::new(Code::UnknownOption, title, pattern.span, MATCHES_NOTHING)
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
fn addresses_by_file(pages: &[Page], sets: &[Set<'_, '_>]) -> HashMap<SourceId, HashSet<String>> {
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

/// References to facts; where keys are `torn` away, those that lead nowhere are not told.
fn resolve_references(input: &Input<'_>, shelves: &[Shelf<'_>], torn: bool, used: &mut Shown, outcome: &mut Outcome) {
    let manners = Manners { guard_includes: input.guard_includes, allow_html: input.config.allow_html };
    let chapters: Vec<_> = input.chapters.iter().enumerate().filter(|(_, chapter)| !chapter.declared).collect();
    let size = |(_, chapter): &(usize, &Chapter<'_>)| chapter.text.len();
    let resolved: Vec<Resolved> = parallel::map(&chapters, input.threads, size, |(_, chapter)| {
        reference::resolve(chapter.text, chapter.source, shelves, manners)
    });
    for ((at, _), resolved) in chapters.into_iter().zip(resolved) {
        used.extend(&resolved.used);
        outcome.diagnostics.extend(
            resolved.diagnostics.into_iter().filter(|diagnostic| !(torn && follows_from_lost_keys(diagnostic.code))),
        );
        outcome.chapters[at] = resolved.text;
    }
}

/// Blank strings among the items of an array, of which nothing would be seen. (One that holds nothing else is told where
/// it is wanted.)
fn blank_items(root: &Table<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for leaf in root.leaves() {
        let Some(items) = leaf.entry.value.as_array() else { continue };
        if items.iter().all(facts::Value::is_blank) {
            continue;
        }
        found.extend(items.iter().filter(|item| item.is_blank()).map(|item| {
            let title = format!("an item of `{}` is a blank string", leaf.path());
            Diagnostic::new(Code::WrongForm, title, item.span, "nothing would be shown")
                .with_help("write the fact, or take the item away")
        }));
    }
    found
}

/// Facts that look like credentials. The message never holds the value.
fn secrets(root: &Table<'_>, config: &Config) -> Vec<Diagnostic> {
    let allowed: HashSet<String> = config.allow_secrets.iter().map(|path| template::address_key(&path.value)).collect();
    let mut found = Vec::new();
    let mut keys = Vec::new();
    root.visit_leaves(&mut |steps, entry| {
        keys.clear();
        keys.extend(steps.iter().filter_map(|step| match step {
            Step::Key(key) => Some(*key),
            Step::Item(_) => None,
        }));
        each_string(&entry.value, &mut |text, span| {
            let Some(finding) = secret::detect(&keys, text) else { return };
            let address = facts::leaf_path(steps);
            if allowed.contains(&template::address_key(&address)) {
                return;
            }
            let title = format!("`{address}` looks like {}", finding.kind.describe());
            found.push(
                Diagnostic::new(Code::LikelySecret, title, span, "not shown")
                    .with_help("a page is published: say where the secret is kept, not what it is")
                    .with_help(format!("if it is none, add `\"{address}\"` to `allow-secrets`")),
            );
        });
    });
    found
}

fn each_string(value: &facts::Value<'_>, visit: &mut dyn FnMut(&str, crate::source::Span)) {
    match &value.kind {
        facts::Kind::String(text) => visit(text, value.span),
        facts::Kind::Array(items) => items.iter().for_each(|item| each_string(item, visit)),
        _ => {}
    }
}
