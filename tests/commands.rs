//! The commands as a user types them, over real files: what is printed where, and the exit code.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod disk;
mod program;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use program::{program, text};
use serde_json::Value;

/// A book on disk.
struct Book {
    directory: tempfile::TempDir,
}

const TEMPLATE: &str = "# Data [TEMPLATE]\n\n## 1. Overview\n\n[Describe it:]\n\n- **Version:** [e.g., 16]\n- **Größe:** [size]\n\n\
                        ## 2. Cache\n\n[If using caching:]\n- TTL\n\n## 3. Pool\n\n[Describe the pool:]\n- Pool size\n- Idle timeout\n";
const COMPLETE: &str =
    "[overview]\nversion = \"16\"\n\"größe\" = \"1 GB\"\n\n[pool]\npool_size = 20\nidle_timeout = \"5 s\"\n";
const INCOMPLETE: &str = "[overview]\nversion = \"16\"\n\n[pool]\npool_size = 20\nidle_timeout = \"5 s\"\n";

impl Book {
    /// The book in `docs`, so that the current directory is another one.
    fn new(facts: &str) -> Self {
        Book::with(&[("database.toml", facts)])
    }

    fn with(files: &[(&str, &str)]) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let book = Book { directory };
        book.write("docs/book.toml", "[book]\ntitle = \"T\"\n\n[preprocessor.database]\n");
        book.write("docs/src/SUMMARY.md", "# Summary\n\n- [Start](start.md)\n- [Data](data.md)\n");
        book.write("docs/src/start.md", "# Start\n\nVersion [overview.version].\n");
        book.write("docs/src/data.md", TEMPLATE);
        for (name, text) in files {
            book.write(&format!("docs/{name}"), text);
        }
        book
    }

    fn write(&self, name: &str, text: &str) {
        disk::write(&self.path(name), text);
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        self.run_with(arguments, &[])
    }

    fn run_with(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Ran {
        Ran::of(self.directory.path(), arguments, environment)
    }
}

/// What came of a command.
struct Ran {
    exit: i32,
    out: String,
    err: String,
}

impl Ran {
    fn of(directory: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let mut command = program(directory);
        command.args(arguments).envs(environment.iter().copied());
        let Output { status, stdout, stderr } = command.output().unwrap();
        Ran { exit: status.code().expect("ended by itself"), out: text(stdout), err: text(stderr) }
    }

    #[track_caller]
    fn exits(self, exit: i32) -> Self {
        assert_eq!(self.exit, exit, "stdout:\n{}\nstderr:\n{}", self.out, self.err);
        self
    }
}

#[test]
fn a_complete_book_passes_the_check() {
    let ran = Book::new(COMPLETE).run(&["check", "docs"]).exits(0);
    assert_eq!(ran.out, "");
    assert!(ran.err.contains("data.md is complete"), "{}", ran.err);
}

#[test]
fn an_incomplete_book_fails_it_with_the_message_of_the_build() {
    let ran = Book::new(INCOMPLETE).run(&["check", "docs"]).exits(1);
    assert_eq!(ran.out, "", "messages for people are on stderr");
    for part in ["error[unfilled-placeholder]", "src/data.md:5:1", "\"größe\" = \"\"", "(2 of 3 complete)"] {
        assert!(ran.err.contains(part), "{part}: {}", ran.err);
    }
    assert!(!ran.err.contains('\u{1b}'), "no colour in a pipe");
    let colored = Book::new(INCOMPLETE).run(&["check", "docs", "--color", "always"]).exits(1);
    assert!(colored.err.contains('\u{1b}'));
}

#[test]
fn a_book_without_its_facts_file_has_one_mistake() {
    let ran = Book::with(&[]).run(&["check", "docs", "--format", "short"]).exits(1);
    assert!(ran.err.starts_with("docs/book.toml") && ran.err.contains("missing-facts-file"), "{}", ran.err);
    assert!(!ran.err.contains("unfilled-placeholder"), "{}", ran.err);
}

