//! The tables and keys of a facts file that templates ask for, in the order of the pages.

use std::collections::HashMap;

use super::Path;
use crate::facts::dotted_path;
use crate::fill::Status;
use crate::slug::label_of_key;
use crate::template::{
    self, CodeBlock, Element, Item, Repeat, Role, Run, RunKind, Section, Slot, Template, address_key,
};
use crate::vocabulary::{Collection, Field};
use crate::wanted;

/// What facts are wanted: tables in the order of the pages.
#[derive(Debug, Default)]
pub struct Plan {
    pub(super) tables: Vec<Table>,
}

/// How the header of a table is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Header {
    /// `[overview]`.
    Plain,
    /// `#[tables.example]`: a sample, not to be read before somebody wants it.
    Sample,
    /// `#[[data_types]]`: a sample of an array.
    SampleOfArray,
}

/// A table with the keys that are wanted in it.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) path: Path,
    pub(super) header: Header,
    /// Lines above the header, without `#`.
    pub(super) comments: Vec<String>,
    /// All keys in the order of the page, so that new ones find their place.
    pub(super) keys: Vec<Key>,
}

/// One `key = value` to be written as a comment.
#[derive(Clone, Debug)]
pub(super) struct Key {
    pub(super) key: String,
    /// The line above it, without `#`; empty for none.
    pub(super) comment: String,
    /// The value with places to fill in: `""`.
    pub(super) value: String,
    /// Nothing answers it yet, or not all of it.
    pub(super) wanted: bool,
    /// Of a row: its fields, each with the path of the table that it is in, from the key.
    pub(super) fields: Vec<(Path, Key)>,
}

impl Key {
    /// One that takes a single value.
    fn new(key: &str, comment: String, wanted: bool) -> Key {
        Key { key: key.to_owned(), comment, value: "\"\"".to_owned(), wanted, fields: Vec::new() }
    }

    /// Takes the fields that it does not have yet, and is written with all of them that are wanted.
    fn add_fields(&mut self, fields: Vec<(Path, Key)>) {
        for (parents, field) in fields {
            if !self.fields.iter().any(|(known, own)| *known == parents && own.key == field.key) {
                self.fields.push((parents, field));
            }
        }
        let wanted = self.fields.iter().filter(|(_, field)| field.wanted);
        let written: Vec<_> = wanted
            .map(|(parents, field)| {
                dotted_path(parents.iter().map(String::as_str).chain([field.key.as_str()])) + " = \"\""
            })
            .collect();
        self.wanted = !written.is_empty();
        self.value = format!("{{ {} }}", written.join(", "));
    }
}

/// Adds what a template wants; what its facts already answer is in it for the order only.
///
/// `statuses` are those of [`Template::placeholders`] with the facts as they are.
pub fn plan(text: &str, template: &Template, statuses: &[Status], plan: &mut Plan) {
    let mut planner = Planner { text, template, statuses, plan, titles: Vec::new(), optional: false };
    planner.section(&template.root, &Base::default());
    put_rows_below_headers(plan);
}

/// Where paths start: the root, or the record that a repeated part stands for.
#[derive(Clone, Default)]
struct Base {
    path: Path,
    header: Option<Header>,
    /// The type of the record.
    collection: Option<Collection>,
}

impl Base {
    fn join(&self, path: &[template::Key]) -> Path {
        self.path.iter().cloned().chain(owned(path)).collect()
    }

    /// Whether the schema answers a placeholder, or would; what has a number is asked for beside its own fields.
    fn is_typed(&self, slot: &Slot) -> bool {
        let [key] = &*slot.path else { return false };
        self.collection.is_some_and(|collection| collection.field(key).is_some() && !is_numbered(key))
    }
}

struct Planner<'p> {
    text: &'p str,
    template: &'p Template,
    statuses: &'p [Status],
    plan: &'p mut Plan,
    /// The titles of the sections around.
    titles: Vec<String>,
    /// The section may stay unfilled.
    optional: bool,
}

impl<'p> Planner<'p> {
    fn section(&mut self, section: &'p Section, base: &Base) {
        if section.again {
            return;
        }
        if !section.title.is_empty() && section.level > 1 {
            self.titles.push(section.title.clone());
        }
        match &section.repeat {
            Some(repeat) => self.repeat(repeat, base, |planner, base| planner.inside(section, base)),
            None => self.inside(section, base),
        }
        if !section.title.is_empty() && section.level > 1 {
            self.titles.pop();
        }
    }

