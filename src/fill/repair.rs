//! What a record lacks as lines to add to it.

use crate::diagnostic::Sub;
use crate::facts::{Room, Table, quote_key};
use crate::wanted::{Many, Wanted};

/// What is wanted, added to a record or to a table in it; `None` where neither can be added to. For a record that dotted
/// keys made, `around` is where further ones belong, and the keys before theirs.
pub(super) fn insertion(
    message: &str,
    record: &Table<'_>,
    wanted: &[Wanted],
    around: impl FnOnce() -> Option<(Room, String)>,
) -> Option<Sub> {
    let (mut table, mut wanted) = (record, wanted);
    // The last table on the way that has room, and the keys behind it.
    let (mut room, mut behind) = match record.room {
        None => around().map_or((None, String::new()), |(room, keys)| (Some(room), keys)),
        own => (own, String::new()),
    };
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
    let pairs = wanted.iter().map(Wanted::pair).map(|(pair, hint)| (format!("{behind}{pair}"), hint));
    Some(room?.add(message.to_owned(), pairs))
}
