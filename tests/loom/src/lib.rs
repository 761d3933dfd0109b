//! The queue, the claim to a task, and the order of a resident's messages, checked in every interleaving.
//!
//! This crate compiles the very source of them, with [loom]'s mutex in the place of the real one:
//! `crate::sync` and `crate::message` are what that source names, and here they are loom's and the
//! least that a message needs. So no flag has to be set for the whole build, and nothing is checked
//! that is not shipped.
//!
//! Under Miri, which cannot run loom, the same tests run on real threads: `cargo xtask miri`.

#![cfg(test)]

#[path = "../../../host/runtime/src/queue/mod.rs"]
#[allow(
    dead_code,
    unused_imports,
    reason = "the tests need not call everything"
)]
mod queue;

#[path = "../../../host/runtime/src/executor/claim.rs"]
mod claim;

#[path = "../../../host/compute/src/space/flow.rs"]
#[allow(dead_code, reason = "the tests need not call everything")]
mod flow;

mod message {
    //! What the queue's source knows of messages.

    use serde::{Deserialize, Serialize};

    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
    pub enum Priority {
        Low,
        Normal,
        High,
        Urgent,
    }

    impl Priority {
        pub const ALL: [Self; 4] = [Self::Low, Self::Normal, Self::High, Self::Urgent];
    }
}

mod sync {
    //! A mutex with the interface of the one that ringhost uses, and atomics.

    use crate::threads;
    pub use std::sync::atomic::Ordering;
    pub use threads::{AtomicU8, AtomicU64, MutexGuard};

    pub struct Mutex<T>(threads::Mutex<T>);

    impl<T> Mutex<T> {
        pub fn new(value: T) -> Self {
            Self(threads::Mutex::new(value))
        }

        pub fn lock(&self) -> MutexGuard<'_, T> {
            self.0
                .lock()
                .expect("no test panics while it holds the lock")
        }
    }
}

#[cfg_attr(not(miri), path = "loom.rs")]
#[cfg_attr(miri, path = "miri.rs")]
mod threads;

mod claims;
mod interleavings;
mod messages;
mod outlets;
