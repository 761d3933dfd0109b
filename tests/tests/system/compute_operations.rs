//! What the host computes by itself for kernels in every language, also for those that mark no function.

use ringhost::message::{decode, encode};
use ringhost::{Compute, Grant, Grants, LaunchOptions, RingKernelRuntime};
use ringhost_tests::{PATIENCE, is_there, kernel, runtime, start_with};

/// What each answers to `operations`: a sum, a scan, the order of a sort, and a product of matrices.
const ANSWER: &str = "6; 3 4 6; 0 2 1; 28 64 64 154";

async fn started(kernel: &str, memory_bytes: u64) -> RingKernelRuntime {
    let runtime = runtime();
    let options = LaunchOptions::default().grants(Grants {
        compute: Some(Compute {
            memory_bytes,
            ..Compute::default()
        }),
        ..Grants::default()
    });
    start_with(&runtime, kernel, options).await;
    runtime
}

async fn ask(runtime: &RingKernelRuntime, kernel: &str, request: impl Into<Vec<u8>>) -> Vec<u8> {
    runtime.send(kernel, request.into()).await.unwrap();
    let message = runtime.receive_timeout(kernel, PATIENCE).await.unwrap();
    message.payload.into()
}

#[tokio::test]
async fn a_kernel_in_rust_has_operations_done_beside_its_launches() {
    let runtime = started("launches", 64 << 20).await;
    let request = encode(&"operations").unwrap().to_vec();
    let answer: String = decode(&ask(&runtime, "launches", request).await).unwrap();
    assert_eq!(answer, ANSWER);
}

#[tokio::test]
async fn kernels_in_c_cpp_zig_and_assemblyscript_have_operations_done() {
    for language in ["c", "cpp", "zig", "assemblyscript"] {
        let name = format!("{language}-launches");
        if !is_there(&name) {
            continue;
        }
        let runtime = started(&name, 64 << 20).await;
        let answer = ask(&runtime, &name, "operations").await;
        assert_eq!(String::from_utf8_lossy(&answer), ANSWER, "{name}");
    }
}

#[tokio::test]
async fn kernels_in_python_and_javascript_that_mark_nothing_have_operations_done() {
    for name in ["python-ranking", "javascript-ranking"] {
        if !is_there(name) {
            continue;
        }
        let told = runtime().inspect(kernel(name)).await.unwrap();
        let wants = |want: &ringhost::Want| want.grant == Grant::Compute;
        assert!(told.needs.wants.iter().any(wants), "{name}");
        let refused = runtime().launch_from(name, kernel(name)).await.unwrap_err();
        assert!(refused.to_string().contains("compute = {}"), "{refused}");
        let runtime = started(name, 64 << 20).await;
        let request = r#"{"points": [[1, 2], [3, 4], [0, 9], [2, 1]], "weights": [2, 1]}"#;
        let answer = ask(&runtime, name, request).await;
        let answer: serde_json::Value = serde_json::from_slice(&answer).unwrap();
        let expected: serde_json::Value = serde_json::from_str(
            r#"{"order": [1, 2, 3, 0], "scores": [10.0, 9.0, 5.0, 4.0], "sum": 28.0,
                "sums": [10.0, 19.0, 24.0, 28.0]}"#,
        )
        .unwrap();
        let number = |value: &serde_json::Value| value.as_f64().unwrap();
        for part in ["order", "scores", "sums"] {
            let [one, other] = [&answer, &expected].map(|all| {
                let all = all[part].as_array().unwrap();
                all.iter().map(number).collect::<Vec<_>>()
            });
            assert_eq!(one, other, "{name}: {part}");
        }
        assert_eq!(number(&answer["sum"]), 28.0, "{name}");
    }
}
