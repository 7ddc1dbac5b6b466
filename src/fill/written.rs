//! The items of a run one after the other: what stays, goes or stands in its place, with gaps and numbers.

use std::borrow::Cow;
use std::ops::Range;

use super::run::Plan;
use super::write::container_prefix;
use super::{Filler, Unit};
use crate::splice::{Edit, Origin};
use crate::template::{Item, Role, Run, RunKind, lines_of};

impl<'a, 'f> Filler<'a, 'f> {
    /// Turns the plans of a run's items into edits.
    pub(super) fn write_run(
        &mut self,
        run: &'a Run,
        plans: Vec<Plan<'a, 'f>>,
        further: Vec<String>,
        unit: &mut Unit<'a, 'f>,
        edits: &mut Vec<Edit<'f>>,
    ) {
        let gone = plans.iter().all(|plan| matches!(plan, Plan::Gone));
        if gone && further.is_empty() && !run.own_lines {
            return self.remove_run(run, unit, edits);
        }
        unit.kept |= !further.is_empty();
        let mut list = Written::new(self.text, run, self.newline);
        let last =
            plans.iter().zip(&run.items).rposition(|(_, item)| matches!(item.role, Role::Labelled | Role::Topic));
        let mut further = Some(further);
        for (at, plan) in plans.into_iter().enumerate() {
            let item = &run.items[at];
            match plan {
                Plan::Keep(mut own) => {
                    list.keep(item, edits);
                    edits.append(&mut own);
                }
                Plan::Gone => list.drop_item(at, edits),
                Plan::Copies(copies) => list.replace(at, copies, edits),
            }
            if Some(at) == last {
                list.add(at, further.take().unwrap_or_default(), edits);
            }
        }
    }
}

/// Items that stand in place of samples, one after the other.
pub(super) struct Copies<'t> {
    /// With the gap of their run between them.
    pub(super) text: String,
    gap: Cow<'t, str>,
    begun: bool,
    /// Where each of them starts, if they are numbered.
    starts: Option<Vec<usize>>,
}

impl<'t> Copies<'t> {
    /// Room for so many, of which so many bytes are said.
    pub(super) fn new(text: &'t str, run: &Run, newline: &'t str, count: usize, said: usize) -> Self {
        let gap = gap(text, run, newline);
        let length = run.items.first().map_or(0, |item| item.range.len()) + gap.len();
        let starts = matches!(run.kind, RunKind::List { ordered: true }).then(Vec::new);
        Copies { text: String::with_capacity(count * length + said), gap, begun: false, starts }
    }

    pub(super) fn is_empty(&self) -> bool {
        !self.begun
    }

    /// Goes on to the next one, which is to be written behind the text; where it starts.
    pub(super) fn begin(&mut self) -> usize {
        if self.begun {
            self.text.push_str(&self.gap);
        }
        self.begun = true;
        let start = self.text.len();
        if let Some(starts) = &mut self.starts {
            starts.push(start);
        }
        start
    }

    /// Each of them, if they are numbered.
    fn each(&self) -> impl Iterator<Item = &str> {
        let starts = self.starts.as_deref().unwrap_or_default();
        let next = starts.iter().skip(1).map(|start| start - self.gap.len());
        let ends = next.chain(std::iter::once(self.text.len()));
        starts.iter().zip(ends).map(|(start, end)| &self.text[*start..end])
    }
}

/// What stands between two items of a run.
fn gap<'t>(text: &'t str, run: &Run, newline: &'t str) -> Cow<'t, str> {
    let Some(first) = run.items.first() else { return Cow::Borrowed(newline) };
    if let Some(second) = run.items.get(1).filter(|_| run.kind != RunKind::Code) {
        return Cow::Borrowed(&text[first.range.end..second.range.start]);
    }
    let prefix = container_prefix(text, first.range.start);
    if prefix.is_empty() { Cow::Borrowed(newline) } else { Cow::Owned(format!("{newline}{prefix}")) }
}

/// Writes the items of a run one after the other, with the gaps and numbers between them.
struct Written<'r, 't> {
    text: &'t str,
    run: &'r Run,
    newline: &'t str,
    /// The number of the next item of an ordered list.
    number: Option<u64>,
    /// Items were dropped or added, so that the numbers after them are no longer those of the template.
    renumbers: bool,
    /// Nothing was written yet.
    empty: bool,
    /// Start of the items dropped in front of the first one.
    dropped_from: Option<usize>,
}

impl<'r, 't> Written<'r, 't> {
    fn new(text: &'t str, run: &'r Run, newline: &'t str) -> Self {
        let number = match run.kind {
            RunKind::List { ordered: true } => run.items.first().and_then(|first| number(&text[first.range.clone()])),
            _ => None,
        };
        Written { text, run, newline, number, renumbers: false, empty: true, dropped_from: None }
    }

    fn is_code(&self) -> bool {
        self.run.kind == RunKind::Code
    }

    fn next_number(&mut self) -> Option<u64> {
        let number = self.number?;
        self.number = Some(number.saturating_add(1));
        Some(number)
    }

