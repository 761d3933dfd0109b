//! The checkout, and cargo inside it.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::process::output;

/// The target that kernels are compiled for.
pub const GUEST_TARGET: &str = "wasm32-unknown-unknown";

/// What kernels may use of WebAssembly beside its first version: what a newer compiler uses by
/// itself. Without it a copy of memory is a loop in the kernel.
const GUEST_FEATURES: &str = "-Ctarget-feature=+bulk-memory,+nontrapping-fptoint,+sign-ext";

/// As in the template of a kernel: a stack of 64 KiB, where a Rust toolchain gives 1 MiB. What lies
/// behind it is then in the kernel's first pages, so that a dense kernel needs a small slot.
const GUEST_STACK: &str = "-Clink-arg=-zstack-size=65536";

/// The checkout's folder, whatever the current one is.
pub fn root() -> &'static Path {
    // xtask lies directly in it, so there is always a parent.
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap_or(Path::new("."))
}

/// Where `cargo xtask kernels` puts the components.
pub fn kernels_folder() -> PathBuf {
    root().join("target/kernels")
}

/// The cargo that runs this program, in the checkout's folder.
pub fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    // So that what it builds is where `built` looks.
    command.env("CARGO_TARGET_DIR", root().join("target"));
    command
}

/// A program of this workspace that [`cargo`] has built.
pub fn built(name: &str) -> Command {
    let mut command = Command::new(root().join("target/debug").join(name));
    command.current_dir(root());
    command
}

/// A cargo that compiles with `rustc` for [`GUEST_TARGET`] and with nothing that the user's
/// settings say about the host's own build.
pub fn guest_cargo(rustc: &Path) -> Command {
    let mut command = cargo();
    for name in [
        "RUSTFLAGS",
        "CARGO_BUILD_TARGET",
        "CARGO_BUILD_RUSTC",
        "CARGO_TARGET_DIR",
    ] {
        command.env_remove(name);
    }
    // Empty rather than removed: an empty value also overrules what a configuration file says.
    for name in ["RUSTC_WRAPPER", "RUSTC_WORKSPACE_WRAPPER"] {
        command.env(name, "");
    }
    command
        .env("RUSTC", rustc)
        .env(
            "CARGO_ENCODED_RUSTFLAGS",
            [GUEST_FEATURES, GUEST_STACK].join("\u{1f}"),
        )
        .env(
            "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER",
            "wasm-component-ld",
        );
    command
}

/// The machine that `rustc` runs on, as in `x86_64-unknown-linux-gnu`.
///
/// # Errors
/// Where it cannot be run.
pub fn host(rustc: &Path) -> Result<String> {
    let version = output(Command::new(rustc).arg("-vV"))?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("rustc -vV names no host")?.to_string())
}
