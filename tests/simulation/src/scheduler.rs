//! An executor on which chance, and nothing else, decides who runs next.
//!
//! Every task of the simulation lives here: kernels, deadlines, and all who have to do with them. The scheduler itself is the one future of a tokio runtime with one thread and paused time.
//! It polls one task at a turn, so that tokio gives each poll a budget and looks at its timers in
//! between, as it would for tasks of its own. When nobody can run, tokio moves the clock to the
//! next timer.

use crate::clock;
use fastrand::Rng;
use futures_util::task::AtomicWaker;
use parking_lot::Mutex;
use ringhost::{Executor, Task};
use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;
use tokio::time::Sleep;

/// No simulation needs so many turns.
const MOST_TURNS: u64 = 200_000;

/// No simulation lasts so long, in virtual time.
const LONGEST: Duration = Duration::from_secs(60);

/// Whoever can run does so within so many turns.
pub const PATIENCE: u64 = 64;

/// The longest that a turn takes, in virtual time.
pub const LONGEST_TURN: Duration = Duration::from_micros(30);

/// One turn in so many goes to a task that nobody woke: futures must live with that.
const NEEDLESS: u32 = 32;

/// Starts tasks, and ends them by force. Cheap to clone.
#[derive(Clone, Default)]
pub struct Stage {
    shared: Arc<Mutex<Shared>>,
}

#[derive(Default)]
struct Shared {
    arrivals: Vec<(String, Task)>,
    /// What the next task is to be called.
    name: Option<String>,
    /// Tasks that are to be dropped.
    doomed: Vec<String>,
}

impl Stage {
    /// Starts a task under this name.
    pub fn spawn(&self, name: &str, task: impl Future<Output = ()> + Send + 'static) {
        let task: Task = Box::pin(task);
        self.shared.lock().arrivals.push((name.to_owned(), task));
    }

    /// What a runtime under test runs on.
    pub fn executor(&self) -> Executor {
        let shared = self.shared.clone();
        Executor::new(move |task| {
            let mut shared = shared.lock();
            let name = shared.name.take().unwrap_or_else(|| "host".to_owned());
            shared.arrivals.push((name, task));
        })
    }

    /// Names the next task that a runtime starts.
    pub fn name_next(&self, name: impl Into<Option<String>>) {
        self.shared.lock().name = name.into();
    }

    /// Drops the task of this name before its next turn, if it is still there.
    pub fn drop_task(&self, name: &str) {
        self.shared.lock().doomed.push(name.to_owned());
    }
}

/// A simulation that came to no end: the tasks that are left.
#[derive(Debug)]
pub struct Hung(pub Vec<String>);

/// See the module.
pub struct Scheduler<'idle> {
    stage: Stage,
    tasks: Vec<Option<Slot>>,
    ready: Arc<Ready>,
    chance: Rng,
    habit: Habit,
    /// Whose turn it was, turn by turn.
    pub turns: Vec<u32>,
    idle: Box<dyn FnMut() + 'idle>,
    /// Whether anybody has run since `idle` was called.
    stirred: bool,
    end: Pin<Box<Sleep>>,
}

struct Slot {
    name: String,
    task: Task,
    waker: Waker,
}

/// How the next task is chosen.
#[derive(Debug, Clone, Copy)]
enum Habit {
    /// All alike.
    Even,
    /// The one that has just run goes on, most of the time.
    Sticky,
    /// The one that came first, most of the time: the order in which tasks were started.
    Early,
    /// The other way round.
    Late,
}

/// Who can run, and since which turn.
#[derive(Default)]
struct Ready {
    tasks: Mutex<BTreeMap<usize, u64>>,
    turn: Mutex<u64>,
    scheduler: AtomicWaker,
}

struct TaskWaker {
    task: usize,
    ready: Arc<Ready>,
}

impl Wake for TaskWaker {
    fn wake(self: Arc<Self>) {
        let turn = *self.ready.turn.lock();
        // By number, not in the order of waking: who is woken in one turn may be in any order.
        self.ready.tasks.lock().entry(self.task).or_insert(turn);
        self.ready.scheduler.wake();
    }
}

