//! Sections: replaced, left out, repeated or filled, and the gate that each of them has to pass.

use super::answer::Sample;
use super::prompt::markdown;
use super::record;
use super::run::Targets;
use super::write::has_html;
use super::{Filler, Record, Status, Unit};
use crate::diagnostic::{Code, Diagnostic};
use crate::facts::{Kind, Value};
use crate::splice::{Edit, Origin};
use crate::template::{Element, Repeat, Role, Run, RunKind, Section, address_key};

/// What became of a section.
#[derive(Clone, Copy)]
pub(super) struct Fate {
    /// Nothing in it fails the gate.
    pub(super) complete: bool,
    /// It is not on the page.
    pub(super) gone: bool,
}

/// What a field of a heading that is not its name is to the others.
const FIELDS: Sample<'static> = Sample { slots: &[], named_by_label: true };

const GONE: Fate = Fate { complete: true, gone: true };

impl<'a, 'f> Filler<'a, 'f> {
    /// Fills a section with all below it.
    pub(super) fn section(&mut self, section: &'a Section, record: Record<'f>, edits: &mut Vec<Edit<'f>>) -> Fate {
        if let Some(repeat) = &section.repeat {
            return self.repeated_section(section, repeat, record, edits);
        }
        let own = if section.path.is_empty() { None } else { self.find(record, &section.path) };
        let mut targets = Targets::default();
        if let Some(entry) = own {
            let value = &entry.value;
            match &value.kind {
                Kind::Table(_) => {}
                Kind::Boolean(false) => return self.leave_out(section, value, edits),
                Kind::Array(items) if takes_items(section, items) => targets.items = Some(value),
                Kind::String(_) | Kind::Array(_) if !is_hollow(value) => {
                    return self.replace_body(section, value, record, edits);
                }
                _ => {
                    let wanted = "a table, Markdown, an array, or `false` to leave the section out,";
                    self.wrong_form(value, &section.address, section.heading.clone(), wanted);
                    self.leave(&section.range, Code::WrongForm);
                    return Fate { complete: false, gone: false };
                }
            }
        }
        self.body(section, record, targets, edits)
    }

    fn leave_out(&mut self, section: &'a Section, value: &Value<'_>, edits: &mut Vec<Edit<'f>>) -> Fate {
        self.use_all(value);
        self.set_all(&section.range, Status::Removed);
        self.remove_section(section, edits);
        GONE
    }

    fn remove_section(&mut self, section: &Section, edits: &mut Vec<Edit<'f>>) {
        self.gone.push(section.range.clone());
        edits.push(Edit::new(section.range.clone(), "", Origin::Template));
    }

    /// Whether nothing of the page follows.
    pub(super) fn ends_page(&self, at: usize) -> bool {
        let last = self.template.residue.last();
        let instructions = last.filter(|range| range.end == self.text.len());
        self.text[at..].trim().is_empty() || instructions.is_some_and(|range| range.start == at)
    }

    fn replace_body(
        &mut self,
        section: &'a Section,
        value: &'f Value<'f>,
        record: Record<'f>,
        edits: &mut Vec<Edit<'f>>,
    ) -> Fate {
        self.use_all(value);
        let body = section.body.start..section.range.end;
        self.set_all(&body, Status::Filled);
        let complete = self.fill_heading(section, record, edits);
        let Some(text) = markdown(value) else {
            let wanted = "Markdown or an array of strings";
            self.wrong_form(value, &section.address, section.heading.clone(), wanted);
            self.leave(&body, Code::WrongForm);
            return Fate { complete: false, gone: false };
        };
        if !self.options.allow_html && has_html(&text) {
            let title = format!("`{}` holds HTML, which `allow-html = false` forbids", section.address);
            self.diagnostics.push(Diagnostic::new(Code::WrongForm, title, value.span, "holds HTML"));
            self.leave(&body, Code::WrongForm);
            return Fate { complete: false, gone: false };
        }
        match crate::place::block(&text, "", self.newline) {
            Ok(block) => {
                self.note_definitions(&text, value, &section.address);
                let newline = self.newline;
                let last = self.ends_page(body.end);
                let end = if last { "" } else { newline };
                let text = format!("{newline}{block}{newline}{end}");
                edits.push(Edit::new(body, text, Origin::Prose));
            }
            Err(misfit) => {
                let title = format!("`{}` does not fit its place: {misfit}", section.address);
                let place = self.span(section.heading.clone());
                self.diagnostics.push(Diagnostic::new(Code::WrongForm, title, value.span, "").with_place(
                    "the section is here",
                    place,
                    "",
                ));
            }
        }
        Fate { complete, gone: false }
    }

