//! PageRank of a graph that it makes up itself: with a million nodes and five million edges it shows work
//! whose addresses are data, as they are in most graphs.

#![deny(missing_docs)]

#[cfg_attr(not(target_arch = "wasm32"), allow(dead_code))]
mod graph;
#[cfg(target_arch = "wasm32")]
mod kernel;

pub use graph::Graph;

use ringhost_sdk::compute::{In, InOut, Item};
use ringhost_sdk::prelude::*;

/// The graph, and how its nodes are ranked.
#[message]
pub struct Request {
    /// How many nodes it has.
    pub nodes: u32,
    /// How many edges it has.
    pub edges: u32,
    /// Which graph it is: the same number makes the same one.
    pub seed: u64,
    /// With which probability the surfer follows an edge: 0.85 as a rule.
    pub damping: f64,
    /// Ranks are found when all together they change by no more than this in a round.
    pub tolerance: f64,
}

/// The ranks of its nodes.
#[message]
pub struct Response {
    /// The ten of highest rank, the highest first.
    pub first: Vec<(u32, f64)>,
    /// The sum of all ranks: 1, but for rounding.
    pub sum: f64,
    /// Rounds that it took.
    pub rounds: u32,
    /// The device that computed it.
    pub device: String,
    /// How long that worked, over all its lanes, in nanoseconds.
    pub device_time: u64,
}

/// What each node gives along each of its edges.
#[compute]
pub fn give(item: Item, damping: f64, ranks: In<f64>, degrees: In<u32>, given: InOut<f64>) {
    let at = item.index();
    let degree = degrees.get(at);
    let each = if degree == 0 {
        0.0
    } else {
        damping * ranks.get(at) / f64::from(degree)
    };
    given.set(at, each);
}

/// What each node gets, and by how much that changes its rank. `base` is what every node gets.
#[compute(fuel = 100_000_000)]
pub fn take(
    item: Item,
    base: f64,
    starts: In<u32>,
    sources: In<u32>,
    given: In<f64>,
    ranks: InOut<f64>,
    changes: InOut<f64>,
) {
    let at = item.index();
    let mut sum = 0.0_f64;
    for edge in starts.get(at)..starts.get(at + 1) {
        sum += given.get(sources.get(edge as usize) as usize);
    }
    let rank = base + sum;
    changes.set(at, (rank - ranks.get(at)).abs());
    ranks.set(at, rank);
}

/// Of every `items`th node: the sum of changes, and of the ranks of those that have no edge.
#[compute(fuel = 100_000_000)]
pub fn sums(
    item: Item,
    items: u32,
    changes: In<f64>,
    ranks: In<f64>,
    degrees: In<u32>,
    parts: InOut<f64>,
) {
    let (mut change, mut held) = (0.0_f64, 0.0_f64);
    let mut at = item.index();
    while at < changes.length() {
        change += changes.get(at);
        if degrees.get(at) == 0 {
            held += ranks.get(at);
        }
        at += items as usize;
    }
    parts.set(2 * item.index(), change);
    parts.set(2 * item.index() + 1, held);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_a_round_each_node_gets_what_its_sources_give() {
        // 0 points to 1 and 2, 1 to 2, and 2 to nobody.
        let (starts, sources) = ([0, 0, 1, 3], [0, 0, 1]);
        let degrees = [2, 1, 0];
        let mut ranks = [0.5, 0.3, 0.2];
        let (mut given, mut changes) = ([0.0; 3], [0.0; 3]);
        for item in (0..3).map(Item::new) {
            give(
                item,
                0.5,
                In::new(&ranks),
                In::new(&degrees),
                InOut::new(&mut given),
            );
        }
        assert_eq!(given, [0.125, 0.15, 0.0]);
        for item in (0..3).map(Item::new) {
            take(
                item,
                0.1,
                In::new(&starts),
                In::new(&sources),
                In::new(&given),
                InOut::new(&mut ranks),
                InOut::new(&mut changes),
            );
        }
        assert_eq!(ranks, [0.1, 0.1 + 0.125, 0.1 + (0.125 + 0.15)]);
        let mut parts = [0.0; 4];
        for item in (0..2).map(Item::new) {
            sums(
                item,
                2,
                In::new(&changes),
                In::new(&ranks),
                In::new(&degrees),
                InOut::new(&mut parts),
            );
        }
        assert_eq!(parts, [changes[0] + changes[2], ranks[2], changes[1], 0.0]);
    }
}
