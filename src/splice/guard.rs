//! Includes that a value begins or ends, defused.

use std::ops::Range;

use memchr::memmem;
use pulldown_cmark::{Event, Parser, Tag};

use super::{Edit, Origin, Refused};
use crate::markdown;
use crate::place::Misfit;
use crate::source::next_line;

/// What every directive begins with, at or behind `from`: `{{`, white space, `#`.
///
/// The whole of a directive, for mdBook 0.4 and 0.5, is that with a name, white space, anything but `}`, and `}}`; or,
/// escaped, `\{{#` and anything up to the last `}}` of the line. (A regular expression would take longer to be compiled
/// than most pages to be filled.)
pub(super) fn opening(text: &str, from: usize) -> Option<Range<usize>> {
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

/// What the spliced text is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// A whole page.
    Page,
    /// A part of one: more text is going to follow.
    Part,
}

/// Reads the spliced text as mdBook will, from left to right.
pub(super) struct Guard<'g> {
    out: &'g str,
    edits: &'g [Edit<'g>],
    pieces: Vec<Piece>,
    /// The last edit that was looked into, and its code.
    code: Option<(usize, Vec<Range<usize>>)>,
    /// The last line that was looked at: its end, and the end of its last `}}`.
    line: (usize, Option<usize>),
    /// A position, and the next `}` behind it.
    brace: (usize, usize),
    scope: Scope,
}

/// Notes an edit that no escape is known for.
fn leave(edit: Refused, refused: &mut Vec<Refused>) -> Fix {
    refused.push(edit);
    Fix::Leave
}

impl<'g> Guard<'g> {
    pub(super) fn new(out: &'g str, range: Range<usize>, edits: &'g [Edit<'g>], scope: Scope) -> Guard<'g> {
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
        Guard { out, edits, pieces, code: None, line: (0, None), brace: (0, 0), scope }
    }

    /// The text with every include defused that a value begins or ends, or the edits that no escape is known for.
    pub(super) fn defuse(mut self) -> Result<String, Vec<Refused>> {
        let out = self.out;
        let mut defused = String::with_capacity(out.len() + 64);
        let (mut done, mut from) = (0, 0);
        let mut refused = Vec::new();
        while let Some(begin) = opening(out, from) {
            from = begin.end;
            let whole = self.directive(begin.clone());
            let Some(directive) = whole.or_else(|| self.begun(begin).filter(|_| self.scope == Scope::Part)) else {
                continue;
            };
            match self.fix(&directive).unwrap_or_else(|edit| leave(edit, &mut refused)) {
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
            && let Fix::Entity(at) = self.fix(&directive).unwrap_or_else(|edit| leave(edit, &mut refused))
            && at >= done
        {
            defused.push_str(&out[done..at]);
            defused.push_str("&#123;");
            done = at + 1;
        }
        defused.push_str(&out[done..]);
        refused.dedup();
        if refused.is_empty() { Ok(defused) } else { Err(refused) }
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
        let start = text.strip_suffix("{{").filter(|_| self.scope == Scope::Part)?.len();
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
