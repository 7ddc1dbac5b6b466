//! Edits applied to a text, and values kept from becoming mdBook includes, of which `guard` takes care, and from making
//! a `fence` of the line that they stand on.

mod fence;
mod guard;

use std::borrow::Cow;
use std::ops::Range;

use crate::place::Misfit;
pub use fence::{Ticks, joined_headers, opened_fences};
pub use guard::Scope;
use guard::{Guard, opening};

/// What the text of an edit is, which decides how an include in it is defused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A value in prose: Markdown.
    Prose,
    /// A value in code: raw text.
    Code,
    /// Text of the template, or a splice that is guarded already; includes wholly inside it are meant.
    Template,
}

/// A range of a text and what stands there instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit<'e> {
    /// Bytes that are replaced; an empty range inserts.
    pub range: Range<usize>,
    /// The text in their place.
    pub text: Cow<'e, str>,
    /// What that text is.
    pub origin: Origin,
}

impl<'e> Edit<'e> {
    /// An edit of `range`.
    pub fn new(range: Range<usize>, text: impl Into<Cow<'e, str>>, origin: Origin) -> Edit<'e> {
        Edit { range, text: text.into(), origin }
    }
}

/// The part `range` of `text` with `edits` applied. Edits are sorted, disjoint and within `range`; bytes outside them
/// come out as they are.
pub fn splice(text: &str, range: Range<usize>, edits: &[Edit<'_>]) -> String {
    let mut out = String::new();
    write(text, &range, edits, &mut out);
    out
}

/// Writes what [`splice`] returns behind `out`.
fn write(text: &str, range: &Range<usize>, edits: &[Edit<'_>], out: &mut String) {
    out.reserve(range.len() + edits.iter().map(|edit| edit.text.len()).sum::<usize>());
    let mut done = range.start;
    for edit in edits {
        debug_assert!(done <= edit.range.start && edit.range.end <= range.end, "edits are sorted and disjoint");
        out.push_str(&text[done..edit.range.start]);
        out.push_str(&edit.text);
        done = edit.range.end;
    }
    out.push_str(&text[done..range.end]);
}

/// An edit whose text cannot be written, by its index, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Index into the edits.
    pub edit: usize,
    /// The reason.
    pub misfit: Misfit,
}

/// [`splice`], with every include defused that the template does not hold itself.
///
/// mdBook's `links` preprocessor runs later and searches the text for `{{#include …}}` and its kin, code or not. One
/// that begins in a value, or where a value meets its neighbours, is defused: in prose by an entity, in code by mdBook's
/// own escape `\{{#…}}`, which `links` takes off again. An include that the template itself begins is its author's.
///
/// # Errors
/// [`Misfit::Include`] for code in which the include spans lines, or has white space before its `#`: mdBook knows no
/// escape for that.
pub fn splice_guarded(text: &str, range: Range<usize>, edits: &[Edit<'_>]) -> Result<String, Vec<Refused>> {
    let mut out = String::new();
    splice_into(text, range, edits, Some(Scope::Page), &mut out)?;
    Ok(out)
}

/// [`splice_guarded`] for a page or a part of one that others are put behind, written behind `out`; without a scope,
/// [`splice`]. In a part, what a value begins is defused, too, so that none of the others can complete it.
///
/// # Errors
/// As [`splice_guarded`], in a part also for code with an include that is begun and not ended. `out` then has the text
/// with the include.
pub fn splice_into(
    text: &str,
    range: Range<usize>,
    edits: &[Edit<'_>],
    scope: Option<Scope>,
    out: &mut String,
) -> Result<(), Vec<Refused>> {
    let start = out.len();
    write(text, &range, edits, out);
    let written = &out[start..];
    let (scope, holds_include) = match scope {
        None => return Ok(()),
        Some(Scope::Page) => (Scope::Page, opening(written, 0).is_some()),
        Some(Scope::Part) => (Scope::Part, !edits.is_empty() && holds_braces(written)),
    };
    if holds_include {
        let defused = Guard::new(written, range, edits, scope).defuse()?;
        out.replace_range(start.., &defused);
    }
    Ok(())
}

fn holds_braces(text: &str) -> bool {
    memchr::memchr(b'{', text.as_bytes()).is_some_and(|at| text[at..].contains("{{"))
}

#[cfg(test)]
mod tests {
    use std::ops::Range;
    use std::sync::LazyLock;

    use regex::{Captures, Regex};

    use super::{Edit, Origin, Refused, Scope, splice, splice_guarded, splice_into};
    use crate::place::Misfit;

    /// `template` with `@` replaced by `value`.
    fn guarded(template: &str, value: &str, origin: Origin) -> Result<String, Vec<Refused>> {
        let edits: Vec<Edit<'_>> =
            template.match_indices('@').map(|(at, _)| Edit::new(at..at + 1, value, origin)).collect();
        splice_guarded(template, 0..template.len(), &edits)
    }

    fn splice_part(template: &str, range: Range<usize>, edits: &[Edit<'_>]) -> Result<String, Vec<Refused>> {
        let mut out = "{".to_owned();
        splice_into(template, range, edits, Some(Scope::Part), &mut out)?;
        Ok(out.split_off(1))
    }

    fn prose(template: &str, value: &str) -> String {
        guarded(template, value, Origin::Prose).unwrap()
    }

    fn code(template: &str, value: &str) -> String {
        guarded(template, value, Origin::Code).unwrap()
    }

    fn refused() -> Result<String, Vec<Refused>> {
        Err(vec![Refused { edit: 0, misfit: Misfit::Include }])
    }

    #[test]
    fn edits_replace_insert_and_remove() {
        let edit = |range, text| Edit::new(range, text, Origin::Prose);
        assert_eq!(splice("abc", 0..3, &[]), "abc");
        assert_eq!(splice("abc", 1..2, &[edit(1..2, "xyz")]), "xyz");
        assert_eq!(splice("abc", 0..3, &[edit(0..0, "<"), edit(1..2, ""), edit(3..3, ">")]), "<ac>");
        assert_eq!(splice("äöü", 0..6, &[edit(2..4, "é")]), "äéü");
    }

    #[test]
    fn an_include_in_prose_becomes_text() {
        assert_eq!(prose("a @ b", "{{#include /etc/passwd}}"), "a {&#123;#include /etc/passwd}} b");
        assert_eq!(prose("@", "{{ #playground x}}"), "{&#123; #playground x}}");
        assert_eq!(prose("@", "\\{{#include x}}"), "\\{&#123;#include x}}");
        assert_eq!(prose("@", "{{{#include x}}"), "{{&#123;#include x}}");
        assert_eq!(prose("@", "{{#include\nx}}"), "{&#123;#include\nx}}");
    }

    #[test]
    fn an_include_in_code_is_escaped_as_mdbook_wants_it() {
        assert_eq!(code("`@`", "{{#include x}}"), "`\\{{#include x}}`");
        assert_eq!(code("`@`", "{{#a b}}"), "`\\{{#a b}}`");
        assert_eq!(code("`@`", "\\{{#include x}}"), "`\\\\{{#include x}}`");
        assert_eq!(code("@", "{{#include x}} {{#include y}}"), "\\{{#include x}} {{#include y}}");
        assert_eq!(code("@", "{{#include x}}\n{{#include y}}"), "\\{{#include x}}\n\\{{#include y}}");
    }

    #[test]
    fn an_include_in_code_that_mdbook_cannot_escape_is_refused() {
        assert_eq!(guarded("@", "{{#include\nx}}", Origin::Code), refused());
        assert_eq!(guarded("@", "{{ #include x}}", Origin::Code), refused());
        assert_eq!(guarded("{{#include x@", "}}", Origin::Code), refused());
    }

    #[test]
    fn an_include_that_a_value_completes_becomes_text() {
        assert_eq!(prose("see {{@ x}}", "#include"), "see {{&#35;include x}}");
        assert_eq!(prose("\\{{#include @", "x}}"), "\\{{#include x}}");
    }

    #[test]
    fn each_value_has_its_own_code() {
        let (first, second) = ("`{{#include a}}`", "{{#include b}} c");
        let edits = [Edit::new(0..1, first, Origin::Prose), Edit::new(2..3, second, Origin::Prose)];
        assert_eq!(splice_guarded("@\n@", 0..3, &edits).unwrap(), "`\\{{#include a}}`\n{&#123;#include b}} c");
    }

    #[test]
    fn code_inside_a_value_of_prose_is_code() {
        assert_eq!(prose("@", "a `{{#include x}}` b"), "a `\\{{#include x}}` b");
        assert_eq!(prose("words before @", "`{{#include x}}` b"), "words before `\\{{#include x}}` b");
        assert_eq!(prose("@", "{{#include x}} `c`"), "{&#123;#include x}} `c`");
    }

    #[test]
    fn a_part_may_end_in_any_character() {
        for end in ["…", "😀", "é", "-`", "{", ""] {
            let part = |text: &str| splice_part("@", 0..1, &[Edit::new(0..1, text.to_owned(), Origin::Prose)]);
            let value = format!("{{{{x}} {end}");
            assert_eq!(part(&value), Ok(value.clone()));
        }
    }

    #[test]
    fn an_include_that_only_the_seam_makes_is_found() {
        assert_eq!(prose("{@", "{#include x}}"), "{&#123;#include x}}");
        assert_eq!(prose("{{@", "#include x}}"), "{{&#35;include x}}");
        assert_eq!(prose("{{#@}}", "include x"), "{{#&#105;nclude x}}");
        assert_eq!(prose("{{#include x@", "}}"), "{{#include x}&#125;");
        assert_eq!(prose("{{#include x@}", "}"), "{{#include x&#125;}");
        assert_eq!(code("{@", "{#include x}}"), "\\{{#include x}}");
        let edits = [Edit::new(0..1, "{{#inc", Origin::Prose), Edit::new(1..2, "lude x}}", Origin::Code)];
        assert_eq!(splice_guarded("@@", 0..2, &edits).unwrap(), "{&#123;#include x}}");
        assert_eq!(guarded("{{@#include x}}", "", Origin::Prose), refused());
    }

    #[test]
    fn what_a_part_begins_no_other_part_can_complete() {
        let part = |template: &str, value, origin| {
            let at = template.find('@').unwrap();
            splice_part(template, 0..template.len(), &[Edit::new(at..at + 1, value, origin)])
        };
        for begun in ["{{#include", "{{#include x", "{{#include x}", "{{ #", "{{#", "{{"] {
            let defused = begun.replacen("{{", "{&#123;", 1);
            assert_eq!(part("- @", begun, Origin::Prose).unwrap(), format!("- {defused}"));
            if !begun.ends_with('}') {
                assert_eq!(part("@\n", begun, Origin::Prose).unwrap(), format!("{defused}\n"));
            }
            assert_eq!(part("K=@", begun, Origin::Code), refused());
        }
        assert_eq!(part("@", "{{#a {{#b x", Origin::Prose).unwrap(), "{&#123;#a {&#123;#b x");
        for ended in ["{{#if x} y", "{{ x }}", "{{#if}", "{ {", "{{#if x} …"] {
            assert_eq!(part("@", ended, Origin::Code).unwrap(), ended);
        }
        assert_eq!(part("@ {{#include", "a", Origin::Prose).unwrap(), "a {{#include", "the template's own");
    }

    #[test]
    fn the_template_may_include() {
        for template in ["@ {{#include x}}", "{{#include x}}@", "\\{{#include x}} @", "{{#include @}}"] {
            assert_eq!(prose(template, "v"), template.replace('@', "v"));
        }
        assert_eq!(guarded("a @", "{{#include x}}", Origin::Template).unwrap(), "a {{#include x}}");
    }

    #[test]
    fn braces_that_include_nothing_are_left_alone() {
        for value in ["{{#include}}", "{{#include }}", "{{# x}}", "{{#if x", "{{ x }}", "{#id}", "{{#}}", "{{ # }}"] {
            assert_eq!(prose("@", value), value);
            assert_eq!(code("@", value), value);
        }
    }

    #[test]
    fn many_openings_take_time_in_proportion() {
        let value = format!("{}x}}}}", "{{#a ".repeat(200_000));
        assert_eq!(prose("@", &value).matches("&#123;").count(), 200_000);
        assert!(code("@", &value).starts_with("\\{{#a {{#a"));
    }

    /// The expression of mdBook 0.4 and 0.5 itself.
    static LINKS: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"\\\{\{\#.*\}\}|\{\{\s*\#([a-zA-Z0-9_]+)\s+([^}]+)\}\}").unwrap());

    fn includes(text: &str) -> usize {
        LINKS.captures_iter(text).filter(|found| found.get(1).is_some()).count()
    }

    /// `text` as mdBook leaves it, which takes the backslash off an escaped directive.
    fn read_by_mdbook(text: &str) -> String {
        LINKS.replace_all(text, |found: &Captures<'_>| found[0].trim_start_matches('\\').to_owned()).into_owned()
    }

    proptest::proptest! {
        #[test]
        fn no_value_becomes_an_include(
            value in "([{}]|\\{\\{|\\}\\}|#| |\n|include|\\\\|x|`){1,12}",
            template in "([{#} x@]|\\{\\{|\\}\\}|@|\n){0,8}@[{#} x@]{0,3}",
            code in proptest::bool::ANY,
        ) {
            let origin = if code { Origin::Code } else { Origin::Prose };
            if let Ok(out) = guarded(&template, &value, origin) {
                let own = includes(&template);
                proptest::prop_assert!(includes(&out) <= own, "{:?}", out);
            }
        }

        #[test]
        fn code_is_shown_as_it_is(value in "([{}]|\\{\\{#|\\}\\}| |\n|include |\\\\|x){1,12}") {
            let template = "x @ y\n@\n";
            if let Ok(out) = guarded(template, &value, Origin::Code) {
                proptest::prop_assert_eq!(read_by_mdbook(&out), template.replace('@', &value));
            }
        }
    }
}
