//! A book's JSON without the contents of its chapters, so that the JSON reader need not walk through all prose.

use std::borrow::Cow;

use memchr::{memchr_iter, memmem};

use super::{Chapter, range_in};

/// What stands before a content in the JSON that mdBook writes. Within a string a backslash would part the quote behind
/// the name from the name; with white space between, a content is not taken out, and no more than time is lost.
const BEFORE_CONTENT: &[u8] = br#""content":""#;

/// JSON in which every content is the empty string.
///
/// Whether the escapes in a content are sound only shows when it is decoded: by us if the chapter concerns this
/// program, else by mdBook.
pub(super) struct Skeleton<'a> {
    whole: &'a str,
    pub(super) json: String,
    /// Where in `json` a content was, and the bytes taken out up to its end.
    cuts: Vec<(usize, usize)>,
}

impl<'a> Skeleton<'a> {
    /// Takes the contents out of a JSON text; whatever else it is stays, mistakes included.
    pub(super) fn of(whole: &'a str) -> Self {
        let finder = memmem::Finder::new(BEFORE_CONTENT);
        // What is not prose is a small part of a book: where this is too much, the rest is never touched.
        let mut json = String::with_capacity(whole.len() / 16);
        let (mut cuts, mut kept) = (Vec::new(), 0);
        while let Some(at) = finder.find(&whole.as_bytes()[kept..]) {
            let start = kept + at + BEFORE_CONTENT.len();
            let Some(length) = string_length(&whole.as_bytes()[start..]) else { break };
            json.push_str(&whole[kept..start]);
            kept = start + length;
            cuts.push((json.len(), kept - json.len()));
        }
        json.push_str(&whole[kept..]);
        Skeleton { whole, json, cuts }
    }

    /// The bytes that came for a part of the skeleton, contents included.
    pub(super) fn came(&self, part: &str) -> Option<&'a str> {
        let part = range_in(&self.json, part)?;
        self.whole.get(self.place(part.start)..self.place(part.end))
    }

    /// The chapter as it came.
    pub(super) fn chapter(&self, chapter: Chapter<'_>) -> Option<Chapter<'a>> {
        let text = |text: Option<Cow<'_, str>>| match text {
            Some(Cow::Borrowed(text)) => self.came(text).map(|text| Some(Cow::Borrowed(text))),
            Some(Cow::Owned(text)) => Some(Some(Cow::Owned(text))),
            None => Some(None),
        };
        let Chapter { path, source_path, raw } = chapter;
        Some(Chapter { path: text(path)?, source_path: text(source_path)?, raw: self.came(raw)? })
    }

    /// Where a place of the skeleton is in the whole.
    fn place(&self, at: usize) -> usize {
        let before = self.cuts.partition_point(|&(cut, _)| cut <= at);
        at + before.checked_sub(1).map_or(0, |last| self.cuts[last].1)
    }
}

/// The bytes up to the quote that ends a string (RFC 8259, section 7): one that no backslash escapes.
fn string_length(text: &[u8]) -> Option<usize> {
    memchr_iter(b'"', text).find(|&quote| {
        let backslashes = text[..quote].iter().rev().take_while(|&&byte| byte == b'\\').count();
        backslashes % 2 == 0
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_is_not_handed_to_the_reader() {
        let json = r#"[{"content":{}},{"name":"content","content":"a \"b\" \\","sub_items":[{"content":""}]},"\"content\":\"c"]"#;
        let skeleton = Skeleton::of(json);
        let rest = r#"[{"content":{}},{"name":"content","content":"","sub_items":[{"content":""}]},"\"content\":\"c"]"#;
        assert_eq!(skeleton.json, rest);
        let part = |text: &str| skeleton.json.find(text).map(|at| &skeleton.json[at..at + text.len()]).unwrap();
        assert_eq!(skeleton.came(part(r#""","sub_items""#)), Some(r#""a \"b\" \\","sub_items""#));
        assert_eq!(skeleton.came(part(r#"{"content":""}"#)), Some(r#"{"content":""}"#));
        assert_eq!(skeleton.came(&skeleton.json), Some(json));
    }

    #[test]
    fn what_is_not_closed_or_written_otherwise_stays() {
        for json in [r#"{"content":"a \" b"#, r#"{"content": "a"}"#, r#"{"content" :"a"}"#, ""] {
            assert_eq!(Skeleton::of(json).json, json);
        }
    }
}
