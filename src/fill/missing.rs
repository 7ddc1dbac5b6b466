//! What a section's own body lacks, as messages: the places in the template, and the lines to add to the facts.

use super::additions::Home;
use super::further::SLIP;
use super::{Filler, Status, Told, Unit};
use crate::diagnostic::{Code, Diagnostic, Label};
use crate::nearest::edits;
use crate::template::{PlaceholderKind, Section, Slot, address_key};

/// A place without a fact, and its address.
pub(super) struct Want<'s> {
    pub(super) slot: &'s Slot,
    pub(super) address: String,
}

/// How much of a section is left out.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// All of it.
    Whole,
    /// What it asks for itself: the heading stays, for what is below it.
    Own,
}

impl<'a, 'f> Filler<'a, 'f> {
    /// Says which placeholders of a section stand in a section that may stay unfilled.
    pub(super) fn set_optional(&mut self, section: &Section) {
        for id in self.order.of(&section.body).into_iter().chain(self.order.of(&section.heading)) {
            self.required[id] = false;
        }
    }

    /// Reports what a section's own body lacks, all of it as one message.
    pub(super) fn report_unit(&mut self, section: &Section, unit: &Unit<'a, 'f>) {
        let mut slots: Vec<&Slot> = unit.missing.clone();
        if slots.is_empty() {
            return;
        }
        if unit.missing.iter().any(|slot| self.template.placeholders[slot.id].kind == PlaceholderKind::Prompt) {
            slots.extend(&unit.open_topics);
        }
        slots.sort_by_key(|slot| slot.range.start);
        let mut wanted: Vec<Want<'_>> = Vec::new();
        for slot in slots {
            let address = self.address(slot);
            if self.slips.contains(&address) || self.slip(slot, &address) {
                self.left.push((slot.id, Code::UnknownFact));
            } else if self.told.insert(Told::Address(address_key(&address))) {
                self.missing.push(address.clone());
                wanted.push(Want { slot, address });
            }
        }
        let Some(first) = wanted.first() else { return };
        let title = match wanted.len() {
            1 => format!("no fact for `{}`", shown(&first.address)),
            count if section.title.is_empty() => format!("{count} placeholders have no fact"),
            count => format!("{count} placeholders of `{}` have no fact", section.title),
        };
        let mut diagnostic = self.at_all(Code::UnfilledPlaceholder, title, &wanted, &|want| self.wants(want));
        diagnostic.subs = self.additions(&wanted);
        if let Some(topics) = self.prompt_advice(&wanted) {
            diagnostic = diagnostic.with_help(topics);
        }
        self.diagnostics.push(diagnostic);
    }

    /// The address of a slot's placeholder.
    pub(super) fn address(&self, slot: &Slot) -> String {
        self.template.placeholders[slot.id].address.clone().unwrap_or_default()
    }

    /// One message about several places, each with a label.
    fn at_all(
        &self,
        code: Code,
        title: String,
        wanted: &[Want<'_>],
        label: &dyn Fn(&Want<'_>) -> String,
    ) -> Diagnostic {
        let label = |want: &Want<'_>| Label { span: self.span(want.slot.range.clone()), text: label(want) };
        let mut labels = wanted.iter().map(label);
        let first = labels.next().unwrap_or_else(|| Label { span: self.options.source.whole(), text: String::new() });
        Diagnostic { more: labels.collect(), ..Diagnostic::new(code, title, first.span, first.text) }
    }

    /// Whether the fact of an address is there under a name that is nearly right, which is told in its place.
    fn slip(&mut self, slot: &Slot, address: &str) -> bool {
        if address.contains(['[', '{']) {
            return false;
        }
        let Home { table: above, key, .. } = Home::of(slot, address);
        let base = above.join(".");
        let above: Vec<&str> = above.iter().map(String::as_str).collect();
        let root = self.facts.root;
        let table = match above.is_empty() {
            true => Some(root),
            false => root.find(&above).first().and_then(|entry| entry.value.as_table()),
        };
        let Some(table) = table.filter(|table| table.entries.len() <= self.comparisons) else { return false };
        self.comparisons -= table.entries.len();
        let near = table.entries.iter().filter_map(|entry| Some((edits(&entry.key, &key)?, entry)));
        let near = near.filter(|(edits, entry)| *edits <= SLIP && entry.value.as_table().is_none());
        let near = near.filter(|(_, entry)| self.is_further(entry, &base) && !self.used.contains(&entry.value.id));
        let Some((_, entry)) = near.min_by_key(|(edits, _)| *edits) else { return false };
        self.tell_slip(entry, &base, &key, slot.id);
        true
    }

    fn wants(&self, Want { slot, address }: &Want<'_>) -> String {
        match self.template.placeholders[slot.id].kind {
            PlaceholderKind::Topic => topic_without(&shown(address)),
            _ => format!("wants `{}`", shown(address)),
        }
    }

    /// Notes that a section without facts is left out.
    pub(super) fn note_unfilled(&mut self, section: &Section, extent: Extent) {
        let Section { title, address, .. } = section;
        let span = self.span(section.heading.clone());
        let (title, label, help) = match extent {
            Extent::Whole => (
                format!("section `{title}` is left out of the book: nothing is said of it"),
                "may stay unfilled",
                format!("fill `{address}`, or write `{address} = false` to say that there is no such thing"),
            ),
            Extent::Own => (
                format!("what `{title}` asks for is left out of the book: nothing is said of it"),
                "nothing is said of it itself, and it may stay unfilled",
                format!("to have it in the book, fill its placeholders in `{address}`"),
            ),
        };
        let diagnostic = Diagnostic::new(Code::UnfilledSection, title, span, label);
        self.diagnostics.push(if address.is_empty() { diagnostic } else { diagnostic.with_help(help) });
    }

    /// Warns of topics under a label that no fact answers.
    pub(super) fn warn_topics(&mut self, unit: &Unit<'a, 'f>) {
        let mut wanted: Vec<Want<'_>> = Vec::new();
        for slot in &unit.label_topics {
            // It stays on the page and fails nothing.
            self.statuses[slot.id] = Some(Status::Optional);
            let address = self.address(slot);
            if self.told.insert(Told::Address(address_key(&address))) {
                wanted.push(Want { slot, address });
            }
        }
        let Some(first) = wanted.first() else { return };
        let title = match wanted.len() {
            1 => format!("the topic `{}` has no fact and stays as it is", first.address),
            count => format!("{count} topics have no fact and stay as they are"),
        };
        let label = |want: &Want<'_>| topic_without(&want.address);
        let mut diagnostic = self.at_all(Code::UnansweredTopic, title, &wanted, &label);
        diagnostic.subs = self.additions(&wanted);
        self.diagnostics.push(diagnostic);
    }

    /// A prompt may stand for the topics below it.
    fn prompt_advice(&self, wanted: &[Want<'_>]) -> Option<String> {
        let kind = |want: &Want<'_>| self.template.placeholders[want.slot.id].kind;
        let Want { address, .. } = wanted.iter().find(|want| kind(want) == PlaceholderKind::Prompt)?;
        wanted
            .iter()
            .any(|want| kind(want) == PlaceholderKind::Topic)
            .then(|| format!("`{address}` alone stands for all topics; or answer every topic and leave it out"))
    }
}

fn topic_without(address: &str) -> String {
    format!("topic without `{address}`")
}

/// An address as it would be written: `tables{}.description` is `tables.NAME.description`.
fn shown(address: &str) -> String {
    address.replace("{}", ".NAME")
}
