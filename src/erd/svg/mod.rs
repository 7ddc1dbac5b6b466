//! A diagram as pictures that need no script: SVG inline in the page, in the colours of the reader's theme.
//!
//! Every picture is one HTML block of Markdown: it begins with `<figure`, holds no blank line and no `{{`. Wide pictures scroll in
//! a box of their own. Colours are mdBook's CSS variables; the pairs used have a contrast of at least 4.5 (text) and 3 (lines) in
//! mdBook's five themes.

mod label;
mod line;
mod table;

use std::collections::HashMap;
use std::fmt::Write as _;

use super::layout::{self, End, Layout, Line, Rect};
use super::split::{Picture, split};
use super::{Cardinality, Diagram, Relation};
use crate::html::Escaped;
use crate::wording::counted;
use label::Id;
use table::Plate;

/// Pixels around a picture.
const MARGIN: i32 = 8;

/// The rules of all pictures. Text is monospace, so that its width is known; `textLength` holds any font to it.
const STYLE: &str = "\
<style>
.mdbook-erd{margin:1.5em 0;--erd-fg:var(--fg,currentColor);--erd-bg:var(--bg,Canvas);--erd-head:var(--table-header-bg,#8888);--erd-link:var(--links,LinkText)}
.mdbook-erd>div{overflow-x:auto;max-width:100%}
.mdbook-erd>div:focus-visible{outline:2px solid var(--erd-link);outline-offset:2px}
.mdbook-erd svg{display:block;margin:0 auto;height:auto;font-family:var(--mono-font,ui-monospace,Menlo,Consolas,monospace)}
.mdbook-erd figcaption{margin-top:.5em;text-align:center;font-size:.85em}
.mdbook-erd text{fill:var(--erd-fg);font-size:12px;white-space:pre}
.mdbook-erd .h{font-size:13px;font-weight:600}
.mdbook-erd .p{font-weight:600}
.mdbook-erd .t{fill-opacity:.8}
.mdbook-erd .k{font-size:9px;font-weight:600}
.mdbook-erd .b{fill:var(--erd-bg);stroke:none}
.mdbook-erd .c{fill:var(--erd-head);fill-opacity:.5;stroke:none}
.mdbook-erd .s{fill:var(--erd-fg);fill-opacity:.12;stroke:none}
.mdbook-erd .o{fill:none;stroke:var(--erd-fg);stroke-opacity:.6}
.mdbook-erd .d .o{stroke-dasharray:4 3}
.mdbook-erd .l{opacity:.85}
.mdbook-erd .l path{fill:none;stroke:var(--erd-fg);stroke-width:1.25}
.mdbook-erd .l .m{fill:var(--erd-bg)}
.mdbook-erd .w{stroke:var(--erd-fg);stroke-opacity:.85;stroke-width:3}
.mdbook-erd .l path:hover{stroke:var(--erd-link);stroke-width:2.5}
.mdbook-erd a{text-decoration:none;outline:none}
.mdbook-erd a:hover .o,.mdbook-erd a:focus-visible .o{stroke:var(--erd-link);stroke-opacity:1;stroke-width:2}
.mdbook-erd a:hover .h,.mdbook-erd a:focus-visible .h{text-decoration:underline}
@media print{.mdbook-erd{--fg:#000;--bg:#fff;--table-header-bg:#ddd;break-inside:avoid} .mdbook-erd>div{overflow:visible} .mdbook-erd svg{min-width:0!important;background:#fff}}
</style>
";

/// The pictures, one HTML block each. `prefix` starts their ids.
pub fn draw(diagram: &Diagram<'_>, prefix: &str) -> String {
    let pictures = split(diagram);
    let mut out = String::new();
    for (at, picture) in pictures.iter().enumerate() {
        if at > 0 {
            out.push('\n');
        }
        let caption = caption(diagram, picture, at + 1, pictures.len());
        let style = if at == 0 { STYLE } else { "" };
        push_figure(&mut out, &Drawing::new(diagram, picture), style, &caption, &format!("{}-{}", Id(prefix), at + 1));
    }
    out
}

/// One picture, laid out.
#[derive(Debug)]
struct Drawing<'d> {
    diagram: &'d Diagram<'d>,
    /// The tables and stubs.
    plates: Vec<Plate<'d>>,
    relations: Vec<&'d Relation>,
    /// The ends of each relation, in plates.
    lines: Vec<Line>,
    layout: Layout,
}

impl<'d> Drawing<'d> {
    fn new(diagram: &'d Diagram<'d>, picture: &Picture) -> Self {
        let relations: Vec<&Relation> = picture.relations.iter().map(|&at| &diagram.relations[at]).collect();
        let mut referred: HashMap<usize, Vec<usize>> = HashMap::new();
        for relation in &relations {
            referred.entry(relation.to).or_default().extend(&relation.to_columns);
        }
        let full = picture.entities.iter().map(|&at| (at, Plate::full(&diagram.entities[at], referred.get(&at))));
        let stubs = picture.stubs.iter().map(|&at| (at, Plate::stub(&diagram.entities[at])));
        let (entities, plates): (Vec<usize>, Vec<Plate<'_>>) = full.chain(stubs).unzip();
        let node: HashMap<usize, usize> = entities.into_iter().zip(0..).collect();
        let end = |entity: usize, columns: &[usize]| {
            let node = node[&entity];
            End { node, y: plates[node].row_middle(columns.first().copied()) }
        };
        let line = |relation: &&Relation| Line {
            from: end(relation.from, &relation.from_columns),
            to: end(relation.to, &relation.to_columns),
            bundle: u8::from(relation.to_cardinality == Cardinality::ExactlyOne),
        };
        let lines: Vec<Line> = relations.iter().map(line).collect();
        let sizes: Vec<layout::Size> = plates.iter().map(Plate::size).collect();
        let layout = layout::layout(&sizes, &lines);
        Drawing { diagram, plates, relations, lines, layout }
    }
}

fn push_figure(out: &mut String, drawing: &Drawing<'_>, style: &str, caption: &str, id: &str) {
    let (width, height) = (drawing.layout.width + 2 * MARGIN, drawing.layout.height + 2 * MARGIN);
    let caption = Escaped(caption);
    // A picture that is a little too wide for the page is made a little smaller; beyond that it scrolls.
    let least = width * 3 / 4;
    let _ = write!(
        out,
        "<figure class=\"mdbook-erd\">\n{style}\
         <div tabindex=\"0\" role=\"region\" aria-label=\"{caption}\">\n\
         <svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
         style=\"min-width:{least}px;max-width:100%\" role=\"group\" aria-labelledby=\"{id}-title\" aria-describedby=\"{id}-desc\">\n\
         <title id=\"{id}-title\">{caption}</title>\n<desc id=\"{id}-desc\">"
    );
    push_description(out, drawing);
    // Half a pixel, so that lines one pixel wide fill the pixel that they are in.
    let _ = writeln!(out, "</desc>\n<g transform=\"translate({MARGIN}.5 {MARGIN}.5)\">");
    line::push_lines(out, drawing);
    for (plate, rect) in drawing.plates.iter().zip(&drawing.layout.boxes) {
        plate.push(out, rect);
    }
    line::push_bars(out, drawing);
    let _ = writeln!(out, "</g>\n</svg>\n</div>\n<figcaption>{caption}</figcaption>\n</figure>");
}

/// What the lines say, for those who cannot see them.
fn push_description(out: &mut String, drawing: &Drawing<'_>) {
    if drawing.relations.is_empty() {
        out.push_str("No references.");
    }
    for (at, relation) in drawing.relations.iter().enumerate() {
        let lead = if at == 0 { "" } else { "; " };
        let _ = write!(out, "{lead}{}", Escaped(&line::sentence(drawing.diagram, relation)));
    }
}

/// What a picture shows, in a line.
fn caption(diagram: &Diagram<'_>, picture: &Picture, number: usize, count: usize) -> String {
    let tables = counted(picture.entities.len(), "table");
    if count == 1 {
        return format!("Entity relationships: {tables}, {}", counted(diagram.relations.len(), "reference"));
    }
    let lead = format!("Entity relationships, {number} of {count}");
    if picture.relations.is_empty() {
        return format!("{lead}: {tables} without references");
    }
    let dashed = if picture.stubs.is_empty() { "" } else { "; dashed boxes are drawn in full in another picture" };
    if let Some(qualifier) = common_qualifier(diagram, picture) {
        return format!("{lead}: {qualifier}, {tables}{dashed}");
    }
    let name = label::shortened(diagram.entities[hub(diagram, picture)].name, 40);
    format!("{lead}: around {name}, {tables}{dashed}")
}

fn common_qualifier<'d>(diagram: &Diagram<'d>, picture: &Picture) -> Option<&'d str> {
    let qualifier = |&at: &usize| diagram.entities[at].name.rsplit_once('.').map(|(qualifier, _)| qualifier);
    let first = picture.entities.first().and_then(qualifier)?;
    picture.entities.iter().all(|at| qualifier(at) == Some(first)).then_some(first)
}

/// The table with the most references in the picture; the first of equals.
fn hub(diagram: &Diagram<'_>, picture: &Picture) -> usize {
    let mut ends: HashMap<usize, usize> = HashMap::new();
    for relation in picture.relations.iter().map(|&at| &diagram.relations[at]) {
        *ends.entry(relation.from).or_default() += 1;
        *ends.entry(relation.to).or_default() += 1;
    }
    let most = |&&at: &&usize| (ends.get(&at).copied().unwrap_or(0), std::cmp::Reverse(at));
    picture.entities.iter().max_by_key(most).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests;
