//! A space in the memory of a GPU.

use super::code::Code;
use super::desk::Desk;
use super::devices::Opened;
use super::driver::{Fault, Memory, Stream};
use crate::ComputeError;
use crate::space::{Layout, PAGE};
use ringhost_ptx::{Policy, Record, Translation};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The largest memory that addresses of 32 bits reach.
const LARGEST: u64 = 1 << 32;

/// The most bytes of a space that are for the C stacks of its threads, where these need any. It is half of
/// what comes before them, too.
const STACKS: u64 = 64 << 20;

/// Threads that have a C stack at least, however large that is: a warp.
const LEAST_THREADS: u64 = 32;

/// The byte that a record which says nothing is full of.
const CLEAR: u8 = Record::CLEAR.to_le_bytes()[0];

/// Where in the record it stands what happened first.
pub(super) const LOWEST: u64 = Record::LOWEST as u64;

/// Bytes of a word of the record.
pub(super) const WORD: usize = 8;

/// A space in the memory of a GPU, and the stream on which all is done in it.
pub(crate) struct Place {
    pub(super) opened: Arc<Opened>,
    pub(super) code: Arc<Code>,
    pub(super) arena: Memory,
    pub(super) record: Memory,
    /// Bytes of the linear memory, which is where the arena begins.
    pub(super) size: u64,
    /// Where the C stacks of threads begin.
    pub(super) stacks: u64,
    /// Whether the record says something.
    pub(super) is_marked: AtomicBool,
    pub(super) stream: Arc<Stream>,
}

impl Place {
    /// A space of zeros, but for the program's data.
    ///
    /// # Errors
    /// If the device has no memory for it, or failed.
    pub(super) fn new(
        opened: &Arc<Opened>,
        code: Arc<Code>,
        layout: &Layout,
        bytes: u64,
    ) -> Result<Self, ComputeError> {
        let end = layout.end(bytes);
        let stacks = end.max(PAGE);
        let size = size(stacks, code.window(), opened.options.policy).ok_or_else(|| {
            ComputeError::OutOfMemory {
                requested: bytes,
                reason: format!(
                    "with the program's own data and its stacks a space would have more than 4 GiB, \
                     which is the most; {end} bytes are before the stacks"
                ),
            }
        })?;
        Self::allocated(opened, code, layout, (stacks, size))
            .map_err(|fault| fault.into_error(size))
    }

    fn allocated(
        opened: &Arc<Opened>,
        code: Arc<Code>,
        layout: &Layout,
        (stacks, size): (u64, u64),
    ) -> Result<Self, Fault> {
        let context = &opened.context;
        context.enter()?;
        let stream = Arc::new(Stream::new(context)?);
        let length = size.saturating_add(Translation::SLACK);
        let place = Self {
            opened: opened.clone(),
            code,
            arena: Memory::new(&stream, length)?,
            record: Memory::new(&stream, Record::SIZE as u64)?,
            size,
            stacks,
            is_marked: AtomicBool::new(false),
            stream,
        };
        // Whoever had this memory before may have left something in it.
        let all = usize::try_from(length).map_err(|_| Fault::NoMemory)?;
        place.stream.fill(&place.arena, 0, all, 0)?;
        place.stream.fill(&place.record, 0, Record::SIZE, CLEAR)?;
        opened.desks.at(context, |desk| {
            let mut data = layout.data.iter();
            let written =
                data.try_for_each(|(address, bytes)| place.write(desk, (*address).into(), bytes));
            place.stream.wait().and(written)
        })??;
        Ok(place)
    }

    /// Gives up the context, for this reason.
    pub(crate) fn lost(&self, reason: &str) -> ComputeError {
        self.opened.context.lose();
        ComputeError::DeviceLost(reason.to_owned())
    }

    /// Bytes of the whole.
    pub(crate) fn bytes(&self) -> u64 {
        self.size
    }

