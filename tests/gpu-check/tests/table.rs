//! The whole table over a stand-in for a GPU: every row is measured, and ringhost and its peers leave the same
//! bits. The figures mean nothing.

use ringhost_gpu_check::{Setting, Sizes, compiler, page, rows};
use std::io::Write;
use std::path::PathBuf;

/// NVIDIA's compiler of CUDA C, or why it cannot be had.
fn nvrtc() -> Result<PathBuf, String> {
    compiler::nvrtc()
        .map_err(|error| format!("NVRTC cannot be fetched: {error:#}").replace('\n', " "))
}

#[test]
fn every_row_is_measured_with_the_bits_of_its_peer() {
    let nvrtc = match nvrtc() {
        Ok(nvrtc) => nvrtc,
        Err(reason) => return skipped(&reason),
    };
    cuda_stand_in::load();
    cublas_stand_in::load();
    let peers = compiler::compile(&nvrtc, compiler::SOURCE).unwrap();
    let kernels = ringhost_tests::kernel_path("saxpy");
    let kernels = kernels.parent().unwrap().to_owned();
    let setting = Setting::new(kernels, &peers, Sizes::Few).unwrap();
    assert!(
        setting
            .gpu()
            .unwrap()
            .starts_with("CUDA stand-in, compute capability 9.0")
    );
    for row in &rows::ALL {
        let measured = (row.measure)(&setting);
        let measured = measured.unwrap_or_else(|error| panic!("{}: {error:#}", row.name));
        for outcome in &measured.outcomes {
            match &outcome.rounds {
                Ok(rounds) => assert_eq!(rounds.len(), 2, "{} {}", row.name, outcome.name),
                // What no test can bring along.
                Err(error) => assert!(
                    outcome.name == "CuPy",
                    "{} {}: {error:#}",
                    row.name,
                    outcome.name
                ),
            }
        }
        assert!(measured.figures().is_some(), "{}", row.name);
        println!("{}", page::lines(&Ok(measured)));
    }
}

#[test]
fn what_the_compiler_refuses_is_told_in_its_own_words() {
    match nvrtc() {
        Ok(nvrtc) => {
            let folder = nvrtc.parent().unwrap();
            let error = compiler::compile(&folder.join("nothing.so"), "").unwrap_err();
            assert!(format!("{error:#}").contains("nothing.so"), "{error:#}");
            let error = compiler::compile(&nvrtc, "__global__ void f() { wrong; }").unwrap_err();
            assert!(
                format!("{error:#}").contains("identifier \"wrong\" is undefined"),
                "{error:#}"
            );
        }
        Err(reason) => skipped(&reason),
    }
}

/// Notes for `cargo xtask test` that the calling test is skipped, which `cargo xtask ci` fails for.
fn skipped(reason: &str) {
    let thread = std::thread::current();
    let line = format!("{reason}\t{}\n", thread.name().unwrap_or("nvrtc"));
    eprintln!("skipped: {line}");
    if let Some(notes) = std::env::var_os("RINGHOST_SKIPPED") {
        let notes = std::fs::OpenOptions::new().append(true).open(notes);
        let noted = notes.and_then(|mut notes| notes.write_all(line.as_bytes()));
        noted.expect("what is skipped can be noted");
    }
}
