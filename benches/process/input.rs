//! Generates what mdBook would send for a book of a given size.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use serde_json::json;

use super::peers::{Host, Peer};

/// The file of what mdBook sends.
pub(crate) const FILE: &str = "input.json";

/// Bytes of Markdown in a chapter, about.
const CHAPTER: usize = 8 * 1024;

/// Which chapters are templates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Templates {
    /// The first.
    One,
    /// All of them.
    All,
}

/// A small template; with [`FACTS`] nothing of it stays open.
const TEMPLATE: &str = "# Database [TEMPLATE]\n\n## 1. Overview\n\n- **Database Type:** [e.g., PostgreSQL]\n\
                        - **Version:** [e.g., 16]\n\n## 2. Backup\n\n[Describe your backup approach:]\n\n";

/// Its placeholders.
const PLACEHOLDERS: [&str; 3] = ["[e.g., PostgreSQL]", "[e.g., 16]", "[Describe your backup approach:]"];

const FACTS: &str = "[overview]\ndatabase_type = \"PostgreSQL\"\nversion = \"16.4\"\n\n\
                     [backup]\ndescription = \"Every night, kept for a month.\"\n";

/// Writes the configuration and the facts below `root`.
pub(crate) fn write_facts(root: &Path) -> io::Result<()> {
    fs::create_dir_all(root)?;
    fs::write(root.join("database.toml"), FACTS)?;
    fs::write(root.join("book.toml"), "[book]\ntitle = \"B\"\n\n[preprocessor.database]\n")
}

/// Writes a project below `root`, and to its [`FILE`] what mdBook sends of its book; returns the bytes of that.
pub(crate) fn write(root: &Path, count: usize, templates: Templates) -> io::Result<u64> {
    write_facts(root)?;
    write_json(&root.join(FILE), root, Host::V05, chapters(count, templates))
}

/// Writes to `path` the same book with its placeholders in the syntax of another preprocessor.
pub(crate) fn write_for(peer: &Peer, path: &Path, root: &Path, count: usize, templates: Templates) -> io::Result<u64> {
    let in_its_syntax =
        |text: String| PLACEHOLDERS.iter().fold(text, |text, placeholder| text.replace(placeholder, peer.placeholder));
    let chapters = chapters(count, templates).map(|(path, text)| (path, in_its_syntax(text)));
    write_json(path, root, peer.host, chapters)
}

fn write_json(
    path: &Path,
    root: &Path,
    host: Host,
    chapters: impl Iterator<Item = (String, String)>,
) -> io::Result<u64> {
    let mut file = BufWriter::new(File::create(path)?);
    let (version, items, rest) = match host {
        Host::V04 => ("0.4.52", "sections", ",\"__non_exhaustive\":null"),
        Host::V05 => ("0.5.4", "items", ""),
    };
    let context = json!({
        "root": root,
        "config": {
            "book": {"title": "B", "authors": [], "language": "en", "src": "src"},
            "preprocessor": super::peers::configuration(),
        },
        "renderer": "html",
        "mdbook_version": version,
    });
    write!(file, "[{context},{{\"{items}\":[")?;
    for (number, (path, content)) in chapters.enumerate() {
        let comma = if number == 0 { "" } else { "," };
        let chapter = json!({"Chapter": {
            "name": format!("Chapter {number}"), "content": content, "number": [number + 1], "sub_items": [],
            "path": path, "source_path": path, "parent_names": [],
        }});
        write!(file, "{comma}{chapter}")?;
    }
    write!(file, "]{rest}}}]")?;
    file.flush()?;
    Ok(fs::metadata(path)?.len())
}

/// Paths and texts.
pub(crate) fn chapters(count: usize, templates: Templates) -> impl Iterator<Item = (String, String)> {
    (0..count).map(move |number| {
        let template = number == 0 || templates == Templates::All;
        let text = if template { format!("{TEMPLATE}{}", prose(number, 2)) } else { prose(number, 1) };
        (format!("chapter-{number}.md"), text)
    })
}

/// Markdown as a technical book has it: headings, links, code, a table, quotes. `level` is that of its headings.
fn prose(number: usize, level: usize) -> String {
    let mut text = format!("{} Chapter {number}\n\n", "#".repeat(level));
    let mut paragraph = 0;
    while text.len() < CHAPTER {
        paragraph += 1;
        text.push_str(&format!(
            "{}# Part {paragraph}\n\nThe service writes to \"orders\" and reads `items[{paragraph}]` back, see \
             [the chapter](chapter-{paragraph}.md#part-1) and <https://example.org/>. It's *not* a queue.\n\n\
             ```rust\nfn part_{paragraph}(rows: &Rows) -> Option<usize> {{\n    rows.iter().map(|row| row.len()).max()\n}}\n```\n\n\
             | Column | Type |\n|---|---|\n| `id` | bigint |\n| `größe` | text |\n\n- [ ] checked\n- [x] done\n\n",
            "#".repeat(level)
        ));
    }
    text
}
