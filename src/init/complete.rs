//! A facts file completed: what its templates want and it does not have is added as comments; every old line stays.

use std::collections::HashSet;

use super::lines::{self, Kind, Line};
use super::plan::{Header, Key, Plan, Table, folded};
use crate::facts::{self, dotted_path, quote_key};
use crate::template::address_key;
use crate::wording::quoted;

/// A facts file with all that is wanted in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completed {
    /// The new text.
    pub text: String,
    /// How many places to fill in were added.
    pub added: usize,
    /// What could not be added, in words.
    pub notes: Vec<String>,
}

/// Completes a facts file. `root` is the same text, parsed; `schema` is named in the first line for editors.
pub fn complete(text: &str, root: &facts::Table<'_>, plan: &Plan, schema: Option<&str>) -> Completed {
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let mut completion = Completion {
        text,
        root,
        lines: lines::read(text, root),
        additions: Vec::new(),
        completed: Completed::default(),
        newline,
    };
    let mentioned = completion.mentioned();
    let mut above: Vec<&Table> = Vec::new();
    for table in &plan.tables {
        completion.table(table, &above, plan, &mentioned);
        above.push(table);
    }
    completion.schema(schema);
    completion.finish()
}

/// Text to be put before an offset.
struct Addition {
    at: usize,
    text: String,
    form: Form,
}

/// What an addition is; at one place they stand in this order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Form {
    /// The first line.
    Directive,
    /// Keys of the table above.
    Keys,
    /// Keys that begin the file, with blank lines around them.
    FirstKeys,
    /// A table with its header, with blank lines around it.
    Block,
    /// What belongs to the line below.
    Above,
}

/// How a comment begins that names what an inline table lacks.
const IN_BRACES: &str = "# In the braces of ";

/// What is between a key in such a comment and what the page asks for.
const ASIDE: &str = "  # ";

/// Such a comment without what the page asks for.
fn in_braces(line: &str) -> Option<&str> {
    let line = line.trim();
    line.starts_with(IN_BRACES).then(|| line.split(ASIDE).next().unwrap_or(line).trim_end())
}

struct Completion<'c> {
    text: &'c str,
    root: &'c facts::Table<'c>,
    lines: Vec<Line>,
    additions: Vec<Addition>,
    completed: Completed,
    newline: &'static str,
}

