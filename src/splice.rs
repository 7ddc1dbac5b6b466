//! Edits applied to a text, and values kept from becoming mdBook includes.

use std::borrow::Cow;
use std::ops::Range;

use memchr::memmem;
use pulldown_cmark::{Event, Parser, Tag};

use crate::markdown;
use crate::place::Misfit;
use crate::source::next_line;

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
    let mut out = String::with_capacity(spliced_length(&range, edits));
    let mut done = range.start;
    for edit in edits {
        debug_assert!(done <= edit.range.start && edit.range.end <= range.end, "edits are sorted and disjoint");
        out.push_str(&text[done..edit.range.start]);
        out.push_str(&edit.text);
        done = edit.range.end;
    }
    out.push_str(&text[done..range.end]);
    out
}

fn spliced_length(range: &Range<usize>, edits: &[Edit<'_>]) -> usize {
    let removed: usize = edits.iter().map(|edit| edit.range.len()).sum();
    let added: usize = edits.iter().map(|edit| edit.text.len()).sum();
    (range.len() + added).saturating_sub(removed)
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
pub fn splice_guarded(text: &str, range: Range<usize>, edits: &[Edit<'_>]) -> Result<String, Refused> {
    let out = splice(text, range.clone(), edits);
    if edits.is_empty() || opening(&out, 0).is_none() {
        return Ok(out);
    }
    Guard::new(&out, range, edits, false).defuse()
}

/// [`splice_guarded`] for a part of a page that others are put behind: what a value begins, none of them can complete.
///
/// # Errors
/// Also [`Misfit::Include`] for code with an include that is begun and not ended.
pub fn splice_part(text: &str, range: Range<usize>, edits: &[Edit<'_>]) -> Result<String, Refused> {
    let out = splice(text, range.clone(), edits);
    if edits.is_empty() || !out.contains("{{") {
        return Ok(out);
    }
    Guard::new(&out, range, edits, true).defuse()
}

/// What every directive begins with, at or behind `from`: `{{`, white space, `#`.
///
/// The whole of a directive, for mdBook 0.4 and 0.5, is that with a name, white space, anything but `}`, and `}}`; or,
/// escaped, `\{{#` and anything up to the last `}}` of the line. (A regular expression would take longer to be compiled
/// than most pages to be filled.)
fn opening(text: &str, from: usize) -> Option<Range<usize>> {
    let mut from = from;
    loop {
        let start = from + memmem::find(&text.as_bytes()[from..], b"{{")?;
        let behind = text[start + 2..].trim_start();
        if behind.starts_with('#') {
            return Some(start..text.len() - behind.len() + 1);
        }
        from = start + 1;
    }
}

/// A stretch of the spliced text with one origin.
struct Piece {
    end: usize,
    edit: Option<usize>,
}

/// A directive in the spliced text.
struct Directive {
    /// Where its `{{` begins.
    start: usize,
    /// Up to its name and the white space after it, or up to its `#` if it is escaped.
    head: usize,
    /// One past its `}}`.
    end: usize,
    /// Behind a backslash, so that mdBook shows it as text.
    escaped: bool,
    /// Where mdBook's own escape would end: the last `}}` of the line; `None` where it knows none.
    escape: Option<usize>,
}

/// What becomes of a directive.
enum Fix {
    Leave,
    /// The character there becomes an entity.
    Entity(usize),
    /// A backslash goes there.
    Backslash(usize),
}

/// Reads the spliced text as mdBook will, from left to right.
struct Guard<'g> {
    out: &'g str,
    edits: &'g [Edit<'g>],
    pieces: Vec<Piece>,
    /// The last edit that was looked into, and its code.
    code: Option<(usize, Vec<Range<usize>>)>,
    /// The last line that was looked at: its end, and the end of its last `}}`.
    line: (usize, Option<usize>),
    /// A position, and the next `}` behind it.
    brace: (usize, usize),
    /// More text is going to follow.
    is_part: bool,
}

impl<'g> Guard<'g> {
    fn new(out: &'g str, range: Range<usize>, edits: &'g [Edit<'g>], is_part: bool) -> Guard<'g> {
        let mut pieces = Vec::with_capacity(2 * edits.len() + 1);
        let (mut end, mut done) = (0, range.start);
        for (index, edit) in edits.iter().enumerate() {
            end += edit.range.start - done;
            pieces.push(Piece { end, edit: None });
            end += edit.text.len();
            pieces.push(Piece { end, edit: Some(index) });
            done = edit.range.end;
        }
        pieces.push(Piece { end: out.len(), edit: None });
        Guard { out, edits, pieces, code: None, line: (0, None), brace: (0, 0), is_part }
    }

    fn defuse(mut self) -> Result<String, Refused> {
        let out = self.out;
        let mut defused = String::with_capacity(out.len() + 64);
        let (mut done, mut from) = (0, 0);
        while let Some(begin) = opening(out, from) {
            from = begin.end;
            let whole = self.directive(begin.clone());
            let Some(directive) = whole.or_else(|| self.begun(begin).filter(|_| self.is_part)) else {
                continue;
            };
            match self.fix(&directive)? {
                Fix::Leave if directive.end == out.len() => {}
                Fix::Leave => from = directive.end,
                Fix::Entity(at) => {
                    let c = out[at..].chars().next().unwrap_or('{');
                    defused.push_str(&out[done..at]);
                    defused.push_str(&format!("&#{};", u32::from(c)));
                    done = at + c.len_utf8();
                    from = from.max(done);
                }
                Fix::Backslash(at) => {
                    defused.push_str(&out[done..at]);
                    defused.push('\\');
                    done = at;
                    from = directive.escape.unwrap_or(from);
                }
            }
        }
        if let Some(directive) = self.last_braces()
            && let Fix::Entity(at) = self.fix(&directive)?
            && at >= done
        {
            defused.push_str(&out[done..at]);
            defused.push_str("&#123;");
            done = at + 1;
        }
        defused.push_str(&out[done..]);
        Ok(defused)
    }

    /// The directive that begins with `opening`, if it is one.
    fn directive(&mut self, opening: Range<usize>) -> Option<Directive> {
        let Range { start, end: hash } = opening;
        let escape = self.line_close(hash).filter(|_| hash - start == 3);
        if let (true, Some(end)) = (self.out[..start].ends_with('\\'), escape) {
            return Some(Directive { start, head: hash, end, escaped: true, escape });
        }
        let rest = &self.out[hash..];
        let name = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '_').len();
        let space = rest[name..].chars().next().filter(|c| c.is_whitespace())?;
        let head = hash + name + space.len_utf8();
        let close = self.next_brace(head);
        let complete = name > 0 && close > head && self.out[close..].starts_with("}}");
        complete.then_some(Directive { start, head, end: close + 2, escaped: false, escape })
    }

    /// The same for one that the text behind this part could complete.
    fn begun(&mut self, opening: Range<usize>) -> Option<Directive> {
        let Range { start, end: hash } = opening;
        let rest = &self.out[hash..];
        let name = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '_').len();
        let head = hash + name;
        let open = self.out[head..].chars().next().is_none_or(char::is_whitespace);
        let begun = open && self.next_brace(head) + 1 >= self.out.len();
        begun.then_some(Directive { start, head, end: self.out.len(), escaped: false, escape: None })
    }

    /// The same for braces at the end, which only lack a `#`.
    fn last_braces(&self) -> Option<Directive> {
        let text = self.out.trim_end();
        let start = text.strip_suffix("{{").filter(|_| self.is_part)?.len();
        Some(Directive { start, head: text.len(), end: text.len(), escaped: false, escape: None })
    }

    /// The end of the last `}}` on the line of `at`, if it stands behind `at`.
    fn line_close(&mut self, at: usize) -> Option<usize> {
        if at >= self.line.0 {
            let end = next_line(self.out, at);
            self.line = (end, self.out[at..end].rfind("}}").map(|close| at + close + 2));
        }
        self.line.1.filter(|&close| close >= at + 2)
    }

    /// The next `}` at or behind `at`, or the end.
    fn next_brace(&mut self, at: usize) -> usize {
        if at > self.brace.1 || at < self.brace.0 || self.brace.1 == 0 {
            self.brace = (at, self.out[at..].find('}').map_or(self.out.len(), |length| at + length));
        }
        self.brace.1
    }

    fn piece(&self, at: usize) -> usize {
        self.pieces.partition_point(|piece| piece.end <= at).min(self.pieces.len() - 1)
    }

    /// The value that the byte at `at` is part of.
    fn value(&self, at: usize) -> Option<usize> {
        let edit = self.pieces[self.piece(at)].edit?;
        (self.edits[edit].origin != Origin::Template).then_some(edit)
    }

    fn fix(&mut self, directive: &Directive) -> Result<Fix, Refused> {
        let first = self.piece(directive.start);
        let whole = first == self.piece(directive.head - 1);
        if whole && self.value(directive.start).is_none() {
            return self.fix_end(directive);
        }
        let owned = [directive.start + 1, directive.start]
            .into_iter()
            .chain(directive.start + 2..directive.head)
            .find_map(|at| self.value(at).map(|edit| (at, edit)));
        let Some((at, edit)) = owned else {
            // Two pieces of template that met because an edit between them left nothing.
            let edit = self.pieces[first..].iter().find_map(|piece| piece.edit).unwrap_or_default();
            return Err(Refused { edit, misfit: Misfit::Include });
        };
        match (self.is_code(at, edit), directive.escape) {
            (false, _) => Ok(Fix::Entity(at)),
            (true, Some(_)) => Ok(Fix::Backslash(directive.start)),
            (true, None) => Err(Refused { edit, misfit: Misfit::Include }),
        }
    }

    /// A directive that the template begins is its own, unless a value ends it.
    fn fix_end(&mut self, directive: &Directive) -> Result<Fix, Refused> {
        let closing = [directive.end - 1, directive.end - 2];
        match closing.into_iter().find_map(|at| self.value(at).map(|edit| (at, edit))) {
            _ if directive.escaped => Ok(Fix::Leave),
            None => Ok(Fix::Leave),
            Some((at, edit)) if !self.is_code(at, edit) => Ok(Fix::Entity(at)),
            Some((_, edit)) => Err(Refused { edit, misfit: Misfit::Include }),
        }
    }

    /// The byte at `at`, part of the value `edit`, is shown raw.
    fn is_code(&mut self, at: usize, edit: usize) -> bool {
        if self.edits[edit].origin == Origin::Code {
            return true;
        }
        let start = self.piece(at).checked_sub(1).map_or(0, |before| self.pieces[before].end);
        if self.code.as_ref().is_none_or(|(index, _)| *index != edit) {
            self.code = Some((edit, code_ranges(&self.edits[edit].text)));
        }
        let Some((_, ranges)) = &self.code else { return false };
        let next = ranges.partition_point(|range| range.end <= at - start);
        ranges.get(next).is_some_and(|range| range.contains(&(at - start)))
    }
}

/// Code and HTML in a value, where an entity would be shown or change what a script does.
fn code_ranges(markdown: &str) -> Vec<Range<usize>> {
    Parser::new_ext(markdown, markdown::options())
        .into_offset_iter()
        .filter(|(event, _)| {
            let raw = matches!(event, Event::Code(_) | Event::InlineHtml(_));
            raw || matches!(event, Event::Start(Tag::CodeBlock(_) | Tag::HtmlBlock))
        })
        .map(|(_, range)| range)
        .collect()
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use regex::{Captures, Regex};

    use super::{Edit, Origin, Refused, splice, splice_guarded, splice_part};
    use crate::place::Misfit;

    /// `template` with `@` replaced by `value`.
    fn guarded(template: &str, value: &str, origin: Origin) -> Result<String, Refused> {
        let edits: Vec<Edit<'_>> =
            template.match_indices('@').map(|(at, _)| Edit::new(at..at + 1, value, origin)).collect();
        splice_guarded(template, 0..template.len(), &edits)
    }

    fn prose(template: &str, value: &str) -> String {
        guarded(template, value, Origin::Prose).unwrap()
    }

    fn code(template: &str, value: &str) -> String {
        guarded(template, value, Origin::Code).unwrap()
    }

    const REFUSED: Result<String, Refused> = Err(Refused { edit: 0, misfit: Misfit::Include });

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
        assert_eq!(guarded("@", "{{#include\nx}}", Origin::Code), REFUSED);
        assert_eq!(guarded("@", "{{ #include x}}", Origin::Code), REFUSED);
        assert_eq!(guarded("{{#include x@", "}}", Origin::Code), REFUSED);
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
        assert_eq!(guarded("{{@#include x}}", "", Origin::Prose), REFUSED);
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
            assert_eq!(part("K=@", begun, Origin::Code), REFUSED);
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
