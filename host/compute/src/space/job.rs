//! What a space has been asked for, in order.

use super::launching::Launching;
use super::step::{Step, Steps};
use super::talk::{Messages, Talk};
use crate::ComputeError;
use crate::event::{Event, State, Stats};
use std::collections::VecDeque;
use std::sync::Arc;

/// The most commands that wait in a space.
const COMMANDS: usize = 1 << 18;

/// The most bytes that wait to be written in a space.
const BYTES: usize = 256 << 20;

/// Steps that were asked for together.
pub(super) struct Job {
    steps: Arc<Steps>,
    /// The step that is next.
    index: usize,
    /// The launch of it that is next.
    part: u32,
    /// Items of that which are done, on a device that says so.
    first: u32,
    /// How often the steps are still to be done.
    times: u32,
    state: Arc<State>,
    has_begun: bool,
    pub(super) stats: Stats,
}

/// What a space has been asked for and has not done.
#[derive(Default)]
pub(super) struct Queue {
    jobs: VecDeque<Job>,
    pub(super) current: Current,
    /// Whether the space waits for a thread.
    pub(super) is_listed: bool,
    /// Whether anything was ever launched.
    pub(super) has_launched: bool,
    commands: usize,
    bytes: usize,
}

/// What is being done. Host and launches take turns here, which is what keeps them apart in memory: the
/// host accesses it with the queue locked and nothing current, or while `Host` is.
#[derive(Default)]
pub(super) enum Current {
    #[default]
    Nothing,
    /// One thread does a step of the host's.
    Host,
    /// Threads run items.
    Launch(Launching),
}

/// A step that is to be done now.
pub(crate) struct Next {
    pub(crate) steps: Arc<Steps>,
    pub(crate) index: usize,
    /// The launch of it that is to be done.
    pub(crate) part: u32,
    /// Items of that which are done.
    pub(crate) first: u32,
    /// How often all steps are still to be done.
    pub(crate) times: u32,
    pub(crate) state: Arc<State>,
}

impl Next {
    pub(super) fn step(&self) -> Option<&Step> {
        self.steps.get(self.index)
    }
}

impl Job {
    pub(super) fn new(steps: Arc<Steps>, times: u32) -> Self {
        Self {
            times,
            ..Self::of(steps, Arc::default())
        }
    }

    /// Steps that are done once, and cancelled with others.
    pub(super) fn of(steps: Arc<Steps>, state: Arc<State>) -> Self {
        Self {
            steps,
            index: 0,
            part: 0,
            first: 0,
            times: 1,
            state,
            has_begun: false,
            stats: Stats::default(),
        }
    }

    pub(super) fn event(&self) -> Event {
        Event(self.state.clone())
    }

    fn bytes(&self) -> usize {
        self.steps.iter().map(Step::bytes).sum()
    }

    /// Ends it. Its buffers are free before it is said to be done.
    fn succeed(self) {
        let Self {
            steps,
            state,
            stats,
            ..
        } = self;
        drop(steps);
        state.finish(Ok(stats));
    }

    /// Ends it without what is left of it.
    fn fail(self, error: ComputeError) {
        // What a later turn would have written again is stale, too.
        let from = if self.times > 1 { 0 } else { self.index };
        for step in self.steps.iter().skip(from) {
            step.fail(&error);
        }
        let Self { steps, state, .. } = self;
        drop(steps);
        state.finish(Err(error));
    }
}

impl Queue {
    pub(super) fn is_idle(&self) -> bool {
        self.jobs.is_empty() && self.is_idle_but_for_jobs()
    }

    pub(super) fn is_idle_but_for_jobs(&self) -> bool {
        matches!(self.current, Current::Nothing)
    }