    /// Fills the placeholders of a heading whose body is replaced; whether none is missing.
    fn fill_heading(&mut self, section: &'a Section, record: Record<'f>, edits: &mut Vec<Edit<'f>>) -> bool {
        let mut unit = Unit::default();
        for element in &section.elements {
            if let Element::Slots(slots) = element
                && slots.iter().all(|slot| section.heading.contains(&slot.range.start))
            {
                self.fill_slots(slots, record, Sample::default(), &mut unit, edits);
            }
        }
        self.report_unit(section, &unit);
        unit.is_complete()
    }

    /// Fills what a section holds of its own, after the sections below it, and asks the gate.
    fn body(
        &mut self,
        section: &'a Section,
        record: Record<'f>,
        targets: Targets<'a, 'f>,
        edits: &mut Vec<Edit<'f>>,
    ) -> Fate {
        let mut below = Vec::new();
        let mut fates = Vec::with_capacity(section.sections.len());
        for child in &section.sections {
            fates.push(match child.again {
                true => {
                    self.set_all(&child.range, Status::Removed);
                    self.remove_section(child, &mut below);
                    GONE
                }
                false => self.section(child, record, &mut below),
            });
        }
        let below_complete = fates.iter().all(|fate| fate.complete);
        let all_gone = !fates.is_empty() && fates.iter().all(|fate| fate.gone);
        let noted = self.noted.len();
        let mut unit = Unit::default();
        let mut own = Vec::new();
        let targets = Targets { items: targets.items, ..further_targets(section) };
        self.elements(&section.elements, record, targets, &mut unit, &mut own);
        self.settle_prompts(&mut unit, record, below_complete, !fates.is_empty(), &mut own);
        let complete = unit.is_complete();
        if self.may_stay_unfilled(section, record, &unit) && !complete {
            let whole = (all_gone || fates.is_empty()) && !section.path.is_empty();
            if matches!(record, Record::Root) {
                self.note_unfilled(section, whole);
            } else {
                self.forget_gaps(noted);
            }
            return self.leave_unfilled(section, record, whole, below, edits, below_complete);
        }
        self.report_unit(section, &unit);
        let empty = !unit.kept && !section.has_own_text && complete;
        if all_gone && empty && !section.path.is_empty() {
            self.remove_section(section, edits);
            return Fate { complete: below_complete, gone: true };
        }
        edits.append(&mut own);
        edits.append(&mut below);
        Fate { complete: complete && below_complete, gone: false }
    }

    /// Fills the pieces of a body in order.
    pub(super) fn elements(
        &mut self,
        elements: &'a [Element],
        record: Record<'f>,
        targets: Targets<'a, 'f>,
        unit: &mut Unit<'a, 'f>,
        edits: &mut Vec<Edit<'f>>,
    ) {
        for element in elements {
            match element {
                Element::Slots(slots) => self.fill_slots(slots, record, Sample::default(), unit, edits),
                Element::Prompt(prompt) => self.prompt(prompt, record, unit, edits),
                Element::Run(run) => self.run(run, record, targets, unit, edits),
                Element::Code(code) => self.code(code, record, targets, unit, edits),
                Element::Repeat { repeat, range, elements } => {
                    self.repeated_label(repeat, range, elements, record, unit, edits);
                }
            }
        }
    }

