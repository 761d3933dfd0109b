//! `#[message]`

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::visit::Visit;
use syn::{Attribute, Data, DeriveInput, Error, Path, Result};

pub(crate) fn expand(attribute: TokenStream, item: TokenStream) -> Result<TokenStream> {
    if !attribute.is_empty() {
        return Err(Error::new_spanned(
            attribute,
            "`#[message]` takes no arguments",
        ));
    }
    let input: DeriveInput = syn::parse2(item)?;
    if let Data::Union(union) = &input.data {
        return Err(Error::new_spanned(
            union.union_token,
            "a union cannot be a message: use an enum",
        ));
    }
    let mut check = Check {
        name: &input.ident,
        errors: Vec::new(),
    };
    check.visit_derive_input(&input);
    if let Some(error) = check.errors.into_iter().reduce(|mut all, error| {
        all.combine(error);
        all
    }) {
        return Err(error);
    }
    Ok(quote! {
        #[derive(
            Debug,
            Clone,
            PartialEq,
            ::ringhost_sdk::__private::serde::Serialize,
            ::ringhost_sdk::__private::serde::Deserialize,
            ::ringhost_sdk::__private::postcard_schema::Schema,
        )]
        #[serde(crate = "::ringhost_sdk::__private::serde")]
        #[postcard(crate = ::ringhost_sdk::__private::postcard_schema)]
        #input
    })
}

/// Looks for what would make the declared schema untrue or endless.
struct Check<'a> {
    name: &'a Ident,
    errors: Vec<Error>,
}

impl<'ast> Visit<'ast> for Check<'_> {
    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        if !attribute.path().is_ident("serde") {
            return;
        }
        let parsed = attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("rename") && meta.input.peek(syn::Token![=]) {
                meta.value()?.parse::<syn::LitStr>()?;
                return Ok(());
            }
            Err(meta.error(
                "a message allows only `#[serde(rename = \"..\")]`: \
                 anything else would make its declared schema untrue",
            ))
        });
        self.errors.extend(parsed.err());
    }

    fn visit_path(&mut self, path: &'ast Path) {
        if path.is_ident(self.name) || path.is_ident("Self") {
            self.errors.push(Error::new_spanned(
                path,
                "a message cannot contain itself: its declared schema would have no end",
            ));
        }
        syn::visit::visit_path(self, path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(item: TokenStream) -> String {
        expand(TokenStream::new(), item).unwrap_err().to_string()
    }

    #[test]
    fn derives_and_keeps_the_item() {
        let expanded = expand(
            TokenStream::new(),
            quote!(
                pub struct Point {
                    #[serde(rename = "ex")]
                    x: f64,
                }
            ),
        )
        .unwrap()
        .to_string();
        for part in ["Deserialize", "Schema", "pub struct Point", "\"ex\""] {
            assert!(expanded.contains(part), "{part} is missing in {expanded}");
        }
    }

    #[test]
    fn refuses_what_has_no_true_schema() {
        assert!(
            refusal(quote!(
                enum Tree {
                    Leaf,
                    Node(Vec<Tree>),
                }
            ))
            .contains("contain itself")
        );
        assert!(
            refusal(quote!(
                struct List {
                    rest: Option<Box<Self>>,
                }
            ))
            .contains("contain itself")
        );
        assert!(
            refusal(quote!(
                struct Part {
                    #[serde(skip)]
                    x: u8,
                }
            ))
            .contains("only")
        );
        assert!(
            refusal(quote!(
                #[serde(untagged)]
                enum Any {
                    A,
                    B,
                }
            ))
            .contains("only")
        );
        assert!(refusal(quote!(union Bits { a: u32, b: f32 })).contains("enum"));
        assert!(
            refusal(quote!(
                fn function() {}
            ))
            .contains("expected")
        );
    }

    #[test]
    fn takes_no_arguments() {
        let error = expand(
            quote!(loud),
            quote!(
                struct Unit;
            ),
        )
        .unwrap_err();
        assert!(error.to_string().contains("no arguments"));
    }
}
