//! Options for how components are accepted and compiled, and what they make of the library's.

use crate::exit::Wrong;
use crate::limits::set;
use crate::parse;
use anyhow::{Context, Result};
use clap::Args;
use ringhost::{
    Builder, Compiler, CompilerLimits, CompilerProcess, Digest, LaunchOptions, Provenance,
    PublicKey,
};
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
    /// [default: 2GiB, or less where the manifest says so]
    #[arg(long, value_name = "BYTES", value_parser = parse::bytes, allow_hyphen_values = true)]
    pub compile_memory: Option<u64>,

    /// The most processor time that compiling a component may take, in whole seconds; on the clock
    /// it may take twice as long [default: 60, or less where the manifest says so]
    #[arg(long, value_name = "SECONDS", value_parser = parse::whole_seconds, allow_hyphen_values = true)]
    pub compile_time: Option<u64>,

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
        let ceiling = self.given_over(CompilerLimits::default());
        Ok(Compiler::Process(process.limits(ceiling)))
    }

    /// Launch options with those that were given here in place of their own, and with the bounds
    /// on compiling that hold in the end.
    pub fn over(&self, options: LaunchOptions) -> LaunchOptions {
        let ceiling = self.given_over(CompilerLimits::default());
        let asked = options.compiler.unwrap_or(ceiling);
        let compiler = self.given_over(asked).within(&ceiling);
        LaunchOptions {
            compiler: (!self.trust_compilation).then_some(compiler),
            ..options
        }
    }

    fn given_over(&self, mut limits: CompilerLimits) -> CompilerLimits {
        set(&mut limits.memory_bytes, self.compile_memory);
        set(&mut limits.cpu_seconds, self.compile_time);
        let wall_seconds = self.compile_time.map(|seconds| seconds.saturating_mul(2));
        set(&mut limits.wall_seconds, wall_seconds);
        limits
    }
}

fn public_key(path: &Path) -> Result<PublicKey, Wrong> {
    let shown = path.display();
    let text = std::fs::read_to_string(path)
        .map_err(|error| Wrong(format!("cannot read the public key {shown}: {error}")))?;
    text.parse()
        .map_err(|error| Wrong(format!("{shown}: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Options {
        #[command(flatten)]
        loading: LoadOptions,
    }

    fn compiler(arguments: &[&str], manifest: Option<CompilerLimits>) -> Option<CompilerLimits> {
        let arguments = std::iter::once(&"ringhost").chain(arguments);
        let options = Options::try_parse_from(arguments).unwrap();
        let manifest = LaunchOptions {
            compiler: manifest,
            ..LaunchOptions::default()
        };
        options.loading.over(manifest).compiler
    }

    #[test]
    fn the_manifest_may_ask_for_less_and_who_starts_the_command_for_anything() {
        let default = CompilerLimits::default();
        assert_eq!(compiler(&[], None), Some(default));
        let asked = CompilerLimits {
            memory_bytes: 1 << 30,
            cpu_seconds: 1000,
            wall_seconds: 10,
            ..default
        };
        let less = CompilerLimits {
            cpu_seconds: 60,
            ..asked
        };
        assert_eq!(compiler(&[], Some(asked)), Some(less));
        let given = CompilerLimits {
            memory_bytes: 3 << 30,
            cpu_seconds: 100,
            wall_seconds: 200,
            ..default
        };
        let options = ["--compile-memory=3GiB", "--compile-time=100"];
        assert_eq!(compiler(&options, Some(asked)), Some(given));
        assert_eq!(compiler(&options, None), Some(given));
        assert_eq!(compiler(&["--trust-compilation"], Some(asked)), None);
    }

    #[test]
    fn the_help_tells_the_defaults_as_they_are() {
        let help = <Options as clap::CommandFactory>::command()
            .render_help()
            .to_string();
        // Lines are as wide as the terminal.
        let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
        let told = |option: &str| {
            let (_, rest) = help.split_once(&format!("{option} <")).unwrap();
            let (_, rest) = rest.split_once("[default:").unwrap();
            rest.split_once(',').unwrap().0.trim().to_owned()
        };
        let default = CompilerLimits::default();
        let memory = parse::bytes(&told("--compile-memory"));
        assert_eq!(memory, Ok(default.memory_bytes));
        let time = parse::whole_seconds(&told("--compile-time"));
        assert_eq!(time, Ok(default.cpu_seconds));
        assert_eq!(default.wall_seconds, 2 * default.cpu_seconds);
    }
}
