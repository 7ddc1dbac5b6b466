//! Whether to colour, by the conventions of `NO_COLOR` and `CLICOLOR_FORCE` as a pure function, and the colours of tables.

/// How a piece of a table or tree is set off on a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Color {
    /// A title.
    Bold,
    /// What nobody need look at.
    Dim,
    /// What is there.
    Green,
    /// What is not there and need not be, or not yet.
    Yellow,
    /// What is missing.
    Red,
}

impl Color {
    /// The parameter of the escape sequence (ECMA-48, "select graphic rendition").
    pub(super) fn code(self) -> u8 {
        match self {
            Color::Bold => 1,
            Color::Dim => 2,
            Color::Red => 31,
            Color::Green => 32,
            Color::Yellow => 33,
        }
    }
}

/// What the user asked for on the command line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ColorChoice {
    /// As the environment says.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl ColorChoice {
    /// The choice of that name: `auto`, `always` or `never`.
    pub fn from_name(name: &str) -> Option<ColorChoice> {
        match name {
            "auto" => Some(ColorChoice::Auto),
            "always" => Some(ColorChoice::Always),
            "never" => Some(ColorChoice::Never),
            _ => None,
        }
    }
}

/// Whether output is coloured, from the choice, the values of the environment variables, and the terminal.
///
/// A choice counts most; then `NO_COLOR` if it is not empty (no-color.org); then `CLICOLOR_FORCE` if it is neither
/// empty nor `0` (bixense.com/clicolors); then whether the output is a terminal that is not `dumb`.
///
/// ```
/// use mdbook_database::report::{ColorChoice, use_color};
/// assert!(!use_color(ColorChoice::Auto, Some("1"), None, Some("xterm"), true));
/// ```
pub fn use_color(
    choice: ColorChoice,
    no_color: Option<&str>,
    clicolor_force: Option<&str>,
    term: Option<&str>,
    is_terminal: bool,
) -> bool {
    match choice {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto if no_color.is_some_and(|value| !value.is_empty()) => false,
        ColorChoice::Auto if clicolor_force.is_some_and(|value| !matches!(value, "" | "0")) => true,
        ColorChoice::Auto => is_terminal && term != Some("dumb"),
    }
}

#[cfg(test)]
mod tests {
    use super::{ColorChoice, use_color};

    #[test]
    fn choices_have_the_names_of_other_programs() {
        assert_eq!(
            ["auto", "always", "never", "Always"].map(ColorChoice::from_name),
            [Some(ColorChoice::Auto), Some(ColorChoice::Always), Some(ColorChoice::Never), None,]
        );
    }

    #[test]
    fn a_choice_overrules_the_environment() {
        assert!(use_color(ColorChoice::Always, Some("1"), None, Some("dumb"), false));
        assert!(!use_color(ColorChoice::Never, None, Some("1"), Some("xterm"), true));
    }

    #[test]
    fn otherwise_the_environment_decides() {
        let auto = |no_color, force, term, terminal| use_color(ColorChoice::Auto, no_color, force, term, terminal);
        assert!(auto(None, None, Some("xterm"), true));
        assert!(auto(None, None, None, true), "Windows has no TERM");
        assert!(!auto(None, None, Some("xterm"), false));
        assert!(!auto(None, None, Some("dumb"), true));
        assert!(!auto(Some("0"), None, Some("xterm"), true), "any value of NO_COLOR counts");
        assert!(auto(Some(""), None, Some("xterm"), true), "an empty one does not");
        assert!(auto(None, Some("1"), None, false));
        assert!(!auto(None, Some("0"), None, false));
        assert!(!auto(Some("1"), Some("1"), None, true), "NO_COLOR is stronger");
    }
}
