//! Secrets that a sentence tells: `the password of the replica is …`.

use super::role::{Role, role};
use super::text::{Slice, window, window_before, words};
use super::word::{is_key, is_password};
use super::{Finding, Kind};

/// A longer subject, or a longer secret, is none.
const SUBJECT: usize = 128;
const VALUE: usize = 128;

/// Words that begin what follows the name of a secret, up to the verb.
const OF: &[&str] = &["at", "by", "for", "from", "in", "of", "on", "to", "with"];
/// The same may stand in front of a condition, which tells nothing.
const CONDITIONS: &[&str] = &["if", "once", "that", "unless", "until", "when", "whenever", "where", "whether", "which"];
/// Between the verb and the secret.
const ADVERBS: &[&str] = &["always ", "currently ", "just ", "now ", "simply ", "still "];

/// The first secret that a sentence says of its subject: `The password for admin is …`.
pub(super) fn find(value: &str) -> Option<Finding> {
    memchr::memchr_iter(b's', value.as_bytes()).find_map(|last| {
        let before = &value.as_bytes()[..last];
        let verb = ["i", "wa"].into_iter().find(|verb| before.ends_with(verb.as_bytes()))?;
        let at = last.checked_sub(verb.len() + 1).filter(|&at| before[at] == b' ')?;
        // Most verbs have more behind them than a word.
        let Object { slice, quoted } = object(value, last + 1)?;
        let role = subject_role(value, at)?;
        let told = match role {
            Role::Key => is_key(slice.text),
            Role::Password => {
                is_password(slice.text) && !slice.text.contains('/') && (quoted || is_no_term(slice.text))
            }
        };
        let kind = if role == Role::Key { Kind::RandomValue } else { Kind::Password };
        told.then(|| Finding { kind, range: slice.range() })
    })
}

/// What the subject of the verb at `at` names.
fn subject_role(value: &str, at: usize) -> Option<Role> {
    let before = window_before(value, at, SUBJECT);
    let start = before.rfind(['.', ';', ':', '!', '?', '(', '\n']).map_or(0, |end| end + 1);
    let subject = before.get(start..)?;
    if start == 0 && before.len() < at {
        return None;
    }
    let is_one_of = |word: &str, all: &[&str]| all.iter().any(|own| word.eq_ignore_ascii_case(own));
    let all: Vec<_> = words(subject).map(|word| word.trim(|c| c == ',' || c == '*')).collect();
    let named = all.iter().position(|word| is_one_of(word.text, OF)).unwrap_or(all.len());
    let (first, last) = (all.first()?, all.get(named.checked_sub(1)?)?);
    let simple = named <= 5 && all.len() <= named + 7 && !all.iter().any(|word| is_one_of(word.text, CONDITIONS));
    role(subject.get(first.start..last.range().end)?).filter(|_| simple)
}

/// What a verb says of its subject: one word.
struct Object<'v> {
    slice: Slice<'v>,
    /// In quotes or backticks.
    quoted: bool,
}

/// Whether nothing but a secret is written like it: neither `NIST800` nor `bcrypt12-hashed`.
fn is_no_term(text: &str) -> bool {
    !text.contains('-') && text.contains(|c: char| c.is_ascii_lowercase())
}

/// The word behind a verb that ends at `at`, if its sentence says no more.
fn object(value: &str, at: usize) -> Option<Object<'_>> {
    let rest = window(value, at, VALUE);
    let mut text = rest.strip_prefix(':').unwrap_or(rest).strip_prefix(' ')?.trim_start_matches([' ', '*']);
    text = ADVERBS.iter().find_map(|adverb| text.strip_prefix(adverb)).unwrap_or(text);
    let start = at + rest.len() - text.len();
    let quote = text.chars().next().filter(|c| matches!(c, '`' | '"' | '\''));
    let (inner, end) = match quote {
        Some(quote) => (1, 1 + text[1..].find(quote)?),
        None => (0, text.find(char::is_whitespace).unwrap_or(text.len())),
    };
    let slice = Slice::new(value, start + inner..start + end)?;
    let ends = |c: char| matches!(c, '.' | ',' | ';' | ')' | '*');
    let own = if quote.is_none() { Slice { text: slice.text.trim_end_matches(ends), ..slice } } else { slice };
    let behind = text.get(end..)?;
    let last = own.text.len() < slice.text.len() || behind.is_empty() || behind.starts_with('\n');
    (quote.is_some() || last).then_some(Object { slice: own, quoted: quote.is_some() })
}

#[cfg(test)]
mod tests {
    use super::super::detect;

    fn found(value: &str) -> &str {
        detect(&["notes", "description"], value).map_or("", |finding| &value[finding.range])
    }

    #[test]
    fn a_sentence_that_tells_a_password_is_found() {
        for sentence in [
            "The password for admin is hunter2.",
            "Sign in as `admin`; the password is hunter2",
            "the password of the staging database is: hunter2, as ever",
            "Its root password is still hunter2.",
            "(The password on the old host was hunter2)",
            "The passphrase for the key is `hunter2` on each host.",
            "The password of X is \"hunter2\" until June.",
            "First line.\nThe default password is **hunter2**.\nMore.",
        ] {
            assert_eq!(found(sentence), "hunter2", "{sentence}");
        }
        assert_eq!(found("The root password is toor."), "toor");
        assert_eq!(found("The password is Summer2024!"), "Summer2024!");
        assert_eq!(found("The API key of the shop is 9fK2mQx7Lw3RtZ8p."), "9fK2mQx7Lw3RtZ8p");
    }

    #[test]
    fn a_sentence_about_a_password_is_none() {
        for sentence in [
            "The password is rotated every 90d.",
            "The password is set by Vault.",
            "The password for admin is in 1Password.",
            "The password for admin is SHA256 hashed.",
            "The hash of the password is sha512crypt2.",
            "The password hash is sha512crypt2.",
            "The password policy is NIST800.",
            "The password is NIST800-63B compliant.",
            "The password is NIST800.",
            "The password is bcrypt12-hashed.",
            "The password of each user is hashed with argon2id.",
            "The password is `DB_PASSWORD`.",
            "The password is `$DB_PASSWORD2`.",
            "The password is `kv/shop7x`.",
            "The password is known4us to nobody.",
            "If the password is hunter2ish, change it.",
            "A host whose password is set is safe2use.",
            "The user that has the password is app2user.",
            "The length of the password is 16chars.",
            "The password is 16.",
            "The key is order7id.",
            "The primary key is id2int.",
            "The token is opaque2us.",
            "The token of the commit is db07x.",
            "The secret is kept in AWS.",
            "The password for the RDS instance is managed by AWS.",
            "This is a password2do.",
        ] {
            assert_eq!(found(sentence), "", "{sentence}");
        }
    }
}
