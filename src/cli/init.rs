//! `init`: wires a book, and writes or completes its facts files.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use similar::TextDiff;

use super::book::{BookArgument, OpenBook};
use super::file::{self, Replacement};
use super::terminal::{color_parser, print, say, style_of_stderr};
use super::{Exit, Stop};
use crate::diagnostic::{Code, Diagnostic};
use crate::facts::{self, FactIds};
use crate::init::{self, Plan};
use crate::job::{Done, FilledTemplate, Purpose};
use crate::json_schema;
use crate::project::{FileChapter, Project};
use crate::report::{ColorChoice, Format, Report, render};
use crate::secret;
use crate::source::Sources;
use crate::template;
use crate::wording::counted;

const EXAMPLES: &str = "Examples:
  mdbook-database init                        wire the book in this directory
  mdbook-database init docs --dry-run         only show what would change
  mdbook-database init --new handbook         make a book in `handbook`
  mdbook-database init --template service.md  with a template of your own

Run it again after a template has changed: it adds what is new. Nothing that
is there is overwritten; every line of `database.toml`, `book.toml` and
`SUMMARY.md` stays. Only the `.schema.json` beside the facts, which editors
read, is written anew.";

/// Wires a book, and writes or completes database.toml from its template
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Init {
    #[command(flatten)]
    book: BookArgument,
    /// Make a book where there is none
    #[arg(long)]
    new: bool,
    /// Show the changes and make none
    #[arg(long)]
    dry_run: bool,
    /// The template for a book that has none; by default the built-in one
    #[arg(long, value_name = "FILE.md")]
    template: Option<PathBuf>,
    /// Whether messages are coloured
    #[arg(long, value_name = "WHEN", default_value = "auto", value_parser = color_parser())]
    color: ColorChoice,
}

/// A file to be written, named from the root of the book.
struct Change {
    name: String,
    old: Option<String>,
    new: String,
    /// What happened to it, in words.
    what: String,
    /// Nobody writes it by hand, so nobody wants to read the difference.
    generated: bool,
}

impl Change {
    fn new(name: &str, old: Option<String>, new: String, what: String) -> Change {
        Change { name: name.to_owned(), old, new, what, generated: false }
    }
}

/// A book that is being completed.
struct Work {
    root: PathBuf,
    changes: Vec<Change>,
    notes: Vec<String>,
}

/// A chapter to be added.
struct NewChapter {
    path: String,
    text: String,
    /// The file is there and is a template.
    exists: bool,
}

impl Init {
    pub(super) fn execute(self) -> Result<Exit, Stop> {
        let root = self.book.root.clone();
        if root.is_file() {
            return Err(Stop::Usage(super::book::no_book(&root)));
        }
        let mut work = Work { root: root.clone(), changes: Vec::new(), notes: Vec::new() };
        let old_book = read(&root.join("book.toml"))?;
        if old_book.is_none() && !self.new {
            return Err(Stop::Usage(super::book::no_book(&root)));
        }
        let book = old_book.clone().unwrap_or_else(|| init::new_book(&title_of(&root)));
        let mut book_now = self.look(&book, Vec::new())?;
        if self.tell_unreadable(&book_now.done) {
            return Ok(Exit::Documentation);
        }
        let new = match book_now.done.templates.is_empty() {
            true => Some(self.new_chapter(&book_now.src)?),
            false => None,
        };
        if new.is_none() && self.template.is_some() {
            work.notes.push("the book has a template already, so `--template` is not used".to_owned());
        }
        let undeclared = new.as_ref().filter(|new| !template::declares_itself(&new.text));
        let facts = book_now.done.config.facts.iter().flat_map(|set| set.files.iter().map(|file| file.value.clone()));
        let facts: Vec<String> = facts.collect();
        let wired = init::wire(&book, &book_now.own_name, &facts, undeclared.map(|new| new.path.as_str()))
            .map_err(|error| Stop::World(format!("`book.toml` is not valid TOML: {error}")))?;
        if let Some(new) = new {
            work.add_chapter(&book_now, &new)?;
            let mut chapters = book_now.chapters;
            if !chapters.iter().any(|chapter| chapter.path == new.path) {
                chapters.push(FileChapter { path: new.path, text: new.text });
            }
            book_now = self.look(&wired.text, chapters)?;
        }
        if book_now.done.templates.is_empty() {
            let help = "`templates` in `[preprocessor.database]` of `book.toml` names none of its chapters";
            return Err(Stop::Usage(format!("the book has no template: {help}")));
        }
        work.facts(&book_now)?;
        let what = format!("added {}", wired.added.join(" and "));
        work.note(Change::new("book.toml", old_book, wired.text, what));
        self.finish(work)
    }

