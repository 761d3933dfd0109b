//! Write ring kernels in Rust.
//!
//! A ring kernel is an actor: it loops over an input queue and answers on an output queue, and its
//! host starts, pauses and ends it. An author declares the messages, writes the loop as a function,
//! and builds a WebAssembly component of it:
//!
//! ```
//! use ringhost_sdk::prelude::*;
//!
//! #[message]
//! pub struct Request {
//!     pub value: i64,
//! }
//!
//! #[message]
//! pub struct Response {
//!     pub result: i64,
//! }
//!
//! #[ring_kernel]
//! pub fn doubler(context: &mut Context<Request, Response>) -> Result<()> {
//!     context.serve(|request, replies| {
//!         replies.push(Response { result: request.value * 2 });
//!         Ok(())
//!     })
//! }
//!
//! // And a test, which needs no WebAssembly:
//! use ringhost_sdk::testing::TestHost;
//!
//! let run = TestHost::new().send(Request { value: 21 }).run(doubler);
//! assert_eq!(run.result, Ok(()));
//! assert_eq!(run.messages(), [Response { result: 42 }]);
//! ```
//!
//! [`Context`] says what a kernel can do. [`Context::serve`] is the loop for "one message in, zero
//! or more out"; a kernel that wants its own writes it with [`Context::receive_timeout`] and
//! [`Context::send`]. The README beside this crate says how to build the component.

#![deny(missing_docs)]

// The macros name this crate by its full path, also within it.
extern crate self as ringhost_sdk;

mod attributes;
pub mod compute;
mod context;
mod envelope;
mod error;
#[cfg(target_arch = "wasm32")]
mod guest;
mod handler;
mod host;
pub mod life;
pub mod log;
mod message;
#[allow(dead_code, reason = "part of it is for a guest, part for a test host")]
mod outbox;
mod packed;
mod replies;
pub mod schema;
#[cfg(not(target_arch = "wasm32"))]
pub mod testing;

pub use anyhow::{Error, Result, anyhow, bail, ensure};

pub use attributes::{compute, message, ring_handler, ring_kernel};
pub use context::Context;
pub use envelope::{Envelope, Outgoing, Priority};
pub use error::{DecodeError, EncodeError, Malformed, ReceiveError, SendError};
pub use host::Activity;
pub use message::{Message, Raw};
pub use replies::Replies;

/// What most kernels use.
pub mod prelude {
    pub use std::time::Duration;

    pub use crate::life;
    // Both the attribute and the module.
    pub use crate::compute;
    pub use crate::{
        Activity, Context, Envelope, Malformed, Outgoing, Priority, Raw, ReceiveError, Replies,
        SendError,
    };
    pub use crate::{Error, Result, anyhow, bail, ensure};
    pub use crate::{debug, error, info, trace, warn};
    pub use crate::{message, ring_handler, ring_kernel};
}

/// What the macros write into an author's crate.
#[doc(hidden)]
pub mod __private {
    pub use postcard_schema;
    pub use serde;

    pub use crate::handler::{decode_state, encode_state};
    pub use crate::replies::Answers;

    #[cfg(target_arch = "wasm32")]
    pub use crate::guest::handler::{
        bindings as handler_bindings, handle, stateful as stateful_bindings,
    };
    #[cfg(target_arch = "wasm32")]
    pub use crate::guest::{bindings, run};
}

/// Runs the README's examples as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