    fn inside(&mut self, section: &'p Section, base: &Base) {
        self.optional = self.is_optional(section);
        self.open(section, base);
        self.elements(&section.elements, base);
        section.sections.iter().for_each(|child| self.section(child, base));
    }

    fn is_optional(&self, section: &Section) -> bool {
        let status = |slot: &Slot| self.statuses.get(slot.id) == Some(&Status::Optional);
        section.elements.iter().any(|element| match element {
            Element::Slots(slots) => slots.iter().any(status),
            Element::Prompt(prompt) => status(&prompt.slot),
            Element::Run(run) => run.items.iter().flat_map(|item| &item.slots).any(status),
            Element::Code(_) | Element::Repeat { .. } => false,
        })
    }

    /// The section's own table comes first, so that the page's order is the file's.
    fn open(&mut self, section: &Section, base: &Base) {
        let has_key = |element: &Element| match element {
            Element::Slots(slots) => !slots.is_empty(),
            // The prompt of a section `Description` of a table is the field of the table.
            Element::Prompt(prompt) => !prompt.more && prompt.slot.path.starts_with(&section.path),
            _ => false,
        };
        if section.repeat.is_none() && section.elements.iter().any(has_key) {
            self.table(base, &section.path);
        }
    }

    fn elements(&mut self, elements: &'p [Element], base: &Base) {
        for element in elements {
            match element {
                Element::Slots(slots) => slots.iter().for_each(|slot| self.slot(slot, base, None)),
                Element::Prompt(prompt) if prompt.more => {}
                Element::Prompt(prompt) => self.slot(&prompt.slot, base, Some("")),
                Element::Run(run) => self.run(run, base),
                Element::Code(code) => self.code(code, base),
                Element::Repeat { repeat, elements, .. } => {
                    self.repeat(repeat, base, |planner, base| planner.elements(elements, base));
                }
            }
        }
    }

    fn wanted(&self, slot: &Slot) -> bool {
        matches!(self.statuses.get(slot.id), Some(Status::Missing | Status::Optional))
    }

    /// A place that takes one value; `label` is what the comment begins with, by default the key in words.
    fn slot(&mut self, slot: &Slot, base: &Base, label: Option<&str>) {
        let Some((key, parents)) = slot.path.split_last().filter(|_| !base.is_typed(slot)) else { return };
        let words = self.words(slot);
        let key_in_words = label_of_key(key).into_owned();
        let comment = match label.unwrap_or(&key_in_words) {
            "" => words,
            label if words.eq_ignore_ascii_case(label) => label.to_owned(),
            label => format!("{label}: {words}"),
        };
        self.key(base, parents, Key::new(key, comment, self.wanted(slot)));
    }

    fn key(&mut self, base: &Base, parents: &[template::Key], key: Key) {
        let table = self.table(base, parents);
        if !table.keys.iter().any(|known| address_key(&known.key) == address_key(&key.key)) {
            table.keys.push(key);
        }
    }

    /// The table of that path, with a new header if it has none yet.
    fn table(&mut self, base: &Base, path: &[template::Key]) -> &mut Table {
        let path = base.join(path);
        let key = folded(&path);
        let found = self.plan.tables.iter().rposition(|table| folded(&table.path) == key);
        let at = match found {
            Some(at) => at,
            None => {
                let header = match base.header {
                    Some(_) if path == base.path => base.header.unwrap_or(Header::Sample),
                    Some(_) => Header::Sample,
                    None => Header::Plain,
                };
                let comments = if header == Header::Plain { self.title_comment() } else { Vec::new() };
                self.plan.tables.push(Table { path, header, comments, keys: Vec::new() });
                self.plan.tables.len() - 1
            }
        };
        &mut self.plan.tables[at]
    }

    /// `3. Connection Configuration / Database Service`, if the last table is not of the same section.
    fn title_comment(&self) -> Vec<String> {
        let title = one_line(&self.titles.join(" / "));
        let said = self.plan.tables.iter().flat_map(|table| &table.comments).any(|comment| *comment == title);
        if title.is_empty() || said {
            return Vec::new();
        }
        let optional = self.optional.then(|| "Optional: a section without facts is left out of the book.".to_owned());
        std::iter::once(title).chain(optional).collect()
    }

    fn run(&mut self, run: &'p Run, base: &Base) {
        for item in &run.items {
            match item.role {
                Role::Labelled | Role::Plain => self.item(run, item, base),
                Role::Topic => self.topic(item, base),
                Role::Sample | Role::Continuation => {}
            }
        }
        self.samples(run, base);
    }

