//! The `dense` tier: kernels that share stacks, and memories side by side.

use ringhost::{Ending, LaunchOptions, Limit, Limits, Restart, RingKernelRuntime, Source, Tier};
use ringhost_tests::{
    CONTRACT_IMPORTS, PATIENCE, builder, component_from_core, core_kernel, echo_kernel, kernel,
    runtime, start_with,
};
use std::time::Duration;

/// More kernels than there are stacks to be shared, several times over.
const MANY: usize = 1000;

fn dense() -> LaunchOptions {
    LaunchOptions::default().tier(Tier::Dense)
}

/// The same with so little fuel between two yields that kernels are suspended wherever they are.
fn in_small_slices() -> LaunchOptions {
    dense().limits(Limits {
        fuel_slice: 1000,
        ..Limits::default()
    })
}

async fn launch(runtime: &RingKernelRuntime, name: &str, component: &Source, how: LaunchOptions) {
    let launched = runtime.launch_with(name, component.clone(), how).await;
    launched.unwrap();
    runtime.activate(name).await.unwrap();
}

fn names(kernels: usize) -> impl Iterator<Item = String> {
    (0..kernels).map(|kernel| format!("k{kernel}"))
}

/// A kernel whose `run` is this body; with a memory of one page.
fn kernel_of(fields: &str, run: &str) -> Source {
    Source::bytes(component_from_core(&core_kernel(1, fields, run)))
}

