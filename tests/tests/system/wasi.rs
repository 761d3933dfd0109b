//! A kernel that imports WASI can run in an empty world.

use ringhost::{Ending, Grant, Grants, LaunchOptions, Level};
use ringhost_tests::{component_from_core, core_kernel, runtime};

/// A kernel that prints what it finds of the world, through `wasi_snapshot_preview1` and its
/// adapter to WASI 0.2.
fn explorer() -> Vec<u8> {
    let fields = r#"
        (import "wasi_snapshot_preview1" "fd_write"
            (func $write (param i32 i32 i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "environ_sizes_get"
            (func $environment (param i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "args_sizes_get"
            (func $arguments (param i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "fd_prestat_get"
            (func $folder (param i32 i32) (result i32)))
        (data (i32.const 100) "hello from WASI\nand a second line\nan unfinished one")
        (data (i32.const 200) "to standard error\n")
        (data (i32.const 300) "an error of its own")
        (func $print (param $stream i32) (param $at i32) (param $length i32)
            (i32.store (i32.const 16) (local.get $at))
            (i32.store (i32.const 20) (local.get $length))
            (drop (call $write (local.get $stream) (i32.const 16) (i32.const 1) (i32.const 24))))
        ;; The error result at 32: a trap's worth of evidence if the world is not empty.
        (func $fail (result i32)
            (i32.store8 (i32.const 32) (i32.const 1))
            (i32.store (i32.const 36) (i32.const 300))
            (i32.store (i32.const 40) (i32.const 19))
            (i32.const 32))"#;
    let run = r#"
        (call $print (i32.const 1) (i32.const 100) (i32.const 51))
        (call $print (i32.const 2) (i32.const 200) (i32.const 18))
        (drop (call $environment (i32.const 48) (i32.const 52)))
        (if (i32.load (i32.const 48)) (then (return (call $fail))))
        (drop (call $arguments (i32.const 48) (i32.const 52)))
        (if (i32.load (i32.const 48)) (then (return (call $fail))))
        ;; 3 would be the first folder; 8 is "bad file descriptor".
        (if (i32.ne (call $folder (i32.const 3) (i32.const 48)) (i32.const 8))
            (then (return (call $fail))))
        (i32.const 0)"#;
    // The adapter takes a page and more of the module's memory for itself.
    component_from_core(&core_kernel(8, fields, run))
}

#[tokio::test]
async fn it_finds_no_files_no_environment_no_arguments_and_its_output_is_logged_by_line() {
    let runtime = runtime();
    let inspection = runtime.inspect(explorer()).await.unwrap();
    assert!(inspection.needs.check().is_ok());
    assert!(
        inspection
            .needs
            .wasi
            .iter()
            .any(|import| import.starts_with("wasi:cli/stdout@0.2"))
    );
    let wants: Vec<_> = inspection
        .needs
        .wants
        .iter()
        .map(|want| want.grant)
        .collect();
    assert_eq!(wants, [Grant::Environment, Grant::Folders]);
    let empty = Grants {
        empty_world: true,
        ..Grants::default()
    };
    let options = LaunchOptions::default().grants(empty);
    runtime
        .launch_with("explorer", explorer(), options)
        .await
        .unwrap();
    runtime.activate("explorer").await.unwrap();
    assert_eq!(runtime.wait("explorer").await.unwrap(), Ending::Returned);
    let lines = runtime.log_lines("explorer").unwrap();
    let lines: Vec<_> = lines
        .iter()
        .map(|line| (line.level, line.text.as_str()))
        .collect();
    assert_eq!(
        lines,
        [
            (Level::Info, "hello from WASI"),
            (Level::Info, "and a second line"),
            (Level::Warn, "to standard error"),
            (Level::Info, "an unfinished one"),
        ]
    );
}
