//! Commands that are done many times.

use super::Space;
use super::job::Job;
use super::step::{Step, Steps};
use crate::ComputeError;
use crate::event::Event;
use std::sync::Arc;

/// Commands that were checked once and can be done many times; cheap to clone. It keeps its space.
#[derive(Clone)]
pub struct Plan {
    space: Space,
    steps: Arc<Steps>,
}

impl Plan {
    pub(super) fn new(space: Space, steps: Vec<Step>) -> Self {
        Self {
            space,
            steps: Steps::new(steps, true),
        }
    }

    /// Does the commands in order, so many times over.
    ///
    /// # Errors
    /// If the space does not take more commands now.
    pub fn run(&self, times: u32) -> Result<Event, ComputeError> {
        let job = Job::new(self.steps.clone(), times);
        let event = job.event();
        let inner = self.space.inner();
        inner.add(&mut inner.queue.lock(), job)?;
        Ok(event)
    }
}

impl std::fmt::Debug for Plan {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Plan")
            .field("commands", &self.steps.len())
            .finish_non_exhaustive()
    }
}