    pub(super) fn add(&mut self, job: Job) -> Result<(), ComputeError> {
        let commands = self.commands.saturating_add(job.steps.len().max(1));
        let bytes = self.bytes.saturating_add(job.bytes());
        // A single job is taken, however large: it is there already.
        if !self.jobs.is_empty() && (commands > COMMANDS || bytes > BYTES) {
            return Err(ComputeError::Full {
                waiting: self.commands,
            });
        }
        self.commands = commands;
        self.bytes = bytes;
        if let Some(last) = self.last() {
            last.follow();
        }
        self.jobs.push_back(job);
        Ok(())
    }

    /// The messages that all else is behind, if there are such.
    fn last(&self) -> Option<&Messages> {
        match self.jobs.back()?.steps.first()? {
            Step::Messages(messages) => Some(messages),
            _ => None,
        }
    }

    /// Whether messages to this resident are answered by what is asked for already.
    pub(super) fn takes(&self, talk: &Arc<Talk>) -> bool {
        self.last().is_some_and(|last| last.takes(talk))
    }

    /// The next step; jobs that have none left are done.
    pub(super) fn next(&mut self) -> Option<Next> {
        loop {
            let job = self.jobs.front_mut()?;
            if !job.has_begun {
                job.has_begun = true;
                job.state.begin();
            }
            if job.state.is_cancelled() {
                self.end(Err(ComputeError::Cancelled));
                continue;
            }
            if let Some(Step::Messages(messages)) = job.steps.get(job.index)
                && messages.is_done()
            {
                job.index = job.index.saturating_add(1);
            }
            if job.index >= job.steps.len() {
                job.index = 0;
                job.times = job.times.saturating_sub(1);
                if job.steps.is_empty() {
                    job.times = 0;
                }
            }
            if job.times == 0 {
                self.end(Ok(()));
                continue;
            }
            return Some(Next {
                steps: job.steps.clone(),
                index: job.index,
                part: job.part,
                first: job.first,
                times: job.times,
                state: job.state.clone(),
            });
        }
    }

    /// The first job, whose step is being done.
    pub(super) fn front(&mut self) -> Option<&mut Job> {
        self.jobs.front_mut()
    }

    /// So much of what was next is done: whole rounds, steps, and launches and items of the step behind
    /// them. The error is that step's.
    pub(super) fn advance_by(
        &mut self,
        (rounds, steps): (u32, usize),
        (part, first): (u32, u32),
        error: Option<ComputeError>,
    ) {
        self.current = Current::Nothing;
        if let Some(job) = self.jobs.front_mut() {
            job.times = job.times.saturating_sub(rounds);
            job.index = job.index.saturating_add(steps);
            job.part = part;
            job.first = first;
        }
        if let Some(error) = error {
            self.end(Err(error));
        }
    }

    /// The step that was next is done, or one of its launches.
    pub(super) fn advance(&mut self, result: Result<(), ComputeError>) {
        self.current = Current::Nothing;
        match result {
            Ok(()) => {
                if let Some(job) = self.jobs.front_mut() {
                    job.part = job.part.saturating_add(1);
                    if job
                        .steps
                        .get(job.index)
                        .is_none_or(|step| job.part >= step.parts())
                    {
                        job.index = job.index.saturating_add(1);
                        job.part = 0;
                    }
                }
            }
            Err(error) => self.end(Err(error)),
        }
    }

    fn end(&mut self, result: Result<(), ComputeError>) {
        let Some(job) = self.jobs.pop_front() else {
            return;
        };
        self.commands = self.commands.saturating_sub(job.steps.len().max(1));
        self.bytes = self.bytes.saturating_sub(job.bytes());
        match result {
            Ok(()) => job.succeed(),
            Err(error) => job.fail(error),
        }
    }

    /// Cancels everything.
    pub(super) fn close(&mut self) {
        for job in &self.jobs {
            job.event().cancel();
        }
        // The first may be running, and ends when that has.
        let running = usize::from(!self.is_idle_but_for_jobs());
        self.jobs.truncate(running);
    }
}
