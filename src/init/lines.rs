//! A facts file line by line: headers and keys, those in comments too, and what belongs to which table.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::Path;
use super::plan::folded;
use crate::facts;

/// What a line is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// `[overview]` or `[[items]]`; `#[overview]` where it is a comment.
    Header {
        path: Path,
        array: bool,
        active: bool,
    },
    /// `version = …` or `#version = …`, with the path from the table's header.
    Key {
        path: Path,
        active: bool,
    },
    /// Other comments.
    Comment,
    Blank,
    /// The rest of a value of several lines, and what is no TOML.
    Rest,
}

/// One line with its line end.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) range: Range<usize>,
    pub(super) kind: Kind,
    /// The folded path of the table that the line would belong to if every comment above were none.
    pub(super) table: String,
}

/// Reads the lines of a facts file. `root` is the same text, parsed.
pub(super) fn read(text: &str, root: &facts::Table<'_>) -> Vec<Line> {
    let mut values = Vec::new();
    multi_line_values(text, root, &mut values);
    values.sort_by_key(|range| range.start);
    let mut lines = Vec::new();
    let mut start = 0;
    let mut table = String::new();
    for line in text.split_inclusive('\n') {
        let range = start..start + line.len();
        start = range.end;
        let before = values.partition_point(|value| value.start < range.start);
        let inside = values.get(..before).unwrap_or_default().iter().rev().take(1).any(|value| value.end > range.start);
        let kind = if inside { Kind::Rest } else { kind(line) };
        if let Kind::Header { path, .. } = &kind {
            table = folded(path);
        }
        lines.push(Line { range, kind, table: table.clone() });
    }
    lines
}

/// The outermost values that take more than one line.
fn multi_line_values(text: &str, table: &facts::Table<'_>, found: &mut Vec<Range<usize>>) {
    for entry in &table.entries {
        let range = entry.value.span.range();
        let written = text.get(range.clone()).unwrap_or_default();
        let under_header = |table: &facts::Table<'_>| !written.starts_with('{') || table.header.is_some();
        match &entry.value.kind {
            facts::Kind::Table(table) if under_header(table) => multi_line_values(text, table, found),
            facts::Kind::Array(items) if !written.starts_with('[') || written.starts_with("[[") => {
                let tables = items.iter().filter_map(facts::Value::as_table);
                tables.for_each(|table| multi_line_values(text, table, found));
                if written.contains('\n') {
                    found.push(range);
                }
            }
            _ if written.contains('\n') => found.push(range),
            _ => {}
        }
    }
}

fn kind(line: &str) -> Kind {
    let line = line.trim().trim_start_matches('\u{feff}');
    let content = line.trim_start_matches('#').trim_start();
    let active = !line.starts_with('#');
    if content.is_empty() {
        return if active { Kind::Blank } else { Kind::Comment };
    }
    if let Some((path, array)) = content.starts_with('[').then(|| header(content)).flatten() {
        return Kind::Header { path, array, active };
    }
    match key(content) {
        Some(path) => Kind::Key { path, active },
        None if active => Kind::Rest,
        None => Kind::Comment,
    }
}

/// Words as a comment, which is read as nothing else: `[pool.limits]` might be a header that somebody has taken out.
pub(super) fn comment(words: &str) -> String {
    let plain = format!("# {words}");
    if kind(&plain) == Kind::Comment { plain } else { format!("# `{words}`") }
}

/// The path of a header line, and whether it is one of an array.
fn header(line: &str) -> Option<(Path, bool)> {
    Some(only_path(DeTable::parse(line).ok()?.get_ref()))
}

/// The path of a line `key = …`, whose value may go on below.
fn key(line: &str) -> Option<Path> {
    let ends = line.match_indices('=').map(|(at, _)| at);
    ends.take(8).find_map(|at| {
        let text = format!("{}= 0", line.get(..at)?);
        let (path, has_value) = only_path(DeTable::parse(&text).ok()?.get_ref());
        has_value.then_some(path)
    })
}

/// The path through tables of one key each, and whether it ends at a value other than an empty table.
fn only_path(mut table: &DeTable<'_>) -> (Path, bool) {
    let mut path = Path::new();
    while let Some((key, value)) = table.iter().next() {
        path.push(key.get_ref().to_string());
        match value.get_ref() {
            DeValue::Table(inner) => table = inner,
            _ => return (path, true),
        }
    }
    (path, false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::FactIds;
    use crate::source::{SourceKind, Sources};

    fn kinds(text: &str) -> Vec<Kind> {
        let source = Sources::default().add(SourceKind::Facts, "a.toml", text);
        let root = facts::parse(source, text, &mut FactIds::default(), &mut Vec::new());
        read(text, &root).into_iter().map(|line| line.kind).collect()
    }

    fn path(text: &str) -> Path {
        text.split('.').map(str::to_owned).collect()
    }

    #[test]
    fn lines_are_told_apart() {
        let text = "# words\n\n#[a.b]\n# version = \"x\"\n[[c]]\nd.\"e f\" = 1\n#:schema ./x.json\n#\"g=h\" = [\n";
        let expected = [
            Kind::Comment,
            Kind::Blank,
            Kind::Header { path: path("a.b"), array: false, active: false },
            Kind::Key { path: path("version"), active: false },
            Kind::Header { path: path("c"), array: true, active: true },
            Kind::Key { path: path("d.e f"), active: true },
            Kind::Comment,
            Kind::Key { path: path("g=h"), active: false },
        ];
        assert_eq!(kinds(text), expected);
    }

    #[test]
    fn what_stands_inside_a_value_is_no_line_of_its_own() {
        let text = "a = \"\"\"\n[b]\nc = 1\n#d = 2\n\"\"\"\ne = [\n  1, # f = 1\n]\n[[g]]\nh = '''\n[i]\n'''\n[j.k]\nl = {\n m = 1 }\n";
        let kinds = kinds(text);
        let rest: Vec<_> =
            kinds.iter().enumerate().filter(|(_, kind)| **kind == Kind::Rest).map(|(at, _)| at).collect();
        assert_eq!(rest, [1, 2, 3, 4, 6, 7, 10, 11, 14], "{kinds:?}");
    }
}
