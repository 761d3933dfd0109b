//! Wall time for messages: a kernel that has received some must receive again, or return, in time.

use crate::imports::Hand;
use std::future::Future;
use std::pin::Pin;
use std::task::Context;
use std::time::Duration;
use tokio::time::{Instant, Sleep, sleep_until};

/// Watches what a kernel has in hand. A kernel that is done with its messages within the poll in
/// which it received them costs no look at the clock; time is counted from the end of that poll.
pub(super) struct Patience {
    each: Duration,
    timed: Option<Timed>,
    /// Set for a time at which the hand may be overdue, or for an earlier one: it is not set anew
    /// for each message.
    alarm: Option<Pin<Box<Sleep>>>,
}

/// A hand, and how long it may take.
struct Timed {
    hand: u64,
    allowed: Duration,
    /// `None` if the clock does not go so far.
    deadline: Option<Instant>,
    /// Since when the kernel has been standing still for others.
    resting: Option<Instant>,
}

impl Patience {
    /// Patience of so much time for each message.
    pub(super) fn new(each: Duration) -> Self {
        Self {
            each,
            timed: None,
            alarm: None,
        }
    }

    /// To be asked before and after each poll. The time that the hand was allowed, if that is over.
    pub(super) fn is_over(&mut self, hand: &Hand) -> Option<Duration> {
        let Some((hand, messages)) = hand.holds() else {
            self.timed = None;
            return None;
        };
        let now = Instant::now();
        match &mut self.timed {
            Some(timed) if timed.hand == hand => timed.look(now),
            timed => {
                let allowed = self.each.saturating_mul(messages);
                *timed = Some(Timed {
                    hand,
                    allowed,
                    deadline: now.checked_add(allowed),
                    resting: None,
                });
                None
            }
        }
    }

    /// From here until the next look the kernel stands still for others, which does not count.
    pub(super) fn rest(&mut self) {
        if let Some(timed) = &mut self.timed {
            timed.resting.get_or_insert_with(Instant::now);
        }
    }

    /// Has the task woken when the time may be over. For a kernel that wakes itself all the time
    /// that is not needed.
    pub(super) fn set_alarm(&mut self, context: &mut Context<'_>) {
        let Some(deadline) = self.timed.as_ref().and_then(|timed| timed.deadline) else {
            return;
        };
        let is_early =
            |alarm: &Pin<Box<Sleep>>| !alarm.is_elapsed() && alarm.deadline() <= deadline;
        let alarm = match self.alarm.take_if(|alarm| is_early(alarm)) {
            Some(alarm) => self.alarm.insert(alarm),
            None => self.alarm.insert(Box::pin(sleep_until(deadline))),
        };
        if alarm.as_mut().poll(context).is_ready() {
            context.waker().wake_by_ref();
        }
    }
}

impl Timed {
    fn look(&mut self, now: Instant) -> Option<Duration> {
        let deadline = self.deadline?;
        let rested = self
            .resting
            .take()
            .map_or(Duration::ZERO, |since| now - since);
        self.deadline = deadline.checked_add(rested);
        (now >= self.deadline?).then_some(self.allowed)
    }
}
