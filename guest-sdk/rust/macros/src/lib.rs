//! The attributes of `ringhost-sdk`, which exports them.

#![deny(missing_docs)]

mod compute;
mod handler;
mod kernel;
mod message;
mod signature;

use proc_macro::TokenStream;

/// Declares a struct or an enum as a message.
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

/// Marks a function that runs once for each item of a launch, on a GPU or on all CPU cores:
/// `ringhost_sdk::compute` says how.
///
/// The function stays as it is. Beside it there is a type of the same name, whose function `launch` takes
/// the number of items and the arguments behind the item, and makes a launch of it.
///
/// With `#[compute(fuel = 1000)]` each item may take so many turns of loops and calls of functions.
#[proc_macro_attribute]
pub fn compute(attribute: TokenStream, item: TokenStream) -> TokenStream {
    finish(compute::expand(attribute.into(), item.into()))
}

/// Makes a function the kernel of this component: the crate's export `run` calls it.
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

/// Makes a function the handler of this component: the crate's export `handle` calls it with each
/// message. Between two calls the kernel has no stack, which makes it small: the shape for many
/// kernels that are mostly idle.
///
/// With a state, which begins as its `Default` and is kept as long as the kernel lives. With
/// `snapshot`, the host can take it out and put it into another instance of the same component, in
/// postcard; it is then a type that `#[message]` or serde describes.
///
/// The function stays as it is and can be called in tests. Messages come in batches, and the replies
/// to a batch are sent when all of it has been handled, or there are many. A message that does not
/// decode is logged and skipped. An error ends the kernel, after the replies to the messages before;
/// over a panic those that were not sent yet are lost with the kernel.
#[proc_macro_attribute]
pub fn ring_handler(attribute: TokenStream, item: TokenStream) -> TokenStream {
    finish(handler::expand(attribute.into(), item.into()))
}

fn finish(expanded: syn::Result<proc_macro2::TokenStream>) -> TokenStream {
    expanded
        .unwrap_or_else(syn::Error::into_compile_error)
        .into()
}
