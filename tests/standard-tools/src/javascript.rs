//! componentize-qjs, which takes a file of JavaScript as it is.

use crate::kernel::Kernel;
use anyhow::Result;
use ringhost_build::compilers::JAVASCRIPT;
use ringhost_toolchain::process::output;
use std::process::Command;

pub fn build(kernel: &Kernel) -> Result<Vec<u8>> {
    let tools = JAVASCRIPT.find_or_fetch()?;
    output(
        Command::new(tools.join("node_modules/.bin/componentize-qjs"))
            .arg("--wit")
            .arg(&kernel.wit)
            .args(["--world", kernel.world, "--js"])
            .arg(kernel.folder.join("kernel.js"))
            .args(&kernel.options)
            .arg("--output")
            .arg(kernel.scratch.path().join("component.wasm")),
    )?;
    kernel.made("component.wasm")
}
