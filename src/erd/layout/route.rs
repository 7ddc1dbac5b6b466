//! The way of each line between the columns.

use std::collections::BTreeMap;

use super::order::{Columns, ends};
use super::{Layout, Line, Point, Rect, Size};

/// Pixels between a box and the first track beside it: room for the marks at the end of a line.
pub(super) const PAD: i32 = 30;

/// Pixels between two tracks.
const TRACK: i32 = 10;

/// Two lines nearer to each other than this would look like one.
const NEAR: i32 = 6;

/// Pixels between the ends of two lines at one row, and between the outermost of many.
const PORT: i32 = 10;
const PORTS: i32 = 16;

/// The larger number makes sure that lines that would run in one another are the last thing to be accepted.
const CLASH: i32 = 1000;

/// Beyond this many lines between two columns, their tracks are not searched for the fewest crossings.
const SEARCHED: usize = 150;

/// Boxes and lines with their final coordinates.
pub(super) fn route(columns: &Columns, tops: &[i32], sizes: &[Size], lines: &[Line]) -> Layout {
    let ports = ports(columns, tops, lines);
    let channels = channels(columns, tops, &ports);
    let mut x = 0;
    let mut spans: Vec<(i32, i32)> = Vec::new();
    for (items, channel) in columns.columns.iter().zip(&channels) {
        let width = items.iter().filter_map(|&item| sizes.get(item)).map(|size| size.width).max().unwrap_or(0);
        spans.push((x, x + width));
        x += width + channel.width;
    }
    let last_is_open = channels.last().is_some_and(|channel| !channel.tracks.is_empty());
    let right = spans.last().map_or(0, |span| span.1);
    let boxes: Vec<Rect> = (0..columns.boxes)
        .map(|item| {
            let (left, right) = spans[columns.layer[item]];
            Rect { x: left, y: tops[item], width: right - left, height: sizes[item].height }
        })
        .collect();
    let routes = (0..lines.len()).map(|at| path(columns, tops, &ports[at], &channels, &spans, at)).collect();
    Layout {
        width: if last_is_open { x - PAD + TRACK } else { right },
        height: boxes.iter().map(|rect| rect.y + rect.height).chain(tops.iter().copied()).max().unwrap_or(0),
        boxes,
        routes,
    }
}

/// Where a line meets its boxes.
#[derive(Clone, Copy, Debug)]
struct Ports {
    left: i32,
    right: i32,
    /// `from` is the right end.
    forward: bool,
}

/// The heights of the ends of each line: the middle of the row, or spread around it where several lines that are not one bundle
/// end at the same side of a row.
fn ports(columns: &Columns, tops: &[i32], lines: &[Line]) -> Vec<Ports> {
    // A place for a line at one side of a row: (box, right side, row), then the line, or `None` and the bundle.
    type Row = (usize, bool, i32);
    type Port = (Option<usize>, u8);
    let mut rows: BTreeMap<Row, BTreeMap<Port, (i64, i64)>> = BTreeMap::new();
    let mut keys = Vec::with_capacity(lines.len());
    for (at, line) in lines.iter().enumerate() {
        let (left, right) = ends(line, &columns.layer);
        let forward = right == line.from;
        let own = (Some(at), 0);
        let left_key = ((left.node, true, left.y), if forward { (None, line.bundle) } else { own });
        let beside = columns.layer[left.node] == columns.layer[right.node];
        let right_key = ((right.node, beside, right.y), own);
        for ((row, port), other) in [(left_key, right), (right_key, left)] {
            let sum = rows.entry(row).or_default().entry(port).or_default();
            *sum = (sum.0 + i64::from(tops[other.node] + other.y), sum.1 + 1);
        }
        keys.push((left_key, right_key, forward));
    }
    let mut heights: BTreeMap<(Row, Port), i32> = BTreeMap::new();
    for (&row, ports) in &rows {
        let mut sorted: Vec<(i64, Port)> = ports.iter().map(|(&port, (sum, count))| (sum / count, port)).collect();
        sorted.sort_unstable();
        let last = i32::try_from(sorted.len() - 1).unwrap_or(i32::MAX);
        let spread = (last.saturating_mul(PORT)).min(PORTS);
        for (nth, (_, port)) in (0..).zip(sorted) {
            let offset = if last == 0 { 0 } else { spread * nth / last - spread / 2 };
            heights.insert((row, port), tops[row.0] + row.2 + offset);
        }
    }
    let ports = |(left, right, forward): ((Row, Port), (Row, Port), bool)| {
        let (left_y, right_y) = (heights[&left], heights[&right]);
        // A line from a row around to the same row, among so many that there is no room between its ends.
        let pinched = left_y == right_y && right.0.1;
        Ports { left: left_y, right: right_y + if pinched { 2 } else { 0 }, forward }
    };
    keys.into_iter().map(ports).collect()
}

/// The gap to the right of a column.
#[derive(Clone, Debug, Default)]
struct Channel {
    width: i32,
    /// The distance of each net's vertical track from the column; a net that goes straight on has none.
    tracks: BTreeMap<usize, i32>,
}

/// The ends of one net in one channel.
#[derive(Clone, Debug, Default)]
struct Wire {
    net: usize,
    lefts: Vec<i32>,
    rights: Vec<i32>,
}

impl Wire {
    fn low(&self) -> i32 {
        self.lefts.iter().chain(&self.rights).copied().min().unwrap_or(0)
    }

    fn high(&self) -> i32 {
        self.lefts.iter().chain(&self.rights).copied().max().unwrap_or(0)
    }

