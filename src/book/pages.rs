//! The templates among the chapters, read, and what is wrong with how they are declared.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::OnceLock;

use super::links::{broken_links, readme_as_index};
use super::published::{is_loose, unfilled};
use super::traps::trapped;
use super::{Chapter, Input};
use crate::config;
use crate::diagnostic::{Code, Diagnostic};
use crate::nearest::nearest_path;
use crate::parallel;
use crate::template::{self, Template};

/// A template and the set that it is filled from.
pub(super) struct Page {
    pub(super) chapter: usize,
    pub(super) set: usize,
    pub(super) template: Template,
}

/// The templates of a book.
pub(super) struct Pages {
    pub(super) pages: Vec<Page>,
    /// What is wrong with them.
    pub(super) diagnostics: Vec<Diagnostic>,
    /// A mistake that fails the run hides a template: what nothing shows may be shown by that.
    pub(super) incomplete: bool,
}

/// Reads every chapter that is a template.
pub(super) fn read(input: &Input<'_>) -> Pages {
    let config = input.config;
    let known = OnceLock::new();
    let known = || known.get_or_init(|| paths(input));
    let chapters: Vec<_> = input.chapters.iter().enumerate().collect();
    let size = |(_, chapter): &(usize, &Chapter<'_>)| chapter.text.len();
    let read = parallel::map(&chapters, input.threads, size, |(at, chapter)| read_chapter(input, *at, chapter, &known));
    let (mut pages, mut diagnostics, mut without_facts) = (Vec::new(), Vec::new(), false);
    for ((_, chapter), (told, page)) in chapters.iter().zip(read) {
        without_facts |= chapter.declared && page.is_none();
        diagnostics.extend(told);
        pages.extend(page);
    }
    diagnostics.extend(unknown_sections(input, &pages));
    let unmatched = unmatched_globs(input);
    let incomplete = config.fails(Code::UnknownOption) && (config.in_doubt || !unmatched.is_empty())
        || config.fails(Code::MissingFactsFile) && without_facts;
    diagnostics.extend(unmatched);
    Pages { pages, diagnostics, incomplete }
}

/// The pages that links may lead to.
fn paths(input: &Input<'_>) -> HashSet<String> {
    input.paths.iter().map(|path| readme_as_index(Cow::Borrowed(path)).into_owned()).collect()
}

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
    template::parse(chapter.text, &|text| input.config.is_literal(text))
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

/// Patterns of `templates` that no chapter matches: a slip there would publish a template as it is.
fn unmatched_globs(input: &Input<'_>) -> Vec<Diagnostic> {
    let patterns = input.config.templates.iter().flatten();
    let files = || input.chapters.iter().map(|chapter| chapter.source_path);
    let unmatched = patterns.filter(|pattern| {
        !input.paths.iter().copied().chain(files()).any(|path| config::matches(&pattern.value, path))
    });
    let told = unmatched.map(|pattern| {
        let title = format!("no chapter of the book matches `{}`", pattern.value);
        Diagnostic::new(Code::UnknownOption, title, pattern.span, "matches nothing")
            .with_help("paths are relative to the folder of the chapters, usually `src`")
    });
    told.collect()
}

/// Sections named in `optional` and `required` that no template has.
fn unknown_sections(input: &Input<'_>, pages: &[Page]) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for rule in input.config.optional.iter().chain(&input.config.required) {
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
