//! Which column each box stands in.

use super::{GAP, Line, Size};

/// A column is cut when it is more than this much higher than wide, in percent of the side of a square of the same area.
const TALLEST: i32 = 150;

/// About what the gap between two columns takes.
const CHANNEL: i32 = 80;

/// All is folded when it is more than this much wider than high, in percent of the same.
const WIDEST: i64 = 150;

/// The column of each box, counted from 0 without holes; `to` is left of `from`, unless lines run in a circle or all would be very
/// wide.
pub(super) fn layers(sizes: &[Size], lines: &[Line]) -> Vec<usize> {
    let arcs = arcs(sizes.len(), lines);
    let mut layers = longest_paths(sizes.len(), &arcs);
    shorten(&mut layers, &arcs);
    cut_tall(&mut layers, sizes, &arcs);
    close_holes(&mut layers);
    fold(&mut layers, sizes);
    layers
}

/// The lines as arcs from left to right, sorted by the order of their ends in [`sequence`].
fn arcs(count: usize, lines: &[Line]) -> Vec<(usize, usize)> {
    let mut arcs: Vec<(usize, usize)> =
        lines.iter().map(|line| (line.to.node, line.from.node)).filter(|(a, b)| a != b).collect();
    arcs.sort_unstable();
    arcs.dedup();
    let rank = sequence(count, &arcs);
    for (left, right) in &mut arcs {
        if rank[*left] > rank[*right] {
            std::mem::swap(left, right);
        }
    }
    arcs.sort_unstable_by_key(|&(left, right)| (rank[left], rank[right]));
    arcs.dedup();
    arcs
}

/// The rank of each box in a sequence in which most arcs go forward: boxes without arcs into them first, those without arcs out
/// of them last; where there is a circle, the box with the most arcs out of it to spare.
fn sequence(count: usize, arcs: &[(usize, usize)]) -> Vec<usize> {
    let (mut into, mut out) = (vec![0_i32; count], vec![0_i32; count]);
    let (mut next, mut previous) = (vec![Vec::new(); count], vec![Vec::new(); count]);
    for &(left, right) in arcs {
        out[left] += 1;
        into[right] += 1;
        next[left].push(right);
        previous[right].push(left);
    }
    let mut rank = vec![usize::MAX; count];
    let (mut first, mut last) = (0, count);
    while first < last {
        let free = || (0..count).filter(|&node| rank[node] == usize::MAX);
        let source = free().find(|&node| into[node] == 0);
        let sink = free().find(|&node| out[node] == 0);
        let most = || free().max_by_key(|&node| (out[node] - into[node], std::cmp::Reverse(node)));
        let Some(node) = source.or(sink).or_else(most) else { break };
        if source.is_none() && sink.is_some() {
            last -= 1;
            rank[node] = last;
        } else {
            rank[node] = first;
            first += 1;
        }
        next[node].iter().for_each(|&other| into[other] -= 1);
        previous[node].iter().for_each(|&other| out[other] -= 1);
    }
    rank
}

fn longest_paths(count: usize, arcs: &[(usize, usize)]) -> Vec<usize> {
    let mut layers = vec![0; count];
    for &(left, right) in arcs {
        layers[right] = layers[right].max(layers[left] + 1);
    }
    layers
}

/// Moves boxes that more lines leave than reach to the right, next to the first box that refers to them.
fn shorten(layers: &mut [usize], arcs: &[(usize, usize)]) {
    let mut reached = vec![0_usize; layers.len()];
    let mut leaving: Vec<Vec<usize>> = vec![Vec::new(); layers.len()];
    for &(left, right) in arcs {
        reached[right] += 1;
        leaving[left].push(right);
    }
    // The arcs are sorted by their left end: from the back, all that is right of a box is settled before it.
    for &(left, _) in arcs.iter().rev() {
        let first = leaving[left].iter().map(|&right| layers[right]).min();
        if let Some(first) = first.filter(|_| leaving[left].len() > reached[left]) {
            layers[left] = layers[left].max(first - 1);
        }
    }
}

/// Cuts columns that are much higher than all is wide. Those that others refer to go into the last of the new columns.
fn cut_tall(layers: &mut [usize], sizes: &[Size], arcs: &[(usize, usize)]) {
    let side = i32::try_from(area(sizes).isqrt()).unwrap_or(i32::MAX / TALLEST);
    let tallest = side.saturating_mul(TALLEST) / 100;
    let mut referred = vec![false; layers.len()];
    arcs.iter().for_each(|&(left, _)| referred[left] = true);
    let mut columns: Vec<Vec<usize>> = Vec::new();
    for (node, &layer) in layers.iter().enumerate() {
        columns.resize(columns.len().max(layer + 1), Vec::new());
        columns[layer].push(node);
    }
    let mut layer = 0;
    for mut column in columns {
        column.sort_by_key(|&node| (referred[node], node));
        let total: i32 = column.iter().map(|&node| sizes[node].height + GAP).sum();
        let share = if total > tallest { total / ((total + side - 1) / side.max(1)).max(1) } else { i32::MAX };
        let mut height = 0;
        for node in column {
            if height > 0 && height + sizes[node].height / 2 > share {
                layer += 1;
                height = 0;
            }
            height += sizes[node].height + GAP;
            layers[node] = layer;
        }
        layer += 1;
    }
}

/// Folds a long row of columns to and fro, so that what hangs together stays near. Both ends of a line may get into one column.
fn fold(layers: &mut [usize], sizes: &[Size]) {
    let count = layers.iter().max().map_or(0, |last| last + 1);
    let mut widths = vec![0; count];
    for (&layer, size) in layers.iter().zip(sizes) {
        widths[layer] = widths[layer].max(i64::from(size.width + CHANNEL));
    }
    let total: i64 = widths.iter().sum();
    let room = area(sizes).isqrt() * WIDEST / 100;
    let kept = usize::try_from(room * i64::try_from(count).unwrap_or(1) / total.max(1)).unwrap_or(count).max(3);
    if count > kept {
        let period = 2 * (kept - 1);
        for layer in layers {
            let phase = *layer % period;
            *layer = phase.min(period - phase);
        }
    }
}

fn area(sizes: &[Size]) -> i64 {
    sizes.iter().map(|size| i64::from(size.width + CHANNEL) * i64::from(size.height + GAP)).sum()
}

fn close_holes(layers: &mut [usize]) {
    let mut used: Vec<usize> = layers.to_vec();
    used.sort_unstable();
    used.dedup();
    for layer in layers {
        *layer = used.binary_search(layer).unwrap_or_default();
    }
}
