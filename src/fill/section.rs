//! Sections: replaced, left out or filled, and the gate that each of them has to pass.

use super::answer::Sample;
use super::misfit::Wrong;
use super::missing::Extent;
use super::prompt::markdown;
use super::run::{Targets, is_empty};
use super::write::has_html;
use super::{Filler, Record, Status, Unit};
use crate::diagnostic::Code;
use crate::facts::{Kind, Value};
use crate::place;
use crate::splice::{Edit, Origin};
use crate::template::{Element, Item, Role, Run, RunKind, Section};

/// What became of a section.
#[derive(Clone, Copy)]
pub(super) struct Fate {
    /// Nothing in it fails the gate.
    pub(super) complete: bool,
    /// It is not on the page.
    pub(super) gone: bool,
}

pub(super) const GONE: Fate = Fate { complete: true, gone: true };

/// It stays as it is, which is a mistake.
pub(super) const LEFT: Fate = Fate { complete: false, gone: false };

/// What became of the sections below one.
#[derive(Clone, Copy)]
pub(super) struct Below {
    /// There are some.
    pub(super) any: bool,
    /// Nothing in them fails the gate.
    pub(super) complete: bool,
    /// None of them is on the page.
    pub(super) gone: bool,
}

impl Below {
    /// Of what is no section.
    pub(super) const NOTHING: Below = Below { any: false, complete: true, gone: true };

    fn and(self, fate: Fate) -> Below {
        Below { any: true, complete: self.complete && fate.complete, gone: self.gone && fate.gone }
    }
}

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
                    self.mark_section(section, edits);
                    return LEFT;
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

    pub(super) fn remove_section(&mut self, section: &Section, edits: &mut Vec<Edit<'f>>) {
        self.gone.push(section.range.clone());
        edits.push(Edit::new(section.range.clone(), "", Origin::Template));
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
            return self.leave_body(section, edits);
        };
        let block = match !self.options.allow_html && has_html(&text) {
            true => Err(Wrong::Html),
            false => place::block(&text, "", self.newline).map_err(Wrong::Misfit),
        };
        match block {
            Ok(block) => {
                self.note_definitions(&text, value, &section.address);
                let newline = self.newline;
                let end = if self.ends_page(body.end) { "" } else { newline };
                let text = format!("{newline}{block}{newline}{end}");
                edits.push(Edit::new(body, text, Origin::Prose));
                Fate { complete, gone: false }
            }
            Err(wrong) => {
                let heading = section.heading.clone();
                self.block_misfit(value, &section.address, &wrong, heading, "the section is here");
                self.leave_body(section, edits)
            }
        }
    }

    /// Leaves a body as it is, for which there is a value of another form.
    fn leave_body(&mut self, section: &'a Section, edits: &mut Vec<Edit<'f>>) -> Fate {
        self.leave(&(section.body.start..section.range.end), Code::WrongForm);
        let own = section.elements.iter().filter(|element| !is_in_heading(section, element));
        self.mark_elements(own, edits);
        section.sections.iter().for_each(|child| self.mark_section(child, edits));
        LEFT
    }

    /// Fills the placeholders of a heading whose body is replaced; whether none is missing.
    pub(super) fn fill_heading(&mut self, section: &'a Section, record: Record<'f>, edits: &mut Vec<Edit<'f>>) -> bool {
        let mut unit = Unit::default();
        for element in &section.elements {
            if let Element::Slots(slots) = element
                && is_in_heading(section, element)
            {
                self.fill_slots(slots, record, Sample::default(), &mut unit, edits);
            }
        }
        self.report_unit(section, &unit);
        unit.is_complete()
    }

    /// Fills what a section holds of its own, after the sections below it, and asks the gate.
    pub(super) fn body(
        &mut self,
        section: &'a Section,
        record: Record<'f>,
        targets: Targets<'a, 'f>,
        edits: &mut Vec<Edit<'f>>,
    ) -> Fate {
        let mut edits_below = self.rooms.pop().unwrap_or_default();
        let below = self.sections(&section.sections, record, &mut edits_below);
        let noted = self.noted.len();
        let mut unit = Unit::default();
        let mut own = self.rooms.pop().unwrap_or_default();
        let targets = Targets { items: targets.items, ..further_targets(section) };
        self.elements(&section.elements, record, targets, &mut unit, &mut own);
        self.settle_prompts(&mut unit, record, below, &mut own);
        let complete = unit.is_complete();
        let removable = below.gone && !section.path.is_empty();
        if self.may_stay_unfilled(section, record, &unit) && !complete {
            let extent = if removable { Extent::Whole } else { Extent::Own };
            self.tell_unfilled(section, record, extent, noted);
            let fate = self.leave_unfilled(section, record, extent, edits_below, edits);
            return Fate { complete: fate.complete && below.complete, ..fate };
        }
        self.report_unit(section, &unit);
        let empty = !unit.kept && !section.has_own_text && complete;
        // At the root, where `false` leaves a section out, one of which all is left out keeps its heading.
        let emptied = below.any || !section.elements.is_empty() && !matches!(record, Record::Root);
        if emptied && removable && empty {
            self.remove_section(section, edits);
            return Fate { complete: below.complete, gone: true };
        }
        edits.append(&mut own);
        edits.append(&mut edits_below);
        self.rooms.extend([own, edits_below]);
        Fate { complete: complete && below.complete, gone: false }
    }

    /// Fills the sections below one.
    fn sections(&mut self, sections: &'a [Section], record: Record<'f>, edits: &mut Vec<Edit<'f>>) -> Below {
        sections.iter().fold(Below::NOTHING, |below, child| {
            below.and(match child.again {
                true => {
                    self.set_all(&child.range, Status::Removed);
                    self.remove_section(child, edits);
                    GONE
                }
                false => self.section(child, record, edits),
            })
        })
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
                Element::Repeat { repeat, samples, elements } => {
                    self.repeated_label(repeat, samples, elements, record, unit, edits);
                }
            }
        }
    }
}

/// Whether a piece of a section stands in its heading.
fn is_in_heading(section: &Section, element: &Element) -> bool {
    let Element::Slots(slots) = element else { return false };
    slots.iter().all(|slot| section.heading.contains(&slot.range.start))
}

/// A blank string or `[]`, which is no body.
fn is_hollow(value: &Value<'_>) -> bool {
    value.is_blank() || is_empty(value)
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
        let fits = |item: &Item| match run.kind {
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