    /// Whether the tracks of both could not be one.
    fn overlaps(&self, other: &Wire) -> bool {
        self.low() < other.high() + NEAR && other.low() < self.high() + NEAR
    }

    /// How bad it is to have the track of `self` to the left of that of `other`: crossings, and lines that run in one another.
    fn cost_before(&self, other: &Wire) -> i32 {
        let inside = |y: &&i32, wire: &Wire| **y > wire.low() && **y < wire.high();
        let crossings = self.rights.iter().filter(|y| inside(y, other)).count()
            + other.lefts.iter().filter(|y| inside(y, self)).count();
        let clashes = self.rights.iter().filter(|y| other.lefts.iter().any(|left| (**y - left).abs() < NEAR)).count();
        i32::try_from(crossings)
            .unwrap_or(CLASH)
            .saturating_add(CLASH.saturating_mul(i32::try_from(clashes).unwrap_or(CLASH)))
    }
}

fn channels(columns: &Columns, tops: &[i32], ports: &[Ports]) -> Vec<Channel> {
    let mut wires: Vec<BTreeMap<usize, Wire>> = vec![BTreeMap::new(); columns.columns.len()];
    for ((chain, &net), port) in columns.chains.iter().zip(&columns.nets).zip(ports) {
        for (at, pair) in chain.windows(2).enumerate() {
            let wire = wires[columns.layer[pair[0]]].entry(net).or_insert_with(|| Wire { net, ..Wire::default() });
            wire.lefts.push(if at == 0 { port.left } else { tops[pair[0]] });
            let right = if at + 2 == chain.len() { port.right } else { tops[pair[1]] };
            if columns.layer[pair[0]] == columns.layer[pair[1]] {
                wire.lefts.push(right)
            } else {
                wire.rights.push(right)
            }
        }
    }
    wires.into_iter().map(|wires| channel(wires.into_values().collect())).collect()
}

/// Gives every net that does not go straight on a track, so that few lines cross and none run in one another.
fn channel(mut wires: Vec<Wire>) -> Channel {
    let empty = wires.is_empty();
    wires.retain(|wire| wire.low() != wire.high());
    for wire in &mut wires {
        for ends in [&mut wire.lefts, &mut wire.rights] {
            ends.sort_unstable();
            ends.dedup();
        }
    }
    // A good start: lines that go up, the highest first, then lines that go down, the lowest first.
    wires.sort_by_key(|wire| {
        let (left, right) = (wire.lefts.first().copied().unwrap_or(0), wire.rights.first().copied().unwrap_or(0));
        if right < left { (0, left, wire.net) } else { (1, -left, wire.net) }
    });
    let costs: Vec<Vec<i32>> = wires.iter().map(|a| wires.iter().map(|b| a.cost_before(b)).collect()).collect();
    let sequence = if wires.len() <= SEARCHED { sequence(&costs) } else { (0..wires.len()).collect() };
    let mut slots = vec![0; wires.len()];
    for (at, &wire) in sequence.iter().enumerate() {
        let bound =
            |&&before: &&usize| wires[before].overlaps(&wires[wire]) || costs[before][wire] != costs[wire][before];
        slots[wire] = sequence[..at].iter().filter(bound).map(|&before| slots[before] + 1).max().unwrap_or(0);
    }
    let last = slots.iter().copied().max().unwrap_or(0);
    let tracks = wires.iter().zip(slots).map(|(wire, slot)| (wire.net, PAD + slot * TRACK)).collect();
    Channel { width: if empty { 0 } else { 2 * PAD + last * TRACK }, tracks }
}

/// Takes each in turn and puts it where the costs are least, until nothing gets better. `costs[a][b]` is that of `a` before `b`.
fn sequence(costs: &[Vec<i32>]) -> Vec<usize> {
    let mut sequence: Vec<usize> = (0..costs.len()).collect();
    for _ in 0..6 {
        let before = sequence.clone();
        for (wire, own) in costs.iter().enumerate() {
            sequence.retain(|&other| other != wire);
            let mut cost: i64 = sequence.iter().map(|&other| i64::from(own[other])).sum();
            let (mut best, mut place) = (cost, 0);
            for (at, &other) in sequence.iter().enumerate() {
                cost += i64::from(costs[other][wire]) - i64::from(own[other]);
                if cost < best || (cost == best && before.get(at + 1) == Some(&wire)) {
                    (best, place) = (cost, at + 1);
                }
            }
            sequence.insert(place, wire);
        }
        if sequence == before {
            break;
        }
    }
    sequence
}

fn path(
    columns: &Columns,
    tops: &[i32],
    ports: &Ports,
    channels: &[Channel],
    spans: &[(i32, i32)],
    line: usize,
) -> Vec<Point> {
    let chain = &columns.chains[line];
    let first = columns.layer[chain[0]];
    let mut y = ports.left;
    let mut points = vec![(spans[first].1, y)];
    for (at, pair) in chain.windows(2).enumerate() {
        let layer = columns.layer[pair[0]];
        let next = if at + 2 == chain.len() { ports.right } else { tops[pair[1]] };
        if let Some(track) = channels[layer].tracks.get(&columns.nets[line]).filter(|_| next != y) {
            let x = spans[layer].1 + track;
            points.extend([(x, y), (x, next)]);
        }
        y = next;
    }
    let last = columns.layer[chain[chain.len() - 1]];
    points.push((if first == last { spans[last].1 } else { spans[last].0 }, y));
    if ports.forward {
        points.reverse();
    }
    points
}