/// Goes down so many calls, yields on the way, and fails unless it finds on its way up what it left.
fn goes_deep(calls: u32) -> Source {
    kernel_of(
        r"(func $deeper (param $left i32) (param $mark i64) (result i64)
            (local $kept i64)
            (local.set $kept (i64.mul (local.get $mark) (i64.const 6364136223846793005)))
            (if (local.get $left) (then
                (drop (call $deeper (i32.sub (local.get $left) (i32.const 1))
                    (i64.add (local.get $kept) (i64.const 1442695040888963407))))))
            (if (i64.ne (local.get $kept)
                    (i64.mul (local.get $mark) (i64.const 6364136223846793005)))
                (then unreachable))
            (local.get $kept))",
        &format!(
            "(drop (call $deeper (i32.const {calls}) (i64.const 1)))
             (drop (call $deeper (i32.const {calls}) (i64.const 2))) (i32.const 0)"
        ),
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn many_kernels_that_share_stacks_keep_their_messages_apart() {
    let runtime = runtime();
    let echo = Source::bytes(echo_kernel());
    for name in names(MANY) {
        launch(&runtime, &name, &echo, dense()).await;
    }
    let talks: Vec<_> = names(MANY)
        .map(|name| {
            let runtime = runtime.clone();
            tokio::spawn(async move {
                for round in 0..5 {
                    let text = format!("{name} {round}");
                    let reply = runtime.call_timeout(&name, text.clone(), PATIENCE).await;
                    assert_eq!(reply.unwrap().payload, text);
                }
            })
        })
        .collect();
    for talk in talks {
        talk.await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn a_stack_that_is_moved_comes_back_as_it_was() {
    let runtime = runtime();
    let deep = goes_deep(2000);
    for name in names(MANY) {
        launch(&runtime, &name, &deep, in_small_slices()).await;
    }
    for name in names(MANY) {
        assert_eq!(runtime.wait(&name).await.unwrap(), Ending::Returned);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kernels_that_share_a_stack_with_a_spinner_get_their_turns() {
    let runtime = runtime();
    let spins = kernel_of("", "(loop $for_ever (br $for_ever)) unreachable");
    let echo = Source::bytes(echo_kernel());
    for spinner in 0..4 {
        launch(&runtime, &format!("spins{spinner}"), &spins, dense()).await;
    }
    for name in names(MANY) {
        launch(&runtime, &name, &echo, dense()).await;
    }
    for name in names(MANY) {
        let reply = runtime.call_timeout(&name, "m", PATIENCE).await.unwrap();
        assert_eq!(reply.payload, "m");
    }
    for spinner in 0..4 {
        let spinner = format!("spins{spinner}");
        let ended = runtime.terminate_timeout(&spinner, Duration::ZERO);
        assert_eq!(ended.await.unwrap().ending, Ending::Stopped);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn kernels_that_share_a_stack_are_paused_and_ended_one_by_one() {
    let runtime = runtime();
    let echo = Source::bytes(echo_kernel());
    for name in names(MANY) {
        launch(&runtime, &name, &echo, dense()).await;
    }
    for name in names(MANY).step_by(2) {
        runtime.deactivate(&name).await.unwrap();
    }
    for name in names(MANY) {
        runtime.send(&name, name.clone()).await.unwrap();
    }
    for name in names(MANY).skip(1).step_by(2) {
        let reply = runtime.receive_timeout(&name, PATIENCE).await.unwrap();
        assert_eq!(reply.payload, name);
        let ending = runtime.terminate(&name).await.unwrap().ending;
        assert_eq!(ending, Ending::Returned);
    }
    for name in names(MANY).step_by(2) {
        assert_eq!(runtime.telemetry(&name).unwrap().unwrap().input.depth, 1);
        runtime.reactivate(&name).await.unwrap();
        let reply = runtime.receive_timeout(&name, PATIENCE).await.unwrap();
        assert_eq!(reply.payload, name);
    }
    // The rest are suspended when they are dropped.
    drop(runtime);
}

#[test]
fn kernels_that_are_suspended_in_the_midst_go_with_their_executor() {
    let executor = tokio::runtime::Runtime::new().unwrap();
    let spins = kernel_of("", "(loop $for_ever (br $for_ever)) unreachable");
    let runtime = executor.block_on(async {
        let runtime = runtime();
        for name in names(MANY) {
            launch(&runtime, &name, &spins, in_small_slices()).await;
        }
        runtime
    });
    drop(executor);
    for name in names(MANY) {
        assert_eq!(runtime.status(&name).unwrap().ending, Some(Ending::Stopped));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kernel_that_goes_too_deep_ends_and_its_mates_live_on() {
    let runtime = runtime();
    let deep = goes_deep(u32::MAX);
    let shallow = goes_deep(2000);
    for (at, name) in names(MANY).enumerate() {
        let component = if at % 2 == 0 { &deep } else { &shallow };
        launch(&runtime, &name, component, in_small_slices()).await;
    }
    let allowed = Limits::default().stack_bytes as u64;
    for (at, name) in names(MANY).enumerate() {
        let ending = runtime.wait(&name).await.unwrap();
        match ending {
            Ending::LimitExceeded { limit, .. } if at % 2 == 0 => {
                assert_eq!(limit, Limit::Stack { allowed });
            }
            ending => assert!(at % 2 == 1 && ending == Ending::Returned, "{at}: {ending}"),
        }
    }
}

#[tokio::test]
async fn a_kernel_finds_nothing_of_those_before_it() {
    let runtime = runtime();
    // Fails where a byte of its memory is not 0, from the second page on and after growth; then
    // leaves its mark on all of it.
    let looks = kernel_of(
        "",
        r"(local $at i32)
          (drop (memory.grow (i32.const 40)))
          (local.set $at (i32.const 8))
          (loop $next
            (if (i32.load8_u (local.get $at)) (then unreachable))
            (local.set $at (i32.add (local.get $at) (i32.const 1)))
            (br_if $next (i32.lt_u (local.get $at) (i32.mul (i32.const 65536) (memory.size)))))
          (memory.fill (i32.const 8) (i32.const 170)
            (i32.sub (i32.mul (i32.const 65536) (memory.size)) (i32.const 8)))
          (i32.const 0)",
    );
    for name in names(20) {
        launch(&runtime, &name, &looks, dense()).await;
        assert_eq!(runtime.wait(&name).await.unwrap(), Ending::Returned);
    }
}

#[tokio::test]
async fn a_memory_that_grows_keeps_what_is_in_it() {
    let grows = kernel_of(
        "",
        r"(local $pages i32) (local $page i32)
          (loop $grow
            (local.set $pages (memory.size))
            ;; The last bytes of each page tell its number.
            (i64.store (i32.sub (i32.mul (local.get $pages) (i32.const 65536)) (i32.const 8))
                (i64.extend_i32_u (local.get $pages)))
            (local.set $page (i32.const 1))
            (loop $look
              (if (i64.ne (i64.extend_i32_u (local.get $page)) (i64.load
                    (i32.sub (i32.mul (local.get $page) (i32.const 65536)) (i32.const 8))))
                (then unreachable))
              (local.set $page (i32.add (local.get $page) (i32.const 1)))
              (br_if $look (i32.le_u (local.get $page) (local.get $pages))))
            (if (i32.lt_u (local.get $pages) (i32.const 300))
              (then (drop (memory.grow (i32.const 1))) (br $grow))))
          (i32.const 0)",
    );
    let runtime = runtime();
    for name in names(3) {
        launch(&runtime, &name, &grows, dense()).await;
    }
    for name in names(3) {
        assert_eq!(runtime.wait(&name).await.unwrap(), Ending::Returned);
    }
}

#[tokio::test]
async fn no_access_reaches_past_the_end_of_memory() {
    let runtime = runtime();
    let accesses = [
        "(i32.load8_u (i32.const 65536))",
        "(i32.load (i32.const 65533))",
        "(i32.load8_u (i32.const -1))",
        "(i32.load offset=4294967295 (i32.const 0))",
        "(i32.load offset=4294967295 (i32.const -1))",
        "(i32.load offset=65535 (i32.const 1))",
        "(i64.store (i32.const 65529) (i64.const 0)) (i32.const 0)",
        "(i64.store offset=2147483648 (i32.const -8) (i64.const 0)) (i32.const 0)",
    ];
    for (access, name) in accesses.into_iter().zip(names(accesses.len())) {
        launch(&runtime, &name, &kernel_of("", access), dense()).await;
        let Ending::Trapped(trap) = runtime.wait(&name).await.unwrap() else {
            panic!("{access}");
        };
        assert_eq!(trap.reason, "out of bounds memory access", "{access}");
    }
}

#[tokio::test]
async fn a_dense_kernel_starts_again_with_a_new_memory() {
    let runtime = runtime();
    // Counts its messages in memory; dies of the second.
    let dies = component_from_core(&format!(
        r#"(module {CONTRACT_IMPORTS}
            (memory (export "memory") 2)
            (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 65536))
            (func (export "run") (result i32)
                (loop $again
                    (call $receive (i32.const 0) (i64.const 0) (i32.const 64))
                    (if (i32.load8_u (i32.const 64)) (then (return (i32.const 0))))
                    (if (i32.load (i32.const 1024)) (then unreachable))
                    (i32.store (i32.const 1024) (i32.const 1))
                    (call $send (i32.load (i32.const 92)) (i32.load (i32.const 96)) (i32.const 0)
                        (i64.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i64.const 0)
                        (i32.const 200))
                    (br $again))
                unreachable))"#
    ));
    let restart = Restart {
        backoff: Duration::from_millis(1),
        longest_backoff: Duration::from_millis(1),
        budget: 100,
        ..Restart::on_failure()
    };
    launch(
        &runtime,
        "dies",
        &Source::bytes(dies),
        dense().restart(restart),
    )
    .await;
    for round in 0..5 {
        let reply = runtime.call_timeout("dies", "m", PATIENCE).await.unwrap();
        assert_eq!(reply.payload, "m");
        let lost = runtime.call_timeout("dies", "m", PATIENCE).await;
        assert!(lost.is_err(), "{round}: {lost:?}");
    }
    assert_eq!(runtime.status("dies").unwrap().restarts, 5);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn handlers_share_stacks_with_loops() {
    let runtime = runtime();
    let (handler, echo) = (kernel("handler-echo"), Source::bytes(echo_kernel()));
    for (at, name) in names(MANY).enumerate() {
        let component = if at % 2 == 0 { &handler } else { &echo };
        launch(&runtime, &name, component, dense()).await;
    }
    for round in 0..3 {
        for name in names(MANY) {
            let text = format!("{name} {round}");
            let reply = runtime.call_timeout(&name, text.clone(), PATIENCE).await;
            assert_eq!(reply.unwrap().payload, text);
        }
    }
}

#[tokio::test]
async fn both_tiers_of_one_component_run_side_by_side() {
    let runtime = builder().without_cache_folder().build().unwrap();
    for tier in [Tier::Fast, Tier::Dense] {
        let name = tier.to_string();
        let options = LaunchOptions::default().tier(tier);
        launch(&runtime, &name, &kernel("echo"), options).await;
    }
    for name in ["fast", "dense"] {
        assert_eq!(runtime.call(name, "m").await.unwrap().payload, "m");
    }
}

#[tokio::test]
async fn a_manifest_names_the_tier() {
    let options = LaunchOptions::from_toml("tier = \"dense\"").unwrap();
    assert_eq!(options, dense());
    assert!(options.to_toml().unwrap().contains("tier = \"dense\""));
    let error = LaunchOptions::from_toml("tier = \"denser\"").unwrap_err();
    assert!(error.to_string().contains("`fast` or `dense`"), "{error}");
    let runtime = runtime();
    start_with(&runtime, "echo", options).await;
    assert_eq!(runtime.call("echo", "m").await.unwrap().payload, "m");
}
