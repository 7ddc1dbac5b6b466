//! Reads `book.toml` itself, for the commands that run without mdBook, into what mdBook would have handed over.

use serde_json::{Map, Value};
use toml::de::{DeTable, DeValue};

use crate::diagnostic::{Code, Diagnostic};
use crate::source::SourceId;

/// The configuration in a `book.toml`, with the environment's changes, as the JSON that mdBook would send.
///
/// What is not TOML goes to `diagnostics`; what could be read of it is used.
pub fn book_from_toml(
    source: SourceId,
    text: &str,
    overrides: &[(String, Value)],
    diagnostics: &mut Vec<Diagnostic>,
) -> Value {
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        let span = source.span(error.span().unwrap_or(0..0));
        let title = format!("`book.toml` is not valid TOML: {}", error.message());
        diagnostics.push(Diagnostic::new(Code::InvalidToml, title, span, ""));
    }
    let mut config = Value::Object(object(table.get_ref()));
    for (path, value) in overrides {
        set(&mut config, path, value.clone());
    }
    config
}

/// The settings among environment variables, as mdBook reads them: `MDBOOK_PREPROCESSOR__DATABASE__DRAFT=true` is
/// `preprocessor.database.draft`, and a value that is no JSON is a string.
pub fn overrides(variables: impl IntoIterator<Item = (String, String)>) -> Vec<(String, Value)> {
    let setting = |(name, value): (String, String)| {
        let path = name.strip_prefix("MDBOOK_")?.to_lowercase().replace("__", ".").replace('_', "-");
        Some((path, serde_json::from_str(&value).unwrap_or(Value::String(value))))
    };
    let mut settings: Vec<_> = variables.into_iter().filter_map(setting).collect();
    settings.sort_by(|(a, _), (b, _)| a.cmp(b));
    settings
}

/// Puts a value at a dotted path, making tables on the way.
fn set(config: &mut Value, path: &str, value: Value) {
    let mut place = config;
    for key in path.split('.') {
        if !place.is_object() {
            *place = Value::Object(Map::new());
        }
        let Value::Object(table) = place else { return };
        place = table.entry(key).or_insert(Value::Null);
    }
    *place = value;
}

fn object(table: &DeTable<'_>) -> Map<String, Value> {
    table.iter().map(|(key, value)| (key.get_ref().to_string(), json(value.get_ref()))).collect()
}

fn json(value: &DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) => Value::String(text.to_string()),
        DeValue::Integer(number) => {
            i64::from_str_radix(number.as_str(), number.radix()).map_or(Value::Null, Value::from)
        }
        DeValue::Float(number) => number.as_str().parse::<f64>().map_or(Value::Null, Value::from),
        DeValue::Boolean(boolean) => Value::Bool(*boolean),
        DeValue::Datetime(datetime) => Value::String(datetime.to_string()),
        DeValue::Array(values) => values.iter().map(|value| json(value.get_ref())).collect(),
        DeValue::Table(table) => Value::Object(object(table)),
    }
}
