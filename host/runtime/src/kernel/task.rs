//! The task in which a kernel runs.

use super::ending::of_error;
use super::gate::{Gate, Passed};
use super::recipe::Prepared;
use crate::executor::Executor;
use crate::imports::{Ports, tidy};
use crate::lifecycle::{Ending, Limit};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Starts the kernel on the executor.
pub(super) fn spawn(prepared: Prepared, ports: Arc<Ports>, executor: &Executor) {
    // Made before the task, so that a task which is dropped unstarted has an ending, too.
    let guard = EndGuard { ports };
    executor.spawn(run(prepared, guard));
}

async fn run(prepared: Prepared, guard: EndGuard) {
    let Prepared { mut store, run } = prepared;
    let ports = &guard.ports;
    let passed = Gate::new(ports, run.call_async(&mut store, ())).await;
    if let Ok(fuel) = store.get_fuel() {
        let burnt = ports.limits.fuel().saturating_sub(fuel);
        ports.fuel_at_end.store(burnt, Ordering::Relaxed);
        if let Some(meter) = &ports.meter {
            meter.fuel.store(burnt, Ordering::Relaxed);
        }
    }
    let ending = match passed {
        Passed::Stopped => Ending::Stopped,
        Passed::Overdue(allowed) => Ending::LimitExceeded {
            limit: Limit::MessageTime { allowed },
            trap: None,
        },
        Passed::Finished(Ok((Ok(()),))) => {
            if let Some(meter) = &ports.meter {
                meter.done_with_hand();
            }
            Ending::Returned
        }
        Passed::Finished(Ok((Err(text),))) => {
            Ending::Failed(tidy(&text, ports.limits.log_line_bytes))
        }
        Passed::Finished(Err(error)) => of_error(&error, store.data()),
    };
    // The kernel is gone before it is said to be: its memory is free when callers wake.
    drop(store);
    ports.finish(ending);
}

/// Ends the kernel when its task is dropped, whatever the reason: the executor shuts down, or the
/// host panics. After an orderly end it does nothing.
struct EndGuard {
    ports: Arc<Ports>,
}

impl Drop for EndGuard {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.ports
                .finish(Ending::HostFault("a panic in its task".to_owned()));
        } else {
            self.ports.end(Ending::Stopped);
        }
    }
}
