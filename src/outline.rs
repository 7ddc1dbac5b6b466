//! What templates ask for: sections, addresses and what became of them, as a tree for people and as JSON.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::ops::Range;

use serde::Serialize;

use crate::coverage::Share;
use crate::fill::{Filled, Status};
use crate::report::{Color, Style};
use crate::template::{self, Placeholder, PlaceholderKind, Section, Template};

/// A template and what became of it.
#[derive(Clone, Copy, Debug)]
pub struct Page<'a> {
    /// The chapter's path.
    pub chapter: &'a str,
    /// Its text.
    pub text: &'a str,
    /// Bytes of the file before the text: a byte order mark.
    pub offset: usize,
    /// What it asks for.
    pub template: &'a Template,
    /// What became of that.
    pub filled: &'a Filled,
}

/// One placeholder in the JSON. Fields are only ever added.
#[derive(Serialize)]
struct Entry<'a> {
    chapter: &'a str,
    address: Option<&'a str>,
    text: &'a str,
    kind: &'static str,
    start: usize,
    end: usize,
    line: usize,
    column: usize,
    section: &'a str,
    required: bool,
    status: &'static str,
}

/// All placeholders and topics as one JSON array, an object a line: chapter by chapter, each in the order of the page.
pub fn json(pages: &[Page<'_>]) -> String {
    let mut text = String::from("[");
    let mut separator = "\n  ";
    for page in pages {
        let mut cursor = Cursor::new(page.text);
        for id in page.order() {
            text.push_str(separator);
            // Strings and numbers always serialise.
            text.push_str(&serde_json::to_string(&page.entry(id, &mut cursor)).unwrap_or_default());
            separator = ",\n  ";
        }
    }
    text.push_str("\n]\n");
    text
}

/// Line and column of ascending offsets, so that a text is read once.
struct Cursor<'t> {
    text: &'t str,
    at: usize,
    line: usize,
    column: usize,
}

impl<'t> Cursor<'t> {
    fn new(text: &'t str) -> Self {
        Cursor { text, at: 0, line: 1, column: 1 }
    }

    /// Both from 1, the column in characters.
    fn move_to(&mut self, offset: usize) -> (usize, usize) {
        for c in self.text.get(self.at..offset).unwrap_or_default().chars() {
            if c == '\n' {
                self.line += 1;
                self.column = 1;
            } else {
                self.column += 1;
            }
        }
        self.at = self.at.max(offset);
        (self.line, self.column)
    }
}

impl<'a> Page<'a> {
    /// The placeholders by place.
    fn order(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.template.placeholders.len()).collect();
        order.sort_by_key(|&id| self.template.placeholders[id].range.start);
        order
    }

    fn entry(&self, id: usize, cursor: &mut Cursor<'_>) -> Entry<'a> {
        let placeholder = &self.template.placeholders[id];
        let (line, column) = cursor.move_to(placeholder.range.start);
        let residue = placeholder.kind == PlaceholderKind::Residue;
        Entry {
            chapter: self.chapter,
            address: placeholder.address.as_deref(),
            text: self.words(placeholder),
            kind: placeholder.kind.as_str(),
            start: self.offset + placeholder.range.start,
            end: self.offset + placeholder.range.end,
            line,
            column,
            section: &placeholder.section,
            required: !residue && self.is_required(id),
            status: self.status(id).as_str(),
        }
    }

    /// The text between the brackets; of a topic, all of it.
    fn words(&self, placeholder: &Placeholder) -> &'a str {
        match placeholder.kind {
            PlaceholderKind::Topic => self.text.get(placeholder.range.clone()).unwrap_or_default().trim(),
            _ => template::words(self.text, &placeholder.range),
        }
    }

    fn status(&self, id: usize) -> Status {
        self.filled.statuses.get(id).copied().unwrap_or(Status::Missing)
    }

    fn is_required(&self, id: usize) -> bool {
        self.filled.required.get(id).copied().unwrap_or(true)
    }
}

