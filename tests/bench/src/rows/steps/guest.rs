//! The parts that are wasmtime's: a component that calls the host again and again.

use super::host::each;
use crate::bare::engine;
use bytes::Bytes;
use std::future::poll_fn;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Instant;
use wasmtime::component::{Component, Linker, TypedFunc, WasmList};
use wasmtime::{Error, Result, Store, StoreContextMut};

/// Makes one of its calls to the host so many times.
const CALLER: &str = r#"(component
    (import "host" (instance $host
        (export "nothing" (func))
        (export "ready" (func))
        (export "pending" (func))
        (export "exchange" (func (param "outgoing" (list u8)) (param "max" u32)
            (param "ahead" u32) (param "timeout" (option u64))
            (result (result (list u8) (error u32)))))))
    (core module $memory
        (memory (export "memory") 2)
        ;; Hands out the second page, again and again.
        (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 65536)))
    (core instance $memory (instantiate $memory))
    (core func $nothing (canon lower (func $host "nothing")))
    (core func $ready (canon lower (func $host "ready")))
    (core func $pending (canon lower (func $host "pending")))
    (core func $exchange (canon lower (func $host "exchange")
        (memory $memory "memory") (realloc (func $memory "realloc"))))
    (core module $caller
        (import "host" "nothing" (func $nothing))
        (import "host" "ready" (func $ready))
        (import "host" "pending" (func $pending))
        (import "host" "exchange" (func $exchange (param i32 i32 i32 i32 i32 i64 i32)))
        (func (export "call-nothing") (param i32)
            (loop $again
                (call $nothing)
                (br_if $again (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))
        (func (export "call-ready") (param i32)
            (loop $again
                (call $ready)
                (br_if $again (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))
        (func (export "call-pending") (param i32)
            (loop $again
                (call $pending)
                (br_if $again (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))
        (func (export "call-exchange") (param i32)
            (loop $again
                (call $exchange (i32.const 65536) (i32.const 40) (i32.const 1) (i32.const 64)
                    (i32.const 0) (i64.const 0) (i32.const 64))
                (br_if $again (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))))
    (core instance $caller (instantiate $caller (with "host" (instance
        (export "nothing" (func $nothing))
        (export "ready" (func $ready))
        (export "pending" (func $pending))
        (export "exchange" (func $exchange))))))
    (func (export "call-nothing") (param "count" u32)
        (canon lift (core func $caller "call-nothing")))
    (func (export "call-ready") (param "count" u32)
        (canon lift (core func $caller "call-ready")))
    (func (export "call-pending") (param "count" u32)
        (canon lift (core func $caller "call-pending")))
    (func (export "call-exchange") (param "count" u32)
        (canon lift (core func $caller "call-exchange"))))"#;

/// A call to the host.
#[derive(Debug, Clone, Copy)]
pub(super) enum Call {
    /// With nothing in and nothing out.
    Nothing,
    /// The same of a function that may wait, and does not.
    Ready,
    /// The same of one that waits, and goes on when it is polled again.
    Pending,
    /// Of one that takes 40 bytes and returns as many, as the contract's `exchange` does for a
    /// message of 16.
    Exchange,
}

impl Call {
    const ALL: [Self; 4] = [Self::Nothing, Self::Ready, Self::Pending, Self::Exchange];

    fn export(self) -> &'static str {
        match self {
            Self::Nothing => "call-nothing",
            Self::Ready => "call-ready",
            Self::Pending => "call-pending",
            Self::Exchange => "call-exchange",
        }
    }
}

/// Looks at the bytes where they are, and hands over others.
fn exchange(
    store: StoreContextMut<'_, ()>,
    (outgoing, ..): (WasmList<u8>, u32, u32, Option<u64>),
) -> Result<(Result<Bytes, u32>,)> {
    std::hint::black_box(outgoing.as_le_slice(&store));
    Ok((Ok(Bytes::from_static(&[0; 40])),))
}

/// The component's instance.
pub(super) struct Guest {
    store: Store<()>,
    calls: Vec<TypedFunc<(u32,), ()>>,
}

impl Guest {
    pub(super) async fn start() -> Result<Self> {
        let engine = engine()?;
        let component = Component::new(&engine, wat::parse_str(CALLER)?)?;
        let mut linker = Linker::new(&engine);
        let mut host = linker.instance("host")?;
        host.func_wrap("nothing", |_, ()| Ok(()))?;
        host.func_wrap_async("ready", |store, ()| {
            // What it holds is what has to be allocated.
            Box::new(async move {
                std::hint::black_box(store);
                Ok(())
            })
        })?;
        host.func_wrap_async("pending", |_, ()| {
            let mut polled = false;
            Box::new(poll_fn(move |_| {
                match std::mem::replace(&mut polled, true) {
                    true => Poll::Ready(Ok(())),
                    false => Poll::Pending,
                }
            }))
        })?;
        host.func_wrap("exchange", exchange)?;
        let mut store = Store::new(&engine, ());
        store.set_fuel(u64::MAX)?;
        store.fuel_async_yield_interval(Some(u64::MAX))?;
        let instance = linker.instantiate_async(&mut store, &component).await?;
        let calls = Call::ALL
            .iter()
            .map(|call| instance.get_typed_func(&mut store, call.export()))
            .collect::<Result<_>>()?;
        Ok(Self { store, calls })
    }

    /// Nanoseconds for each of so many calls.
    pub(super) fn time(&mut self, call: Call, count: u32) -> Result<f64> {
        let function = self.calls.get(call as usize);
        let function = function.ok_or_else(|| Error::msg("there is no such call"))?;
        let begun = Instant::now();
        let mut calls = pin!(function.call_async(&mut self.store, (count,)));
        // Polled at once, and not by an executor: that is a part of its own.
        let mut context = Context::from_waker(Waker::noop());
        loop {
            if let Poll::Ready(result) = calls.as_mut().poll(&mut context) {
                result?;
                return Ok(each(begun, count));
            }
        }
    }
}
