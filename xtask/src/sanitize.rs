//! `cargo xtask sanitize`: the tests with AddressSanitizer.

use std::path::Path;

use anyhow::{Result, bail};

use crate::process::{run as run_command, say};
use crate::tests;
use crate::workspace::{host, root};

/// Packages that are left out: loom switches stacks behind the sanitizer's back, and the command
/// compiles in processes as below.
const EXCLUDED: [&str; 2] = ["ringhost-loom", "ringhost-cli"];

/// Tests that are left out.
const SKIPPED: [&str; 5] = [
    // They bound the address space of the compiler's process, of which the sanitizer wants 15 TiB.
    "compilation::",
    "limits::a_launch_can_ask_for_less_than_the_compiler_s_limits",
    "limits::code_from_the_cache_or_a_compiler_s_process",
    "limits::launches_at_once_under_different_limits",
    // It takes ten times as long; the other simulations do the same with fewer seeds.
    "ten_thousand_seeds",
];

/// Builds everything, wasmtime included, with AddressSanitizer and runs the tests, all but the
/// documentation's.
///
/// # Errors
/// Where it cannot be built, a test fails, or memory was misused; then with where.
pub fn run() -> Result<()> {
    let machine = host(Path::new("rustc"))?;
    if machine != "x86_64-unknown-linux-gnu" {
        bail!("Rust's AddressSanitizer is used on x86_64 Linux only, and this is {machine}");
    }
    say("building everything with AddressSanitizer (some minutes the first time)");
    let mut command = tests::command()?;
    // With a target named, what runs during the build is not instrumented.
    command.args(["--tests", "--no-fail-fast", "--target", &machine]);
    for package in EXCLUDED {
        command.args(["--exclude", package]);
    }
    command.arg("--");
    for test in SKIPPED {
        command.args(["--skip", test]);
    }
    run_command(
        command
            .env("CARGO_TARGET_DIR", root().join("target/sanitize"))
            // The compiler has it all, and calls this flag unstable.
            .env("RUSTC_BOOTSTRAP", "1")
            // `sanitized` has each kernel run on a stack of its own: the sanitizer does not know
            // of stacks that are moved.
            .env(
                "CARGO_ENCODED_RUSTFLAGS",
                "-Zsanitizer=address\x1f--cfg=sanitized",
            )
            // What a kernel's stack points to looks lost, for it is no thread's stack.
            .env("ASAN_OPTIONS", "detect_leaks=0")
            // The sanitizer's own memory is not to count as the host's.
            .env("RINGHOST_SANITIZED", "1"),
    )
}
