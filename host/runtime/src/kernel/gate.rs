//! The gate between a kernel and its executor: it lets the kernel be polled, or not.
//!
//! A kernel that burns its fuel slice yields by waking itself. Woken like that, a task goes to the
//! end of the executor's queue, but an executor looks at its timers and sockets only when that
//! queue is empty, or after many turns: with enough busy kernels, timers would be late by many
//! slices. So the gate looks for a kernel's own wake-up after it was polled, and hands it to
//! [`tokio::task::yield_now`], which lets the executor look around before the kernel goes on.

use super::catcher::Catcher;
use super::credit::Credit;
use super::life::Life;
use super::patience::Patience;
use crate::imports::{Order, Place, Ports};
use crate::lifecycle::{KernelId, KernelState};
use crate::queue::waking_at_the_end;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::Instant;

/// What came of the kernel.
pub(super) enum Passed<T> {
    /// It came to its own end.
    Finished(T),
    /// It was ordered to stop.
    Stopped,
    /// It took longer for the messages that it has in hand than it was allowed, which is this.
    Overdue(Duration),
    /// It is to start again, because this kernel of its group failed.
    Joined(KernelId),
    /// Another component takes its place.
    Replaced,
}

impl<T> Passed<T> {
    /// What it came to at its own end.
    ///
    /// # Errors
    /// Why it did not get there.
    pub(super) fn finished<U>(self) -> Result<T, Passed<U>> {
        Err(match self {
            Self::Finished(output) => return Ok(output),
            Self::Stopped => Passed::Stopped,
            Self::Overdue(allowed) => Passed::Overdue(allowed),
            Self::Joined(failed) => Passed::Joined(failed),
            Self::Replaced => Passed::Replaced,
        })
    }
}

/// The future of a kernel behind its gate.
pub(super) struct Gate<'kernel, F> {
    ports: &'kernel Ports,
    life: &'kernel Life,
    catcher: &'kernel Catcher,
    heeds_pauses: bool,
    kernel: Pin<Box<F>>,
    credit: Option<Credit>,
    patience: Patience,
}

impl<'kernel, F: Future> Gate<'kernel, F> {
    pub(super) fn new(
        ports: &'kernel Ports,
        life: &'kernel Life,
        catcher: &'kernel Catcher,
        kernel: F,
    ) -> Self {
        ports.hand.empty();
        Self {
            ports,
            life,
            heeds_pauses: true,
            catcher,
            kernel: Box::pin(kernel),
            credit: ports.limits.cpu_share.map(Credit::new),
            patience: Patience::new(ports.limits.message_time),
        }
    }

    /// The same for what is done for a caller, in a pause too.
    pub(super) fn through_pauses(self) -> Self {
        Self {
            heeds_pauses: false,
            ..self
        }
    }
}

impl<F> Gate<'_, F> {
    /// Whether another component is to take its place now.
    fn is_replaced(&self) -> bool {
        let has_nothing_in_hand = || self.ports.hand.holds().is_none();
        self.life.succession.is_due(has_nothing_in_hand) && self.ports.status.state().is_running()
    }
}

impl<F: Future> Future for Gate<'_, F> {
    type Output = Passed<F::Output>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let gate = &mut *self;
        let ports = gate.ports;
        let control = &ports.control;
        // Before the order is read, so that none is missed.
        control.listen(context);
        let order = match control.order() {
            Order::Pause if !gate.heeds_pauses => Order::Run,
            order => order,
        };
        if order == Order::Stop {
            return Poll::Ready(Passed::Stopped);
        }
        if let Some(failed) = gate.life.rounds.ordered_for()
            && ports.status.state().is_running()
        {
            return Poll::Ready(Passed::Joined(failed));
        }
        if gate.is_replaced() {
            return Poll::Ready(Passed::Replaced);
        }
        if let Some(allowed) = gate.patience.is_over(&ports.hand) {
            return Poll::Ready(Passed::Overdue(allowed));
        }
        // A kernel that waits in the host goes on waiting there, where a pause is known.
        if order == Order::Pause && control.place() != Place::Waiting {
            gate.patience.rest();
            return Poll::Pending;
        }
        // A kernel that was asked to end gets what it needs to do so.
        if let Some(credit) = &mut gate.credit
            && ports.status.state() != KernelState::Terminating
        {
            let waited = credit.is_waited_for();
            if credit.poll_available(context).is_pending() {
                if !waited {
                    ports.waits_for_credit();
                }
                gate.patience.set_alarm(context);
                return Poll::Pending;
            }
        }
        let begun = gate.credit.as_ref().map(|_| Instant::now());
        // Who gets messages from it, or room, is better woken once for all than for each. If one of
        // them wakes the kernel, it has not woken itself.
        let (polled, woke_itself) = waking_at_the_end(|| {
            let polled = gate.kernel.as_mut().poll(context);
            (polled, gate.catcher.is_woken())
        });
        if let (Some(credit), Some(begun)) = (&mut gate.credit, begun) {
            credit.pay(begun.elapsed());
        }
        if let Poll::Ready(output) = polled {
            return Poll::Ready(Passed::Finished(output));
        }
        if gate.is_replaced() {
            return Poll::Ready(Passed::Replaced);
        }
        if let Some(allowed) = gate.patience.is_over(&ports.hand) {
            return Poll::Ready(Passed::Overdue(allowed));
        }
        if order == Order::Pause || control.place() == Place::Waiting {
            gate.patience.rest();
        } else if !woke_itself {
            gate.patience.set_alarm(context);
        }
        if woke_itself {
            if self.ports.control.place() == Place::OwnCode {
                self.ports.burnt_a_slice();
            }
            // A caller leaves the rest to the kernel's task, which is woken for it.
            if self.catcher.is_helped() {
                return Poll::Pending;
            }
            self.catcher.forget();
            // Its first poll has the executor wake this task after it has looked around.
            let mut turn = std::pin::pin!(tokio::task::yield_now());
            if turn.as_mut().poll(context).is_ready() {
                context.waker().wake_by_ref();
            }
        }
        Poll::Pending
    }
}
