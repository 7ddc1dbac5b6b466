//! `completions`: what a shell needs to complete the command line.

use clap_complete::Shell;

use super::terminal::print;
use super::{Exit, Stop};

const EXAMPLES: &str = "Examples:
  mdbook-database completions bash > ~/.local/share/bash-completion/completions/mdbook-database
  mdbook-database completions zsh > ~/.zfunc/_mdbook-database
  mdbook-database completions fish > ~/.config/fish/completions/mdbook-database.fish
  mdbook-database completions powershell >> $PROFILE";

/// Prints completions for a shell
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Completions {
    /// The shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

impl Completions {
    pub(super) fn execute(self) -> Result<Exit, Stop> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut super::command(), env!("CARGO_PKG_NAME"), &mut script);
        print(&String::from_utf8_lossy(&script))?;
        Ok(Exit::Done)
    }
}
