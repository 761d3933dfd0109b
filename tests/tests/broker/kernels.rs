//! Kernels that compute in a broker.

use super::*;
use crate::lost::find;
use ringhost::message::{decode, encode};
use ringhost::{Backend, Compute, Grants, LaunchOptions, RingKernelRuntime};
use ringhost_tests::{PATIENCE, builder, start_with};
use rustix::process::{Signal, kill_process};

const KERNEL: &str = "launches";

async fn ask(runtime: &RingKernelRuntime, words: &str) -> String {
    let request = encode(&words.to_owned()).unwrap();
    runtime.send(KERNEL, request).await.unwrap();
    let message = runtime.receive_timeout(KERNEL, PATIENCE).await.unwrap();
    decode(&message.payload).unwrap()
}

#[tokio::test]
async fn a_kernel_computes_in_the_broker_and_goes_on_when_that_was_killed() {
    let mut process = process();
    process.environment.push(("MARK".into(), "kernel".into()));
    let cache = tempfile::tempdir().unwrap();
    let runtime = builder()
        .backend(Backend::Cuda)
        .fence(Fence::Trap)
        .cache_folder(cache.path())
        .broker(process)
        .build()
        .unwrap();
    let grants = Grants {
        compute: Some(Compute::default()),
        ..Grants::default()
    };
    start_with(&runtime, KERNEL, LaunchOptions::default().grants(grants)).await;
    let all = [
        ("double 1000", "1001000"),
        (
            "outside",
            "trap TrapCode::Unreachable in add at 4, Error::Poisoned, ok",
        ),
        ("plan 1000", "2001"),
        ("operations", "6; 3 4 6; 0 2 1; 28 64 64 154"),
    ];
    for _ in 0..2 {
        for (words, answer) in all {
            assert_eq!(ask(&runtime, words).await, answer, "{words}");
        }
        // The next space is in another broker.
        kill_process(find("kernel").unwrap(), Signal::KILL).unwrap();
    }
    // It keeps what it compiles where its host does.
    let kept = std::fs::read_dir(cache.path().join("cuda")).unwrap();
    assert!(kept.count() > 0);
}
