//! What standard tools make, the host runs, or says why not.

use ringhost::{
    Access, Ending, Error, Folder, Grants, LaunchOptions, LoadError, RingKernelRuntime,
};
use ringhost_build::{Project, build};
use ringhost_tests::{PATIENCE, is_there, kernel, kernel_path, runtime};
use std::fs;

/// Echoes that were made of the contract alone, and whether they import WASI.
const ECHOES: [(&str, bool); 4] = [
    ("componentize-py-echo", true),
    ("componentize-qjs-echo", true),
    ("wit-bindgen-c-echo", false),
    ("plain", false),
];

/// Components for another host.
const GREETERS: [&str; 4] = [
    "componentize-py-greeter",
    "componentize-qjs-greeter",
    "wit-bindgen-c-greeter",
    "greets",
];

async fn start(runtime: &RingKernelRuntime, name: &str, grants: Grants) {
    let options = LaunchOptions::default().grants(grants);
    let launched = runtime.launch_with(name, kernel(name), options).await;
    launched.unwrap_or_else(|error| panic!("{name}: {error}"));
    runtime.activate(name).await.unwrap();
}

async fn refused(name: &str) -> Error {
    runtime().launch_from(name, kernel(name)).await.unwrap_err()
}

#[tokio::test]
async fn kernels_made_of_the_contract_alone_answer_and_end_with_their_input() {
    let runtime = runtime();
    for (name, imports_wasi) in ECHOES {
        if !is_there(name) {
            continue;
        }
        if imports_wasi {
            is_told_of_wasi(&runtime, name).await;
        }
        let grants = Grants {
            empty_world: imports_wasi,
            ..Grants::default()
        };
        start(&runtime, name, grants).await;
        let long = "ring ".repeat(100_000);
        for message in ["", "Öl", long.as_str()] {
            let reply = runtime.call_timeout(name, message, PATIENCE).await.unwrap();
            assert!(reply.payload == message, "{name}");
        }
        runtime.close_input(name).await.unwrap();
        let ending = runtime.wait(name).await.unwrap();
        assert_eq!(ending, Ending::Returned, "{name}");
    }
}

/// One whose engine imports WASI is told how it is run all the same, or does without.
async fn is_told_of_wasi(runtime: &RingKernelRuntime, name: &str) {
    let error = runtime.launch_from(name, kernel(name)).await.unwrap_err();
    let text = error.to_string();
    assert!(
        matches!(error, Error::Load(LoadError::Ungranted(_))),
        "{text}"
    );
    for words in ["empty_world = true", "--stub-wasi of componentize-py"] {
        assert!(text.contains(words), "{text}");
    }
}

#[tokio::test]
async fn one_that_opens_files_is_told_which_call_that_is_and_reads_what_it_is_granted() {
    let name = "wit-bindgen-c-reader";
    if !is_there(name) {
        return;
    }
    let text = refused(name).await.to_string();
    assert!(text.contains("as C's fopen and printf"), "{text}");
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("words"), "ring\nkernel\n").unwrap();
    let granted = Grants {
        folders: vec![Folder {
            host: folder.path().to_owned(),
            guest: "/data".to_owned(),
            access: Access::Read,
        }],
        ..Grants::default()
    };
    let empty = Grants {
        empty_world: true,
        ..Grants::default()
    };
    for (grants, line) in [(granted, "ring"), (empty, "there is no such file")] {
        let runtime = runtime();
        start(&runtime, name, grants).await;
        let reply = runtime.call_timeout(name, "/data/words", PATIENCE).await;
        assert_eq!(reply.unwrap().payload, line);
    }
}

#[tokio::test]
async fn one_that_calls_asynchronously_is_told_how_to_do_without() {
    let name = "componentize-qjs-asynchronous";
    if !is_there(name) {
        return;
    }
    let error = refused(name).await;
    let text = error.to_string();
    assert!(
        matches!(error, Error::Load(LoadError::Asynchronous { .. })),
        "{text}"
    );
    assert!(text.contains("(componentize-qjs: --sync)"), "{text}");
}

#[tokio::test]
async fn one_for_another_host_is_told_what_a_kernel_exports() {
    for name in GREETERS {
        if !is_there(name) {
            continue;
        }
        let error = refused(name).await;
        let text = error.to_string();
        assert!(
            matches!(error, Error::Load(LoadError::Contract(_))),
            "{text}"
        );
        for words in [
            "greet and lacks run: func() -> result<_, string> (a loop) or handle: func(",
            "build it with `ringhost build`, or against wit/ring-kernel.wit",
        ] {
            assert!(text.contains(words), "{text}");
        }
    }
}

#[test]
fn a_module_that_is_no_kernel_is_told_what_it_exports_instead() {
    for (name, exports, advice) in [
        ("asc-greeter", "`greet`, `memory`", "`ringhost new` begins"),
        ("go-greeter", "`greet`, `memory`", "`ringhost new` begins"),
        ("clang-program", "`_start`", "C: -mexec-model=reactor"),
    ] {
        if !is_there(name) {
            continue;
        }
        let folder = tempfile::tempdir().unwrap();
        let module = folder.path().join("kernel.wasm");
        fs::copy(kernel_path(name), &module).unwrap();
        let project = Project::find(&module).unwrap();
        let text = format!("{:#}", build(&project).unwrap_err());
        let exported = format!("{exports}, and neither `run` (a loop) nor `handle` (a handler)");
        for words in ["kernel.wasm is no kernel", exported.as_str(), advice] {
            assert!(text.contains(words), "{text}");
        }
    }
}