    /// Runs the book as it would be, with these chapters instead of those that `SUMMARY.md` lists.
    fn look(&self, book_toml: &str, known: Vec<FileChapter>) -> Result<Looked, Stop> {
        let project = Project::from_text(&self.book.root, book_toml, std::env::vars_os());
        let src = project.host.src.clone();
        let own_name = project.host.own_name().to_owned();
        let chapters = match known.is_empty() && self.book.root.join(&src).join("SUMMARY.md").exists() {
            true => project.read_chapters()?,
            false => known,
        };
        let (chapters, done) = OpenBook { project, chapters }.run("html", Purpose::Look)?;
        Ok(Looked { chapters, done, src, own_name })
    }

    /// Says what cannot be read, if there is such a thing.
    fn tell_unreadable(&self, done: &Done) -> bool {
        let unreadable = |diagnostic: &&Diagnostic| diagnostic.code == Code::InvalidToml;
        let found: Vec<_> = done.diagnostics.iter().filter(unreadable).cloned().collect();
        if found.is_empty() {
            return false;
        }
        let report = Report::new(found, Vec::new(), &done.config.lints, false, &done.sources);
        say(&render(&report, &done.sources, Format::Human, style_of_stderr(self.color)));
        true
    }

    /// The template for a book that has none: what is there under its name, or the given one, or the built-in one.
    fn new_chapter(&self, src: &str) -> Result<NewChapter, Stop> {
        let (path, given) = match &self.template {
            Some(file) => {
                let text = read(file)?.ok_or_else(|| Stop::World(format!("there is no file `{}`", file.display())))?;
                (file.file_name().unwrap_or_default().to_string_lossy().into_owned(), text)
            }
            None => ("database.md".to_owned(), init::TEMPLATE.to_owned()),
        };
        let target = self.book.root.join(src).join(&path);
        match read(&target)? {
            None => Ok(NewChapter { path, text: given, exists: false }),
            Some(text) if text == given || template::declares_itself(&text) => {
                Ok(NewChapter { path, text, exists: true })
            }
            Some(_) => Err(Stop::Usage(format!(
                "`{}` exists and does not say that it is a template\nhelp: put `<!-- template -->` above its title, or \
                 name your template with `--template`",
                target.display()
            ))),
        }
    }

    fn finish(&self, work: Work) -> Result<Exit, Stop> {
        let Work { root, changes, notes } = work;
        if self.dry_run {
            print(&changes.iter().filter(|change| !change.generated).map(difference).collect::<String>())?;
            for change in changes.iter().filter(|change| change.generated) {
                say(&format!("note: {}: {}\n", change.name, change.what));
            }
        } else {
            // Better nothing than a part.
            let files = changes.iter().map(|change| Replacement {
                path: root.join(&change.name),
                old: change.old.as_deref(),
                new: &change.new,
            });
            file::write_all(&files.collect::<Vec<_>>())?;
            print(&changes.iter().map(|change| format!("{}: {}\n", change.name, change.what)).collect::<String>())?;
        }
        for note in &notes {
            say(&format!("note: {note}\n"));
        }
        say(&advice(&changes, self.dry_run));
        Ok(Exit::Done)
    }
}

/// What a look at a book found.
struct Looked {
    chapters: Vec<FileChapter>,
    done: Done,
    src: String,
    own_name: String,
}

impl Work {
    /// Notes a change, if it is one.
    fn note(&mut self, change: Change) {
        if change.old.as_ref() != Some(&change.new) {
            self.changes.push(change);
        }
    }

    fn add_chapter(&mut self, book: &Looked, new: &NewChapter) -> Result<(), Stop> {
        let in_src = |name: &str| crate::project::chapter_name(&book.src, name);
        if !new.exists {
            let what = "written, the template".to_owned();
            self.note(Change::new(&in_src(&new.path), None, new.text.clone(), what));
        }
        if book.chapters.iter().any(|chapter| chapter.path == new.path) {
            return Ok(());
        }
        let summary = in_src("SUMMARY.md");
        let old = read(&self.root.join(&summary))?;
        let text = old.clone().unwrap_or_else(|| init::NEW_SUMMARY.to_owned());
        let title = template_title(&new.text).unwrap_or_else(|| "Database".to_owned());
        let new = init::add_chapter(&text, &title, &new.path);
        self.note(Change::new(&summary, old, new, format!("added the chapter \"{title}\"")));
        Ok(())
    }

