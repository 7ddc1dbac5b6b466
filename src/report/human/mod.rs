//! The report for people, as rustc prints it: source lines with every place underlined, then other places and repairs.
//!
//! The only file that names `annotate-snippets`.

mod window;

#[cfg(test)]
mod tests;

use std::borrow::Cow;

use annotate_snippets::renderer::DEFAULT_TERM_WIDTH;
use annotate_snippets::{AnnotationKind, Element, Group, Level, Message, Origin, Padding, Patch, Renderer, Snippet};

use super::lines::Texts;
use super::summary::{Legible, legible, summary_lines};
use super::wording::{CHANGED, lines, one_line};
use super::{Report, Style};
use crate::diagnostic::{Diagnostic, Label, Severity, Sub};
use crate::source::{SourceId, Span};
use window::{Window, printable, replacement_window, windows};

/// Narrower than this, a source line says nothing.
const NARROWEST: usize = 40;

pub(super) fn render(report: &Report, texts: &Texts<'_>, style: Style) -> String {
    let width = style.width.unwrap_or(DEFAULT_TERM_WIDTH).max(NARROWEST);
    let renderer = if style.color { Renderer::styled() } else { Renderer::plain() }.term_width(width);
    let mut text = String::new();
    let Legible { shown, more } = legible(report);
    for (severity, diagnostic) in shown {
        let page = renderer.render(&Page::new(texts, width).fill(*severity, diagnostic));
        text.push_str(&marked_as_added(page, diagnostic));
        text.push_str("\n\n");
    }
    for (severity, line) in more.into_iter().chain(summary_lines(report)) {
        text.push_str(&renderer.render(&[Group::with_title(level(severity).primary_title(line))]));
        text.push('\n');
    }
    text.truncate(text.trim_end_matches('\n').len());
    if !text.is_empty() {
        text.push('\n');
    }
    text
}

/// The renderer counts bytes where it should count characters, and marks an added line beyond ASCII as a changed one.
fn marked_as_added(mut page: String, diagnostic: &Diagnostic) -> String {
    for sub in &diagnostic.subs {
        let Sub::Insert { lines, .. } = sub else { continue };
        for line in printable(lines).lines().filter(|line| !line.is_ascii()) {
            page = page.replace(&format!("~ {line}"), &format!("+ {line}"));
        }
    }
    page
}

fn level(severity: Severity) -> Level<'static> {
    match severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    }
}

/// One diagnostic on its way to the renderer.
struct Page<'a> {
    texts: &'a Texts<'a>,
    width: usize,
    groups: Vec<Group<'a>>,
    /// Texts that were already said to have been changed.
    told: Vec<SourceId>,
    /// The last element needs a line of its own before a message.
    open: bool,
}

impl<'a> Page<'a> {
    fn new(texts: &'a Texts<'a>, width: usize) -> Self {
        Page { texts, width, groups: Vec::new(), told: Vec::new(), open: false }
    }

    fn fill(mut self, severity: Severity, diagnostic: &'a Diagnostic) -> Vec<Group<'a>> {
        let title = level(severity).primary_title(one_line(&diagnostic.title)).id(diagnostic.code.as_str());
        self.groups.push(Group::with_title(title));
        self.places(&diagnostic.place, &diagnostic.more);
        for sub in &diagnostic.subs {
            self.sub(sub);
        }
        self.groups
    }

    fn sub(&mut self, sub: &'a Sub) {
        match sub {
            Sub::Note(text) => self.message(Level::NOTE.message(lines(text))),
            Sub::Help(text) => self.message(Level::HELP.message(lines(text))),
            Sub::Place { message, label } => {
                self.group(Level::NOTE, message);
                self.places(label, &[]);
            }
            Sub::Insert { message, source, at, lines } => {
                self.group(Level::HELP, message);
                self.insertion(*source, *at, lines);
            }
            Sub::Replace { message, span, text } => {
                self.group(Level::HELP, message);
                self.replacement(*span, text);
            }
        }
    }

    fn group(&mut self, level: Level<'a>, title: &'a str) {
        self.groups.push(Group::with_title(level.secondary_title(lines(title))));
        self.open = false;
    }

    /// Adds a line to the group that was begun last.
    fn message(&mut self, message: Message<'a>) {
        if std::mem::take(&mut self.open) {
            self.push(Padding);
        }
        self.push(message);
    }

    /// Adds a path or source lines to the group that was begun last.
    fn element(&mut self, element: impl Into<Element<'a>>) {
        self.push(element);
        self.open = true;
    }

    fn push(&mut self, element: impl Into<Element<'a>>) {
        if let Some(group) = self.groups.pop() {
            self.groups.push(group.element(element));
        }
    }

    /// The source lines of a place and of further ones; just the path for a text as a whole.
    fn places(&mut self, place: &'a Label, more: &'a [Label]) {
        let source = place.span.source;
        match self.texts.position(place.span) {
            None => self.bare_place(Origin::path(self.name(source)), place),
            Some(at) => match windows(self.texts, place, more, self.width) {
                Some(windows) => windows.into_iter().for_each(|window| self.window(source, window)),
                None => {
                    let origin = Origin::path(self.name(source)).line(at.line).char_column(at.column);
                    self.bare_place(origin, place);
                }
            },
        }
        self.tell_changed(source);
        let elsewhere = more.iter().filter(|label| label.span.source != source);
        elsewhere.for_each(|label| self.places(label, &[]));
    }

    fn bare_place(&mut self, origin: Origin<'a>, place: &'a Label) {
        self.element(origin);
        if !place.text.is_empty() {
            self.message(Level::NOTE.message(lines(&place.text)));
        }
    }

    fn window(&mut self, source: SourceId, window: Window<'a>) {
        let annotations = window.places.into_iter().map(|place| {
            let kind = if place.primary { AnnotationKind::Primary } else { AnnotationKind::Context };
            let label = (!place.label.is_empty()).then(|| one_line(place.label));
            kind.span(place.range).label(label)
        });
        let snippet = Snippet::source(window.text).line_start(window.first_line).path(self.name(source));
        self.element(snippet.annotations(annotations));
        // Between the first group's source lines and a message, the renderer itself leaves a line.
        self.open = self.groups.len() > 1;
    }

    /// The new lines alone, with the number that the first of them gets.
    fn insertion(&mut self, source: SourceId, at: usize, lines: &'a str) {
        let text = &self.texts.source(source).text;
        let (line, column) = self.texts.line_column(source, at);
        // Behind a last line without a break, the new lines begin a line of their own.
        let line = if at >= text.len() && column > 1 { line + 1 } else { line };
        self.element(Origin::path(self.name(source)).line(line));
        self.element(Snippet::source("").line_start(line).patch(Patch::new(0..0, printable(lines))));
        self.tell_changed(source);
    }

    fn replacement(&mut self, span: Span, text: &'a str) {
        let (line, column) = self.texts.line_column(span.source, span.start);
        self.element(Origin::path(self.name(span.source)).line(line).char_column(column));
        if let Some(window) = replacement_window(self.texts, span, self.width) {
            let patch = Patch::new(window.range, printable(text));
            self.element(Snippet::source(window.text).line_start(window.first_line).patch(patch));
        }
        self.tell_changed(span.source);
    }

    fn name(&self, source: SourceId) -> Cow<'a, str> {
        one_line(&self.texts.source(source).name)
    }

    fn tell_changed(&mut self, source: SourceId) {
        if self.texts.source(source).changed && !self.told.contains(&source) {
            self.told.push(source);
            self.message(Level::NOTE.message(CHANGED));
        }
    }
}
