//! `cargo xtask bench`: ringhost beside its peers.

use anyhow::Result;

use crate::process::{run as run_command, say};
use crate::tool::Tool;
use crate::workspace::{cargo, kernels_folder, root};
use crate::{guest_compiler, kernels};

/// One of the peers.
const ERLANG: Tool = Tool {
    program: "erl",
    probe: "-version",
    package: "erlang-base",
};

/// Where the page and its plots are.
const PAGE: &str = "docs";

/// Builds the benchmarks as ringhost is shipped, and runs them with these arguments. Writes the page,
/// unless only some rows are to be measured, or roughly.
///
/// # Errors
/// Where they cannot be built or run.
pub fn run(arguments: &[String]) -> Result<()> {
    kernels::build(&guest_compiler::find_or_make()?, &[])?;
    say("building ringhost and its peers for release (some minutes the first time)");
    // Over the whole workspace, for the reason that `cargo xtask demo` has.
    let build = ["build", "--release", "--workspace", "--bin", "bench"];
    run_command(
        cargo()
            .args(build)
            .args(["--features", "ringhost-bench/peers"]),
    )?;
    let mut bench = std::process::Command::new(root().join("target/release/bench"));
    bench
        .current_dir(root())
        .env("RINGHOST_KERNELS", kernels_folder());
    match ERLANG.find_or_unpack() {
        Ok(None) => {}
        Ok(Some(folder)) => {
            bench.arg("--erlang").arg(folder);
        }
        Err(error) => {
            bench.arg("--without-erlang").arg(format!("{error:#}"));
        }
    }
    let is_partial = |argument: &String| {
        let name = argument.split('=').next();
        matches!(name, Some("--quick" | "--row" | "--page" | "--help" | "-h"))
    };
    if !arguments.iter().any(is_partial) {
        bench.args(["--page", PAGE]);
    }
    run_command(bench.args(arguments))
}
