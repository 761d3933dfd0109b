//! `ringhost new`.

mod files;
mod name;
mod others;

use crate::console::print;
use crate::exit::{Exit, Wrong};
use anyhow::{Context, Result};
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use ringhost_build::Language;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Begin a kernel: a project that builds, with a test
///
/// A project in Rust is one of cargo. It brings the guest SDK and the contract with it, in its folder
/// vendor/, so that it builds on any machine with Rust 1.85 or later and the target
/// wasm32-unknown-unknown. In every other language it is a folder with the kernel's source, what its
/// messages are, and what it is to answer; `ringhost build` brings the rest.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// The project's name: lower-case letters, digits, - and _, with a letter first
    name: String,

    /// The language
    #[arg(long, short, value_name = "LANGUAGE", default_value = "rust", value_parser = languages())]
    lang: Language,

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
  ringhost new counter --lang python
  ringhost new word-counter --handler --path kernels/rust/word-counter

Exit codes: 0 it is made, 1 it cannot be written, 2 the name or the folder cannot be used.";

/// Parses the name of a language.
fn languages() -> impl TypedValueParser<Value = Language> {
    let names = Language::ALL.map(Language::name);
    PossibleValuesParser::new(names).try_map(|name| {
        let language = Language::ALL
            .into_iter()
            .find(|language| language.name() == name);
        language.ok_or_else(|| format!("there is no language {name}"))
    })
}

pub fn execute(arguments: Arguments) -> Result<Exit> {
    let Arguments {
        name,
        lang,
        path,
        handler,
    } = arguments;
    name::check(&name, lang)?;
    let folder = path.unwrap_or_else(|| PathBuf::from(&name));
    check_free(&folder)?;
    let making = || format!("cannot make the project {}", folder.display());
    if lang == Language::Rust {
        files::write(&folder, &name, handler).with_context(making)?;
    } else {
        others::write(&folder, &name, lang, handler).with_context(making)?;
    }
    print(&next_steps(&folder, &name, lang))?;
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

fn next_steps(folder: &Path, name: &str, language: Language) -> String {
    let shown = folder.display();
    let Some(source) = others::source(language) else {
        let component = format!("{}.wasm", name::crate_name(name));
        return format!(
            "Made the kernel {name} in {shown}. Its code is in src/lib.rs. Next:\n\
             \n    cd {shown}\
             \n    cargo kernel        # needs once: rustup target add wasm32-unknown-unknown\
             \n    echo '{{\"text\":\"ring\"}}' | ringhost run target/wasm32-unknown-unknown/release/{component}\n"
        );
    };
    format!(
        "Made the kernel {name} in {shown}. Its code is in {source}. Next:\n\
         \n    cd {shown}\
         \n    ringhost test       # builds it and checks the cases of cases.toml\
         \n    ringhost dev        # runs it, and builds it anew whenever it is saved\n"
    )
}
