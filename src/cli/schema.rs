//! `schema`: a JSON Schema for the facts of a book.

use super::book::{BookArgument, OpenBook};
use super::terminal::print;
use super::{Exit, Stop};
use crate::job::Purpose;
use crate::json_schema::{self, Page};

const EXAMPLES: &str = "Examples:
  mdbook-database schema > database.schema.json
  mdbook-database schema docs --facts backend.toml

`init` writes the schema beside the facts and names it in their first line:

  #:schema ./database.schema.json

Taplo and the extension Even Better TOML read that line: they complete keys and
show the prompts of the template.";

/// Prints a JSON Schema (draft 7) of this book's database.toml
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Schema {
    #[command(flatten)]
    book: BookArgument,
    /// Which facts file, if the book has several; by default the first
    #[arg(long, value_name = "FILE")]
    facts: Option<String>,
}

impl Schema {
    pub(super) fn execute(self) -> Result<Exit, Stop> {
        let book = OpenBook::open(&self.book.root)?;
        let (_, done) = book.run("html", Purpose::Look)?;
        let names = |set: usize| done.facts.get(set).into_iter().flatten().map(|&file| &*done.sources.get(file).name);
        let wanted = match &self.facts {
            Some(wanted) => wanted.trim_start_matches("./"),
            None => done.templates.iter().find_map(|page| names(page.set).next()).unwrap_or_default(),
        };
        let own = done.templates.iter().filter(|page| names(page.set).any(|name| name == wanted));
        let pages: Vec<_> =
            own.map(|page| Page { text: &done.sources.get(page.source).text, template: &page.template }).collect();
        if pages.is_empty() {
            return Err(Stop::Usage(match &self.facts {
                Some(wanted) => format!("no template of the book takes its facts from `{wanted}`"),
                None => "the book has no template\nhelp: `mdbook-database init` adds one".to_owned(),
            }));
        }
        print(&json_schema::render(wanted, &pages))?;
        Ok(Exit::Done)
    }
}
