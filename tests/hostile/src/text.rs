//! Kernels in WebAssembly text, with every import of the contract at hand.

use ringhost_tests::{CONTRACT_IMPORTS, HANDLER_IMPORTS, component_from_core, handler_from_core};

/// Hands out the second page of the memory, again and again.
pub(crate) const REALLOC: &str = "(i32.const 65536)";

/// A kernel of a memory of two pages, these fields, and a `run` with this body that leaves the
/// address of its result on the stack. At address 0 is an `ok` result.
pub(crate) fn kernel(fields: &str, run: &str) -> Vec<u8> {
    kernel_with("2", REALLOC, fields, run)
}

/// The same with another memory and another `cabi_realloc`, whose four parameters are the old
/// address and size, the alignment, and the new size.
pub(crate) fn kernel_with(memory: &str, realloc: &str, fields: &str, run: &str) -> Vec<u8> {
    component_from_core(&format!(
        r#"(module {CONTRACT_IMPORTS}
            (memory (export "memory") {memory})
            (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) {realloc})
            (func (export "run") (result i32) {run})
            {fields})"#
    ))
}

/// A handler of a memory of two pages, these fields, and a `handle` with this body that leaves the
/// address of its result on the stack. At address 0 is a result of no replies.
pub(crate) fn handler(fields: &str, handle: &str) -> Vec<u8> {
    handler_with("2", REALLOC, fields, handle)
}

/// The same with another memory and another `cabi_realloc`.
pub(crate) fn handler_with(memory: &str, realloc: &str, fields: &str, handle: &str) -> Vec<u8> {
    handler_from_core(&format!(
        r#"(module {HANDLER_IMPORTS}
            (memory (export "memory") {memory})
            (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) {realloc})
            (func (export "handle") (param i32 i32) (result i32) {handle})
            {fields})"#
    ))
}

/// A handler of a memory of so many pages that answers nothing, with these bodies for the exports of
/// its state, which leave the address of a result on the stack.
pub(crate) fn stateful_handler(pages: &str, snapshot: &str, restore: &str) -> Vec<u8> {
    let state = format!(
        r#"(func (export "ring:kernel/state@0.1.0#snapshot") (result i32) {snapshot})
        (func (export "ring:kernel/state@0.1.0#restore") (param i32 i32) (result i32) {restore})"#
    );
    handler_with(pages, REALLOC, &state, "(i32.const 0)")
}

/// A kernel that does this again and again.
pub(crate) fn forever(fields: &str, turn: &str) -> Vec<u8> {
    kernel(fields, &endless(turn))
}

/// Instructions that are repeated without end.
pub(crate) fn endless(turn: &str) -> String {
    format!("(loop $again {turn} (br $again)) unreachable")
}

/// A component of this text.
///
/// # Panics
/// If it is not text of a component.
pub(crate) fn component(text: &str) -> Vec<u8> {
    wat::parse_str(text).unwrap_or_else(|error| panic!("{error}"))
}

/// A component around a core module of these fields and a `run` with this body, without the
/// contract's imports.
pub(crate) fn bare(fields: &str, run: &str) -> Vec<u8> {
    around(
        "",
        &format!(
            r#"{fields} (memory (export "memory") 1) (func (export "run") (result i32) {run})"#
        ),
    )
}

/// A component with these fields of its own around a core module with these fields, which exports
/// `memory` and `run`.
pub(crate) fn around(fields: &str, module: &str) -> Vec<u8> {
    component(&format!(
        r#"(component {fields}
            (core module $module {module})
            (core instance $kernel (instantiate $module))
            (func (export "run") (result (result (error string)))
                (canon lift (core func $kernel "run") (memory (core memory $kernel "memory")))))"#
    ))
}
