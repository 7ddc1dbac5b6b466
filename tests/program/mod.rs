//! The built program, run as nobody's surroundings could change what it prints.

#![allow(dead_code, reason = "each test takes what it needs")]

use std::path::Path;
use std::process::{Command, Output, Stdio};

/// The file of the program.
pub(crate) const FILE: &str = env!("CARGO_BIN_EXE_mdbook-database");

/// Variables that decide what is printed, and how.
const VARIABLES: [&str; 7] =
    ["NO_COLOR", "CLICOLOR_FORCE", "GITHUB_ACTIONS", "GITHUB_WORKSPACE", "MDBOOK_DATABASE_FORMAT", "COLUMNS", "TERM"];

/// The program in a directory, with nothing on stdin.
pub(crate) fn program(directory: &Path) -> Command {
    let mut program = Command::new(FILE);
    program.current_dir(directory).stdin(Stdio::null());
    VARIABLES.iter().for_each(|name| _ = program.env_remove(name));
    program
}

/// As `command` in `book.toml` names it, between its quotes.
pub(crate) fn command() -> String {
    format!("'{}'", FILE.replace('\\', "/"))
}

/// Runs a command with this on its stdin.
pub(crate) fn fed(mut command: Command, input: &[u8]) -> Output {
    let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    std::thread::scope(|scope| {
        scope.spawn(move || std::io::Write::write_all(&mut stdin, input).unwrap());
        child.wait_with_output().unwrap()
    })
}

/// Output as text.
pub(crate) fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}
