//! The box of one table.

use std::collections::HashSet;
use std::fmt::Write as _;

use super::super::{Attribute, Entity};
use super::label::{Fragment, Text, columns, shortened};
use super::{Rect, layout};
use crate::html::Escaped;

/// The height of the header, of a row, and of the space below the last row.
const HEADER: i32 = 30;
const ROW: i32 = 22;
const FOOT: i32 = 5;

/// From the edge of the box to its text, and between the columns of text.
const INSET: i32 = 10;
const SPACE: i32 = 18;

/// The width of a column of text, in tenths of a pixel: 0.6 of the size of the font.
const HEADER_ADVANCE: usize = 78;
const ADVANCE: usize = 72;
const KEY_ADVANCE: usize = 54;

/// As many columns of text as a name and a type are given.
const NAME: usize = 32;
const TYPE: usize = 24;

/// As many rows as a table is given; the keys are always shown.
const ROWS: usize = 32;

/// Pixels between two key marks.
const KEY_GAP: i32 = 3;

/// The box of a table: what it shows and how large it is.
#[derive(Debug)]
pub(super) struct Plate<'d> {
    entity: &'d Entity<'d>,
    /// The columns shown.
    rows: Vec<usize>,
    /// How many columns are not shown; more than none take a row too.
    hidden: usize,
    /// The table is drawn in full elsewhere.
    stub: bool,
    /// The width of the widest set of key marks, with the space after it.
    keys: i32,
}

impl<'d> Plate<'d> {
    /// The table with its columns. Of a very long one those without a part in any key (or in `referred`) are cut short.
    pub(super) fn full(entity: &'d Entity<'d>, referred: Option<&Vec<usize>>) -> Self {
        let mut rows: Vec<usize> = (0..entity.columns.len()).collect();
        if rows.len() > ROWS {
            let referred: HashSet<usize> = referred.into_iter().flatten().copied().collect();
            let is_key = |at: usize| {
                let column = &entity.columns[at];
                column.primary || column.foreign || column.unique || referred.contains(&at)
            };
            let mut room = ROWS.saturating_sub(rows.iter().filter(|&&at| is_key(at)).count() + 1);
            rows.retain(|&at| {
                let plain = !is_key(at);
                let shown = !plain || room > 0;
                room = room.saturating_sub(usize::from(plain));
                shown
            });
        }
        let hidden = entity.columns.len() - rows.len();
        let keys = rows.iter().map(|&at| keys_width(&entity.columns[at])).max().unwrap_or(0);
        Plate { entity, rows, hidden, stub: false, keys: if keys > 0 { keys + 8 } else { 0 } }
    }

    /// Only the name of a table.
    pub(super) fn stub(entity: &'d Entity<'d>) -> Self {
        Plate { entity, rows: Vec::new(), hidden: 0, stub: true, keys: 0 }
    }

    pub(super) fn size(&self) -> layout::Size {
        let header = pixels(columns(&shortened(self.entity.name, NAME)), HEADER_ADVANCE);
        let kind = self.kind().map_or(0, |kind| SPACE + pixels(columns(&shortened(kind, TYPE)), ADVANCE));
        let row = |&at: &usize| {
            let column = &self.entity.columns[at];
            let data_type = columns(&shortened(column.data_type, TYPE));
            let space = if data_type > 0 { SPACE } else { 0 };
            self.keys + pixels(columns(&shortened(column.name, NAME)), ADVANCE) + space + pixels(data_type, ADVANCE)
        };
        let rows = self.rows.iter().map(row).max().unwrap_or(0);
        layout::Size { width: 2 * INSET + rows.max(header + kind).max(60), height: self.height() }
    }

    fn height(&self) -> i32 {
        match self.rows.len() + usize::from(self.hidden > 0) {
            0 => HEADER,
            rows => HEADER + i32::try_from(rows).unwrap_or(i32::MAX / ROW) * ROW + FOOT,
        }
    }

    /// The middle of the row of a column, from the top of the box; of the header, if there is no such row.
    pub(super) fn row_middle(&self, column: Option<usize>) -> i32 {
        let row =
            column.and_then(|column| self.rows.binary_search(&column).ok()).and_then(|row| i32::try_from(row).ok());
        row.map_or(HEADER / 2, |row| HEADER + row * ROW + ROW / 2)
    }