    /// Writes the prompts, now that the rest of the section is known: one that only announces goes when all it
    /// announces is answered.
    pub(super) fn settle_prompts(
        &mut self,
        unit: &mut Unit<'a, 'f>,
        record: Record<'f>,
        below_complete: bool,
        has_sections: bool,
        edits: &mut Vec<Edit<'f>>,
    ) {
        if unit.prompts.is_empty() && unit.open_topics.is_empty() && unit.label_topics.is_empty() {
            return;
        }
        let answered = unit.missing.is_empty()
            && !unit.gaps
            && unit.open_topics.is_empty()
            && unit.label_topics.is_empty()
            && below_complete
            && (unit.answered > 0 || has_sections);
        let mut unanswered = false;
        unit.removed.sort_by_key(|removed| removed.start);
        for (prompt, answer) in std::mem::take(&mut unit.prompts) {
            match answer {
                Some(answer) => {
                    unit.kept = true;
                    self.write_prompt(prompt, &answer, unit, edits);
                }
                None if prompt.announces && answered => self.remove_prompt(prompt, unit, edits),
                None => {
                    unit.kept = true;
                    unanswered = true;
                    self.note_missing(&prompt.slot, record, unit);
                    if self.options.draft {
                        edits.extend(super::slots::mark(prompt.slot.range.clone()));
                    }
                }
            }
        }
        if unanswered {
            unit.open_topics.append(&mut unit.label_topics);
        } else {
            for slot in std::mem::take(&mut unit.open_topics) {
                unit.label_topics.push(slot);
            }
        }
        self.warn_topics(unit);
    }

    /// Whether a section that lacks facts may stay away: it is optional or conditional, and nothing is said of it.
    fn may_stay_unfilled(&mut self, section: &Section, record: Record<'f>, unit: &Unit<'a, 'f>) -> bool {
        let below = |list: &[&str]| {
            if list.is_empty() {
                return false;
            }
            let address = address_key(&section.address);
            list.iter().any(|rule| {
                let rule = address_key(rule);
                address == rule || address.strip_prefix(&rule).is_some_and(|rest| rest.starts_with('.'))
            })
        };
        let allowed = (section.conditional || below(self.options.optional)) && !below(self.options.required);
        if allowed {
            self.set_optional(section);
        }
        // The title says something of the page, and nothing of what stands under it.
        let in_title = match section.elements.first() {
            Some(Element::Slots(slots)) if section.path.is_empty() && section.repeat.is_none() => {
                let heads = slots.iter().filter(|slot| section.heading.contains(&slot.range.start));
                heads.filter(|slot| !unit.missing.iter().any(|missing| missing.id == slot.id)).count()
            }
            _ => 0,
        };
        allowed && unit.answered == in_title && !self.says_something(section, record)
    }

    /// Whether the facts hold anything for the section itself.
    fn says_something(&mut self, section: &Section, record: Record<'f>) -> bool {
        let Some(table) = self.find(record, &section.path).and_then(|entry| entry.value.as_table()) else {
            return false;
        };
        let below: Vec<_> = section.sections.iter().filter_map(|child| child.path.last()).collect();
        // What another template of the same facts asks for says nothing of this one.
        let foreign = |key: &str| {
            let address = address_key(&format!("{}.{key}", section.address));
            self.facts.elsewhere.contains(address.as_str()) && !self.template.known.contains(&address)
        };
        let is_below = |key: &str| below.iter().any(|below| crate::facts::fold(below) == crate::facts::fold(key));
        table.entries.iter().any(|entry| !is_below(&entry.key) && !foreign(&entry.key))
    }

    /// Leaves a section out; where others below it stay, only the blocks that ask for something go, and the heading and
    /// the author's own text stay.
    fn leave_unfilled(
        &mut self,
        section: &'a Section,
        record: Record<'f>,
        whole: bool,
        mut below: Vec<Edit<'f>>,
        edits: &mut Vec<Edit<'f>>,
        below_complete: bool,
    ) -> Fate {
        self.set_all(&section.body, Status::Optional);
        if whole {
            self.remove_section(section, edits);
            return Fate { complete: below_complete, gone: true };
        }
        let complete = self.fill_heading(section, record, edits);
        self.remove_but(&section.body, &section.own_blocks, edits);
        edits.append(&mut below);
        Fate { complete: complete && below_complete, gone: false }
    }

    /// Removes a body but for some of its blocks.
    fn remove_but(&self, body: &std::ops::Range<usize>, kept: &[std::ops::Range<usize>], edits: &mut Vec<Edit<'f>>) {
        let mut at = body.start;
        for block in kept {
            let lines = crate::template::lines_of(self.text, block.clone());
            let blank = self.text[at..lines.start].trim().is_empty();
            if !blank {
                edits.push(Edit::new(at..lines.start, self.newline, Origin::Template));
            }
            at = lines.end;
        }
        if !self.text[at..body.end].trim().is_empty() {
            edits.push(Edit::new(at..body.end, self.newline, Origin::Template));
        }
    }

