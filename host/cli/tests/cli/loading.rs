//! How components are accepted and compiled: `--pin`, `--public-key`, the compiler's process.

use crate::support::{Outcome, kernel, outcome, ringhost, run_kernel};
use minisign::KeyPair;
use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const REQUEST: &str = "{\"value\": 21}\n";
const RESPONSE: &str = "{\"result\":42}\n";

fn digest(name: &str) -> String {
    let inspect = outcome(
        ringhost().arg("inspect").arg(kernel(name)).arg("--json"),
        "",
    );
    let shown: serde_json::Value = serde_json::from_str(inspect.succeeds().text()).unwrap();
    shown["digest"].as_str().unwrap().to_owned()
}

#[test]
fn a_pinned_kernel_runs_and_another_does_not() {
    let doubler = digest("doubler");
    let prefixed = format!("sha256:{doubler}");
    for pin in [&doubler, &prefixed] {
        let run = run_kernel("doubler", &["--pin", pin], REQUEST);
        assert_eq!(run.succeeds().text(), RESPONSE);
    }
    let run = run_kernel("echo", &["--pin", &doubler], "m\n");
    run.fails(2, &[&digest("echo"), "is not pinned", &doubler]);
    assert!(run.output.is_empty());
    let inspect = ["inspect", "--pin", &doubler];
    let inspected = outcome(ringhost().args(inspect).arg(kernel("echo")), "");
    inspected.fails(2, &["is not pinned"]);
    let run = run_kernel("echo", &["--pin", "abc"], "m\n");
    run.fails(2, &["64 hexadecimal digits"]);
}

/// A folder with a kernel, a key, and the kernel's signature by that key.
fn signed_kernel() -> (TempDir, PathBuf, PathBuf) {
    let folder = TempDir::new().unwrap();
    let component = folder.path().join("doubler.wasm");
    fs::copy(kernel("doubler"), &component).unwrap();
    let pair = KeyPair::generate_unencrypted_keypair().unwrap();
    let key = folder.path().join("minisign.pub");
    fs::write(&key, pair.pk.to_box().unwrap().to_string()).unwrap();
    let bytes = Cursor::new(fs::read(&component).unwrap());
    let signature = minisign::sign(Some(&pair.pk), &pair.sk, bytes, None, None).unwrap();
    fs::write(
        folder.path().join("doubler.wasm.minisig"),
        signature.into_string(),
    )
    .unwrap();
    (folder, component, key)
}

fn run_with_key(component: &Path, key: &Path) -> Outcome {
    let mut command = ringhost();
    command
        .arg("run")
        .arg(component)
        .arg("--public-key")
        .arg(key);
    outcome(&mut command, REQUEST)
}

#[test]
fn a_signed_kernel_runs_and_a_changed_one_does_not() {
    let (_folder, component, key) = signed_kernel();
    let run = run_with_key(&component, &key);
    assert_eq!(run.succeeds().text(), RESPONSE);

    let mut bytes = fs::read(&component).unwrap();
    bytes.push(0);
    fs::write(&component, bytes).unwrap();
    run_with_key(&component, &key).fails(2, &["doubler.wasm", "they were changed"]);

    fs::remove_file(component.with_extension("wasm.minisig")).unwrap();
    run_with_key(&component, &key).fails(2, &["doubler.wasm.minisig is missing"]);
}

#[test]
fn a_public_key_that_is_none_is_told() {
    let (folder, component, _) = signed_kernel();
    let missing = folder.path().join("missing.pub");
    run_with_key(&component, &missing).fails(2, &["missing.pub", "No such file"]);
    run_with_key(&component, &component.with_extension("wasm.minisig"))
        .fails(2, &["no minisign public key"]);
}

#[test]
fn a_pipeline_is_held_to_the_same_policy() {
    let folder = TempDir::new().unwrap();
    let pipeline = folder.path().join("one.toml");
    let stage = format!(
        "[[stage]]\nname = \"first\"\nkernel = {:?}\n",
        kernel("doubler")
    );
    fs::write(&pipeline, stage).unwrap();
    let run = |pin: &str| {
        let mut command = ringhost();
        command
            .arg("pipeline")
            .arg(&pipeline)
            .args(["--no-cache", "--pin", pin]);
        outcome(&mut command, REQUEST)
    };
    assert_eq!(run(&digest("doubler")).succeeds().text(), RESPONSE);
    run(&digest("echo")).fails(2, &["is not pinned"]);
}

#[test]
fn components_are_compiled_within_limits_unless_they_are_trusted() {
    // Every variable that changes in the innermost loop is one of every loop around it.
    let mut text = "(component (core module (func (local".to_owned();
    text += &" i64".repeat(2000);
    text += ")";
    text += &" loop".repeat(60);
    for variable in 0..2000 {
        text += &format!(" local.get {variable} i64.const 1 i64.add local.set {variable}");
    }
    text += &" local.get 0 i32.wrap_i64 br_if 0 end".repeat(60);
    text += ")))";
    let folder = TempDir::new().unwrap();
    let component = folder.path().join("hard.wasm");
    fs::write(&component, wat::parse_str(text).unwrap()).unwrap();
    let inspect = |options: &[&str]| {
        let mut command = ringhost();
        command.arg("inspect").arg(&component).arg("--no-cache");
        outcome(command.args(options), "")
    };
    let little = ["--compile-memory", "64MiB"];
    inspect(&little).fails(
        2,
        &[
            "hard.wasm",
            "more than 67108864 bytes of memory",
            "--compile-memory",
            "--trust-compilation",
        ],
    );
    inspect(&[&little[..], &["--trust-compilation"]].concat()).succeeds();
    inspect(&[]).succeeds();

    let manifest = "[compiler]\nmemory_bytes = 67108864\n";
    fs::write(component.with_extension("toml"), manifest).unwrap();
    inspect(&[]).fails(2, &["more than 67108864 bytes of memory", "[compiler]"]);
    inspect(&["--trust-compilation"]).succeeds();
    inspect(&["--compile-memory", "2GiB"]).succeeds();
    inspect(&["--no-manifest"]).succeeds();
}

#[test]
fn limits_that_cannot_be_meant_are_refused() {
    for option in ["--compile-memory", "--compile-time"] {
        let run = run_kernel("doubler", &[option, "0"], REQUEST);
        run.fails(2, &[option]);
    }
    let run = run_kernel("doubler", &["--compile-memory", "1MiB"], REQUEST);
    run.fails(
        2,
        &["memory_bytes of the compiler cannot be 1048576", "64 MiB"],
    );
}
