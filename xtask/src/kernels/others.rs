//! Building the kernels that are in other languages than Rust, as their authors do: by
//! `ringhost build`; and some by tools that know nothing of ringhost.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result, ensure};

use crate::cache;
use crate::process::{line, run, say, start_failure};
use crate::workspace::{built, cargo, kernels_folder, root};

/// The languages' folders in `kernels`, and the folders of their SDKs.
pub const LANGUAGES: [&str; 9] = [
    "assemblyscript",
    "c",
    "cpp",
    "go",
    "javascript",
    "python",
    "typescript",
    "wat",
    "zig",
];

/// Kernels that one program of this workspace builds.
struct Workshop {
    program: &'static str,
    /// Where each of its languages, or tools, has a folder with a folder for each kernel.
    folder: &'static str,
    languages: &'static [&'static str],
    /// What decides beside a kernel's own folder what it becomes.
    common: &'static [&'static str],
}

/// The kernels of the checkout.
const OURS: Workshop = Workshop {
    program: "ringhost",
    folder: "kernels",
    languages: &LANGUAGES,
    common: &[
        "wit",
        "host/build/src",
        "host/schema/src",
        "guest-sdk/assemblyscript",
        "guest-sdk/c",
        "guest-sdk/cpp",
        "guest-sdk/go",
        "guest-sdk/javascript",
        "guest-sdk/python",
        "guest-sdk/zig",
    ],
};

/// Kernels that know nothing of ringhost but its contract, for the tests.
const STANDARD: Workshop = Workshop {
    program: "standard-tools",
    folder: "tests/standard-tools/kernels",
    languages: &[
        "asc",
        "clang",
        "componentize-py",
        "componentize-qjs",
        "go",
        "wit-bindgen-c",
    ],
    // Behind the first two, what says which version of a tool is fetched.
    common: &[
        "wit",
        "tests/standard-tools/src",
        "host/build/src/languages",
        "guest-sdk/assemblyscript/package-lock.json",
        "guest-sdk/javascript/package-lock.json",
    ],
};

/// The exit code of both programs where a language's compiler is neither there nor to be had.
const MISSING: i32 = 3;

/// A kernel that cannot be built on this machine.
pub struct Skipped {
    /// The folder of its language.
    language: Option<PathBuf>,
    /// Why it cannot be built.
    pub reason: String,
}

/// Builds those that changed, or whose SDK did, to `target/kernels/LANGUAGE-NAME.wasm`, and returns
/// those whose language's compiler cannot be had. For each of those the reason is told, and left in a
/// file where the tests that want it look, `target/kernels/LANGUAGE-NAME.skipped`.
///
/// # Errors
/// Where one cannot be built for another reason.
pub fn build() -> Result<Vec<Skipped>> {
    build_in(&OURS)
}

/// The same with kernels by the standard tools of their languages, which only tests want.
///
/// # Errors
/// As [`build`]'s.
pub fn build_for_tests() -> Result<Vec<Skipped>> {
    let mut skipped = build()?;
    skipped.extend(build_in(&STANDARD)?);
    Ok(skipped)
}

fn build_in(workshop: &Workshop) -> Result<Vec<Skipped>> {
    let mut common = Vec::new();
    for folder in workshop.common {
        read(&root().join(folder), &mut common)?;
    }
    let mut stale = Vec::new();
    for folder in folders(workshop)? {
        let mut content = common.clone();
        read(&folder, &mut content)?;
        let key = cache::key(content.iter().map(String::as_str));
        let component = component(&folder);
        let recorded = fs::read_to_string(component.with_extension("key"));
        if !component.exists() || recorded.ok().as_deref() != Some(&key) {
            stale.push((folder, component, key));
        }
    }
    let mut skipped: Vec<Skipped> = Vec::new();
    if stale.is_empty() {
        return Ok(skipped);
    }
    fs::create_dir_all(kernels_folder())?;
    let program = workshop.program;
    run(cargo().args(["build", "--quiet", "--workspace", "--bin", program]))?;
    for (folder, component, key) in stale {
        let name = component.file_stem().unwrap_or_default().to_string_lossy();
        let note = component.with_extension("skipped");
        remove(&note)?;
        let language = folder.parent().map(Path::to_owned);
        // What cannot be had for one kernel is not asked for again for the next.
        let known = skipped.iter().find(|other| other.language == language);
        let missing = match known {
            Some(known) => Some(known.reason.clone()),
            None => build_one(program, &folder, &component)?.inspect(|reason| {
                say(format!("skipped {name} and all in its language: {reason}"));
            }),
        };
        if let Some(reason) = missing {
            // What an earlier build left is not this kernel.
            remove(&component)?;
            fs::write(note, &reason)?;
            skipped.push(Skipped { language, reason });
            continue;
        }
        fs::write(component.with_extension("key"), key)?;
        let length = fs::metadata(&component)?.len();
        say(format!(
            "built target/kernels/{name}.wasm ({} KB)",
            length.div_ceil(1000)
        ));
    }
    Ok(skipped)
}

/// Builds a kernel, or says why its compiler cannot be had.
fn build_one(program: &str, folder: &Path, component: &Path) -> Result<Option<String>> {
    let mut command = built(program);
    command.arg("build").arg(folder);
    command.arg("--output").arg(component);
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| start_failure(&command))?;
    let said = String::from_utf8_lossy(&output.stderr);
    if output.status.code() == Some(MISSING) {
        // "error: cannot build FILE: REASON", which is the same for all files of the language.
        let reason = said.trim().splitn(3, ": ").last().unwrap_or_default();
        return Ok(Some(reason.to_owned()));
    }
    ensure!(
        output.status.success(),
        "`{}` failed: {}\n{}",
        line(&command),
        output.status,
        said.trim_end()
    );
    Ok(None)
}

fn remove(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", path.display()))
        }
        _ => Ok(()),
    }
}

/// The kernels' folders.
fn folders(workshop: &Workshop) -> Result<Vec<PathBuf>> {
    let mut folders = Vec::new();
    for language in workshop.languages {
        let folder = root().join(workshop.folder).join(language);
        for entry in
            fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?
        {
            folders.push(entry?.path());
        }
    }
    folders.sort();
    Ok(folders)
}

/// Where a kernel's component is put.
fn component(folder: &Path) -> PathBuf {
    let name = |path: Option<&Path>| {
        let name = path.and_then(Path::file_name).unwrap_or_default();
        name.to_string_lossy().into_owned()
    };
    let name = format!("{}-{}.wasm", name(folder.parent()), name(Some(folder)));
    kernels_folder().join(name)
}

/// Adds the name and content of a file, or of all files in a folder but what is built there.
fn read(path: &Path, content: &mut Vec<String>) -> Result<()> {
    let reading = || format!("cannot read {}", path.display());
    if path.is_dir() {
        if path.ends_with("build") || path.ends_with("template") {
            return Ok(());
        }
        let mut paths = Vec::new();
        for entry in fs::read_dir(path).with_context(reading)? {
            paths.push(entry.with_context(reading)?.path());
        }
        paths.sort();
        return paths.iter().try_for_each(|path| read(path, content));
    }
    // What is only read by people makes no other kernel.
    if path.extension().is_some_and(|ending| ending == "md") {
        return Ok(());
    }
    // As seen from the checkout, so that one that has moved has nothing to build.
    let name = path.strip_prefix(root()).unwrap_or(path);
    content.push(name.to_string_lossy().into_owned());
    content.push(fs::read_to_string(path).with_context(reading)?);
    Ok(())
}
