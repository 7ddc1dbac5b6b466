//! The book on disk: `book.toml`, the facts files, and whether a chapter is still what its file says.

use std::collections::HashMap;
use std::ffi::OsString;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use glob::Pattern;
use mdbook_summary::SummaryItem;

use crate::config::{self, Config, Located};
use crate::diagnostic::{Code, Diagnostic};
use crate::facts;
use crate::include::{self, Expanded};
use crate::protocol::HostConfig;
use crate::source::{Source, SourceId, SourceKind, Sources};

const BOOK_TOML: &str = "book.toml";

/// A byte order mark, which mdBook takes away from chapters.
const BOM: char = '\u{feff}';

/// The facts files of some templates, read.
#[derive(Clone, Debug)]
pub struct FactSet {
    /// The templates; `None` for all.
    pub templates: Option<Pattern>,
    /// The files that are there, in the order of the configuration.
    pub files: Vec<SourceId>,
    /// A file of the set is not there, which has been said.
    pub incomplete: bool,
    /// Files of the set that are no text, which has been said: nobody knows what facts they hold.
    pub unknown: Vec<SourceId>,
}

/// A file that is there and cannot be read.
#[derive(Debug)]
pub struct Unreadable {
    path: PathBuf,
    reason: io::Error,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "failed to read `{}`: {}", self.path.display(), self.reason)
    }
}

impl std::error::Error for Unreadable {}

/// Where a book lies, and what has been read of it so far.
#[derive(Debug)]
pub struct Project {
    /// The directory of `book.toml`.
    pub root: PathBuf,
    /// What the configuration says, with the environment's changes.
    pub host: HostConfig,
    /// The texts that were read.
    pub sources: Sources,
    /// `book.toml` among them.
    pub book_toml: SourceId,
    /// What was wrong with them.
    pub diagnostics: Vec<Diagnostic>,
}

impl Project {
    /// The project of a host that knows the configuration. `book.toml` is read for the places of messages only, and
    /// need not be there.
    pub fn of_host(root: &Path, host: HostConfig) -> Project {
        Project::new(root, host, read_text(&root.join(BOOK_TOML)).unwrap_or_default())
    }

    /// The project of files without a `book.toml`, named from the current directory.
    pub fn of_files(host: HostConfig) -> Project {
        Project::new(Path::new(""), host, String::new())
    }

    /// Whether it is one of files without a `book.toml`.
    pub fn is_of_files(&self) -> bool {
        self.root.as_os_str().is_empty()
    }

    fn new(root: &Path, host: HostConfig, book_toml: String) -> Project {
        let mut sources = Sources::default();
        let book_toml = sources.push(source(SourceKind::Config, BOOK_TOML.to_owned(), book_toml));
        Project { root: root.to_owned(), host, sources, book_toml, diagnostics: Vec::new() }
    }

    /// The project in a directory, for commands that run without mdBook; `environment` is applied as mdBook would.
    pub fn on_disk(
        root: &Path,
        environment: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Result<Project, Unreadable> {
        Ok(Project::from_text(root, &read(&root.join(BOOK_TOML))?, environment))
    }

    /// The same with a `book.toml` that need not be the one on disk.
    pub fn from_text(root: &Path, text: &str, environment: impl IntoIterator<Item = (OsString, OsString)>) -> Project {
        let mut project = Project::new(root, HostConfig::default(), text.to_owned());
        let variables = environment.into_iter();
        let variables =
            variables.filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        let settings = config::overrides(variables);
        let Project { sources, book_toml, diagnostics, .. } = &mut project;
        let book = config::book_from_toml(*book_toml, &sources.get(*book_toml).text, &settings, diagnostics);
        project.host = HostConfig::from(book);
        project
    }

    /// The chapters that `SUMMARY.md` lists, in its order. Drafts and files that are not there are left out, as mdBook
    /// has no text for them either.
    pub fn read_chapters(&self) -> Result<Vec<FileChapter>, Unreadable> {
        let src = self.root.join(&self.host.src);
        let summary = src.join("SUMMARY.md");
        let parsed = mdbook_summary::parse_summary(&read(&summary)?)
            .map_err(|error| Unreadable { path: summary, reason: io::Error::other(format!("{error:#}")) })?;
        let mut paths = Vec::new();
        for items in [&parsed.prefix_chapters, &parsed.numbered_chapters, &parsed.suffix_chapters] {
            list(items, &mut paths);
        }
        let mut chapters = Vec::with_capacity(paths.len());
        for path in paths {
            match read_text(&src.join(path)) {
                Ok(text) => chapters.push(FileChapter { path: slashes(&plain(path)), text: without_bom(text) }),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(reason) => return Err(Unreadable { path: src.join(path), reason }),
            }
        }
        Ok(chapters)
    }
}

impl Project {
    /// A chapter with the files that mdBook's `links` will include in it; `None` if there are none. `path` is that of
    /// the page in `src`, from whose directory mdBook looks for them.
    pub fn expand(&self, path: &str, text: &str) -> Option<Expanded> {
        let page = self.root.join(&self.host.src).join(path);
        include::expand(text, page.parent().unwrap_or(&self.root), &mut |file| read_text(file).ok())
    }
}

/// A chapter read from its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileChapter {
    /// Path in `src`.
    pub path: String,
    /// The Markdown, without a byte order mark.
    pub text: String,
}

