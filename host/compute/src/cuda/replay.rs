//! Plans as graphs of the driver's: all commands of a round are asked for by one call.
//!
//! Where cuBLAS multiplies in a round its commands are asked for one by one, but rounds are not waited for
//! either: a graph would keep the workspace, which is that of a thread and not of the space.

use super::batch::{Batch, Found, trap};
use super::desk::Desk;
use super::driver::{Fault, Graph, Multiplier};
use super::issue::{BATCH, Issued, LAUNCHES, Slice, Stop, length};
use super::place::{LOWEST, Place, WORD};
use super::products::TURN;
use crate::ComputeError;
use crate::space::{Next, Step};
use ringhost_ptx::Record;
use std::time::Duration;

/// Where in the record it stands what it said before the round.
const LATCH: u64 = Record::LATCH as u64;

/// The most rounds that are asked for at once.
const ROUNDS: u32 = 1 << 16;

/// A round of a plan, recorded.
pub(crate) struct Replay {
    graph: Graph,
    slices: Vec<Slice>,
}

impl Place {
    /// Does whole rounds of a plan, as many as fit into a turn; none where they are better done step by
    /// step.
    pub(super) fn replayed(&self, desk: &mut Desk, next: &Next) -> Result<Option<Batch>, Stop> {
        if !next.steps.is_plan || next.index != 0 || next.first != 0 {
            return Ok(None);
        }
        let multiplies = next.steps.iter().any(|step| self.blocks(step).is_some())
            && self.opened.products.is_at(desk, &self.opened)?;
        let limit = if multiplies { TURN } else { BATCH };
        let Some(time) = self.round(next, multiplies).filter(|time| *time < limit) else {
            return Ok(None);
        };
        let mut kept = next.steps.replay.lock();
        let replay = match &mut *kept {
            _ if multiplies => None,
            Some(replay) => Some(replay),
            none => match self.record(next) {
                Ok(replay) => Some(none.insert(replay)),
                // What cannot be recorded can be done step by step, unless the device is gone.
                Err(Stop::Fault(Fault::Lost(reason))) => {
                    return Err(Stop::Fault(Fault::Lost(reason)));
                }
                Err(_) => return Ok(None),
            },
        };
        let most = limit.as_nanos() / time.as_nanos().max(1);
        let most = u32::try_from(most).unwrap_or(u32::MAX).clamp(1, ROUNDS);
        let rounds = next.times.min(most);
        let mut issued = Issued::new(next);
        desk.begin.set(&self.stream)?;
        for _ in 0..rounds {
            if let Some(replay) = &replay {
                // SAFETY: the steps hold their buffers, and `next` the steps; the arena, the record and the
                // code are those of `self`, as nobody else's plan is in these steps. All is waited for below.
                unsafe { self.stream.replay(&replay.graph) }?;
            } else {
                issued.slices.clear();
                self.ask(next, desk.multiplier.as_ref(), &mut issued.slices)?;
            }
        }
        if let Some(replay) = replay {
            issued.slices.clone_from(&replay.slices);
        }
        let (found, took) = self.settle(desk, &issued, next)?;
        let mut batch = Batch::default();
        batch.stats.device_time = took;
        match found {
            Found::Nothing => {
                for step in next.steps.iter() {
                    step.done();
                }
                let slices = issued.slices.iter();
                // Of a product by cuBLAS the last block counts.
                let launches = slices.clone().filter(|slice| slice.count > 0).count();
                let launches = u32::try_from(launches).unwrap_or(u32::MAX);
                let items: u64 = slices.map(|slice| u64::from(slice.count)).sum();
                batch.rounds = rounds;
                batch.stats.launches = launches.saturating_mul(rounds);
                batch.stats.items = items.saturating_mul(rounds.into());
            }
            Found::Cancelled => batch.error = Some(ComputeError::Cancelled),
            Found::Trap(ordinal, index, code) => {
                let slice = issued.slices.get(ordinal).copied();
                let lost = || Fault::Lost("its error record makes no sense".to_owned());
                batch.error = Some(trap(next, slice.ok_or_else(lost)?, index, code));
            }
        }
        Ok(Some(batch))
    }

