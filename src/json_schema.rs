//! A JSON Schema for a facts file, made from its templates and the typed schema, so that editors can help.
//!
//! Draft 7, which Taplo reads. Keys are proposed in the spelling of the addresses; one in another spelling is accepted,
//! and what it holds is not looked at. Nothing is required, as facts may lie in several files and sections may be left
//! out.

use std::collections::BTreeMap;
use std::ops::Range;

use serde_json::{Map, Value, json};

use crate::slug::label_of_key;
use crate::template::{self, CodeBlock, Element, Item, Key, Repeat, Role, Run, RunKind, Section, Slot, Template};
use crate::vocabulary::Collection;
use crate::wanted::{self, Many, Wanted};

/// A template that takes its facts from the file.
#[derive(Clone, Copy, Debug)]
pub struct Page<'a> {
    /// The chapter.
    pub text: &'a str,
    /// What it asks for.
    pub template: &'a Template,
}

impl Page<'_> {
    /// What a placeholder says.
    fn words(&self, placeholder: &Range<usize>) -> String {
        template::words(self.text, placeholder).split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

/// The schema of a facts file as JSON text, ending in a newline.
pub fn render(file: &str, pages: &[Page<'_>]) -> String {
    let mut root = Node { table: true, ..Node::default() };
    let mut table = typed_table(pages);
    for page in pages {
        let mut walker = Walker { page: *page, table: &mut table, in_table: false };
        walker.section(&page.template.root, &mut root, &mut Vec::new());
    }
    let mut tables = Node { further: vec![table.into_schema()], ..Node::default() };
    tables.describe("The tables of the database, by name.".to_owned());
    root.children.insert("tables".to_owned(), tables);
    let mut schema = root.untyped();
    schema.insert("$schema".to_owned(), json!("http://json-schema.org/draft-07/schema#"));
    schema.insert("title".to_owned(), json!(file));
    schema.insert("$comment".to_owned(), json!("written by `mdbook-database schema`; `init` writes it anew"));
    schema.insert("definitions".to_owned(), definitions());
    format!("{:#}\n", Value::Object(schema))
}

/// A table of the facts, or a place in one. What it may be is said by types side by side and not by `anyOf`: so a
/// validator can say which key is wrong, and an editor finds the keys.
#[derive(Debug, Default)]
struct Node {
    children: BTreeMap<String, Node>,
    description: Option<String>,
    /// Schemas of keys that the template does not name.
    further: Vec<Value>,
    /// Schemas of what an array may hold.
    items: Vec<Value>,
    /// It is a table even without children.
    table: bool,
    /// A fact: a scalar, or an array of scalars.
    fact: bool,
    /// A text.
    text: bool,
    /// `false`, `[]` or Markdown in place of a section.
    section: bool,
    /// `[]` leaves it out.
    removable: bool,
    /// The schema of a typed field.
    typed: Option<Value>,
}

impl Node {
    fn at(&mut self, path: &[impl AsRef<str>]) -> &mut Node {
        path.iter().fold(self, |node, key| node.children.entry(key.as_ref().to_owned()).or_default())
    }

    fn describe(&mut self, text: String) {
        if self.description.is_none() && !text.is_empty() {
            self.description = Some(text);
        }
    }

    /// The typed fields of a record.
    fn take_fields(&mut self, fields: &[Field]) {
        for (field, description, schema) in fields {
            let node = self.at(&[(*field).to_owned()]);
            node.typed = Some(schema());
            node.describe((*description).to_owned());
        }
    }

    /// Fields that only a template has.
    fn take_wanted(&mut self, fields: &[Wanted]) {
        for Wanted { key, many, hint, inner } in fields {
            let node = self.at(&[key]);
            node.describe(hint.clone());
            match many {
                Many::One if inner.is_empty() => node.fact = true,
                Many::One => node.take_wanted(inner),
                Many::Array | Many::Named => {
                    let mut record = Node { fact: true, table: true, ..Node::default() };
                    record.take_wanted(inner);
                    node.allow_records(&record.into_schema());
                }
            }
        }
    }

    /// Records: an array of them, or a table by name.
    fn allow_records(&mut self, record: &Value) {
        push_new(&mut self.items, record.clone());
        push_new(&mut self.further, record.clone());
    }

    fn into_schema(mut self) -> Value {
        let description = self.description.take().map(|text| ("description".to_owned(), json!(text)));
        let mut schema = match self.typed.take() {
            // Draft 7 does not look beside a `$ref`.
            Some(typed) if typed.get("$ref").is_some() => Map::from_iter([("allOf".to_owned(), json!([typed]))]),
            Some(Value::Object(typed)) => typed,
            _ => self.untyped(),
        };
        schema.extend(description);
        Value::Object(schema)
    }

    fn untyped(self) -> Map<String, Value> {
        let mut schema = Map::new();
        let mut types = Vec::new();
        let mut insert = |key: &str, value: Value| schema.insert(key.to_owned(), value);
        if self.fact || self.text || self.section {
            types.push("string");
            insert("pattern", json!("\\S"));
        }
        if self.fact {
            types.extend(["number", "boolean"]);
        } else if self.section {
            types.push("boolean");
            insert("not", json!({ "const": true }));
        }
        let mut items = self.items;
        if self.section {
            // An array at the section's own path may be short for its records.
            items.push(json!({ "type": ["string", "number", "boolean", "object"] }));
        } else if self.fact {
            items.push(json!({ "type": ["string", "number", "boolean"] }));
        }
        if !items.is_empty() {
            types.push("array");
            insert("items", any_of(items));
        } else if self.removable {
            types.push("array");
            insert("maxItems", json!(0));
        }
        if self.table || !self.children.is_empty() || !self.further.is_empty() {
            types.push("object");
            if let Some(pattern) = spellings(self.children.keys()) {
                insert("patternProperties", json!({ pattern: {} }));
            }
            let children = self.children.into_iter().map(|(key, node)| (key, node.into_schema()));
            insert("properties", Value::Object(children.collect()));
            insert("additionalProperties", any_of(self.further));
        }
        insert("type", json!(types));
        schema
    }
}

/// A pattern of the keys in every spelling: look-up ignores case, `-` and `_`. What stands below such a key is not
/// described twice, which would double the schema at every level.
fn spellings<'k>(keys: impl Iterator<Item = &'k String>) -> Option<String> {
    let mut all: Vec<String> = Vec::new();
    keys.for_each(|key| push_new(&mut all, spelling(key)));
    (!all.is_empty()).then(|| format!("^[-_]*(?:{})$", all.join("|")))
}

/// `[iI][-_]*[dD][-_]*`.
fn spelling(key: &str) -> String {
    let mut pattern = String::new();
    for c in key.chars().filter(|c| !matches!(c, '-' | '_')) {
        match (c.to_lowercase().next(), c.to_uppercase().next()) {
            // A letter that is two in the other case is written as it is.
            (Some(lower), Some(upper)) if lower != upper && c.to_uppercase().count() == 1 => {
                pattern.extend(['[', lower, upper, ']']);
            }
            _ if "^$\\.*+?()[]{}|/".contains(c) => pattern.extend(['\\', c]),
            _ => pattern.push(c),
        }
        pattern.push_str("[-_]*");
    }
    pattern
}

/// One of several; nothing, where there are none.
fn any_of(mut schemas: Vec<Value>) -> Value {
    match schemas.len() {
        0 => json!(false),
        1 => schemas.swap_remove(0),
        _ => json!({ "anyOf": schemas }),
    }
}

fn push_new<T: PartialEq>(known: &mut Vec<T>, new: T) {
    if !known.contains(&new) {
        known.push(new);
    }
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/definitions/{name}") })
}

fn definitions() -> Value {
    json!({
        "fact": fact(),
        "reference": {
            "description": "`table.column`, `table` (its primary key), or a table with `table` and `columns`.",
            "type": ["string", "object"],
            "pattern": "\\S",
            "properties": { "table": { "type": "string" }, "columns": columns() },
            "required": ["table"],
            "additionalProperties": false,
        },
    })
}

fn fact() -> Value {
    Value::Object(Node { fact: true, ..Node::default() }.untyped())
}

fn columns() -> Value {
    json!({ "type": ["string", "array"], "items": { "type": "string" } })
}

struct Walker<'w> {
    page: Page<'w>,
    /// A table of the schema.
    table: &'w mut Node,
    /// What is walked stands under it.
    in_table: bool,
}

