//! What is where in a space. It is the same on every device.

use crate::cpu::{THREADS, WINDOW};
use crate::program::{Constant, Outline};
use crate::{ComputeError, Program, ProgramError};
use wasmparser::DataKind;

/// Bytes of a page of memory.
pub(crate) const PAGE: u64 = 64 << 10;

/// What is where in a program's spaces.
pub(crate) struct Layout {
    /// What a space has in it at first: bytes and their addresses.
    pub(crate) data: Vec<(u32, Vec<u8>)>,
    /// Where the windows for stacks begin, if the program has a stack.
    pub(crate) windows: Option<u64>,
    /// Where the buffers begin.
    pub(crate) buffers: u64,
}

impl Layout {
    /// # Errors
    /// If the program's data are not in its memory.
    pub(crate) fn of(program: &Program) -> Result<Self, ComputeError> {
        let invalid = |error: ProgramError| ComputeError::InvalidArgument(error.to_string());
        let outline = Outline::of(program.module()).map_err(invalid)?;
        let pages = outline.memories.first().map_or(0, |memory| memory.initial);
        let bytes = pages.saturating_mul(PAGE);
        let mut data = Vec::new();
        for segment in &outline.data {
            let DataKind::Active { offset_expr, .. } = &segment.kind else {
                continue;
            };
            let offset = match Constant::of(offset_expr) {
                Some(Constant::I32(offset)) => offset.cast_unsigned(),
                _ => u32::MAX,
            };
            let length = u64::try_from(segment.data.len()).unwrap_or(u64::MAX);
            if u64::from(offset).saturating_add(length) > bytes {
                let reason =
                    format!("the program has data at {offset}, which is not in its memory");
                return Err(ComputeError::InvalidArgument(reason));
            }
            data.push((offset, segment.data.to_vec()));
        }
        let windows = outline.named_stack_pointer.map(|_| bytes);
        let stacks = u64::from(WINDOW).saturating_mul(u64::try_from(THREADS).unwrap_or(u64::MAX));
        Ok(Self {
            data,
            windows,
            buffers: bytes.saturating_add(windows.map_or(0, |_| stacks)),
        })
    }

    /// Where the buffers of a space with room for so many bytes end.
    pub(crate) fn end(&self, bytes: u64) -> u64 {
        let room = bytes.checked_next_multiple_of(PAGE).unwrap_or(u64::MAX);
        self.buffers.saturating_add(room)
    }
}
