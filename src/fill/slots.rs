//! Placeholders inside text: look-up, writing, and marking what is missing in a draft.

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

    fn note_answer(&mut self, slot: &Slot, answer: &Answer<'f>, unit: &mut Unit<'a, 'f>) {
        unit.answered += 1;
        self.set(slot.id, answer.status());
        if let Answer::Fact(value) = answer {
            self.use_all(value);
        }
    }

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

    /// Writes answers; code spans are written whole, so their slots go together.
    pub(super) fn write_slots(&mut self, answers: &[(&'a Slot, Option<Answer<'f>>)], edits: &mut Vec<Edit<'f>>) {
        let same_span = |a: &(&'a Slot, Option<Answer<'f>>), b: &(&'a Slot, Option<Answer<'f>>)| matches!((&a.0.site, &b.0.site), (Site::CodeSpan(a), Site::CodeSpan(b)) if a == b);
        for group in answers.chunk_by(same_span) {
            let Some((slot, answer)) = group.first() else { continue };
            if let Site::CodeSpan(span) = &slot.site {
                let written = self.write_code_span(span, group, edits);
                if self.options.draft && !written && !self.in_image(span) {
                    edits.extend(mark(span.clone()));
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
                (None, Site::Text) if self.options.draft && !self.in_image(&slot.range) => {
                    edits.extend(mark(slot.range.clone()))
                }
                (edit, _) => edits.extend(edit),
            }
        }
    }
}

impl Filler<'_, '_> {
    /// Whether a place is shown as the text of an image, in which HTML is no markup.
    fn in_image(&self, range: &std::ops::Range<usize>) -> bool {
        let images = &self.template.images;
        let after = images.partition_point(|image| image.start <= range.start);
        after > 0 && range.end <= images[after - 1].end
    }
}

/// Marks a placeholder that stays on the page of a draft.
pub(super) fn mark<'f>(range: std::ops::Range<usize>) -> [Edit<'f>; 2] {
    [
        Edit::new(range.start..range.start, format!("<mark class=\"{MISSING}\">"), Origin::Template),
        Edit::new(range.end..range.end, "</mark>", Origin::Template),
    ]
}
