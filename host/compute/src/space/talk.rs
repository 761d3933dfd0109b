//! Messages and answers between a resident and the threads of its device.

use super::flow::{Bound, Flow, Received, Sent};
use super::step::{Launch, Read};
use crate::ComputeError;
use crate::buffer::Buffer;
use crate::cuda::Loop;
use crate::event::{Event, State, Stats};
use parking_lot::Mutex;
use std::sync::Arc;
use std::thread::Thread;
use std::time::{Duration, Instant};
use tokio::sync::Notify;

/// How long who waits for an answer of a GPU looks for it before it sleeps: to be woken takes longer than
/// most answers.
const LOOK: Duration = Duration::from_micros(30);

/// What a resident and the threads of its device know of each other.
pub(crate) struct Talk {
    pub(crate) launch: Launch,
    pub(crate) input: Buffer,
    pub(crate) output: Buffer,
    /// What it has on a GPU.
    pub(crate) on_card: Option<Loop>,
    /// Of all that is asked for its messages: cancelled once it is stopped.
    pub(crate) state: Arc<State>,
    flow: Flow<Vec<u8>, ComputeError>,
    taken: Mutex<Taken>,
    changed: Notify,
    /// Who waits for messages on the device.
    attendant: Mutex<Option<Thread>>,
}

/// What a resident took of its device, but for the items.
#[derive(Default)]
struct Taken {
    stats: Stats,
    /// Since when it is on the device.
    since: Option<Instant>,
}

/// Messages of a resident that are to be answered before what was asked of its space after them.
pub(crate) struct Messages {
    pub(crate) talk: Arc<Talk>,
    /// What comes behind them, if anything.
    bound: Bound,
}

impl Talk {
    pub(super) fn new(
        launch: Launch,
        (input, output): (Buffer, Buffer),
        depth: u32,
        on_card: Option<Loop>,
    ) -> Self {
        Self {
            launch,
            input,
            output,
            on_card,
            state: Arc::default(),
            flow: Flow::new(usize::try_from(depth).unwrap_or(usize::MAX)),
            taken: Mutex::default(),
            changed: Notify::new(),
            attendant: Mutex::default(),
        }
    }

    /// Takes a message; false if there is no room for it.
    pub(super) fn send(&self, message: &[u8]) -> Result<bool, ComputeError> {
        let most = usize::try_from(self.input.len()).unwrap_or(usize::MAX);
        if message.len() > most {
            return Err(ComputeError::InvalidArgument(format!(
                "the message has {} bytes, and the resident's input has {most}",
                message.len()
            )));
        }
        match self.flow.send(message) {
            Sent::Taken => Ok(true),
            Sent::Full => Ok(false),
            Sent::Stopped => Err(ComputeError::Cancelled),
        }
    }

    /// Forgets the message that was sent last, which nobody has been told of.
    pub(super) fn take_back(&self) {
        self.flow.take_back();
    }

    pub(super) fn has_messages(&self) -> bool {
        self.flow.has_messages()
    }

    pub(super) fn pause(&self, is_paused: bool) {
        self.flow.pause(is_paused);
        self.wake();
    }

    pub(super) fn stats(&self) -> Stats {
        let taken = self.taken.lock();
        let mut stats = taken.stats;
        let now = taken.since.map_or(Duration::ZERO, |since| since.elapsed());
        stats.device_time = stats.device_time.saturating_add(now);
        let items = u64::from(self.launch.items);
        stats.items = items.saturating_mul(self.flow.succeeded());
        stats
    }

    pub(super) async fn receive(&self) -> Read {
        loop {
            let mut changed = std::pin::pin!(self.changed.notified());
            // From here on a notification is not missed.
            changed.as_mut().enable();
            if let Some(answer) = self.take() {
                return answer;
            }
            if self.on_card.is_some() && self.is_soon() {
                continue;
            }
            changed.await;
        }
    }

    /// The answer that is next, or why there will be none.
    fn take(&self) -> Option<Read> {
        match self.flow.receive() {
            Received::Answer(answer) => Some(answer),
            Received::NotYet => None,
            Received::Nothing => {
                let reason =
                    "no message is under way whose answer could be received: send one first";
                Some(Err(ComputeError::InvalidArgument(reason.to_owned())))
            }
            Received::Stopped => Some(Err(ComputeError::Cancelled)),
        }
    }

    /// Whether there is an answer within a moment.
    fn is_soon(&self) -> bool {
        let began = Instant::now();
        while !self.flow.is_ready() {
            if began.elapsed() > LOOK {
                return false;
            }
            std::hint::spin_loop();
        }
        true
    }

    pub(super) fn stop(&self) {
        if self.flow.stop(&ComputeError::Cancelled) {
            self.changed.notify_waiters();
            Event(self.state.clone()).cancel();
            self.wake();
        }
    }

    /// Answers the first message.
    pub(crate) fn answer(&self, answer: Read) {
        if self.flow.answer(answer) {
            self.changed.notify_waiters();
        }
    }

    /// What came of the first message, if anything but an answer.
    pub(crate) fn failed(&self, error: ComputeError) {
        self.launch.poison();
        self.answer(Err(error));
    }

    pub(crate) fn is_paused(&self) -> bool {
        self.flow.is_paused()
    }

    /// It is on the device from now on.
    pub(crate) fn begin(&self) {
        let mut taken = self.taken.lock();
        taken.since = Some(Instant::now());
        taken.stats.launches = taken.stats.launches.saturating_add(1);
    }

    /// It has been on the device, for so long.
    pub(crate) fn end(&self, took: Duration) {
        let mut taken = self.taken.lock();
        taken.since = None;
        taken.stats.device_time = taken.stats.device_time.saturating_add(took);
    }

    /// This thread is woken by what changes here, or no longer.
    pub(crate) fn attended(&self, by: Option<Thread>) {
        *self.attendant.lock() = by;
    }

    pub(super) fn wake(&self) {
        if let Some(thread) = &*self.attendant.lock() {
            thread.unpark();
        }
    }
}

impl Messages {
    pub(super) fn new(talk: &Arc<Talk>) -> Self {
        Self {
            talk: talk.clone(),
            bound: Bound::default(),
        }
    }

    /// The message that many behind the first that is not answered, if it is one of these.
    pub(crate) fn message(&self, behind: usize) -> Option<Arc<[u8]>> {
        self.talk.flow.message(behind, &self.bound)
    }

    /// Whether something was asked for behind them.
    pub(crate) fn is_followed(&self) -> bool {
        self.bound.is_set()
    }

    /// Something is asked for behind them. The queue is locked, so nothing is sent meanwhile.
    pub(super) fn follow(&self) {
        self.talk.flow.bind(&self.bound);
        self.talk.wake();
    }

    /// Whether what is sent to this resident now is one of these.
    pub(super) fn takes(&self, talk: &Arc<Talk>) -> bool {
        !self.is_followed() && Arc::ptr_eq(&self.talk, talk)
    }

    /// Whether there is nothing more to do for them.
    pub(super) fn is_done(&self) -> bool {
        self.talk.flow.is_done(&self.bound)
    }

    /// They are not answered, for this reason.
    pub(super) fn fail(&self, error: &ComputeError) {
        let is_cut = self.talk.flow.fail(&self.bound, error);
        self.talk.changed.notify_waiters();
        if is_cut {
            self.talk.launch.poison();
        }
    }
}
