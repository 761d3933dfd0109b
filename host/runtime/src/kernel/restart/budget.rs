//! How many restarts there may be, and how soon.

use super::Restart;
use std::collections::VecDeque;
use std::time::Duration;
use tokio::time::Instant;

/// The restarts of the last window.
#[derive(Debug, Default)]
pub(super) struct Budget {
    spent: VecDeque<Instant>,
}

impl Budget {
    /// Spends one restart, and tells how long to wait before it; `None` if none is left.
    pub(super) fn spend(&mut self, restart: &Restart) -> Option<Duration> {
        let now = Instant::now();
        while self
            .spent
            .front()
            .is_some_and(|spent| now.duration_since(*spent) >= restart.window)
        {
            self.spent.pop_front();
        }
        let before = u32::try_from(self.spent.len()).unwrap_or(u32::MAX);
        if before >= restart.budget {
            return None;
        }
        self.spent.push_back(now);
        let factor = 2_u32.saturating_pow(before);
        Some(
            restart
                .backoff
                .saturating_mul(factor)
                .min(restart.longest_backoff),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_wait_doubles_up_to_its_bound_and_the_budget_comes_back_with_time() {
        let restart = Restart {
            backoff: Duration::from_millis(10),
            longest_backoff: Duration::from_millis(35),
            budget: 4,
            window: Duration::from_secs(1),
            ..Restart::on_failure()
        };
        let mut budget = Budget::default();
        let mut spend = || budget.spend(&restart).map(|wait| wait.as_millis());
        assert_eq!(
            [spend(), spend(), spend(), spend(), spend()],
            [Some(10), Some(20), Some(35), Some(35), None]
        );
        tokio::time::advance(Duration::from_millis(999)).await;
        assert_eq!(spend(), None);
        tokio::time::advance(Duration::from_millis(1)).await;
        assert_eq!(spend(), Some(10));
    }
}
