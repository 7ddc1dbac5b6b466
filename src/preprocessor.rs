//! The preprocessor for its two hosts: JSON on a pipe, and a program that links this library.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use std::io::{self, Write};
use std::path::Path;

use mdbook_preprocessor::book::{Book, BookItem};
use mdbook_preprocessor::errors::{Error, Result as HostResult};
use mdbook_preprocessor::{Preprocessor, PreprocessorContext};

use crate::book::{self, Input, Outcome};
use crate::config::{Config, ConfigSource, Level};
use crate::declaration;
use crate::diagnostic::{Diagnostic, Severity, Sub};
use crate::project::{self, Unreadable};
use crate::protocol::{self, HostConfig, Refusal};
use crate::source::{Source, SourceId, SourceKind, Sources};

/// The preprocessor as a value, for programs that drive mdBook themselves.
///
/// ```no_run
/// # fn with(add: impl FnOnce(mdbook_database::preprocessor::Database)) {
/// // let mut book = mdbook_driver::MDBook::load("book-example")?;
/// // book.with_preprocessor(Database);
/// # add(mdbook_database::preprocessor::Database) }
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Database;

/// Why there is no book to hand back.
#[derive(Debug)]
pub enum Failure {
    /// The documentation is incomplete or wrong; the report says where.
    Documentation(String),
    /// What came in is not what a host of this program sends.
    Input(Refusal),
    /// A file cannot be read.
    Unreadable(Unreadable),
    /// The book cannot be written.
    Output(io::Error),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Documentation(report) => f.write_str(report.trim_end()),
            Failure::Input(refusal) => match refusal.code() {
                Some(code) => write!(f, "error[{}]: {refusal}", code.as_str()),
                None => write!(f, "error: {refusal}"),
            },
            Failure::Unreadable(error) => write!(f, "error: {error}"),
            Failure::Output(error) => write!(f, "error: failed to write the book to stdout: {error}"),
        }
    }
}

impl std::error::Error for Failure {}

/// Runs the preprocessor on what mdBook sent, writes the book, and returns what there is to say about it.
///
/// Nothing is written unless the whole book is in order.
pub fn preprocess(input: &[u8], output: &mut impl Write) -> Result<String, Failure> {
    let request = protocol::parse(input).map_err(Failure::Input)?;
    let context = &request.context;
    let chapters = request.book.chapters.iter().map(|chapter| HostChapter {
        path: chapter.path.as_deref(),
        source_path: chapter.source_path.as_deref(),
        content: Content::Json(chapter),
    });
    let job = Job {
        root: Path::new(&context.root),
        renderer: &context.renderer,
        version: &context.mdbook_version,
        config: &context.config,
        chapters: chapters.collect(),
    };
    let done = run(&job)?;
    let changes: Vec<_> = done.changes.iter().map(|(index, text)| (*index, text.as_str())).collect();
    request.book.write(&changes, output).map_err(Failure::Output)?;
    Ok(done.report)
}

impl Preprocessor for Database {
    fn name(&self) -> &str {
        "database"
    }

    fn run(&self, context: &PreprocessorContext, mut book: Book) -> HostResult<Book> {
        let config = HostConfig::from(serde_json::to_value(&context.config)?);
        let mut items = Vec::new();
        flatten(&book.items, &mut items);
        let paths: Vec<_> =
            items.iter().map(|chapter| (text_of(&chapter.path), text_of(&chapter.source_path))).collect();
        let chapters = items.iter().zip(&paths).map(|(chapter, (path, source_path))| HostChapter {
            path: path.as_deref(),
            source_path: source_path.as_deref(),
            content: Content::Text(&chapter.content),
        });
        let job = Job {
            root: &context.root,
            renderer: &context.renderer,
            version: &context.mdbook_version,
            config: &config,
            chapters: chapters.collect(),
        };
        let done = run(&job).map_err(Error::new)?;
        // A library has no other way to be heard than the host's stderr.
        io::stderr().write_all(done.report.as_bytes())?;
        let mut changes = done.changes.into_iter().peekable();
        replace(&mut book.items, &mut 0, &mut changes);
        Ok(book)
    }
}

