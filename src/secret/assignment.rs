//! Assignments inside a value: environment files, JSON, YAML, connection parameters, SQL.

use super::role::{Role, role};
use super::text::{Slice, window, window_before};
use super::word::{is_key, is_literal, is_password, is_random, is_uuid};
use super::{Finding, Kind, connection};

/// A longer name or value is no assignment of a password.
const NAME: usize = 64;
const VALUE: usize = 512;

/// The first secret that is assigned to a name that says so.
pub(super) fn find(value: &str) -> Option<Finding> {
    value.bytes().enumerate().find_map(|(at, byte)| match byte {
        b'=' | b':' => assigned(value, at, byte),
        b'\'' | b'"' => in_statement(value, at),
        _ => None,
    })
}

/// The right side of an assignment.
struct Right<'v> {
    text: Slice<'v>,
    quoted: bool,
    /// Nothing but a comment or punctuation follows on the line.
    alone: bool,
}

fn assigned(value: &str, at: usize, separator: u8) -> Option<Finding> {
    let name = name_before(value, at)?;
    let signature = name == "sig" && separator == b'=' && window_before(value, at, VALUE).contains("sv=");
    let role = role(name).or(signature.then_some(Role::Key))?;
    let right = right_of(value, at + 1, separator)?;
    let glued = separator == b'=' && right.text.start <= at + 2;
    let text = right.text.text;
    let connects = || connection::surrounds(value, at - name.len(), right.text.range().end);
    let secret = match role {
        Role::Password if glued || right.quoted || right.alone => {
            is_password(text) || (glued && (is_literal(text) || right.quoted && is_phrase(text)) && connects())
        }
        Role::Password => is_random(text) && is_password(text),
        Role::Key => is_key(text) || (is_uuid(text) && (glued || right.alone)),
    };
    secret.then(|| Finding { kind: Kind::AssignedPassword, range: right.text.range() })
}

/// Words in quotes that stand where a connection string has its password.
fn is_phrase(text: &str) -> bool {
    text.split(' ').all(is_literal)
}

/// The name in front of the separator at `at`, without what a dot separates from it.
fn name_before(value: &str, at: usize) -> Option<&str> {
    let before = window_before(value, at, NAME).trim_end_matches(' ');
    if before.len() + 3 < at.min(NAME) {
        return None;
    }
    let before = before.strip_suffix(['"', '\'', '`', ']']).unwrap_or(before).trim_end_matches(['"', '\'', '\\']);
    let name = before.rsplit(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '-')).next()?;
    (!name.is_empty()).then_some(name)
}

fn right_of(value: &str, start: usize, separator: u8) -> Option<Right<'_>> {
    let rest = window(value, start, VALUE);
    let arrow = usize::from(separator == b'=' && rest.starts_with('>'));
    let spaces = rest.get(arrow..)?.bytes().take_while(|&byte| byte == b' ').count();
    let text = rest.get(arrow + spaces..)?;
    let opens = text.trim_start_matches('\\');
    let quote = opens.chars().next().filter(|c| matches!(c, '"' | '\'' | '`'));
    // `a::b`, `a==b` and `10:30` assign nothing.
    if text.starts_with(['=', ':']) && quote.is_none() || (separator == b':' && spaces == 0 && quote.is_none()) {
        return None;
    }
    let from = start + arrow + spaces;
    match quote {
        Some(quote) => {
            let from = from + text.len() - opens.len() + 1;
            let inner = window(value, from, VALUE);
            // A line of a file that is no TOML comes without its last quote.
            let end = inner.find([quote, '\n']).unwrap_or(inner.len());
            let text = Slice::new(value, from..from + end)?.trim(|c| c == '\\');
            // A closing quote was taken for an opening one.
            if text.text.starts_with([')', ',', ';', '}']) {
                return None;
            }
            Some(Right { text, quoted: true, alone: true })
        }
        None => {
            let end = unquoted_end(text, separator);
            let tail = text.get(end..)?.split('\n').next()?.trim_start();
            let alone = tail.is_empty() || tail.starts_with(['#', ';', ',', '`', '}', '&']);
            let text = Slice::new(value, from..from + end)?.trim(|c| matches!(c, ')' | '}'));
            Some(Right { text, quoted: false, alone })
        }
    }
}

/// Where an unquoted value ends; at the next `name=`, too, so that a chain of them is read once.
fn unquoted_end(text: &str, separator: u8) -> usize {
    let bytes = text.as_bytes();
    let ends = |(at, &byte): (usize, &u8)| match byte {
        b';' | b',' | b'`' | b'"' | b'\'' => true,
        b'&' => separator == b'=',
        b'=' => bytes.get(at + 1).is_some_and(u8::is_ascii_alphanumeric),
        _ => byte.is_ascii_whitespace(),
    };
    bytes.iter().enumerate().position(ends).unwrap_or(bytes.len())
}

/// `PASSWORD '…'` and `IDENTIFIED BY '…'`, with the quote at `at`.
fn in_statement(value: &str, at: usize) -> Option<Finding> {
    let before = window_before(value, at, NAME).trim_end_matches([' ', '(', 'N']);
    let lower = before.to_ascii_lowercase();
    let statement = ["with password", "set password", "identified"].iter().any(|words| lower.contains(words));
    let identified = statement && (lower.ends_with(" by") || lower.ends_with('='));
    let assigned = lower.ends_with("password");
    if !identified && !assigned {
        return None;
    }
    let quote = char::from(*value.as_bytes().get(at)?);
    let inner = window(value, at + 1, VALUE);
    let secret = Slice::new(value, at + 1..at + 1 + inner.find(quote)?)?;
    is_literal(secret.text).then(|| Finding { kind: Kind::AssignedPassword, range: secret.range() })
}
