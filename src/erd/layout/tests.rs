//! What must hold of every layout, tried on random graphs.

use proptest::prelude::*;

use super::*;

const ROW: i32 = 24;

fn sizes_and_lines() -> impl Strategy<Value = (Vec<Size>, Vec<Line>)> {
    let rows = prop::collection::vec(1_i32..12, 1..28);
    rows.prop_flat_map(|rows| {
        let count = rows.len();
        let end = move |rows: Vec<i32>| {
            (0..count, 0..100_i32).prop_map(move |(node, row)| End { node, y: middle(row % rows[node]) })
        };
        let line =
            (end(rows.clone()), end(rows.clone()), 0_u8..2).prop_map(|(from, to, bundle)| Line { from, to, bundle });
        let width = |row: usize| 80 + i32::try_from(row % 5).unwrap() * 30;
        let sizes: Vec<Size> =
            rows.iter().enumerate().map(|(at, rows)| Size { width: width(at), height: (rows + 1) * ROW }).collect();
        (Just(sizes), prop::collection::vec(line, 0..40))
    })
}

/// The middle of a row below the header.
fn middle(row: i32) -> i32 {
    ROW + row * ROW + ROW / 2
}

fn disjoint(a: &Rect, b: &Rect) -> bool {
    a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y
}

/// Whether a horizontal or vertical piece touches the inside of a box.
fn enters(rect: &Rect, a: Point, b: Point) -> bool {
    a.0.min(b.0) < rect.x + rect.width
        && a.0.max(b.0) > rect.x
        && a.1.min(b.1) < rect.y + rect.height
        && a.1.max(b.1) > rect.y
}

fn check(sizes: &[Size], lines: &[Line]) {
    let drawn = layout(sizes, lines);
    assert_eq!((drawn.boxes.len(), drawn.routes.len()), (sizes.len(), lines.len()));
    for (at, (rect, size)) in drawn.boxes.iter().zip(sizes).enumerate() {
        assert!(rect.width >= size.width && rect.height == size.height);
        assert!(
            rect.x >= 0 && rect.y >= 0 && rect.x + rect.width <= drawn.width && rect.y + rect.height <= drawn.height
        );
        assert!(drawn.boxes[..at].iter().all(|other| disjoint(rect, other)));
    }
    for (line, route) in lines.iter().zip(&drawn.routes) {
        assert!(route.iter().all(|&(x, y)| x >= 0 && y >= 0 && x <= drawn.width && y <= drawn.height), "{route:?}");
        for piece in route.windows(2) {
            assert!(piece[0] != piece[1] && (piece[0].0 == piece[1].0 || piece[0].1 == piece[1].1), "{route:?}");
            assert!(drawn.boxes.iter().all(|rect| !enters(rect, piece[0], piece[1])), "{route:?}");
        }
        ends_at_row(&drawn, line.from, route[0], route[1]);
        ends_at_row(&drawn, line.to, route[route.len() - 1], route[route.len() - 2]);
    }
}

