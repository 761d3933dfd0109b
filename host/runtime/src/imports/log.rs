//! `ring:kernel/log`: a kernel's words for its operator.

use super::Host;
use super::journal::Level;
use super::turn::yield_turn;
use tokio::time::Instant;
use wasmtime::StoreContextMut;
use wasmtime::component::{ComponentType, Lift, LinkerInstance, WasmStr};

/// The enum `level`.
#[derive(ComponentType, Lift, Clone, Copy)]
#[component(enum)]
#[repr(u8)]
#[expect(dead_code, reason = "`Lift` makes its values of the guest's numbers")]
enum KernelLevel {
    #[component(name = "trace")]
    Trace,
    #[component(name = "debug")]
    Debug,
    #[component(name = "info")]
    Info,
    #[component(name = "warn")]
    Warn,
    #[component(name = "error")]
    Error,
}

pub(super) fn add_to(linker: &mut LinkerInstance<'_, Host>) -> wasmtime::Result<()> {
    linker.func_wrap_async(
        "log",
        |mut store: StoreContextMut<'_, Host>, (level, text): (KernelLevel, WasmStr)| {
            Box::new(async move {
                // Not `entered`: a kernel that logs why it cannot go on has not gone on.
                let begun = Instant::now();
                {
                    let text = text.to_str(&store)?;
                    let host = store.data();
                    if host.world.log {
                        host.ports.journal.log(level.into(), &text);
                    }
                }
                // By time: what a text costs depends on what is in it.
                let Host { turn, ports, .. } = store.data_mut();
                if turn.time(begun.elapsed()) {
                    yield_turn(&ports.control).await;
                }
                Ok(())
            })
        },
    )
}

impl From<KernelLevel> for Level {
    fn from(level: KernelLevel) -> Self {
        match level {
            KernelLevel::Trace => Self::Trace,
            KernelLevel::Debug => Self::Debug,
            KernelLevel::Info => Self::Info,
            KernelLevel::Warn => Self::Warn,
            KernelLevel::Error => Self::Error,
        }
    }
}
