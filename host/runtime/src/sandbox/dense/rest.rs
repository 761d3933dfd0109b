//! Kernels that have not run for a while: what they hold is made small.
//!
//! A kernel that is suspended is listed. Once in a while those on the list are looked at: one that has
//! run since the last look stays on it, another is put to rest and goes from it. So a kernel that is
//! busy costs a look each time and one at rest nothing at all, nor is there a timer once all rest.

use super::pagemap::Pagemap;
use super::place::Place;
use parking_lot::Mutex;
use std::sync::{Arc, Weak};
use std::time::Duration;
use tokio::sync::Notify;

/// How long it takes from one look to the next. A kernel is at rest after one to two of these.
const LOOK: Duration = Duration::from_secs(1);

/// After so many kernels others have their turn.
const TURN: usize = 32;

/// What is kept for a kernel and can be made smaller while it rests.
pub(crate) trait Shrink: Send + Sync {
    /// Gives back what is not needed until the kernel's next message.
    fn shrink(&self);
}

/// The kernels of an engine that may be about to rest.
pub(super) struct Resting {
    /// `None` when there will be no more.
    listed: Mutex<Option<Vec<Weak<Place>>>>,
    changed: Notify,
    /// `None` where the system does not tell which pages were written; then nothing is folded.
    pagemap: Option<Pagemap>,
}

impl Resting {
    pub(super) fn new() -> Self {
        Self {
            listed: Mutex::new(Some(Vec::new())),
            changed: Notify::new(),
            pagemap: Pagemap::open(),
        }
    }

    /// Lists a kernel.
    pub(super) fn list(&self, place: &Arc<Place>) {
        let mut listed = self.listed.lock();
        if let Some(listed) = &mut *listed {
            listed.push(Arc::downgrade(place));
            if listed.len() == 1 {
                self.changed.notify_one();
            }
        }
    }

    /// There will be no more.
    pub(super) fn close(&self) {
        self.listed.lock().take();
        self.changed.notify_one();
    }

    /// Puts kernels to rest until there will be no more.
    pub(super) async fn watch(self: Arc<Self>) {
        loop {
            match self.lists_any() {
                None => return,
                Some(false) => self.changed.notified().await,
                Some(true) => {
                    tokio::time::sleep(LOOK).await;
                    self.look().await;
                }
            }
        }
    }

    /// `None` when there will be no more.
    fn lists_any(&self) -> Option<bool> {
        let listed = self.listed.lock();
        Some(!listed.as_ref()?.is_empty())
    }

    #[cfg(test)]
    pub(super) fn listed(&self) -> Vec<Weak<Place>> {
        self.listed.lock().iter().flatten().cloned().collect()
    }

    /// Looks at all that are listed.
    pub(super) async fn look(&self) {
        let listed = self.listed.lock().as_mut().map(std::mem::take);
        let mut ran = Vec::new();
        for (number, place) in listed.into_iter().flatten().enumerate() {
            if number % TURN == TURN - 1 {
                tokio::task::yield_now().await;
            }
            if place
                .upgrade()
                .is_some_and(|place| place.look(self.pagemap.as_ref()))
            {
                ran.push(place);
            }
        }
        if let Some(listed) = &mut *self.listed.lock() {
            listed.append(&mut ran);
        }
    }
}
