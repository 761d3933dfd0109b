//! What a component marks for data-parallel work, taken out of it.

mod extract;
mod find;
mod operators;
mod outline;
mod reach;
mod roles;
mod stack_pointer;
#[cfg(test)]
mod tests;

pub(crate) use outline::{Constant, Outline};
pub(crate) use stack_pointer::STACK_POINTER;

use crate::ProgramError;
use std::sync::Arc;

/// What a marked function's export name begins with; the rest is the function's name.
pub(crate) const PREFIX: &str = "compute:";

/// The compute functions of a component, in a core module of their own; cheap to clone.
#[derive(Clone)]
pub struct Program(Arc<Inner>);

struct Inner {
    functions: Vec<Function>,
    module: Arc<[u8]>,
}

/// A compute function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    /// The name it is marked with.
    pub name: String,
    /// What a launch gives it, beside the item.
    pub parameters: Vec<Parameter>,
    /// The fuel of an item, where the author says it.
    pub fuel: Option<u64>,
}

/// A parameter of a compute function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// What the author calls it, where they say it.
    pub name: Option<String>,
    /// Its type in WebAssembly.
    pub kind: ValueKind,
    /// What the function does with it.
    pub role: Role,
    /// What the buffer holds, where the author says it.
    pub element: Option<Element>,
}

/// A type of value in WebAssembly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueKind {
    /// A number of 32 bits, or an address.
    I32,
    /// A number of 64 bits.
    I64,
    /// A float of 32 bits.
    F32,
    /// A float of 64 bits.
    F64,
}

/// What a function does with a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// It is a number.
    Value,
    /// It is the address of a buffer that the function reads.
    In,
    /// It is the address of a buffer that all items together write whole.
    Out,
    /// It is the address of a buffer that the function reads and writes. What the author says nothing
    /// of is this, if it can be an address.
    InOut,
}

/// What a buffer holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Element {
    I8,
    U8,
    I16,
    U16,
    I32,
    U32,
    I64,
    U64,
    F32,
    F64,
}

impl Program {
    /// The compute functions of a component; none where it marks nothing.
    ///
    /// # Errors
    /// If one of them cannot be taken out, or the bytes are no component.
    pub fn of_component(component: &[u8]) -> Result<Option<Self>, ProgramError> {
        match find::marking_module(component)? {
            Some(module) => Self::of_module(module).map(Some),
            None => Ok(None),
        }
    }

    /// The compute functions of a core module, by the same rules.
    ///
    /// # Errors
    /// If it marks none, or one of them cannot be taken out.
    pub fn of_module(module: &[u8]) -> Result<Self, ProgramError> {
        let outline = Outline::of(module)?;
        let functions = roles::functions(&outline)?;
        let reached = reach::Reached::from(&outline)?;
        let module = extract::extract(&outline, &reached)?.into();
        Ok(Self(Arc::new(Inner { functions, module })))
    }

    /// The program of a component that marks nothing: in its spaces only the host's own operations run.
    #[must_use]
    pub fn none() -> Self {
        Self(Arc::new(Inner {
            functions: Vec::new(),
            module: extract::nothing().into(),
        }))
    }

    /// Its functions, in the order in which they are exported.
    #[must_use]
    pub fn functions(&self) -> &[Function] {
        &self.0.functions
    }

    /// The function of this name.
    #[must_use]
    pub fn function(&self, name: &str) -> Option<&Function> {
        self.functions()
            .iter()
            .find(|function| function.name == name)
    }

    /// The core module that was taken out. It imports its memory, `ring` `memory`, and exports its
    /// functions as `compute:NAME`, and its stack pointer, if it has one, as `__stack_pointer`.
    #[must_use]
    pub fn module(&self) -> &[u8] {
        &self.0.module
    }
}

impl std::fmt::Debug for Program {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Program")
            .field("functions", &self.0.functions)
            .finish_non_exhaustive()
    }
}
