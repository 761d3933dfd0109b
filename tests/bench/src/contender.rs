//! Those who take part in a row.

use crate::executor::Executor;
use anyhow::{Context, Result};
use hdrhistogram::Histogram;
use std::rc::Rc;

/// One who does the work of a row.
pub trait Contender {
    /// Does the work once. Returns a figure for each line of the row.
    ///
    /// # Errors
    /// If it could not be done; then the contender is out.
    fn round(&mut self) -> Result<Vec<f64>>;

    /// How long each single piece of work took in all rounds, in nanoseconds, where that is kept.
    fn distribution(&self) -> Option<Histogram<u64>> {
        None
    }
}

/// A contender by name, or why it cannot take part on this machine.
pub struct Contestant {
    pub(crate) name: &'static str,
    pub(crate) contender: Result<Box<dyn Contender>>,
}

impl Contestant {
    pub(crate) fn new(name: &'static str, contender: impl Contender + 'static) -> Self {
        Self {
            name,
            contender: Ok(Box::new(contender)),
        }
    }

    /// One whose work runs in tasks of this executor.
    pub(crate) fn in_task(name: &'static str, executor: &Rc<Executor>, work: impl Work) -> Self {
        let contender = InTask {
            executor: executor.clone(),
            work: Some(work),
        };
        Self::new(name, contender)
    }

    /// One that may have been impossible to set up.
    pub(crate) fn attempt<C: Contender + 'static>(
        name: &'static str,
        contender: Result<C>,
    ) -> Self {
        Self {
            name,
            contender: contender.map(|contender| Box::new(contender) as Box<dyn Contender>),
        }
    }
}

/// Work that is done in a task.
pub(crate) trait Work: Send + 'static {
    /// As [`Contender::round`].
    fn round(&mut self) -> impl Future<Output = Result<Vec<f64>>> + Send;

    /// As [`Contender::distribution`].
    fn distribution(&self) -> Option<Histogram<u64>> {
        None
    }
}

struct InTask<W> {
    executor: Rc<Executor>,
    work: Option<W>,
}

impl<W: Work> Contender for InTask<W> {
    fn round(&mut self) -> Result<Vec<f64>> {
        let mut work = self.work.take().context("an earlier round failed")?;
        let (work, figures) = self.executor.run(async move {
            let figures = work.round().await?;
            Ok((work, figures))
        })?;
        self.work = Some(work);
        Ok(figures)
    }

    fn distribution(&self) -> Option<Histogram<u64>> {
        self.work.as_ref()?.distribution()
    }
}
