//! A space in a broker, as the host has it.

use super::link::{Link, longer_than};
use super::wire::{self, Ran, Reply, Request, Run, Work};
use crate::ComputeError;
use crate::buffer::{Buffer, Part};
use crate::cuda::Batch;
use crate::space::{Answer, Launch, Next, Step, Touched};
use bytes::Bytes;
use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use wasmtime::Val;

/// The most steps that are sent for one turn.
const STEPS: usize = 1024;

/// After so many bytes no more is sent for one turn.
const BYTES: usize = 8 << 20;

/// How long a turn may go on once it has been cancelled, and what else takes no time may take. On a device
/// that works it is some milliseconds.
const GRACE: Duration = Duration::from_secs(5);

/// A space in a broker.
pub(crate) struct Place {
    link: Arc<Link>,
    space: u64,
    size: u64,
    /// The turn that runs, or ran last.
    turn: AtomicU64,
    cancelled: Mutex<Option<Instant>>,
}

/// Steps of a plan that the broker knows.
pub(crate) struct Registered {
    link: Arc<Link>,
    plan: u64,
    buffers: Vec<Buffer>,
}

impl Drop for Registered {
    fn drop(&mut self) {
        self.link.post(&Request::FreePlan(self.plan));
    }
}

impl Place {
    pub(super) fn new(link: Arc<Link>, space: u64, size: u64) -> Self {
        Self {
            link,
            space,
            size,
            turn: AtomicU64::new(0),
            cancelled: Mutex::default(),
        }
    }

    /// Bytes of the whole.
    pub(crate) fn bytes(&self) -> u64 {
        self.size
    }

    /// Gives up the broker, for this reason.
    pub(crate) fn lost(&self, reason: &str) -> ComputeError {
        self.link.lose(reason)
    }

    /// Before a turn, and before that can be cancelled.
    pub(crate) fn ready(&self) {
        self.turn.fetch_add(1, Ordering::Relaxed);
        *self.cancelled.lock() = None;
    }

    /// Ends the turn that runs.
    pub(crate) fn cancel(&self) {
        self.cancelled.lock().get_or_insert_with(Instant::now);
        self.link.post(&Request::Cancel {
            space: self.space,
            turn: self.turn.load(Ordering::Relaxed),
        });
    }

    /// Has what is next done, as much as fits into a turn, and waits for it.
    pub(crate) fn run(&self, next: &Next) -> Batch {
        self.turn_of(next).unwrap_or_else(|error| Batch {
            error: Some(error),
            ..Batch::default()
        })
    }

    pub(super) fn turn_of(&self, next: &Next) -> Result<Batch, ComputeError> {
        if let Some(Step::Messages(messages)) = next.steps.get(next.index) {
            return self.talk(next, messages);
        }
        if !next.steps.is_plan {
            let mut sent = Sent::default();
            sent.steps(next.steps.iter().skip(next.index), true);
            let Sent { all, buffers, .. } = sent;
            let work = Work::Steps {
                steps: all,
                buffers: buffers.iter().map(told).collect(),
            };
            return self.ran(next, work, 0, &buffers);
        }
        let mut registered = next.steps.registered.lock();
        let plan = match &mut *registered {
            Some(plan) => plan,
            none => none.insert(self.register(next)?),
        };
        let work = Work::Plan {
            plan: plan.plan,
            poisoned: plan.buffers.iter().map(Buffer::is_poisoned).collect(),
        };
        self.ran(next, work, next.index, &plan.buffers)
    }

    fn register(&self, next: &Next) -> Result<Registered, ComputeError> {
        let mut sent = Sent::default();
        sent.steps(next.steps.iter(), false);
        let Sent { all, buffers, .. } = sent;
        let request = Request::Plan {
            space: self.space,
            steps: all,
            buffers: buffers.iter().map(told).collect(),
        };
        match self.link.call(&request, || false)? {
            Reply::Plan(plan) => Ok(Registered {
                link: self.link.clone(),
                plan,
                buffers,
            }),
            _ => Err(self.link.nonsense()),
        }
    }

    fn ran(
        &self,
        next: &Next,
        work: Work,
        index: usize,
        buffers: &[Buffer],
    ) -> Result<Batch, ComputeError> {
        let request = Request::Run(Run {
            space: self.space,
            turn: self.turn.load(Ordering::Relaxed),
            work,
            index: index as u64,
            part: next.part,
            first: next.first,
            times: next.times,
        });
        let is_hung = || (*self.cancelled.lock()).is_some_and(|since| since.elapsed() > GRACE);
        let Reply::Ran(ran) = self.link.call(&request, is_hung)? else {
            return Err(self.link.nonsense());
        };
        for (buffer, is_poisoned) in buffers.iter().zip(&ran.poisoned) {
            buffer.poison(*is_poisoned);
        }
        Ok(batch(ran, next))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // Behind this there is room for another. Where that fails it is free, too.
        let _ = self
            .link
            .call(&Request::FreeSpace(self.space), longer_than(GRACE));
    }
}

