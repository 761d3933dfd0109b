//! A graph that is made up: most of its nodes are seldom pointed to, and some often.

/// A graph, by the edges that come to each node.
pub struct Graph {
    /// How many edges go out of each node.
    pub degrees: Vec<u32>,
    /// Where in `sources` those of each node begin; one more for where the last's end.
    pub starts: Vec<u32>,
    /// Where the edges come from.
    pub sources: Vec<u32>,
}

impl Graph {
    /// With so many nodes, at least one, and edges; the same seed makes the same graph.
    pub fn new(nodes: u32, edges: u32, seed: u64) -> Self {
        let mut numbers = Numbers(seed);
        let ends: Vec<(u32, u32)> = (0..edges)
            .map(|_| {
                let from = numbers.below(nodes);
                // Of two, the lower: so the first nodes are pointed to most.
                let to = numbers.below(nodes).min(numbers.below(nodes));
                (from, to)
            })
            .collect();
        let mut degrees = vec![0; nodes as usize];
        let mut starts = vec![0; nodes as usize + 1];
        for &(from, to) in &ends {
            degrees[from as usize] += 1;
            starts[to as usize + 1] += 1;
        }
        for node in 0..nodes as usize {
            starts[node + 1] += starts[node];
        }
        let mut next = starts.clone();
        let mut sources = vec![0; edges as usize];
        for (from, to) in ends {
            let place = &mut next[to as usize];
            sources[*place as usize] = from;
            *place += 1;
        }
        Self {
            degrees,
            starts,
            sources,
        }
    }
}

/// Numbers without a pattern: SplitMix64 (Steele, Lea, Flood 2014).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: u32) -> u32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut number = self.0;
        number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        number ^= number >> 31;
        // The high half times the end: as even as 32 bits can be.
        (((number >> 32) * u64::from(end)) >> 32) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_edge_is_counted_where_it_begins_and_where_it_ends() {
        let graph = Graph::new(100, 1000, 7);
        assert_eq!(graph.degrees.iter().sum::<u32>(), 1000);
        assert_eq!(graph.starts.last(), Some(&1000));
        assert!(graph.starts.is_sorted());
        assert!(graph.sources.iter().all(|source| *source < 100));
        for node in 0..100 {
            let from_it = graph.sources.iter().filter(|source| **source == node);
            assert_eq!(from_it.count(), graph.degrees[node as usize] as usize);
        }
    }

    #[test]
    fn the_same_seed_makes_the_same_graph() {
        let graph = |seed| Graph::new(50, 200, seed).sources;
        assert_eq!(graph(1), graph(1));
        assert_ne!(graph(1), graph(2));
    }
}
