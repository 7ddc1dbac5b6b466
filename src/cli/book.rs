//! A book on disk, opened and run as mdBook would run it.

use std::path::{Path, PathBuf};

use super::Stop;
use super::progress;
use crate::job::{self, Content, Done, HostChapter, Job, Purpose};
use crate::project::{FileChapter, Project};
use crate::wording::counted;

/// The directory of a book as an argument.
#[derive(Debug, clap::Args)]
pub(super) struct BookArgument {
    /// The directory of the book, where `book.toml` is
    #[arg(value_name = "BOOK", default_value = ".")]
    pub(super) root: PathBuf,
}

/// A book with its chapters, not yet run.
#[derive(Debug)]
pub(super) struct OpenBook {
    pub(super) project: Project,
    pub(super) chapters: Vec<FileChapter>,
}

impl OpenBook {
    /// Reads `book.toml`, `SUMMARY.md` and the chapters.
    pub(super) fn open(root: &Path) -> Result<OpenBook, Stop> {
        if !is_book(root) {
            return Err(Stop::Usage(no_book(root)));
        }
        let project = Project::on_disk(root, std::env::vars_os())?;
        let chapters = project.read_chapters()?;
        Ok(OpenBook { project, chapters })
    }

    /// Runs the book for a renderer.
    pub(super) fn run(self, renderer: &str, purpose: Purpose) -> Result<(Vec<FileChapter>, Done), Stop> {
        let OpenBook { project, chapters } = self;
        let hosted = chapters.iter().map(|chapter| HostChapter {
            path: Some(&chapter.path),
            source_path: Some(&chapter.path),
            content: Content::Text(&chapter.text),
        });
        let job = Job { project, renderer, chapters: hosted.collect(), purpose };
        let what = format!("reading {}", counted(chapters.len(), "chapter"));
        let done = progress::during(&what, || job::run(job))?;
        Ok((chapters, done))
    }
}

/// That a directory is no book, and what to do: mdBook does not look for a book in the directories around, so the one
/// that is found there is only named.
pub(super) fn no_book(root: &Path) -> String {
    let place = if root == Path::new(".") { "this directory".to_owned() } else { format!("`{}`", root.display()) };
    if root.is_file() {
        return format!(
            "`{0}` is a file, and this is done to books: give the directory where `book.toml` is\n\
             help: for a file without a book, there are `mdbook-database outline {0}` and `mdbook-database render {0} \
             --facts database.toml`, which also says what is missing",
            root.display()
        );
    }
    if !root.is_dir() {
        return format!("there is no directory `{}`", root.display());
    }
    let help = match book_above(root).or_else(|| book_below(root)) {
        Some(book) => format!("there is a book in `{0}`: go there, or write `{0}` after the command", book.display()),
        None => "give the directory of a book, or make one with `mdbook-database init --new`".to_owned(),
    };
    format!("there is no `book.toml` in {place}\nhelp: {help}")
}

fn is_book(directory: &Path) -> bool {
    // One that is no file is told when it is read.
    directory.join("book.toml").exists()
}

/// The nearest book around a directory: `../..`.
fn book_above(root: &Path) -> Option<PathBuf> {
    let depth = root.canonicalize().ok()?.ancestors().skip(1).position(is_book)?;
    let up: PathBuf = std::iter::repeat_n("..", depth + 1).collect();
    Some(if root == Path::new(".") { up } else { root.join(up) })
}

/// The only book directly in a directory: `docs`.
fn book_below(root: &Path) -> Option<PathBuf> {
    let entries = std::fs::read_dir(root).ok()?.filter_map(Result::ok);
    let mut books = entries.map(|entry| entry.path()).filter(|path| is_book(path));
    let only = books.next().filter(|_| books.next().is_none())?;
    Some(only.strip_prefix(".").map(Path::to_owned).unwrap_or(only))
}