    fn kind(&self) -> Option<&'d str> {
        Some(self.entity.kind).filter(|kind| !matches!(*kind, "table" | "") && !self.stub)
    }

    /// Draws the box.
    pub(super) fn push(&self, out: &mut String, rect: &Rect) {
        let Rect { x, y, width, height } = *rect;
        let class = if self.stub { " class=\"d\"" } else { "" };
        match &self.entity.anchor {
            Some(anchor) => {
                let _ = writeln!(out, "<a href=\"{}\"{class}>", Escaped(&Fragment(anchor).to_string()));
            }
            None => {
                let _ = writeln!(out, "<g{class}>");
            }
        }
        let _ = writeln!(out, "<title>{}</title>", Escaped(&self.tooltip()));
        let _ = writeln!(out, "<rect class=\"b\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"6\"/>");
        self.push_header(out, rect);
        for (&at, row) in self.rows.iter().zip(0..) {
            self.push_row(out, &self.entity.columns[at], rect, y + HEADER + row * ROW);
        }
        if self.hidden > 0 {
            let text = format!("+ {} more", self.hidden);
            let y = y + height - FOOT - ROW / 2 + 4;
            let more = Text {
                class: "t",
                x: x + INSET + self.keys,
                y,
                right: false,
                advance: ADVANCE,
                room: NAME,
                text: &text,
            };
            let _ = writeln!(out, "{more}");
        }
        let _ = writeln!(out, "<rect class=\"o\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"6\"/>");
        out.push_str(if self.entity.anchor.is_some() { "</a>\n" } else { "</g>\n" });
    }

    fn tooltip(&self) -> String {
        let kind = if self.entity.kind.is_empty() { "table" } else { self.entity.kind };
        format!("{} ({kind})", self.entity.name)
    }

    fn push_header(&self, out: &mut String, rect: &Rect) {
        let Rect { x, y, width, height } = *rect;
        let (right, bottom) = (x + width, y + HEADER);
        if height > HEADER {
            let _ = writeln!(
                out,
                "<path class=\"c\" d=\"M{x} {bottom}V{}a6 6 0 0 1 6-6H{}a6 6 0 0 1 6 6V{bottom}z\"/>",
                y + 6,
                right - 6
            );
        } else {
            let _ =
                writeln!(out, "<rect class=\"c\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"6\"/>");
        }
        let text = self.entity.name;
        let name =
            Text { class: "h", x: x + INSET, y: y + 20, right: false, advance: HEADER_ADVANCE, room: NAME, text };
        let _ = write!(out, "{name}");
        if let Some(text) = self.kind() {
            let kind =
                Text { class: "t", x: right - INSET, y: y + 20, right: true, advance: ADVANCE, room: TYPE, text };
            let _ = write!(out, "{kind}");
        }
        end_line(out);
    }

    fn push_row(&self, out: &mut String, column: &Attribute<'_>, rect: &Rect, top: i32) {
        let mut x = rect.x + INSET;
        for key in keys(column) {
            let width = key_width(key);
            let _ = write!(
                out,
                "<rect class=\"s\" x=\"{x}\" y=\"{}\" width=\"{width}\" height=\"13\" rx=\"3\"/>{}",
                top + 5,
                Text { class: "k", x: x + 4, y: top + 15, right: false, advance: KEY_ADVANCE, room: 2, text: key }
            );
            x += width + KEY_GAP;
        }
        let y = top + 15;
        let class = if column.primary { "p" } else { "" };
        let x = rect.x + INSET + self.keys;
        let name = Text { class, x, y, right: false, advance: ADVANCE, room: NAME, text: column.name };
        let x = rect.x + rect.width - INSET;
        let data_type = Text { class: "t", x, y, right: true, advance: ADVANCE, room: TYPE, text: column.data_type };
        let _ = write!(out, "{name}{data_type}");
        end_line(out);
    }
}

/// Ends the line unless it is empty: a blank line would end the HTML block.
fn end_line(out: &mut String) {
    if !out.ends_with('\n') {
        out.push('\n');
    }
}

fn keys(column: &Attribute<'_>) -> impl Iterator<Item = &'static str> {
    let keys = [(column.primary, "PK"), (column.foreign, "FK"), (column.unique, "U")];
    keys.into_iter().filter(|(is, _)| *is).map(|(_, key)| key)
}

fn key_width(key: &str) -> i32 {
    8 + pixels(key.len(), KEY_ADVANCE)
}

fn keys_width(column: &Attribute<'_>) -> i32 {
    keys(column).map(|key| key_width(key) + KEY_GAP).sum::<i32>().saturating_sub(KEY_GAP).max(0)
}

/// The width of so many columns of text, rounded up.
fn pixels(columns: usize, advance: usize) -> i32 {
    i32::try_from((columns * advance).div_ceil(10)).unwrap_or(0)
}
