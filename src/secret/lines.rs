//! Credentials in a facts file that is no TOML, line by line: where nothing can be parsed, messages still quote lines.

use std::ops::Range;

use toml_parser::lexer::TokenKind;

use super::{Kind, detect, token};

/// The quotes, brackets and commas around a value.
const AROUND: [char; 9] = ['"', '\'', '[', ']', '{', '}', ',', ':', ' '];

/// How many credentials are looked for in a line; where there are more, the rest of it counts as one.
const MOST: usize = 16;

/// The ranges of `text` that look like credentials, sorted and disjoint.
///
/// A line is `key = value` below the last `[header]`; one without a `=` may be `key: value`, or goes on with the key above.
pub fn in_lines(text: &str) -> Vec<Range<usize>> {
    let mut found = key_blocks(text);
    let mut table: Vec<&str> = Vec::new();
    let mut key: Vec<&str> = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let (mut value, trimmed) = (start, line.trim());
        match line.split_once('=') {
            Some((name, _)) if is_key(name) => {
                key = segments(name);
                value += name.len() + 1;
            }
            _ if trimmed.starts_with('[') && trimmed.ends_with(']') => {
                table = segments(trimmed.trim_matches(['[', ']']));
                key.clear();
            }
            _ => {
                // `password: x`, `password "x"`.
                let indent = line.len() - line.trim_start().len();
                let name = trimmed.split([' ', '\t', ':']).next().unwrap_or_default();
                let path = [table.as_slice(), &segments(name)].concat();
                in_line(text, start + indent + name.len()..start + line.len(), &path, &mut found);
            }
        }
        let path = [table.as_slice(), key.as_slice()].concat();
        in_line(text, value..start + line.len(), &path, &mut found);
        start += line.len();
    }
    found.sort_by_key(|range| range.start);
    found.dedup_by(|next, last| {
        let joins = next.start <= last.end;
        if joins {
            last.end = last.end.max(next.end);
        }
        joins
    });
    found
}

/// The ranges of comments of a facts file that look like credentials: a comment may hold a line as it once was.
pub(super) fn in_comments(text: &str) -> Vec<Range<usize>> {
    let comments = toml_parser::Source::new(text).lex().filter(|token| token.kind() == TokenKind::Comment);
    let words = comments.map(|token| token.span().start() + 1..token.span().end());
    words
        .flat_map(|words| in_lines(&text[words.clone()]).into_iter().map(move |range| shifted(range, words.start)))
        .collect()
}

fn shifted(range: Range<usize>, by: usize) -> Range<usize> {
    range.start + by..range.end + by
}

/// Puts a star in place of each byte of a range, so that lines and other places stay where they are.
pub(super) fn blacken(text: &mut String, range: Range<usize>) {
    let stars: String = text[range.clone()].bytes().map(|byte| if byte == b'\n' { '\n' } else { '*' }).collect();
    text.replace_range(range, &stars);
}

/// Adds what looks like a credential in one line, under its key and by itself.
fn in_line(text: &str, line: Range<usize>, path: &[&str], found: &mut Vec<Range<usize>>) {
    let whole = &text[line.clone()];
    let bare = whole.trim_matches(|c: char| AROUND.contains(&c) || c.is_whitespace());
    let start =
        line.start + (whole.len() - whole.trim_start_matches(|c: char| AROUND.contains(&c) || c.is_whitespace()).len());
    // Between quotes that do not match, or before a comment.
    let mut at = start;
    for piece in bare.split_inclusive(['"', '\'', ',', '#']) {
        let words = piece.trim_end_matches(['"', '\'', ',', '#']);
        let finding = detect(path, words).filter(|_| words.len() < bare.len());
        found.extend(finding.map(|finding| at + finding.range.start..at + finding.range.end));
        at += piece.len();
    }
    let mut from = 0;
    for _ in 0..MOST {
        let Some(rest) = bare.get(from..).filter(|rest| !rest.is_empty()) else { return };
        let Some(finding) = detect(path, rest) else { return };
        found.push(start + from + finding.range.start..start + from + finding.range.end);
        from += finding.range.end.max(1);
    }
    found.push(start + from..start + bare.len());
}

/// Private keys, which have many lines.
fn key_blocks(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = text[from..].find("-----BEGIN ") {
        from += at;
        let end = text[from..].find("-----END ").map_or(text.len(), |end| from + end);
        let block = token::find(&text[from..end]).filter(|finding| finding.kind == Kind::PrivateKey);
        found.extend(block.map(|_| from..end));
        from = end;
    }
    found
}

