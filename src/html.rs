//! Text as HTML shows it.

use std::fmt::{self, Display, Write as _};

/// Text as it may stand in XML, in HTML and in an HTML block of Markdown: also in an attribute. Line breaks and other controls
/// are spaces, and braces are escaped because mdBook looks for `{{`.
pub(crate) struct Escaped<'t>(pub(crate) &'t str);

impl Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            match c {
                '&' => f.write_str("&amp;"),
                '<' => f.write_str("&lt;"),
                '>' => f.write_str("&gt;"),
                '"' => f.write_str("&quot;"),
                '\'' => f.write_str("&#39;"),
                '{' => f.write_str("&#123;"),
                '\u{fffe}' | '\u{ffff}' => f.write_char('\u{fffd}'),
                c if c.is_control() => f.write_char(' '),
                c => f.write_char(c),
            }?;
        }
        Ok(())
    }
}
