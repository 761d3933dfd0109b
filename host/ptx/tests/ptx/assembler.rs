//! The assembler of the CUDA toolkit, fetched from PyPI.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use ringhost_ptx::Translation;
use ringhost_toolchain::pypi::Packages;

/// Where `ptxas` is, or why it cannot be had.
fn ptxas() -> &'static Result<PathBuf, String> {
    static FOUND: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    FOUND.get_or_init(|| {
        let packages = Packages {
            name: "ptxas",
            requirements: "nvidia-cuda-nvcc==13.0.88\n",
            what: "ptxas, the assembler of CUDA (about 100 MB)",
        };
        let found = packages.find_or_fetch().and_then(runnable);
        found.map_err(|error| format!("ptxas cannot be fetched: {error:#}").replace('\n', " "))
    })
}

/// Notes for `cargo xtask test` that the calling test is skipped, which `cargo xtask ci` fails for.
fn skipped(reason: &str) {
    let thread = std::thread::current();
    let line = format!("{reason}\t{}\n", thread.name().unwrap_or("ptxas"));
    eprintln!("skipped: {line}");
    if let Some(notes) = std::env::var_os("RINGHOST_SKIPPED") {
        let notes = fs::OpenOptions::new().append(true).open(notes);
        let noted = notes.and_then(|mut notes| notes.write_all(line.as_bytes()));
        noted.expect("what is skipped can be noted");
    }
}

/// The package holds it without the right to be run.
fn runnable(packages: PathBuf) -> anyhow::Result<PathBuf> {
    let ptxas = packages.join("nvidia/cu13/bin/ptxas");
    let mut permissions = fs::metadata(&ptxas)?.permissions();
    #[cfg(unix)]
    std::os::unix::fs::PermissionsExt::set_mode(&mut permissions, 0o755);
    fs::set_permissions(&ptxas, permissions)?;
    Ok(ptxas)
}

/// Assembles all, and panics where one is refused. Kernels for the same target go in together, which
/// is a hundred times faster than one by one.
pub fn accepts(translations: &[Translation]) {
    let ptxas = match ptxas() {
        Ok(ptxas) => ptxas,
        Err(reason) => return skipped(reason),
    };
    let folder = tempfile::tempdir().expect("a folder");
    for target in ["sm_80", "sm_90"] {
        let mut all = String::new();
        for (number, translation) in translations.iter().enumerate() {
            let ptx = &translation.ptx;
            if !ptx.contains(&format!(".target {target}\n")) {
                continue;
            }
            let start = ptx.find(".visible").expect("a kernel");
            if all.is_empty() {
                all.push_str(&ptx[..start]);
            }
            let entry = format!(".entry {}(", translation.entry);
            all.push_str(&ptx[start..].replace(&entry, &format!(".entry kernel{number}(")));
        }
        if all.is_empty() {
            continue;
        }
        let path = folder.path().join("all.ptx");
        fs::write(&path, &all).expect("written");
        let output = Command::new(ptxas)
            .args(["-arch", target, "-O1", "-o"])
            .arg(folder.path().join("all.cubin"))
            .arg(&path)
            .output()
            .expect("ptxas runs");
        let said = String::from_utf8_lossy(&output.stderr);
        let line = said.lines().find_map(|line| {
            line.split("line ")
                .nth(1)?
                .split(';')
                .next()?
                .parse::<usize>()
                .ok()
        });
        let line = line
            .and_then(|line| all.lines().nth(line - 1))
            .unwrap_or_default();
        assert!(output.status.success(), "{target}: {said}\n{line}");
    }
}
