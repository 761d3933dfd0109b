//! Reads an ending off wasmtime's error.

use crate::imports::{Host, tidy};
use crate::lifecycle::{Ending, Frame, Limit, TrapReport};
use wasmtime::{FrameInfo, FrameSymbol, Trap, WasmBacktrace};
use wasmtime_wasi::I32Exit;

/// How a kernel ended whose call came back with an error.
pub(super) fn of_error(error: &wasmtime::Error, host: &Host) -> Ending {
    // WASI's way to return: `exit`.
    match error.downcast_ref::<I32Exit>() {
        Some(I32Exit(0)) => return Ending::Returned,
        Some(I32Exit(status)) => return Ending::Failed(format!("exited with status {status}")),
        None => {}
    }
    let code = error.downcast_ref::<Trap>();
    let trap = TrapReport {
        reason: match code {
            Some(code) => code
                .to_string()
                .trim_start_matches("wasm trap: ")
                .to_owned(),
            None => error.root_cause().to_string(),
        },
        message: host.ports.journal.last_error(),
        backtrace: error
            .downcast_ref::<WasmBacktrace>()
            .map(|backtrace| {
                backtrace
                    .frames()
                    .iter()
                    .flat_map(calls)
                    .take(CALLS)
                    .collect()
            })
            .unwrap_or_default(),
    };
    let trap = Box::new(trap);
    if let Some(limit) = host.memory.refused() {
        let trap = Some(trap);
        return Ending::LimitExceeded { limit, trap };
    }
    match code {
        Some(Trap::StackOverflow) => Ending::LimitExceeded {
            limit: Limit::Stack {
                allowed: host.ports.limits.stack_bytes as u64,
            },
            trap: Some(trap),
        },
        Some(Trap::OutOfFuel) => Ending::LimitExceeded {
            limit: Limit::Fuel {
                allowed: host.ports.limits.fuel(),
            },
            trap: Some(trap),
        },
        _ => Ending::Trapped(trap),
    }
}

/// The longest function or file name that is shown, in bytes.
const NAME_BYTES: usize = 256;

/// The most calls of a backtrace that are told.
const CALLS: usize = 64;

/// The calls of a frame, innermost first: more than one where the compiler put one function into
/// another, which it tells where the component carries debug information.
fn calls(frame: &FrameInfo) -> Vec<Frame> {
    let symbols = frame.symbols().iter().take(CALLS);
    let calls: Vec<_> = symbols.map(|symbol| call(frame, Some(symbol))).collect();
    if calls.is_empty() {
        vec![call(frame, None)]
    } else {
        calls
    }
}

fn call(frame: &FrameInfo, symbol: Option<&FrameSymbol>) -> Frame {
    // The name section is the kernel's own.
    let tidy = |name: &str| tidy(name, NAME_BYTES);
    let function = symbol
        .and_then(|symbol| symbol.name().map(str::to_owned))
        .or_else(|| {
            let name = frame.func_name()?;
            // Without the hash that makes a Rust symbol unique.
            Some(format!("{:#}", rustc_demangle::demangle(name)))
        });
    let position = symbol.and_then(|symbol| {
        let line = symbol.line()?;
        Some(format!("{}:{line}", symbol.file()?))
    });
    Frame {
        function: function.map_or_else(
            || format!("function {}", frame.func_index()),
            |name| tidy(&name),
        ),
        position: position.map(|position| tidy(&position)),
    }
}
