//! The built program as mdBook runs it: arguments, stdin, stdout, stderr and the exit code.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod program;

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

/// A book on disk with a facts file and no more.
struct Book {
    root: tempfile::TempDir,
}

impl Book {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        std::fs::write(root.path().join("database.toml"), "# no facts: the book has no template\n").unwrap();
        Book { root }
    }

    fn path(&self) -> &Path {
        self.root.path()
    }

    /// What mdBook sends about it, with this table as the preprocessor's.
    fn input(&self, book: &str, table: &Value) -> String {
        let context = json!({
            "root": self.path(),
            "config": {"book": {"title": "T", "new-in-0.9": null}, "preprocessor": {"database": table}},
            "renderer": "html",
            "mdbook_version": "0.5.4",
            "unheard": {"of": 1},
        });
        format!("[{context},{book}]")
    }
}

fn program() -> Command {
    program::program(Path::new("."))
}

fn feed(input: &[u8]) -> Output {
    program::fed(program(), input)
}

fn code(output: &Output) -> i32 {
    output.status.code().expect("ended by itself")
}

fn stderr(output: &Output) -> String {
    program::text(output.stderr.clone())
}

/// A failure leaves nothing on stdout, and text without colours on stderr.
fn failed(output: &Output, exit: i32) -> String {
    let text = stderr(output);
    assert_eq!(code(output), exit, "{text}");
    assert_eq!(output.stdout, b"", "stdout of a failure is empty");
    assert!(!text.contains('\u{1b}'), "no colours in a pipe: {text:?}");
    assert!(text.ends_with('\n') && !text.ends_with("\n\n"), "{text:?}");
    text
}

const PLAIN: &str = r##"{"Chapter":{"name":"A","content":"# A\r\n\r\nText \u00e9 \ud83d\ude00 [link](b.md) \/ [ ] done","number":[1],"sub_items":[{"Chapter":{"name":"B","content":"","number":null,"sub_items":[],"path":null,"source_path":null,"parent_names":["A"],"later":1.50}}],"path":"a.md","source_path":"a.md","parent_names":[]}}"##;

#[test]
fn every_renderer_is_supported() {
    for renderer in ["html", "markdown", "test", "not-supported", ""] {
        let output = program().args(["supports", renderer]).output().unwrap();
        assert_eq!((code(&output), output.stdout.len(), output.stderr.len()), (0, 0, 0), "{renderer}");
    }
}

#[test]
fn wrong_arguments_are_wrong_use() {
    for arguments in [&["supports"][..], &["supports", "a", "b"], &["nonsense"], &["--nonsense"]] {
        let output = program().args(arguments).output().unwrap();
        failed(&output, 2);
    }
}

#[test]
fn help_and_version_go_to_stdout() {
    let help = program().arg("--help").output().unwrap();
    assert_eq!(code(&help), 0);
    assert!(String::from_utf8(help.stdout).unwrap().contains("[preprocessor.database]"));
    let version = program().arg("--version").output().unwrap();
    assert_eq!(version.stdout, format!("mdbook-database {}\n", env!("CARGO_PKG_VERSION")).as_bytes());
}

