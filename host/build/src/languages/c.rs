//! C and C++, by the compiler that comes with Zig.

use super::{Made, zig};
use crate::bindings;
use crate::contract::World;
use crate::project::{Language, Project};
use anyhow::{Context, Result, bail};
use ringhost_toolchain::process::run;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use wasmparser::{KnownCustom, Linking, Parser, Payload, SymbolFlags, SymbolInfo};

/// What a new kernel's stack has, in bytes.
const STACK: usize = 64 << 10;

/// The SDK, as it is written to beside what is built.
const SDK: [(&str, &str); 9] = [
    (
        "ringhost.h",
        include_str!("../../../../guest-sdk/c/include/ringhost.h"),
    ),
    (
        "ringhost.hpp",
        include_str!("../../../../guest-sdk/cpp/include/ringhost.hpp"),
    ),
    (
        "ringhost.zig",
        include_str!("../../../../guest-sdk/zig/src/ringhost.zig"),
    ),
    (
        "common.h",
        include_str!("../../../../guest-sdk/c/src/common.h"),
    ),
    (
        "common.c",
        include_str!("../../../../guest-sdk/c/src/common.c"),
    ),
    (
        "handler.c",
        include_str!("../../../../guest-sdk/c/src/handler.c"),
    ),
    ("loop.c", include_str!("../../../../guest-sdk/c/src/loop.c")),
    (
        "print.c",
        include_str!("../../../../guest-sdk/c/src/print.c"),
    ),
    (
        "stdio.c",
        include_str!("../../../../guest-sdk/c/src/stdio.c"),
    ),
];

pub(super) fn build(project: &Project) -> Result<Made> {
    let sdk = write_sdk(project)?;
    let mut objects = Vec::new();
    for source in project.sources()? {
        let name = source.file_name().unwrap_or_default();
        let object = project.build_folder().join(name).with_extension("o");
        let mut compile = zig::compiler(project)?;
        compile.args(match project.language {
            Language::Cpp => ["c++", "-std=c++23", "-fno-exceptions", "-fno-rtti"].as_slice(),
            _ => &["cc", "-std=c17"],
        });
        compile.args(zig::TARGET).args(["-Os", "-Wall", "-Wextra"]);
        compile
            .arg("-I")
            .arg(&sdk)
            .arg("-c")
            .arg(&source)
            .arg("-o")
            .arg(&object);
        run(&mut compile)?;
        objects.push(object);
    }
    let world = world_of(&objects)?;
    link(project, world, &objects).map(Made::Module)
}

/// Links what a kernel's source was compiled to with the SDK and the world's bindings.
pub(super) fn link(project: &Project, world: World, objects: &[PathBuf]) -> Result<Vec<u8>> {
    let sdk = write_sdk(project)?;
    let bindings = project.build_folder().join("bindings").join(world.name());
    bindings::write_c(world, &bindings)?;
    let shape = if world == World::Kernel {
        "loop.c"
    } else {
        "handler.c"
    };
    let module = project.build_folder().join("module.wasm");
    let mut link = zig::compiler(project)?;
    let driver = if project.language == Language::Cpp {
        "c++"
    } else {
        "cc"
    };
    link.arg(driver)
        .args(zig::TARGET)
        .args(["-Os", "-Wl,--gc-sections"]);
    link.arg(format!("-Wl,-z,stack-size={STACK}"));
    // The names are what a trap is told with; what debuggers read is most of a file.
    link.arg("-Wl,--strip-debug");
    link.arg("-I")
        .arg(&sdk)
        .arg("-I")
        .arg(&bindings)
        .args(objects);
    // C, whatever the kernel is written in.
    link.args(["-x", "c"]);
    for file in ["common.c", "print.c", "stdio.c", shape] {
        link.arg(sdk.join(file));
    }
    link.arg(bindings.join("ring.c")).arg("-o").arg(&module);
    run(&mut link)?;
    fs::read(&module).with_context(|| format!("cannot read {}", module.display()))
}

/// Writes the SDK beside what is built and returns its folder.
pub(super) fn write_sdk(project: &Project) -> Result<PathBuf> {
    let folder = project.build_folder().join("sdk");
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    for (name, text) in SDK {
        let path = folder.join(name);
        // Left alone where it is the same, so that its time says when it changed.
        if fs::read_to_string(&path).is_ok_and(|present| present == text) {
            continue;
        }
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(folder)
}

/// The world for which object files are made, by which of the SDK's functions they define.
pub(super) fn world_of(objects: &[PathBuf]) -> Result<World> {
    let mut names = Vec::new();
    for object in objects {
        let bytes =
            fs::read(object).with_context(|| format!("cannot read {}", object.display()))?;
        defined(&bytes, &mut names).with_context(|| unreadable(object))?;
    }
    let defines = |name: &str| names.iter().any(|defined| defined == name);
    match (defines("ringhost_loop"), defines("ringhost_handle")) {
        (true, false) => Ok(World::Kernel),
        (false, true) => Ok(World::Handler),
        (true, true) => bail!("it is both a loop and a handler: name its function once"),
        (false, false) => bail!(
            "nothing says which function is the kernel: write RING_SERVE(function), \
             RING_LOOP(function) or RING_HANDLER(function) outside of any function"
        ),
    }
}

/// The functions that an object file defines.
fn defined(object: &[u8], names: &mut Vec<String>) -> Result<()> {
    for payload in Parser::new(0).parse_all(object) {
        let Payload::CustomSection(section) = payload? else {
            continue;
        };
        let KnownCustom::Linking(linking) = section.as_known() else {
            continue;
        };
        for subsection in linking {
            let Linking::SymbolTable(symbols) = subsection? else {
                continue;
            };
            for symbol in symbols {
                if let SymbolInfo::Func {
                    flags,
                    name: Some(name),
                    ..
                } = symbol?
                    && !flags.contains(SymbolFlags::UNDEFINED)
                {
                    names.push(name.to_owned());
                }
            }
        }
    }
    Ok(())
}

fn unreadable(path: &Path) -> String {
    let name = path.file_name().map(OsString::from).unwrap_or_default();
    format!("{} is no object file", name.to_string_lossy())
}
