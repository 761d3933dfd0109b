//! The guest's side of the contract: its imports, and how its export calls the kernel.

use std::panic::PanicHookInfo;
use std::time::Duration;

use crate::Context;
use crate::envelope::{Envelope, Outgoing, Priority};
use crate::error::{ReceiveError, SendError, ending};
use crate::host::{Activity, Host, Payload};
use crate::log::Level;
use crate::message::Message;
use bindings::ring::kernel::{lifecycle, log as logging, messaging};

/// What wit-bindgen makes of the contract.
#[allow(missing_docs)]
pub mod bindings {
    wit_bindgen::generate!({
        world: "kernel",
        path: "../../wit",
        // A message is sent from where it lies: its bytes are not copied into the call.
        ownership: Borrowing { duplicate_if_necessary: false },
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
    std::panic::set_hook(Box::new(log_panic));
    ending(kernel(&mut Context::new(Box::new(Imports))))
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

/// The host behind the component's imports.
struct Imports;

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
        Ok(messaging::receive(timeout.map(nanoseconds))?.into())
    }

    fn receive_batch(
        &self,
        max: u32,
        timeout: Option<Duration>,
    ) -> Result<Vec<Envelope<Vec<u8>>>, ReceiveError> {
        let batch = messaging::receive_batch(max, timeout.map(nanoseconds))?;
        Ok(batch.into_iter().map(Envelope::from).collect())
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
        let messages: Vec<messaging::Outgoing<'_>> =
            messages.iter().map(messaging::Outgoing::from).collect();
        let taken = messaging::send_batch(&messages, timeout.map(nanoseconds))?;
        Ok(taken as usize)
    }
}

/// The contract's duration. A span that does not fit waits without limit, as the longest that does.
fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

impl From<messaging::Message> for Envelope<Vec<u8>> {
    fn from(message: messaging::Message) -> Self {
        Self {
            id: message.id,
            correlation: message.correlation,
            priority: match message.priority {
                messaging::Priority::Low => Priority::Low,
                messaging::Priority::Normal => Priority::Normal,
                messaging::Priority::High => Priority::High,
                messaging::Priority::Urgent => Priority::Urgent,
            },
            message: message.payload,
        }
    }
}

impl<'a> From<&'a Outgoing<Payload<'_>>> for messaging::Outgoing<'a> {
    fn from(outgoing: &'a Outgoing<Payload<'_>>) -> Self {
        Self {
            payload: &outgoing.message,
            correlation: outgoing.correlation,
            priority: outgoing.priority.map(|priority| match priority {
                Priority::Low => messaging::Priority::Low,
                Priority::Normal => messaging::Priority::Normal,
                Priority::High => messaging::Priority::High,
                Priority::Urgent => messaging::Priority::Urgent,
            }),
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

impl From<messaging::SendError> for SendError {
    fn from(error: messaging::SendError) -> Self {
        match error {
            messaging::SendError::Timeout => Self::Timeout,
            messaging::SendError::Full => Self::Full,
            messaging::SendError::Closed => Self::Closed,
            messaging::SendError::Terminating => Self::Terminating,
            messaging::SendError::TooLarge(limit) => Self::TooLarge { limit },
        }
    }
}
