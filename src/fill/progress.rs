//! How much of a page is filled, section by section.

use std::collections::HashSet;

use super::{Order, Status};
use crate::diagnostic::{Progress, SectionProgress};
use crate::template::{PlaceholderId, PlaceholderKind, Section, Template};

/// How much of each section is filled. What stands above the first one, or in a page without sections, is counted as one
/// more where it asks for anything.
pub(super) fn progress(template: &Template, statuses: &[Status], order: &Order, chapter: &str) -> Progress {
    let mut sections = Vec::new();
    level_two(&template.root, &mut sections);
    let count = |title: &str, address: &str, ids: &[PlaceholderId]| {
        let mut progress =
            SectionProgress { title: title.to_owned(), address: address.to_owned(), done: 0, total: 0, complete: true };
        for &id in ids {
            let status = statuses[id];
            if template.placeholders[id].kind != PlaceholderKind::Continuation && status != Status::Optional {
                progress.total += 1;
                progress.done += usize::from(matches!(status, Status::Filled | Status::Derived | Status::Removed));
                progress.complete &= status != Status::Missing;
            }
        }
        progress
    };
    let inside: HashSet<_> = sections.iter().flat_map(|section| order.of(&section.range)).collect();
    let outside: Vec<_> = order.0.iter().map(|(_, id)| *id).filter(|id| !inside.contains(id)).collect();
    let title = template.root.sections.first().filter(|section| section.level == 1);
    let title = title.map_or(chapter, |section| section.title.as_str());
    let outside = Some(count(title, "", &outside)).filter(|progress| progress.total > 0);
    let sections = sections.iter().map(|section| count(&section.title, &section.address, &order.of(&section.range)));
    Progress { chapter: chapter.to_owned(), sections: outside.into_iter().chain(sections).collect() }
}

/// The topmost sections that are no title.
fn level_two<'t>(section: &'t Section, found: &mut Vec<&'t Section>) {
    if section.level >= 2 {
        found.push(section);
    } else {
        section.sections.iter().for_each(|section| level_two(section, found));
    }
}
