//! What the name of a key promises about its value.

/// What a key promises about its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// A person may have chosen it, so it may be weak.
    Password,
    /// A generator made it, so it looks random.
    Key,
}

const PASSWORD_ENDINGS: &[&str] = &["password", "passwd", "pwd", "passphrase", "passcode", "secret", "requirepass"];
const PASSWORD_WORDS: &[&str] = &["pass", "passwords", "pw"];
const KEY_ENDINGS: &[&str] = &[
    "token",
    "tokens",
    "credential",
    "credentials",
    "apikey",
    "secretkey",
    "privatekey",
    "accesskey",
    "pepper",
    "secrets",
];
const KEY_OWNERS: &[&str] = &[
    "access",
    "account",
    "api",
    "app",
    "application",
    "auth",
    "deploy",
    "encryption",
    "hmac",
    "integration",
    "jwt",
    "license",
    "master",
    "private",
    "role",
    "secret",
    "service",
    "shared",
    "signing",
    "ssh",
    "storage",
    "unseal",
];
const QUALIFIERS: &[&str] = &[
    "base",
    "current",
    "default",
    "dev",
    "development",
    "example",
    "local",
    "new",
    "old",
    "previous",
    "primary",
    "prod",
    "production",
    "root",
    "secondary",
    "staging",
    "test",
    "value",
];

/// What the name `key` promises, whatever its case and separators; `None` for a name such as `token_ttl`.
pub(super) fn role(key: &str) -> Option<Role> {
    let words = key_words(key);
    let bare = |word: &String| word.trim_end_matches(|c: char| c.is_ascii_digit()).to_owned();
    let mut named = words.iter().map(bare).rev().skip_while(|word| is_qualifier(word));
    let last = named.next()?;
    let ends = |endings: &[&str]| endings.iter().any(|end| last.ends_with(end));
    if ends(PASSWORD_ENDINGS) || PASSWORD_WORDS.contains(&last.as_str()) {
        Some(Role::Password)
    } else if ends(KEY_ENDINGS) {
        Some(Role::Key)
    } else {
        let owner = named.next()?;
        (matches!(last.as_str(), "key" | "keys") && KEY_OWNERS.contains(&owner.as_str())).then_some(Role::Key)
    }
}

/// Whether the last word of a key only says which value it is.
pub(super) fn is_qualifier(word: &str) -> bool {
    word.is_empty() || QUALIFIERS.contains(&word)
}

/// The words of a key, lower case: `dbPassword`, `DB-PASSWORD` and `db_password` have the same.
fn key_words(key: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut lower = false;
    for c in key.chars().take(128) {
        if !c.is_alphanumeric() || (lower && c.is_uppercase()) {
            words.push(String::new());
        }
        lower = c.is_lowercase();
        if let (true, Some(word)) = (c.is_alphanumeric(), words.last_mut()) {
            word.extend(c.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}
