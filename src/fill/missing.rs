//! What a section's own body lacks, as messages: the places in the template, and the lines to add to the facts.

use super::additions::split_address;
use super::further::SLIP;
use super::{Filler, Status, Unit};
use crate::diagnostic::{Code, Diagnostic, Label};
use crate::nearest::edits;
use crate::template::{PlaceholderKind, Section, Slot, address_key};

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
        let mut wanted: Vec<(&Slot, String)> = Vec::new();
        for slot in slots {
            let address = self.template.placeholders[slot.id].address.clone().unwrap_or_default();
            if self.slips.contains(&address) || self.slip(slot, &address) {
                self.left.push((slot.id, Code::UnknownFact));
            } else if self.told.insert(address_key(&address)) {
                self.missing.push(address.clone());
                wanted.push((slot, address));
            }
        }
        let Some((first, address)) = wanted.first() else { return };
        let title = match wanted.len() {
            1 => format!("no fact for `{}`", shown(address)),
            count if section.title.is_empty() => format!("{count} placeholders have no fact"),
            count => format!("{count} placeholders of `{}` have no fact", section.title),
        };
        let mut diagnostic = Diagnostic::new(
            Code::UnfilledPlaceholder,
            title,
            self.span(first.range.clone()),
            self.wants(first, address),
        );
        for (slot, address) in &wanted[1..] {
            diagnostic.more.push(Label { span: self.span(slot.range.clone()), text: self.wants(slot, address) });
        }
        diagnostic.subs = self.additions(&wanted);
        if let Some(topics) = prompt_advice(self, &wanted) {
            diagnostic = diagnostic.with_help(topics);
        }
        self.diagnostics.push(diagnostic);
    }

    /// Whether the fact of an address is there under a name that is nearly right, which is told in its place.
    fn slip(&mut self, slot: &Slot, address: &str) -> bool {
        if address.contains(['[', '{']) {
            return false;
        }
        let (header, _, key) = split_address(slot, address);
        let above: Vec<&str> = header.iter().map(String::as_str).collect();
        let root = self.facts.root;
        let table = match above.is_empty() {
            true => Some(root),
            false => root.find(&above).first().and_then(|entry| entry.value.as_table()),
        };
        let Some(table) = table.filter(|table| table.entries.len() <= self.comparisons) else { return false };
        self.comparisons -= table.entries.len();
        let base = header.join(".");
        let near = table.entries.iter().filter_map(|entry| Some((edits(&entry.key, &key)?, entry)));
        let near = near.filter(|(edits, entry)| *edits <= SLIP && entry.value.as_table().is_none());
        let near = near.filter(|(_, entry)| self.is_further(entry, &base) && !self.used.contains(&entry.value.id));
        let Some((_, entry)) = near.min_by_key(|(edits, _)| *edits) else { return false };
        self.tell_slip(entry, &base, &key, slot.id);
        true
    }

    fn wants(&self, slot: &Slot, address: &str) -> String {
        match self.template.placeholders[slot.id].kind {
            PlaceholderKind::Topic => format!("topic without `{}`", shown(address)),
            _ => format!("wants `{}`", shown(address)),
        }
    }

    /// Notes that a section without facts is left out; `whole` is false where its heading stays, for what is below it.
    pub(super) fn note_unfilled(&mut self, section: &Section, whole: bool) {
        let span = self.span(section.heading.clone());
        let title = match whole {
            true => format!("section `{}` is left out of the book: nothing is said of it", section.title),
            false => format!("what `{}` asks for is left out of the book: nothing is said of it", section.title),
        };
        let label = if whole { "may stay unfilled" } else { "nothing is said of it itself, and it may stay unfilled" };
        let mut diagnostic = Diagnostic::new(Code::UnfilledSection, title, span, label);
        if !section.address.is_empty() {
            diagnostic = diagnostic.with_help(match whole {
                true => {
                    format!("fill `{0}`, or write `{0} = false` to say that there is no such thing", section.address)
                }
                false => format!("to have it in the book, fill its placeholders in `{}`", section.address),
            });
        }
        self.diagnostics.push(diagnostic);
    }

    /// Warns of topics under a label that no fact answers.
    pub(super) fn warn_topics(&mut self, unit: &Unit<'a, 'f>) {
        let mut wanted: Vec<(&Slot, String)> = Vec::new();
        for slot in &unit.label_topics {
            // It stays on the page and fails nothing.
            self.statuses[slot.id] = Some(Status::Optional);
            let address = self.template.placeholders[slot.id].address.clone().unwrap_or_default();
            if self.told.insert(address_key(&address)) {
                wanted.push((slot, address));
            }
        }
        let Some((first, address)) = wanted.first() else { return };
        let title = match wanted.len() {
            1 => format!("the topic `{address}` has no fact and stays as it is"),
            count => format!("{count} topics have no fact and stay as they are"),
        };
        let span = self.span(first.range.clone());
        let mut diagnostic = Diagnostic::new(Code::UnansweredTopic, title, span, format!("topic without `{address}`"));
        for (slot, address) in &wanted[1..] {
            let text = format!("topic without `{address}`");
            diagnostic.more.push(Label { span: self.span(slot.range.clone()), text });
        }
        diagnostic.subs = self.additions(&wanted);
        self.diagnostics.push(diagnostic);
    }
}

/// An address as it would be written: `tables{}.description` is `tables.NAME.description`.
fn shown(address: &str) -> String {
    address.replace("{}", ".NAME")
}

fn prompt_advice(filler: &Filler<'_, '_>, wanted: &[(&Slot, String)]) -> Option<String> {
    let kind = |slot: &Slot| filler.template.placeholders[slot.id].kind;
    let prompt = wanted.iter().find(|(slot, _)| kind(slot) == PlaceholderKind::Prompt)?;
    let topics = wanted.iter().filter(|(slot, _)| kind(slot) == PlaceholderKind::Topic).count();
    (topics > 0).then(|| {
        format!("`{}` alone is enough and stands for all topics; or answer every topic and leave it out", prompt.1)
    })
}