    fn keep<'f>(&mut self, item: &Item, edits: &mut Vec<Edit<'f>>) {
        self.start_before(item.range.start, edits);
        if let Some(next) = self.next_number().filter(|_| self.renumbers) {
            let text = &self.text[item.range.clone()];
            // A longer number would want the lines below it further to the right; readers see numbers in order anyway.
            let fits = |old| old != next && (digits(next) <= digits(old) || !text.contains('\n'));
            if number(text).is_some_and(fits) {
                let digits = text.bytes().take_while(u8::is_ascii_digit).count();
                let range = item.range.start..item.range.start + digits;
                edits.push(Edit::new(range, next.to_string(), Origin::Template));
            }
        }
    }

    fn drop_item<'f>(&mut self, at: usize, edits: &mut Vec<Edit<'f>>) {
        self.renumbers = true;
        let range = self.run.items[at].range.clone();
        if self.is_code() {
            edits.push(Edit::new(lines_of(self.text, range), "", Origin::Template));
        } else if self.empty {
            self.dropped_from.get_or_insert(range.start);
        } else {
            edits.push(Edit::new(self.run.items[at - 1].range.end..range.end, "", Origin::Template));
        }
    }

    fn replace<'f>(&mut self, at: usize, copies: Copies<'_>, edits: &mut Vec<Edit<'f>>) {
        let range = self.run.items[at].range.clone();
        self.start_before(range.start, edits);
        self.renumbers = true;
        let text = if self.number.is_some() { self.join(copies.each()) } else { copies.text };
        edits.push(Edit::new(range, text, Origin::Template));
    }

    /// Adds items after the one at `at`, which may have been dropped.
    fn add<'f>(&mut self, at: usize, further: Vec<String>, edits: &mut Vec<Edit<'f>>) {
        if further.is_empty() {
            return;
        }
        self.renumbers = true;
        let further = further.iter().map(String::as_str);
        let Range { start, end } = self.run.items[at].range;
        // A code line goes with its line end: what is added takes the place of the whole line.
        if let Some(line) = edits.last_mut().filter(|edit| self.is_code() && edit.range.end > end) {
            let (before, after) = (&self.text[line.range.start..start], &self.text[end..line.range.end]);
            line.text = format!("{before}{}{after}", self.join(further)).into();
            return;
        }
        let leading = self.empty && !self.is_code();
        if leading {
            let start = self.dropped_from.take().unwrap_or(end);
            let text = self.join(further);
            edits.push(Edit::new(start..end, text, Origin::Template));
            self.empty = false;
            return;
        }
        let text = self.join(further);
        edits.push(Edit::new(end..end, format!("{}{text}", gap(self.text, self.run, self.newline)), Origin::Template));
    }

    /// Removes what was dropped in front of the first item that stays.
    fn start_before<'f>(&mut self, start: usize, edits: &mut Vec<Edit<'f>>) {
        if let Some(from) = self.dropped_from.take() {
            edits.push(Edit::new(from..start, "", Origin::Template));
        }
        self.empty = false;
    }

    /// Items with the gaps between them, numbered anew.
    fn join<'c>(&mut self, items: impl Iterator<Item = &'c str>) -> String {
        let gap = gap(self.text, self.run, self.newline);
        // What the lines of an item after its first begin with, but for their indentation.
        let prefix = self.run.items.first().map(|first| container_prefix(self.text, first.range.start));
        let mut text = String::new();
        for (at, item) in items.enumerate() {
            if at > 0 {
                text.push_str(&gap);
            }
            match self.next_number().zip(number(item)) {
                Some((next, old)) => {
                    text.push_str(&next.to_string());
                    let rest = item.trim_start_matches(|c: char| c.is_ascii_digit());
                    let more = digits(next).saturating_sub(digits(old));
                    text.push_str(&indented(rest, prefix.as_deref().unwrap_or_default(), more));
                }
                None => text.push_str(item),
            }
        }
        text
    }
}

fn digits(number: u64) -> usize {
    number.checked_ilog10().unwrap_or(0) as usize + 1
}

/// An item with the lines after its first moved to the right, as a longer number wants them.
fn indented<'i>(item: &'i str, prefix: &str, more: usize) -> Cow<'i, str> {
    if more == 0 || !item.contains('\n') {
        return Cow::Borrowed(item);
    }
    let mut moved = String::with_capacity(item.len() + more * 8);
    for (at, line) in item.split_inclusive('\n').enumerate() {
        match line.strip_prefix(prefix).filter(|rest| at > 0 && !rest.trim().is_empty()) {
            Some(rest) => {
                moved.push_str(prefix);
                moved.extend(std::iter::repeat_n(' ', more));
                moved.push_str(rest);
            }
            None => moved.push_str(line),
        }
    }
    Cow::Owned(moved)
}

/// The number that an ordered item starts with.
fn number(item: &str) -> Option<u64> {
    let digits = item.bytes().take_while(u8::is_ascii_digit).count();
    item[..digits].parse().ok()
}
