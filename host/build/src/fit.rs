//! Why a core module does not fit the world of the contract that it is made for.

use crate::contract::World;
use anyhow::{Error, Result, anyhow};
use wasmparser::{Parser, Payload};
use wit_parser::{Resolve, WorldId, WorldItem};

/// What the contract's interfaces begin with.
const CONTRACT: &str = "ring:kernel/";

/// The first version of WASI, for which there is an adapter.
const WASI: &str = "wasi_snapshot_preview1";

/// Says what keeps a module from its world, and what to do: what it imports that nobody has, or
/// what the encoder says.
pub(crate) fn misfit(world: World, module: &[u8], encoder: &Error) -> Error {
    let name = world.name();
    let reason = match foreign_import(world, module) {
        Ok(Some(reason)) => reason,
        _ => encoder.root_cause().to_string(),
    };
    anyhow!(
        "it does not fit the world `{name}` of ring:kernel@0.1.0: {reason}; \
         wit/ring-kernel.wit says what fits"
    )
}

/// What is wrong with the first import that no world has.
fn foreign_import(world: World, module: &[u8]) -> Result<Option<String>> {
    let (resolve, id) = world.resolve_with_compute()?;
    for payload in Parser::new(0).parse_all(module) {
        let Payload::ImportSection(section) = payload? else {
            continue;
        };
        for import in section.into_imports() {
            let import = import?;
            let what = format!("it imports `{}` of {}", import.name, import.module);
            if let Some(fault) = fault(&resolve, id, import.module, import.name) {
                return Ok(Some(format!("{what}, {fault}")));
            }
        }
    }
    Ok(None)
}

/// What is wrong with one import.
fn fault(resolve: &Resolve, world: WorldId, interface: &str, function: &str) -> Option<String> {
    if interface == WASI {
        return None;
    }
    if !interface.starts_with(CONTRACT) {
        // Anything else with a mark in it is a name of the encoder's own.
        let is_foreign = interface
            .chars()
            .all(|mark| mark.is_alphanumeric() || mark == '_');
        let fault = "which no host of kernels has: link it with what defines that, or leave it out";
        return is_foreign.then(|| fault.to_owned());
    }
    let known = resolve.interfaces.iter();
    let known = known
        .into_iter()
        .find(|(id, _)| resolve.id_of(*id).as_deref() == Some(interface));
    let Some((id, known)) = known else {
        return Some(
            "which is of another contract: build it with the SDK of this ringhost, or use a \
             ringhost of that version"
                .to_owned(),
        );
    };
    if !known.functions.contains_key(function) {
        return Some("which has no such function".to_owned());
    }
    let imports = resolve.worlds.get(world)?.imports.values();
    let mut imports = imports.filter_map(|item| match item {
        WorldItem::Interface { id, .. } => Some(*id),
        _ => None,
    });
    if imports.any(|imported| imported == id) {
        return None;
    }
    Some("which is for the other shape: a loop has messaging, a handler has sending".to_owned())
}

#[cfg(test)]
mod tests {
    use crate::component::of_module;

    /// Why such a module is no kernel.
    fn refusal(import: &str, exports: &str) -> String {
        let text = format!(
            r#"(module (import {import} (func (param i32 i64 i32)))
                (memory (export "memory") 1) {exports})"#
        );
        let module = wat::parse_str(text).unwrap();
        of_module(&module, None).unwrap_err().to_string()
    }

    const RUN: &str = r#"(func (export "run") (result i32) i32.const 0)"#;

    #[test]
    fn an_import_that_nobody_has_is_named_with_the_way_out() {
        let handle = r#"(func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 0)
            (func (export "handle") (param i32 i32) (result i32) i32.const 0)"#;
        for (import, exports, expected) in [
            (
                r#""ring:kernel/messaging@0.2.0" "receive""#,
                RUN,
                "it imports `receive` of ring:kernel/messaging@0.2.0, which is of another contract",
            ),
            (
                r#""ring:kernel/dreams@0.1.0" "dream""#,
                RUN,
                "of ring:kernel/dreams@0.1.0, which is of another contract",
            ),
            (
                r#""ring:kernel/compute@0.1.0" "launch""#,
                RUN,
                "of ring:kernel/compute@0.1.0, which has no such function",
            ),
            (
                r#""ring:kernel/messaging@0.1.0" "peek""#,
                RUN,
                "it imports `peek` of ring:kernel/messaging@0.1.0, which has no such function",
            ),
            (
                r#""ring:kernel/messaging@0.1.0" "receive""#,
                handle,
                "which is for the other shape: a loop has messaging, a handler has sending",
            ),
            (
                r#""env" "emscripten_notify""#,
                RUN,
                "it imports `emscripten_notify` of env, which no host of kernels has",
            ),
        ] {
            let text = refusal(import, exports);
            assert!(text.contains(expected), "{text}");
            assert!(text.contains("it does not fit the world `"), "{text}");
        }
    }

    #[test]
    fn what_fits_but_for_its_type_is_told_in_the_encoders_words() {
        let import = r#""ring:kernel/messaging@0.1.0" "receive""#;
        let other = RUN.replace("(result i32)", "(param i64) (result i32)");
        let text = refusal(import, &other);
        let expected = "type mismatch for function `run`: expected `[] -> [I32]` but found \
                        `[I64] -> [I32]`";
        assert!(text.contains(expected), "{text}");
        let text = refusal(import, RUN);
        assert!(text.contains("`cabi_realloc`"), "{text}");
    }
}