fn batch(ran: Ran, next: &Next) -> Batch {
    let answer = match (ran.read, next.steps.get(next.index)) {
        (Some(read), Some(Step::Read { reply, .. })) => {
            Answer::to(reply, read.map(|bytes| bytes.to_vec()))
        }
        _ => None,
    };
    Batch {
        rounds: ran.rounds,
        steps: usize::try_from(ran.steps).unwrap_or(usize::MAX),
        part: ran.part,
        first: ran.first,
        error: ran.error,
        stats: ran.stats,
        answer,
    }
}

fn told(buffer: &Buffer) -> wire::Buffer {
    wire::Buffer {
        address: buffer.address(),
        length: buffer.len(),
        is_poisoned: buffer.is_poisoned(),
    }
}

/// Steps as they are sent, and the buffers that they name.
#[derive(Default)]
struct Sent {
    all: Vec<wire::Step>,
    buffers: Vec<Buffer>,
    numbers: HashMap<u32, u32>,
    bytes: usize,
}

impl Sent {
    /// All of them, or as many as are sent for one turn.
    fn steps<'a>(&mut self, steps: impl Iterator<Item = &'a Step>, is_turn: bool) {
        for step in steps {
            if is_turn && (self.all.len() >= STEPS || self.bytes >= BYTES) {
                return;
            }
            let step = self.step(step);
            self.all.push(step);
        }
    }

    fn step(&mut self, step: &Step) -> wire::Step {
        match step {
            Step::Write {
                buffer,
                part,
                bytes,
            } => {
                self.bytes = self.bytes.saturating_add(bytes.len());
                wire::Step::Write {
                    to: self.part(Some(buffer), *part),
                    bytes: Bytes::copy_from_slice(bytes),
                }
            }
            Step::Fill { buffer, part, byte } => wire::Step::Fill {
                to: self.part(buffer.as_ref(), *part),
                is_buffer: buffer.is_some(),
                byte: *byte,
            },
            Step::Copy {
                from,
                from_part,
                to,
                to_part,
            } => wire::Step::Copy {
                from: self.part(Some(from), *from_part),
                to: self.part(Some(to), *to_part),
            },
            Step::Read { buffer, part, .. } => wire::Step::Read(self.part(Some(buffer), *part)),
            Step::Launch(launch) => self.launch(launch),
            // They are asked for alone, and `talk` has launches sent for them.
            Step::Messages(messages) => self.launch(&messages.talk.launch),
            Step::Operation(operation) => wire::Step::Operation {
                what: operation.what,
                touched: self.touched(&operation.touched),
            },
        }
    }

    fn launch(&mut self, launch: &Launch) -> wire::Step {
        wire::Step::Launch {
            function: launch.function.clone(),
            items: launch.items,
            fuel: launch.fuel,
            arguments: launch.arguments.iter().map(argument).collect(),
            touched: self.touched(&launch.touched),
        }
    }

    fn part(&mut self, buffer: Option<&Buffer>, part: Part) -> wire::Part {
        wire::Part {
            buffer: buffer.map_or(0, |buffer| self.number(buffer)),
            address: part.address,
            length: part.length,
            is_whole: part.is_whole,
        }
    }

    fn touched(&mut self, touched: &Touched) -> wire::Touched {
        wire::Touched {
            read: self.all_of(&touched.read),
            written: self.all_of(&touched.written),
            whole: self.all_of(&touched.whole),
        }
    }

    fn all_of(&mut self, buffers: &[Buffer]) -> Vec<u32> {
        buffers.iter().map(|buffer| self.number(buffer)).collect()
    }

    /// The number of a buffer. While steps hold them no two have the same address.
    fn number(&mut self, buffer: &Buffer) -> u32 {
        let next = u32::try_from(self.buffers.len()).unwrap_or(u32::MAX);
        let number = *self.numbers.entry(buffer.address()).or_insert(next);
        if number == next {
            self.buffers.push(buffer.clone());
        }
        number
    }
}

fn argument(value: &Val) -> wire::Argument {
    match value {
        Val::I64(value) => wire::Argument::I64(*value),
        Val::F32(bits) => wire::Argument::F32(*bits),
        Val::F64(bits) => wire::Argument::F64(*bits),
        // No parameter of a compute function is of another type.
        other => wire::Argument::I32(other.i32().unwrap_or_default()),
    }
}
