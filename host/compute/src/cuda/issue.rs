//! Steps become work on the device.

use super::code::{FIRST, Function};
use super::desk::Desk;
use super::driver::{Fault, Memory};
use super::place::Place;
use super::products::Piece;
use crate::ComputeError;
use crate::buffer::Part;
use crate::space::{Launch, Next, Step};
use ringhost_ptx::{Record, StackWindow, Translation};
use std::time::Duration;
use wasmtime::Val;

/// How long a batch should take. A space that waits for its turn waits about as long.
pub(super) const BATCH: Duration = Duration::from_millis(2);

/// What a call of the driver takes, about.
const CALL: Duration = Duration::from_micros(4);

/// Bytes in a microsecond that come from the host or go there, about.
const LINK: u32 = 10_000;

/// Bytes in a microsecond within the device, about.
const WITHIN: u32 = 500_000;

/// Launches that the record tells apart.
pub(super) const LAUNCHES: usize = Record::LAUNCHES as usize;

/// Blocks for each that the device has at once, so that one with long items is not waited for.
const WAVES: u32 = 4;

/// Threads of a block at least: those that run in step.
const WARP: u32 = 32;

/// Why nothing more is asked for in a batch.
pub(super) enum Stop {
    Fault(Fault),
    /// What becomes of the commands, for a reason that the device knows nothing of.
    Failed(ComputeError),
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// Items of a launch that are run by one launch of the driver's.
#[derive(Clone, Copy)]
pub(super) struct Slice {
    pub(super) step: usize,
    pub(super) part: u32,
    pub(super) first: u32,
    pub(super) count: u32,
    /// The block that it is, where it is one of a product by cuBLAS: the last has all items.
    pub(super) piece: Option<Piece>,
}

/// What has been asked for in a batch.
pub(super) struct Issued {
    /// The step that is next.
    pub(super) step: usize,
    /// The launch of it that is next.
    pub(super) part: u32,
    /// Items of that which are done.
    pub(super) first: u32,
    pub(super) slices: Vec<Slice>,
    /// How long it should take.
    pub(super) time: Duration,
    /// Whether there is a slice of a function that has not been measured.
    pub(super) is_unknown: bool,
    /// Memory that is used until the batch is done.
    pub(super) kept: Vec<Memory>,
}

impl Issued {
    pub(super) fn new(next: &Next) -> Self {
        Self {
            step: next.index,
            part: next.part,
            first: next.first,
            slices: Vec::new(),
            time: Duration::ZERO,
            is_unknown: false,
            kept: Vec::new(),
        }
    }

    pub(super) fn is_full(&self) -> bool {
        self.is_unknown || self.time >= BATCH || self.slices.len() >= LAUNCHES
    }

    fn takes(&mut self, bytes: u32, rate: u32) {
        self.takes_time(Duration::from_micros((bytes / rate).into()));
    }

    pub(super) fn takes_time(&mut self, time: Duration) {
        self.time = self.time.saturating_add(CALL).saturating_add(time);
    }
}

impl Place {
    /// Asks for the steps that are next, until they take as long as a batch should.
    pub(super) fn issue(
        &self,
        desk: &mut Desk,
        next: &Next,
        issued: &mut Issued,
    ) -> Result<(), Stop> {
        while let Some(step) = next.steps.get(issued.step) {
            if issued.is_full() {
                return Ok(());
            }
            match step {
                Step::Write { part, bytes, .. } => {
                    self.write(desk, part.address.into(), bytes)?;
                    issued.takes(part.length, LINK);
                }
                Step::Fill { part, byte, .. } => {
                    let length = length(*part)?;
                    if length > 0 {
                        self.stream
                            .fill(&self.arena, part.address.into(), length, *byte)?;
                    }
                    issued.takes(part.length, WITHIN);
                }
                Step::Copy {
                    from_part, to_part, ..
                } => {
                    self.copy(*from_part, *to_part, &mut issued.kept)?;
                    issued.takes(part_of(step), WITHIN);
                }
                Step::Launch(_) | Step::Operation(_) => {
                    if issued.part == 0 && issued.first == 0 {
                        step.begin().map_err(Stop::Failed)?;
                    }
                    if !self.parts(desk, step, issued)? {
                        return Ok(());
                    }
                }
                // It is for who asks when all of the batch is known to have gone well.
                Step::Read { .. } | Step::Messages(_) => return Ok(()),
            }
            step.done();
            issued.step = issued.step.saturating_add(1);
            issued.part = 0;
            issued.first = 0;
        }
        Ok(())
    }

    /// Launches some of what a step is made of; whether this was all.
    fn parts(&self, desk: &mut Desk, step: &Step, issued: &mut Issued) -> Result<bool, Stop> {
        if let Some(is_all) = self.multiply(desk, step, issued)? {
            return Ok(is_all);
        }
        while issued.part < step.parts() {
            if issued.is_full() {
                return Ok(false);
            }
            if let Some(launch) = step.launch(issued.part)
                && !self.slice(&launch, issued)?
            {
                return Ok(false);
            }
            issued.part = issued.part.saturating_add(1);
            issued.first = 0;
        }
        Ok(true)
    }

