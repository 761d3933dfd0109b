//! What the tests share: the kernels that were built, kernels written in WebAssembly text on the
//! spot, and runtimes to run them in.

#![deny(missing_docs)]

mod model;
mod steps;
mod text;

use ringhost::{Builder, LaunchOptions, RingKernelRuntime, Source};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

pub use model::{NAMES, Step, run_steps};
pub use steps::{SCRATCH, Steps};
pub use text::{
    CONTRACT_IMPORTS, HANDLER_IMPORTS, component_from_core, component_from_module,
    component_of_contract, component_of_world, core_handler, core_kernel, echo_handler,
    echo_kernel, handler_from_core,
};

/// Longer than anything here takes, even on a busy machine: a test that waits so long has failed.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// The checkout.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .map(Path::to_owned)
        .unwrap_or_default()
}

/// Where `cargo xtask kernels` puts what it builds.
fn kernels() -> PathBuf {
    std::env::var_os("RINGHOST_KERNELS")
        .map_or_else(|| root().join("target").join("kernels"), PathBuf::from)
}

/// The file of a kernel that `cargo xtask kernels` built.
///
/// # Panics
/// If it has not been built.
pub fn kernel_path(name: &str) -> PathBuf {
    let path = kernels().join(name).with_extension("wasm");
    assert!(
        path.is_file(),
        "{} is missing; run: cargo xtask kernels",
        path.display()
    );
    path
}

/// Whether a kernel could be built on this machine. Where its language's compiler could not be had,
/// `cargo xtask test` tells of the calling test, which returns then, as skipped, and why.
pub fn is_there(name: &str) -> bool {
    let path = kernels().join(name);
    let reason = std::fs::read_to_string(path.with_extension("skipped"));
    let (false, Ok(reason)) = (path.with_extension("wasm").is_file(), reason) else {
        return true;
    };
    let thread = std::thread::current();
    let line = format!("{reason}\t{}\n", thread.name().unwrap_or(name));
    eprintln!("skipped for {name}: {reason}");
    if let Some(notes) = std::env::var_os("RINGHOST_SKIPPED") {
        let notes = std::fs::OpenOptions::new().append(true).open(notes);
        notes
            .and_then(|mut notes| notes.write_all(line.as_bytes()))
            .expect("what is skipped can be noted");
    }
    false
}

/// The same as a source to launch from.
pub fn kernel(name: &str) -> Source {
    Source::path(kernel_path(name))
}

/// A runtime set up for tests: telemetry on, compiled code kept beside the kernels' folder, which is beside the
/// build, or wherever both were carried.
pub fn builder() -> Builder {
    let cache = kernels().with_file_name("test-code");
    RingKernelRuntime::builder()
        .telemetry(true)
        .cache_folder(cache)
}

/// Such a runtime.
///
/// # Panics
/// If it cannot be built.
pub fn runtime() -> RingKernelRuntime {
    builder()
        .build()
        .expect("a runtime with these options can be built")
}

/// Launches and activates a built kernel under its own name.
///
/// # Panics
/// If it cannot be launched.
pub async fn start(runtime: &RingKernelRuntime, name: &str) {
    start_with(runtime, name, LaunchOptions::default()).await;
}

/// The same with options.
///
/// # Panics
/// If it cannot be launched.
pub async fn start_with(runtime: &RingKernelRuntime, name: &str, options: LaunchOptions) {
    runtime
        .launch_with(name, kernel(name), options)
        .await
        .expect("the kernel launches");
    runtime
        .activate(name)
        .await
        .expect("the kernel is activated");
}

/// Receives as many messages as are named, as text.
///
/// # Panics
/// If one does not come, or is not text.
pub async fn receive_texts(runtime: &RingKernelRuntime, name: &str, count: usize) -> Vec<String> {
    let mut texts = Vec::new();
    for at in 0..count {
        let message = runtime
            .receive_timeout(name, PATIENCE)
            .await
            .unwrap_or_else(|error| panic!("message {at} of {count}: {error}"));
        texts.push(String::from_utf8(message.payload.into()).expect("the message is text"));
    }
    texts
}

/// Waits until a condition holds that nobody tells of; looks every millisecond.
///
/// # Panics
/// If it does not hold in time.
pub async fn eventually(what: &str, mut condition: impl FnMut() -> bool) {
    let begun = std::time::Instant::now();
    while !condition() {
        assert!(begun.elapsed() < PATIENCE, "in vain: {what}");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}