#[test]
fn both_generations_come_back_byte_for_byte() {
    let book = Book::new();
    for (shape, rest) in [("items", ""), ("sections", r#","__non_exhaustive":null"#), ("items", r#","new":[1, 2.0e1]"#)]
    {
        let sent = format!(r#"{{"{shape}":[{PLAIN}, "Separator",{{"PartTitle":"P"}},{{"Unheard":[]}}]{rest}}}"#);
        let output = feed(book.input(&sent, &json!({})).as_bytes());
        assert_eq!((code(&output), stderr(&output)), (0, String::new()));
        assert_eq!(String::from_utf8(output.stdout).unwrap(), sent);
    }
}

#[test]
fn a_book_larger_than_a_pipe_comes_back_whole() {
    let book = Book::new();
    let items = vec![PLAIN; 5_000].join(",");
    let sent = format!(r#"{{"items":[{items}]}}"#);
    let output = feed(book.input(&sent, &json!({})).as_bytes());
    assert_eq!(code(&output), 0);
    assert!(output.stdout == sent.as_bytes());
}

#[test]
fn nothing_on_stdin_is_wrong_use_and_says_how_to_wire_it() {
    let text = failed(&feed(b""), 2);
    assert!(text.contains("stdin is empty") && text.contains("[preprocessor.database]"), "{text}");
}

#[test]
fn garbage_is_wrong_use() {
    for input in [&b"hello"[..], b"\xff\xfe", b"{}", b"[]", b"[1,2]", b"[{},{\"items\":[]}]"] {
        let text = failed(&feed(input), 2);
        assert!(text.starts_with("error: "), "{text}");
    }
}

#[test]
fn json_that_is_cut_off_is_the_worlds_fault() {
    let whole = Book::new().input(&format!(r#"{{"items":[{PLAIN}]}}"#), &json!({}));
    let text = failed(&feed(&whole.as_bytes()[..whole.len() - 30]), 3);
    assert!(text.contains("cut off"), "{text}");
}

#[test]
fn a_book_of_an_unknown_shape_is_refused_in_one_sentence() {
    let text = failed(&feed(Book::new().input(r#"{"chapters":[]}"#, &json!({})).as_bytes()), 3);
    assert!(text.starts_with("error[unsupported-mdbook]: mdBook 0.5.4 "), "{text}");
    assert!(text.contains(env!("CARGO_PKG_VERSION")) && text.lines().count() == 1, "{text}");
}

#[test]
fn chapters_nested_without_end_are_refused() {
    let deep = r#"{"Chapter":{"content":"","sub_items":["#.repeat(10_000) + &"]}}".repeat(10_000);
    let text = failed(&feed(Book::new().input(&format!(r#"{{"items":[{deep}]}}"#), &json!({})).as_bytes()), 3);
    assert!(text.contains("nested too deeply"), "{text}");
}

#[test]
fn a_missing_facts_file_fails_the_build() {
    let book = Book::new();
    let input = book.input(&format!(r#"{{"items":[{PLAIN}]}}"#), &json!({"facts": "other.toml"}));
    let text = failed(&feed(input.as_bytes()), 1);
    assert!(text.contains("error[missing-facts-file]: the facts file `other.toml` does not exist"), "{text}");
}

#[test]
fn facts_are_looked_for_in_the_root_not_in_the_working_directory() {
    let (book, elsewhere) = (Book::new(), tempfile::tempdir().unwrap());
    let input = book.input(r#"{"items":[]}"#, &json!({}));
    let output = program::fed(program::program(elsewhere.path()), input.as_bytes());
    assert_eq!(code(&output), 0);
}

#[test]
fn a_facts_file_that_cannot_be_read_is_the_worlds_fault() {
    let book = Book::new();
    std::fs::create_dir(book.path().join("facts")).unwrap();
    let input = book.input(r#"{"items":[]}"#, &json!({"facts": "facts"}));
    let text = failed(&feed(input.as_bytes()), 3);
    assert!(text.starts_with("error: failed to read `"), "{text}");
}

#[test]
fn an_unknown_option_is_shown_in_book_toml() {
    let book = Book::new();
    std::fs::write(book.path().join("book.toml"), "[preprocessor.database]\ndraftt = true\n").unwrap();
    let input = book.input(r#"{"items":[]}"#, &json!({"draftt": true}));
    let text = failed(&feed(input.as_bytes()), 1);
    assert!(text.contains("error[unknown-option]: unknown key `draftt` in `[preprocessor.database]`"), "{text}");
    assert!(text.contains("book.toml:2:1"), "{text}");
}

#[test]
fn mdbooks_own_keys_are_no_mistakes() {
    let table = json!({
        "command": "x", "before": [], "after": ["links"], "renderers": ["html"], "optional": true,
    });
    let output = feed(Book::new().input(r#"{"items":[]}"#, &table).as_bytes());
    assert_eq!((code(&output), stderr(&output)), (0, String::new()));
}

#[test]
fn an_untested_host_is_served_in_silence_and_named_when_something_fails() {
    let book = Book::new();
    let later = |table: &Value| book.input(r#"{"items":[]}"#, table).replace("\"0.5.4\"", "\"0.6.1\"");
    let output = feed(later(&json!({})).as_bytes());
    assert_eq!((code(&output), stderr(&output)), (0, String::new()));
    let text = failed(&feed(later(&json!({"erd": 1})).as_bytes()), 1);
    assert!(text.contains("note: ") && text.contains("never tested with mdBook 0.6.1"), "{text}");
}

#[test]
fn a_reader_that_goes_away_is_the_worlds_fault() {
    let book = Book::new();
    let items = vec![PLAIN; 2_000].join(",");
    let mut child = program().stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let input = book.input(&format!(r#"{{"items":[{items}]}}"#), &json!({}));
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = failed(&output, 3);
    assert!(text.starts_with("error: failed to write the book to stdout: "), "{text}");
    assert!(!text.contains("panicked"), "{text}");
}

#[test]
fn nothing_is_written_before_all_is_read() {
    let book = Book::new();
    let mut child = program().stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let input = book.input(&format!(r#"{{"items":[{}]}}"#, vec![PLAIN; 1_000].join(",")), &json!({}));
    let mut stdin = child.stdin.take().unwrap();
    // Nobody reads stdout here: a program that wrote early would fill its pipe, stop reading, and hang this test.
    let (first, last) = input.as_bytes().split_at(input.len() - 1);
    stdin.write_all(first).unwrap();
    std::thread::sleep(Duration::from_millis(20));
    assert!(child.try_wait().unwrap().is_none(), "it waits for the rest");
    stdin.write_all(last).unwrap();
    drop(stdin);
    assert_eq!(code(&child.wait_with_output().unwrap()), 0);
}

#[test]
fn in_github_actions_a_build_annotates_too() {
    let book = Book::new();
    let input = book.input("{\"items\":[]}", &json!({"facts": "no.toml"}));
    let mut command = program();
    command.env("GITHUB_ACTIONS", "true");
    let said = failed(&program::fed(command, input.as_bytes()), 1);
    assert!(said.contains("error[missing-facts-file]"), "{said}");
    assert!(said.contains("::error ") && said.contains("title="), "{said}");
}