/// The line ends at a side of the box, within the row, and comes to it from outside with room for its mark.
fn ends_at_row(drawn: &Layout, end: End, point: Point, before: Point) {
    let rect = &drawn.boxes[end.node];
    assert!((point.1 - rect.y - end.y).abs() < ROW / 2, "{end:?} {point:?} {rect:?}");
    assert_eq!(point.1, before.1);
    assert!(
        (point.0 == rect.x && before.0 <= point.0 - route::PAD)
            || (point.0 == rect.x + rect.width && before.0 >= point.0 + route::PAD)
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn lines_go_round_boxes_and_end_at_their_rows((sizes, lines) in sizes_and_lines()) {
        check(&sizes, &lines);
    }

    #[test]
    fn the_same_graph_gives_the_same_layout((sizes, lines) in sizes_and_lines()) {
        prop_assert_eq!(layout(&sizes, &lines), layout(&sizes, &lines));
    }
}

fn graph(count: usize, arcs: &[(usize, usize)]) -> (Vec<Size>, Vec<Line>) {
    let end = |node, row| End { node, y: middle(row) };
    let line = |&(from, to): &(usize, usize)| Line { from: end(from, 1), to: end(to, 0), bundle: 0 };
    (vec![Size { width: 100, height: 3 * ROW }; count], arcs.iter().map(line).collect())
}

#[test]
fn odd_graphs_are_laid_out() {
    for (count, arcs) in [
        (0, &[][..]),
        (1, &[]),
        (1, &[(0, 0)]),
        (1, &[(0, 0), (0, 0), (0, 0)]),
        (2, &[(0, 1), (1, 0)]),
        (2, &[(1, 0), (1, 0), (1, 0)]),
        (3, &[(0, 1), (1, 2), (2, 0)]),
        (4, &[(0, 1), (2, 3), (3, 3)]),
    ] {
        let (sizes, lines) = graph(count, arcs);
        check(&sizes, &lines);
    }
}

#[test]
fn what_is_referred_to_stands_to_the_left() {
    let (sizes, lines) = graph(3, &[(1, 0), (2, 1), (2, 0)]);
    let boxes = layout(&sizes, &lines).boxes;
    assert!(boxes[0].x < boxes[1].x && boxes[1].x < boxes[2].x);
}

#[test]
fn a_line_between_neighbours_is_straight() {
    let (sizes, lines) = graph(2, &[(1, 0)]);
    assert_eq!(layout(&sizes, &lines).routes[0].len(), 2);
}

#[test]
fn a_star_is_not_one_long_column() {
    let arcs: Vec<(usize, usize)> = (1..24).map(|leaf| (leaf, 0)).collect();
    let (sizes, lines) = graph(24, &arcs);
    let drawn = layout(&sizes, &lines);
    assert!(drawn.height < 2 * drawn.width, "{} x {}", drawn.width, drawn.height);
    check(&sizes, &lines);
}

#[test]
fn many_loops_at_one_row_are_drawn() {
    let end = End { node: 0, y: middle(0) };
    check(&[Size { width: 100, height: 3 * ROW }], &[Line { from: end, to: end, bundle: 0 }; 40]);
}

#[test]
fn a_long_chain_is_folded() {
    let arcs: Vec<(usize, usize)> = (1..24).map(|node| (node, node - 1)).collect();
    let (sizes, lines) = graph(24, &arcs);
    let drawn = layout(&sizes, &lines);
    assert!(drawn.width < 2 * drawn.height, "{} x {}", drawn.width, drawn.height);
    check(&sizes, &lines);
}

#[test]
fn a_thousand_lines_are_no_trouble() {
    let arcs: Vec<(usize, usize)> = (0..1000).map(|n| (n % 40, (n * 7) % 41)).collect();
    let (sizes, lines) = graph(41, &arcs);
    check(&sizes, &lines);
}

fn runs_in(a: (Point, Point), b: (Point, Point)) -> bool {
    let along = |a1: i32, a2: i32, b1: i32, b2: i32| a1.min(a2).max(b1.min(b2)) < a1.max(a2).min(b1.max(b2));
    let ((a1, a2), (b1, b2)) = (a, b);
    (a1.0 == a2.0 && b1.0 == b2.0 && a1.0 == b1.0 && along(a1.1, a2.1, b1.1, b2.1))
        || (a1.1 == a2.1 && b1.1 == b2.1 && a1.1 == b1.1 && along(a1.0, a2.0, b1.0, b2.0))
}

/// Random numbers that are the same everywhere.
fn numbers() -> impl FnMut(usize) -> usize {
    let mut seed = 1_u64;
    move |below| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(seed >> 33).unwrap() % below
    }
}

#[test]
fn lines_that_have_nothing_in_common_do_not_run_in_one_another() {
    let mut number = numbers();
    for _ in 0..60 {
        let sizes = [Size { width: 100, height: 9 * ROW }; 15];
        let mut line = || {
            let (a, b, row) = (number(15), number(15), number(7));
            let from = End { node: a.max(b), y: middle(1 + i32::try_from(row).unwrap()) };
            Line { from, to: End { node: a.min(b), y: middle(0) }, bundle: 0 }
        };
        let lines: Vec<Line> = (0..20).map(|_| line()).collect();
        let routes = layout(&sizes, &lines).routes;
        for (at, (line, route)) in lines.iter().zip(&routes).enumerate() {
            for (_, other) in lines.iter().zip(&routes).take(at).filter(|(other, _)| other.to != line.to) {
                let pieces = |route: &[Point]| route.windows(2).map(|piece| (piece[0], piece[1])).collect::<Vec<_>>();
                assert!(
                    pieces(route).iter().all(|a| pieces(other).iter().all(|b| !runs_in(*a, *b))),
                    "{route:?} {other:?}"
                );
            }
        }
    }
}
