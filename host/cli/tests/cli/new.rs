//! `ringhost new`.

use crate::support::{outcome, ringhost, ringhost_with, root};
use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

#[test]
fn a_new_project_builds_runs_and_passes_its_test() {
    check_new(&["new", "word-counter"]);
}

#[test]
fn so_does_one_of_a_handler() {
    check_new(&["new", "word-counter", "--handler"]);
}

fn check_new(arguments: &[&str]) {
    let folder = TempDir::new().unwrap();
    let outcome_of_new = outcome(ringhost().current_dir(&folder).args(arguments), "");
    let next = outcome_of_new.succeeds().text();
    assert!(
        next.contains("cd word-counter") && next.contains("cargo kernel"),
        "{next}"
    );

    let project = folder.path().join("word-counter");
    // The versions that the checkout is tested with, which are also at hand without the network.
    fs::copy(root().join("Cargo.lock"), project.join("Cargo.lock")).unwrap();
    let rustc = guest_rustc();
    let target = target_folder(&rustc);
    succeeds(cargo(&project, &target).env("RUSTC", &rustc).arg("kernel"));
    succeeds(cargo(&project, &target).arg("test"));

    let component = target.join("wasm32-unknown-unknown/release/word_counter.wasm");
    let run = |options: &[&str]| {
        let mut command = ringhost();
        command.current_dir(&project).arg("run").arg(&component);
        outcome(command.args(options), "{\"text\":\"größer\"}\n")
    };
    let without = run(&[]);
    assert_eq!(
        without.succeeds().text(),
        "{\"characters\":6,\"texts\":1}\n"
    );
    assert_eq!(without.errors, "");
    let with = run(&["--manifest", "kernel.toml"]);
    assert_eq!(with.succeeds().text(), without.text());
    assert_eq!(with.errors, "manifest: kernel.toml\n");
}

#[test]
fn a_new_projects_manifest_says_the_defaults() {
    let folder = TempDir::new().unwrap();
    outcome(ringhost().current_dir(&folder).args(["new", "counter"]), "").succeeds();
    let written = fs::read_to_string(folder.path().join("counter/kernel.toml")).unwrap();
    assert!(written.contains("counter.toml beside counter.wasm"));
    let keys = |text: &str| {
        let table: toml::Table = text.parse().unwrap();
        let mut keys: Vec<_> = table["limits"]
            .as_table()
            .unwrap()
            .keys()
            .cloned()
            .collect();
        keys.extend(table.keys().cloned());
        keys
    };
    assert_eq!(keys(&written), ["limits"]);
    // The lines that are meant to be taken into use have a key.
    let used: String = written
        .lines()
        .map(|line| match line.strip_prefix("# ") {
            Some(entry) if entry.contains(" = ") => format!("{entry}\n"),
            _ => format!("{line}\n"),
        })
        .collect();
    assert_eq!(keys(&used).len(), 6, "{used}");
    let manifest = folder.path().join("used.toml");
    fs::write(&manifest, &used).unwrap();
    let effective = |options: &[&str]| {
        let mut command = ringhost();
        command.arg("inspect").arg(crate::support::kernel("echo"));
        outcome(command.args(options), "")
            .succeeds()
            .text()
            .to_owned()
    };
    let manifest = manifest.to_str().unwrap();
    let all = effective(&["--manifest", manifest]);
    let default = effective(&["--cpu-share", "0.25"]);
    let shown = |text: &str| text.split_once("\n\n").unwrap().1.to_owned();
    assert_eq!(shown(&all), shown(&default));
}

/// A rustc that compiles kernels.
fn guest_rustc() -> OsString {
    if let Some(rustc) = env::var_os("RINGHOST_GUEST_RUSTC") {
        return rustc;
    }
    let query = [
        "--print",
        "target-libdir",
        "--target",
        "wasm32-unknown-unknown",
    ];
    let folder = Command::new("rustc").args(query).output().unwrap().stdout;
    let folder = String::from_utf8(folder).unwrap();
    assert!(
        Path::new(folder.trim_end()).is_dir(),
        "this Rust has no target wasm32-unknown-unknown; run: cargo xtask test"
    );
    "rustc".into()
}

/// Dependencies stay compiled from one test to the next; apart for each compiler, since cargo does
/// not tell two of one version from each other, whose standard libraries differ.
fn target_folder(rustc: &OsStr) -> PathBuf {
    let mut hasher = DefaultHasher::new();
    rustc.hash(&mut hasher);
    let folder = format!("target/test-new/{:016x}", hasher.finish());
    root().join(folder)
}

/// The cargo that runs this test, in another project.
fn cargo(project: &Path, target: &Path) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(project).env("CARGO_TARGET_DIR", target);
    for name in [
        "RUSTFLAGS",
        "CARGO_ENCODED_RUSTFLAGS",
        "CARGO_BUILD_TARGET",
        "RUSTC",
    ] {
        command.env_remove(name);
    }
    command
}

fn succeeds(command: &mut Command) {
    let output = command.output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}\n{errors}");
}

#[test]
fn names_that_cannot_be_are_refused_with_the_rule() {
    for name in ["", "Counter", "9lives", "a b", "../up"] {
        ringhost_with(["new", name], "").fails(2, &["a letter first"]);
    }
    for name in ["loop", "test", "ringhost-sdk"] {
        ringhost_with(["new", name], "").fails(2, &[name, "keeps that word for itself"]);
    }
}

#[test]
fn nothing_is_written_over() {
    let folder = TempDir::new().unwrap();
    let new = |path: &str| {
        let mut command = ringhost();
        command
            .current_dir(&folder)
            .args(["new", "counter", "--path", path]);
        outcome(&mut command, "")
    };
    fs::create_dir(folder.path().join("free")).unwrap();
    fs::create_dir(folder.path().join("taken")).unwrap();
    fs::write(folder.path().join("taken/notes"), "mine").unwrap();
    new("free").succeeds();
    new("taken").fails(2, &["taken is not empty", "--path"]);
    new("taken/notes").fails(2, &["there is a file of that name"]);
    new("taken/notes/deeper").fails(2, &["there is a file"]);
    assert_eq!(
        fs::read_dir(folder.path().join("taken")).unwrap().count(),
        1
    );
}

#[test]
fn a_compiler_that_is_not_to_be_had_is_told_with_what_brings_it() {
    let folder = TempDir::new().unwrap();
    for (language, brings) in [
        (
            "typescript",
            "from npm, install Node.js 20 or later, with npm",
        ),
        ("zig", "from PyPI, install Python 3.9 or later, with pip"),
    ] {
        let project = folder.path().join(language);
        let new = ["new", language, "--lang", language];
        let made = outcome(ringhost().args(new).current_dir(folder.path()), "");
        made.succeeds();
        let mut build = ringhost();
        build.arg("build").arg(&project).env("PATH", folder.path());
        outcome(&mut build, "").fails(3, &[brings, "is it installed and on PATH?"]);
    }
}
