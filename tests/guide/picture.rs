//! The picture of the README: a template and the page that the program makes of it, side by side.
//!
//! It is an SVG of two pieces of HTML, in the light or dark colours of whoever looks at it, and made from the example that
//! the README shows as text, so that it says what the program does.

use std::fmt::Write as _;

use mdbook_markdown::pulldown_cmark::html::push_html;
use mdbook_markdown::{MarkdownOptions, new_cmark_parser};

/// Pixels from one panel to the next, and around both.
const GAP: usize = 16;
/// Pixels across one panel.
const WIDTH: usize = 480;
/// Pixels of a panel's title.
const TITLE: usize = 34;

const STYLE: &str = "\
svg{--bg:#fff;--fg:#1f2328;--soft:#f6f8fa;--line:#d1d9e0;--mark:#fff0b3;--note:#59636e}
@media(prefers-color-scheme:dark){svg{--bg:#0d1117;--fg:#e6edf3;--soft:#161b22;--line:#3d444d;--mark:#5c4500;--note:#9198a1}}
rect{fill:var(--bg);stroke:var(--line)}
text{fill:var(--note);font:600 13px system-ui,sans-serif}
div{color:var(--fg);font:14px/20px system-ui,sans-serif;padding:0 18px}
h1{font-size:21px;line-height:28px;margin:14px 0 8px} h2{font-size:17px;line-height:24px;margin:14px 0 6px;border-bottom:1px solid var(--line)}
h3{font-size:14px;line-height:20px;margin:10px 0 6px} p{margin:6px 0} ul{margin:6px 0;padding-left:22px} ul p{margin:0}
blockquote{margin:6px 0;padding-left:12px;border-left:3px solid var(--line);color:var(--note)}
h3 code{font-size:14px!important;font-weight:600!important}
code{font:12.5px ui-monospace,Menlo,Consolas,monospace;background:var(--soft);padding:1px 3px;border-radius:3px}
mark{background:var(--mark);color:inherit;border-radius:3px}
";

/// The picture, from the Markdown of the template and of the page.
pub(crate) fn picture(template: &str, page: &str) -> String {
    let panels = [("The template", html(template)), ("The page, filled from database.toml", html(page))];
    let body = [template, page].map(height).into_iter().max().unwrap_or_default();
    let (width, height) = (2 * WIDTH + 3 * GAP, body + TITLE + GAP);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\">\n\
         <style>\n{STYLE}</style>\n"
    );
    for (at, (title, html)) in panels.iter().enumerate() {
        let left = GAP + at * (WIDTH + GAP);
        let _ = write!(
            svg,
            "<text x=\"{left}\" y=\"23\">{title}</text>\n\
             <rect x=\"{left}\" y=\"{TITLE}\" width=\"{WIDTH}\" height=\"{body}\" rx=\"6\"/>\n\
             <foreignObject x=\"{left}\" y=\"{TITLE}\" width=\"{WIDTH}\" height=\"{body}\">\n\
             <div xmlns=\"http://www.w3.org/1999/xhtml\">\n{html}</div>\n</foreignObject>\n"
        );
    }
    svg + "</svg>\n"
}

/// The page as mdBook shows it, with the brackets marked.
fn html(markdown: &str) -> String {
    let mut html = String::new();
    push_html(&mut html, new_cmark_parser(markdown, &MarkdownOptions::default()));
    html.replace('[', "<mark>[").replace(']', "]</mark>")
}

/// Pixels that the text takes, rather too many than too few: nobody asks a browser.
fn height(markdown: &str) -> usize {
    let lines = markdown.lines().map(|line| match line.split(' ').next().unwrap_or_default() {
        "" => 6,
        "#" => 46,
        "##" => 40,
        "###" => 32,
        _ => 20 * line.len().div_ceil(64),
    });
    lines.sum::<usize>() + GAP
}
