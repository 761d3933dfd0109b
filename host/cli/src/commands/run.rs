//! `ringhost run`.

use crate::exit::Exit;
use crate::flow::{Flow, Input, Stage};
use crate::limits::{ManifestFile, set};
use crate::options::OverflowName;
use crate::setup::Setup;
use anyhow::Result;
use clap::Args;
use ringhost::KernelId;
use std::path::PathBuf;

/// Run a kernel: a message for each line of input, a line of output for each answer
///
/// The kernel is launched and activated, gets the lines of the input as messages, and what it
/// sends is printed as it comes. When the input ends, the kernel is told so; it returns, and so
/// does this command.
///
/// A kernel that declares its message types takes and answers with JSON, one value a line; blank
/// lines are passed over. For one that does not, a message is the bytes of a line. A line that is
/// no message ends the input: what was sent before it is answered and printed all the same.
///
/// What the kernel may use stands in its manifest, a file beside the component: doubler.toml for
/// doubler.wasm. An option wins over the manifest, and the manifest over the defaults.
///
/// Ctrl-C or SIGTERM asks the kernel to end and prints what it still sends; a second one ends
/// everything at once.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// The component, a .wasm file
    kernel: PathBuf,

    /// The file with the messages, a line each; standard input if it is left out or -
    input: Option<PathBuf>,

    /// The kernel's name for itself and in messages [default: the file's name without .wasm]
    #[arg(long)]
    id: Option<String>,

    #[command(flatten)]
    setup: Setup,

    /// What a full input queue does with one more message [default: the manifest's, else wait]
    #[arg(long, value_enum, help_heading = "Messages")]
    overflow: Option<OverflowName>,

    #[command(flatten)]
    named: ManifestFile,
}

const EXAMPLES: &str = "\
Examples:
  echo '{\"value\":21}' | ringhost run doubler.wasm
  ringhost run wordcount.wasm book.txt --stats > counts.jsonl
  ringhost run echo.wasm --queue-size 1 --log debug < lines.txt
  ringhost run stranger.wasm --memory-limit 64MiB --cpu-share 0.25 < lines.txt

Exit codes: 0 all went well, 1 the kernel or the host failed, 2 what was given is wrong,
130 interrupted.";

pub fn execute(arguments: Arguments) -> Result<Exit> {
    let id = arguments.id.unwrap_or_else(|| {
        let stem = arguments.kernel.file_stem().unwrap_or_default();
        stem.to_string_lossy().into_owned()
    });
    // Before the input is opened and the component compiled.
    KernelId::new(&id).map_err(ringhost::Error::from)?;
    let manifest = arguments
        .setup
        .manifest(&arguments.kernel, arguments.named.manifest)?;
    let note = manifest.note();
    let mut options = arguments.setup.over(manifest.options);
    set(&mut options.overflow, arguments.overflow.map(Into::into));
    let stage = Stage {
        id,
        kernel: arguments.kernel,
        manifest: note,
        options,
    };
    let flow = Flow {
        stages: vec![stage],
        input: Input::open(arguments.input.as_deref())?,
        setup: arguments.setup,
    };
    flow.run()
}
