//! Repairs of one run that can all be made: one that another rules out is kept as a sentence.

use std::collections::{HashMap, HashSet};

use toml::de::DeTable;

use crate::diagnostic::{Diagnostic, Sub};
use crate::source::{SourceId, SourceKind, Sources};

/// How often the files may be read to find out which repairs go together.
const TRIALS: usize = 400;

/// A diagnostic, and which of its repairs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Repair {
    diagnostic: usize,
    nth: usize,
}

/// A repair, or one line of it.
#[derive(Clone)]
struct Edit {
    of: Repair,
    /// Which line of it, of those that stand or fall alone.
    line: usize,
    /// Renames come before additions: they put right what is there.
    added: bool,
    start: usize,
    end: usize,
    text: String,
}

/// Makes sentences of repairs that would spoil a facts file together with the others.
pub(crate) fn agree(diagnostics: &mut [Diagnostic], sources: &Sources) {
    for (source, mut edits) in edits_by_file(diagnostics, sources) {
        let text = &sources.get(source).text;
        edits.sort_by_key(|edit| edit.added);
        if !is_toml(text) || is_toml(&edited(text, &edits)) {
            continue;
        }
        let mut choice = Choice { text, kept: Vec::new(), dropped: Vec::new(), trials: TRIALS };
        choice.take(&edits);
        let mut dropped: HashMap<Repair, Vec<Edit>> = HashMap::new();
        for edit in choice.dropped {
            dropped.entry(edit.of).or_default().push(edit);
        }
        for (of, edits) in dropped {
            let subs = diagnostics.get_mut(of.diagnostic).map(|diagnostic| &mut diagnostic.subs);
            if let Some(sub) = subs.and_then(|subs| subs.get_mut(of.nth)) {
                give_up(sub, &edits);
            }
        }
    }
}

fn edits_by_file(diagnostics: &[Diagnostic], sources: &Sources) -> HashMap<SourceId, Vec<Edit>> {
    let mut files: HashMap<SourceId, Vec<Edit>> = HashMap::new();
    for (at, diagnostic) in diagnostics.iter().enumerate() {
        for (nth, sub) in diagnostic.subs.iter().enumerate() {
            let of = Repair { diagnostic: at, nth };
            let (source, edits) = match sub {
                Sub::Insert { source, at, lines, .. } => {
                    let edit = |(line, text): (usize, &str)| Edit {
                        of,
                        line,
                        added: true,
                        start: *at,
                        end: *at,
                        text: text.to_owned(),
                    };
                    (*source, parts(lines).enumerate().map(edit).collect())
                }
                Sub::Replace { span, text, .. } => {
                    let added = span.start == span.end;
                    let edit = Edit { of, line: 0, added, start: span.start, end: span.end, text: text.clone() };
                    (span.source, vec![edit])
                }
                _ => continue,
            };
            if sources.get(source).kind == SourceKind::Facts {
                files.entry(source).or_default().extend(edits);
            }
        }
    }
    files
}

/// Added lines, each of which stands or falls alone; those below a header do so with it.
fn parts(lines: &str) -> impl Iterator<Item = &str> {
    let whole = Some(lines).filter(|lines| lines.lines().any(|line| line.starts_with('[')));
    let single = if whole.is_some() { "" } else { lines };
    whole.into_iter().chain(single.split_inclusive('\n'))
}

/// The edits of a file, told apart by whether they leave it in order together.
struct Choice<'t> {
    text: &'t str,
    kept: Vec<Edit>,
    dropped: Vec<Edit>,
    /// How often the file may still be read.
    trials: usize,
}

impl Choice<'_> {
    /// Takes the largest parts of the edits, halved where they do not agree with those that are kept.
    fn take(&mut self, edits: &[Edit]) {
        if edits.is_empty() {
            return;
        }
        let before = self.kept.len();
        self.kept.extend_from_slice(edits);
        if self.trials > 0 {
            self.trials -= 1;
            if is_toml(&edited(self.text, &self.kept)) {
                return;
            }
        }
        self.kept.truncate(before);
        if edits.len() == 1 || self.trials == 0 {
            self.dropped.extend_from_slice(edits);
            return;
        }
        let (first, second) = edits.split_at(edits.len() / 2);
        self.take(first);
        self.take(second);
    }
}

/// The text with all edits made; an overlap is an error of its own, which no TOML survives.
fn edited(text: &str, edits: &[Edit]) -> String {
    let mut edits: Vec<&Edit> = edits.iter().collect();
    // Tables at the end of a file come after the lines for its last table.
    edits.sort_by_key(|edit| (edit.start, edit.text.contains("\n["), edit.of, edit.line));
    let mut whole = String::with_capacity(text.len() * 2);
    let mut at = 0;
    for edit in edits {
        let Some(between) = text.get(at..edit.start) else { return "=".to_owned() };
        whole.push_str(between);
        if edit.text.ends_with('\n') && !whole.is_empty() && !whole.ends_with('\n') {
            whole.push('\n');
        }
        whole.push_str(&edit.text);
        at = edit.end;
    }
    whole.push_str(text.get(at..).unwrap_or_default());
    whole
}

fn is_toml(text: &str) -> bool {
    DeTable::parse(text).is_ok()
}

/// Takes edits out of their repair, which becomes a sentence where nothing else is left of it.
fn give_up(sub: &mut Sub, dropped: &[Edit]) {
    let sentence = match sub {
        Sub::Insert { message, lines, .. } => {
            let gone: HashSet<usize> = dropped.iter().map(|edit| edit.line).collect();
            let kept = parts(lines).enumerate().filter(|(line, _)| !gone.contains(line));
            let kept: String = kept.map(|(_, text)| text).collect();
            if !kept.trim().is_empty() {
                *lines = kept;
                return;
            }
            let pairs = lines.lines().filter(|line| !line.trim().is_empty());
            let pairs: Vec<_> = pairs.filter_map(|line| line.split("  # ").next()).collect();
            format!("{message}, unless another repair does it: `{}`", pairs.join("`, `"))
        }
        Sub::Replace { message, .. } => message.clone(),
        _ => return,
    };
    *sub = Sub::Help(sentence);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Code;

    #[test]
    fn repairs_that_rule_each_other_out_are_not_both_proposed() {
        let mut sources = Sources::default();
        let file = sources.add(SourceKind::Facts, "database.toml", "[a]\nversoin = 1\n");
        let add =
            |lines: &str| Sub::Insert { message: "add".to_owned(), source: file, at: 16, lines: lines.to_owned() };
        let rename = Sub::Replace { message: "m".to_owned(), span: file.span(4..11), text: "version".to_owned() };
        let said = |sub| Diagnostic::new(Code::UnfilledPlaceholder, "t", file.whole(), "").with(sub);
        let mut diagnostics = [
            said(add("version = \"\"\nkind = \"\"\n")),
            said(rename.clone()),
            said(add("\n[b]\nx = \"\"\n")),
            said(add("\n[b]\ny = \"\"\n")),
            said(add("sub_version = \"\"\nport = \"\"\nversion = \"\"\n")),
        ];
        agree(&mut diagnostics, &sources);
        assert_eq!(diagnostics[0].subs, [add("kind = \"\"\n")]);
        assert_eq!(diagnostics[1].subs, [rename]);
        assert_eq!(diagnostics[2].subs, [add("\n[b]\nx = \"\"\n")]);
        assert!(matches!(&diagnostics[3].subs[..], [Sub::Help(help)] if help.contains("`y = \"\"`")));
        assert_eq!(diagnostics[4].subs, [add("sub_version = \"\"\nport = \"\"\n")]);
    }
}
