//! Writes a function so that its turns of loops and its calls burn fuel.

use crate::ProgramError;
use wasm_encoder::reencode::{Reencode, RoundtripReencoder};
use wasm_encoder::{BlockType, Function, Instruction, MemArg};
use wasmparser::{FunctionBody, Operator};

/// The globals that are added to a program's own.
#[derive(Clone, Copy)]
pub(super) struct Globals {
    /// Says what a trap means that is an `unreachable` of ours.
    pub(super) cause: u32,
    /// The item that runs.
    pub(super) item: u32,
    /// What is left of the fuel in hand, where one function calls another.
    pub(super) fuel: u32,
    /// What is left of the item's fuel behind that.
    pub(super) left: u32,
    /// Where in the control memory the thread's words are.
    pub(super) control: u32,
    /// Where the window for the thread's stack begins.
    pub(super) window: u32,
    /// The program's own stack pointer.
    pub(super) stack_pointer: Option<u32>,
}

/// What [`Globals::cause`] holds after a trap of ours.
pub(super) const OUT_OF_FUEL: i32 = 1;
pub(super) const STACK_OVERFLOW: i32 = 2;
pub(super) const CANCELLED: i32 = 3;

/// How much of its fuel an item has in hand: with each such slice it is asked whether to go on.
pub(super) const SLICE: u64 = 1 << 14;

/// A body while it is written into a function.
///
/// The fuel in hand is in a local of the function, where it costs a register and no access to memory;
/// around each call it is handed over in a global. For that a body that burns fuel stands in a block,
/// which its returns leave. What happens when a slice of fuel is used up is written out at each place,
/// and wasmtime's epochs are not used: a call at a turn, however seldom, has the compiler keep what is in
/// registers on the stack, which makes a short loop several times slower.
pub(super) struct Body<'a> {
    pub(super) body: &'a FunctionBody<'a>,
    pub(super) globals: Globals,
    /// What is added to the numbers of its locals.
    pub(super) first_local: u32,
    /// The local with the fuel; none in a body that burns none.
    pub(super) fuel: Option<u32>,
    /// Whether the body stands in a block of its own.
    pub(super) in_block: bool,
}

/// Where among a thread's words in the control memory is the one that ends the launch, and the one that
/// has the thread back after the item that runs.
pub(super) const STOP: u64 = 0;
pub(super) const YIELD: u64 = 4;

/// A word in the control memory, which is the second one, so that no code but ours comes to it.
pub(super) fn word(offset: u64) -> MemArg {
    MemArg {
        offset,
        align: 2,
        memory_index: 1,
    }
}

/// Whether a body turns or calls.
pub(super) fn burns(body: &FunctionBody<'_>) -> Result<bool, ProgramError> {
    any(body, |operator| {
        matches!(
            operator,
            Operator::Loop { .. } | Operator::Call { .. } | Operator::CallIndirect { .. }
        )
    })
}

/// Whether a body can take longer than it is long.
pub(super) fn takes_long(body: &FunctionBody<'_>) -> Result<bool, ProgramError> {
    let moves = any(body, |operator| {
        matches!(
            operator,
            Operator::MemoryFill { .. } | Operator::MemoryCopy { .. }
        )
    })?;
    Ok(moves || burns(body)?)
}

fn any(body: &FunctionBody<'_>, is: impl Fn(&Operator<'_>) -> bool) -> Result<bool, ProgramError> {
    for operator in body.get_operators_reader().map_err(invalid)? {
        if is(&operator.map_err(invalid)?) {
            return Ok(true);
        }
    }
    Ok(false)
}

