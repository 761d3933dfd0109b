//! Keeps a graph and ranks its nodes: a kernel with state.

#![deny(missing_docs)]

mod graph;
mod rank;

use graph::Graph;
use graph_messages::{Answer, Query, Ranks};
use rank::rank;
use ringhost_sdk::prelude::*;

/// So many scores, of at most 13 bytes each, stay well below a message limit of 1 MiB.
const SCORES_PER_ANSWER: usize = 50_000;

/// The graph lives in the kernel's memory, as long as the kernel does.
#[ring_kernel]
pub fn pagerank(context: &mut Context<Query, Answer>) -> Result<()> {
    let mut graph = Graph::default();
    context.serve(|query, replies| {
        match query {
            Query::Edges(edges) => {
                graph.add(edges.into_iter().flat_map(|(a, b)| [(a, b), (b, a)]));
            }
            Query::Arcs(arcs) => graph.add(arcs),
            Query::Rank {
                damping,
                tolerance,
                top,
            } => answer(&mut graph, damping, tolerance, top, replies),
        }
        Ok(())
    })
}

fn answer(
    graph: &mut Graph,
    damping: f64,
    tolerance: f64,
    top: u32,
    replies: &mut Replies<Answer>,
) {
    if !(0.0..=1.0).contains(&damping) {
        let reason = format!("a damping of {damping} is not between 0 and 1");
        return replies.push(Answer::Refused(reason));
    }
    if !(tolerance > 0.0 && tolerance.is_finite()) {
        let reason = format!("a tolerance of {tolerance} is not above 0");
        return replies.push(Answer::Refused(reason));
    }
    let links = graph.links();
    let ranking = rank(&links, damping, tolerance);
    let mut scores: Vec<(u32, f64)> = links.nodes.into_iter().zip(ranking.scores).collect();
    scores.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    if top > 0 {
        scores.truncate(top as usize);
    }
    let mut rest = scores.as_slice();
    loop {
        let (part, after) = rest.split_at(rest.len().min(SCORES_PER_ANSWER));
        rest = after;
        replies.push(Answer::Ranks(Ranks {
            scores: part.to_vec(),
            // There are at most as many nodes as distinct u32 values.
            remaining: rest.len() as u32,
            rounds: ranking.rounds,
            converged: ranking.converged,
        }));
        if rest.is_empty() {
            return;
        }
    }
}

#[cfg(test)]
mod tests;
