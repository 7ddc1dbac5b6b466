//! Values that cannot stand where their address is, as messages.

use std::collections::HashMap;
use std::ops::Range;

use super::Filler;
use super::answer::Answer;
use crate::diagnostic::{Code, Diagnostic};
use crate::facts::{Entry, FactId, Kind, Table, Value, quote_key};
use crate::place::{Misfit, Unclosed};
use crate::template::Slot;

/// Why a value cannot be written.
pub(super) enum Wrong {
    /// A table, or an array of tables, where text belongs.
    Kind,
    /// HTML where the configuration allows none.
    Html,
    Misfit(Misfit),
}

impl Wrong {
    fn title(&self, value: Option<(&Value<'_>, &str)>) -> String {
        let address = value.map_or("the value", |(_, address)| address);
        match (self, value) {
            (Wrong::Kind, Some((value, _))) => {
                format!("`{address}` is {}, but a string, number, boolean or date belongs there", value.describe())
            }
            (Wrong::Kind, None) => "a value of this kind cannot stand here".to_owned(),
            (Wrong::Html, _) => format!("`{address}` holds HTML, which `allow-html = false` forbids"),
            (Wrong::Misfit(misfit), _) => format!("`{address}` does not fit its place: {misfit}"),
        }
    }

    fn label(&self, value: &Value<'_>) -> &'static str {
        match self {
            Wrong::Kind => value.describe(),
            Wrong::Html => "holds HTML",
            Wrong::Misfit(_) => "",
        }
    }

    pub(super) fn help(&self) -> &'static str {
        match self {
            Wrong::Kind => "write one value here, or an array of them, which are joined by commas",
            Wrong::Html => "write it as Markdown, or in backticks to show it as it is",
            Wrong::Misfit(Misfit::Blank) => "write the fact, or take the key away",
            Wrong::Misfit(Misfit::StrayEndTag | Misfit::StrayElement | Misfit::Unclosed(Unclosed::Element)) => {
                "write the whole element, or put the tag in backticks to show it as it is"
            }
            Wrong::Misfit(Misfit::Unclosed(_)) => "close it inside the value",
            Wrong::Misfit(Misfit::Heading) => "use bold text in place of the heading",
            Wrong::Misfit(Misfit::LinkInLink) => "write it without the link",
            Wrong::Misfit(Misfit::Include) => "write the include in the template itself",
            Wrong::Misfit(Misfit::Header) => "write the placeholder on one line of the template",
            Wrong::Misfit(Misfit::Fence) => "put a backslash before those backticks in the template",
            Wrong::Misfit(_) => "put the longer text at the section's `description`, and a short one here",
        }
    }
}

impl<'a, 'f> Filler<'a, 'f> {
    /// Tells that a value cannot stand at its address.
    pub(super) fn misfit(&mut self, answer: &Answer<'_>, slot: &Slot, wrong: &Wrong) {
        let address = self.address(slot);
        self.misfit_of(answer, &address, slot, wrong);
        self.leave(&slot.range, Code::WrongForm);
    }

    /// As [`Filler::misfit`], for a value that has an address of its own and stands beside a slot.
    pub(super) fn misfit_of(&mut self, answer: &Answer<'_>, address: &str, slot: &Slot, wrong: &Wrong) {
        let Answer::Fact(value) = answer else {
            let span = self.span(slot.range.clone());
            self.diagnostics.push(Diagnostic::new(Code::WrongForm, wrong.title(None), span, ""));
            return;
        };
        self.use_all(value);
        let place = self.span(slot.range.clone());
        // What stands for many records has a path of its own in each.
        let path = Some(address).filter(|address| !address.contains(['[', '{']));
        let title = wrong.title(Some((value, path.or_else(|| self.path_of(value)).unwrap_or(address))));
        let mut diagnostic = Diagnostic::new(Code::WrongForm, title, value.span, wrong.label(value));
        diagnostic = diagnostic.with_place("the value is wanted here", place, "");
        self.diagnostics.push(diagnostic.with_help(wrong.help()));
    }

    /// Tells that a value cannot stand as blocks; `wanted` says what is at `place`.
    pub(super) fn block_misfit(
        &mut self,
        value: &Value<'_>,
        address: &str,
        wrong: &Wrong,
        place: Range<usize>,
        wanted: &str,
    ) {
        let title = wrong.title(Some((value, address)));
        let place = self.span(place);
        let diagnostic = Diagnostic::new(Code::WrongForm, title, value.span, wrong.label(value));
        self.diagnostics.push(diagnostic.with_place(wanted, place, "").with_help(wrong.help()));
    }

    /// The path of a value as it is written.
    fn path_of(&self, value: &Value<'_>) -> Option<&str> {
        let paths = self.paths.get_or_init(|| {
            let mut paths = HashMap::new();
            note_paths(self.facts.root, "", &mut paths);
            paths
        });
        paths.get(&value.id).map(String::as_str)
    }

    /// A value that cannot stand at an address that is no single place.
    pub(super) fn wrong_form(&mut self, value: &Value<'_>, address: &str, place: Range<usize>, wanted: &str) {
        self.use_all(value);
        let title = format!("`{address}` is {}, but {wanted} belongs there", value.describe());
        let place = self.span(place);
        self.diagnostics.push(Diagnostic::new(Code::WrongForm, title, value.span, value.describe()).with_place(
            "it is wanted here",
            place,
            "",
        ));
    }
}

/// The dotted paths of all values below a table; the items of an array have its path.
fn note_paths(table: &Table<'_>, above: &str, paths: &mut HashMap<FactId, String>) {
    for Entry { key, value, .. } in &table.entries {
        let dot = if above.is_empty() { "" } else { "." };
        note_path(value, format!("{above}{dot}{}", quote_key(key)), paths);
    }
}

fn note_path(value: &Value<'_>, path: String, paths: &mut HashMap<FactId, String>) {
    match &value.kind {
        Kind::Table(table) => note_paths(table, &path, paths),
        Kind::Array(items) => items.iter().for_each(|item| note_path(item, path.clone(), paths)),
        _ => {}
    }
    paths.insert(value.id, path);
}
