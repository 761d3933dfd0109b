//! What holds whatever the input was.

use ringhost::{
    Ending, Error, KernelState, KernelTelemetry, LaunchOptions, LoadError, QueueCounts,
    RingKernelRuntime,
};
use std::time::Duration;

/// Longer than anything takes that has an end, also on a busy machine.
const HUNG: Duration = Duration::from_secs(30);

/// Waits for this to end.
///
/// # Panics
/// If it does not.
pub(crate) async fn within<T>(what: &str, work: impl Future<Output = T>) -> T {
    match tokio::time::timeout(HUNG, work).await {
        Ok(value) => value,
        Err(_) => panic!("{what} did not end within {HUNG:?}"),
    }
}

/// An error says something, and does not put its fault on the host.
pub(crate) fn check_error(error: &Error) {
    assert!(!error.to_string().trim().is_empty(), "{error:?}");
    assert!(
        !matches!(error, Error::Load(LoadError::HostFault { .. })),
        "{error}"
    );
}

/// The same of a result; returns whether it is good.
pub(crate) fn is_good<T>(result: Result<T, Error>) -> bool {
    result.inspect_err(check_error).is_ok()
}

/// A launched kernel keeps to what it was launched with.
pub(crate) fn check_figures(runtime: &RingKernelRuntime, name: &str, options: &LaunchOptions) {
    let telemetry = figures(runtime, name);
    let limits = &options.limits;
    assert!(
        telemetry.memory_bytes <= limits.memory_bytes,
        "{telemetry:?}"
    );
    for counts in [telemetry.input, telemetry.output] {
        let gone = counts.received + counts.dropped_oldest + counts.dropped_at_end;
        assert_eq!(counts.accepted, gone + counts.depth, "{counts:?}");
        check_depth(&counts, options);
    }
}

fn check_depth(counts: &QueueCounts, options: &LaunchOptions) {
    if let Some(size) = options.queue_size {
        assert!(counts.peak_depth <= size as u64, "{counts:?}");
    }
    // A single message always fits.
    let bytes = options.limits.queue_bytes.max(options.limits.message_bytes);
    assert!(counts.depth_bytes <= bytes as u64, "{counts:?}");
}

/// The figures of a launched kernel.
pub(crate) fn figures(runtime: &RingKernelRuntime, name: &str) -> KernelTelemetry {
    runtime
        .telemetry(name)
        .expect("it is there")
        .expect("telemetry is on")
}

/// Ends a launched kernel by force, checks what it left, and removes it.
pub(crate) async fn end(runtime: &RingKernelRuntime, name: &str, options: &LaunchOptions) {
    let termination = within("terminate", runtime.terminate_timeout(name, Duration::ZERO)).await;
    if let Err(error) = termination {
        // It was quicker.
        assert!(matches!(error, Error::KernelState(_)), "{error}");
    }
    let state = runtime.state(name).expect("it is there");
    assert_eq!(state, KernelState::Terminated);
    let ending = within("wait", runtime.wait(name))
        .await
        .expect("it is there");
    assert!(!matches!(ending, Ending::HostFault(_)), "{ending}");
    let report = runtime.death_report(name).expect("it is there");
    assert_eq!(report.expect("it has ended").ending, ending);
    check_figures(runtime, name, options);
    assert_eq!(figures(runtime, name).input.depth, 0);
    runtime.remove(name).expect("it has ended");
}
