//! Without a command: the preprocessor, as mdBook runs it.

use std::io::BufWriter;

use super::terminal::{say, style_of_stderr, variable, workspace};
use super::{Exit, WIRING};
use crate::preprocessor::{self, Failure, Telling};
use crate::protocol::Refusal;
use crate::report::{self, ColorChoice, Format};
use crate::stdio;

/// Bytes that are gathered before they are written; what is longer is written as it is.
const OUTPUT_BUFFER: usize = 64 * 1024;

/// All of stdin is read before anything is written, as mdBook writes it all before it reads.
pub(super) fn execute() -> Exit {
    let input = match stdio::read_stdin() {
        Ok(input) => input,
        Err(error) => {
            say(&format!("error: failed to read the book from stdin: {error}\n"));
            return Exit::World;
        }
    };
    let mut output = BufWriter::with_capacity(OUTPUT_BUFFER, stdio::Stdout::new());
    let telling = telling_of_build();
    match preprocessor::preprocess_holding(&input, &mut output, &telling) {
        Ok((done, report)) => {
            // The process ends here, and with it its memory, which need not be given back piece by piece.
            std::mem::forget(done);
            say(&report);
            Exit::Done
        }
        Err(failure) => {
            // What is left in the buffer has nobody to read it.
            drop(output.into_parts());
            let refused = if let Failure::Input(refusal) = &failure { telling.refused(refusal) } else { None };
            let text = refused.or_else(|| stopped(&failure, telling.format));
            let exit = exit_of(&failure);
            // Whoever ran the program by hand learns how it is meant to be run.
            let advice = if exit == Exit::Usage { format!("\n{WIRING}") } else { String::new() };
            say(&text.unwrap_or_else(|| format!("{failure}\n{advice}")));
            exit
        }
    }
}

/// During a build the environment decides: mdBook has no options for its preprocessors.
fn telling_of_build() -> Telling {
    let wanted = variable("MDBOOK_DATABASE_FORMAT");
    let format = wanted.as_deref().and_then(Format::from_name);
    if let Some(unknown) = wanted.filter(|name| format.is_none() && !name.is_empty()) {
        let known: Vec<_> = Format::ALL.iter().map(|format| format.as_str()).collect();
        let known = known.join(", ");
        say(&format!("warning: `MDBOOK_DATABASE_FORMAT` is `{unknown}`, which is none of {known}\n"));
    }
    let format = format.unwrap_or_default();
    let annotate = variable("GITHUB_ACTIONS").as_deref() == Some("true");
    Telling { format, style: style_of_stderr(ColorChoice::Auto), annotate, repository: workspace() }
}

fn exit_of(failure: &Failure) -> Exit {
    match failure {
        Failure::Documentation(_) => Exit::Documentation,
        Failure::Input(Refusal::Empty | Refusal::NotJson(_) | Refusal::NotMdbook) => Exit::Usage,
        Failure::Input(_) | Failure::Unreadable(_) | Failure::Output(_) => Exit::World,
    }
}

/// The document for programs about what is no mistake of the documentation.
fn stopped(failure: &Failure, format: Format) -> Option<String> {
    match failure {
        Failure::Documentation(_) => None,
        Failure::Input(_) | Failure::Unreadable(_) | Failure::Output(_) => {
            let message = failure.to_string();
            let message = message.strip_prefix("error: ").unwrap_or(&message);
            report::stopped(message, exit_of(failure) as u8, format)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    #[test]
    fn what_came_on_stdin_decides_between_wrong_use_and_a_broken_world() {
        assert_eq!(exit_of(&Failure::Input(Refusal::Empty)), Exit::Usage);
        assert_eq!(exit_of(&Failure::Input(Refusal::TooDeep)), Exit::World);
        assert_eq!(exit_of(&Failure::Output(io::Error::other("full"))), Exit::World);
    }
}
