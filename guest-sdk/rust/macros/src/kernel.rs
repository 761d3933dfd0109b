//! `#[ring_kernel]`

use crate::signature;
use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Error, FnArg, ItemFn, Result, Signature, Type};

const EXPECTED: &str =
    "a ring kernel is a function `fn name(context: &mut Context<Input, Output>) -> Result<()>`";

pub(crate) fn expand(attribute: TokenStream, item: TokenStream) -> Result<TokenStream> {
    if !attribute.is_empty() {
        return Err(Error::new_spanned(
            attribute,
            "`#[ring_kernel]` takes no arguments: the host names the kernel when it launches it",
        ));
    }
    let span = item.span();
    let function: ItemFn = syn::parse2(item).map_err(|_| Error::new(span, EXPECTED))?;
    let context = context(&function.sig)?;
    let name = &function.sig.ident;
    let check = quote_spanned! { function.sig.output.span() =>
        const _: fn(&mut #context) -> ::ringhost_sdk::Result<()> = #name;
    };
    Ok(quote! {
        #function

        const _: () = {
            #check

            // Made for every target, so that what cannot be declared is found natively too.
            const DECLARATION: [u8; <#context>::DECLARATION_LENGTH] = <#context>::declaration();

            #[cfg(target_arch = "wasm32")]
            #[used]
            #[unsafe(link_section = "ring:messages")]
            static DECLARED: [u8; <#context>::DECLARATION_LENGTH] = DECLARATION;

            #[cfg(target_arch = "wasm32")]
            struct Component;

            #[cfg(target_arch = "wasm32")]
            impl ::ringhost_sdk::__private::bindings::Guest for Component {
                fn run() -> ::core::result::Result<(), ::std::string::String> {
                    ::ringhost_sdk::__private::run(#name)
                }
            }

            #[cfg(target_arch = "wasm32")]
            ::ringhost_sdk::__private::bindings::export_kernel!(
                Component with_types_in ::ringhost_sdk::__private::bindings
            );
        };
    })
}

/// The type `Context<..>` of the function's only parameter.
fn context(signature: &Signature) -> Result<&Type> {
    signature::check(signature, EXPECTED)?;
    let mut inputs = signature.inputs.iter();
    let (Some(FnArg::Typed(input)), None) = (inputs.next(), inputs.next()) else {
        let why = "it has this one parameter";
        return Err(signature::refusal(&signature.ident, EXPECTED, why));
    };
    let why = "its parameter is a `&mut Context<..>`";
    signature::mutable(&input.ty, EXPECTED, why)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(item: TokenStream) -> String {
        expand(TokenStream::new(), item).unwrap_err().to_string()
    }

    #[test]
    fn keeps_the_function_and_exports_it() {
        let expanded = expand(
            TokenStream::new(),
            quote!(
                pub fn echo(context: &mut Context<Ping, Pong>) -> Result<()> {
                    Ok(())
                }
            ),
        )
        .unwrap()
        .to_string();
        for part in [
            "pub fn echo",
            "export_kernel",
            "\"ring:messages\"",
            "Context < Ping , Pong >",
        ] {
            assert!(expanded.contains(part), "{part} is missing in {expanded}");
        }
    }

    #[test]
    fn says_what_is_expected() {
        for (item, why) in [
            (
                quote!(
                    async fn k(c: &mut Context) -> Result<()> {}
                ),
                "not async",
            ),
            (
                quote!(
                    unsafe fn k(c: &mut Context) -> Result<()> {}
                ),
                "not unsafe",
            ),
            (
                quote!(
                    extern "C" fn k(c: &mut Context) -> Result<()> {}
                ),
                "no ABI",
            ),
            (
                quote!(
                    fn k<T>(c: &mut Context<T>) -> Result<()> {}
                ),
                "not generic",
            ),
            (
                quote!(
                    fn k(c: &mut Context) {}
                ),
                "returns nothing",
            ),
            (
                quote!(
                    fn k() -> Result<()> {}
                ),
                "one parameter",
            ),
            (
                quote!(
                    fn k(c: &mut Context, n: u8) -> Result<()> {}
                ),
                "one parameter",
            ),
            (
                quote!(
                    fn k(self) -> Result<()> {}
                ),
                "one parameter",
            ),
            (
                quote!(
                    fn k(c: &Context) -> Result<()> {}
                ),
                "`&mut Context<..>`",
            ),
            (
                quote!(
                    fn k(c: Context) -> Result<()> {}
                ),
                "`&mut Context<..>`",
            ),
        ] {
            let refusal = refusal(item);
            assert!(refusal.starts_with(EXPECTED), "{refusal}");
            assert!(refusal.contains(why), "{refusal}");
        }
        assert_eq!(
            refusal(quote!(
                struct Kernel;
            )),
            EXPECTED
        );
    }
}
