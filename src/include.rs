//! Files that mdBook includes in a chapter: what the page says once its `links` preprocessor has run.

use std::ops::Range;
use std::path::Path;
use std::sync::LazyLock;

use regex::Regex;

/// A chapter with the files that it includes in their places.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expanded {
    /// The text.
    pub text: String,
    /// What was put in, in order.
    pub inclusions: Vec<Inclusion>,
}

/// A directive of the chapter and what mdBook puts in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inclusion {
    /// The directive, in the chapter.
    pub directive: Range<usize>,
    /// What it names: `parts/limits.md`.
    pub path: String,
    /// Its text, in [`Expanded::text`].
    pub range: Range<usize>,
}

/// What every directive holds.
const INCLUDE: &[u8] = b"#include";

/// How deep mdBook follows the directives of files that are included.
const MAX_DEPTH: usize = 10;

/// How long an expanded chapter may become; files can include each other in ever greater numbers.
const MAX_LENGTH: usize = 16 * 1024 * 1024;

/// What mdBook's `links` looks for, as far as it includes Markdown. Its other directives are for programs in Rust, in
/// which a bracket is no placeholder; an escaped directive is text.
static DIRECTIVE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\\\{\{#.*\}\}|\{\{\s*#include\s+([^}]+)\}\}").expect("the pattern is a constant"));

/// The chapter with everything that it includes; `None` if that is nothing.
///
/// `directory` is that of the chapter, from which it names files; `read` has the text of a file, or none. A directive
/// that cannot be followed stays as it is, as it does in mdBook.
pub fn expand(text: &str, directory: &Path, read: &mut dyn FnMut(&Path) -> Option<String>) -> Option<Expanded> {
    memchr::memmem::find(text.as_bytes(), INCLUDE)?;
    let expanded = Reader { read, room: MAX_LENGTH }.expand(text, directory, 0);
    (!expanded.inclusions.is_empty()).then_some(expanded)
}

struct Reader<'r> {
    read: &'r mut dyn FnMut(&Path) -> Option<String>,
    /// How much may still be put in; nothing, once something was too long.
    room: usize,
}

impl Reader<'_> {
    fn expand(&mut self, text: &str, directory: &Path, depth: usize) -> Expanded {
        let mut expanded = Expanded { text: String::with_capacity(text.len()), inclusions: Vec::new() };
        let mut done = 0;
        for directive in directives(text) {
            let Some(inner) = self.follow(&directive, directory, depth) else { continue };
            expanded.text.push_str(&text[done..directive.range.start]);
            let start = expanded.text.len();
            expanded.text.push_str(&inner);
            let (path, range) = (directive.path.to_owned(), start..expanded.text.len());
            done = directive.range.end;
            expanded.inclusions.push(Inclusion { directive: directive.range, path, range });
        }
        expanded.text.push_str(&text[done..]);
        expanded
    }

    /// The text that a directive stands for, with what that includes in turn.
    fn follow(&mut self, directive: &Directive<'_>, directory: &Path, depth: usize) -> Option<String> {
        if self.room == 0 {
            return None;
        }
        let file = directory.join(directive.path);
        let text = named_lines(&(self.read)(&file)?, directive.lines.unwrap_or_default());
        let room = self.room.checked_sub(text.len());
        self.room = room.unwrap_or(0);
        room?;
        if depth == MAX_DEPTH {
            return Some(text);
        }
        Some(self.expand(&text, file.parent().unwrap_or(Path::new("")), depth + 1).text)
    }
}

/// `{{#include parts/limits.md:3:9}}`.
struct Directive<'t> {
    range: Range<usize>,
    path: &'t str,
    /// What stands behind the first colon.
    lines: Option<&'t str>,
}

fn directives(text: &str) -> Vec<Directive<'_>> {
    if memchr::memmem::find(text.as_bytes(), INCLUDE).is_none() {
        return Vec::new();
    }
    let found = DIRECTIVE.captures_iter(text).filter_map(|found| {
        let named = found.get(1)?.as_str().split_whitespace().next()?;
        let (path, lines) = named.split_once(':').map_or((named, None), |(path, lines)| (path, Some(lines)));
        Some(Directive { range: found.get(0)?.range(), path, lines })
    });
    found.collect()
}

