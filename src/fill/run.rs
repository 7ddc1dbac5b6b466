//! Runs: list items, table rows and code lines that are filled by key or stand once for each record.

use std::borrow::Cow;

use super::answer::{Answer, Sample};
use super::misfit::Wrong;
use super::record::Record;
use super::write::{MARKS, container_prefix};
use super::written::Copies;
use super::{Filler, Status, Unit};
use crate::diagnostic::{Code, Sub};
use crate::facts::{Entry, Value, dotted_path};
use crate::place::{Block, Place};
use crate::splice::{Edit, Origin};
use crate::template::{Item, Role, Run, Site, Slot};

/// What becomes of an item.
pub(super) enum Plan<'a, 'f> {
    /// It stays, with edits in it.
    Keep(Vec<Edit<'f>>),
    Gone,
    /// These stand in its place.
    Copies(Copies<'a>),
}

/// What a section knows about its runs.
#[derive(Clone, Copy, Default)]
pub(super) struct Targets<'a, 'f> {
    /// The run that takes further scalars.
    pub(super) scalars: Option<&'a Run>,
    /// The run that takes further tables.
    pub(super) tables: Option<&'a Run>,
    /// An array at the section's own path, short for its `items`.
    pub(super) items: Option<&'f Value<'f>>,
}

impl<'a, 'f> Filler<'a, 'f> {
    /// Fills a run.
    pub(super) fn run(
        &mut self,
        run: &'a Run,
        record: Record<'f>,
        targets: Targets<'a, 'f>,
        unit: &mut Unit<'a, 'f>,
        edits: &mut Vec<Edit<'f>>,
    ) {
        if let Some(entry) = self.empty_label(run, record) {
            self.use_all(&entry.value);
            unit.answered += 1;
            self.remove_run(run, unit, edits);
            return;
        }
        unit.kept |= run.own_lines;
        let mut plans = Vec::with_capacity(run.items.len());
        let samples = run.items.iter().any(|item| item.role == Role::Sample);
        let mut copies = if samples { self.samples(run, record, targets, unit, edits) } else { None };
        let known = copies.is_some();
        for item in &run.items {
            plans.push(match item.role {
                Role::Sample if !known => {
                    unit.kept = true;
                    Plan::Keep(Vec::new())
                }
                Role::Sample => match copies.take() {
                    Some(copies) if !copies.is_empty() => Plan::Copies(copies),
                    _ => Plan::Gone,
                },
                Role::Continuation => self.continuation(item, known || !samples),
                Role::Labelled => self.labelled(item, record, unit),
                Role::Topic => self.topic(run, item, record, unit),
                Role::Plain => {
                    let mut own = Vec::new();
                    self.elements(&item.nested, record, Targets::default(), unit, &mut own);
                    unit.kept = true;
                    Plan::Keep(own)
                }
            });
        }
        let further = self.further(run, record, targets, unit);
        self.write_run(run, plans, further, unit, edits);
    }

    /// `[Additional columns...]` goes where the records are known.
    fn continuation(&mut self, item: &Item, known: bool) -> Plan<'a, 'f> {
        let status = if known { Status::Removed } else { Status::Missing };
        item.slots.iter().for_each(|slot| self.set(slot.id, status));
        if known { Plan::Gone } else { Plan::Keep(Vec::new()) }
    }

    /// `[]` at the address of a labelled run.
    fn empty_label(&mut self, run: &Run, record: Record<'f>) -> Option<&'f Entry<'f>> {
        run.lead.as_ref()?;
        self.find(record, &run.path).filter(|entry| is_empty(&entry.value))
    }

    pub(super) fn remove_run(&mut self, run: &'a Run, unit: &mut Unit<'a, 'f>, edits: &mut Vec<Edit<'f>>) {
        let start = run.lead.as_ref().map_or(run.range.start, |lead| lead.start);
        for item in &run.items {
            for slot in &item.slots {
                self.set(slot.id, Status::Removed);
            }
        }
        self.remove_block(start..run.range.end, unit, edits);
    }

    pub(super) fn labelled(&mut self, item: &'a Item, record: Record<'f>, unit: &mut Unit<'a, 'f>) -> Plan<'a, 'f> {
        let own = if item.label.is_some() { self.find(record, &item.path) } else { None };
        let sole = match item.slots.as_slice() {
            [slot] if own.is_none() || slot.path != item.path => self.find(record, &slot.path),
            _ => None,
        };
        if let Some(entry) = [own, sole].into_iter().flatten().find(|entry| is_empty(&entry.value)) {
            self.use_all(&entry.value);
            unit.answered += 1;
            self.set_all(&item.range, Status::Removed);
            return Plan::Gone;
        }
        let below = item.slots.first().is_some_and(|slot| slot.path != item.path);
        let misfit = own.filter(|entry| below && entry.value.as_table().is_none());
        let mut edits = Vec::new();
        match misfit {
            Some(entry) => {
                self.one_value_for_several(item, entry, unit);
                self.write_unanswered(&item.slots, &mut edits);
            }
            None => self.fill_slots(&item.slots, record, Sample::default(), unit, &mut edits),
        }
        self.elements(&item.nested, record, Targets::default(), unit, &mut edits);
        Plan::Keep(edits)
    }

    fn one_value_for_several(&mut self, item: &Item, entry: &'f Entry<'f>, unit: &mut Unit<'a, 'f>) {
        let address = item.path.join(".");
        let place = item.slots.first().map_or(item.range.clone(), |slot| slot.range.clone());
        self.wrong_form(&entry.value, &address, place, "a table with a key for each place");
        let keys =
            item.slots.iter().filter_map(|slot| slot.path.get(item.path.len()..).filter(|keys| !keys.is_empty()));
        let keys: Vec<_> = keys.map(|keys| format!("{} = \"\"", dotted_path(keys.iter().map(|key| &**key)))).collect();
        if let Some(diagnostic) = self.diagnostics.last_mut() {
            let message = "write what each place holds".to_owned();
            let text = format!("{{ {} }}", keys.join(", "));
            diagnostic.subs.push(Sub::Replace { message, span: entry.value.span, text });
        }
        unit.answered += 1;
        unit.kept = true;
        item.slots.iter().for_each(|slot| self.leave(&slot.range, Code::WrongForm));
    }

    /// A plain item that asks for something.
    pub(super) fn topic(
        &mut self,
        run: &'a Run,
        item: &'a Item,
        record: Record<'f>,
        unit: &mut Unit<'a, 'f>,
    ) -> Plan<'a, 'f> {
        let Some(slot) = item.slots.first() else { return Plan::Keep(Vec::new()) };
        let Some(answer) = self.answer(record, slot, Sample::BESIDE) else {
            return self.open_topic(run, slot, unit);
        };
        if let Answer::Fact(value) = &answer
            && is_empty(value)
        {
            self.use_all(value);
            unit.answered += 1;
            self.set(slot.id, Status::Removed);
            return Plan::Gone;
        }
        self.note_answer(slot, &answer, unit);
        unit.kept = true;
        let label = self.text[slot.range.clone()].trim_end().trim_end_matches(':').trim_end();
        let label = on_one_line(label);
        match self.labelled_item(run, &label, &label, slot.leaf, &answer) {
            Ok(text) => Plan::Keep(vec![Edit::new(slot.range.clone(), text, Origin::Prose)]),
            Err(wrong) => {
                self.misfit(&answer, slot, &wrong);
                Plan::Keep(Vec::new())
            }
        }
    }

    fn open_topic(&mut self, run: &Run, slot: &'a Slot, unit: &mut Unit<'a, 'f>) -> Plan<'a, 'f> {
        if run.under_prompt && unit.prompt_answered {
            self.set(slot.id, Status::Removed);
            return Plan::Gone;
        }
        self.set(slot.id, Status::Missing);
        unit.kept = true;
        if run.lead.is_some() {
            unit.label_topics.push(slot)
        } else {
            unit.open_topics.push(slot)
        }
        Plan::Keep(Vec::new())
    }

    /// An item made from a topic or key: its label and the answer, in the style of the list. `in_code` is the label as it
    /// stands in a code span, `leaf` where the text of the item starts, or of one like it.
    pub(super) fn labelled_item(
        &self,
        run: &Run,
        label: &str,
        in_code: &str,
        leaf: usize,
        answer: &Answer<'f>,
    ) -> Result<String, Wrong> {
        let (mut before, after) = self.item_style(run, label, in_code);
        if before.starts_with("[^") {
            // With the colon it would define a footnote.
            before.insert(0, '\\');
        }
        let prefix = container_prefix(self.text, leaf);
        let block = Block::Paragraph { line_start: false, prefix: &prefix };
        let place = Place { newline: self.newline, ..Place::new(block) }.between(&before, &after);
        Ok(format!("{before}{}{after}", self.written(answer, &place)?))
    }

    /// What stands around the value of such an item: as in the last labelled item of the list, else a bold label.
    fn item_style(&self, run: &Run, label: &str, in_code: &str) -> (String, String) {
        let sample = run.items.iter().rev().find(|item| item.role == Role::Labelled && item.slots.len() == 1);
        let styled = sample.and_then(|item| {
            let (slot, old) = (&item.slots[0], item.label.as_ref()?);
            let line_end = memchr::memchr2(b'\n', b'\r', &self.text.as_bytes()[slot.range.end..item.range.end]);
            let text_end = line_end.map_or(item.range.end, |at| slot.range.end + at);
            let label = match old.site {
                Site::Text => label,
                _ => Some(in_code).filter(|label| !label.contains('`'))?,
            };
            let same = slot.site == Site::Text && old.range.end <= slot.range.start;
            let head = self.text.get(slot.leaf..old.range.start)?;
            let middle = self.text.get(old.range.end..slot.range.start)?;
            same.then(|| (format!("{head}{label}{middle}"), self.text[slot.range.end..text_end].to_owned()))
        });
        styled.unwrap_or_else(|| (format!("**{label}:** "), String::new()))
    }
}

/// A text that may go over several lines of its container as a label, which is followed by a colon: a last line such as
/// `[^x]` would become a definition.
fn on_one_line(text: &str) -> Cow<'_, str> {
    if !text.contains('\n') {
        return Cow::Borrowed(text);
    }
    let lines = text.lines().map(|line| line.trim_start_matches(MARKS).trim_end());
    Cow::Owned(lines.collect::<Vec<_>>().join(" "))
}

/// `[]`, which leaves out what stands at its address.
pub(super) fn is_empty(value: &Value<'_>) -> bool {
    value.as_array().is_some_and(<[_]>::is_empty)
}

#[cfg(test)]
mod tests {
    use crate::fill::Status;
    use crate::fixture::with_page;

    #[test]
    fn a_topic_that_is_left_out_is_not_filled() {
        let page = "## Pool\n\n[Describe the pool:]\n\n- Pool size\n- Timeout\n";
        let facts = "[pool]\npool_size = []\ntimeout = 5\n";
        with_page(page, facts, |template, filled, _, told| {
            assert_eq!(told, []);
            let status = |address: &str| {
                let address = |of: &Option<String>| of.as_deref() == Some(address);
                let at = template.placeholders.iter().position(|placeholder| address(&placeholder.address));
                filled.statuses[at.unwrap()]
            };
            assert_eq!(status("pool.pool_size"), Status::Removed);
            assert_eq!(status("pool.timeout"), Status::Filled);
        });
    }
}
