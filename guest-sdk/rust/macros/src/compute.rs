//! `#[compute]`

use crate::signature::refusal;
use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{
    Error, FnArg, GenericArgument, Ident, ItemFn, LitInt, Pat, PathArguments, Result, ReturnType,
    Type,
};

const EXPECTED: &str = "a compute function is a function \
    `fn name(item: Item, a: f32, x: In<f32>, y: InOut<f32>)`: behind the item numbers and views of \
    buffers, in any order";

/// A parameter behind the item.
enum Parameter<'a> {
    Number(&'a Ident, &'a Type),
    View {
        name: &'a Ident,
        view: &'a Ident,
        element: &'a Type,
    },
}

pub(crate) fn expand(attribute: TokenStream, item: TokenStream) -> Result<TokenStream> {
    let fuel = fuel(attribute)?;
    let span = item.span();
    let function: ItemFn = syn::parse2(item).map_err(|_| Error::new(span, EXPECTED))?;
    check(&function)?;
    let mut inputs = function.sig.inputs.iter();
    let item = inputs
        .next()
        .ok_or_else(|| refusal(&function.sig.ident, EXPECTED, "this one has no item"))?;
    let (_, item) = named(item)?;
    let parameters = inputs.map(parameter).collect::<Result<Vec<_>>>()?;

    let name = &function.sig.ident;
    let visibility = &function.vis;
    let export = format!("compute:{name}");
    let text = name.to_string();
    let raw: Vec<_> = parameters.iter().map(Parameter::raw).collect();
    let given: Vec<_> = parameters.iter().map(Parameter::given).collect();
    let roles = parameters.iter().map(Parameter::role);
    let wanted: Vec<_> = parameters.iter().map(Parameter::wanted).collect();
    let passed: Vec<_> = parameters.iter().map(Parameter::passed).collect();
    let checks = parameters.iter().map(Parameter::check);
    let fuel = fuel.map(|fuel| quote!(" fuel=", #fuel,));
    // Names that no parameter of the author's can be.
    let own = |name| Ident::new(name, Span::mixed_site());
    let (number, items) = (own("number"), own("items"));
    let documentation = format!("Launches [`{name}`](fn@{name}).");
    Ok(quote! {
        #function

        #[doc = #documentation]
        #[allow(non_camel_case_types)]
        #visibility struct #name {}

        const _: () = {
            const _: fn(#item) = |_: ::ringhost_sdk::compute::Item| {};
            #(#checks)*

            /// What the host is told of the function.
            const ROLES: &str = ::core::concat!(#text, #fuel #(#roles,)* "\n");

            #[cfg(target_arch = "wasm32")]
            #[used]
            #[unsafe(link_section = "ring:compute")]
            static DECLARED: [u8; ROLES.len()] = {
                let mut bytes = [0; ROLES.len()];
                let mut at = 0;
                while at < bytes.len() {
                    bytes[at] = ROLES.as_bytes()[at];
                    at += 1;
                }
                bytes
            };

            #[cfg(target_arch = "wasm32")]
            #[unsafe(export_name = #export)]
            extern "C" fn exported(#number: u32, #(#raw),*) {
                #name(::ringhost_sdk::compute::Item::new(#number), #(#given),*)
            }

            #[cfg(target_arch = "wasm32")]
            impl #name {
                /// For so many items, with these arguments.
                #visibility fn launch<'a>(
                    #items: u32,
                    #(#wanted),*
                ) -> ::ringhost_sdk::compute::Launch<'a> {
                    ::ringhost_sdk::compute::Launch::new(#text, #items)#(#passed)*
                }
            }
        };
    })
}

fn check(function: &ItemFn) -> Result<()> {
    let signature = &function.sig;
    if let Some(keyword) = &signature.asyncness {
        return Err(refusal(keyword, EXPECTED, "it is not async"));
    }
    if let Some(keyword) = &signature.unsafety {
        return Err(refusal(keyword, EXPECTED, "it is not unsafe"));
    }
    if let Some(abi) = &signature.abi {
        return Err(refusal(abi, EXPECTED, "it has no ABI of its own"));
    }
    if !signature.generics.params.is_empty() {
        return Err(refusal(&signature.generics, EXPECTED, "it is not generic"));
    }
    match &signature.output {
        ReturnType::Default => Ok(()),
        returned => Err(refusal(
            returned,
            EXPECTED,
            "it returns nothing: what it computes is written to buffers",
        )),
    }
}

/// `#[compute(fuel = 1000)]`
fn fuel(attribute: TokenStream) -> Result<Option<u64>> {
    let mut fuel = None;
    let parser = syn::meta::parser(|meta| {
        if !meta.path.is_ident("fuel") {
            return Err(
                meta.error("it takes `fuel = 1000`, the turns of loops and calls of an item")
            );
        }
        fuel = Some(meta.value()?.parse::<LitInt>()?.base10_parse()?);
        Ok(())
    });
    syn::parse::Parser::parse2(parser, attribute)?;
    Ok(fuel)
}

fn named(input: &FnArg) -> Result<(&Ident, &Type)> {
    match input {
        FnArg::Typed(typed) => match &*typed.pat {
            Pat::Ident(name) => Ok((&name.ident, &typed.ty)),
            other => Err(refusal(other, EXPECTED, "each parameter has a name")),
        },
        FnArg::Receiver(receiver) => Err(refusal(receiver, EXPECTED, "it is no method")),
    }
}

fn parameter(input: &FnArg) -> Result<Parameter<'_>> {
    let (name, kind) = named(input)?;
    let Type::Path(path) = kind else {
        return Err(refusal(kind, EXPECTED, "this is neither"));
    };
    let Some(last) = path.path.segments.last() else {
        return Err(refusal(kind, EXPECTED, "this is neither"));
    };
    let PathArguments::AngleBracketed(arguments) = &last.arguments else {
        return Ok(Parameter::Number(name, kind));
    };
    let mut types = arguments.args.iter().filter_map(|argument| match argument {
        GenericArgument::Type(element) => Some(element),
        _ => None,
    });
    match types.next() {
        Some(element) if ["In", "Out", "InOut"].iter().any(|view| last.ident == view) => {
            Ok(Parameter::View {
                name,
                view: &last.ident,
                element,
            })
        }
        _ => Err(refusal(kind, EXPECTED, "views are `In`, `Out` and `InOut`")),
    }
}

impl Parameter<'_> {
    /// As the exported function has it.
    fn raw(&self) -> TokenStream {
        match self {
            Self::Number(name, kind) => quote!(#name: #kind),
            Self::View { name, element, .. } => {
                let length = length(name);
                quote!(#name: *mut #element, #length: u32)
            }
        }
    }

    /// As the author's function is given it.
    fn given(&self) -> TokenStream {
        match self {
            Self::Number(name, _) => quote!(#name),
            Self::View { name, view, .. } => {
                let length = length(name);
                quote! {
                    // SAFETY: a launch passes a buffer of so many elements, aligned to 256, and a space
                    // keeps its buffers as long as a launch runs. What another launcher passes is within
                    // the space, which is all that this function can reach.
                    unsafe { ::ringhost_sdk::compute::#view::of(#name, #length) }
                }
            }
        }
    }

    /// The host is told its name, its role and what it is made of.
    fn role(&self) -> TokenStream {
        match self {
            Self::Number(name, kind) => {
                let begin = format!(" {name}:value:");
                quote!(#begin, ::core::stringify!(#kind))
            }
            Self::View {
                name,
                view,
                element,
            } => {
                let role = view.to_string().to_lowercase();
                let begin = format!(" {name}:{role}:");
                let end = format!(" {name}-length:value:u32");
                quote!(#begin, ::core::stringify!(#element), #end)
            }
        }
    }

    /// As the launch takes it.
    fn wanted(&self) -> TokenStream {
        match self {
            Self::Number(name, kind) => quote!(#name: #kind),
            Self::View { name, element, .. } => {
                quote!(#name: &'a ::ringhost_sdk::compute::Buffer<#element>)
            }
        }
    }

    /// As the launch passes it on.
    fn passed(&self) -> TokenStream {
        match self {
            Self::Number(name, _) => quote!(.number(#name)),
            Self::View { name, .. } => quote!(.buffer(#name)),
        }
    }

    /// That a number is one, and that an element is what a buffer can hold.
    fn check(&self) -> TokenStream {
        match self {
            Self::Number(_, kind) => quote_spanned! { kind.span() =>
                const _: fn() = || {
                    fn check<T: ::ringhost_sdk::compute::Scalar>() {}
                    check::<#kind>();
                };
            },
            Self::View { element, .. } => quote_spanned! { element.span() =>
                const _: fn() = || {
                    fn check<T: ::ringhost_sdk::compute::Element>() {}
                    check::<#element>();
                };
            },
        }
    }
}

/// What the number of elements is called.
fn length(name: &Ident) -> Ident {
    format_ident!("{name}_length")
}
