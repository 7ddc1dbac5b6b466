//! `SUMMARY.md`: a line for the new chapter, after the last numbered one.

/// The summary of a new book.
pub const NEW: &str = "# Summary\n";

/// Adds a chapter after the last numbered one of the top level; every old line stays.
pub fn add_chapter(summary: &str, title: &str, path: &str) -> String {
    let newline = if summary.contains("\r\n") { "\r\n" } else { "\n" };
    let lines: Vec<&str> = summary.split_inclusive('\n').collect();
    let last = lines.iter().rposition(|line| bullet(line).is_some());
    let marker = last.and_then(|at| bullet(lines[at])).unwrap_or('-');
    // What is nested below the last chapter belongs to it.
    let at = last.map(|last| {
        let nested =
            lines[last + 1..].iter().take_while(|line| line.starts_with([' ', '\t']) && !line.trim().is_empty());
        last + 1 + nested.count()
    });
    let (before, after) = lines.split_at(at.unwrap_or(lines.len()));
    let mut text = before.concat();
    if !text.is_empty() && !text.ends_with('\n') {
        text.push_str(newline);
    }
    if at.is_none() && !text.is_empty() && !text.ends_with(&format!("{newline}{newline}")) {
        text.push_str(newline);
    }
    text.push_str(&format!("{marker} [{title}](./{path}){newline}"));
    text + &after.concat()
}

/// The marker of a list item at the top level.
fn bullet(line: &str) -> Option<char> {
    let mut chars = line.chars();
    let marker = chars.next().filter(|marker| matches!(marker, '-' | '*' | '+'))?;
    let rest = chars.as_str();
    (rest.starts_with([' ', '\t']) && rest.trim_start().starts_with('[')).then_some(marker)
}

#[cfg(test)]
mod tests {
    use mdbook_summary::SummaryItem;

    use super::*;

    fn added(summary: &str) -> String {
        let text = add_chapter(summary, "Database", "database.md");
        let parsed = mdbook_summary::parse_summary(&text).unwrap();
        let is_new = |item: &&SummaryItem| matches!(item, SummaryItem::Link(link) if link.name == "Database");
        let found = parsed.numbered_chapters.iter().filter(is_new).count();
        assert_eq!(found, 1, "{text}");
        text
    }

    #[test]
    fn the_chapter_comes_after_the_last_numbered_one_and_what_is_below_it() {
        let summary = "# Summary\n\n[Pre](a.md)\n\n* [One](b.md)\n  * [Below](c.md)\n\n---\n\n[Appendix](d.md)\n";
        assert_eq!(added(summary).replace("* [Database](./database.md)\n", ""), summary);
        assert!(added(summary).contains("  * [Below](c.md)\n* [Database](./database.md)\n\n---"));
    }

    #[test]
    fn a_summary_without_chapters_gets_its_first() {
        assert_eq!(added(NEW), "# Summary\n\n- [Database](./database.md)\n");
        assert_eq!(added(""), "- [Database](./database.md)\n");
        assert_eq!(added("# S\r\n\r\n- [A](a.md)"), "# S\r\n\r\n- [A](a.md)\r\n- [Database](./database.md)\r\n");
    }
}