#[test]
fn formats_for_programs_are_on_stdout() {
    let book = Book::new(INCOMPLETE);
    for format in ["json", "github", "sarif"] {
        let ran = book.run(&["check", "docs", "--format", format]).exits(1);
        assert_eq!(ran.err, "", "{format}");
        assert!(ran.out.contains("unfilled-placeholder"), "{format}: {}", ran.out);
    }
    let json = book.run(&["check", "docs", "--format", "json"]).out;
    let last: Value = serde_json::from_str(json.lines().last().unwrap()).unwrap();
    assert_eq!((&last["type"], &last["failed"]), (&"summary".into(), &true.into()));
    assert!(json.contains("\"path\":\"src/data.md\""), "from the root of the book: {json}");
}

#[test]
fn forges_get_names_from_the_root_of_the_repository() {
    let book = Book::new(INCOMPLETE);
    fs::create_dir(book.path(".git")).unwrap();
    for arguments in [["check", "docs", "--format", "github"], ["check", "docs", "--format", "sarif"]] {
        let out = book.run(&arguments).exits(1).out;
        assert!(out.contains("docs/src/data.md") && out.contains("docs/database.toml"), "{out}");
    }
    let inside = Ran::of(&book.path("docs"), &["check", "--format", "github"], &[]).exits(1);
    assert!(inside.out.contains("file=docs/src/data.md"), "{}", inside.out);
}

#[test]
fn coverage_is_a_table_of_sections() {
    let ran = Book::new(INCOMPLETE).run(&["check", "docs", "--coverage", "--format", "short"]).exits(1);
    assert!(ran.out.contains("1. Overview  █████") && ran.out.contains("3. Pool"), "{}", ran.out);
    let overview = ran.out.lines().next().unwrap();
    assert!(overview.ends_with("33 %  1/3"), "{}", ran.out);
    let json = Book::new(INCOMPLETE).run(&["check", "docs", "--coverage", "--format", "json"]).exits(1).out;
    let lines: Vec<Value> = json.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(lines.iter().any(|line| line["type"] == "coverage" && line["section"] == "pool" && line["filled"] == 3));
}

#[test]
fn the_bar_can_be_raised_step_by_step() {
    let book = Book::new(INCOMPLETE);
    let below = book.run(&["check", "docs", "--min-coverage", "50"]).exits(0);
    assert!(below.err.contains("warning[unfilled-placeholder]"), "{}", below.err);
    let above = book.run(&["check", "docs", "--min-coverage", "90"]).exits(1);
    assert!(above.err.contains("`--min-coverage` asks for 90 %"), "{}", above.err);
    Book::new(COMPLETE).run(&["check", "docs", "--min-coverage", "100"]).exits(0);
    let wrong = format!("{COMPLETE}\n[nonsense]\nx = 1\n");
    Book::new(&wrong).run(&["check", "docs", "--min-coverage", "50"]).exits(1);
}

#[test]
fn a_draft_only_warns_whoever_asks_for_it() {
    let draft = [("MDBOOK_PREPROCESSOR__DATABASE__DRAFT", "true")];
    let ran = Book::new(INCOMPLETE).run_with(&["check", "docs"], &draft).exits(0);
    assert!(ran.err.contains("warning[unfilled-placeholder]"), "{}", ran.err);
}

#[test]
fn wrong_use_is_told_from_a_broken_world() {
    let book = Book::new(COMPLETE);
    for arguments in [
        &["check", "nowhere"][..],
        &["check", "docs", "--format", "xml"],
        &["check", "docs", "--min-coverage", "101"],
        &["check", "docs", "--color", "sometimes"],
    ] {
        assert_ne!(book.run(arguments).exits(2).err, "");
    }
    assert!(book.run(&["chek"]).exits(2).err.contains("'check'"), "a misspelt command gets a suggestion");
    let empty = tempfile::tempdir().unwrap();
    assert!(Ran::of(empty.path(), &["check"], &[]).exits(2).err.contains("init --new"));
    fs::remove_file(book.path("docs/src/SUMMARY.md")).unwrap();
    assert!(book.run(&["check", "docs"]).exits(3).err.contains("SUMMARY.md"));
}

