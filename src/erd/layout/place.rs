//! How far down each box and bend stands.

use super::GAP;
use super::order::Columns;

/// How often the columns are gone over.
const SWEEPS: usize = 10;

/// A wish to stand at a height, with the strength of the wish.
#[derive(Clone, Copy, Debug)]
struct Wish {
    top: i32,
    weight: i64,
}

/// The top of each item. Items of a column keep their order and their distance; none is above 0.
pub(super) fn place(columns: &Columns) -> Vec<i32> {
    let mut tops = columns.stacked();
    let sides = Sides::new(columns);
    for sweep in 0..SWEEPS {
        let forward = sweep % 2 == 0;
        for step in 0..columns.columns.len() {
            let layer = if forward { step } else { columns.columns.len() - 1 - step };
            // The last two rounds look both ways.
            let both = sweep + 2 >= SWEEPS;
            let wishes: Vec<Wish> = columns.columns[layer]
                .iter()
                .map(|&item| sides.wish(item, &tops, both || forward, both || !forward))
                .collect();
            settle(columns, layer, &wishes, &mut tops);
        }
    }
    close_bands(columns, &mut tops);
    tops
}

/// Takes out the horizontal bands in which nothing stands, but for a gap, and moves all to start at 0.
fn close_bands(columns: &Columns, tops: &mut [i32]) {
    let mut items: Vec<usize> = (0..tops.len()).collect();
    items.sort_by_key(|&item| tops[item]);
    let mut bottom = None;
    let mut up = 0;
    for item in items {
        let top = tops[item];
        up += bottom.map_or(top, |bottom: i32| (top - bottom - GAP).max(0));
        bottom = Some(bottom.unwrap_or(top).max(top + columns.height[item]));
        tops[item] = top - up;
    }
}

/// For each item the ends that it would like to be level with: the other item, the difference of their tops when the line between
/// them is straight, and the weight.
struct Sides {
    left: Vec<Vec<(usize, i32, i64)>>,
    right: Vec<Vec<(usize, i32, i64)>>,
}

impl Sides {
    fn new(columns: &Columns) -> Self {
        let mut sides =
            Sides { left: vec![Vec::new(); columns.layer.len()], right: vec![Vec::new(); columns.layer.len()] };
        for link in &columns.links {
            let bend = |item: usize| item >= columns.boxes;
            // Long lines should be straight above all.
            let weight = match (bend(link.left), bend(link.right)) {
                (true, true) => 8,
                (false, false) => 2,
                _ => 3,
            };
            sides.left[link.right].push((link.left, link.left_y - link.right_y, weight));
            sides.right[link.left].push((link.right, link.right_y - link.left_y, weight));
        }
        sides
    }

    /// The weighted median of where an item would have a straight line; where it is, if it has none.
    fn wish(&self, item: usize, tops: &[i32], left: bool, right: bool) -> Wish {
        let sides = [(left, &self.left[item]), (right, &self.right[item])];
        let mut wishes: Vec<(i32, i64)> = sides
            .iter()
            .filter(|(look, _)| *look)
            .flat_map(|(_, side)| side.iter())
            .map(|&(other, difference, weight)| (tops[other] + difference, weight))
            .collect();
        wishes.sort_unstable();
        let total: i64 = wishes.iter().map(|(_, weight)| weight).sum();
        let mut sum = 0;
        for (top, weight) in wishes {
            sum += weight;
            if sum * 2 >= total {
                return Wish { top, weight: total * 8 };
            }
        }
        Wish { top: tops[item], weight: 1 }
    }
}

/// Moves the items of a column as near to their wishes as order and distance allow, in the least squares sense: neighbours whose
/// wishes collide are pooled and share the mean (isotonic regression).
fn settle(columns: &Columns, layer: usize, wishes: &[Wish], tops: &mut [i32]) {
    let items = &columns.columns[layer];
    let mut offsets = Vec::with_capacity(items.len());
    let mut offset = 0;
    for (at, &item) in items.iter().enumerate() {
        if at > 0 {
            offset += columns.height[items[at - 1]] + columns.gap(items[at - 1], item);
        }
        offsets.push(offset);
    }
    // Pools of (weighted sum, weight, number of items), their means ascending.
    let mut pools: Vec<(i64, i64, usize)> = Vec::new();
    for (wish, offset) in wishes.iter().zip(&offsets) {
        let mut pool = (i64::from(wish.top - offset) * wish.weight, wish.weight, 1);
        while let Some(last) = pools.last().filter(|last| mean(last) >= mean(&pool)) {
            pool = (pool.0 + last.0, pool.1 + last.1, pool.2 + last.2);
            pools.pop();
        }
        pools.push(pool);
    }
    let means = pools.iter().flat_map(|pool| std::iter::repeat_n(mean(pool), pool.2));
    for ((&item, offset), mean) in items.iter().zip(&offsets).zip(means) {
        tops[item] = mean + offset;
    }
}

fn mean(pool: &(i64, i64, usize)) -> i32 {
    i32::try_from(pool.0.div_euclid(pool.1)).unwrap_or(0)
}
