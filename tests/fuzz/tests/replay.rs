//! Every input that was kept, and spoilt copies of them.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::{Config, TestRunner};
use ringhost_fuzz::{TARGETS, Target};
use ringhost_tests::root;
use std::path::PathBuf;
use std::sync::mpsc;
use std::time::Duration;

/// Longer than any input takes on a busy machine.
const HUNG: Duration = Duration::from_secs(60);

/// The inputs of a target, with the files that they are from.
fn inputs(target: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = root().join("tests/fuzz/inputs").join(target);
    let mut inputs: Vec<_> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let input = std::fs::read(&path).unwrap();
            (path, input)
        })
        .collect();
    inputs.sort();
    assert!(!inputs.is_empty(), "{} is empty", folder.display());
    inputs
}

/// Runs the target on a thread of its own, so that a host that hangs is a failure.
fn run(target: Target, input: Vec<u8>) {
    let (sender, receiver) = mpsc::channel();
    let worker = std::thread::spawn(move || {
        target(&input);
        sender.send(()).unwrap();
    });
    match receiver.recv_timeout(HUNG) {
        Ok(()) => {}
        Err(mpsc::RecvTimeoutError::Timeout) => panic!("the host hung"),
        Err(mpsc::RecvTimeoutError::Disconnected) => {
            let panic = worker.join().unwrap_err();
            std::panic::resume_unwind(panic);
        }
    }
}

#[test]
fn every_kept_input_leaves_the_host_well() {
    for (name, target) in TARGETS {
        for (path, input) in inputs(name) {
            println!("{}", path.display());
            run(target, input);
        }
    }
}

/// A kept input with a few bytes changed.
fn spoilt(inputs: Vec<(PathBuf, Vec<u8>)>) -> impl Strategy<Value = Vec<u8>> {
    let changes = vec((any::<Index>(), any::<u8>()), 0..8);
    (select(inputs), changes).prop_map(|((_, mut input), changes)| {
        for (at, byte) in changes {
            if !input.is_empty() {
                let at = at.index(input.len());
                input[at] = byte;
            }
        }
        input
    })
}

#[test]
fn spoilt_inputs_leave_the_host_well() {
    for (name, target) in TARGETS {
        let config = Config {
            cases: 100,
            failure_persistence: None,
            ..Config::default()
        };
        TestRunner::new(config)
            .run(&spoilt(inputs(name)), |input| {
                run(target, input);
                Ok(())
            })
            .unwrap();
    }
}
