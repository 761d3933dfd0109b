//! The kernel: what it answers.

use super::{Graph, Request, Response, give, sums, take};
use ringhost_sdk::compute::Space;
use ringhost_sdk::prelude::*;

/// How many items share a sum: as many as a GPU runs at once, and few enough to add up here.
const ITEMS: u32 = 4096;

/// The most rounds. With damping each round is nearer by that factor at least.
const ROUNDS: u32 = 10_000;

/// Nodes that are answered.
const FIRST: usize = 10;

/// Answers each request with the ranks of its graph.
#[ring_kernel]
pub fn run(context: &mut Context<Request, Response>) -> Result<()> {
    context.serve(|request, replies| {
        replies.push(ranked(&request)?);
        Ok(())
    })
}

fn ranked(request: &Request) -> Result<Response> {
    let (nodes, damping) = (request.nodes, request.damping);
    ensure!(nodes > 0, "a graph of no nodes has no ranks");
    ensure!(
        (0.0..1.0).contains(&damping),
        "{damping} is no probability below 1"
    );
    let graph = Graph::new(nodes, request.edges, request.seed);
    let bytes = u64::from(nodes) * (3 * 8 + 2 * 4) + u64::from(request.edges) * 4;
    let space = Space::create(None, bytes + (2 << 20))?;
    let ranks = space.buffer(&vec![1.0 / f64::from(nodes); nodes as usize])?;
    let degrees = space.buffer(&graph.degrees)?;
    let starts = space.buffer(&graph.starts)?;
    let sources = space.buffer(&graph.sources)?;
    let given = space.allocate(nodes)?;
    let changes = space.allocate(nodes)?;
    let parts = space.allocate::<f64>(2 * ITEMS)?;
    let mut device_time = 0;
    // What the nodes without an edge hold is everybody's.
    let nobodys = graph.degrees.iter().filter(|degree| **degree == 0);
    let mut held = nobodys.count() as f64 / f64::from(nodes);
    let mut rounds = 0;
    while rounds < ROUNDS {
        let base = (1.0 - damping + damping * held) / f64::from(nodes);
        let stats = space.run([
            give::launch(nodes, damping, &ranks, &degrees, &given),
            take::launch(nodes, base, &starts, &sources, &given, &ranks, &changes),
            sums::launch(ITEMS, ITEMS, &changes, &ranks, &degrees, &parts),
        ])?;
        device_time += stats.device_time;
        rounds += 1;
        let parts = parts.read()?;
        let change: f64 = parts.chunks(2).map(|part| part[0]).sum();
        held = parts.chunks(2).map(|part| part[1]).sum();
        if change <= request.tolerance {
            break;
        }
    }
    let ranks = ranks.read()?;
    Ok(Response {
        first: first(&ranks),
        sum: ranks.iter().sum(),
        rounds,
        device: space.device().name,
        device_time,
    })
}

fn first(ranks: &[f64]) -> Vec<(u32, f64)> {
    let mut all: Vec<(u32, f64)> = (0..).zip(ranks.iter().copied()).collect();
    let by_rank = |one: &(u32, f64), other: &(u32, f64)| other.1.total_cmp(&one.1);
    if all.len() > FIRST {
        all.select_nth_unstable_by(FIRST, by_rank);
        all.truncate(FIRST);
    }
    all.sort_by(by_rank);
    all
}
