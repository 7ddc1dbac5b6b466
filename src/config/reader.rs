//! Turns the values of the table into typed ones, and says where one is wrong.

use glob::Pattern;
use regex::Regex;
use serde_json::Value;

use super::locate::{Locator, Step};
use super::{Erd, FactFiles, HOST_KEYS, Located, SectionRule};
use crate::diagnostic::{Code, Diagnostic, Sub};
use crate::lints::Level;
use crate::nearest::nearest;
use crate::source::Span;
use crate::wording::quoted;

/// Reads values; mistakes are collected.
pub(super) struct Reader<'l, 'd> {
    locator: &'l Locator<'l>,
    diagnostics: &'d mut Vec<Diagnostic>,
}

impl<'l, 'd> Reader<'l, 'd> {
    pub(super) fn new(locator: &'l Locator<'l>, diagnostics: &'d mut Vec<Diagnostic>) -> Self {
        Reader { locator, diagnostics }
    }

    /// How many mistakes were found so far.
    pub(super) fn told(&self) -> usize {
        self.diagnostics.len()
    }

    /// `true` or `false`, which an environment variable may also give as a string.
    pub(super) fn boolean(&mut self, key: &str, value: &Value) -> Option<bool> {
        match value {
            Value::Bool(boolean) => Some(*boolean),
            Value::String(text) if text == "true" => Some(true),
            Value::String(text) if text == "false" => Some(false),
            _ => {
                self.wrong_form(&[key.into()], value, "`true` or `false`");
                None
            }
        }
    }

    /// Whether [`Reader::boolean`] would take it.
    pub(super) fn boolean_like(&self, value: &Value) -> bool {
        value.is_boolean() || matches!(value.as_str(), Some("true" | "false"))
    }

    /// A list of strings, or a string alone; anything else in it is reported and left out.
    pub(super) fn strings(&mut self, path: &[Step<'_>], value: &Value) -> Vec<Located<String>> {
        match value {
            Value::String(text) => {
                let span = self.place(path, value);
                vec![Located { value: text.clone(), span }]
            }
            Value::Array(values) => {
                let mut located = Vec::with_capacity(values.len());
                for (index, value) in values.iter().enumerate() {
                    let path = [path, &[Step::Index(index)]].concat();
                    match value {
                        Value::String(text) => {
                            located.push(Located { value: text.clone(), span: self.place(&path, value) });
                        }
                        _ => self.wrong_form(&path, value, "a string"),
                    }
                }
                located
            }
            _ => {
                self.wrong_form(path, value, "a list of strings");
                Vec::new()
            }
        }
    }

    /// `facts`: a file, a list of files, or one of either for each template.
    pub(super) fn facts(&mut self, value: &Value) -> Option<Vec<FactFiles>> {
        let sets = self.for_each_template("facts", value);
        let sets: Vec<_> = sets
            .into_iter()
            .filter(|(_, files)| !files.is_empty())
            .map(|(templates, files)| FactFiles { templates, files })
            .collect();
        (!sets.is_empty()).then_some(sets)
    }

    /// `optional` and `required`: addresses, or a list of them for each template.
    pub(super) fn sections(&mut self, key: &str, value: &Value) -> Vec<SectionRule> {
        let mut rules = Vec::new();
        for (templates, addresses) in self.for_each_template(key, value) {
            rules.extend(addresses.into_iter().map(|address| SectionRule {
                templates: templates.clone(),
                address: address.value,
                span: address.span,
            }));
        }
        rules
    }

    /// Strings for all templates, or a table from templates to strings, in the order of `book.toml`.
    fn for_each_template(&mut self, key: &str, value: &Value) -> Vec<(Option<Pattern>, Vec<Located<String>>)> {
        let Value::Object(table) = value else { return vec![(None, self.strings(&[key.into()], value))] };
        let mut sets = Vec::with_capacity(table.len());
        for (template, value) in table {
            let path = [key.into(), template.as_str().into()];
            let span = self.locator.key(&path).unwrap_or(self.locator.table());
            let strings = self.strings(&path, value);
            if let Some(pattern) = self.pattern(&Located { value: template.clone(), span }) {
                sets.push((span.start, (Some(pattern), strings)));
            }
        }
        // JSON has lost the order of the file.
        sets.sort_by_key(|&(start, _)| start);
        sets.into_iter().map(|(_, set)| set).collect()
    }

    /// `templates`.
    pub(super) fn patterns(&mut self, key: &str, value: &Value) -> Option<Vec<Located<Pattern>>> {
        if !matches!(value, Value::String(_) | Value::Array(_)) {
            self.wrong_form(&[key.into()], value, "a list of strings");
            return None;
        }
        let globs = self.strings(&[key.into()], value);
        let located = |glob: &Located<String>, value| Located { value, span: glob.span };
        Some(globs.iter().filter_map(|glob| Some(located(glob, self.pattern(glob)?))).collect())
    }

    fn pattern(&mut self, glob: &Located<String>) -> Option<Pattern> {
        let text = glob.value.strip_prefix("./").unwrap_or(&glob.value);
        Pattern::new(text)
            .map_err(|error| self.report(format!("`{}` is not a valid glob", glob.value), glob.span, error.msg))
            .ok()
    }

    /// `erd`.
    pub(super) fn erd(&mut self, value: &Value) -> Option<Erd> {
        match value.as_str() {
            Some("svg") => Some(Erd::Svg),
            Some("mermaid") => Some(Erd::Mermaid),
            Some("text") => Some(Erd::Text),
            _ => {
                self.wrong_form(&["erd".into()], value, "`\"svg\"`, `\"mermaid\"` or `\"text\"`");
                None
            }
        }
    }

    /// `literals`, each made to match a whole text.
    pub(super) fn literals(&mut self, value: &Value) -> Vec<Regex> {
        let mut literals = Vec::new();
        for pattern in self.strings(&["literals".into()], value) {
            match Regex::new(&format!("^(?:{})$", pattern.value)) {
                Ok(regex) => literals.push(regex),
                Err(error) => {
                    let reason = error.to_string();
                    let reason = reason.lines().last().unwrap_or_default().trim_start_matches("error: ");
                    self.report(format!("`{}` is not a valid pattern", pattern.value), pattern.span, reason);
                }
            }
        }
        literals
    }

    /// The table `lints`.
    pub(super) fn lints(&mut self, value: &Value) -> Vec<(Code, Level)> {
        let Value::Object(table) = value else {
            self.wrong_form(&["lints".into()], value, "a table of lints");
            return Vec::new();
        };
        let mut lints = Vec::new();
        for (name, value) in table {
            let path = ["lints".into(), name.as_str().into()];
            match (Code::from_name(name), Level::from_name(value.as_str().unwrap_or_default())) {
                (Some(code), Some(level)) => lints.push((code, level)),
                (Some(_), None) => self.wrong_form(&path, value, "`\"deny\"`, `\"warn\"` or `\"allow\"`"),
                (None, _) => self.unknown(&path, "lint", name, Code::ALL.iter().map(|code| code.as_str())),
            }
        }
        lints
    }

    /// A key that neither mdBook nor this program knows.
    pub(super) fn unknown_key(&mut self, key: &str, known: &'static [&'static str]) {
        self.unknown(&[key.into()], "key", key, known.iter().chain(HOST_KEYS).copied());
    }

