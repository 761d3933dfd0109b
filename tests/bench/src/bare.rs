//! wasmtime alone: a component that is called with bytes and returns them, on an engine that is set
//! up as ringhost's is.

use wasmtime::component::{Component, Linker, TypedFunc};
use wasmtime::{Config, Engine, Result, Store};

/// As in `host/runtime/src/sandbox`, whose own is no part of ringhost's interface.
pub(crate) fn engine() -> Result<Engine> {
    let mut config = Config::new();
    config
        .consume_fuel(true)
        .concurrency_support(false)
        .max_wasm_stack(512 << 10)
        .async_stack_size(1 << 20);
    Engine::new(&config)
}

/// Returns the bytes that it is called with, at most 64 KiB: as much work as the kernel of
/// [`ringhost_tests::echo_kernel`] has for a message.
const ECHO: &str = r#"(component
    (core module $module
        (memory (export "memory") 2)
        ;; Hands out the second page, again and again.
        (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 65536))
        (func (export "handle") (param i32 i32) (result i32)
            (i32.store (i32.const 64) (local.get 0))
            (i32.store (i32.const 68) (local.get 1))
            (i32.const 64)))
    (core instance $instance (instantiate $module))
    (func (export "handle") (param "message" (list u8)) (result (list u8))
        (canon lift (core func $instance "handle")
            (memory $instance "memory") (realloc (func $instance "realloc")))))"#;

/// An instance that can be called, with fuel on.
pub(crate) struct Bare {
    store: Store<()>,
    handle: TypedFunc<(Vec<u8>,), (Vec<u8>,)>,
}

impl Bare {
    pub(crate) async fn start() -> Result<Self> {
        let engine = engine()?;
        let component = Component::new(&engine, wat::parse_str(ECHO)?)?;
        let mut store = Store::new(&engine, ());
        store.set_fuel(u64::MAX)?;
        store.fuel_async_yield_interval(Some(1_000_000))?;
        let linker = Linker::new(&engine);
        let instance = linker.instantiate_async(&mut store, &component).await?;
        let handle = instance.get_typed_func(&mut store, "handle")?;
        Ok(Self { store, handle })
    }

    pub(crate) async fn call(&mut self, message: Vec<u8>) -> Result<Vec<u8>> {
        let (answer,) = self.handle.call_async(&mut self.store, (message,)).await?;
        Ok(answer)
    }
}

/// An error of wasmtime's, which is none of the standard library's.
pub(crate) fn fault(error: wasmtime::Error) -> anyhow::Error {
    anyhow::anyhow!("{error:#}")
}
