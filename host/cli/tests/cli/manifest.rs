//! Manifests: the file beside a component, `--manifest`, `--no-manifest`, and options that win.

use crate::support::{Outcome, outcome, ringhost, with_manifest};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

fn run(component: &Path, options: &[&str]) -> Outcome {
    outcome(
        ringhost().arg("run").arg(component).args(options),
        "0123456789\n",
    )
}

fn effective(component: &Path, options: &[&str]) -> Value {
    let mut command = ringhost();
    command.arg("inspect").arg(component).arg("--json");
    let outcome = outcome(command.args(options), "");
    serde_json::from_str(outcome.succeeds().text()).unwrap()
}

#[test]
fn the_manifest_beside_a_kernel_is_used_and_named() {
    let (_folder, component) = with_manifest("echo", "limits.message_bytes = 9\n");
    let refused = run(&component, &[]);
    refused.fails(2, &["line 1 of standard input", "more than 9 bytes"]);
    let note = format!("manifest: {}", component.with_extension("toml").display());
    assert_eq!(refused.errors.lines().next(), Some(&*note));

    let quiet = run(&component, &["--log", "error"]);
    assert!(!quiet.errors.contains("manifest: "), "{}", quiet.errors);
}

#[test]
fn an_option_wins_and_the_rest_of_the_manifest_stays() {
    let manifest = "queue_size = 7\noverflow = \"reject\"\n\
                    limits.message_bytes = 9\nlimits.cpu_share = 0.5\nlimits.weight = 3";
    let (_folder, component) = with_manifest("echo", manifest);
    let run = run(&component, &["--message-limit", "10"]);
    assert_eq!(run.succeeds().text(), "0123456789\n");

    let shown = effective(&component, &["--queue-size", "8", "--fuel-limit", "1000"]);
    let limits = &shown["manifest"]["limits"];
    assert_eq!(shown["manifest"]["queue_size"], 8);
    assert_eq!(limits["fuel_total"], 1000);
    assert_eq!(limits["message_bytes"], 9);
    assert_eq!(shown["manifest"]["overflow"], "reject");
    let shown = effective(
        &component,
        &["--cpu-share", "1.5", "--memory-limit", "2MiB"],
    );
    let limits = &shown["manifest"]["limits"];
    assert_eq!(
        (&limits["cpu_share"], &limits["weight"]),
        (&1.5.into(), &3.into())
    );
    assert_eq!(limits["memory_bytes"], 2 << 20);
}

#[test]
fn the_tier_is_the_option_s_or_the_manifest_s() {
    let (_folder, component) = with_manifest("echo", "tier = \"dense\"\n");
    for (options, tier) in [(&[][..], "dense"), (&["--tier", "fast"], "fast")] {
        assert_eq!(effective(&component, options)["manifest"]["tier"], tier);
        assert_eq!(run(&component, options).succeeds().text(), "0123456789\n");
    }
    let shown = effective(&component, &["--no-manifest", "--tier", "dense"]);
    assert_eq!(shown["manifest"]["tier"], "dense");
    run(&component, &["--tier", "slow"]).fails(2, &["'slow' for '--tier <TIER>'"]);
}

#[test]
fn the_manifest_beside_a_kernel_can_be_passed_over_or_replaced() {
    let (folder, component) = with_manifest("echo", "limits.message_bytes = 9\n");
    let without = run(&component, &["--no-manifest"]);
    assert_eq!(without.succeeds().errors, "");

    let other = folder.path().join("other.toml");
    fs::write(&other, "limits.message_bytes = 8\n").unwrap();
    let other = other.to_str().unwrap();
    run(&component, &["--manifest", other]).fails(2, &["more than 8 bytes"]);
    let shown = effective(&component, &["--manifest", other]);
    assert_eq!(shown["manifest_file"], other);
    run(&component, &["--manifest", "/no/such.toml"])
        .fails(2, &["the manifest /no/such.toml", "No such file"]);
    run(&component, &["--manifest", other, "--no-manifest"]).fails(2, &["cannot be used with"]);
}

#[test]
fn a_manifest_that_cannot_be_used_is_told_with_its_file_and_line() {
    let long = "#".repeat(1 << 20);
    for (content, parts) in [
        (&b"queue_size = "[..], &["line 1 of the manifest"][..]),
        (b"\nspeed = 1", &["line 2 of", "unknown field `speed`"]),
        (
            b"[limits]\n\nweight = 0",
            &["line 3 of", "weight cannot be 0"],
        ),
        (b"queue_size = -1", &["line 1 of", "`-1`"]),
        (b"queue_size = 99999999999999999999", &["line 1 of"]),
        (b"# fine\n\xff", &["line 2 of", "not text in UTF-8"]),
        (long.as_bytes(), &["at most 64 KiB"]),
    ] {
        let (_folder, component) = with_manifest("echo", content);
        refused(&component, parts);
    }
}

