//! `ringhost inspect`.

mod computing;

use crate::console::{Console, print, visible};
use crate::exit::Exit;
use crate::flow::with_path;
use crate::grants::GrantOptions;
use crate::limits::{LimitOptions, ManifestFile};
use crate::loading::LoadOptions;
use crate::log::{self, Level};
use crate::stats::size;
use anyhow::{Context, Result};
use clap::Args;
use computing::Computing;
use ringhost::message::schema::Type;
use ringhost::{Grant, Inspection, LaunchOptions, Needs, RingKernelRuntime, Want};
use serde::Serialize;
use std::fs;
use std::path::PathBuf;

/// Show what a component is: its messages, what it imports, what it may use, and whether it can
/// run here
///
/// Nothing of the component is run. Any component can be shown, also one that is no kernel.
///
/// Of its compute functions it says what they take, and whether the CPU and a GPU can run them. Where one
/// cannot, it says why; the bytes that it names are those of the module that the host takes out of the
/// component.
///
/// At the end stands the manifest that `ringhost run` would use with the same options, with every
/// default filled in: it can be kept as the component's manifest. A limit that it does not name
/// has no bound.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// The component, a .wasm file
    kernel: PathBuf,

    /// Print JSON, on one line
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    named: ManifestFile,

    #[command(flatten)]
    limits: LimitOptions,

    #[command(flatten)]
    grants: GrantOptions,

    #[command(flatten)]
    loading: LoadOptions,
}

const EXAMPLES: &str = "\
Examples:
  ringhost inspect doubler.wasm
  ringhost inspect doubler.wasm --memory-limit 64MiB
  ringhost inspect doubler.wasm --json | jq .messages

Exit codes: 0 it was shown, even if it cannot run here; 2 it is no component, or none
that is accepted, or its manifest cannot be used.";

/// An inspection with what follows from it.
#[derive(Serialize)]
struct Shown {
    #[serde(flatten)]
    inspection: Inspection,
    /// Whether this host can run it.
    runnable: bool,
    /// Why not.
    reason: Option<String>,
    /// What it marks for data-parallel work.
    compute: Computing,
    /// The file that says what it may use, where there is one.
    manifest_file: Option<String>,
    /// What it may use, after the options.
    manifest: LaunchOptions,
}

pub fn execute(arguments: Arguments) -> Result<Exit> {
    log::start(Level::Warn, &Console::new());
    let executor = tokio::runtime::Runtime::new().context("cannot start the executor")?;
    let path = arguments.kernel;
    let read = arguments.limits.manifest(&path, arguments.named.manifest)?;
    let unasked = arguments.grants.allow(&read).err();
    let manifest = arguments.loading.over(arguments.limits.over(read.options));
    let mut manifest = arguments.grants.beside(manifest);
    let (inspection, devices) = executor.block_on(async {
        let builder = arguments.loading.apply(RingKernelRuntime::builder())?;
        let runtime = builder.build()?;
        let queue_size = runtime.summary().default_queue_size;
        manifest.queue_size.get_or_insert(queue_size);
        let inspection = runtime.inspect_with(path.as_path(), &manifest).await;
        let inspection = inspection.map_err(|error| with_path(error, &path))?;
        anyhow::Ok((inspection, runtime.devices()))
    })?;
    let component = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let compute = Computing::of(&component, devices);
    let needs = &inspection.needs;
    let unfit = needs.check().err().map(|error| error.to_string());
    let ungranted = manifest.grants.admit(&needs.wants).err();
    let unusable = compute
        .fault()
        .filter(|_| needs.wants.iter().any(|want| want.grant == Grant::Compute));
    let reason = unfit
        .or(unusable)
        .or_else(|| unasked.map(|error| error.to_string()))
        .or_else(|| ungranted.map(|error| error.to_string()));
    let shown = Shown {
        runnable: reason.is_none(),
        reason,
        manifest_file: read.path.map(|path| path.display().to_string()),
        compute,
        manifest,
        inspection,
    };
    if arguments.json {
        print(&(serde_json::to_string(&shown)? + "\n"))?;
    } else {
        print(&visible(&shown.text()?))?;
    }
    Ok(Exit::Done)
}

impl Shown {
    fn text(&self) -> Result<String> {
        let Inspection { needs, .. } = &self.inspection;
        let imports = [&needs.ring_kernel, &needs.wasi]
            .into_iter()
            .flatten()
            .cloned();
        let unknown = [
            (&needs.unknown, "unknown here"),
            (&needs.newer, "of a newer contract"),
            (&needs.older, "of an older contract"),
        ];
        let unknown = unknown.into_iter().flat_map(|(names, why)| {
            let names = names.iter();
            names.map(move |name| format!("{name} ({why})"))
        });
        let exports = needs.exports.iter().cloned();
        let missing = needs.missing.iter().map(|name| format!("{name} (missing)"));
        let wants = needs.wants.iter().map(|want| self.wanted(want));
        let runnable = match &self.reason {
            None => "yes".to_owned(),
            Some(reason) => format!("no: {reason}"),
        };
        let mut text = String::new();
        let mut section = |name: &str, lines: Vec<String>| {
            let first = std::iter::once(name).chain(std::iter::repeat(""));
            for (name, line) in first.zip(lines) {
                text += &format!("{name:<11}{line}\n");
            }
        };
        section("digest", vec![format!("sha256:{}", self.inspection.digest)]);
        section("size", vec![self.size()]);
        section("shape", vec![shape(needs)]);
        section("receives", vec![declared(&self.inspection.messages.input)]);
        section("sends", vec![declared(&self.inspection.messages.output)]);
        section("imports", or_none(imports.chain(unknown).collect()));
        section("exports", or_none(exports.chain(missing).collect()));
        section("wants", or_none(wants.collect()));
        section("computes", or_none(self.compute.lines()));
        section("devices", self.compute.device_lines());
        section("runs here", vec![runnable]);
        let file = self.manifest_file.as_deref();
        section("manifest", vec![file.unwrap_or("none").to_owned()]);
        let manifest = self.manifest.to_toml().context("a number is too large")?;
        Ok(format!("{text}\n{manifest}"))
    }

    /// Something that it wants to be granted, and whether it is.
    fn wanted(&self, want: &Want) -> String {
        let grants = &self.manifest.grants;
        let (grant, line) = (want.grant, want.grant.line());
        if grants.has(grant) {
            format!("{grant}: granted")
        } else if grants.empty_world {
            format!("{grant}: not granted, so answered with nothing")
        } else {
            format!("{grant}: not granted; under [grants] of its manifest: {line}")
        }
    }

    fn size(&self) -> String {
        let inspection = &self.inspection;
        format!(
            "{} component ({} bytes), {} compiled, {} of memory at its start",
            size(inspection.component_bytes),
            inspection.component_bytes,
            size(inspection.compiled_bytes),
            size(inspection.initial_memory_bytes)
        )
    }
}

fn shape(needs: &Needs) -> String {
    needs
        .shape
        .map_or_else(|| "none that can run".to_owned(), |shape| shape.to_string())
}

fn declared(messages: &Option<Type>) -> String {
    messages
        .as_ref()
        .map_or_else(|| "plain bytes".to_owned(), Type::to_string)
}

fn or_none(lines: Vec<String>) -> Vec<String> {
    if lines.is_empty() {
        return vec!["none".to_owned()];
    }
    lines
}