impl FileChapter {
    /// A file that belongs to no book, named as it was given.
    pub fn alone(file: &Path) -> Result<FileChapter, Unreadable> {
        Ok(FileChapter { path: slashes(file), text: without_bom(read(file)?) })
    }
}

/// The files of a summary in the order of the book.
fn list<'s>(items: &'s [SummaryItem], paths: &mut Vec<&'s Path>) {
    for item in items {
        if let SummaryItem::Link(link) = item {
            paths.extend(link.location.as_deref());
            list(&link.nested_items, paths);
        }
    }
}

/// A file that is all there: of a pipe or a device nobody knows when it ends, and whether it ever begins.
fn read_regular(path: &Path) -> io::Result<Vec<u8>> {
    let metadata = fs::metadata(path)?;
    match metadata.is_file() || metadata.is_dir() {
        true => fs::read(path),
        false => Err(io::Error::other("it is a pipe or a device, and no file")),
    }
}

/// The text of a file; of one that is no file or no UTF-8, why there is none.
pub(crate) fn read_text(path: &Path) -> io::Result<String> {
    let not_text = |_| io::Error::new(io::ErrorKind::InvalidData, "it is not UTF-8 text");
    String::from_utf8(read_regular(path)?).map_err(not_text)
}

fn read(path: &Path) -> Result<String, Unreadable> {
    read_text(path).map_err(|reason| Unreadable { path: path.to_owned(), reason })
}

/// Reads the facts files that the configuration names, each once.
///
/// A file that is not there is a diagnostic at its name in `book.toml`; one that cannot be read is an error.
pub fn read_facts(project: &mut Project, config: &Config) -> Result<Vec<FactSet>, Unreadable> {
    let mut known = HashMap::new();
    let mut sets = Vec::with_capacity(config.facts.len());
    for set in &config.facts {
        let mut files = Vec::with_capacity(set.files.len());
        for file in &set.files {
            let path = plain(Path::new(&file.value));
            let id = match known.get(&path) {
                Some(&id) => id,
                None => read_facts_file(project, file, &path)?,
            };
            known.insert(path, id);
            files.extend(id);
        }
        let incomplete = files.len() < set.files.len();
        let no_text = |file: &SourceId| facts::lost_keys(*file, &project.diagnostics);
        let unknown = files.iter().copied().filter(no_text).collect();
        sets.push(FactSet { templates: set.templates.clone(), files, incomplete, unknown });
    }
    Ok(sets)
}

