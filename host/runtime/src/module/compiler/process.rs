//! Which program compiles.

use super::{CompilerLimits, is_compile_worker};
use crate::error::InvalidOptionError;
use crate::module::LoadError;
use std::ffi::OsString;
use std::io;
use std::path::PathBuf;

/// A program that compiles, and its limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompilerProcess {
    /// The program. Its `main` calls [`compile_worker`](crate::compile_worker) and is built with
    /// this version of ringhost.
    pub program: PathBuf,
    /// Its arguments; none by default.
    pub arguments: Vec<OsString>,
    /// Its limits.
    pub limits: CompilerLimits,
}

impl CompilerProcess {
    /// This program, with the default limits.
    pub fn new(program: impl Into<PathBuf>) -> Self {
        Self {
            program: program.into(),
            arguments: Vec::new(),
            limits: CompilerLimits::default(),
        }
    }

    /// The program that is running now, with the default limits. Its `main` must begin with what
    /// [`is_compile_worker`] shows.
    ///
    /// # Errors
    /// If the system does not tell where it is.
    pub fn this_program() -> io::Result<Self> {
        // This path names the running program also when its file has been replaced.
        let running = PathBuf::from("/proc/self/exe");
        if cfg!(target_os = "linux") && running.exists() {
            return Ok(Self::new(running));
        }
        std::env::current_exe().map(Self::new)
    }

    /// The same with other limits.
    pub fn limits(self, limits: CompilerLimits) -> Self {
        Self { limits, ..self }
    }

    pub(crate) fn check(&self) -> Result<(), InvalidOptionError> {
        if is_compile_worker() {
            // Or each compiler would start the next one.
            return Err(InvalidOptionError {
                option: "compiler",
                value: "a process".to_owned(),
                reason: "this process is itself a compiler of a host; call ringhost::compile_worker first thing in main",
            });
        }
        self.limits.check()
    }

    pub(super) fn unusable(&self, reason: impl ToString) -> LoadError {
        LoadError::CompilerUnusable {
            program: self.program.clone(),
            reason: reason.to_string(),
        }
    }
}
