//! Code blocks: lines with keys, placeholders of their own words, and diagrams.

use std::ops::Range;

use super::blocks::{Block, Code};
use super::brackets::{self, Bracket, Site};
use super::labels::{self, Lead};
use super::{Builder, CodeBlock, Form, Item, Label, Path, PlaceholderKind, Role, Run, RunKind, Scope};
use crate::slug::label_slug;

impl<'t> Builder<'t> {
    pub(super) fn code(&mut self, block: &Block, code: &Code, scope: &Scope, lead: Option<Lead>) -> Option<CodeBlock> {
        let found: Vec<Vec<Range<usize>>> = match is_literal(&code.info) {
            true => Vec::new(),
            false => code.lines.iter().map(|line| self.code_brackets(line)).collect(),
        };
        let base = match &lead {
            Some(lead) => self.claim_node(scope, &scope.path_to(&label_slug(&lead.text))),
            None => scope.path.clone(),
        };
        let inner = scope.with_path(base);
        let content = match (code.lines.first(), code.lines.last()) {
            (Some(first), Some(last)) => Some(first.start..last.end),
            _ => None,
        };
        let text = content.clone().map_or("", |content| &self.text[content]);
        let path = self.claim(&inner, &[inner.path_to("code")], text);
        let flat: Vec<_> = found.iter().flatten().cloned().collect();
        let diagram = labels::is_diagram(self.text, &code.lines, &flat);
        let address = inner.address(&inner.path);
        let mut lines = code.lines.iter().zip(&found);
        let own_lines = lines.any(|(line, found)| found.is_empty() && !self.text[line.clone()].trim().is_empty());
        let mut run = Run {
            kind: RunKind::Code,
            range: block.range.clone(),
            records: inner.path.clone(),
            base: address.clone(),
            address,
            path: inner.path.clone(),
            lead: lead.map(|lead| lead.range),
            items: Vec::new(),
            open: false,
            collection: None,
            under_prompt: false,
            own_lines,
        };
        for (line, brackets) in code.lines.iter().zip(&found).filter(|(_, brackets)| !brackets.is_empty()) {
            let more = !diagram && !run.items.is_empty() && self.is_more(line, brackets);
            run.items.push(match more {
                true => self.more_lines(line, &brackets[0], &path, &inner),
                false => self.code_line(line, brackets, &inner, diagram),
            });
        }
        let fenced = code.fenced;
        Some(CodeBlock { range: block.range.clone(), path, fenced, content, run, diagram })
    }

    /// Whether a line says that there may be more of the lines above it, as itself or in a comment.
    fn is_more(&self, line: &Range<usize>, brackets: &[Range<usize>]) -> bool {
        let [bracket] = brackets else { return false };
        let beside = [&self.text[line.start..bracket.start], &self.text[bracket.end..line.end]];
        let marks = |c: char| c.is_whitespace() || "#/-;*%<>!".contains(c);
        beside.iter().all(|text| text.chars().all(marks)) && labels::is_continuation(self.inner(bracket))
    }

    fn more_lines(&mut self, line: &Range<usize>, bracket: &Range<usize>, path: &Path, scope: &Scope) -> Item {
        let bracket = Bracket { range: bracket.clone(), site: Site::CodeLine };
        let kind = PlaceholderKind::Continuation;
        let slot = self.slot(&bracket, path.clone(), kind, scope, Form::Prose, line.start);
        let (role, path) = (Role::Continuation, scope.path.clone());
        Item { range: line.clone(), role, label: None, path, slots: vec![slot], nested: Vec::new() }
    }

    pub(super) fn code_brackets(&self, line: &Range<usize>) -> Vec<Range<usize>> {
        let mut found = brackets::in_code(self.text, line.clone());
        found.retain(|range| !(self.is_literal)(self.inner(range)));
        found
    }

    fn code_line(&mut self, line: &Range<usize>, brackets: &[Range<usize>], scope: &Scope, diagram: bool) -> Item {
        let key = labels::of_code_line(self.text, line.clone()).filter(|key| key.end <= brackets[0].start);
        let mut inner = match &key {
            Some(key) => scope.below(&self.text[key.clone()]),
            None => scope.clone(),
        };
        let mut item = Item {
            range: line.clone(),
            role: Role::Labelled,
            label: key.map(|range| Label { range, site: Site::CodeLine }),
            path: inner.path.clone(),
            slots: Vec::new(),
            nested: Vec::new(),
        };
        if item.label.is_some() && brackets.len() > 1 {
            inner.path = self.claim_node(scope, &inner.path);
            item.path.clone_from(&inner.path);
        }
        for range in brackets {
            let bracket = Bracket { range: range.clone(), site: Site::CodeLine };
            let own = inner.path_to(&self.own_slug(&bracket));
            let sole = item.label.is_some() && brackets.len() == 1;
            let candidates = if sole { [inner.path.clone()] } else { [own] };
            let path = self.claim(scope, &candidates, self.inner(range));
            if sole {
                item.path.clone_from(&path);
            }
            let kind = match diagram {
                true => PlaceholderKind::Diagram,
                false => self.kind(scope, PlaceholderKind::CodeBlock, &bracket.site),
            };
            item.slots.push(self.slot(&bracket, path, kind, scope, Form::Prose, line.start));
        }
        item
    }
}

/// Whether the info string says that the brackets of a block are its own.
pub(super) fn is_literal(info: &str) -> bool {
    let info = info.to_lowercase();
    let language = info.split([',', ' ', '{', '}']).next().unwrap_or_default().trim();
    matches!(language, "mermaid" | "dot" | "plantuml") || info.split([',', ' ']).any(|word| word == "literal")
}

/// The lines of a text as ranges without line ends.
#[cfg(test)]
pub(super) fn line_ranges(text: &str) -> Vec<Range<usize>> {
    let mut start = 0;
    let lines = text.split_inclusive('\n').map(|line| {
        let range = start..start + line.trim_end().len();
        start += line.len();
        range
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::is_literal;

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
            let page = crate::template::parse(&format!("## S\n\n```sh\n{lines}\n```\n"), &|_| false);
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
