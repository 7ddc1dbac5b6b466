//! Code blocks: lines with keys, placeholders of their own words, and diagrams.

use std::ops::Range;

use super::address::{Path, Scope, Use};
use super::brackets::{Bracket, Site};
use super::labels::{self, Lead};
use super::{Builder, CodeBlock, Form, Item, Label, PlaceholderKind, Role, Run, RunKind, TrapKind};
use crate::markdown::blocks::{Block, Code};
use crate::slug::label_slug;
use crate::source::line_of;

impl Builder<'_> {
    pub(super) fn code(&mut self, block: &Block, code: &Code, scope: &Scope, lead: Option<Lead>) -> CodeBlock {
        let below = lead.as_ref().map(|lead| scope.path_to(&label_slug(&lead.text)));
        let below = below.map(|path| scope.with_path(self.claims.claim_node(scope, path)));
        let scope = below.as_ref().unwrap_or(scope);
        let content = code.lines.first().zip(code.lines.last()).map(|(first, last)| first.start..last.end);
        let text = content.clone().map_or("", |content| &self.text[content]);
        let path = self.claims.claim(scope, &[scope.path_to("code")], Use::Code(text));
        let found: Vec<_> = match is_literal(&code.info) {
            true => Vec::new(),
            false => {
                let fence = if code.fenced { line_of(self.text, block.range.start).end } else { block.range.start };
                self.trap(TrapKind::InInfoString, block.range.start..fence);
                code.lines.iter().map(|line| self.brackets(line)).collect()
            }
        };
        let diagram = labels::is_diagram(self.text, &code.lines, &found);
        let kind = if diagram { PlaceholderKind::Diagram } else { PlaceholderKind::CodeBlock };
        let mut run = Run::new(RunKind::Code, block.range.clone(), scope.path.clone(), scope.path.clone(), scope);
        run.lead = lead.map(|lead| lead.range);
        let mut lines = code.lines.iter().zip(&found);
        run.own_lines = lines.any(|(line, found)| found.is_empty() && !self.text[line.clone()].trim().is_empty());
        for (line, brackets) in code.lines.iter().zip(found) {
            let Some(first) = brackets.first() else { continue };
            let more = !diagram && !run.items.is_empty() && self.is_more(line, brackets);
            run.items.push(match more {
                true => self.more_lines(line, first, &path, scope),
                false => self.code_line(line, brackets, scope, kind),
            });
        }
        CodeBlock { range: block.range.clone(), path, fenced: code.fenced, content, run, diagram }
    }

    /// Whether a line says that there may be more of the lines above it, as itself or in a comment.
    fn is_more(&self, line: &Range<usize>, brackets: &[Bracket]) -> bool {
        let [Bracket { range, .. }] = brackets else { return false };
        let beside = [&self.text[line.start..range.start], &self.text[range.end..line.end]];
        let marks = |c: char| c.is_whitespace() || "#/-;*%<>!".contains(c);
        beside.iter().all(|text| text.chars().all(marks)) && labels::is_continuation(self.inner(range))
    }

    fn more_lines(&mut self, line: &Range<usize>, bracket: &Bracket, path: &Path, scope: &Scope) -> Item {
        let kind = PlaceholderKind::Continuation;
        let slot = self.slot(bracket, path.clone(), kind, scope, Form::Prose, line.start);
        let (role, path) = (Role::Continuation, scope.path.clone());
        Item { range: line.clone(), role, label: None, path, slots: vec![slot], nested: Vec::new() }
    }

    /// A line with placeholders. One that is alone behind a key stands at the key.
    fn code_line(&mut self, line: &Range<usize>, brackets: &[Bracket], scope: &Scope, kind: PlaceholderKind) -> Item {
        let first = brackets.first().map_or(line.end, |bracket| bracket.range.start);
        let key = labels::of_code_line(self.text, line.clone()).filter(|key| key.end <= first);
        let at_key = key.is_some() && brackets.len() == 1;
        let mut inner = scope.clone();
        if let Some(key) = &key {
            let own = scope.path_to(&self.text[key.clone()]);
            inner.path = if at_key { own } else { self.claims.claim_node(scope, own) };
        }
        let mut item = Item {
            range: line.clone(),
            role: Role::Labelled,
            label: key.map(|range| Label { range, site: Site::CodeLine }),
            path: inner.path.clone(),
            slots: Vec::new(),
            nested: Vec::new(),
        };
        for bracket in brackets {
            let own = if at_key { inner.path.clone() } else { inner.path_to(&self.own_slug(bracket)) };
            let path = self.claims.claim_value(scope, own, self.inner(&bracket.range));
            if at_key {
                item.path.clone_from(&path);
            }
            let kind = match kind {
                PlaceholderKind::Diagram => kind,
                _ => self.kind(scope, kind, &bracket.site),
            };
            item.slots.push(self.slot(bracket, path, kind, scope, Form::Prose, line.start));
        }
        item
    }
}

/// Whether the info string says that the brackets of a block are its own.
pub(super) fn is_literal(info: &str) -> bool {
    let language = info.split([',', ' ', '{', '}']).next().unwrap_or_default().trim();
    ["mermaid", "dot", "plantuml"].iter().any(|drawn| language.eq_ignore_ascii_case(drawn))
        || info.split([',', ' ']).any(|word| word.eq_ignore_ascii_case("literal"))
}

#[cfg(test)]
mod tests {
    use super::is_literal;
    use crate::template;

    #[test]
    fn a_block_whose_brackets_are_its_own_holds_no_placeholders() {
        for info in ["mermaid", "toml,literal"] {
            let page = format!("## A\n\n- **Flow:** [describe]\n\n  ```{info}\n  [b]\n  ```\n");
            let placeholders = template::parse(&page, &|_| false).placeholders;
            let addresses: Vec<_> = placeholders.iter().filter_map(|one| one.address.as_deref()).collect();
            assert_eq!(addresses, ["a.flow"], "it is alone in its item");
        }
    }

    #[test]
    fn the_words_of_a_fence_say_whether_its_brackets_are_its_own() {
        for info in ["mermaid", "Mermaid", "dot {x}", "plantuml,y", "tsx,literal", "sh literal", "literal"] {
            assert!(is_literal(info), "{info}");
        }
        for info in ["", "sh", "dotenv", "literally", "sh,literals", "text mermaid"] {
            assert!(!is_literal(info), "{info}");
        }
    }

    #[test]
    fn a_line_that_says_that_there_are_more_is_no_placeholder() {
        let places = |lines: &str| {
            let page = template::parse(&format!("## S\n\n```sh\n{lines}\n```\n"), &|_| false);
            page.placeholders.iter().map(|place| place.kind.as_str()).collect::<Vec<_>>()
        };
        assert_eq!(places("A=[a]\n# [more]"), ["code_block", "continuation"]);
        assert_eq!(places("A=[a]\n[Additional variables...]"), ["code_block", "continuation"]);
        assert_eq!(places("[more]\nA=[a]"), ["code_block", "code_block"]);
        assert_eq!(places("A=[a]\nB=[more]"), ["code_block", "code_block"]);
        assert_eq!(places("A=[a]\n# [more] [x]"), ["code_block", "code_block", "code_block"]);
        assert_eq!(places("A=[a]\n# [name]"), ["code_block", "code_block"]);
    }
}
