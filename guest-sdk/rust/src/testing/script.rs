//! The host that follows a script.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::time::Duration;

use crate::envelope::{Envelope, Outgoing, Priority};
use crate::error::{ReceiveError, SendError};
use crate::host::{Activity, Host, Payload};

/// How often a kernel may call its host in succession without receiving or sending anything.
const PATIENCE: usize = 100_000;

/// What the kernel meets next.
#[derive(Debug)]
pub(super) enum Step {
    Message(Envelope<Vec<u8>>),
    Quiet,
    Pause,
    Terminate,
}

/// The output queue refuses `times` times once `after` messages have been taken.
#[derive(Debug)]
struct Refusal {
    after: usize,
    times: usize,
    error: SendError,
}

#[derive(Debug)]
pub(super) struct Script {
    pub(super) kernel_id: String,
    pub(super) steps: VecDeque<Step>,
    pub(super) message_limit: usize,
    pub(super) sent: Vec<Envelope<Vec<u8>>>,
    refusals: Vec<Refusal>,
    last_id: u64,
    /// Correlation and priority of the message received last.
    last_received: Option<(u64, Priority)>,
    idle_calls: usize,
}

impl Default for Script {
    fn default() -> Self {
        Self {
            kernel_id: "test".to_owned(),
            steps: VecDeque::new(),
            message_limit: 1024 * 1024,
            sent: Vec::new(),
            refusals: Vec::new(),
            last_id: 0,
            last_received: None,
            idle_calls: 0,
        }
    }
}

impl Script {
    pub(super) fn message(
        &mut self,
        message: Vec<u8>,
        correlation: Option<u64>,
        priority: Priority,
    ) {
        let id = self.next_id();
        self.steps.push_back(Step::Message(Envelope {
            id,
            correlation: correlation.unwrap_or(id),
            priority,
            message,
        }));
    }

    pub(super) fn refuse(&mut self, after: usize, times: usize, error: SendError) {
        self.refusals.push(Refusal {
            after,
            times,
            error,
        });
    }

    fn next_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    fn note_call(&mut self) {
        self.idle_calls += 1;
        assert!(
            self.idle_calls <= PATIENCE,
            "the kernel calls its host without end and neither receives nor sends"
        );
    }

    /// Ends a pause, if there is one.
    fn rest(&mut self) {
        while matches!(self.steps.front(), Some(Step::Pause)) {
            self.steps.pop_front();
        }
    }

    fn is_terminating(&self) -> bool {
        matches!(self.steps.front(), Some(Step::Terminate))
    }

    fn receive(&mut self, timeout: Option<Duration>) -> Result<Envelope<Vec<u8>>, ReceiveError> {
        loop {
            match self.steps.pop_front() {
                Some(Step::Message(envelope)) => {
                    self.idle_calls = 0;
                    self.last_received = Some((envelope.correlation, envelope.priority));
                    return Ok(envelope);
                }
                Some(Step::Quiet) if timeout.is_some() => return Err(ReceiveError::Timeout),
                Some(Step::Quiet | Step::Pause) => continue,
                Some(Step::Terminate) => {
                    // It stays: from here on the kernel is asked to end.
                    self.steps.push_front(Step::Terminate);
                    return Err(ReceiveError::Terminating);
                }
                None => return Err(ReceiveError::Closed),
            }
        }
    }

    fn take(&mut self, message: &Outgoing<Payload<'_>>) -> Result<(), SendError> {
        if message.message.len() > self.message_limit {
            return Err(SendError::TooLarge {
                limit: self.message_limit as u64,
            });
        }
        let taken = self.sent.len();
        for refusal in &mut self.refusals {
            if refusal.after == taken && refusal.times > 0 {
                // `usize::MAX` is for ever; no test lives to see the difference.
                refusal.times -= 1;
                return Err(refusal.error.clone());
            }
        }
        let id = self.next_id();
        let (correlation, priority) = self.last_received.unwrap_or((id, Priority::Normal));
        self.sent.push(Envelope {
            id,
            correlation: message.correlation.unwrap_or(correlation),
            priority: message.priority.unwrap_or(priority),
            message: message.message.to_vec(),
        });
        self.idle_calls = 0;
        Ok(())
    }
}

impl Host for std::rc::Rc<RefCell<Script>> {
    fn kernel_id(&self) -> String {
        self.borrow().kernel_id.clone()
    }

    fn should_terminate(&self) -> bool {
        self.borrow_mut().note_call();
        self.borrow().is_terminating()
    }

    fn is_active(&self) -> bool {
        self.borrow_mut().note_call();
        !matches!(self.borrow().steps.front(), Some(Step::Pause))
    }

    fn wait_active(&self) -> Activity {
        let mut script = self.borrow_mut();
        script.note_call();
        script.rest();
        if script.is_terminating() {
            Activity::Terminating
        } else {
            Activity::Active
        }
    }

    fn receive(&self, timeout: Option<Duration>) -> Result<Envelope<Vec<u8>>, ReceiveError> {
        let mut script = self.borrow_mut();
        script.note_call();
        script.receive(timeout)
    }

    fn receive_batch(
        &self,
        max: u32,
        timeout: Option<Duration>,
    ) -> Result<Vec<Envelope<Vec<u8>>>, ReceiveError> {
        let mut script = self.borrow_mut();
        script.note_call();
        if max == 0 {
            return Ok(Vec::new());
        }
        let mut batch = vec![script.receive(timeout)?];
        while batch.len() < max as usize && matches!(script.steps.front(), Some(Step::Message(_))) {
            batch.push(script.receive(timeout)?);
        }
        Ok(batch)
    }

    fn send(
        &self,
        message: &Outgoing<Payload<'_>>,
        _timeout: Option<Duration>,
    ) -> Result<(), SendError> {
        let mut script = self.borrow_mut();
        script.note_call();
        script.take(message)
    }

    fn send_batch(
        &self,
        messages: &[Outgoing<Payload<'_>>],
        _timeout: Option<Duration>,
    ) -> Result<usize, SendError> {
        let mut script = self.borrow_mut();
        script.note_call();
        for (taken, message) in messages.iter().enumerate() {
            match script.take(message) {
                Ok(()) => {}
                Err(error) if taken == 0 => return Err(error),
                Err(_) => return Ok(taken),
            }
        }
        Ok(messages.len())
    }
}
