//! A function that stays on the device: a loop over messages in a ring that the host and the device share.
//!
//! It is launched when there are messages, and ends when none come, when another space waits, or when
//! something is asked for behind them; then it is launched again. While it runs, this thread gives it messages
//! and takes its answers, and nobody else comes to the ring.

use super::batch::{Batch, room};
use super::code::{Loaded, code};
use super::desk::Desk;
use super::driver::{Fault, Mapped};
use super::issue::{BATCH, Stop, bits};
use super::place::Place;
use crate::space::{Messages, Talk};
use crate::{ComputeError, Program};
use ringhost_ptx::{Record, Ring, Translation};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

/// How long a loop without messages stays on the device.
const IDLE: Duration = Duration::from_millis(2);

/// How long a loop stays on the device at most before it is launched again. Of the driver's calls some wait
/// until nothing runs on the device, and who makes one is not in line as a space is.
const LONGEST: Duration = Duration::from_millis(200);

/// How long this thread looks for messages and answers without a pause.
const LOOK: Duration = Duration::from_micros(100);

/// Of so many looks without a pause one asks the driver, too, whether the loop has ended.
const ASKED: u32 = 32;

/// How long it pauses then.
const PAUSE: Duration = Duration::from_micros(50);

/// How often the device looks in vain before it ends the loop by itself: some seconds, which is as good as
/// for ever where there is a host.
const POLLS: u32 = 1 << 21;

/// Threads that run in step.
const WARP: u32 = 32;

/// What a resident has on a GPU.
pub(crate) struct Loop {
    loaded: Arc<Loaded>,
    ring: Ring,
    mapped: Mapped,
}

/// What is in the ring since the launch.
struct Turn {
    given: u32,
    taken: u32,
    control: u32,
}

impl Place {
    /// Makes a loop of a function, and a ring for its messages.
    ///
    /// # Errors
    /// If the driver cannot compile it, or there is no memory.
    pub(crate) fn reside(
        &self,
        program: &Program,
        function: &str,
        ring: Ring,
    ) -> Result<Loop, ComputeError> {
        let loaded = self.code.resident(&self.opened, program, function)?;
        let bytes = ring.bytes().unwrap_or(usize::MAX);
        let mapped = self
            .opened
            .context
            .enter()
            .and_then(|()| Mapped::new(&self.opened.context, bytes))
            .map_err(|fault| fault.into_error(u64::try_from(bytes).unwrap_or(u64::MAX)))?;
        Ok(Loop {
            loaded,
            ring,
            mapped,
        })
    }

    /// Has messages answered, until there is a reason to end the loop.
    pub(super) fn talk(
        &self,
        desk: &mut Desk,
        messages: &Messages,
        is_wanted: &dyn Fn() -> bool,
    ) -> Result<Batch, Stop> {
        let talk = &messages.talk;
        let Some(its) = &talk.on_card else {
            let reason = "a resident of ours is not on the device";
            return Err(Stop::Fault(Fault::Lost(reason.to_owned())));
        };
        // Each message overwrites all of it.
        talk.input.poison(false);
        if let Err(error) = talk.launch.begin() {
            talk.failed(error);
            return Ok(Batch::default());
        }
        its.mapped.set(Ring::GIVEN, 0)?;
        its.mapped.set(Ring::ANSWERED, 0)?;
        desk.begin.set(&self.stream)?;
        self.start_loop(its, talk)?;
        desk.end.set(&self.stream)?;
        talk.begin();
        talk.attended(Some(thread::current()));
        let mut turn = Turn {
            given: 0,
            taken: 0,
            control: Ring::GO,
        };
        let attended = self.attend(desk, messages, its, &mut turn, is_wanted);
        talk.attended(None);
        if attended.is_err() {
            // So that it ends, if it is the ring that is wrong and not the device.
            let _ = its.give(turn.given, Ring::END);
        }
        let took = desk.end.wait().and_then(|()| desk.begin.until(&desk.end));
        talk.end(*took.as_ref().unwrap_or(&Duration::ZERO));
        attended.and(took.map_err(Stop::Fault))?;
        Ok(Batch::default())
    }

    /// Gives messages and takes answers until the loop has ended.
    fn attend(
        &self,
        desk: &Desk,
        messages: &Messages,
        its: &Loop,
        turn: &mut Turn,
        is_wanted: &dyn Fn() -> bool,
    ) -> Result<(), Stop> {
        let talk = &messages.talk;
        let began = Instant::now();
        let mut active = began;
        let mut looks = 0_u32;
        loop {
            // To ask the driver takes longer than to look into the ring.
            let is_asked = looks.is_multiple_of(ASKED) || active.elapsed() >= LOOK;
            looks = looks.wrapping_add(1);
            // In this order: what is answered when it has ended is all that there will be.
            let has_ended = is_asked && desk.end.is_reached()?;
            let before = (turn.given, turn.taken);
            its.take(talk, turn)?;
            if has_ended {
                return Ok(());
            }
            while let Some(behind) = turn.room(&its.ring)
                && let Some(message) = messages.message(behind)
            {
                its.put(turn.given, &message)?;
                turn.given = turn.given.saturating_add(1);
            }
            let has_none = turn.given == turn.taken;
            let control = if talk.state.is_cancelled()
                || talk.is_paused()
                || began.elapsed() > LONGEST
                || (is_wanted() && (has_none || began.elapsed() > BATCH))
            {
                Ring::END
            } else if messages.is_followed() || active.elapsed() > IDLE && has_none {
                Ring::LAST
            } else {
                Ring::GO
            };
            if turn.given != before.0 || control != turn.control {
                turn.control = control;
                its.give(turn.given, control)?;
            }
            if before != (turn.given, turn.taken) {
                active = Instant::now();
            } else if active.elapsed() < LOOK {
                std::hint::spin_loop();
            } else {
                thread::park_timeout(PAUSE);
            }
        }
    }

