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
use crate::packed::{PACKED_BYTES, Packed};
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

/// The host behind the component's imports.
#[derive(Default)]
struct Imports {
    /// Messages that have been read ahead. They are still in the queue: each is received with a call
    /// of `advance`, which fails if it is not the next one any more.
    ahead: RefCell<Packed>,
    /// Whether the message received last was too long to be packed: the next one may be, too.
    long: Cell<bool>,
}

impl Imports {
    /// Sends what is packed and receives messages, of which one that is too long to be packed comes
    /// by itself.
    fn exchange_within(
        &self,
        outgoing: &[u8],
        max: u32,
        timeout: Option<Duration>,
    ) -> Result<Packed, messaging::ExchangeError> {
        let timeout = timeout.map(nanoseconds);
        if !(self.long.get() && outgoing.is_empty()) {
            let ahead = if max == 1 { AHEAD } else { 0 };
            let packed = Packed::new(messaging::exchange(outgoing, max, ahead, timeout)?);
            if packed.next_id().is_some() {
                self.long.set(false);
                return Ok(packed);
            }
        }
        let message = messaging::receive(timeout).map_err(messaging::ExchangeError::Receive)?;
        self.long.set(message.payload.len() > PACKED_BYTES);
        Ok(Packed::long(message.into()))
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
        let ahead = &mut *self.ahead.borrow_mut();
        loop {
            match ahead.next_id() {
                // There is nothing to send, so nothing can fail.
                Some(next) if matches!(messaging::advance(&[], next), Ok(true)) => {}
                _ => *ahead = self.exchange_within(&[], 1, timeout).map_err(nothing)?,
            }
            if let Some(message) = ahead.next() {
                return Ok(message.map(Payload::into_owned));
            }
        }
    }

    fn receive_batch(
        &self,
        max: u32,
        timeout: Option<Duration>,
    ) -> Result<Vec<Envelope<Vec<u8>>>, ReceiveError> {
        // What was read ahead comes again, with what has come behind it.
        self.ahead.take();
        if max == 0 {
            return Ok(Vec::new());
        }
        let timeout = timeout.map(nanoseconds);
        let packed = messaging::exchange(&[], max, 0, timeout);
        let mut packed = Packed::new(packed.map_err(nothing)?);
        if packed.next_id().is_none() {
            // The first is too long to be packed.
            let batch = messaging::receive_batch(max, timeout)?;
            return Ok(batch.into_iter().map(Envelope::from).collect());
        }
        let mut batch = Vec::new();
        while let Some(message) = packed.next() {
            batch.push(message.map(Payload::into_owned));
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

    fn exchange(&self, outgoing: &[u8], max: u32) -> Result<Packed, ExchangeError> {
        self.exchange_within(outgoing, max, None)
            .map_err(exchange_error)
    }

    #[inline]
    fn advance(&self, outgoing: &[u8], next: u64) -> Result<bool, (usize, SendError)> {
        messaging::advance(outgoing, next)
            .map_err(|unsent| (unsent.taken as usize, unsent.error.into()))
    }
}

/// Why there is no message, where there was nothing to send.
fn nothing(error: messaging::ExchangeError) -> ReceiveError {
    match error {
        messaging::ExchangeError::Receive(error) => error.into(),
        messaging::ExchangeError::Send(_) => ReceiveError::Closed,
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
pub(crate) fn nanoseconds(duration: Duration) -> u64 {
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
