//! What happened, in the order in which it happened.

use parking_lot::Mutex;
use ringhost::{Call, Ending, KernelState, KernelTelemetry, Priority, QueueCounts};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// One of the scenario's kernels, by its place.
pub type Kernel = usize;

/// A message: what began its exchange, and what tells it from others that its kernel sent (0 for
/// what began an exchange).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mark {
    /// Given by whoever began the exchange.
    pub label: u32,
    /// Given by the kernel.
    pub serial: u32,
}

/// A message as it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrival {
    /// Which.
    pub mark: Mark,
    /// Its id.
    pub id: u64,
    /// The id of what began its exchange.
    pub correlation: u64,
    /// Its band.
    pub band: Priority,
}

/// What came of a message that somebody offered. If nothing is told, its future was dropped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sending {
    /// Taken, under this id where one is told.
    Accepted(Option<u64>),
    /// The queue, which held so many, was full.
    Full {
        /// Messages in the queue at that moment.
        depth: usize,
    },
    /// The input was closed.
    Closed,
    /// Not taken, for another reason.
    Refused,
}

/// What came of a call whose message was taken. If nothing is told, its future was dropped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Calling {
    /// The answer.
    Answered(Arrival),
    /// The queue dropped the message.
    Dropped,
    /// The kernel died with the message in hand.
    Died,
    /// No answer in time.
    TimedOut,
    /// The kernel ended.
    Ended,
}

/// What came of a receive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Receiving {
    /// A message.
    Message(Arrival),
    /// None in time.
    Nothing,
    /// The kernel has ended.
    Ended,
    /// Its future was dropped.
    GaveUp,
}

/// What a kernel logs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Word {
    /// It is about to receive.
    Asks,
    /// It received a message.
    Got(Arrival),
    /// It received none.
    Nothing,
    /// It is about to send this.
    Puts(Mark),
    /// So many of those it was about to send were taken.
    Sent(usize),
    /// None was taken.
    Unsent,
    /// It noticed that it is paused.
    Rests,
    /// It is about to return.
    Returns,
    /// It is about to return an error.
    Fails,
    /// It is about to trap.
    Traps,
    /// Its instance has died, and another is to follow. The host says this of it.
    Dies,
}

/// A kernel's figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Figures {
    /// Its state.
    pub state: KernelState,
    /// Its input queue.
    pub input: QueueCounts,
    /// Its output queue.
    pub output: QueueCounts,
    /// Replies that reached a caller.
    pub delivered: u64,
    /// Replies whose caller had gone.
    pub unclaimed: u64,
}

impl From<KernelTelemetry> for Figures {
    fn from(telemetry: KernelTelemetry) -> Self {
        Self {
            state: telemetry.status.state,
            input: telemetry.input,
            output: telemetry.output,
            delivered: telemetry.replies_delivered,
            unclaimed: telemetry.replies_unclaimed,
        }
    }
}

/// The messages that a kernel died with, as far as they were kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetters {
    /// Those that were kept.
    pub kept: Vec<Mark>,
    /// How many there were.
    pub count: u64,
}

/// What happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// Somebody offers a kernel a message.
    Offers {
        kernel: Kernel,
        label: u32,
        band: Priority,
        call: bool,
    },
    /// What came of it.
    Offered {
        kernel: Kernel,
        label: u32,
        sending: Sending,
    },
    /// What came of a call.
    Called { label: u32, calling: Calling },
    /// Somebody wants a message of a kernel.
    Receives { kernel: Kernel, receiver: u32 },
    /// What came of it.
    Received {
        kernel: Kernel,
        receiver: u32,
        receiving: Receiving,
    },
    /// Somebody dropped what they were waiting for: these messages' sends or calls, or a
    /// termination; and the figures after that.
    GaveUp {
        kernel: Kernel,
        labels: Vec<u32>,
        after: Figures,
    },
    /// A kernel logged this.
    Says { kernel: Kernel, word: Word },
    /// An operator made a call, in this state; whether it succeeded; and the figures after it.
    Operates {
        kernel: Kernel,
        call: Call,
        before: KernelState,
        done: bool,
        after: Figures,
    },
    /// An operator asked a kernel to end within this time, and the figures after that.
    AsksToEnd {
        kernel: Kernel,
        deadline: Duration,
        after: Figures,
    },
    /// It has ended; false if it had before it was asked to.
    Ended {
        kernel: Kernel,
        done: bool,
        after: Figures,
    },
    /// A kernel's task was dropped.
    TaskDropped { kernel: Kernel },
    /// The link ended.
    LinkEnded { forwarded: u64, undelivered: u64 },
    /// Everybody but the kernels drops what they are doing.
    AllGoHome,
    /// All kernels are ordered to stop.
    StopsAll,
    /// Nobody can run until a timer rings, and a kernel looks like this.
    Stands {
        kernel: Kernel,
        state: KernelState,
        input: usize,
        output: usize,
    },
    /// All is over, and a kernel's last figures, its ending and its dead letters are these.
    Over {
        kernel: Kernel,
        figures: Figures,
        ending: Option<Ending>,
        dead_letters: DeadLetters,
    },
}

/// An event, and when it happened.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Since the beginning, in virtual time.
    pub time: Duration,
    /// What happened.
    pub event: Event,
}

impl fmt::Display for Record {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let milliseconds = self.time.as_secs_f64() * 1000.0;
        write!(formatter, "{milliseconds:>9.3} ms  {:?}", self.event)
    }
}

/// Takes events down. Cheap to clone, and its clones are one.
#[derive(Clone)]
pub struct History {
    begun: Instant,
    records: Arc<Mutex<Vec<Record>>>,
}

impl History {
    /// An empty history that begins now.
    pub fn begin() -> Self {
        let (begun, records) = (Instant::now(), Arc::default());
        Self { begun, records }
    }

    /// Something happened.
    pub fn tell(&self, event: Event) {
        let time = self.begun.elapsed();
        self.records.lock().push(Record { time, event });
    }

    /// Everything so far. The history is empty after that.
    pub fn take(&self) -> Vec<Record> {
        std::mem::take(&mut *self.records.lock())
    }
}
