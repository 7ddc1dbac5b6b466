//! The dialect of Markdown that every part of the crate reads: mdBook's own, as pulldown-cmark options.

use pulldown_cmark::Options;

/// The extensions with which mdBook 0.5 parses a chapter, except smart punctuation.
///
/// mdBook's set is fixed but for three settings. Definition lists and alerts are on by default and taken as on: where a
/// book turns them off, an escape too many is invisible. Smart punctuation changes how quotes and dashes look and never
/// the structure, and it would hide the source text of an event, so it is left out.
pub fn options() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_DEFINITION_LIST
        | Options::ENABLE_GFM
}
