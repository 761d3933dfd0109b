//! wit-bindgen's C, clang as Zig brings it, and wit-component.

use crate::kernel::Kernel;
use anyhow::{Context, Result};
use ringhost_build::compilers::ZIG;
use ringhost_toolchain::cache;
use ringhost_toolchain::process::run;
use std::fs;
use std::process::Command;
use wasi_preview1_component_adapter_provider as adapter;
use wit_bindgen_core::Files;
use wit_component::ComponentEncoder;
use wit_parser::Resolve;

/// A component: the bindings are compiled with the source, and bring the component's type.
pub fn build(kernel: &Kernel) -> Result<Vec<u8>> {
    let mut resolve = Resolve::default();
    let package = resolve.push_file(&kernel.wit)?;
    let world = resolve.select_world(&[package], Some(kernel.world))?;
    let mut files = Files::default();
    let mut bindings = wit_bindgen_c::Opts::default().build();
    bindings.generate(&mut resolve, world, &mut files)?;
    let folder = kernel.scratch.path();
    let mut compile = compiler(kernel)?;
    compile.arg("-mexec-model=reactor").arg("-I").arg(folder);
    for (name, content) in files.iter() {
        let path = folder.join(name);
        fs::write(&path, content).with_context(|| format!("cannot write {}", path.display()))?;
        if !name.ends_with(".h") {
            compile.arg(path);
        }
    }
    run(&mut compile)?;
    ComponentEncoder::default()
        .validate(true)
        .module(&kernel.made("module.wasm")?)?
        .adapter(
            adapter::WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME,
            adapter::WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER,
        )?
        .encode()
}

/// A core module with a `main`.
pub fn program(kernel: &Kernel) -> Result<Vec<u8>> {
    run(&mut compiler(kernel)?)?;
    kernel.made("module.wasm")
}

fn compiler(kernel: &Kernel) -> Result<Command> {
    let mut command = Command::new(ZIG.find_or_fetch()?.join("ziglang/zig"));
    let compiled = cache::folder()?.join("zig-compiled");
    command
        .env("ZIG_GLOBAL_CACHE_DIR", compiled)
        .env("ZIG_LOCAL_CACHE_DIR", kernel.scratch.path().join("zig"))
        .args(["cc", "-target", "wasm32-wasi", "-Os"])
        .arg(kernel.folder.join("main.c"))
        .arg("-o")
        .arg(kernel.scratch.path().join("module.wasm"));
    Ok(command)
}
