//! How long somebody waits for something before they drop it.

use fastrand::Rng;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

/// How long somebody waits for something before they drop it.
#[derive(Debug, Clone, Copy)]
pub enum Patience {
    /// As long as it takes.
    Endless,
    /// So many turns of their task.
    Turns(u32),
    /// So long.
    Time(Duration),
}

impl Patience {
    /// Mostly endless.
    pub fn of(chance: &mut Rng) -> Self {
        match chance.u32(..8) {
            0 => Self::Turns(chance.u32(..20)),
            1 => Self::Time(a_while(chance)),
            _ => Self::Endless,
        }
    }

    /// Waits for it; `None` if patience ended first, and the future was dropped.
    pub async fn wait<T>(self, future: impl Future<Output = T>) -> Option<T> {
        match self {
            Self::Endless => Some(future.await),
            Self::Time(time) => tokio::time::timeout(time, future).await.ok(),
            Self::Turns(mut turns) => {
                let mut future = pin!(future);
                std::future::poll_fn(|context| {
                    if let Poll::Ready(result) = future.as_mut().poll(context) {
                        return Poll::Ready(Some(result));
                    }
                    if turns == 0 {
                        return Poll::Ready(None);
                    }
                    turns -= 1;
                    context.waker().wake_by_ref();
                    Poll::Pending
                })
                .await
            }
        }
    }
}

/// A short time, sometimes none.
pub fn a_while(chance: &mut Rng) -> Duration {
    Duration::from_micros(chance.u64(..10) * chance.u64(..1000))
}
