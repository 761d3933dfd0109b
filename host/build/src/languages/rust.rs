//! Rust: by the cargo that is there, as its project says.

use super::Made;
use crate::project::Project;
use anyhow::{Context, Result, bail};
use ringhost_toolchain::process::{output, start_failure};
use serde_json::Value;
use std::env;
use std::ffi::OsString;
use std::fs;
use std::process::{Command, Stdio};

const TARGET: &str = "wasm32-unknown-unknown";

pub(super) fn build(project: &Project) -> Result<Made> {
    check_target()?;
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command
        .current_dir(&project.folder)
        .args(["build", "--lib", "--release", "--target", TARGET])
        // Part of every Rust toolchain: makes a component of the module.
        .args([
            "--config",
            "target.wasm32-unknown-unknown.linker='wasm-component-ld'",
        ])
        .arg("--message-format=json-render-diagnostics")
        .stdin(Stdio::null())
        .stderr(Stdio::inherit());
    let built = command.output().with_context(|| start_failure(&command))?;
    if !built.status.success() {
        bail!("cargo says what is wrong");
    }
    let messages = String::from_utf8(built.stdout).context("cargo did not print UTF-8")?;
    let Some(component) = messages.lines().filter_map(component).next_back() else {
        bail!(
            "it makes no component: its Cargo.toml needs `crate-type = [\"cdylib\"]` under [lib]; \
             `ringhost new` writes one"
        );
    };
    let read = || format!("cannot read {component}");
    Ok(Made::Component(fs::read(&component).with_context(read)?))
}

/// The component that a line of cargo's messages tells of.
fn component(line: &str) -> Option<String> {
    let message: Value = serde_json::from_str(line).ok()?;
    if message.get("reason")? != "compiler-artifact" {
        return None;
    }
    let files = message.get("filenames")?.as_array()?;
    let mut files = files.iter().filter_map(Value::as_str);
    files
        .find(|file| file.ends_with(".wasm"))
        .map(str::to_owned)
}

/// # Errors
/// If this Rust does not compile for WebAssembly; says how it learns that.
fn check_target() -> Result<()> {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| OsString::from("rustc"));
    let query = ["--print", "target-libdir", "--target", TARGET];
    let folder = output(Command::new(rustc).args(query))?;
    if fs::metadata(folder.trim_end()).is_ok_and(|folder| folder.is_dir()) {
        return Ok(());
    }
    bail!("this Rust does not compile for WebAssembly; run: rustup target add {TARGET}")
}
