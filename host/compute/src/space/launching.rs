//! A launch while its items run, dealt out in chunks.

use super::job::Next;
use crate::cpu::Outcome;
use crate::event::State;
use crate::{ComputeError, TrapCode};
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

/// How long a chunk should take.
const CHUNK: Duration = Duration::from_micros(500);

/// How many items the first chunk has: they may take long.
pub(super) const FIRST: u32 = 16;

/// How many times larger a chunk can be than one before it.
const GROWTH: u32 = 8;

/// A launch while its items run. Chunks are dealt out in order, so when an item traps all items before it
/// have been dealt; they still run, and the lowest item that traps is the same in every run.
pub(super) struct Launching {
    pub(super) next: Next,
    items: u32,
    /// The first item that has never been dealt.
    fresh: u32,
    /// Chunks that were not finished, to be dealt again.
    left: Vec<Range<u32>>,
    /// How many items the first chunk has, and the last ones.
    first: u32,
    /// How many items the next chunk has.
    size: u32,
    threads: u32,
    running: u32,
    trap: Option<(u32, TrapCode)>,
    error: Option<ComputeError>,
    pub(super) device_time: Duration,
    pub(super) ran: u64,
}

impl Launching {
    pub(super) fn new(next: Next, (items, first): (u32, u32), threads: usize) -> Self {
        Self {
            next,
            items,
            fresh: 0,
            left: Vec::new(),
            first,
            size: first,
            threads: u32::try_from(threads).unwrap_or(u32::MAX).max(1),
            running: 0,
            trap: None,
            error: None,
            device_time: Duration::ZERO,
            ran: 0,
        }
    }

    pub(super) fn state(&self) -> &Arc<State> {
        &self.next.state
    }

    /// Items for a thread, if any are left.
    pub(super) fn deal(&mut self) -> Option<Range<u32>> {
        if self.state().is_cancelled() {
            self.error.get_or_insert(ComputeError::Cancelled);
        }
        if self.error.is_some() {
            return None;
        }
        let items = match self.left.pop() {
            Some(items) => items,
            None if self.trap.is_some() || self.fresh >= self.items => return None,
            None => {
                let left = self.items.saturating_sub(self.fresh);
                // Towards the end chunks get smaller, so that all threads end at about the same time.
                let part = left
                    .div_ceil(self.threads.saturating_mul(2))
                    .max(self.first);
                let begin = self.fresh;
                self.fresh = begin.saturating_add(self.size.min(part).min(left));
                begin..self.fresh
            }
        };
        self.running = self.running.saturating_add(1);
        Some(items)
    }

    /// Whether there is something to deal.
    pub(super) fn has_more(&self) -> bool {
        self.error.is_none()
            && !self.state().is_cancelled()
            && (!self.left.is_empty() || (self.trap.is_none() && self.fresh < self.items))
    }

    /// What became of a chunk.
    pub(super) fn settle(&mut self, items: Range<u32>, outcome: Outcome, took: Duration) {
        self.running = self.running.saturating_sub(1);
        self.device_time = self.device_time.saturating_add(took);
        let came = match outcome {
            Outcome::Came(item) => item,
            Outcome::Trapped(item, code) => {
                if self.trap.is_none_or(|(lowest, _)| item < lowest) {
                    self.trap = Some((item, code));
                }
                item
            }
            Outcome::Cancelled => {
                self.error.get_or_insert(ComputeError::Cancelled);
                items.start
            }
            Outcome::Failed(reason) => {
                self.error.get_or_insert(ComputeError::DeviceLost(reason));
                items.start
            }
        };
        let ran = came.saturating_sub(items.start);
        self.ran = self.ran.saturating_add(u64::from(ran));
        if self.trap.is_none() && self.error.is_none() {
            self.resize(ran, took);
        }
        if came < items.end {
            self.left.push(came..items.end);
        }
        // What is behind an item that trapped need not run; what is before it must.
        if let Some((lowest, _)) = self.trap {
            self.left.retain_mut(|items| {
                items.end = items.end.min(lowest);
                items.start < items.end
            });
        }
    }

    fn resize(&mut self, ran: u32, took: Duration) {
        let in_time = u128::from(ran).saturating_mul(CHUNK.as_nanos()) / took.as_nanos().max(1);
        let in_time = u32::try_from(in_time).unwrap_or(u32::MAX);
        self.size = in_time.clamp(1, self.size.saturating_mul(GROWTH));
    }

    /// How it ended, if it has.
    pub(super) fn end(&mut self, function: &str) -> Option<Result<(), ComputeError>> {
        if self.running > 0 || self.has_more() {
            return None;
        }
        if self.state().is_cancelled() {
            self.error.get_or_insert(ComputeError::Cancelled);
        }
        Some(match (self.error.take(), self.trap) {
            (Some(error), _) => Err(error),
            (None, Some((item, code))) => Err(ComputeError::Trap {
                function: function.to_owned(),
                item,
                code,
            }),
            (None, None) => Ok(()),
        })
    }
}
