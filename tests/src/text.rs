//! Kernels written as WebAssembly text, for behaviour that no compiler would emit.

use crate::root;
use std::sync::LazyLock;
use wasi_preview1_component_adapter_provider::{
    WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME, WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER,
};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::{Resolve, WorldId};

/// The contract and its worlds, by name.
static CONTRACT: LazyLock<(Resolve, WorldId)> = LazyLock::new(|| world_in(&["wit"], "kernel"));
static HANDLER: LazyLock<(Resolve, WorldId)> = LazyLock::new(|| world_in(&["wit"], "handler"));
static STATEFUL_HANDLER: LazyLock<(Resolve, WorldId)> =
    LazyLock::new(|| world_in(&["wit"], "stateful-handler"));

/// The world `kernel` with some of WASI 0.2.
static WITH_WASI: LazyLock<(Resolve, WorldId)> =
    LazyLock::new(|| world_in(&["wit", "tests/wit"], "kernel"));

/// A world of the last of these folders, which may refer to those before.
fn world_in(folders: &[&str], name: &str) -> (Resolve, WorldId) {
    let mut resolve = Resolve::default();
    let packages = folders.iter().map(|folder| {
        let read = resolve.push_path(root().join(folder));
        read.expect("the folder's worlds parse").0
    });
    let last = packages.last();
    let world = resolve
        .select_world(last.as_slice(), Some(name))
        .expect("it has the world");
    (resolve, world)
}

/// Every function of the contract, as core WebAssembly sees it. Where a result does not fit in a
/// number, the last parameter is the address to which it goes.
pub const CONTRACT_IMPORTS: &str = r#"
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
    ;; Packed messages, how many to receive and to read ahead, timeout, address of the result.
    (import "ring:kernel/messaging@0.1.0" "exchange"
        (func $exchange (param i32 i32 i32 i32 i32 i64 i32)))
    ;; Packed messages, the id of the next one, address of the result.
    (import "ring:kernel/messaging@0.1.0" "advance" (func $advance (param i32 i32 i64 i32)))
    (import "ring:kernel/log@0.1.0" "log" (func $log (param i32 i32 i32)))"#;

/// Makes a kernel's component of a core module in WebAssembly text. Beside the contract it may import
/// `wasi_snapshot_preview1`, for which there is an adapter, or what `tests/wit/wasi.wit` has of
/// WASI 0.2. The component imports only what the module does.
///
/// # Panics
/// If the text is not such a module.
pub fn component_from_core(text: &str) -> Vec<u8> {
    let module = wat::parse_str(text).expect("the text is WebAssembly");
    let mut encoder = if text.contains(WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME) {
        encoder(module, &CONTRACT)
            .expect("the module fits the world")
            .adapter(
                WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME,
                WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER,
            )
            .expect("the adapter is one")
    } else {
        encoder(module, &WITH_WASI).expect("the module fits the world")
    };
    encoder.encode().expect("the component can be encoded")
}

/// Makes a handler's component of a core module in WebAssembly text, with its state if the module
/// exports that. The component imports only what the module does.
///
/// # Panics
/// If the text is not such a module.
pub fn handler_from_core(text: &str) -> Vec<u8> {
    let module = wat::parse_str(text).expect("the text is WebAssembly");
    let world = if text.contains("ring:kernel/state") {
        &STATEFUL_HANDLER
    } else {
        &HANDLER
    };
    let mut encoder = encoder(module, world).expect("the module fits the world");
    encoder.encode().expect("the component can be encoded")
}

/// Makes a component of a core module in WebAssembly text and the text of a world, `kernel` of a
/// package of its own, which may refer to the contract.
///
/// # Panics
/// If either is not what it should be.
pub fn component_of_world(world: &str, text: &str) -> Vec<u8> {
    let mut resolve = CONTRACT.0.clone();
    let package = resolve
        .push_str("world.wit", world)
        .expect("the text is a package");
    let world = resolve
        .select_world(&[package], Some("kernel"))
        .expect("it has the world");
    let module = wat::parse_str(text).expect("the text is WebAssembly");
    let mut encoder = encoder(module, &(resolve, world)).expect("the module fits the world");
    encoder.encode().expect("the component can be encoded")
}

/// Makes a component of a core module in WebAssembly text for a world of a contract of another
/// version, in WIT: as another SDK than this one would.
///
/// # Panics
/// If either is not what it should be.
pub fn component_of_contract(contract: &str, world: &str, text: &str) -> Vec<u8> {
    let mut resolve = Resolve::default();
    let package = resolve
        .push_str("ring-kernel.wit", contract)
        .expect("the text is a contract");
    let world = resolve
        .select_world(&[package], Some(world))
        .expect("it has the world");
    let module = wat::parse_str(text).expect("the text is WebAssembly");
    let mut encoder = encoder(module, &(resolve, world)).expect("the module fits the world");
    encoder.encode().expect("the component can be encoded")
}

