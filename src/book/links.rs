//! Links of a template to chapters that the book does not have.

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;

use super::Chapter;
use crate::diagnostic::{Code, Diagnostic};
use crate::template::{Placeholder, Template};

/// Links of a template to chapters that the book does not have.
pub(super) fn broken_links<'k>(
    chapter: &Chapter<'_>,
    template: &Template,
    known: &impl Fn() -> &'k HashSet<String>,
) -> Vec<Diagnostic> {
    let folder = chapter.source_path.rsplit_once('/').map_or("", |(folder, _)| folder);
    // A link inside a placeholder goes with it.
    let goes = Reach::of(&template.placeholders);
    let links = template.links.iter().filter(|(range, _)| !goes.covers(range));
    let broken = links.filter_map(|(range, destination)| {
        let target = readme_as_index(resolve(folder, destination)?);
        (!known().contains(&*target)).then(|| {
            let title = format!("the book has no chapter `{destination}`");
            Diagnostic::new(Code::BrokenCrossReference, title, chapter.source.span(range.clone()), "leads nowhere")
                .with_help("add the chapter to `SUMMARY.md`, or correct the link")
        })
    });
    broken.collect()
}

/// Where placeholders reach, for what stands inside one.
struct Reach {
    /// Starts in order, each with the furthest end of those up to it.
    ends: Vec<(usize, usize)>,
}

impl Reach {
    fn of(placeholders: &[Placeholder]) -> Reach {
        let mut ends: Vec<_> = placeholders.iter().map(|own| (own.range.start, own.range.end)).collect();
        ends.sort_unstable();
        let mut furthest = 0;
        for (_, end) in &mut ends {
            furthest = furthest.max(*end);
            *end = furthest;
        }
        Reach { ends }
    }

    /// Whether a placeholder begins at or before the range and ends at or behind it.
    fn covers(&self, range: &Range<usize>) -> bool {
        let behind = self.ends.partition_point(|(start, _)| *start <= range.start);
        behind.checked_sub(1).is_some_and(|last| range.end <= self.ends[last].1)
    }
}

/// `README.md` is `index.md` once mdBook has seen it.
pub(super) fn readme_as_index(path: Cow<'_, str>) -> Cow<'_, str> {
    match path.rsplit_once('/') {
        Some((folder, "README.md")) => Cow::Owned(format!("{folder}/index.md")),
        None if path == "README.md" => Cow::Borrowed("index.md"),
        _ => path,
    }
}

/// A relative link to a Markdown file as a path in `src`; `None` for other links and those that leave `src`.
fn resolve<'d>(folder: &str, destination: &'d str) -> Option<Cow<'d, str>> {
    let path = percent_decoded(destination.split(['#', '?']).next()?);
    let path = Some(path).filter(|path| path.ends_with(".md"))?;
    if !path.contains('/') && folder.is_empty() {
        return Some(path);
    }
    if path.contains("://") || path.starts_with('/') {
        return None;
    }
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => _ = parts.pop()?,
            part => parts.push(part),
        }
    }
    Some(Cow::Owned(parts.join("/")))
}

/// The path that a URL means: `my%20page.md` is `my page.md`. What is no UTF-8 stays as it is.
fn percent_decoded(url: &str) -> Cow<'_, str> {
    if !url.contains('%') {
        return Cow::Borrowed(url);
    }
    let mut bytes = Vec::with_capacity(url.len());
    let mut rest = url.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let code = after.get(..2).filter(|_| byte == b'%').and_then(|digits| std::str::from_utf8(digits).ok());
        match code.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(code) => {
                bytes.push(code);
                rest = &after[2..];
            }
            None => {
                bytes.push(byte);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).map_or(Cow::Borrowed(url), Cow::Owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_readme_is_the_index_of_its_folder() {
        let paths = ["README.md", "guide/README.md", "guide/intro.md", "OLD-README.md"];
        assert_eq!(
            paths.map(|path| readme_as_index(path.into())),
            ["index.md", "guide/index.md", "guide/intro.md", "OLD-README.md"]
        );
    }
}
