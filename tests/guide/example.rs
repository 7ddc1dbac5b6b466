//! An example of the guide, run as mdBook would run it: files in a directory, the book on stdin of the real program.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};

use crate::program::{fed, program, text};
use crate::snippet::Snippet;

/// The blocks of one example with their texts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Example<'p> {
    pub(crate) parts: Vec<(&'p Snippet, &'p str)>,
}

/// What the program made of an example.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) success: bool,
    pub(crate) stderr: String,
    pages: BTreeMap<String, String>,
}

/// The page without the banner of a draft, which is the same on all of them.
fn without_banner(page: &str) -> &str {
    page.strip_prefix("<style>").and_then(|page| page.split_once("</div>\n\n")).map_or(page, |(_, page)| page)
}

impl<'p> Example<'p> {
    /// The text that the program has for a block; `None` for a block that is input.
    pub(crate) fn actual(&self, snippet: &Snippet, text: &str) -> Option<Result<String, String>> {
        match snippet.role.as_str() {
            "page" => Some(self.page(snippet)),
            "messages" => Some(Ok(self.messages(snippet))),
            "console" => Some(Ok(self.console(text))),
            _ => None,
        }
    }

    fn page(&self, snippet: &Snippet) -> Result<String, String> {
        let outcome = self.run(None, false);
        let expects_messages = self.parts.iter().any(|(part, _)| part.role == "messages");
        if !outcome.success || !expects_messages && !outcome.stderr.is_empty() {
            return Err(outcome.stderr);
        }
        let page = outcome.pages.get(file(snippet)).ok_or(format!("no chapter `{}`", file(snippet)))?;
        let page = without_banner(page);
        let shown = page.strip_prefix(&headings(snippet)).unwrap_or(page);
        Ok(format!("{}\n", shown.trim()))
    }

    fn messages(&self, snippet: &Snippet) -> String {
        if let Some((_, input)) = self.parts.iter().find(|(part, _)| part.role == "stdin") {
            return text(run(program(Path::new(".")), Some(input)).stderr);
        }
        self.run(snippet.format.as_deref(), false).stderr
    }

    /// Runs the commands of a session, each in the directory of the book, and writes the session anew.
    fn console(&self, session: &str) -> String {
        let root = self.write();
        let mut written = String::new();
        for command in session.lines().filter_map(|line| line.strip_prefix("$ ")) {
            let words = command.split(" #").next().unwrap_or(command).split_whitespace();
            let mut program = program(root.path());
            program.args(words.skip(1));
            let output = run(program, None);
            written += &format!("$ {command}\n{}{}", text(output.stdout), text(output.stderr));
        }
        written
    }

    /// Runs the preprocessor over the book.
    pub(crate) fn run(&self, format: Option<&str>, color: bool) -> Outcome {
        let root = self.write();
        let mut program = program(root.path());
        program.envs(format.map(|format| ("MDBOOK_DATABASE_FORMAT", format)));
        program.envs(color.then_some(("CLICOLOR_FORCE", "1")));
        let output = run(program, Some(&self.book(root.path()).to_string()));
        let book: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        let chapters = book["items"].as_array().cloned().unwrap_or_default();
        let page = |chapter: &Value| {
            let chapter = &chapter["Chapter"];
            Some((chapter["path"].as_str()?.to_owned(), chapter["content"].as_str()?.to_owned()))
        };
        Outcome {
            success: output.status.success(),
            stderr: text(output.stderr),
            pages: chapters.iter().filter_map(page).collect(),
        }
    }

    /// The chapters: name and text.
    fn chapters(&self) -> Vec<(&'p str, String)> {
        let is_chapter = |role: &str| role == "template" || role == "chapter";
        let chapters = self.parts.iter().filter(|(part, _)| is_chapter(&part.role));
        chapters.map(|(part, text)| (file(part), headings(part) + text)).collect()
    }

    fn config(&self) -> String {
        if let Some((_, text)) = self.parts.iter().find(|(part, _)| part.role == "book.toml") {
            return (*text).to_owned();
        }
        let templates = self.parts.iter().filter(|(part, _)| part.role == "template");
        let templates: Vec<_> = templates.map(|(part, _)| format!("\"{}\"", file(part))).collect();
        match &templates[..] {
            [] => "[preprocessor.database]\n".to_owned(),
            _ => format!("[preprocessor.database]\ntemplates = [{}]\n", templates.join(", ")),
        }
    }

    fn write(&self) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| fs::write(root.path().join(name), text).unwrap();
        fs::create_dir(root.path().join("src")).unwrap();
        write("book.toml", &self.config());
        let mut summary = "# Summary\n\n".to_owned();
        for (name, text) in self.chapters() {
            write(&format!("src/{name}"), &text);
            summary += &format!("- [{name}]({name})\n");
        }
        write("src/SUMMARY.md", &summary);
        let mut facts: BTreeMap<&str, String> = BTreeMap::new();
        for (part, text) in self.parts.iter().filter(|(part, _)| part.role == "facts") {
            let table = part.path.as_ref().map_or(String::new(), |path| format!("[{path}]\n"));
            *facts.entry(part.file.as_deref().unwrap_or("database.toml")).or_default() += &(table + text);
        }
        // Without any facts an example is about something else, unless it is about the file that is missing.
        if facts.is_empty() && !self.parts.iter().any(|(part, _)| part.role == "book.toml") {
            facts.insert("database.toml", String::new());
        }
        facts.iter().for_each(|(name, text)| write(name, text));
        root
    }

    /// What mdBook writes to the program.
    fn book(&self, root: &Path) -> Value {
        let config = self.config().parse::<mdbook_driver::config::Config>().unwrap();
        let chapters = self.chapters().into_iter().map(|(name, content)| {
            json!({"Chapter": {
                "name": name, "content": content, "number": null, "sub_items": [],
                "path": name, "source_path": name, "parent_names": []
            }})
        });
        let context = json!({"root": root, "config": config, "renderer": "html", "mdbook_version": "0.5.4"});
        json!([context, {"items": chapters.collect::<Vec<_>>()}])
    }
}

fn file(snippet: &Snippet) -> &str {
    snippet.file.as_deref().unwrap_or("database.md")
}

/// The headings that a block does not show, from `in PATH`.
fn headings(snippet: &Snippet) -> String {
    let Some(path) = &snippet.path else { return String::new() };
    let heading = |(level, name): (usize, &str)| format!("{} {name}\n\n", "#".repeat(level + 2));
    path.split('.').enumerate().map(heading).collect()
}

/// Runs the program, with this on stdin if anything.
fn run(mut program: Command, input: Option<&str>) -> Output {
    let output = match input {
        Some(input) => fed(program, input.as_bytes()),
        None => program.output().unwrap(),
    };
    // Whatever an example is about, a crash is not it.
    assert!(output.status.code().is_some_and(|code| code < 4), "{}", String::from_utf8_lossy(&output.stderr));
    output
}
