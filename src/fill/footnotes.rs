//! Footnotes in what is repeated: each record has a note of its own, so each copy has labels of its own.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::{Filler, Told};
use crate::diagnostic::{Code, Diagnostic};
use crate::markdown::{self, blocks::Definition};
use crate::source::line_start;

impl<'a> Filler<'a, '_> {
    /// Gives the copy for a later record of a part of the template, which `out` has from `start` on, footnotes under labels
    /// of their own: Markdown shows the first definition of a label and loses all others.
    pub(super) fn own_footnotes(&mut self, out: &mut String, start: usize, range: &Range<usize>) {
        let template = self.template;
        if template.definitions.is_empty() {
            return;
        }
        let first = template.definitions.partition_point(|definition| definition.range.start < range.start);
        let inside = template.definitions[first..].iter().take_while(|definition| definition.range.start < range.end);
        let notes: Vec<&'a Definition> = inside.filter(|definition| definition.label.starts_with('^')).collect();
        if notes.is_empty() {
            return;
        }
        let numbers: HashMap<&str, usize> =
            notes.iter().map(|note| (note.label.as_str(), self.free_number(&note.label))).collect();
        let (copy, lost) = markdown::number_footnotes(&out[start..], indent(self.text, range.start), &numbers);
        out.replace_range(start.., &copy);
        for note in notes {
            if lost.contains(note.label.as_str()) {
                self.tell_lost_note(note);
            }
        }
    }

    /// The next number that makes a label which the template does not have.
    fn free_number(&mut self, label: &'a str) -> usize {
        let template = self.template;
        let labels: &HashSet<&str> = self
            .labels
            .get_or_init(|| template.definitions.iter().map(|definition| definition.label.as_str()).collect());
        let number = self.copies.entry(label).or_insert(1);
        *number += 1;
        while labels.contains(format!("{label}-{number}").as_str()) {
            *number += 1;
        }
        *number
    }

    /// Tells a note that says something of each record, of which only the first would be shown.
    fn tell_lost_note(&mut self, note: &Definition) {
        if self.order.of(&note.range).is_empty() || !self.told.insert(Told::Footnote(note.label.clone())) {
            return;
        }
        let title = format!("the footnote `[{}]` is repeated for each record, but not what refers to it", note.label);
        let span = self.span(note.range.clone());
        self.diagnostics.push(
            Diagnostic::new(Code::WrongForm, title, span, "only the note of the first record would be shown")
                .with_help(
                    "refer to it in the section, item or label that is repeated, or write it without a footnote",
                ),
        );
    }
}

/// How many blanks stand before a place on its line.
fn indent(text: &str, at: usize) -> usize {
    let before = &text[line_start(text, at)..at];
    before.len() - before.trim_end_matches(' ').len()
}
