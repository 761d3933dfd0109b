//! AssemblyScript's own compiler: a core module.

use crate::kernel::Kernel;
use anyhow::Result;
use ringhost_build::compilers::ASSEMBLYSCRIPT;
use ringhost_toolchain::process::run;
use std::process::Command;

pub fn build(kernel: &Kernel) -> Result<Vec<u8>> {
    let tools = ASSEMBLYSCRIPT.find_or_fetch()?;
    let module = kernel.scratch.path().join("module.wasm");
    run(Command::new(tools.join("node_modules/.bin/asc"))
        .current_dir(&kernel.folder)
        .arg("kernel.ts")
        .arg("--outFile")
        .arg(module))?;
    kernel.made("module.wasm")
}