#[test]
fn a_book_whose_build_does_not_check_is_pointed_out() {
    let book = Book::new(COMPLETE);
    assert!(!book.run(&["check", "docs"]).exits(0).err.contains("[preprocessor.database]"));
    book.write("docs/book.toml", "[book]\ntitle = \"T\"\n");
    assert!(book.run(&["check", "docs"]).exits(0).err.contains("no `[preprocessor.database]`"));
}

#[test]
fn a_book_without_a_template_is_pointed_out() {
    let book = Book::new("");
    book.write("docs/src/data.md", "# Data\n");
    book.write("docs/src/start.md", "# Start\n");
    assert!(book.run(&["check", "docs"]).exits(0).err.contains("no chapter of this book is a template"));
}

#[test]
fn the_outline_lists_addresses_of_books_chapters_and_files() {
    let book = Book::new(INCOMPLETE);
    let tree = book.run(&["outline", "docs"]).exits(0);
    assert!(tree.out.contains("missing   overview.größe") && tree.out.contains("1. Overview  █"), "{}", tree.out);
    let chapter = book.run(&["outline", "docs/src/data.md"]).exits(0);
    assert_eq!(chapter.out, tree.out, "the only template of the book");
    let alone = book.run(&["outline", "docs/src/start.md", "--facts", "docs/database.toml"]).exits(0);
    assert!(alone.out.contains("missing   overview_version"), "a file by itself is a template: {}", alone.out);
}

#[test]
fn the_outline_as_json_has_a_status_for_each_placeholder() {
    let out = Book::new(INCOMPLETE).run(&["outline", "docs", "--format", "json"]).exits(0).out;
    let entries: Vec<Value> = serde_json::from_str(&out).unwrap();
    let of = |address: &str| entries.iter().find(|entry| entry["address"] == address).unwrap();
    assert_eq!(
        (&of("overview.version")["status"], &of("overview.größe")["status"]),
        (&"filled".into(), &"missing".into())
    );
    assert_eq!(
        (&of("cache.ttl")["status"], &of("pool.description")["status"]),
        (&"optional".into(), &"removed".into())
    );
    assert_eq!(entries[0]["chapter"], "data.md");
}

#[test]
fn the_check_sees_what_links_puts_into_a_template_before() {
    let book = |order: &str| {
        let book_toml = format!("[book]\ntitle = \"T\"\n\n[preprocessor.database]\n{order}\n");
        Book::with(&[
            ("book.toml", &book_toml),
            ("database.toml", "[own]\nversion = \"16\"\n"),
            ("src/start.md", "# Start\n"),
            ("src/parts/size.md", "## Size\n\nHere: [how much]\n"),
            ("src/data.md", "# Data [TEMPLATE]\n\n{{#include parts/size.md}}\n\n## Own\n\n- **Version:** [v]\n"),
        ])
    };
    let after = book("after = [\"links\"]");
    let ran = after.run(&["check", "docs"]).exits(1);
    assert!(ran.err.contains("no fact for `size.here`") && ran.err.contains("earlier preprocessor"), "{}", ran.err);
    after.write("docs/database.toml", "[own]\nversion = \"16\"\n[size]\nhere = \"1 GB\"\n");
    after.run(&["check", "docs"]).exits(0);
    let page = after.run(&["render", "docs"]).exits(0).out;
    assert!(page.contains("## Size\n\nHere: 1 GB\n"), "{page}");
    let ran = book("").run(&["check", "docs"]).exits(1);
    assert!(ran.err.contains("error[included-placeholder]"), "{}", ran.err);
    book("after = [\"links\"]\n[build]\nuse-default-preprocessors = false").run(&["check", "docs"]).exits(0);
}

#[test]
fn the_outline_needs_no_facts_file() {
    let ran = Book::with(&[]).run(&["outline", "docs"]).exits(0);
    assert!(ran.out.contains("missing   overview.version"), "{}", ran.out);
    assert_eq!(ran.err, "");
}

#[test]
fn the_outline_says_that_facts_cannot_be_read() {
    let ran = Book::new("[overview\n").run(&["outline", "docs"]).exits(1);
    assert!(ran.err.contains("error[invalid-toml]"), "{}", ran.err);
}

