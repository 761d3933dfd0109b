//! An Erlang process in a virtual machine of its own, which measures itself as it is told.

use crate::contender::Contender;
use crate::process::Process;
use crate::statistics::Times;
use anyhow::{Context, Result, ensure};
use hdrhistogram::Histogram;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where Erlang is.
#[derive(Debug, Clone)]
pub struct Erlang {
    /// The folder that its package was unpacked to; `None` if it is installed.
    unpacked: Option<PathBuf>,
}

impl Erlang {
    /// In a folder that Debian's package `erlang-base` was unpacked to; or, without one, on `PATH`.
    pub fn new(unpacked: Option<PathBuf>) -> Self {
        Self { unpacked }
    }

    /// What starts it.
    fn command(&self) -> Result<Command> {
        let Some(unpacked) = &self.unpacked else {
            return Ok(Command::new("erl"));
        };
        // What the script `erl` of the package does for the folder in which it is installed.
        let root = unpacked.join("usr/lib/erlang");
        let programs = version(&root)?.join("bin");
        let mut command = Command::new(programs.join("erlexec"));
        command
            .env("ROOTDIR", root)
            .env("BINDIR", programs)
            .env("EMU", "beam")
            .env("PROGNAME", "erl");
        Ok(command)
    }
}

/// The folder of its run-time system, as in `erts-13.1.5`.
fn version(root: &Path) -> Result<PathBuf> {
    let entries = std::fs::read_dir(root).with_context(|| format!("no {}", root.display()))?;
    let mut folders = entries.flatten().map(|entry| entry.path());
    let found = folders.find(|path| {
        let name = path.file_name().unwrap_or_default();
        name.to_string_lossy().starts_with("erts-")
    });
    found.with_context(|| format!("there is no Erlang in {}", root.display()))
}

/// Starts a virtual machine that does as it is told, with so many schedulers, which are threads.
pub(crate) fn start(erlang: &Erlang, schedulers: usize) -> Result<Process> {
    let main = format!(
        "{{ok, Module, Code}} = compile:file({:?}, [binary]), \
         {{module, Module}} = code:load_binary(Module, \"echo.erl\", Code), \
         Module:main().",
        concat!(env!("CARGO_MANIFEST_DIR"), "/src/peers/echo.erl")
    );
    Process::start(
        erlang
            .command()?
            .args(["-noshell", "+S", &schedulers.to_string()])
            // As many processes as may be parked.
            .args(["+P", "2000000"])
            .args(["-eval", &main]),
    )
}

/// Round trips inside of a virtual machine.
pub(crate) struct ErlangTrips {
    machine: Process,
    count: u64,
    times: Times,
}

impl ErlangTrips {
    /// So many a round.
    pub(crate) fn start(erlang: &Erlang, schedulers: usize, count: u64) -> Result<Self> {
        Ok(Self {
            machine: start(erlang, schedulers)?,
            count,
            times: Times::new()?,
        })
    }
}

impl Contender for ErlangTrips {
    fn round(&mut self) -> Result<Vec<f64>> {
        let answer = self.machine.ask(&format!("trips {}", self.count))?;
        let times = answer.split_whitespace().map(str::parse);
        let times = times.collect::<Result<Vec<u64>, _>>()?;
        ensure!(
            times.len() as u64 == self.count,
            "Erlang made {} round trips of {}",
            times.len(),
            self.count
        );
        times.iter().for_each(|time| self.times.record(*time));
        self.times.round()
    }

    fn distribution(&self) -> Option<Histogram<u64>> {
        Some(self.times.all())
    }
}
