//! What a thread does for a space when it is the space's turn.

use super::cores::{Cores, Lanes};
use super::job::{Current, Next, Queue};
use super::launching::{FIRST, Launching};
use super::product;
use super::step::{Launch, Step};
use super::{Inner, Place};
use crate::ComputeError;
use crate::catalogue::Library;
use crate::cpu::{Compiled, Lane, Outcome};
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
        if let Some(Step::Messages(messages)) = next.step() {
            let Some(message) = messages.message(0) else {
                return queue;
            };
            queue.current = Current::Host;
            drop(queue);
            let talk = messages.talk.clone();
            cores.deliver(&talk, &message);
            queue = self.queue.lock();
            queue.current = Current::Nothing;
            if let Err(error) = talk.launch.begin() {
                talk.failed(error);
            } else {
                queue.has_launched = true;
                talk.begin();
                let items = talk.launch.items;
                let launching = Launching::new(next, (items, FIRST), cores.turns.threads);
                queue.current = Current::Launch(launching);
            }
            return queue;
        }
        let Some(step) = next.step() else {
            return queue;
        };
        match step.launch(next.part) {
            Some(launch) => {
                // Of a product an item is more work.
                let (items, first) = match &launch.product {
                    Some(product) => (product::tiles(product), 1),
                    None => (launch.items, FIRST),
                };
                drop(launch);
                let begun = if next.part == 0 { step.begin() } else { Ok(()) };
                if let Err(error) = begun {
                    queue.advance(Err(error));
                } else {
                    queue.has_launched = true;
                    let launching = Launching::new(next, (items, first), cores.turns.threads);
                    queue.current = Current::Launch(launching);
                }
                queue
            }
            None => {
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
            let part = launching.next.part;
            let state = launching.state().clone();
            if launching.has_more() {
                self.list(&mut queue);
            }
            drop(queue);
            let began = Instant::now();
            let outcome = match steps.get(index).and_then(|step| step.launch(part)) {
                Some(launch) => cores.run(thread, &launch, &items, state),
                None => Outcome::Failed("a launch of ours is none".to_owned()),
            };
            let took = began.elapsed();
            drop(steps);
            queue = self.queue.lock();
            if let Current::Launch(launching) = &mut queue.current {
                launching.settle(items, outcome, took);
            }
        }
        self.end(cores, queue)
    }

    /// Ends the launch that is current if it is done; none if other threads run the rest of it.
    fn end<'a>(
        self: &'a Arc<Self>,
        cores: &Cores,
        mut queue: MutexGuard<'a, Queue>,
    ) -> Option<MutexGuard<'a, Queue>> {
        let Current::Launch(launching) = &mut queue.current else {
            return Some(queue);
        };
        let steps = launching.next.steps.clone();
        let part = launching.next.part;
        let step = steps.get(launching.next.index);
        let Some((step, launch)) = step.and_then(|step| Some((step, step.launch(part)?))) else {
            return Some(queue);
        };
        let Some(result) = launching.end(&launch.function) else {
            return launching.has_more().then_some(queue);
        };
        let device_time = launching.device_time;
        // How the CPU cuts a product is nobody's business.
        let ran = match (&launch.product, &result) {
            (Some(_), Ok(())) => launch.items.into(),
            _ => launching.ran,
        };
        if let Step::Messages(messages) = step {
            queue.current = Current::Nothing;
            cores.answer(&messages.talk, device_time, result);
            return Some(queue);
        }
        if let Some(job) = queue.front() {
            job.stats.device_time = job.stats.device_time.saturating_add(device_time);
            job.stats.items = job.stats.items.saturating_add(ran);
            job.stats.launches = job.stats.launches.saturating_add(1);
        }
        if result.is_ok() && part.saturating_add(1) >= step.parts() {
            step.done();
        }
        drop(launch);
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
        if let Some(product) = &launch.product {
            return self.multiply(product, items, &state);
        }
        let lost = |error: ComputeError| Outcome::Failed(error.to_string());
        let Some(lane) = self.lanes.get(thread) else {
            return Outcome::Failed("no such thread".to_owned());
        };
        let mut lanes = lane.lock();
        let lane = match self.lane(&mut lanes, launch.library, thread) {
            Ok(lane) => lane,
            Err(error) => return lost(error),
        };
        self.turns.watched(thread, state, || {
            lane.run(&launch.function, items, launch.fuel, &launch.arguments)
        })
    }

    /// What runs the functions of a program on this thread.
    fn lane<'a>(
        &self,
        lanes: &'a mut Lanes,
        library: Option<Library>,
        thread: usize,
    ) -> Result<&'a mut Lane, ComputeError> {
        let new = |compiled: &Compiled| {
            let engine = &self.turns.engine;
            Lane::new(
                engine,
                compiled,
                self.memory.shared(),
                &self.turns.control,
                thread,
            )
        };
        match (library, lanes) {
            (
                None,
                Lanes {
                    own: Some(lane), ..
                },
            ) => Ok(lane),
            (None, Lanes { own, .. }) => Ok(own.insert(new(&self.compiled)?)),
            (Some(wanted), Lanes { library, .. }) => {
                library.take_if(|(last, _)| *last != wanted);
                let (_, lane) = match library {
                    Some(lane) => lane,
                    none => none.insert((wanted, new(&*self.turns.library(wanted)?)?)),
                };
                Ok(lane)
            }
        }
    }
}
