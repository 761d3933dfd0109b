//! componentize-py, and the bindings that it makes.

use crate::kernel::Kernel;
use anyhow::{Context, Result};
use ringhost_build::compilers::PYTHON;
use ringhost_toolchain::process::output;
use std::fs;
use std::process::Command;

pub fn build(kernel: &Kernel) -> Result<Vec<u8>> {
    let tools = PYTHON.find_or_fetch()?;
    // Apart, for Python leaves what it has compiled beside what it imports.
    let source = kernel.scratch.path().join("source");
    fs::create_dir(&source)?;
    fs::copy(kernel.folder.join("app.py"), source.join("app.py")).context("there is no app.py")?;
    output(
        Command::new(tools.join("bin/componentize-py"))
            .env("PYTHONPATH", &tools)
            .arg("--wit-path")
            .arg(&kernel.wit)
            .args(["--world", kernel.world, "componentize", "app"])
            .arg("--python-path")
            .arg(&source)
            .args(&kernel.options)
            .arg("--output")
            .arg(kernel.scratch.path().join("component.wasm")),
    )?;
    kernel.made("component.wasm")
}