#[test]
fn a_page_is_rendered_from_a_book_or_from_files() {
    let book = Book::new(COMPLETE);
    let page = book.run(&["render", "docs"]).exits(0);
    assert!(page.out.starts_with("# Data\n\n## 1. Overview\n\n- **Version:** 16\n- **Größe:** 1 GB\n"), "{}", page.out);
    assert_eq!(page.err.matches("error").count(), 0, "{}", page.err);
    assert_eq!(book.run(&["render", "docs", "data.md"]).exits(0).out, page.out);
    assert_eq!(book.run(&["render", "docs/src/data.md"]).exits(0).out, page.out);
    let files = book.run(&["render", "docs/src/data.md", "--facts", "docs/database.toml"]).exits(0);
    assert_eq!(files.out, page.out);
    let other = book.run(&["render", "docs", "src/start.md"]).exits(0);
    assert_eq!(other.out, "# Start\n\nVersion 16.\n");
}

#[test]
fn a_page_is_rendered_whatever_another_of_the_same_name_lacks() {
    let summary = "# Summary\n\n- [Data](data.md)\n- [Data of others](others/data.md)\n";
    let book = Book::with(&[
        ("src/SUMMARY.md", summary),
        ("src/others/data.md", "# Others [TEMPLATE]\n\n## 9. Others\n\n- **Owner:** [who]\n"),
        ("database.toml", COMPLETE),
    ]);
    let ran = book.run(&["render", "docs", "data.md"]).exits(0);
    assert!(ran.out.contains("- **Version:** 16") && !ran.err.contains("others"), "{}\n{}", ran.out, ran.err);
    book.run(&["render", "docs", "others/data.md"]).exits(1);
}

#[test]
fn a_page_is_written_whole_or_not_at_all() {
    let book = Book::new(COMPLETE);
    let ran = book.run(&["render", "docs", "-o", "out/page.md"]).exits(0);
    assert_eq!(ran.out, "");
    let page = fs::read_to_string(book.path("out/page.md")).unwrap();
    book.write("docs/database.toml", INCOMPLETE);
    let failed = book.run(&["render", "docs", "-o", "out/page.md"]).exits(1);
    assert!(failed.err.contains("overview.größe") && failed.out.is_empty(), "{}", failed.err);
    assert_eq!(fs::read_to_string(book.path("out/page.md")).unwrap(), page, "the old page is still there");
    let draft = book.run(&["render", "docs", "--draft"]).exits(0);
    assert!(draft.out.contains("[size]") && draft.err.contains("warning["), "{}", draft.out);
}

#[test]
fn a_page_does_not_take_the_place_of_what_it_is_made_from() {
    let book = Book::new(COMPLETE);
    for input in ["docs/src/data.md", "docs/src/../database.toml"] {
        let before = fs::read(book.path(input)).unwrap();
        let refused = book.run(&["render", "docs", "-o", input]).exits(2);
        assert!(refused.err.contains("is what the page is made from"), "{}", refused.err);
        assert_eq!(fs::read(book.path(input)).unwrap(), before);
    }
}

#[test]
fn what_cannot_be_rendered_is_said() {
    let book = Book::new(COMPLETE);
    assert!(book.run(&["render", "docs", "dat.md"]).exits(2).err.contains("the nearest is `data.md`"));
    assert!(book.run(&["render", "no.md"]).exits(3).err.contains("no.md"));
    assert!(book.run(&["render", "docs/src/data.md", "--facts", "no.toml"]).exits(3).err.contains("no.toml"));
    assert!(book.run(&["render", "docs", "--facts", "docs/database.toml"]).exits(2).err.contains("book.toml"));
    book.write("docs/src/start.md", "<!-- template -->\n# Start\n\n[what]\n");
    assert!(book.run(&["render", "docs"]).exits(2).err.contains("render . start.md"));
}

#[test]
fn what_a_draft_lacks_is_marked_in_books_and_not_in_markdown() {
    let page = Book::new(INCOMPLETE).run(&["render", "docs", "--draft"]).exits(0).out;
    assert!(page.contains("- **Größe:** [size]\n"), "{page}");
    assert!(!page.contains("<mark") && !page.contains("<style"), "{page}");
}

