//! The book on disk: `book.toml`, the facts files, and whether a chapter is still what its file says.

use std::collections::HashMap;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use glob::Pattern;

use crate::config::{Config, Located};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{Source, SourceId, SourceKind, Sources};

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

/// Adds `book.toml` to the sources; an empty text where there is none, as when another program holds the book.
pub fn read_book_toml(root: &Path, sources: &mut Sources) -> SourceId {
    let text = fs::read_to_string(root.join("book.toml")).unwrap_or_default();
    sources.push(source(SourceKind::Config, "book.toml".to_owned(), text))
}

/// Reads the facts files that the configuration names, each once.
///
/// A file that is not there is a diagnostic at its name in `book.toml`; one that cannot be read is an error.
pub fn read_facts(
    root: &Path,
    config: &Config,
    sources: &mut Sources,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Vec<FactSet>, Unreadable> {
    let mut known = HashMap::new();
    let mut sets = Vec::with_capacity(config.facts.len());
    for set in &config.facts {
        let mut files = Vec::with_capacity(set.files.len());
        for file in &set.files {
            let path = plain(Path::new(&file.value));
            let id = match known.get(&path) {
                Some(&id) => id,
                None => read_facts_file(root, file, &path, sources, diagnostics)?,
            };
            known.insert(path, id);
            files.extend(id);
        }
        let incomplete = files.len() < set.files.len();
        sets.push(FactSet { templates: set.templates.clone(), files, incomplete });
    }
    Ok(sets)
}

/// Reads one facts file; `None` if it is not there.
fn read_facts_file(
    root: &Path,
    file: &Located<String>,
    path: &Path,
    sources: &mut Sources,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Option<SourceId>, Unreadable> {
    let location = root.join(path);
    let bytes = match fs::read(&location) {
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
            diagnostics.push(Diagnostic::new(Code::InvalidToml, title, span, "not UTF-8"));
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
    match fs::read_to_string(root.join(&chapter.name)) {
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

fn source(kind: SourceKind, name: String, text: String) -> Source {
    let stripped = text.strip_prefix(BOM).map(str::to_owned);
    let offset = if stripped.is_some() { BOM.len_utf8() } else { 0 };
    Source { name, text: stripped.unwrap_or(text), kind, changed: false, offset }
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
        let mut sources = Sources::default();
        let mut diagnostics = Vec::new();
        let book_toml = read_book_toml(root, &mut sources);
        let text = sources.get(book_toml).text.clone();
        let source = ConfigSource { name: "database", table: Some(table), book_toml, text: &text };
        let config = Config::parse(source, &mut diagnostics);
        let sets = read_facts(root, &config, &mut sources, &mut diagnostics)?;
        Ok(Read { sets, sources, diagnostics })
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
}
