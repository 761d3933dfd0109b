//! The compiler of PTX: what it makes is the PTX, once it has been read.

use std::ffi::{c_char, c_int, c_uint, c_void};

use super::module::{COMPILED, parse};
use super::state::{of, state, take};
use super::{Code, INVALID_PTX, INVALID_VALUE, give, within};

/// The options with which a caller says where an error is to be told, and how much room there is.
const LOG: c_uint = 5;
const LOG_BYTES: c_uint = 6;

/// The kind of input that is PTX.
const PTX: c_int = 1;

/// What is told of PTX that cannot be read.
const SAID: &[u8] = b"the stand-in does not understand this PTX\0";

/// A compilation.
#[derive(Debug, Default)]
pub struct Link {
    /// Where an error is to be told, if there is room.
    log: Option<usize>,
    code: Vec<u8>,
}

#[unsafe(no_mangle)]
unsafe extern "C" fn cuLinkCreate_v2(
    count: c_uint,
    options: *const c_uint,
    values: *const usize,
    place: *mut usize,
) -> Code {
    within("cuLinkCreate_v2", |context| {
        let (mut log, mut room) = (0, 0);
        for at in 0..count as usize {
            // SAFETY: there are so many options, each with a value.
            let (option, value) = unsafe { (*options.add(at), *values.add(at)) };
            match option {
                LOG => log = value,
                LOG_BYTES => room = value as u32 as usize,
                _ => {}
            }
        }
        let link = Link {
            log: (log != 0 && room >= SAID.len()).then_some(log),
            code: Vec::new(),
        };
        let mut state = state();
        let handle = state.handle();
        state.links.insert(handle, (context.clone(), link));
        // SAFETY: what the caller promises.
        unsafe { give(place, handle) }
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn cuLinkAddData_v2(
    link: usize,
    kind: c_int,
    data: *const u8,
    length: usize,
    _name: *const c_char,
    _count: c_uint,
    _options: *const c_uint,
    _values: *const *const c_void,
) -> Code {
    let log = state().links.get(&link).and_then(|(_, link)| link.log);
    let code = within("cuLinkAddData_v2", |context| {
        let mut state = state();
        let link = of(&mut state.links, context, link)?;
        if kind != PTX || data.is_null() {
            return Err(INVALID_VALUE);
        }
        // SAFETY: the caller says that it is so long.
        let text = unsafe { std::slice::from_raw_parts(data, length) };
        let text = text.strip_suffix(b"\0").ok_or(INVALID_PTX)?;
        let text = std::str::from_utf8(text).map_err(|_| INVALID_PTX)?;
        parse(text)?;
        link.code = [COMPILED.as_bytes(), text.as_bytes(), b"\0"].concat();
        Ok(())
    });
    if let (true, Some(log)) = (code != 0, log) {
        // SAFETY: the caller of `cuLinkCreate` said that there is room.
        unsafe { (log as *mut u8).copy_from_nonoverlapping(SAID.as_ptr(), SAID.len()) };
    }
    code
}

#[unsafe(no_mangle)]
unsafe extern "C" fn cuLinkComplete(link: usize, code: *mut *const u8, length: *mut usize) -> Code {
    within("cuLinkComplete", |context| {
        let mut state = state();
        let link = of(&mut state.links, context, link)?;
        // SAFETY: what the caller promises. The code stays until the link is destroyed.
        unsafe {
            give(code, link.code.as_ptr())?;
            give(length, link.code.len())
        }
    })
}

#[unsafe(no_mangle)]
extern "C" fn cuLinkDestroy(link: usize) -> Code {
    within("cuLinkDestroy", |context| {
        take(&mut state().links, context, link).map(drop)
    })
}
