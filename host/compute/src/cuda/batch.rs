//! A batch: what is asked for in a turn, and what became of it.

use super::code::code;
use super::desk::Desk;
use super::driver::Fault;
use super::issue::{BATCH, Issued, Slice, Stop};
use super::place::{LOWEST, Place, WORD};
use crate::event::Stats;
use crate::space::{Answer, Launch, Next, Step};
use crate::{ComputeError, TrapCode};
use ringhost_ptx::{Ending, Record};
use std::borrow::Cow;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// What became of a batch.
#[derive(Default)]
pub(crate) struct Batch {
    /// Rounds of all steps that were done.
    pub(crate) rounds: u32,
    /// Steps that were done behind those.
    pub(crate) steps: usize,
    /// Launches of the step after them that were done.
    pub(crate) part: u32,
    /// Items of the launch after those that were done.
    pub(crate) first: u32,
    /// What went wrong in that step, if anything.
    pub(crate) error: Option<ComputeError>,
    pub(crate) stats: Stats,
    pub(crate) answer: Option<Answer>,
}

/// What the record says of a batch.
pub(super) enum Found {
    Nothing,
    Cancelled,
    /// By the number of the launch and of its item.
    Trap(usize, u32, TrapCode),
}

impl Place {
    /// Has what is next done, as much as fits into a turn, and waits for it.
    ///
    /// A resident ends sooner where other spaces are said to wait.
    pub(crate) fn run(&self, next: &Next, is_wanted: &dyn Fn() -> bool) -> Batch {
        let context = &self.opened.context;
        let work = |desk: &mut Desk| {
            self.some(desk, next, is_wanted).map_err(|stop| {
                self.is_marked.store(true, Ordering::Relaxed);
                // What was asked for before may still run. If it cannot be waited for the device is lost.
                self.stream.wait().map_or_else(Stop::Fault, |()| stop)
            })
        };
        let entered = context.enter();
        let ran = entered.and_then(|()| self.opened.desks.at(context, work));
        let batch = ran.unwrap_or_else(|fault| Err(Stop::Fault(fault)));
        batch.unwrap_or_else(|stop| Batch {
            error: Some(stop.into_error()),
            ..Batch::default()
        })
    }

    fn some(
        &self,
        desk: &mut Desk,
        next: &Next,
        is_wanted: &dyn Fn() -> bool,
    ) -> Result<Batch, Stop> {
        match next.steps.get(next.index) {
            Some(Step::Read { .. }) => return self.answer(desk, next),
            Some(Step::Messages(messages)) => return self.talk(desk, messages, is_wanted),
            _ => {}
        }
        match self.replayed(desk, next)? {
            Some(batch) => Ok(batch),
            None => self.batch(desk, next),
        }
    }

    fn answer(&self, desk: &mut Desk, next: &Next) -> Result<Batch, Stop> {
        let Some(Step::Read {
            buffer,
            part,
            reply,
        }) = next.steps.get(next.index)
        else {
            return Ok(Batch::default());
        };
        let read = if buffer.is_poisoned() {
            Err(ComputeError::Poisoned)
        } else {
            match room(part.length) {
                Ok(mut bytes) => {
                    self.read(desk, part.address.into(), &mut bytes)?;
                    Ok(bytes)
                }
                Err(error) => Err(error),
            }
        };
        Ok(Batch {
            steps: 1,
            answer: Answer::to(reply, read),
            ..Batch::default()
        })
    }

    fn batch(&self, desk: &mut Desk, next: &Next) -> Result<Batch, Stop> {
        let mut issued = Issued::new(next);
        desk.begin.set(&self.stream)?;
        let stopped = match self.issue(desk, next, &mut issued) {
            Err(Stop::Fault(Fault::Lost(reason))) => return Err(Stop::Fault(Fault::Lost(reason))),
            Err(stop) => Some(stop.into_error()),
            Ok(()) => None,
        };
        let (found, took) = self.settle(desk, &issued, next)?;
        let mut batch = Batch {
            steps: issued.step.saturating_sub(next.index),
            part: issued.part,
            first: issued.first,
            error: stopped,
            ..Batch::default()
        };
        batch.stats.device_time = took;
        let mut ran = issued.slices.len();
        match found {
            Found::Nothing => self.measure(next, &issued, took),
            Found::Cancelled => {
                batch.error = Some(ComputeError::Cancelled);
                // Nobody knows how far it came.
                ran = 0;
                batch.steps = 0;
                batch.part = next.part;
                batch.first = next.first;
            }
            Found::Trap(ordinal, index, code) => {
                let slice = issued.slices.get(ordinal).copied();
                let slice = slice.ok_or_else(stray)?;
                ran = ordinal;
                batch.steps = slice.step.saturating_sub(next.index);
                batch.part = slice.part;
                batch.first = slice.first;
                batch.stats.items = index.into();
                batch.error = Some(trap(next, slice, index, code));
            }
        }
        for (number, slice) in issued.slices.iter().enumerate() {
            if number < ran {
                batch.stats.items = batch.stats.items.saturating_add(slice.count.into());
            }
            let is_end = launch_of(next, *slice)
                .is_some_and(|launch| slice.first.saturating_add(slice.count) == launch.items);
            if is_end && number <= ran {
                batch.stats.launches = batch.stats.launches.saturating_add(1);
            }
        }
        Ok(batch)
    }

