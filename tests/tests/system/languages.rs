//! Kernels in other languages than Rust keep the same contract.

use ringhost::message::decode;
use ringhost::{Ending, KernelState, LaunchOptions, RingKernelRuntime, TrapReport};
use ringhost_tests::{PATIENCE, is_there, kernel, kernel_path, root, runtime, start};
use std::time::Duration;
use tokio::task::JoinSet;

/// A kernel, what it may be asked, and what it answers to that every time.
struct Sample {
    kernel: &'static str,
    request: &'static [u8],
    reply: &'static [u8],
}

const SAMPLES: [Sample; 10] = [
    Sample {
        kernel: "assemblyscript-blur",
        request: b"P5 3 1 255 \x00\x40\x80",
        reply: b"P5 3 1 255 \x10\x40\x70",
    },
    Sample {
        kernel: "python-logs",
        request: b"nonsense",
        reply: br#"{"unknown":"nonsense"}"#,
    },
    Sample {
        kernel: "javascript-lines",
        request: b"ring",
        reply: b"1 ring",
    },
    Sample {
        kernel: "typescript-rules",
        request: br#"{"door":"open"}"#,
        reply: br#"["close the door"]"#,
    },
    Sample {
        kernel: "c-doubler",
        request: &[21 << 1],
        reply: &[42 << 1],
    },
    Sample {
        kernel: "cpp-doubler",
        request: &[21 << 1],
        reply: &[42 << 1],
    },
    Sample {
        kernel: "cpp-streams",
        request: b"1.5 2 40",
        reply: b"43.50",
    },
    Sample {
        kernel: "zig-statistics",
        request: b"1.5",
        reply: b"1.500",
    },
    Sample {
        kernel: "go-index",
        request: b"The ring\n\nof the ring",
        reply: b"of [2]\nring [1 2]\nthe [1 2]\n",
    },
    Sample {
        kernel: "wat-echo",
        request: b"ring",
        reply: b"ring",
    },
];

/// Those whose kernel could be built.
fn samples() -> impl Iterator<Item = &'static Sample> {
    SAMPLES.iter().filter(|sample| is_there(sample.kernel))
}

async fn reply(runtime: &RingKernelRuntime, sample: &Sample) -> Vec<u8> {
    let message = runtime.receive_timeout(sample.kernel, PATIENCE).await;
    let message = message.unwrap_or_else(|error| panic!("{}: {error}", sample.kernel));
    message.payload.into()
}

#[tokio::test]
async fn each_answers_and_ends_with_its_input() {
    let runtime = runtime();
    for sample in samples() {
        start(&runtime, sample.kernel).await;
        for _ in 0..3 {
            runtime.send(sample.kernel, sample.request).await.unwrap();
            assert_eq!(
                reply(&runtime, sample).await,
                sample.reply,
                "{}",
                sample.kernel
            );
        }
        runtime.close_input(sample.kernel).await.unwrap();
        let ending = runtime.wait(sample.kernel).await.unwrap();
        assert_eq!(ending, Ending::Returned, "{}", sample.kernel);
    }
}

#[tokio::test]
async fn each_answers_every_caller_with_its_own_reply() {
    let runtime = runtime();
    for sample in samples() {
        start(&runtime, sample.kernel).await;
        let mut calls = JoinSet::new();
        for _ in 0..100 {
            let runtime = runtime.clone();
            let call = async move {
                runtime
                    .call_timeout(sample.kernel, sample.request, PATIENCE)
                    .await
            };
            calls.spawn(call);
        }
        for called in calls.join_all().await {
            assert_eq!(called.unwrap().payload, sample.reply, "{}", sample.kernel);
        }
    }
}

#[tokio::test]
async fn none_receives_in_a_pause() {
    let runtime = runtime();
    for sample in samples() {
        start(&runtime, sample.kernel).await;
        runtime.send(sample.kernel, sample.request).await.unwrap();
        reply(&runtime, sample).await;
        runtime.deactivate(sample.kernel).await.unwrap();
        runtime.send(sample.kernel, sample.request).await.unwrap();
        let early = runtime.receive_timeout(sample.kernel, Duration::ZERO).await;
        assert!(early.is_err(), "{}", sample.kernel);
        runtime.reactivate(sample.kernel).await.unwrap();
        assert_eq!(
            reply(&runtime, sample).await,
            sample.reply,
            "{}",
            sample.kernel
        );
    }
}

#[tokio::test]
async fn each_ends_when_it_is_asked_to_while_it_waits() {
    let runtime = runtime();
    for sample in samples() {
        start(&runtime, sample.kernel).await;
        runtime.terminate(sample.kernel).await.unwrap();
        let state = runtime.state(sample.kernel).unwrap();
        assert_eq!(state, KernelState::Terminated, "{}", sample.kernel);
    }
}

#[tokio::test]
async fn a_message_too_long_to_be_packed_comes_whole_and_so_does_the_next() {
    if !is_there("cpp-wordcount") {
        return;
    }
    let runtime = runtime();
    start(&runtime, "wat-echo").await;
    start(&runtime, "cpp-wordcount").await;
    let long = "ring ".repeat(100_000);
    runtime.send("wat-echo", long.as_str()).await.unwrap();
    let whole = runtime.receive_timeout("wat-echo", PATIENCE).await.unwrap();
    assert!(whole.payload == long.as_str());
    for request in [long.as_str(), "ring"] {
        runtime.send("cpp-wordcount", request).await.unwrap();
    }
    for count in [100_000, 100_001] {
        let counted = runtime.receive_timeout("cpp-wordcount", PATIENCE).await;
        let (words, total, remaining): (Vec<(String, u64)>, u64, u32) =
            decode(&counted.unwrap().payload).unwrap();
        assert_eq!(words, [("ring".to_owned(), count)]);
        assert_eq!((total, remaining), (count, 0));
    }
}

