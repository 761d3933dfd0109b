//! What a kernel sees of its host.

mod receive;
mod send;
mod serve;
mod serve_bytes;

use std::fmt;
use std::marker::PhantomData;

use crate::host::{Activity, Host};
use crate::message::{Message, Raw};
use crate::schema;

pub(crate) use receive::{log_malformed, open};

/// A kernel's view of its host: its own life and its two queues.
///
/// `Input` is what it receives and `Output` what it sends. Each is a type that `#[message]`
/// declares, or [`Raw`] for plain bytes.
///
/// A timeout counts only while the kernel waits: a receive that begins during a pause rests until
/// the pause ends and counts from there. A timeout of zero means: do not wait.
pub struct Context<Input: Message = Raw, Output: Message = Raw> {
    host: Box<dyn Host>,
    messages: PhantomData<fn(Output) -> Input>,
}

impl<Input: Message, Output: Message> Context<Input, Output> {
    /// How long the kernel's declaration of its messages is, in bytes.
    #[doc(hidden)]
    pub const DECLARATION_LENGTH: usize = schema::length(Input::SCHEMA, Output::SCHEMA);

    /// The kernel's declaration of its messages; `LENGTH` is `Self::DECLARATION_LENGTH`.
    #[doc(hidden)]
    pub const fn declaration<const LENGTH: usize>() -> [u8; LENGTH] {
        schema::declaration(Input::SCHEMA, Output::SCHEMA)
    }

    pub(crate) fn new(host: Box<dyn Host>) -> Self {
        Self {
            host,
            messages: PhantomData,
        }
    }

    /// The name under which the host launched this kernel. It never changes.
    pub fn kernel_id(&self) -> String {
        self.host.kernel_id()
    }

    /// True from the moment the host asks the kernel to end. A kernel should look at it once per
    /// turn of its loop and return soon after; past the host's deadline it is stopped wherever it
    /// is.
    pub fn should_terminate(&self) -> bool {
        self.host.should_terminate()
    }

    /// False while the host has the kernel paused. The host stops a paused kernel in any case;
    /// looking is for a kernel that wants to do something of its own before it rests.
    pub fn is_active(&self) -> bool {
        self.host.is_active()
    }

    /// Waits until the kernel is active or asked to end; returns at once if it is already.
    pub fn wait_active(&self) -> Activity {
        self.host.wait_active()
    }
}

impl<Input: Message, Output: Message> fmt::Debug for Context<Input, Output> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Context")
            .field("kernel_id", &self.host.kernel_id())
            .finish()
    }
}