/// Reads one facts file; `None` if it is not there.
fn read_facts_file(project: &mut Project, file: &Located<String>, path: &Path) -> Result<Option<SourceId>, Unreadable> {
    let location = project.root.join(path);
    // On a command line a pipe is meant: `--facts <(command)`.
    let by_hand = project.root.as_os_str().is_empty();
    let Project { sources, diagnostics, .. } = project;
    let read = if by_hand { fs::read(&location) } else { read_regular(&location) };
    let bytes = match read {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            diagnostics.push(missing_facts_file(file));
            return Ok(None);
        }
        Err(reason) => return Err(Unreadable { path: location, reason }),
    };
    let name = slashes(path);
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Some(sources.push(source(SourceKind::Facts, name, text)))),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
            let id = sources.add(SourceKind::Facts, name.as_str(), text);
            let span = id.span(at..at + char::REPLACEMENT_CHARACTER.len_utf8());
            let title = format!("`{name}` is not UTF-8 text");
            let diagnostic = Diagnostic::new(Code::InvalidToml, title, span, "not UTF-8");
            diagnostics.push(diagnostic.with_help("save the file as UTF-8"));
            Ok(Some(id))
        }
    }
}

fn missing_facts_file(file: &Located<String>) -> Diagnostic {
    let name = &file.value;
    Diagnostic::new(Code::MissingFactsFile, format!("the facts file `{name}` does not exist"), file.span, "")
        .with_note("facts files are looked for in the directory of `book.toml`")
        .with_help(format!("`mdbook-database init` writes `{name}`, with every place of the templates to fill in"))
}

/// Compares a chapter with the file that it was read from, which messages about it name.
///
/// Where they differ, an earlier preprocessor changed the chapter. Line ends are compared as they are.
pub fn compare_with_file(chapter: &mut Source, root: &Path) {
    match read_text(&root.join(&chapter.name)) {
        Ok(file) => {
            let text = file.strip_prefix(BOM).unwrap_or(&file);
            chapter.changed = text != chapter.text;
            chapter.offset = file.len() - text.len();
        }
        Err(_) => chapter.changed = true,
    }
}

/// The name of a chapter in messages: its file, relative to the root.
pub fn chapter_name(src: &str, source_path: &str) -> String {
    slashes(&plain(&Path::new(src).join(source_path)))
}

/// What stands before the names of a book's files when they are told to a forge, e.g. `docs/`: the way from the root of
/// the repository to that of the book.
///
/// The repository is `workspace` if the book lies in it, else the nearest directory above with a `.git`, else the
/// current directory. `None` where the book is at its root, or outside.
pub fn prefix_in_repository(root: &Path, workspace: Option<&Path>) -> Option<String> {
    let root = fs::canonicalize(root).ok()?;
    let workspace = workspace.and_then(|path| fs::canonicalize(path).ok()).filter(|path| root.starts_with(path));
    let repository = || root.ancestors().find(|directory| directory.join(".git").exists()).map(Path::to_owned);
    let base = workspace.or_else(repository).or_else(|| fs::canonicalize(".").ok())?;
    let way = slashes(root.strip_prefix(base).ok()?);
    (!way.is_empty()).then(|| way + "/")
}

/// What stands before the names of a book's files when they are told to somebody in the current directory, so that an
/// editor or a terminal finds them. `None` where the book is in that directory.
pub fn prefix_from_here(root: &Path) -> Option<String> {
    let root = fs::canonicalize(root).ok()?;
    let here = fs::canonicalize(".").ok()?;
    let way = slashes(root.strip_prefix(here).unwrap_or(&root));
    (!way.is_empty()).then(|| way + "/")
}

/// The path in `src` of a file that is named from the root of the book; `None` for one that is not in it.
pub fn chapter_path(src: &str, file: &Path) -> Option<String> {
    let file = plain(file);
    Some(slashes(file.strip_prefix(plain(Path::new(src))).ok()?))
}

fn source(kind: SourceKind, name: String, text: String) -> Source {
    let offset = if text.starts_with(BOM) { BOM.len_utf8() } else { 0 };
    Source { name, text: without_bom(text), kind, changed: false, offset }
}

fn without_bom(text: String) -> String {
    text.strip_prefix(BOM).map(str::to_owned).unwrap_or(text)
}

/// A path without the `.` in it, so that a file named in two ways is read once.
fn plain(path: &Path) -> PathBuf {
    path.components().filter(|component| *component != Component::CurDir).collect()
}

