//! Which global is the pointer into the stack that compilers keep in memory.

use super::Outline;
use wasmparser::{Operator, ValType};

/// What linkers name it.
pub(crate) const STACK_POINTER: &str = "__stack_pointer";

/// Looks for the stack pointer in the code that is reached: the global that a function makes room on
/// its stack with, by taking a constant from it. A component without names can be told by nothing
/// else. One that linkers have named is taken at its name.
#[derive(Default)]
pub(super) struct Search {
    /// The global that was read last, and how many operators ago.
    read: Option<(u32, u8)>,
    constant: Option<i32>,
    found: Option<u32>,
}

impl Search {
    pub(super) fn see(&mut self, operator: &Operator<'_>) {
        match (operator, self.read, self.constant) {
            (Operator::GlobalGet { global_index }, _, _) => {
                self.read = Some((*global_index, 0));
                self.constant = None;
            }
            (Operator::I32Const { value }, Some((_, 0)), _) => {
                self.read = self.read.map(|(global, _)| (global, 1));
                self.constant = Some(*value);
            }
            (Operator::I32Sub, Some((global, 1)), Some(1..)) => self.find(global),
            (Operator::I32Add, Some((global, 1)), Some(..0)) => self.find(global),
            _ => self.read = None,
        }
    }

    fn find(&mut self, global: u32) {
        self.found.get_or_insert(global);
        self.read = None;
    }

    /// The stack pointer, if what was seen uses one.
    pub(super) fn result(&self, outline: &Outline<'_>) -> Option<u32> {
        let global = outline.named_stack_pointer.or(self.found)?;
        let kind = outline.global(global)?.kind;
        (kind.mutable && kind.content_type == ValType::I32).then_some(global)
    }
}
