//! The command line: what was asked for, where bytes come from and go to, and the exit code.

use std::io::{self, BufWriter, IsTerminal, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::preprocessor::{self, Failure, Telling};
use crate::protocol::Refusal;
use crate::report::{ColorChoice, Format, Style, use_color};
use crate::stdio;

/// Bytes that are gathered before they are written; what is longer is written as it is.
const OUTPUT_BUFFER: usize = 64 * 1024;

const ABOUT: &str = "An mdBook preprocessor that fills a bracketed database template from database.toml and fails \
                     the build while a required section is still unfilled.";

const WIRING: &str = "mdBook runs this program. Put this into book.toml and run `mdbook build`:

    [preprocessor.database]
    facts = \"database.toml\"
    renderers = [\"html\"]
";

#[derive(Debug, Parser)]
#[command(name = "mdbook-database", version, about = ABOUT, after_help = WIRING)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Tells mdBook that a renderer is supported: every one is
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

/// Does what the command line asks for.
pub fn run(arguments: impl IntoIterator<Item = std::ffi::OsString>) -> ExitCode {
    match Arguments::try_parse_from(arguments) {
        Ok(arguments) => dispatch(arguments.command).into(),
        Err(error) => {
            // Help and version are no mistakes; clap sends them to stdout.
            let exit = if error.use_stderr() { Exit::Usage } else { Exit::Done };
            if error.print().is_ok() { exit.into() } else { Exit::World.into() }
        }
    }
}

fn dispatch(command: Option<Command>) -> Exit {
    match command {
        // A "no" would let mdBook skip the gate without a word; what to leave out is its own `renderers` key.
        Some(Command::Supports { renderer: _ }) => Exit::Done,
        None if io::stdin().is_terminal() => {
            say(&format!("{ABOUT}\n\n{WIRING}\n`mdbook-database --help` lists what else it does.\n"));
            Exit::Usage
        }
        None => preprocess(),
    }
}

/// The preprocessor: all of stdin is read before anything is written, as mdBook writes it all before it reads.
fn preprocess() -> Exit {
    let input = match stdio::read_stdin() {
        Ok(input) => input,
        Err(error) => {
            say(&format!("error: failed to read the book from stdin: {error}\n"));
            return Exit::World;
        }
    };
    let mut output = BufWriter::with_capacity(OUTPUT_BUFFER, stdio::Stdout::new());
    match preprocessor::preprocess(&input, &mut output, telling_of_build()) {
        Ok(report) => {
            say(&report);
            Exit::Done
        }
        Err(failure) => {
            // What is left in the buffer has nobody to read it.
            drop(output.into_parts());
            say(&format!("{failure}\n{}", advice(&failure)));
            exit_of(&failure)
        }
    }
}

/// During a build the environment decides: mdBook has no options for its preprocessors.
fn telling_of_build() -> Telling {
    let variable = |name: &str| std::env::var(name).ok();
    let (no_color, force) = (variable("NO_COLOR"), variable("CLICOLOR_FORCE"));
    let color = use_color(
        ColorChoice::Auto,
        no_color.as_deref(),
        force.as_deref(),
        variable("TERM").as_deref(),
        io::stderr().is_terminal(),
    );
    let format = variable("MDBOOK_DATABASE_FORMAT").and_then(|name| Format::from_name(&name)).unwrap_or_default();
    let annotate = variable("GITHUB_ACTIONS").as_deref() == Some("true");
    Telling { format, style: Style { color, width: None }, annotate }
}

fn exit_of(failure: &Failure) -> Exit {
    match failure {
        Failure::Documentation(_) => Exit::Documentation,
        Failure::Input(Refusal::Empty | Refusal::NotJson(_) | Refusal::NotMdbook) => Exit::Usage,
        Failure::Input(_) | Failure::Unreadable(_) | Failure::Output(_) => Exit::World,
    }
}

/// What to do, where that is not plain from the failure.
fn advice(failure: &Failure) -> String {
    match failure {
        Failure::Input(Refusal::Empty | Refusal::NotJson(_) | Refusal::NotMdbook) => format!("\n{WIRING}"),
        _ => String::new(),
    }
}

/// Writes to stderr. That it is closed cannot be told to anybody.
fn say(text: &str) {
    let _ = io::stderr().write_all(text.as_bytes());
}
