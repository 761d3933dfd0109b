//! A kernel's life over all its instances: what it is made of, and what becomes of it when one of
//! them has ended.

use super::core_dump::CoreDumper;
use super::death::{Aftermath, DeathReport};
use super::recipe::{Prepared, Recipe};
use super::replace::Succession;
use super::restart::{InHand, Judge, Rest, Restart, RestartWhen, Rounds, Verdict};
use super::snapshot::Snapshots;
use crate::imports::{DeadLetter, Level, Ports, tidy};
use crate::lifecycle::{Ending, KernelId, KernelState};
use crate::message::Message;
use crate::module::LoadError;
use parking_lot::Mutex;
use std::future::Future;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock};

/// The longest reason of a dead letter, in bytes.
const REASON_BYTES: usize = 256;

/// Shared by a kernel and its task.
pub(super) struct Life {
    recipe: Mutex<Arc<Recipe>>,
    pub(super) judge: Judge,
    pub(super) dumper: Option<Arc<CoreDumper>>,
    pub(super) rounds: Rounds,
    pub(super) succession: Succession,
    pub(super) snapshots: Snapshots,
    /// The kernel whose failure brought this one down.
    brought_down: OnceLock<KernelId>,
    last_death: Mutex<Option<Box<DeathReport>>>,
}

/// What is left of an instance.
pub(super) struct Death {
    pub(super) ending: Ending,
    /// The fuel that the kernel has left.
    pub(super) fuel: u64,
    /// The messages it had in hand.
    pub(super) in_hand: Vec<Message>,
    /// Its core dump.
    pub(super) core_dump: Option<PathBuf>,
}

impl Death {
    /// What is left where there was no instance.
    pub(super) fn without_hand(ending: Ending, fuel: u64) -> Self {
        Self {
            ending,
            fuel,
            in_hand: Vec::new(),
            core_dump: None,
        }
    }
}

/// What is left of an instance that went for another.
pub(super) struct Gone {
    /// The fuel that the kernel has left.
    pub(super) fuel: u64,
    /// The messages it had in hand, as far as they are known.
    pub(super) in_hand: Vec<Message>,
}

impl Life {
    pub(super) fn new(
        recipe: Recipe,
        restart: Restart,
        dumper: Option<Arc<CoreDumper>>,
        ports: &Ports,
    ) -> Self {
        let holds = restart.when != RestartWhen::Never;
        ports.holds_messages.store(holds, Ordering::Relaxed);
        Self {
            recipe: Mutex::new(Arc::new(recipe)),
            judge: Judge::new(restart),
            dumper,
            rounds: Rounds::default(),
            succession: Succession::default(),
            snapshots: Snapshots::default(),
            brought_down: OnceLock::new(),
            last_death: Mutex::default(),
        }
    }

    /// What the kernel's instances are made of at present.
    pub(super) fn recipe(&self) -> Arc<Recipe> {
        self.recipe.lock().clone()
    }

    /// The kernel is to end because this one failed.
    pub(super) fn brought_down(&self, failed: KernelId) {
        // The first stands.
        let _ = self.brought_down.set(failed);
    }

    /// How a kernel ended that was stopped: with its group, if that is why it was.
    pub(super) fn ending_or(&self, otherwise: Ending) -> Ending {
        match self.brought_down.get().cloned() {
            Some(kernel_id) => Ending::WithGroup { kernel_id },
            None => otherwise,
        }
    }

    /// The report on the last death of an instance; on the kernel's own, if it has ended.
    pub(super) fn death_report(&self, ports: &Ports) -> Option<DeathReport> {
        let last = self.last_death.lock().as_deref().cloned();
        let Some(ending) = ports.status.ending() else {
            return last;
        };
        let (aftermath, core_dump) = match last {
            Some(last) => (last.aftermath, last.core_dump),
            None => (Aftermath::StaysDown, None),
        };
        let aftermath = match aftermath {
            // It was asked to end before it could.
            Aftermath::Restarted { .. } => Aftermath::StaysDown,
            stays_down => stays_down,
        };
        Some(DeathReport {
            core_dump,
            ..DeathReport::of(ports, self.recipe().component, ending, aftermath)
        })
    }

    /// Decides what follows from a death, and sees to what the instance had in hand. Returns the
    /// wait before the next instance; `None` if there is none.
    pub(super) fn after(&self, ports: &Ports, death: &mut Death) -> Option<Rest> {
        let in_hand = std::mem::take(&mut death.in_hand);
        let running = ports.status.state().is_running();
        // Whose group starts again starts with it, whatever its own instance came to.
        let joined = self.rounds.take().filter(|_| running);
        let at_fault = joined.is_none();
        let verdict = match joined {
            Some(round) => Verdict::Again(round),
            None if running => {
                let finished = ports.input.is_finished();
                self.judge.judge(&ports.id, &death.ending, finished)
            }
            None => Verdict::Down,
        };
        let restart = self.judge.restart();
        let (round, aftermath) = match verdict {
            Verdict::Down => (None, Aftermath::StaysDown),
            Verdict::GiveUp => {
                let (restarts, window) = (restart.budget, restart.window);
                (None, Aftermath::BudgetSpent { restarts, window })
            }
            Verdict::Again(round) => {
                let after = round.wait();
                (Some(round), Aftermath::Restarted { after })
            }
        };
        let report = DeathReport {
            core_dump: death.core_dump.take(),
            ..DeathReport::of(
                ports,
                self.recipe().component,
                death.ending.clone(),
                aftermath,
            )
        };
        *self.last_death.lock() = Some(Box::new(report));
        let Some(round) = round else {
            self.bury(ports, &death.ending, in_hand);
            return None;
        };
        if at_fault {
            ports.failed(&death.ending);
        }
        let reason = format!("it {}; it is started again", line(&death.ending));
        ports.begin_again(Level::Warn, &reason);
        match restart.in_hand {
            InHand::DeadLetter => self.bury(ports, &death.ending, in_hand),
            InHand::Retry => self.retry(ports, &death.ending, in_hand, at_fault),
        }
        ports.status.restarted();
        Some(round.stopped())
    }