impl Body<'_> {
    /// Writes all but the last `end`.
    pub(super) fn write(&self, into: &mut Function) -> Result<(), ProgramError> {
        let mut depth = 0_u32;
        for operator in self.body.get_operators_reader().map_err(invalid)? {
            let operator = operator.map_err(invalid)?;
            match operator {
                Operator::Block { .. } | Operator::If { .. } => depth = depth.saturating_add(1),
                Operator::End => match depth.checked_sub(1) {
                    Some(less) => depth = less,
                    None => return Ok(()),
                },
                Operator::Return if self.in_block => {
                    into.instruction(&Instruction::Br(depth));
                    continue;
                }
                Operator::Call { .. } | Operator::CallIndirect { .. } => {
                    self.burn(into);
                    self.call(into, operator)?;
                    continue;
                }
                // One of these can take as long as millions of turns.
                Operator::MemoryFill { .. } | Operator::MemoryCopy { .. } => self.look_up(into),
                _ => {}
            }
            let is_loop = matches!(operator, Operator::Loop { .. });
            let sets = match operator {
                Operator::GlobalSet { global_index } => Some(global_index),
                _ => None,
            };
            into.instruction(&self.instruction(operator)?);
            if is_loop {
                depth = depth.saturating_add(1);
                self.burn(into);
            }
            if sets.is_some() && sets == self.globals.stack_pointer {
                self.check_stack(into);
            }
        }
        Ok(())
    }

    /// Burns a unit of fuel, or traps.
    fn burn(&self, into: &mut Function) {
        let Some(fuel) = self.fuel else {
            return;
        };
        let left = self.globals.left;
        let slice = SLICE.cast_signed();
        into.instructions()
            .local_get(fuel)
            .i64_const(1)
            .i64_sub()
            .local_tee(fuel)
            .i64_const(0)
            .i64_lt_s()
            .if_(BlockType::Empty)
            .global_get(left)
            .i64_eqz();
        self.trap(into, OUT_OF_FUEL);
        self.look_up(into);
        // The lesser of a slice and what is left, less the unit that is burnt now.
        into.instructions()
            .i64_const(slice)
            .global_get(left)
            .global_get(left)
            .i64_const(slice)
            .i64_gt_u()
            .select()
            .local_tee(fuel)
            .global_get(left)
            .i64_sub()
            .i64_const(-1)
            .i64_mul()
            .global_set(left)
            .local_get(fuel)
            .i64_const(1)
            .i64_sub()
            .local_set(fuel)
            .end();
    }

    /// Traps, if the launch has been cancelled.
    fn look_up(&self, into: &mut Function) {
        into.instructions()
            .global_get(self.globals.control)
            .i32_atomic_load(word(STOP));
        self.trap(into, CANCELLED);
    }

    /// Traps, if the stack pointer is not in its window.
    fn check_stack(&self, into: &mut Function) {
        let Some(stack_pointer) = self.globals.stack_pointer else {
            return;
        };
        into.instructions()
            .global_get(stack_pointer)
            .global_get(self.globals.window)
            .i32_sub()
            .i32_const(super::WINDOW.cast_signed())
            .i32_gt_u();
        self.trap(into, STACK_OVERFLOW);
    }

    /// Traps for this cause, if the number on the stack is not zero.
    fn trap(&self, into: &mut Function, cause: i32) {
        into.instructions()
            .if_(BlockType::Empty)
            .i32_const(cause)
            .global_set(self.globals.cause)
            .unreachable()
            .end();
    }

    fn call(&self, into: &mut Function, call: Operator<'_>) -> Result<(), ProgramError> {
        if let Some(fuel) = self.fuel {
            into.instructions()
                .local_get(fuel)
                .global_set(self.globals.fuel);
        }
        into.instruction(&self.instruction(call)?);
        if let Some(fuel) = self.fuel {
            into.instructions()
                .global_get(self.globals.fuel)
                .local_set(fuel);
        }
        Ok(())
    }

    fn instruction<'o>(&self, operator: Operator<'o>) -> Result<Instruction<'o>, ProgramError> {
        let moved = |local: u32| local.saturating_add(self.first_local);
        Ok(match operator {
            Operator::LocalGet { local_index } => Instruction::LocalGet(moved(local_index)),
            Operator::LocalSet { local_index } => Instruction::LocalSet(moved(local_index)),
            Operator::LocalTee { local_index } => Instruction::LocalTee(moved(local_index)),
            other => RoundtripReencoder
                .instruction(other)
                .map_err(|error| ProgramError::Invalid(error.to_string()))?,
        })
    }
}

pub(super) fn invalid(error: wasmparser::BinaryReaderError) -> ProgramError {
    ProgramError::Invalid(error.to_string())
}
