//! Events.

use std::ffi::c_uint;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::state::{Context, of, state, take};
use super::stream::{Job, wait_for_all};
use super::{
    CAPTURE_ISOLATION, CAPTURED_EVENT, Code, INVALID_HANDLE, INVALID_VALUE, NOT_READY, give, within,
};

/// The flag of an event that has no time.
const NO_TIME: c_uint = 2;

/// An event: how often it was recorded, and how often a stream has come there.
#[derive(Debug, Default)]
pub struct Event {
    state: Mutex<Recorded>,
    done: Condvar,
    timeless: bool,
}

#[derive(Debug, Default)]
struct Recorded {
    recorded: u64,
    completed: u64,
    at: Option<Instant>,
    /// The stream whose work was only written down when it was last recorded.
    captured: Option<usize>,
}

impl Event {
    fn state(&self) -> MutexGuard<'_, Recorded> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A stream has come to where it was recorded.
    pub fn complete(&self, number: u64) {
        let mut state = self.state();
        state.completed = state.completed.max(number);
        state.at = Some(Instant::now());
        self.done.notify_all();
    }

    /// Waits until a stream has come there.
    pub fn wait(&self, number: u64) {
        let mut state = self.state();
        while state.completed < number {
            state = self
                .done
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn record(&self) -> u64 {
        let mut state = self.state();
        state.recorded += 1;
        state.captured = None;
        state.recorded
    }
}

fn find(context: &Arc<Context>, event: usize) -> Result<Arc<Event>, Code> {
    of(&mut state().events, context, event).cloned()
}

#[unsafe(no_mangle)]
unsafe extern "C" fn cuEventCreate(place: *mut usize, flags: c_uint) -> Code {
    within("cuEventCreate", |context| {
        let event = Arc::new(Event {
            timeless: flags & NO_TIME != 0,
            ..Event::default()
        });
        let mut state = state();
        let handle = state.handle();
        state.events.insert(handle, (context.clone(), event));
        // SAFETY: what the caller promises.
        unsafe { give(place, handle) }
    })
}

#[unsafe(no_mangle)]
extern "C" fn cuEventRecord(event: usize, stream: usize) -> Code {
    within("cuEventRecord", |context| {
        let found = find(context, event)?;
        if stream <= 2 {
            wait_for_all(context, true)?;
            let number = found.record();
            found.complete(number);
            return Ok(());
        }
        let mut state = state();
        let place = of(&mut state.streams, context, stream)?;
        match &place.capture {
            None => place.push(Job::Record(found.clone(), found.record())),
            Some(Ok(_)) => found.state().captured = Some(stream),
            Some(Err(code)) => return Err(*code),
        }
        Ok(())
    })
}

#[unsafe(no_mangle)]
extern "C" fn cuStreamWaitEvent(stream: usize, event: usize, _flags: c_uint) -> Code {
    within("cuStreamWaitEvent", |context| {
        let found = find(context, event)?;
        let (number, captured) = {
            let state = found.state();
            (state.recorded, state.captured)
        };
        if stream <= 2 {
            found.wait(number);
            return context.check();
        }
        let mut state = state();
        let place = of(&mut state.streams, context, stream)?;
        match (&place.capture, captured) {
            (None, None) => place.push(Job::Wait(found, number)),
            (Some(Ok(_)), Some(of)) if of == stream => {}
            (Some(Err(code)), _) => return Err(*code),
            // Streams that are captured together are not done here.
            _ => return Err(CAPTURE_ISOLATION),
        }
        Ok(())
    })
}

#[unsafe(no_mangle)]
extern "C" fn cuEventSynchronize(event: usize) -> Code {
    within("cuEventSynchronize", |context| {
        let found = find(context, event)?;
        let (number, captured) = {
            let state = found.state();
            (state.recorded, state.captured)
        };
        if captured.is_some() {
            return Err(CAPTURED_EVENT);
        }
        found.wait(number);
        context.check()
    })
}

#[unsafe(no_mangle)]
extern "C" fn cuEventQuery(event: usize) -> Code {
    within("cuEventQuery", |context| {
        let found = find(context, event)?;
        let state = found.state();
        if state.captured.is_some() {
            return Err(CAPTURED_EVENT);
        }
        if state.completed == state.recorded {
            Ok(())
        } else {
            Err(NOT_READY)
        }
    })
}

/// # Safety
/// As the driver's.
unsafe fn elapsed(
    context: &Arc<Context>,
    place: *mut f32,
    start: usize,
    end: usize,
) -> Result<(), Code> {
    let mut times = Vec::new();
    for event in [start, end] {
        let found = find(context, event)?;
        let state = found.state();
        if found.timeless || state.recorded == 0 {
            return Err(INVALID_HANDLE);
        }
        if state.completed < state.recorded {
            return Err(NOT_READY);
        }
        times.push(state.at.ok_or(INVALID_VALUE)?);
    }
    let [start, end] = times[..] else {
        return Err(INVALID_VALUE);
    };
    let time = match end.checked_duration_since(start) {
        Some(time) => time.as_secs_f32(),
        None => -(start - end).as_secs_f32(),
    };
    // SAFETY: what the caller promises.
    unsafe { give(place, time * 1000.0) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn cuEventElapsedTime(place: *mut f32, start: usize, end: usize) -> Code {
    // SAFETY: what the caller promises.
    within("cuEventElapsedTime", |context| unsafe {
        elapsed(context, place, start, end)
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn cuEventElapsedTime_v2(place: *mut f32, start: usize, end: usize) -> Code {
    // SAFETY: what the caller promises.
    within("cuEventElapsedTime_v2", |context| unsafe {
        elapsed(context, place, start, end)
    })
}

#[unsafe(no_mangle)]
extern "C" fn cuEventDestroy_v2(event: usize) -> Code {
    within("cuEventDestroy_v2", |context| {
        take(&mut state().events, context, event).map(drop)
    })
}
