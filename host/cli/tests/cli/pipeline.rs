//! `ringhost pipeline`.

use crate::support::{Outcome, is_there, kernel, outcome, ringhost, root};
use serde_json::Value;
use std::fs;
use tempfile::TempDir;

/// A pipeline of kernels of the checkout, named by numbers from 1.
fn stages(kernels: &[&str]) -> String {
    let stage = |(position, name): (usize, &&str)| {
        let path = kernel(name);
        format!(
            "[[stage]]\nname = \"{}\"\nkernel = {path:?}\n",
            position + 1
        )
    };
    kernels.iter().enumerate().map(stage).collect()
}

fn pipeline(text: &str, options: &[&str], input: &str) -> Outcome {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("row.toml");
    fs::write(&path, text).unwrap();
    let mut command = ringhost();
    outcome(command.arg("pipeline").arg(path).args(options), input)
}

#[test]
fn the_karate_club_is_ranked_as_published() {
    let path = root().join("kernels/pipelines/karate.toml");
    // Its kernels are those of the checkout's own folder.
    kernel("pagerank");
    let outcome = outcome(ringhost().arg("pipeline").arg(path), "");
    let answer: Value = serde_json::from_str(outcome.succeeds().text()).unwrap();
    let first = &answer["Ranks"]["scores"][0];
    assert_eq!(first[0], 34);
    assert!((first[1].as_f64().unwrap() - 0.1009).abs() < 1e-4);
}

#[test]
fn a_kernel_in_each_language_adds_a_column_and_the_nile_changed_when_it_did() {
    let path = root().join("kernels/pipelines/nile.toml");
    let text = fs::read_to_string(&path).unwrap();
    let kernels = text.lines().filter_map(|line| {
        let file = line.strip_prefix("kernel = ")?.rsplit('/').next()?;
        file.strip_suffix(".wasm\"")
    });
    let missing = kernels.filter(|name| !is_there(name)).count();
    if missing > 0 {
        return;
    }
    let outcome = outcome(ringhost().arg("pipeline").arg(path), "");
    let lines: Vec<&str> = outcome.succeeds().text().lines().collect();
    assert_eq!(lines.len(), 100);
    let years: Vec<u16> = lines
        .iter()
        .map(|line| line[..4].parse().unwrap())
        .collect();
    assert!(years.iter().copied().eq(1871..1971), "{years:?}");
    // The flow, then the columns of C, Zig, C++, Rust, Go and AssemblyScript.
    assert_eq!(
        lines[99],
        "1970   740   798.4   875   89  -1.1  1898 ###############"
    );
    // The note is TypeScript's.
    assert!(lines[42].contains("the least so far"), "{}", lines[42]);
}

#[test]
fn a_row_passes_everything_on_in_order() {
    let text: String = (0..5000).map(|number| format!("{number}\n")).collect();
    let outcome = pipeline(
        &stages(&["echo", "echo", "echo"]),
        &["--queue-size", "1"],
        &text,
    );
    assert!(outcome.succeeds().text() == text);
}

#[test]
fn another_input_can_be_given() {
    let text = format!("input = \"not there\"\n{}", stages(&["edges", "pagerank"]));
    pipeline(&text, &[], "").fails(2, &["not there", "No such file"]);
    let outcome = pipeline(&text, &["--input", "-"], "1 2\nrank 1\n");
    assert!(outcome.succeeds().text().starts_with("{\"Ranks\":"));
}

#[test]
fn stages_that_do_not_fit_are_named() {
    let outcome = pipeline(&stages(&["pagerank", "doubler"]), &[], "");
    outcome.fails(
        2,
        &[
            "stage \"2\" does not take what stage \"1\" sends",
            "Request { value: i64 }",
        ],
    );
    let outcome = pipeline(&stages(&["doubler", "doubler"]), &[], "");
    outcome.fails(
        2,
        &["\"1\" sends field `result`, \"2\" takes field `value`"],
    );
}

#[test]
fn a_stage_that_fails_is_named_and_what_passed_it_is_printed() {
    let text: String = (0..5000).map(|number| format!("{number}\n")).collect();
    let outcome = pipeline(&stages(&["echo", "third", "echo"]), &[], &text);
    outcome.fails(
        1,
        &["kernel \"2\" returned the error \"the third message\""],
    );
    assert_eq!(outcome.text(), "0\n1\n");
}

#[test]
fn what_is_no_pipeline_is_told_with_its_place() {
    let stage = stages(&["echo"]);
    for (text, parts) in [
        ("stage = [".to_owned(), ["row.toml, line 1, column", ""]),
        (String::new(), ["row.toml", "there is no [[stage]]"]),
        (
            format!("{stage}speed = 1\n"),
            ["line 4, column 1", "unknown field `speed`"],
        ),
        (
            "[[stage]]\nname = \"a\"\n".to_owned(),
            ["line 1", "missing field `kernel`"],
        ),
        (
            format!("{stage}{stage}"),
            ["stages 1 and 2 are both named", "\"1\""],
        ),
        (
            format!("{stage}queue_size = 0\n"),
            ["line 4", "1 to 1000000000 messages"],
        ),
        (
            "[[stage]]\nname = \"a\"\nkernel = \"a.wasm\"\n".to_owned(),
            ["stage \"a\"", "a.wasm: No such file"],
        ),
    ] {
        let text = text.as_str();
        // With one stage there is no doubt which one is meant.
        let parts: Vec<_> = parts
            .into_iter()
            .filter(|part| *part != "stage \"a\"")
            .collect();
        pipeline(text, &[], "").fails(2, &parts);
    }
}
