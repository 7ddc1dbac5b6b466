//! `[preprocessor.database]`: what a book says about this program, checked key by key.

mod book_toml;
mod locate;
mod reader;

use glob::{MatchOptions, Pattern};
use regex::Regex;
use serde_json::Value;

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::lints::Lints;
use crate::nearest::nearest;
use crate::source::{SourceId, Span};

pub use book_toml::{book_from_toml, overrides};
pub use locate::Locator;
use reader::Reader;

/// The facts file of a book that names none.
pub const DEFAULT_FACTS: &str = "database.toml";

/// The keys of the table that are this program's; with those of mdBook, all that may stand there.
const KEYS: &[&str] = &[
    "facts",
    "templates",
    "optional",
    "optional-sections",
    "required",
    "draft",
    "erd",
    "lints",
    "literals",
    "allow-html",
    "allow-secrets",
];

/// The keys that mdBook itself reads in a preprocessor's table.
const HOST_KEYS: &[&str] = &["command", "before", "after", "renderers"];

/// A value with its place in `book.toml`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located<T> {
    /// The value.
    pub value: T,
    /// Its place; the whole of `book.toml` where that says nothing of it.
    pub span: Span,
}

/// Facts files that are merged, and the templates they are for.
#[derive(Clone, Debug)]
pub struct FactFiles {
    /// The templates; `None` for all.
    pub templates: Option<Pattern>,
    /// Paths relative to the root of the book; the first that says a thing wins.
    pub files: Vec<Located<String>>,
}

/// A section that may, or may not, stay unfilled.
#[derive(Clone, Debug)]
pub struct SectionRule {
    /// The templates it is about; `None` for all.
    pub templates: Option<Pattern>,
    /// The section's address, as written.
    pub address: String,
    /// Its place.
    pub span: Span,
}

/// How entity relationships are drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Erd {
    /// As a picture that needs no script.
    #[default]
    Svg,
    /// As a Mermaid block.
    Mermaid,
    /// As text.
    Text,
}

/// The checked configuration.
#[derive(Clone, Debug)]
pub struct Config {
    /// Sets of facts files in the order of the file; for a template, the first that matches counts.
    pub facts: Vec<FactFiles>,
    /// Which chapters are templates, relative to `src`; `None` for those that declare themselves.
    pub templates: Option<Vec<Located<Pattern>>>,
    /// Sections that may stay unfilled.
    pub optional: Vec<SectionRule>,
    /// Sections that may not.
    pub required: Vec<SectionRule>,
    /// Build what is incomplete, and only warn.
    pub draft: bool,
    /// How relationships are drawn.
    pub erd: Erd,
    /// Levels by code.
    pub lints: Lints,
    /// Texts that are never placeholders; each matches a whole text.
    pub literals: Vec<Regex>,
    /// Values may hold HTML.
    pub allow_html: bool,
    /// Addresses of facts that look like secrets and are none.
    pub allow_secrets: Vec<Located<String>>,
    /// What it says of templates and facts may be lost to a mistake, which was told.
    pub in_doubt: bool,
}

/// Where a configuration comes from.
#[derive(Clone, Copy, Debug)]
pub struct ConfigSource<'a> {
    /// The table's name below `preprocessor`, usually `database`.
    pub name: &'a str,
    /// The table as the host hands it over, with environment variables applied.
    pub table: Option<&'a Value>,
    /// `book.toml` itself, for the places of messages.
    pub book_toml: SourceId,
    /// Its text; empty where it cannot be read.
    pub text: &'a str,
}

impl Config {
    /// Reads the table. What is wrong goes to `diagnostics`, and the default stands in for it.
    pub fn parse(source: ConfigSource<'_>, diagnostics: &mut Vec<Diagnostic>) -> Config {
        let locator = Locator::new(source.book_toml, source.text, source.name);
        let mut reader = Reader::new(&locator, diagnostics);
        let mut config = Config::unset(&locator);
        match source.table {
            None => {}
            Some(Value::Object(table)) => {
                for (key, value) in table {
                    let told = reader.told();
                    config.set(key, value, &mut reader);
                    config.in_doubt |= is_of_files(key) && reader.told() > told;
                }
            }
            Some(value) => reader.wrong_form(&[], value, "a table"),
        }
        config
    }

