//! What the world does to a program: full disks, files that are none, streams that end. Each is told, nothing is half
//! written, and the exit code is not 0.
//!
//! Run by root, who may write anywhere, these tests say the same as for anybody else.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod disk;
mod program;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::json;

const PAGE: &str = "# Data [TEMPLATE]\n\n## Overview\n\n- **Version:** [e.g., 16]\n";
const FACTS: &str = "[overview]\nversion = \"17.6\"\n";

/// A book with one template and its facts.
fn book() -> tempfile::TempDir {
    disk::directory(&[
        ("book.toml", "[book]\ntitle = \"T\"\n\n[preprocessor.database]\n"),
        ("src/SUMMARY.md", "# Summary\n\n- [Data](data.md)\n"),
        ("src/data.md", PAGE),
        ("database.toml", FACTS),
    ])
}

fn program(root: &Path, arguments: &[&str]) -> Command {
    let mut command = program::program(root);
    command.args(arguments);
    command
}

/// A shell that sets something up and then runs the program.
fn shell(root: &Path, script: &str) -> Command {
    let mut command = Command::new("sh");
    command.current_dir(root).args(["-c", script]).env("P", program::FILE).stdin(Stdio::null());
    command
}

/// Ended by itself with exit code 3 and a message that holds `told`.
#[track_caller]
fn fails(command: &mut Command, told: &str) {
    let Output { status, stderr, .. } = command.output().unwrap();
    let stderr = String::from_utf8(stderr).unwrap();
    assert_eq!(status.code(), Some(3), "{command:?}\n{stderr}");
    assert!(stderr.starts_with("error: ") && stderr.contains(told), "{command:?}\n{stderr}");
    assert!(!stderr.contains("panicked"), "{stderr}");
}

/// Every file and directory below a directory, with what files say.
fn everything(root: &Path) -> BTreeMap<PathBuf, Option<Vec<u8>>> {
    let mut found = BTreeMap::new();
    let mut open = vec![root.to_owned()];
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path.clone());
                found.insert(path, None);
            } else {
                found.insert(path.clone(), fs::read(path).ok());
            }
        }
    }
    found
}

/// What mdBook sends for the book.
fn sent(root: &Path) -> Vec<u8> {
    let context = json!({ "root": root, "config": {}, "renderer": "html", "mdbook_version": "0.5.4" });
    let chapter = json!({ "Chapter": {
        "name": "Data", "content": PAGE, "number": null, "sub_items": [], "path": "data.md", "source_path": "data.md",
        "parent_names": [],
    } });
    json!([context, { "items": [chapter] }]).to_string().into_bytes()
}

const TO_STDOUT: &[&[&str]] = &[
    &["render"],
    &["outline"],
    &["outline", "--format", "json"],
    &["check", "--format", "json", "--coverage"],
    &["check", "--format", "sarif"],
    &["schema"],
    &["completions", "bash"],
    &["init", "--dry-run"],
    &["--help"],
    &["--version"],
];

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_behind_stdout_is_told() {
    let book = book();
    for arguments in TO_STDOUT {
        let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let Output { status, stderr, .. } = program(book.path(), arguments).stdout(full).output().unwrap();
        let stderr = String::from_utf8(stderr).unwrap();
        assert_eq!(status.code(), Some(3), "{arguments:?} {stderr}");
        assert!(stderr.contains("No space left"), "{arguments:?} {stderr}");
    }
    fails(&mut program(book.path(), &["render", "-o", "/dev/full"]), "failed to write `/dev/full`: No space left");
}

#[test]
fn a_reader_that_goes_away_is_told() {
    let book = book();
    for arguments in TO_STDOUT {
        // Nobody holds the other end.
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let Output { status, stderr, .. } = program(book.path(), arguments).stdout(writer).output().unwrap();
        let stderr = String::from_utf8(stderr).unwrap();
        assert_eq!(status.code(), Some(3), "{arguments:?} {stderr}");
        assert!(stderr.contains("Broken pipe") && !stderr.contains("panicked"), "{arguments:?} {stderr}");
    }
}

/// The standard library opens `/dev/null` in place of a stream that is closed when the program starts, which nothing
/// tells from a caller's own `/dev/null`: some open theirs for reading and writing, too. So this is no failure; nobody
/// is there to miss the output. mdBook always has a pipe there.
#[test]
fn a_closed_stdout_is_as_good_as_none() {
    let book = book();
    for script in ["\"$P\" render >&-", "\"$P\" render >&- 2>&-", "\"$P\" outline <&- >&-"] {
        let Output { status, stderr, .. } = shell(book.path(), script).output().unwrap();
        assert_eq!((status.code(), stderr), (Some(0), Vec::new()), "{script}");
    }
    let output = shell(book.path(), "\"$P\" <&-").output().unwrap();
    assert_eq!(output.status.code(), Some(2), "no book came in");
    assert!(output.stdout.is_empty());
}