#[tokio::test]
async fn an_exception_is_told_with_its_stack() {
    if !is_there("typescript-rules") {
        return;
    }
    let runtime = runtime();
    start(&runtime, "typescript-rules").await;
    runtime.send("typescript-rules", "no fact").await.unwrap();
    let Ending::Failed(words) = runtime.wait("typescript-rules").await.unwrap() else {
        panic!("it did not fail");
    };
    assert!(words.starts_with("SyntaxError: "), "{words}");
    assert!(words.contains("at handle (kernel.ts:19)"), "{words}");
}

#[tokio::test]
async fn an_error_is_told_in_the_authors_words() {
    let runtime = runtime();
    for (kernel, words) in [
        (
            "c-doubler",
            "message 1 is no Request: goes on after its end (at byte 1)",
        ),
        ("zig-statistics", "InvalidCharacter"),
    ] {
        if !is_there(kernel) {
            continue;
        }
        start(&runtime, kernel).await;
        runtime.send(kernel, "no number").await.unwrap();
        let ending = runtime.wait(kernel).await.unwrap();
        assert_eq!(ending, Ending::Failed(words.to_owned()));
    }
}

/// How a kernel traps that is told to.
async fn trapped(kernel: &str) -> TrapReport {
    let runtime = runtime();
    start(&runtime, kernel).await;
    runtime.send(kernel, "trap").await.unwrap();
    match runtime.wait(kernel).await.unwrap() {
        Ending::Trapped(trap) => *trap,
        other => panic!("{kernel}: {other:?}"),
    }
}

#[tokio::test]
async fn a_trap_is_told_with_the_line_that_it_is_in() {
    for (kernel, file, text) in [
        ("c-conformance", "c/conformance/kernel.c", "function();"),
        (
            "cpp-conformance",
            "cpp/conformance/kernel.cpp",
            "none.at(0)",
        ),
        (
            "zig-conformance",
            "zig/conformance/kernel.zig",
            "[argument.len..][0]",
        ),
        (
            "assemblyscript-conformance",
            "assemblyscript/conformance/kernel.as.ts",
            "PRIORITIES[argument",
        ),
    ] {
        if !is_there(kernel) {
            continue;
        }
        let source = root().join("kernels").join(file);
        let source = std::fs::read_to_string(source).unwrap();
        let line = source.lines().position(|line| line.contains(text)).unwrap() + 1;
        let name = file.rsplit('/').next().unwrap();
        let position = format!("conformance/{name}:{line}");
        let trap = trapped(kernel).await;
        let positions = trap
            .backtrace
            .iter()
            .filter_map(|call| call.position.as_deref());
        let mut positions = positions.filter(|told| told.ends_with(&position));
        assert!(positions.next().is_some(), "{position} is not in {trap}");
    }
}

#[tokio::test]
async fn a_trap_is_told_in_the_words_of_its_language() {
    for (kernel, words) in [
        ("cpp-conformance", "aborted: out_of_range was thrown"),
        (
            "zig-conformance",
            "panicked: index out of bounds: index 0, len 0",
        ),
        (
            "assemblyscript-conformance",
            "Index out of range at ~lib/staticarray.ts:",
        ),
    ] {
        if !is_there(kernel) {
            continue;
        }
        let message = trapped(kernel).await.message.unwrap_or_default();
        assert!(message.starts_with(words), "{kernel}: {message}");
    }
}

#[tokio::test]
async fn the_state_of_each_goes_on_in_another() {
    for language in [
        "c",
        "cpp",
        "zig",
        "go",
        "javascript",
        "typescript",
        "python",
        "wat",
        "assemblyscript",
    ] {
        let name = format!("{language}-counter");
        if !is_there(&name) {
            continue;
        }
        let runtime = runtime();
        start(&runtime, &name).await;
        let answered = runtime.call(&name, "add 40").await.unwrap();
        assert_eq!(answered.payload, "40", "{name}");
        let state = runtime.snapshot(&name).await.unwrap();
        assert_eq!(state, "40", "{name}");

        let options = LaunchOptions::default().state(state);
        let launched = runtime.launch_with("another", kernel(&name), options);
        launched.await.unwrap();
        runtime.activate("another").await.unwrap();
        let answered = runtime.call("another", "add 2").await.unwrap();
        assert_eq!(answered.payload, "42", "{name}");

        let options = LaunchOptions::default().state("forty");
        let refused = runtime.launch_with("third", kernel(&name), options).await;
        let words = refused.unwrap_err().to_string();
        assert!(words.contains("forty is no total"), "{name}: {words}");
    }
}

#[tokio::test]
async fn debug_information_that_is_garbage_does_no_harm() {
    if !is_there("c-conformance") {
        return;
    }
    let sound = std::fs::read(kernel_path("c-conformance")).unwrap();
    for garbage in [0x00, 0x01, 0x7f, 0x80, 0xff] {
        for name in [
            ".debug_info",
            ".debug_abbrev",
            ".debug_line",
            ".debug_ranges",
        ] {
            let mut component = sound.clone();
            let at = component
                .windows(name.len())
                .position(|bytes| bytes == name.as_bytes());
            let begin = at.unwrap() + name.len();
            component[begin..begin + 100].fill(garbage);
            let runtime = runtime();
            runtime.launch_from("k", component).await.unwrap();
            runtime.activate("k").await.unwrap();
            runtime.send("k", "trap").await.unwrap();
            match runtime.wait("k").await.unwrap() {
                Ending::Trapped(trap) => assert_eq!(trap.reason, "uninitialized element"),
                other => panic!("{name} full of {garbage}: {other:?}"),
            }
        }
    }
}
