//! `#[ring_handler]`

use crate::signature;
use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Error, FnArg, Ident, ItemFn, Result, Signature, Type};

const EXPECTED: &str = "a ring handler is a function \
    `fn name(request: Input, replies: &mut Replies<Output>) -> Result<()>`, \
    with a state `fn name(state: &mut State, request: Input, replies: &mut Replies<Output>) -> Result<()>`";

/// The types of the function's parameters.
struct Parameters<'a> {
    state: Option<&'a Type>,
    request: &'a Type,
    replies: &'a Type,
}

pub(crate) fn expand(attribute: TokenStream, item: TokenStream) -> Result<TokenStream> {
    let exports_state = exports_state(attribute)?;
    let span = item.span();
    let function: ItemFn = syn::parse2(item).map_err(|_| Error::new(span, EXPECTED))?;
    signature::check(&function.sig, EXPECTED)?;
    let Parameters {
        state,
        request,
        replies,
    } = parameters(&function.sig)?;
    let name = &function.sig.ident;
    if exports_state && state.is_none() {
        return Err(signature::refusal(
            name,
            EXPECTED,
            "this one has no state of which there could be a snapshot",
        ));
    }
    let span = function.sig.output.span();
    let states = state.into_iter();
    let check = quote_spanned! { span =>
        const _: fn(#(&mut #states,)* #request, &mut #replies) -> ::ringhost_sdk::Result<()> = #name;
    };
    let kept = state.map(|state| kept(state, exports_state));
    let handle = match state {
        None => quote!(::ringhost_sdk::__private::handle(messages, &mut #name)),
        Some(_) => quote!(STATE.with_borrow_mut(|state| {
            ::ringhost_sdk::__private::handle(messages, &mut |request, replies: &mut #replies| {
                #name(state, request, replies)
            })
        })),
    };
    let bindings = if exports_state {
        quote!(::ringhost_sdk::__private::stateful_bindings)
    } else {
        quote!(::ringhost_sdk::__private::handler_bindings)
    };
    let export = if exports_state {
        quote!(export_stateful_handler)
    } else {
        quote!(export_handler)
    };
    let snapshots = exports_state.then(|| snapshots(&bindings));
    Ok(quote! {
        #function

        const _: () = {
            #check
            #kept

            type Messages = ::ringhost_sdk::Context<
                #request,
                <#replies as ::ringhost_sdk::__private::Answers>::Output,
            >;

            // Made for every target, so that what cannot be declared is found natively too.
            const DECLARATION: [u8; Messages::DECLARATION_LENGTH] = Messages::declaration();

            #[cfg(target_arch = "wasm32")]
            #[used]
            #[unsafe(link_section = "ring:messages")]
            static DECLARED: [u8; Messages::DECLARATION_LENGTH] = DECLARATION;

            #[cfg(target_arch = "wasm32")]
            struct Component;

            #[cfg(target_arch = "wasm32")]
            impl #bindings::Guest for Component {
                fn handle(
                    messages: ::std::vec::Vec<#bindings::Message>,
                ) -> ::core::result::Result<
                    ::std::vec::Vec<#bindings::OutgoingResult>,
                    ::std::string::String,
                > {
                    #handle
                }
            }

            #snapshots

            #[cfg(target_arch = "wasm32")]
            #bindings::#export!(Component with_types_in #bindings);
        };
    })
}

/// Where the state is kept between two calls, and a check of its type for every target.
fn kept(state: &Type, exports_state: bool) -> TokenStream {
    let encoded = exports_state.then(|| {
        quote! {
            + ::ringhost_sdk::__private::serde::Serialize
            + ::ringhost_sdk::__private::serde::de::DeserializeOwned
        }
    });
    let check = quote_spanned! { state.span() =>
        const _: fn() = || {
            fn check<State: ::core::default::Default #encoded>() {}
            check::<#state>();
        };
    };
    quote! {
        #check

        #[cfg(target_arch = "wasm32")]
        ::std::thread_local! {
            static STATE: ::core::cell::RefCell<#state> = ::core::default::Default::default();
        }
    }
}

fn snapshots(bindings: &TokenStream) -> TokenStream {
    quote! {
        #[cfg(target_arch = "wasm32")]
        impl #bindings::exports::ring::kernel::state::Guest for Component {
            fn snapshot() -> ::core::result::Result<
                ::std::vec::Vec<u8>,
                ::std::string::String,
            > {
                STATE.with_borrow(|state| ::ringhost_sdk::__private::encode_state(state))
            }

            fn restore(
                state: ::std::vec::Vec<u8>,
            ) -> ::core::result::Result<(), ::std::string::String> {
                ::ringhost_sdk::__private::decode_state(state).map(|state| STATE.set(state))
            }
        }
    }
}