    /// The configuration of a book that says nothing.
    fn unset(locator: &Locator<'_>) -> Config {
        let file = Located { value: DEFAULT_FACTS.to_owned(), span: locator.table() };
        Config {
            facts: vec![FactFiles { templates: None, files: vec![file] }],
            templates: None,
            optional: Vec::new(),
            required: Vec::new(),
            draft: false,
            erd: Erd::default(),
            lints: Lints::default(),
            literals: Vec::new(),
            allow_html: true,
            allow_secrets: Vec::new(),
            in_doubt: false,
        }
    }

    /// Takes one key of the table.
    fn set(&mut self, key: &str, value: &Value, reader: &mut Reader<'_, '_>) {
        match key {
            "facts" => self.facts = reader.facts(value).unwrap_or_else(|| std::mem::take(&mut self.facts)),
            "templates" => self.templates = reader.patterns(key, value),
            // mdBook 0.5 has a boolean of this name and refuses a list there, hence the longer name.
            "optional" if reader.boolean_like(value) => {}
            "optional" | "optional-sections" => self.optional.extend(reader.sections(key, value)),
            "required" => self.required = reader.sections(key, value),
            "draft" => self.draft = reader.boolean(key, value).unwrap_or(self.draft),
            "erd" => self.erd = reader.erd(value).unwrap_or(self.erd),
            "lints" => self.lints = reader.lints(value).into_iter().collect(),
            "literals" => self.literals = reader.literals(value),
            "allow-html" => self.allow_html = reader.boolean(key, value).unwrap_or(self.allow_html),
            "allow-secrets" => self.allow_secrets = reader.strings(&[key.into()], value),
            key if HOST_KEYS.contains(&key) => {}
            key => reader.unknown_key(key, KEYS),
        }
    }

    /// Whether a mistake of that code fails the run.
    pub fn fails(&self, code: Code) -> bool {
        self.lints.severity(code, self.draft) == Some(Severity::Error)
    }

    /// Whether a text in brackets is never a placeholder.
    pub fn is_literal(&self, text: &str) -> bool {
        self.literals.iter().any(|pattern| pattern.is_match(text))
    }

    /// Whether `templates` names this chapter; `None` where chapters declare themselves.
    pub fn declares(&self, path: &str) -> Option<bool> {
        let patterns = self.templates.as_ref()?;
        Some(patterns.iter().any(|pattern| matches(&pattern.value, path)))
    }

    /// The facts files of a template: an index into [`Config::facts`].
    pub fn facts_of(&self, path: &str) -> Option<usize> {
        self.facts.iter().position(|set| applies(set.templates.as_ref(), path))
    }
}

impl SectionRule {
    /// Whether the rule is about this chapter.
    pub fn applies_to(&self, path: &str) -> bool {
        applies(self.templates.as_ref(), path)
    }
}

/// Whether a key, or what was meant by it, says which templates and facts there are.
fn is_of_files(key: &str) -> bool {
    let of_files = ["facts", "templates"];
    of_files.contains(&key) || nearest(key, of_files).is_some()
}

fn applies(pattern: Option<&Pattern>, path: &str) -> bool {
    pattern.is_none_or(|pattern| matches(pattern, path))
}

/// `*` stays within a directory, `**` does not, and a dot is a character like any other.
pub(crate) fn matches(pattern: &Pattern, path: &str) -> bool {
    let options =
        MatchOptions { case_sensitive: true, require_literal_separator: true, require_literal_leading_dot: false };
    pattern.matches_with(&path.replace('\\', "/"), options)
}

#[cfg(test)]
mod tests;
