//! From the words of a template to the keys of `database.toml`, and back.

use std::borrow::Cow;

/// Where a slug ends at the latest, in bytes: a section's is part of every address below it.
const LONGEST: usize = 240;

/// The slug of a heading, label or placeholder: runs of characters that are no letters or digits become `_`,
/// apostrophes vanish, letters of any script stay, everything in lower case, without `_` at either end.
///
/// ```
/// use mdbook_database::slug::slug;
/// assert_eq!(slug("ORM/Query Builder"), "orm_query_builder");
/// assert_eq!(slug("What's stored?"), "whats_stored");
/// ```
pub fn slug(text: &str) -> String {
    let mut slug = String::with_capacity(text.len().min(LONGEST));
    for c in text.chars() {
        if slug.len() >= LONGEST {
            break;
        }
        if c.is_alphanumeric() {
            push_lowercase(&mut slug, c);
        } else if !is_apostrophe(c) && !slug.is_empty() && !slug.ends_with('_') {
            slug.push('_');
        }
    }
    slug.truncate(slug.trim_end_matches('_').len());
    slug
}

/// Appends a character in lower case. Most are ASCII, for which that is a matter of one bit.
pub(crate) fn push_lowercase(text: &mut String, c: char) {
    if c.is_ascii() {
        text.push(c.to_ascii_lowercase());
    } else {
        text.extend(c.to_lowercase());
    }
}

/// What look-up passes over in a key: `-`, `_` and spaces.
pub(crate) fn is_separator(c: char) -> bool {
    matches!(c, '-' | '_') || c.is_whitespace()
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '\u{2018}' | '\u{2019}' | '\u{02bc}')
}

/// The slug of a heading or label: numbering in front (`1.`, `2.3`, `4)`) and a parenthesis at the end are dropped.
///
/// ```
/// use mdbook_database::slug::label_slug;
/// assert_eq!(label_slug("3. Connection Configuration"), "connection_configuration");
/// assert_eq!(label_slug("Cache layer (Redis, in-memory, etc.)"), "cache_layer");
/// ```
pub fn label_slug(text: &str) -> String {
    let text = without_parenthesis(without_numbering(text.trim()));
    match slug(text) {
        empty if empty.is_empty() => "value".to_owned(),
        slug => slug,
    }
}

/// The slug of a placeholder's own text: without `e.g.,` in front and a parenthesis at the end; a single PascalCase
/// word is split. A text without letters and digits is `value`.
///
/// ```
/// use mdbook_database::slug::placeholder_slug;
/// assert_eq!(placeholder_slug("e.g., Prisma, TypeORM"), "prisma_typeorm");
/// assert_eq!(placeholder_slug("EntityName"), "entity_name");
/// ```
pub fn placeholder_slug(text: &str) -> String {
    let text = without_parenthesis(without_example_mark(text.trim()));
    if text.chars().all(char::is_alphanumeric) && is_pascal_case(text) {
        return slug(&split_pascal_case(text));
    }
    label_slug(text)
}

/// The label of an item made from a key: `read_replicas` is `Read replicas`; a key with capitals or spaces stands as
/// written.
pub fn label_of_key(key: &str) -> Cow<'_, str> {
    if key.chars().any(|c| c.is_uppercase() || c.is_whitespace()) {
        return Cow::Borrowed(key);
    }
    let words = key.replace(['_', '-'], " ");
    let mut chars = words.chars();
    match chars.next() {
        Some(first) => Cow::Owned(first.to_uppercase().chain(chars).collect()),
        None => Cow::Borrowed(key),
    }
}

fn without_example_mark(text: &str) -> &str {
    let marks = ["e.g.,", "e.g.", "eg.", "ex:", "for example,", "for example"];
    for mark in marks {
        if let Some(head) = text.get(..mark.len())
            && head.eq_ignore_ascii_case(mark)
        {
            return text[mark.len()..].trim_start();
        }
    }
    text
}

/// Without the number that tells samples of one thing apart: `Option 1`, `table_2` and `Table A` are `Option`, `table`
/// and `Table`.
pub(crate) fn without_number(text: &str) -> &str {
    let Some((head, last)) = text.rsplit_once([' ', '_', '#']) else { return text };
    let letter = last.len() == 1 && last.bytes().all(|byte| byte.is_ascii_uppercase());
    let number = !last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit());
    let head = head.trim_end_matches([' ', '_', '#', '-']);
    if (letter || number) && !head.is_empty() { head } else { text }
}