/// The lines of a file that a directive names: `3`, `3:9`, `:9`, `3:`, the name of an anchor, or nothing for all.
fn named_lines(text: &str, named: &str) -> String {
    let mut numbers = named.splitn(3, ':');
    let first = numbers.next().unwrap_or_default();
    let end = numbers.next().map(|end| end.parse::<usize>().ok());
    let start = match first.parse::<usize>() {
        Ok(line) => Some(line.saturating_sub(1)),
        Err(_) if first.is_empty() => None,
        Err(_) => return anchored(text, first),
    };
    let skipped = start.unwrap_or_default();
    let count = match (start, end) {
        (_, Some(Some(end))) => end.saturating_sub(skipped),
        (Some(_), None) => 1,
        _ => usize::MAX,
    };
    text.lines().skip(skipped).take(count).collect::<Vec<_>>().join("\n")
}

/// The lines between `ANCHOR: name` and `ANCHOR_END: name`, without those of other anchors.
fn anchored(text: &str, name: &str) -> String {
    let begins = |line: &&str| anchor(line, "ANCHOR:") == Some(name);
    let ends = |line: &&str| anchor(line, "ANCHOR_END:") == Some(name);
    let is_anchor = |line: &&str| anchor(line, "ANCHOR:").or_else(|| anchor(line, "ANCHOR_END:")).is_some();
    let lines = text.lines().skip_while(|line| !begins(line)).skip(1).take_while(|line| !ends(line));
    lines.filter(|line| !is_anchor(line)).collect::<Vec<_>>().join("\n")
}

/// The name behind a mark in a line.
fn anchor<'t>(line: &'t str, mark: &str) -> Option<&'t str> {
    let rest = line.split_once(mark)?.1.trim_start();
    let end = rest.find(|c: char| !(c.is_alphanumeric() || "_-".contains(c))).unwrap_or(rest.len());
    Some(&rest[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILES: &[(&str, &str)] = &[
        ("src/a.md", "one\ntwo [x]\nthree\n"),
        ("src/parts/b.md", "b {{#include c.md}} b"),
        ("src/parts/c.md", "[c]"),
        (
            "src/anchors.md",
            "[no]\n<!-- ANCHOR: it -->\n[yes]\n<!-- ANCHOR: other -->\n[too]\n<!-- ANCHOR_END: it -->\n[no]\n",
        ),
        ("src/circle.md", "({{#include circle.md}})"),
    ];

    fn read(path: &Path) -> Option<String> {
        let name = path.to_string_lossy().replace('\\', "/");
        if name == "src/many.md" {
            return Some("{{#include many.md}}".repeat(4) + &"x".repeat(100_000));
        }
        FILES.iter().find(|(known, _)| *known == name).map(|(_, text)| (*text).to_owned())
    }

    fn expanded(text: &str) -> Option<Expanded> {
        expand(text, Path::new("src"), &mut read)
    }

    fn text(text: &str) -> String {
        expanded(text).map(|expanded| expanded.text).unwrap_or_default()
    }

    #[test]
    fn what_is_included_is_known_by_its_place() {
        let chapter = "é {{#include a.md:2}} and {{ #include parts/b.md }}.";
        let found = expanded(chapter).unwrap();
        assert_eq!(found.text, "é two [x] and b [c] b.");
        let places: Vec<_> = found
            .inclusions
            .iter()
            .map(|one| (&chapter[one.directive.clone()], one.path.as_str(), &found.text[one.range.clone()]))
            .collect();
        assert_eq!(places[0], ("{{#include a.md:2}}", "a.md", "two [x]"));
        assert_eq!(places[1], ("{{ #include parts/b.md }}", "parts/b.md", "b [c] b"));
    }

    #[test]
    fn parts_are_those_that_mdbook_takes() {
        assert_eq!(text("{{#include a.md}}"), "one\ntwo [x]\nthree");
        assert_eq!(text("{{#include a.md:2:3}}"), "two [x]\nthree");
        assert_eq!(text("{{#include a.md:2:}}"), "two [x]\nthree");
        assert_eq!(text("{{#include a.md::2}}"), "one\ntwo [x]");
        assert_eq!(text("{{#include anchors.md:it}}"), "[yes]\n[too]");
        assert_eq!(text("{{#include anchors.md:none}}"), "");
    }

    #[test]
    fn what_mdbook_leaves_alone_is_left_alone() {
        for chapter in
            ["\\{{#include a.md}}", "{{#include gone.md}}", "{{#includes a.md}}", "{{#include a.md}", "#include"]
        {
            assert_eq!(expanded(chapter), None, "{chapter}");
        }
    }

    #[test]
    fn circles_end() {
        assert_eq!(text("{{#include circle.md}}").matches('(').count(), MAX_DEPTH + 1);
        assert!(text("{{#include many.md}}").len() <= MAX_LENGTH);
    }
}
