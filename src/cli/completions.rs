//! `completions`: what a shell needs to complete the command line.

use clap_complete::Shell;

use super::terminal::print;
use super::{Exit, Stop};

const EXAMPLES: &str = "Examples:
  d=~/.local/share/bash-completion/completions
  mdbook-database completions bash > $d/mdbook-database
  mdbook-database completions zsh > ~/.zfunc/_mdbook-database
  d=~/.config/fish/completions
  mdbook-database completions fish > $d/mdbook-database.fish
  mdbook-database completions powershell >> $PROFILE

The directory must be there. For zsh, `fpath+=~/.zfunc` must stand in `.zshrc`
before `compinit`.";

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
        print(&mended(&String::from_utf8_lossy(&script)))?;
        Ok(Exit::Done)
    }
}

/// The script for bash as it was meant: `clap_complete` 4.6 takes the hyphen in the name of the program for the border
/// of a command, where it lists what a command takes, and not where it asks for it.
fn mended(script: &str) -> String {
    script.replace("mdbook__subcmd__database", "mdbook__database")
}
