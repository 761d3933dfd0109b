//! Graphs: what a stream was given while that was only written down, to be done any number of times.

use std::ffi::{c_int, c_ulonglong};
use std::sync::Arc;

use super::state::{of, state, take};
use super::stream::{Job, wait_for_all};
use super::work::Work;
use super::{CAPTURE_UNSUPPORTED, Code, INVALID_HANDLE, INVALID_VALUE, give, within};

/// The work of a graph, in order.
pub type Graph = Arc<[Work]>;

#[unsafe(no_mangle)]
extern "C" fn cuStreamBeginCapture_v2(stream: usize, _mode: c_int) -> Code {
    within("cuStreamBeginCapture_v2", |context| {
        let mut state = state();
        let stream = of(&mut state.streams, context, stream).map_err(|_| CAPTURE_UNSUPPORTED)?;
        if stream.capture.is_some() {
            return Err(INVALID_VALUE);
        }
        stream.capture = Some(Ok(Vec::new()));
        Ok(())
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn cuStreamIsCapturing(stream: usize, place: *mut c_int) -> Code {
    within("cuStreamIsCapturing", |context| {
        let mut state = state();
        let capture = match state.streams.contains_key(&stream) {
            true => of(&mut state.streams, context, stream)?.capture.as_ref(),
            false if stream <= 2 => None,
            false => return Err(INVALID_HANDLE),
        };
        let status = match capture {
            None => 0,
            Some(Ok(_)) => 1,
            Some(Err(_)) => 2,
        };
        // SAFETY: what the caller promises.
        unsafe { give(place, status) }
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn cuStreamEndCapture(stream: usize, place: *mut usize) -> Code {
    within("cuStreamEndCapture", |context| {
        let mut state = state();
        let stream = of(&mut state.streams, context, stream)?;
        let work = stream.capture.take().ok_or(INVALID_VALUE)??;
        let handle = state.handle();
        let graph = (context.clone(), Graph::from(work));
        state.graphs.insert(handle, graph);
        // SAFETY: what the caller promises.
        unsafe { give(place, handle) }
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn cuGraphInstantiateWithFlags(
    place: *mut usize,
    graph: usize,
    _flags: c_ulonglong,
) -> Code {
    within("cuGraphInstantiateWithFlags", |context| {
        let mut state = state();
        let work = of(&mut state.graphs, context, graph)?.clone();
        let handle = state.handle();
        state.executables.insert(handle, (context.clone(), work));
        // SAFETY: what the caller promises.
        unsafe { give(place, handle) }
    })
}

#[unsafe(no_mangle)]
extern "C" fn cuGraphUpload(executable: usize, _stream: usize) -> Code {
    within("cuGraphUpload", |context| {
        of(&mut state().executables, context, executable).map(drop)
    })
}

#[unsafe(no_mangle)]
extern "C" fn cuGraphLaunch(executable: usize, stream: usize) -> Code {
    within("cuGraphLaunch", |context| {
        let work = of(&mut state().executables, context, executable)?.clone();
        let gone = |work: &Work| matches!(work, Work::Launch { kernel, .. } if !kernel.is_alive());
        if work.iter().any(gone) {
            return Err(INVALID_HANDLE);
        }
        if stream <= 2 {
            wait_for_all(context, true)?;
            work.iter().for_each(|work| work.run(context));
            return context.check();
        }
        let mut state = state();
        let stream = of(&mut state.streams, context, stream)?;
        match &mut stream.capture {
            None => stream.push(Job::Graph(work)),
            Some(Ok(all)) => all.extend(work.iter().cloned()),
            Some(Err(code)) => return Err(*code),
        }
        Ok(())
    })
}

#[unsafe(no_mangle)]
extern "C" fn cuGraphExecDestroy(executable: usize) -> Code {
    within("cuGraphExecDestroy", |context| {
        take(&mut state().executables, context, executable).map(drop)
    })
}

#[unsafe(no_mangle)]
extern "C" fn cuGraphDestroy(graph: usize) -> Code {
    within("cuGraphDestroy", |context| {
        take(&mut state().graphs, context, graph).map(drop)
    })
}
