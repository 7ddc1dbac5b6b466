//! The order of boxes and bends in each column.

use std::collections::BTreeMap;

use super::{End, GAP, Line, Size};

/// Pixels between a bend and what is next to it.
const LANE: i32 = 14;

/// How often the columns are gone over.
const SWEEPS: usize = 10;

/// How often neighbours are exchanged, and up to how many links.
const EXCHANGES: usize = 8;
const EXCHANGED: usize = 150;

/// The columns, filled: items are the boxes (under their own number), then the bends, which hold a lane free for a line that
/// crosses a column.
#[derive(Clone, Debug)]
pub(super) struct Columns {
    /// The column of each item.
    pub(super) layer: Vec<usize>,
    /// The height of each item; 0 for a bend.
    pub(super) height: Vec<i32>,
    /// The number of items that are boxes.
    pub(super) boxes: usize,
    /// The items of each column from top to bottom.
    pub(super) columns: Vec<Vec<usize>>,
    /// For each line the items that it passes from left to right, its ends included; only those if they are in one column.
    pub(super) chains: Vec<Vec<usize>>,
    /// The net of each line: lines of one net run together from their left end on.
    pub(super) nets: Vec<usize>,
    /// The pieces of nets between neighbouring columns, each once, sorted.
    pub(super) links: Vec<Link>,
}

/// A piece of a net between two neighbouring columns; `y` is the distance from the top of the item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Link {
    pub(super) left: usize,
    pub(super) left_y: i32,
    pub(super) right: usize,
    pub(super) right_y: i32,
    pub(super) net: usize,
}

/// The left and the right end of a line. The right end is `from`, unless the line runs against the columns. Where both are in one
/// column, the line is led around it on the right.
pub(super) fn ends(line: &Line, layers: &[usize]) -> (End, End) {
    if layers[line.from.node] < layers[line.to.node] { (line.from, line.to) } else { (line.to, line.from) }
}

impl Columns {
    /// Items and links, in an order that is only a start.
    pub(super) fn new(sizes: &[Size], lines: &[Line], layers: &[usize]) -> Self {
        let nets = nets(lines, layers);
        let mut layer = layers.to_vec();
        let mut bends: BTreeMap<(usize, usize), usize> = BTreeMap::new();
        let mut chains = Vec::with_capacity(lines.len());
        for (line, &net) in lines.iter().zip(&nets) {
            let (left, right) = ends(line, layers);
            let mut chain = vec![left.node];
            for between in layers[left.node] + 1..layers[right.node] {
                chain.push(*bends.entry((net, between)).or_insert_with(|| {
                    layer.push(between);
                    layer.len() - 1
                }));
            }
            chain.push(right.node);
            chains.push(chain);
        }
        let mut height: Vec<i32> = sizes.iter().map(|size| size.height).collect();
        height.resize(layer.len(), 0);
        let mut columns = vec![Vec::new(); layers.iter().max().map_or(0, |last| last + 1)];
        layer.iter().enumerate().for_each(|(item, &layer)| columns[layer].push(item));
        let links = links(lines, layers, &chains, &nets);
        Columns { layer, height, boxes: sizes.len(), columns, chains, nets, links }
    }

    /// Pixels between two items of a column.
    pub(super) fn gap(&self, above: usize, below: usize) -> i32 {
        if above < self.boxes && below < self.boxes { GAP } else { LANE }
    }

    /// Orders every column so that few links cross and those that do not are short: from two starts each item is moved towards the
    /// mean of those that it is linked to, column after column, to and fro, and the best state of all is made better still by
    /// exchanging neighbours.
    pub(super) fn order(&mut self) {
        let mut best = ((usize::MAX, i64::MAX), self.columns.clone());
        for start in [self.columns.clone(), self.depth_first()] {
            self.columns = start;
            self.sweep(&mut best);
        }
        self.columns = best.1;
        if self.links.len() <= EXCHANGED {
            self.exchange();
        }
    }

    fn sweep(&mut self, best: &mut ((usize, i64), Vec<Vec<usize>>)) {
        let mut tops = self.stacked();
        for sweep in 0..=SWEEPS {
            let cost = self.cost(&tops);
            if cost < best.0 {
                *best = (cost, self.columns.clone());
            }
            for step in 0..self.columns.len() {
                let forward = sweep % 2 == 0;
                let layer = if forward { step } else { self.columns.len() - 1 - step };
                self.sort_column(layer, forward, &tops);
                self.stack(layer, &mut tops);
            }
        }
    }

    /// The columns in the order in which a walk along the links comes by, which draws a tree without crossings.
    fn depth_first(&self) -> Vec<Vec<usize>> {
        let mut near = vec![Vec::new(); self.layer.len()];
        for link in &self.links {
            near[link.left].push((link.left_y, link.right));
            near[link.right].push((link.right_y, link.left));
        }
        near.iter_mut().for_each(|list| list.sort_unstable_by(|a, b| b.cmp(a)));
        let mut columns = vec![Vec::new(); self.columns.len()];
        let mut seen = vec![false; self.layer.len()];
        for start in 0..self.layer.len() {
            let mut waiting = vec![start];
            while let Some(item) = waiting.pop() {
                if !std::mem::replace(&mut seen[item], true) {
                    columns[self.layer[item]].push(item);
                    waiting.extend(near[item].iter().map(|&(_, other)| other));
                }
            }
        }
        columns
    }

