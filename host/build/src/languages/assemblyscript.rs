//! AssemblyScript, by its own compiler.

mod entry;
mod lines;
mod marks;

use super::{Made, write};
use crate::bindings;
use crate::component::push_custom;
use crate::contract::World;
use crate::messages;
use crate::project::Project;
use anyhow::{Context, Result, bail};
use entry::Export;
use marks::Mark;
use ringhost_compute::Program;
use ringhost_toolchain::npm::Packages;
use ringhost_toolchain::process::{compile as run_compiler, told};
use std::fs;
use std::path::Path;
use std::process::Command;
use wasmparser::{Parser, Payload};

/// asc.
pub const TOOLS: Packages<'_> = Packages {
    name: "assemblyscript",
    manifest: include_str!("../../../../guest-sdk/assemblyscript/package.json"),
    lock: include_str!("../../../../guest-sdk/assemblyscript/package-lock.json"),
    what: "the compiler for AssemblyScript (100 MB, once)",
};

/// A file of the SDK.
macro_rules! file {
    ($name:literal) => {
        (
            $name,
            include_str!(concat!("../../../../guest-sdk/assemblyscript/src/", $name)),
        )
    };
}

/// The SDK, which the compiler finds under the name `ringhost`.
const SDK: [(&str, &str); 21] = [
    file!("compute/command.ts"),
    file!("compute/event.ts"),
    file!("compute/failure.ts"),
    file!("compute/index.ts"),
    file!("compute/operation.ts"),
    file!("compute/resident.ts"),
    file!("compute/space.ts"),
    file!("compute/views.ts"),
    file!("globals.ts"),
    file!("handler.ts"),
    file!("life.ts"),
    file!("loop.ts"),
    file!("memory.ts"),
    file!("message.ts"),
    file!("packed.ts"),
    file!("record.ts"),
    file!("replies.ts"),
    file!("result.ts"),
    file!("send.ts"),
    file!("text.ts"),
    file!("typed.ts"),
];

/// Prints what a source exports.
const EXPORTS: &str = include_str!("../../../../guest-sdk/assemblyscript/src/exports.mjs");

/// Exports functions by names that are no names in AssemblyScript.
const RENAME: &str = include_str!("../../../../guest-sdk/assemblyscript/src/rename.mjs");

/// What the kernel's own library would import of its host, and what the SDK has in its place.
const GLOBALS: [&str; 4] = ["abort", "console", "seed", "trace"];

/// What begins the line of a function that is marked.
const MARK: &str = "@compute ";

/// What is to be known where a compute function cannot be taken out.
const COLLECTED: &str = "a compute function has no memory of its own: no `new`, no array, text or closure \
                         that is made while it runs, no `console`, and only constant words in `throw` \
                         and `assert`";

/// What a kernel's own stack has, in bytes: where the collector finds what is in use.
const STACK: usize = 64 << 10;

pub(super) fn build(project: &Project) -> Result<Made> {
    let tools = TOOLS.find_or_fetch()?;
    let folder = project.build_folder();
    write(&folder.join("exports.mjs"), EXPORTS)?;
    let printed = told(
        Command::new("node")
            .arg(folder.join("exports.mjs"))
            .arg(tools.join("node_modules/assemblyscript/dist/assemblyscript.js"))
            .arg(&project.source),
    )?;
    let marks = (printed.lines())
        .filter_map(|line| line.strip_prefix(MARK))
        .map(Mark::read)
        .collect::<Result<Vec<_>>>()?;
    let exports: Vec<_> = (printed.lines())
        .filter_map(|line| {
            let (name, rest) = line.split_once(' ')?;
            let (parameters, returns) = rest.split_once(' ')?;
            Some(Export {
                name,
                parameters: parameters.parse().ok()?,
                returns,
            })
        })
        .collect();
    let source = project.source.file_stem().unwrap_or_default();
    let source = source.to_string_lossy();
    let (world, mut entry) = entry::of(&exports, &format!("../{source}"))?;
    let mut names = Vec::new();
    if world == World::StatefulHandler {
        names.extend(["snapshot", "restore"].map(entry::state_name));
    }
    for mark in &marks {
        let (text, name) = entry::marked(mark.name, &source);
        entry += &text;
        names.push(name);
    }
    write(&folder.join("entry.ts"), &entry)?;
    write_sdk(&folder.join("sdk"), world, &names)?;
    if let Some(messages) = messages::folder(project) {
        let text = fs::read_to_string(messages.join("messages.ts"))
            .context("there are no types of messages")?;
        write(&folder.join("sdk/messages/index.ts"), &text)?;
    }
    let mut compile = Command::new(tools.join("node_modules/.bin/asc"));
    compile
        .current_dir(&project.folder)
        .arg("build/entry.ts")
        .args(["--path", "build/sdk", "--outFile", "build/module.wasm"])
        .args(["-O", "--enable", "simd", "--runtime", "incremental"])
        .args(["--stackSize", &STACK.to_string()])
        // Called when its imports are there, which a start function of its own would not wait for.
        .args(["--exportStart", "_initialize"])
        // Names and lines are what a trap is told with.
        .args(["--debug", "--sourceMap"]);
    for global in GLOBALS {
        compile.arg("--use");
        compile.arg(format!("{global}=~lib/ringhost/globals/{global}"));
    }
    if !names.is_empty() {
        compile.args(["--transform", "./build/sdk/rename.mjs"]);
    }
    run_compiler(&mut compile)?;
    let mut module = fs::read(folder.join("module.wasm")).context("there is no module")?;
    let map =
        fs::read_to_string(folder.join("module.wasm.map")).context("there is no source map")?;
    check_imports(&module)?;
    if !marks.is_empty() {
        let roles: String = marks.iter().map(Mark::roles).collect();
        push_custom(&mut module, "ring:compute", roles.as_bytes());
        Program::of_module(&module).context(COLLECTED)?;
    }
    let name = project.folder.file_name().unwrap_or_default();
    lines::embed(&mut module, &map, &name.to_string_lossy())
        .context("its source map is of no use")?;
    Ok(Made::Module(module))
}

/// Refuses what AssemblyScript's library would have of a machine, and names it.
fn check_imports(module: &[u8]) -> Result<()> {
    for payload in Parser::new(0).parse_all(module) {
        let Payload::ImportSection(section) = payload? else {
            continue;
        };
        for import in section.into_imports() {
            let import = import?;
            if import.module == "env" {
                bail!(
                    "it uses `{}`, which a kernel in AssemblyScript does not have: it has no clock, \
                     no random numbers and no files, and is sent what it needs",
                    import.name
                );
            }
        }
    }
    Ok(())
}

/// Writes the SDK, and the contract, as the compiler finds them.
fn write_sdk(folder: &Path, world: World, names: &[entry::Renamed]) -> Result<()> {
    let library = folder.join("ringhost");
    for (name, text) in SDK {
        write(&library.join(name), text)?;
    }
    let shape = match world {
        World::Kernel => "loop",
        World::Handler | World::StatefulHandler => "handler",
    };
    let index = format!("export * from \"./{shape}\";\n");
    write(&library.join("index.ts"), &index)?;
    let contract = bindings::assemblyscript::module(world)?;
    write(&library.join("contract.ts"), &contract)?;
    let names = serde_json::to_string_pretty(names)?;
    write(
        &folder.join("names.mjs"),
        &format!("export default {names};\n"),
    )?;
    write(&folder.join("rename.mjs"), RENAME)
}