    fn topic(&mut self, item: &Item, base: &Base) {
        let Some(slot) = item.slots.first().filter(|slot| !base.is_typed(slot)) else { return };
        let Some((key, parents)) = slot.path.split_last() else { return };
        let words = self.words(slot);
        let plain = address_key(&words) == address_key(key);
        let comment = if plain { String::new() } else { words };
        self.key(base, parents, Key::new(key, comment, self.wanted(slot)));
    }

    /// An item, row or line: one value, or a table of values where it has several places.
    fn item(&mut self, run: &'p Run, item: &'p Item, base: &Base) {
        let label = item.label.as_ref().and_then(|label| self.text.get(label.range.clone()));
        let label = label.map(|label| one_line(label.trim_matches(['*', '_', '`', ':', ' '])));
        let own = item.path.len();
        let is_row = run.kind == RunKind::Table || item.slots.len() > 1;
        let inline = is_row && own > run.path.len() && item.slots.iter().all(|slot| slot.path.len() > own);
        if inline {
            self.row(item, base, label.as_deref());
        } else {
            for slot in &item.slots {
                match run.kind {
                    RunKind::Code => self.line(slot, base),
                    _ => self.slot(slot, base, label.as_deref()),
                }
            }
        }
        self.elements(&item.nested, base);
    }

    /// A line of code: the key says enough where the placeholder says nothing.
    fn line(&mut self, slot: &Slot, base: &Base) {
        let Some((key, parents)) = slot.path.split_last() else { return };
        let words = self.words(slot);
        let comment = if words.eq_ignore_ascii_case("describe") { String::new() } else { words };
        self.key(base, parents, Key::new(key, comment, self.wanted(slot)));
    }

    /// `database = { technology = "", purpose = "" }`; what another row of the same name asks for is one with it.
    fn row(&mut self, item: &Item, base: &Base, label: Option<&str>) {
        let Some((key, parents)) = item.path.split_last() else { return };
        let label = label.map_or_else(|| label_of_key(key).into_owned(), str::to_owned);
        let fields = item.slots.iter().filter_map(|slot| self.field(slot, item.path.len())).collect::<Vec<_>>();
        let words = item.slots.iter().filter(|slot| self.wanted(slot)).map(|slot| self.words(slot));
        let words = words.collect::<Vec<_>>().join("; ");
        let table = self.table(base, parents);
        let at = table.keys.iter().position(|known| address_key(&known.key) == address_key(key));
        match at.map(|at| &mut table.keys[at]) {
            Some(known) if known.fields.is_empty() => {}
            Some(known) => {
                if !words.is_empty() {
                    let between = if known.wanted { "; " } else { "" };
                    known.comment.push_str(&format!("{between}{words}"));
                }
                known.add_fields(fields);
            }
            None => {
                let mut row = Key::new(key, format!("{label}: {words}"), false);
                row.add_fields(fields);
                table.keys.push(row);
            }
        }
    }

    /// What a placeholder of a row asks for, below the path of the row, which is that long.
    fn field(&self, slot: &Slot, own: usize) -> Option<(Path, Key)> {
        let (last, parents) = slot.path.get(own..)?.split_last()?;
        let words = self.words(slot);
        let plain = !words.contains(' ') && address_key(&words) == address_key(last);
        let comment = if plain { String::new() } else { words };
        Some((owned(parents).collect(), Key::new(last, comment, self.wanted(slot))))
    }

    /// The records that stand in place of samples: one for each kind of sample.
    fn samples(&mut self, run: &'p Run, base: &Base) {
        let samples: Vec<&'p Item> = run.items.iter().filter(|item| item.role == Role::Sample).collect();
        let wanted = |item: &&Item| item.slots.iter().any(|slot| self.wanted(slot));
        if !samples.iter().any(wanted) {
            return;
        }
        if run.collection.is_some() {
            // What a template lists by type comes from the tables.
            if base.header.is_none() {
                self.tables_example();
            }
            return;
        }
        let single = |item: &&Item| item.slots.len() == 1 && item.nested.is_empty();
        if !run.open && samples.iter().all(single) {
            return self.strings(run, &samples, base);
        }
        let mut known: Vec<Vec<&template::Path>> = Vec::new();
        for sample in samples {
            let fields: Vec<&template::Path> = sample.slots.iter().map(|slot| &slot.path).collect();
            if !known.contains(&fields) {
                self.sample(run, sample, base, known.len());
                known.push(fields);
            }
        }
    }

