//! What the page must be without a fact, by the rules of the guide: computed from the template's outline, the facts that
//! are left, and the page of all facts.

use std::ops::Range;

use toml_edit::{DocumentMut, Item};

use crate::Ran;
use crate::facts::{self, Leaf};
use crate::outline::{Kind, Outline, Place, Section, slug};
use crate::schema;

/// The lines of the template that a fact replaces or leaves out, or that are residue.
pub(crate) fn touched_lines(outline: &Outline, text: &str, facts: &DocumentMut) -> Vec<bool> {
    let lines: Vec<&str> = text.lines().collect();
    let mut touched = vec![false; lines.len()];
    outline.residue.iter().for_each(|line| touched[*line] = true);
    outline.places.iter().for_each(|place| touched[place.line - 1] = true);
    for section in &outline.sections {
        let replaced =
            matches!(facts::at(facts, &section.address), Some(Item::Value(value)) if !value.is_inline_table());
        let left_out = replaced && facts::at(facts, &section.address).and_then(Item::as_bool) == Some(false);
        let body = section.lines.start + usize::from(!left_out)..section.lines.end;
        if replaced || section.repeated {
            touched[if section.repeated { section.lines.clone() } else { body }].fill(true);
        }
        if !section.address.is_empty() && facts::at(facts, &format!("{}.code", section.address)).is_some() {
            touched[code_of(&lines, &section.lines)].fill(true);
        }
    }
    for place in outline.places.iter().filter(|place| place.kind == Kind::Diagram) {
        let open = lines[..place.line].iter().rposition(|line| line.starts_with("```")).unwrap();
        touched[open..place.line + 3].fill(true);
    }
    touched
}

/// The lines inside the first fence of a section.
fn code_of(lines: &[&str], section: &Range<usize>) -> Range<usize> {
    let fence = |from: usize| from + lines[from..section.end].iter().position(|line| line.starts_with("```")).unwrap();
    let open = fence(section.start) + 1;
    open..fence(open)
}

