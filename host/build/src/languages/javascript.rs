//! JavaScript and TypeScript: bundled by esbuild, run by QuickJS inside the component.

use super::{Made, state, write};
use crate::contract::{self, World};
use crate::messages;
use crate::prebuilt::Prebuilt;
use crate::project::Project;
use anyhow::{Context, Result, bail};
use ringhost_toolchain::npm::Packages;
use ringhost_toolchain::process::{compile, told};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::Command;

/// esbuild and componentize-qjs.
pub const TOOLS: Packages<'_> = Packages {
    name: "javascript",
    manifest: include_str!("../../../../guest-sdk/javascript/package.json"),
    lock: include_str!("../../../../guest-sdk/javascript/package-lock.json"),
    what: "esbuild and the engine for JavaScript and TypeScript (50 MB, once)",
};

const SDK: [(&str, &str); 15] = [
    (
        "text.js",
        include_str!("../../../../guest-sdk/javascript/src/text.js"),
    ),
    (
        "message.js",
        include_str!("../../../../guest-sdk/javascript/src/message.js"),
    ),
    (
        "clock.js",
        include_str!("../../../../guest-sdk/javascript/src/clock.js"),
    ),
    (
        "places.js",
        include_str!("../../../../guest-sdk/javascript/src/places.js"),
    ),
    (
        "send.js",
        include_str!("../../../../guest-sdk/javascript/src/send.js"),
    ),
    (
        "life.js",
        include_str!("../../../../guest-sdk/javascript/src/life.js"),
    ),
    (
        "loop.js",
        include_str!("../../../../guest-sdk/javascript/src/loop.js"),
    ),
    (
        "handler.js",
        include_str!("../../../../guest-sdk/javascript/src/handler.js"),
    ),
    (
        "compute.js",
        include_str!("../../../../guest-sdk/javascript/src/compute.js"),
    ),
    (
        "compute.d.ts",
        include_str!("../../../../guest-sdk/javascript/src/compute.d.ts"),
    ),
    (
        "ringhost.d.ts",
        include_str!("../../../../guest-sdk/javascript/src/ringhost.d.ts"),
    ),
    (
        "typed/index.js",
        include_str!("../../../../guest-sdk/javascript/src/typed/index.js"),
    ),
    (
        "typed/bytes.js",
        include_str!("../../../../guest-sdk/javascript/src/typed/bytes.js"),
    ),
    (
        "typed/parts.js",
        include_str!("../../../../guest-sdk/javascript/src/typed/parts.js"),
    ),
    (
        "typed/type.js",
        include_str!("../../../../guest-sdk/javascript/src/typed/type.js"),
    ),
];

/// What a kernel's source can export, the world that it is for, and the SDK's function and export
/// that make the kernel of it.
const ENTRIES: [(&str, World, &str, &str); 3] = [
    ("serve", World::Kernel, "serving", "run"),
    ("run", World::Kernel, "running", "run"),
    ("handle", World::Handler, "handling", "handle"),
];

pub(super) fn build(project: &Project, prebuilt: Option<&Prebuilt>) -> Result<Made> {
    let tools = TOOLS.find_or_fetch()?.join("node_modules/.bin");
    let folder = project.build_folder();
    for (name, text) in SDK {
        write(&folder.join("sdk").join(name), text)?;
    }
    let functions = prebuilt.map_or("{}".to_owned(), Prebuilt::parameters);
    write(
        &folder.join("sdk/functions.js"),
        &format!("export default {functions};\n"),
    )?;
    write(&folder.join("wit/ring-kernel.wit"), contract::TEXT)?;
    let exports = exports(&tools, project)?;
    let chosen: Vec<_> = ENTRIES
        .iter()
        .filter(|(name, ..)| exports.iter().any(|export| export == name))
        .collect();
    let &[&(name, world, wrap, export)] = chosen.as_slice() else {
        bail!(
            "it exports {}: a kernel exports one function, `serve(message, reply)` for a loop that \
             calls it with each message, `run()` for a loop of its own, or `handle(message, reply)` \
             for a handler",
            match chosen.len() {
                0 => "none of a kernel's functions",
                _ => "more than one of a kernel's functions",
            }
        );
    };
    let source = project.source.display().to_string();
    let mut entry = format!(
        "import {{ {name} as kernel }} from {source:?};\nimport {{ {wrap} }} from \"ringhost\";\n\
         export const {export} = {wrap}(kernel);\n"
    );
    let world = match state::of(world, |name| exports.iter().any(|export| export == name))? {
        World::StatefulHandler => {
            entry += &format!(
                "import {{ snapshot, restore }} from {source:?};\n\
                 import {{ keeping }} from \"ringhost\";\n\
                 export const state = keeping(snapshot, restore);\n"
            );
            World::StatefulHandler
        }
        world => world,
    };
    write(&folder.join("entry.js"), &entry)?;
    let shape = if world == World::Kernel {
        "loop"
    } else {
        "handler"
    };
    let bundle = folder.join("bundle.js");
    compile(
        esbuild(&tools, project)
            .arg(folder.join("entry.js"))
            .arg(format!(
                "--alias:ringhost={}",
                folder.join(format!("sdk/{shape}.js")).display()
            ))
            .args(["--log-level=warning", "--sourcemap=external"])
            .arg("--sources-content=false")
            .arg(format!(
                "--alias:ringhost/typed={}",
                folder.join("sdk/typed/index.js").display()
            ))
            .args(["compute", "functions"].map(|name| {
                let path = folder.join(format!("sdk/{name}.js"));
                format!("--alias:ringhost/{name}={}", path.display())
            }))
            .arg(format!("--outfile={}", bundle.display())),
    )?;
    let world = if prebuilt.is_some() || computes(&bundle)? {
        world.name_with_compute()
    } else {
        world.name()
    };
    append_places(&bundle)?;
    let component = folder.join("component.wasm");
    told(
        Command::new(tools.join("componentize-qjs"))
            .arg("--wit")
            .arg(folder.join("wit"))
            .args(["--world", world, "--sync", "--stub-wasi", "--js"])
            .arg(&bundle)
            .arg("--output")
            .arg(&component),
    )?;
    let read = || format!("cannot read {}", component.display());
    Ok(Made::Component(fs::read(&component).with_context(read)?))
}