#[test]
fn a_manifest_that_is_no_file_is_told() {
    let (_folder, component) = with_manifest("echo", "");
    let manifest = component.with_extension("toml");
    fs::remove_file(&manifest).unwrap();
    fs::create_dir(&manifest).unwrap();
    refused(&component, &["it is a folder"]);

    fs::remove_dir(&manifest).unwrap();
    // Nobody ever writes to the pipe: who opens it waits for ever.
    let made = Command::new("mkfifo").arg(&manifest).status().unwrap();
    assert!(made.success());
    refused(&component, &["it is no regular file"]);

    fs::remove_file(&manifest).unwrap();
    std::os::unix::fs::symlink("nothing", &manifest).unwrap();
    refused(&component, &["No such file"]);
}

/// `run`, `inspect` and `pipeline` all refuse the manifest beside a component, and say what to do.
#[track_caller]
fn refused(component: &Path, parts: &[&str]) {
    let pipeline = component.with_file_name("row");
    let stage = format!("[[stage]]\nname = \"only\"\nkernel = {component:?}\n");
    fs::write(&pipeline, stage).unwrap();
    for (command, path) in [
        ("run", component),
        ("inspect", component),
        ("pipeline", &pipeline),
    ] {
        let outcome = outcome(ringhost().arg(command).arg(path), "");
        outcome.fails(2, &["echo.toml", "--no-manifest"]);
        outcome.fails(2, parts);
        assert_eq!(outcome.errors.lines().count(), 1, "{}", outcome.errors);
        assert!(outcome.output.is_empty());
    }
}

#[test]
fn each_stage_of_a_pipeline_has_its_own_manifest() {
    let (_first_folder, first) = with_manifest("echo", "limits.message_bytes = 9\n");
    let (_second_folder, second) = with_manifest("echo", "limits.fuel_total = 1\n");
    let folder = TempDir::new().unwrap();
    let row = folder.path().join("row.toml");
    let stage =
        |name: &str, kernel: &Path| format!("[[stage]]\nname = {name:?}\nkernel = {kernel:?}\n");
    fs::write(&row, stage("first", &first) + &stage("second", &second)).unwrap();
    let run = |options: &[&str], line: &str| {
        let mut command = ringhost();
        outcome(command.arg("pipeline").arg(&row).args(options), line)
    };

    let failed = run(&[], "a\n");
    failed.fails(
        1,
        &["kernel \"second\" exceeded its limit of 1 units of fuel"],
    );
    let of = |stage: &str, kernel: &Path| {
        let path = kernel.with_extension("toml");
        format!("manifest of stage {stage:?}: {}", path.display())
    };
    let notes: Vec<_> = failed.errors.lines().take(2).collect();
    assert_eq!(notes, [of("first", &first), of("second", &second)]);

    let plenty = ["--fuel-limit", "1000000000"];
    run(&plenty, "0123456789\n").fails(2, &["more than 9 bytes"]);
    assert_eq!(run(&plenty, "a\n").succeeds().text(), "a\n");
    let without = run(&["--no-manifest"], "0123456789\n");
    assert_eq!(without.succeeds().errors, "");
}

#[test]
fn a_pipeline_wins_over_manifests_and_an_option_over_both() {
    let (folder, component) = with_manifest("spins", "queue_size = 3\noverflow = \"reject\"\n");
    let row = folder.path().join("row.toml");
    let run = |rest: &str, options: &[&str]| {
        let stage = format!("[[stage]]\nname = \"one\"\nkernel = {component:?}\n{rest}");
        fs::write(&row, stage).unwrap();
        let mut command = ringhost();
        command.arg("pipeline").arg(&row).args(options);
        command.args(["--grace", "0.1", "--terminate-timeout", "0"]);
        outcome(&mut command, "line\n".repeat(100)).errors
    };
    for (rest, options, size) in [
        ("", &[][..], 3),
        ("queue_size = 4\n", &[], 4),
        ("queue_size = 4\n", &["--queue-size", "5"], 5),
        ("", &["--queue-size", "5"], 5),
    ] {
        let errors = run(rest, options);
        let expected = format!("the queue of \"one\" is full ({size} messages)");
        assert!(errors.contains(&expected), "{expected} is not in: {errors}");
    }
    let errors = run("overflow = \"drop-newest\"\n", &[]);
    assert!(errors.contains("the full input queue"), "{errors}");
}
