//! The facts files, each read once, and the sets that the configuration makes of them.

use std::borrow::Cow;

use super::Input;
use crate::diagnostic::{Code, Diagnostic};
use crate::facts::{self, FactIds, Table};
use crate::source::SourceId;

/// A set of facts files, merged.
pub(super) struct Set<'r, 's> {
    pub(super) root: Cow<'r, Table<'s>>,
    files: &'r [SourceId],
    /// Some of its keys are lost to mistakes of the TOML: what is missing or too much may follow from those alone.
    pub(super) torn: bool,
    /// The file that what is missing is to be added to.
    pub(super) first: Option<SourceId>,
    /// What references name it by.
    pub(super) stem: &'r str,
}

impl Set<'_, '_> {
    /// Of what was found wrong, what does not follow from mistakes of the TOML.
    pub(super) fn told(&self, found: impl IntoIterator<Item = Diagnostic>) -> impl Iterator<Item = Diagnostic> {
        told(found, self.torn)
    }

    pub(super) fn shares_a_file(&self, other: &Set<'_, '_>) -> bool {
        self.files.iter().any(|file| other.files.contains(file))
    }
}

/// Of what was found wrong in facts, some of whose keys may be lost (`torn`), what does not follow from that.
pub(super) fn told(found: impl IntoIterator<Item = Diagnostic>, torn: bool) -> impl Iterator<Item = Diagnostic> {
    found.into_iter().filter(move |diagnostic| !(torn && follows_from_lost_keys(diagnostic.code)))
}

fn follows_from_lost_keys(code: Code) -> bool {
    matches!(
        code,
        Code::UnfilledPlaceholder
            | Code::UnfilledSection
            | Code::UnansweredTopic
            | Code::UnknownFact
            | Code::UnusedFact
            | Code::UnknownTable
            | Code::UnknownColumn
    )
}

/// The facts files, in the order in which they were read.
pub(super) fn read_files<'s>(input: &Input<'s>, diagnostics: &mut Vec<Diagnostic>) -> Vec<(SourceId, Table<'s>)> {
    let fails = input.config.fails(Code::InvalidToml);
    let mut ids = FactIds::default();
    let mut files: Vec<(SourceId, Table<'s>)> = Vec::new();
    for set in &input.facts {
        for &file in &set.files {
            if files.iter().any(|(known, _)| *known == file) {
                continue;
            }
            // What stands for bytes that are no text has mistakes of its own, which nobody made.
            let table = match fails && set.unknown.contains(&file) {
                true => Table::default(),
                false => facts::parse(file, &input.sources.get(file).text, &mut ids, diagnostics),
            };
            files.push((file, table));
        }
    }
    files.sort_by_key(|(file, _)| *file);
    files
}

/// The files of each set, merged.
pub(super) fn sets<'r, 's>(
    input: &'r Input<'s>,
    files: &'r [(SourceId, Table<'s>)],
    told: &[Diagnostic],
) -> Vec<Set<'r, 's>> {
    let fails = input.config.fails(Code::InvalidToml);
    let table = |file: &SourceId| files.iter().find(|(known, _)| known == file).map(|(_, table)| table);
    let sets = input.facts.iter().map(|set| {
        let tables: Vec<_> = set.files.iter().filter_map(table).collect();
        let root = match tables.as_slice() {
            [only] => Cow::Borrowed(*only),
            _ => Cow::Owned(facts::merge(tables.into_iter().cloned().collect())),
        };
        let first = set.files.first().copied();
        // What follows from lost keys is silenced only while their loss itself fails the run.
        let torn = !set.unknown.is_empty() || set.files.iter().any(|&file| facts::lost_keys(file, told));
        let torn = torn && fails;
        Set { root, files: &set.files, torn, first, stem: first.map_or("", |first| stem(input, first)) }
    });
    sets.collect()
}

/// `backend` for `facts/backend.toml`.
pub(super) fn stem<'s>(input: &Input<'s>, file: SourceId) -> &'s str {
    let name = input.sources.get(file).name.rsplit('/').next().unwrap_or_default();
    name.strip_suffix(".toml").unwrap_or(name)
}
