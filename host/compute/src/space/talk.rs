//! Messages and answers between a resident and the threads of its device.

use super::step::{Launch, Read};
use crate::ComputeError;
use crate::buffer::Buffer;
use crate::cuda::Loop;
use crate::event::{Event, State, Stats};
use parking_lot::Mutex;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
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
    depth: usize,
    /// What it has on a GPU.
    pub(crate) on_card: Option<Loop>,
    /// Of all that is asked for its messages: cancelled once it is stopped.
    pub(crate) state: Arc<State>,
    flow: Mutex<Flow>,
    /// Answers that can be received, to be seen without the lock.
    ready: AtomicUsize,
    changed: Notify,
    /// Who waits for messages on the device.
    attendant: Mutex<Option<Thread>>,
}

/// Messages and answers on their way.
#[derive(Default)]
struct Flow {
    /// Those that are not answered, the oldest first.
    messages: VecDeque<Arc<[u8]>>,
    /// Those that are not received, the oldest first.
    answers: VecDeque<Read>,
    /// How many messages were ever answered.
    answered: u64,
    is_paused: bool,
    is_stopped: bool,
    /// Whether there were messages when it was stopped.
    is_cut: bool,
    stats: Stats,
    /// Since when it is on the device.
    since: Option<Instant>,
}

/// Messages of a resident that are to be answered before what was asked of its space after them.
pub(crate) struct Messages {
    pub(crate) talk: Arc<Talk>,
    /// How many messages of the resident are answered then; none as long as nothing comes behind them.
    until: OnceLock<u64>,
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
            depth: usize::try_from(depth).unwrap_or(usize::MAX),
            on_card,
            state: Arc::default(),
            flow: Mutex::default(),
            ready: AtomicUsize::new(0),
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
        let mut flow = self.flow.lock();
        if flow.is_stopped {
            return Err(ComputeError::Cancelled);
        }
        if flow.messages.len().saturating_add(flow.answers.len()) >= self.depth {
            return Ok(false);
        }
        flow.messages.push_back(message.into());
        Ok(true)
    }

    /// Forgets the message that was sent last, which nobody has been told of.
    pub(super) fn take_back(&self) {
        self.flow.lock().messages.pop_back();
    }

    pub(super) fn has_messages(&self) -> bool {
        !self.flow.lock().messages.is_empty()
    }

    pub(super) fn pause(&self, is_paused: bool) {
        self.flow.lock().is_paused = is_paused;
        self.wake();
    }

    pub(super) fn stats(&self) -> Stats {
        let flow = self.flow.lock();
        let mut stats = flow.stats;
        let now = flow.since.map_or(Duration::ZERO, |since| since.elapsed());
        stats.device_time = stats.device_time.saturating_add(now);
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
        let mut flow = self.flow.lock();
        if let Some(answer) = flow.answers.pop_front() {
            self.ready.store(flow.answers.len(), Ordering::Relaxed);
            return Some(answer);
        }
        if flow.is_stopped {
            return Some(Err(ComputeError::Cancelled));
        }
        flow.messages.is_empty().then(|| {
            let reason = "no message is under way whose answer could be received: send one first";
            Err(ComputeError::InvalidArgument(reason.to_owned()))
        })
    }

    /// Whether there is an answer within a moment.
    fn is_soon(&self) -> bool {
        let began = Instant::now();
        while self.ready.load(Ordering::Relaxed) == 0 {
            if began.elapsed() > LOOK {
                return false;
            }
            std::hint::spin_loop();
        }
        true
    }

    pub(super) fn stop(&self) {
        let mut flow = self.flow.lock();
        if std::mem::replace(&mut flow.is_stopped, true) {
            return;
        }
        flow.is_cut = !flow.messages.is_empty();
        while flow.messages.pop_front().is_some() {
            flow.answers.push_back(Err(ComputeError::Cancelled));
        }
        self.told(flow.answers.len());
        drop(flow);
        Event(self.state.clone()).cancel();
        self.wake();
    }

    fn told(&self, ready: usize) {
        self.ready.store(ready, Ordering::Relaxed);
        self.changed.notify_waiters();
    }

    /// The message that many behind the first that is not answered, if it is one of these.
    pub(crate) fn message(&self, behind: usize, until: u64) -> Option<Arc<[u8]>> {
        let flow = self.flow.lock();
        let number = u64::try_from(behind).ok()?.checked_add(flow.answered)?;
        flow.messages
            .get(behind)
            .filter(|_| number < until && !flow.is_paused)
            .cloned()
    }

    /// Answers the first message.
    pub(crate) fn answer(&self, answer: Read) {
        let mut flow = self.flow.lock();
        // Where it was stopped meanwhile, it is answered already.
        if flow.messages.pop_front().is_some() {
            if answer.is_ok() {
                let items = u64::from(self.launch.items);
                flow.stats.items = flow.stats.items.saturating_add(items);
            }
            flow.answered = flow.answered.saturating_add(1);
            flow.answers.push_back(answer);
            self.told(flow.answers.len());
        }
    }

    /// What came of the first message, if anything but an answer.
    pub(crate) fn failed(&self, error: ComputeError) {
        self.launch.poison();
        self.answer(Err(error));
    }

    pub(crate) fn is_paused(&self) -> bool {
        self.flow.lock().is_paused
    }

    /// It is on the device from now on.
    pub(crate) fn begin(&self) {
        let mut flow = self.flow.lock();
        flow.since = Some(Instant::now());
        flow.stats.launches = flow.stats.launches.saturating_add(1);
    }

    /// It has been on the device, for so long.
    pub(crate) fn end(&self, took: Duration) {
        let mut flow = self.flow.lock();
        flow.since = None;
        flow.stats.device_time = flow.stats.device_time.saturating_add(took);
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
            until: OnceLock::new(),
        }
    }

    /// How many messages of the resident are answered when it has these behind it.
    pub(crate) fn until(&self) -> u64 {
        self.until.get().copied().unwrap_or(u64::MAX)
    }

    /// Whether something was asked for behind them.
    pub(crate) fn is_followed(&self) -> bool {
        self.until.get().is_some()
    }

    /// Something is asked for behind them. The queue is locked, so nothing is sent meanwhile.
    pub(super) fn follow(&self) {
        let flow = self.talk.flow.lock();
        let sent = u64::try_from(flow.messages.len()).unwrap_or(u64::MAX);
        // The first time counts.
        let _ = self.until.set(flow.answered.saturating_add(sent));
        self.talk.wake();
    }

    /// Whether what is sent to this resident now is one of these.
    pub(super) fn takes(&self, talk: &Arc<Talk>) -> bool {
        !self.is_followed() && Arc::ptr_eq(&self.talk, talk)
    }

    /// Whether there is nothing more to do for them.
    pub(super) fn is_done(&self) -> bool {
        let flow = self.talk.flow.lock();
        flow.is_paused || flow.messages.is_empty() || flow.answered >= self.until()
    }

    /// They are not answered, for this reason.
    pub(super) fn fail(&self, error: &ComputeError) {
        let mut flow = self.talk.flow.lock();
        let mut is_cut = flow.is_cut;
        while flow.answered < self.until() && flow.messages.pop_front().is_some() {
            flow.answered = flow.answered.saturating_add(1);
            flow.answers.push_back(Err(error.clone()));
            is_cut = true;
        }
        self.talk.told(flow.answers.len());
        drop(flow);
        if is_cut {
            self.talk.launch.poison();
        }
    }
}
