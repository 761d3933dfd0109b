//! `cargo xtask ci`: everything that a change must pass.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::process::{run as run_command, say};
use crate::workspace::cargo;

type Step = (&'static str, fn() -> Result<()>);

/// In the order in which a failure is cheapest to hear of.
const STEPS: [Step; 7] = [
    ("format", || {
        run_command(cargo().args(["fmt", "--all", "--check"]))
    }),
    ("test", crate::tests::run_whole),
    // Of what the tests are built of.
    ("pack", crate::gpu::attempt),
    ("count", crate::instructions::check),
    ("lint", || {
        let lint = [
            "clippy",
            "--workspace",
            "--all-targets",
            // Compiled for nothing but this and the benchmarks.
            "--features",
            "ringhost-bench/peers",
            "--",
            "-D",
            "warnings",
        ];
        run_command(cargo().args(lint))
    }),
    ("document", || {
        let document = ["doc", "--workspace", "--no-deps"];
        let peers = ["--features", "ringhost-bench/peers"];
        let mut command = cargo();
        command.args(document).args(peers);
        run_command(command.env("RUSTDOCFLAGS", "-Dwarnings"))
    }),
    ("deny", crate::deny::run),
];

/// Runs the steps up to the first that fails and says how long each took.
///
/// # Errors
/// The failure of that step.
pub fn run() -> Result<()> {
    let mut times = Vec::new();
    let result = STEPS.iter().try_for_each(|(name, step)| {
        say(format!("ci: {name}"));
        let start = Instant::now();
        let result = step().with_context(|| format!("ci: {name} failed"));
        times.push((*name, start.elapsed()));
        result
    });
    for (name, time) in times {
        say(report(name, time));
    }
    result
}

fn report(name: &str, time: Duration) -> String {
    format!("ci: {name:<8} {:>6.1} s", time.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_line_up() {
        let short = report("test", Duration::from_millis(1250));
        let long = report("document", Duration::from_secs(100));
        assert_eq!(short, "ci: test        1.2 s");
        assert_eq!(short.len(), long.len());
    }
}
