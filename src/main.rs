//! The program `mdbook-database`: arguments in, exit code out.

use std::process::ExitCode;

fn main() -> ExitCode {
    mdbook_database::cli::run(std::env::args_os())
}
