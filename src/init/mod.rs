//! `init`: texts of a book completed from its templates, each a function of the old text.

mod book_toml;
mod complete;
mod lines;
mod plan;
mod summary;
#[cfg(test)]
mod tests;

pub use book_toml::{Wired, new_book, wire};
pub use complete::{Completed, complete};
pub use plan::{Plan, plan};
pub use summary::{NEW as NEW_SUMMARY, add_chapter};

/// Keys from the root of the facts.
type Path = Vec<String>;

/// The template for books that have none.
pub const TEMPLATE: &str = include_str!("template.md");

/// The head of a new facts file for the templates of these paths.
pub fn head(templates: &[&str]) -> String {
    let templates = templates.iter().map(|path| plan::one_line(path)).collect::<Vec<_>>().join(", ");
    format!(
        "# The facts of {templates}. `mdbook-database` puts them in place of the brackets.
#
# Take the `#` away in front of a key and write the fact between the quotes: Markdown, a number, true or false, a
# date, or an array of those. The line above a key is what the page asks for.
# What a list or table of the page has no place for may be added under a key of your own.
#
# A section that you have no use for is left out of the book: delete its table, and write in the table above it (or
# at the top of the file, if there is none above) `name_of_the_section = false`. `[]` at a key leaves out one item.
# `mdbook-database check` says what is still missing.
"
    )
}