    /// Copies within the arena, as if through a third place where the two overlap.
    pub(super) fn copy(&self, from: Part, to: Part, kept: &mut Vec<Memory>) -> Result<(), Stop> {
        let bytes = length(to)?;
        if bytes == 0 || from.address == to.address {
            return Ok(());
        }
        let (from_at, to_at) = (u64::from(from.address), u64::from(to.address));
        if from.address.abs_diff(to.address) >= to.length {
            let (from, to) = ((&self.arena, from_at), (&self.arena, to_at));
            return Ok(self.stream.copy(from, to, bytes)?);
        }
        let third = Memory::new(&self.stream, to.length.into()).map_err(|fault| match fault {
            Fault::NoMemory => Stop::Failed(fault.into_error(to.length.into())),
            fault => Stop::Fault(fault),
        })?;
        self.stream
            .copy((&self.arena, from_at), (&third, 0), bytes)?;
        self.stream.copy((&third, 0), (&self.arena, to_at), bytes)?;
        kept.push(third);
        Ok(())
    }

    /// Launches some of the items that are left; whether these were all.
    fn slice(&self, launch: &Launch, issued: &mut Issued) -> Result<bool, Stop> {
        let left = launch.items.saturating_sub(issued.first);
        if left == 0 {
            return Ok(true);
        }
        let function = self.function(launch)?;
        let is_known = function.time(1).is_some();
        if !is_known && !issued.slices.is_empty() {
            // So that it is measured by itself.
            return Ok(false);
        }
        let time = BATCH.saturating_sub(issued.time);
        let count = left.min(function.slice(time));
        let first = issued.first;
        let ordinal = u32::try_from(issued.slices.len()).unwrap_or(u32::MAX);
        self.start(function, launch, (first, count), ordinal)?;
        issued.slices.push(Slice {
            step: issued.step,
            part: issued.part,
            first,
            count,
            piece: None,
        });
        issued.is_unknown = !is_known;
        let takes = function.time(count).unwrap_or_default();
        issued.takes_time(takes);
        issued.first = first.saturating_add(count);
        Ok(count == left)
    }

    pub(super) fn function(&self, launch: &Launch) -> Result<&Function, Stop> {
        let code = match launch.library {
            None => &*self.code,
            Some(library) => self.opened.library(library).map_err(Stop::Failed)?,
        };
        let missing = || Fault::Lost(format!("`{}` was not compiled", launch.function));
        Ok(code.function(&launch.function).ok_or_else(missing)?)
    }

    /// Asks the driver to run items of a function.
    pub(super) fn start(
        &self,
        function: &Function,
        launch: &Launch,
        (first, count): (u32, u32),
        ordinal: u32,
    ) -> Result<(), Fault> {
        // The parameters of every translation, and then the function's own.
        let mut parameters = vec![
            self.arena.address(),
            self.size,
            self.record.address(),
            first.into(),
            count.into(),
            launch.fuel,
            self.stacks,
            ordinal.into(),
        ];
        parameters.extend(launch.arguments.iter().map(bits));
        let (blocks, threads) = self.grid(function, count);
        // SAFETY: a translation takes these parameters, as `Translation` says, and its function's own have
        // been checked to be of the types of the program's function, which it is made of. They point to
        // the arena and the record, which live as long as `self`; that what was asked for is waited for
        // before it is dropped is seen to by who holds the desk.
        unsafe {
            self.stream
                .launch(&function.kernel, blocks, threads, &mut parameters)
        }
    }

    /// How many threads have room for such a window of the C stack.
    pub(super) fn room_for_stacks(&self, window: Option<StackWindow>) -> u64 {
        let window = window.map_or(0, |window| u64::from(window.bytes));
        let room = self.size.saturating_sub(self.stacks);
        room.checked_div(window).unwrap_or(u64::MAX)
    }

    /// How many blocks of how many threads run so many items, each with its window for the C stack.
    fn grid(&self, function: &Function, count: u32) -> (u32, u32) {
        let processors = self.opened.card.processors.max(1);
        // Few items are spread over the whole device.
        let threads = count.div_ceil(processors).next_multiple_of(WARP);
        let threads = threads.clamp(WARP, Translation::BLOCK);
        let most = function.blocks.saturating_mul(WAVES);
        let windows = self.room_for_stacks(function.translation.stack);
        let with_windows = windows / u64::from(threads);
        let with_windows = u32::try_from(with_windows).unwrap_or(u32::MAX);
        let blocks = count.div_ceil(threads).min(most).min(with_windows);
        // There is room for a warp in any space.
        if blocks == 0 {
            (1, WARP)
        } else {
            (blocks, threads)
        }
    }
}

/// The bits of an argument, in a cell of eight bytes, the lowest first.
pub(super) fn bits(value: &Val) -> u64 {
    match value {
        Val::I32(value) => value.cast_unsigned().into(),
        Val::I64(value) => value.cast_unsigned(),
        Val::F32(bits) => (*bits).into(),
        Val::F64(bits) => *bits,
        // No parameter of a compute function is of another type.
        _ => 0,
    }
}

fn part_of(step: &Step) -> u32 {
    step.length().unwrap_or(FIRST)
}

pub(super) fn length(part: Part) -> Result<usize, Fault> {
    usize::try_from(part.length).map_err(|_| Fault::NoMemory)
}