    fn start_loop(&self, its: &Loop, talk: &Talk) -> Result<(), Fault> {
        let launch = &talk.launch;
        let Ring {
            depth,
            inputs,
            outputs,
        } = its.ring;
        // The parameters of every resident translation, and then the function's own.
        let mut parameters = vec![
            self.arena.address(),
            self.size,
            self.record.address(),
            its.mapped.address(),
            launch.items.into(),
            launch.fuel,
            self.stacks,
            depth.into(),
            talk.input.address().into(),
            inputs.into(),
            talk.output.address().into(),
            outputs.into(),
            POLLS.into(),
        ];
        parameters.extend(launch.arguments.iter().map(bits));
        let most = Translation::BLOCK;
        let wanted = launch.items.next_multiple_of(WARP).clamp(WARP, most);
        // There is room for the C stacks of a warp in any space.
        let window = self.room_for_stacks(its.loaded.translation.stack);
        let threads = if window < wanted.into() { WARP } else { wanted };
        // SAFETY: a resident translation takes these parameters, as `Ring` says, and its function's own have
        // been checked to be of the types of the program's function, which it is made of. They point to
        // the arena, the record and the ring, which live as long as `self` and the resident; the loop is
        // waited for before `talk` returns, or the context is lost. The input and the output are parts of
        // the arena, with as many bytes as the ring says.
        unsafe {
            self.stream
                .launch(&its.loaded.kernel, 1, threads, &mut parameters)
        }
    }
}

impl Turn {
    /// How many messages are given that are not answered, if there is room for another.
    fn room(&self, ring: &Ring) -> Option<usize> {
        let behind = self.given.saturating_sub(self.taken);
        // A count ends with its word.
        let is_free = behind < ring.depth && self.given < u32::MAX;
        is_free.then_some(behind as usize)
    }
}

impl Loop {
    /// Says how many messages are in the ring, and when the loop is to end.
    fn give(&self, messages: u32, control: u32) -> Result<(), Fault> {
        let word = u64::from(control) << 32 | u64::from(messages);
        self.mapped.set(Ring::GIVEN, word)
    }

    /// Puts a message into the ring, and zeros behind it.
    fn put(&self, number: u32, message: &[u8]) -> Result<(), Fault> {
        let at = self.ring.message(number).ok_or_else(stray)?;
        let rest = (self.ring.inputs as usize).saturating_sub(message.len());
        self.mapped.write(at, message)?;
        self.mapped.clear(at.saturating_add(message.len()), rest)
    }

    /// Takes what is answered out of the ring.
    fn take(&self, talk: &Talk, turn: &mut Turn) -> Result<(), Fault> {
        let answered = self.mapped.get(Ring::ANSWERED)?;
        while u64::from(turn.taken) < answered {
            if turn.taken >= turn.given {
                return Err(stray());
            }
            let verdict = self.ring.verdict(turn.taken).ok_or_else(stray)?;
            match self.mapped.get(verdict)? {
                Record::CLEAR => {
                    talk.launch.succeed();
                    let at = self.ring.answer(turn.taken).ok_or_else(stray)?;
                    talk.answer(if talk.output.is_poisoned() {
                        Err(ComputeError::Poisoned)
                    } else {
                        self.answer(at)?
                    });
                }
                word => {
                    let trapped = self.loaded.translation.trapped(word).ok_or_else(stray)?;
                    talk.failed(ComputeError::Trap {
                        function: talk.launch.function.clone(),
                        item: trapped.index,
                        code: code(trapped.kind),
                    });
                }
            }
            turn.taken = turn.taken.saturating_add(1);
        }
        Ok(())
    }

    fn answer(&self, at: usize) -> Result<Result<Vec<u8>, ComputeError>, Fault> {
        let mut bytes = match room(self.ring.outputs) {
            Ok(bytes) => bytes,
            Err(error) => return Ok(Err(error)),
        };
        self.mapped.read(at, &mut bytes)?;
        Ok(Ok(bytes))
    }
}

/// The ring says what cannot be: something has written where it must not.
fn stray() -> Fault {
    Fault::Lost("the ring of a resident makes no sense".to_owned())
}
