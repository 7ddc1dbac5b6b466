//! How much each kind of mistake matters: the levels of `[preprocessor.database.lints]`.

use std::collections::BTreeMap;

use crate::diagnostic::{Code, Severity};

/// What the configuration says about a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// It fails the build.
    Deny,
    /// It is listed and published all the same.
    Warn,
    /// It is not mentioned.
    Allow,
}

impl Level {
    /// Every level, strictest first.
    pub const ALL: &[Level] = &[Level::Deny, Level::Warn, Level::Allow];

    /// The level of that name, as written in `book.toml`.
    pub fn from_name(name: &str) -> Option<Level> {
        Level::ALL.iter().copied().find(|level| level.as_str() == name)
    }

    /// The name as written in `book.toml`.
    pub fn as_str(self) -> &'static str {
        match self {
            Level::Deny => "deny",
            Level::Warn => "warn",
            Level::Allow => "allow",
        }
    }

    fn severity(self) -> Option<Severity> {
        match self {
            Level::Deny => Some(Severity::Error),
            Level::Warn => Some(Severity::Warning),
            Level::Allow => None,
        }
    }
}

/// The configured levels; codes that are not in it have their default severity.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lints(BTreeMap<Code, Level>);

impl Lints {
    /// Sets the level of a code; the last one set counts.
    pub fn set(&mut self, code: Code, level: Level) {
        self.0.insert(code, level);
    }

    /// The configured level of a code, if there is one.
    pub fn level(&self, code: Code) -> Option<Level> {
        self.0.get(&code).copied()
    }

    /// How much a code matters in this run; nothing if it is not to be mentioned.
    ///
    /// With `draft`, what would fail the build only warns. Two things fail it even then: what must never be
    /// published, and a host that cannot be served.
    pub fn severity(&self, code: Code, draft: bool) -> Option<Severity> {
        let severity = match self.level(code) {
            Some(level) => level.severity()?,
            None => code.default_severity(),
        };
        let softened = draft && severity == Severity::Error && !fails_drafts(code);
        Some(if softened { Severity::Warning } else { severity })
    }
}

impl FromIterator<(Code, Level)> for Lints {
    fn from_iter<I: IntoIterator<Item = (Code, Level)>>(levels: I) -> Self {
        Lints(levels.into_iter().collect())
    }
}

fn fails_drafts(code: Code) -> bool {
    matches!(code, Code::LikelySecret | Code::UnsupportedMdbook)
}

#[cfg(test)]
mod tests {
    use super::{Level, Lints};
    use crate::diagnostic::{Code, Severity};

    #[test]
    fn levels_have_the_names_of_book_toml() {
        for &level in Level::ALL {
            assert_eq!(Level::from_name(level.as_str()), Some(level));
        }
        assert_eq!(Level::from_name("deny"), Some(Level::Deny));
        assert_eq!(Level::from_name("Deny"), None);
        assert_eq!(Level::from_name("forbid"), None);
    }

    #[test]
    fn without_configuration_a_code_has_its_default() {
        for &code in Code::ALL {
            assert_eq!(Lints::default().severity(code, false), Some(code.default_severity()));
        }
    }

    #[test]
    fn the_configuration_overrules_the_default() {
        let lints: Lints = [
            (Code::UnusedFact, Level::Warn),
            (Code::UnansweredTopic, Level::Deny),
            (Code::UnfilledSection, Level::Allow),
        ]
        .into_iter()
        .collect();
        assert_eq!(lints.severity(Code::UnusedFact, false), Some(Severity::Warning));
        assert_eq!(lints.severity(Code::UnansweredTopic, false), Some(Severity::Error));
        assert_eq!(lints.severity(Code::UnfilledSection, false), None);
    }

    #[test]
    fn a_draft_turns_errors_into_warnings_but_never_publishes_a_secret() {
        let mut lints = Lints::default();
        lints.set(Code::UnansweredTopic, Level::Deny);
        assert_eq!(lints.severity(Code::UnfilledPlaceholder, true), Some(Severity::Warning));
        assert_eq!(lints.severity(Code::UnansweredTopic, true), Some(Severity::Warning));
        assert_eq!(lints.severity(Code::UnfilledSection, true), Some(Severity::Note));
        assert_eq!(lints.severity(Code::LikelySecret, true), Some(Severity::Error));
        assert_eq!(lints.severity(Code::UnsupportedMdbook, true), Some(Severity::Error));
    }

    #[test]
    fn a_false_alarm_about_a_secret_can_still_be_silenced() {
        let lints: Lints = [(Code::LikelySecret, Level::Allow)].into_iter().collect();
        assert_eq!(lints.severity(Code::LikelySecret, true), None);
    }
}
