//! Credentials among the values of facts.

use std::ops::Range;

use super::lines::{blacken, in_lines};
use super::{Finding, detect};
use crate::facts::{self, FactIds, Step, Table, Value};
use crate::source::{SourceKind, Sources, Span};

/// A credential among the facts.
pub(crate) struct Hit<'a, 't> {
    /// The way to the fact.
    pub(crate) steps: &'a [Step<'t>],
    /// It is in the key, which a page may show as a label.
    pub(crate) in_key: bool,
    /// The key or the value.
    pub(crate) span: Span,
    /// What it looks like.
    pub(crate) finding: Finding,
}

/// Hands out every key and every string that looks like a credential.
pub(crate) fn in_facts(root: &Table<'_>, found: &mut dyn FnMut(Hit<'_, '_>)) {
    let mut keys = Vec::new();
    root.visit_entries(&mut |steps, entry| {
        if let Some(finding) = detect(&[], &entry.key) {
            found(Hit { steps, in_key: true, span: entry.key_span, finding });
        }
        keys.clear();
        keys.extend(steps.iter().filter_map(|step| match step {
            Step::Key(key) => Some(*key),
            Step::Item(_) => None,
        }));
        each_string(&entry.value, &mut |text, span| {
            if let Some(finding) = detect(&keys, text) {
                found(Hit { steps, in_key: false, span, finding });
            }
        });
    });
}

fn each_string(value: &Value<'_>, visit: &mut dyn FnMut(&str, Span)) {
    match &value.kind {
        facts::Kind::String(text) => visit(text, value.span),
        facts::Kind::Array(items) => items.iter().for_each(|item| each_string(item, visit)),
        _ => {}
    }
}

/// A facts file with every credential in it as stars, in values and in lines that are no TOML; other bytes stay where
/// they are.
pub fn concealed(mut text: String) -> String {
    let mut ranges: Vec<Range<usize>> = in_lines(&text);
    let source = Sources::default().add(SourceKind::Facts, "", "");
    let root = facts::parse(source, &text, &mut FactIds::default(), &mut Vec::new());
    in_facts(&root, &mut |hit| ranges.push(hit.span.range()));
    drop(root);
    for range in ranges {
        blacken(&mut text, range);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::concealed;

    #[test]
    fn stars_take_the_place_of_a_credential_byte_for_byte() {
        assert_eq!(
            concealed("a = 1\npassword = hünter2Xyz9 # it\n".to_owned()),
            "a = 1\npassword = ************ # it\n"
        );
        let block = format!("-----BEGIN {0} KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQ\n", "PRIVATE");
        let stars = format!("{}\n{}\n", "*".repeat(27), "*".repeat(26));
        assert_eq!(concealed(block), stars);
    }

    #[test]
    fn a_value_of_several_lines_is_concealed_wherever_it_stands() {
        let text = "[s]\nconn = { user = 'u', password = '''\nhunter2Zq9xKf83''' }\n";
        let stars = "[s]\nconn = { user = 'u', password = ***\n****************** }\n";
        assert_eq!(concealed(text.to_owned()), stars);
    }
}
