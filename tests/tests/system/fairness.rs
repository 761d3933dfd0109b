//! No kernel starves another, the timers, or the host.

use ringhost::{Grants, KernelId, LaunchOptions, Limits, Randomness};
use ringhost_tests::{PATIENCE, component_from_core, core_kernel, kernel, runtime, start};
use std::time::Duration;

#[tokio::test(flavor = "current_thread")]
async fn an_honest_kernel_is_served_beside_a_spinner_on_one_thread() {
    let runtime = runtime();
    start(&runtime, "spins-at-start").await;
    start(&runtime, "echo").await;
    for number in 0..100 {
        let text = number.to_string();
        let reply = runtime
            .call_timeout("echo", text.clone(), PATIENCE)
            .await
            .unwrap();
        assert_eq!(reply.payload, text);
    }
}

#[tokio::test(flavor = "current_thread")]
async fn timers_fire_beside_spinners_on_one_thread_after_a_turn_of_each_and_not_of_sixty() {
    // Slices so long that a sleep of a millisecond is over within one or two of them.
    const SLICE: u64 = 20_000_000;
    let runtime = runtime();
    let limits = Limits {
        fuel_slice: SLICE,
        ..Limits::default()
    };
    let options = LaunchOptions::default().limits(limits);
    for number in 0..4 {
        let name = format!("spinner {number}");
        runtime
            .launch_with(&name, kernel("spins-at-start"), options.clone())
            .await
            .unwrap();
        runtime.activate(&name).await.unwrap();
    }
    let slices = || {
        let ids = runtime.kernel_ids();
        let fuel = |id: &KernelId| {
            runtime
                .telemetry(id.as_str())
                .unwrap()
                .unwrap()
                .fuel_consumed
        };
        ids.iter().map(fuel).sum::<u64>() / SLICE
    };
    let mut waited = Vec::new();
    for _ in 0..15 {
        let before = slices();
        tokio::time::sleep(Duration::from_millis(1)).await;
        waited.push(slices() - before);
    }
    waited.sort_unstable();
    // A turn of all four, or two; an executor that looks at its timers every 61 polls only would
    // let 61 slices pass.
    assert!(
        waited[waited.len() / 2] < 30,
        "slices burnt during each sleep: {waited:?}"
    );
    runtime.terminate_all_timeout(Duration::ZERO).await;
}

#[tokio::test(flavor = "current_thread")]
async fn kernels_that_call_the_host_all_the_time_do_not_starve_the_others() {
    let runtime = runtime();
    // Each floods with messages, and they are drained as fast as they come.
    for number in 0..4 {
        let name = format!("flood {number}");
        runtime.launch_from(&name, kernel("floods")).await.unwrap();
        runtime.activate(&name).await.unwrap();
        let runtime = runtime.clone();
        tokio::spawn(async move { while runtime.receive(&name).await.is_ok() {} });
    }
    start(&runtime, "echo").await;
    for _ in 0..100 {
        runtime.call_timeout("echo", "m", PATIENCE).await.unwrap();
    }
    runtime
        .terminate_all_timeout(Duration::from_millis(100))
        .await;
}

#[tokio::test(flavor = "current_thread")]
async fn kernels_are_loaded_while_others_spin() {
    let runtime = runtime();
    start(&runtime, "spins-at-start").await;
    start(&runtime, "doubler").await;
    start(&runtime, "wordcount").await;
    assert_eq!(runtime.active_kernels().len(), 3);
}

/// A kernel that makes this call again and again, in WebAssembly text.
fn caller_of(import: &str, call: &str) -> Vec<u8> {
    let run = format!("(loop $again {call} (br $again)) (i32.const 0)");
    component_from_core(&core_kernel(8, import, &run))
}

#[tokio::test(flavor = "current_thread")]
async fn kernels_that_ask_the_host_without_end_do_not_keep_the_thread() {
    let should_terminate = caller_of(
        r#"(import "ring:kernel/lifecycle@0.1.0" "should-terminate" (func $ask (result i32)))"#,
        "(drop (call $ask))",
    );
    let is_active = caller_of(
        r#"(import "ring:kernel/lifecycle@0.1.0" "is-active" (func $ask (result i32)))"#,
        "(drop (call $ask))",
    );
    // 64 KiB of random bytes, to the same place each time.
    let random = wat::parse_str(
        r#"(component
            (import "wasi:random/random@0.2.0" (instance $random
                (export "get-random-bytes" (func (param "len" u64) (result (list u8))))))
            (core module $memory
                (memory (export "memory") 2)
                (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 65536)))
            (core instance $memory (instantiate $memory))
            (core func $bytes (canon lower (func $random "get-random-bytes")
                (memory (core memory $memory "memory"))
                (realloc (core func $memory "realloc"))))
            (core module $kernel
                (import "random" "bytes" (func $bytes (param i64 i32)))
                (func (export "run") (result i32)
                    (loop $again (call $bytes (i64.const 65536) (i32.const 64)) (br $again))
                    (i32.const 0)))
            (core instance $kernel (instantiate $kernel
                (with "random" (instance (export "bytes" (func $bytes))))))
            (func (export "run") (result (result (error string)))
                (canon lift (core func $kernel "run") (memory (core memory $memory "memory")))))"#,
    )
    .unwrap();
    let clock = caller_of(
        r#"(import "wasi_snapshot_preview1" "clock_time_get"
            (func $time (param i32 i64 i32) (result i32)))"#,
        "(drop (call $time (i32.const 1) (i64.const 0) (i32.const 64)))",
    );
    for (name, component) in [
        ("should-terminate", should_terminate),
        ("is-active", is_active),
        ("random", random),
        ("clock", clock),
    ] {
        let runtime = runtime();
        start(&runtime, "echo").await;
        let grants = Grants {
            clocks: true,
            random: Some(Randomness::System),
            empty_world: true,
            ..Grants::default()
        };
        let options = LaunchOptions::default().grants(grants);
        runtime.launch_with(name, component, options).await.unwrap();
        runtime.activate(name).await.unwrap();
        runtime.call("echo", "warm").await.unwrap();
        for _ in 0..100 {
            runtime.call("echo", "m").await.unwrap();
        }
        runtime
            .terminate_timeout(name, Duration::ZERO)
            .await
            .unwrap();
        // One fuel slice of such calls takes 10 ms to 2 s. A kernel whose turn ends with the host's
        // work does not get to burn a slice while others wait.
        let fuel = runtime.telemetry(name).unwrap().unwrap().fuel_consumed / 100;
        assert!(
            fuel < 500_000,
            "{name}: {fuel} units of fuel during each call of another kernel"
        );
    }
}
