//! Tells words of documentation from what a person or a generator chose as a secret.

use super::role::role;

/// Words that stand for a secret that is not shown.
const STAND_INS: &[&str] = &[
    "changeme",
    "change",
    "dummy",
    "filtered",
    "fixme",
    "hidden",
    "insert",
    "masked",
    "mypassword",
    "nil",
    "none",
    "null",
    "omitted",
    "passwd",
    "password",
    "placeholder",
    "pw",
    "pwd",
    "redacted",
    "removed",
    "replace",
    "replaceme",
    "sensitive",
    "tbd",
    "todo",
    "undefined",
    "unset",
    "your",
    "yourpassword",
];

/// Whether `text` stands where a secret would: `***`, `<password>`, `${DB_PASSWORD}`, `changeme`, `DB_PASSWORD`.
pub(super) fn is_stand_in(text: &str) -> bool {
    let text = text.trim();
    !text.contains(char::is_alphanumeric)
        || ["***", "...", "…", "•••", "${", "$(", "{{", "#{", "<%", "%("].iter().any(|mark| text.contains(mark))
        || is_bracketed(text)
        || is_variable(text)
        || is_constant_name(text)
        || is_variable_name(text)
        || has_stand_in_word(text)
}

fn is_bracketed(text: &str) -> bool {
    [('<', '>'), ('{', '}'), ('[', ']'), ('%', '%'), ('(', ')')]
        .iter()
        .any(|&(open, close)| text.starts_with(open) && text.get(1..).is_some_and(|rest| rest.contains(close)))
}

/// `$NAME`, a bind parameter (`:name`, `@name`, `$1`, `%s`).
fn is_variable(text: &str) -> bool {
    let mut chars = text.chars();
    let name = match (chars.next(), chars.clone().next()) {
        (Some('$'), Some(next)) => {
            return next.is_ascii_alphabetic() && is_name(chars.as_str()) || is_number(chars.as_str());
        }
        (Some('%'), Some('s' | 'v' | 'q')) => return text.len() == 2,
        (Some(':' | '@'), Some(_)) => chars.as_str().trim_matches(['\'', '"']),
        _ => return false,
    };
    is_name(name)
}

fn is_name(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.'))
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `DB_PASSWORD`, `PGPASSWORD`, `PASS`: the name of a variable.
fn is_constant_name(text: &str) -> bool {
    let constant = text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
    let letters = text.bytes().filter(u8::is_ascii_uppercase).count();
    constant && ((text.contains('_') && letters * 2 > text.len()) || (text.len() <= 24 && role(text).is_some()))
}

/// `db_pass`, `proxy_password`: a variable or a column.
fn is_variable_name(text: &str) -> bool {
    text.contains('_') && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_') && role(text).is_some()
}

fn has_stand_in_word(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    if lower.contains("example") || lower.contains("xxxx") || lower.contains("redacted") {
        return true;
    }
    let word = |word: &str| STAND_INS.contains(&word);
    let spelled = lower.bytes().all(|byte| !byte.is_ascii_digit());
    (spelled && ["password", "passwort", "passwd"].iter().any(|end| lower.ends_with(end)))
        || (lower.len() <= 40 && segments(&lower).any(word))
}

fn segments(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|segment| !segment.is_empty())
}

/// Where `text` points to a secret instead of being one: a path, a URL, an ARN, an expression.
fn is_reference(text: &str) -> bool {
    let prefixes =
        ["./", "../", "~/", "arn:", "alias/", "process.", "env.", "os.", "config.", "settings.", "System.", "vault:"];
    let expression = text
        .find(['(', '['])
        .is_some_and(|at| text.get(..at).is_some_and(|head| at > 0 && is_name(&head.replace("::", "."))));
    text.contains("://")
        || (text.starts_with('/') && !is_random(text))
        || prefixes.iter().any(|prefix| text.starts_with(prefix))
        || expression
}

