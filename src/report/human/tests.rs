//! What a user sees, as whole strings.

use proptest::prelude::{Strategy, any, proptest};

use crate::diagnostic::{Code, Diagnostic, Label, Severity, Sub};
use crate::lints::Lints;
use crate::report::fixture::{find, run};
use crate::report::{Format, Report, Style, render};
use crate::source::{Source, SourceId, SourceKind, Sources, Span};

fn styled(diagnostics: Vec<Diagnostic>, sources: &Sources, style: Style) -> String {
    let report = Report::new(diagnostics, Vec::new(), &Lints::default(), false, sources);
    render(&report, sources, Format::Human, style)
}

/// The one diagnostic without the count that follows it.
fn plain(diagnostic: Diagnostic, sources: &Sources) -> String {
    let count = match diagnostic.code.default_severity() {
        Severity::Error => "\nerror: 1 error\n",
        Severity::Warning => "\nwarning: 1 warning\n",
        Severity::Note => "",
    };
    let text = styled(vec![diagnostic], sources, Style::default());
    text.strip_suffix(count).unwrap().to_owned()
}

fn chapter(text: &str) -> (Sources, SourceId) {
    let mut sources = Sources::default();
    let id = sources.add(SourceKind::Chapter, "src/database.md", text);
    (sources, id)
}

fn at(span: Span) -> Diagnostic {
    Diagnostic::new(Code::UnfilledPlaceholder, "`a.b` has no fact", span, "required")
}

#[test]
fn a_missing_fact_shows_the_placeholder_and_the_line_to_add() {
    let (mut sources, id) = chapter("## Overview\n\n- **Version:** [e.g., 16]\n");
    let facts = sources.add(SourceKind::Facts, "database.toml", "[overview]\n\n[tables]\n");
    let insert = Sub::Insert {
        message: "add it to `[overview]`".to_owned(),
        source: facts,
        at: 11,
        lines: "version = \"\"\n".to_owned(),
    };
    assert_eq!(
        plain(at(find(&sources, id, "[e.g., 16]")).with(insert), &sources),
        r#"error[unfilled-placeholder]: `a.b` has no fact
 --> src/database.md:3:16
  |
3 | - **Version:** [e.g., 16]
  |                ^^^^^^^^^^ required
  |
help: add it to `[overview]`
 --> database.toml:2
  |
2 + version = ""
  |
"#
    );
}

/// The source lines with their underlines.
fn lines(diagnostic: Diagnostic, sources: &Sources) -> String {
    let text = plain(diagnostic, sources);
    text.split_once("|\n").unwrap().1.to_owned()
}

fn underlined(text: &str, needle: &str) -> String {
    let (sources, id) = chapter(text);
    lines(at(find(&sources, id, needle)), &sources)
}

#[test]
fn the_whole_run() {
    let expected = r#"error[unfilled-placeholder]: `overview.größe` has no fact
 --> src/database.md:3:14
  |
3 | - **Größe:** [size]
  |              ^^^^^^ required
4 | - **Version:** [e.g., 16]
  |                ---------- this too
  |
help: add it to `[overview]`
 --> database.toml:3
  |
3 + größe = ""
  |

warning[unanswered-topic]: a\nb
 --> src/notes.md:3:1
  |
3 | [overview.name]
  | ^^^^^^^^^^^^^^^
  |
  = note: an earlier preprocessor changed this chapter before it came here: lines are counted in the changed text, not in the file
  = note: 50%

error[unused-fact]: `overview.verison` is shown nowhere
 --> database.toml:2:1
  |
2 | verison = "16"
  | ^^^^^^^ unused
  |
note: the nearest address is `overview.version`
 --> src/database.md:4:16
  |
4 | - **Version:** [e.g., 16]
  |                ^^^^^^^^^^
help: rename it
 --> database.toml:2:1
  |
2 - verison = "16"
2 + version = "16"
  |

error[missing-facts-file]: `b,c: 100%.toml` is not there
--> b,c: 100%.toml
 |
 = help: run it

error: 1 section of database.md is incomplete (1 of 2 complete); 5 of 7 placeholders filled
error: 3 errors, 1 warning
"#;
    assert_eq!(run().render(Format::Human), expected);
}

