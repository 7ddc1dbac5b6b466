//! The preprocessor for its two hosts: JSON on a pipe, and a program that links this library.

use std::borrow::Cow;
use std::fmt;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use mdbook_preprocessor::book::{Book, BookItem};
use mdbook_preprocessor::errors::{Error, Result as HostResult};
use mdbook_preprocessor::{Preprocessor, PreprocessorContext};

use crate::diagnostic::{Diagnostic, Severity};
use crate::job::{self, Content, Done, HostChapter, Job, Purpose};
use crate::lints::Lints;
use crate::project::{self, Project, Unreadable};
use crate::protocol::{self, HostConfig, Refusal};
use crate::report::{self, Format, Report, Style};
use crate::source::{SourceKind, Sources};

/// How a run tells what it has to say.
#[derive(Clone, Debug, Default)]
pub struct Telling {
    /// For whom.
    pub format: Format,
    /// How it looks to people.
    pub style: Style,
    /// Workflow commands of GitHub Actions follow, which become annotations.
    pub annotate: bool,
    /// The root of the repository, from which annotations name files, where it is known.
    pub repository: Option<PathBuf>,
}

impl Telling {
    /// The text about input that cannot be used, for programs; nothing for people, who read [`Failure`] as it is.
    pub fn refused(&self, refusal: &Refusal) -> Option<String> {
        let own = Some(self.format).filter(|&format| format != Format::Human);
        let formats: Vec<_> = own.into_iter().chain(self.annotations()).collect();
        if formats.is_empty() {
            return None;
        }
        let mut sources = Sources::default();
        let book_toml = sources.add(SourceKind::Config, "book.toml", "");
        let diagnostic = Diagnostic::new(refusal.code()?, refusal.to_string(), book_toml.whole(), "");
        let report = Report::new(vec![diagnostic], Vec::new(), &Lints::default(), false, &sources);
        let text = formats.into_iter().map(|format| report::render(&report, &sources, format, self.style));
        let for_people = (self.format == Format::Human).then(|| format!("{}\n", Failure::Input(refusal.clone())));
        Some(for_people.into_iter().chain(text).collect())
    }

    /// What follows the messages in their own format: nothing where that holds annotations already, or is one document.
    fn annotations(&self) -> Option<Format> {
        let apart = self.annotate && !matches!(self.format, Format::Github | Format::Sarif);
        apart.then_some(Format::Github)
    }

    /// The text about the book at `root`, and whether the run failed, also as a draft.
    fn tell(&self, root: &Path, done: &mut Done) -> (String, Fate) {
        let diagnostics = std::mem::take(&mut done.diagnostics);
        let progress = std::mem::take(&mut done.progress);
        let Done { config, sources, .. } = done;
        let report = Report::new(diagnostics, progress, &config.lints, config.draft, sources);
        let mut text = String::new();
        let own = Some(self.format).filter(|format| matches!(format, Format::Github | Format::Sarif));
        if own.is_none() {
            text.push_str(&report::render(&report, sources, self.format, self.style));
        }
        if let Some(forge) = own.or(self.annotations()) {
            if let Some(prefix) = project::prefix_in_repository(root, self.repository.as_deref()) {
                sources.prefix_names(&prefix);
            }
            text.push_str(&report::render(&report, sources, forge, Style::default()));
        }
        let as_draft = |code| config.lints.severity(code, true) == Some(Severity::Error);
        let fate = match report.failed() {
            false => Fate::Passed,
            true if report.findings.iter().any(|(_, diagnostic)| as_draft(diagnostic.code)) => Fate::Failed,
            true => Fate::FailedButForDraft,
        };
        (text, fate)
    }
}

/// How a run ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Passed,
    Failed,
    /// A draft of it can be published.
    FailedButForDraft,
}

/// The preprocessor as a value, for programs that drive mdBook themselves.
///
/// ```no_run
/// use mdbook_database::preprocessor::Database;
/// use mdbook_driver::MDBook;
///
/// # fn main() -> mdbook_driver::errors::Result<()> {
/// let mut book = MDBook::load("book-example")?;
/// book.with_preprocessor(Database);
/// book.build()
/// # }
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
pub fn preprocess(input: &[u8], output: &mut impl Write, telling: &Telling) -> Result<String, Failure> {
    preprocess_holding(input, output, telling).map(|(_, report)| report)
}

