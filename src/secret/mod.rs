//! Recognises credentials among the facts, so that none is published with the book.
//!
//! What is asked of a value: does it hold a token of a well-known shape, a connection string with a password, an
//! assignment or a command line with one, or does a key such as `password` stand over something that is no prose?
//! Stand-ins (`***`, `<password>`, `$DB_PASSWORD`) and words of documentation (`Vault`, `scram-sha-256`) are not credentials.

use std::ops::Range;

mod assignment;
mod command;
mod connection;
mod keyed;
mod text;
mod token;
mod word;

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
        .or_else(|| keyed::find(path, value))
}
