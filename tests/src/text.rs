//! Kernels written as WebAssembly text, for behaviour that no compiler would emit.

use crate::root;
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

/// Makes a kernel's component of a core module in WebAssembly text, with the adapter for
/// `wasi_snapshot_preview1` where the module imports that.
///
/// # Panics
/// If the text is not such a module.
pub fn component_from_core(text: &str) -> Vec<u8> {
    let mut module = wat::parse_str(text).expect("the text is WebAssembly");
    let mut resolve = Resolve::default();
    let (package, _) = resolve
        .push_path(root().join("wit"))
        .expect("the contract parses");
    let world = resolve
        .select_world(&[package], Some("kernel"))
        .expect("it has the world");
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8)
        .expect("the world can be embedded");
    ComponentEncoder::default()
        .validate(true)
        .module(&module)
        .expect("the module fits the world")
        .adapter(
            wasi_preview1_component_adapter_provider::WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME,
            wasi_preview1_component_adapter_provider::WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER,
        )
        .expect("the adapter is one")
        .encode()
        .expect("the component can be encoded")
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