    fn repeated_section(
        &mut self,
        section: &'a Section,
        repeat: &'a Repeat,
        outer: Record<'f>,
        edits: &mut Vec<Edit<'f>>,
    ) -> Fate {
        let Some(records) = self.repeat_records(repeat, outer) else {
            return self.no_records(section, repeat, outer, edits);
        };
        let mut complete = true;
        let mut copies = String::new();
        let separator = format!("{}{}", self.newline, self.newline);
        for (at, record) in records.iter().enumerate() {
            let mut inner = Vec::new();
            let mut unit = Unit::default();
            let sample = Sample { slots: std::slice::from_ref(&repeat.name), named_by_label: false };
            self.names.push(Some(&repeat.name));
            self.fill_slots(sample.slots, *record, sample, &mut unit, &mut inner);
            self.fill_slots(&repeat.fields, *record, FIELDS, &mut unit, &mut inner);
            inner.extend(self.renumbered(section, at));
            complete &= self.body(section, *record, Targets::default(), &mut inner).complete && unit.is_complete();
            self.names.pop();
            let copy = self.splice(section.range.clone(), inner);
            if at + 1 < records.len() && !copy.ends_with(&separator) {
                copies.push_str(copy.trim_end());
                copies.push_str(&separator);
            } else {
                copies.push_str(&copy);
            }
        }
        if records.is_empty() {
            self.set_all(&section.range, Status::Removed);
            self.remove_section(section, edits);
            return GONE;
        }
        edits.push(Edit::new(section.range.clone(), copies, Origin::Template));
        Fate { complete, gone: false }
    }

    /// The records of something that is repeated; `None` where nothing is said.
    fn repeat_records(&mut self, repeat: &'a Repeat, outer: Record<'f>) -> Option<Vec<Record<'f>>> {
        if let Some(entry) = self.find(outer, &repeat.records) {
            let value = &entry.value;
            match &value.kind {
                Kind::Array(items) => {
                    self.used.push(value.id);
                    return Some(items.iter().map(|value| Record::Raw { name: None, value }).collect());
                }
                Kind::Table(table) => {
                    // Its keys are shown as names.
                    self.used.extend(table.entries.iter().map(|entry| entry.value.id));
                    let named =
                        table.entries.iter().map(|entry| Record::Raw { name: Some(entry), value: &entry.value });
                    return Some(named.collect());
                }
                _ => {
                    let wanted = "an array of records, or a table of them by name,";
                    self.wrong_form(value, &repeat.address, repeat.name.range.clone(), wanted);
                    return Some(Vec::new());
                }
            }
        }
        let schema = self.facts.schema;
        let collection = repeat.collection.filter(|_| matches!(outer, Record::Root) && !schema.tables.is_empty())?;
        Some(record::typed(schema, None, collection))
    }

    /// Nothing is said of the records: everything in the section is missing.
    fn no_records(
        &mut self,
        section: &'a Section,
        repeat: &'a Repeat,
        outer: Record<'f>,
        edits: &mut Vec<Edit<'f>>,
    ) -> Fate {
        let mut unit = Unit::default();
        let mut own = Vec::new();
        self.heading_missing(repeat, outer, &mut unit, &mut own);
        self.section_missing(section, outer, &mut unit, &mut own);
        if self.may_stay_unfilled(section, outer, &unit) {
            self.set_all(&section.range, Status::Optional);
            self.note_unfilled(section, true);
            self.remove_section(section, edits);
            return GONE;
        }
        self.report_unit(section, &unit);
        edits.append(&mut own);
        Fate { complete: false, gone: false }
    }

    fn section_missing(
        &mut self,
        section: &'a Section,
        outer: Record<'f>,
        unit: &mut Unit<'a, 'f>,
        edits: &mut Vec<Edit<'f>>,
    ) {
        self.elements_missing(&section.elements, outer, unit, edits);
        for child in section.sections.iter().filter(|child| !child.again) {
            if let Some(repeat) = &child.repeat {
                self.heading_missing(repeat, outer, unit, edits);
            }
            self.section_missing(child, outer, unit, edits);
        }
    }

    fn heading_missing(
        &mut self,
        repeat: &'a Repeat,
        outer: Record<'f>,
        unit: &mut Unit<'a, 'f>,
        edits: &mut Vec<Edit<'f>>,
    ) {
        for slot in std::iter::once(&repeat.name).chain(&repeat.fields) {
            self.note_missing(slot, outer, unit);
            self.write_slots(&[(slot, None)], edits);
        }
    }

    /// The number of the heading of a later copy: `3.1` becomes `3.2`.
    fn renumbered(&self, section: &Section, copy: usize) -> Option<Edit<'f>> {
        let heading = &self.text[section.heading.clone()];
        let marks = heading.len() - heading.trim_start_matches(['#', ' ', '\t']).len();
        let title = &heading[marks..];
        let length = title.len() - crate::slug::without_numbering(title).len();
        let number = title[..length].trim_end().trim_end_matches([')', '.']);
        let digits = number.len() - number.trim_end_matches(|c: char| c.is_ascii_digit()).len();
        let last: usize = number[number.len() - digits..].parse().ok().filter(|_| copy > 0)?;
        let end = section.heading.start + marks + number.len();
        Some(Edit::new(end - digits..end, last.checked_add(copy)?.to_string(), Origin::Template))
    }

    fn repeated_label(
        &mut self,
        repeat: &'a Repeat,
        range: &std::ops::Range<usize>,
        elements: &'a [Element],
        outer: Record<'f>,
        unit: &mut Unit<'a, 'f>,
        edits: &mut Vec<Edit<'f>>,
    ) {
        let Some(records) = self.repeat_records(repeat, outer) else {
            self.note_missing(&repeat.name, outer, unit);
            self.write_slots(&[(&repeat.name, None)], edits);
            self.elements_missing(elements, outer, unit, edits);
            return;
        };
        unit.answered += 1;
        if records.is_empty() {
            self.set_all(range, Status::Removed);
            self.remove_block(range.clone(), unit, edits);
            return;
        }
        unit.kept |= !records.is_empty();
        let gap = format!("{}{}{}", self.newline, self.newline, super::write::container_prefix(self.text, range.start));
        let mut copies = String::new();
        for record in records {
            let mut inner = Vec::new();
            let mut own = Unit::default();
            let sample = Sample { slots: std::slice::from_ref(&repeat.name), named_by_label: false };
            self.names.push(Some(&repeat.name));
            self.fill_slots(sample.slots, record, sample, &mut own, &mut inner);
            self.elements(elements, record, Targets::default(), &mut own, &mut inner);
            self.settle_prompts(&mut own, record, true, false, &mut inner);
            self.names.pop();
            unit.gaps |= own.gaps;
            if !copies.is_empty() {
                copies.push_str(&gap);
            }
            copies.push_str(&self.splice(range.clone(), inner));
        }
        edits.push(Edit::new(range.clone(), copies, Origin::Template));
    }
}

