//! The folder that is carried to a GPU, tried out where there is none: over stand-ins for the driver and for
//! cuBLAS, in an empty environment.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::pack;
use crate::process::run as run_command;
use crate::workspace::root;

const FOLDER: &str = "target/gpu-check-attempt";

/// What the page has of what was not measured: what is not brought along.
const ABSENT: [&str; 2] = ["there is no Python here", "there is no CuPy here"];

/// What is in the place of the driver and of cuBLAS, and the names by which these are found.
const STAND_INS: [(&str, &str); 2] = [
    ("libcuda_stand_in.so", "libcuda.so"),
    ("libcublas_stand_in.so", "libcublas.so.13"),
];

/// Makes the folder of what the tests are built of, moves it, and runs all of it with little work.
///
/// # Errors
/// Where something fails, or a row is not measured.
pub fn attempt() -> Result<()> {
    let folder = root().join(FOLDER);
    pack::make(&folder, "dev")?;
    // As the driver and cuBLAS are found on another machine: by their names.
    let libraries = folder.join("driver");
    fs::create_dir_all(&libraries)?;
    for (file, name) in STAND_INS {
        let library = root().join("target/debug/deps").join(file);
        fs::copy(&library, libraries.join(name))
            .with_context(|| format!("cannot copy {}", library.display()))?;
    }
    let page = folder.join("gpu.md");
    let mut command = Command::new(folder.join(pack::PROGRAM));
    command
        .env_clear()
        .env("LD_LIBRARY_PATH", &libraries)
        .current_dir(&folder)
        .args(["--few", "--date", "never", "--page"])
        .arg(&page);
    run_command(&mut command)?;
    check(&page)?;
    // It is large, and soon made again.
    fs::remove_dir_all(&folder).with_context(|| format!("cannot clear {}", folder.display()))
}

/// Whether the table is whole.
fn check(page: &PathBuf) -> Result<()> {
    let text =
        fs::read_to_string(page).with_context(|| format!("there is no {}", page.display()))?;
    let rows: Vec<&str> = text
        .lines()
        .filter(|line| line.starts_with("| "))
        .skip(1)
        .collect();
    ensure!(
        rows.len() == 11,
        "the table has {} rows:\n{text}",
        rows.len()
    );
    for row in rows {
        let is_absent = ABSENT.iter().any(|reason| row.contains(reason));
        ensure!(
            is_absent || !row.contains("not measured"),
            "a row is not measured:\n{row}"
        );
    }
    Ok(())
}
