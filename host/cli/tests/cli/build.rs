//! `ringhost build` of what is no kernel.

use crate::support::{Outcome, ringhost_with};
use ringhost_tests::is_there;
use std::fs;
use tempfile::TempDir;

/// Builds a kernel of this text.
fn build(text: &str) -> Outcome {
    let folder = TempDir::new().unwrap();
    let source = folder.path().join("kernel.wat");
    fs::write(&source, text).unwrap();
    ringhost_with(["build".as_ref(), source.as_os_str()], "")
}

#[test]
fn a_program_with_a_main_function_is_told_what_a_kernel_is() {
    let text = r#"(module (memory (export "memory") 1) (func (export "_start")))"#;
    build(text).fails(
        1,
        &[
            "kernel.wat is no kernel",
            "it exports `memory`, `_start`, and neither `run` (a loop) nor `handle` (a handler)",
            "a program with a main function, where a kernel is a library",
            "`ringhost new` begins one",
        ],
    );
}

#[test]
fn a_compute_function_that_needs_the_host_is_told_with_what_it_reaches() {
    let text = r#"(module
        (import "ring:kernel/lifecycle@0.1.0" "is-active" (func $active (result i32)))
        (memory (export "memory") 1)
        (func (export "run") (result i32) i32.const 0)
        (func (export "compute:ask") (param i32) call $active drop))"#;
    build(text).fails(
        1,
        &[
            "kernel.wat is no kernel",
            "the compute function `ask` cannot be taken out of the kernel",
            "it calls the import `is-active`",
        ],
    );
}

#[test]
fn one_in_assemblyscript_that_allocates_or_has_another_type_is_told_so() {
    if !is_there("assemblyscript-doubler") {
        return;
    }
    let folder = TempDir::new().unwrap();
    let source = folder.path().join("kernel.as.ts");
    for (function, told) in [
        (
            "export function list(item: u32): void { const some = new Array<u32>(8); some[item] = 1; }",
            [
                "a compute function has no memory of its own: no `new`",
                "the compute function `list` cannot be taken out of the kernel: its function",
                "uses memory.grow, as an allocator does",
            ],
        ),
        (
            "export function say(item: u32): void { console.log(item.toString()); }",
            [
                "no `console`",
                "the compute function `say`",
                "cannot be taken out",
            ],
        ),
        (
            "export function fill(item: u32, all: Float32Array): void { all[item] = 1; }",
            [
                "`all` of the compute function `fill` is of type `Float32Array`",
                "buffers as `In<f32>`",
                "`Out<f32>`",
            ],
        ),
        (
            "function hidden(item: u32): void {}",
            [
                "`hidden` is marked with `@compute`",
                "is not exported",
                "`export function hidden`",
            ],
        ),
    ] {
        let text = format!("@compute {function}\nexport function run(): void {{}}\n");
        fs::write(&source, text).unwrap();
        let built = ringhost_with(["build".as_ref(), source.as_os_str()], "");
        built.fails(1, &told);
    }
}

#[test]
fn so_is_a_component_of_another_world() {
    let text =
        r#"(component (instance $greet) (export "acme:door/greet@1.0.0" (instance $greet)))"#;
    build(text).fails(
        1,
        &["it exports `acme:door/greet@1.0.0`, and neither `run`"],
    );
}

#[test]
fn a_run_of_another_type_is_told_beside_the_right_one() {
    let text = r#"(module (memory (export "memory") 1) (func (export "run") (param i32)))"#;
    build(text).fails(
        1,
        &[
            "it does not fit the world `kernel` of ring:kernel@0.1.0",
            "expected `[] -> [I32]` but found `[I32] -> []`",
        ],
    );
}

#[test]
fn one_for_another_version_of_the_contract_is_told_which_to_use() {
    let text = r#"(module
        (import "ring:kernel/lifecycle@0.2.0" "is-active" (func (result i32)))
        (memory (export "memory") 1) (func (export "run") (result i32) i32.const 0))"#;
    build(text).fails(
        1,
        &[
            "it imports `is-active` of ring:kernel/lifecycle@0.2.0, which is of another contract",
            "build it with the SDK of this ringhost, or use a ringhost of that version",
        ],
    );
}