/// What stands before a `=` may be a key: a few names with dots, bare or in quotes.
fn is_key(name: &str) -> bool {
    let name = name.trim();
    !name.is_empty() && !name.contains(['{', '[', '(', ':', '/', '<', ';'])
}

fn segments(path: &str) -> Vec<&str> {
    path.split('.').map(|segment| segment.trim_matches(['"', '\'', ' ', '\t'])).collect()
}

#[cfg(test)]
mod tests {
    use super::in_lines;

    fn hidden(text: &str) -> String {
        let mut text = text.to_owned();
        for range in in_lines(&text).into_iter().rev() {
            text.replace_range(range, "***");
        }
        text
    }

    #[test]
    fn a_credential_on_a_line_that_is_no_toml_is_found() {
        for line in [
            "password = hunter2Xyz9",
            "password = \"hunter2Xyz9",
            "  password \"hunter2Xyz9\"",
            "password: hunter2Xyz9",
            "password: hunter2Xyz9=",
            "db.password = 'hunter2Xyz9\", port = 1",
            "[a]\npassword = [\n  hunter2Xyz9,\n",
            "[passwords]\napp = hunter2Xyz9",
            "password = \"\"\"\nhunter2Xyz9\n",
            "url = postgres://app:hunter2Xyz9@db.acme.io/shop",
            "this is no TOML: postgres://app:hunter2Xyz9@db.acme.io/shop",
            "db = { user = app, password = hunter2Xyz9 }",
            "db = { user = \"app\" password = \"hunter2Xyz9\" }",
            "password = hunter2Xyz9 # the new one",
            "password = hunter2Xyz9\npassword = hunter2Xyz9",
            "x = 1\r\npassword = hunter2Xyz9\r\n",
        ] {
            let hidden = hidden(line);
            assert!(!hidden.contains("hunter2"), "{line}\n{hidden}");
        }
    }

    #[test]
    fn what_is_no_credential_stays_to_be_read() {
        for text in
            ["version = 16.4\n", "a b c\n", "[overview\nversion = \"16\"\n", "password = Set by Vault\n", "é = é\n", ""]
        {
            assert_eq!(hidden(text), text);
        }
    }

    #[test]
    fn what_is_hidden_is_the_credential_alone() {
        for (text, expected) in [
            ("password = hunter2Xyz9 # it", "password = *** # it"),
            ("  password: \"hunter2Xyz9\"\n", "  password: \"***\"\n"),
            ("note = \"a, b\", password = \"hunter2Xyz9\"", "note = \"a, b\", password = \"***\""),
            (
                "[passwords]\napp = 'hunter2Xyz9'\n[other]\napp = 'hunter2Xyz9'",
                "[passwords]\napp = '***'\n[other]\napp = 'hunter2Xyz9'",
            ),
            ("[passwords\napp = 'hunter2Xyz9'", "[passwords\napp = 'hunter2Xyz9'"),
            ("{ x } = hunter2Xyz9", "{ x } = hunter2Xyz9"),
            ("a = see redis://:hunter2Xyz9@db, and more", "a = see redis://:***@db, and more"),
            ("é = redis://:hunter2Xyz9@db and redis://:other2Xyz9@db", "é = redis://:***@db and redis://:***@db"),
        ] {
            assert_eq!(hidden(text), expected);
        }
        let block =
            |name: &str| format!("-----BEGIN {name} KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQ\n-----END {name} KEY-----");
        let two = format!("a = 1\n{}\nb = 2\n{}\nc = 3", block("PUBLIC"), block("PRIVATE"));
        assert_eq!(
            hidden(&two),
            format!("a = 1\n{}\nb = 2\n***-----END {} KEY-----\nc = 3", block("PUBLIC"), "PRIVATE")
        );
    }

    #[test]
    fn a_key_block_is_hidden_whole() {
        let block = format!(
            "tls = \"\"\"\n-----BEGIN {0} KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQ\nMIIEvQIBADANBgkqhkiG9w0BAQ\n-----END {0} KEY-----\n",
            "PRIVATE"
        );
        assert!(!hidden(&block).contains("MIIE"), "{}", hidden(&block));
    }

    #[test]
    fn a_line_of_many_credentials_is_hidden_from_the_last_that_is_looked_for() {
        let line = "see redis://:hunter2Xyz9@db and more; ".repeat(20);
        let shown = "see redis://:***@db and more; ".repeat(16);
        let shown = shown.strip_suffix("@db and more; ").unwrap();
        assert_eq!(hidden(&line), format!("{shown} "));
    }
}
