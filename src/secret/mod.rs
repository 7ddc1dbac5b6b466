//! Recognises credentials among the facts, so that none is published with the book.
//!
//! What is asked of a value: does it hold a token of a well-known shape, a connection string with a password, an
//! assignment or a command line with one, or does a key such as `password` stand over something that is no prose?
//! Stand-ins (`***`, `<password>`, `$DB_PASSWORD`) and words of documentation (`Vault`, `scram-sha-256`) are not credentials.

use std::ops::Range;

mod assignment;
mod command;
mod conceal;
mod connection;
mod facts;
mod keyed;
mod lines;
mod role;
mod sentence;
mod text;
mod token;
mod word;

pub(crate) use conceal::conceal;
pub use facts::concealed;
pub(crate) use facts::{Hit, in_facts};
pub use lines::in_lines;

/// A credential in a value. It holds no text of the value, so it cannot leak into a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What it looks like.
    pub kind: Kind,
    /// Its bytes in the value, on character boundaries.
    pub range: Range<usize>,
}

/// What a credential looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Kind {
    /// `scheme://user:password@host`, or a driver's way to write the same.
    ConnectionPassword,
    /// `password=…`, `"password": "…"`, `PASSWORD '…'`.
    AssignedPassword,
    /// `--password …`, `mysql -p…`, `Authorization: Bearer …`.
    CommandPassword,
    /// A password under a key that says so.
    Password,
    /// A random-looking value under a key such as `api_key` or `token`.
    RandomValue,
    /// A hash from which a weak password can be guessed.
    PasswordHash,
    /// `-----BEGIN … PRIVATE KEY-----` and what follows.
    PrivateKey,
    /// A signed JSON Web Token.
    JsonWebToken,
    /// A token that its issuer's prefix gives away.
    Token(Issuer),
}

/// Who issued a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Issuer {
    description: &'static str,
}

impl Kind {
    /// What it is, with an article and without the value: "a private key block".
    pub fn describe(self) -> &'static str {
        match self {
            Kind::ConnectionPassword => "a URL with a password",
            Kind::AssignedPassword => "an assignment with a password",
            Kind::CommandPassword => "a command with a password",
            Kind::Password => "a password",
            Kind::RandomValue => "a random value under the name of a credential",
            Kind::PasswordHash => "a password hash",
            Kind::PrivateKey => "a private key block",
            Kind::JsonWebToken => "a JSON Web Token",
            Kind::Token(issuer) => issuer.description,
        }
    }
}