    /// How long a round should take; none where that is not known, or a round has what cannot be recorded.
    fn round(&self, next: &Next, multiplies: bool) -> Option<Duration> {
        let mut time = Duration::from_micros(2);
        if next.steps.len() > LAUNCHES {
            return None;
        }
        let mut launches = 0_u32;
        for step in next.steps.iter() {
            match step {
                Step::Launch(_) | Step::Operation(_) => {
                    step.begin().ok()?;
                    if let Some(blocks) = self.blocks(step).filter(|_| multiplies) {
                        launches = launches.saturating_add(blocks.count());
                        if launches > Record::LAUNCHES {
                            return None;
                        }
                        time = time.saturating_add(self.time_of(&blocks)?);
                        continue;
                    }
                    launches = launches.saturating_add(step.parts());
                    if launches > Record::LAUNCHES {
                        return None;
                    }
                    for launch in (0..step.parts()).filter_map(|part| step.launch(part)) {
                        let function = self.function(&launch).ok()?;
                        // Slices have been as large before.
                        if function.slice(BATCH) < launch.items {
                            return None;
                        }
                        time = time.saturating_add(function.time(launch.items)?);
                    }
                }
                Step::Copy {
                    from,
                    from_part,
                    to_part,
                    ..
                } => {
                    let is_apart = from_part.address.abs_diff(to_part.address) >= to_part.length;
                    if from.is_poisoned() || !is_apart {
                        return None;
                    }
                }
                Step::Fill { .. } => {}
                Step::Write { .. } | Step::Read { .. } | Step::Messages(_) => return None,
            }
            time = time.saturating_add(Duration::from_micros(1));
        }
        Some(time)
    }

    /// Records a round.
    fn record(&self, next: &Next) -> Result<Replay, Stop> {
        let mut slices = Vec::new();
        let mut failed = None;
        let graph = self
            .stream
            .capture(|| match self.ask(next, None, &mut slices) {
                Err(Stop::Fault(fault)) => Err(fault),
                Err(stop) => {
                    failed = Some(stop);
                    Ok(())
                }
                Ok(()) => Ok(()),
            })?;
        match failed {
            Some(stop) => Err(stop),
            None => Ok(Replay { graph, slices }),
        }
    }

    /// Asks for a round.
    fn ask(
        &self,
        next: &Next,
        multiplier: Option<&Multiplier>,
        slices: &mut Vec<Slice>,
    ) -> Result<(), Stop> {
        // A launch that trapped in a round before this one ends all launches of this one.
        let (from, to) = ((&self.record, LOWEST), (&self.record, LATCH));
        self.stream.copy(from, to, WORD)?;
        for (number, step) in next.steps.iter().enumerate() {
            match (multiplier, self.blocks(step)) {
                (Some(multiplier), Some(blocks)) => {
                    self.multiply_all(multiplier, (number, step), &blocks, slices)?;
                }
                _ => self.ask_step(step, number, slices)?,
            }
        }
        Ok(())
    }

    fn ask_step(&self, step: &Step, number: usize, slices: &mut Vec<Slice>) -> Result<(), Stop> {
        match step {
            Step::Launch(_) | Step::Operation(_) => {
                for part in 0..step.parts() {
                    let Some(launch) = step.launch(part).filter(|launch| launch.items > 0) else {
                        continue;
                    };
                    let ordinal = u32::try_from(slices.len()).unwrap_or(u32::MAX);
                    let function = self.function(&launch)?;
                    self.start(function, &launch, (0, launch.items), ordinal)?;
                    slices.push(Slice {
                        step: number,
                        part,
                        first: 0,
                        count: launch.items,
                        piece: None,
                    });
                }
            }
            Step::Copy {
                from_part, to_part, ..
            } => self.copy(*from_part, *to_part, &mut Vec::new())?,
            Step::Fill { part, byte, .. } => {
                let length = length(*part)?;
                if length > 0 {
                    self.stream
                        .fill(&self.arena, part.address.into(), length, *byte)?;
                }
            }
            _ => {}
        }
        Ok(())
    }
}