impl Walker<'_> {
    /// Puts what a section asks for under the node of its record (the root of the facts, at the top).
    fn section(&mut self, section: &Section, record: &mut Node, titles: &mut Vec<String>) {
        if section.again {
            return;
        }
        if let Some(repeat) = &section.repeat {
            return self.repeat(repeat, record, |walker, record| walker.inside(section, record, titles));
        }
        if !section.path.is_empty() {
            titles.push(section.title.clone());
            let node = record.at(&section.path);
            node.table = true;
            node.section = true;
            node.describe(titles.join(" / "));
        }
        self.inside(section, record, titles);
        if !section.path.is_empty() {
            titles.pop();
        }
    }

    fn inside(&mut self, section: &Section, record: &mut Node, titles: &mut Vec<String>) {
        self.elements(&section.elements, record);
        section.sections.iter().for_each(|child| self.section(child, record, titles));
    }

    /// What is repeated for records: those at its own address, and the tables of the schema.
    fn repeat(&mut self, repeat: &Repeat, record: &mut Node, mut inside: impl FnMut(&mut Self, &mut Node)) {
        let mut inner = Node::default();
        self.slot(&repeat.name, &mut inner);
        repeat.fields.iter().for_each(|slot| self.slot(slot, &mut inner));
        inside(self, &mut inner);
        self.records(record, &repeat.records, inner);
        if repeat.collection.is_some() {
            let mut table = std::mem::take(self.table);
            repeat.fields.iter().for_each(|slot| self.slot(slot, &mut table));
            self.in_table = true;
            inside(self, &mut table);
            self.in_table = false;
            *self.table = table;
        }
    }

    fn elements(&mut self, elements: &[Element], record: &mut Node) {
        for element in elements {
            match element {
                Element::Slots(slots) => slots.iter().for_each(|slot| self.slot(slot, record)),
                Element::Prompt(prompt) if prompt.more => {}
                Element::Prompt(prompt) => self.slot(&prompt.slot, record),
                Element::Run(run) => self.run(run, record),
                Element::Code(code) => self.code(code, record),
                Element::Repeat { repeat, elements, .. } => {
                    self.repeat(repeat, record, |walker, record| walker.elements(elements, record));
                }
            }
        }
    }

    fn slot(&self, slot: &Slot, record: &mut Node) {
        let names = slot.path.split_last().map(|(last, parents)| {
            let names = std::iter::once(last).chain(&slot.aliases);
            names.map(|name| [parents, std::slice::from_ref(name)].concat()).collect::<Vec<_>>()
        });
        for path in names.unwrap_or_default() {
            let node = record.at(&path);
            node.fact = true;
            node.describe(self.words(slot));
        }
    }

    fn run(&mut self, run: &Run, record: &mut Node) {
        if run.lead.is_some() {
            let node = record.at(&run.path);
            node.table = true;
            node.removable = true;
            node.describe(label_of_key(run.path.last().map_or("", |key| key)).into_owned());
        }
        for item in &run.items {
            match item.role {
                Role::Labelled | Role::Topic | Role::Plain => self.item(item, record),
                Role::Sample | Role::Continuation => {}
            }
        }
        let labelled = run.items.iter().any(|item| matches!(item.role, Role::Labelled | Role::Topic));
        if labelled && !run.path.is_empty() {
            let further = match run.kind {
                RunKind::Table => json!({ "type": "object" }),
                RunKind::List { .. } | RunKind::Code => reference("fact"),
            };
            push_new(&mut record.at(&run.path).further, further);
        }
        self.samples(run, record);
    }

    fn item(&mut self, item: &Item, record: &mut Node) {
        item.slots.iter().for_each(|slot| self.slot(slot, record));
        if item.slots.iter().any(|slot| slot.path.len() > item.path.len()) && item.label.is_some() {
            let node = record.at(&item.path);
            node.removable = true;
            let words: Vec<_> = item.slots.iter().map(|slot| self.words(slot)).collect();
            node.describe(words.join("; "));
        }
        self.elements(&item.nested, record);
    }

    /// Records: an array or a table of what one sample asks for.
    fn samples(&mut self, run: &Run, record: &mut Node) {
        let samples: Vec<&Item> = run.items.iter().filter(|item| item.role == Role::Sample).collect();
        let typed = self.in_table && run.collection.is_some();
        let Some(first) = samples.first().filter(|_| !typed) else { return };
        let mut inner = Node::default();
        for sample in &samples {
            sample.slots.iter().for_each(|slot| self.slot(slot, &mut inner));
            self.elements(&sample.nested, &mut inner);
        }
        let single = !run.open && samples.iter().all(|sample| sample.slots.len() == 1 && sample.nested.is_empty());
        if single {
            for slot in samples.iter().flat_map(|sample| &sample.slots) {
                let path = [&*run.path, &*slot.path].concat();
                let node = record.at(&path);
                node.fact = true;
                node.describe(self.words(slot));
            }
        }
        let words: Vec<_> = first.slots.iter().map(|slot| self.words(slot)).collect();
        self.records(record, &run.records, inner);
        record.at(&run.records).describe(words.join("; "));
    }

    fn records(&self, record: &mut Node, path: &[Key], mut inner: Node) {
        inner.table = true;
        inner.fact = true;
        record.at(path).allow_records(&inner.into_schema());
    }

    fn code(&mut self, code: &CodeBlock, record: &mut Node) {
        let node = record.at(&code.path);
        node.text = true;
        node.removable = true;
        node.describe("The text of the code block as a whole.".to_owned());
        self.run(&code.run, record);
    }

    fn words(&self, slot: &Slot) -> String {
        self.page.words(&slot.range)
    }
}