impl Completion<'_> {
    /// The folded paths of keys and headers in comments, and the comments that name what braces lack.
    fn mentioned(&self) -> HashSet<String> {
        let paths = self.lines.iter().filter_map(|line| match &line.kind {
            Kind::Comment => in_braces(&self.text[line.range.clone()]).map(str::to_owned),
            Kind::Key { path, active: false } if line.table.is_empty() => Some(folded(path)),
            Kind::Key { path, active: false } => Some(format!("{}.{}", line.table, folded(path))),
            Kind::Header { active: false, .. } => Some(line.table.clone()),
            _ => None,
        });
        paths.collect()
    }

    fn table(&mut self, table: &Table, above: &[&Table], plan: &Plan, mentioned: &HashSet<String>) {
        let path = folded(&table.path);
        if table.header != Header::Plain {
            let sample = first_sample(plan, table);
            if !mentioned.contains(&path) && !mentioned.contains(&folded(&sample.path)) && !self.has_records(sample) {
                self.new_table(table, &table.keys.iter().collect::<Vec<_>>(), above);
            }
            return;
        }
        let is_new = |key: &&Key| {
            let own = if path.is_empty() { address_key(&key.key) } else { format!("{path}.{}", address_key(&key.key)) };
            let parts: Vec<&str> =
                table.path.iter().map(String::as_str).chain(std::iter::once(key.key.as_str())).collect();
            key.wanted && !mentioned.contains(&own) && self.root.find(&parts).first().is_none()
        };
        let keys: Vec<&Key> = table.keys.iter().filter(is_new).collect();
        if !keys.is_empty() {
            self.new_keys(table, &keys, above, mentioned);
        }
        for key in table.keys.iter().filter(|key| key.wanted) {
            for row in self.rows(table, key, mentioned) {
                self.table(&row, above, plan, mentioned);
            }
        }
    }

    /// The tables that a row which stands in the file is, however it is written, with its fields.
    fn rows(&self, table: &Table, key: &Key, mentioned: &HashSet<String>) -> Vec<Table> {
        let path = [table.path.as_slice(), std::slice::from_ref(&key.key)].concat();
        let stands = self.value(&path).is_some_and(|value| value.as_table().is_some());
        let mut rows: Vec<Table> = Vec::new();
        if !stands || mentioned.contains(&folded(&path)) {
            return rows;
        }
        for (parents, field) in &key.fields {
            let path = [path.as_slice(), parents].concat();
            match rows.iter_mut().find(|row| row.path == path) {
                Some(row) => row.keys.push(field.clone()),
                None => {
                    let keys = vec![field.clone()];
                    rows.push(Table { path, header: Header::Plain, comments: Vec::new(), keys });
                }
            }
        }
        rows
    }

    fn new_keys(&mut self, table: &Table, keys: &[&Key], above: &[&Table], mentioned: &HashSet<String>) {
        match self.standing(table) {
            Standing::Absent => self.new_table(table, keys, above),
            Standing::Header(header) => self.add_keys(table, keys, header),
            Standing::Dotted { after, from } => {
                let prefix = dotted_path(table.path[from..].iter().map(String::as_str)) + ".";
                let lines: String = keys.iter().map(|key| self.key_lines(key, &prefix)).collect();
                self.add(after, lines, Form::Keys);
            }
            Standing::Braces { at } => return self.name_above(table, keys, at, mentioned),
            Standing::Other => {
                let names = quoted(keys.iter().map(|key| &key.key));
                let address = dotted_path(table.path.iter().map(String::as_str));
                self.completed.notes.push(format!("`{address}` is no table: it has no room for {names}"));
                return;
            }
        }
        self.completed.added += keys.len();
    }

    /// Names what an inline table lacks in comments above it: inside the braces there is no room for a comment, and a
    /// key with a value would be a fact.
    fn name_above(&mut self, table: &Table, keys: &[&Key], at: usize, mentioned: &HashSet<String>) {
        let address = dotted_path(table.path.iter().map(String::as_str));
        let mut text = String::new();
        let mut added = 0;
        for key in keys {
            let head = format!("{IN_BRACES}`{address}`: {} = {}", quote_key(&key.key), key.value);
            if !mentioned.contains(&head) {
                let words = if key.comment.is_empty() { String::new() } else { format!("{ASIDE}{}", key.comment) };
                text.push_str(&format!("{head}{words}{}", self.newline));
                added += 1;
            }
        }
        if added > 0 {
            let line = self.lines.partition_point(|line| line.range.end <= at);
            let start = self.lines.get(line).map_or(at, |line| line.range.start);
            self.add(start.max(self.start()), text, Form::Above);
            self.completed.added += added;
            self.completed.notes.push(format!("`{address}` stands in braces: the line above it says what it lacks"));
        }
    }

    /// The value at a path, or above it.
    fn value(&self, path: &[String]) -> Option<&facts::Value<'_>> {
        let mut table = self.root;
        let mut value = None;
        for key in path {
            let found = &table.get(key).first()?.value;
            value = Some(found);
            match found.as_table() {
                Some(inner) => table = inner,
                None => return value,
            }
        }
        value
    }

    /// Whether the file has records in place of a sample.
    fn has_records(&self, sample: &Table) -> bool {
        let records = match (sample.header, sample.path.split_last()) {
            (Header::Sample, Some((_, records))) => records,
            _ => &sample.path,
        };
        self.value(records).is_some_and(|value| value.as_table().is_none_or(|table| !table.entries.is_empty()))
    }

    /// How a table stands in the file.
    fn standing(&self, table: &Table) -> Standing {
        let path = folded(&table.path);
        if path.is_empty() {
            return Standing::Header(None);
        }
        let header = |active: bool| {
            let is_own = |line: &Line| match line.kind {
                Kind::Header { array: false, active: is_active, .. } => line.table == path && is_active == active,
                _ => false,
            };
            self.lines.iter().position(is_own).map(|at| Standing::Header(Some(at)))
        };
        if let Some(standing) = header(true) {
            return standing;
        }
        for depth in 1..=table.path.len() {
            let Some(value) = self.value(&table.path[..depth]) else { break };
            let written = self.text.get(value.span.range()).unwrap_or_default();
            match value.as_table() {
                Some(inner) if inner.header.is_none() && written.starts_with('{') => {
                    return Standing::Braces { at: value.span.range().start };
                }
                Some(_) => {}
                None => return Standing::Other,
            }
        }
        // A header in a comment would say a second time what dotted keys and braces say.
        self.dotted(table).or_else(|| header(false)).unwrap_or(Standing::Absent)
    }

    /// The last line whose dotted key makes the table.
    fn dotted(&self, table: &Table) -> Option<Standing> {
        let path = folded(&table.path);
        let mut found = None;
        let mut header = Vec::new();
        for (at, line) in self.lines.iter().enumerate() {
            match &line.kind {
                Kind::Header { path, active: true, .. } => header.clone_from(path),
                Kind::Key { path: key, active: true } if key.len() > 1 => {
                    let whole = [header.as_slice(), key.as_slice()].concat();
                    let below = whole.len() > table.path.len() && header.len() < table.path.len();
                    if below && folded(&whole[..table.path.len()]) == path {
                        found = Some(Standing::Dotted { after: self.end_of_value(at), from: header.len() });
                    }
                }
                _ => {}
            }
        }
        found
    }

    /// The offset after the value that begins in a line.
    fn end_of_value(&self, at: usize) -> usize {
        let rest = self.lines.get(at + 1..).unwrap_or_default().iter().take_while(|line| line.kind == Kind::Rest);
        let last = rest.last().or(self.lines.get(at));
        last.map_or(self.text.len(), |line| line.range.end)
    }

    /// Adds keys to a table with a header of its own (the root has none): each after the key that comes before it.
    fn add_keys(&mut self, table: &Table, keys: &[&Key], header: Option<usize>) {
        let first = header.map_or(0, |at| at + 1);
        let region = self.lines.get(first..).unwrap_or_default();
        let length = region.iter().take_while(|line| !matches!(line.kind, Kind::Header { .. })).count();
        let mut after: Vec<(usize, Form, String)> = Vec::new();
        for key in keys {
            let before = table.keys.iter().take_while(|other| !std::ptr::eq(*other, *key));
            let before: Vec<String> = before.map(|other| address_key(&other.key)).collect();
            let sibling = (first..first + length).rev().find(|&at| match &self.lines[at].kind {
                Kind::Key { path, .. } => path.first().is_some_and(|first| before.contains(&address_key(first))),
                _ => false,
            });
            let at = match (sibling, header) {
                (Some(sibling), _) => self.end_of_value(sibling),
                (None, Some(header)) => self.lines[header].range.end,
                (None, None) => self.start_of_keys(first + length),
            };
            let form = if sibling.or(header).is_some() { Form::Keys } else { Form::FirstKeys };
            let lines = self.key_lines(key, "");
            match after.iter_mut().find(|(known, ..)| *known == at) {
                Some((.., text)) => text.push_str(&lines),
                None => after.push((at, form, lines)),
            }
        }
        for (at, form, lines) in after {
            self.add(at, lines, form);
        }
    }

    /// Where keys of the root may begin: after the comments at the head of the file.
    fn start_of_keys(&self, end: usize) -> usize {
        let region = self.lines.get(..end).unwrap_or_default();
        let last = region.iter().rposition(|line| !matches!(line.kind, Kind::Comment | Kind::Blank));
        match last {
            Some(at) => self.end_of_value(at),
            None => self.before_header(end).unwrap_or(self.text.len()).max(self.start()),
        }
    }

    /// A table with its header, after the tables that come before it on the page.
    fn new_table(&mut self, table: &Table, keys: &[&Key], above: &[&Table]) {
        let mut text = String::new();
        let newline = self.newline;
        for comment in &table.comments {
            text.push_str(&format!("{}{newline}", lines::comment(comment)));
        }
        let path = dotted_path(table.path.iter().map(String::as_str));
        text.push_str(&match table.header {
            Header::Plain => format!("[{path}]{newline}"),
            Header::Sample => format!("#[{path}]{newline}"),
            Header::SampleOfArray => format!("#[[{path}]]{newline}"),
        });
        for key in keys {
            text.push_str(&self.key_lines(key, ""));
        }
        if table.header != Header::Plain {
            self.completed.added += keys.len();
        }
        let at = self.place_of(above);
        self.add(at, text, Form::Block);
    }

    /// The offset of the next table after the last of those above that the file has; the end of the file if it has none.
    fn place_of(&self, above: &[&Table]) -> usize {
        let known = above.iter().rev().find_map(|table| {
            let path = folded(&table.path);
            let own = |line: &Line| {
                let below = line.table.strip_prefix(&path).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
                below && !path.is_empty() && matches!(line.kind, Kind::Header { .. })
            };
            self.lines.iter().rposition(own)
        });
        let Some(at) = known else { return self.text.len() };
        let rest = self.lines.get(at + 1..).unwrap_or_default();
        // A header in a comment is no boundary: keys after it belong to the table before.
        let next = rest.iter().position(|line| matches!(line.kind, Kind::Header { active: true, .. }));
        next.and_then(|next| self.before_header(at + 1 + next)).unwrap_or(self.text.len())
    }

    /// The offset where the comments above a header begin.
    fn before_header(&self, at: usize) -> Option<usize> {
        let above = self.lines.get(..at)?.iter().rev().take_while(|line| line.kind == Kind::Comment).count();
        Some(self.lines.get(at - above)?.range.start)
    }

    fn key_lines(&self, key: &Key, prefix: &str) -> String {
        let Key { key, comment, value, .. } = key;
        let newline = self.newline;
        let comment = if comment.is_empty() { String::new() } else { format!("{}{newline}", lines::comment(comment)) };
        format!("{comment}#{prefix}{} = {value}{newline}", quote_key(key))
    }

    fn add(&mut self, at: usize, text: String, form: Form) {
        self.additions.push(Addition { at, text, form });
    }

    /// The line that tells editors where the schema is.
    fn schema(&mut self, schema: Option<&str>) {
        let Some(schema) = schema else { return };
        if !self.lines.iter().any(|line| self.text[line.range.clone()].trim_start().starts_with("#:schema")) {
            let text = format!("#:schema {schema}{}", self.newline);
            self.add(self.start(), text, Form::Directive);
        }
    }

    /// The offset after a byte order mark.
    fn start(&self) -> usize {
        if self.text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 }
    }

    fn finish(mut self) -> Completed {
        self.additions.sort_by_key(|addition| (addition.at, addition.form));
        let mut text = String::with_capacity(self.text.len());
        let mut copied = 0;
        for addition in &self.additions {
            text.push_str(&self.text[copied..addition.at]);
            copied = addition.at;
            if !text.is_empty() && !text.ends_with(['\n', '\u{feff}']) {
                text.push_str(self.newline);
            }
            let block = matches!(addition.form, Form::FirstKeys | Form::Block);
            let blank = text.is_empty() || text == "\u{feff}" || text.ends_with("\n\n") || text.ends_with("\n\r\n");
            if block && !blank {
                text.push_str(self.newline);
            }
            text.push_str(&addition.text);
            let follows = self.text.get(copied..).unwrap_or_default();
            if block && !follows.is_empty() && !follows.starts_with(['\n', '\r']) {
                text.push_str(self.newline);
            }
        }
        text.push_str(&self.text[copied..]);
        Completed { text, ..self.completed }
    }
}

/// How a table stands in a file.
enum Standing {
    Absent,
    /// Its header is that line; the root has none.
    Header(Option<usize>),
    /// Dotted keys make it: the offset after the last, and how many keys of its path their header has.
    Dotted {
        after: usize,
        from: usize,
    },
    /// It is an inline table, or in one that begins at that offset.
    Braces {
        at: usize,
    },
    /// It is no table.
    Other,
}

/// The sample that a sample's own tables belong to.
fn first_sample<'p>(plan: &'p Plan, table: &'p Table) -> &'p Table {
    let above = |other: &&Table| other.header != Header::Plain && table.path.starts_with(&other.path);
    plan.tables.iter().filter(above).min_by_key(|other| other.path.len()).unwrap_or(table)
}
