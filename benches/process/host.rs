//! What a preprocessor adds to a build by real mdBook, which writes its JSON in hundreds of thousands of pieces.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use mdbook_driver::MDBook;
use mdbook_driver::config::Config;
use mdbook_preprocessor::errors::Result;

use super::input::{self, Templates};

/// Writes a book of `chapters` chapters that mdBook can read.
pub(crate) fn write(root: &Path, chapters: usize) -> Result<()> {
    input::write_facts(root)?;
    let src = root.join("src");
    fs::create_dir_all(&src)?;
    let mut summary = String::from("# Summary\n\n");
    for (number, (path, content)) in input::chapters(chapters, Templates::One).enumerate() {
        summary.push_str(&format!("- [Chapter {number}]({path})\n"));
        fs::write(src.join(path), content)?;
    }
    fs::write(src.join("SUMMARY.md"), summary)?;
    Ok(())
}

/// The time that mdBook takes to build the book as Markdown, without or with a preprocessor. Reading the book from
/// disk, which no preprocessor changes, does not count.
pub(crate) fn build(root: &Path, command: Option<&str>) -> Result<Duration> {
    let mut config = Config::default();
    config.set("output.markdown.x", true)?;
    if let Some(command) = command {
        config.set("preprocessor.database.command", command)?;
        config.set("preprocessor.database.renderers", ["markdown"])?;
    }
    let book = MDBook::load_with_config(root, config)?;
    let start = Instant::now();
    book.build()?;
    Ok(start.elapsed())
}
