//! What runs a runtime's tasks: kernels, deadlines, and links, which need it only to go on.

mod claim;
mod inline;

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use tokio::runtime::Handle;
use tokio::sync::oneshot;

pub(crate) use inline::poll_again;

/// A task as an [`Executor`] gets it.
pub type Task = Pin<Box<dyn Future<Output = ()> + Send>>;

/// What runs a runtime's tasks. Made of the handle of a tokio runtime; or of a function that starts
/// a task, for those who decide themselves which task runs next, such as a simulation. In any case
/// tasks are polled inside a tokio runtime, whose clock they use. Cheap to clone.
#[derive(Clone)]
pub struct Executor {
    start: Arc<dyn Fn(Task) + Send + Sync>,
    tokio: Option<Handle>,
}

impl Executor {
    /// An executor that starts tasks with this function. A task that is dropped before its end
    /// counts as stopped.
    pub fn new(start: impl Fn(Task) + Send + Sync + 'static) -> Self {
        let start = Arc::new(start);
        Self { start, tokio: None }
    }

    /// Calls a function that polls a task, here and now; `None` where there is no tokio runtime.
    pub(crate) fn within<R>(&self, poll: impl FnOnce() -> R) -> Option<R> {
        if let Some(tokio) = &self.tokio {
            let _context = tokio.enter();
            return Some(poll());
        }
        Handle::try_current().is_ok().then(poll)
    }

    /// Starts a task.
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        (self.start)(Box::pin(task));
    }

    /// Starts a task whose result is wanted. The receiver fails if the task is dropped before its
    /// end.
    pub(crate) fn ask<T: Send + 'static>(
        &self,
        task: impl Future<Output = T> + Send + 'static,
    ) -> oneshot::Receiver<T> {
        let (sender, receiver) = oneshot::channel();
        self.spawn(async move {
            // An error says that nobody wants to know any more.
            let _ = sender.send(task.await);
        });
        receiver
    }
}

impl From<Handle> for Executor {
    fn from(handle: Handle) -> Self {
        let tokio = Some(handle.clone());
        let start = Arc::new(move |task| drop(handle.spawn(task)));
        Self { start, tokio }
    }
}

impl fmt::Debug for Executor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Executor")
    }
}
