//! Files that are no kernels.

use crate::support::{kernel, ringhost_with};
use std::fs;
use tempfile::TempDir;

/// `ringhost run` of a file with these bytes, and `ringhost inspect` of it: both fail alike.
#[track_caller]
fn refused(bytes: &[u8], parts: &[&str]) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("strange.wasm");
    fs::write(&path, bytes).unwrap();
    for command in ["run", "inspect"] {
        let outcome = ringhost_with([command.as_ref(), path.as_os_str()], "");
        outcome.fails(2, parts);
        outcome.fails(2, &["strange.wasm"]);
        assert!(outcome.output.is_empty());
    }
}

#[test]
fn what_is_not_webassembly() {
    refused(b"#!/bin/sh\n", &["not WebAssembly", "#!/bin/s"]);
}

#[test]
fn webassembly_text() {
    refused(
        b"(component)",
        &["WebAssembly text", "ringhost build KERNEL.wat"],
    );
}

#[test]
fn a_core_module() {
    refused(
        b"\0asm\x01\0\0\0",
        &["core WebAssembly module", "wasm-component-ld"],
    );
}

#[test]
fn a_component_that_is_cut_off() {
    let whole = fs::read(kernel("doubler")).unwrap();
    refused(&whole[..whole.len() / 2], &["invalid or damaged"]);
}

#[test]
fn nothing_at_all() {
    refused(b"", &["empty (0 bytes)"]);
}

#[test]
fn a_hundred_megabytes_of_noise() {
    let mut state = 1_u64;
    let mut noise = Vec::with_capacity(100_000_000);
    while noise.len() < 100_000_000 {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        noise.extend(state.to_le_bytes());
    }
    refused(&noise, &["100000000 bytes", "67108864"]);
}

#[test]
fn a_component_for_another_world() {
    let wat = "(component (import \"foo:bar/baz@1.0.0\" (instance)))";
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("foreign.wasm");
    fs::write(&path, wat::parse_str(wat).unwrap()).unwrap();
    let outcome = ringhost_with(["run".as_ref(), path.as_os_str()], "");
    outcome.fails(
        2,
        &["foreign.wasm", "foo:bar/baz@1.0.0", "lacks run: func()"],
    );
}

#[test]
fn a_folder_and_a_file_that_is_not_there() {
    let folder = TempDir::new().unwrap();
    let arguments = ["run".as_ref(), folder.path().as_os_str()];
    ringhost_with(arguments, "").fails(2, &["is a folder", "name the .wasm file"]);
    let missing = folder.path().join("missing.wasm");
    let arguments = ["run".as_ref(), missing.as_os_str()];
    ringhost_with(arguments, "").fails(2, &["missing.wasm", "No such file"]);
}
