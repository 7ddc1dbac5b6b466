//! Stdout, stderr and the environment, as far as they decide how things look.

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use crate::report::{ColorChoice, Format, Style, use_color};

/// Writes to stderr. That it is closed cannot be told to anybody.
pub(super) fn say(text: &str) {
    let _ = io::stderr().write_all(text.as_bytes());
}

/// Writes to stdout.
pub(super) fn print(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    stdout.flush()
}

/// An environment variable that is text.
pub(super) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// The style of what goes to a stream.
pub(super) fn style(choice: ColorChoice, is_terminal: bool) -> Style {
    let color = use_color(
        choice,
        variable("NO_COLOR").as_deref(),
        variable("CLICOLOR_FORCE").as_deref(),
        variable("TERM").as_deref(),
        is_terminal,
    );
    Style { color, width: None }
}

/// The style of stderr.
pub(super) fn style_of_stderr(choice: ColorChoice) -> Style {
    style(choice, io::stderr().is_terminal())
}

/// The style of stdout.
pub(super) fn style_of_stdout(choice: ColorChoice) -> Style {
    style(choice, io::stdout().is_terminal())
}

/// Where the repository begins, if GitHub Actions says so: annotations name files from there.
pub(super) fn workspace() -> Option<PathBuf> {
    std::env::var_os("GITHUB_WORKSPACE").filter(|path| !path.is_empty()).map(PathBuf::from)
}

/// Parses `--color`.
pub(super) fn color_parser() -> impl TypedValueParser<Value = ColorChoice> {
    PossibleValuesParser::new(["auto", "always", "never"]).map(|name| ColorChoice::from_name(&name).unwrap_or_default())
}

/// Parses `--format` of what there is to report.
pub(super) fn format_parser() -> impl TypedValueParser<Value = Format> {
    let values = Format::ALL.iter().map(|format| PossibleValue::new(format.as_str()).help(described(*format)));
    PossibleValuesParser::new(values).map(|name| Format::from_name(&name).unwrap_or_default())
}

fn described(format: Format) -> &'static str {
    match format {
        Format::Human => "for people: source lines with the places underlined, and repairs",
        Format::Short => "one line for each message",
        Format::Json => "one JSON object a line",
        Format::Github => "annotations of GitHub Actions",
        Format::Sarif => "a SARIF 2.1.0 log, for code scanning",
    }
}
