//! The lines of the references, and the marks at their ends.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::super::layout::Point;
use super::super::{Cardinality, Diagram, Relation};
use super::label::shortened;
use super::{Drawing, Rect};
use crate::html::Escaped;

/// The radius of a corner.
const RADIUS: i32 = 6;

/// As many columns of text as a name may take in a sentence.
const NAME: usize = 64;

/// Draws the lines, each with its sentence as a tooltip, and over them the marks, each once even where lines share an end.
pub(super) fn push_lines(out: &mut String, drawing: &Drawing<'_>) {
    if drawing.relations.is_empty() {
        return;
    }
    out.push_str("<g class=\"l\">\n");
    let mut marks = BTreeSet::new();
    for (relation, route) in drawing.relations.iter().zip(&drawing.layout.routes) {
        let sentence = sentence(drawing.diagram, relation);
        let _ = writeln!(out, "<path d=\"{}\"><title>{}</title></path>", path(route), Escaped(&sentence));
        if let [from, .., to] = route[..] {
            marks.insert((from, direction(&drawing.layout.boxes, from), relation.from_cardinality));
            marks.insert((to, direction(&drawing.layout.boxes, to), relation.to_cardinality));
        }
    }
    for (at, direction, cardinality) in marks {
        let _ = writeln!(out, "<path class=\"m\" d=\"{}\"/>", mark(at, direction, cardinality));
    }
    out.push_str("</g>\n");
}

/// Draws the bars at the rows of references of more than one column.
pub(super) fn push_bars(out: &mut String, drawing: &Drawing<'_>) {
    for (x, middle) in composite_rows(drawing) {
        let _ = writeln!(out, "<path class=\"w\" d=\"M{x} {}v16\"/>", middle - 8);
    }
}

/// The rows of references of more than one column: the line ends at the first, a bar at the edge of the box marks them all.
fn composite_rows(drawing: &Drawing<'_>) -> BTreeSet<Point> {
    let mut rows = BTreeSet::new();
    for ((relation, line), route) in drawing.relations.iter().zip(&drawing.lines).zip(&drawing.layout.routes) {
        let ends = [(line.from, &relation.from_columns, route.first()), (line.to, &relation.to_columns, route.last())];
        for (end, columns, point) in ends.into_iter().filter(|(_, columns, _)| columns.len() > 1) {
            let (plate, top) = (&drawing.plates[end.node], drawing.layout.boxes[end.node].y);
            let middle = |&column: &usize| top + plate.row_middle(Some(column));
            rows.extend(point.iter().flat_map(|&&(x, _)| columns.iter().map(move |column| (x, middle(column)))));
        }
    }
    rows
}

/// 1 where a line leaves a box to the right, -1 to the left.
fn direction(boxes: &[Rect], (x, y): Point) -> i32 {
    let is_right = |rect: &Rect| rect.x + rect.width == x && rect.y <= y && y <= rect.y + rect.height;
    if boxes.iter().any(is_right) { 1 } else { -1 }
}

/// The mark at an end, as path data: a crow's foot for many, a bar for one, a circle for none.
fn mark((x, y): Point, direction: i32, cardinality: Cardinality) -> String {
    let bar = |away: i32| format!("M{} {}v10", x + away * direction, y - 5);
    // The left end first; all circles are drawn the same way round.
    let circle = |away: i32| format!("M{} {y}a4 4 0 1 0 8 0a4 4 0 1 0-8 0", x + away * direction - 4);
    match cardinality {
        Cardinality::ExactlyOne => format!("{}{}", bar(7), bar(12)),
        Cardinality::ZeroOrOne => format!("{}{}", bar(7), circle(16)),
        Cardinality::ZeroOrMany => {
            let tip = x + 11 * direction;
            format!("M{x} {}L{tip} {y}L{x} {}M{tip} {y}H{x}{}", y - 5, y + 5, circle(16))
        }
    }
}

/// Path data with round corners.
fn path(route: &[Point]) -> String {
    let mut data = String::new();
    for (at, &(x, y)) in route.iter().enumerate() {
        let (Some(&before), Some(&after)) = (at.checked_sub(1).and_then(|at| route.get(at)), route.get(at + 1)) else {
            let _ = write!(data, "{}{x} {y}", if at == 0 { 'M' } else { 'L' });
            continue;
        };
        let radius = RADIUS.min(distance(before, (x, y)) / 2).min(distance((x, y), after) / 2);
        let (ax, ay) = towards((x, y), before, radius);
        let (bx, by) = towards((x, y), after, radius);
        let _ = write!(data, "L{ax} {ay}Q{x} {y} {bx} {by}");
    }
    data
}

fn distance(a: Point, b: Point) -> i32 {
    (a.0 - b.0).abs() + (a.1 - b.1).abs()
}

fn towards(from: Point, to: Point, by: i32) -> Point {
    (from.0 + (to.0 - from.0).signum() * by, from.1 + (to.1 - from.1).signum() * by)
}

/// A relation in words: `orders.user_id → users.id (many to one)`.
pub(super) fn sentence(diagram: &Diagram<'_>, relation: &Relation) -> String {
    let end = |entity: usize, columns: &[usize]| {
        let entity = &diagram.entities[entity];
        let names: Vec<_> = columns.iter().map(|&at| shortened(entity.columns[at].name, NAME)).collect();
        let name = shortened(entity.name, NAME);
        if names.len() == 1 { format!("{name}.{}", names[0]) } else { format!("{name} ({})", names.join(", ")) }
    };
    let from = if relation.from_cardinality == Cardinality::ZeroOrMany { "many" } else { "one or none" };
    let to = if relation.to_cardinality == Cardinality::ExactlyOne { "one" } else { "one or none" };
    let (left, right) = (end(relation.from, &relation.from_columns), end(relation.to, &relation.to_columns));
    format!("{left} → {right} ({from} to {to})")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_cardinality_has_its_mark() {
        let drawn = |cardinality| mark((100, 50), 1, cardinality);
        assert_eq!(drawn(Cardinality::ExactlyOne), "M107 45v10M112 45v10");
        assert_eq!(drawn(Cardinality::ZeroOrOne), "M107 45v10M112 50a4 4 0 1 0 8 0a4 4 0 1 0-8 0");
        assert_eq!(
            drawn(Cardinality::ZeroOrMany),
            "M100 45L111 50L100 55M111 50H100M112 50a4 4 0 1 0 8 0a4 4 0 1 0-8 0"
        );
        assert_eq!(
            mark((100, 50), -1, Cardinality::ZeroOrMany),
            "M100 45L89 50L100 55M89 50H100M80 50a4 4 0 1 0 8 0a4 4 0 1 0-8 0"
        );
    }

    #[test]
    fn corners_are_round_but_for_lack_of_room() {
        assert_eq!(path(&[(0, 0), (40, 0), (40, 40), (80, 40)]), "M0 0L34 0Q40 0 40 6L40 34Q40 40 46 40L80 40");
        assert_eq!(path(&[(0, 0), (40, 0), (40, 4), (80, 4)]), "M0 0L38 0Q40 0 40 2L40 2Q40 4 42 4L80 4");
        assert_eq!(path(&[(0, 0), (40, 0)]), "M0 0L40 0");
    }
}