/// The templates as trees: sections with bars, and below each what it asks for.
pub fn human(pages: &[Page<'_>], style: Style) -> String {
    let mut text = String::new();
    for page in pages {
        if !text.is_empty() {
            text.push('\n');
        }
        Tree::new(page, style).write(&mut text);
    }
    text
}

/// Longer texts of placeholders are cut.
const WORDS: usize = 60;

/// A page while it is written.
struct Tree<'p, 'a> {
    page: &'p Page<'a>,
    style: Style,
    /// Placeholders with an address, by place.
    order: Vec<usize>,
    /// The widest address.
    width: usize,
    /// Addresses that were written: samples repeat them.
    seen: HashSet<&'a str>,
}

impl<'p, 'a> Tree<'p, 'a> {
    fn new(page: &'p Page<'a>, style: Style) -> Self {
        let counts = |kind| !matches!(kind, PlaceholderKind::Residue | PlaceholderKind::Continuation);
        let mut order = page.order();
        order.retain(|&id| counts(page.template.placeholders[id].kind));
        let addresses = order.iter().filter_map(|&id| page.template.placeholders[id].address.as_deref());
        let width = addresses.map(|address| address.chars().count()).max().unwrap_or(0);
        Tree { page, style, order, width, seen: HashSet::new() }
    }

    fn write(mut self, text: &mut String) {
        let share = self.share(&self.order);
        let chapter = self.style.painted(self.page.chapter, Color::Bold);
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{chapter}  {} {} %  {}/{}", share.bar(), share.percent(), share.done, share.total);
        let page = self.page;
        self.section(&page.template.root, 0, text);
    }

    fn section(&mut self, section: &'a Section, depth: usize, text: &mut String) {
        let inside = self.within(&section.range);
        if inside.is_empty() {
            return;
        }
        let deeper = if section.address.is_empty() { depth } else { depth + 1 };
        if !section.address.is_empty() {
            self.heading(section, depth, &inside, text);
        }
        let first = section.sections.first().map_or(section.range.end, |child| child.range.start);
        for id in self.within(&(section.range.start..first)) {
            self.placeholder(id, deeper, text);
        }
        for child in &section.sections {
            self.section(child, deeper, text);
        }
    }

    fn heading(&self, section: &Section, depth: usize, inside: &[usize], text: &mut String) {
        let share = self.share(inside);
        let optional = inside.iter().all(|&id| !self.page.is_required(id));
        let remark = if optional { "  optional" } else { "" };
        let title = self.style.painted(&section.title, Color::Bold);
        let indent = "  ".repeat(depth);
        let gap = if depth == 0 { "\n" } else { "" };
        let progress = match share.total {
            0 => String::new(),
            _ => format!("  {} {}/{}", share.bar(), share.done, share.total),
        };
        let _ = writeln!(text, "{gap}{indent}{title}{progress}{remark}");
    }

    fn placeholder(&mut self, id: usize, depth: usize, text: &mut String) {
        let placeholder = &self.page.template.placeholders[id];
        let Some(address) = placeholder.address.as_deref() else { return };
        if !self.seen.insert(address) {
            return;
        }
        let status = self.page.status(id);
        let pad = " ".repeat(8usize.saturating_sub(status.as_str().len()));
        let status = self.style.painted(status.as_str(), color(status));
        let takes = takes(placeholder.kind);
        let words = shortened(self.page.words(placeholder));
        let indent = "  ".repeat(depth);
        let fill = " ".repeat(self.width.saturating_sub(address.chars().count()));
        let _ = writeln!(text, "{indent}{status}{pad}  {address}{fill}  {takes:<8}  {words}");
    }

    /// The placeholders that start in a range.
    fn within(&self, range: &Range<usize>) -> Vec<usize> {
        let start = |&id: &usize| self.page.template.placeholders[id].range.start;
        let first = self.order.partition_point(|id| start(id) < range.start);
        let last = self.order.partition_point(|id| start(id) < range.end);
        self.order.get(first..last).unwrap_or_default().to_vec()
    }

    fn share(&self, ids: &[usize]) -> Share {
        let mut share = Share::default();
        for status in ids.iter().map(|&id| self.page.status(id)).filter(|status| *status != Status::Optional) {
            share.total += 1;
            share.done += usize::from(status != Status::Missing);
        }
        share
    }
}

fn color(status: Status) -> Color {
    match status {
        Status::Filled | Status::Derived => Color::Green,
        Status::Removed => Color::Dim,
        Status::Missing => Color::Red,
        Status::Optional => Color::Yellow,
    }
}

/// What kind of value a placeholder takes.
fn takes(kind: PlaceholderKind) -> &'static str {
    match kind {
        PlaceholderKind::Prompt => "Markdown",
        PlaceholderKind::CodeSpan | PlaceholderKind::CodeBlock => "code",
        PlaceholderKind::Record => "record",
        PlaceholderKind::Diagram => "diagram",
        PlaceholderKind::Topic => "topic",
        PlaceholderKind::Item
        | PlaceholderKind::Cell
        | PlaceholderKind::Inline
        | PlaceholderKind::Heading
        | PlaceholderKind::Continuation
        | PlaceholderKind::Residue => "text",
    }
}

