//! The compiler's side: what a process does that was started to compile one component.

use super::frame::{Answer, receive_component, send_answer};
use crate::sandbox::{self, EngineKind, Limits, Tier};
use std::io;
use std::process::ExitCode;
use wasmtime::{CodeBuilder, OutOfMemory};

/// Set in the environment of a process that is to compile, to the tier for which. It is a variable rather than an
/// argument so that it reaches a program behind whatever arguments its embedder gives it.
pub(super) const WORKER: &str = "RINGHOST_COMPILE_WORKER";

/// Whether this process was started by a host to compile a component for it. If so, its `main`
/// must call [`compile_worker`] and end:
///
/// ```no_run
/// # use std::process::ExitCode;
/// fn main() -> ExitCode {
///     // Before anything else: this is the same program in another role.
///     if ringhost::is_compile_worker() {
///         return ringhost::compile_worker();
///     }
///     // ...
/// #   ExitCode::SUCCESS
/// }
/// ```
pub fn is_compile_worker() -> bool {
    std::env::var_os(WORKER).is_some()
}

/// Does a compiler's work: reads a component from standard input, validates and compiles it, and
/// writes the code, or what is wrong, to standard output. Nothing else may use either. See
/// [`is_compile_worker`].
pub fn compile_worker() -> ExitCode {
    let answered = receive_component(&mut io::stdin().lock(), Limits::COMPONENT_BYTES)
        .map(|component| compile(&component))
        .or_else(|error| match error.kind() {
            io::ErrorKind::OutOfMemory => Ok(Answer::OutOfMemory),
            _ => Err(error),
        })
        .and_then(|answer| send_answer(&mut io::stdout().lock(), &answer));
    match answered {
        Ok(()) => ExitCode::SUCCESS,
        // The host has gone away, or this is no host.
        Err(_) => ExitCode::FAILURE,
    }
}

fn compile(component: &[u8]) -> Answer {
    let dense = std::env::var_os(WORKER).is_some_and(|tier| *tier == *Tier::Dense.to_string());
    let kind = EngineKind {
        tier: if dense { Tier::Dense } else { Tier::Fast },
        ..EngineKind::DEFAULT
    };
    let engine = match sandbox::engine(kind, false) {
        Ok(ground) => ground.engine,
        Err(error) => return fault(&error, Answer::Fault),
    };
    let code = CodeBuilder::new(&engine)
        .wasm_binary(component, None)
        .and_then(|builder| builder.compile_component_serialized());
    match code {
        Ok(code) => Answer::Code(code),
        Err(error) => fault(&error, Answer::Invalid),
    }
}

fn fault(error: &wasmtime::Error, otherwise: fn(String) -> Answer) -> Answer {
    if error.chain().any(is_lack_of_memory) {
        return Answer::OutOfMemory;
    }
    otherwise(format!("{error:#}"))
}

fn is_lack_of_memory(cause: &(dyn std::error::Error + 'static)) -> bool {
    #[cfg(unix)]
    if cause.downcast_ref() == Some(&rustix::io::Errno::NOMEM) {
        return true;
    }
    cause.is::<OutOfMemory>()
        || cause
            .downcast_ref()
            .is_some_and(|error: &io::Error| error.kind() == io::ErrorKind::OutOfMemory)
}