impl<'idle> Scheduler<'idle> {
    /// A scheduler for this stage, which calls `idle` when nobody can run. To be made inside a
    /// tokio runtime.
    pub fn new(stage: Stage, mut chance: Rng, idle: impl FnMut() + 'idle) -> Self {
        let habits = [Habit::Even, Habit::Sticky, Habit::Early, Habit::Late];
        let habit = chance.choice(habits).unwrap_or(Habit::Even);
        Self {
            stage,
            tasks: Vec::new(),
            ready: Arc::default(),
            chance,
            habit,
            turns: Vec::new(),
            idle: Box::new(idle),
            stirred: false,
            end: Box::pin(tokio::time::sleep(LONGEST)),
        }
    }

    /// Takes in the tasks that have been started, and drops those that are to be dropped.
    fn look_around(&mut self) {
        loop {
            let shared = std::mem::take(&mut *self.stage.shared.lock());
            self.stage.shared.lock().name = shared.name;
            if shared.arrivals.is_empty() && shared.doomed.is_empty() {
                return;
            }
            for (name, task) in shared.arrivals {
                self.admit(name, task);
            }
            for doomed in shared.doomed {
                let is_doomed = |slot: &Slot| slot.name == doomed;
                for slot in &mut self.tasks {
                    if slot.as_ref().is_some_and(is_doomed) {
                        *slot = None;
                    }
                }
            }
        }
    }

    fn admit(&mut self, name: String, task: Task) {
        let number = self.tasks.len();
        let ready = self.ready.clone();
        let waker = Waker::from(Arc::new(TaskWaker {
            task: number,
            ready,
        }));
        waker.wake_by_ref();
        self.tasks.push(Some(Slot { name, task, waker }));
    }

    /// Who is next; `None` if nobody can run.
    fn choose(&mut self) -> Option<usize> {
        let now = self.turns.len() as u64;
        let mut ready = self.ready.tasks.lock();
        ready.retain(|&task, _| self.tasks[task].is_some());
        let numbers: Vec<_> = ready.keys().copied().collect();
        let (&first, &last) = (numbers.first()?, numbers.last()?);
        if self.chance.u32(..NEEDLESS) == 0 {
            let task = self.chance.usize(..self.tasks.len());
            if self.tasks[task].is_some() {
                ready.remove(&task);
                return Some(task);
            }
        }
        let overdue = ready.iter().find(|(_, since)| now - **since >= PATIENCE);
        let previous = self.turns.last().map_or(0, |&task| task as usize);
        let favourite = match self.habit {
            Habit::Even => None,
            Habit::Sticky => ready.contains_key(&previous).then_some(previous),
            Habit::Early => Some(first),
            Habit::Late => Some(last),
        };
        let task = match (overdue, favourite) {
            (Some((&overdue, _)), _) => overdue,
            (None, Some(favourite)) if self.chance.u32(..4) > 0 => favourite,
            (None, _) => self.chance.choice(numbers)?,
        };
        ready.remove(&task);
        Some(task)
    }

    fn take_turn(&mut self, number: usize) {
        self.turns.push(number as u32);
        *self.ready.turn.lock() = self.turns.len() as u64;
        self.stirred = true;
        let Some(slot) = &mut self.tasks[number] else {
            return;
        };
        let waker = slot.waker.clone();
        if slot
            .task
            .as_mut()
            .poll(&mut Context::from_waker(&waker))
            .is_ready()
        {
            self.tasks[number] = None;
        }
        let nanoseconds = self.chance.u64(..=LONGEST_TURN.as_nanos() as u64);
        clock::advance(Duration::from_nanos(nanoseconds));
    }

    fn left(&self) -> Vec<String> {
        self.tasks
            .iter()
            .flatten()
            .map(|slot| slot.name.clone())
            .collect()
    }
}

impl Future for Scheduler<'_> {
    type Output = Result<(), Hung>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.ready.scheduler.register(context.waker());
        self.look_around();
        if self.tasks.iter().all(Option::is_none) {
            return Poll::Ready(Ok(()));
        }
        let turns = self.turns.len() as u64;
        if turns > MOST_TURNS || self.end.as_mut().poll(context).is_ready() {
            return Poll::Ready(Err(Hung(self.left())));
        }
        match self.choose() {
            Some(task) => {
                self.take_turn(task);
                context.waker().wake_by_ref();
            }
            None if self.stirred => {
                self.stirred = false;
                (self.idle)();
            }
            None => {}
        }
        Poll::Pending
    }
}
