//! Fills the brackets of documentation templates from facts, as a preprocessor of mdBook.
//!
//! A run passes these stages, each of which takes plain data and returns plain data; what is wrong becomes a
//! [`diagnostic::Diagnostic`], and the run goes on, so that one run reports everything.
//!
//! 1. [`protocol`]: what mdBook sends, read without decoding what nobody looks at.
//! 2. [`config`]: `[preprocessor.database]`, checked key by key, with the levels of [`lints`].
//! 3. [`project`]: the files of the book, each read once; they are kept in [`source::Sources`]. What mdBook will
//!    [`include`](mod@include) in a template is looked at, too.
//! 4. [`job`]: one run, from configuration and chapters to new chapters; [`book`] is the part of it without files.
//! 5. [`facts`]: `database.toml` as a tree of values with their places, several files merged.
//! 6. [`schema`]: the typed part of the facts, tables with columns and references.
//! 7. [`template`]: a chapter, read as blocks of [`markdown`], as sections, runs and placeholders, each with its
//!    address ([`slug`]).
//! 8. [`fill`]: facts meet placeholders, and become edits; [`vocabulary`] knows what speaks of a schema, [`erd`] draws.
//! 9. [`place`]: how a value is written where it stands, so that the Markdown around it keeps its structure.
//! 10. [`splice`]: the edits applied; every other byte stays as it is.
//! 11. [`reference`](mod@reference), [`secret`]: facts named in other chapters, and facts that must not be published.
//! 12. [`report`]: the diagnostics in order, for people and for machines.
//!
//! [`preprocessor`] and [`cli`] are the edge: standard streams, environment and exit codes are theirs alone.
//!
//! ```
//! use mdbook_database::facts::FactIds;
//! use mdbook_database::fill::{Facts, Options, fill};
//! use mdbook_database::source::{SourceKind, Sources};
//! use mdbook_database::{erd, facts, schema, template};
//!
//! let page = "## 1. Overview\n\n- **Version:** [e.g., PostgreSQL 16]\n";
//! let toml = "[overview]\nversion = \"17.6\"\n";
//! let mut sources = Sources::default();
//! let source = sources.add(SourceKind::Chapter, "src/database.md", page);
//! let first = sources.add(SourceKind::Facts, "database.toml", toml);
//! let mut diagnostics = Vec::new();
//!
//! let template = template::parse(page, &|_| false);
//! assert_eq!(template.placeholders[0].address.as_deref(), Some("overview.version"));
//!
//! let root = facts::parse(first, toml, &mut FactIds::default(), &mut diagnostics);
//! let tables = facts::Table::default();
//! let schema = schema::parse(&tables, &mut diagnostics);
//! let facts = Facts { root: &root, schema: &schema, first, sources: &sources, elsewhere: &|_| false };
//! let options = Options {
//!     source,
//!     chapter: "database.md",
//!     optional: &[],
//!     required: &[],
//!     draft: false,
//!     erd: erd::Format::Svg,
//!     guard_includes: true,
//!     allow_html: true,
//! };
//! let filled = fill(page, &template, facts, options);
//! assert_eq!(filled.text, "## 1. Overview\n\n- **Version:** 17.6\n");
//! assert!(diagnostics.is_empty() && filled.diagnostics.is_empty());
//! ```

mod agree;
pub mod book;
pub mod cli;
pub mod config;
pub mod coverage;
pub mod diagnostic;
mod draft;
pub mod erd;
pub mod facts;
pub mod fill;
#[cfg(test)]
mod fixture;
mod html;
pub mod include;
pub mod init;
pub mod job;
pub mod json_schema;
mod leftover;
pub mod lints;
pub mod markdown;
pub mod nearest;
pub mod outline;
pub mod parallel;
pub mod place;
pub mod preprocessor;
pub mod project;
pub mod protocol;
pub mod reference;
pub mod report;
pub mod schema;
pub mod secret;
pub mod slug;
pub mod source;
pub mod splice;
mod stdio;
pub mod template;
pub mod vocabulary;
mod wanted;
mod wording;
