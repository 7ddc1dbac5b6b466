//! Who asks, for which renderer, and what `book.toml` says: the first half of what mdBook sends.

use std::collections::BTreeMap;

use semver::{Version, VersionReq};
use serde::Deserialize;
use serde_json::{Map, Value};

/// The preprocessors that mdBook runs unless `build.use-default-preprocessors` is false.
const DEFAULT_PREPROCESSORS: [&str; 2] = ["index", "links"];

/// The context of a run.
#[derive(Clone, Debug, Deserialize)]
pub struct Context {
    /// The directory of `book.toml`.
    pub root: String,
    /// The renderer that the book is prepared for, e.g. `html`.
    pub renderer: String,
    /// What mdBook calls itself.
    pub mdbook_version: String,
    /// The configuration.
    #[serde(default)]
    pub config: HostConfig,
}

/// What this program needs of the book's configuration.
///
/// Deliberately not the official type: that one refuses fields it does not know, and so breaks with the next mdBook.
#[derive(Clone, Debug, Deserialize)]
#[serde(from = "Value")]
pub struct HostConfig {
    /// Where the chapters lie, relative to the root.
    pub src: String,
    /// `index` and `links` run.
    pub default_preprocessors: bool,
    /// The tables `[preprocessor.NAME]`.
    pub preprocessors: Map<String, Value>,
    /// `mdbook serve` builds the book: it names the address by which a page learns of a new build.
    pub serving: bool,
}

impl Default for HostConfig {
    fn default() -> Self {
        HostConfig { src: "src".to_owned(), default_preprocessors: true, preprocessors: Map::new(), serving: false }
    }
}

impl From<Value> for HostConfig {
    fn from(mut config: Value) -> Self {
        let default = HostConfig::default();
        let src = config.pointer("/book/src").and_then(Value::as_str).map_or(default.src, str::to_owned);
        let default_preprocessors = config
            .pointer("/build/use-default-preprocessors")
            .and_then(Value::as_bool)
            .unwrap_or(default.default_preprocessors);
        let serving = config.pointer("/output/html/live-reload-endpoint").is_some_and(Value::is_string);
        let preprocessors = match config.get_mut("preprocessor").map(Value::take) {
            Some(Value::Object(tables)) => tables,
            _ => Map::new(),
        };
        HostConfig { src, default_preprocessors, preprocessors, serving }
    }
}

impl HostConfig {
    /// The name under which this program was configured: `database`, or that of the table whose `command` runs it.
    pub fn own_name(&self) -> &str {
        let runs_us = |table: &Value| {
            table.get("command").and_then(Value::as_str).is_some_and(|command| command.contains("mdbook-database"))
        };
        if self.preprocessors.contains_key("database") {
            return "database";
        }
        self.preprocessors.iter().find(|(_, table)| runs_us(table)).map_or("database", |(name, _)| name)
    }

    /// Whether `links`, which expands `{{#include}}`, runs after the preprocessor called `name`.
    ///
    /// mdBook runs preprocessors in layers by their `before` and `after`, each layer sorted by name.
    pub fn links_run_after(&self, name: &str) -> bool {
        let depths = self.depths();
        match (depths.get(name), depths.get("links")) {
            (Some(own), Some(links)) => (own, name) < (links, "links"),
            (None, links) => links.is_some(),
            (Some(_), None) => false,
        }
    }

    /// Whether `links` runs before the preprocessor called `name`.
    pub fn links_run_before(&self, name: &str) -> bool {
        self.depths().contains_key("links") && !self.links_run_after(name)
    }

    /// The layer of each preprocessor.
    fn depths(&self) -> BTreeMap<&str, usize> {
        let defaults = DEFAULT_PREPROCESSORS.iter().filter(|_| self.default_preprocessors).copied();
        let names = self.preprocessors.keys().map(String::as_str).chain(defaults);
        let mut depths: BTreeMap<&str, usize> = names.map(|name| (name, 0)).collect();
        let edges = self.edges();
        // Each round settles one more layer; a circle, which mdBook refuses, ends with the rounds.
        for _ in 0..depths.len() {
            for &(first, then) in &edges {
                if let (Some(first), Some(then)) = (depths.get(first).copied(), depths.get_mut(then)) {
                    *then = (*then).max(first + 1);
                }
            }
        }
        depths
    }