/// Whether a bundle imports "ringhost/compute".
fn computes(bundle: &Path) -> Result<bool> {
    let text = fs::read_to_string(bundle).context("there is no bundle")?;
    Ok(text.contains("\"ring:kernel/compute@"))
}

/// Appends to a bundle which of its lines came from where, for the stacks of its errors.
fn append_places(bundle: &Path) -> Result<()> {
    let map = bundle.with_extension("js.map");
    let read = |path: &Path| {
        fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
    };
    let map: Value = serde_json::from_str(&read(&map)?).context("esbuild tells no sources")?;
    let sources = map.get("sources").and_then(Value::as_array);
    // They are told from the bundle's folder, which is in the kernel's.
    let sources: Vec<_> = sources
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(|source| source.strip_prefix("../").unwrap_or(source))
        .collect();
    let places = json!({ "sources": sources, "mappings": map.get("mappings") });
    let text = format!("{}globalThis.ringhostSources = {places};\n", read(bundle)?);
    write(bundle, &text)
}

/// What the kernel's source exports.
fn exports(tools: &Path, project: &Project) -> Result<Vec<String>> {
    let meta = project.build_folder().join("exports.json");
    compile(
        esbuild(tools, project)
            .arg(&project.source)
            .args([
                "--external:ringhost",
                "--external:ringhost/*",
                "--log-level=warning",
            ])
            .arg(format!("--metafile={}", meta.display()))
            .arg(format!(
                "--outfile={}",
                project.build_folder().join("exports.js").display()
            )),
    )?;
    let text = fs::read_to_string(&meta).context("esbuild tells no exports")?;
    let meta: Value = serde_json::from_str(&text).context("esbuild tells no exports")?;
    let outputs = meta.get("outputs").and_then(Value::as_object);
    let exports = outputs
        .into_iter()
        .flat_map(|outputs| outputs.values())
        .filter_map(|output| output.get("exports")?.as_array());
    Ok(exports
        .flatten()
        .filter_map(|name| name.as_str().map(str::to_owned))
        .collect())
}

/// Bundles into one module of the newest JavaScript. Its errors name line and column.
fn esbuild(tools: &Path, project: &Project) -> Command {
    let mut command = Command::new(tools.join("esbuild"));
    command
        .current_dir(&project.folder)
        .args(["--bundle", "--format=esm", "--external:ring:*"]);
    if let Some(messages) = messages::folder(project) {
        let messages = messages.join("messages.js");
        command.arg(format!("--alias:messages={}", messages.display()));
    }
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The SDK's own modules, in an engine that has all that a kernel has not.
    #[test]
    fn what_cannot_be_meant_is_refused_with_words() {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in SDK {
            write(&folder.path().join(name), text).unwrap();
        }
        write(
            &folder.path().join("package.json"),
            "{\"type\": \"module\"}",
        )
        .unwrap();
        let script = r#"
import { begin } from "./clock.js";
import { Message, bytesOf, duration, finished, outgoing } from "./message.js";
const answers = new Message({ id: 1, correlation: 2, priority: "low", payload: new Uint8Array() });
new Date();
begin();
for (const [call, words] of [
  [() => outgoing("x", { priority: "hihg" }), "hihg is no priority"],
  [() => outgoing("x", { answers: 17 }), "a message that the kernel received"],
  [() => bytesOf(undefined), "undefined"],
  [() => bytesOf(() => 1), "Function"],
  [() => bytesOf(new Map()), "Map"],
  [() => duration("1s"), "1s is no timeout"],
  [() => duration(NaN), "NaN is no timeout"],
  [() => finished((async () => {})()), "returned a promise"],
  [() => new Date(), "no clock"],
  [() => Date(), "no clock"],
  [() => Date.now(), "no clock"],
]) {
  let told = "nothing";
  try { call(); } catch (error) { told = error.message; }
  if (!told.includes(words)) throw new Error(`${call}: ${told}`);
}
const time = new Date(0);
if (outgoing("x", { answers }).priority !== "low" || duration(-1) !== 0 || duration(1) !== 1e6
  || duration(undefined) !== undefined || duration(-1n) !== 0 || duration(5n) !== 5 || duration(1n << 64n) !== Number.MAX_SAFE_INTEGER
  || time.getTime() !== 0 || !(time instanceof Date)) {
  throw new Error("refuses what is meant");
}
"#;
        write(&folder.path().join("script.js"), script).unwrap();
        let ran = Command::new("node")
            .arg("script.js")
            .current_dir(&folder)
            .output()
            .unwrap();
        assert!(
            ran.status.success(),
            "{}",
            String::from_utf8_lossy(&ran.stderr)
        );
    }
}
