//! The Python packages against which tests compare the sample kernels.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use crate::cache;
use crate::process::{output, say};

/// Exact versions, so that every machine compares with the same answers. No version has ready
/// builds for all the Pythons in use, hence two sets: for Python 3.9 and 3.10, and 3.11 to 3.14.
const REQUIREMENTS: &str = "\
networkx==3.2.1 ; python_version < '3.11'
numpy==2.0.2 ; python_version < '3.11'
scipy==1.13.1 ; python_version < '3.11'
networkx==3.5 ; python_version >= '3.11'
numpy==2.3.5 ; python_version >= '3.11'
scipy==1.16.3 ; python_version >= '3.11'
";

/// The folder to put on `PYTHONPATH` for a `python3` that can import networkx; fills it from PyPI
/// where there is none. Says nothing where nothing is to be done.
///
/// # Errors
/// Where there is no Python with pip, or the packages cannot be fetched.
pub fn find_or_install() -> Result<PathBuf> {
    // What packages are built for: another Python needs a folder of its own.
    let kind = output(Command::new("python3").args([
        "-c",
        "import sys, sysconfig; print(*sys.version_info[:2], sysconfig.get_platform())",
    ]))
    .context("the tests compare with Python packages: install Python 3.9 or later with pip")?;
    let name = format!("python-{}", cache::key([REQUIREMENTS, &kind]));
    let finished = cache::folder()?.join(&name);
    if finished.exists() {
        return Ok(finished);
    }
    let lock = cache::lock()?;
    // Whoever held the lock before may have installed them.
    if !finished.exists() {
        say("fetching networkx, numpy and scipy from PyPI for the tests (240 MB, once)");
        let partial = cache::partial(&lock, &name)?;
        let requirements = partial.join("requirements.txt");
        fs::write(&requirements, REQUIREMENTS)?;
        output(
            Command::new("python3")
                .args([
                    "-m",
                    "pip",
                    "install",
                    "--quiet",
                    "--no-input",
                    "--only-binary",
                    ":all:",
                ])
                .args(["--disable-pip-version-check", "--no-warn-script-location"])
                .arg("--requirement")
                .arg(&requirements)
                .arg("--target")
                .arg(&partial),
        )
        .context("cannot install the Python packages that the tests compare with")?;
        cache::finish(&partial, &finished)?;
    }
    Ok(finished)
}
