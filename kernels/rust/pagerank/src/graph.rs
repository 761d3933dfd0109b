//! A directed graph that grows, and the form in which it is ranked.

/// Arcs as they come. An arc counts once, however often it is added.
#[derive(Debug, Default)]
pub struct Graph {
    arcs: Vec<(u32, u32)>,
    /// So many arcs, from the front, are sorted and unique.
    tidy: usize,
}

impl Graph {
    /// Adds arcs from the first node to the second of each pair.
    pub fn add(&mut self, arcs: impl IntoIterator<Item = (u32, u32)>) {
        for arc in arcs {
            self.arcs.push(arc);
            // Repetitions must not fill the memory. Tidying when the untidy part is as large as
            // the tidy one costs a logarithm per arc.
            if self.arcs.len() - self.tidy > self.tidy.max(1024) {
                self.tidy_up();
            }
        }
    }

    fn tidy_up(&mut self) {
        // A stable sort finds the sorted front and merges the rest with it.
        self.arcs.sort();
        self.arcs.dedup();
        self.tidy = self.arcs.len();
    }

    /// The graph as it is now, ready to be ranked.
    pub fn links(&mut self) -> Links {
        self.tidy_up();
        Links::new(&self.arcs)
    }
}

/// For each node those that link to it, in compressed sparse rows. Nodes count from 0 here, in the
/// order of their numbers.
#[derive(Debug)]
pub struct Links {
    /// The nodes' own numbers, ascending.
    pub nodes: Vec<u32>,
    /// How many arcs lead out of each node.
    pub out_degrees: Vec<u32>,
    /// Where in `sources` each node's part begins; one more than nodes, for the last one's end.
    offsets: Vec<usize>,
    /// The nodes that link to node 0, then those that link to node 1, and so on.
    sources: Vec<u32>,
}

impl Links {
    /// `arcs` are sorted and unique.
    fn new(arcs: &[(u32, u32)]) -> Self {
        let mut nodes: Vec<u32> = arcs.iter().flat_map(|&(from, to)| [from, to]).collect();
        nodes.sort_unstable();
        nodes.dedup();
        // Every end of an arc is among the nodes: the partition point is its place.
        let place = |node: u32| nodes.partition_point(|&other| other < node);

        let mut out_degrees = vec![0; nodes.len()];
        let mut offsets = vec![0; nodes.len() + 1];
        let places: Vec<(usize, usize)> = arcs
            .iter()
            .map(|&(from, to)| (place(from), place(to)))
            .collect();
        for &(from, to) in &places {
            out_degrees[from] += 1;
            offsets[to + 1] += 1;
        }
        for node in 0..nodes.len() {
            offsets[node + 1] += offsets[node];
        }
        let mut free = offsets.clone();
        let mut sources = vec![0; places.len()];
        for &(from, to) in &places {
            // A place is below the number of distinct u32 values.
            sources[free[to]] = from as u32;
            free[to] += 1;
        }
        Self {
            nodes,
            out_degrees,
            offsets,
            sources,
        }
    }

    /// The nodes that link to a node, ascending.
    pub fn sources(&self, node: usize) -> &[u32] {
        &self.sources[self.offsets[node]..self.offsets[node + 1]]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arc_counts_once() {
        let mut graph = Graph::default();
        for _ in 0..10_000 {
            graph.add([(7, 5), (5, 7), (5, 5)]);
        }
        assert!(graph.arcs.capacity() < 10_000);
        let links = graph.links();
        assert_eq!(links.nodes, [5, 7]);
        assert_eq!(links.out_degrees, [2, 1]);
        assert_eq!(links.sources(0), [0, 1]);
        assert_eq!(links.sources(1), [0]);
    }

    #[test]
    fn an_empty_graph_has_no_nodes() {
        assert!(Graph::default().links().nodes.is_empty());
    }
}
