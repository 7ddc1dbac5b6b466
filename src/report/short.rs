//! One line for each diagnostic, as compilers print for editors: `path:line:column: error[code]: title`.

use std::fmt::Write as _;

use super::Report;
use super::lines::Texts;
use super::summary::{Legible, legible, summary};
use super::wording::{one_line, severity_name};

pub(super) fn render(report: &Report, texts: &Texts<'_>) -> String {
    let mut text = String::new();
    let Legible { shown, more } = legible(report);
    for (severity, diagnostic) in shown {
        let source = texts.source(diagnostic.place.span.source);
        text.push_str(&one_line(&source.name));
        if let Some(at) = texts.position(diagnostic.place.span) {
            // Writing to a string cannot fail.
            let _ = write!(text, ":{}:{}", at.line, at.column);
        }
        let (severity, code) = (severity_name(*severity), diagnostic.code.as_str());
        let changed = if source.changed { " (in the text as changed by an earlier preprocessor)" } else { "" };
        let _ = writeln!(text, ": {severity}[{code}]: {}{changed}", one_line(&diagnostic.title));
    }
    for (severity, line) in more {
        let _ = writeln!(text, "{}: {line}", severity_name(severity));
    }
    text + &summary(report)
}

#[cfg(test)]
mod tests {
    use crate::report::Format;
    use crate::report::fixture::run;

    #[test]
    fn one_line_each_then_the_count() {
        let expected = r#"src/database.md:3:14: error[unfilled-placeholder]: `overview.größe` has no fact
src/notes.md:3:1: warning[unanswered-topic]: a\nb (in the text as changed by an earlier preprocessor)
database.toml:2:1: error[unused-fact]: `overview.verison` is shown nowhere
b,c: 100%.toml: error[missing-facts-file]: `b,c: 100%.toml` is not there
error: 1 section of database.md is incomplete (1 of 2 complete); 5 of 7 placeholders filled
error: 3 errors, 1 warning
"#;
        assert_eq!(run().render(Format::Short), expected);
    }
}
