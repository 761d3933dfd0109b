//! The guest's side of the contract: its imports, and how its export calls the kernel.

pub mod handler;

use std::cell::{Cell, RefCell};
use std::panic::PanicHookInfo;
use std::sync::Once;
use std::time::Duration;

use crate::Context;
use crate::envelope::{Envelope, Outgoing, Priority};
use crate::error::{ReceiveError, SendError, ending};
use crate::host::{Activity, ExchangeError, Host, Payload};
use crate::log::Level;
use crate::message::Message;
use crate::packed::{Packed, pack};
use bindings::ring::kernel::{lifecycle, log as logging, messaging, types};

/// What wit-bindgen makes of the contract.
#[allow(missing_docs)]
pub mod bindings {
    wit_bindgen::generate!({
        world: "kernel",
        path: "../../wit",
        // A message is sent from where it lies: its bytes are not copied into the call. What a
        // handler returns is given away, so there are two types of it.
        ownership: Borrowing { duplicate_if_necessary: true },
        pub_export_macro: true,
        export_macro_name: "export_kernel",
    });
}

/// What the export `run` does: the kernel's function, with its panics logged and its error in
/// words.
///
/// # Errors
/// The kernel's error, with its causes, in words.
pub fn run<Input: Message, Output: Message>(
    kernel: fn(&mut Context<Input, Output>) -> crate::Result<()>,
) -> Result<(), String> {
    log_panics();
    ending(kernel(&mut Context::new(Box::<Imports>::default())))
}

/// Has panics logged, from the first call on.
fn log_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| std::panic::set_hook(Box::new(log_panic)));
}

/// A guest has no standard error stream: without this the panic's words would be lost.
fn log_panic(panic: &PanicHookInfo<'_>) {
    let payload = panic.payload();
    let message = payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message");
    match panic.location() {
        Some(location) => crate::error!("panicked at {location}: {message}"),
        None => crate::error!("panicked: {message}"),
    }
}

/// Logs one line.
pub(crate) fn log(level: Level, text: &str) {
    let level = match level {
        Level::Trace => logging::Level::Trace,
        Level::Debug => logging::Level::Debug,
        Level::Info => logging::Level::Info,
        Level::Warn => logging::Level::Warn,
        Level::Error => logging::Level::Error,
    };
    logging::log(level, text);
}

/// What a handler asks about its life.
pub(crate) mod life {
    pub(crate) use super::lifecycle::{is_active, kernel_id, should_terminate};
}

/// The most messages that are read ahead in one call: enough to share the cost of the call.
const AHEAD: u32 = 63;

/// The longest payload that is packed: a longer one costs less when it is sent by itself, since
/// nothing copies it here.
const PACKED_BYTES: usize = 256;

/// The host behind the component's imports.
#[derive(Default)]
struct Imports {
    /// Messages that have been read ahead. They are still in the queue: each is received with a call
    /// of `advance`, which fails if it is not the next one any more.
    ahead: RefCell<Packed>,
    /// Messages on their way out; kept for its memory.
    outgoing: RefCell<Vec<u8>>,
    /// Whether the message received last was too long to be packed: the next one may be, too.
    long: Cell<bool>,
}

impl Imports {
    /// Sends what is packed and receives the next message.
    fn exchange_one(
        &self,
        outgoing: &[u8],
        timeout: Option<Duration>,
    ) -> Result<Envelope<Vec<u8>>, messaging::ExchangeError> {
        let ahead = &mut *self.ahead.borrow_mut();
        let mut outgoing = outgoing;
        if let Some(next) = ahead.next_id() {
            match messaging::advance(outgoing, next) {
                Ok(true) => {
                    if let Some(message) = ahead.next() {
                        return Ok(message);
                    }
                }
                Ok(false) => *ahead = Packed::default(),
                Err(unsent) => return Err(messaging::ExchangeError::Send(unsent)),
            }
            outgoing = &[];
        }
        let timeout = timeout.map(nanoseconds);
        if !(self.long.get() && outgoing.is_empty()) {
            *ahead = Packed::new(messaging::exchange(outgoing, 1, AHEAD, timeout)?);
            if let Some(message) = ahead.next() {
                self.long.set(false);
                return Ok(message);
            }
        }
        // It is too long to be packed, or the last one was.
        let message = messaging::receive(timeout).map_err(messaging::ExchangeError::Receive)?;
        self.long.set(message.payload.len() > PACKED_BYTES);
        Ok(message.into())
    }
}

impl Host for Imports {
    fn kernel_id(&self) -> String {
        lifecycle::kernel_id()
    }

    fn should_terminate(&self) -> bool {
        lifecycle::should_terminate()
    }

    fn is_active(&self) -> bool {
        lifecycle::is_active()
    }

    fn wait_active(&self) -> Activity {
        match lifecycle::wait_active() {
            lifecycle::Activity::Active => Activity::Active,
            lifecycle::Activity::Terminating => Activity::Terminating,
        }
    }

    fn receive(&self, timeout: Option<Duration>) -> Result<Envelope<Vec<u8>>, ReceiveError> {
        self.exchange_one(&[], timeout)
            .map_err(|error| match error {
                messaging::ExchangeError::Receive(error) => error.into(),
                // Nothing was to be sent.
                messaging::ExchangeError::Send(_) => ReceiveError::Closed,
            })
    }

