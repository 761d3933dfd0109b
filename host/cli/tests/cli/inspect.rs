//! `ringhost inspect`.

use crate::support::{Outcome, kernel, outcome, ringhost};
use ringhost_tests::{component_from_core, component_of_world};
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

/// What inspecting a component shows.
fn inspected(component: &[u8], options: &[&str]) -> Outcome {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("kernel.wasm");
    fs::write(&path, component).unwrap();
    inspect(&path, options)
}

/// A kernel that exports this beside its loop.
fn marking(fields: &str) -> Vec<u8> {
    component_from_core(&format!(
        r#"(module (memory (export "memory") 1) (func (export "run") (result i32) unreachable) {fields})"#
    ))
}

#[test]
fn compute_functions_are_listed_with_what_can_run_each() {
    let component = marking(
        r#"(@custom "ring:compute" "scale fuel=100 by:value:f32 all:inout:f32\n")
        (func (export "compute:scale") (param $item i32) (param $by f32) (param $all i32)
            (local.set $all (i32.add (local.get $all) (i32.shl (local.get $item) (i32.const 2))))
            (f32.store (local.get $all) (f32.mul (local.get $by) (f32.load (local.get $all)))))
        (table funcref (elem $one))
        (func $one (param i32) (result i32) local.get 0)
        (func (export "compute:choose") (param i32 i32 i64)
            (i32.store (local.get 1)
                (call_indirect (param i32) (result i32) (local.get 0) (local.get 0))))"#,
    );
    let outcome = inspected(&component, &[]);
    let shown = outcome.succeeds().text();
    for line in [
        "computes   scale(by: f32, all: inout f32), fuel 100; cpu: yes; cuda: yes",
        "           choose(inout bytes, i64); cpu: yes; cuda: no, function 2 uses `call_indirect` (at byte",
    ] {
        assert!(
            shown.lines().any(|shown| shown.starts_with(line)),
            "{line} is not in:\n{shown}"
        );
    }
    assert!(shown.contains("cpu: CPU, "), "{shown}");

    let outcome = inspected(&component, &["--json"]);
    let shown: Value = serde_json::from_str(outcome.succeeds().text()).unwrap();
    let compute = &shown["compute"];
    let [scale, choose] = compute["functions"].as_array().unwrap().as_slice() else {
        panic!("{shown}");
    };
    assert_eq!(scale["fuel"], 100);
    assert_eq!(
        scale["parameters"][1],
        serde_json::json!({"name": "all", "kind": "i32", "role": "inout", "element": "f32"})
    );
    assert_eq!(choose["cpu"]["runs"], true);
    assert_eq!(choose["cuda"]["runs"], false);
    let reason = choose["cuda"]["reason"].as_str().unwrap();
    assert!(reason.contains("call_indirect"), "{reason}");
    let devices = compute["devices"].as_array().unwrap();
    assert_eq!(devices.last().unwrap()["kind"], "cpu");
}

#[test]
fn those_that_cannot_be_taken_out_are_told_and_keep_a_kernel_from_computing() {
    let component = component_of_world(
        "package test:test; world kernel { include ring:kernel/compute-kernel@0.1.0; }",
        r#"(module
            (import "ring:kernel/lifecycle@0.1.0" "is-active" (func $active (result i32)))
            (import "ring:kernel/compute@0.1.0" "[method]event.cancel" (func (param i32)))
            (memory (export "memory") 1)
            (func (export "run") (result i32) unreachable)
            (func (export "compute:ask") (param i32) call $active drop))"#,
    );
    let outcome = inspected(&component, &["--compute"]);
    let shown = outcome.succeeds().text();
    for part in [
        "computes   none that can be used: the compute function `ask` cannot be taken out",
        "it calls the import `is-active`",
        "runs here  no: its compute functions cannot be used: the compute function `ask`",
    ] {
        assert!(shown.contains(part), "{part} is not in:\n{shown}");
    }
}

#[test]
fn of_a_thousand_compute_functions_only_some_are_translated() {
    let functions: String = (0..1000)
        .map(|number| format!(r#"(func (export "compute:f{number}") (param i32))"#))
        .collect();
    let outcome = inspected(&marking(&functions), &["--json"]);
    let shown: Value = serde_json::from_str(outcome.succeeds().text()).unwrap();
    let functions = shown["compute"]["functions"].as_array().unwrap();
    let tried = |function: &&Value| function["cuda"]["runs"] == true;
    assert_eq!(functions.len(), 1000);
    assert_eq!(functions.iter().filter(tried).count(), 64);
    let reason = "only 64 functions are tried";
    assert_eq!(functions[64]["cuda"]["reason"], reason);
}
