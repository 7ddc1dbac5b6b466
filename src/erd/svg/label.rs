//! Text in a picture: its width, its cut and its ids.

use std::borrow::Cow;
use std::fmt::{self, Display, Write as _};

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::html::Escaped;

/// The width of text in columns of a monospace font; wide characters take two.
pub(super) fn columns(text: &str) -> usize {
    text.width()
}

/// `text`, if it is at most `room` columns wide, or its start with an ellipsis.
pub(super) fn shortened(text: &str, room: usize) -> Cow<'_, str> {
    if columns(text) <= room {
        return Cow::Borrowed(text);
    }
    let mut used = 1;
    let mut short: String = text
        .chars()
        .take_while(|c| {
            used += c.width().unwrap_or(0);
            used <= room
        })
        .collect();
    short.push('…');
    Cow::Owned(short)
}

/// A link to an id on the page: what may not stand in a URL is percent-encoded.
pub(super) struct Fragment<'t>(pub(super) &'t str);

impl Display for Fragment<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('#')?;
        for c in self.0.chars() {
            let plain =
                c.is_ascii_alphanumeric() || "-._~!$()*+,;=:@/?".contains(c) || !(c.is_ascii() || c.is_control());
            if plain {
                f.write_char(c)?;
            } else {
                c.encode_utf8(&mut [0; 4]).bytes().try_for_each(|byte| write!(f, "%{byte:02X}"))?;
            }
        }
        Ok(())
    }
}

/// The letters, digits, `-` and `_` of a text, as an id.
pub(super) struct Id<'t>(pub(super) &'t str);

impl Display for Id<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_') { c } else { '-' };
        self.0.chars().try_for_each(|c| f.write_char(plain(c)))
    }
}

/// A `<text>` element. Its width is set, so that it fits whatever the font; the whole text is its tooltip where it was cut.
pub(super) struct Text<'t> {
    pub(super) class: &'static str,
    pub(super) x: i32,
    pub(super) y: i32,
    /// `x` is the right end.
    pub(super) right: bool,
    /// The width of a column, in tenths of a pixel.
    pub(super) advance: usize,
    /// The room in columns.
    pub(super) room: usize,
    pub(super) text: &'t str,
}

impl Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Text { class, x, y, .. } = self;
        let short = shortened(self.text, self.room);
        let tenths = columns(&short) * self.advance;
        if tenths == 0 {
            return Ok(());
        }
        f.write_str("<text")?;
        if !class.is_empty() {
            write!(f, " class=\"{class}\"")?;
        }
        write!(f, " x=\"{x}\" y=\"{y}\"")?;
        if self.right {
            f.write_str(" text-anchor=\"end\"")?;
        }
        write!(f, " textLength=\"{}.{}\" lengthAdjust=\"spacingAndGlyphs\">", tenths / 10, tenths % 10)?;
        if matches!(short, Cow::Owned(_)) {
            write!(f, "<title>{}</title>", Escaped(self.text))?;
        }
        write!(f, "{}</text>", Escaped(&short))
    }
}
