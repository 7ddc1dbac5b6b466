//! The whole book: stand-in with the types of the core, which returns every chapter unchanged.

use crate::config::Config;
use crate::diagnostic::{Diagnostic, Progress};
use crate::project::FactSet;
use crate::source::{SourceId, Sources};

/// One chapter as it came.
#[derive(Clone, Copy, Debug)]
pub struct Chapter<'a> {
    /// Path in `src`, as mdBook gives it.
    pub path: &'a str,
    /// Path in `src` of the file.
    pub source_path: &'a str,
    /// The Markdown.
    pub text: &'a str,
    /// The same text among the sources.
    pub source: SourceId,
    /// It is a template.
    pub declared: bool,
}

/// What is to be filled.
#[derive(Debug)]
pub struct Input<'a> {
    /// The configuration.
    pub config: &'a Config,
    /// The renderer.
    pub renderer: &'a str,
    /// All texts.
    pub sources: &'a Sources,
    /// The chapters that may concern this program.
    pub chapters: Vec<Chapter<'a>>,
    /// The paths of all chapters of the book, for links.
    pub paths: Vec<&'a str>,
    /// The facts files, merged sets in the order of the configuration.
    pub facts: Vec<FactSet>,
    /// mdBook expands `{{#include}}` after this program.
    pub guard_includes: bool,
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The new text of each chapter of the input; `None` where it is unchanged.
    pub chapters: Vec<Option<String>>,
    /// What is to be said.
    pub diagnostics: Vec<Diagnostic>,
    /// How complete each template is.
    pub progress: Vec<Progress>,
}

/// Fills the templates of a book.
pub fn fill(input: &Input<'_>) -> Outcome {
    Outcome { chapters: vec![None; input.chapters.len()], ..Outcome::default() }
}
