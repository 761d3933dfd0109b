//! `ringhost completions`.

use crate::console::print;
use crate::exit::Exit;
use anyhow::Result;
use clap::{Args, CommandFactory};
use clap_complete::Shell;

/// Print a script that completes the command line in your shell
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// The shell that is to complete
    shell: Shell,
}

const EXAMPLES: &str = "\
Examples:
  ringhost completions bash > ~/.local/share/bash-completion/completions/ringhost
  ringhost completions zsh  > ~/.zfunc/_ringhost
  ringhost completions fish > ~/.config/fish/completions/ringhost.fish";

pub fn execute(arguments: &Arguments) -> Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(
        arguments.shell,
        &mut crate::Ringhost::command(),
        "ringhost",
        &mut script,
    );
    print(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Done)
}
