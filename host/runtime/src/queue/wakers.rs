//! Those who are to be woken.

use smallvec::SmallVec;
use std::task::Waker;

/// Tasks that a change concerns. They are woken after the locks are released, so that none runs
/// into them.
#[derive(Debug, Default)]
#[must_use = "whoever is not woken waits for ever"]
pub struct Wakers(SmallVec<[Waker; 2]>);

impl Wakers {
    pub(super) fn new() -> Self {
        Self::default()
    }

    pub(super) fn push(&mut self, waker: Waker) {
        self.0.push(waker);
    }

    pub(super) fn extend(&mut self, wakers: impl Iterator<Item = Waker>) {
        self.0.extend(wakers);
    }

    /// Wakes them.
    pub fn wake(self) {
        self.0.into_iter().for_each(Waker::wake);
    }
}
