//! Go's own compiler: a core module.

use crate::kernel::Kernel;
use anyhow::Result;
use ringhost_build::compilers::GO;
use ringhost_toolchain::cache;
use ringhost_toolchain::process::run;
use std::process::Command;

pub fn build(kernel: &Kernel) -> Result<Vec<u8>> {
    let root = GO.find_or_fetch()?.join("go");
    let scratch = kernel.scratch.path();
    run(Command::new(root.join("bin/go"))
        .current_dir(&kernel.folder)
        .env("GOROOT", &root)
        .env("GOCACHE", cache::folder()?.join("go-compiled"))
        .env("GOPATH", scratch.join("go-path"))
        .env("HOME", scratch)
        .env("XDG_CONFIG_HOME", scratch)
        .env("GOENV", "off")
        .env("GOFLAGS", "")
        .env("GOPROXY", "off")
        .env("GOTOOLCHAIN", "local")
        .env("GOWORK", "off")
        .env("CGO_ENABLED", "0")
        .env("GOOS", "wasip1")
        .env("GOARCH", "wasm")
        .args(["build", "-buildmode=c-shared", "-trimpath", "-o"])
        .arg(scratch.join("module.wasm"))
        .arg("main.go"))?;
    kernel.made("module.wasm")
}
