//! What a thread does for a space when it is the space's turn.

use super::cores::Cores;
use super::job::{Current, Next, Queue};
use super::launching::Launching;
use super::step::{Launch, Step};
use super::{Inner, Place};
use crate::ComputeError;
use crate::cpu::{Lane, Outcome};
use crate::event::State;
use parking_lot::MutexGuard;
use std::ops::Range;
use std::sync::Arc;
use std::time::Instant;

impl Inner {
    /// Does what is next on this thread: a chunk of a launch, or a step of the host's, and more while
    /// no other space waits.
    pub(crate) fn turn(self: &Arc<Self>, thread: usize) {
        let Place::Cpu(cores) = &self.place else {
            return;
        };
        let mut queue = self.queue.lock();
        queue.is_listed = false;
        loop {
            queue = match std::mem::take(&mut queue.current) {
                Current::Host => {
                    queue.current = Current::Host;
                    return;
                }
                Current::Launch(launching) => {
                    queue.current = Current::Launch(launching);
                    match self.chunk(cores, queue, thread) {
                        Some(queue) => queue,
                        None => return,
                    }
                }
                Current::Nothing => {
                    let Some(next) = queue.next() else {
                        return;
                    };
                    self.begin(cores, queue, next)
                }
            };
            if cores.turns.line.is_wanted() {
                self.list(&mut queue);
                return;
            }
        }
    }

    /// Begins a launch, or does a step of the host's.
    fn begin<'a>(
        self: &'a Arc<Self>,
        cores: &Cores,
        mut queue: MutexGuard<'a, Queue>,
        next: Next,
    ) -> MutexGuard<'a, Queue> {
        match next.step() {
            Some(Step::Launch(launch)) => {
                let items = launch.items;
                if let Err(error) = launch.begin() {
                    queue.advance(Err(error));
                } else {
                    queue.has_launched = true;
                    let launching = Launching::new(next, items, cores.turns.threads);
                    queue.current = Current::Launch(launching);
                }
                queue
            }
            Some(step) => {
                queue.current = Current::Host;
                drop(queue);
                let began = Instant::now();
                let answer = cores.do_step(step);
                let took = began.elapsed();
                // So that who is told that it is done finds its buffers free.
                drop(next);
                queue = self.queue.lock();
                if let Some(job) = queue.front() {
                    job.stats.device_time = job.stats.device_time.saturating_add(took);
                }
                queue.advance(Ok(()));
                if let Some(answer) = answer {
                    answer.give();
                }
                queue
            }
            None => queue,
        }
    }

    /// Runs a chunk of the launch that is current; none if there is nothing more for this thread.
    fn chunk<'a>(
        self: &'a Arc<Self>,
        cores: &Cores,
        mut queue: MutexGuard<'a, Queue>,
        thread: usize,
    ) -> Option<MutexGuard<'a, Queue>> {
        let Current::Launch(launching) = &mut queue.current else {
            return Some(queue);
        };
        if let Some(items) = launching.deal() {
            let (steps, index) = (launching.next.steps.clone(), launching.next.index);
            let state = launching.state().clone();
            if launching.has_more() {
                self.list(&mut queue);
            }
            drop(queue);
            let began = Instant::now();
            let outcome = match steps.get(index) {
                Some(Step::Launch(launch)) => cores.run(thread, launch, &items, state),
                _ => Outcome::Failed("a launch of ours is none".to_owned()),
            };
            let took = began.elapsed();
            drop(steps);
            queue = self.queue.lock();
            if let Current::Launch(launching) = &mut queue.current {
                launching.settle(items, outcome, took);
            }
        }
        self.end(queue)
    }

    /// Ends the launch that is current if it is done; none if other threads run the rest of it.
    fn end<'a>(
        self: &'a Arc<Self>,
        mut queue: MutexGuard<'a, Queue>,
    ) -> Option<MutexGuard<'a, Queue>> {
        let Current::Launch(launching) = &mut queue.current else {
            return Some(queue);
        };
        let steps = launching.next.steps.clone();
        let Some(Step::Launch(launch)) = steps.get(launching.next.index) else {
            return Some(queue);
        };
        let Some(result) = launching.end(&launch.function) else {
            return launching.has_more().then_some(queue);
        };
        let (device_time, ran) = (launching.device_time, launching.ran);
        if let Some(job) = queue.front() {
            job.stats.device_time = job.stats.device_time.saturating_add(device_time);
            job.stats.items = job.stats.items.saturating_add(ran);
            job.stats.launches = job.stats.launches.saturating_add(1);
        }
        if result.is_ok() {
            launch.succeed();
        }
        drop(steps);
        queue.advance(result);
        Some(queue)
    }
}

impl Cores {
    fn run(
        &self,
        thread: usize,
        launch: &Launch,
        items: &Range<u32>,
        state: Arc<State>,
    ) -> Outcome {
        let lost = |error: ComputeError| Outcome::Failed(error.to_string());
        let Some(lane) = self.lanes.get(thread) else {
            return Outcome::Failed("no such thread".to_owned());
        };
        let mut lane = lane.lock();
        let lane = match &mut *lane {
            Some(lane) => lane,
            none => {
                let engine = &self.turns.engine;
                let memory = self.memory.shared();
                match Lane::new(engine, &self.compiled, memory, &self.turns.control, thread) {
                    Ok(lane) => none.insert(lane),
                    Err(error) => return lost(error),
                }
            }
        };
        self.turns.watched(thread, state, || {
            lane.run(&launch.function, items, launch.fuel, &launch.arguments)
        })
    }
}
