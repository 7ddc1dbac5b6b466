//! mdBook's preprocessor protocol: `[context, book]` as JSON bytes in, the book with some chapters' contents replaced out.
//!
//! The book is never rebuilt: chapters are borrowed slices of the bytes that came, and what is written are those
//! bytes with the changed strings encoded anew. So fields that this program does not know survive, both generations
//! of the format are served by one reader, and a chapter that is not touched costs a scan and no more.

mod book;
mod context;
mod prefilter;
mod skeleton;

use std::borrow::Cow;
use std::fmt;
use std::io::{self, Write};
use std::ops::Range;

use serde::de::{Deserializer, Error as _, IgnoredAny, SeqAccess, Visitor};
use serde_json::error::Category;
use serde_json::value::RawValue;

use crate::diagnostic::Code;
use crate::parallel;

use skeleton::Skeleton;

pub use context::{Context, HostConfig, is_tested};
pub use prefilter::{may_need, may_need_text};

/// What mdBook sent.
#[derive(Debug)]
pub struct Request<'a> {
    /// The book's place, its configuration, and who asks.
    pub context: Context,
    /// The book.
    pub book: Book<'a>,
}

/// A book as it came, with its chapters found in it.
#[derive(Debug)]
pub struct Book<'a> {
    raw: &'a str,
    /// All chapters in the order of the book, nested ones after their parent.
    pub chapters: Vec<Chapter<'a>>,
}

/// One chapter as it came.
#[derive(Clone, Debug)]
pub struct Chapter<'a> {
    /// Path in `src` of the page that it becomes; `None` for a draft.
    pub path: Option<Cow<'a, str>>,
    /// Path in `src` of the file that it was read from, e.g. `README.md` where `path` is `index.md`.
    pub source_path: Option<Cow<'a, str>>,
    /// The content as a JSON string literal, quotes included.
    pub raw: &'a str,
}

impl<'a> Chapter<'a> {
    /// The content decoded; borrowed where nothing in it is escaped. `None` for an escape that means nothing, such as half
    /// a surrogate pair, which no mdBook sends and none would read back.
    pub fn content(&self) -> Option<Cow<'a, str>> {
        let inner = self.raw.get(1..self.raw.len().saturating_sub(1)).unwrap_or_default();
        if memchr::memchr(b'\\', inner.as_bytes()).is_none() {
            return Some(Cow::Borrowed(inner));
        }
        serde_json::from_str(self.raw).ok().map(Cow::Owned)
    }
}

/// Why the bytes on stdin cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Nothing came.
    Empty,
    /// The JSON stops in the middle.
    Truncated(String),
    /// It is no JSON.
    NotJson(String),
    /// It is JSON, but nothing that mdBook sends.
    NotMdbook,
    /// Chapters nested more deeply than mdBook itself could read back.
    TooDeep,
    /// A book of a shape that neither tested generation has.
    Unsupported {
        /// What the host calls itself.
        version: String,
        /// What did not fit.
        detail: String,
    },
}

impl Refusal {
    /// The diagnostic code, where it has one.
    pub fn code(&self) -> Option<Code> {
        matches!(self, Refusal::Unsupported { .. }).then_some(Code::UnsupportedMdbook)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::Empty => f.write_str("stdin is empty, but mdBook should have sent a book there"),
            Refusal::Truncated(detail) => write!(f, "the JSON on stdin is cut off: {detail}"),
            Refusal::NotJson(detail) => write!(f, "what came on stdin is not the JSON that mdBook sends: {detail}"),
            Refusal::NotMdbook => f.write_str("the JSON on stdin is not mdBook's `[context, book]`"),
            Refusal::TooDeep => f.write_str("the chapters of this book are nested too deeply to be read"),
            Refusal::Unsupported { version, detail } => write!(
                f,
                "mdBook {version} sends a book of a shape that mdbook-database {} does not know; \
                 it reads those of mdBook 0.4 and 0.5 ({detail})",
                env!("CARGO_PKG_VERSION")
            ),
        }
    }
}

/// Reads what mdBook sent. Errors say in one sentence what is wrong with it.
pub fn parse(input: &[u8]) -> Result<Request<'_>, Refusal> {
    if input.trim_ascii().is_empty() {
        return Err(Refusal::Empty);
    }
    let text = std::str::from_utf8(input).map_err(|error| Refusal::NotJson(error.to_string()))?;
    let skeleton = Skeleton::of(text);
    let refused = |error| refusal(text, &in_whole(text, error));
    let (context, chapters) = read(&skeleton.json).map_err(refused)?;
    let context = skeleton.came(context).ok_or(Refusal::NotMdbook)?;
    let chapters = chapters.into_iter().map(|chapter| skeleton.chapter(chapter)).collect::<Option<_>>();
    let raw = book_slice(text, context).ok_or(Refusal::NotMdbook)?;
    let context = serde_json::from_str(context).map_err(refused)?;
    Ok(Request { context, book: Book { raw, chapters: chapters.ok_or(Refusal::NotMdbook)? } })
}

