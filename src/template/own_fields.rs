//! What a template asks of the records of the schema beside their typed fields.

use std::collections::HashSet;

use super::{Element, Placeholder, PlaceholderKind, Run, Section, Template};
use crate::vocabulary::Collection;

impl Template {
    /// The placeholders in samples of a collection that no typed field answers, each with its address below the record:
    /// `release`, `alerts[].rule`.
    pub(crate) fn own_fields(&self, collection: Collection) -> Vec<(&Placeholder, &str)> {
        let mut records = HashSet::new();
        each_run(&self.root, &mut |run| {
            if run.collection == Some(collection) {
                records.insert(&*run.address);
            }
        });
        let below = |placeholder: &'_ Placeholder| placeholder.kind != PlaceholderKind::Continuation;
        let asking = self.placeholders.iter().filter(|placeholder| below(placeholder));
        let fields = asking.filter_map(|placeholder| {
            let address = placeholder.address.as_deref()?;
            let mut dots = address.match_indices('.').map(|(at, _)| at);
            let record = dots.find(|&at| records.contains(&address[..at]))?;
            Some((placeholder, &address[record + 1..]))
        });
        fields.filter(|(_, field)| collection.field(field).is_none()).collect()
    }
}

/// Every run of a section and of those below it.
fn each_run<'t>(section: &'t Section, visit: &mut dyn FnMut(&'t Run)) {
    each_run_of(&section.elements, visit);
    section.sections.iter().for_each(|section| each_run(section, visit));
}

fn each_run_of<'t>(elements: &'t [Element], visit: &mut dyn FnMut(&'t Run)) {
    for element in elements {
        match element {
            Element::Run(run) => {
                visit(run);
                run.items.iter().for_each(|item| each_run_of(&item.nested, visit));
            }
            Element::Repeat { elements, .. } => each_run_of(elements, visit),
            Element::Slots(_) | Element::Prompt(_) | Element::Code(_) => {}
        }
    }
}
