//! The command `ringhost`: parses what was typed, calls the library, prints.

#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing
    )
)]

mod commands;
mod console;
mod exit;
mod flow;
mod grants;
mod interrupt;
mod limits;
mod loading;
mod log;
mod options;
mod parse;
mod setup;
mod stats;

use clap::{Parser, Subcommand};
use commands::{build, completions, dev, inspect, new, pipeline, run, test};
use std::process::ExitCode;

/// Runs ring kernels: persistent, sandboxed WebAssembly actors that loop over an input queue and
/// answer on an output queue.
#[derive(Parser)]
#[command(name = "ringhost", version, after_help = EXAMPLES)]
#[command(after_long_help = format!("{EXAMPLES}\n\n{MORE}"))]
#[command(subcommand_required = true, arg_required_else_help = true)]
struct Ringhost {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Run(run::Arguments),
    Pipeline(pipeline::Arguments),
    Inspect(inspect::Arguments),
    New(new::Arguments),
    Build(build::Arguments),
    Dev(dev::Arguments),
    Test(test::Arguments),
    Completions(completions::Arguments),
}

const EXAMPLES: &str = "\
Examples:
  ringhost new counter                       begin a kernel in Rust
  ringhost inspect counter.wasm              see what a component is and takes
  echo '{\"text\":\"ring\"}' | ringhost run counter.wasm
  ringhost pipeline ranks.toml               run kernels in a row

`ringhost COMMAND --help` says more of each.";

const MORE: &str = "\
What a kernel may use stands in its manifest, KERNEL.toml beside KERNEL.wasm, if there is one.
`ringhost inspect` prints all of it, and what holds where nothing is said.

Answers go to standard output; errors, warnings, logs and statistics to standard error.

Exit codes:
  0    all went well
  1    a kernel or the host failed
  2    what was given is wrong: an option, a file, a component, a line of input
  3    a language's compiler is neither there nor to be had
  130  interrupted by Ctrl-C or SIGTERM

Compiled code is kept in $XDG_CACHE_HOME/ringhost/code, or in ~/.cache/ringhost/code.";

fn main() -> ExitCode {
    // Components are compiled by this very program, in another process.
    if ringhost::is_compile_worker() {
        return ringhost::compile_worker();
    }
    if ringhost::is_broker() {
        return ringhost::broker();
    }
    let outcome = match Ringhost::parse().command {
        Command::Run(arguments) => run::execute(arguments),
        Command::Pipeline(arguments) => pipeline::execute(arguments),
        Command::Inspect(arguments) => inspect::execute(arguments),
        Command::New(arguments) => new::execute(arguments),
        Command::Build(arguments) => build::execute(arguments),
        Command::Dev(arguments) => dev::execute(arguments),
        Command::Test(arguments) => test::execute(arguments),
        Command::Completions(arguments) => completions::execute(&arguments),
    };
    // At once: a thread may be waiting for input that never comes, and kernels may still be
    // winding down on an executor that nobody has to wait for.
    std::process::exit(exit::code(outcome));
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_commands_are_well_formed() {
        Ringhost::command().debug_assert();
    }
}
