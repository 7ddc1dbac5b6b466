//! Markdown as every part of the crate reads it: mdBook's own dialect, as blocks that know their places.

pub(crate) mod blocks;
mod definitions;
mod parse;

pub(crate) use definitions::{fold_label, number_footnotes, undefined};
pub(crate) use parse::parse;
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

#[cfg(test)]
mod tests {
    use mdbook_markdown::{MarkdownOptions, new_cmark_parser};
    use pulldown_cmark::Parser;

    #[test]
    fn every_extension_is_read_as_mdbook_reads_it() {
        let text = "# Title {#id .class}\n\n| a | b |\n|---|---|\n| ~~c~~ | ~d~ |\n\n- [ ] task\n\nnote[^1]\n\n[^1]: said\n\n\
                    term\n: definition\n\n> [!NOTE]\n> alert\n\n\"quoted\" -- text...\n\n---\na: b\n---\n\n+++\nc = 1\n+++\n\n\
                    $x$ [[wiki]] ^up^ ||hidden|| https://example.com :::\n";
        let mut host = MarkdownOptions::default();
        host.smart_punctuation = false;
        let theirs: Vec<_> = new_cmark_parser(text, &host).into_offset_iter().collect();
        let ours: Vec<_> = Parser::new_ext(text, super::options()).into_offset_iter().collect();
        assert_eq!(ours, theirs);
    }
}