    /// One record in place of a sample; `at` is its number among those of other kinds.
    fn sample(&mut self, run: &'p Run, sample: &'p Item, base: &Base, at: usize) {
        let mut path = base.join(&run.records);
        let header = if run.open {
            path.push(if at == 0 { "example".to_owned() } else { format!("example_{}", at + 1) });
            Header::Sample
        } else {
            Header::SampleOfArray
        };
        let what = match run.records.last() {
            Some(key) if &**key != "items" => label_of_key(key).into_owned(),
            _ => one_line(self.titles.last().map_or("", String::as_str)),
        };
        let comments = match at == 0 {
            true => vec![format!("{what}: repeat the table for each of them")],
            false => vec!["or, for one of the other kind:".to_owned()],
        };
        self.plan.tables.push(Table { path: path.clone(), header, comments, keys: Vec::new() });
        let record = Base { path, header: Some(header), collection: None };
        for slot in &sample.slots {
            self.slot(slot, &record, Some(""));
        }
        self.elements(&sample.nested, &record);
    }

    /// Samples of one place each take strings: by the words of each, or as an array.
    fn strings(&mut self, run: &Run, samples: &[&Item], base: &Base) {
        let slots: Vec<&Slot> = samples.iter().filter_map(|sample| sample.slots.first()).collect();
        let distinct = slots.len() > 1
            && slots.iter().enumerate().all(|(at, slot)| slots[..at].iter().all(|other| other.path != slot.path));
        if distinct {
            for slot in slots {
                if let Some(key) = slot.path.last() {
                    self.key(base, &run.path, Key::new(key, self.words(slot), self.wanted(slot)));
                }
            }
            return;
        }
        let Some((key, parents)) = run.records.split_last() else { return };
        let words = slots.first().map(|slot| self.words(slot)).unwrap_or_default();
        let comment = format!("{words}: as many as there are");
        let wanted = slots.iter().any(|slot| self.wanted(slot));
        self.key(base, parents, Key { value: "[\"\"]".to_owned(), ..Key::new(key, comment, wanted) });
    }

    fn code(&mut self, code: &'p CodeBlock, base: &Base) {
        if code.diagram {
            let wanted = code.run.items.iter().flat_map(|item| &item.slots).any(|slot| self.wanted(slot));
            if wanted {
                self.tables_example();
            }
            return;
        }
        self.run(&code.run, base);
    }

    fn repeat(&mut self, repeat: &'p Repeat, base: &Base, inside: impl FnOnce(&mut Self, &Base)) {
        if !self.wanted(&repeat.name) {
            return;
        }
        let record = match repeat.collection {
            Some(collection) => {
                self.tables_example();
                Base { path: example(), header: Some(Header::Sample), collection: Some(collection) }
            }
            None => {
                let path = base.join(&repeat.records);
                let header = Header::SampleOfArray;
                // A heading and a label of one text share their records.
                if !self.plan.tables.iter().any(|table| table.header == header && table.path == path) {
                    let comments = vec![format!("{}: repeat the table for each", self.words(&repeat.name))];
                    self.plan.tables.push(Table { path: path.clone(), header, comments, keys: Vec::new() });
                }
                Base { path, header: Some(header), collection: None }
            }
        };
        for slot in std::iter::once(&repeat.name).chain(&repeat.fields) {
            self.slot(slot, &record, Some(""));
        }
        inside(self, &record);
    }

    /// Sample tables of a schema, whose records have the fields that only the template knows.
    fn tables_example(&mut self) {
        if self.plan.tables.iter().any(|table| table.path.first().is_some_and(|key| key == "tables")) {
            return;
        }
        let description = Key::new("description", "What one row stands for".to_owned(), true);
        let of_columns = self.own_fields(Collection::Columns);
        let column = |name: &str, rest: &str| {
            let value = format!("{{ type = \"bigint\", {rest}, description = \"\"{of_columns} }}");
            Key { value, ..Key::new(name, String::new(), true) }
        };
        let columns =
            vec![column("id", "constraints = \"primary key\""), column("parent_id", "references = \"example.id\"")];
        let value = format!("{{ columns = [\"parent_id\"], purpose = \"\"{} }}", self.own_fields(Collection::Indexes));
        let index = Key { value, ..Key::new("example_parent_id_idx", String::new(), true) };
        let comments = vec!["The tables of the database: one like this for each".to_owned()];
        let example = Table { comments, ..sample_of_tables(None, vec![description]) };
        self.plan.tables.push(example);
        self.plan.tables.push(sample_of_tables(Some("columns"), columns));
        self.plan.tables.push(sample_of_tables(Some("indexes"), vec![index]));
        let of_relations = self.own_fields(Collection::Relations);
        if self.asks_of_relations() || !of_relations.is_empty() {
            let fields = "columns = [\"parent_id\"], references = \"example.id\", description = \"\"";
            let value = format!("{{ {fields}{of_relations} }}");
            let relation = Key { value, ..Key::new("example_parent_id_fkey", String::new(), true) };
            self.plan.tables.push(sample_of_tables(Some("relations"), vec![relation]));
        }
        let of_checks = self.own_fields(Collection::Checks);
        if !of_checks.is_empty() {
            let value = format!("{{ expression = \"parent_id <> id\", description = \"\"{of_checks} }}");
            let check = Key { value, ..Key::new("example_parent_id_check", String::new(), true) };
            self.plan.tables.push(sample_of_tables(Some("checks"), vec![check]));
        }
    }

