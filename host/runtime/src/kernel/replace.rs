//! Another component in a running kernel's place. Its queues, links and callers stay.
//!
//! The old instance is not cut off in the midst of a message: its input is held, so that it receives
//! nothing more, and when it has nothing in hand its task puts a new instance in its place. Past the
//! deadline that happens wherever it is.

use super::Kernel;
use super::life::Life;
use super::recipe::Recipe;
use crate::error::{Error, KernelEndedError, ReplaceError};
use crate::imports::Ports;
use crate::lifecycle::Call;
use crate::module::{LoadError, Source};
use bytes::Bytes;
use parking_lot::Mutex;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;
use tokio::sync::oneshot;

/// How another component takes a running kernel's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Replacement {
    /// How long the old instance may take for the messages that it has in hand, and to give its
    /// state. 5 s by default.
    pub timeout: Duration,
    /// Whether the new instance takes on the old one's state, where both are handlers that have one.
    /// True by default.
    pub keeps_state: bool,
}

impl Default for Replacement {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(5),
            keeps_state: true,
        }
    }
}

impl Replacement {
    /// The same with another deadline.
    pub fn timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// The same with a new instance that begins anew.
    pub fn without_state(self) -> Self {
        Self {
            keeps_state: false,
            ..self
        }
    }
}

/// What came of it: why the new component makes no instance.
type Outcome = Result<(), LoadError>;

/// What is to take the place of a kernel's instance.
pub(super) struct Successor {
    pub(super) recipe: Arc<Recipe>,
    /// The state of the old instance, if it was taken out.
    pub(super) state: Option<Bytes>,
    told: oneshot::Sender<Outcome>,
}

impl Successor {
    /// Tells who ordered it what came of it.
    pub(super) fn tell(self, outcome: Outcome) {
        // An error says that nobody wants to know any more.
        let _ = self.told.send(outcome);
    }
}

/// Where a kernel's task finds what is to take its instance's place.
#[derive(Default)]
pub(super) struct Succession {
    successor: Mutex<Option<Box<Successor>>>,
    /// What the task looks at between two polls; written under the lock.
    due: AtomicU8,
}

/// When the instance is to go.
const NEVER: u8 = 0;
const WHEN_DONE: u8 = 1;
const AT_ONCE: u8 = 2;
/// The kernel has ended for good.
const OVER: u8 = 3;

impl Succession {
    /// Orders it. Whoever ordered another before learns that nothing came of it.
    fn order(&self, ordered: Successor) {
        let mut successor = self.successor.lock();
        if self.due.load(Ordering::Relaxed) != OVER {
            *successor = Some(Box::new(ordered));
            self.due.store(WHEN_DONE, Ordering::Release);
        }
    }

    /// The instance has had its time.
    fn hurry(&self) {
        let successor = self.successor.lock();
        if successor.is_some() {
            self.due.store(AT_ONCE, Ordering::Release);
        }
    }

    /// Whether the instance is to go now, which has nothing in hand, or has.
    pub(super) fn is_due(&self, has_nothing_in_hand: impl FnOnce() -> bool) -> bool {
        match self.due.load(Ordering::Acquire) {
            NEVER | OVER => false,
            WHEN_DONE => has_nothing_in_hand(),
            _ => true,
        }
    }

    pub(super) fn take(&self) -> Option<Box<Successor>> {
        self.empty(NEVER)
    }

    /// Nothing takes its place any more.
    pub(super) fn close(&self) {
        drop(self.empty(OVER));
    }

    fn empty(&self, due: u8) -> Option<Box<Successor>> {
        let mut successor = self.successor.lock();
        self.due.store(due, Ordering::Release);
        successor.take()
    }
}

impl Kernel {
    /// # Errors
    /// If nothing can take its place in its state.
    pub(crate) fn check_running(&self) -> Result<(), Error> {
        self.transition(Call::Replace, |_| ()).map(drop)
    }

    /// Has a new instance take the old one's place.
    pub(crate) async fn replace(
        &self,
        recipe: Recipe,
        source: Source,
        replacement: Replacement,
    ) -> Result<(), Error> {
        // Under the state's lock, so that it is not kept from a kernel that is paused.
        self.transition(Call::Replace, |ports| ports.input.hold())?;
        let held = Held(Some(&self.ports));
        let state = self.state_for(&recipe, replacement).await?;
        let (told, outcome) = oneshot::channel();
        self.life.succession.order(Successor {
            recipe: Arc::new(recipe),
            state,
            told,
        });
        self.ports.control.wake();
        // From here on its task sees to it, and to the hold, whatever becomes of the caller.
        held.forget();
        let seen_to = see_to(self.life.clone(), self.ports.clone(), outcome, replacement);
        match self.executor.ask(seen_to).await {
            Ok(Ok(outcome)) => outcome?,
            Ok(Err(_)) | Err(_) => return Err(self.not_replaced()),
        }
        *self.source.lock() = source;
        Ok(())
    }

    /// Why nothing came of an order.
    fn not_replaced(&self) -> Error {
        let kernel_id = self.id().clone();
        match self.ports.status.ending() {
            Some(ending) => KernelEndedError { kernel_id, ending }.into(),
            None => ReplaceError::Overtaken { kernel_id }.into(),
        }
    }

    /// The state that the new instance is to take on.
    async fn state_for(
        &self,
        recipe: &Recipe,
        replacement: Replacement,
    ) -> Result<Option<Bytes>, Error> {
        if !replacement.keeps_state || !self.life.recipe().has_state() {
            return Ok(None);
        }
        let kernel_id = || self.id().clone();
        if !recipe.has_state() {
            let kernel_id = kernel_id();
            return Err(ReplaceError::Stateless { kernel_id }.into());
        }
        match tokio::time::timeout(replacement.timeout, self.snapshot()).await {
            Ok(state) => state.map(Some),
            Err(_) => Err(ReplaceError::NoState {
                kernel_id: kernel_id(),
                waited: replacement.timeout,
            }
            .into()),
        }
    }
}

/// Waits for what comes of an order; past the deadline the instance goes wherever it is. In a task of
/// its own, so that the deadline holds even if the caller goes away.
async fn see_to(
    life: Arc<Life>,
    ports: Arc<Ports>,
    mut outcome: oneshot::Receiver<Outcome>,
    replacement: Replacement,
) -> Result<Outcome, oneshot::error::RecvError> {
    if let Ok(outcome) = tokio::time::timeout(replacement.timeout, &mut outcome).await {
        return outcome;
    }
    life.succession.hurry();
    ports.control.wake();
    outcome.await
}

/// A kernel that receives nothing while this is there.
struct Held<'ports>(Option<&'ports Ports>);

impl Held<'_> {
    /// It is let go elsewhere.
    fn forget(mut self) {
        self.0 = None;
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        if let Some(ports) = self.0 {
            ports.let_receive();
        }
    }
}
