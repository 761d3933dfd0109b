//! Where a kernel meets its runtime: the queues, the state, and what both sides keep account in.

use super::calls::Calls;
use super::control::{Control, Order};
use super::dead_letters::DeadLetters;
use super::hand::Hand;
use super::journal::{Journal, Level};
use crate::lifecycle::{Call, Ending, KernelId, KernelState, StatusCell};
use crate::message::{Envelope, Message, MessageId, Outgoing, Priority};
use crate::queue::{Item, Overflow, Pushed, Queue, Refused, waking_at_the_end};
use crate::sandbox::{Limits, Shrink};
use crate::telemetry::Meter;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use tokio::time::Instant;

impl Item for Message {
    fn priority(&self) -> Priority {
        self.envelope.priority
    }

    fn bytes(&self) -> usize {
        self.payload.len()
    }

    fn alone(&self) -> bool {
        self.deaths > 0
    }
}

/// What the ports are made to.
pub(crate) struct LaunchSettings {
    pub(crate) capacity: NonZeroUsize,
    pub(crate) overflow: Overflow,
    pub(crate) output_overflow: Overflow,
    pub(crate) limits: Arc<Limits>,
}

/// Shared by a kernel's store and its runtime.
pub(crate) struct Ports {
    pub(crate) id: KernelId,
    pub(crate) limits: Arc<Limits>,
    pub(crate) status: StatusCell,
    pub(crate) control: Control,
    pub(crate) input: Queue<Message>,
    pub(crate) input_capacity: NonZeroUsize,
    pub(crate) input_overflow: Overflow,
    pub(crate) output: Queue<Message>,
    pub(crate) output_overflow: Overflow,
    pub(crate) calls: Calls,
    pub(crate) hand: Hand,
    pub(crate) dead_letters: DeadLetters,
    /// Whether the messages that the kernel has in hand are held.
    pub(crate) holds_messages: AtomicBool,
    pub(crate) journal: Journal,
    pub(crate) meter: Option<Box<Meter>>,
    pub(crate) memory_bytes: Arc<AtomicU64>,
    /// The id of the message that the kernel received last; 0 for none.
    pub(crate) last_message: AtomicU64,
    /// All the fuel that the kernel burnt; known at its end.
    pub(crate) fuel_at_end: AtomicU64,
    /// Names messages; one counter for the whole runtime.
    pub(crate) message_ids: Arc<AtomicU64>,
}

impl Ports {
    pub(crate) fn new(
        id: KernelId,
        options: LaunchSettings,
        telemetry: bool,
        message_ids: Arc<AtomicU64>,
    ) -> Self {
        let LaunchSettings {
            capacity,
            overflow,
            output_overflow,
            limits,
        } = options;
        let journal = Journal::new(&id, limits.log_line_bytes, limits.log_bytes_per_second);
        Self {
            id,
            status: StatusCell::launched(),
            control: Control::default(),
            input: Queue::new(capacity, limits.queue_bytes, overflow),
            input_capacity: capacity,
            input_overflow: overflow,
            output: Queue::new(capacity, limits.queue_bytes, output_overflow),
            output_overflow,
            calls: Calls::new(),
            hand: Hand::default(),
            dead_letters: DeadLetters::new(capacity, limits.queue_bytes),
            holds_messages: AtomicBool::new(false),
            journal,
            limits,
            meter: telemetry.then(|| Box::new(Meter::new())),
            memory_bytes: Arc::default(),
            last_message: AtomicU64::new(0),
            fuel_at_end: AtomicU64::new(0),
            message_ids,
        }
    }

    /// Whether it matters which messages the kernel has received.
    #[inline]
    pub(crate) fn keeps_received(&self) -> bool {
        self.meter.is_some() || self.holds_messages.load(Ordering::Relaxed)
    }

    fn next_id(&self) -> MessageId {
        MessageId(self.message_ids.fetch_add(1, Ordering::Relaxed) + 1)
    }

    /// Puts an envelope on a message. Without a correlation it begins an exchange.
    pub(crate) fn seal(&self, outgoing: Outgoing) -> Message {
        let id = self.next_id();
        let correlation = outgoing.correlation.unwrap_or(id);
        Message {
            envelope: Envelope {
                id,
                correlation,
                priority: outgoing.priority,
            },
            payload: outgoing.payload,
            sent: self.meter.as_ref().map(|_| Instant::now()),
            deaths: 0,
        }
    }