    /// Waits for all that was asked for; what the record says of it, and how long it took.
    pub(super) fn settle(
        &self,
        desk: &mut Desk,
        issued: &Issued,
        next: &Next,
    ) -> Result<(Found, Duration), Stop> {
        let has_launched = !issued.slices.is_empty();
        if has_launched {
            self.stream
                .download((&self.record, LOWEST), &mut desk.word, 0, WORD)?;
        }
        desk.end.set(&self.stream)?;
        desk.end.wait()?;
        desk.staged = 0;
        let took = desk.begin.until(&desk.end)?;
        if !has_launched {
            return Ok((Found::Nothing, took));
        }
        let mut word = [0; WORD];
        word.copy_from_slice(desk.word.part(0, WORD)?);
        let word = u64::from_le_bytes(word);
        if word != Record::CLEAR {
            self.is_marked.store(true, Ordering::Relaxed);
        }
        Ok((self.found(word, issued, next)?, took))
    }

    fn found(&self, word: u64, issued: &Issued, next: &Next) -> Result<Found, Stop> {
        let (ordinal, index) = match Ending::read(word) {
            None => return Ok(Found::Nothing),
            Some(Ending::Cancelled) => return Ok(Found::Cancelled),
            Some(Ending::Trapped { ordinal, index, .. }) => (ordinal, index),
        };
        let ordinal = usize::try_from(ordinal).unwrap_or(usize::MAX);
        let slice = issued.slices.get(ordinal).ok_or_else(stray)?;
        let launch = launch_of(next, *slice).ok_or_else(stray)?;
        let translation = &self.function(&launch)?.translation;
        let trapped = translation.trapped(word).ok_or_else(stray)?;
        Ok(Found::Trap(ordinal, index, code(trapped.kind)))
    }

    /// Learns how fast functions are.
    fn measure(&self, next: &Next, issued: &Issued, took: Duration) {
        let function = |slice: &Slice| {
            let launch = launch_of(next, *slice)?;
            self.function(&launch).ok()
        };
        if let [slice] = issued.slices.as_slice() {
            if let Some(piece) = slice.piece {
                self.opened.products.measured(piece, took);
            } else if let Some(function) = function(slice) {
                function.measured(slice.count, took);
            }
        } else if took > issued.time.saturating_mul(2) && took > BATCH {
            let factor = took.as_secs_f64() / issued.time.as_secs_f64().max(1e-6);
            for slice in &issued.slices {
                if let Some(piece) = slice.piece {
                    self.opened.products.slowed(piece, factor);
                } else if let Some(function) = function(slice) {
                    function.slowed(factor);
                }
            }
        }
    }
}

impl Stop {
    pub(super) fn into_error(self) -> ComputeError {
        match self {
            Self::Fault(fault) => fault.into_error(0),
            Self::Failed(error) => error,
        }
    }
}

fn launch_of(next: &Next, slice: Slice) -> Option<Cow<'_, Launch>> {
    next.steps.get(slice.step)?.launch(slice.part)
}

pub(super) fn trap(next: &Next, slice: Slice, index: u32, code: TrapCode) -> ComputeError {
    ComputeError::Trap {
        function: launch_of(next, slice)
            .map(|launch| launch.function.clone())
            .unwrap_or_default(),
        item: slice.first.saturating_add(index),
        code,
    }
}

/// The record names what was not launched: something has written where it must not.
fn stray() -> Stop {
    Stop::Fault(Fault::Lost("its error record makes no sense".to_owned()))
}

/// Room for so many bytes, all zero.
pub(super) fn room(length: u32) -> Result<Vec<u8>, ComputeError> {
    let no_room = || ComputeError::OutOfMemory {
        requested: length.into(),
        reason: "the host has no room for a copy; read less at once".to_owned(),
    };
    let length = usize::try_from(length).map_err(|_| no_room())?;
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(length).map_err(|_| no_room())?;
    bytes.resize(length, 0);
    Ok(bytes)
}
