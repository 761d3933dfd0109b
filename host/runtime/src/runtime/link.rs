//! One kernel's output as another's input.

use super::RingKernelRuntime;
use crate::error::Error;
use crate::executor::poll_again;
use crate::kernel::{Feed, Kernel};
use crate::lifecycle::Call;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use tokio::sync::oneshot;

/// So many messages are passed on in one poll.
const PASSED_AT_ONCE: u64 = 64;

/// A link between two kernels; see [`RingKernelRuntime::connect`]. Dropping it leaves the link in
/// place.
#[derive(Debug)]
pub struct Link {
    report: oneshot::Receiver<LinkReport>,
}

/// What a link did until it ended.
#[derive(Debug)]
pub struct LinkReport {
    /// Messages passed on.
    pub forwarded: u64,
    /// Messages taken from the first kernel that the second did not take any more: one at most.
    pub undelivered: u64,
    /// Why the link ended early; `None` if the first kernel ended and all it sent was passed on.
    pub error: Option<Error>,
}

impl RingKernelRuntime {
    /// Passes on what one kernel sends to another's input, with its correlation and priority, and
    /// with backpressure: while the second's queue is full, the first one's fills. When all
    /// kernels that are linked to the second have ended and what they sent is passed on, its input
    /// is closed. Nobody else should receive from the first.
    ///
    /// # Errors
    /// If one of the kernels does not exist or was never launched.
    pub fn connect(&self, from: &str, to: &str) -> Result<Link, Error> {
        let from = self.shared.registry.kernel(from, Call::Receive)?;
        let to = self.shared.registry.kernel(to, Call::Send)?;
        to.feeders.fetch_add(1, Ordering::AcqRel);
        Ok(Link {
            report: self
                .shared
                .launcher
                .executor()
                .ask_inline(forward(from, to)),
        })
    }
}

impl Link {
    /// Waits until the link has ended: with the first kernel, or because the second takes no more.
    pub async fn wait(self) -> LinkReport {
        self.report.await.unwrap_or(LinkReport {
            forwarded: 0,
            undelivered: 0,
            error: None,
        })
    }
}

async fn forward(from: Arc<Kernel>, to: Arc<Kernel>) -> LinkReport {
    let feed = Feed::new(to.clone());
    let mut polled_for: u64 = 0;
    while let Some(message) = from.next_for(feed.clone()).await {
        if let Err(error) = feed.send(message).await {
            return LinkReport {
                forwarded: feed.passed(),
                undelivered: 1,
                error: Some(error),
            };
        }
        polled_for += 1;
        if polled_for.is_multiple_of(PASSED_AT_ONCE) {
            poll_again().await;
        }
    }
    if to.feeders.fetch_sub(1, Ordering::AcqRel) == 1 {
        // An error says that the second kernel has ended, which is no less closed.
        let _ = to.close_input();
    }
    LinkReport {
        forwarded: feed.passed(),
        undelivered: 0,
        error: None,
    }
}