    /// Pairs of which the first must run before the second.
    fn edges(&self) -> Vec<(&str, &str)> {
        let mut edges = Vec::new();
        for (name, table) in &self.preprocessors {
            edges.extend(strings(table, "before").map(|other| (name.as_str(), other)));
            edges.extend(strings(table, "after").map(|other| (other, name.as_str())));
        }
        edges
    }
}

fn strings<'v>(table: &'v Value, key: &str) -> impl Iterator<Item = &'v str> {
    table.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

/// Whether that version of mdBook is one of those that the tests of this program drive.
pub fn is_tested(version: &str) -> bool {
    let Ok(version) = Version::parse(version) else { return false };
    ["^0.4.21", "^0.5"].iter().any(|range| VersionReq::parse(range).is_ok_and(|range| range.matches(&version)))
}

/// The host's version, in JSON that is otherwise not understood.
pub(super) fn version(text: &str) -> Option<String> {
    let input: Vec<Value> = serde_json::from_str(text).ok()?;
    Some(input.first()?.get("mdbook_version")?.as_str()?.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn config(value: Value) -> HostConfig {
        HostConfig::from(value)
    }

    #[test]
    fn a_bare_configuration_has_mdbooks_defaults() {
        let config = config(json!({}));
        assert_eq!((config.src.as_str(), config.default_preprocessors), ("src", true));
        assert!(config.preprocessors.is_empty());
    }

    #[test]
    fn what_is_said_is_taken() {
        let config = config(json!({
            "book": {"src": "docs", "later-field": 1},
            "build": {"use-default-preprocessors": false},
            "preprocessor": {"database": {"draft": true}},
            "output": {"html": {"live-reload-endpoint": "__livereload"}},
        }));
        assert!(config.serving);
        assert_eq!((config.src.as_str(), config.default_preprocessors), ("docs", false));
        assert_eq!(config.preprocessors["database"], json!({"draft": true}));
    }

    #[test]
    fn a_preprocessor_of_another_name_finds_its_table_by_its_command() {
        let config = config(json!({"preprocessor": {"a": {}, "db": {"command": "bin/mdbook-database"}}}));
        assert_eq!(config.own_name(), "db");
    }

    #[test]
    fn database_runs_before_links_unless_it_says_after() {
        assert!(config(json!({"preprocessor": {"database": {}}})).links_run_after("database"));
        assert!(!config(json!({"preprocessor": {"zdatabase": {}}})).links_run_after("zdatabase"));
        let after = config(json!({"preprocessor": {"database": {"after": ["links"]}}}));
        assert!(!after.links_run_after("database") && after.links_run_before("database"));
    }

    #[test]
    fn order_follows_other_preprocessors_too() {
        let via = config(json!({"preprocessor": {"database": {"after": ["x"]}, "x": {"after": ["links"]}}}));
        assert!(!via.links_run_after("database"));
        let before = config(json!({"preprocessor": {"database": {}, "links": {"before": ["database"]}}}));
        assert!(!before.links_run_after("database"));
        let circle = config(json!({"preprocessor": {"database": {"after": ["x"]}, "x": {"after": ["database"]}}}));
        assert!(!circle.links_run_after("database"), "a circle ends");
    }

    #[test]
    fn without_the_default_preprocessors_nothing_expands_includes() {
        let config = config(json!({"build": {"use-default-preprocessors": false}, "preprocessor": {"database": {}}}));
        assert!(!config.links_run_after("database") && !config.links_run_before("database"));
    }

    #[test]
    fn both_generations_are_tested_and_later_ones_are_not() {
        for version in ["0.4.21", "0.4.52", "0.5.0", "0.5.4"] {
            assert!(is_tested(version), "{version}");
        }
        for version in ["0.3.7", "0.4.20", "0.6.0", "1.0.0", "soon"] {
            assert!(!is_tested(version), "{version}");
        }
    }
}
