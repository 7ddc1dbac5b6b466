//! Placeholders inside text: look-up, writing, and marking what is missing in a draft.

use std::ops::Range;

use super::answer::{Answer, Sample};
use super::{Filler, Record, Status, Unit};
use crate::draft::MISSING;
use crate::splice::{Edit, Origin};
use crate::template::{Site, Slot};

impl<'a, 'f> Filler<'a, 'f> {
    /// Fills the placeholders of one stretch of text.
    pub(super) fn fill_slots(
        &mut self,
        slots: &'a [Slot],
        record: Record<'f>,
        sample: Sample<'a>,
        unit: &mut Unit<'a, 'f>,
        edits: &mut Vec<Edit<'f>>,
    ) {
        let mut answers = std::mem::take(&mut self.answers);
        answers.reserve(slots.len());
        for slot in slots {
            let answer = self.answer(record, slot, sample);
            match &answer {
                Some(answer) => self.note_answer(slot, answer, unit),
                None => self.note_missing(slot, record, unit),
            }
            answers.push((slot, answer));
        }
        unit.kept |= !slots.is_empty();
        self.write_slots(&answers, edits);
        answers.clear();
        self.answers = answers;
    }

    /// Notes what a slot is answered by.
    pub(super) fn note_answer(&mut self, slot: &Slot, answer: &Answer<'f>, unit: &mut Unit<'a, 'f>) {
        unit.answered += 1;
        self.set(slot.id, answer.status());
        if let Answer::Fact(value) = answer {
            self.use_all(value);
        }
    }

    /// Notes that nothing answers a slot.
    pub(super) fn note_missing(&mut self, slot: &'a Slot, record: Record<'f>, unit: &mut Unit<'a, 'f>) {
        self.set(slot.id, Status::Missing);
        match record {
            Record::Root => unit.missing.push(slot),
            record => {
                unit.gaps = true;
                let below = self.below_record(slot);
                self.note_gap(slot, record, below);
            }
        }
    }

    /// Leaves slots as they are, marked in a draft.
    pub(super) fn write_unanswered(&mut self, slots: impl IntoIterator<Item = &'a Slot>, edits: &mut Vec<Edit<'f>>) {
        if self.options.draft {
            let unanswered: Vec<_> = slots.into_iter().map(|slot| (slot, None)).collect();
            self.write_slots(&unanswered, edits);
        }
    }

    /// Writes answers; code spans are written whole, so their slots go together.
    pub(super) fn write_slots(&mut self, answers: &[(&'a Slot, Option<Answer<'f>>)], edits: &mut Vec<Edit<'f>>) {
        for group in answers.chunk_by(|(one, _), (next, _)| is_same_span(&one.site, &next.site)) {
            let Some((slot, answer)) = group.first() else { continue };
            if let Site::CodeSpan(span) = &slot.site {
                if !self.write_code_span(span, group, edits) {
                    self.mark(span, edits);
                }
                continue;
            }
            let edit = match (answer, &slot.site) {
                (Some(answer), Site::Text) => self.write_text(slot, answer),
                (Some(answer), Site::LinkTarget) => self.write_target(slot, answer),
                (Some(answer), _) => self.write_code_line(slot, answer),
                (None, _) => None,
            };
            match (edit, &slot.site) {
                (None, Site::Text) => self.mark(&slot.range, edits),
                (edit, _) => edits.extend(edit),
            }
        }
    }
}

impl<'f> Filler<'_, 'f> {
    /// Marks what stays on the page of a draft.
    pub(super) fn mark(&self, range: &Range<usize>, edits: &mut Vec<Edit<'f>>) {
        if self.options.draft && !self.in_image(range) {
            let open = format!("<mark class=\"{MISSING}\">");
            edits.push(Edit::new(range.start..range.start, open, Origin::Template));
            edits.push(Edit::new(range.end..range.end, "</mark>", Origin::Template));
        }
    }

    /// Whether a place is shown as the text of an image, in which HTML is no markup.
    fn in_image(&self, range: &Range<usize>) -> bool {
        let images = &self.template.images;
        let after = images.partition_point(|image| image.start <= range.start);
        after > 0 && range.end <= images[after - 1].end
    }
}

/// Whether two slots stand in the same code span.
fn is_same_span(one: &Site, other: &Site) -> bool {
    matches!((one, other), (Site::CodeSpan(one), Site::CodeSpan(other)) if one == other)
}
