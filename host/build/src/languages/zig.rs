//! Zig, and the compiler of C and C++ that comes with it.

use super::{Made, c};
use crate::project::Project;
use anyhow::Result;
use ringhost_toolchain::cache;
use ringhost_toolchain::process::run;
use ringhost_toolchain::pypi::Packages;
use std::process::Command;

/// Zig as a package of PyPI.
const ZIG: Packages<'_> = Packages {
    name: "zig",
    requirements: "ziglang==0.17.1\n",
    what: "the compiler for C, C++ and Zig (90 MB, once)",
};

/// A library with a start-up function, as a kernel is to its C library.
pub(super) const TARGET: [&str; 3] = ["-target", "wasm32-wasi", "-mexec-model=reactor"];

/// The compiler, which keeps what it has compiled in the cache folder.
pub(super) fn compiler(project: &Project) -> Result<Command> {
    let folder = ZIG.find_or_fetch()?;
    let mut command = Command::new(folder.join("ziglang/zig"));
    command
        .current_dir(&project.folder)
        .env(
            "ZIG_GLOBAL_CACHE_DIR",
            cache::folder()?.join("zig-compiled"),
        )
        .env("ZIG_LOCAL_CACHE_DIR", project.build_folder().join("zig"));
    Ok(command)
}

pub(super) fn build(project: &Project) -> Result<Made> {
    let sdk = c::write_sdk(project)?;
    let object = project.build_folder().join("kernel.o");
    let mut compile = compiler(project)?;
    compile.args([
        "build-obj",
        "-target",
        "wasm32-wasi",
        "-OReleaseSmall",
        "-lc",
    ]);
    compile
        .arg("-I")
        .arg(&sdk)
        .arg(format!("-femit-bin={}", object.display()));
    compile.args(["--dep", "ringhost"]);
    compile.arg(format!("-Mroot={}", project.source.display()));
    compile
        .arg("-I")
        .arg(&sdk)
        .arg(format!("-Mringhost={}", sdk.join("ringhost.zig").display()));
    run(&mut compile)?;
    let objects = [object];
    let world = c::world_of(&objects)?;
    c::link(project, world, &objects).map(Made::Module)
}
