//! Reading the fields of the schema's records in the forms that they may have.

use std::borrow::Cow;

use super::unknown::{Owner, UnknownField};
use crate::diagnostic::{Code, Diagnostic, Sub};
use crate::facts::{Entry, Kind, Table, Value, fold, quote_string};
use crate::source::Span;

/// A piece of a fact's text with its place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Text<'f> {
    pub(super) text: &'f str,
    pub(super) span: Span,
}

/// Collects what is wrong while records are read; knows the keys from the root to the record in hand.
pub(super) struct Forms<'f, 'd> {
    pub(super) diagnostics: &'d mut Vec<Diagnostic>,
    pub(super) unknown: Vec<UnknownField<'f>>,
    pub(super) path: Vec<&'f str>,
}

impl<'f> Forms<'f, '_> {
    /// The fields of a record in the order of `known`, a part of the owner's fields. Others are kept as unknown;
    /// a field given twice is an error at both places.
    pub(super) fn fields<const N: usize>(
        &mut self,
        owner: Owner,
        record: &'f Table<'f>,
        known: [&str; N],
    ) -> [Option<&'f Entry<'f>>; N] {
        let mut found: [Option<&'f Entry<'f>>; N] = [None; N];
        for entry in &record.entries {
            // Most keys are written as they are known.
            let at = known.iter().position(|known| *known == entry.key).or_else(|| {
                let key = fold(&entry.key);
                known.iter().position(|known| fold(known) == key)
            });
            match at.and_then(|at| found.get_mut(at)) {
                Some(slot @ None) => *slot = Some(entry),
                Some(Some(first)) => self.given_twice(first, entry),
                None => self.not_known(owner, entry),
            }
        }
        found
    }

    fn not_known(&mut self, owner: Owner, entry: &'f Entry<'f>) {
        let mut path = self.path.clone();
        path.push(&entry.key);
        self.unknown.push(UnknownField { owner, path, entry });
    }

    fn given_twice(&mut self, first: &Entry<'_>, second: &Entry<'_>) {
        let title = format!("`{}` and `{}` are the same field", first.key, second.key);
        let error = Diagnostic::new(Code::AmbiguousAddress, title, second.key_span, "given again");
        self.diagnostics.push(error.with_place("it is given here first", first.key_span, ""));
    }

    /// Reports that a value has not the form that its field takes: `must be a string`.
    pub(super) fn wrong(&mut self, field: &str, must_be: &str, value: &Value<'_>) -> &mut Diagnostic {
        let title = format!("`{field}` must be {must_be}");
        let label = format!("this is {}", value.describe());
        self.push(Diagnostic::new(Code::WrongForm, title, value.span, label))
    }

    pub(super) fn push(&mut self, diagnostic: Diagnostic) -> &mut Diagnostic {
        self.diagnostics.push(diagnostic);
        let last = self.diagnostics.len() - 1;
        &mut self.diagnostics[last]
    }

    /// A string with something in it.
    pub(super) fn string(&mut self, entry: Option<&'f Entry<'f>>) -> Option<Text<'f>> {
        let entry = entry?;
        match string(&entry.value) {
            Some(text) => Some(text),
            None => {
                self.wrong(&entry.key, "a string", &entry.value);
                None
            }
        }
    }

    /// `true` or `false`.
    pub(super) fn flag(&mut self, entry: Option<&'f Entry<'f>>) -> Option<bool> {
        let entry = entry?;
        let flag = entry.value.as_bool();
        if flag.is_none() {
            self.wrong(&entry.key, "`true` or `false`", &entry.value);
        }
        flag
    }

    /// A string, number, boolean or date, as text.
    pub(super) fn scalar(&mut self, entry: Option<&'f Entry<'f>>) -> Option<Text<'f>> {
        let Entry { key, value, .. } = entry?;
        let text = value.scalar_text().filter(|_| !value.is_blank());
        if text.is_none() {
            let error = self.wrong(key, "a string, number or boolean", value);
            if value.is_blank() {
                error.subs.push(Sub::Help("an empty text is written `\"''\"`".to_owned()));
            }
        }
        text.map(|text| Text { text, span: value.span })
    }

    /// A string or an array of strings, none of them blank.
    pub(super) fn strings(&mut self, entry: Option<&'f Entry<'f>>) -> Option<Vec<Text<'f>>> {
        let Entry { key, value, .. } = entry?;
        let must_be = "a string or an array of strings";
        match &value.kind {
            Kind::Array(items) if !items.is_empty() => Some(
                items
                    .iter()
                    .filter_map(|item| {
                        let text = string(item);
                        if text.is_none() {
                            self.wrong(key, must_be, item);
                        }
                        text
                    })
                    .collect(),
            ),
            _ => {
                let text = string(value);
                if text.is_none() {
                    self.wrong(key, must_be, value);
                }
                text.map(|text| vec![text])
            }
        }
    }

    /// The records of a table by name. `[]` and `false` say that there are none.
    pub(super) fn records(&mut self, entry: Option<&'f Entry<'f>>, example: &str) -> &'f [Entry<'f>] {
        let Some(Entry { key, value, .. }) = entry else { return &[] };
        match &value.kind {
            Kind::Table(table) => &table.entries,
            _ if is_none(value) => &[],
            _ => {
                let error = self.wrong(key, "a table by name", value);
                error.subs.push(Sub::Help(format!("write `{key}.{example}`")));
                &[]
            }
        }
    }

    /// The records of a table by name, or of an array.
    pub(super) fn records_or_items(
        &mut self,
        entry: Option<&'f Entry<'f>>,
    ) -> Vec<(Option<&'f Entry<'f>>, &'f Value<'f>)> {
        let Some(Entry { key, value, .. }) = entry else { return Vec::new() };
        match &value.kind {
            Kind::Table(table) => table.entries.iter().map(|entry| (Some(entry), &entry.value)).collect(),
            Kind::Array(items) => items.iter().map(|item| (None, item)).collect(),
            _ if is_none(value) => Vec::new(),
            _ => {
                self.wrong(key, "a table by name or an array", value);
                Vec::new()
            }
        }
    }
}

