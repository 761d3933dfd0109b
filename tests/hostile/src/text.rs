//! Kernels in WebAssembly text, with every import of the contract at hand.

use ringhost_tests::component_from_core;

/// Every function of the contract, as core WebAssembly sees it. Where a result does not fit in a
/// number, the last parameter is the address to which it goes.
const IMPORTS: &str = r#"
    (import "ring:kernel/lifecycle@0.1.0" "kernel-id" (func $kernel_id (param i32)))
    (import "ring:kernel/lifecycle@0.1.0" "should-terminate"
        (func $should_terminate (result i32)))
    (import "ring:kernel/lifecycle@0.1.0" "is-active" (func $is_active (result i32)))
    (import "ring:kernel/lifecycle@0.1.0" "wait-active" (func $wait_active (result i32)))
    ;; A timeout: 1 and nanoseconds, or 0 for none.
    (import "ring:kernel/messaging@0.1.0" "receive" (func $receive (param i32 i64 i32)))
    (import "ring:kernel/messaging@0.1.0" "receive-batch"
        (func $receive_batch (param i32 i32 i64 i32)))
    ;; Payload, correlation, priority, timeout, address of the result.
    (import "ring:kernel/messaging@0.1.0" "send"
        (func $send (param i32 i32 i32 i64 i32 i32 i32 i64 i32)))
    (import "ring:kernel/messaging@0.1.0" "send-batch"
        (func $send_batch (param i32 i32 i32 i64 i32)))
    (import "ring:kernel/log@0.1.0" "log" (func $log (param i32 i32 i32)))"#;

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
        r#"(module {IMPORTS}
            (memory (export "memory") {memory})
            (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) {realloc})
            (func (export "run") (result i32) {run})
            {fields})"#
    ))
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

/// The honest kernel: it sends back what it receives, until it is asked to end.
pub(crate) fn echo() -> Vec<u8> {
    kernel(
        "",
        "(loop $again
            (call $receive (i32.const 0) (i64.const 0) (i32.const 64))
            (if (i32.load8_u (i32.const 64)) (then (return (i32.const 0))))
            (call $send (i32.load (i32.const 92)) (i32.load (i32.const 96)) (i32.const 0)
                (i64.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i64.const 0)
                (i32.const 200))
            (br $again))
        unreachable",
    )
}