fn text_of(path: &Option<std::path::PathBuf>) -> Option<Cow<'_, str>> {
    path.as_deref().map(Path::to_string_lossy)
}

/// The chapters in the order of the book.
fn flatten<'b>(items: &'b [BookItem], chapters: &mut Vec<&'b mdbook_preprocessor::book::Chapter>) {
    for item in items {
        if let BookItem::Chapter(chapter) = item {
            chapters.push(chapter);
            flatten(&chapter.sub_items, chapters);
        }
    }
}

/// Puts new texts, by position in the order of the book, into the chapters.
fn replace(items: &mut [BookItem], next: &mut usize, changes: &mut Changes) {
    for item in items {
        if let BookItem::Chapter(chapter) = item {
            if let Some((_, text)) = changes.next_if(|(index, _)| index == next) {
                chapter.content = text;
            }
            *next += 1;
            replace(&mut chapter.sub_items, next, changes);
        }
    }
}

type Changes = std::iter::Peekable<std::vec::IntoIter<(usize, String)>>;

/// A book as a host hands it over, whichever host it is.
struct Job<'a> {
    root: &'a Path,
    renderer: &'a str,
    version: &'a str,
    config: &'a HostConfig,
    chapters: Vec<HostChapter<'a>>,
}

/// A chapter as a host hands it over.
struct HostChapter<'a> {
    path: Option<&'a str>,
    source_path: Option<&'a str>,
    content: Content<'a>,
}

/// Markdown that may still be JSON.
enum Content<'a> {
    Json(&'a protocol::Chapter<'a>),
    Text(&'a str),
}

impl Content<'_> {
    fn may_need(&self) -> bool {
        match self {
            Content::Json(chapter) => protocol::may_need(chapter.raw),
            Content::Text(text) => protocol::may_need_text(text),
        }
    }

    fn decode(&self) -> String {
        match self {
            Content::Json(chapter) => chapter.content().into_owned(),
            Content::Text(text) => (*text).to_owned(),
        }
    }
}

/// New texts by position in the order of the book, and what there is to say.
struct Done {
    changes: Vec<(usize, String)>,
    report: String,
}

/// A chapter that is looked at: its position in the book, its text, and whether it is a template.
struct Candidate {
    index: usize,
    source: SourceId,
    declared: bool,
}

/// Fills a book.
fn run(job: &Job<'_>) -> Result<Done, Failure> {
    let mut sources = Sources::default();
    let mut diagnostics = Vec::new();
    let config = configure(job, &mut sources, &mut diagnostics);
    let facts = project::read_facts(job.root, &config, &mut sources, &mut diagnostics).map_err(Failure::Unreadable)?;
    let candidates = candidates(job, &config, &mut sources);
    // Without its facts file every placeholder would be missing; that would bury the one mistake there is.
    let outcome = if facts.iter().any(|set| set.incomplete) {
        Outcome::default()
    } else {
        book::fill(&input(job, &config, &sources, &candidates, facts))
    };
    diagnostics.extend(outcome.diagnostics);
    compare_with_files(&diagnostics, &mut sources, job.root);
    let (report, failed) = report(&diagnostics, &config, &sources);
    if failed {
        return Err(Failure::Documentation(report + &untested_host(job.version)));
    }
    let indices = candidates.iter().map(|candidate| candidate.index);
    let changes = indices.zip(outcome.chapters).filter_map(|(index, text)| Some((index, text?))).collect();
    Ok(Done { changes, report })
}

fn configure(job: &Job<'_>, sources: &mut Sources, diagnostics: &mut Vec<Diagnostic>) -> Config {
    let name = job.config.own_name();
    let book_toml = project::read_book_toml(job.root, sources);
    let text = &sources.get(book_toml).text;
    let table = job.config.preprocessors.get(name);
    Config::parse(ConfigSource { name, table, book_toml, text }, diagnostics)
}

