//! Runs a kernel natively, without WebAssembly, against a host that follows a script.
//!
//! ```
//! use ringhost_sdk::prelude::*;
//! use ringhost_sdk::testing::TestHost;
//!
//! fn echo(context: &mut Context) -> Result<()> {
//!     context.serve(|message, replies| {
//!         info!("{} bytes", message.len());
//!         replies.push(message);
//!         Ok(())
//!     })
//! }
//!
//! let run = TestHost::new()
//!     .send("one".into())
//!     .pause()
//!     .send("two".into())
//!     .terminate()
//!     .send("never received".into())
//!     .run(echo);
//! assert_eq!(run.result, Ok(()));
//! assert_eq!(run.messages(), [Raw::from("one"), Raw::from("two")]);
//! assert_eq!(run.log[0].text, "3 bytes");
//! ```

mod capture;
mod handling;
pub(crate) mod life;
mod script;

use std::cell::RefCell;
use std::fmt;
use std::marker::PhantomData;
use std::rc::Rc;

use crate::envelope::{Envelope, Priority};
use crate::error::{SendError, ending};
use crate::message::{Message, Raw};
use crate::{Context, Replies, Result};
use script::{Script, Step};

pub use capture::LogLine;
pub(crate) use capture::log;

/// A host that gives a kernel what a script says, and keeps what the kernel sends and logs.
///
/// The script is written in the order in which the kernel meets it. When the kernel has received
/// everything, its input is closed. Messages are received in the order of the script, whatever
/// their priority.
pub struct TestHost<Input = Raw, Output = Raw> {
    script: Script,
    messages: PhantomData<fn(Input) -> Output>,
}

impl<Input: Message, Output: Message> TestHost<Input, Output> {
    /// A host whose script is empty. Its kernel's name is `test`.
    pub fn new() -> Self {
        Self {
            script: Script::default(),
            messages: PhantomData,
        }
    }

    /// Names the kernel.
    #[must_use]
    pub fn kernel_id(mut self, kernel_id: &str) -> Self {
        self.script.kernel_id = kernel_id.to_owned();
        self
    }

    /// The kernel receives a message that begins an exchange. Ids count from 1.
    ///
    /// # Panics
    /// If the message cannot be encoded.
    #[must_use]
    pub fn send(self, message: Input) -> Self {
        self.send_as(message, None, Priority::Normal)
    }

    /// The kernel receives each of these messages.
    ///
    /// # Panics
    /// If one cannot be encoded.
    #[must_use]
    pub fn send_each(self, messages: impl IntoIterator<Item = Input>) -> Self {
        messages.into_iter().fold(self, Self::send)
    }

    /// The kernel receives a message of an exchange (`None`: it begins one) and of a priority.
    ///
    /// # Panics
    /// If the message cannot be encoded.
    #[must_use]
    pub fn send_as(self, message: Input, correlation: Option<u64>, priority: Priority) -> Self {
        match message.into_payload() {
            Ok(payload) => self.payload(payload, correlation, priority),
            Err(error) => panic!("the message cannot be encoded: {error}"),
        }
    }

    /// The kernel receives these bytes, which need not be an `Input`.
    #[must_use]
    pub fn send_bytes(self, payload: impl Into<Vec<u8>>) -> Self {
        self.payload(payload.into(), None, Priority::Normal)
    }

    fn payload(mut self, payload: Vec<u8>, correlation: Option<u64>, priority: Priority) -> Self {
        self.script.message(payload, correlation, priority);
        self
    }

    /// Nothing comes for a while: a receive with a timeout times out, one without waits on.
    #[must_use]
    pub fn quiet(self) -> Self {
        self.step(Step::Quiet)
    }

    /// The kernel is paused until it waits: in `wait_active`, or in a receive.
    #[must_use]
    pub fn pause(self) -> Self {
        self.step(Step::Pause)
    }

    /// The host asks the kernel to end. What follows in the script is not received.
    #[must_use]
    pub fn terminate(self) -> Self {
        self.step(Step::Terminate)
    }

