//! The report as a SARIF 2.1.0 log, for code scanning (OASIS, docs.oasis-open.org/sarif/sarif/v2.1.0).

use std::collections::HashMap;

use serde_json::{Value, json};

use super::Report;
use super::edit::{Edit, edit};
use super::explain::explain;
use super::lines::Texts;
use crate::diagnostic::{Code, Diagnostic, Label, Severity, Sub};
use crate::source::{SourceId, Span};

/// Where the repository keeps the guide's page of the codes.
const GUIDE: &str = "/blob/HEAD/book-example/src/guide/messages.md";

/// The name under which paths are given: consumers know where the sources are.
const BASE: &str = "SRCROOT";

/// The first bytes of a place are enough to tell it from others.
const FINGERPRINTED: usize = 1024;

pub(super) fn render(report: &Report, texts: &Texts<'_>) -> String {
    let mut alike = HashMap::new();
    let findings = report.findings.iter();
    let results: Vec<_> = findings.map(|(severity, found)| result(*severity, found, texts, &mut alike)).collect();
    let log = json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": driver() },
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": { BASE: { "description": { "text": "The root of the repository; without one, that of the book." } } },
            "results": results,
        }],
    });
    format!("{log}\n")
}

fn driver() -> Value {
    let mut driver = json!({
        "name": env!("CARGO_PKG_NAME"),
        "version": env!("CARGO_PKG_VERSION"),
        "semanticVersion": env!("CARGO_PKG_VERSION"),
        "rules": Code::ALL.iter().map(|code| rule(*code)).collect::<Vec<_>>(),
    });
    let home = [env!("CARGO_PKG_HOMEPAGE"), env!("CARGO_PKG_REPOSITORY")].into_iter().find(|uri| !uri.is_empty());
    if let Some(home) = home {
        driver["informationUri"] = json!(home);
    }
    driver
}

