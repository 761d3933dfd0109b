//! What a thread needs while it asks for things on a device.

use super::driver::{Context, Fault, Mark, Multiplier, Pinned};
use super::place::WORD;
use parking_lot::Mutex;
use std::mem::ManuallyDrop;
use std::sync::Arc;

/// Bytes of pinned memory through which spaces are written and read.
const STAGING: usize = 1 << 20;

/// What a thread needs while it asks for things. It belongs to the context and not to a space, for pinned
/// memory is dear and nobody's quota.
pub(super) struct Desk {
    pub(super) pinned: Pinned,
    /// Bytes of it that the device may still read.
    pub(super) staged: usize,
    /// What the record says, once it has been asked.
    pub(super) word: Pinned,
    pub(super) begin: Mark,
    pub(super) end: Mark,
    /// What multiplies matrices, once that was asked for and where it can be.
    pub(super) multiplier: Option<Multiplier>,
}

/// The desks of a context at which nobody is.
#[derive(Default)]
pub(super) struct Desks(Mutex<Vec<Desk>>);

impl Desk {
    fn new(context: &Arc<Context>) -> Result<Self, Fault> {
        Ok(Self {
            pinned: Pinned::new(context, STAGING)?,
            staged: 0,
            word: Pinned::new(context, WORD)?,
            begin: Mark::new(context)?,
            end: Mark::new(context)?,
            multiplier: None,
        })
    }
}

impl Desks {
    /// Works at a desk that is free, or at a new one. The thread has entered the context, and when the work
    /// is done all that was asked for has been waited for, or the context is lost.
    ///
    /// # Errors
    /// If there is no memory for a new one.
    pub(super) fn at<T>(
        &self,
        context: &Arc<Context>,
        work: impl FnOnce(&mut Desk) -> T,
    ) -> Result<T, Fault> {
        let free = self.0.lock().pop();
        let desk = match free {
            Some(desk) => desk,
            None => Desk::new(context)?,
        };
        // Where the work does not come to its end, the device may still use the desk: it stays for good.
        let mut desk = ManuallyDrop::new(desk);
        let result = work(&mut desk);
        desk.staged = 0;
        self.0.lock().push(ManuallyDrop::into_inner(desk));
        Ok(result)
    }
}