/// Whether the attribute asks for the exports `snapshot` and `restore`.
fn exports_state(attribute: TokenStream) -> Result<bool> {
    if attribute.is_empty() {
        return Ok(false);
    }
    match syn::parse2::<Ident>(attribute.clone()) {
        Ok(argument) if argument == "snapshot" => Ok(true),
        _ => Err(Error::new_spanned(
            attribute,
            "`#[ring_handler]` takes no argument but `snapshot`, which lets the host take the state \
             out and put it in",
        )),
    }
}

fn parameters(signature: &Signature) -> Result<Parameters<'_>> {
    let types: Option<Vec<&Type>> = signature
        .inputs
        .iter()
        .map(|input| match input {
            FnArg::Typed(input) => Some(&*input.ty),
            FnArg::Receiver(_) => None,
        })
        .collect();
    let (state, request, replies) = match types.as_deref() {
        Some([request, replies]) => (None, *request, *replies),
        Some([state, request, replies]) => {
            let state = signature::mutable(state, EXPECTED, "its state is a `&mut State`")?;
            (Some(state), *request, *replies)
        }
        _ => {
            let why = "it has two parameters, or three with a state";
            return Err(signature::refusal(&signature.ident, EXPECTED, why));
        }
    };
    let why = "its last parameter is a `&mut Replies<..>`";
    Ok(Parameters {
        state,
        request,
        replies: signature::mutable(replies, EXPECTED, why)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expanded(attribute: TokenStream, item: TokenStream) -> String {
        expand(attribute, item).unwrap().to_string()
    }

    #[test]
    fn keeps_the_function_and_exports_it() {
        let expanded = expanded(
            TokenStream::new(),
            quote!(
                pub fn echo(request: Ping, replies: &mut Replies<Pong>) -> Result<()> {
                    Ok(())
                }
            ),
        );
        for part in [
            "pub fn echo",
            "export_handler",
            "\"ring:messages\"",
            "Replies < Pong >",
        ] {
            assert!(expanded.contains(part), "{part} is missing in {expanded}");
        }
        assert!(!expanded.contains("STATE"), "{expanded}");
    }

    #[test]
    fn keeps_a_state_and_exports_it_only_where_that_is_asked_for() {
        let item = quote!(
            fn count(state: &mut Count, request: Ping, replies: &mut Replies) -> Result<()> {
                Ok(())
            }
        );
        let inside = expanded(TokenStream::new(), item.clone());
        assert!(inside.contains("RefCell < Count >"), "{inside}");
        assert!(!inside.contains("snapshot"), "{inside}");
        let outside = expanded(quote!(snapshot), item);
        assert!(outside.contains("export_stateful_handler"), "{outside}");
        assert!(outside.contains("fn restore"), "{outside}");
    }

    #[test]
    fn says_what_is_expected() {
        let none = TokenStream::new;
        for (attribute, item, why) in [
            (
                none(),
                quote!(
                    async fn k(r: A, s: &mut Replies) -> Result<()> {}
                ),
                "not async",
            ),
            (
                none(),
                quote!(
                    fn k(r: A) -> Result<()> {}
                ),
                "two parameters",
            ),
            (
                none(),
                quote!(
                    fn k(self, r: A, s: &mut Replies) -> Result<()> {}
                ),
                "two parameters",
            ),
            (
                none(),
                quote!(
                    fn k(r: A, s: Replies) -> Result<()> {}
                ),
                "`&mut Replies<..>`",
            ),
            (
                none(),
                quote!(
                    fn k(c: C, r: A, s: &mut Replies) -> Result<()> {}
                ),
                "`&mut State`",
            ),
            (
                none(),
                quote!(
                    fn k(r: A, s: &mut Replies) {}
                ),
                "returns nothing",
            ),
            (
                quote!(snapshot),
                quote!(
                    fn k(r: A, s: &mut Replies) -> Result<()> {}
                ),
                "no state",
            ),
        ] {
            let refusal = expand(attribute, item).unwrap_err().to_string();
            assert!(refusal.starts_with(EXPECTED), "{refusal}");
            assert!(refusal.contains(why), "{refusal}");
        }
        let item = quote!(
            fn k(r: A, s: &mut Replies) -> Result<()> {}
        );
        let refusal = expand(quote!(name = "x"), item).unwrap_err().to_string();
        assert!(refusal.contains("no argument but `snapshot`"), "{refusal}");
    }
}
