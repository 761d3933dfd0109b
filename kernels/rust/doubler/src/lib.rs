//! Doubler.
