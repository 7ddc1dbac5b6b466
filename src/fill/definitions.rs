//! Definitions of links and footnotes: the template's outlive the part that they stand in, and no value says them anew.

use std::collections::{HashMap, HashSet};

use super::Filler;
use super::write::container_prefix;
use crate::diagnostic::{Code, Diagnostic};
use crate::facts::{FactId, Value};
use crate::markdown::{self, blocks::Definition};
use crate::source::Span;

/// A definition in a value.
pub(super) struct Said {
    /// Folded; that of a footnote begins with `^`.
    label: String,
    value: FactId,
    span: Span,
    address: String,
}

/// Definitions may use others: so often are those looked for.
const ROUNDS: usize = 4;

impl<'f> Filler<'_, 'f> {
    /// Notes the definitions in a value that stands on the page as blocks.
    pub(super) fn note_definitions(&mut self, markdown: &str, value: &Value<'f>, address: &str) {
        let bytes = markdown.as_bytes();
        if !memchr::memchr_iter(b']', bytes).any(|at| bytes.get(at + 1) == Some(&b':')) {
            return;
        }
        let definitions = markdown::parse(markdown).definitions.into_iter();
        let (value, span) = (value.id, value.span);
        self.said.extend(definitions.map(|definition| Said {
            label: definition.label,
            value,
            span,
            address: address.to_owned(),
        }));
    }

    /// Tells the definitions in values that would change what the page around them, or another value, says.
    pub(super) fn report_definitions(&mut self) {
        let said = std::mem::take(&mut self.said);
        if said.is_empty() {
            return;
        }
        let template = self.template;
        let own: HashMap<&str, &Definition> =
            template.definitions.iter().map(|definition| (definition.label.as_str(), definition)).collect();
        let uses = markdown::undefined(self.text);
        let mut first: HashMap<&str, &Said> = HashMap::new();
        let mut told = HashSet::new();
        for one in &said {
            let earlier = *first.entry(&one.label).or_insert(one);
            let wrong = |what: &str| {
                let title = format!("`{}` defines `[{}]`, which {what}", one.address, one.label);
                Diagnostic::new(Code::WrongForm, title, one.span, "the definition holds for all of the page")
            };
            let diagnostic = if let Some(definition) = own.get(one.label.as_str()) {
                let place = self.span(definition.range.clone());
                wrong("the page defines itself").with_place("the page defines it here", place, "")
            } else if uses.contains(&one.label) {
                wrong("the page uses")
            } else if earlier.value != one.value {
                wrong("another fact defines, too").with_place("it is first defined here", earlier.span, "")
            } else {
                continue;
            };
            if told.insert((one.value, &one.label)) {
                self.diagnostics.push(diagnostic.with_help(match one.label.starts_with('^') {
                    true => "give the footnote another name",
                    false => "write the link as `[words](target)`, or give it another name",
                }));
            }
        }
    }

    /// Adds the definitions that the page uses and lost with a part that was left out or replaced.
    pub(super) fn keep_definitions(&self, page: &mut String) {
        let mut lost: Vec<&Definition> = self.template.definitions.iter().collect();
        // What it would ask for was left out.
        lost.retain(|definition| self.order.of(&definition.range).is_empty());
        for _ in 0..ROUNDS {
            let wanted = if lost.is_empty() { HashSet::new() } else { markdown::undefined(page) };
            let (found, rest): (Vec<_>, _) = lost.into_iter().partition(|lost| wanted.contains(&lost.label));
            if found.is_empty() {
                return;
            }
            lost = rest;
            for definition in found {
                self.append(definition, page);
            }
        }
    }

    fn append(&self, definition: &Definition, page: &mut String) {
        let prefix = container_prefix(self.text, definition.range.start);
        if !page.is_empty() && !page.ends_with('\n') {
            page.push_str(self.newline);
        }
        page.push_str(self.newline);
        for line in self.text[definition.range.clone()].trim_end().lines() {
            page.push_str(line.strip_prefix(&prefix).unwrap_or(line));
            page.push_str(self.newline);
        }
    }
}