#[test]
fn carets_stand_under_the_place_in_any_text() {
    assert_eq!(underlined("a\r\n- **A:** [b]\r\n", "[b]"), "2 | - **A:** [b]\n  |          ^^^ required\n");
    assert_eq!(underlined("\t- [é]\n", "[é]"), "1 |     - [é]\n  |       ^^^ required\n");
    assert_eq!(underlined("- **漢字:** 😀 [x]", "[x]"), "1 | - **漢字:** 😀 [x]\n  |                ^^^ required\n");
    assert_eq!(underlined("a\none\ntwo\n", "one\n"), "2 | one\n  | ^^^ required\n", "the break is no part of it");
    assert_eq!(underlined("one\ntwo\n", "one\ntwo"), "1 | / one\n2 | | two\n  | |___^ required\n");
}

#[test]
fn the_end_of_a_text_and_empty_lines_can_be_shown() {
    let (sources, id) = chapter("a");
    assert_eq!(lines(at(id.span(1..1)), &sources), "1 | a\n  |  ^ required\n");
    let (sources, id) = chapter("a\n\n");
    assert_eq!(lines(at(id.span(3..3)), &sources), "3 |\n  | ^ required\n");
    assert_eq!(lines(at(id.span(2..3)), &sources), "2 |\n  | ^ required\n");
}

#[test]
fn a_file_as_a_whole_is_just_named() {
    let (sources, id) = chapter("");
    let text = plain(at(id.whole()).with_help("do it"), &sources);
    assert_eq!(
        text,
        "error[unfilled-placeholder]: `a.b` has no fact\n\
         --> src/database.md\n \
         |\n \
         = note: required\n \
         = help: do it\n"
    );
}

#[test]
fn what_a_terminal_would_obey_is_shown_and_does_not_move_the_caret() {
    assert_eq!(
        underlined("a\u{1b}[31m \u{202e}\u{9b}b [x]\u{7}\rz\n", "[x]"),
        "1 | a␛[31m \u{fffd}\u{fffd}b [x]␇␍z\n  |            ^^^ required\n"
    );
    let (sources, id) = chapter("x [y]\n");
    let hostile = "a\u{1b}[0m\nb";
    let replace = Sub::Replace { message: hostile.to_owned(), span: id.span(2..5), text: hostile.to_owned() };
    let diagnostic = Diagnostic::new(Code::WrongForm, hostile, id.span(2..5), hostile)
        .with_note(hostile)
        .with_place(hostile, id.span(0..1), hostile)
        .with(replace);
    let text = plain(diagnostic, &sources);
    assert!(!text.contains('\u{1b}'), "{text}");
    assert!(text.starts_with("error[wrong-form]: a\\u{1b}[0m\\nb\n --> "), "{text}");
    assert!(text.contains("  = note: a\\u{1b}[0m\n          b\n"), "{text}");
}

#[test]
fn long_lines_are_cut_around_the_place() {
    let text = format!("{} [x] {}\n", "a".repeat(2500), "b".repeat(2500));
    let (sources, id) = chapter(&text);
    for width in [60, 100, 140] {
        let style = Style { color: false, width: Some(width) };
        let replace = Sub::Replace { message: "r".to_owned(), span: id.span(2501..2504), text: "[y]".to_owned() };
        let text = styled(vec![at(find(&sources, id, "[x]")).with(replace)], &sources, style);
        assert!(text.contains("src/database.md:1:2502\n"), "{text}");
        assert!(text.contains("a [x] b") && text.contains("a [y] b") && text.contains("^^^ required"), "{text}");
        assert!(text.lines().all(|line| line.chars().count() <= width + 6), "{text}");
    }
    let text = plain(at(id.span(100..4000)), &sources);
    assert!(text.contains(":1:101\n") && text.contains("^^^ required"), "{text}");
    assert!(text.lines().all(|line| line.chars().count() < 150), "{text}");
}

