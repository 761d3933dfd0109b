//! The ranks of a graph's nodes: addresses that are data, and a look at the result after each round.

use super::{CUDA_C, OURS};
use crate::card::{Card, Given, Memory};
use crate::measure::{Contender, Goal, Measured};
use crate::ours::{Ours, bytes_of, same};
use crate::setting::Setting;
use anyhow::{Result, ensure};
use kernel_compute_pagerank::Graph;
use ringhost_compute::{Argument, Buffer, Devices};
use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, Instant};

const DAMPING: f64 = 0.85;
const TOLERANCE: f64 = 1e-6;

/// How many items share a sum, as in the kernel.
const ITEMS: u32 = 4096;

/// The most rounds, of which a tenth is enough.
const ROUNDS: u32 = 1000;

/// What PyDotCompute has published for a graph of this size, on a GPU and on a CPU.
const PUBLISHED: Duration = Duration::from_millis(4250);
const PUBLISHED_NOTE: &str = "PyDotCompute has published 4.25 s, and 39.7 s on its CPU";

/// The graph, as bytes.
struct Bytes {
    nodes: u32,
    degrees: Vec<u8>,
    starts: Vec<u8>,
    sources: Vec<u8>,
    /// What the nodes without an edge hold at first.
    held: f64,
}

impl Bytes {
    fn new(setting: &Setting) -> Self {
        let nodes: u32 = setting.many_or_few(1_000_000, 100);
        let graph = Graph::new(nodes, 5 * nodes, 1);
        let bytes = |numbers: &[u32]| bytes_of(numbers.iter().map(|number| number.to_le_bytes()));
        let held = graph.degrees.iter().filter(|degree| **degree == 0).count();
        Self {
            nodes,
            degrees: bytes(&graph.degrees),
            starts: bytes(&graph.starts),
            sources: bytes(&graph.sources),
            held: held as f64 / f64::from(nodes),
        }
    }

    /// The ranks at first.
    fn ranks(&self) -> Vec<u8> {
        let each = 1.0 / f64::from(self.nodes);
        bytes_of((0..self.nodes).map(|_| each.to_le_bytes()))
    }

    /// Rounds, each of which is given what every node gets and leaves its sums, until the ranks change no
    /// more. Returns how many it took.
    fn rounds(&self, mut round: impl FnMut(f64) -> Result<Vec<u8>>) -> Result<u32> {
        let mut held = self.held;
        for number in 1..=ROUNDS {
            let base = (1.0 - DAMPING + DAMPING * held) / f64::from(self.nodes);
            let parts = round(base)?;
            let numbers = parts
                .as_chunks::<8>()
                .0
                .iter()
                .map(|bytes| f64::from_le_bytes(*bytes));
            let (mut change, mut now) = (0.0, 0.0);
            for (at, number) in numbers.enumerate() {
                *(if at % 2 == 0 { &mut change } else { &mut now }) += number;
            }
            if change <= TOLERANCE {
                return Ok(number);
            }
            held = now;
        }
        anyhow::bail!("the ranks still change after {ROUNDS} rounds")
    }
}

/// ringhost's buffers.
struct Held<'a> {
    ours: Ours<'a>,
    ranks: Buffer,
    degrees: Buffer,
    starts: Buffer,
    sources: Buffer,
    given: Buffer,
    changes: Buffer,
    parts: Buffer,
}

impl<'a> Held<'a> {
    fn new(graph: &Bytes, make: impl FnOnce(u64) -> Result<Ours<'a>>) -> Result<Self> {
        let ranks = graph.ranks();
        let rest = graph.degrees.len() + graph.starts.len() + graph.sources.len();
        let ours = make((3 * ranks.len() + rest) as u64 + (1 << 20))?;
        Ok(Self {
            ranks: ours.buffer(&ranks)?,
            degrees: ours.buffer(&graph.degrees)?,
            starts: ours.buffer(&graph.starts)?,
            sources: ours.buffer(&graph.sources)?,
            given: ours.zeros(ranks.len())?,
            changes: ours.zeros(ranks.len())?,
            parts: ours.zeros(16 * ITEMS as usize)?,
            ours,
        })
    }