#[test]
fn a_file_that_is_rendered_without_any_facts_is_wrong_use() {
    let book = Book::new(COMPLETE);
    book.write("lone.md", "# T\n\n## A\n\n- **X:** [x]\n");
    let ran = book.run(&["render", "lone.md"]).exits(2);
    assert!(ran.err.contains("--facts"), "{}", ran.err);
    book.write("database.toml", "a.x = 1\n");
    assert!(book.run(&["render", "lone.md"]).exits(0).out.contains("- **X:** 1\n"));
}

#[test]
fn facts_are_not_unused_where_a_broken_configuration_may_hide_a_template() {
    let said = |book_toml: &str| {
        let facts = format!("{COMPLETE}[other]\nx = 1\n");
        let book = Book::with(&[("book.toml", book_toml), ("database.toml", &facts)]);
        book.run(&["check", "docs", "--format", "short"]).err
    };
    assert!(said("[preprocessor.database]\n").contains("unused-fact"));
    let broken = said("[preprocessor.database]\n\n[output.html\n");
    assert!(broken.contains("invalid-toml") && !broken.contains("unused-fact"), "{broken}");
}

#[test]
fn the_schema_is_json_for_one_facts_file() {
    let book = Book::new(COMPLETE);
    let schema: Value = serde_json::from_str(&book.run(&["schema", "docs"]).exits(0).out).unwrap();
    assert_eq!(schema["$schema"], "http://json-schema.org/draft-07/schema#");
    let pool = &schema["properties"]["pool"]["properties"];
    assert!(pool["pool_size"].is_object() && pool["description"]["description"] == "Describe the pool:", "{pool}");
    assert!(book.run(&["schema", "docs", "--facts", "no.toml"]).exits(2).err.contains("no.toml"));
    book.write("docs/book.toml", "[preprocessor.database]\nfacts = [\"database.toml\", \"more.toml\"]\n");
    book.write("docs/more.toml", "");
    let second: Value =
        serde_json::from_str(&book.run(&["schema", "docs", "--facts", "more.toml"]).exits(0).out).unwrap();
    assert_eq!(second["properties"], schema["properties"], "any file of a set may hold any of its facts");
    book.write("docs/src/data.md", "# Data\n");
    assert!(book.run(&["schema", "docs"]).exits(2).err.contains("no template"));
}

#[test]
fn completions_name_every_command() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let out = Ran::of(Path::new("."), &["completions", shell], &[]).exits(0).out;
        for command in ["init", "outline", "check", "render", "schema", "min-coverage"] {
            assert!(out.contains(command), "{shell}: {command}");
        }
    }
    Ran::of(Path::new("."), &["completions", "tcsh"], &[]).exits(2);
}

#[cfg(unix)]
/// What a shell makes of `script` after the completions; `None` without that shell.
fn shell(name: &str, options: &[&str], script: &str) -> Option<String> {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("completions");
    fs::write(&file, Ran::of(Path::new("."), &["completions", name], &[]).exits(0).out).unwrap();
    let script = script.replace("FILE", file.to_str().unwrap());
    let mut command = Command::new(name);
    command.args(options).args(["-c", &script]).current_dir(directory.path()).stdin(Stdio::null());
    let output = command.output().ok()?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).unwrap())
}

#[cfg(unix)]
#[test]
fn bash_completes_the_words_of_each_command() {
    let script = "source FILE
complete -p mdbook-database
try() {
    COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); COMPREPLY=()
    _mdbook__database mdbook-database \"${COMP_WORDS[COMP_CWORD]}\" \"${COMP_WORDS[COMP_CWORD - 1]}\"
    echo \"$*: ${COMPREPLY[*]}\"
}
try mdbook-database ou
try mdbook-database check --
try mdbook-database check --format s
try mdbook-database completions z";
    let Some(out) = shell("bash", &["--norc"], script) else { return };
    for line in [
        "-F _mdbook__database",
        "mdbook-database ou: outline\n",
        "check --: --format --color --coverage --min-coverage",
        "check --format s: short sarif\n",
        "completions z: zsh\n",
    ] {
        assert!(out.contains(line), "{line}: {out}");
    }
}

