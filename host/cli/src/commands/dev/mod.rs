//! `ringhost dev`.

mod session;
mod watch;

use crate::exit::Exit;
use crate::flow::Input;
use crate::limits::ManifestFile;
use crate::setup::Setup;
use anyhow::Result;
use clap::Args;
use ringhost_build::Project;
use session::Session;
use std::path::PathBuf;
use watch::Watch;

/// Build a kernel, run it, and build it anew whenever its source is saved
///
/// The kernel is fed and answers as with `ringhost run`. When a file of its folder has changed it is
/// built, and the new component takes the running one's place: messages that wait, wait for it, and
/// the state of a handler that exports snapshot and restore goes over. Where the source does not
/// compile, the errors are shown and the old one goes on.
///
/// A kernel that fails is told of and started again. The end of the input ends nothing: Ctrl-C does.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
// An author wants to see what the kernel logs.
#[command(mut_arg("log", |log| log.default_value("info")))]
pub struct Arguments {
    /// The kernel's folder, or its source file
    #[arg(default_value = ".")]
    path: PathBuf,

    /// The file with the messages, a line each; standard input if it is left out or -
    input: Option<PathBuf>,

    #[command(flatten)]
    setup: Setup,

    #[command(flatten)]
    named: ManifestFile,
}

const EXAMPLES: &str = "\
Examples:
  ringhost dev
  ringhost dev kernels/c/doubler numbers.jsonl

Exit codes: 0 the reader of its output went away, 1 the kernel or the host failed, 2 what was given
is wrong, 130 interrupted.";

pub fn execute(arguments: Arguments) -> Result<Exit> {
    let project = Project::find(&arguments.path)?;
    let input = Input::open(arguments.input.as_deref())?;
    // Before the first build, which may take long: what is saved meanwhile is built next.
    let watch = Watch::new(&project.folder);
    // Built already, so that its manifest lies beside it.
    let component = ringhost_build::build(&project);
    let at = component
        .as_ref()
        .map_or_else(|_| project.component(), Clone::clone);
    let manifest = arguments.setup.manifest(&at, arguments.named.manifest)?;
    let session = Session {
        options: arguments.setup.over(manifest.options),
        project,
        input,
        setup: arguments.setup,
    };
    session.run(component, watch)
}
