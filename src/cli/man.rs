//! `man`: the manual pages, for packagers and for those who install by cargo, which installs none.

use std::io;
use std::path::PathBuf;

use super::terminal::print;
use super::{Exit, Stop};

const EXAMPLES: &str = "Examples:
  mdbook-database man | man -l -                  read it
  mdbook-database man ~/.local/share/man/man1     install it
  man mdbook-database-check                       read what is installed";

/// Prints the manual page, or writes one for each command into a directory
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Manual {
    /// The directory for the pages; by default the main page goes to stdout
    #[arg(value_name = "DIRECTORY")]
    directory: Option<PathBuf>,
}

impl Manual {
    pub(super) fn execute(self) -> Result<Exit, Stop> {
        let Some(directory) = self.directory else {
            let mut page = Vec::new();
            clap_mangen::Man::new(super::command()).render(&mut page)?;
            print(&String::from_utf8_lossy(&page))?;
            return Ok(Exit::Done);
        };
        let failed = |error: io::Error| {
            Stop::World(format!("failed to write manual pages to `{}`: {error}", directory.display()))
        };
        std::fs::create_dir_all(&directory).map_err(failed)?;
        clap_mangen::generate_to(super::command(), &directory).map_err(failed)?;
        Ok(Exit::Done)
    }
}