#[test]
fn a_book_cut_off_anywhere_is_refused_and_nothing_comes_out() {
    let book = book();
    let whole = sent(book.path());
    let Output { status, stdout, .. } = program::fed(program(book.path(), &[]), &whole);
    assert!(status.success() && String::from_utf8(stdout).unwrap().contains("17.6"));
    for part in 0..20 {
        let Output { status, stdout, stderr } =
            program::fed(program(book.path(), &[]), &whole[..whole.len() * part / 20]);
        let stderr = String::from_utf8(stderr).unwrap();
        assert!(matches!(status.code(), Some(2 | 3)), "{part} {stderr}");
        assert!(stdout.is_empty() && stderr.starts_with("error"), "{part} {stderr}");
    }
}

#[test]
fn a_directory_where_a_file_belongs_is_named() {
    for name in ["book.toml", "database.toml", "src/SUMMARY.md", "src/data.md"] {
        let book = book();
        let path = book.path().join(name);
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
        for arguments in [&["check"][..], &["render"], &["outline"], &["init"]] {
            fails(&mut program(book.path(), arguments), name.rsplit('/').next().unwrap());
        }
    }
    let book = book();
    fails(&mut program(book.path(), &["render", "-o", "src"]), "failed to write `src`");
}

#[test]
fn a_file_that_is_no_text_is_named() {
    for name in ["book.toml", "src/SUMMARY.md", "src/data.md"] {
        let book = book();
        fs::write(book.path().join(name), b"# A\xff\n").unwrap();
        fails(&mut program(book.path(), &["check"]), name);
        fails(&mut program(book.path(), &["init"]), name);
    }
    let book = book();
    fs::write(book.path().join("database.toml"), b"a = \"\xff\"\n").unwrap();
    let Output { status, stderr, .. } = program(book.path(), &["check"]).output().unwrap();
    let stderr = String::from_utf8(stderr).unwrap();
    assert_eq!(status.code(), Some(1), "{stderr}");
    assert!(stderr.contains("`database.toml` is not UTF-8 text") && stderr.contains("database.toml:1:6"), "{stderr}");
}

/// Root may read everything but what is not there; the others also meet what they may not read.
#[test]
fn a_file_that_cannot_be_read_is_named() {
    let book = book();
    let facts = book.path().join("database.toml");
    fs::set_permissions(&facts, fs::Permissions::from_mode(0o000)).unwrap();
    if fs::read(&facts).is_err() {
        fails(&mut program(book.path(), &["check"]), "database.toml`: Permission denied");
    }
    fs::remove_file(&facts).unwrap();
    symlink("database.toml", &facts).unwrap();
    fails(&mut program(book.path(), &["check"]), "failed to read `");
    fs::remove_file(&facts).unwrap();
    symlink("gone.toml", &facts).unwrap();
    let Output { status, stderr, .. } = program(book.path(), &["check"]).output().unwrap();
    assert_eq!(status.code(), Some(1));
    assert!(String::from_utf8(stderr).unwrap().contains("missing-facts-file"));
}

/// With files of a limited size some of what `init` writes fits, and some does not, as on a disk that fills up.
#[test]
fn init_writes_all_of_its_files_or_none() {
    for blocks in [0, 1, 4, 16, 32] {
        let directory = tempfile::tempdir().unwrap();
        let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$P\" init --new book");
        let status = shell(directory.path(), &script).output().unwrap().status;
        if status.success() {
            continue;
        }
        fails(&mut shell(directory.path(), &script), "File too large");
        assert_eq!(everything(directory.path()), BTreeMap::new(), "{blocks} blocks");
    }
    let book = book();
    fs::write(book.path().join("src/data.md"), format!("{PAGE}- **Size:** [e.g., 1 GB]\n")).unwrap();
    let before = everything(book.path());
    fails(&mut shell(book.path(), "trap '' XFSZ; ulimit -f 1; exec \"$P\" init"), "File too large");
    assert_eq!(everything(book.path()), before);
    assert!(program(book.path(), &["init"]).output().unwrap().status.success(), "and then it can");
}

#[test]
fn where_nothing_may_be_written_init_leaves_all_as_it_is() {
    let book = book();
    fs::write(book.path().join("src/data.md"), format!("{PAGE}- **Size:** [e.g., 1 GB]\n")).unwrap();
    let before = everything(book.path());
    fs::set_permissions(book.path(), fs::Permissions::from_mode(0o555)).unwrap();
    // Root writes anyway.
    if fs::write(book.path().join("probe"), "").is_err() {
        fails(&mut program(book.path(), &["init"]), "Permission denied");
        fails(
            &mut program(book.path(), &["render", "--draft", "-o", "new.md"]),
            "failed to write `new.md`: Permission denied",
        );
        fs::set_permissions(book.path(), fs::Permissions::from_mode(0o755)).unwrap();
        assert_eq!(everything(book.path()), before);
    }
}

#[test]
fn an_output_is_replaced_whole_or_stays() {
    let book = book();
    let page = book.path().join("page.md");
    fs::write(&page, "old").unwrap();
    fs::write(book.path().join("database.toml"), format!("[overview]\nversion = \"{}\"\n", "x".repeat(100_000)))
        .unwrap();
    fails(&mut shell(book.path(), "trap '' XFSZ; ulimit -f 16; exec \"$P\" render -o page.md"), "File too large");
    assert_eq!(fs::read_to_string(&page).unwrap(), "old");
    assert_eq!(fs::read_dir(book.path()).unwrap().count(), 4);
}
