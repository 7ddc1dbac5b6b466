//! What `outline` and `render` are about: all templates of a book, one chapter of it, or a file by itself.

use std::path::{Path, PathBuf};

use glob::Pattern;
use serde_json::{Value, json};

use super::Stop;
use super::book::OpenBook;
use crate::nearest::nearest_path;
use crate::project::{FileChapter, Project, chapter_path};
use crate::protocol::HostConfig;

/// A book, and the chapter of it that is meant; `None` for all.
#[derive(Debug)]
pub(super) struct Target {
    pub(super) book: OpenBook,
    pub(super) chapter: Option<usize>,
}

impl Target {
    /// What a path means: the directory of a book, a chapter of the book that it lies in, or a file by itself, which
    /// is taken for a template and filled from `facts`.
    pub(super) fn find(path: &Path, facts: &[PathBuf]) -> Result<Target, Stop> {
        if !path.is_file() {
            if path.extension().is_some_and(|extension| extension == "md") {
                return Err(Stop::World(format!("there is no file `{}`", path.display())));
            }
            if !facts.is_empty() {
                return Err(Stop::Usage(
                    "`--facts` is for a file by itself; the facts of a book are named in its `book.toml`".to_owned(),
                ));
            }
            return Ok(Target { book: OpenBook::open(path)?, chapter: None });
        }
        if facts.is_empty()
            && let Some(target) = chapter_of_book(path)?
        {
            return Ok(target);
        }
        alone(path, facts)
    }

    /// The chapter of that name: its path in `src`, or in the book.
    pub(super) fn with_chapter(mut self, name: &str) -> Result<Target, Stop> {
        let chapters = &self.book.chapters;
        let wanted = name.replace('\\', "/");
        let in_src = chapter_path(&self.book.project.host.src, Path::new(&wanted));
        let found =
            chapters.iter().position(|chapter| chapter.path == wanted || Some(&chapter.path) == in_src.as_ref());
        if found.is_none() {
            let paths = chapters.iter().map(|chapter| chapter.path.as_str());
            let near = nearest_path(&wanted, '/', paths);
            let help = near.map(|near| format!("\nhelp: the nearest is `{near}`")).unwrap_or_default();
            return Err(Stop::Usage(format!("the book has no chapter `{name}`{help}")));
        }
        self.chapter = found;
        Ok(self)
    }
}

/// The chapter of the nearest book above that a file is; `None` if there is none, or if it does not list the file.
fn chapter_of_book(file: &Path) -> Result<Option<Target>, Stop> {
    let Ok(absolute) = std::fs::canonicalize(file) else { return Ok(None) };
    let Some(root) = absolute.ancestors().skip(1).find(|directory| directory.join("book.toml").is_file()) else {
        return Ok(None);
    };
    let book = OpenBook::open(root)?;
    let Some(path) = absolute.strip_prefix(root).ok().and_then(|path| chapter_path(&book.project.host.src, path))
    else {
        return Ok(None);
    };
    let chapter = book.chapters.iter().position(|chapter| chapter.path == path);
    Ok(chapter.map(|chapter| Target { book, chapter: Some(chapter) }))
}

/// A file by itself, as a book of one chapter. Its facts may serve other pages too, so unused ones only warn.
fn alone(file: &Path, facts: &[PathBuf]) -> Result<Target, Stop> {
    if let Some(missing) = facts.iter().find(|path| !path.is_file()) {
        return Err(Stop::World(format!("there is no facts file `{}`", missing.display())));
    }
    let chapter = FileChapter::alone(file)?;
    let facts: Vec<Value> = facts.iter().map(|path| json!(path.to_string_lossy())).collect();
    let host = HostConfig::from(json!({
        "book": { "src": "." },
        "build": { "use-default-preprocessors": false },
        "preprocessor": { "database": {
            "templates": [Pattern::escape(&chapter.path)],
            "facts": facts,
            "lints": { "unused-fact": "warn", "broken-cross-reference": "allow" },
        } },
    }));
    let book = OpenBook { project: Project::of_files(host), chapters: vec![chapter] };
    Ok(Target { book, chapter: Some(0) })
}