/// A table of the schema with its typed fields, and the fields of its records that only the templates have.
fn typed_table(pages: &[Page<'_>]) -> Node {
    let mut table = Node::default();
    table.take_fields(TABLE);
    for (collection, fields) in [(Collection::Columns, COLUMN), (Collection::Indexes, INDEX)] {
        let record = typed_record(pages, collection, fields);
        table.at(&[collection.key()]).further.push(record.into_schema());
    }
    // A table by name or an array of records, each of which may be a plain string.
    for (collection, fields) in [(Collection::Relations, RELATION), (Collection::Checks, CHECK)] {
        let record = Node { text: true, ..typed_record(pages, collection, fields) };
        table.at(&[collection.key()]).allow_records(&record.into_schema());
    }
    table
}

/// A record of the schema with its typed fields, and those that only the templates have.
fn typed_record(pages: &[Page<'_>], collection: Collection, fields: &[Field]) -> Node {
    let mut record = Node::default();
    record.take_fields(fields);
    let mut own = Vec::new();
    for page in pages {
        for (placeholder, below) in page.template.own_fields(collection) {
            let parts: Vec<_> = below.split('.').map(str::to_owned).collect();
            wanted::add(&mut own, &parts, &page.words(&placeholder.range));
        }
    }
    record.take_wanted(&own);
    record
}

/// A typed field: its name, what it is, and its form.
type Field = (&'static str, &'static str, fn() -> Value);

fn text() -> Value {
    json!({ "type": "string", "pattern": "\\S" })
}

fn words() -> Value {
    json!({ "type": "string" })
}

fn yes_or_no() -> Value {
    json!({ "type": "boolean" })
}

fn scalar() -> Value {
    json!({ "type": ["string", "number", "boolean"] })
}

fn target() -> Value {
    reference("reference")
}

const TABLE: &[Field] = &[
    ("description", "Markdown: what one row stands for.", || reference("fact")),
    ("kind", "`table`, `view`, …; `table` when absent.", text),
];

const COLUMN: &[Field] = &[
    ("type", "The data type.", words),
    (
        "constraints",
        "The constraints in words; or say them with the fields below.",
        || json!({ "anyOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" } }] }),
    ),
    ("primary_key", "Part of the primary key.", yes_or_no),
    ("nullable", "May be null.", yes_or_no),
    ("unique", "Unique on its own.", yes_or_no),
    ("default", "The default.", scalar),
    ("references", "What it refers to: `table.column`, or `table` for its primary key.", target),
    ("on_delete", "`cascade`, `set null`, `restrict`, …", text),
    ("on_update", "`cascade`, `set null`, `restrict`, …", text),
    ("description", "Markdown.", || reference("fact")),
];