    /// All rounds from the first ranks on, and how long they took.
    fn run(&self, graph: &Bytes) -> Result<(u32, Duration)> {
        self.ours.write(&self.ranks, &graph.ranks())?;
        let buffer = |buffer: &Buffer| Argument::Buffer(buffer.clone());
        let (ranks, given) = (buffer(&self.ranks), buffer(&self.given));
        let (degrees, changes) = (buffer(&self.degrees), buffer(&self.changes));
        // The writes are done.
        self.ours.read(&self.parts)?;
        let begun = Instant::now();
        let rounds = graph.rounds(|base| {
            let nodes = graph.nodes;
            let gives = [
                Argument::F64(DAMPING),
                ranks.clone(),
                degrees.clone(),
                given.clone(),
            ];
            let takes = [
                Argument::F64(base),
                buffer(&self.starts),
                buffer(&self.sources),
                given.clone(),
                ranks.clone(),
                changes.clone(),
            ];
            let sums = [
                Argument::I32(ITEMS.cast_signed()),
                changes.clone(),
                ranks.clone(),
                degrees.clone(),
                buffer(&self.parts),
            ];
            self.ours.run(vec![
                self.ours.launch("give", nodes, &gives)?,
                self.ours.launch("take", nodes, &takes)?,
                self.ours.launch("sums", ITEMS, &sums)?,
            ])?;
            self.ours.read(&self.parts)
        })?;
        Ok((rounds, begun.elapsed()))
    }
}

/// The peer's memory.
struct Peer {
    card: Rc<Card>,
    ranks: Memory,
    degrees: Memory,
    starts: Memory,
    sources: Memory,
    given: Memory,
    changes: Memory,
    parts: Memory,
}

impl Peer {
    fn new(graph: &Bytes, card: Rc<Card>) -> Result<Self> {
        let ranks = graph.ranks();
        Ok(Self {
            ranks: card.memory(&ranks)?,
            degrees: card.memory(&graph.degrees)?,
            starts: card.memory(&graph.starts)?,
            sources: card.memory(&graph.sources)?,
            given: card.zeros(ranks.len())?,
            changes: card.zeros(ranks.len())?,
            parts: card.zeros(16 * ITEMS as usize)?,
            card,
        })
    }

    fn run(&mut self, graph: &Bytes) -> Result<(u32, Duration)> {
        self.ranks = self.card.memory(&graph.ranks())?;
        let memory = Given::Memory;
        let begun = Instant::now();
        let rounds = graph.rounds(|base| {
            let nodes = graph.nodes;
            let gives = [
                Given::F64(DAMPING),
                memory(&self.ranks),
                memory(&self.degrees),
                memory(&self.given),
            ];
            let takes = [
                Given::F64(base),
                memory(&self.starts),
                memory(&self.sources),
                memory(&self.given),
                memory(&self.ranks),
                memory(&self.changes),
            ];
            let sums = [
                Given::U32(nodes),
                memory(&self.changes),
                memory(&self.ranks),
                memory(&self.degrees),
                memory(&self.parts),
            ];
            self.card.launch("give", nodes, &gives)?;
            self.card.launch("take", nodes, &takes)?;
            self.card.launch("sums", ITEMS, &sums)?;
            self.parts.read()
        })?;
        Ok((rounds, begun.elapsed()))
    }
}

fn case(graph: &Bytes, on: &str) -> String {
    let nodes = graph.nodes;
    format!(
        "PageRank, {nodes} nodes, {} edges, to {TOLERANCE:e}{on}",
        5 * nodes
    )
}

pub(super) fn on_gpu(setting: &Setting) -> Result<Measured> {
    let card = setting.card()?;
    let graph = Bytes::new(setting);
    let held = Held::new(&graph, |bytes| {
        Ours::on_gpu(setting, "compute-pagerank", bytes)
    })?;
    let mut peer = Peer::new(&graph, card)?;
    let (ours, _) = held.run(&graph)?;
    let (theirs, _) = peer.run(&graph)?;
    ensure!(ours == theirs, "PageRank: {ours} rounds beside {theirs}");
    same("ranks", &held.ours.read(&held.ranks)?, &peer.ranks.read()?)?;
    let peer = RefCell::new(peer);
    let contenders = vec![
        Contender::new(OURS, || Ok(held.run(&graph)?.1)),
        Contender::new(CUDA_C, || Ok(peer.borrow_mut().run(&graph)?.1)),
    ];
    let goal = Goal::Speed(CUDA_C, 0.85);
    let mut row = Measured::of(case(&graph, ""), goal, setting.rounds(), contenders);
    row.note = format!("{ours} rounds; {PUBLISHED_NOTE}");
    Ok(row)
}

pub(super) fn on_cores(setting: &Setting) -> Result<Measured> {
    let graph = Bytes::new(setting);
    let cores = Devices::cpu(2);
    let held = Held::new(&graph, |bytes| {
        Ours::on_cores(setting, &cores, "compute-pagerank", bytes)
    })?;
    let (rounds, _) = held.run(&graph)?;
    let contenders = vec![Contender::new(OURS, || Ok(held.run(&graph)?.1))];
    let count = setting.many_or_few(5, 2);
    let case = case(&graph, ", on 2 CPU cores");
    let mut row = Measured::of(case, Goal::Below(PUBLISHED), count, contenders);
    row.note = format!("{rounds} rounds; {PUBLISHED_NOTE}");
    Ok(row)
}