    fn receive_batch(
        &self,
        max: u32,
        timeout: Option<Duration>,
    ) -> Result<Vec<Envelope<Vec<u8>>>, ReceiveError> {
        // What was read ahead comes again, with what has come behind it.
        self.ahead.take();
        let timeout = timeout.map(nanoseconds);
        if max == 0 {
            return Ok(Vec::new());
        }
        let mut packed = match messaging::exchange(&[], max, 0, timeout) {
            Ok(packed) => Packed::new(packed),
            Err(messaging::ExchangeError::Receive(error)) => return Err(error.into()),
            Err(messaging::ExchangeError::Send(_)) => return Err(ReceiveError::Closed),
        };
        let batch: Vec<_> = std::iter::from_fn(|| packed.next()).collect();
        if batch.is_empty() {
            // The first is too long to be packed.
            let batch = messaging::receive_batch(max, timeout)?;
            return Ok(batch.into_iter().map(Envelope::from).collect());
        }
        Ok(batch)
    }

    fn send(
        &self,
        message: &Outgoing<Payload<'_>>,
        timeout: Option<Duration>,
    ) -> Result<(), SendError> {
        Ok(messaging::send(message.into(), timeout.map(nanoseconds))?)
    }

    fn send_batch(
        &self,
        messages: &[Outgoing<Payload<'_>>],
        timeout: Option<Duration>,
    ) -> Result<usize, SendError> {
        let messages: Vec<types::OutgoingParam<'_>> = messages.iter().map(Into::into).collect();
        let taken = messaging::send_batch(&messages, timeout.map(nanoseconds))?;
        Ok(taken as usize)
    }

    fn exchange(
        &self,
        messages: &[Outgoing<Payload<'_>>],
        timeout: Option<Duration>,
    ) -> Result<Envelope<Vec<u8>>, ExchangeError> {
        // Those that are too long to be packed, and those before them, are sent first.
        let long = |message: &Outgoing<Payload<'_>>| message.message.len() > PACKED_BYTES;
        let sent = messages.iter().rposition(long).map_or(0, |last| last + 1);
        let (first, rest) = messages.split_at(sent);
        let mut taken = 0;
        while taken < first.len() {
            match self.send_batch(&first[taken..], None) {
                Ok(more) => taken += more,
                Err(error) => return Err(ExchangeError::Send { taken, error }),
            }
        }
        let outgoing = &mut *self.outgoing.borrow_mut();
        outgoing.clear();
        rest.iter().for_each(|message| pack(message, outgoing));
        self.exchange_one(outgoing, timeout)
            .map_err(|error| match exchange_error(error) {
                ExchangeError::Send { taken: more, error } => ExchangeError::Send {
                    taken: taken + more,
                    error,
                },
                receive => receive,
            })
    }

    fn exchange_packed(&self, outgoing: &[u8], max: u32) -> Result<Packed, ExchangeError> {
        // What was read ahead comes again.
        self.ahead.take();
        let packed = messaging::exchange(outgoing, max, 0, None).map_err(exchange_error)?;
        if !packed.is_empty() {
            return Ok(Packed::new(packed));
        }
        // The first is too long to be packed.
        match messaging::receive(None) {
            Ok(message) => Ok(Packed::of(&[message.into()])),
            Err(error) => Err(ExchangeError::Receive(error.into())),
        }
    }
}

fn exchange_error(error: messaging::ExchangeError) -> ExchangeError {
    match error {
        messaging::ExchangeError::Receive(error) => ExchangeError::Receive(error.into()),
        messaging::ExchangeError::Send(unsent) => ExchangeError::Send {
            taken: unsent.taken as usize,
            error: unsent.error.into(),
        },
    }
}

/// The contract's duration. A span that does not fit waits without limit, as the longest that does.
fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

impl From<types::Message> for Envelope<Vec<u8>> {
    fn from(message: types::Message) -> Self {
        Self {
            id: message.id,
            correlation: message.correlation,
            priority: match message.priority {
                types::Priority::Low => Priority::Low,
                types::Priority::Normal => Priority::Normal,
                types::Priority::High => Priority::High,
                types::Priority::Urgent => Priority::Urgent,
            },
            message: message.payload,
        }
    }
}

impl<'a> From<&'a Outgoing<Payload<'_>>> for types::OutgoingParam<'a> {
    fn from(outgoing: &'a Outgoing<Payload<'_>>) -> Self {
        Self {
            payload: &outgoing.message,
            correlation: outgoing.correlation,
            priority: outgoing.priority.map(Into::into),
        }
    }
}

impl From<Outgoing<Payload<'_>>> for types::OutgoingResult {
    fn from(outgoing: Outgoing<Payload<'_>>) -> Self {
        Self {
            payload: outgoing.message.into_owned(),
            correlation: outgoing.correlation,
            priority: outgoing.priority.map(Into::into),
        }
    }
}

impl From<Priority> for types::Priority {
    fn from(priority: Priority) -> Self {
        match priority {
            Priority::Low => Self::Low,
            Priority::Normal => Self::Normal,
            Priority::High => Self::High,
            Priority::Urgent => Self::Urgent,
        }
    }
}

impl From<messaging::ReceiveError> for ReceiveError {
    fn from(error: messaging::ReceiveError) -> Self {
        match error {
            messaging::ReceiveError::Timeout => Self::Timeout,
            messaging::ReceiveError::Closed => Self::Closed,
            messaging::ReceiveError::Terminating => Self::Terminating,
        }
    }
}

impl From<types::SendError> for SendError {
    fn from(error: types::SendError) -> Self {
        match error {
            types::SendError::Timeout => Self::Timeout,
            types::SendError::Full => Self::Full,
            types::SendError::Closed => Self::Closed,
            types::SendError::Terminating => Self::Terminating,
            types::SendError::TooLarge(limit) => Self::TooLarge { limit },
        }
    }
}
