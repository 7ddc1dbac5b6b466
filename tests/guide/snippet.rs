//! The checked snippets of a page: fenced blocks behind a comment `<!-- example: NAME ROLE … -->`.

use std::ops::Range;

/// The start of the comment that makes the fenced block behind it a checked one.
const MARK: &str = "<!-- example: ";

/// One fenced block that takes part in an example.
#[derive(Clone, Debug)]
pub(crate) struct Snippet {
    /// The example; several blocks make one.
    pub(crate) example: String,
    /// What the block is: `template`, `chapter`, `facts`, `book.toml`, `page`, `messages`, `console` or `stdin`.
    pub(crate) role: String,
    /// `as FILE`: the file, where it is not the usual one.
    pub(crate) file: Option<String>,
    /// `in PATH`: the headings above a template or page, or the table above facts, that the block does not show.
    pub(crate) path: Option<String>,
    /// `over EXAMPLE`: the template is that of another example.
    pub(crate) over: Option<String>,
    /// `format NAME`: the format of messages.
    pub(crate) format: Option<String>,
    /// The line of the comment, counted from 1.
    pub(crate) line: usize,
    /// The bytes between the fences.
    pub(crate) range: Range<usize>,
    /// The fence.
    pub(crate) fence: String,
}

/// The checked blocks of a page, from top to bottom; a comment without a block behind it is a mistake.
pub(crate) fn snippets(page: &str) -> Result<Vec<Snippet>, String> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut lines = page.split_inclusive('\n').enumerate();
    while let Some((number, line)) = lines.next() {
        start += line.len();
        let Some(words) = line.strip_prefix(MARK).and_then(|rest| rest.trim_end().strip_suffix("-->")) else {
            continue;
        };
        let opening = lines.next().map_or("", |(_, line)| line);
        start += opening.len();
        let fence: String = opening.chars().take_while(|&c| c == '`').collect();
        if fence.len() < 3 {
            return Err(format!("line {}: no fenced block follows", number + 1));
        }
        let length = body_length(&page[start..], &fence).ok_or(format!("line {}: an open fence", number + 1))?;
        found.push(snippet(words, number + 1, start..start + length, fence)?);
    }
    Ok(found)
}

/// Every fenced block of a language, with its line.
pub(crate) fn blocks<'p>(page: &'p str, language: &str) -> Vec<(usize, &'p str)> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut end = 0;
    for (number, line) in page.split_inclusive('\n').enumerate() {
        start += line.len();
        let fence: String = line.chars().take_while(|&c| c == '`').collect();
        if start <= end || fence.len() < 3 {
            continue;
        }
        let Some(length) = body_length(&page[start..], &fence) else { continue };
        end = start + length + fence.len() + 1;
        if line[fence.len()..].trim() == language {
            found.push((number + 1, &page[start..start + length]));
        }
    }
    found
}

/// Bytes up to the line that closes the fence.
fn body_length(text: &str, fence: &str) -> Option<usize> {
    let mut length = 0;
    for line in text.split_inclusive('\n') {
        if line.trim_end() == fence {
            return Some(length);
        }
        length += line.len();
    }
    None
}

fn snippet(words: &str, line: usize, range: Range<usize>, fence: String) -> Result<Snippet, String> {
    let mut words = words.split_whitespace();
    let mut next = || words.next().map(str::to_owned).ok_or(format!("line {line}: a word is missing"));
    let (example, role) = (next()?, next()?);
    let mut snippet = Snippet { example, role, file: None, path: None, over: None, format: None, line, range, fence };
    while let Ok(option) = next() {
        let value = Some(next()?);
        match option.as_str() {
            "as" => snippet.file = value,
            "in" => snippet.path = value,
            "over" => snippet.over = value,
            "format" => snippet.format = value,
            _ => return Err(format!("line {line}: unknown option `{option}`")),
        }
    }
    Ok(snippet)
}
