//! How much of a book's templates is filled, as a table for people and as lines for programs.

use std::fmt::Write as _;

use serde_json::json;

use crate::diagnostic::{Progress, SectionProgress};
use crate::report::{Color, Style};

/// The name of the last row, if there are several templates.
const ALL: &str = "all templates";

/// Cells of a bar.
const BAR: usize = 20;

/// Placeholders and topics that are answered, out of all. What an optional section leaves out is not counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    /// Those answered.
    pub done: usize,
    /// All.
    pub total: usize,
}

impl Share {
    /// The share as a percentage, rounded down, so that only what is complete is 100 %.
    pub fn percent(self) -> usize {
        self.done.saturating_mul(100).checked_div(self.total).unwrap_or(100)
    }

    /// `████████░░░░`.
    pub fn bar(self) -> String {
        let full = self.done.saturating_mul(BAR).checked_div(self.total).unwrap_or(BAR).min(BAR);
        "█".repeat(full) + &"░".repeat(BAR - full)
    }

    fn of(section: &SectionProgress) -> Share {
        Share { done: section.done, total: section.total }
    }
}

impl std::iter::Sum for Share {
    fn sum<I: Iterator<Item = Share>>(shares: I) -> Share {
        shares.fold(Share::default(), |a, b| Share { done: a.done + b.done, total: a.total + b.total })
    }
}

/// How complete one template is as a whole.
pub fn of_template(progress: &Progress) -> Share {
    progress.sections.iter().map(Share::of).sum()
}

/// How complete all templates are.
pub fn of_book(progress: &[Progress]) -> Share {
    progress.iter().map(of_template).sum()
}

/// The coverage of each section and of each template, for people.
pub fn table(progress: &[Progress], style: Style) -> String {
    let mut text = String::new();
    let titles = progress.iter().flat_map(|page| &page.sections).map(|section| section.title.chars().count());
    let width = titles.chain(progress.iter().map(|page| page.chapter.chars().count())).max().unwrap_or(0);
    let width = if progress.len() > 1 { width.max(ALL.len()) } else { width };
    for page in progress {
        for section in &page.sections {
            let row = Row { title: &section.title, share: Share::of(section), complete: section.complete };
            row.push_to(&mut text, width, style);
        }
        let complete = page.sections.iter().all(|section| section.complete);
        Row { title: &page.chapter, share: of_template(page), complete }.push_to(&mut text, width, style);
        text.push('\n');
    }
    if progress.len() > 1 {
        let complete = progress.iter().flat_map(|page| &page.sections).all(|section| section.complete);
        Row { title: ALL, share: of_book(progress), complete }.push_to(&mut text, width, style);
    } else {
        text.pop();
    }
    text
}

/// A section, a template, or all of them.
struct Row<'p> {
    title: &'p str,
    share: Share,
    complete: bool,
}

impl Row<'_> {
    fn push_to(&self, text: &mut String, width: usize, style: Style) {
        let Row { title, share, complete } = *self;
        let pad = " ".repeat(width.saturating_sub(title.chars().count()));
        let bar = share.bar();
        let bar = style.painted(&bar, if complete { Color::Green } else { Color::Yellow });
        let Share { done, total } = share;
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{title}{pad}  {bar} {:>3} %  {done}/{total}", share.percent());
    }
}

/// One JSON object a line for each section: `type` (`coverage`), `version`, `chapter`, `section`, `title`, `filled`,
/// `total`, `complete`.
pub fn json_lines(progress: &[Progress]) -> String {
    let sections = progress.iter().flat_map(|page| page.sections.iter().map(move |section| (page, section)));
    let lines = sections.map(|(page, section)| {
        let line = json!({
            "type": "coverage", "version": 1, "chapter": page.chapter, "section": section.address,
            "title": section.title, "filled": section.done, "total": section.total, "complete": section.complete,
        });
        format!("{line}\n")
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(chapter: &str, sections: &[(&str, usize, usize)]) -> Progress {
        let section = |&(title, done, total): &(&str, usize, usize)| SectionProgress {
            title: title.to_owned(),
            address: title.to_lowercase(),
            done,
            total,
            complete: done == total,
        };
        Progress { chapter: chapter.to_owned(), sections: sections.iter().map(section).collect() }
    }

    #[test]
    fn only_what_is_complete_is_a_hundred_percent() {
        assert_eq!(Share { done: 999, total: 1000 }.percent(), 99);
        assert_eq!(Share { done: 0, total: 0 }.percent(), 100);
        assert_eq!(Share { done: 7, total: 7 }.percent(), 100);
    }

    #[test]
    fn sections_and_templates_have_a_row_each() {
        let pages = [page("a.md", &[("Overview", 1, 4), ("Größe", 2, 2)]), page("b.md", &[("S", 0, 1)])];
        let expected = "\
Overview       █████░░░░░░░░░░░░░░░  25 %  1/4
Größe          ████████████████████ 100 %  2/2
a.md           ██████████░░░░░░░░░░  50 %  3/6

S              ░░░░░░░░░░░░░░░░░░░░   0 %  0/1
b.md           ░░░░░░░░░░░░░░░░░░░░   0 %  0/1

all templates  ████████░░░░░░░░░░░░  42 %  3/7
";
        assert_eq!(table(&pages, Style::default()), expected);
        assert_eq!(of_book(&pages), Share { done: 3, total: 7 });
    }

    #[test]
    fn one_template_is_not_summed_up() {
        let expected = "\
S     ████████████████████ 100 %  1/1
a.md  ████████████████████ 100 %  1/1
";
        assert_eq!(table(&[page("a.md", &[("S", 1, 1)])], Style::default()), expected);
    }

    #[test]
    fn programs_get_a_line_for_each_section() {
        let lines = json_lines(&[page("a.md", &[("Overview", 1, 4)])]);
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&lines).unwrap(),
            json!({
                "type": "coverage", "version": 1, "chapter": "a.md", "section": "overview", "title": "Overview",
                "filled": 1, "total": 4, "complete": false,
            })
        );
    }
}
