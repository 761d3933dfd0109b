//! The attributes, with examples.
//!
//! These are not where the attributes are: if the tests of those depended on this crate, cargo would compile
//! wasmtime a second time for the tests of the workspace, as its own macros would have other features.

/// A message:
///
/// ```
/// use ringhost_sdk::prelude::*;
///
/// #[message]
/// pub enum Query {
///     Add { key: String, amount: u32 },
///     Total,
/// }
/// ```
#[doc(inline)]
pub use ringhost_sdk_macros::message;

/// A compute function, and how it is tested without a host:
///
/// ```
/// use ringhost_sdk::compute::{In, InOut, Item};
/// use ringhost_sdk::prelude::*;
///
/// #[compute]
/// fn saxpy(item: Item, a: f32, x: In<f32>, y: InOut<f32>) {
///     let at = item.index();
///     y.set(at, a * x.get(at) + y.get(at));
/// }
///
/// let mut y = [1.0];
/// saxpy(Item::new(0), 2.0, In::new(&[3.0]), InOut::new(&mut y));
/// assert_eq!(y, [7.0]);
/// ```
#[doc(inline)]
pub use ringhost_sdk_macros::compute;

/// A kernel:
///
/// ```
/// use ringhost_sdk::prelude::*;
///
/// #[ring_kernel]
/// pub fn echo(context: &mut Context) -> Result<()> {
///     context.serve(|message, replies| {
///         replies.push(message);
///         Ok(())
///     })
/// }
/// ```
#[doc(inline)]
pub use ringhost_sdk_macros::ring_kernel;

/// A handler:
///
/// ```
/// use ringhost_sdk::prelude::*;
///
/// #[ring_handler]
/// pub fn shout(request: String, replies: &mut Replies<String>) -> Result<()> {
///     replies.push(request.to_uppercase());
///     Ok(())
/// }
/// ```
///
/// And one with a state, which can be taken out:
///
/// ```
/// use ringhost_sdk::prelude::*;
///
/// #[message]
/// #[derive(Default)]
/// pub struct Total(u64);
///
/// #[ring_handler(snapshot)]
/// pub fn add(total: &mut Total, amount: u64, replies: &mut Replies<u64>) -> Result<()> {
///     total.0 += amount;
///     replies.push(total.0);
///     Ok(())
/// }
/// ```
#[doc(inline)]
pub use ringhost_sdk_macros::ring_handler;
