//! Columns: their typed fields, their `constraints` as text, and whether the two agree.

use std::borrow::Cow;

use super::constraints::{self, KeyPart, SaidReference};
use super::forms::{self, Text, as_record, joined};
use super::parse::{Builder, name, replace};
use super::references::{Pending, Slot, Target};
use super::unknown::{COLUMN, Owner};
use super::words::push_actions;
use super::{Column, ForeignKey, Name, Schema};
use crate::diagnostic::{Code, Diagnostic};
use crate::facts::{Entry, Kind, Table};
use crate::source::Span;

/// What a column's fields say, until its references are resolved and its text can be made.
#[derive(Debug, Default)]
pub(super) struct Draft<'f> {
    /// `constraints` were given: only what they do not mention is added to them.
    given: bool,
    /// What the given text does not mention.
    unsaid: Unsaid,
    /// Where and how the column claims the primary key.
    key: Option<(KeyPart, Span)>,
    nullable: Option<bool>,
    unique: bool,
    default: Option<&'f str>,
    reference: Option<Reference<'f>>,
    /// The reference in the text, where there is a typed one too.
    said_reference: Option<Reference<'f>>,
    /// The resolved reference.
    pub(super) foreign_key: Option<ForeignKey<'f>>,
}

/// The typed fields that a given text does not mention.
#[derive(Clone, Copy, Debug, Default)]
struct Unsaid {
    key: bool,
    nullable: bool,
    unique: bool,
    default: bool,
    reference: bool,
}

#[derive(Clone, Debug)]
struct Reference<'f> {
    target: Target<'f>,
    span: Span,
    on_delete: Option<&'f str>,
    on_update: Option<&'f str>,
}

/// What the texts of `constraints` say, with places.
#[derive(Default)]
struct Said<'f> {
    key: Option<(KeyPart, Span)>,
    nullable: Option<(bool, Span)>,
    unique: Option<Span>,
    default: Option<Text<'f>>,
    reference: Option<Reference<'f>>,
}

