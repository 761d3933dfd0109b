//! The attributes of `ringhost-sdk`, which exports them.

#![deny(missing_docs)]

mod kernel;
mod message;

use proc_macro::TokenStream;

/// Declares a struct or an enum as a message.
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
///
/// It derives `Debug`, `Clone`, `PartialEq`, the `Serialize` and `Deserialize` of `serde`, and the
/// schema that the component carries. Other traits can be derived beside it.
///
/// Of serde's attributes only `#[serde(rename = "..")]` is allowed: others change the encoding and
/// would make the declared schema untrue. A message cannot contain itself.
#[proc_macro_attribute]
pub fn message(attribute: TokenStream, item: TokenStream) -> TokenStream {
    finish(message::expand(attribute.into(), item.into()))
}

/// Makes a function the kernel of this component: the crate's export `run` calls it.
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
///
/// The function stays as it is and can be called in tests. What it returns becomes the kernel's
/// ending: an error as its text, with its causes. A kernel that leaves with `?` because the host
/// closed its input or asked it to end has ended well. A panic is logged with its place before the
/// kernel traps.
///
/// A component has one kernel. Messages that several kernels share belong in a crate of their own,
/// not in the crate of one of the kernels.
#[proc_macro_attribute]
pub fn ring_kernel(attribute: TokenStream, item: TokenStream) -> TokenStream {
    finish(kernel::expand(attribute.into(), item.into()))
}

fn finish(expanded: syn::Result<proc_macro2::TokenStream>) -> TokenStream {
    expanded
        .unwrap_or_else(syn::Error::into_compile_error)
        .into()
}
