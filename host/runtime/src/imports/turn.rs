//! Keeps a kernel that calls the host again and again from keeping the thread.
//!
//! Fuel counts what a kernel's own code does, not what the host does for it. So the host's work is
//! counted here, and a kernel that has had its turn yields, as it does when its fuel slice is used
//! up. A call of the contract costs a known number of units; for calls of WASI, which can be of any
//! kind, the time that they take is counted.

use super::Host;
use super::control::{Control, Place};
use std::task::Poll;
use std::time::Duration;
use tokio::time::Instant;
use wasmtime::{CallHook, CallHookHandler, StoreContextMut};

/// Work for one kernel between two yields, in units of about 0.1 µs.
const TURN: usize = 1024;

/// What a call costs that asks for a state.
const QUESTION: usize = 1;

/// What a call costs that moves a message or a log line, beside its bytes.
const TRANSFER: usize = 8;

/// What each message of a batch costs that is handed to the kernel, beside its bytes.
const HANDED: usize = 2;

/// So many bytes moved cost one unit.
const BYTES_PER_UNIT: usize = 512;

/// So much of the host's time costs one unit.
const TIME_PER_UNIT: Duration = Duration::from_nanos(100);

#[derive(Debug, Default)]
pub(super) struct Turn {
    spent: usize,
    /// When the kernel entered the host; kept only where time is counted.
    entered: Option<Instant>,
}

/// Counts work of the host for the kernel. What these return is true if that ends the turn: the
/// kernel is then to [yield](yield_turn).
impl Turn {
    /// A call that asked for a state.
    #[inline]
    pub(super) fn question(&mut self) -> bool {
        self.spend(QUESTION)
    }

    /// A call that moved so many bytes.
    #[inline]
    pub(super) fn transfer(&mut self, bytes: usize) -> bool {
        self.spend(TRANSFER + bytes / BYTES_PER_UNIT)
    }

    /// So many messages of so many bytes.
    #[inline]
    pub(super) fn batch(&mut self, messages: usize, bytes: usize) -> bool {
        let units = messages.saturating_mul(HANDED) + bytes / BYTES_PER_UNIT;
        self.spend(TRANSFER + units)
    }

    /// Work that took so long.
    pub(super) fn time(&mut self, time: Duration) -> bool {
        let units = time.as_nanos() / TIME_PER_UNIT.as_nanos();
        let units = usize::try_from(units).unwrap_or(usize::MAX);
        self.spend(units.saturating_add(QUESTION))
    }

    #[inline]
    #[must_use]
    fn spend(&mut self, units: usize) -> bool {
        self.spent = self.spent.saturating_add(units);
        let is_over = self.spent >= TURN;
        if is_over {
            self.spent = 0;
        }
        is_over
    }
}

/// Has others have their turn.
#[cold]
pub(super) async fn yield_turn(control: &Control) {
    let _yielding = control.mark(Place::Yielding);
    let mut yielded = false;
    std::future::poll_fn(|context| {
        if yielded {
            return Poll::Ready(());
        }
        yielded = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// Counts the time of every call to the host: set on the stores of kernels that import WASI.
pub(crate) struct HostTime;

#[wasmtime_wasi::async_trait]
impl CallHookHandler<Host> for HostTime {
    async fn handle_call_event(
        &self,
        mut store: StoreContextMut<'_, Host>,
        event: CallHook,
    ) -> wasmtime::Result<()> {
        let Host { turn, ports, .. } = store.data_mut();
        match event {
            CallHook::CallingHost => turn.entered = Some(Instant::now()),
            CallHook::ReturningFromHost => {
                let time = turn.entered.take().map(|entered| entered.elapsed());
                if turn.time(time.unwrap_or_default()) {
                    yield_turn(&ports.control).await;
                }
            }
            CallHook::CallingWasm | CallHook::ReturningFromWasm => {}
        }
        Ok(())
    }
}
