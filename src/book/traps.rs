//! Brackets that Markdown does not show as they are meant, as messages.

use super::Chapter;
use crate::diagnostic::{Code, Diagnostic, Sub};
use crate::template::{Trap, TrapKind};

/// What is said of a trap.
pub(super) fn trapped(chapter: &Chapter<'_>, trap: &Trap) -> Diagnostic {
    let span = chapter.source.span(trap.range.clone());
    let written = &chapter.text[trap.range.clone()];
    let first_line = written.lines().next().unwrap_or_default();
    let told = |title: String| Diagnostic::new(Code::HiddenPlaceholder, title, span, "published as it is");
    match trap.kind {
        TrapKind::BracketedDefinition => definition(chapter, trap),
        TrapKind::LeftOut => {
            let title = "the text under a heading which says that there is more is left out of the book";
            Diagnostic::new(Code::UnfilledSection, title, span, "goes with the heading above it")
                .with_help("put it above that heading, or under one of its own, if a reader needs it")
        }
        TrapKind::InTarget => told(format!("`{written}` holds a bracket in its target, which is not filled"))
            .with_help("write it as an inline link, `[words](target)`, in which the bracket is a placeholder"),
        TrapKind::BareImage => told(format!("`{first_line}` is an image without a file"))
            .with_help(format!("write `{first_line}(file)`, or put a space behind `!` if the bracket is to be filled")),
        TrapKind::Unclosed => told(format!("`{first_line}` opens a bracket that nothing closes"))
            .with_help("close the bracket, or put a backslash before it if it is no placeholder"),
        TrapKind::SplitCell => {
            let text = written.replace("\\|", "|").replace('|', "\\|");
            told(format!("the bar in `{written}` begins a new cell, so the bracket never closes")).with(Sub::Replace {
                message: "escape the bar".to_owned(),
                span,
                text,
            })
        }
        TrapKind::OverLines => told(format!("`{first_line}` closes on a later line of the code, and is not filled"))
            .with_help("write it on one line, or put `literal` behind the language if it is no placeholder"),
        TrapKind::InHtml => told(format!("`{first_line}` stands in a block of HTML and is not filled"))
            .with_help("write it as Markdown, with a blank line between it and the tags"),
        TrapKind::InHeadingAttribute => {
            told(format!("`{first_line}` stands in the attributes of a heading and is not filled"))
                .with_help("write the id or class itself")
        }
        TrapKind::InInfoString => told(format!("`{first_line}` stands behind the marks of a fence and is not filled"))
            .with_help("write the language itself, or put `literal` behind it if the bracket is no placeholder"),
        TrapKind::InAttribute => told(format!("`{first_line}` stands in a tag and is not filled"))
            .with_help("write the link or image as Markdown: `[words](target)`, `![words](file)`"),
        TrapKind::InTitle => told(format!("`{first_line}` stands in the title of a link or image and is not filled"))
            .with_help("put the placeholder into the text of the link"),
        TrapKind::HiddenPlaceholder => {
            let title = format!("Markdown reads `{written}` as a link");
            Diagnostic::new(Code::HiddenPlaceholder, title, span, "no placeholder")
                .with_help("put a space between the brackets and the parenthesis if it is meant to be filled")
        }
    }
}

fn definition(chapter: &Chapter<'_>, trap: &Trap) -> Diagnostic {
    let title = "Markdown reads this as the definition of a link and shows nothing of it";
    let target = chapter.text[trap.range.clone()].split_once("]:").map_or("", |(_, target)| target);
    let label = match target.contains('[') {
        true => "taken for two placeholders here",
        false => "taken for a placeholder here",
    };
    Diagnostic::new(Code::BracketedDefinition, title, chapter.source.span(trap.range.clone()), label)
        .with_help("write `**[label]**: [value]`, or put a backslash before the first bracket")
}