/// Makes a kernel's component of a core module, which imports nothing but the contract.
///
/// # Errors
/// If it is not such a module.
pub fn component_from_module(module: Vec<u8>) -> anyhow::Result<Vec<u8>> {
    encoder(module, &CONTRACT)?.encode()
}

fn encoder(
    mut module: Vec<u8>,
    (resolve, world): &(Resolve, WorldId),
) -> anyhow::Result<ComponentEncoder> {
    embed_component_metadata(&mut module, resolve, *world, StringEncoding::UTF8)?;
    ComponentEncoder::default().validate(true).module(&module)
}

/// An honest kernel: it sends back what it receives, at most 64 KiB, until it is asked to end.
pub fn echo_kernel() -> Vec<u8> {
    component_from_core(
        r#"(module
            (import "ring:kernel/messaging@0.1.0" "receive" (func $receive (param i32 i64 i32)))
            (import "ring:kernel/messaging@0.1.0" "send"
                (func $send (param i32 i32 i32 i64 i32 i32 i32 i64 i32)))
            (memory (export "memory") 2)
            ;; Hands out the second page, again and again.
            (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 65536))
            (func (export "run") (result i32)
                (loop $again
                    (call $receive (i32.const 0) (i64.const 0) (i32.const 64))
                    (if (i32.load8_u (i32.const 64)) (then (return (i32.const 0))))
                    (call $send (i32.load (i32.const 92)) (i32.load (i32.const 96)) (i32.const 0)
                        (i64.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i64.const 0)
                        (i32.const 200))
                    (br $again))
                unreachable))"#,
    )
}

/// An honest handler, which imports nothing: it sends back the first message of each call, at most
/// some 60 KiB.
pub fn echo_handler() -> Vec<u8> {
    handler_from_core(
        r#"(module
            (memory (export "memory") 1)
            (global $next (mut i32) (i32.const 1024))
            (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
                (global.get $next)
                (global.set $next (i32.add (global.get $next)
                    (i32.and (i32.add (local.get 3) (i32.const 7)) (i32.const -8)))))
            (func (export "cabi_post_handle") (param i32) (global.set $next (i32.const 1024)))
            (func (export "handle") (param $messages i32) (param i32) (result i32)
                ;; One reply, at 128, with the payload where it came.
                (i32.store (i32.const 68) (i32.const 128))
                (i32.store (i32.const 72) (i32.const 1))
                (i32.store (i32.const 128) (i32.load offset=20 (local.get $messages)))
                (i32.store (i32.const 132) (i32.load offset=24 (local.get $messages)))
                (i32.const 64)))"#,
    )
}

/// A core module for the kernel world: a memory of so many pages, the fields that are given, and a
/// `run` with this body, which ends by leaving the address of its result on the stack. At address
/// 0 is an `ok` result.
pub fn core_kernel(pages: u32, fields: &str, run: &str) -> String {
    format!(
        r#"(module
            {fields}
            (memory (export "memory") {pages})
            (global $next (mut i32) (i32.const 4096))
            (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
                (global.get $next)
                (global.set $next (i32.add (global.get $next)
                    (i32.and (i32.add (local.get 3) (i32.const 7)) (i32.const -8)))))
            (func (export "run") (result i32) {run}))"#
    )
}

/// What a handler can import, beside its life and the log, as core WebAssembly sees it.
pub const HANDLER_IMPORTS: &str = r#"
    (import "ring:kernel/lifecycle@0.1.0" "should-terminate"
        (func $should_terminate (result i32)))
    (import "ring:kernel/lifecycle@0.1.0" "is-active" (func $is_active (result i32)))
    (import "ring:kernel/lifecycle@0.1.0" "wait-active" (func $wait_active (result i32)))
    ;; Payload, correlation, priority, timeout, address of the result.
    (import "ring:kernel/sending@0.1.0" "send"
        (func $send (param i32 i32 i32 i64 i32 i32 i32 i64 i32)))
    (import "ring:kernel/sending@0.1.0" "send-batch"
        (func $send_batch (param i32 i32 i32 i64 i32)))
    (import "ring:kernel/log@0.1.0" "log" (func $log (param i32 i32 i32)))"#;

/// A core module for the world of handlers: a memory of so many pages, the fields that are given, and
/// a `handle` with this body, of the address and the number of the messages (32 bytes each: id and
/// correlation, at 20 and 24 the address and length of the payload), which ends by leaving the
/// address of its result on the stack. At address 0 is an `ok` result of no replies. The host puts
/// messages where the module has space from address 4096 on, again and again.
pub fn core_handler(pages: u32, fields: &str, handle: &str) -> String {
    format!(
        r#"(module {HANDLER_IMPORTS}
            {fields}
            (memory (export "memory") {pages})
            (global $next (mut i32) (i32.const 4096))
            (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
                (global.get $next)
                (global.set $next (i32.add (global.get $next)
                    (i32.and (i32.add (local.get 3) (i32.const 7)) (i32.const -8)))))
            (func (export "cabi_post_handle") (param i32) (global.set $next (i32.const 4096)))
            (func (export "handle") (param $messages i32) (param $count i32) (result i32) {handle}))"#
    )
}
