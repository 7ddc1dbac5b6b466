//! `render`: the filled Markdown, for repositories without mdBook.

use std::fs;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use serde_json::{Value, json};

use super::target::Target;
use super::terminal::{color_parser, print, say, style_of_stderr};
use super::{Exit, Stop, file};
use crate::config::DEFAULT_FACTS;
use crate::job::{Done, Purpose};
use crate::project::{FileChapter, chapter_name, prefix_from_here};
use crate::report::{ColorChoice, Format, Report, render};
use crate::source::{SourceKind, Sources};

const EXAMPLES: &str = "Examples:
  mdbook-database render                    the only template of the book here
  mdbook-database render . backend.md       a chapter of it
  mdbook-database render src/backend.md     the same
  mdbook-database render TEMPLATE.md --facts database.toml -o README.md
  mdbook-database render src/database.md --erd mermaid

Nothing is written if something is missing or wrong; `--draft` writes all the
same.";

/// Writes the filled Markdown to stdout or into a file
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Render {
    /// The directory of the book, or a Markdown file
    #[arg(value_name = "BOOK or FILE.md", default_value = ".")]
    target: PathBuf,
    /// The chapter, if the book has several templates: its path in `src`
    #[arg(value_name = "CHAPTER")]
    chapter: Option<String>,
    /// The facts of a file that belongs to no book; the first that says a thing wins
    #[arg(long, value_name = "FILE", num_args = 1..)]
    facts: Vec<PathBuf>,
    /// Where to write; by default stdout
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// How relationships are drawn; by default as the book says, but text in place of a picture
    #[arg(long, value_name = "FORM")]
    erd: Option<Erd>,
    /// Write even if something is missing, with its brackets
    #[arg(long)]
    draft: bool,
    /// Whether messages are coloured
    #[arg(long, value_name = "WHEN", default_value = "auto", value_parser = color_parser())]
    color: ColorChoice,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Erd {
    /// A picture, as HTML in the Markdown
    Svg,
    /// A Mermaid block
    Mermaid,
    /// Text
    Text,
}

impl Render {
    pub(super) fn execute(self) -> Result<Exit, Stop> {
        let mut target = Target::find(&self.target, &self.facts)?;
        if target.book.project.is_of_files() && self.facts.is_empty() && !Path::new(DEFAULT_FACTS).is_file() {
            return Err(Stop::Usage(without_facts(&self.target)));
        }
        match &self.chapter {
            Some(_) if target.chapter.is_some() => {
                return Err(Stop::Usage("a file has no chapters: leave out the second argument".to_owned()));
            }
            Some(chapter) => target = target.with_chapter(chapter)?,
            None => {}
        }
        self.adjust(&mut target);
        let renderer = if matches!(self.erd, Some(Erd::Svg)) { "html" } else { "markdown" };
        let Target { book, chapter } = target;
        let (root, src) = (book.project.root.clone(), book.project.host.src.clone());
        let (mut chapters, mut done) = book.run(renderer, Purpose::Check)?;
        self.spare_inputs(&root, &done.sources)?;
        let chapter = match chapter {
            Some(chapter) => chapter,
            None => only_template(&chapters, &done)?,
        };
        if let Some(own) = chapters.get(chapter) {
            keep_to(&own.path, &src, &mut done);
        }
        let (changes, failed) = self.tell(done, &root);
        if failed {
            return Ok(Exit::Documentation);
        }
        let changed = changes.into_iter().find(|(index, _)| *index == chapter).map(|(_, text)| text);
        let text = changed.unwrap_or_else(|| chapters.swap_remove(chapter).text);
        match &self.output {
            Some(path) => file::write(path, &text)?,
            None => print(&text)?,
        }
        Ok(Exit::Done)
    }

    /// A template that is overwritten with its page is lost, and so are facts.
    fn spare_inputs(&self, root: &Path, sources: &Sources) -> Result<(), Stop> {
        let Some(output) = &self.output else { return Ok(()) };
        let Ok(target) = fs::canonicalize(output) else { return Ok(()) };
        let is_input = |name: &str| fs::canonicalize(root.join(name)).is_ok_and(|path| path == target);
        match sources.names().any(is_input) {
            true => Err(Stop::Usage(format!(
                "`{}` is what the page is made from\nhelp: name another file",
                output.display()
            ))),
            false => Ok(()),
        }
    }

    /// Puts the options into the configuration.
    fn adjust(&self, target: &mut Target) {
        let host = &mut target.book.project.host;
        let name = host.own_name().to_owned();
        let table = host.preprocessors.entry(name).or_insert_with(|| json!({}));
        let Value::Object(table) = table else { return };
        if let Some(erd) = self.erd.and_then(|erd| erd.to_possible_value()) {
            table.insert("erd".to_owned(), json!(erd.get_name()));
        }
        if self.draft {
            table.insert("draft".to_owned(), json!(true));
        }
    }

    /// Writes the messages; returns the new texts of chapters, and whether the gate fails.
    fn tell(&self, done: Done, root: &Path) -> (Vec<(usize, String)>, bool) {
        let Done { mut sources, config, diagnostics, progress, changes, .. } = done;
        if let Some(prefix) = prefix_from_here(root) {
            sources.prefix_names(&prefix);
        }
        let report = Report::new(diagnostics, progress, &config.lints, config.draft, &sources);
        say(&render(&report, &sources, Format::Human, style_of_stderr(self.color)));
        (changes, report.failed())
    }
}

/// Drops what there is to say about other chapters: here they do not matter.
fn keep_to(path: &str, src: &str, done: &mut Done) {
    let name = chapter_name(src, path);
    let Done { sources, diagnostics, progress, .. } = done;
    diagnostics.retain(|diagnostic| {
        let source = sources.get(diagnostic.place.span.source);
        source.kind != SourceKind::Chapter || source.name == name
    });
    progress.retain(|progress| progress.chapter == path);
}

/// That a file lies in no book, which would say where its facts are.
fn without_facts(file: &Path) -> String {
    let file = file.display();
    format!(
        "`{file}` lies in no book, and there is no `{DEFAULT_FACTS}` here\n\
         help: name its facts: `mdbook-database render {file} --facts FILE`"
    )
}

fn only_template(chapters: &[FileChapter], done: &Done) -> Result<usize, Stop> {
    let templates: Vec<usize> = done.templates.iter().map(|template| template.chapter).collect();
    match templates.as_slice() {
        [only] => Ok(*only),
        // Nothing was filled: the report says why.
        [] if !done.diagnostics.is_empty() => Ok(0),
        [] => Err(Stop::Usage("the book has no template\nhelp: name a chapter".to_owned())),
        several => {
            let names = several.iter().filter_map(|&at| chapters.get(at));
            let names: Vec<_> = names.map(|chapter| format!("  mdbook-database render . {}", chapter.path)).collect();
            Err(Stop::Usage(format!("the book has several templates: say which\n{}", names.join("\n"))))
        }
    }
}