#[cfg(unix)]
#[test]
fn zsh_and_fish_read_their_completions() {
    let zsh = "autoload -U compinit && compinit -u -d ./dump && source FILE && print $_comps[mdbook-database]";
    if let Some(out) = shell("zsh", &["-f"], zsh) {
        assert_eq!(out.trim(), "_mdbook-database");
    }
    let fish = "source FILE; complete -C 'mdbook-database ou'; complete -C 'mdbook-database check --format s'";
    if let Some(out) = shell("fish", &[], fish) {
        assert!(out.contains("outline") && out.contains("sarif") && out.contains("short"), "{out}");
    }
}

#[test]
fn a_book_nearby_is_named_and_not_taken() {
    let book = Book::new(COMPLETE);
    let src = book.path("docs/src");
    let err = Ran::of(&src, &["check"], &[]).exits(2).err;
    assert!(err.contains("no `book.toml` in this directory") && err.contains("a book in `..`: go there"), "{err}");
    let err = book.run(&["check", "docs/src"]).exits(2).err;
    assert!(err.contains(&format!("write `{}`", Path::new("docs/src/..").display())), "{err}");
    let err = book.run(&["check"]).exits(2).err;
    assert!(err.contains("a book in `docs`"), "{err}");
    for command in ["check", "init", "schema"] {
        let err = book.run(&[command, "docs/src/data.md"]).exits(2).err;
        assert!(err.contains("is a file") && err.contains("render docs/src/data.md --facts"), "{command}: {err}");
    }
    assert!(book.run(&["check", "dosc"]).exits(2).err.contains("no directory `dosc`"));
}

#[test]
fn the_manual_has_a_page_for_each_command() {
    let directory = tempfile::tempdir().unwrap();
    let page = Ran::of(directory.path(), &["man"], &[]).exits(0).out;
    assert!(page.contains(".TH mdbook-database 1") && page.contains("outline"), "{page}");
    assert_eq!(Ran::of(directory.path(), &["man", "share/man1"], &[]).exits(0).out, "");
    let mut names: Vec<_> = fs::read_dir(directory.path().join("share/man1")).unwrap().collect();
    names.sort_by_key(|entry| entry.as_ref().unwrap().file_name());
    let names: Vec<_> = names.into_iter().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    for command in ["", "-init", "-outline", "-check", "-render", "-schema", "-completions", "-man"] {
        assert!(names.contains(&format!("mdbook-database{command}.1")), "{command}: {names:?}");
    }
    let check = fs::read_to_string(directory.path().join("share/man1/mdbook-database-check.1")).unwrap();
    assert!(check.contains("min\\-coverage") && check.contains("Exit codes"), "{check}");
    fs::write(directory.path().join("file"), "").unwrap();
    assert!(Ran::of(directory.path(), &["man", "file/man1"], &[]).exits(3).err.contains("file/man1"));
}

#[test]
fn every_command_explains_itself_with_examples() {
    for command in ["init", "outline", "check", "render", "schema", "completions", "man"] {
        let help = Ran::of(Path::new("."), &[command, "--help"], &[]).exits(0).out;
        assert!(help.contains("Examples:") && help.contains(&format!("mdbook-database {command}")), "{help}");
        let examples = help.split_once("Examples:").map_or("", |(_, examples)| examples);
        for line in examples.lines() {
            assert!(line.chars().count() <= 80, "too wide for a terminal of 80 columns: {line}");
        }
    }
}

#[test]
fn offsets_count_the_byte_order_mark_of_a_file_of_which_there_is_nothing_to_say() {
    let template = format!("\u{feff}{TEMPLATE}");
    let facts = format!("{COMPLETE}[cache]\ndescription = \"C.\"\nttl = 5\n");
    let book = Book::with(&[("database.toml", &facts), ("src/data.md", &template)]);
    let listed: Value = serde_json::from_str(&book.run(&["outline", "docs", "--format", "json"]).exits(0).out).unwrap();
    for entry in listed.as_array().unwrap().iter().filter(|entry| entry["kind"] == "item") {
        let at = |key: &str| usize::try_from(entry[key].as_u64().unwrap()).unwrap();
        assert_eq!(template[at("start")..at("end")], format!("[{}]", entry["text"].as_str().unwrap()));
    }
}