/// [`preprocess`], with all that the run holds in memory at its end.
pub(crate) fn preprocess_holding(
    input: &[u8],
    output: &mut impl Write,
    telling: &Telling,
) -> Result<(Done, String), Failure> {
    let request = protocol::parse(input).map_err(Failure::Input)?;
    let context = request.context;
    let chapters = request.book.chapters.iter().map(|chapter| HostChapter {
        path: chapter.path.as_deref(),
        source_path: chapter.source_path.as_deref(),
        content: Content::Json(chapter),
    });
    let job = Job {
        project: Project::of_host(Path::new(&context.root), context.config),
        renderer: &context.renderer,
        chapters: chapters.collect(),
        purpose: Purpose::Build,
    };
    let (done, report) = run(job, &context.mdbook_version, telling)?;
    let changes: Vec<_> = done.changes.iter().map(|(index, text)| (*index, text.as_str())).collect();
    request.book.write(&changes, output).map_err(Failure::Output)?;
    Ok((done, report))
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
            project: Project::of_host(&context.root, config),
            renderer: &context.renderer,
            chapters: chapters.collect(),
            purpose: Purpose::Build,
        };
        let (done, report) = run(job, &context.mdbook_version, &Telling::default()).map_err(Error::new)?;
        // A library has no other way to be heard than the host's stderr.
        io::stderr().write_all(report.as_bytes())?;
        replace(&mut book.items, &mut 0, &mut done.changes.into_iter().peekable());
        Ok(book)
    }
}

fn text_of(path: &Option<PathBuf>) -> Option<Cow<'_, str>> {
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

/// Runs a job for a host of that version; what would fail the build is a failure with the report in it.
fn run(job: Job<'_>, host_version: &str, telling: &Telling) -> Result<(Done, String), Failure> {
    let root = job.project.root.clone();
    let serving = job.project.host.serving.then(|| job.project.host.own_name().to_owned());
    let mut done = job::run(job).map_err(Failure::Unreadable)?;
    let (report, fate) = telling.tell(&root, &mut done);
    if fate == Fate::Passed {
        return Ok((done, report));
    }
    let advice = serving.filter(|_| fate == Fate::FailedButForDraft).map(|name| advice_for_serve(&name));
    Err(Failure::Documentation(report + &advice.unwrap_or_default() + &untested_host(host_version)))
}

/// `mdbook serve` does not start with a failing build, and later goes on to show the last page that was good.
fn advice_for_serve(name: &str) -> String {
    let variable = name.to_uppercase().replace('-', "_");
    format!(
        "help: `mdbook serve` shows only what passes; to see the page while you write, stop it and serve a draft:\n\n    \
         MDBOOK_PREPROCESSOR__{variable}__DRAFT=true mdbook serve\n"
    )
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_told_as_a_failing_book_is() {
        let refusal = Refusal::Unsupported { version: "9.9.9".to_owned(), detail: "no `items`".to_owned() };
        let told = |format| Telling { format, annotate: true, ..Telling::default() }.refused(&refusal).unwrap();
        assert!(serde_json::from_str::<serde_json::Value>(&told(Format::Sarif)).is_ok(), "one document");
        assert!(
            told(Format::Human).starts_with("error[unsupported-mdbook]") && told(Format::Human).contains("\n::error ")
        );
        assert_eq!(told(Format::Github).matches("::error ").count(), 1);
        assert_eq!(Telling::default().refused(&refusal), None, "people read the failure");
    }

    #[test]
    fn the_host_knows_it_as_database_and_its_chapters_by_their_paths() {
        assert_eq!(Database.name(), "database");
        assert_eq!(text_of(&Some(PathBuf::from("a/b.md"))).as_deref(), Some("a/b.md"));
        assert_eq!(text_of(&None), None);
    }
}
