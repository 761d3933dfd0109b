//! The broker's side: what a process does that was started to own the GPUs.

use super::frame;
use super::link::POSTED;
use super::rebuilt::{Reading, buffers, steps};
use super::wire::{Ran, Reply, Request, Run, Work};
use crate::buffer::Buffer;
use crate::cuda::{Batch, Gpus, Place};
use crate::event::State;
use crate::space::{Answer, Next, Steps};
use crate::{CodeStore, ComputeError, Fence, Program, ProgramError};
use bytes::Bytes;
use parking_lot::Mutex;
use std::collections::HashMap;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, OnceLock};

/// Does a broker's work until the host is gone: has the GPUs, and does on them what is asked for on standard
/// input. Nothing else may use that, or standard output. What the driver compiles it keeps in the store,
/// if there is one. See [`is_broker`](crate::is_broker).
pub fn broker(store: Option<Arc<dyn CodeStore>>) -> ExitCode {
    let server = Arc::new(Server {
        store,
        gpus: OnceLock::new(),
        spaces: Mutex::default(),
        plans: Mutex::default(),
        last: AtomicU64::new(0),
    });
    let mut lanes: HashMap<u32, Sender<Vec<u8>>> = HashMap::new();
    let mut input = io::stdin().lock();
    while let Ok((lane, request)) = frame::receive(&mut input) {
        let sender = lanes.entry(lane).or_insert_with(|| server.lane(lane));
        if sender.send(request).is_err() {
            break;
        }
    }
    // What is on the devices still is nobody's any more, and may never end.
    std::process::exit(0)
}

/// What a broker has.
struct Server {
    store: Option<Arc<dyn CodeStore>>,
    gpus: OnceLock<Option<Gpus>>,
    spaces: Mutex<HashMap<u64, Arc<Space>>>,
    plans: Mutex<HashMap<u64, Arc<Plan>>>,
    /// The last number that was given to anything.
    last: AtomicU64,
}

struct Space {
    place: Place,
    turns: Mutex<Turns>,
}

/// Turns of a space, by their numbers, which grow.
#[derive(Default)]
struct Turns {
    running: Option<u64>,
    cancelled: u64,
}

struct Plan {
    steps: Arc<Steps>,
    buffers: Vec<Buffer>,
}

impl Server {
    /// A thread for what is asked on a lane.
    fn lane(self: &Arc<Self>, lane: u32) -> Sender<Vec<u8>> {
        let (sender, requests) = channel::<Vec<u8>>();
        let server = self.clone();
        std::thread::spawn(move || {
            for request in requests {
                let Ok(request) = frame::message(&request) else {
                    break;
                };
                // cudarc panics where a function is missing in the driver.
                let answered = catch_unwind(AssertUnwindSafe(|| server.answer(request)));
                let reply = answered.unwrap_or_else(|_| {
                    let reason = "the driver lacks a function that is needed";
                    Reply::Failed(ComputeError::DeviceLost(reason.to_owned()))
                });
                if lane != POSTED && frame::send(&mut io::stdout().lock(), lane, &reply).is_err() {
                    break;
                }
            }
            // The host is gone, or is none.
            std::process::exit(1)
        });
        sender
    }

    fn answer(&self, request: Request) -> Reply {
        self.try_answer(request).unwrap_or_else(Reply::Failed)
    }

    fn try_answer(&self, request: Request) -> Result<Reply, ComputeError> {
        match request {
            Request::Devices(fence) => Ok(Reply::Devices(self.devices(fence))),
            Request::Space { module, bytes } => self.space(&module, bytes),
            Request::FreeSpace(space) => {
                let freed = self.spaces.lock().remove(&space);
                drop(freed);
                Ok(Reply::Done)
            }
            Request::Plan {
                space,
                steps: told,
                buffers: its,
            } => {
                self.known(space)?;
                let buffers = buffers(&its);
                let (steps, _) = steps(told, &buffers).ok_or_else(unknown)?;
                let steps = Steps::new(steps, true);
                let plan = self.number();
                let kept = Arc::new(Plan { steps, buffers });
                self.plans.lock().insert(plan, kept);
                Ok(Reply::Plan(plan))
            }
            Request::FreePlan(plan) => {
                let freed = self.plans.lock().remove(&plan);
                drop(freed);
                Ok(Reply::Done)
            }
            Request::Run(run) => self.run(run).map(Reply::Ran),
            Request::Cancel { space, turn } => {
                self.known(space)?.cancel(turn);
                Ok(Reply::Done)
            }
        }
    }

