//! Builds a book with mdBook and this program, without either being installed: `cargo run --example build-book`.
//!
//! Takes the directory of the book, by default `book-example`, and prints where its page is.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use mdbook_driver::MDBook;
use mdbook_driver::config::Config;
use mdbook_driver::errors::{Error, Result};

fn main() -> ExitCode {
    let root = std::env::args_os().nth(1).map_or_else(example_book, PathBuf::from);
    match build(&root) {
        Ok(page) => {
            report(&format!("The book is built: {}", page.display()));
            ExitCode::SUCCESS
        }
        Err(error) => {
            report(&format!("The book is not built: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn example_book() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("book-example")
}

#[expect(clippy::print_stderr, reason = "an example talks to whoever runs it")]
fn report(text: &str) {
    eprintln!("{text}");
}

/// Builds the book and returns its first page.
fn build(root: &Path) -> Result<PathBuf> {
    let program = program()?;
    let mut config = Config::from_disk(root.join("book.toml"))?;
    config.update_from_env()?;
    config.set("preprocessor.database.command", format!("'{}'", program.display().to_string().replace('\\', "/")))?;
    let book = MDBook::load_with_config(root, config)?;
    book.build()?;
    let pages = book.build_dir_for("html");
    Ok(pages.join("index.html"))
}

/// The preprocessor itself, built beside this example and like it.
fn program() -> Result<PathBuf> {
    let example = std::env::current_exe()?;
    let profile = example.parent().and_then(Path::parent).ok_or_else(|| Error::msg("not run by cargo"))?;
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--quiet", "--bin", "mdbook-database", "--manifest-path"]);
    cargo.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml"));
    if profile.ends_with("release") {
        cargo.arg("--release");
    }
    if !cargo.status()?.success() {
        return Err(Error::msg("`cargo build` failed"));
    }
    Ok(profile.join(format!("mdbook-database{}", std::env::consts::EXE_SUFFIX)))
}
