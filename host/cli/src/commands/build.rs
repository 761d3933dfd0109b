//! `ringhost build`.

use crate::console::{print, say};
use crate::exit::Exit;
use anyhow::{Context, Result};
use clap::Args;
use ringhost_build::Project;
use std::fs;
use std::path::{Path, PathBuf};

/// Build a kernel's source, in any of the languages, into its component
///
/// The source is a folder's file kernel.c, .cpp, .zig, .go, .js, .ts, .as.ts, .py or .wat, or one file;
/// a core module that is WebAssembly by now (.wasm) becomes a component, too. A messages.json beside it
/// declares its messages, and a kernel.toml is its manifest, which is put beside the component. The
/// language's compiler is fetched once from a package registry, at a version that is known to work,
/// into the cache folder.
///
/// A folder with a Cargo.toml is a kernel in Rust, which the cargo that is there builds.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// The kernel's folder, or its source file
    #[arg(default_value = ".")]
    path: PathBuf,

    /// Where the component is put [default: PATH/build/NAME.wasm]
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  ringhost build
  ringhost build kernels/c/doubler
  ringhost build echo.wat --output echo.wasm

Exit codes: 0 it is built, 1 its source does not compile, 3 its compiler is neither there nor to be had.";

pub fn execute(arguments: Arguments) -> Result<Exit> {
    let project = Project::find(&arguments.path)?;
    let built = ringhost_build::build(&project)?;
    let component = match arguments.output {
        None => built,
        Some(output) => {
            copy(&built, &output)?;
            let manifest = built.with_extension("toml");
            if manifest.is_file() {
                copy(&manifest, &output.with_extension("toml"))?;
            }
            output
        }
    };
    let length = fs::metadata(&component)
        .with_context(|| format!("cannot read {}", component.display()))?
        .len();
    say(&format!(
        "built {} from {} ({})",
        project.name,
        project.language,
        crate::stats::size(length)
    ));
    print(&format!("{}\n", component.display()))?;
    Ok(Exit::Done)
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::copy(from, to).with_context(|| format!("cannot write {}", to.display()))?;
    Ok(())
}