/// The first credential in `value`, if there is one; `path` is the address of the fact, its key last.
///
/// Takes time proportional to the length of the value.
pub fn detect(path: &[&str], value: &str) -> Option<Finding> {
    token::find(value)
        .or_else(|| connection::find(value))
        .or_else(|| assignment::find(value))
        .or_else(|| command::find(value))
        .or_else(|| sentence::find(value))
        .or_else(|| keyed::find(path, value))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn kind(key: &str, value: &str) -> Option<&'static str> {
        detect(&["connection", key], value).map(|finding| finding.kind.describe())
    }

    fn found<'v>(key: &str, value: &'v str) -> &'v str {
        detect(&["connection", key], value).map_or("", |finding| &value[finding.range])
    }

    #[test]
    fn the_finding_covers_the_secret_alone() {
        assert_eq!(found("url", "see `postgres://app:hunter2@db.acme.io/shop` for it"), "hunter2");
        assert_eq!(found("url", "Grüße: redis://:pä55wörd@cache/0"), "pä55wörd");
        assert_eq!(found("password", " `Tr0ub4dor&3`\n"), "Tr0ub4dor&3");
        assert_eq!(found("code", "user=app password='tulip garden' host=db"), "tulip garden");
        assert_eq!(found("restore", "mysql -u root -pSup3rR00t shop"), "Sup3rR00t");
        assert_eq!(found("roles", "CREATE ROLE app PASSWORD 'tulips'"), "tulips");
        assert_eq!(found("login", "psql --password hunter2 shop"), "hunter2");
        assert_eq!(found("dsn", "Password=hunter2;Server=db"), "hunter2");
        assert_eq!(found("dsn", "(password=hunter2, user=app)"), "hunter2");
        assert_eq!(found("call", "sent as Bearer authentication-header"), "");
        assert!(detect(&["api_tokens", "ci"], "9fK2mQx7Lw3RtZ8pBn4c").is_some());
        assert_eq!(found("dsn", "host=db.acme.io password=winter"), "winter");
        assert_eq!(found("dsn", "see jdbc:oracle:thin:scott/hunter2@//db:1521/shop"), "hunter2");
        assert_eq!(found("dsn", "thin:scott/hunter2@//db:1521/shop"), "hunter2");
        assert_eq!(found("dsn", "Grüße: app:hunter2@tcp(db)/shop"), "hunter2");
        assert_eq!(found("dsn", "see db.acme.io:5432:shop:app:hunter2"), "hunter2");
        assert_eq!(found("call", "curl -u app:hunter2 https://acme.io"), "hunter2");
        let token = format!("eyJ{}.eyJ{}.{}", "hbGciOiJIUzI1NiJ9", "zdWIiOiI0MiJ9", "9fK2mQx7Lw3RtZ8pBn4c");
        assert_eq!(found("call", &format!("sent as {token} to it")), token);
        assert_eq!(found("call", &format!("with Bearer {} in it", "9fK2mQx7Lw3RtZ8pBn4c")), "9fK2mQx7Lw3RtZ8pBn4c");
    }

    #[test]
    fn a_kind_is_described_without_the_value() {
        let block = format!("-----BEGIN {} KEY-----\n{}", "PRIVATE", "MIIEvQIBADANBgkqhkiG9w0BAQ");
        assert_eq!(kind("tls", &block), Some("a private key block"));
        assert_eq!(kind("url", "postgres://app:hunter2@db/shop"), Some("a URL with a password"));
        assert_eq!(kind("id", concat!("AKI", "AQ7M2X4LPZ6RT3VWN")), Some("an AWS access key"));
        assert_eq!(kind("password", "hunter2"), Some("a password"));
        assert_eq!(kind("api_key", "9fK2mQx7Lw3RtZ8p"), Some("a random value under the name of a credential"));
        assert_eq!(kind("code", "DB_PASSWORD=hunter2"), Some("an assignment with a password"));
        assert_eq!(kind("code", "redis-cli -a c4ch3Pass"), Some("a command with a password"));
    }

    #[test]
    fn the_key_decides_whatever_its_spelling() {
        for key in [
            "password",
            "DB-PASSWORD",
            "dbPassword",
            "PGPASSWORD",
            "db_passwd",
            "smtp_pass",
            "password_2",
            "client secret",
        ] {
            assert!(kind(key, "hunter2").is_some(), "{key}");
        }
        for key in ["password_policy", "token_ttl", "secret_store", "passport", "primary_key", "description", ""] {
            assert!(kind(key, "hunter2").is_none(), "{key}");
        }
    }

    #[test]
    fn a_field_below_a_secret_key_is_judged_more_gently() {
        assert!(detect(&["passwords", "app"], "hunter2").is_some());
        assert!(detect(&["password", "default"], "hunter2").is_some());
        assert!(detect(&["password", "0"], "hunter2").is_some());
        assert!(detect(&["tables", "users", "columns", "password", "type"], "varchar2").is_none());
        assert!(detect(&["credentials", "staging"], "9fK2mQx7Lw3RtZ8p").is_some());
        assert!(detect(&["credentials", "version"], "9fK2mQx7Lw3RtZ8p").is_none());
    }

    #[test]
    fn an_assignment_needs_a_name_and_a_value_that_is_its_own() {
        let key = "9fK2mQx7Lw3RtZ8pBn4c";
        assert_eq!(found("code", &format!("?sv=2024&sig={key}")), key);
        assert_eq!(found("code", &format!("?sig={key}")), "");
        assert_eq!(found("code", &format!("?sv=2024&sig: {key} here")), "");
        assert_eq!(found("code", "password = hunter2"), "hunter2");
        assert_eq!(found("code", "the password: hunter2 was shown"), "");
        assert_eq!(found("code", "password => 'hunter2'"), "hunter2");
        assert_eq!(found("code", "server=db;user=app;password=tulips;database=shop"), "tulips");
        assert_eq!(found("code", "password=tulips"), "");
        assert_eq!(found("code", "server=db;user=app;password='tulip garden';database=shop"), "tulip garden");
        assert_eq!(found("code", "password 'tulip garden'"), "");
        assert_eq!(found("code", "password: :hunter2"), "");
        assert_eq!(found("code", "password==hunter2"), "");
    }

    #[test]
    fn a_pair_under_the_key_of_a_secret_is_a_user_and_a_password() {
        assert_eq!(found("api_key", "admin:hunter2"), "hunter2");
        assert_eq!(found("api_key", "ad-min:hunter2"), "");
        assert_eq!(found("api_key", "admin:hunter2/x"), "");
        assert_eq!(found("api_key", "admin:hunter2:x"), "");
        assert_eq!(found("api_key", "admin:vault"), "");
    }

    #[test]
    fn a_command_ends_where_the_sentence_does() {
        assert_eq!(found("call", "redis-cli -a c4ch3Pass"), "c4ch3Pass");
        assert_eq!(found("call", "`redis-cli` -a c4ch3Pass"), "c4ch3Pass");
        assert_eq!(found("call", "redis-cli ping | grep -a c4ch3Pass"), "");
        assert_eq!(found("call", "Use redis-cli. Then -a c4ch3Pass"), "");
        assert_eq!(found("call", "curl --user app:hunter2 x"), "hunter2");
        assert_eq!(found("call", "curl --users app:hunter2 x"), "");
        assert_eq!(found("call", "/usr/bin/mysql -u root -pSup3rR00t"), "Sup3rR00t");
    }

    #[test]
    fn a_token_needs_a_body_that_was_issued() {
        let token = |body: &str| found("id", &["gh", "p_", body].concat()).len();
        assert_eq!(token("9fK2mQx7Lw3RtZ8pBn4c9fK2mQx7Lw3RtZ8p"), 40);
        assert_eq!(token(&"abcdefghijkl".repeat(3)), 0);
        assert_eq!(token(&"AbcdefghijkL".repeat(3)), 40);
        assert_eq!(token(&"x".repeat(36)), 0);
        let upper = ["AKI", "A", "q7m2x4lpz6rt3vwn"].concat();
        assert_eq!(found("id", &upper), "");
        let jwt = |signature: &str| ["eyJhbGciOiJIUzI1NiJ9", ".eyJzdWIiOiI0MiJ9.", signature].concat();
        assert_eq!(found("call", &jwt("9fK2mQx7Lw3RtZ8")), "");
        assert_eq!(found("call", &jwt("xxxxxxxxxxxxxxxxxxxx")), "");
        assert_eq!(found("call", &jwt("9fK2mQx7Lw3RtZ8p")), jwt("9fK2mQx7Lw3RtZ8p"));
        let headed = |header: &str| [header, ".eyJzdWIiOiI0MiJ9.", "9fK2mQx7Lw3RtZ8p"].concat();
        assert_eq!(found("call", &headed("eyJhbGciOiJub25l")), headed("eyJhbGciOiJub25l"));
        assert_eq!(found("call", &headed("eyJhbGciOiJub25")), "");
        let block = |body: &str| format!("see -----BEGIN {} KEY-----\n{body} and so on", "PRIVATE");
        assert_eq!(found("tls", &block("MIIEvQIBADANBgkqhkiG9w0BAQ")), format!("-----BEGIN {} KEY-----", "PRIVATE"));
        assert_eq!(found("tls", &block("MIIEvQIBADANBgkqhki")), "");
    }

    #[test]
    fn no_path_and_no_value_are_no_finding() {
        assert_eq!(detect(&[], "hunter2"), None);
        assert_eq!(detect(&["password"], ""), None);
    }

    #[test]
    fn a_local_default_passes_and_the_same_on_a_real_host_does_not() {
        assert_eq!(found("url", "postgres://postgres:postgres@localhost:5432/shop"), "");
        assert_eq!(found("url", "postgres://postgres:postgres@db.acme.io/shop"), "postgres");
    }

    #[test]
    fn prose_under_a_secret_key_passes_unless_a_random_word_is_in_it() {
        assert_eq!(found("DB_PASSWORD", "Set by Vault"), "");
        assert_eq!(found("DB_PASSWORD", "**Vault**"), "");
        assert_eq!(found("note", "The password: hunter2 was shown at a talk"), "");
        assert_eq!(found("token", "use 9fK2mQx7Lw3RtZ8pBn4c until June"), "9fK2mQx7Lw3RtZ8pBn4c");
    }

    #[test]
    fn a_key_block_is_found_by_its_body() {
        assert_eq!(kind("tls", "begins with -----BEGIN RSA PRIVATE KEY-----"), None);
        assert_eq!(kind("tls", "-----BEGIN RSA PRIVATE KEY-----\n...\n-----END RSA PRIVATE KEY-----"), None);
    }

    /// Patterns that make a careless scanner start over at each byte; none holds a secret.
    const HOSTILE: &[&str] = &[
        "://a:",
        "://a@",
        "a:b@",
        "=",
        ":",
        "token=",
        "pwd=vault ",
        "password='",
        "password \"",
        "\\\"password\\\": ",
        "eyJ-",
        "eyJaaaaaaaaaaaaaaaa.eyJ ",
        "-----BEGIN ",
        "-----BEGIN PRIVATE KEY-----",
        "xoxb-",
        "sk-",
        "--token ",
        "mysql -p ",
        "identified by '",
        "bearer ",
        "é",
        "a",
        "a ",
        "@tcp(",
        "jdbc:oracle:thin:",
        "*:*:",
        "sig=sv=",
        "the password is ",
        " was",
    ];

    #[test]
    fn repeated_marks_hold_no_secret_and_end() {
        for pattern in HOSTILE {
            let value = pattern.repeat(40_000 / pattern.len());
            assert_eq!(detect(&["api_token"], &value), None, "{pattern}");
        }
    }

    proptest! {
        #[test]
        fn a_range_lies_on_character_boundaries(key in "(password|token|url)", value in any::<String>()) {
            if let Some(finding) = detect(&["a", &key], &value) {
                prop_assert!(value.get(finding.range).is_some());
            }
        }

        #[test]
        fn no_arrangement_of_marks_panics(parts in prop::collection::vec(prop::sample::select(HOSTILE), 0..12), word in "\\PC{0,6}") {
            let value = parts.join(&word);
            if let Some(finding) = detect(&["password"], &value) {
                prop_assert!(value.get(finding.range).is_some_and(|text| !text.is_empty()));
            }
        }
    }

    #[test]
    fn a_word_that_goes_on_for_a_kilobyte_is_no_connection() {
        let dsn = |length: usize| format!("app:hunter2@tcp({})", "x".repeat(length - "app:hunter2@tcp()".len()));
        assert_eq!(found("dsn", &dsn(1024)), "hunter2");
        assert_eq!(found("dsn", &dsn(1025)), "");
    }

    #[test]
    fn a_uuid_that_is_assigned_is_a_key() {
        let uuid = "550e8400-e29b-41d4-a716-446655440000";
        assert_eq!(found("code", &format!("api_key={uuid} of it")), uuid);
        assert_eq!(found("code", &format!("api_key: {uuid}")), uuid);
        assert_eq!(found("code", &format!("api_key: {uuid} of it")), "");
    }

    #[test]
    fn a_few_spaces_may_stand_before_an_assignment_and_a_random_word_in_prose_is_long() {
        assert_eq!(found("code", "password   =hunter2"), "hunter2");
        assert_eq!(found("code", "password    =hunter2"), "");
        assert_eq!(found("token", "use 9fK2mQx7Lw3RtZ8p until June"), "9fK2mQx7Lw3RtZ8p");
        assert_eq!(found("token", "use 9fK2mQx7Lw3RtZ8 until June"), "");
        assert_eq!(found("token", "use aBCdEFgHiJKlMnOpQR until June"), "");
    }
}