/// Whether `text` is a secret in a place where only a secret or a stand-in can be, such as a connection string.
pub(super) fn is_literal(text: &str) -> bool {
    text.len() > 2 && !text.contains(char::is_whitespace) && !is_stand_in(text) && !is_reference(text)
}

/// The most common passwords that are words of no documentation.
const NOTORIOUS: &[&str] = &[
    "1234",
    "12345",
    "iloveyou",
    "letmein",
    "monkey",
    "opensesame",
    "qwerty",
    "qwertz",
    "sesame",
    "toor",
    "asdf",
    "asdfgh",
];

/// Whether `text` is a password rather than a word of documentation, in a place where both can be.
pub(super) fn is_password(text: &str) -> bool {
    if text.len() < 4 || text.len() > 512 || !is_literal(text) {
        return false;
    }
    let has = |is: fn(char) -> bool| text.contains(is);
    let letter = has(char::is_alphabetic);
    let digit = has(|c| c.is_ascii_digit());
    let inner = text.get(1..text.len() - 1).is_some_and(|inner| inner.contains(['!', '$', '^', '*', '@']));
    NOTORIOUS.contains(&text.to_ascii_lowercase().as_str())
        || (text.len() >= 6 && is_number(text))
        || (letter && segments(text).any(|segment| !is_plain(segment)))
        || (letter && digit && text.len() >= 6 && text.contains(['!', '$', '^', '&', '*', '@', '#', '?', '%']))
        || (letter && inner && text.len() >= 8 && !text.contains('.'))
        || is_passphrase(text)
}

/// `correct-horse-battery-staple`, but not `set-by-the-vault-agent`.
fn is_passphrase(text: &str) -> bool {
    let known = [
        "a",
        "access",
        "and",
        "at",
        "auth",
        "by",
        "credentials",
        "db",
        "each",
        "env",
        "every",
        "file",
        "for",
        "from",
        "in",
        "is",
        "key",
        "manager",
        "not",
        "of",
        "on",
        "only",
        "or",
        "per",
        "prod",
        "production",
        "rotated",
        "secret",
        "secrets",
        "see",
        "service",
        "set",
        "the",
        "to",
        "token",
        "user",
        "vault",
        "with",
    ];
    let words = || text.split('-');
    words().count() >= 4
        && words().all(|word| word.len() >= 2 && word.bytes().all(|b| b.is_ascii_lowercase()) && !known.contains(&word))
}

/// Whether `text` looks drawn at random: its letters and digits take turns too often for words.
pub(super) fn is_random(text: &str) -> bool {
    let length = text.bytes().filter(u8::is_ascii_alphanumeric).count();
    let turns = turns(text);
    let digit = text.bytes().any(|byte| byte.is_ascii_digit());
    length >= 12 && if digit { turns * 4 >= length } else { turns * 5 >= length * 2 }
}

/// Whether `text` is a generated key: random, and neither a stand-in nor a reference.
pub(super) fn is_key(text: &str) -> bool {
    !text.contains(char::is_whitespace) && is_random(text) && !is_uuid(text) && is_literal(text)
}

/// `8-4-4-4-12` hexadecimal digits.
pub(super) fn is_uuid(text: &str) -> bool {
    text.split('-').map(str::len).eq([8, 4, 4, 4, 12])
        && text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}

/// How often lower case, upper case and digits follow each other; a capital before small letters is no turn.
fn turns(text: &str) -> usize {
    let class = |byte: u8| match byte {
        b'a'..=b'z' => Some(0),
        b'A'..=b'Z' => Some(1),
        b'0'..=b'9' => Some(2),
        _ => None,
    };
    let (mut turns, mut before, mut last) = (0, None, None);
    for class in text.bytes().map(class) {
        let capital = last == Some(1) && class == Some(0) && before != Some(1);
        turns += usize::from(class.is_some() && last.is_some() && class != last && !capital);
        (before, last) = (last, class);
    }
    turns
}