    /// Writes bytes into the arena, by way of pinned memory, and waits only where that is full.
    pub(super) fn write(&self, desk: &mut Desk, at: u64, bytes: &[u8]) -> Result<(), Fault> {
        let mut to = at;
        for chunk in bytes.chunks(desk.pinned.len()) {
            if chunk.len() > desk.pinned.len().saturating_sub(desk.staged) {
                self.stream.wait()?;
                desk.staged = 0;
            }
            desk.pinned
                .part_mut(desk.staged, chunk.len())?
                .copy_from_slice(chunk);
            self.stream
                .upload(&desk.pinned, desk.staged, (&self.arena, to), chunk.len())?;
            desk.staged = desk.staged.saturating_add(chunk.len());
            to = to.saturating_add(chunk.len() as u64);
        }
        Ok(())
    }

    /// Reads bytes of the arena, when all that was asked for before is done.
    pub(super) fn read(&self, desk: &mut Desk, at: u64, bytes: &mut [u8]) -> Result<(), Fault> {
        let mut from = at;
        for chunk in bytes.chunks_mut(desk.pinned.len()) {
            self.stream
                .download((&self.arena, from), &mut desk.pinned, 0, chunk.len())?;
            self.stream.wait()?;
            desk.staged = 0;
            chunk.copy_from_slice(desk.pinned.part(0, chunk.len())?);
            from = from.saturating_add(chunk.len() as u64);
        }
        Ok(())
    }

    /// Wipes the record, if it says something, before more is done and before that can be cancelled.
    pub(crate) fn ready(&self) {
        if self.is_marked.swap(false, Ordering::Relaxed) {
            let wiped = self.opened.context.enter().and_then(|()| {
                self.stream.fill(&self.record, 0, Record::SIZE, CLEAR)?;
                self.stream.wait()
            });
            // What fails here fails for what is done then, too: the context is lost.
            drop(wiped);
        }
    }

    /// Ends the launches that run, at their next items or within some turns of a loop.
    pub(crate) fn cancel(&self) {
        self.is_marked.store(true, Ordering::Relaxed);
        let control = self.opened.control.lock();
        let written = self.opened.context.enter().and_then(|()| {
            control
                .stream
                .upload(&control.word, 0, (&self.record, LOWEST), WORD)?;
            control.stream.wait()
        });
        // What fails here fails for who waits, too.
        drop(written);
    }
}

/// Bytes of a linear memory with room for stacks at its end; none if that is too much.
fn size(stacks: u64, window: u64, policy: Policy) -> Option<u64> {
    let least = window.checked_mul(LEAST_THREADS)?;
    let wanted = if window == 0 {
        0
    } else {
        STACKS.min(stacks / 2).max(least)
    };
    let whole = |room: u64| {
        let end = stacks.checked_add(room)?;
        let end = match policy {
            Policy::Trap => end.checked_next_multiple_of(PAGE)?,
            Policy::Mask | Policy::Deferred => end.checked_next_power_of_two()?,
        };
        (end <= LARGEST).then_some(end)
    };
    whole(wanted).or_else(|| whole(least))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_space_is_a_power_of_two_where_addresses_are_masked() {
        assert_eq!(size(PAGE, 0, Policy::Mask), Some(PAGE));
        assert_eq!(size(3 * PAGE, 0, Policy::Mask), Some(4 * PAGE));
        assert_eq!(size(3 * PAGE, 0, Policy::Trap), Some(3 * PAGE));
        assert_eq!(size(LARGEST, 0, Policy::Mask), Some(LARGEST));
        assert_eq!(size(LARGEST + 1, 0, Policy::Mask), None);
    }

    #[test]
    fn stacks_have_what_is_left_and_room_for_a_warp_at_least() {
        assert_eq!(size(4 * PAGE, 16, Policy::Trap), Some(6 * PAGE));
        assert_eq!(size(1 << 30, 16, Policy::Trap), Some((1 << 30) + STACKS));
        let nearly = LARGEST - 32 * 16;
        assert_eq!(size(nearly, 16, Policy::Mask), Some(LARGEST));
        assert_eq!(size(nearly + 1, 16, Policy::Mask), None);
        assert_eq!(size(PAGE, u64::MAX, Policy::Mask), None);
    }
}
