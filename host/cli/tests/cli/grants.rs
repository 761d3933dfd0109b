//! What kernels may reach: `[grants]` of a manifest, and the options that add to it.

use crate::support::{Outcome, outcome, ringhost};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A kernel that returns at once, and imports these functions of WASI's interfaces.
fn importing(imports: &[(&str, &str)]) -> (TempDir, PathBuf) {
    let imports: String = imports
        .iter()
        .map(|(interface, function)| {
            format!("(import \"{interface}@0.2.0\" (instance (export {function})))\n")
        })
        .collect();
    let text = format!(
        "(component {imports}
           (core module $code
             (memory (export \"memory\") 1)
             (func (export \"run\") (result i32) i32.const 0))
           (core instance $code (instantiate $code))
           (func (export \"run\") (result (result (error string)))
             (canon lift (core func $code \"run\") (memory $code \"memory\"))))"
    );
    let folder = TempDir::new().unwrap();
    let component = folder.path().join("wants.wasm");
    fs::write(&component, wat::parse_str(text).unwrap()).unwrap();
    (folder, component)
}

const CLOCKS: (&str, &str) = ("wasi:clocks/monotonic-clock", "\"now\" (func (result u64))");
const RANDOM: (&str, &str) = (
    "wasi:random/random",
    "\"get-random-u64\" (func (result u64))",
);
const ENVIRONMENT: (&str, &str) = (
    "wasi:cli/environment",
    "\"get-environment\" (func (result (list (tuple string string))))",
);

fn ringhost_of(command: &str, component: &Path, options: &[&str]) -> Outcome {
    outcome(ringhost().arg(command).arg(component).args(options), "")
}

fn inspected(component: &Path, options: &[&str]) -> Value {
    let options = [&["--json"], options].concat();
    let outcome = ringhost_of("inspect", component, &options);
    serde_json::from_str(outcome.succeeds().text()).unwrap()
}

#[test]
fn a_kernel_is_refused_with_what_it_wants_and_each_option_grants_its_part() {
    let (_folder, component) = importing(&[CLOCKS, RANDOM, ENVIRONMENT]);
    let run = |options: &[&str]| ringhost_of("run", &component, options);
    run(&[]).fails(
        2,
        &[
            "wants.wasm",
            "clocks = true",
            "random = \"system\"",
            "environment = [",
            "--clocks",
        ],
    );
    run(&["--clocks", "--random"]).fails(2, &["wasi:cli/environment"]);
    run(&["--clocks", "--random", "--env", "LANG"]).succeeds();
    run(&["--clocks", "--random=42", "--env", "LANG"]).succeeds();
    run(&["--empty-world"]).succeeds();
}

#[test]
fn options_for_folders_and_hosts_are_opened_at_the_launch() {
    let (folder, component) = importing(&[]);
    let data = folder.path().join("data");
    let grant = format!("{}:/data", data.display());
    let run = |options: &[&str]| ringhost_of("run", &component, options);
    run(&["--folder", &grant]).fails(2, &["data", "No such file"]);
    fs::create_dir(&data).unwrap();
    run(&["--folder", &grant]).succeeds();
    run(&["--folder", &format!("{grant}:write")]).succeeds();
    run(&["--connect", "127.0.0.1:80", "--connect", "[::1]:443"]).succeeds();
}

#[test]
fn grants_that_cannot_be_meant_are_refused() {
    let (_folder, component) = importing(&[]);
    for (option, value, reason) in [
        ("--random=dice", "", "a seed is a whole number"),
        ("--env", "A=B", "environment cannot be \"A=B\""),
        ("--folder", "data", "such as data:/data"),
        ("--folder", "data:data", "such as data:/data"),
        ("--folder", ".:/a/../b", "\"/a/../b\""),
        ("--connect", "example.org", "network cannot be"),
        ("--connect", "example.org:0", "network cannot be"),
    ] {
        let options = [option, value].map(str::to_owned);
        let options: Vec<_> = options.iter().filter(|part| !part.is_empty()).collect();
        let mut command = ringhost();
        let outcome = outcome(command.arg("run").arg(&component).args(options), "");
        outcome.fails(2, &[reason]);
    }
}

#[test]
fn options_add_to_what_the_manifest_grants() {
    let (folder, component) = importing(&[CLOCKS]);
    let manifest = "[grants]\nclocks = true\nrandom = \"system\"\nenvironment = [\"LANG\"]\n\
                    network = [\"127.0.0.1:1\"]\n\
                    folders = [{ host = \"here\", guest = \"/a\" }, { host = \"/x\", guest = \"/b\" }]\n";
    fs::write(component.with_extension("toml"), manifest).unwrap();
    let grants = |options: &[&str]| inspected(&component, options)["manifest"]["grants"].take();
    let here = folder.path().join("here");
    assert_eq!(
        grants(&[]),
        json!({
            "log": true, "clocks": true, "random": "system", "environment": ["LANG"],
            "folders": [
                { "host": here, "guest": "/a", "access": "read" },
                { "host": "/x", "guest": "/b", "access": "read" },
            ],
            "network": ["127.0.0.1:1"], "compute": null, "empty_world": false,
        })
    );
    let more = grants(&[
        "--random=7",
        "--env=LANG",
        "--env=HOME",
        "--connect=127.0.0.1:2",
        "--folder=/y:/b:write",
        "--compute",
        "--empty-world",
    ]);
    assert_eq!(
        more,
        json!({
            "log": true, "clocks": true, "random": { "seed": 7 }, "environment": ["LANG", "HOME"],
            "folders": [
                { "host": here, "guest": "/a", "access": "read" },
                { "host": "/y", "guest": "/b", "access": "write" },
            ],
            "network": ["127.0.0.1:1", "127.0.0.1:2"],
            "compute": { "memory_bytes": 256 << 20, "in_flight": 16, "device_time": null },
            "empty_world": true,
        })
    );
}

#[test]
fn a_manifest_that_lies_beside_a_kernel_grants_nothing_of_this_machine_unasked() {
    let (_folder, component) = importing(&[ENVIRONMENT]);
    let manifest = component.with_extension("toml");
    fs::write(&manifest, "grants.environment = [\"LANG\"]\n").unwrap();
    let run = |options: &[&str]| ringhost_of("run", &component, options);
    run(&[]).fails(2, &["wants.toml grants the kernel", "--grant"]);
    let shown = inspected(&component, &[]);
    assert_eq!(shown["runnable"], false);
    assert!(shown["reason"].as_str().unwrap().contains("--grant"));

    let note = format!(
        "manifest: {}, which grants environment\n",
        manifest.display()
    );
    assert_eq!(run(&["--grant"]).succeeds().errors, note);
    let named = run(&["--manifest", manifest.to_str().unwrap()]);
    assert_eq!(named.succeeds().errors, note);
    run(&["--no-manifest", "--env", "LANG"]).succeeds();
    assert_eq!(inspected(&component, &["--grant"])["runnable"], true);

    // What is the same on every machine is no danger.
    let (_folder, component) = importing(&[CLOCKS]);
    fs::write(component.with_extension("toml"), "grants.clocks = true\n").unwrap();
    ringhost_of("run", &component, &[]).succeeds();
}

#[test]
fn all_stages_of_a_pipeline_are_granted_the_same_beside_their_own() {
    let (_first_folder, first) = importing(&[CLOCKS, RANDOM]);
    let (_second_folder, second) = importing(&[RANDOM]);
    fs::write(first.with_extension("toml"), "grants.clocks = true\n").unwrap();
    let row = first.with_file_name("row.toml");
    let stage =
        |name: &str, kernel: &Path| format!("[[stage]]\nname = {name:?}\nkernel = {kernel:?}\n");
    fs::write(&row, stage("first", &first) + &stage("second", &second)).unwrap();
    let run = |options: &[&str]| ringhost_of("pipeline", &row, options);
    run(&[]).fails(2, &["stage \"first\"", "random = \"system\""]);
    run(&["--random"]).succeeds();
}

#[test]
fn inspect_shows_what_is_wanted_and_what_is_granted() {
    let (_folder, component) = importing(&[CLOCKS, RANDOM]);
    let shown = ringhost_of("inspect", &component, &["--clocks"]);
    for line in [
        "wants      clocks: granted",
        "           random: not granted; under [grants] of its manifest: random = \"system\"",
        "clocks = true",
    ] {
        assert!(
            shown.succeeds().text().lines().any(|shown| shown == line),
            "{line} is not in:\n{}",
            shown.text()
        );
    }
    assert!(
        shown.text().contains("\nruns here  no: "),
        "{}",
        shown.text()
    );
    let shown = ringhost_of("inspect", &component, &["--empty-world"]);
    assert!(
        shown
            .text()
            .contains("random: not granted, so answered with nothing")
    );
    assert!(shown.text().contains("\nruns here  yes\n"));
}
