//! `ringhost inspect`.

use crate::console::{Console, print, visible};
use crate::exit::Exit;
use crate::flow::with_path;
use crate::loading::LoadOptions;
use crate::log::{self, Level};
use crate::stats::size;
use anyhow::{Context, Result};
use clap::Args;
use ringhost::message::schema::Type;
use ringhost::{Inspection, RingKernelRuntime};
use serde::Serialize;
use std::path::PathBuf;

/// Show what a component is: its messages, what it imports, and whether it can run here
///
/// Nothing of the component is run. Any component can be shown, also one that is no kernel.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// The component, a .wasm file
    kernel: PathBuf,

    /// Print JSON, on one line
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    loading: LoadOptions,
}

const EXAMPLES: &str = "\
Examples:
  ringhost inspect doubler.wasm
  ringhost inspect doubler.wasm --json | jq .messages

Exit codes: 0 it was shown, even if it cannot run here; 2 it is no component, or none
that is accepted.";

/// An inspection with what follows from it.
#[derive(Serialize)]
struct Shown {
    #[serde(flatten)]
    inspection: Inspection,
    /// Whether this host can run it.
    runnable: bool,
    /// Why not.
    reason: Option<String>,
}

pub fn execute(arguments: Arguments) -> Result<Exit> {
    log::start(Level::Warn, &Console::new());
    let executor = tokio::runtime::Runtime::new().context("cannot start the executor")?;
    let path = arguments.kernel;
    let inspection = executor.block_on(async {
        let builder = arguments.loading.apply(RingKernelRuntime::builder())?;
        let runtime = builder.build()?;
        let inspection = runtime.inspect(path.as_path()).await;
        inspection.map_err(|error| with_path(error, &path))
    })?;
    let reason = inspection.needs.check().err();
    let shown = Shown {
        runnable: reason.is_none(),
        reason: reason.map(|reason| reason.to_string()),
        inspection,
    };
    if arguments.json {
        print(&(serde_json::to_string(&shown)? + "\n"))?;
    } else {
        print(&visible(&shown.text()))?;
    }
    Ok(Exit::Done)
}

impl Shown {
    fn text(&self) -> String {
        let Inspection { needs, .. } = &self.inspection;
        let imports = [&needs.ring_kernel, &needs.wasi]
            .into_iter()
            .flatten()
            .cloned();
        let unknown = needs
            .unknown
            .iter()
            .map(|name| format!("{name} (unknown here)"));
        let exports = needs.exports.iter().cloned();
        let missing = needs.missing.iter().map(|name| format!("{name} (missing)"));
        let grants = if needs.wasi.is_empty() {
            "nothing beyond the contract of kernels"
        } else {
            "WASI, as an empty world: no files, no network, no environment"
        };
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
        section("receives", vec![declared(&self.inspection.messages.input)]);
        section("sends", vec![declared(&self.inspection.messages.output)]);
        section("imports", or_none(imports.chain(unknown).collect()));
        section("exports", or_none(exports.chain(missing).collect()));
        section("asks for", vec![grants.to_owned()]);
        section("runs here", vec![runnable]);
        text
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
