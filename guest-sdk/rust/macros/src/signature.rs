//! What the functions of all kernels have in common.

use quote::ToTokens;
use syn::{Error, Result, ReturnType, Signature, Type};

/// Refuses what no kernel's function is; `expected` says what one is.
pub(crate) fn check(signature: &Signature, expected: &str) -> Result<()> {
    let refuse = |what: &dyn ToTokens, why| Err(refusal(what, expected, why));
    if let Some(keyword) = &signature.asyncness {
        return refuse(keyword, "it waits in its calls and is not async");
    }
    if let Some(keyword) = &signature.unsafety {
        return refuse(keyword, "it is not unsafe");
    }
    if let Some(abi) = &signature.abi {
        return refuse(abi, "it has no ABI of its own");
    }
    if !signature.generics.params.is_empty() {
        return refuse(&signature.generics, "it is not generic");
    }
    if let ReturnType::Default = signature.output {
        return refuse(&signature.ident, "this one returns nothing");
    }
    Ok(())
}

/// What a parameter borrows to change it.
pub(crate) fn mutable<'a>(parameter: &'a Type, expected: &str, why: &str) -> Result<&'a Type> {
    match parameter {
        Type::Reference(reference) if reference.mutability.is_some() => Ok(&reference.elem),
        other => Err(refusal(other, expected, why)),
    }
}

/// An error that says what is expected and why this is not it.
pub(crate) fn refusal(what: impl ToTokens, expected: &str, why: &str) -> Error {
    Error::new_spanned(what, format!("{expected}; {why}"))
}