fn shortened(words: &str) -> String {
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    if words.chars().count() <= WORDS {
        return words;
    }
    words.chars().take(WORDS - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::fixture;

    fn with_page<T>(text: &str, facts: &str, offset: usize, look: impl FnOnce(&[Page<'_>]) -> T) -> T {
        fixture::with_page(text, facts, |template, filled, _, _| {
            look(&[Page { chapter: "a.md", text, offset, template, filled }])
        })
    }

    const TEXT: &str = "---\nstatus: \"[TEMPLATE]\"\n---\n# Größe [TEMPLATE]\n\n## 1. Overview\n\n[Describe it:]\n\n\
                        - **Größe:** [size] and [more]\n\n## Cache\n\n[If cached:]\n- TTL (seconds)\n";

    fn entries(facts: &str, offset: usize) -> Vec<Value> {
        with_page(TEXT, facts, offset, |pages| serde_json::from_str(&json(pages)).unwrap())
    }

    #[test]
    fn offsets_are_those_of_the_file() {
        let file = format!("\u{feff}{TEXT}");
        for entry in entries("", 3) {
            let at = |field: &str| usize::try_from(entry[field].as_u64().unwrap()).unwrap();
            let slice = &file[at("start")..at("end")];
            let words = entry["text"].as_str().unwrap();
            let expected = if entry["kind"] == "topic" { words.to_owned() } else { format!("[{words}]") };
            assert_eq!(slice, expected);
            let line = file.trim_start_matches('\u{feff}').lines().nth(at("line") - 1).unwrap();
            let from_column: String = line.chars().skip(at("column") - 1).collect();
            assert!(from_column.starts_with(slice), "{entry}");
        }
    }

    #[test]
    fn a_topic_is_one_in_a_record_too() {
        let text = "# T\n\n## Tables\n\n### `[table_name]`\n\n[Describe:]\n- Host\n";
        let entries: Vec<Value> = with_page(text, "", 0, |pages| serde_json::from_str(&json(pages)).unwrap());
        let kinds: Vec<_> = entries.iter().map(|entry| (entry["text"].as_str(), entry["kind"].as_str())).collect();
        assert_eq!(kinds[0], (Some("table_name"), Some("record")));
        assert_eq!(kinds[2], (Some("Host"), Some("topic")));
    }

    #[test]
    fn every_placeholder_is_listed_in_the_order_of_the_page() {
        let entries = entries("[overview]\ndescription = \"D\"\n", 0);
        let found: Vec<_> = entries
            .iter()
            .map(|entry| {
                (entry["address"].as_str(), entry["kind"].as_str().unwrap(), entry["status"].as_str().unwrap())
            })
            .collect();
        assert_eq!(
            found,
            [
                (None, "residue", "removed"),
                (None, "residue", "removed"),
                (Some("overview.description"), "prompt", "filled"),
                (Some("overview.größe.size"), "item", "missing"),
                (Some("overview.größe.more"), "item", "missing"),
                (Some("cache.description"), "prompt", "optional"),
                (Some("cache.ttl"), "topic", "optional"),
            ]
        );
        assert_eq!((&entries[2]["required"], &entries[5]["required"]), (&true.into(), &false.into()));
        assert_eq!(entries[6]["section"], "cache");
        assert_eq!(entries[6]["text"], "TTL (seconds)");
        assert_eq!(entries[2].as_object().unwrap().len(), 11, "the fields of the guide");
    }

    #[test]
    fn the_tree_has_sections_addresses_and_bars() {
        let tree = with_page(TEXT, "[overview]\ndescription = \"D\"\n", 0, |pages| human(pages, Style::default()));
        let expected = "\
a.md  ██████░░░░░░░░░░░░░░ 33 %  1/3

1. Overview  ██████░░░░░░░░░░░░░░ 1/3
  filled    overview.description  Markdown  Describe it:
  missing   overview.größe.size   text      size
  missing   overview.größe.more   text      more

Cache  optional
  optional  cache.description     Markdown  If cached:
  optional  cache.ttl             topic     TTL (seconds)
";
        assert_eq!(tree, expected);
    }

    #[test]
    fn a_heading_that_begins_with_a_placeholder_is_of_its_own_section() {
        let text = "# T\n\n## A\n\n- **X:** [x]\n\n[owner] and more\n---\n\n- **Y:** [y]\n";
        let tree = with_page(text, "", 0, |pages| human(pages, Style::default()));
        let words = tree.lines().filter_map(|line| line.split_whitespace().nth(1));
        let words: Vec<_> = words.filter(|word| !word.starts_with('░')).collect();
        assert_eq!(words, ["a.x", "and", "owner_and_more.owner", "owner_and_more.y"]);
    }

    #[test]
    fn an_empty_label_is_no_part_of_the_words() {
        let text = with_page("## A\n\nBy [team][].\n", "", 0, json);
        assert!(text.contains("\"address\":\"a.team\",\"text\":\"team\""), "{text}");
    }

    #[test]
    fn a_page_without_placeholders_is_an_empty_array() {
        assert_eq!(with_page("# A\n", "", 0, json), "[\n]\n");
    }

    #[test]
    fn each_kind_of_place_says_what_it_takes() {
        use PlaceholderKind::{CodeBlock, CodeSpan, Diagram, Item, Prompt, Record, Topic};
        let kinds = [Prompt, Item, CodeSpan, CodeBlock, Record, Diagram, Topic];
        assert_eq!(kinds.map(takes), ["Markdown", "text", "code", "code", "record", "diagram", "topic"]);
        let long = "é".repeat(WORDS);
        assert_eq!((shortened(&long), shortened(" a \n b ")), (long.clone(), "a b".to_owned()));
        assert_eq!(shortened(&(long + "e")), "é".repeat(WORDS - 1) + "…");
    }
}
