//! `ringhost test`.

mod cases;
mod check;

use crate::console::{Console, print, visible};
use crate::exit::Exit;
use crate::limits::ManifestFile;
use crate::log;
use crate::setup::Setup;
use anyhow::{Context, Result};
use cases::Cases;
use check::Checker;
use clap::Args;
use ringhost_build::Project;
use std::path::PathBuf;

/// Build a kernel and compare its answers with those of its cases.toml
///
/// Each case is a kernel of its own, which is sent messages and then told that no more will come:
///
///   [[case]]
///   name = "doubles a number"
///   send = ['{"value": 21}']
///   expect = ['{"result": 42}']
///
/// Messages are written as the lines of `ringhost run`. With `fails = "words"` the kernel is to end with
/// an error that has these words.
#[derive(Args)]
#[command(after_help = EXAMPLES, verbatim_doc_comment)]
pub struct Arguments {
    /// The kernel's folder, or its source file
    #[arg(default_value = ".")]
    path: PathBuf,

    #[command(flatten)]
    setup: Setup,

    #[command(flatten)]
    named: ManifestFile,
}

const EXAMPLES: &str = "\
Examples:
  ringhost test
  ringhost test kernels/python/doubler --log debug

Exit codes: 0 all answers are as they should be, 1 some are not, or the source does not compile, 2 what
was given is wrong, 3 the source's compiler is neither there nor to be had.";

pub fn execute(arguments: Arguments) -> Result<Exit> {
    let project = Project::find(&arguments.path)?;
    let cases = Cases::read(&project.folder)?;
    let component = ringhost_build::build(&project)?;
    let named = arguments.named.manifest;
    let manifest = arguments.setup.manifest(&component, named)?;
    let options = arguments.setup.over(manifest.options);
    log::start(arguments.setup.reports.log, &Console::new());
    let executor = tokio::runtime::Runtime::new().context("cannot start the executor")?;
    executor.block_on(async {
        let runtime = arguments.setup.runtime()?;
        let checker = Checker {
            runtime: &runtime,
            component: &component,
            options,
            raw: arguments.setup.messages.raw,
            grace: arguments.setup.messages.grace,
        };
        let mut failed = 0;
        for (at, case) in cases.case.iter().enumerate() {
            let fault = checker.check(&format!("case-{}", at + 1), case).await?;
            let outcome = if fault.is_some() { "FAILED" } else { "ok" };
            print(&visible(&format!("{} ... {outcome}\n", case.name)))?;
            if let Some(fault) = fault {
                failed += 1;
                print(&visible(&format!(
                    "    {}\n",
                    fault.replace('\n', "\n    ")
                )))?;
            }
        }
        let passed = cases.case.len() - failed;
        print(&format!("{passed} passed, {failed} failed\n"))?;
        Ok(if failed == 0 {
            Exit::Done
        } else {
            Exit::Failed
        })
    })
}
