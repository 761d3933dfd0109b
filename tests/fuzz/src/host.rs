//! The runtime that inputs are let loose on, and an honest kernel in it.

use crate::oracle;
use ringhost::{Compiler, RingKernelRuntime};
use ringhost_tests::echo_kernel;
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::Duration;
use tokio::runtime::Runtime;

const NEIGHBOUR: &str = "neighbour";

/// How long anything may take that has an end.
const PATIENCE: Duration = Duration::from_secs(20);

struct Host {
    executor: Runtime,
    runtime: RingKernelRuntime,
}

/// One for all inputs, so that what an input leaves behind is met by the next.
static HOST: LazyLock<Mutex<Host>> = LazyLock::new(|| Mutex::new(Host::new()));

impl Host {
    fn new() -> Self {
        // One thread, so that the same input has the same way, as far as that is possible.
        let executor = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .expect("the executor starts");
        let runtime = executor.block_on(async {
            let runtime = runtime();
            runtime
                .launch_from(NEIGHBOUR, echo_kernel())
                .await
                .expect("the neighbour launches");
            runtime
                .activate(NEIGHBOUR)
                .await
                .expect("the neighbour starts");
            runtime
        });
        Self { executor, runtime }
    }
}

/// A runtime as every target needs it.
pub(crate) fn runtime() -> RingKernelRuntime {
    RingKernelRuntime::builder()
        .telemetry(true)
        .without_cache_folder()
        .compiler(Compiler::default())
        .build()
        .expect("a runtime with these options can be built")
}

/// Runs this on the runtime, and then asks the honest kernel whether it still answers.
///
/// # Panics
/// If it does not, or the work takes too long.
pub(crate) fn on_host(work: impl AsyncFnOnce(&RingKernelRuntime)) {
    // A panic before this one has been told; the runtime is as good as it was.
    let host = HOST.lock().unwrap_or_else(PoisonError::into_inner);
    host.executor.block_on(async {
        oracle::within("the input", work(&host.runtime)).await;
        neighbour_answers(&host.runtime).await;
        let names = host.runtime.kernel_ids();
        assert_eq!(names.len(), 1, "kernels were left behind: {names:?}");
    });
}

/// Calls the honest kernel.
pub(crate) async fn neighbour_answers(runtime: &RingKernelRuntime) {
    let reply = runtime
        .call_timeout(NEIGHBOUR, "honest", PATIENCE)
        .await
        .expect("the neighbour answers");
    assert_eq!(reply.payload, "honest", "the neighbour sends back");
}
