//! The order of a resident's messages, of their answers, and of what else is asked of its space.

use crate::sync::Mutex;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

/// Messages on their way to a resident, and answers on their way back.
pub(crate) struct Flow<Answer, Error> {
    /// The most messages that are sent and whose answers are not received.
    depth: usize,
    under_way: Mutex<UnderWay<Answer, Error>>,
    /// Answers that can be received, to be seen without the lock.
    ready: AtomicUsize,
}

struct UnderWay<Answer, Error> {
    /// Those that are not answered, the oldest first.
    messages: VecDeque<Arc<[u8]>>,
    /// Those that are not received, the oldest first.
    answers: VecDeque<Result<Answer, Error>>,
    /// How many messages were ever answered.
    answered: u64,
    /// How many of them without an error.
    succeeded: u64,
    is_paused: bool,
    is_stopped: bool,
    /// Whether there were messages when it was stopped.
    is_cut: bool,
}

/// Where among the messages something else was asked for, if it was: those before it are answered first.
#[derive(Default)]
pub(crate) struct Bound(OnceLock<u64>);

/// What came of sending a message.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Sent {
    Taken,
    /// There is no room for it.
    Full,
    Stopped,
}

/// What there is to receive.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Received<Answer, Error> {
    Answer(Result<Answer, Error>),
    /// An answer is still to come.
    NotYet,
    /// No message is under way.
    Nothing,
    Stopped,
}

impl Bound {
    pub(crate) fn is_set(&self) -> bool {
        self.0.get().is_some()
    }

    /// How many messages are before it, of all that were ever sent. It is compared with what is under way,
    /// and both have to be of one moment: hence what is locked.
    fn of<Answer, Error>(&self, _: &UnderWay<Answer, Error>) -> u64 {
        self.0.get().copied().unwrap_or(u64::MAX)
    }
}

impl<Answer, Error: Clone> Flow<Answer, Error> {
    pub(crate) fn new(depth: usize) -> Self {
        Self {
            depth,
            under_way: Mutex::new(UnderWay {
                messages: VecDeque::new(),
                answers: VecDeque::new(),
                answered: 0,
                succeeded: 0,
                is_paused: false,
                is_stopped: false,
                is_cut: false,
            }),
            ready: AtomicUsize::new(0),
        }
    }

    pub(crate) fn send(&self, message: &[u8]) -> Sent {
        let mut under_way = self.under_way.lock();
        if under_way.is_stopped {
            return Sent::Stopped;
        }
        let taken = under_way.messages.len();
        if taken.saturating_add(under_way.answers.len()) >= self.depth {
            return Sent::Full;
        }
        under_way.messages.push_back(message.into());
        Sent::Taken
    }

    /// Forgets the message that was sent last, which nobody has been told of.
    pub(crate) fn take_back(&self) {
        self.under_way.lock().messages.pop_back();
    }

    pub(crate) fn receive(&self) -> Received<Answer, Error> {
        let mut under_way = self.under_way.lock();
        if let Some(answer) = under_way.answers.pop_front() {
            self.count(&under_way);
            Received::Answer(answer)
        } else if under_way.is_stopped {
            Received::Stopped
        } else if under_way.messages.is_empty() {
            Received::Nothing
        } else {
            Received::NotYet
        }
    }

    /// Whether there is an answer to receive, as far as this thread can see.
    pub(crate) fn is_ready(&self) -> bool {
        self.ready.load(Ordering::Relaxed) > 0
    }

    pub(crate) fn has_messages(&self) -> bool {
        !self.under_way.lock().messages.is_empty()
    }

    /// How many messages were answered without an error.
    pub(crate) fn succeeded(&self) -> u64 {
        self.under_way.lock().succeeded
    }

    pub(crate) fn pause(&self, is_paused: bool) {
        self.under_way.lock().is_paused = is_paused;
    }

    pub(crate) fn is_paused(&self) -> bool {
        self.under_way.lock().is_paused
    }

    /// Takes no more messages, and answers those that there are with this error; false if it did before.
    pub(crate) fn stop(&self, error: &Error) -> bool {
        let mut under_way = self.under_way.lock();
        if std::mem::replace(&mut under_way.is_stopped, true) {
            return false;
        }
        under_way.is_cut = !under_way.messages.is_empty();
        while under_way.messages.pop_front().is_some() {
            under_way.answers.push_back(Err(error.clone()));
        }
        self.count(&under_way);
        true
    }

    /// The message that many behind the first that is not answered, if it is before the bound.
    pub(crate) fn message(&self, behind: usize, bound: &Bound) -> Option<Arc<[u8]>> {
        let under_way = self.under_way.lock();
        let number = u64::try_from(behind)
            .ok()?
            .checked_add(under_way.answered)?;
        let is_before = number < bound.of(&under_way) && !under_way.is_paused;
        under_way
            .messages
            .get(behind)
            .filter(|_| is_before)
            .cloned()
    }

    /// Answers the first message; false where it was answered already, because of a stop.
    pub(crate) fn answer(&self, answer: Result<Answer, Error>) -> bool {
        let mut under_way = self.under_way.lock();
        let is_first = under_way.messages.pop_front().is_some();
        if is_first {
            let succeeded = u64::from(answer.is_ok());
            under_way.succeeded = under_way.succeeded.saturating_add(succeeded);
            under_way.answered = under_way.answered.saturating_add(1);
            under_way.answers.push_back(answer);
            self.count(&under_way);
        }
        is_first
    }

    /// Something else is asked for behind what was sent by now. The first time counts.
    pub(crate) fn bind(&self, bound: &Bound) {
        let under_way = self.under_way.lock();
        let sent = u64::try_from(under_way.messages.len()).unwrap_or(u64::MAX);
        let _ = bound.0.set(under_way.answered.saturating_add(sent));
    }

    /// Whether no message before the bound is to be answered now.
    pub(crate) fn is_done(&self, bound: &Bound) -> bool {
        let under_way = self.under_way.lock();
        under_way.is_paused
            || under_way.messages.is_empty()
            || under_way.answered >= bound.of(&under_way)
    }

    /// Answers the messages before the bound with this error; whether there were any, now or at the stop.
    pub(crate) fn fail(&self, bound: &Bound, error: &Error) -> bool {
        let mut under_way = self.under_way.lock();
        let mut is_cut = under_way.is_cut;
        while under_way.answered < bound.of(&under_way) && under_way.messages.pop_front().is_some()
        {
            under_way.answered = under_way.answered.saturating_add(1);
            under_way.answers.push_back(Err(error.clone()));
            is_cut = true;
        }
        self.count(&under_way);
        is_cut
    }

    fn count(&self, under_way: &UnderWay<Answer, Error>) {
        self.ready.store(under_way.answers.len(), Ordering::Relaxed);
    }
}
