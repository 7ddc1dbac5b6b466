//! Golden cases: each directory of `tests/ui` is a small book, run through the built program as mdBook runs it.
//!
//! | file | what it is |
//! |---|---|
//! | `chapter.md` | the one chapter, a template; or a folder `src` of chapters, in the order of their names |
//! | `database.toml` … | the facts |
//! | `book.toml` | the configuration; without one, `chapter.md` is declared a template |
//! | `environment` | lines `NAME=value` for the program |
//! | `input.json` | what is sent, in place of all of the above |
//! | `expected.md`, or `expected/NAME.md` | the chapters that come out, where they differ from what went in |
//! | `expected.stderr` | what is said to people |
//! | `expected.json` | the same for programs, of cases that fail |
//!
//! Cases named `err_*` fail. `SNAPSHOTS=overwrite cargo test --test ui` writes what is expected anew: read the
//! difference before it is committed, for what is right is what the guide says.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod disk;
mod program;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use mdbook_database::diagnostic::Code;
use mdbook_preprocessor::PreprocessorContext;
use mdbook_preprocessor::book::{Book, BookItem, Chapter};
use mdbook_preprocessor::config::Config;
use serde_json::Value;
use snapbox::Data;

/// One directory of `tests/ui`.
struct Case {
    directory: PathBuf,
}

/// The files that a run should have written, by path in the case.
type Expected = BTreeMap<PathBuf, String>;

impl Case {
    fn all() -> Vec<Case> {
        let entries = fs::read_dir(directory()).unwrap().map(|entry| entry.unwrap().path());
        let mut cases: Vec<_> = entries.filter(|path| path.is_dir()).map(|directory| Case { directory }).collect();
        cases.sort_by(|a, b| a.directory.cmp(&b.directory));
        cases
    }

    fn name(&self) -> &str {
        self.directory.file_name().unwrap().to_str().unwrap()
    }

    fn fails(&self) -> bool {
        self.name().starts_with("err_")
    }

    fn has(&self, file: &str) -> bool {
        self.directory.join(file).exists()
    }

    fn config(&self) -> Config {
        let mut config = if self.has("book.toml") {
            Config::from_disk(self.directory.join("book.toml")).unwrap()
        } else {
            let mut config = Config::default();
            config.set("preprocessor.database.templates", ["chapter.md"]).unwrap();
            config
        };
        if !self.has("src") {
            config.book.src = PathBuf::new();
        }
        config
    }

