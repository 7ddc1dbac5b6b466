//! Passwords on command lines and in the headers of requests.

use super::role::{Role, role};
use super::text::{Slice, words};
use super::word::{is_key, is_literal, is_password};
use super::{Finding, Kind};

/// How a program takes a password.
struct Program {
    names: &'static [&'static str],
    flag: &'static str,
    form: Form,
}

#[derive(Clone, Copy, PartialEq)]
enum Form {
    /// `-psecret`; `-p` alone asks for it.
    Glued,
    /// `-p secret`.
    Spaced,
    /// `-u user:secret`.
    UserInfo,
}

const PROGRAMS: &[Program] = &[
    Program {
        names: &[
            "mysql",
            "mysqldump",
            "mysqladmin",
            "mysqlimport",
            "mysqlsh",
            "mariadb",
            "mariadb-dump",
            "mariadb-admin",
            "sshpass",
        ],
        flag: "-p",
        form: Form::Glued,
    },
    Program {
        names: &[
            "mongo",
            "mongosh",
            "mongodump",
            "mongorestore",
            "mongoimport",
            "mongoexport",
            "sshpass",
            "cqlsh",
            "ldapsearch",
        ],
        flag: "-p",
        form: Form::Spaced,
    },
    Program { names: &["redis-cli", "valkey-cli"], flag: "-a", form: Form::Spaced },
    Program { names: &["sqlcmd", "bcp"], flag: "-P", form: Form::Spaced },
    Program { names: &["curl"], flag: "-u", form: Form::UserInfo },
    Program { names: &["curl"], flag: "--user", form: Form::UserInfo },
];

/// The first secret that a command is given.
pub(super) fn find(value: &str) -> Option<Finding> {
    let mut program = "";
    let mut before: Option<Slice<'_>> = None;
    words(value).find_map(|word| {
        let bare = word.trim(|c| matches!(c, '`' | '"' | '\'' | ';' | ',' | '(' | ')'));
        let found = argument(program, before.map(|flag| flag.text), bare);
        let name = bare.text.rsplit('/').next().unwrap_or_default();
        if PROGRAMS.iter().any(|known| known.names.contains(&name)) {
            program = name;
        } else if matches!(word.text, "|" | "&&" | "||" | ";" | ".") || word.text.ends_with(['.', ';', '`']) {
            program = "";
        }
        before = Some(bare);
        found
    })
}

fn argument(program: &str, before: Option<&str>, word: Slice<'_>) -> Option<Finding> {
    let taken = PROGRAMS.iter().filter(|known| known.names.contains(&program)).find_map(|known| match known.form {
        Form::Glued => word.text.strip_prefix(known.flag).and_then(|_| word.after(known.flag.len())),
        Form::Spaced => (before == Some(known.flag)).then_some(word),
        Form::UserInfo if before == Some(known.flag) => word.after(word.text.find(':')? + 1),
        Form::UserInfo => None,
    });
    let taken = taken.map(Slice::bare).filter(|secret| is_literal(secret.text) && !secret.text.starts_with('-'));
    let secret = taken.or_else(|| before.is_some_and(|before| announces(before, word.text)).then_some(word))?;
    Some(Finding { kind: Kind::CommandPassword, range: secret.range() })
}

/// Whether `before` is a flag or word after which `text` is a secret: `--password`, `Bearer`, `requirepass`.
fn announces(before: &str, text: &str) -> bool {
    let header = before.eq_ignore_ascii_case("bearer") || before.eq_ignore_ascii_case("basic");
    let flag = before.strip_prefix("--").filter(|name| !name.contains('=')).and_then(role);
    match flag {
        Some(Role::Password) => is_password(text),
        Some(Role::Key) => is_key(text),
        None if header => text.len() >= 16 && is_key(text),
        None => matches!(before, "requirepass" | "masterauth") && is_password(text),
    }
}
