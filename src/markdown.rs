//! How mdBook reads Markdown: the one copy of its option set in this crate.

use pulldown_cmark::Options;

/// The extensions of mdBook 0.5 with its default settings, without smart punctuation, which changes no structure.
pub fn options() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_DEFINITION_LIST
        | Options::ENABLE_GFM
}
