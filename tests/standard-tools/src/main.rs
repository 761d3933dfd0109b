//! Builds kernels by the standard tools of their languages, from `wit/ring-kernel.wit` and with
//! nothing else of ringhost: no SDK, and not `ringhost build`.
//!
//! `standard-tools build FOLDER --output FILE`, where FOLDER is `kernels/TOOL/NAME`. A file
//! `world.wit` in it has another world for the component than the contract's, and a file `options`
//! more options for the tool. It ends like `ringhost build`: with 3 where a tool cannot be had.

mod assemblyscript;
mod c;
mod go;
mod javascript;
mod kernel;
mod python;

use anyhow::{Context, Result, bail};
use kernel::Kernel;
use ringhost_toolchain::Missing;
use std::env;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    let &["build", folder, "--output", output] = arguments.as_slice() else {
        eprintln!("usage: standard-tools build FOLDER --output FILE");
        return ExitCode::from(2);
    };
    let built = build(Path::new(folder), Path::new(output));
    match built.with_context(|| format!("cannot build {folder}")) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(if error.is::<Missing>() { 3 } else { 1 })
        }
    }
}

fn build(folder: &Path, output: &Path) -> Result<()> {
    let tool = folder.parent().and_then(Path::file_name);
    let kernel = Kernel::new(folder)?;
    let made = match tool.unwrap_or_default().to_string_lossy().as_ref() {
        "asc" => assemblyscript::build(&kernel),
        "clang" => c::program(&kernel),
        "componentize-py" => python::build(&kernel),
        "componentize-qjs" => javascript::build(&kernel),
        "go" => go::build(&kernel),
        "wit-bindgen-c" => c::build(&kernel),
        _ => bail!("there is no tool of that name"),
    }?;
    fs::write(output, made).with_context(|| format!("cannot write {}", output.display()))
}
