//! A draft on the page: a banner that says how much is missing, and the style of what is marked.

use std::fmt::Write as _;

use crate::coverage;
use crate::diagnostic::Progress;
use crate::html::Escaped;

/// The class of a placeholder that stays on the page.
pub(crate) const MISSING: &str = "mdbook-database-missing";

/// The class around a code block that keeps a placeholder, which cannot be marked in it.
pub(crate) const MISSING_IN_CODE: &str = "mdbook-database-missing-in-code";

/// Dark brown and pale amber: 9.4 to 1, in the light themes as in the dark ones, where they change places.
const DARK: &str = "#4a3500";
const PALE: &str = "#ffe59a";

/// The page with a banner in front, as HTML that needs no script; unchanged where nothing is missing.
pub(crate) fn page(text: String, progress: &Progress) -> String {
    let share = coverage::of_template(progress);
    if share.done == share.total {
        return text;
    }
    let open = progress.sections.iter().filter(|section| !section.complete);
    let open: Vec<_> =
        open.map(|section| format!("{} ({}/{})", Escaped(&section.title), section.done, section.total)).collect();
    let mut page = style();
    // Writing to a string cannot fail.
    let _ = write!(
        page,
        "<div class=\"mdbook-database-draft\" role=\"note\">\n<strong>Draft:</strong> {} of {} facts are there ({} %). What \
         is missing is <mark class=\"{MISSING}\">marked</mark>.",
        share.done,
        share.total,
        share.percent()
    );
    if !open.is_empty() {
        let _ = write!(page, "\n<details><summary>Incomplete sections</summary>{}</details>", open.join(" · "));
    }
    page.push_str("\n</div>\n\n");
    page + &text
}

fn style() -> String {
    format!(
        "<style>
mark.{MISSING}, .mdbook-database-draft {{ background: {PALE}; color: {DARK}; }}
mark.{MISSING} {{ margin: 0; padding: 0 .2em; border-bottom: 2px dashed currentColor; }}
mark.{MISSING} code {{ background: none; color: inherit; }}
.mdbook-database-draft {{ padding: .6em 1em; border-left: .3em solid currentColor; }}
.mdbook-database-draft mark.{MISSING} {{ border: 1px dashed currentColor; }}
.{MISSING_IN_CODE} {{ outline: 2px dashed {DARK}; outline-offset: 2px; }}
html:is(.coal, .navy, .ayu) :is(mark.{MISSING}, .mdbook-database-draft) {{ background: {DARK}; color: {PALE}; }}
html:is(.coal, .navy, .ayu) .{MISSING_IN_CODE} {{ outline-color: {PALE}; }}
</style>

"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::SectionProgress;

    fn progress(done: usize, total: usize) -> Progress {
        let section = SectionProgress {
            title: "1. A & <b>".to_owned(),
            address: "a".to_owned(),
            done,
            total,
            complete: done == total,
        };
        Progress { chapter: "a.md".to_owned(), sections: vec![section] }
    }

    #[test]
    fn the_banner_tells_the_coverage_before_the_page() {
        let page = page("# T\n".to_owned(), &progress(7, 8));
        assert!(page.starts_with("<style>\n") && page.ends_with("\n</div>\n\n# T\n"), "{page}");
        assert!(page.contains("7 of 8 facts are there (87 %)"), "{page}");
        assert!(page.contains("1. A &amp; &lt;b&gt; (7/8)"), "{page}");
    }

    #[test]
    fn what_is_complete_is_no_draft() {
        assert_eq!(page("# T\n".to_owned(), &progress(8, 8)), "# T\n");
    }

    #[test]
    fn the_banner_is_html_that_ends_before_the_page() {
        let page = page("# T\n\n[x]\n".to_owned(), &progress(0, 1));
        let mut heading = false;
        for event in pulldown_cmark::Parser::new(&page) {
            heading |= matches!(event, pulldown_cmark::Event::Start(pulldown_cmark::Tag::Heading { .. }));
        }
        assert!(heading, "{page}");
        let html = page.split("# T").next().unwrap();
        assert!(!html.contains("{{"), "{html}");
    }

    /// WCAG 2.2, 1.4.6: 7 to 1.
    #[test]
    fn the_contrast_is_that_of_level_aaa() {
        let luminance = |color: &str| {
            let channel = |at: usize| {
                let value = f64::from(u8::from_str_radix(&color[at..at + 2], 16).unwrap()) / 255.0;
                if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
            };
            0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
        };
        let (dark, pale) = (luminance(DARK), luminance(PALE));
        let contrast = (pale + 0.05) / (dark + 0.05);
        assert!(contrast > 7.0, "{contrast}");
        assert!((contrast - 9.4).abs() < 0.1, "as the comment says: {contrast}");
    }
}
