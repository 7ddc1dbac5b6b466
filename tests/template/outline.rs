//! The outline of the fifteen-section template, read by rules of the test's own, line by line.

/// What stands at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A paragraph of its own.
    Prompt,
    /// A labelled item, cell, code line or paragraph.
    Labelled,
    /// A plain item under a prompt.
    Topic,
    /// A plain item under a label.
    LabelTopic,
    /// A place of a sample, which stands once for each record.
    Field,
    /// In the drawing of the tables.
    Diagram,
    /// `[Additional columns...]`.
    Continuation,
}

/// A placeholder or topic of the template.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) kind: Kind,
    /// The address; of a field, the run's address and the field's slug.
    pub(crate) address: String,
    /// The address of its section.
    pub(crate) section: String,
    /// The bracketed text, or the topic's.
    pub(crate) text: String,
    /// From 1.
    pub(crate) line: usize,
    /// From 1, in characters.
    pub(crate) column: usize,
}

/// A section with the lines that it covers, subsections included.
#[derive(Clone, Debug)]
pub(crate) struct Section {
    pub(crate) address: String,
    /// The headings above it and its own, as written.
    pub(crate) headings: Vec<String>,
    /// From 0: the heading's line, and the line after the last.
    pub(crate) lines: std::ops::Range<usize>,
    /// The heading is a placeholder.
    pub(crate) repeated: bool,
}

#[derive(Debug, Default)]
pub(crate) struct Outline {
    pub(crate) places: Vec<Place>,
    pub(crate) sections: Vec<Section>,
    /// Lines that belong to being a template, from 0.
    pub(crate) residue: Vec<usize>,
}

/// Lower case, `_` for whatever is no letter or digit, without numbering and without a parenthesis at the end.
pub(crate) fn slug(text: &str) -> String {
    let text = text.trim();
    let numbered = text.split_once(". ").filter(|(number, _)| number.chars().all(|c| c.is_ascii_digit()));
    let text = numbered.map_or(text, |(_, rest)| rest);
    let text = text.split_once(" (").filter(|_| text.ends_with(')')).map_or(text, |(before, _)| before);
    let mut slug = String::new();
    for c in text.replace('\'', "").chars() {
        if c.is_alphanumeric() {
            slug.extend(c.to_lowercase());
        } else if !slug.ends_with('_') {
            slug.push('_');
        }
    }
    slug.trim_matches('_').to_owned()
}

/// The slug of a placeholder's own text.
fn own_slug(text: &str) -> String {
    let text = text.strip_prefix("e.g., ").unwrap_or(text);
    let mut words = String::new();
    for (at, c) in text.char_indices() {
        if at > 0 && c.is_uppercase() && !text.contains(' ') {
            words.push(' ');
        }
        words.push(c);
    }
    slug(&words)
}

/// Bracketed texts that are no links, with their byte offsets.
fn brackets(line: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(open) = line[from..].find('[').map(|at| from + at) {
        let Some(close) = line[open..].find(']').map(|at| open + at) else { break };
        if !line[close + 1..].starts_with('(') || line[..open].ends_with('`') {
            found.push((open, &line[open + 1..close]));
        }
        from = close + 1;
    }
    found
}

#[derive(Default)]
struct Reader {
    outline: Outline,
    /// Level and heading of each section that is open.
    open: Vec<(usize, String)>,
    label: Option<String>,
    has_prompt: bool,
    in_code: bool,
    columns: Vec<String>,
}

