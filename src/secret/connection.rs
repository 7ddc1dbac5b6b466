//! Connection strings with a password between the user and the host.

use super::text::{Slice, window, window_before, words};
use super::word::{is_literal, is_password};
use super::{Finding, Kind};

/// A user name, password and host longer than this are no connection string.
const AUTHORITY: usize = 1024;

/// The first password in a URL, a driver's connection string or a line of a `.pgpass` file.
pub(super) fn find(value: &str) -> Option<Finding> {
    let urls = value.match_indices("://").find_map(|(at, mark)| in_authority(value, at + mark.len()));
    let password = urls.or_else(|| words(value).find_map(in_word))?;
    Some(Finding { kind: Kind::ConnectionPassword, range: password.range() })
}

/// The password of the authority that begins at `start`.
fn in_authority(value: &str, start: usize) -> Option<Slice<'_>> {
    let rest = window(value, start, AUTHORITY);
    let end = rest
        .find(|c: char| c.is_whitespace() || matches!(c, '/' | '?' | '`' | '"' | '\'' | '\\'))
        .unwrap_or(rest.len());
    let authority = rest.get(..end)?;
    let (userinfo, host) = authority.rsplit_once('@')?;
    let (user, _) = userinfo.split_once(':')?;
    let password = Slice::new(value, start + user.len() + 1..start + userinfo.len())?;
    (is_literal(password.text) && !is_local_default(user, password.text, host)).then_some(password)
}

/// `postgres:postgres@localhost`: what an image of a database starts with on a developer's machine.
fn is_local_default(user: &str, password: &str, host: &str) -> bool {
    let name = host.split(':').next().unwrap_or_default();
    user == password && (name == "127.0.0.1" || !name.contains('.'))
}

/// `user:password@tcp(host)`, `scott/tiger@//host`, `host:5432:database:user:password`.
fn in_word(word: Slice<'_>) -> Option<Slice<'_>> {
    if word.text.len() > AUTHORITY {
        return None;
    }
    let word = word.bare();
    in_go_dsn(word).or_else(|| in_oracle(word)).or_else(|| in_pgpass(word))
}

fn in_go_dsn(word: Slice<'_>) -> Option<Slice<'_>> {
    let end = word.text.find("@tcp(").or_else(|| word.text.find("@unix("))?;
    let colon = word.text.get(..end)?.find(':')?;
    let password = Slice { text: word.text.get(colon + 1..end)?, start: word.start + colon + 1 };
    is_literal(password.text).then_some(password)
}

fn in_oracle(word: Slice<'_>) -> Option<Slice<'_>> {
    let user = word.text.find("thin:")? + "thin:".len();
    let slash = user + word.text.get(user..)?.find('/')?;
    let end = slash + word.text.get(slash..)?.find('@')?;
    let password = Slice { text: word.text.get(slash + 1..end)?, start: word.start + slash + 1 };
    is_literal(password.text).then_some(password)
}

fn in_pgpass(word: Slice<'_>) -> Option<Slice<'_>> {
    let mut fields = word.text.splitn(5, ':');
    // `*` stands for any host, but is no part of a word of Markdown.
    let (_host, port) = (fields.next()?, fields.next()?);
    let (database, user, password) = (fields.next()?, fields.next()?, fields.next()?);
    let numbered = port == "*" || ((3..=5).contains(&port.len()) && port.bytes().all(|byte| byte.is_ascii_digit()));
    let whole = numbered && ![database, user].contains(&"") && is_password(password);
    let start = word.start + word.text.len() - password.len();
    whole.then_some(Slice { text: password, start })
}

/// Whether the text around a `password=` is a connection string, where every word can be a password.
pub(super) fn surrounds(value: &str, start: usize, end: usize) -> bool {
    let neighbours =
        ["host=", "server=", "user=", "uid=", "user id=", "username=", "dbname=", "database=", "data source=", "jdbc:"];
    let line = |text: &str| text.to_ascii_lowercase();
    let before = line(window_before(value, start, 256).rsplit('\n').next().unwrap_or_default());
    let after = line(window(value, end, 256).split('\n').next().unwrap_or_default());
    neighbours.iter().any(|name| before.contains(name) || after.contains(name))
}