    /// A name that is not one of `known`, with the nearest that is.
    fn unknown(&mut self, path: &[Step<'_>], what: &str, name: &str, known: impl Iterator<Item = &'static str>) {
        let known: Vec<_> = known.collect();
        let near = nearest(name, known.iter().copied());
        let parents = path.split_last().map_or(&[][..], |(_, parents)| parents);
        let table = format!("[preprocessor.{}]", dotted(self.locator.name(), parents));
        let written = self.locator.key(path);
        let span = written.unwrap_or(self.locator.whole());
        let title = format!("unknown {what} `{name}` in `{table}`");
        let diagnostic = Diagnostic::new(Code::UnknownOption, title, span, format!("no such {what}"));
        let advice = match (near, written) {
            (Some(near), Some(span)) => {
                Sub::Replace { message: format!("did you mean `{near}`?"), span, text: near.to_owned() }
            }
            (Some(near), None) => Sub::Help(format!("did you mean `{near}`?")),
            (None, _) => Sub::Help(format!("the {what}s are {}", quoted(&known))),
        };
        self.diagnostics.push(self.explain(diagnostic.with(advice), path, written.is_some()));
    }

    /// A value that is not of the form `expected`.
    pub(super) fn wrong_form(&mut self, path: &[Step<'_>], value: &Value, expected: &str) {
        let written = self.locator.value(path, value);
        let span = self.place(path, value);
        let title = format!("`{}` must be {expected}", name_of(path, self.locator.name()));
        let diagnostic = Diagnostic::new(Code::UnknownOption, title, span, format!("this is {}", describe(value)));
        self.diagnostics.push(self.explain(diagnostic, path, written.is_some()));
    }

    fn report(&mut self, title: String, span: Span, label: &str) {
        self.diagnostics.push(Diagnostic::new(Code::UnknownOption, title, span, label));
    }

    /// Says where a setting came from that `book.toml` does not have.
    fn explain(&self, diagnostic: Diagnostic, path: &[Step<'_>], written: bool) -> Diagnostic {
        match path.first() {
            Some(Step::Key(key)) if !written => {
                let variable = |name: &str| name.replace('-', "_").to_uppercase();
                diagnostic.with_note(format!(
                    "it comes from the environment variable `MDBOOK_PREPROCESSOR__{}__{}`, not from `book.toml`",
                    variable(self.locator.name()),
                    variable(key)
                ))
            }
            _ => diagnostic,
        }
    }

    /// The place of a value; where `book.toml` has another or none, the file as a whole.
    fn place(&self, path: &[Step<'_>], value: &Value) -> Span {
        self.locator.value(path, value).unwrap_or(self.locator.whole())
    }
}

/// The last key of a path, which is what a user would call the setting.
fn name_of<'p>(path: &[Step<'p>], table: &'p str) -> &'p str {
    path.iter().rev().find_map(Step::key).unwrap_or(table)
}

/// `database.lints`: a table by its name and the keys that lead into it.
fn dotted(table: &str, path: &[Step<'_>]) -> String {
    std::iter::once(table).chain(path.iter().filter_map(Step::key)).collect::<Vec<_>>().join(".")
}

fn describe(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "a table",
    }
}
