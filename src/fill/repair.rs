//! What a record lacks as lines to add to it.

use super::implied::Place;
use crate::diagnostic::Sub;
use crate::facts::{Table, quote_key};
use crate::wanted::{Many, Wanted};

/// What is wanted, added to a record or to a table in it; `None` where neither can be added to. For a table without room
/// of its own, `implied` says where further keys belong.
pub(super) fn insertion(
    message: &str,
    record: &Table<'_>,
    wanted: &[Wanted],
    implied: impl FnOnce() -> Option<Place>,
) -> Option<Sub> {
    let (mut table, mut wanted) = (record, wanted);
    // The last table on the way that has room, and the keys behind it.
    let (mut room, mut behind) = (record.room, String::new());
    while let [Wanted { key, many: Many::One, inner, .. }] = wanted
        && !inner.is_empty()
        && let Some(entry) = table.get(key).first()
    {
        (table, wanted) = (entry.value.as_table()?, inner);
        behind = if table.room.is_some() { String::new() } else { format!("{behind}{}.", quote_key(&entry.key)) };
        room = table.room.or(room);
    }
    if wanted.iter().any(|wanted| table.get(&wanted.key).first().is_some()) {
        return None;
    }
    let Place { room, keys, header } = match room {
        Some(room) => Place { room, keys: String::new(), header: None },
        None => implied()?,
    };
    let pairs = wanted.iter().map(Wanted::pair).map(|(pair, hint)| (format!("{keys}{behind}{pair}"), hint));
    let mut sub = room.add(message.to_owned(), pairs);
    if let (Sub::Insert { lines, .. }, Some(header)) = (&mut sub, header) {
        *lines = format!("[{header}]\n{lines}\n");
    }
    Some(sub)
}
