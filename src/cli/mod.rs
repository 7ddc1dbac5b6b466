//! The command line: what was asked for, where bytes come from and go to, and the exit code.

mod book;
mod check;
mod completions;
mod file;
mod init;
mod man;
mod outline;
mod preprocess;
mod progress;
mod render;
mod schema;
mod target;
mod terminal;

use std::ffi::OsString;
use std::fmt;
use std::io::{self, IsTerminal};
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

use crate::project::Unreadable;
use terminal::say;

const ABOUT: &str = "An mdBook preprocessor that fills a bracketed database template from database.toml and fails \
                     the build while a required section is still unfilled.";

const WIRING: &str = "mdBook runs this program. Put this into book.toml and run `mdbook build`:

    [preprocessor.database]
    facts = \"database.toml\"
    renderers = [\"html\"]
";

const EXIT_CODES: &str = "Exit codes:
  0  done
  1  the documentation is incomplete or wrong
  2  wrong use
  3  the world failed: a file that cannot be read or written, a broken pipe
";

#[derive(Debug, Parser)]
#[command(name = "mdbook-database", version, about = ABOUT, after_help = format!("{WIRING}\n{EXIT_CODES}"))]
#[command(max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    Init(init::Init),
    Outline(outline::Outline),
    Check(check::Check),
    Render(render::Render),
    Schema(schema::Schema),
    Completions(completions::Completions),
    Man(man::Manual),
    /// Tells mdBook that a renderer is supported: every one is
    #[command(after_help = "mdBook calls this; there is no need to.")]
    Supports {
        /// The renderer's name, e.g. `html`
        renderer: String,
    },
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Exit {
    Done = 0,
    Documentation = 1,
    Usage = 2,
    World = 3,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit as u8)
    }
}

/// Why a command ended before it had anything to report.
#[derive(Debug)]
enum Stop {
    /// What was asked for makes no sense here.
    Usage(String),
    /// A file cannot be read or written.
    World(String),
}

impl Stop {
    fn exit(&self) -> Exit {
        match self {
            Stop::Usage(_) => Exit::Usage,
            Stop::World(_) => Exit::World,
        }
    }

    fn message(&self) -> &str {
        let (Stop::Usage(text) | Stop::World(text)) = self;
        text
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", self.message())
    }
}

impl From<Unreadable> for Stop {
    fn from(error: Unreadable) -> Self {
        Stop::World(error.to_string())
    }
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Stop::World(format!("failed to write to stdout: {error}"))
    }
}

/// The command line as clap knows it, for completions and the manual pages.
pub fn command() -> clap::Command {
    Arguments::command()
}

/// Does what the command line asks for.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    if let Some(asked) = asked_by_host(&arguments) {
        return dispatch(asked.command).into();
    }
    match Arguments::try_parse_from(arguments) {
        Ok(arguments) => dispatch(arguments.command).into(),
        Err(error) => {
            // Help and version are no mistakes; clap sends them to stdout.
            let exit = if error.use_stderr() { Exit::Usage } else { Exit::Done };
            match error.print() {
                Ok(()) => exit.into(),
                Err(error) => {
                    say(&format!("{}\n", Stop::from(error)));
                    Exit::World.into()
                }
            }
        }
    }
}

/// The two command lines of mdBook, which starts this program twice at every build. To read them takes less than to set
/// up all that a command line may hold.
fn asked_by_host(arguments: &[OsString]) -> Option<Arguments> {
    match arguments {
        [_program] => Some(Arguments { command: None }),
        [_program, supports, renderer] if supports == "supports" => {
            let renderer = renderer.to_str().filter(|name| !name.starts_with('-'))?.to_owned();
            Some(Arguments { command: Some(Command::Supports { renderer }) })
        }
        _ => None,
    }
}

fn dispatch(command: Option<Command>) -> Exit {
    let ended = match command {
        // A "no" would let mdBook skip the gate without a word; what to leave out is its own `renderers` key.
        Some(Command::Supports { renderer: _ }) => Ok(Exit::Done),
        Some(Command::Init(init)) => init.execute(),
        Some(Command::Outline(outline)) => outline.execute(),
        Some(Command::Check(check)) => check.execute(),
        Some(Command::Render(render)) => render.execute(),
        Some(Command::Schema(schema)) => schema.execute(),
        Some(Command::Completions(completions)) => completions.execute(),
        Some(Command::Man(manual)) => manual.execute(),
        None if io::stdin().is_terminal() => {
            say(&format!("{ABOUT}\n\n{WIRING}\n`mdbook-database --help` lists what else it does.\n"));
            Ok(Exit::Usage)
        }
        None => Ok(preprocess::execute()),
    };
    ended.unwrap_or_else(|stop| {
        say(&format!("{stop}\n"));
        stop.exit()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(words: &[&str]) -> Vec<OsString> {
        std::iter::once("mdbook-database").chain(words.iter().copied()).map(OsString::from).collect()
    }

    #[test]
    fn what_mdbook_asks_means_what_the_command_line_says() {
        for words in [&[][..], &["supports", "html"], &["supports", "not html"]] {
            let asked = asked_by_host(&line(words)).expect("mdBook asks so");
            let read = Arguments::try_parse_from(line(words)).unwrap();
            assert_eq!(format!("{asked:?}"), format!("{read:?}"), "{words:?}");
        }
    }

    #[test]
    fn all_else_is_left_to_the_command_line() {
        for words in [&["supports"][..], &["supports", "--help"], &["supports", "a", "b"], &["check"], &["--version"]] {
            assert!(asked_by_host(&line(words)).is_none(), "{words:?}");
        }
    }
}
