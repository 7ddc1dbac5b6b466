//! What a run has to say, as plain data: codes, places, notes and repairs. Rendering is `report`'s business.

use crate::source::{SourceId, Span};

/// How much a diagnostic matters, after the levels of the configuration were applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing; never fails anything.
    Note,
    /// Published all the same.
    Warning,
    /// Fails the build.
    Error,
}

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $severity:ident;)*) => {
        /// The stable name of a kind of mistake.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Code { $($(#[$doc])* $variant,)* }

        impl Code {
            /// Every code, in the order of the guide.
            pub const ALL: &[Code] = &[$(Code::$variant,)*];

            /// The kebab-case name, as printed and as written in `[preprocessor.database.lints]`.
            pub fn as_str(self) -> &'static str {
                match self { $(Code::$variant => $name,)* }
            }

            /// The severity without configuration.
            pub fn default_severity(self) -> Severity {
                match self { $(Code::$variant => Severity::$severity,)* }
            }
        }
    };
}

codes! {
    /// A required placeholder has no fact.
    UnfilledPlaceholder = "unfilled-placeholder", Error;
    /// An optional section without facts was left out of the book.
    UnfilledSection = "unfilled-section", Note;
    /// Something names a fact that is not there: a reference in prose, a field, or a key that is nearly a missing one.
    UnknownFact = "unknown-fact", Error;
    /// A fact that no place of the book shows.
    UnusedFact = "unused-fact", Error;
    /// Two keys, or two placeholders, that mean the same address.
    AmbiguousAddress = "ambiguous-address", Error;
    /// A value that cannot stand where its address is.
    WrongForm = "wrong-form", Error;
    /// A facts file that is not TOML.
    InvalidToml = "invalid-toml", Error;
    /// A facts file that is not there.
    MissingFactsFile = "missing-facts-file", Error;
    /// An unknown key or value in `[preprocessor.database]`.
    UnknownOption = "unknown-option", Error;
    /// A reference to a table that the schema does not have.
    UnknownTable = "unknown-table", Error;
    /// A reference to a column that its table does not have.
    UnknownColumn = "unknown-column", Error;
    /// A topic under a label that no fact answers.
    UnansweredTopic = "unanswered-topic", Warning;
    /// A chapter that looks like a template and is not declared one.
    UndeclaredTemplate = "undeclared-template", Warning;
    /// `- [Endpoint]: [URL]`, which Markdown reads as a link definition and does not show.
    BracketedDefinition = "bracketed-definition", Warning;
    /// A bracket that Markdown turns into a link, such as `[other_table](id)`.
    HiddenPlaceholder = "hidden-placeholder", Warning;
    /// A link to a chapter that the book does not have.
    BrokenCrossReference = "broken-cross-reference", Warning;
    /// A host whose protocol this program does not know.
    UnsupportedMdbook = "unsupported-mdbook", Error;
    /// A fact that looks like a credential.
    LikelySecret = "likely-secret", Error;
}

impl Code {
    /// The code of that name.
    pub fn from_name(name: &str) -> Option<Code> {
        Code::ALL.iter().copied().find(|code| code.as_str() == name)
    }
}

/// A place with a few words about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What is there: a few words, or nothing.
    pub text: String,
}

/// What follows the first place of a diagnostic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sub {
    /// A remark without a place.
    Note(String),
    /// A remark about another place.
    Place {
        /// The remark.
        message: String,
        /// The place.
        label: Label,
    },
    /// Advice without a place.
    Help(String),
    /// Lines to add to a file.
    Insert {
        /// What to do, e.g. "add it to `[overview]`".
        message: String,
        /// The file.
        source: SourceId,
        /// Byte offset of the start of a line, or the end of the text.
        at: usize,
        /// Whole lines, each ending in a newline.
        lines: String,
    },
    /// Text to put in place of another.
    Replace {
        /// What to do.
        message: String,
        /// What to replace.
        span: Span,
        /// The new text.
        text: String,
    },
}

/// One mistake or remark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Its kind.
    pub code: Code,
    /// One lower-case phrase, without a full stop, names in backticks.
    pub title: String,
    /// Where it is; the place that short formats print.
    pub place: Label,
    /// Further places of the same mistake, in the same text, in order.
    pub more: Vec<Label>,
    /// Second places, notes and repairs.
    pub subs: Vec<Sub>,
}

impl Diagnostic {
    /// A diagnostic at a place; `label` says what is there in a few words (it may be empty).
    pub fn new(code: Code, title: impl Into<String>, span: Span, label: impl Into<String>) -> Self {
        let place = Label { span, text: label.into() };
        Diagnostic { code, title: title.into(), place, more: Vec::new(), subs: Vec::new() }
    }

    /// Adds one more thing to say.
    #[must_use]
    pub fn with(mut self, sub: Sub) -> Self {
        self.subs.push(sub);
        self
    }

    /// Adds a remark about another place.
    #[must_use]
    pub fn with_place(self, message: impl Into<String>, span: Span, label: impl Into<String>) -> Self {
        let label = Label { span, text: label.into() };
        self.with(Sub::Place { message: message.into(), label })
    }

    /// Adds a remark without a place.
    #[must_use]
    pub fn with_note(self, message: impl Into<String>) -> Self {
        self.with(Sub::Note(message.into()))
    }

    /// Adds advice without a place.
    #[must_use]
    pub fn with_help(self, message: impl Into<String>) -> Self {
        self.with(Sub::Help(message.into()))
    }
}

impl Diagnostic {
    /// Every source that it has a place in; one may come more than once.
    pub fn sources(&self) -> impl Iterator<Item = SourceId> {
        let subs = self.subs.iter().filter_map(|sub| match sub {
            Sub::Place { label, .. } => Some(label.span.source),
            Sub::Insert { source, .. } => Some(*source),
            Sub::Replace { span, .. } => Some(span.source),
            Sub::Note(_) | Sub::Help(_) => None,
        });
        let labels = self.more.iter().map(|label| label.span.source);
        std::iter::once(self.place.span.source).chain(labels).chain(subs)
    }

    /// Everything that it says in words.
    pub fn texts_mut(&mut self) -> impl Iterator<Item = &mut String> {
        let subs = self.subs.iter_mut().flat_map(|sub| match sub {
            Sub::Note(text) | Sub::Help(text) => vec![text],
            Sub::Place { message, label } => vec![message, &mut label.text],
            Sub::Insert { message, lines, .. } => vec![message, lines],
            Sub::Replace { message, text, .. } => vec![message, text],
        });
        let labels = self.more.iter_mut().map(|label| &mut label.text);
        [&mut self.title, &mut self.place.text].into_iter().chain(labels).chain(subs)
    }
}

/// How complete one template is. Sections are its level-2 sections; placeholders include topics.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The chapter's path, as messages print it.
    pub chapter: String,
    /// The sections in the order of the page.
    pub sections: Vec<SectionProgress>,
}

/// How complete one level-2 section is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SectionProgress {
    /// The heading as written, without markup: `1. Overview`.
    pub title: String,
    /// The section's address.
    pub address: String,
    /// Placeholders and topics that are answered, derived, or left out on purpose.
    pub done: usize,
    /// All placeholders and topics, but for those that an optional section leaves out.
    pub total: usize,
    /// Nothing in it fails the gate.
    pub complete: bool,
}