/// The bytes of the context and the chapters of `[context, book]`.
fn read(json: &str) -> serde_json::Result<(&str, Vec<Chapter<'_>>)> {
    let mut reader = serde_json::Deserializer::from_str(json);
    let parts = reader.deserialize_tuple(2, RequestVisitor)?;
    reader.end().map(|()| parts)
}

/// A mistake that a part of the text has shown, or the text without contents, with its place in all that came.
fn in_whole(text: &str, shown: serde_json::Error) -> serde_json::Error {
    let whole = read(text).map(drop).and_then(|()| serde_json::from_str::<(Context, IgnoredAny)>(text).map(drop));
    whole.err().unwrap_or(shown)
}

/// The text of the book: what stands between the comma after the context and the closing bracket.
fn book_slice<'a>(text: &'a str, context: &str) -> Option<&'a str> {
    let context = range_in(text, context)?;
    let after = text.get(context.end..)?.trim_start().strip_prefix(',')?;
    Some(after.trim_end().strip_suffix(']')?.trim())
}

/// Where `part`, a slice of `whole`, lies in it.
fn range_in(whole: &str, part: &str) -> Option<Range<usize>> {
    let start = (part.as_ptr() as usize).checked_sub(whole.as_ptr() as usize)?;
    let end = start + part.len();
    (end <= whole.len()).then_some(start..end)
}

/// Tells the kinds of failure apart; only JSON with a host's version in it can come from an unknown mdBook.
fn refusal(text: &str, error: &serde_json::Error) -> Refusal {
    let detail = error.to_string();
    match error.classify() {
        Category::Eof => Refusal::Truncated(detail),
        _ if detail.starts_with("recursion limit") => Refusal::TooDeep,
        Category::Data => match context::version(text) {
            Some(version) => Refusal::Unsupported { version, detail },
            None => Refusal::NotMdbook,
        },
        _ => Refusal::NotJson(detail),
    }
}

struct RequestVisitor;

impl<'de> Visitor<'de> for RequestVisitor {
    type Value = (&'de str, Vec<Chapter<'de>>);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("`[context, book]`")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let context: Option<&RawValue> = seq.next_element()?;
        let context = context.ok_or_else(|| A::Error::invalid_length(0, &self))?;
        let mut chapters = Vec::new();
        match seq.next_element_seed(book::BookSeed { chapters: &mut chapters })? {
            Some(()) => Ok((context.get(), chapters)),
            None => Err(A::Error::invalid_length(1, &self)),
        }
    }
}

/// A text as a string literal, with room for as many escapes as pages usually need.
fn encoded(text: &str) -> serde_json::Result<Vec<u8>> {
    let mut literal = Vec::with_capacity(text.len() + text.len() / 8);
    serde_json::to_writer(&mut literal, text)?;
    Ok(literal)
}

/// How many chapters are encoded in the time in which one template is read and filled, at the least.
const ENCODINGS_PER_READING: usize = 8;

/// How many encoded chapters are held, at the most.
const ENCODED_AT_ONCE: usize = 128;

impl Book<'_> {
    /// Writes the book: the bytes that came, but with the contents of some chapters replaced.
    ///
    /// `contents` holds new texts by index into [`Book::chapters`]. Errors are those of `out`.
    pub fn write(&self, contents: &[(usize, &str)], out: &mut impl Write) -> io::Result<()> {
        let mut edits: Vec<_> = contents
            .iter()
            .filter_map(|&(index, text)| Some((range_in(self.raw, self.chapters.get(index)?.raw)?, text)))
            .collect();
        // A later mdBook may send a chapter's content after its sub-chapters.
        edits.sort_by_key(|(range, _)| range.start);
        let mut written = 0;
        for edits in edits.chunks(ENCODED_AT_ONCE) {
            let size = |(_, text): &(Range<usize>, &str)| text.len() / ENCODINGS_PER_READING;
            let encoded = parallel::map(edits, None, size, |(_, text)| encoded(text));
            for ((range, _), text) in edits.iter().zip(encoded) {
                out.write_all(&self.raw.as_bytes()[written..range.start])?;
                out.write_all(&text?)?;
                written = range.end;
            }
        }
        out.write_all(&self.raw.as_bytes()[written..])?;
        out.flush()
    }
}

#[cfg(test)]
mod tests;