pub(crate) fn read(text: &str) -> Outline {
    let mut reader = Reader::default();
    let lines: Vec<&str> = text.lines().collect();
    let mut at = 0;
    if lines[0] == "---" {
        let end = lines.iter().skip(1).position(|line| *line == "---").expect("front matter ends") + 2;
        reader.outline.residue.extend(0..end);
        at = end;
    }
    let mut author = false;
    while at < lines.len() {
        let line = lines[at];
        if lines[at..].iter().take(3).any(|line| *line == "**Template Instructions:**") && line == "---" {
            reader.outline.residue.extend(at..lines.len());
            break;
        }
        author |= line.starts_with("<!-- template-only");
        let notice = line.starts_with('>') && reader.open.len() < 2;
        if author || notice || line.ends_with("[TEMPLATE]") {
            reader.outline.residue.push(at);
            author &= !line.starts_with("<!-- /template-only");
        }
        if !reader.outline.residue.contains(&at) || line.starts_with("# ") {
            reader.line(at, line);
        }
        at += 1;
    }
    reader.close(0, at);
    reader.outline
}

impl Reader {
    fn close(&mut self, level: usize, line: usize) {
        while self.open.last().is_some_and(|(open, _)| *open >= level) {
            let address = self.address();
            let sections = self.outline.sections.iter_mut().rev();
            for section in sections.filter(|section| section.address == address && section.lines.end == usize::MAX) {
                section.lines.end = line;
            }
            self.open.pop();
        }
    }

    fn address(&self) -> String {
        let slugs: Vec<_> = self.open.iter().skip(1).map(|(_, heading)| slug(heading)).collect();
        slugs.join(".")
    }

    fn below(&self, keys: &[&str]) -> String {
        let section = self.address();
        let mut parts: Vec<&str> = if section.is_empty() { Vec::new() } else { vec![&section] };
        parts.extend(self.label.as_deref());
        parts.extend(keys);
        parts.join(".")
    }

    fn line(&mut self, at: usize, line: &str) {
        if line.starts_with("```") {
            self.in_code = !self.in_code;
        } else if self.in_code {
            self.code_line(at, line);
        } else if line.starts_with('#') {
            self.heading(at, line);
        } else if line.is_empty() {
            self.label = None;
            self.columns.clear();
        } else if line.starts_with('|') {
            self.row(at, line);
        } else if line.starts_with('[') && line.ends_with(']') {
            self.has_prompt = true;
            let address = self.below(&["description"]);
            self.place(at, line, 0, &line[1..line.len() - 1], Kind::Prompt, address);
        } else if let Some(item) = item_of(line) {
            self.item(at, line, item);
        } else if let Some((label, rest)) = line.strip_prefix("**").and_then(|line| line.split_once(":**")) {
            match brackets(rest).first() {
                None => self.label = Some(slug(label)),
                Some((_, text)) => {
                    let column = line.find('[').expect("it has a bracket");
                    let address = self.below(&[&slug(label)]);
                    self.place(at, line, column, text, Kind::Labelled, address);
                }
            }
        }
    }

    fn heading(&mut self, at: usize, line: &str) {
        let level = line.len() - line.trim_start_matches('#').len();
        self.close(level, at);
        self.open.push((level, line[level..].replace('`', "").trim().to_owned()));
        (self.label, self.has_prompt) = (None, false);
        let repeated = level > 1 && !brackets(line).is_empty();
        let mut headings: Vec<String> =
            self.outline.sections.iter().filter(|s| s.lines.end == usize::MAX).map(own_heading).collect();
        headings.push(line.to_owned());
        let address = self.address();
        self.outline.sections.push(Section { address, headings, lines: at..usize::MAX, repeated });
        if repeated {
            let (column, text) = brackets(line)[0];
            self.place(at, line, column, text, Kind::Field, "tables.table_name".to_owned());
        }
    }

    fn in_tables(&self) -> bool {
        self.open.last().is_some_and(|(_, heading)| heading.starts_with('['))
    }

    fn place(&mut self, at: usize, line: &str, column: usize, text: &str, kind: Kind, address: String) {
        let (kind, address) = match (kind, self.in_tables(), self.label.clone()) {
            (Kind::Prompt, true, _) => (Kind::Field, "tables.description".to_owned()),
            (_, true, Some(label)) => (kind, format!("tables.{label}.{}", own_slug(text))),
            _ => (kind, address),
        };
        let place = Place {
            kind,
            address,
            section: self.address(),
            text: text.to_owned(),
            line: at + 1,
            column: line[..column].chars().count() + 1,
        };
        self.outline.places.push(place);
    }