    /// Puts messages back into the queue; those that have had their attempts are dead letters.
    fn retry(&self, ports: &Ports, ending: &Ending, in_hand: Vec<Message>, at_fault: bool) {
        let attempts = self.judge.restart().attempts;
        let (again, dead): (Vec<_>, Vec<_>) = in_hand
            .into_iter()
            .map(|message| Message {
                deaths: message.deaths.saturating_add(u32::from(at_fault)),
                ..message
            })
            .partition(|message| message.deaths < attempts);
        ports.input.give_back(again);
        for message in dead {
            let attempts = message.deaths;
            bury_one(ports, ending, message, attempts);
        }
    }

    /// Makes dead letters of what the instance had in hand, unless it returned in peace.
    fn bury(&self, ports: &Ports, ending: &Ending, in_hand: Vec<Message>) {
        if matches!(ending, Ending::Returned) {
            return;
        }
        for message in in_hand {
            let attempts = message.deaths.saturating_add(1);
            bury_one(ports, ending, message, attempts);
        }
    }

    /// Makes the next instance when the wait is over. `Err` is how the kernel ends if it was asked
    /// to end instead, or could not be made.
    pub(super) async fn again(
        &self,
        ports: &Arc<Ports>,
        rest: Rest,
        fuel: u64,
    ) -> Option<Result<Box<Prepared>, Ending>> {
        ports.control.forbid_waiting();
        unless_ended(ports, rest.over()).await?;
        while let Some(round) = self.rounds.take() {
            unless_ended(ports, round.stopped().over()).await?;
        }
        let prepared = self.prepare(ports, &self.recipe(), fuel).await?;
        ports.control.permit_waiting();
        Some(prepared.map_err(|error| not_again(ports, &error)))
    }

    /// Puts another instance in the place of one that has gone: of the component that is to take its
    /// place, or of its own where that makes none.
    pub(super) async fn succeeded(
        &self,
        ports: &Arc<Ports>,
        gone: Gone,
    ) -> Option<Result<Box<Prepared>, Ending>> {
        let Gone { fuel, in_hand } = gone;
        ports.input.give_back(in_hand);
        ports.control.forbid_waiting();
        let mut next = self.recipe();
        let mut told = None;
        if let Some(successor) = self.succession.take() {
            let with_state = |recipe: &Arc<Recipe>| match &successor.state {
                Some(state) => Arc::new(recipe.with_state(state.clone())),
                None => recipe.clone(),
            };
            // The old one loses no state either, should it have to go on.
            next = with_state(&next);
            told = Some((with_state(&successor.recipe), successor));
        }
        if let Some((recipe, successor)) = told {
            let component = recipe.component;
            match self.prepare(ports, &recipe, fuel).await? {
                Ok(prepared) => {
                    *self.recipe.lock() = recipe;
                    let reason = format!("its place is taken by sha256:{component}");
                    ports.begin_again(Level::Info, &reason);
                    ports.control.permit_waiting();
                    ports.let_receive();
                    successor.tell(Ok(()));
                    return Some(Ok(prepared));
                }
                Err(error) => successor.tell(Err(error)),
            }
        }
        let reason = "it is started again, as nothing could take its place";
        ports.begin_again(Level::Warn, reason);
        let prepared = self.prepare(ports, &next, fuel).await?;
        *self.recipe.lock() = next;
        ports.control.permit_waiting();
        ports.let_receive();
        Some(prepared.map_err(|error| not_again(ports, &error)))
    }

    /// Makes an instance when there is no pause: its initialisers are its code, which stands still
    /// in one. `None` if the kernel is asked to end.
    async fn prepare(
        &self,
        ports: &Arc<Ports>,
        recipe: &Recipe,
        fuel: u64,
    ) -> Option<Result<Box<Prepared>, LoadError>> {
        let active = ports
            .status
            .wait_until(|state| state != KernelState::Deactivated);
        unless_ended(ports, active).await?;
        unless_ended(ports, recipe.prepare(ports, fuel)).await
    }
}

/// How a kernel ends of which there is no further instance.
fn not_again(ports: &Ports, error: &LoadError) -> Ending {
    let text = format!("it could not be instantiated again: {error}");
    Ending::Failed(tidy(&text, ports.limits.log_line_bytes))
}

/// Waits for something, unless the kernel is asked to end before.
async fn unless_ended<T>(ports: &Ports, wait: impl Future<Output = T>) -> Option<T> {
    let asked = ports.status.wait_until(|state| !state.is_running());
    tokio::select! {
        biased;
        _ = asked => None,
        () = ports.control.stopped() => None,
        done = wait => Some(done),
    }
}

fn bury_one(ports: &Ports, ending: &Ending, message: Message, attempts: u32) {
    ports.calls.died(message.envelope.correlation);
    ports.dead_letters.add(DeadLetter {
        message,
        attempts,
        reason: line(ending),
    });
}

/// An ending without its backtrace.
fn line(ending: &Ending) -> String {
    let text = ending.to_string();
    tidy(text.lines().next().unwrap_or_default(), REASON_BYTES)
}
