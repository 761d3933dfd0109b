//! C and C++, by the compiler that comes with Zig.

use super::{Made, zig};
use crate::bindings;
use crate::contract::World;
use crate::messages;
use crate::project::{Language, Project};
use anyhow::{Context, Result, bail};
use ringhost_toolchain::process::{compile as run_compiler, run};
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use wasmparser::{KnownCustom, Linking, Parser, Payload, SymbolFlags, SymbolInfo};

/// What a new kernel's stack has, in bytes.
const STACK: usize = 64 << 10;

/// What the names of functions begin with that are marked for data-parallel work.
const COMPUTE: &str = "compute:";

/// What is said of a source that names no function.
const WITHOUT: &str = "nothing says which function is the kernel: write RING_SERVE(function), \
                       RING_LOOP(function) or RING_HANDLER(function) outside of any function";

/// The SDK, as it is written to beside what is built.
const SDK: [(&str, &str); 40] = [
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
    ("send.c", include_str!("../../../../guest-sdk/c/src/send.c")),
    (
        "locale.c",
        include_str!("../../../../guest-sdk/c/src/locale.c"),
    ),
    (
        "stdin.c",
        include_str!("../../../../guest-sdk/c/src/stdin.c"),
    ),
    (
        "state.c",
        include_str!("../../../../guest-sdk/c/src/state.c"),
    ),
    (
        "abort.c",
        include_str!("../../../../guest-sdk/c/src/abort.c"),
    ),
    ("root.zig", ""),
    ("lines.zig", ""),
    (
        "ringhost_text.h",
        include_str!("../../../../guest-sdk/c/include/ringhost_text.h"),
    ),
    (
        "ringhost_typed.h",
        include_str!("../../../../guest-sdk/c/include/ringhost_typed.h"),
    ),
    (
        "ringhost_typed.hpp",
        include_str!("../../../../guest-sdk/cpp/include/ringhost_typed.hpp"),
    ),
    (
        "ringhost_read.hpp",
        include_str!("../../../../guest-sdk/cpp/include/ringhost_read.hpp"),
    ),
    (
        "ringhost_write.hpp",
        include_str!("../../../../guest-sdk/cpp/include/ringhost_write.hpp"),
    ),
    (
        "typed.zig",
        include_str!("../../../../guest-sdk/zig/src/typed.zig"),
    ),
    (
        "scratch.c",
        include_str!("../../../../guest-sdk/c/src/scratch.c"),
    ),
    ("text.c", include_str!("../../../../guest-sdk/c/src/text.c")),
    (
        "typed.h",
        include_str!("../../../../guest-sdk/c/src/typed.h"),
    ),
    (
        "typed_read.c",
        include_str!("../../../../guest-sdk/c/src/typed_read.c"),
    ),
    (
        "typed_words.c",
        include_str!("../../../../guest-sdk/c/src/typed_words.c"),
    ),
    (
        "typed_write.c",
        include_str!("../../../../guest-sdk/c/src/typed_write.c"),
    ),
    (
        "ringhost_compute.h",
        include_str!("../../../../guest-sdk/c/include/ringhost_compute.h"),
    ),
    (
        "ringhost_commands.h",
        include_str!("../../../../guest-sdk/c/include/ringhost_commands.h"),
    ),
    (
        "ringhost_compute.hpp",
        include_str!("../../../../guest-sdk/cpp/include/ringhost_compute.hpp"),
    ),
    (
        "compute.zig",
        include_str!("../../../../guest-sdk/zig/src/compute.zig"),
    ),
    (
        "compute_function.zig",
        include_str!("../../../../guest-sdk/zig/src/compute_function.zig"),
    ),
    (
        "compute_raw.zig",
        include_str!("../../../../guest-sdk/zig/src/compute_raw.zig"),
    ),
    (
        "compute_resident.zig",
        include_str!("../../../../guest-sdk/zig/src/compute_resident.zig"),
    ),
    (
        "compute.h",
        include_str!("../../../../guest-sdk/c/src/compute.h"),
    ),
    (
        "compute.c",
        include_str!("../../../../guest-sdk/c/src/compute.c"),
    ),
    (
        "compute_failure.c",
        include_str!("../../../../guest-sdk/c/src/compute_failure.c"),
    ),
    (
        "compute_resident.c",
        include_str!("../../../../guest-sdk/c/src/compute_resident.c"),
    ),
    (
        "compute_submit.c",
        include_str!("../../../../guest-sdk/c/src/compute_submit.c"),
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
        // Optimised, and with assert() all the same.
        compile.args(["-target", zig::TARGET, "-Os", "-UNDEBUG"]);
        if let Some(messages) = messages::folder(project) {
            compile.arg("-I").arg(messages);
        }
        // Lines for a trap's backtrace, with paths that are the same on every machine.
        compile.arg("-gline-tables-only");
        for (folder, name) in [
            (project.folder.as_path(), project.name.as_str()),
            (&sdk, "/ringhost"),
            (&zig::libraries()?, "/zig"),
        ] {
            compile.arg(format!("-ffile-prefix-map={}={name}", folder.display()));
        }
        compile
            .args(["-Wall", "-Wextra"])
            .arg("-I")
            .arg(&sdk)
            .arg("-c")
            .arg(name);
        compile.arg("-o").arg(&object);
        run_compiler(&mut compile)?;
        objects.push(object);
    }
    let world = world_of(&objects, WITHOUT)?;
    link(project, world, &objects).map(Made::Module)
}

