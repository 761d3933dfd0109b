//! What `window.rs` says of suspended stacks, tried with wasmtime's own.

use super::window::Window;
use super::{Berth, Shrink, Windows, configure};
use std::future::Future;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use wasmtime::{Config, Engine, Linker, Module, Store};

const STACK_BYTES: usize = 1 << 20;

/// Calls itself, waits in the host at the bottom, and gives the sum of what was waited for and of
/// what it kept on its stack.
const WAITS: &str = r#"(module
    (import "host" "wait" (func $wait (param i64) (result i64)))
    (func $run (export "run") (param $left i64) (result i64)
        (if (result i64) (i64.eqz (local.get $left))
            (then (call $wait (i64.const 7)))
            (else (i64.add (local.get $left)
                (call $run (i64.sub (local.get $left) (i64.const 1))))))))"#;

/// So deep it goes, and that is what it keeps.
const DEEP: i64 = 100;
const KEPT: i64 = DEEP * (DEEP + 1) / 2;

pub(super) fn engine() -> (Engine, Arc<Windows>) {
    let mut config = Config::new();
    config
        .async_stack_size(STACK_BYTES)
        .max_wasm_stack(STACK_BYTES / 2);
    let windows = configure(&mut config, STACK_BYTES);
    (Engine::new(&config).unwrap(), windows)
}

/// A call that waits in the host until it has been polled so many times.
async fn call(engine: Engine, polls: usize) -> i64 {
    let mut linker = Linker::new(&engine);
    let waiting = linker.func_wrap_async("host", "wait", move |_, (value,): (i64,)| {
        let mut left = polls;
        Box::new(std::future::poll_fn(move |_| {
            left -= 1;
            if left == 0 {
                Poll::Ready(value)
            } else {
                Poll::Pending
            }
        }))
    });
    waiting.unwrap();
    let module = Module::new(&engine, wat::parse_str(WAITS).unwrap()).unwrap();
    let mut store = Store::new(&engine, ());
    let instance = linker.instantiate_async(&mut store, &module).await.unwrap();
    let run = instance
        .get_typed_func::<i64, i64>(&mut store, "run")
        .unwrap();
    run.call_async(&mut store, DEEP).await.unwrap()
}

pub(super) fn berth(windows: &Windows) -> Berth {
    windows.berth(Arc::default(), Arc::new(Nothing)).unwrap()
}

/// Has nothing that could be made smaller.
pub(super) struct Nothing;

impl Shrink for Nothing {
    fn shrink(&self) {}
}

fn window(windows: &Windows) -> Arc<Window> {
    windows.made.lock()[0].clone()
}

pub(super) fn poll<F: Future + Unpin>(future: &mut F) -> Poll<F::Output> {
    std::pin::Pin::new(future).poll(&mut Context::from_waker(Waker::noop()))
}

/// Has somebody else use the whole window.
fn overrun(window: &Window) {
    let other = u64::MAX;
    window.enter_blocking(other);
    let (_, stack) = window.ranges();
    // SAFETY: the window was entered, so nobody else uses its stack.
    unsafe { window.at(stack.start).write_bytes(0x5a, stack.len()) };
    window.leave(other, false);
}

#[test]
fn nothing_is_in_use_below_the_pointer_of_a_suspended_stack() {
    let (engine, windows) = engine();
    let mut berth = berth(&windows);
    // SAFETY: the call's store is its own.
    let mut calls = unsafe { berth.make(call(engine, 3)) };
    assert!(poll(&mut calls).is_pending());
    let window = window(&windows);
    let (_, stack) = window.ranges();
    let in_use = window.part_in_use();
    assert!(in_use.start > stack.start && in_use.end == stack.end);
    // It is no more than a few bytes for each call, and what the host has there.
    assert!(
        in_use.len() > 16 * DEEP as usize && in_use.len() < 32 << 10,
        "{}",
        in_use.len()
    );
    // SAFETY: nobody is in the window, and this is the part of which the test is that nobody uses it.
    unsafe {
        window
            .at(stack.start)
            .write_bytes(0x5a, in_use.start - stack.start)
    };
    assert!(poll(&mut calls).is_pending());
    assert_eq!(poll(&mut calls), Poll::Ready(7 + KEPT));
}

#[test]
fn a_suspended_stack_comes_back_after_others_had_the_whole_window() {
    let (engine, windows) = engine();
    let mut berth = berth(&windows);
    // SAFETY: the call's store is its own.
    let mut calls = unsafe { berth.make(call(engine, 4)) };
    for _ in 0..3 {
        assert!(poll(&mut calls).is_pending());
        overrun(&window(&windows));
    }
    assert_eq!(poll(&mut calls), Poll::Ready(7 + KEPT));
}

#[test]
fn suspended_calls_are_dropped_where_their_stack_is() {
    let (engine, windows) = engine();
    let mut berth = berth(&windows);
    // SAFETY: the call's store is its own.
    let mut calls = unsafe { berth.make(call(engine.clone(), 9)) };
    assert!(poll(&mut calls).is_pending());
    overrun(&window(&windows));
    drop(calls);
    // SAFETY: as above.
    let mut calls = unsafe { berth.make(call(engine, 1)) };
    assert_eq!(poll(&mut calls), Poll::Ready(7 + KEPT));
}

#[test]
fn who_finds_the_window_in_use_waits_for_it() {
    let (engine, windows) = engine();
    let mut berth = berth(&windows);
    // SAFETY: the call's store is its own.
    let mut calls = unsafe { berth.make(call(engine, 1)) };
    let window = window(&windows);
    window.enter_blocking(u64::MAX);
    assert!(poll(&mut calls).is_pending());
    window.leave(u64::MAX, false);
    assert_eq!(poll(&mut calls), Poll::Ready(7 + KEPT));
}

#[test]
fn two_stores_in_one_berth_do_not_get_the_same_stack() {
    let (engine, windows) = engine();
    let mut berth = berth(&windows);
    let both = async {
        let (first, second) = (call(engine.clone(), 3), call(engine.clone(), 3));
        tokio::join!(first, second)
    };
    // SAFETY: the calls' stores are their own.
    let mut calls = unsafe { berth.make(Box::pin(both)) };
    for _ in 0..2 {
        assert!(poll(&mut calls).is_pending());
    }
    let both = (7 + KEPT, 7 + KEPT);
    assert_eq!(poll(&mut calls), Poll::Ready(both));
    let mut elsewhere = Berth::without_window();
    // SAFETY: the call's store is its own.
    let mut alone = unsafe { elsewhere.make(call(engine.clone(), 1)) };
    assert_eq!(poll(&mut alone), Poll::Ready(7 + KEPT));
}