/// `1.`, `1.2`, `1.2.3.`, `4)` before a space.
pub(crate) fn without_numbering(text: &str) -> &str {
    let Some((first, rest)) = text.split_once(char::is_whitespace) else { return text };
    let digits_and_dots = first.trim_end_matches([')', '.']);
    let numbered = !digits_and_dots.is_empty()
        && digits_and_dots.split('.').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
        && (first.len() > digits_and_dots.len() || digits_and_dots.contains('.'));
    if numbered { rest.trim_start() } else { text }
}

fn without_parenthesis(text: &str) -> &str {
    let trimmed = text.trim_end();
    if !trimmed.ends_with(')') {
        return text;
    }
    let mut depth = 0usize;
    for (at, c) in trimmed.char_indices().rev() {
        match c {
            ')' => depth += 1,
            '(' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            let before = trimmed[..at].trim_end();
            return if before.is_empty() { text } else { before };
        }
    }
    text
}

fn is_pascal_case(word: &str) -> bool {
    let mut chars = word.chars();
    chars.next().is_some_and(char::is_uppercase)
        && word.chars().any(char::is_lowercase)
        && chars.any(char::is_uppercase)
}

/// A blank before each capital that starts a word: `HTTPServerName` is `HTTP Server Name`.
fn split_pascal_case(word: &str) -> String {
    let mut split = String::with_capacity(word.len() + 8);
    let mut previous: Option<char> = None;
    let mut chars = word.chars().peekable();
    while let Some(c) = chars.next() {
        let starts_word = c.is_uppercase()
            && previous.is_some_and(|p| !p.is_uppercase() || chars.peek().is_some_and(|next| next.is_lowercase()));
        if starts_word {
            split.push(' ');
        }
        split.push(c);
        previous = Some(c);
    }
    split
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_of_any_script_stay() {
        assert_eq!(slug("Единый ключ: №1"), "единый_ключ_1");
        assert_eq!(slug("  --Tool/service used?! "), "tool_service_used");
    }

    #[test]
    fn headings_lose_numbers_and_parentheses() {
        assert_eq!(label_slug("11. Backup & Recovery"), "backup_recovery");
        assert_eq!(label_slug("2.1 Limits"), "limits");
        assert_eq!(label_slug("12 Factor App"), "12_factor_app");
        assert_eq!(label_slug("Read replicas (if any)"), "read_replicas");
        assert_eq!(label_slug("(all)"), "all");
        assert_eq!(label_slug("日付"), "日付");
        assert_eq!(label_slug("SSL/TLS configuration"), "ssl_tls_configuration");
        assert_eq!(label_slug("..."), "value");
    }

    #[test]
    fn placeholders_are_named_by_their_own_words() {
        assert_eq!(placeholder_slug("path/to/migrations"), "path_to_migrations");
        assert_eq!(placeholder_slug("Table A"), "table_a");
        assert_eq!(placeholder_slug("HTTPServer"), "http_server");
        assert_eq!(placeholder_slug("userId"), "userid");
        assert_eq!(placeholder_slug("DDL"), "ddl");
        assert_eq!(placeholder_slug("Frequency"), "frequency");
    }

    #[test]
    fn samples_are_told_apart_by_a_number() {
        let words = ["Option 1", "table_2", "Table A", "Step #3", "Table", "1", "Plan b", "X 25"].map(without_number);
        assert_eq!(words, ["Option", "table", "Table", "Step", "Table", "1", "Plan b", "X"]);
    }

    #[test]
    fn labels_are_made_from_plain_keys_only() {
        assert_eq!(label_of_key("read_replicas"), "Read replicas");
        assert_eq!(label_of_key("TLS"), "TLS");
        assert_eq!(label_of_key("on call"), "on call");
    }

    #[test]
    fn words_with_dots_are_no_numbering() {
        for (heading, slug) in [
            ("1. Overview", "overview"),
            ("2.3 Overview", "overview"),
            ("4) Overview", "overview"),
            ("v1.2 Overview", "v1_2_overview"),
            ("Node.js setup", "node_js_setup"),
            ("1..2 Overview", "1_2_overview"),
            ("16 tables", "16_tables"),
        ] {
            assert_eq!(label_slug(heading), slug, "{heading}");
        }
    }
}
