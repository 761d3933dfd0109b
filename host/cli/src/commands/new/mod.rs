//! `ringhost new`.

mod files;
mod name;

use crate::console::print;
use crate::exit::{Exit, Wrong};
use anyhow::{Context, Result};
use clap::Args;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Begin a kernel in Rust: a project that builds, with a test
///
/// The project brings the guest SDK and the contract with it, in its folder vendor/, so that it
/// builds on any machine with Rust 1.85 or later and the target wasm32-unknown-unknown.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// The project's name: lower-case letters, digits, - and _, with a letter first
    name: String,

    /// The project's folder [default: ./NAME]
    #[arg(long, value_name = "DIR")]
    path: Option<PathBuf>,

    /// A handler, which is called with its messages, instead of a loop, which receives them
    #[arg(long)]
    handler: bool,
}

const EXAMPLES: &str = "\
Examples:
  ringhost new counter
  ringhost new counter --handler
  ringhost new word-counter --path kernels/rust/word-counter

Exit codes: 0 it is made, 1 it cannot be written, 2 the name or the folder cannot be used.";

pub fn execute(arguments: Arguments) -> Result<Exit> {
    name::check(&arguments.name)?;
    let folder = arguments
        .path
        .unwrap_or_else(|| PathBuf::from(&arguments.name));
    check_free(&folder)?;
    files::write(&folder, &arguments.name, arguments.handler)
        .with_context(|| format!("cannot make the project {}", folder.display()))?;
    print(&next_steps(&folder, &arguments.name))?;
    Ok(Exit::Done)
}

/// # Errors
/// If there is something that a new project would be mixed up with.
fn check_free(folder: &Path) -> Result<()> {
    let shown = folder.display();
    match fs::read_dir(folder).map(Iterator::count) {
        Ok(0) => Ok(()),
        Ok(_) => Err(Wrong(format!(
            "the folder {shown} is not empty; choose another with --path, or empty it first"
        ))
        .into()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) if error.kind() == ErrorKind::NotADirectory => Err(Wrong(format!(
            "{shown} cannot be made, since there is a file of that name; choose another with --path"
        ))
        .into()),
        Err(error) => Err(error).with_context(|| format!("cannot look into {shown}")),
    }
}

fn next_steps(folder: &Path, name: &str) -> String {
    let component = format!("{}.wasm", name::crate_name(name));
    format!(
        "Made the kernel {name} in {shown}. Its code is in src/lib.rs. Next:\n\
         \n    cd {shown}\
         \n    cargo kernel        # needs once: rustup target add wasm32-unknown-unknown\
         \n    echo '{{\"text\":\"ring\"}}' | ringhost run target/wasm32-unknown-unknown/release/{component}\n",
        shown = folder.display()
    )
}