/// Links what a kernel's source was compiled to with the SDK and the world's bindings.
pub(super) fn link(project: &Project, world: World, objects: &[PathBuf]) -> Result<Vec<u8>> {
    let module = link_with(project, world, objects, &[])?;
    // C++'s streams have one for stdin, whether it is used or not.
    if reads_nothing_but_stdin(&module)? {
        return link_with(project, world, objects, &["stdin.c"]);
    }
    Ok(module)
}

/// Whether a module imports what reads files, and nothing that opens one.
fn reads_nothing_but_stdin(module: &[u8]) -> Result<bool> {
    let (mut reads, mut opens) = (false, false);
    for payload in Parser::new(0).parse_all(module) {
        let Payload::ImportSection(section) = payload? else {
            continue;
        };
        for import in section.into_imports() {
            match import?.name {
                "fd_read" => reads = true,
                "path_open" | "sock_accept" => opens = true,
                _ => {}
            }
        }
    }
    Ok(reads && !opens)
}

/// Links it with these files of the SDK beside those that every kernel has.
fn link_with(
    project: &Project,
    world: World,
    objects: &[PathBuf],
    more: &[&str],
) -> Result<Vec<u8>> {
    let sdk = write_sdk(project)?;
    let bindings = project.build_folder().join("bindings").join(world.name());
    bindings::write_c(world, &bindings)?;
    let module = project.build_folder().join("module.wasm");
    let mut link = zig::compiler(project)?;
    link.args(["build-exe", "-target", zig::TARGET, "-mexec-model=reactor"])
        .args(["-OReleaseSmall", "-fno-entry", "--gc-sections", "-lc"])
        .args(["--stack", &STACK.to_string()])
        .arg(format!("-femit-bin={}", module.display()))
        // Before anything that calls them, so that they stand in for the C library's.
        .arg(early(project, &sdk, &bindings, "abort")?);
    if project.language == Language::Cpp {
        link.arg(early(project, &sdk, &bindings, "locale")?);
    }
    // What Zig exports from an object file is not exported from what that is linked to.
    for name in defined_in(objects)? {
        if name.starts_with(COMPUTE) {
            link.arg(format!("--export={name}"));
        }
    }
    link.args(objects);
    if project.language == Language::Cpp {
        link.arg("-lc++");
    }
    link.arg("-I").arg(&sdk).arg("-I").arg(&bindings);
    // The lines are the kernel's alone: those of the SDK are of no use to its author.
    link.args(["-cflags", "-g0"]);
    if world != World::Kernel {
        link.arg("-DRINGHOST_HANDLER");
    }
    link.arg("--");
    let shape: &[_] = match world {
        World::Kernel => &["loop.c"],
        World::Handler => &["handler.c"],
        World::StatefulHandler => &["handler.c", "state.c"],
    };
    for file in [
        "common.c",
        "compute.c",
        "compute_failure.c",
        "compute_resident.c",
        "compute_submit.c",
        "send.c",
        "print.c",
        "scratch.c",
        "stdio.c",
        "text.c",
    ]
    .iter()
    .chain(shape)
    .chain(more)
    {
        link.arg(sdk.join(file));
    }
    if project.language == Language::C
        && let Some(messages) = messages::folder(project)
    {
        link.arg("-I")
            .arg(&messages)
            .arg(messages.join("messages.c"));
        for file in ["typed_read.c", "typed_words.c", "typed_write.c"] {
            link.arg(sdk.join(file));
        }
    }
    link.arg(bindings.join("ring.c"));
    // Two empty modules of Zig's. That the root is stripped takes what debuggers read off the
    // libraries, where it is most of a file; that the other is not leaves it to the kernel.
    link.args(["-fstrip", "--dep", "lines"])
        .arg(format!("-Mroot={}", sdk.join("root.zig").display()))
        .args(["-fno-strip"])
        .arg(format!("-Mlines={}", sdk.join("lines.zig").display()));
    run(&mut link)?;
    fs::read(&module).with_context(|| format!("cannot read {}", module.display()))
}

/// Compiles a file of the SDK that is to stand in for one of the C library.
fn early(project: &Project, sdk: &Path, bindings: &Path, name: &str) -> Result<PathBuf> {
    let object = project.build_folder().join(format!("{name}.o"));
    let mut compile = zig::compiler(project)?;
    compile
        .args(["cc", "-target", zig::TARGET, "-Os", "-g0", "-I"])
        .arg(bindings)
        .arg("-c")
        .arg(sdk.join(format!("{name}.c")))
        .arg("-o")
        .arg(&object);
    run(&mut compile)?;
    Ok(object)
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

/// The world for which object files are made, by which of the SDK's functions they define; `without` is
/// said where that is none.
pub(super) fn world_of(objects: &[PathBuf], without: &'static str) -> Result<World> {
    let names = defined_in(objects)?;
    let defines = |name: &str| names.iter().any(|defined| defined == name);
    let has_state = defines("ringhost_snapshot");
    match (defines("ringhost_loop"), defines("ringhost_handle")) {
        (true, false) if has_state => {
            bail!("it is a loop, which keeps its state on its stack: only a handler has RING_STATE")
        }
        (true, false) => Ok(World::Kernel),
        (false, true) if has_state => Ok(World::StatefulHandler),
        (false, true) => Ok(World::Handler),
        (true, true) => bail!("it is both a loop and a handler: name its function once"),
        (false, false) => bail!(without),
    }
}

/// The functions that object files define.
fn defined_in(objects: &[PathBuf]) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for object in objects {
        let bytes =
            fs::read(object).with_context(|| format!("cannot read {}", object.display()))?;
        defined(&bytes, &mut names).with_context(|| unreadable(object))?;
    }
    Ok(names)
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