    /// Exchanges neighbours in a column as long as that helps.
    fn exchange(&mut self) {
        let mut tops = self.stacked();
        let mut cost = self.cost(&tops);
        for _ in 0..EXCHANGES {
            let before = cost;
            for layer in 0..self.columns.len() {
                for at in 1..self.columns[layer].len() {
                    self.columns[layer].swap(at - 1, at);
                    self.stack(layer, &mut tops);
                    let new = self.cost(&tops);
                    if new < cost {
                        cost = new;
                    } else {
                        self.columns[layer].swap(at - 1, at);
                        self.stack(layer, &mut tops);
                    }
                }
            }
            if cost == before {
                break;
            }
        }
    }

    fn sort_column(&mut self, layer: usize, forward: bool, tops: &[i32]) {
        let mut sums: BTreeMap<usize, (i64, i64)> = BTreeMap::new();
        for link in &self.links {
            let (own, own_y, other, other_y) = if forward {
                (link.right, link.right_y, link.left, link.left_y)
            } else {
                (link.left, link.left_y, link.right, link.right_y)
            };
            if self.layer[own] == layer {
                let sum = sums.entry(own).or_default();
                *sum = (sum.0 + i64::from(tops[other] + other_y - own_y + self.height[own] / 2), sum.1 + 1);
            }
        }
        let middle = |item: usize| i64::from(tops[item] + self.height[item] / 2);
        let wish = |item: &usize| sums.get(item).map_or_else(|| middle(*item), |(sum, count)| sum / count);
        self.columns[layer].sort_by_key(wish);
    }

    /// The tops of all items with every column stacked from 0.
    pub(super) fn stacked(&self) -> Vec<i32> {
        let mut tops = vec![0; self.layer.len()];
        (0..self.columns.len()).for_each(|layer| self.stack(layer, &mut tops));
        tops
    }

    fn stack(&self, layer: usize, tops: &mut [i32]) {
        let mut y = 0;
        let mut above = None;
        for &item in &self.columns[layer] {
            y += above.map_or(0, |above| self.gap(above, item));
            tops[item] = y;
            y += self.height[item];
            above = Some(item);
        }
        // Centred, so that columns of different heights can be compared.
        self.columns[layer].iter().for_each(|&item| tops[item] -= y / 2);
    }

    /// How many pairs of links cross, then how far all of them go up or down.
    fn cost(&self, tops: &[i32]) -> (usize, i64) {
        let mut by_layer = vec![Vec::new(); self.columns.len()];
        for link in &self.links {
            by_layer[self.layer[link.left]].push((tops[link.left] + link.left_y, tops[link.right] + link.right_y));
        }
        let length = by_layer.iter().flatten().map(|(left, right)| i64::from((left - right).abs())).sum();
        (by_layer.iter().map(|ends| crossing_pairs(ends)).sum(), length)
    }
}

fn crossing_pairs(ends: &[(i32, i32)]) -> usize {
    let crosses = |a: &(i32, i32), b: &(i32, i32)| (a.0 < b.0 && a.1 > b.1) || (a.0 > b.0 && a.1 < b.1);
    ends.iter().enumerate().map(|(at, a)| ends[at + 1..].iter().filter(|b| crosses(a, b)).count()).sum()
}

/// Lines of one bundle that leave `to` to the right share a net; every other line is its own.
fn nets(lines: &[Line], layers: &[usize]) -> Vec<usize> {
    let mut shared: BTreeMap<(usize, i32, u8), usize> = BTreeMap::new();
    let mut count = 0;
    let mut fresh = || {
        count += 1;
        count - 1
    };
    let net = |line: &Line| {
        if layers[line.to.node] < layers[line.from.node] {
            *shared.entry((line.to.node, line.to.y, line.bundle)).or_insert_with(&mut fresh)
        } else {
            fresh()
        }
    };
    lines.iter().map(net).collect()
}

fn links(lines: &[Line], layers: &[usize], chains: &[Vec<usize>], nets: &[usize]) -> Vec<Link> {
    let mut links = Vec::new();
    for ((line, chain), &net) in
        lines.iter().zip(chains).zip(nets).filter(|((line, _), _)| layers[line.from.node] != layers[line.to.node])
    {
        let (left, right) = ends(line, layers);
        for pair in chain.windows(2) {
            let left_y = if pair[0] == left.node { left.y } else { 0 };
            let right_y = if pair[1] == right.node { right.y } else { 0 };
            links.push(Link { left: pair[0], left_y, right: pair[1], right_y, net });
        }
    }
    links.sort_unstable();
    links.dedup();
    links
}