/// Names with digits that documentation is full of.
const TERMS: &[&str] = &[
    "1password",
    "2fa",
    "aes128",
    "aes256",
    "argon2",
    "argon2d",
    "argon2i",
    "argon2id",
    "base32",
    "base58",
    "base62",
    "base64",
    "db2",
    "ec2",
    "ecdsa256",
    "ed25519",
    "es256",
    "es384",
    "fido2",
    "h2",
    "hs256",
    "hs384",
    "hs512",
    "http2",
    "k8s",
    "log4j",
    "md5",
    "oauth1",
    "oauth2",
    "p256",
    "p384",
    "pbkdf2",
    "pkcs1",
    "pkcs11",
    "pkcs12",
    "pkcs5",
    "pkcs8",
    "ps256",
    "rs256",
    "rs384",
    "rs512",
    "rsa2048",
    "rsa4096",
    "s3",
    "sha1",
    "sha224",
    "sha256",
    "sha2",
    "sha3",
    "sha384",
    "sha512",
    "sqlite3",
    "tls1",
    "tls12",
    "tls13",
    "tlsv1",
    "u2f",
    "utf8",
    "uuid4",
    "uuid7",
    "uuidv1",
    "uuidv4",
    "uuidv7",
    "x509",
    "x25519",
];
const NUMBERED: &[&str] = &[
    "app",
    "az",
    "cluster",
    "db",
    "dc",
    "eu",
    "ecs",
    "host",
    "int",
    "key",
    "kid",
    "mysql",
    "node",
    "p",
    "pg",
    "phase",
    "postgres",
    "postgresql",
    "prod",
    "redis",
    "replica",
    "server",
    "shard",
    "slot",
    "step",
    "t",
    "us",
    "v",
    "vault",
    "version",
];

/// Whether a run of letters and digits is a word, a number, a measure or a term.
fn is_plain(segment: &str) -> bool {
    if !segment.bytes().any(|byte| byte.is_ascii_digit()) {
        return turns(segment) * 5 < segment.chars().count() * 2 + 5;
    }
    let lower = segment.to_ascii_lowercase();
    let stem = lower.trim_end_matches(|c: char| c.is_ascii_digit());
    let unit = lower.trim_start_matches(|c: char| c.is_ascii_digit());
    is_number(segment)
        || TERMS.contains(&lower.as_str())
        || (lower.len() <= stem.len() + 2 && NUMBERED.contains(&stem))
        || (unit.len() < lower.len() && is_unit(unit))
        || (unit.len() <= 3 && lower.starts_with('p'))
}

