//! `ringhost pipeline`.

mod file;

use crate::exit::Exit;
use crate::flow::{Flow, Input, Stage};
use crate::limits::set;
use crate::setup::Setup;
use anyhow::Result;
use clap::Args;
use file::Pipeline;
use std::path::{Path, PathBuf};

/// Run kernels in a row: what one sends, the next one receives
///
/// The lines of the input are the first kernel's messages, and what the last one sends is printed,
/// as `ringhost run` does. A stage that is slower than the one before holds that one up, unless its
/// overflow rule drops messages. Types that neighbours declare must agree.
///
/// What each kernel may use stands in its own manifest, a file beside its component: edges.toml for
/// edges.wasm. What the pipeline says of a stage wins over its manifest, and an option wins over
/// both, for all stages; so does what options grant.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// The pipeline, a .toml file
    pipeline: PathBuf,

    /// The file with the messages, a line each; - for standard input
    /// [default: what the pipeline names, else standard input]
    #[arg(long, value_name = "FILE")]
    input: Option<PathBuf>,

    #[command(flatten)]
    setup: Setup,
}

const EXAMPLES: &str = "\
A pipeline is a file like this; paths are relative to it:

  input = \"karate.txt\"        # may be left out

  [[stage]]
  name = \"edges\"
  kernel = \"edges.wasm\"

  [[stage]]
  name = \"pagerank\"
  kernel = \"pagerank.wasm\"
  queue_size = 10             # may be left out: as its manifest says
  overflow = \"wait\"           # likewise; or reject, drop-oldest, drop-newest

Examples:
  ringhost pipeline ranks.toml
  ringhost pipeline ranks.toml --input other.txt --stats

Exit codes: 0 all went well, 1 a kernel or the host failed, 2 what was given is wrong,
130 interrupted.";

pub fn execute(arguments: Arguments) -> Result<Exit> {
    let pipeline = Pipeline::read(&arguments.pipeline)?;
    let folder = arguments.pipeline.parent().unwrap_or(Path::new(""));
    let named = pipeline.input.map(|input| folder.join(input));
    let input = arguments.input.or(named);
    let stages = pipeline.stages.into_iter().map(|stage| {
        let kernel = folder.join(stage.kernel);
        let manifest = arguments.setup.manifest(&kernel, None)?;
        let note = manifest.note();
        let mut options = manifest.options;
        set(&mut options.overflow, stage.overflow);
        options.queue_size = stage.queue_size.or(options.queue_size);
        Ok(Stage {
            id: stage.name,
            kernel,
            manifest: note,
            options: arguments.setup.over(options),
        })
    });
    let flow = Flow {
        stages: stages.collect::<Result<_>>()?,
        input: Input::open(input.as_deref())?,
        setup: arguments.setup,
    };
    flow.run()
}
