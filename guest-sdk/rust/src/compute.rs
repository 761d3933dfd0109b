//! Data-parallel work, on a GPU or on all CPU cores, with the same results.
//!
//! A function that is marked with [`compute`](macro@crate::compute) runs once for each item of a launch,
//! all items at the same time as far as the device has room. What it reads and writes are buffers in a
//! `Space`, a memory of its own:
//!
//! ```
//! use ringhost_sdk::compute::{In, InOut, Item};
//! use ringhost_sdk::prelude::*;
//!
//! #[compute]
//! fn saxpy(item: Item, a: f32, x: In<f32>, y: InOut<f32>) {
//!     let at = item.index();
//!     y.set(at, a * x.get(at) + y.get(at));
//! }
//!
//! #[cfg(target_arch = "wasm32")]
//! fn scaled(a: f32, x: &[f32], y: &[f32]) -> Result<Vec<f32>> {
//!     let space = compute::Space::create(None, 16 << 20)?;
//!     let (x, y) = (space.buffer(x)?, space.buffer(y)?);
//!     space.run([saxpy::launch(y.length(), a, &x, &y)])?;
//!     Ok(y.read()?)
//! }
//! ```
//!
//! The function can call others and read constants. It cannot reach the kernel's own memory, nor anything
//! that a kernel imports, nor allocate. Where it would panic, the launch fails with a trap that names the
//! item. In a native test it is an ordinary function.
//!
//! A function can also stay on its device: `Space::reside` makes a `Resident`, to which messages are sent, and
//! which keeps in its buffers what it needs from one to the next. On a GPU a message costs no launch then.
//!
//! What every kernel needs, the host does by itself: a `Command` fills and copies buffers, adds up and sorts
//! what is in them, and multiplies matrices. For these a kernel need not mark any function.
//!
//! A kernel must be granted compute by its host: `[grants.compute]` in its manifest.

#[cfg(target_arch = "wasm32")]
mod device;
#[cfg(target_arch = "wasm32")]
mod operation;
#[cfg(target_arch = "wasm32")]
mod resident;
mod views;

#[cfg(target_arch = "wasm32")]
pub use device::{
    Argument, Buffer, Device, DeviceKind, Error, Event, Launch, Plan, Space, Stats, Trap, TrapCode,
    devices,
};
#[cfg(target_arch = "wasm32")]
#[doc(hidden)]
pub use operation::Kind;
#[cfg(target_arch = "wasm32")]
pub use operation::{Command, Matrix, Operator, Order};
#[cfg(target_arch = "wasm32")]
pub use resident::Resident;
pub use views::{Element, In, InOut, Item, Out, Scalar};
