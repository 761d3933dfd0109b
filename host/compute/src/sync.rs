//! The lock that the order of a resident's messages is built on, in a place of its own, so that the model
//! checker can put its own in its stead: `tests/loom` compiles that source over loom's.

pub(crate) use parking_lot::Mutex;
