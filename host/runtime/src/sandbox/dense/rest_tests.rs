//! What `rest.rs` and `fold.rs` say of memories, tried with wasmtime's own.

use super::place::Place;
use super::tests::{Nothing, berth, engine, poll};
use super::{Base, Windows};
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::Poll;
use wasmtime::{Caller, Engine, Linker, Module, Store, TypedFunc};

/// Its data is a page, and what it writes another. It grows, waits, and gives the sum of its memory.
const WRITES: &str = r#"(module
    (import "host" "wait" (func $wait))
    (memory (export "memory") 1)
    (data (i32.const 4096) "\01\02\03")
    (data (i32.const 5000) "\01\01\01\01")
    (func (export "run") (param $grows i32) (result i64)
        (local $at i32) (local $sum i64)
        (drop (memory.grow (local.get $grows)))
        (i64.store (i32.const 32760) (i64.const 1000))
        (i32.store8 (i32.const 4097) (i32.const 0))
        (call $wait)
        (loop $next
            (local.set $sum (i64.add (local.get $sum) (i64.load8_u (local.get $at))))
            (local.set $at (i32.add (local.get $at) (i32.const 1)))
            (br_if $next (i32.lt_u (local.get $at) (i32.const 65536))))
        (local.get $sum)))"#;

/// What it gives: its data but for the 2, and the bytes of 1000.
const SUM: i64 = 1 + 3 + 4 + 0xe8 + 3;

/// Its store and what it is called by. What it waits for is there after so many polls.
async fn instance(engine: Engine, polls: usize) -> (Store<()>, TypedFunc<i32, i64>) {
    let mut linker = Linker::new(&engine);
    let waiting = linker.func_wrap_async("host", "wait", move |_: Caller<'_, ()>, (): ()| {
        let mut left = polls;
        Box::new(std::future::poll_fn(move |_| {
            left -= 1;
            if left == 0 {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        }))
    });
    waiting.unwrap();
    let module = Module::new(&engine, wat::parse_str(WRITES).unwrap()).unwrap();
    let mut store = Store::new(&engine, ());
    let instance = linker.instantiate_async(&mut store, &module).await.unwrap();
    let run = instance.get_typed_func(&mut store, "run").unwrap();
    (store, run)
}

/// Calls it; its memory grows by so many pages.
async fn call(engine: Engine, grows: i32, polls: usize) -> i64 {
    let (mut store, run) = instance(engine, polls).await;
    run.call_async(&mut store, grows).await.unwrap()
}

fn at_once<T>(future: impl Future<Output = T>) -> T {
    match poll(&mut Box::pin(future)) {
        Poll::Ready(done) => done,
        Poll::Pending => panic!("it waits"),
    }
}

/// The kernel that is suspended, if there is one.
fn suspended(windows: &Windows) -> Arc<Place> {
    windows.resting.listed()[0].upgrade().unwrap()
}

#[test]
fn a_kernel_that_rests_is_folded_and_finds_its_memory_as_it_left_it() {
    for grows in [0, 1, 5] {
        let (engine, windows) = engine();
        let mut berth = berth(&windows);
        // SAFETY: the call's store is its own, and its memory is used by nobody else.
        let mut calls = unsafe { berth.make(call(engine, grows, 3)) };
        for _ in 0..2 {
            assert!(poll(&mut calls).is_pending());
            let place = suspended(&windows);
            at_once(windows.resting.look());
            assert_eq!(place.folded_bytes(), None, "it has run since the last look");
            at_once(windows.resting.look());
            let folded = place.folded_bytes().unwrap();
            assert!(0 < folded && folded < 100, "{folded}");
            assert!(windows.resting.listed().is_empty());
        }
        assert_eq!(poll(&mut calls), Poll::Ready(SUM));
    }
}

