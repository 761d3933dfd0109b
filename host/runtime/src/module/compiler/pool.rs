//! The host's side: each component is compiled in a process of its own, a few at a time.

use super::child::{GiveUp, Shared, start};
use super::frame::{NoAnswer, receive_answer, send_component};
use super::verdict::verdict;
use super::{CompilerLimit, CompilerLimits, CompilerProcess};
use crate::module::{LoadError, blocking};
use crate::sandbox::Tier;
use bytes::Bytes;
use std::io::Read;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use wasmtime::Engine;
use wasmtime::component::Component;

/// How much is kept of what a compiler says on its standard error.
const SAID_BYTES: u64 = 4096;

/// Runs as many compilers at once as there are processors.
pub(super) struct Pool {
    process: CompilerProcess,
    places: Arc<Semaphore>,
}

impl Pool {
    pub(super) fn new(process: CompilerProcess) -> Self {
        let places = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            process,
            places: Arc::new(Semaphore::new(places)),
        }
    }

    /// The limits of its processes.
    pub(super) fn limits(&self) -> &CompilerLimits {
        &self.process.limits
    }

    /// Validates and compiles a component, within these limits if any are given. Dropping the
    /// future ends the compiler.
    pub(super) async fn compile(
        &self,
        engine: Engine,
        tier: Tier,
        bytes: Bytes,
        limits: Option<CompilerLimits>,
    ) -> Result<Component, LoadError> {
        let place = self.places.clone().acquire_owned().await;
        let shared = Shared::default();
        let _give_up = GiveUp(shared.clone());
        let limits = limits.unwrap_or(self.process.limits);
        let process = self.process.clone().limits(limits);
        let compiled = blocking(move || {
            // Kept until the process has ended, not until the launch has.
            let _place = place;
            let code = compile(&process, tier, &bytes, &shared)?;
            deserialize(&process, &engine, &code)
        });
        let seconds = limits.wall_seconds;
        match tokio::time::timeout(Duration::from_secs(seconds), compiled).await {
            Ok(compiled) => compiled,
            Err(_) => Err(LoadError::CompilationLimit(CompilerLimit::Wall(seconds))),
        }
    }
}

/// One conversation with a new compiler.
fn compile(
    process: &CompilerProcess,
    tier: Tier,
    bytes: &[u8],
    shared: &Shared,
) -> Result<Vec<u8>, LoadError> {
    let mut child = start(process, tier).map_err(|error| process.unusable(error))?;
    let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    shared.hold(child);
    let (Some(mut stdin), Some(mut stdout), Some(stderr)) = pipes else {
        shared.give_up();
        return Err(process.unusable("it has no pipes"));
    };
    // One that has died takes nothing; why it has is seen below.
    let _ = send_component(&mut stdin, bytes);
    drop(stdin);
    let answer = receive_answer(&mut stdout, process.limits.code_bytes);
    drop(stdout);
    if !matches!(answer, Err(NoAnswer::CutOff)) {
        // There is nothing more to hear from it.
        shared.give_up();
    }
    let mut said = Vec::new();
    // What it says only adds to an error.
    let _ = stderr.take(SAID_BYTES).read_to_end(&mut said);
    let status = shared.wait().map_err(|error| process.unusable(error))?;
    verdict(process, answer, status, &said)
}

fn deserialize(
    process: &CompilerProcess,
    engine: &Engine,
    code: &[u8],
) -> Result<Component, LoadError> {
    // SAFETY: `deserialize` runs what it is given as machine code, so it must be given only what
    // wasmtime's compiler made. These bytes were read, complete, from the one pipe that is the
    // standard output of a process that we started ourselves from the program that the embedder
    // named for this, and that nobody else holds the other end of. So we trust that program, and
    // wasmtime's compiler in it, exactly as far as we would trust the compiler in our own process:
    // the process bounds what compiling costs, and does not make a faulty compiler harmless. That
    // it is another version or configuration of wasmtime is found by `deserialize` itself.
    unsafe { Component::deserialize(engine, code) }
        .map_err(|error| process.unusable(format!("its code does not fit this host: {error:#}")))
}