#[test]
fn every_place_is_underlined_near_or_far() {
    let text = format!("one\ntwo\n{}{} last\n", "line\n".repeat(5000), "x".repeat(500));
    let (sources, id) = chapter(&text);
    let mut diagnostic = at(find(&sources, id, "one"));
    for (needle, label) in [("two", "near"), ("last", "far")] {
        diagnostic.more.push(Label { span: find(&sources, id, needle), text: label.to_owned() });
    }
    let text = lines(diagnostic, &sources);
    assert!(text.starts_with("   1 | one\n     | ^^^ required\n   2 | two\n     | --- near\n"), "{text}");
    assert!(text.contains("::: src/database.md:5003:502\n") && text.contains("---- far\n"), "{text}");
}

#[test]
fn a_changed_chapter_is_said_to_be_one_once() {
    let mut sources = Sources::default();
    let (name, text) = ("src/a.md".to_owned(), "x [y]\n".to_owned());
    let id = sources.push(Source { name, text, kind: SourceKind::Chapter, changed: true, offset: 0 });
    let text = plain(at(id.span(2..5)).with_place("there", id.span(0..1), ""), &sources);
    assert_eq!(text.matches("= note: an earlier preprocessor changed this chapter").count(), 1, "{text}");
    let (sources, id) = chapter("x [y]\n");
    assert!(!plain(at(id.span(2..5)), &sources).contains("earlier preprocessor"));
}

#[test]
fn lines_are_added_behind_an_unfinished_last_line() {
    let (sources, id) = chapter("a = 1\nb = 2");
    let insert = |at| Sub::Insert { message: "add".to_owned(), source: id, at, lines: "c = 3\nd = 4\n".to_owned() };
    let added = |at_byte| lines(at(id.whole()).with(insert(at_byte)), &sources);
    assert!(
        added(11).ends_with("help: add\n --> src/database.md:3\n  |\n3 + c = 3\n4 + d = 4\n  |\n"),
        "{}",
        added(11)
    );
    assert!(added(6).ends_with("help: add\n --> src/database.md:2\n  |\n2 + c = 3\n3 + d = 4\n  |\n"), "{}", added(6));
}

#[test]
fn colours_are_only_there_when_asked_for() {
    let run = run();
    let colored = render(&run.report(false), &run.sources, Format::Human, Style { color: true, width: None });
    assert!(colored.contains("\u{1b}[91merror"), "{colored:?}");
    assert!(!run.render(Format::Human).contains('\u{1b}'));
}

fn texts() -> impl Strategy<Value = String> {
    proptest::collection::vec(
        proptest::sample::select(vec![
            "a", "[x]", "\n", "\r\n", "\r", "\t", "é", "漢", "😀", "\u{301}", "\u{9b}", " ", "\"", "",
        ]),
        0..40,
    )
    .prop_map(|parts| parts.concat())
}

proptest! {
    /// Whatever the text and the places in it, there is a report and it shows the path.
    #[test]
    fn no_text_and_no_place_stop_a_report(
        text in texts(),
        new in texts(),
        bounds in any::<[u8; 8]>(),
        width in 0_usize..200,
        repeat in 1_usize..60,
    ) {
        let text = text.repeat(repeat);
        let (sources, id) = chapter(&text);
        let floor = |at: u8| (0..=usize::from(at).min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap();
        let span = |a: u8, b: u8| id.span(floor(a.min(b))..floor(a.max(b)));
        let [a, b, c, d, e, f, g, h] = bounds;
        let mut diagnostic = at(span(a, b)).with_place("there", span(c, d), new.clone()).with_note(new.clone());
        diagnostic.more.push(Label { span: span(e, f), text: new.clone() });
        let insert = Sub::Insert { message: "add".to_owned(), source: id, at: floor(g), lines: format!("{new}\n") };
        let replace = Sub::Replace { message: "put".to_owned(), span: span(g, h), text: new };
        let report = styled(vec![diagnostic.with(insert).with(replace)], &sources, Style { color: false, width: Some(width) });
        assert!(report.contains("--> src/database.md"));
    }
}
