//! The name that was probably meant: one threshold for every "did you mean".

use crate::facts::fold;

/// Most edits between a slip and what was meant, however long the names: as in cargo, a suggestion is never out of
/// the blue.
const MOST: usize = 3;

/// The edits that names of so many characters allow, the longer one counting: about a third of them, as in rustc.
fn allowed(characters: usize) -> usize {
    match characters {
        0..=2 => 0,
        3..=4 => 1,
        5..=8 => 2,
        _ => MOST,
    }
}

/// The edits between two names, case, `-`, `_` and spaces not counted; nothing if the names are not near.
///
/// An edit adds, drops or changes a character, or swaps two neighbours. One edit is near in names of
/// three characters, two are from five, three from nine.
///
/// ```
/// use mdbook_database::nearest::edits;
/// assert_eq!(edits("verison", "version"), Some(1));
/// assert_eq!(edits("pool-size", "PoolSize"), Some(0));
/// assert_eq!(edits("host", "port"), None);
/// ```
pub fn edits(name: &str, other: &str) -> Option<usize> {
    near_folded(&fold(name), &fold(other))
}

/// Of `names`, the one nearest to `name`; the first by the alphabet of several, so that their order does not matter.
/// Nothing if none is near (see [`edits`]).
///
/// ```
/// use mdbook_database::nearest::nearest;
/// assert_eq!(nearest("tempaltes", ["facts", "templates"]), Some("templates"));
/// assert_eq!(nearest("colour", ["facts", "templates"]), None);
/// ```
pub fn nearest<'n>(name: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let name = fold(name);
    let near = names.into_iter().filter_map(|other| Some((near_folded(&name, &fold(other))?, other)));
    near.min().map(|(_, near)| near)
}

/// Of dotted or slashed paths, the one nearest to `path`; failing that, the only one that ends in it after `separator`.
///
/// ```
/// use mdbook_database::nearest::nearest_path;
/// let sections = ["backup.restore", "performance.caching"];
/// assert_eq!(nearest_path("performance.cacheing", '.', sections), Some("performance.caching"));
/// assert_eq!(nearest_path("caching", '.', sections), Some("performance.caching"));
/// ```
pub fn nearest_path<'n>(
    path: &str,
    separator: char,
    paths: impl IntoIterator<Item = &'n str> + Clone,
) -> Option<&'n str> {
    nearest(path, paths.clone()).or_else(|| {
        let path = fold(path);
        let ends = |other: &&str| fold(other).strip_suffix(&*path).is_some_and(|above| above.ends_with(separator));
        let mut ending = paths.into_iter().filter(ends);
        ending.next().filter(|_| ending.next().is_none())
    })
}

/// The edits between two names without case and separators.
fn near_folded(name: &str, other: &str) -> Option<usize> {
    // A character has at most four bytes: what is much longer need not be counted.
    if name.len().abs_diff(other.len()) > 4 * MOST {
        return None;
    }
    let (own, others) = (name.chars().count(), other.chars().count());
    if own.abs_diff(others) > MOST {
        return None;
    }
    let edits = strsim::osa_distance(name, other);
    (edits <= allowed(own.max(others))).then_some(edits)
}

#[cfg(test)]
mod tests {
    use super::{edits, nearest, nearest_path};

    #[test]
    fn a_slip_is_near_and_another_word_is_not() {
        for (slip, meant) in [("verison", "version"), ("usrs", "users"), ("Email", "email"), ("größe", "grösse")] {
            assert!(edits(slip, meant).is_some(), "{slip}");
        }
        for (name, other) in
            [("id", "ip"), ("host", "port"), ("a", "b"), ("backup", "lookup"), ("describe", "subscriber"), ("", "a")]
        {
            assert_eq!(edits(name, other), None, "{name} is not {other}");
        }
    }

    #[test]
    fn three_edits_are_the_most_however_long_the_name() {
        assert_eq!(edits("connection_configuration_abc", "connection_configuration"), Some(3));
        // Three characters of four bytes each.
        assert_eq!(edits("connection𝐚𝐛𝐜", "connection"), Some(3));
        assert_eq!(edits("connection_configuration_abcd", "connection_configuration"), None);
    }

    #[test]
    fn the_order_of_the_names_does_not_matter() {
        assert_eq!(nearest("pool_siz", ["pool_sizf", "pool_size"]), Some("pool_size"));
        assert_eq!(nearest("pool_siz", ["pool_size", "pool_sizf"]), Some("pool_size"));
        assert_eq!(nearest("pool-size", ["pool_siz", "pool_size"]), Some("pool_size"));
    }

    #[test]
    fn a_path_may_be_told_by_its_end_if_only_one_has_it() {
        let sections = ["backup.limits", "api.limits", "api.quotas"];
        assert_eq!(nearest_path("quotas", '.', sections), Some("api.quotas"));
        assert_eq!(nearest_path("limits", '.', sections), None);
        assert_eq!(nearest_path("uotas", '.', sections), None);
    }
}
