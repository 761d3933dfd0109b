//! The locks that the queue is built on, in one place, so that the model checker can put its own
//! in their stead: `tests/loom` compiles the queue's source over loom's.

pub(crate) use parking_lot::{Mutex, MutexGuard};
