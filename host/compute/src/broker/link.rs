//! A broker that runs, seen from the host.

use super::frame;
use super::process::BrokerProcess;
use super::wire::{Reply, Request};
use crate::ComputeError;
use parking_lot::Mutex;
use std::collections::HashMap;
use std::io;
use std::process::{Child, ChildStdin, ChildStdout};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

/// The lane of what is not answered. Others count from 1 on.
pub(super) const POSTED: u32 = 0;

/// How often somebody who waits looks whether to give up.
const LOOK: Duration = Duration::from_millis(50);

/// A broker that runs. With the last handle it ends.
pub(super) struct Link {
    input: Mutex<ChildStdin>,
    child: Mutex<Child>,
    lanes: Mutex<Lanes>,
    waiting: Arc<Waiting>,
}

/// Lanes that nobody uses, and how many there are.
#[derive(Default)]
struct Lanes {
    free: Vec<Lane>,
    count: u32,
}

struct Lane {
    number: u32,
    answers: Receiver<Vec<u8>>,
}

/// Who waits for the broker's answers.
#[derive(Default)]
struct Waiting {
    /// By their lanes.
    all: Mutex<HashMap<u32, Sender<Vec<u8>>>>,
    is_lost: AtomicBool,
}

impl Link {
    /// # Errors
    /// If it cannot be started.
    pub(super) fn start(process: &BrokerProcess) -> io::Result<Arc<Self>> {
        let mut child = process.start()?;
        let pipes = child.stdin.take().zip(child.stdout.take());
        let (input, output) = pipes.ok_or_else(|| io::Error::other("it has no pipes"))?;
        let waiting = Arc::new(Waiting::default());
        let link = Arc::new(Self {
            input: Mutex::new(input),
            child: Mutex::new(child),
            lanes: Mutex::default(),
            waiting: waiting.clone(),
        });
        let reader = std::thread::Builder::new().name("ring-broker".to_owned());
        reader.spawn(move || waiting.read(output))?;
        Ok(link)
    }

    pub(super) fn is_lost(&self) -> bool {
        self.waiting.is_lost.load(Ordering::Acquire)
    }

    /// Asks, and waits for the answer; not any longer once `is_hung` says so, and then the broker is ended.
    ///
    /// # Errors
    /// What the broker answers; that the device is lost where it has ended.
    pub(super) fn call(
        &self,
        request: &Request,
        is_hung: impl Fn() -> bool,
    ) -> Result<Reply, ComputeError> {
        let lane = self.lane();
        if self.is_lost() || frame::send(&mut *self.input.lock(), lane.number, request).is_err() {
            return Err(self.lose("its broker has ended"));
        }
        let answer = loop {
            match lane.answers.recv_timeout(LOOK) {
                Ok(answer) => break answer,
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(self.lose("its broker has ended"));
                }
                Err(RecvTimeoutError::Timeout) if is_hung() => {
                    return Err(self.lose("its broker did not answer and was ended"));
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
        };
        self.lanes.lock().free.push(lane);
        match frame::message(&answer) {
            Ok(Reply::Failed(error)) => Err(error),
            Ok(reply) => Ok(reply),
            Err(_) => Err(self.nonsense()),
        }
    }

    /// Asks for what is not answered.
    pub(super) fn post(&self, request: &Request) {
        if !self.is_lost() && frame::send(&mut *self.input.lock(), POSTED, request).is_err() {
            self.lose("its broker has ended");
        }
    }

    /// The broker answers what it was not asked.
    pub(super) fn nonsense(&self) -> ComputeError {
        self.lose("its broker makes no sense: is it of this version of ringhost?")
    }

    /// Ends the broker.
    pub(super) fn lose(&self, reason: &str) -> ComputeError {
        self.waiting.lose();
        // An error says that it has ended already.
        let _ = self.child.lock().kill();
        ComputeError::DeviceLost(reason.to_owned())
    }

    fn lane(&self) -> Lane {
        let mut lanes = self.lanes.lock();
        if let Some(lane) = lanes.free.pop() {
            return lane;
        }
        lanes.count = lanes.count.saturating_add(1);
        let number = lanes.count;
        drop(lanes);
        let (sender, answers) = channel();
        self.waiting.add(number, sender);
        Lane { number, answers }
    }
}

impl Waiting {
    fn add(&self, lane: u32, sender: Sender<Vec<u8>>) {
        let mut all = self.all.lock();
        // Under the lock, so that nobody waits for a broker that is lost.
        if !self.is_lost.load(Ordering::Acquire) {
            all.insert(lane, sender);
        }
    }

    /// Hands out answers until there are no more.
    fn read(&self, mut output: ChildStdout) {
        while let Ok((lane, answer)) = frame::receive(&mut output) {
            if let Some(waiting) = self.all.lock().get(&lane) {
                // Who asked may have given up.
                let _ = waiting.send(answer);
            }
        }
        self.lose();
    }

    fn lose(&self) {
        let mut all = self.all.lock();
        self.is_lost.store(true, Ordering::Release);
        all.clear();
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        let child = self.child.get_mut();
        // An error says that it has ended already, or that nobody knows of it any more.
        let _ = child.kill();
        let _ = child.wait();
    }
}

/// Whether something has taken longer than so much from now on.
pub(super) fn longer_than(most: Duration) -> impl Fn() -> bool {
    let began = Instant::now();
    move || began.elapsed() > most
}
