//! Which program is the broker.

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

/// Set in the environment of a process that is to be a broker. It is a variable rather than an argument so
/// that it reaches a program behind whatever arguments its embedder gives it.
const BROKER: &str = "RINGHOST_BROKER";

/// A program that is started to be the broker of the GPUs. It has the environment of this process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokerProcess {
    /// The program. Its `main` calls [`broker`](crate::broker) and is built with this version of
    /// ringhost.
    pub program: PathBuf,
    /// Its arguments; none by default.
    pub arguments: Vec<OsString>,
    /// Variables of its environment, beside those that this process has.
    pub environment: Vec<(OsString, OsString)>,
}

impl BrokerProcess {
    /// This program.
    pub fn new(program: impl Into<PathBuf>) -> Self {
        Self {
            program: program.into(),
            arguments: Vec::new(),
            environment: Vec::new(),
        }
    }

    /// The program that is running now. Its `main` must begin with what [`is_broker`] shows.
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

    /// Starts it, with pipes to its standard input and output.
    pub(super) fn start(&self) -> io::Result<Child> {
        if is_broker() {
            // Or each broker would start the next one.
            let reason =
                "this process is itself a broker of a host; call the broker first thing in main";
            return Err(io::Error::other(reason));
        }
        Command::new(&self.program)
            .args(&self.arguments)
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .env(BROKER, "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
    }
}

/// Whether this process was started by a host to be its broker. If so, its `main` must call
/// [`broker`](crate::broker) and end, before it does anything else.
#[must_use]
pub fn is_broker() -> bool {
    std::env::var_os(BROKER).is_some()
}