    /// Leaves so many bytes to what the kernel has sent and nobody has received.
    ///
    /// # Errors
    /// If that is more: how much.
    pub(crate) fn leave_to_output(&self, bytes: u64) -> Result<(), u64> {
        let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
        self.output.bound_bytes(bytes).map_err(|held| held as u64)
    }

    /// Pauses the kernel: it receives nothing more, and stands still at its next yield.
    pub(crate) fn pause(&self) {
        self.input.hold();
        self.control.give(Order::Pause);
    }

    /// Ends a pause.
    pub(crate) fn resume(&self) {
        self.control.give(Order::Run);
        self.input.release();
    }

    /// Lets the kernel receive again that was kept from it, unless it is paused.
    pub(crate) fn let_receive(&self) {
        let release = || self.input.release();
        // As below.
        waking_at_the_end(|| self.status.while_in(KernelState::Active, release));
    }

    /// Asks the kernel to end: nothing reaches it any more, and no call of its waits.
    pub(crate) fn ask_to_end(&self) {
        self.input.close();
        self.input.stop_receivers();
        self.output.refuse_waiting();
        self.control.give(Order::Run);
    }

    /// Makes the kernel TERMINATED, with this ending, unless it is already. What waited for it is
    /// dropped and counted. What it sent stays to be received if it ended by itself; if it was
    /// asked to end, that is dropped and counted, too.
    pub(crate) fn end(&self, ending: Ending) {
        let effect = |before| {
            self.input.close();
            self.input.stop_receivers();
            self.input.clear();
            self.output.close();
            if matches!(before, KernelState::Terminating | KernelState::Launched) {
                self.output.clear();
            }
            self.calls.end();
        };
        // Who is woken may be polled there and then, and is not to meet the state's lock.
        waking_at_the_end(|| self.status.end(ending, effect));
    }

    /// Waits until the kernel is TERMINATED; false if it is not by then.
    pub(crate) async fn ends_within(&self, timeout: Duration) -> bool {
        let ended = self
            .status
            .wait_until(|state| state == KernelState::Terminated);
        tokio::time::timeout(timeout, ended).await.is_ok()
    }

    /// Messages that were in the queues when the kernel ended: input, output.
    pub(crate) fn dropped_at_end(&self) -> (u64, u64) {
        (
            self.input.counts().dropped_at_end,
            self.output.counts().dropped_at_end,
        )
    }

    /// The same for a kernel that ran, with its error counted.
    pub(crate) fn finish(&self, ending: Ending) {
        self.failed(&ending);
        self.end(ending);
    }

    /// An instance failed.
    pub(crate) fn failed(&self, ending: &Ending) {
        if let Some(meter) = self.meter.as_ref().filter(|_| ending.is_failure()) {
            meter.error(ending.to_string());
        }
    }

    /// Another instance is to follow the last one, for this reason.
    pub(crate) fn begin_again(&self, level: Level, reason: &str) {
        self.journal.begin_again(level, reason);
        if let Some(meter) = &self.meter {
            meter.lose_hand();
        }
    }

    /// The kernel used up a fuel slice.
    pub(crate) fn burnt_a_slice(&self) {
        if let Some(meter) = &self.meter {
            meter.fuel.fetch_add(self.limits.slice(), Ordering::Relaxed);
            meter.fuel_slices.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// The kernel has begun to wait for credit.
    pub(crate) fn waits_for_credit(&self) {
        if let Some(meter) = &self.meter {
            meter.credit_waits.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(crate) fn transition(
        &self,
        call: Call,
        effect: impl FnOnce(&Self),
    ) -> Result<KernelState, KernelState> {
        // As above.
        waking_at_the_end(|| self.status.transition(call, |_| effect(self)))
    }
}

impl Shrink for Ports {
    fn shrink(&self) {
        self.input.shrink();
        self.output.shrink();
    }
}

/// Puts a message on a queue that has no room for it, waiting at most `timeout` for room. When time
/// is up the message was either taken or it is given back; it cannot be taken after that.
pub(crate) async fn wait_for_room(
    queue: &Queue<Message>,
    message: Message,
    timeout: Option<Duration>,
) -> Result<Pushed<Message>, Refused<Message>> {
    let mut push = queue.push(message);
    match timeout {
        None => push.await,
        Some(timeout) => match tokio::time::timeout(timeout, &mut push).await {
            Ok(result) => result,
            Err(_) => push.give_up(),
        },
    }
}
