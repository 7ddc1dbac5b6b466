//! `check`: the gate without a build.

use super::book::{BookArgument, OpenBook};
use super::terminal::{color_parser, format_parser, print, say, style_of_stderr, style_of_stdout, workspace};
use super::{Exit, Stop};
use crate::coverage;
use crate::diagnostic::{Code, Progress};
use crate::job::{Done, Purpose};
use crate::lints::Level;
use crate::project::{prefix_from_here, prefix_in_repository};
use crate::report::{ColorChoice, Format, Report, Style, render, stopped};
use crate::wording::counted;

const EXAMPLES: &str = "Examples:
  mdbook-database check                     the book in this directory
  mdbook-database check docs                the one in `docs`
  mdbook-database check --coverage          how much of each section is filled
  mdbook-database check --min-coverage 80   80 % is enough, whatever is missing
  mdbook-database check --format github     annotations on a pull request
  mdbook-database check --format sarif > database.sarif

Messages for people (`human`, `short`) go to stderr, and the table of
`--coverage` to stdout. The other formats go to stdout; file names in `github`
and `sarif` are relative to the repository.

Exit codes: 0 complete, 1 incomplete or wrong, 2 wrong use, 3 a file cannot be
read or written.";

/// Checks the book without building it: what is missing, what is wrong
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Check {
    #[command(flatten)]
    book: BookArgument,
    /// How messages are written
    #[arg(long, value_name = "FORMAT", default_value = "human", value_parser = format_parser())]
    format: Format,
    /// Whether text for people is coloured
    #[arg(long, value_name = "WHEN", default_value = "auto", value_parser = color_parser())]
    color: ColorChoice,
    /// Also print how much of each section is filled
    #[arg(long)]
    coverage: bool,
    /// Missing facts only fail the check if less than this percentage of the placeholders is filled
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=100))]
    min_coverage: Option<u8>,
}

impl Check {
    /// A program that asked for a document gets one, whatever happens.
    pub(super) fn execute(self) -> Result<Exit, Stop> {
        let format = self.format;
        self.check().inspect_err(|stop| {
            if let Some(document) = stopped(stop.message(), stop.exit() as u8, format) {
                // Where stdout is what failed, there is nobody to tell.
                let _ = print(&document);
            }
        })
    }

    fn check(self) -> Result<Exit, Stop> {
        let book = OpenBook::open(&self.book.root)?;
        let wired = book.project.host.preprocessors.contains_key(book.project.host.own_name());
        let (_, mut done) = book.run("html", Purpose::Check)?;
        let progress = done.progress.clone();
        let share = coverage::of_book(&progress);
        let too_little = self.min_coverage.filter(|&least| share.percent() < usize::from(least));
        if self.min_coverage.is_some() && too_little.is_none() {
            soften(&mut done);
        }
        let failed = self.tell(done)?;
        if !failed && too_little.is_none() && self.format == Format::Human {
            say(&praise(&progress));
        }
        if !wired && self.format == Format::Human {
            say(UNWIRED);
        }
        if self.coverage {
            self.show(&progress)?;
        }
        if let Some(least) = too_little {
            let percent = share.percent();
            say(&format!("error: {percent} % of the placeholders are filled; `--min-coverage` asks for {least} %\n"));
        }
        Ok(if failed || too_little.is_some() { Exit::Documentation } else { Exit::Done })
    }

    /// Writes the messages; returns whether they fail the gate.
    fn tell(&self, done: Done) -> Result<bool, Stop> {
        let Done { mut sources, config, diagnostics, progress, .. } = done;
        let report = Report::new(diagnostics, progress, &config.lints, config.draft, &sources);
        if let Some(prefix) = self.prefix() {
            sources.prefix_names(&prefix);
        }
        match self.format {
            Format::Human | Format::Short => {
                say(&render(&report, &sources, self.format, style_of_stderr(self.color)));
            }
            _ => print(&render(&report, &sources, self.format, Style::default()))?,
        }
        Ok(report.failed())
    }

    /// What stands before the names of files: a forge looks from the root of the repository, people from here, and
    /// programs know which book they asked about.
    fn prefix(&self) -> Option<String> {
        match self.format {
            Format::Github | Format::Sarif => prefix_in_repository(&self.book.root, workspace().as_deref()),
            Format::Human | Format::Short => prefix_from_here(&self.book.root),
            Format::Json => None,
        }
    }

    fn show(&self, progress: &[Progress]) -> Result<(), Stop> {
        match self.format {
            Format::Human | Format::Short => print(&coverage::table(progress, style_of_stdout(self.color)))?,
            Format::Json => print(&coverage::json_lines(progress))?,
            Format::Github | Format::Sarif => say(&coverage::table(progress, style_of_stderr(self.color))),
        }
        Ok(())
    }
}

/// Missing facts only warn: enough is filled.
fn soften(done: &mut Done) {
    if done.config.lints.level(Code::UnfilledPlaceholder) != Some(Level::Allow) {
        done.config.lints.set(Code::UnfilledPlaceholder, Level::Warn);
    }
}

/// The gate is not part of the build.
const UNWIRED: &str = "note: `book.toml` has no `[preprocessor.database]`, so `mdbook build` does not check this\n\
                       help: `mdbook-database init` adds it\n";

/// What there is to say where nothing is wrong. That there is no template at all is easily a mistake.
fn praise(progress: &[Progress]) -> String {
    if progress.is_empty() {
        return "note: no chapter of this book is a template\n\
                help: `mdbook-database init` adds one; a chapter declares itself by `<!-- template -->` above its title\n"
            .to_owned();
    }
    let complete = progress.iter().filter(|page| page.sections.iter().all(|section| section.complete));
    complete
        .map(|page| {
            let total = coverage::of_template(page).total;
            format!("{} is complete ({})\n", page.chapter, counted(total, "placeholder"))
        })
        .collect()
}