fn is_unit(unit: &str) -> bool {
    let units = [
        "b", "bit", "bits", "byte", "bytes", "char", "chars", "d", "day", "days", "gb", "h", "hour", "hours", "hr",
        "hrs", "k", "kb", "m", "mb", "min", "mins", "minutes", "mo", "month", "months", "ms", "nd", "rd", "s", "sec",
        "secs", "seconds", "st", "th", "w", "week", "weeks", "x", "y", "year", "years",
    ];
    units.contains(&unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The words that do not pass, so that a failure names them.
    fn wrong<'w>(words: &[&'w str], expected: bool, is: impl Fn(&str) -> bool) -> Vec<&'w str> {
        words.iter().copied().filter(|word| is(word) != expected).collect()
    }

    #[test]
    fn names_of_variables_and_words_for_a_secret_stand_in_for_it() {
        let stand_ins = [
            "***",
            "????",
            "hunter***",
            "{{ password }}",
            "<password>",
            "[value]",
            "$DbPass",
            "$1",
            "%s",
            ":dbpass",
            "@db_pass",
            ":'dbpass'",
            "DB_PASS1",
            "DBPASSWORD",
            "PASS",
            "db_pass",
            "vault-secret-xxxx1",
            "my-example-1",
            "yourdbpasswd",
            "todo-9",
            "a-b-c-d-e-f-g-h-i-j-k-l-m-n-placeholder",
            "DB_HOST",
            "SHOP_DB_1",
            "ABCDEFGHIJKLMNOPQRSTOKEN",
        ];
        let literals = [
            "AB_1",
            "ABCDEFGHIJKLMNOPQRSTTOKEN",
            "$1a",
            "%sx",
            "%d",
            "$-a",
            ":a-b",
            "A1_B2C3D4",
            "AB_1CD34",
            "ABCDEFG",
            "ABCDEFGHIJKLMNOPQRSTUVWX_PASSWORD0123456789012345678901234567890",
            "dbpass9",
            "db_pass9",
            "tulip_garden",
            "my2passwd",
            "hunter2",
            "(hunter2",
            "<hunter2",
            "a-b-c-d-e-f-g-h-i-j-k-l-m-n-o-p-placeholder",
        ];
        assert_eq!(wrong(&stand_ins, true, is_stand_in), [""; 0]);
        assert_eq!(wrong(&literals, false, is_stand_in), [""; 0]);
    }

    #[test]
    fn paths_urls_and_calls_refer_to_a_secret() {
        let references = [
            "/run/secrets/db",
            "./db.key",
            "https://vault.acme.io",
            "env.DB",
            "vault:kv/db",
            "fetch('db')",
            "std::env::var(x)",
            "secrets[0]",
        ];
        let literals = ["hunter2", "(hunter2", "hun-ter(2)", "/9fK2mQx7Lw3RtZ8pBn4c", "ab:c"];
        assert_eq!(wrong(&references, true, is_reference), [""; 0]);
        assert_eq!(wrong(&literals, false, is_reference), [""; 0]);
        assert_eq!(wrong(&["abc", "p4ss"], true, is_literal), [""; 0]);
        assert_eq!(wrong(&["ab", "a b c", "./x9"], false, is_literal), [""; 0]);
    }

    #[test]
    fn a_password_is_no_word_of_documentation() {
        let long = "x9".repeat(256);
        let passwords =
            ["1234", "12345", "toor", "Sesame", "123456", "x7Kq", "tulip1!", "tulip!garden", "plum-kite-oven-lamp"];
        assert_eq!(wrong(&passwords, true, is_password), [""; 0]);
        assert!(is_password(&long));
        let words = [
            "abc",
            "9876",
            "Vault",
            "tulip!",
            "a!b.example",
            "tulip!gar.den",
            "!tulipgarden",
            "tulipgarden!",
            "v1!",
            "set-by-the-vault-agent",
            "plum-kite-oven",
            "plum-kite-oven-x",
            "plum-kite-oven-Lamp",
        ];
        assert_eq!(wrong(&words, false, is_password), [""; 0]);
        assert!(!is_password(&(long + "x")));
    }

    #[test]
    fn random_is_what_takes_turns_too_often_for_words() {
        assert_eq!(wrong(&["a1bcd2efg3hi", "aB1cD2eF3gH4", "aBCaBCaBCaBC"], true, is_random), [""; 0]);
        assert_eq!(
            wrong(
                &["a1b2c3d4e5f", "abcdefghijk1", "PostgreSqlDatabaseServer", "a1bcdefghijkl2", "goToDbUpInto"],
                false,
                is_random
            ),
            [""; 0]
        );
        assert_eq!(wrong(&["9fK2mQx7Lw3RtZ8p"], true, is_key), [""; 0]);
        assert_eq!(wrong(&["9fK2mQx7 Lw3RtZ8p", "550e8400-e29b-41d4-a716-446655440000"], false, is_key), [""; 0]);
    }

    #[test]
    fn words_numbers_measures_and_terms_are_plain() {
        let plain = [
            "word",
            "Vault",
            "PostgreSQL",
            "OAuth",
            "2026",
            "sha256",
            "SHA256",
            "db1",
            "eu12",
            "v10",
            "30days",
            "90d",
            "p95",
            "5th",
            "goToDbUpIn",
            "12345",
            "7days",
        ];
        let strange = ["aBCdE", "hunter2", "x7Kq", "aBCdEFgH", "db123", "90dx", "30fortnights", "q95", "p99x"];
        assert_eq!(wrong(&plain, true, is_plain), [""; 0]);
        assert_eq!(wrong(&strange, false, is_plain), [""; 0]);
    }
}
