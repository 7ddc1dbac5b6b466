//! Places boxes in columns from left to right and leads lines between them, around the boxes.
//!
//! A layered layout with ports: tables referred to stand left of those that refer to them (`layers`); each column is ordered so
//! that few lines cross (`order`); boxes and the bends of long lines are moved up and down until lines are as straight as they
//! get (`place`); between two columns every line has a vertical track of its own (`route`). Lines run in the gaps between
//! columns, and through a column only where a bend holds a lane free: so they never cross a box. All of it is integer or
//! order-preserving arithmetic on vectors, so the same input gives the same output everywhere.

mod layers;
mod order;
mod place;
mod route;

/// The width and height of a box.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// In pixels.
    pub width: i32,
    /// In pixels.
    pub height: i32,
}

/// Where a line meets a box.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct End {
    /// The box.
    pub node: usize,
    /// The middle of the row, from the top of the box.
    pub y: i32,
}

/// A line to be drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// The end that refers; to the right if possible.
    pub from: End,
    /// The end referred to; to the left if possible.
    pub to: End,
    /// Lines with the same `to` and the same bundle may leave it as one.
    pub bundle: u8,
}

/// A placed box.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rect {
    /// Left edge.
    pub x: i32,
    /// Top edge.
    pub y: i32,
    /// At least the width that was asked for: boxes of a column are equally wide.
    pub width: i32,
    /// The height that was asked for.
    pub height: i32,
}

/// A corner or end of a line.
pub type Point = (i32, i32);

/// A finished layout. Its top left corner is at 0, 0.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    /// Total width.
    pub width: i32,
    /// Total height.
    pub height: i32,
    /// The boxes, in the order of the input.
    pub boxes: Vec<Rect>,
    /// The corners of each line, from its `from` end to its `to` end: horizontal and vertical pieces by turns.
    pub routes: Vec<Vec<Point>>,
}

/// Pixels between neighbouring boxes of one column, and between parts that are not connected.
const GAP: i32 = 32;

/// Lays out boxes and lines. Lines may join a box to itself, run in parallel or in circles; parts without connection are laid out
/// apart, and boxes without lines in a grid below.
pub fn layout(sizes: &[Size], lines: &[Line]) -> Layout {
    let parts = components(sizes.len(), lines);
    let (related, alone): (Vec<_>, Vec<_>) = parts.into_iter().partition(|part| !part.lines.is_empty());
    let mut blocks: Vec<(Part, Layout)> = related.into_iter().map(|part| laid_out(part, sizes, lines)).collect();
    blocks.sort_by_key(|(part, _)| std::cmp::Reverse(part.nodes.len()));
    let alone: Vec<usize> = alone.into_iter().flat_map(|part| part.nodes).collect();
    let widest = blocks.iter().map(|(_, layout)| layout.width).max().unwrap_or(0);
    if !alone.is_empty() {
        blocks.push(grid(alone, sizes, widest));
    }
    shelves(blocks, sizes.len(), lines.len())
}

/// A connected part: its boxes and lines.
#[derive(Clone, Debug, Default)]
struct Part {
    nodes: Vec<usize>,
    lines: Vec<usize>,
}

/// The connected parts, in the order of their first box.
fn components(count: usize, lines: &[Line]) -> Vec<Part> {
    let mut parent: Vec<usize> = (0..count).collect();
    for line in lines {
        let (a, b) = (root(&mut parent, line.from.node), root(&mut parent, line.to.node));
        parent[a.max(b)] = a.min(b);
    }
    let mut parts: Vec<Part> = vec![Part::default(); count];
    for node in 0..count {
        parts[root(&mut parent, node)].nodes.push(node);
    }
    for (at, line) in lines.iter().enumerate() {
        parts[root(&mut parent, line.from.node)].lines.push(at);
    }
    parts.retain(|part| !part.nodes.is_empty());
    parts
}

fn root(parent: &mut [usize], mut node: usize) -> usize {
    while parent[node] != node {
        parent[node] = parent[parent[node]];
        node = parent[node];
    }
    node
}

fn laid_out(part: Part, sizes: &[Size], lines: &[Line]) -> (Part, Layout) {
    let local = |node: usize| part.nodes.binary_search(&node).unwrap_or_default();
    let end = |end: End| End { node: local(end.node), y: end.y };
    let own_sizes: Vec<Size> = part.nodes.iter().map(|&node| sizes[node]).collect();
    let own_lines: Vec<Line> = part
        .lines
        .iter()
        .map(|&at| Line { from: end(lines[at].from), to: end(lines[at].to), bundle: lines[at].bundle })
        .collect();
    let layers = layers::layers(&own_sizes, &own_lines);
    let mut columns = order::Columns::new(&own_sizes, &own_lines, &layers);
    columns.order();
    let tops = place::place(&columns);
    let layout = route::route(&columns, &tops, &own_sizes, &own_lines);
    (part, layout)
}

/// Boxes without lines, each put under the shortest column so far.
fn grid(nodes: Vec<usize>, sizes: &[Size], room: i32) -> (Part, Layout) {
    let width = nodes.iter().map(|&node| sizes[node].width).max().unwrap_or(0);
    let area: i32 = nodes.iter().map(|&node| (width + GAP) * (sizes[node].height + GAP)).sum();
    let room = room.max(area.isqrt()).max(width);
    let count = usize::try_from((room + GAP) / (width + GAP)).unwrap_or(1).clamp(1, nodes.len());
    let mut bottoms = vec![0; count];
    let mut boxes = Vec::with_capacity(nodes.len());
    for &node in &nodes {
        let (column, y) = bottoms.iter().copied().enumerate().min_by_key(|&(_, y)| y).unwrap_or_default();
        let x = i32::try_from(column).unwrap_or(0) * (width + GAP);
        boxes.push(Rect { x, y, width, height: sizes[node].height });
        bottoms[column] = y + sizes[node].height + GAP;
    }
    let width = boxes.iter().map(|rect| rect.x + rect.width).max().unwrap_or(0);
    let height = boxes.iter().map(|rect| rect.y + rect.height).max().unwrap_or(0);
    (Part { nodes, lines: vec![] }, Layout { width, height, boxes, routes: vec![] })
}

/// Puts blocks side by side, in rows that are about as wide as all is high.
fn shelves(blocks: Vec<(Part, Layout)>, nodes: usize, lines: usize) -> Layout {
    let area: i64 = blocks.iter().map(|(_, block)| i64::from(block.width + GAP) * i64::from(block.height + GAP)).sum();
    let widest = blocks.iter().map(|(_, block)| block.width).max().unwrap_or(0);
    let room = i32::try_from(area.isqrt()).unwrap_or(i32::MAX).max(widest);
    let nothing = Rect { x: 0, y: 0, width: 0, height: 0 };
    let mut all = Layout { boxes: vec![nothing; nodes], routes: vec![Vec::new(); lines], ..Layout::default() };
    let (mut x, mut y) = (0, 0);
    for (part, block) in blocks {
        if x > 0 && x + block.width > room {
            (x, y) = (0, all.height + GAP);
        }
        for (node, rect) in part.nodes.into_iter().zip(block.boxes) {
            all.boxes[node] = Rect { x: rect.x + x, y: rect.y + y, ..rect };
        }
        for (line, route) in part.lines.into_iter().zip(block.routes) {
            all.routes[line] = route.into_iter().map(|(px, py)| (px + x, py + y)).collect();
        }
        all.width = all.width.max(x + block.width);
        all.height = all.height.max(y + block.height);
        x += block.width + GAP;
    }
    all
}

#[cfg(test)]
mod tests;
