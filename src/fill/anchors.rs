//! Links of a page to its own sections, where those are left out.

use std::collections::HashSet;

use super::Filler;
use crate::diagnostic::{Code, Diagnostic};
use crate::template::Section;

impl Filler<'_, '_> {
    /// Tells the links that stay on the page and lead to a section that does not.
    pub(super) fn report_anchors(&mut self) {
        let template = self.template;
        if self.gone.is_empty() || template.anchors.is_empty() {
            return;
        }
        self.gone.sort_by_key(|gone| (gone.start, usize::MAX - gone.end));
        // One in another is gone with that.
        self.gone.dedup_by(|inner, outer| inner.end <= outer.end);
        let gone = |at: usize| {
            let after = self.gone.partition_point(|gone| gone.start <= at);
            after > 0 && at < self.gone[after - 1].end
        };
        let (mut left_out, mut stays) = (HashSet::new(), HashSet::new());
        note_anchors(&template.root, &mut |section| {
            let ids = if gone(section.range.start) { &mut left_out } else { &mut stays };
            ids.insert(heading_id(&section.title));
        });
        let broken = template.anchors.iter().filter(|(range, id)| {
            let id = id.to_lowercase();
            !gone(range.start) && left_out.contains(&id) && !stays.contains(&id)
        });
        let broken: Vec<_> = broken.map(|(range, id)| (self.span(range.clone()), id)).collect();
        self.diagnostics.extend(broken.into_iter().map(|(span, id)| {
            let title = format!("the section `#{id}` is left out of the page");
            Diagnostic::new(Code::BrokenCrossReference, title, span, "leads nowhere")
                .with_help("`[]` at the address of an item or row leaves that out, too, if it has one")
        }));
    }
}

fn note_anchors(section: &Section, visit: &mut dyn FnMut(&Section)) {
    if section.level > 0 {
        visit(section);
    }
    section.sections.iter().for_each(|section| note_anchors(section, visit));
}

/// The id that mdBook gives to a heading: lower case, white space as `-`, without other marks.
pub(super) fn heading_id(title: &str) -> String {
    let kept = title.trim().chars().filter_map(|c| match c {
        c if c.is_alphanumeric() || matches!(c, '_' | '-') => Some(c),
        c if c.is_whitespace() => Some('-'),
        _ => None,
    });
    kept.flat_map(char::to_lowercase).collect()
}
