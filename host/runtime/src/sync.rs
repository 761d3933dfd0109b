//! The locks and atomics that the queue is built on, in one place, so that the model checker can
//! put its own in their stead: `tests/loom` compiles the queue's source over loom's.

pub(crate) use parking_lot::{Mutex, MutexGuard};
pub(crate) use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
