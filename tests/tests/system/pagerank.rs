//! The PageRank kernel against networkx.

use graph_messages::{Answer, Query, Ranks};
use ringhost::LaunchOptions;
use ringhost_tests::{PATIENCE, root, runtime, start_with};
use std::collections::BTreeMap;
use std::io::Write;
use std::process::{Command, Stdio};

/// Reads edges as lines `a b`, prints each node and its rank.
const NETWORKX: &str = "
import sys, networkx
graph = networkx.DiGraph() if sys.argv[1] == 'directed' else networkx.Graph()
graph.add_edges_from(tuple(map(int, line.split())) for line in sys.stdin)
for node, rank in networkx.pagerank(graph, alpha=0.85, tol=1e-13, max_iter=1000).items():
    print(node, repr(rank))
";

fn networkx(edges: &[(u32, u32)], kind: &str) -> BTreeMap<u32, f64> {
    let packages = std::env::var_os("RINGHOST_PYTHONPATH")
        .expect("networkx is set up by cargo xtask test, which sets RINGHOST_PYTHONPATH");
    let mut python = Command::new("python3")
        .args(["-c", NETWORKX, kind])
        .env("PYTHONPATH", packages)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines: String = edges.iter().map(|(a, b)| format!("{a} {b}\n")).collect();
    python
        .stdin
        .take()
        .unwrap()
        .write_all(lines.as_bytes())
        .unwrap();
    let output = python.wait_with_output().unwrap();
    assert!(output.status.success());
    let parse = |line: &str| {
        let (node, rank) = line.split_once(' ').unwrap();
        (node.parse().unwrap(), rank.parse().unwrap())
    };
    String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(parse)
        .collect()
}

async fn ranks(edges: &[(u32, u32)], query: fn(Vec<(u32, u32)>) -> Query) -> Vec<(u32, f64)> {
    let runtime = runtime();
    start_with(&runtime, "pagerank", LaunchOptions::default().queue_size(4)).await;
    let pagerank = runtime.typed::<Query, Answer>("pagerank").unwrap();
    for batch in edges.chunks(500) {
        pagerank.send(&query(batch.to_vec())).await.unwrap();
    }
    let query = Query::Rank {
        damping: 0.85,
        tolerance: 1e-13,
        top: 0,
    };
    let answer = pagerank.call_timeout(&query, PATIENCE).await.unwrap();
    let Answer::Ranks(Ranks {
        scores,
        remaining: 0,
        converged: true,
        ..
    }) = answer
    else {
        panic!("{answer:?}")
    };
    runtime.terminate_all().await;
    scores
}

fn assert_agree(ours: &[(u32, f64)], theirs: &BTreeMap<u32, f64>) {
    assert_eq!(ours.len(), theirs.len());
    for (node, score) in ours {
        let difference = (score - theirs[node]).abs();
        assert!(
            difference < 1e-9,
            "node {node}: {score} and {}",
            theirs[node]
        );
    }
    assert!(
        ours.is_sorted_by(|a, b| a.1 >= b.1),
        "the highest comes first"
    );
}

#[tokio::test]
async fn the_karate_club_is_ranked_as_by_networkx() {
    let text = std::fs::read_to_string(root().join("kernels/pipelines/karate.txt")).unwrap();
    let edges: Vec<(u32, u32)> = text
        .lines()
        .filter_map(|line| {
            let (a, b) = line.split_once(' ')?;
            Some((a.parse().ok()?, b.trim().parse().ok()?))
        })
        .collect();
    assert_eq!(edges.len(), 78);
    let ours = ranks(&edges, Query::Edges).await;
    assert_agree(&ours, &networkx(&edges, "undirected"));
    let top: Vec<_> = ours.iter().take(5).map(|(node, _)| *node).collect();
    assert_eq!(top, [34, 1, 33, 3, 2]);
}

#[tokio::test]
async fn a_random_graph_of_10_000_edges_is_ranked_as_by_networkx() {
    // A linear congruential generator (Knuth's MMIX constants): the same graph in every run.
    let mut state = 42_u64;
    let mut node = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as u32 % 3000
    };
    let edges: Vec<(u32, u32)> = (0..10_000).map(|_| (node(), node())).collect();
    let directed = ranks(&edges, Query::Arcs).await;
    assert_agree(&directed, &networkx(&edges, "directed"));
    let undirected = ranks(&edges, Query::Edges).await;
    assert_agree(&undirected, &networkx(&edges, "undirected"));
}
