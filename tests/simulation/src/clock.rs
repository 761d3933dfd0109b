//! Virtual time: it stands still unless it is moved.

use std::pin::pin;
use std::task::{Context, Waker};
use std::time::Duration;

/// Moves the clock on, from inside a task. Timers that are due by then ring after that task's turn.
pub fn advance(time: Duration) {
    let mut advance = pin!(tokio::time::advance(time));
    // Its first poll moves the clock; the rest would only wait for the timers.
    let _ = advance
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()));
}
