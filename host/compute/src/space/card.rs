//! What a thread does for a space on a GPU when it is the space's turn.

use super::job::Next;
use super::job::{Current, Queue};
use super::step::{Answer, Step};
use super::{Card, Inner, Place};
use crate::cuda::{Batch, Loop};
use crate::{ComputeError, Program};
use parking_lot::MutexGuard;
use ringhost_ptx::Ring;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

impl Card {
    /// Bytes of the whole.
    pub(super) fn bytes(&self) -> u64 {
        match self {
            Self::Here(place) => place.bytes(),
            Self::Broker(place) => place.bytes(),
        }
    }

    /// Before a turn, and before that can be cancelled.
    fn ready(&self) {
        match self {
            Self::Here(place) => place.ready(),
            Self::Broker(place) => place.ready(),
        }
    }

    /// Has what is next done, as much as fits into a turn, and waits for it.
    fn run(&self, next: &Next, is_wanted: &dyn Fn() -> bool) -> Batch {
        match self {
            Self::Here(place) => place.run(next, is_wanted),
            Self::Broker(place) => place.run(next),
        }
    }

    /// What a function needs that is to stay on the device; nothing in a broker, where each message is
    /// launched.
    pub(super) fn reside(
        &self,
        program: &Program,
        function: &str,
        ring: Ring,
    ) -> Result<Option<Loop>, ComputeError> {
        match self {
            Self::Here(place) => place.reside(program, function, ring).map(Some),
            Self::Broker(_) => Ok(None),
        }
    }

    /// Ends what runs.
    fn cancel(&self) {
        match self {
            Self::Here(place) => place.cancel(),
            Self::Broker(place) => place.cancel(),
        }
    }

    /// Gives up the context, or the broker, for this reason.
    fn lost(&self, reason: &str) -> ComputeError {
        match self {
            Self::Here(place) => place.lost(reason),
            Self::Broker(place) => place.lost(reason),
        }
    }
}

impl Inner {
    /// Has batches done that are next, and more while no other space waits.
    pub(crate) fn turn_on_card(self: &Arc<Self>, thread: usize) {
        let Place::Cuda { place, turns } = &self.place else {
            return;
        };
        let mut queue = self.queue.lock();
        queue.is_listed = false;
        if !queue.is_idle_but_for_jobs() {
            return;
        }
        while let Some(next) = queue.next() {
            queue.current = Current::Host;
            if next.steps.iter().any(|step| step.launch(0).is_some()) {
                queue.has_launched = true;
            }
            drop(queue);
            let space = self.clone();
            let cancel = Box::new(move || {
                if let Place::Cuda { place, .. } = &space.place {
                    place.cancel();
                }
            });
            // cudarc panics where a function is missing in the driver.
            let ready = catch_unwind(AssertUnwindSafe(|| place.ready()));
            let ran = turns.watched(thread, &next.state, cancel, || {
                let is_wanted = || turns.line.is_wanted();
                catch_unwind(AssertUnwindSafe(|| place.run(&next, &is_wanted)))
            });
            let mut batch = ready.and(ran).unwrap_or_else(|_| Batch {
                error: Some(place.lost("the driver lacks a function that is needed")),
                ..Batch::default()
            });
            // Who reads has no event.
            if let (Some(error), Some(Step::Read { reply, .. })) = (&batch.error, next.step()) {
                batch.answer = Answer::to(reply, Err(error.clone()));
            }
            // So that who is told that it is done finds its buffers free.
            drop(next);
            queue = self.queue.lock();
            self.settle(&mut queue, batch);
            if turns.line.is_wanted() && !queue.is_idle() {
                self.list(&mut queue);
                return;
            }
        }
    }

    fn settle(&self, queue: &mut MutexGuard<'_, Queue>, batch: Batch) {
        if let Some(job) = queue.front() {
            let (all, more) = (&mut job.stats, &batch.stats);
            all.device_time = all.device_time.saturating_add(more.device_time);
            all.items = all.items.saturating_add(more.items);
            all.launches = all.launches.saturating_add(more.launches);
        }
        let done = (batch.rounds, batch.steps);
        queue.advance_by(done, (batch.part, batch.first), batch.error);
        if let Some(answer) = batch.answer {
            answer.give();
        }
    }
}