    /// Paths in `src` and texts, without a byte order mark, which mdBook takes away.
    fn chapters(&self) -> Vec<(PathBuf, String)> {
        let src = self.directory.join(if self.has("src") { "src" } else { "" });
        let paths = disk::files(&src);
        let chapter = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "md");
        let names = paths.iter().filter(|path| self.has("src") || path.ends_with("chapter.md"));
        let read = |path: &PathBuf| {
            let text = fs::read_to_string(path).unwrap();
            let text = text.strip_prefix('\u{feff}').unwrap_or(&text).to_owned();
            (path.strip_prefix(&src).unwrap().to_owned(), text)
        };
        names.filter(|path| chapter(path)).map(read).collect()
    }

    fn input(&self) -> Vec<u8> {
        if self.has("input.json") {
            return fs::read(self.directory.join("input.json")).unwrap();
        }
        let context = PreprocessorContext::new(self.directory.clone(), self.config(), "html".to_owned());
        let items = self.chapters().into_iter().map(|(path, text)| {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            BookItem::Chapter(Chapter::new(&name, text, path, Vec::new()))
        });
        serde_json::to_vec(&(&context, &Book::new_with_items(items.collect()))).unwrap()
    }

    fn run(&self, format: &str) -> Output {
        let mut command = program::program(&self.directory);
        command.env("MDBOOK_DATABASE_FORMAT", format);
        if let Ok(environment) = fs::read_to_string(self.directory.join("environment")) {
            command.envs(environment.lines().filter_map(|line| line.split_once('=')));
        }
        program::fed(command, &self.input())
    }

    /// What a run of the case writes, or what is wrong with it before anything is compared.
    fn written(&self) -> Result<Expected, String> {
        let human = self.run("human");
        let stderr = String::from_utf8(human.stderr).unwrap();
        if human.status.success() == self.fails() {
            return Err(format!("ended with {}\n{stderr}", human.status));
        }
        let mut written = Expected::new();
        if !stderr.is_empty() {
            written.insert("expected.stderr".into(), stderr);
        }
        if !self.fails() {
            self.pages(&human.stdout, &mut written);
            return Ok(written);
        }
        if !human.stdout.is_empty() {
            return Err("stdout of a failure is not empty".to_owned());
        }
        if human.status.code() != Some(1) && !self.has("input.json") {
            return Err(format!("ended with {}", human.status));
        }
        written.insert("expected.json".into(), String::from_utf8(self.run("json").stderr).unwrap());
        Ok(written)
    }

    /// The chapters that changed.
    fn pages(&self, stdout: &[u8], written: &mut Expected) {
        let book: Value = serde_json::from_slice(stdout).unwrap();
        let items = book["items"].as_array().unwrap();
        for (item, (path, text)) in items.iter().zip(self.chapters()) {
            let content = item["Chapter"]["content"].as_str().unwrap();
            let file = if self.has("src") { Path::new("expected").join(path) } else { "expected.md".into() };
            if content != text {
                written.insert(file, content.to_owned());
            }
        }
    }

    fn check(&self) -> Result<(), String> {
        let written = self.written()?;
        let expected = disk::files(&self.directory);
        let of_case = expected.iter().map(|path| path.strip_prefix(&self.directory).unwrap());
        let known: BTreeSet<&Path> = of_case.filter(|path| path.to_string_lossy().starts_with("expected")).collect();
        if std::env::var_os("SNAPSHOTS").is_some_and(|action| action == "overwrite") {
            self.bless(&written, &known);
            return Ok(());
        }
        let unused: Vec<_> = known.iter().filter(|path| !written.contains_key(**path)).collect();
        if !unused.is_empty() {
            return Err(format!("the run wrote nothing for {unused:?}"));
        }
        let mut differences = String::new();
        for (path, text) in &written {
            let expected = fs::read(self.directory.join(path)).unwrap_or_default();
            let expected = Data::text(String::from_utf8(expected).unwrap()).raw();
            let actual = Data::text(text.clone()).raw();
            if let Err(difference) = snapbox::Assert::new().try_eq(Some(&path.display()), actual, expected) {
                differences.push_str(&difference.to_string());
            }
        }
        if differences.is_empty() { Ok(()) } else { Err(differences) }
    }

    fn bless(&self, written: &Expected, known: &BTreeSet<&Path>) {
        for path in known.iter().filter(|path| !written.contains_key(**path)) {
            fs::remove_file(self.directory.join(path)).unwrap();
        }
        for (path, text) in written {
            disk::write(&self.directory.join(path), text);
        }
    }
}

fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ui")
}

#[test]
fn every_case_comes_out_as_expected() {
    let mut failed = String::new();
    let cases = Case::all();
    let wanted = std::env::var("CASE").unwrap_or_default();
    for case in cases.iter().filter(|case| case.name().contains(&wanted)) {
        if let Err(reason) = case.check() {
            failed.push_str(&format!("\n==== {}\n{reason}\n", case.name()));
        }
    }
    assert!(failed.is_empty(), "{failed}");
}

#[test]
fn every_case_says_what_it_expects() {
    for case in Case::all() {
        let name = case.name();
        if case.fails() {
            assert!(case.has("expected.stderr") && case.has("expected.json"), "{name}");
        } else {
            let silent = case.has("unchanged");
            assert!(case.has("expected.md") || case.has("expected") || silent, "{name}");
        }
        assert!(case.has("chapter.md") || case.has("src") || case.has("input.json"), "{name}");
    }
}

#[test]
fn a_third_of_the_cases_fail() {
    let cases = Case::all();
    let failing = cases.iter().filter(|case| case.fails()).count();
    assert!(failing * 3 >= cases.len(), "{failing} of {}", cases.len());
}

#[test]
fn every_code_has_a_failing_case_and_a_section_in_the_guide() {
    let cases = Case::all();
    let failing = cases.iter().filter(|case| case.fails());
    let said: String =
        failing.map(|case| fs::read_to_string(case.directory.join("expected.stderr")).unwrap_or_default()).collect();
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("book-example/src/guide/messages.md");
    let guide = fs::read_to_string(guide).unwrap_or_default();
    for code in Code::ALL {
        let name = code.as_str();
        assert!(said.contains(&format!("error[{name}]")), "no failing case for `{name}`");
        let section = format!("## {name}");
        assert!(guide.is_empty() || guide.lines().any(|line| line == section), "`{name}` is not in the guide");
    }
}
