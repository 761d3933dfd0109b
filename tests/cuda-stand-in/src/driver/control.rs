//! What a test does to the stand-in.

use std::ffi::{CStr, c_char};

use super::UNKNOWN;
use super::context::end;
use super::state::{Fault, State, state};

/// # Safety
/// The name ends with a zero.
#[unsafe(no_mangle)]
unsafe extern "C" fn stand_in_fail(name: *const c_char, nth: u64, code: i32) {
    // SAFETY: what the caller promises.
    let name = unsafe { CStr::from_ptr(name) };
    let name = name.to_string_lossy().into_owned();
    let nth = nth.max(1);
    state().faults.push(Fault { name, nth, code });
}

#[unsafe(no_mangle)]
extern "C" fn stand_in_heal() {
    state().faults.clear();
}

#[unsafe(no_mangle)]
extern "C" fn stand_in_lose(for_good: i32) {
    let mut state = state();
    state.lost |= for_good != 0;
    for context in state.contexts.values() {
        context.fail(UNKNOWN);
    }
}

#[unsafe(no_mangle)]
extern "C" fn stand_in_reset() {
    let contexts = state().contexts.clone();
    for context in contexts.values() {
        end(context);
    }
    let mut state = state();
    for context in contexts.values() {
        state.clear(context);
    }
    // Whoever still holds a handle of before must not come to what has it next.
    let next = state.next;
    *state = State {
        next,
        ..State::default()
    };
}

/// # Safety
/// The name ends with a zero.
#[unsafe(no_mangle)]
unsafe extern "C" fn stand_in_calls(name: *const c_char) -> u64 {
    // SAFETY: what the caller promises.
    let name = unsafe { CStr::from_ptr(name) };
    let calls = &state().calls;
    let count = name.to_str().ok().and_then(|name| calls.get(name));
    count.copied().unwrap_or(0)
}

#[unsafe(no_mangle)]
extern "C" fn stand_in_leaks() -> u64 {
    state().count() as u64
}

#[unsafe(no_mangle)]
extern "C" fn stand_in_memory(bytes: u64) {
    state().memory = bytes;
}
