//! Python: CPython, which componentize-py puts into the component with the kernel.

mod lists;

use super::{Made, state, write};
use crate::contract::{self, World};
use crate::messages;
use crate::project::Project;
use anyhow::{Context, Result, bail};
use ringhost_toolchain::process::output;
use ringhost_toolchain::pypi::Packages;
use std::fs;
use std::path::Path;
use std::process::Command;

/// componentize-py.
pub const TOOLS: Packages<'_> = Packages {
    name: "componentize-py",
    requirements: "componentize-py==0.25.1\n",
    what: "Python as a component (50 MB, once)",
};

const SDK: [(&str, &str); 9] = [
    (
        "ringhost/_snapshot.py",
        include_str!("../../../../../guest-sdk/python/ringhost/_snapshot.py"),
    ),
    (
        "ringhost/__init__.py",
        include_str!("../../../../../guest-sdk/python/ringhost/__init__.py"),
    ),
    (
        "entry_loop.py",
        include_str!("../../../../../guest-sdk/python/ringhost/entry_loop.py"),
    ),
    (
        "entry_handler.py",
        include_str!("../../../../../guest-sdk/python/ringhost/entry_handler.py"),
    ),
    (
        "ringhost/typed/__init__.py",
        include_str!("../../../../../guest-sdk/python/ringhost/typed/__init__.py"),
    ),
    (
        "ringhost/typed/_named.py",
        include_str!("../../../../../guest-sdk/python/ringhost/typed/_named.py"),
    ),
    (
        "ringhost/typed/_parts.py",
        include_str!("../../../../../guest-sdk/python/ringhost/typed/_parts.py"),
    ),
    (
        "ringhost/typed/_reader.py",
        include_str!("../../../../../guest-sdk/python/ringhost/typed/_reader.py"),
    ),
    (
        "ringhost/typed/_scalars.py",
        include_str!("../../../../../guest-sdk/python/ringhost/typed/_scalars.py"),
    ),
];

/// Prints the names of a file's own functions. Its errors name the line.
const FUNCTIONS: &str = "\
import ast, sys
tree = ast.parse(open(sys.argv[1]).read(), sys.argv[1])
print(*[part.name for part in tree.body if isinstance(part, ast.FunctionDef)])
";

pub(super) fn build(project: &Project) -> Result<Made> {
    let tools = TOOLS.find_or_fetch()?;
    let folder = project.build_folder();
    for (name, text) in SDK {
        write(&folder.join("sdk").join(name), text)?;
    }
    write(&folder.join("wit/ring-kernel.wit"), contract::TEXT)?;
    let functions = output(
        Command::new("python3")
            .args(["-c", FUNCTIONS])
            .arg(&project.source),
    )?;
    let functions: Vec<_> = functions.split_whitespace().collect();
    let is_loop = functions.contains(&"serve") || functions.contains(&"run");
    let (world, entry) = match (is_loop, functions.contains(&"handle")) {
        (true, false) => (World::Kernel, "entry_loop"),
        (false, true) => (World::Handler, "entry_handler"),
        (true, true) => bail!("it is both a loop and a handler: keep `handle`, or the other"),
        (false, false) => bail!(
            "it has none of a kernel's functions: `serve(message)` for a loop that calls it with \
             each message, `run()` for a loop of its own, or `handle(message)` for a handler"
        ),
    };
    let world = state::of(world, |name| functions.contains(&name))?;
    // Apart, for Python leaves what it has compiled beside what it imports.
    let kernel = folder.join("kernel");
    for source in project.sources()? {
        let name = source.file_name().unwrap_or_default();
        let text = fs::read_to_string(&source)
            .with_context(|| format!("cannot read {}", source.display()))?;
        write(&kernel.join(name), &text)?;
    }
    let messages = messages::folder(project);
    let messages = messages
        .iter()
        .flat_map(|folder| [Path::new("--python-path"), folder.as_path()]);
    let component = folder.join("component.wasm");
    output(
        Command::new(tools.join("bin/componentize-py"))
            .env("PYTHONPATH", &tools)
            .current_dir(&project.folder)
            .arg("--wit-path")
            .arg(folder.join("wit"))
            .args([
                "--world",
                world.name(),
                "componentize",
                entry,
                "--stub-wasi",
            ])
            .arg("--python-path")
            .arg(folder.join("sdk"))
            .arg("--python-path")
            .arg(&kernel)
            .args(messages)
            .arg("--output")
            .arg(&component),
    )?;
    let read = || format!("cannot read {}", component.display());
    let made = fs::read(&component).with_context(read)?;
    let freed =
        lists::freed(&made).context("componentize-py made a component that is not known")?;
    Ok(Made::Component(freed))
}