impl<'f> Builder<'f, '_> {
    pub(super) fn columns(&mut self, entry: Option<&'f Entry<'f>>) -> (Vec<Column<'f>>, Vec<Draft<'f>>) {
        let records = self.forms.records(entry, "NAME = { type = \"\" }");
        let key = entry.map_or("columns", |entry| entry.key.as_ref());
        records.iter().map(|entry| self.within(key, Some(entry), |this| this.read_column(entry))).unzip()
    }

    fn read_column(&mut self, entry: &'f Entry<'f>) -> (Column<'f>, Draft<'f>) {
        let mut column = bare_column(name(entry));
        let Kind::Table(record) = &entry.value.kind else {
            let error = self.forms.wrong(&entry.key, "a table such as `{ type = \"\" }`", &entry.value);
            if let Some(text) = forms::string(&entry.value) {
                error.subs.push(replace("say that it is the type", entry.value.span, as_record("type", text.text)));
                column.data_type = Cow::Borrowed(text.text);
            }
            return (column, Draft::default());
        };
        let [data_type, given, primary_key, nullable, unique, default, references, on_delete, on_update, description] =
            self.forms.fields(Owner::Column, record, COLUMN);
        let given = given.filter(|entry| !forms::is_none(&entry.value));
        let texts = self.forms.strings(given).unwrap_or_default();
        let said = said(&texts);
        let mentions = |word: &str| texts.iter().any(|text| text.text.to_lowercase().contains(word));
        let unsaid = Unsaid {
            key: said.key.is_none() && !mentions("primary key"),
            nullable: said.nullable.is_none() && !mentions("null"),
            unique: said.unique.is_none() && !mentions("unique"),
            default: said.default.is_none() && !mentions("default"),
            reference: said.reference.is_none() && !mentions("references") && !mentions("foreign key"),
        };
        let mut draft = Draft { given: !texts.is_empty(), unsaid, ..Draft::default() };
        self.key(&mut draft, primary_key, &said);
        self.nullability(&mut draft, nullable, primary_key, &said);
        self.uniqueness(&mut draft, unique, &said);
        self.default(&mut draft, default, &said);
        self.reference(&mut draft, [references, on_delete, on_update], said.reference);
        column.data_type = self.forms.string(data_type).map_or(Cow::Borrowed(""), |text| Cow::Borrowed(text.text));
        column.constraints = if draft.given { joined(&texts) } else { Cow::Borrowed("") };
        column.primary_key = draft.key.is_some();
        column.nullable = !column.primary_key && draft.nullable.unwrap_or(true);
        column.unique = draft.unique;
        column.default = draft.default.map(Cow::Borrowed);
        column.description = description.map(|entry| &entry.value);
        column.record = record;
        (column, draft)
    }

    fn key(&mut self, draft: &mut Draft<'f>, typed: Option<&'f Entry<'f>>, said: &Said<'f>) {
        let flag = self.forms.flag(typed);
        draft.key = match (typed, flag) {
            (Some(entry), Some(true)) => Some((KeyPart::Composite, entry.key_span)),
            (Some(entry), Some(false)) => {
                if let Some((_, span)) = said.key {
                    self.disagree(entry, span);
                }
                None
            }
            _ => said.key,
        };
    }

    fn nullability(
        &mut self,
        draft: &mut Draft<'f>,
        typed: Option<&'f Entry<'f>>,
        primary_key: Option<&'f Entry<'f>>,
        said: &Said<'f>,
    ) {
        let flag = self.forms.flag(typed);
        draft.nullable = flag.or(said.nullable.map(|(nullable, _)| nullable));
        let (Some(entry), Some(flag)) = (typed, flag) else { return };
        if let Some((_, span)) = said.nullable.filter(|&(nullable, _)| nullable != flag) {
            self.disagree(entry, span);
        } else if let Some((_, span)) = draft.key.filter(|_| flag) {
            let title = format!("`{}` is true for a column of the primary key", entry.key);
            let error = Diagnostic::new(Code::WrongForm, title, entry.value.span, "a primary key is never null");
            let span = primary_key.map_or(span, |entry| entry.key_span);
            self.forms.push(error.with_place("it is part of the primary key here", span, ""));
        }
    }

    fn uniqueness(&mut self, draft: &mut Draft<'f>, typed: Option<&'f Entry<'f>>, said: &Said<'f>) {
        let flag = self.forms.flag(typed);
        if let (Some(entry), Some(false), Some(span)) = (typed, flag, said.unique) {
            self.disagree(entry, span);
        }
        draft.unique = flag.unwrap_or(said.unique.is_some());
    }

    fn default(&mut self, draft: &mut Draft<'f>, typed: Option<&'f Entry<'f>>, said: &Said<'f>) {
        let text = self.forms.scalar(typed);
        if let (Some(entry), Some(text), Some(said)) = (typed, text, said.default)
            && !text.text.trim().eq_ignore_ascii_case(said.text)
        {
            self.disagree(entry, said.span);
        }
        draft.default = text.or(said.default).map(|text| text.text);
    }

    /// The typed reference, or the one in the text; an action may be said in either.
    fn reference(&mut self, draft: &mut Draft<'f>, typed: [Option<&'f Entry<'f>>; 3], said: Option<Reference<'f>>) {
        let [references, on_delete, on_update] = typed;
        let actions = [on_delete, on_update].map(|entry| self.forms.string(entry).map(|text| text.text));
        let said_actions = said.as_ref().map_or([None; 2], |said| [said.on_delete, said.on_update]);
        for ((entry, action), said_action) in [on_delete, on_update].into_iter().zip(actions).zip(said_actions) {
            if let (Some(entry), Some(action), Some(other), Some(said)) = (entry, action, said_action, &said)
                && !action.eq_ignore_ascii_case(other)
            {
                self.disagree(entry, said.span);
            }
        }
        let merged = [actions[0].or(said_actions[0]), actions[1].or(said_actions[1])];
        let target = self.target(references);
        let referred = references.is_some() || said.is_some();
        draft.reference = match (target, references, &said) {
            (Some(target), Some(entry), _) => Some((target, entry.value.span)),
            (None, None, Some(said)) => Some((said.target.clone(), said.span)),
            _ => None,
        }
        .map(|(target, span)| Reference { target, span, on_delete: merged[0], on_update: merged[1] });
        draft.said_reference = said.filter(|_| references.is_some());
        for entry in [on_delete, on_update].into_iter().flatten().filter(|_| !referred) {
            let title = format!("`{}` is said of a column that refers to nothing", entry.key);
            let error = Diagnostic::new(Code::WrongForm, title, entry.key_span, "");
            self.forms.push(error.with_help("add `references = \"TABLE.COLUMN\"`, or remove it"));
        }
    }

    /// A typed field and the text say different things.
    pub(super) fn disagree(&mut self, entry: &Entry<'_>, text: Span) {
        let title = format!("`{}` and `constraints` disagree", entry.key);
        let error = Diagnostic::new(Code::WrongForm, title, entry.value.span, "this says one thing");
        self.forms.push(error.with_place("the text says another", text, ""));
    }

    /// Several columns may share a key only where each says that it is a part: `primary_key = true`, or words to that
    /// effect. A text that says `primary key` claims the key for its column alone, as in SQL.
    pub(super) fn one_primary_key(&mut self, at: usize, drafts: &[Draft<'f>]) {
        let keys = || drafts.iter().enumerate().filter_map(|(at, draft)| draft.key.map(|key| (at, key)));
        let Some((sole, (_, sole_span))) = keys().find(|(_, (part, _))| *part == KeyPart::Sole) else { return };
        let Some((_, (_, other_span))) = keys().find(|&(at, _)| at != sole) else { return };
        let Some(table) = self.schema.tables.get(at) else { return };
        let title = format!("table `{}` has two primary keys", table.name.text);
        let (first, second) =
            if sole_span.start < other_span.start { (sole_span, other_span) } else { (other_span, sole_span) };
        let error = Diagnostic::new(Code::WrongForm, title, second, "and again here");
        let help = "for one key of several columns, say `primary_key = true` at each of them";
        self.forms.push(error.with_place("a primary key is given here", first, "").with_help(help));
    }

    /// Notes the references of the columns, to be resolved after those of `relations`.
    pub(super) fn column_references(&mut self, table: usize, drafts: &[Draft<'f>]) {
        for (at, draft) in drafts.iter().enumerate() {
            let typed = draft.reference.iter().map(|reference| (reference, Slot::Column(at)));
            let said = draft.said_reference.iter().map(|reference| (reference, Slot::Said(at)));
            for (reference, slot) in typed.chain(said) {
                let Reference { target, span, on_delete, on_update } = reference.clone();
                self.pending.push(Pending { table, columns: Some(vec![at]), span, target, on_delete, on_update, slot });
            }
        }
    }
}

/// The text made from a column's typed fields: `not null, unique, references users (id)`; `nullable` where there is
/// nothing else to be said.
pub(super) fn made(draft: &Draft<'_>, schema: &Schema<'_>) -> Cow<'static, str> {
    let mut parts: Vec<Cow<'static, str>> = Vec::new();
    match (draft.key, draft.nullable) {
        (Some(_), _) => parts.push("primary key".into()),
        (None, Some(false)) => parts.push("not null".into()),
        (None, Some(true)) => parts.push("nullable".into()),
        (None, None) => {}
    }
    if draft.unique {
        parts.push("unique".into());
    }
    parts.extend(draft.default.map(|default| format!("default {default}").into()));
    parts.extend(draft.reference.as_ref().map(|reference| referred(reference, draft, schema).into()));
    match parts.len() {
        0 => "nullable".into(),
        1 => parts.swap_remove(0),
        _ => parts.join(", ").into(),
    }
}