    fn devices(&self, fence: Fence) -> Vec<crate::DeviceInfo> {
        let find = || Gpus::find(fence.policy(), self.store.clone());
        let gpus = self.gpus.get_or_init(find);
        gpus.as_ref().map(Gpus::list).unwrap_or_default()
    }

    fn space(&self, module: &[u8], bytes: u64) -> Result<Reply, ComputeError> {
        let none = || ComputeError::NoDevice("the broker has no CUDA device".to_owned());
        let gpus = self.gpus.get().and_then(Option::as_ref).ok_or_else(none)?;
        let program = match Program::of_module(module) {
            Err(ProgramError::NothingMarked) => Ok(Program::none()),
            marked => marked,
        };
        let program = program.map_err(|error| ComputeError::InvalidArgument(error.to_string()))?;
        let (place, _, device) = gpus.place(&program, bytes)?;
        let (space, size) = (self.number(), place.bytes());
        let kept = Arc::new(Space {
            place,
            turns: Mutex::default(),
        });
        self.spaces.lock().insert(space, kept);
        Ok(Reply::Space {
            space,
            size,
            device,
        })
    }

    fn run(&self, run: Run) -> Result<Ran, ComputeError> {
        let space = self.known(run.space)?;
        let (steps, buffers, reading) = match run.work {
            Work::Plan { plan, poisoned } => {
                let plan = self.plans.lock().get(&plan).cloned();
                let plan = plan.ok_or_else(unknown)?;
                for (buffer, is_poisoned) in plan.buffers.iter().zip(poisoned) {
                    buffer.poison(is_poisoned);
                }
                (plan.steps.clone(), plan.buffers.clone(), None)
            }
            Work::Steps {
                steps: told,
                buffers: its,
            } => {
                let buffers = buffers(&its);
                let (all, reading) = steps(told, &buffers).ok_or_else(unknown)?;
                (Steps::new(all, false), buffers, reading)
            }
        };
        let next = Next {
            steps,
            index: usize::try_from(run.index).unwrap_or(usize::MAX),
            part: run.part,
            first: run.first,
            times: run.times,
            state: Arc::new(State::default()),
        };
        let batch = space.run(run.turn, &next);
        Ok(ran(batch, &buffers, reading))
    }

    fn known(&self, space: u64) -> Result<Arc<Space>, ComputeError> {
        let space = self.spaces.lock().get(&space).cloned();
        space.ok_or_else(unknown)
    }

    fn number(&self) -> u64 {
        self.last.fetch_add(1, Ordering::Relaxed).saturating_add(1)
    }
}

impl Space {
    fn run(&self, turn: u64, next: &Next) -> Batch {
        self.place.ready();
        let mut turns = self.turns.lock();
        if turns.cancelled >= turn {
            return Batch {
                error: Some(ComputeError::Cancelled),
                ..Batch::default()
            };
        }
        turns.running = Some(turn);
        drop(turns);
        // What the host waits with is not known here; it sends no messages to residents.
        let batch = self.place.run(next, &|| false);
        // Behind a call of `cancel`, if there is one.
        self.turns.lock().running = None;
        batch
    }

    fn cancel(&self, turn: u64) {
        let mut turns = self.turns.lock();
        turns.cancelled = turns.cancelled.max(turn);
        if turns.running == Some(turn) {
            self.place.cancel();
        }
    }
}

fn ran(batch: Batch, buffers: &[Buffer], reading: Option<Reading>) -> Ran {
    if let Some(answer) = batch.answer {
        Answer::give(answer);
    }
    // It is there by now, or never.
    let read = reading.and_then(|mut reading| reading.try_recv().ok());
    Ran {
        rounds: batch.rounds,
        steps: batch.steps as u64,
        part: batch.part,
        first: batch.first,
        error: batch.error,
        stats: batch.stats,
        read: read.map(|read| read.map(Bytes::from)),
        poisoned: buffers.iter().map(Buffer::is_poisoned).collect(),
    }
}

fn unknown() -> ComputeError {
    ComputeError::InvalidArgument("the broker knows no such thing".to_owned())
}
