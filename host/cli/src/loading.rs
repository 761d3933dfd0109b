//! Options for how components are accepted and compiled, and what they make of the library's.

use crate::exit::Wrong;
use crate::parse;
use anyhow::{Context, Result};
use clap::Args;
use ringhost::{Builder, Compiler, CompilerLimits, CompilerProcess, Digest, Provenance, PublicKey};
use std::path::{Path, PathBuf};

/// How components are accepted and compiled.
#[derive(Debug, Args)]
#[command(next_help_heading = "Loading")]
pub struct LoadOptions {
    /// Accept only a component with this digest, as `ringhost inspect` prints it, or one that
    /// --public-key accepts; can be given several times
    #[arg(long, value_name = "SHA256")]
    pub pin: Vec<Digest>,

    /// Accept only a component that is signed with this minisign key, or one that --pin accepts;
    /// the signature lies beside it, as KERNEL.wasm.minisig; can be given several times
    #[arg(long, value_name = "FILE")]
    pub public_key: Vec<PathBuf>,

    /// Compile in this process and without limits, for components by people whom you trust
    #[arg(long)]
    pub trust_compilation: bool,

    /// The most memory that compiling a component may take, in bytes or with a unit
    #[arg(long, value_name = "BYTES", default_value = "2GiB", value_parser = parse::bytes, allow_hyphen_values = true)]
    pub compile_memory: u64,

    /// The most processor time that compiling a component may take, in whole seconds; on the clock
    /// it may take twice as long
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = parse::whole_seconds, allow_hyphen_values = true)]
    pub compile_time: u64,

    /// Compile anew, and keep no compiled code for the next time
    #[arg(long)]
    pub no_cache: bool,
}

impl LoadOptions {
    /// Sets a runtime up with these options.
    ///
    /// # Errors
    /// If a public key cannot be read or is none, or this program cannot be found to compile with.
    pub fn apply(&self, builder: Builder) -> Result<Builder> {
        let builder = builder
            .provenance(self.provenance()?)
            .compiler(self.compiler()?);
        Ok(if self.no_cache {
            builder.without_cache_folder()
        } else {
            builder
        })
    }

    fn provenance(&self) -> Result<Provenance> {
        let keys = self.public_key.iter().map(|path| public_key(path));
        Ok(Provenance {
            pinned: self.pin.clone(),
            public_keys: keys.collect::<Result<_, _>>()?,
            ..Provenance::default()
        })
    }

    fn compiler(&self) -> Result<Compiler> {
        if self.trust_compilation {
            return Ok(Compiler::InProcess);
        }
        let process = CompilerProcess::this_program()
            .context("cannot find this program, to compile in a process of its own")?;
        Ok(Compiler::Process(process.limits(CompilerLimits {
            memory_bytes: self.compile_memory,
            cpu_seconds: self.compile_time,
            wall_seconds: self.compile_time.saturating_mul(2),
            ..CompilerLimits::default()
        })))
    }
}

fn public_key(path: &Path) -> Result<PublicKey, Wrong> {
    let shown = path.display();
    let text = std::fs::read_to_string(path)
        .map_err(|error| Wrong(format!("cannot read the public key {shown}: {error}")))?;
    text.parse()
        .map_err(|error| Wrong(format!("{shown}: {error}")))
}