    fn step(mut self, step: Step) -> Self {
        self.script.steps.push_back(step);
        self
    }

    /// The output queue refuses with `error`, `times` times in succession, when it has taken
    /// `after` messages; then it goes on taking. `usize::MAX` times is for ever.
    #[must_use]
    pub fn refuse(mut self, after: usize, times: usize, error: SendError) -> Self {
        self.script.refuse(after, times, error);
        self
    }

    /// The largest payload that the output queue takes, in bytes. 1 MiB unless it is named.
    #[must_use]
    pub fn message_limit(mut self, limit: usize) -> Self {
        self.script.message_limit = limit;
        self
    }

    /// Runs a kernel to its end.
    ///
    /// # Panics
    /// If the kernel panics, if it calls its host 100 000 times in succession without receiving or
    /// sending anything, or if what it sent does not decode as `Output`.
    pub fn run(
        self,
        kernel: impl FnOnce(&mut Context<Input, Output>) -> Result<()>,
    ) -> TestRun<Output> {
        self.play(|script| kernel(&mut Context::new(Box::new(script))))
    }

    /// Runs a handler to its end: calls it with each message, as many in a batch as stand together
    /// in the script.
    ///
    /// ```
    /// use ringhost_sdk::prelude::*;
    /// use ringhost_sdk::testing::TestHost;
    ///
    /// fn add(total: &mut u64, amount: u64, replies: &mut Replies<u64>) -> Result<()> {
    ///     *total += amount;
    ///     replies.push(*total);
    ///     Ok(())
    /// }
    ///
    /// let mut total = 10;
    /// let run = TestHost::new()
    ///     .send_each([1, 2])
    ///     .run_handler(|amount, replies| add(&mut total, amount, replies));
    /// assert_eq!(run.result, Ok(()));
    /// assert_eq!(run.messages(), [11, 13]);
    /// ```
    ///
    /// # Panics
    /// As [`run`](Self::run).
    pub fn run_handler(
        self,
        mut handler: impl FnMut(Input, &mut Replies<Output>) -> Result<()>,
    ) -> TestRun<Output> {
        self.play(|script| handling::serve(&script, &mut handler))
    }

    fn play(self, kernel: impl FnOnce(Rc<RefCell<Script>>) -> Result<()>) -> TestRun<Output> {
        let script = Rc::new(RefCell::new(self.script));
        let run = || ending(kernel(Rc::clone(&script)));
        let (result, log) = capture::during(|| life::during(Rc::clone(&script), run));
        let sent = std::mem::take(&mut script.borrow_mut().sent);
        TestRun {
            result,
            sent: sent.into_iter().map(decode).collect(),
            log,
        }
    }
}

impl<Input: Message, Output: Message> Default for TestHost<Input, Output> {
    fn default() -> Self {
        Self::new()
    }
}

impl<Input, Output> fmt::Debug for TestHost<Input, Output> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.script.fmt(formatter)
    }
}

fn decode<Output: Message>(sent: Envelope<Vec<u8>>) -> Envelope<Output> {
    match Output::decode(sent.message.into()) {
        Ok(message) => Envelope {
            id: sent.id,
            correlation: sent.correlation,
            priority: sent.priority,
            message,
        },
        Err(error) => panic!("what the kernel sent is no output: {error}"),
    }
}

/// What a kernel did.
#[derive(Debug)]
pub struct TestRun<Output = Raw> {
    /// How it ended, as a host sees it: the error as its text, with its causes. A kernel that left
    /// with `?` because the host closed its input or asked it to end has ended well.
    pub result: Result<(), String>,
    /// What it sent, in order, with the correlation and the priority that a receiver would see.
    pub sent: Vec<Envelope<Output>>,
    /// What it logged, in order.
    pub log: Vec<LogLine>,
}

impl<Output: Clone> TestRun<Output> {
    /// What it sent, without the envelopes.
    pub fn messages(&self) -> Vec<Output> {
        self.sent
            .iter()
            .map(|envelope| envelope.message.clone())
            .collect()
    }
}
