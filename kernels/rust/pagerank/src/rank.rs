//! PageRank by power iteration.

use crate::graph::Links;

/// After so many rounds the scores are taken as they are. With the usual damping of 0.85 a
/// tolerance of 1e-12 takes some 170; close to 1, it may take more than anyone waits for.
const MAX_ROUNDS: u32 = 1000;

/// What an iteration found.
#[derive(Debug)]
pub struct Ranking {
    /// A score for each node, in the order of the links' nodes.
    pub scores: Vec<f64>,
    /// How many rounds it took.
    pub rounds: u32,
    /// Whether the scores came to rest.
    pub converged: bool,
}

/// Ranks nodes as `networkx.pagerank` does: the surfer starts anywhere, goes on from a node
/// without links to anywhere, and the scores are found when they moved less than `tolerance` a
/// node in a round. A round takes time linear in nodes and links.
pub fn rank(links: &Links, damping: f64, tolerance: f64) -> Ranking {
    let count = links.nodes.len() as f64;
    let mut scores = vec![1.0 / count; links.nodes.len()];
    let mut next = scores.clone();
    let mut shares = scores.clone();
    for rounds in 1..=MAX_ROUNDS {
        // What each node gives along each of its links; what those without links give to all.
        let mut dangling = 0.0;
        for (node, share) in shares.iter_mut().enumerate() {
            match links.out_degrees[node] {
                0 => dangling += scores[node],
                degree => *share = scores[node] / f64::from(degree),
            }
        }
        let base = (damping * dangling + (1.0 - damping)) / count;
        let mut movement = 0.0;
        for (node, score) in next.iter_mut().enumerate() {
            let received: f64 = links
                .sources(node)
                .iter()
                .map(|&source| shares[source as usize])
                .sum();
            *score = damping * received + base;
            movement += (*score - scores[node]).abs();
        }
        std::mem::swap(&mut scores, &mut next);
        if movement < count * tolerance {
            return Ranking {
                scores,
                rounds,
                converged: true,
            };
        }
    }
    Ranking {
        scores,
        rounds: MAX_ROUNDS,
        converged: links.nodes.is_empty(),
    }
}
