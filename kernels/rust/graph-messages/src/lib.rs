//! What the kernels `edges` and `pagerank` say to each other.
//!
//! The types stand in a crate of their own: a crate with a kernel exports it, and a component has
//! one kernel.

#![deny(missing_docs)]

use ringhost_sdk::prelude::*;

/// The damping factor of the original paper: how likely a surfer follows a link.
pub const DAMPING: f64 = 0.85;

/// A tolerance at which the scores are good to more than nine digits.
pub const TOLERANCE: f64 = 1e-12;

/// Builds the graph, or asks about it.
#[message]
pub enum Query {
    /// Adds links that lead both ways. Has no answer. What the graph has already is not added
    /// again.
    Edges(Vec<(u32, u32)>),
    /// Adds links that lead from the first node to the second. Has no answer.
    Arcs(Vec<(u32, u32)>),
    /// Asks for the nodes' ranks; answered by an [`Answer`].
    Rank {
        /// How likely a surfer follows a link instead of going anywhere: 0 to 1, usually
        /// [`DAMPING`].
        damping: f64,
        /// How far the scores may still move in a round, on average over the nodes, when they
        /// count as found; above 0, for instance [`TOLERANCE`].
        tolerance: f64,
        /// How many of the highest ranks are wanted. 0: all.
        top: u32,
    },
}

/// The answer to [`Query::Rank`].
#[message]
pub enum Answer {
    /// The ranks, or a part of them.
    Ranks(Ranks),
    /// Why there are none, in words.
    Refused(String),
}

/// The ranks of a graph's nodes. All scores of a graph add up to 1.
#[message]
pub struct Ranks {
    /// Nodes with their scores, the highest first; nodes of equal score by number.
    pub scores: Vec<(u32, f64)>,
    /// How many scores follow in further answers of the same exchange: more than fit in one
    /// message were asked for.
    pub remaining: u32,
    /// How many rounds it took.
    pub rounds: u32,
    /// False where the scores still moved more than the tolerance when the kernel gave up. They
    /// are then as good as they got.
    pub converged: bool,
}
