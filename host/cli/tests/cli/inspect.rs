//! `ringhost inspect`.

use crate::support::{Outcome, kernel, outcome, ringhost};
use serde_json::Value;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

fn inspect(path: &Path, options: &[&str]) -> Outcome {
    outcome(ringhost().arg("inspect").arg(path).args(options), "")
}

#[test]
fn a_kernel_is_shown_with_its_messages() {
    let outcome = inspect(&kernel("doubler"), &[]);
    let shown = outcome.succeeds().text();
    for line in [
        "shape      loop",
        "receives   Request { value: i64 }",
        "sends      Response { result: i64 }",
        "imports    ring:kernel/lifecycle@0.1.0",
        "exports    run",
        "wants      log: granted",
        "runs here  yes",
    ] {
        assert!(
            shown.lines().any(|shown| shown == line),
            "{line} is not in:\n{shown}"
        );
    }
}

#[test]
fn a_handler_is_shown_as_one() {
    for (name, shape) in [
        ("handler-echo", "handler"),
        ("counter", "handler with state"),
    ] {
        let outcome = inspect(&kernel(name), &[]);
        let shown = outcome.succeeds().text();
        let line = format!("shape      {shape}");
        assert!(shown.lines().any(|shown| shown == line), "{shown}");
        assert!(shown.contains("runs here  yes"), "{shown}");
    }
}

#[test]
fn the_manifest_in_effect_is_shown_and_can_be_kept() {
    let outcome = inspect(&kernel("doubler"), &["--fuel-limit", "1000"]);
    let shown = outcome.succeeds().text();
    let (_, manifest) = shown.split_once("\n\n").unwrap();
    for line in ["queue_size = 1000", "[limits]", "fuel_total = 1000"] {
        assert!(manifest.lines().any(|shown| shown == line), "{manifest}");
    }
    assert!(shown.contains("\nmanifest   none\n"), "{shown}");

    let folder = TempDir::new().unwrap();
    let component = folder.path().join("doubler.wasm");
    fs::copy(kernel("doubler"), &component).unwrap();
    fs::write(component.with_extension("toml"), manifest).unwrap();
    let outcome = inspect(&component, &[]);
    let again = outcome.succeeds().text();
    assert_eq!(again.split_once("\n\n").unwrap().1, manifest);
    let file = component.with_extension("toml").display().to_string();
    assert!(again.contains(&format!("\nmanifest   {file}\n")), "{again}");
}

#[test]
fn json_says_the_same() {
    let outcome = inspect(&kernel("doubler"), &["--json"]);
    let shown: Value = serde_json::from_str(outcome.succeeds().text()).unwrap();
    assert_eq!(shown["runnable"], true);
    assert_eq!(shown["reason"], Value::Null);
    assert_eq!(shown["digest"].as_str().map(str::len), Some(64));
    assert_eq!(shown["needs"]["exports"][0], "run");
}

#[test]
fn a_component_for_another_world_is_shown_and_cannot_run() {
    let wat = "(component (import \"foo:bar/baz@1.0.0\" (instance)))";
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("foreign.wasm");
    fs::write(&path, wat::parse_str(wat).unwrap()).unwrap();
    let outcome = inspect(&path, &[]);
    let shown = outcome.succeeds().text();
    for part in [
        "foo:bar/baz@1.0.0 (unknown here)",
        "(missing)",
        "runs here  no: ",
        "plain bytes",
    ] {
        assert!(shown.contains(part), "{part} is not in:\n{shown}");
    }
    let outcome = inspect(&path, &["--json"]);
    let shown: Value = serde_json::from_str(outcome.succeeds().text()).unwrap();
    assert_eq!(shown["runnable"], false);
    assert!(
        shown["reason"]
            .as_str()
            .unwrap()
            .contains("foo:bar/baz@1.0.0")
    );
}
