//! `outline`: every address of a book's templates, and what became of it.

use std::path::PathBuf;

use clap::ValueEnum;

use super::target::Target;
use super::terminal::{color_parser, print, say, style_of_stderr, style_of_stdout};
use super::{Exit, Stop};
use crate::diagnostic::{Code, Severity};
use crate::job::{Done, Purpose};
use crate::outline::{self, Page};
use crate::report::{ColorChoice, Format, Report, render};

const EXAMPLES: &str = "Examples:
  mdbook-database outline                     every template of the book here
  mdbook-database outline src/database.md     one of its chapters
  mdbook-database outline README.md           a file without a book
  mdbook-database outline README.md --facts database.toml
  mdbook-database outline --format json |
      jq -r '.[] | select(.status == \"missing\").address'

What became of a placeholder: `filled` by a fact, `derived` from the tables,
`removed` because a fact or the rules leave it out, `missing`, or `optional`:
missing in a section that may stay unfilled.";

/// Shows the sections of the templates, with every address and what is filled
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Outline {
    /// The directory of the book, or a Markdown file
    #[arg(value_name = "BOOK or FILE.md", default_value = ".")]
    target: PathBuf,
    /// The facts of a file that belongs to no book; the first that says a thing wins
    #[arg(long, value_name = "FILE", num_args = 1..)]
    facts: Vec<PathBuf>,
    /// How it is written
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: OutlineFormat,
    /// Whether text for people is coloured
    #[arg(long, value_name = "WHEN", default_value = "auto", value_parser = color_parser())]
    color: ColorChoice,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum OutlineFormat {
    /// A tree for people
    Human,
    /// One JSON array of all placeholders
    Json,
}

impl Outline {
    pub(super) fn execute(self) -> Result<Exit, Stop> {
        let Target { book, chapter } = Target::find(&self.target, &self.facts)?;
        let (chapters, done) = book.run("html", Purpose::Look)?;
        let wanted = |index: usize| chapter.is_none_or(|chapter| chapter == index);
        let templates = done.templates.iter().filter(|template| wanted(template.chapter));
        let pages = templates.filter_map(|template| {
            let source = done.sources.get(template.source);
            let chapter = &chapters.get(template.chapter)?.path;
            Some(Page {
                chapter,
                text: &source.text,
                offset: source.offset,
                template: &template.template,
                filled: &template.filled,
            })
        });
        let pages: Vec<_> = pages.collect();
        match self.format {
            OutlineFormat::Human if pages.is_empty() => say("note: there is no template here\n"),
            OutlineFormat::Human => print(&outline::human(&pages, style_of_stdout(self.color)))?,
            OutlineFormat::Json => print(&outline::json(&pages))?,
        }
        Ok(self.complain(done))
    }

    /// Says what makes the outline unreliable: facts and configuration that cannot be read.
    fn complain(&self, done: Done) -> Exit {
        let Done { sources, config, mut diagnostics, .. } = done;
        diagnostics.retain(|diagnostic| matches!(diagnostic.code, Code::InvalidToml | Code::UnknownOption));
        let report = Report::new(diagnostics, Vec::new(), &config.lints, config.draft, &sources);
        say(&render(&report, &sources, Format::Human, style_of_stderr(self.color)));
        let unreadable = report.findings.iter().any(|(severity, _)| *severity == Severity::Error);
        if unreadable { Exit::Documentation } else { Exit::Done }
    }
}