/// `[]` or `false`: there are none.
pub(super) fn is_none(value: &Value<'_>) -> bool {
    value.is_false() || value.as_array().is_some_and(<[_]>::is_empty)
}

/// The text of a string that is not blank. The place is that of the text between the quotes where that can be told
/// (one line, nothing escaped), else that of the string.
pub(super) fn string<'f>(value: &'f Value<'f>) -> Option<Text<'f>> {
    let text = value.as_str().filter(|_| !value.is_blank())?;
    let plain = value.span.end - value.span.start == text.len() + 2;
    let span = if plain { value.span.with_range(value.span.start + 1..value.span.end - 1) } else { value.span };
    Some(Text { text, span })
}

impl<'f> Text<'f> {
    /// A part of the text; its place is that of the whole where the text does not stand in the file as it is.
    pub(super) fn part(self, range: std::ops::Range<usize>) -> Option<Text<'f>> {
        let text = self.text.get(range.clone())?;
        let start = self.span.start;
        let plain = self.span.end - start == self.text.len();
        let span = if plain { self.span.with_range(start + range.start..start + range.end) } else { self.span };
        Some(Text { text, span })
    }
}

/// The text of `constraints`: a string or an array of strings, joined.
pub(super) fn joined<'f>(texts: &[Text<'f>]) -> Cow<'f, str> {
    match texts {
        [only] => Cow::Borrowed(only.text),
        _ => Cow::Owned(texts.iter().map(|text| text.text).collect::<Vec<_>>().join(", ")),
    }
}

/// A repair: the string that stands for a record becomes one with the string in a field.
pub(super) fn as_record(field: &str, text: &str) -> String {
    format!("{{ {field} = {} }}", quote_string(text))
}