const INDEX: &[Field] = &[
    ("columns", "Columns or expressions.", columns),
    ("unique", "Whether it is unique.", yes_or_no),
    ("method", "`btree`, `gin`, …", text),
    ("where", "The predicate of a partial index.", text),
    ("purpose", "Markdown: the query that it is for.", || reference("fact")),
];

const RELATION: &[Field] = &[
    ("name", "Its name, where it stands in an array.", text),
    ("columns", "Columns of this table.", columns),
    ("references", "What they refer to.", target),
    ("on_delete", "`cascade`, `set null`, `restrict`, …", text),
    ("on_update", "`cascade`, `set null`, `restrict`, …", text),
    ("description", "Markdown.", || reference("fact")),
];

const CHECK: &[Field] = &[
    ("name", "Its name, where it stands in an array.", text),
    ("expression", "The condition.", text),
    ("description", "Markdown.", || reference("fact")),
];

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::{Page, render};
    use crate::template;

    fn schema(text: &str) -> Value {
        let template = template::parse(text, &|_| false);
        serde_json::from_str(&render("database.toml", &[Page { text, template: &template }])).unwrap()
    }

    #[test]
    fn sections_and_placeholders_are_tables_and_keys_with_their_prompts() {
        let schema = schema("# T\n\n## 1. Overview\n\n[Describe it:]\n\n- **Version:** [e.g., 16]\n");
        let overview = &schema["properties"]["overview"];
        assert_eq!(overview["description"], "1. Overview");
        assert_eq!(overview["type"], serde_json::json!(["string", "boolean", "array", "object"]));
        assert_eq!(overview["properties"]["version"]["description"], "e.g., 16");
        assert_eq!(overview["properties"]["description"]["description"], "Describe it:");
        assert!(overview["additionalProperties"].is_object(), "a list takes further items");
        assert_eq!(schema["additionalProperties"], false);
    }

    #[test]
    fn keys_in_another_spelling_are_accepted() {
        let schema = schema("# T\n\n## 1. Größe\n\n- **Pool Size:** [n]\n\n```\nDB.HOST=[describe]\n```\n");
        let pattern = |value: &Value| value["patternProperties"].as_object().unwrap().keys().next().unwrap().clone();
        let accepts = |pattern: &str, key: &str| regex::Regex::new(pattern).unwrap().is_match(key);
        let sections = pattern(&schema);
        for (key, expected) in [("Größe", true), ("GRÖßE", true), ("_grö-ße", true), ("größ", false), ("tables", true)]
        {
            assert_eq!(accepts(&sections, key), expected, "{key} {sections}");
        }
        let keys = pattern(&schema["properties"]["größe"]);
        for (key, expected) in [("poolSize", true), ("db.host", true), ("dbxhost", false), ("pool size", false)] {
            assert_eq!(accepts(&keys, key), expected, "{key} {keys}");
        }
    }

    #[test]
    fn only_lists_and_tables_take_further_keys() {
        let schema = schema("# T\n\n## A\n\n[Describe it.]\n\n## B\n\n1. **[Name]** - [Use]\n");
        assert_eq!(schema["properties"]["a"]["additionalProperties"], false);
        let items = &schema["properties"]["b"]["properties"]["items"];
        let record = &items["items"]["properties"];
        assert!(record["name"].is_object() && record["use"].is_object(), "{items}");
        assert_eq!(items["items"]["additionalProperties"], false);
    }

    #[test]
    fn all_that_stands_under_a_table_is_a_field_of_it() {
        let text = "# T\n\n## Tables\n\n### `[table_name]`\n\n**Access:**\n- [Role] - [Rights]\n\n\
                    | Part | Size |\n|---|---|\n| **Index** | [n] |\n\n**Columns:**\n- [column_name] since [release]\n\n\
                    #### Operation\n\n- **Owner:** [team]\n";
        let schema = schema(text);
        let table = &schema["properties"]["tables"]["additionalProperties"]["properties"];
        assert!(table["operation"]["properties"]["owner"].is_object(), "{table:#}");
        assert!(table["index"]["properties"]["size"].is_object(), "{table:#}");
        assert!(table["access"]["items"]["properties"]["rights"].is_object(), "{table:#}");
        let column = &table["columns"]["additionalProperties"];
        assert!(column["properties"]["release"].is_object(), "{table:#}");
        assert!(column["anyOf"].is_null() && column["properties"]["type"].is_object(), "{table:#}");
    }

    #[test]
    fn tables_have_the_fields_of_the_schema_and_of_the_template() {
        let text = "# T\n\n## Tables\n\n### `[table_name]`\n\n[Purpose]\n\n- **Owner:** [team]\n";
        let schema = schema(text);
        let table = &schema["properties"]["tables"]["additionalProperties"];
        assert!(table["properties"]["columns"]["additionalProperties"]["properties"]["references"].is_object());
        assert!(table["properties"]["owner"].is_object(), "{table}");
        assert_eq!(table["additionalProperties"], false);
    }
}