/// What a run must end with.
#[derive(Debug)]
pub(crate) enum Expected {
    /// It fails, and a message names this place of the template (any of these) and this key.
    Missing { places: Vec<(usize, usize)>, key: String },
    /// It fails with this code.
    Fails { code: &'static str },
    /// It succeeds with this page, and with this remark, if one is wanted.
    Page { page: String, remark: Option<(&'static str, (usize, usize))> },
}

impl Expected {
    pub(crate) fn check(&self, ran: &Ran) -> Result<(), String> {
        match self {
            Expected::Missing { places, key } => {
                let named = ran.messages.iter().any(|message| {
                    message["code"] == "unfilled-placeholder"
                        && places.iter().any(|place| names(message, *place))
                        && message.to_string().contains(key.as_str())
                });
                let failed = ran.page.is_none();
                if failed && named { Ok(()) } else { Err(format!("{self:?}, failed: {failed}, {:#?}", ran.messages)) }
            }
            Expected::Fails { code } => {
                let told = ran.messages.iter().any(|message| message["code"] == *code);
                if ran.page.is_none() && told { Ok(()) } else { Err(format!("{self:?}, {:#?}", ran.messages)) }
            }
            Expected::Page { page, remark } => {
                let told = remark.is_none_or(|(code, place)| {
                    ran.messages.iter().any(|message| message["code"] == code && names(message, place))
                });
                match &ran.page {
                    Some(found) if without_diagram(found) == without_diagram(page) && told => Ok(()),
                    Some(found) if !told => Err(format!("no {remark:?} among {:#?} {}", ran.messages, found.len())),
                    Some(found) => Err(difference(&without_diagram(page), &without_diagram(found))),
                    None => Err(format!("failed: {:#?}", ran.messages)),
                }
            }
        }
    }
}

/// The drawing of the tables follows from every reference; it has tests of its own.
fn without_diagram(page: &str) -> String {
    match (page.find("```text\n"), page.find("## 5.")) {
        (Some(start), Some(end)) => format!("{}{}", &page[..start], &page[end..]),
        _ => page.to_owned(),
    }
}

fn difference(wanted: &str, found: &str) -> String {
    let at = wanted.lines().zip(found.lines()).position(|(a, b)| a != b).unwrap_or(0);
    let around = |text: &str| text.lines().skip(at.saturating_sub(2)).take(6).collect::<Vec<_>>().join("\n");
    format!("wanted\n{}\nfound\n{}", around(wanted), around(found))
}

/// Whether a message is about a place of the template.
fn names(message: &serde_json::Value, (line, column): (usize, usize)) -> bool {
    let here = |object: &serde_json::Value| {
        object["path"] == "src/database.md" && object["line"] == line && object["column"] == column
    };
    here(message) || message["places"].as_array().is_some_and(|places| places.iter().any(here))
}

/// The page of all facts, to take lines from.
pub(crate) struct Page<'p> {
    pub(crate) lines: Vec<&'p str>,
}

impl<'p> Page<'p> {
    pub(crate) fn new(text: &'p str) -> Self {
        Page { lines: text.lines().collect() }
    }

    /// The lines of a section, found by the headings above it.
    pub(crate) fn section(&self, headings: &[String]) -> Range<usize> {
        let (mut start, mut end) = (0, self.lines.len());
        for heading in headings.iter().filter(|heading| !heading.ends_with("[TEMPLATE]")) {
            let level = |line: &str| line.len() - line.trim_start_matches('#').len();
            start +=
                self.lines[start..end].iter().position(|line| line == heading).expect("the heading is on the page");
            let rest = &self.lines[start + 1..end];
            let next = rest.iter().position(|line| line.starts_with('#') && level(line) <= level(heading));
            end = next.map_or(end, |next| start + 1 + next);
        }
        start..end
    }

    /// The line in a range that begins so.
    pub(crate) fn line(&self, range: Range<usize>, start: &str) -> usize {
        let found = self.lines[range.clone()].iter().position(|line| line.starts_with(start));
        range.start + found.unwrap_or_else(|| panic!("no line begins with {start}"))
    }

    /// The page without some lines; blank lines that meet become one.
    pub(crate) fn without(mut self, range: Range<usize>) -> String {
        let blank = |line: Option<&&str>| line.is_none_or(|line| line.is_empty());
        let both =
            blank(range.start.checked_sub(1).and_then(|at| self.lines.get(at))) && blank(self.lines.get(range.end));
        let end = if both && range.end < self.lines.len() { range.end + 1 } else { range.end };
        self.lines.drain(range.start..end);
        self.text()
    }

    /// The page with another text in one line.
    pub(crate) fn with(&self, line: usize, text: &str) -> String {
        let mut lines = self.lines.clone();
        lines[line] = text;
        lines.join("\n") + "\n"
    }

    pub(crate) fn text(&self) -> String {
        self.lines.join("\n") + "\n"
    }
}

/// What must come of the template when `leaf` is gone and `rest` is what is left of the facts.
pub(crate) fn expect(leaf: &Leaf, rest: &DocumentMut, outline: &Outline, page: &str) -> Expected {
    let address = leaf.keys().join(".");
    if leaf.keys()[0] == "tables" {
        return schema::expect(leaf, rest, outline, page);
    }
    if let Some(section) = outline.sections.iter().find(|section| section.address == address) {
        return without_section(section, leaf, outline, page);
    }
    let places = outline.places.iter().filter(|place| fits(place, leaf, &address));
    if let Some(place) = places.clone().next() {
        let all = places.map(at).collect();
        return without_place(place, all, leaf, rest, outline, page);
    }
    let (above, key) = address.rsplit_once('.').unwrap();
    if key == "code" {
        let in_code = outline.places.iter().find(|place| place.section == above && place.kind == Kind::Labelled);
        return missing(in_code.unwrap());
    }
    further(above, key, outline, page)
}

fn at(place: &Place) -> (usize, usize) {
    (place.line, place.column)
}

fn missing(place: &Place) -> Expected {
    let key = place.address.rsplit('.').next().unwrap().to_owned();
    Expected::Missing { places: vec![at(place)], key }
}

/// Whether a fact is for a place: at its address, or a field of a record at its run's address.
fn fits(place: &Place, leaf: &Leaf, address: &str) -> bool {
    let key = leaf.keys().last().copied().unwrap_or_default();
    let own = place.address == address;
    match (place.kind, place.address.rsplit_once('.')) {
        (Kind::Field, Some((run, field))) => {
            let records = address.rsplit_once('.').map_or("", |(above, _)| above);
            let under = records.strip_prefix(run).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
            field == slug(key) && under && (records != run || leaf.path().contains('['))
        }
        (Kind::Prompt, _) => own && !leaf.path().contains('['),
        _ => own,
    }
}

/// The value or the switch at a section's own path is gone: what it stood for is open.
fn without_section(section: &Section, leaf: &Leaf, outline: &Outline, page: &str) -> Expected {
    let prompt = outline.places.iter().find(|place| place.section == section.address && place.kind == Kind::Prompt);
    let prompt = prompt.unwrap();
    if leaf.value.as_bool() == Some(false) && prompt.text.starts_with("If ") {
        let remark = ("unfilled-section", (section.lines.start + 1, 1));
        return Expected::Page { page: page.to_owned(), remark: Some(remark) };
    }
    missing(prompt)
}

fn without_place(
    place: &Place,
    places: Vec<(usize, usize)>,
    leaf: &Leaf,
    rest: &DocumentMut,
    outline: &Outline,
    page: &str,
) -> Expected {
    let section = outline.sections.iter().find(|section| section.address == place.section).unwrap();
    let prompt = outline.places.iter().find(|other| other.section == place.section && other.kind == Kind::Prompt);
    let described = facts::at(rest, &format!("{}.description", place.section)).is_some();
    match place.kind {
        Kind::Prompt if place.text.ends_with(':') && is_answered(section, rest, outline) => {
            Expected::Page { page: without_answer(section, leaf, page), remark: None }
        }
        Kind::Topic if described => {
            let page = Page::new(page);
            let line = topic_line(&page, section, place);
            Expected::Page { page: page.without(line..line + 1), remark: None }
        }
        Kind::Topic => {
            let mut expected = missing(prompt.unwrap());
            if let Expected::Missing { key, .. } = &mut expected {
                key.clone_from(&place.address);
            }
            expected
        }
        Kind::LabelTopic => {
            let page = Page::new(page);
            let line = topic_line(&page, section, place);
            let remark = Some(("unanswered-topic", at(place)));
            Expected::Page { page: page.with(line, &format!("- {}", place.text)), remark }
        }
        _ => Expected::Missing { places, key: place.address.rsplit('.').next().unwrap().to_owned() },
    }
}

fn topic_line(page: &Page<'_>, section: &Section, place: &Place) -> usize {
    page.line(page.section(&section.headings), &format!("- **{}:** ", place.text))
}

/// Whether everything in a section but its own prompt has a fact; what the schema answers is answered.
fn is_answered(section: &Section, facts: &DocumentMut, outline: &Outline) -> bool {
    let inside = outline.places.iter().filter(|place| section.lines.contains(&(place.line - 1)));
    let asked = inside.filter(|place| match place.kind {
        Kind::Prompt => place.section != section.address && !place.text.ends_with(':'),
        Kind::Field | Kind::Diagram | Kind::Continuation => false,
        Kind::Labelled | Kind::Topic | Kind::LabelTopic => true,
    });
    let code = facts::at(facts, &format!("{}.code", section.address)).is_some();
    asked.into_iter().all(|place| code || facts::at(facts, &place.address).is_some())
}

/// The page without the answer of a section's prompt, and without the comment that kept two lists apart.
fn without_answer(section: &Section, leaf: &Leaf, page: &str) -> String {
    let page = Page::new(page);
    let answer = facts::block(&leaf.value);
    let answer: Vec<&str> = answer.lines().map(str::trim_end).collect();
    let section = page.section(&section.headings);
    let found = page.lines[section.clone()].windows(answer.len()).position(|lines| lines == answer);
    let start = section.start + found.expect("the answer stands as it was written");
    let mut end = start + answer.len();
    if page.lines.get(end + 1) == Some(&"<!-- -->") {
        end += 2;
    }
    page.without(start..end)
}

/// A key that the template does not ask for is one more item, row or line; of a row, each cell is wanted.
fn further(above: &str, key: &str, outline: &Outline, page: &str) -> Expected {
    let is_prefix =
        |section: &&Section| above == section.address || above.starts_with(&format!("{}.", section.address));
    let sections = outline.sections.iter().filter(|section| !section.address.is_empty());
    let section = sections.filter(is_prefix).max_by_key(|section| section.address.len()).unwrap();
    let cells = outline.places.iter().filter(|place| place.section == section.address);
    let cells = cells.filter(|place| place.address.rsplit('.').next() == Some(key)).map(at);
    let cells: Vec<_> = cells.collect();
    if above != section.address && !cells.is_empty() {
        return Expected::Missing { places: cells, key: key.to_owned() };
    }
    let page = Page::new(page);
    let lines = page.section(&section.headings);
    let words = key.replace('_', " ");
    let label = words[..1].to_uppercase() + &words[1..];
    let starts = [format!("- **{label}:** "), format!("{key}=")];
    let line = page.lines[lines.clone()].iter().position(|line| starts.iter().any(|start| line.starts_with(start)));
    let line = lines.start + line.unwrap_or_else(|| panic!("{above}.{key} is on the page"));
    Expected::Page { page: page.without(line..line + 1), remark: None }
}
