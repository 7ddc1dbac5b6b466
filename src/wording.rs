//! English that messages have in common: counts, and lists of names.

/// `1 section`, `2 sections`.
pub(crate) fn counted(count: usize, noun: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{ending}")
}

/// `` `facts`, `templates` ``.
pub(crate) fn quoted<N: std::fmt::Display>(names: impl IntoIterator<Item = N>) -> String {
    names.into_iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::{counted, quoted};

    #[test]
    fn one_is_singular() {
        assert_eq!(counted(1, "error"), "1 error");
        assert_eq!(counted(0, "error"), "0 errors");
    }

    #[test]
    fn names_are_in_backticks() {
        assert_eq!(quoted(["a", "b"]), "`a`, `b`");
        assert_eq!(quoted([""; 0]), "");
    }
}