    /// `, since = ""`: the fields of typed records that only the template knows.
    fn own_fields(&self, collection: Collection) -> String {
        let mut fields = Vec::new();
        for (_, below) in self.template.own_fields(collection) {
            wanted::add(&mut fields, &below.split('.').map(str::to_owned).collect::<Vec<_>>(), "");
        }
        fields.iter().map(|field| format!(", {}", field.pair().0)).collect()
    }

    /// Whether the template asks for what a column that refers to another does not say of the relation.
    fn asks_of_relations(&self) -> bool {
        let addresses = self.template.placeholders.iter().filter_map(|placeholder| placeholder.address.as_deref());
        let mut below = addresses.filter_map(|address| address.strip_prefix("tables{}.relations{}"));
        below.any(|below| match below.strip_prefix('.') {
            Some(field) => {
                matches!(Collection::Relations.field(field), Some(Field::Name | Field::Description))
            }
            None => below.is_empty(),
        })
    }

    /// The text of a placeholder, on one line.
    fn words(&self, slot: &Slot) -> String {
        one_line(template::words(self.text, &slot.range))
    }
}

/// Rows in braces whose path is that of a table with a header, as where two places of a page have one label: TOML has one
/// of the two, and further keys go below a header.
fn put_rows_below_headers(plan: &mut Plan) {
    let places = plan.tables.iter().enumerate().map(|(at, table)| (folded(&table.path), at));
    let mut tables: HashMap<String, usize> = places.collect();
    for at in 0..plan.tables.len() {
        let path = plan.tables[at].path.clone();
        let of = |key: &Key| [path.as_slice(), std::slice::from_ref(&key.key)].concat();
        let is_row = |key: &mut Key| !key.fields.is_empty() && tables.contains_key(&folded(&of(key)));
        let rows: Vec<Key> = plan.tables[at].keys.extract_if(.., is_row).collect();
        for row in rows {
            let row_path = of(&row);
            let header = tables.get(&folded(&row_path)).map_or(Header::Plain, |&table| plan.tables[table].header);
            for (parents, field) in row.fields {
                let path = [row_path.as_slice(), &parents].concat();
                let table = *tables.entry(folded(&path)).or_insert_with(|| {
                    plan.tables.push(Table { path, header, comments: Vec::new(), keys: Vec::new() });
                    plan.tables.len() - 1
                });
                let keys = &mut plan.tables[table].keys;
                if !keys.iter().any(|known| address_key(&known.key) == address_key(&field.key)) {
                    keys.push(field);
                }
            }
        }
    }
}

/// The table that stands for all of the schema.
fn example() -> Path {
    ["tables", "example"].map(str::to_owned).into()
}

/// `[tables.example]`, or a table below it.
fn sample_of_tables(below: Option<&str>, keys: Vec<Key>) -> Table {
    let path = example().into_iter().chain(below.map(str::to_owned)).collect();
    Table { path, header: Header::Sample, comments: Vec::new(), keys }
}

/// Whether a key has the number that an address gets which is taken.
fn is_numbered(key: &str) -> bool {
    key.rsplit_once('_').is_some_and(|(_, number)| number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Comments hold neither line breaks nor control characters.
pub(super) fn one_line(text: &str) -> String {
    let words: Vec<_> = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|w| !w.is_empty()).collect();
    words.join(" ")
}

fn owned(path: &[template::Key]) -> impl Iterator<Item = String> {
    path.iter().map(|key| key.to_string())
}

/// A path as it is compared.
pub(super) fn folded(path: &[String]) -> String {
    let keys: Vec<_> = path.iter().map(|key| address_key(key)).collect();
    keys.join(".")
}