/// A blank string or `[]`, which is no body.
fn is_hollow(value: &Value<'_>) -> bool {
    value.is_blank() || super::run::is_empty(value)
}

/// Whether an array at the section's own path is its records: it has an unlabelled run of samples that they fit.
fn takes_items(section: &Section, items: &[Value<'_>]) -> bool {
    let run = section.elements.iter().find_map(|element| match element {
        Element::Run(run) if run.lead.is_none() && run.items.iter().any(|item| item.role == Role::Sample) => Some(run),
        _ => None,
    });
    run.is_some_and(|run| {
        let single = run.items.iter().filter(|item| item.role == Role::Sample).all(|item| item.slots.len() == 1);
        items.iter().all(|item| item.as_table().is_some() || single)
    })
}

/// The last runs without a label, which take further keys.
fn further_targets<'a, 'f>(section: &'a Section) -> Targets<'a, 'f> {
    let mut targets = Targets::default();
    for element in &section.elements {
        let run: &Run = match element {
            Element::Run(run) => run,
            Element::Code(code) => &code.run,
            _ => continue,
        };
        let fits = |item: &crate::template::Item| match run.kind {
            RunKind::List { .. } => matches!(item.role, Role::Labelled | Role::Topic),
            RunKind::Table | RunKind::Code => item.role == Role::Labelled && item.label.is_some(),
        };
        if run.lead.is_some() || !run.items.iter().any(fits) {
            continue;
        }
        match run.kind {
            RunKind::Table => targets.tables = Some(run),
            RunKind::List { .. } | RunKind::Code => targets.scalars = Some(run),
        }
    }
    targets
}