/// The chapters that may concern this program, decoded; the others cost a look at their bytes.
fn candidates(job: &Job<'_>, config: &Config, sources: &mut Sources) -> Vec<Candidate> {
    let mut candidates = Vec::new();
    for (index, chapter) in job.chapters.iter().enumerate() {
        let Some(path) = chapter.path else { continue };
        let source_path = chapter.source_path.unwrap_or(path);
        let listed = config.declares(path).map(|listed| listed || config.declares(source_path) == Some(true));
        if listed != Some(true) && !chapter.content.may_need() {
            continue;
        }
        let text = chapter.content.decode();
        let declared = listed.unwrap_or_else(|| declaration::declares_itself(&text));
        let name = project::chapter_name(&job.config.src, source_path);
        let source = Source { name, text, kind: SourceKind::Chapter, changed: false, offset: 0 };
        candidates.push(Candidate { index, source: sources.push(source), declared });
    }
    candidates
}

fn input<'a>(
    job: &'a Job<'_>,
    config: &'a Config,
    sources: &'a Sources,
    candidates: &[Candidate],
    facts: Vec<project::FactSet>,
) -> Input<'a> {
    let chapter = |candidate: &Candidate| {
        let host = job.chapters.get(candidate.index)?;
        let path = host.path?;
        Some(book::Chapter {
            path,
            source_path: host.source_path.unwrap_or(path),
            text: &sources.get(candidate.source).text,
            source: candidate.source,
            declared: candidate.declared,
        })
    };
    Input {
        config,
        renderer: job.renderer,
        sources,
        chapters: candidates.iter().filter_map(chapter).collect(),
        paths: job.chapters.iter().filter_map(|chapter| chapter.path).collect(),
        facts,
        guard_includes: job.config.links_run_after(job.config.own_name()),
    }
}

/// Looks at the files of the chapters that a message names: their lines are printed.
fn compare_with_files(diagnostics: &[Diagnostic], sources: &mut Sources, root: &Path) {
    let named: BTreeSet<_> = diagnostics.iter().flat_map(sources_of).collect();
    for id in named {
        let source = sources.get_mut(id);
        if source.kind == SourceKind::Chapter {
            project::compare_with_file(source, root);
        }
    }
}

/// Every source that a diagnostic has a place in.
fn sources_of(diagnostic: &Diagnostic) -> impl Iterator<Item = SourceId> {
    let subs = diagnostic.subs.iter().filter_map(|sub| match sub {
        Sub::Place { label, .. } => Some(label.span.source),
        Sub::Insert { source, .. } => Some(*source),
        Sub::Replace { span, .. } => Some(span.source),
        Sub::Note(_) | Sub::Help(_) => None,
    });
    let labels = diagnostic.more.iter().map(|label| label.span.source);
    std::iter::once(diagnostic.place.span.source).chain(labels).chain(subs)
}

/// A remark for a failed run: a host that was never tested may be the reason. A run that works says nothing of it.
fn untested_host(version: &str) -> String {
    if protocol::is_tested(version) {
        return String::new();
    }
    format!(
        "note: mdbook-database {} was never tested with mdBook {version}, only with 0.4 and 0.5\n",
        env!("CARGO_PKG_VERSION")
    )
}

// STAND-IN for `report`: `Report::new(diagnostics, progress, lints, draft, sources)` and `report::render`.
fn report(diagnostics: &[Diagnostic], config: &Config, sources: &Sources) -> (String, bool) {
    let (mut text, mut failed) = (String::new(), false);
    for diagnostic in diagnostics {
        let level = config.lints.iter().find(|(code, _)| *code == diagnostic.code).map(|(_, level)| *level);
        let severity = match level {
            Some(Level::Allow) => continue,
            Some(Level::Warn) => Severity::Warning,
            Some(Level::Deny) => Severity::Error,
            None => diagnostic.code.default_severity(),
        };
        let word = match severity {
            Severity::Error if !config.draft => "error",
            Severity::Error | Severity::Warning => "warning",
            Severity::Note => "note",
        };
        failed |= word == "error";
        let span = diagnostic.place.span;
        let (line, column) = sources.line_column(span.source, span.start);
        let name = &sources.get(span.source).name;
        let code = diagnostic.code.as_str();
        text.push_str(&format!("{word}[{code}]: {}\n --> {name}:{line}:{column}\n", diagnostic.title));
    }
    (text, failed)
}