/// A given text with what the typed fields beside it say and it does not; `None` where it says all.
pub(super) fn completed(given: &str, draft: &Draft<'_>, schema: &Schema<'_>) -> Option<Cow<'static, str>> {
    let Unsaid { key, nullable, unique, default, reference } = draft.unsaid;
    let rest = Draft {
        key: draft.key.filter(|_| key),
        nullable: draft.nullable.filter(|_| nullable && draft.key.is_none()),
        unique: draft.unique && unique,
        default: draft.default.filter(|_| default),
        reference: draft.reference.clone().filter(|_| reference),
        foreign_key: draft.foreign_key.clone().filter(|_| reference),
        ..Draft::default()
    };
    let says_all = rest.key.is_none()
        && rest.nullable.is_none()
        && !rest.unique
        && rest.default.is_none()
        && rest.reference.is_none();
    (!says_all).then(|| format!("{given}, {}", made(&rest, schema)).into())
}

/// Resolved, or as written where it is a mistake.
fn referred(reference: &Reference<'_>, draft: &Draft<'_>, schema: &Schema<'_>) -> String {
    if let Some(key) = &draft.foreign_key {
        return schema.constraint_words(key);
    }
    let mut words = format!("references {}", reference.target.text());
    push_actions(&mut words, reference.on_delete, reference.on_update);
    words
}

/// Whether the text is to be made.
pub(super) fn needs_text(draft: &Draft<'_>) -> bool {
    !draft.given
}

fn bare_column(name: Name<'_>) -> Column<'_> {
    Column {
        name,
        data_type: Cow::Borrowed(""),
        constraints: Cow::Borrowed(""),
        primary_key: false,
        nullable: true,
        unique: false,
        default: None,
        description: None,
        record: Table::empty(),
        foreign_keys: Vec::new(),
    }
}

fn said<'f>(texts: &[Text<'f>]) -> Said<'f> {
    let mut all = Said::default();
    for &text in texts {
        let said = constraints::read(text.text);
        all.key = all.key.or(said.primary_key.map(|part| (part, text.span)));
        all.nullable = all.nullable.or(said.nullable.map(|nullable| (nullable, text.span)));
        all.unique = all.unique.or(said.unique.then_some(text.span));
        all.default = all.default.or(said.default.and_then(|range| text.part(range)));
        all.reference = all.reference.or_else(|| said.reference.and_then(|said| reference_in(text, said)));
    }
    all
}

fn reference_in<'f>(text: Text<'f>, said: SaidReference) -> Option<Reference<'f>> {
    let table = text.part(said.table)?;
    let columns: Vec<_> = said.columns.into_iter().filter_map(|range| text.part(range)).collect();
    let target = if columns.is_empty() { Target::Text(table) } else { Target::Parts { table, columns } };
    let action = |range: Option<std::ops::Range<usize>>| Some(text.part(range?)?.text);
    Some(Reference { target, span: table.span, on_delete: action(said.on_delete), on_update: action(said.on_update) })
}