fn rule(code: Code) -> Value {
    let explanation = explain(code);
    json!({
        "id": code.as_str(),
        "name": format!("{code:?}"),
        "shortDescription": { "text": explanation.cause },
        "fullDescription": { "text": format!("{} {}", explanation.cause, explanation.repair) },
        "help": { "text": explanation.repair },
        "helpUri": format!("{}{}#{}", env!("CARGO_PKG_REPOSITORY"), GUIDE, code.as_str()),
        "defaultConfiguration": { "level": level(code.default_severity()) },
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

fn result(severity: Severity, diagnostic: &Diagnostic, texts: &Texts<'_>, alike: &mut HashMap<u64, usize>) -> Value {
    let mut place = location(&diagnostic.place, texts);
    if !diagnostic.place.text.is_empty() {
        place["message"] = json!({ "text": diagnostic.place.text });
    }
    let mut result = json!({
        "ruleId": diagnostic.code.as_str(),
        "ruleIndex": Code::ALL.iter().position(|code| *code == diagnostic.code),
        "level": level(severity),
        "message": { "text": message(diagnostic, texts) },
        "locations": [place],
        "partialFingerprints": { "mdbookDatabase/v1": fingerprint(diagnostic, texts, alike) },
    });
    let related = related(diagnostic, texts);
    if !related.is_empty() {
        result["relatedLocations"] = json!(related);
    }
    let fixes = fixes(diagnostic, texts);
    if !fixes.is_empty() {
        result["fixes"] = json!(fixes);
    }
    result
}

/// The title, then the remarks without a place, one a line.
fn message(diagnostic: &Diagnostic, texts: &Texts<'_>) -> String {
    let mut lines = vec![diagnostic.title.clone()];
    lines.extend(texts.changed_note(diagnostic.place.span));
    lines.extend(diagnostic.subs.iter().filter_map(|sub| match sub {
        Sub::Note(text) => Some(format!("note: {text}")),
        Sub::Help(text) => Some(format!("help: {text}")),
        Sub::Place { .. } | Sub::Insert { .. } | Sub::Replace { .. } => None,
    }));
    lines.join("\n")
}

fn related(diagnostic: &Diagnostic, texts: &Texts<'_>) -> Vec<Value> {
    let more = diagnostic.more.iter().map(|label| (label, label.text.as_str()));
    let places = diagnostic.subs.iter().filter_map(|sub| match sub {
        Sub::Place { message, label } => Some((label, message.as_str())),
        _ => None,
    });
    let numbered = more.chain(places).enumerate();
    numbered.map(|(id, (label, message))| related_location(id, label, message, texts)).collect()
}

fn related_location(id: usize, label: &Label, message: &str, texts: &Texts<'_>) -> Value {
    let mut location = location(label, texts);
    location["id"] = json!(id);
    if !message.is_empty() {
        location["message"] = json!({ "text": message });
    }
    location
}

fn location(label: &Label, texts: &Texts<'_>) -> Value {
    let source = label.span.source;
    let mut place = json!({ "artifactLocation": artifact(source, texts) });
    // A line of a changed text would be shown at the wrong place of the file.
    if texts.position(label.span).is_some() && !texts.source(source).changed {
        place["region"] = region(label.span, texts);
    }
    json!({ "physicalLocation": place })
}

fn artifact(source: SourceId, texts: &Texts<'_>) -> Value {
    json!({ "uri": uri(&texts.source(source).name), "uriBaseId": BASE })
}

fn region(span: Span, texts: &Texts<'_>) -> Value {
    let at = texts.span_position(span);
    let range = texts.range(span);
    json!({
        "startLine": at.line,
        "startColumn": at.column,
        "endLine": at.end_line,
        "endColumn": at.end_column,
        "byteOffset": texts.source(span.source).offset + range.start,
        "byteLength": range.len(),
    })
}

/// Repairs of files; a text that only exists between two preprocessors cannot be repaired by an edit.
fn fixes(diagnostic: &Diagnostic, texts: &Texts<'_>) -> Vec<Value> {
    let edits = diagnostic.subs.iter().filter_map(|sub| edit(texts, sub));
    edits.filter(|edit| !texts.source(edit.source).changed).map(|edit| fix(&edit, texts)).collect()
}

fn fix(edit: &Edit<'_>, texts: &Texts<'_>) -> Value {
    json!({
        "description": { "text": edit.message },
        "artifactChanges": [{
            "artifactLocation": artifact(edit.source, texts),
            "replacements": [{
                "deletedRegion": region(edit.span(), texts),
                "insertedContent": { "text": edit.text },
            }],
        }],
    })
}

/// A relative URI reference (RFC 3986): everything but unreserved characters and `/` is percent-encoded as UTF-8.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => uri.push(char::from(byte)),
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

/// What stays the same when lines are added elsewhere: a hash of code, path, title and the text at the place, and
/// which of several alike it is.
fn fingerprint(diagnostic: &Diagnostic, texts: &Texts<'_>, alike: &mut HashMap<u64, usize>) -> String {
    let source = texts.source(diagnostic.place.span.source);
    let place = source.text.as_bytes().get(texts.range(diagnostic.place.span)).unwrap_or_default();
    let place = place.get(..FINGERPRINTED).unwrap_or(place);
    let parts = [diagnostic.code.as_str().as_bytes(), source.name.as_bytes(), diagnostic.title.as_bytes(), place];
    let hash = parts.into_iter().fold(FNV_OFFSET, |hash, part| fnv1a(fnv1a(hash, part), &[0]));
    let count = alike.entry(hash).or_default();
    *count += 1;
    format!("{hash:016x}:{count}")
}

const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;

/// FNV-1a of 64 bits: unlike the standard library's hasher, the same in every version and on every machine.
fn fnv1a(hash: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(hash, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{FNV_OFFSET, fnv1a, uri};
    use crate::diagnostic::{Code, Diagnostic};
    use crate::report::fixture::run;
    use crate::report::{Format, Report, Style, render};
    use crate::source::{SourceKind, Sources};

    fn log() -> Value {
        serde_json::from_str(&run().render(Format::Sarif)).unwrap()
    }

    #[test]
    fn a_result_names_its_rule_and_its_place() {
        let log = log();
        assert_eq!((&log["version"], &log["runs"][0]["columnKind"]), (&json!("2.1.0"), &json!("unicodeCodePoints")));
        let result = &log["runs"][0]["results"][0];
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        let rule = &log["runs"][0]["tool"]["driver"]["rules"][index];
        assert_eq!((&rule["id"], &result["ruleId"]), (&json!("unfilled-placeholder"), &json!("unfilled-placeholder")));
        assert_eq!((&rule["defaultConfiguration"]["level"], &result["level"]), (&json!("error"), &json!("error")));
        let region = json!({
            "startLine": 3, "startColumn": 14, "endLine": 3, "endColumn": 20, "byteOffset": 31, "byteLength": 6,
        });
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["region"], region);
        assert_eq!(place["artifactLocation"], json!({ "uri": "src/database.md", "uriBaseId": "SRCROOT" }));
        assert_eq!(result["relatedLocations"][0]["message"]["text"], "this too");
        let other = &log["runs"][0]["results"][2]["relatedLocations"][0];
        assert_eq!(other["message"]["text"], "the nearest address is `overview.version`");
    }

    #[test]
    fn repairs_are_fixes() {
        let log = log();
        let insert = &log["runs"][0]["results"][0]["fixes"][0]["artifactChanges"][0];
        assert_eq!(insert["artifactLocation"]["uri"], "database.toml");
        assert_eq!(insert["replacements"][0]["insertedContent"]["text"], "\ngröße = \"\"");
        assert_eq!(insert["replacements"][0]["deletedRegion"]["byteLength"], 0);
        let replace = &log["runs"][0]["results"][2]["fixes"][0]["artifactChanges"][0]["replacements"][0];
        assert_eq!(
            (&replace["deletedRegion"]["byteOffset"], &replace["deletedRegion"]["byteLength"]),
            (&json!(11), &json!(7))
        );
    }

    #[test]
    fn no_line_is_given_where_the_file_has_another() {
        let log = log();
        let changed = &log["runs"][0]["results"][1];
        assert_eq!(changed["locations"][0]["physicalLocation"].get("region"), None);
        assert!(changed["message"]["text"].as_str().unwrap().contains("line 3\nnote: 50%"), "{changed}");
        let whole = &log["runs"][0]["results"][3]["locations"][0]["physicalLocation"];
        assert_eq!(whole.get("region"), None);
        assert_eq!(whole["artifactLocation"]["uri"], "b%2Cc%3A%20100%25.toml");
    }

    #[test]
    fn every_code_is_a_rule() {
        let log = log();
        let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
        let ids: Vec<_> = rules.iter().map(|rule| rule["id"].as_str().unwrap()).collect();
        assert_eq!(ids, Code::ALL.iter().map(|code| code.as_str()).collect::<Vec<_>>());
        assert!(rules.iter().all(|rule| rule["shortDescription"]["text"].is_string()));
    }

    #[test]
    fn fingerprints_survive_new_lines_above_and_tell_twins_apart() {
        let fingerprints = |text: &str| {
            let mut sources = Sources::default();
            let id = sources.add(SourceKind::Chapter, "src/a.md", text);
            let places = text.match_indices("[x]").map(|(at, _)| id.span(at..at + 3));
            let found = places.map(|span| Diagnostic::new(Code::UnfilledPlaceholder, "t", span, "")).collect();
            let report = Report::new(found, Vec::new(), &Default::default(), false, &sources);
            let log = render(&report, &sources, Format::Sarif, Style::default());
            let log: Value = serde_json::from_str(&log).unwrap();
            let results = log["runs"][0]["results"].as_array().unwrap().clone();
            results.into_iter().map(|result| result["partialFingerprints"].clone()).collect::<Vec<_>>()
        };
        let twins = fingerprints("[x] [x]");
        assert_ne!(twins[0], twins[1]);
        assert_eq!(twins, fingerprints("new\n\n[x]\n[x]"));
    }

    #[test]
    fn paths_are_uris() {
        assert_eq!(uri("src/größe [1].md"), "src/gr%C3%B6%C3%9Fe%20%5B1%5D.md");
    }

    #[test]
    fn fingerprints_are_those_of_every_other_version() {
        // From the reference vectors of FNV-1a.
        assert_eq!(fnv1a(FNV_OFFSET, b"a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(fnv1a(FNV_OFFSET, b"foobar"), 0x8594_4171_f739_67e8);
    }
}
