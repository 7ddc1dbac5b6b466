//! Writes the manual pages, one for each command, for those who make packages: `cargo run --example man DIRECTORY`.

use std::path::PathBuf;

fn main() -> std::io::Result<()> {
    let directory = std::env::args_os().nth(1).map_or_else(|| PathBuf::from("target/man"), PathBuf::from);
    std::fs::create_dir_all(&directory)?;
    clap_mangen::generate_to(mdbook_database::cli::command(), directory)
}
