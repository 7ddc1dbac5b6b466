//! Measures the recognition of credentials on the lists under `tests/secrets`.

use std::path::Path;

use mdbook_database::secret::{Finding, detect};

/// One line of a list: the address and the value, unescaped.
struct Case {
    line: usize,
    path: String,
    value: String,
    finding: Option<Finding>,
}

/// Reads `address TAB value` lines. A `~` keeps the tokens of the positives from being tokens in this repository.
fn cases(name: &str, split: bool) -> Vec<Case> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/secrets").join(name);
    let text = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{name}: {error}"));
    let case = |(number, line): (usize, &str)| {
        let (path, value) = line.split_once('\t').unwrap_or_else(|| panic!("{name}:{}: no tab", number + 1));
        let value = unescape(&if split { value.replace('~', "") } else { value.to_owned() });
        let finding = detect(&path.split('.').collect::<Vec<_>>(), &value).inspect(|finding| {
            assert!(value.get(finding.range.clone()).is_some_and(|text| !text.is_empty()), "{name}:{}", number + 1);
        });
        Case { line: number + 1, path: path.to_owned(), value, finding }
    };
    text.lines().enumerate().map(case).collect()
}

fn unescape(text: &str) -> String {
    text.replace("\\\\", "\0").replace("\\n", "\n").replace("\\t", "\t").replace('\0', "\\")
}

/// Recall, precision and the lines that went wrong (synthetic, so they may be printed).
fn measure(folder: &str) -> (usize, usize, f64, f64, String) {
    let positives = cases(&format!("{folder}positive.tsv"), true);
    let negatives = cases(&format!("{folder}negative.tsv"), false);
    let hits = positives.iter().filter(|case| case.finding.is_some()).count();
    let false_hits = negatives.iter().filter(|case| case.finding.is_some()).count();
    let mut wrong = String::new();
    for (title, list, expected) in [("missed", &positives, true), ("wrongly found", &negatives, false)] {
        for case in list.iter().filter(|case| case.finding.is_some() != expected) {
            wrong += &format!("{title}: line {}: {} = {:?}\n", case.line, case.path, case.value);
        }
    }
    let recall = hits as f64 / positives.len() as f64;
    let precision = hits as f64 / (hits + false_hits).max(1) as f64;
    (positives.len(), negatives.len(), recall, precision, wrong)
}

#[test]
fn recall_and_precision_stay_above_their_floors() {
    for folder in ["", "held-out/"] {
        let (positives, negatives, recall, precision, wrong) = measure(folder);
        println!(
            "{folder}: {positives} positives, {negatives} negatives: recall {recall:.3}, precision {precision:.3}\n{wrong}"
        );
        assert!(recall >= 0.97 && precision >= 0.98, "recall {recall:.3}, precision {precision:.3}\n{wrong}");
    }
}

/// Where in each value the credential is and what it is called: what a message underlines and says. Values themselves
/// are left out, as in messages. `SNAPSHOTS=overwrite cargo test --test secret` writes it anew.
#[test]
fn every_credential_is_found_where_it_was() {
    let mut found = String::new();
    for list in ["positive.tsv", "negative.tsv", "held-out/positive.tsv", "held-out/negative.tsv"] {
        for Case { line, finding, .. } in cases(list, list.ends_with("positive.tsv")) {
            if let Some(Finding { kind, range }) = finding {
                found += &format!("{list}:{line}\t{}..{}\t{}\n", range.start, range.end, kind.describe());
            }
        }
    }
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/secrets/found.tsv");
    if std::env::var("SNAPSHOTS").is_ok_and(|action| action == "overwrite") {
        std::fs::write(&file, &found).unwrap_or_else(|error| panic!("{error}"));
    }
    let expected = std::fs::read_to_string(&file).unwrap_or_default().replace("\r\n", "\n");
    let differing = found.lines().zip(expected.lines()).find(|(is, should)| is != should);
    assert!(found == expected, "first difference (is, should be): {differing:?}");
}
