//! What a caller does to a kernel, step by step, and what must hold after each.

use crate::host::neighbour_answers;
use crate::oracle::{check_figures, figures, is_good, within};
use arbitrary::Arbitrary;
use ringhost::{LaunchOptions, RingKernelRuntime};
use std::time::Duration;

/// One thing that is done to a kernel.
#[derive(Debug, Clone, Copy, Arbitrary)]
pub(crate) enum Action {
    Activate,
    /// Send so many bytes, of 2048 at most.
    Send(u16),
    /// Call with this byte.
    Call(u8),
    Receive,
    Pause,
    Resume,
    CloseInput,
    /// Let the kernel run for so many turns of the executor.
    Turns(u8),
    /// Let it run for so many milliseconds, of 8 at most.
    Sleep(u8),
    /// Ask it to end, and give it so many milliseconds for it, of 8 at most.
    Terminate(u8),
    /// Ask the honest kernel beside it.
    Neighbour,
}

/// How long a call may wait.
const SHORT: Duration = Duration::from_millis(2);

/// How many turns a paused kernel is watched for.
const WATCHED: usize = 20;

/// Does all this to a launched kernel.
///
/// # Panics
/// If a promise was broken.
pub(crate) async fn drive(
    runtime: &RingKernelRuntime,
    name: &str,
    options: &LaunchOptions,
    actions: &[Action],
) {
    let mut taken = 0;
    for &action in actions {
        taken += within("an action", act(runtime, name, action)).await;
        check_figures(runtime, name, options);
        let input = figures(runtime, name).input;
        // More than was taken for sure: a call that timed out may have been accepted before.
        assert!(input.accepted + input.dropped_newest >= taken, "{input:?}");
    }
}

/// Does one thing; returns how many messages the runtime said that it took.
async fn act(runtime: &RingKernelRuntime, name: &str, action: Action) -> u64 {
    let milliseconds = |number: u8| Duration::from_millis(u64::from(number % 8));
    let mut taken = false;
    match action {
        Action::Activate => _ = is_good(runtime.activate(name).await),
        Action::Send(length) => {
            let message = vec![0x5A; usize::from(length % 2048)];
            taken = is_good(runtime.send_timeout(name, message, SHORT).await);
        }
        Action::Call(byte) => {
            let called = runtime.call_timeout(name, vec![byte], SHORT);
            taken = is_good(called.await);
        }
        Action::Receive => _ = is_good(runtime.receive_timeout(name, SHORT).await),
        Action::Pause => {
            if is_good(runtime.deactivate(name).await) {
                stands_still(runtime, name).await;
            }
        }
        Action::Resume => _ = is_good(runtime.reactivate(name).await),
        Action::CloseInput => _ = is_good(runtime.close_input(name).await),
        Action::Turns(turns) => {
            for _ in 0..turns {
                tokio::task::yield_now().await;
            }
        }
        Action::Sleep(number) => tokio::time::sleep(milliseconds(number)).await,
        Action::Terminate(number) => {
            let ended = runtime.terminate_timeout(name, milliseconds(number));
            _ = is_good(ended.await);
        }
        Action::Neighbour => neighbour_answers(runtime).await,
    }
    u64::from(taken)
}

/// No message reaches a paused kernel.
async fn stands_still(runtime: &RingKernelRuntime, name: &str) {
    let received = || figures(runtime, name).messages_received;
    let before = received();
    for _ in 0..WATCHED {
        tokio::task::yield_now().await;
    }
    assert_eq!(received(), before, "a paused kernel received a message");
}
