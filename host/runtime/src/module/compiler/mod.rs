//! Turns component bytes into compiled code, here or in a process of its own with limits.

mod child;
mod frame;
mod limits;
mod pool;
mod process;
mod verdict;
mod worker;

use super::{LoadError, blocking};
use crate::error::InvalidOptionError;
use crate::sandbox::Tier;
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

    /// The limits within which a component is compiled for a launch that asks for these; `None`
    /// for none.
    ///
    /// # Errors
    /// If it asks for limits where nothing keeps them.
    pub(super) fn limits(
        &self,
        asked: Option<&CompilerLimits>,
    ) -> Result<Option<CompilerLimits>, InvalidOptionError> {
        let ceiling = self.pool.as_ref().map(Pool::limits);
        match (asked, ceiling) {
            (None, ceiling) => Ok(ceiling.copied()),
            (Some(asked), Some(ceiling)) => Ok(Some(asked.within(ceiling))),
            (Some(_), None) => Err(InvalidOptionError {
                option: "compiler",
                value: "a table of limits".to_owned(),
                reason: "this runtime compiles in its own process, where nothing would keep them; \
                         leave it out, or give the runtime a process with Builder::compiler",
            }),
        }
    }

    /// Validates and compiles a component for this tier, whose engine it is, within these limits where
    /// they can be kept.
    pub(super) async fn compile(
        &self,
        engine: &Engine,
        tier: Tier,
        bytes: Bytes,
        limits: Option<CompilerLimits>,
    ) -> Result<Component, LoadError> {
        let engine = engine.clone();
        match &self.pool {
            Some(pool) => pool.compile(engine, tier, bytes, limits).await,
            None => {
                blocking(move || {
                    Component::from_binary(&engine, &bytes)
                        .map_err(|error| LoadError::of_engine(format!("{error:#}")))
                })
                .await
            }
        }
    }
}
