//! Values under a key that announces a secret.

use super::role::{Role, is_qualifier, role};
use super::text::{Slice, words};
use super::word::{is_key, is_literal, is_password, is_random, is_uuid};
use super::{Finding, Kind};

/// A secret that is the value itself, or a random word in it, where the last segments of `path` announce one.
pub(super) fn find(path: &[&str], value: &str) -> Option<Finding> {
    let mut names = path.iter().rev().copied().filter(|name| !name.bytes().all(|byte| byte.is_ascii_digit()));
    let key = names.next()?;
    let parent = names.next().unwrap_or_default();
    match (role(key), role(parent)) {
        (Some(role), _) => under(role, value),
        (None, Some(role)) if is_qualifier(&key.to_ascii_lowercase()) => under(role, value),
        (None, Some(Role::Password)) if parent.to_ascii_lowercase().ends_with('s') && !is_about(key) => {
            under(Role::Password, value)
        }
        (None, Some(_)) if !is_about(key) => whole(value, is_key),
        _ => None,
    }
}

/// Whether a field says something about a secret and is not the secret.
fn is_about(key: &str) -> bool {
    let about = [
        "algorithm",
        "arn",
        "checksum",
        "column",
        "columns",
        "commit",
        "constraints",
        "description",
        "digest",
        "fingerprint",
        "format",
        "hash",
        "id",
        "length",
        "location",
        "name",
        "path",
        "policy",
        "purpose",
        "rotation",
        "sha256",
        "source",
        "storage",
        "type",
        "url",
        "version",
    ];
    let lower = key.to_ascii_lowercase();
    lower.rsplit(|c: char| !c.is_alphanumeric()).next().is_some_and(|last| about.contains(&last))
}

fn under(role: Role, value: &str) -> Option<Finding> {
    let found = match role {
        Role::Password => whole(value, is_password),
        Role::Key => whole(value, |text| is_key(text) || is_uuid(text)).or_else(|| user_and_password(value)),
    };
    found.or_else(|| within(value))
}

fn whole(value: &str, is_secret: impl Fn(&str) -> bool) -> Option<Finding> {
    let secret = Slice::new(value, 0..value.len())?.bare();
    let found = is_secret(secret.text);
    let random = is_random(secret.text);
    let kind = if random { Kind::RandomValue } else { Kind::Password };
    found.then(|| Finding { kind, range: secret.range() })
}

/// `admin:hunter2`.
fn user_and_password(value: &str) -> Option<Finding> {
    let pair = Slice::new(value, 0..value.len())?.bare();
    let colon = pair.text.find([':', '/'])?;
    let password = pair.after(colon + 1)?;
    let named = pair.text.get(..colon)?.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let secret = named && !password.text.contains(['/', ':']) && is_literal(pair.text) && is_password(password.text);
    secret.then(|| Finding { kind: Kind::Password, range: password.range() })
}

/// A random word amid prose.
fn within(value: &str) -> Option<Finding> {
    let random = |word: &Slice<'_>| {
        word.text.len() >= 16 && word.text.bytes().any(|byte| byte.is_ascii_digit()) && is_key(word.text)
    };
    let edges = |c: char| matches!(c, '`' | '"' | '\'' | '(' | ')' | ',' | '.' | ';');
    let secret = words(value).map(|word| word.trim(edges)).find(random)?;
    Some(Finding { kind: Kind::RandomValue, range: secret.range() })
}
