//! Streams: each has a thread that does what it is given, in order.
//!
//! What is given to the default stream is done at once, once all streams are done that wait for it as
//! it does for them.

use std::ffi::{c_int, c_uint};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::event::Event;
use super::state::{Context, of, state, take};
use super::work::Work;
use super::{
    CAPTURE_INVALIDATED, CAPTURE_UNSUPPORTED, Code, INVALID_VALUE, NOT_READY, give, within,
};

/// The handles of streams that are always there.
const DEFAULT: [usize; 3] = [0, 1, 2];
/// The flag of a stream that does not wait for the default one.
const NON_BLOCKING: c_uint = 1;

/// What a stream's thread is given.
#[derive(Debug)]
pub enum Job {
    Work(Work),
    Graph(Arc<[Work]>),
    Record(Arc<Event>, u64),
    Wait(Arc<Event>, u64),
}

/// A stream.
#[derive(Debug)]
pub struct Stream {
    pub queue: Arc<Queue>,
    jobs: Sender<Job>,
    blocking: bool,
    /// What it is given while that is only written down; an error once that went wrong.
    pub capture: Option<Result<Vec<Work>, Code>>,
}

/// How far a stream has come.
#[derive(Debug, Default)]
pub struct Queue {
    counts: Mutex<Counts>,
    done: Condvar,
}

#[derive(Debug, Default)]
struct Counts {
    given: u64,
    done: u64,
}

impl Queue {
    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_done(&self) -> bool {
        let counts = self.counts();
        counts.done == counts.given
    }

    /// Waits until all is done that it was given so far.
    fn wait(&self) {
        let mut counts = self.counts();
        let given = counts.given;
        while counts.done < given {
            counts = self
                .done
                .wait(counts)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Stream {
    fn new(context: &Arc<Context>, blocking: bool) -> Self {
        let (jobs, given) = channel();
        let queue = Arc::new(Queue::default());
        let (of_thread, context) = (queue.clone(), context.clone());
        std::thread::spawn(move || work(&given, &of_thread, &context));
        Self {
            queue,
            jobs,
            blocking,
            capture: None,
        }
    }

    /// Has the thread do a job.
    pub fn push(&self, job: Job) {
        self.queue.counts().given += 1;
        // The thread ends when this is dropped, and not before.
        let _ = self.jobs.send(job);
    }
}

fn work(given: &Receiver<Job>, queue: &Queue, context: &Arc<Context>) {
    while let Ok(job) = given.recv() {
        match job {
            Job::Work(work) => work.run(context),
            Job::Graph(all) => all.iter().for_each(|work| work.run(context)),
            Job::Record(event, number) => event.complete(number),
            Job::Wait(event, number) => event.wait(number),
        }
        queue.counts().done += 1;
        queue.done.notify_all();
    }
}

/// Gives a stream something to do, or writes it down where that is captured.
pub fn submit(context: &Arc<Context>, stream: usize, work: Work) -> Result<(), Code> {
    if DEFAULT.contains(&stream) {
        wait_for_all(context, true)?;
        work.run(context);
        return context.check();
    }
    let mut state = state();
    let stream = of(&mut state.streams, context, stream)?;
    match &mut stream.capture {
        None => stream.push(Job::Work(work)),
        Some(Err(code)) => return Err(*code),
        Some(broken) if matches!(work, Work::Free(_)) => {
            *broken = Err(CAPTURE_INVALIDATED);
            return Err(CAPTURE_UNSUPPORTED);
        }
        Some(Ok(all)) => all.push(work),
    }
    Ok(())
}

/// Waits for all streams of the context, or for those that the default stream waits for.
pub fn wait_for_all(context: &Arc<Context>, blocking: bool) -> Result<(), Code> {
    let queues: Vec<Arc<Queue>> = {
        let mut state = state();
        let all = state.streams.values_mut();
        let own = all.filter(|(owner, _)| Arc::ptr_eq(owner, context));
        let waited = own.filter(|(_, stream)| stream.blocking || !blocking);
        waited
            .map(|(_, stream)| untouched(stream).map(|()| stream.queue.clone()))
            .collect::<Result<_, _>>()?
    };
    for queue in queues {
        queue.wait();
    }
    context.check()
}

/// Fails where the stream's work is only written down, which is then spoilt.
fn untouched(stream: &mut Stream) -> Result<(), Code> {
    match &mut stream.capture {
        None => Ok(()),
        Some(capture) => {
            *capture = Err(CAPTURE_INVALIDATED);
            Err(CAPTURE_UNSUPPORTED)
        }
    }
}

/// Waits for a stream.
pub fn wait_for(context: &Arc<Context>, stream: usize) -> Result<(), Code> {
    if DEFAULT.contains(&stream) {
        return wait_for_all(context, true);
    }
    let queue = {
        let mut state = state();
        let stream = of(&mut state.streams, context, stream)?;
        untouched(stream)?;
        stream.queue.clone()
    };
    queue.wait();
    context.check()
}

/// # Safety
/// As the driver's.
unsafe fn create(context: &Arc<Context>, place: *mut usize, flags: c_uint) -> Result<(), Code> {
    if flags > NON_BLOCKING {
        return Err(INVALID_VALUE);
    }
    let stream = Stream::new(context, flags != NON_BLOCKING);
    let mut state = state();
    let handle = state.handle();
    state.streams.insert(handle, (context.clone(), stream));
    // SAFETY: what the caller promises.
    unsafe { give(place, handle) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn cuStreamCreate(place: *mut usize, flags: c_uint) -> Code {
    // SAFETY: what the caller promises.
    within("cuStreamCreate", |context| unsafe {
        create(context, place, flags)
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn cuStreamCreateWithPriority(
    place: *mut usize,
    flags: c_uint,
    _priority: c_int,
) -> Code {
    // SAFETY: what the caller promises.
    within("cuStreamCreateWithPriority", |context| unsafe {
        create(context, place, flags)
    })
}

#[unsafe(no_mangle)]
extern "C" fn cuStreamDestroy_v2(stream: usize) -> Code {
    within("cuStreamDestroy_v2", |context| {
        take(&mut state().streams, context, stream).map(drop)
    })
}

#[unsafe(no_mangle)]
extern "C" fn cuStreamSynchronize(stream: usize) -> Code {
    within("cuStreamSynchronize", |context| wait_for(context, stream))
}

#[unsafe(no_mangle)]
extern "C" fn cuStreamQuery(stream: usize) -> Code {
    within("cuStreamQuery", |context| {
        if DEFAULT.contains(&stream) {
            return Ok(());
        }
        let mut state = state();
        let stream = of(&mut state.streams, context, stream)?;
        untouched(stream)?;
        if stream.queue.is_done() {
            Ok(())
        } else {
            Err(NOT_READY)
        }
    })
}