    fn code_line(&mut self, at: usize, line: &str) {
        for (column, text) in brackets(line) {
            if line.contains("---<") {
                let address = self.below(&[&own_slug(text)]);
                self.place(at, line, column, text, Kind::Diagram, address);
                continue;
            }
            let key = line[..column].strip_suffix('=').map_or_else(|| own_slug(text), str::to_owned);
            let address = self.below(&[&key]);
            self.place(at, line, column, text, Kind::Labelled, address);
        }
    }

    fn row(&mut self, at: usize, line: &str) {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        if self.columns.is_empty() {
            self.columns = cells.into_iter().map(slug).collect();
            return;
        }
        let row = slug(&cells[0].replace('*', ""));
        let mut column = 0;
        for (cell, header) in cells.iter().zip(self.columns.clone()) {
            let Some((_, text)) = brackets(cell).first().copied() else { continue };
            column += line[column..].find(&format!("[{text}]")).expect("the cell is in its row");
            let address = self.below(&[&row, &header]);
            self.place(at, line, column, text, Kind::Labelled, address);
            column += 1;
        }
    }

    fn item(&mut self, at: usize, line: &str, item: &str) {
        let start = line.len() - item.len();
        let found = brackets(item);
        let Some(&(first, text)) = found.first() else {
            if self.has_prompt || self.label.is_some() {
                let kind = if self.label.is_some() { Kind::LabelTopic } else { Kind::Topic };
                let address = self.below(&[&slug(item)]);
                self.place(at, line, start, item, kind, address);
            }
            return;
        };
        if text.ends_with("...") {
            return self.place(at, line, start + first, text, Kind::Continuation, String::new());
        }
        let before = item[..first].trim_start_matches(['*', '`']);
        let label = before.split(['*', ':', ']']).next().unwrap_or_default().trim_start_matches('[');
        let sample = before.is_empty() || self.in_tables();
        for (column, text) in found {
            let (kind, key) = if sample { (Kind::Field, own_slug(text)) } else { (Kind::Labelled, slug(label)) };
            let address = self.below(&[&key]);
            self.place(at, line, start + column, text, kind, address);
        }
    }
}

fn own_heading(section: &Section) -> String {
    section.headings.last().cloned().unwrap_or_default()
}

fn item_of(line: &str) -> Option<&str> {
    let (marker, item) = line.split_once(' ')?;
    let number = marker.strip_suffix('.').is_some_and(|digits| digits.chars().all(|c| c.is_ascii_digit()));
    (marker == "-" || number).then_some(item)
}

#[test]
fn the_reader_knows_the_forms_of_the_template() {
    let text = "# T [TEMPLATE]\n\n## 1. A & B\n\n[Say it:]\n- Topic (one)\n\n**Rule Set:**\n- Daily: [x]\n- Other\n\n\
                ```sh\nHOST=[x]\n[command to run]\n```\n\n| P | Q r |\n|---|---|\n| **Do/It** | [e.g., z] |\n\n\
                1. **[Kind]** - [What is it]\n";
    let found: Vec<_> =
        read(text).places.into_iter().map(|p| format!("{} {:?} {}:{}", p.address, p.kind, p.line, p.column)).collect();
    let expected = [
        "a_b.description Prompt 5:1",
        "a_b.topic Topic 6:3",
        "a_b.rule_set.daily Labelled 9:10",
        "a_b.rule_set.other LabelTopic 10:3",
        "a_b.HOST Labelled 13:6",
        "a_b.command_to_run Labelled 14:1",
        "a_b.do_it.q_r Labelled 19:15",
        "a_b.kind Field 21:6",
        "a_b.what_is_it Field 21:17",
    ];
    assert_eq!(found, expected);
}