#[test]
fn a_kernel_that_runs_between_two_looks_is_not_folded() {
    let (engine, windows) = engine();
    let mut berth = berth(&windows);
    // SAFETY: as above.
    let mut calls = unsafe { berth.make(call(engine, 0, 5)) };
    for _ in 0..4 {
        assert!(poll(&mut calls).is_pending());
        at_once(windows.resting.look());
        assert_eq!(suspended(&windows).folded_bytes(), None);
    }
    assert_eq!(poll(&mut calls), Poll::Ready(SUM));
    // It is done, and nothing is folded of a store that somebody may look into.
    at_once(windows.resting.look());
    assert!(windows.resting.listed().is_empty());
}

#[test]
fn a_kernel_that_is_polled_while_it_is_folded_finds_its_memory_as_it_left_it() {
    const POLLS: usize = 2000;
    let (engine, windows) = engine();
    let mut berth = berth(&windows);
    // SAFETY: as above.
    let mut calls = unsafe { berth.make(call(engine, 0, POLLS)) };
    assert!(poll(&mut calls).is_pending());
    let (place, folded) = (suspended(&windows), AtomicUsize::new(0));
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                at_once(windows.resting.look());
                folded.fetch_add(place.folded_bytes().is_some().into(), Ordering::Relaxed);
            }
        });
        let mut waits = 1;
        let sum = loop {
            if let Poll::Ready(sum) = poll(&mut calls) {
                break sum;
            }
            waits += 1;
            let before = folded.load(Ordering::Relaxed);
            // Now and then it is left alone until it is folded, otherwise polled while that is done.
            while waits % 10 == 0 && folded.load(Ordering::Relaxed) == before {
                std::thread::yield_now();
            }
        };
        is_over.store(true, Ordering::Relaxed);
        assert_eq!((waits, sum), (POLLS - 1, SUM));
    });
}

#[test]
fn a_kernel_that_is_dropped_while_it_rests_leaves_a_memory_of_zeros() {
    let (engine, windows) = engine();
    for _ in 0..3 {
        let mut berth = berth(&windows);
        // SAFETY: as above.
        let mut calls = unsafe { berth.make(call(engine.clone(), 0, 9)) };
        assert!(poll(&mut calls).is_pending());
        let place = suspended(&windows);
        for _ in 0..2 {
            at_once(windows.resting.look());
        }
        assert!(place.folded_bytes().is_some());
        drop(calls);
        assert_eq!(place.folded_bytes(), None);
        // Whoever gets its slot next finds nothing there: the sum would tell.
        let mut berth = self::berth(&windows);
        // SAFETY: as above.
        let mut calls = unsafe { berth.make(call(engine.clone(), 0, 1)) };
        assert_eq!(poll(&mut calls), Poll::Ready(SUM));
    }
}

#[test]
fn a_kernel_with_the_base_of_its_kind_is_folded_to_less() {
    let folded = |base: &Arc<Base>, begins: bool| {
        let (engine, windows) = engine();
        let mut berth = windows.berth(base.clone(), Arc::new(Nothing)).unwrap();
        // SAFETY: it is the berth of all calls into the store, whose memory nobody else uses.
        let mut instance = unsafe { berth.make(instance(engine, 2)) };
        let Poll::Ready((mut store, run)) = poll(&mut instance) else {
            panic!("it waits");
        };
        drop(instance);
        if begins {
            berth.begins();
        }
        // SAFETY: as above.
        let mut calls = unsafe { berth.make(run.call_async(&mut store, 0)) };
        assert!(poll(&mut calls).is_pending());
        let place = suspended(&windows);
        for _ in 0..2 {
            at_once(windows.resting.look());
        }
        let folded = place.folded_bytes().unwrap();
        let Poll::Ready(Ok(sum)) = poll(&mut calls) else {
            panic!("it waits, or traps");
        };
        assert_eq!(sum, SUM);
        folded
    };
    let (alone, of_a_kind) = (Arc::default(), Arc::default());
    let (first, second) = (folded(&alone, false), folded(&of_a_kind, true));
    assert!(second < first, "{second} {first}");
    assert_eq!(folded(&of_a_kind, false), second);
}

#[test]
fn the_watch_ends_with_the_windows() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    runtime.block_on(async {
        let (_, windows) = engine();
        let watch = tokio::spawn(windows.watch().unwrap());
        assert!(windows.watch().is_none());
        drop(windows);
        watch.await.unwrap();
    });
}
