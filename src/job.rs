//! One run over one book, whoever hands the book over: configuration, facts and candidates in, new chapters out.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::Path;

use crate::book::{self, FilledPage, Input, Outcome};
use crate::config::{self, Config, ConfigSource};
use crate::diagnostic::{Code, Diagnostic, Progress};
use crate::fill::Filled;
use crate::include::Expanded;
use crate::parallel;
use crate::project::{self, FactSet, Project, Unreadable};
use crate::protocol;
use crate::secret;
use crate::source::{Source, SourceId, SourceKind, Sources};
use crate::template::{self, Template};

/// A book as a host hands it over.
#[derive(Debug)]
pub struct Job<'a> {
    /// Where the book lies and what its configuration says.
    pub project: Project,
    /// The renderer that the book is prepared for.
    pub renderer: &'a str,
    /// Every chapter in the order of the book, drafts too.
    pub chapters: Vec<HostChapter<'a>>,
    /// What it is wanted for.
    pub purpose: Purpose,
}

/// What a run is wanted for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Purpose {
    /// The pages, or the reasons why there are none.
    #[default]
    Build,
    /// What a build would say of chapters that were read from their files: what mdBook's `links` would put into a
    /// template before is put in.
    Check,
    /// A look at the templates: a facts file that is not there holds nothing.
    Look,
}

/// A chapter as a host hands it over.
#[derive(Clone, Copy, Debug)]
pub struct HostChapter<'a> {
    /// Path in `src` of the page; `None` for a draft.
    pub path: Option<&'a str>,
    /// Path in `src` of the file.
    pub source_path: Option<&'a str>,
    /// The Markdown.
    pub content: Content<'a>,
}

/// Markdown that may still be JSON.
#[derive(Clone, Copy, Debug)]
pub enum Content<'a> {
    /// As mdBook sent it.
    Json(&'a protocol::Chapter<'a>),
    /// As it is.
    Text(&'a str),
}

impl Content<'_> {
    fn may_need(self) -> bool {
        match self {
            Content::Json(chapter) => protocol::may_need(chapter.raw),
            Content::Text(text) => protocol::may_need_text(text),
        }
    }

    /// The bytes that there are to look at.
    fn len(self) -> usize {
        match self {
            Content::Json(chapter) => chapter.raw.len(),
            Content::Text(text) => text.len(),
        }
    }

    fn decode(self) -> Option<String> {
        match self {
            Content::Json(chapter) => chapter.content().map(Cow::into_owned),
            Content::Text(text) => Some(text.to_owned()),
        }
    }
}

/// What came of a run.
#[derive(Debug)]
pub struct Done {
    /// The texts that were read, for rendering what there is to say.
    pub sources: Sources,
    /// The configuration.
    pub config: Config,
    /// What there is to say.
    pub diagnostics: Vec<Diagnostic>,
    /// How complete each template is.
    pub progress: Vec<Progress>,
    /// New texts by position in [`Job::chapters`], ascending.
    pub changes: Vec<(usize, String)>,
    /// The templates in the order of the book.
    pub templates: Vec<FilledTemplate>,
    /// The facts files of each set of the configuration, in its order.
    pub facts: Vec<Vec<SourceId>>,
}

/// A template with what became of its placeholders.
#[derive(Debug)]
pub struct FilledTemplate {
    /// Its position in [`Job::chapters`].
    pub chapter: usize,
    /// Its text.
    pub source: SourceId,
    /// The set in [`Done::facts`] that it is filled from.
    pub set: usize,
    /// What it asks for.
    pub template: Template,
    /// What became of that; its text is in [`Done::changes`].
    pub filled: Filled,
}

/// A chapter that is looked at: its position in the book, its text, and whether it is a template.
struct Candidate {
    index: usize,
    source: SourceId,
    declared: bool,
    expanded: Option<Expanded>,
}

/// Fills a book. Mistakes in the book are diagnostics; an error is a file that cannot be read.
pub fn run(job: Job<'_>) -> Result<Done, Unreadable> {
    let Job { mut project, renderer, chapters, purpose } = job;
    let mut config = configure(&mut project);
    let book_toml = project.book_toml;
    let broken =
        |diagnostic: &Diagnostic| diagnostic.code == Code::InvalidToml && diagnostic.place.span.source == book_toml;
    config.in_doubt |= project.diagnostics.iter().any(broken);
    let mut facts = project::read_facts(&mut project, &config)?;
    if purpose == Purpose::Look {
        project.diagnostics.retain(|diagnostic| diagnostic.code != Code::MissingFactsFile);
    }
    // What follows from a missing file is silenced only while that itself fails the run.
    if purpose == Purpose::Look || !config.fails(Code::MissingFactsFile) {
        stand_in_for_missing_files(&mut project, &config, &mut facts);
    }
    let files = facts.iter().map(|set| set.files.clone()).collect();
    let candidates = candidates(&chapters, &config, &mut project, purpose);
    // Without its facts file every placeholder would be missing; that would bury the one mistake there is.
    let outcome = if facts.iter().any(|set| set.incomplete) {
        Outcome::default()
    } else {
        book::fill(&input(&project, renderer, &chapters, &config, &candidates, facts))
    };
    let Project { root, mut sources, mut diagnostics, .. } = project;
    diagnostics.extend(outcome.diagnostics);
    let mut named: BTreeSet<_> = diagnostics.iter().flat_map(Diagnostic::sources).collect();
    if purpose == Purpose::Look {
        named.extend(candidates.iter().map(|candidate| candidate.source));
    }
    compare_with_files(named, &mut sources, &root);
    secret::conceal(&mut diagnostics, &mut sources);
    let templates = outcome.templates.into_iter().filter_map(|page| {
        let Candidate { index, source, .. } = *candidates.get(page.chapter)?;
        let FilledPage { set, template, filled, .. } = page;
        Some(FilledTemplate { chapter: index, source, set, template, filled })
    });
    let templates = templates.collect();
    let indices = candidates.iter().map(|candidate| candidate.index);
    let changes = indices.zip(outcome.chapters).filter_map(|(index, text)| Some((index, text?))).collect();
    Ok(Done { sources, config, diagnostics, progress: outcome.progress, changes, templates, facts: files })
}

