//! Any text as a manifest.

use crate::host::on_host;
use crate::oracle::{check_error, end, is_good};
use ringhost::{Error, LaunchOptions, ManifestError, RingKernelRuntime, Source};
use ringhost_tests::echo_kernel;
use std::sync::LazyLock;
use std::time::Duration;

const NAME: &str = "manifest";

static ECHO: LazyLock<Source> = LazyLock::new(|| Source::bytes(echo_kernel()));

/// Reads a manifest and launches an honest kernel with what it says.
///
/// # Panics
/// If the host broke a promise.
pub fn manifest(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else {
        return;
    };
    match LaunchOptions::from_toml(text) {
        Err(error) => check_refusal(text, &error),
        Ok(options) => {
            survives_writing(&options);
            on_host(async |runtime| launch(runtime, options).await);
        }
    }
}

fn check_refusal(text: &str, error: &ManifestError) {
    let ManifestError::Malformed { line, reason } = error else {
        panic!("text was read from a file: {error}");
    };
    let lines = text.matches('\n').count() + 1;
    assert!((1..=lines).contains(line), "{error} of {lines}");
    assert!(!reason.trim().is_empty(), "{error:?}");
}

fn survives_writing(options: &LaunchOptions) {
    let written = options.to_toml().expect("what was TOML can be TOML");
    let read = LaunchOptions::from_toml(&written).expect("what was written can be read");
    // As text, because a share that is not a number does not equal itself.
    assert_eq!(format!("{read:?}"), format!("{options:?}"), "{written}");
}

async fn launch(runtime: &RingKernelRuntime, mut options: LaunchOptions) {
    // All of it is checked before there is anything to launch.
    let nothing = runtime.launch_with(NAME, Source::bytes(Vec::new()), options.clone());
    check_error(&nothing.await.expect_err("nothing is no kernel"));
    // No text may open what it names on this machine, or ask name servers for it.
    options.grants.folders.clear();
    options.grants.network.clear();
    let launched = runtime.launch_with(NAME, ECHO.clone(), options.clone());
    match launched.await {
        Ok(()) => {
            is_good(runtime.activate(NAME).await);
            let call = runtime.call_timeout(NAME, "m", Duration::from_millis(5));
            match call.await {
                Ok(reply) => assert_eq!(reply.payload, "m"),
                Err(error) => check_error(&error),
            }
            end(runtime, NAME, &options).await;
        }
        Err(error @ (Error::Load(_) | Error::InvalidOption(_))) => check_error(&error),
        Err(error) => panic!("a launch failed otherwise: {error}"),
    }
}
