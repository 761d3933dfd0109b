//! The compiler that tests start: what every embedder's `main` begins with, and nothing else; or,
//! with the argument `unaware`, a program whose `main` does not begin so.

#![deny(missing_docs)]

use ringhost::{Compiler, CompilerProcess, RingKernelRuntime};
use std::process::ExitCode;

fn main() -> ExitCode {
    let unaware = std::env::args()
        .nth(1)
        .is_some_and(|role| role == "unaware");
    if ringhost::is_compile_worker() && !unaware {
        return ringhost::compile_worker();
    }
    // An embedder's program sets up its runtime now.
    let compiler = CompilerProcess::this_program().map(Compiler::Process);
    let runtime = RingKernelRuntime::builder().compiler(compiler.unwrap_or_default());
    if let Err(error) = runtime.build() {
        eprintln!("{error}");
    }
    ExitCode::FAILURE
}