fn slashes(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::config::ConfigSource;

    struct Read {
        sets: Vec<FactSet>,
        sources: Sources,
        diagnostics: Vec<Diagnostic>,
    }

    fn read(root: &Path, table: &Value) -> Result<Read, Unreadable> {
        let mut project = Project::of_host(root, HostConfig::default());
        let text = project.sources.get(project.book_toml).text.clone();
        let source = ConfigSource { name: "database", table: Some(table), book_toml: project.book_toml, text: &text };
        let config = Config::parse(source, &mut project.diagnostics);
        let sets = read_facts(&mut project, &config)?;
        Ok(Read { sets, sources: project.sources, diagnostics: project.diagnostics })
    }

    fn book(files: &[(&str, &[u8])]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for (name, bytes) in files {
            fs::write(root.path().join(name), bytes).unwrap();
        }
        root
    }

    #[test]
    fn a_file_of_two_sets_is_read_once() {
        let root = book(&[("a.toml", b"x = 1"), ("b.toml", b"y = 2")]);
        let table = json!({"facts": {"a.md": ["a.toml", "b.toml"], "b.md": ["./b.toml"]}});
        let read = read(root.path(), &table).unwrap();
        assert_eq!(read.diagnostics, []);
        assert_eq!(read.sets[0].files[1], read.sets[1].files[0]);
        assert_eq!(read.sources.get(read.sets[0].files[0]).text, "x = 1");
        assert_eq!(read.sources.get(read.sets[0].files[1]).name, "b.toml");
    }

    #[test]
    fn a_missing_file_is_shown_where_it_is_named_and_init_offered() {
        let root = book(&[("book.toml", b"[preprocessor.database]\nfacts = \"no.toml\"\n")]);
        let read = read(root.path(), &json!({"facts": "no.toml"})).unwrap();
        assert!(read.sets[0].incomplete);
        let [diagnostic] = &read.diagnostics[..] else { panic!("{:?}", read.diagnostics) };
        assert_eq!(diagnostic.code, Code::MissingFactsFile);
        assert_eq!(read.sources.slice(diagnostic.place.span), "\"no.toml\"");
        assert!(format!("{:?}", diagnostic.subs).contains("mdbook-database init"));
    }

    #[test]
    fn a_missing_file_of_two_sets_is_one_mistake() {
        let root = book(&[]);
        let table = json!({"facts": {"a.md": "no.toml", "b.md": "no.toml"}});
        assert_eq!(read(root.path(), &table).unwrap().diagnostics.len(), 1);
    }

    #[test]
    fn a_directory_in_place_of_a_file_is_the_worlds_fault() {
        let root = book(&[]);
        fs::create_dir(root.path().join("database.toml")).unwrap();
        let error = read(root.path(), &json!({})).map(drop).unwrap_err().to_string();
        assert!(error.starts_with("failed to read `") && error.contains("database.toml`: "), "{error}");
    }

    #[test]
    fn a_file_that_is_not_utf8_is_shown_at_the_byte() {
        let root = book(&[("database.toml", b"a = \"\xff\"\n")]);
        let read = read(root.path(), &json!({})).unwrap();
        assert_eq!(read.diagnostics[0].code, Code::InvalidToml);
        assert_eq!(read.sources.slice(read.diagnostics[0].place.span), "\u{fffd}");
        assert_eq!(read.sets[0].unknown, read.sets[0].files);
    }

    #[test]
    fn a_byte_order_mark_is_counted_and_not_part_of_the_text() {
        let root = book(&[("database.toml", "\u{feff}a = 1".as_bytes())]);
        let read = read(root.path(), &json!({})).unwrap();
        let source = read.sources.get(read.sets[0].files[0]);
        assert_eq!((source.text.as_str(), source.offset), ("a = 1", 3));
    }

    #[test]
    fn a_chapter_is_compared_with_its_file() {
        let root = book(&[("same.md", b"a\r\nb"), ("bom.md", "\u{feff}a".as_bytes()), ("other.md", b"a\nb")]);
        for (name, text, changed, offset) in [
            ("same.md", "a\r\nb", false, 0),
            ("bom.md", "a", false, 3),
            ("other.md", "a\r\nb", true, 0),
            ("gone.md", "a", true, 0),
        ] {
            let mut chapter = source(SourceKind::Chapter, name.to_owned(), text.to_owned());
            compare_with_file(&mut chapter, root.path());
            assert_eq!((chapter.changed, chapter.offset), (changed, offset), "{name}");
        }
    }

    #[test]
    fn chapters_are_named_from_the_root() {
        assert_eq!(chapter_name("src", "a/b.md"), "src/a/b.md");
        assert_eq!(chapter_name("./docs/", "b.md"), "docs/b.md");
        assert_eq!(chapter_name(".", "b.md"), "b.md");
    }

    #[test]
    fn a_forge_names_files_from_the_root_of_the_repository() {
        let outer = tempfile::tempdir().unwrap();
        let root = outer.path().join("docs/book");
        fs::create_dir_all(&root).unwrap();
        assert_eq!(prefix_in_repository(&root, Some(outer.path())).as_deref(), Some("docs/book/"));
        assert_eq!(prefix_in_repository(&root, Some(&root)), None);
        fs::create_dir(outer.path().join("docs/.git")).unwrap();
        assert_eq!(prefix_in_repository(&root, None).as_deref(), Some("book/"));
        let elsewhere = tempfile::tempdir().unwrap();
        assert_eq!(prefix_in_repository(&root, Some(elsewhere.path())).as_deref(), Some("book/"));
    }

    fn on_disk(root: &Path) -> Project {
        Project::on_disk(root, [("MDBOOK_PREPROCESSOR__DATABASE__DRAFT".into(), "true".into())]).unwrap()
    }

    #[test]
    fn without_mdbook_the_configuration_is_that_of_the_file_and_the_environment() {
        let root = book(&[("book.toml", b"[book]\nsrc = \"docs\"\n[preprocessor.database]\nerd = \"text\"\n")]);
        let project = on_disk(root.path());
        assert_eq!(project.host.src, "docs");
        assert_eq!(project.host.preprocessors["database"], json!({"draft": true, "erd": "text"}));
        let error = Project::on_disk(&root.path().join("no"), []).map(drop).unwrap_err().to_string();
        assert!(error.contains("book.toml"), "{error}");
    }

    #[test]
    fn chapters_are_those_of_the_summary_that_have_a_text() {
        let root = book(&[("book.toml", b"")]);
        let src = root.path().join("src");
        fs::create_dir(&src).unwrap();
        let summary = "[Pre](./README.md)\n\n# Part\n\n- [A](a.md)\n  - [B](b.md)\n- [Draft]()\n- [Gone](gone.md)\n";
        for (name, text) in [("SUMMARY.md", summary), ("README.md", "r"), ("a.md", "\u{feff}a"), ("b.md", "b\r\n")] {
            fs::write(src.join(name), text).unwrap();
        }
        let chapters = on_disk(root.path()).read_chapters().unwrap();
        let found: Vec<_> = chapters.iter().map(|chapter| (chapter.path.as_str(), chapter.text.as_str())).collect();
        assert_eq!(found, [("README.md", "r"), ("a.md", "a"), ("b.md", "b\r\n")]);
    }

    #[test]
    fn a_book_without_a_summary_cannot_be_read() {
        let root = book(&[("book.toml", b"")]);
        let error = on_disk(root.path()).read_chapters().unwrap_err().to_string();
        assert!(error.contains("SUMMARY.md"), "{error}");
    }

    #[test]
    fn a_chapter_that_is_no_text_cannot_be_read() {
        let root = book(&[("book.toml", b"")]);
        let src = root.path().join("src");
        fs::create_dir(&src).unwrap();
        fs::write(src.join("SUMMARY.md"), "- [A](a.md)\n").unwrap();
        fs::write(src.join("a.md"), b"\xff").unwrap();
        let error = on_disk(root.path()).read_chapters().unwrap_err().to_string();
        assert!(error.contains("a.md"), "{error}");
    }

    #[test]
    fn names_lead_from_the_current_directory() {
        let elsewhere = tempfile::tempdir().unwrap();
        let root = slashes(&fs::canonicalize(elsewhere.path()).unwrap());
        assert_eq!(prefix_from_here(elsewhere.path()), Some(root + "/"));
        assert_eq!(prefix_from_here(Path::new(".")), None);
        assert_eq!(prefix_from_here(Path::new("src/fill")).as_deref(), Some("src/fill/"));
    }
}
