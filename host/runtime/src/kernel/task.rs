//! The task in which a kernel runs, one instance after the other.

use super::catcher::Catcher;
use super::ending::of_error;
use super::gate::Passed;
use super::life::{Death, Gone, Life};
use super::recipe::Prepared;
use super::seat::Seat;
use crate::executor::Executor;
use crate::imports::{Ports, tidy};
use crate::lifecycle::{Ending, Limit};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Starts the kernel on the executor.
pub(super) fn spawn(
    prepared: Box<Prepared>,
    ports: Arc<Ports>,
    life: Arc<Life>,
    executor: &Executor,
) -> Arc<Seat> {
    // Made before the task, so that a task which is dropped unstarted has an ending, too.
    let guard = EndGuard {
        ports: ports.clone(),
        life,
    };
    Seat::spawn(ports, executor, |catcher| run(prepared, guard, catcher))
}

async fn run(prepared: Box<Prepared>, guard: EndGuard, catcher: Arc<Catcher>) {
    let EndGuard { ports, life } = &guard;
    let mut next = Ok(prepared);
    loop {
        let mut death = match next {
            Ok(prepared) => match live(prepared, ports, life, &catcher).await {
                Lived::Died(death) => death,
                Lived::Gone(gone) => {
                    let fuel = gone.fuel;
                    // On the heap, as few kernels ever come here.
                    next = match Box::pin(life.succeeded(ports, gone)).await {
                        Some(Ok(prepared)) => Ok(prepared),
                        Some(Err(ending)) => Err(Death::without_hand(ending, fuel)),
                        None => return ports.end(life.ending_or(Ending::Stopped)),
                    };
                    continue;
                }
            },
            Err(death) => death,
        };
        let Some(rest) = life.after(ports, &mut death) else {
            return ports.finish(death.ending);
        };
        // The same.
        next = match Box::pin(life.again(ports, rest, death.fuel)).await {
            Some(Ok(prepared)) => Ok(prepared),
            Some(Err(ending)) => Err(Death { ending, ..death }),
            // It was asked to end before it could start again; why it had died has been counted.
            None => return ports.end(life.ending_or(death.ending)),
        };
    }
}

/// What came of an instance.
enum Lived {
    /// It ended.
    Died(Death),
    /// It makes room for another.
    Gone(Gone),
}

/// Runs one instance to its end.
async fn live(mut prepared: Box<Prepared>, ports: &Ports, life: &Life, catcher: &Catcher) -> Lived {
    let passed = {
        let Prepared {
            store,
            entry,
            berth,
            ..
        } = &mut *prepared;
        let calls = entry.run(store, ports, life, catcher);
        // SAFETY: this is the berth in which the store was made.
        unsafe { berth.make(calls) }.await
    };
    let store = &mut prepared.store;
    let fuel = store.get_fuel().unwrap_or(0);
    let burnt = ports.limits.fuel().saturating_sub(fuel);
    ports.fuel_at_end.store(burnt, Ordering::Relaxed);
    if let Some(meter) = &ports.meter {
        meter.fuel.store(burnt, Ordering::Relaxed);
    }
    let mut fault = None;
    let ending = match passed {
        Passed::Replaced => {
            let in_hand = store.data_mut().held.take();
            return Lived::Gone(Gone { fuel, in_hand });
        }
        Passed::Overdue(allowed) => Ending::LimitExceeded {
            limit: Limit::MessageTime { allowed },
            trap: None,
        },
        Passed::Stopped => life.ending_or(Ending::Stopped),
        Passed::Joined(kernel_id) => Ending::WithGroup { kernel_id },
        Passed::Finished(Ok(Ok(()))) => {
            if let Some(meter) = &ports.meter {
                meter.done_with_hand();
            }
            Ending::Returned
        }
        Passed::Finished(Ok(Err(text))) => Ending::Failed(tidy(&text, ports.limits.log_line_bytes)),
        Passed::Finished(Err(error)) => {
            let ending = of_error(&error, store.data());
            fault = Some(error);
            ending
        }
    };
    let in_hand = store.data_mut().held.take();
    // The store goes here: an instance is gone before it is said to be, and its memory is free when
    // callers wake.
    let core_dump = match (&life.dumper, fault) {
        (Some(dumper), Some(fault)) => {
            Box::pin(dumper.dump(&ports.id, prepared.store, fault)).await
        }
        _ => None,
    };
    Lived::Died(Death {
        ending,
        fuel,
        in_hand,
        core_dump,
    })
}

/// Ends the kernel when its task is dropped, whatever the reason: the executor shuts down, say. After
/// an orderly end it does nothing.
struct EndGuard {
    ports: Arc<Ports>,
    life: Arc<Life>,
}

impl Drop for EndGuard {
    fn drop(&mut self) {
        // Nobody of its group is to wait for it.
        self.life.rounds.close();
        self.ports.end(Ending::Stopped);
        self.life.succession.close();
    }
}
