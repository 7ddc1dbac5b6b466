//! Files that mdBook includes in a chapter: what the page says once its `links` preprocessor has run.

use std::ops::Range;
use std::path::{Path, PathBuf};
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
    let mut expanded = Expanded::default();
    let mut room = MAX_LENGTH;
    let mut done = 0;
    for directive in directives(text) {
        let Some(inner) = directive.text(directory, 0, &mut room, read) else { continue };
        expanded.text.push_str(&text[done..directive.range.start]);
        let start = expanded.text.len();
        expanded.text.push_str(&inner);
        let (path, range) = (directive.path.to_owned(), start..expanded.text.len());
        done = directive.range.end;
        expanded.inclusions.push(Inclusion { directive: directive.range, path, range });
    }
    expanded.text.push_str(&text[done..]);
    (!expanded.inclusions.is_empty()).then_some(expanded)
}

/// `{{#include parts/limits.md:3:9}}`.
struct Directive<'t> {
    range: Range<usize>,
    path: &'t str,
    /// What stands behind the first colon.
    part: Option<&'t str>,
}

fn directives(text: &str) -> Vec<Directive<'_>> {
    if !text.contains("#include") {
        return Vec::new();
    }
    let found = DIRECTIVE.captures_iter(text).filter_map(|found| {
        let named = found.get(1)?.as_str().split_whitespace().next()?;
        let (path, part) = named.split_once(':').map_or((named, None), |(path, part)| (path, Some(part)));
        Some(Directive { range: found.get(0)?.range(), path, part })
    });
    found.collect()
}

impl Directive<'_> {
    /// The text that it stands for, with what that includes in turn.
    fn text(
        &self,
        directory: &Path,
        depth: usize,
        room: &mut usize,
        read: &mut dyn FnMut(&Path) -> Option<String>,
    ) -> Option<String> {
        let file = directory.join(self.path);
        let text = part(&read(&file)?, self.part.unwrap_or_default());
        *room = room.checked_sub(text.len())?;
        if depth == MAX_DEPTH {
            return Some(text);
        }
        let directory = file.parent().map(PathBuf::from).unwrap_or_default();
        let (mut out, mut done) = (String::with_capacity(text.len()), 0);
        for inner in directives(&text) {
            let Some(included) = inner.text(&directory, depth + 1, room, read) else { continue };
            out.push_str(&text[done..inner.range.start]);
            out.push_str(&included);
            done = inner.range.end;
        }
        out.push_str(&text[done..]);
        Some(out)
    }
}

/// The lines of a file that `part` names: `3`, `3:9`, `:9`, `3:`, the name of an anchor, or nothing for all.
fn part(text: &str, part: &str) -> String {
    let mut numbers = part.splitn(3, ':');
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
    let named = |line: &str, mark: &str| {
        let rest = line.split_once(mark)?.1.trim_start();
        Some(
            rest[..rest.len() - rest.trim_start_matches(|c: char| c.is_alphanumeric() || "_-".contains(c)).len()]
                .to_owned(),
        )
    };
    let begins = |line: &str| named(line, "ANCHOR:").is_some_and(|found| found == name);
    let ends = |line: &str| named(line, "ANCHOR_END:").is_some_and(|found| found == name);
    let lines = text.lines().skip_while(|line| !begins(line)).skip(1).take_while(|line| !ends(line));
    let lines = lines.filter(|line| named(line, "ANCHOR:").is_none() && named(line, "ANCHOR_END:").is_none());
    lines.collect::<Vec<_>>().join("\n")
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
