//! What a thread does for a space on a GPU when it is the space's turn.

use super::job::{Current, Queue};
use super::step::{Answer, Step};
use super::{Inner, Place};
use crate::cuda::Batch;
use parking_lot::MutexGuard;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

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
            if next
                .steps
                .iter()
                .any(|step| matches!(step, Step::Launch(_)))
            {
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
                catch_unwind(AssertUnwindSafe(|| place.run(&next)))
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
        queue.advance_by((batch.rounds, batch.steps, batch.first), batch.error);
        if let Some(answer) = batch.answer {
            answer.give();
        }
    }
}