    /// Completes the first facts file of each set that a template is filled from.
    fn facts(&mut self, book: &Looked) -> Result<(), Stop> {
        let done = &book.done;
        let mut files: Vec<(String, Vec<&FilledTemplate>)> = Vec::new();
        for page in &done.templates {
            let Some(&first) = done.facts.get(page.set).and_then(|set| set.first()) else { continue };
            let name = &done.sources.get(first).name;
            match files.iter_mut().find(|(known, _)| known == name) {
                Some((_, pages)) => pages.push(page),
                None => files.push((name.clone(), vec![page])),
            }
        }
        for (name, pages) in files {
            self.facts_file(&name, &pages, book)?;
        }
        Ok(())
    }

    fn facts_file(&mut self, name: &str, pages: &[&FilledTemplate], book: &Looked) -> Result<(), Stop> {
        let Looked { chapters, done, .. } = book;
        let mut plan = Plan::default();
        let mut names = Vec::new();
        for page in pages {
            let text = &done.sources.get(page.source).text;
            init::plan(text, &page.template, &page.filled.statuses, &mut plan);
            names.extend(chapters.get(page.chapter).map(|chapter| chapter.path.as_str()));
        }
        let schema = schema_name(name);
        let schema_file = schema.rsplit('/').next().unwrap_or_default();
        let old = read(&self.root.join(name))?;
        let text = old.clone().unwrap_or_else(|| init::head(&names));
        let source = Sources::default().add(crate::source::SourceKind::Facts, name, "");
        let root = facts::parse(source, &text, &mut FactIds::default(), &mut Vec::new());
        let completed = init::complete(&text, &root, &plan, Some(&format!("./{schema_file}")));
        let places = counted(completed.added, "place");
        let what = match (&old, completed.added) {
            (None, _) => format!("written, with {places} to fill in"),
            (Some(_), 0) => "named its schema".to_owned(),
            (Some(_), _) => format!("added {places} to fill in"),
        };
        self.note(Change::new(name, old, completed.text, what));
        self.notes.extend(completed.notes.iter().map(|note| format!("{name}: {note}")));
        let old_schema = read(&self.root.join(&schema))?;
        let pages: Vec<_> = pages
            .iter()
            .map(|page| json_schema::Page { text: &done.sources.get(page.source).text, template: &page.template })
            .collect();
        let what = "written, for editors".to_owned();
        let schema = Change::new(&schema, old_schema, json_schema::render(name, &pages), what);
        self.note(Change { generated: true, ..schema });
        Ok(())
    }
}

/// `database.toml` has its schema in `database.schema.json`.
fn schema_name(facts: &str) -> String {
    format!("{}.schema.json", facts.strip_suffix(".toml").unwrap_or(facts))
}

fn read(path: &Path) -> Result<Option<String>, Stop> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Stop::World(format!("failed to read `{}`: {error}", path.display()))),
    }
}

/// The name of the directory, as the title of a new book.
fn title_of(root: &Path) -> String {
    let absolute = std::path::absolute(root).unwrap_or_else(|_| root.to_owned());
    absolute.file_name().map_or_else(|| "Documentation".to_owned(), |name| name.to_string_lossy().into_owned())
}

/// The first heading without the mark.
fn template_title(text: &str) -> Option<String> {
    let heading = text.lines().find_map(|line| line.strip_prefix("# "))?;
    let title = heading.replace("[TEMPLATE]", "").replace(['[', ']'], "");
    Some(title.trim().to_owned()).filter(|title| !title.is_empty())
}

fn difference(change: &Change) -> String {
    // The lines around a change are printed, too.
    let shown = |text: &str| match change.name.ends_with(".toml") {
        true => secret::concealed(text.to_owned()),
        false => text.to_owned(),
    };
    let (old, new) = (shown(change.old.as_deref().unwrap_or_default()), shown(&change.new));
    let from = if change.old.is_some() { format!("a/{}", change.name) } else { "/dev/null".to_owned() };
    let diff = TextDiff::from_lines(old.as_str(), new.as_str());
    diff.unified_diff().header(&from, &format!("b/{}", change.name)).to_string()
}

fn advice(changes: &[Change], dry_run: bool) -> String {
    match (changes.is_empty(), dry_run) {
        (true, _) => "nothing to do: the facts have every place of the templates\n".to_owned(),
        (false, true) => "nothing was written: this is what `init` without `--dry-run` would change\n".to_owned(),
        (false, false) => "next: take the `#` away in front of a key of the facts, write the fact between the quotes, \
                           and run `mdbook-database check`\n"
            .to_owned(),
    }
}
