//! Zig, and the compiler of C and C++ that comes with it.

use super::{Made, c};
use crate::messages;
use crate::project::Project;
use anyhow::Result;
use ringhost_toolchain::cache;
use ringhost_toolchain::process::compile as run_compiler;
use ringhost_toolchain::pypi::Packages;
use std::path::PathBuf;
use std::process::Command;

/// Zig as a package of PyPI.
pub const ZIG: Packages<'_> = Packages {
    name: "zig",
    requirements: "ziglang==0.17.1\n",
    what: "the compiler for C, C++ and Zig (90 MB, once)",
};

/// What the compiler calls WebAssembly with a C library.
pub(super) const TARGET: &str = "wasm32-wasi";

/// What is said of a source that names no function.
const WITHOUT: &str = "nothing says which function is the kernel: write `comptime { \
                       ringhost.serve(function); }`, or ringhost.loop or ringhost.handler in it";

/// The folder of its libraries.
pub(super) fn libraries() -> Result<PathBuf> {
    Ok(ZIG.find_or_fetch()?.join("ziglang/lib"))
}

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
        TARGET,
        // What Zig calls illegal is a panic, with words and lines, and never goes on unseen.
        "-OReleaseSafe",
        "-fno-strip",
        // It would want random numbers, and WebAssembly keeps the calls' addresses elsewhere.
        "-fno-stack-protector",
        "-lc",
    ]);
    compile
        .arg("-I")
        .arg(&sdk)
        .arg(format!("-femit-bin={}", object.display()));
    let messages = messages::folder(project).map(|folder| folder.join("messages.zig"));
    compile.args(["--dep", "ringhost"]);
    if messages.is_some() {
        compile.args(["--dep", "messages"]);
    }
    compile.arg(format!("-Mroot={}", project.source.display()));
    if let Some(messages) = messages {
        compile.args(["--dep", "ringhost"]);
        compile.arg(format!("-Mmessages={}", messages.display()));
    }
    compile
        .arg("-I")
        .arg(&sdk)
        .arg(format!("-Mringhost={}", sdk.join("ringhost.zig").display()));
    run_compiler(&mut compile)?;
    let objects = [object];
    let world = c::world_of(&objects, WITHOUT)?;
    c::link(project, world, &objects).map(Made::Module)
}
