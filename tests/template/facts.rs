//! The facts as leaves, each of which can be taken away.

use toml_edit::{DocumentMut, Item, Table, TableLike, Value};

/// One step from the root of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Key(String),
    Record(usize),
}

/// A fact: a scalar, or an array without tables.
#[derive(Clone, Debug)]
pub(crate) struct Leaf {
    pub(crate) steps: Vec<Step>,
    pub(crate) value: Value,
}

impl Leaf {
    /// The keys from the root.
    pub(crate) fn keys(&self) -> Vec<&str> {
        self.steps.iter().filter_map(|step| if let Step::Key(key) = step { Some(key.as_str()) } else { None }).collect()
    }

    pub(crate) fn path(&self) -> String {
        let step = |step: &Step| match step {
            Step::Key(key) => format!(".{key}"),
            Step::Record(at) => format!("[{at}]"),
        };
        self.steps.iter().map(step).collect::<String>().trim_start_matches('.').to_owned()
    }

    /// Whether it is a field of the schema that is no text of the page by itself.
    pub(crate) fn is_typed_aside(&self) -> bool {
        let keys = self.keys();
        let words = ["description", "purpose", "type", "constraints"];
        keys[0] == "tables" && !words.contains(keys.last().unwrap())
    }

    /// What the page shows of it, line by line.
    pub(crate) fn texts(&self) -> Vec<String> {
        match &self.value {
            Value::Boolean(yes) => vec![if *yes.value() { "Yes" } else { "" }.to_owned()],
            value => shown(value).lines().map(|line| line.trim().to_owned()).collect(),
        }
    }
}

/// A value as Markdown: an array as a list.
pub(crate) fn block(value: &Value) -> String {
    match value {
        Value::Array(items) => items.iter().map(|item| format!("- {}", shown(item))).collect::<Vec<_>>().join("\n"),
        value => shown(value).trim().to_owned(),
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.value().clone(),
        Value::Array(items) => items.iter().map(shown).collect::<Vec<_>>().join("\n"),
        other => other.clone().decorated("", "").to_string(),
    }
}

/// Every leaf, in the order of the file.
pub(crate) fn leaves(facts: &DocumentMut) -> Vec<Leaf> {
    let mut found = Vec::new();
    of_table(facts.as_table(), &mut Vec::new(), &mut found);
    found
}

fn of_table(table: &dyn TableLike, steps: &mut Vec<Step>, found: &mut Vec<Leaf>) {
    for (key, item) in table.iter() {
        steps.push(Step::Key(key.to_owned()));
        of_item(item, steps, found);
        steps.pop();
    }
}

fn of_item(item: &Item, steps: &mut Vec<Step>, found: &mut Vec<Leaf>) {
    if let Some(table) = item.as_table_like() {
        of_table(table, steps, found);
    } else if let Some(records) = item.as_array_of_tables() {
        for (at, record) in records.iter().enumerate() {
            steps.push(Step::Record(at));
            of_table(record, steps, found);
            steps.pop();
        }
    } else if let Some(value) = item.as_value() {
        found.push(Leaf { steps: steps.clone(), value: value.clone() });
    }
}

/// The facts without one of them.
pub(crate) fn without(facts: &DocumentMut, leaf: &Leaf) -> DocumentMut {
    let mut facts = facts.clone();
    let (last, above) = leaf.steps.split_last().unwrap();
    let Step::Key(last) = last else { unreachable!("a leaf has a key") };
    let removed = match above {
        [] => facts.remove(last),
        _ => take(facts.as_table_mut(), above, last),
    };
    assert!(removed.is_some(), "{}", leaf.path());
    facts
}

fn take(root: &mut Table, steps: &[Step], last: &str) -> Option<Item> {
    let mut table: &mut dyn TableLike = root;
    let mut steps = steps.iter().peekable();
    while let Some(Step::Key(key)) = steps.next() {
        let item = table.get_mut(key)?;
        table = match steps.next_if(|step| matches!(step, Step::Record(_))) {
            Some(Step::Record(at)) => item.as_array_of_tables_mut()?.get_mut(*at)?,
            _ => item.as_table_like_mut()?,
        };
    }
    table.remove(last)
}

/// The item at a dotted path; keys of records hold no dots.
pub(crate) fn at<'f>(facts: &'f DocumentMut, path: &str) -> Option<&'f Item> {
    path.split('.').try_fold(facts.as_item(), |item, key| item.as_table_like()?.get(key))
}
