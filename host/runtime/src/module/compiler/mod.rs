//! Turns component bytes into compiled code, here or in a process of its own with limits.

mod child;
mod frame;
mod limits;
mod pool;
mod process;
mod verdict;
mod worker;

use super::{LoadError, blocking};
use bytes::Bytes;
use pool::Pool;
use wasmtime::Engine;
use wasmtime::component::Component;

pub use limits::{CompilerLimit, CompilerLimits};
pub use process::CompilerProcess;
pub use worker::{compile_worker, is_compile_worker};

/// Where components are validated and compiled.
#[derive(Debug, Clone, Default)]
pub enum Compiler {
    /// In this process, without limits. The default, for a library cannot know a program that it
    /// could start; it is right for components by people whom you trust.
    #[default]
    InProcess,
    /// In a process of its own for each component, with limits on its memory and time, so that a
    /// component that is hard to compile costs its own launch and nothing else.
    Process(CompilerProcess),
}

/// A compiler that is ready to be used.
pub(super) struct Compilation {
    pool: Option<Pool>,
}

impl Compilation {
    pub(super) fn new(compiler: Compiler) -> Self {
        let pool = match compiler {
            Compiler::InProcess => None,
            Compiler::Process(process) => Some(Pool::new(process)),
        };
        Self { pool }
    }

    /// Validates and compiles a component.
    pub(super) async fn compile(
        &self,
        engine: &Engine,
        bytes: Bytes,
    ) -> Result<Component, LoadError> {
        let engine = engine.clone();
        match &self.pool {
            Some(pool) => pool.compile(engine, bytes).await,
            None => {
                blocking(move || {
                    Component::from_binary(&engine, &bytes).map_err(|error| LoadError::Invalid {
                        reason: format!("{error:#}"),
                    })
                })
                .await
            }
        }
    }
}
