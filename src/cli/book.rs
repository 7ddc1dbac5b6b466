//! A book on disk, opened and run as mdBook would run it.

use std::path::{Path, PathBuf};

use super::Stop;
use super::progress;
use crate::job::{self, Content, Done, HostChapter, Job, Purpose};
use crate::project::{FileChapter, Project};

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
        if !root.join("book.toml").exists() {
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
        let what = format!("reading {} chapters", chapters.len());
        let done = progress::during(&what, || job::run(job))?;
        Ok((chapters, done))
    }
}

/// That a directory is no book, and what to do.
pub(super) fn no_book(root: &Path) -> String {
    let place = if root == Path::new(".") { "this directory".to_owned() } else { format!("`{}`", root.display()) };
    format!(
        "there is no `book.toml` in {place}\nhelp: give the directory of a book, or make one with \
         `mdbook-database init --new`"
    )
}