/// An empty text for each facts file that is not there, and no word about it.
fn stand_in_for_missing_files(project: &mut Project, config: &Config, facts: &mut [FactSet]) {
    for (set, files) in facts.iter_mut().zip(&config.facts) {
        if set.files.is_empty() {
            let name = files.files.first().map_or(config::DEFAULT_FACTS, |file| &file.value);
            set.files.push(project.sources.add(SourceKind::Facts, name, ""));
        }
        set.incomplete = false;
    }
}

fn configure(project: &mut Project) -> Config {
    let name = project.host.own_name();
    let source = ConfigSource {
        name,
        table: project.host.preprocessors.get(name),
        book_toml: project.book_toml,
        text: &project.sources.get(project.book_toml).text,
    };
    Config::parse(source, &mut project.diagnostics)
}

/// How many chapters are decoded in the time in which one template is read and filled, at the least.
const DECODINGS_PER_READING: usize = 8;

/// A chapter that may concern this program.
struct Look<'a> {
    index: usize,
    path: &'a str,
    source_path: &'a str,
    content: Content<'a>,
    /// What the configuration says of it.
    listed: Option<bool>,
}

impl<'a> Look<'a> {
    /// Nothing of a chapter that cannot concern this program is decoded.
    fn at(index: usize, chapter: &HostChapter<'a>, config: &Config) -> Option<Self> {
        let path = chapter.path?;
        let source_path = chapter.source_path.unwrap_or(path);
        let listed = config.declares(path).map(|listed| listed || config.declares(source_path) == Some(true));
        let needed = listed == Some(true) || chapter.content.may_need();
        needed.then_some(Look { index, path, source_path, content: chapter.content, listed })
    }

    /// The text, and whether it is a template.
    fn decode(&self) -> Option<(String, bool)> {
        let text = self.content.decode()?;
        let declared = self.listed.unwrap_or_else(|| template::declares_itself(&text));
        Some((text, declared))
    }
}

/// The chapters that may concern this program; the others cost a look at their bytes.
fn candidates(
    chapters: &[HostChapter<'_>],
    config: &Config,
    project: &mut Project,
    purpose: Purpose,
) -> Vec<Candidate> {
    let mut candidates = Vec::new();
    let name = project.host.own_name();
    let expands_later = project.host.links_run_after(name);
    let expands_before = purpose == Purpose::Check && project.host.links_run_before(name);
    let looks = chapters.iter().enumerate().filter_map(|(index, chapter)| Look::at(index, chapter, config));
    let looks: Vec<_> = looks.collect();
    let decoded = parallel::map(&looks, None, |look| look.content.len() / DECODINGS_PER_READING, Look::decode);
    for (Look { index, path, source_path, .. }, decoded) in looks.into_iter().zip(decoded) {
        let Some((text, declared)) = decoded else { continue };
        let expanded = (declared && (expands_later || expands_before)).then(|| project.expand(path, &text)).flatten();
        let (text, expanded) = match expanded {
            Some(expanded) if expands_before => (expanded.text, None),
            expanded => (text, expanded),
        };
        let name = project::chapter_name(&project.host.src, source_path);
        let source = Source { name, text, kind: SourceKind::Chapter, changed: false, offset: 0 };
        candidates.push(Candidate { index, source: project.sources.push(source), declared, expanded });
    }
    candidates
}

fn input<'a>(
    project: &'a Project,
    renderer: &'a str,
    chapters: &[HostChapter<'a>],
    config: &'a Config,
    candidates: &'a [Candidate],
    facts: Vec<FactSet>,
) -> Input<'a> {
    let chapter = |candidate: &'a Candidate| {
        let host = chapters.get(candidate.index)?;
        let path = host.path?;
        Some(book::Chapter {
            path,
            source_path: host.source_path.unwrap_or(path),
            text: &project.sources.get(candidate.source).text,
            source: candidate.source,
            declared: candidate.declared,
            expanded: candidate.expanded.as_ref(),
        })
    };
    Input {
        config,
        renderer,
        sources: &project.sources,
        chapters: candidates.iter().filter_map(chapter).collect(),
        paths: chapters.iter().filter_map(|chapter| chapter.path).collect(),
        facts,
        guard_includes: project.host.links_run_after(project.host.own_name()),
        threads: None,
    }
}

/// Looks at the files of the chapters that a message names: their lines are printed.
fn compare_with_files(named: BTreeSet<SourceId>, sources: &mut Sources, root: &Path) {
    for id in named {
        let source = sources.get_mut(id);
        if source.kind == SourceKind::Chapter {
            project::compare_with_file(source, root);
        }
    }
}
