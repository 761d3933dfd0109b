//! Keeps a kernel that calls the host again and again from keeping the thread.
//!
//! Fuel counts what a kernel's own code does, not what the host does for it. So the host's work is
//! counted here, and a kernel that has had its turn yields, as it does when its fuel slice is used
//! up.

use super::control::Control;
use std::task::Poll;

/// Work for one kernel between two yields; about 100 µs of message handling.
const TURN: usize = 128;

/// So many bytes moved are as much work as one call.
const BYTES_PER_UNIT: usize = 4096;

#[derive(Debug, Default)]
pub(super) struct Turn {
    spent: usize,
}

impl Turn {
    /// Counts a call that moved so many bytes, and yields if that ends the turn.
    pub(super) async fn spend(&mut self, control: &Control, bytes: usize) {
        self.spent += 1 + bytes / BYTES_PER_UNIT;
        if self.spent < TURN {
            return;
        }
        self.spent = 0;
        // Not a fuel yield: the kernel is in the host.
        let _waiting = control.wait_mark();
        let mut yielded = false;
        std::future::poll_fn(|context| {
            if yielded {
                return Poll::Ready(());
            }
            yielded = true;
            context.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
    }
}
