//! A program on one thread, in one space.

use super::body::{CANCELLED, OUT_OF_FUEL, SLICE, STACK_OVERFLOW};
use super::compiled::Compiled;
use super::control::Control;
use super::entry::ENTRY;
use crate::{ComputeError, TrapCode};
use std::collections::HashMap;
use std::ops::Range;
use wasmtime::{Engine, Func, Global, Linker, SharedMemory, Store, Trap, Val};

/// A program on one thread, in one space.
pub(crate) struct Lane {
    store: Store<()>,
    entries: HashMap<String, Func>,
    cause: Global,
    item: Global,
}

/// What became of a chunk.
pub(crate) enum Outcome {
    /// All items before this one ran.
    Came(u32),
    Trapped(u32, TrapCode),
    Cancelled,
    Failed(String),
}

impl Lane {
    /// # Errors
    /// If there is no memory for it.
    pub(crate) fn new(
        engine: &Engine,
        compiled: &Compiled,
        memory: &SharedMemory,
        control: &Control,
        thread: usize,
    ) -> Result<Self, ComputeError> {
        Self::instance(engine, compiled, memory, control, thread)
            .map_err(|error| ComputeError::DeviceLost(format!("{error:#}")))
    }

    fn instance(
        engine: &Engine,
        compiled: &Compiled,
        memory: &SharedMemory,
        control: &Control,
        thread: usize,
    ) -> wasmtime::Result<Self> {
        let mut store = Store::new(engine, ());
        let mut linker = Linker::new(engine);
        linker.define(&store, "ring", "memory", memory.clone())?;
        linker.define(&store, "ring", "control", control.memory().clone())?;
        let instance = linker.instantiate(&mut store, &compiled.module)?;
        let global = |store: &mut Store<()>, name| {
            instance
                .get_global(store, name)
                .ok_or_else(|| wasmtime::Error::msg("a global of ours is not there"))
        };
        let (cause, item) = (global(&mut store, "cause")?, global(&mut store, "item")?);
        for (name, value) in [
            ("window", compiled.window(thread)),
            ("control", control.address(thread)),
        ] {
            global(&mut store, name)?.set(&mut store, Val::I32(value.cast_signed()))?;
        }
        let mut entries = HashMap::new();
        for function in compiled.program.functions() {
            let entry = format!("{ENTRY}{}", function.name);
            if let Some(entry) = instance.get_func(&mut store, &entry) {
                entries.insert(function.name.clone(), entry);
            }
        }
        Ok(Self {
            store,
            entries,
            cause,
            item,
        })
    }

    /// Runs items of a function, at least one.
    pub(crate) fn run(
        &mut self,
        function: &str,
        items: &Range<u32>,
        fuel: u64,
        arguments: &[Val],
    ) -> Outcome {
        let Some(entry) = self.entries.get(function).copied() else {
            return Outcome::Failed(format!("no function {function}"));
        };
        let mut parameters = vec![
            Val::I32(items.start.cast_signed()),
            Val::I32(items.end.cast_signed()),
            Val::I64(fuel.min(SLICE).cast_signed()),
            Val::I64(fuel.saturating_sub(SLICE).cast_signed()),
        ];
        parameters.extend_from_slice(arguments);
        let mut results = [Val::I32(0)];
        let result = entry.call(&mut self.store, &parameters, &mut results);
        match (result, &results) {
            (Ok(()), [Val::I32(next)]) => Outcome::Came(next.cast_unsigned()),
            (Ok(()), _) => Outcome::Failed("an entry of ours has another type".to_owned()),
            (Err(error), _) => self.outcome(&error),
        }
    }

    fn outcome(&mut self, error: &wasmtime::Error) -> Outcome {
        let code = match error.downcast_ref::<Trap>() {
            Some(Trap::MemoryOutOfBounds | Trap::HeapMisaligned) => TrapCode::OutOfBounds,
            Some(Trap::IntegerDivisionByZero) => TrapCode::DivideByZero,
            Some(Trap::IntegerOverflow) => TrapCode::IntegerOverflow,
            Some(Trap::BadConversionToInteger) => TrapCode::BadConversion,
            Some(Trap::StackOverflow) => TrapCode::StackOverflow,
            Some(Trap::TableOutOfBounds | Trap::IndirectCallToNull | Trap::BadSignature) => {
                TrapCode::IndirectCall
            }
            Some(Trap::UnreachableCodeReached) => match self.cause() {
                Some(code) => code,
                None => return Outcome::Cancelled,
            },
            _ => return Outcome::Failed(format!("{error:#}")),
        };
        match self.item.get(&mut self.store) {
            Val::I32(item) => Outcome::Trapped(item.cast_unsigned(), code),
            _ => Outcome::Failed("a global of ours has another type".to_owned()),
        }
    }

    /// What an `unreachable` meant; none if that the launch was cancelled.
    fn cause(&mut self) -> Option<TrapCode> {
        let cause = self.cause.get(&mut self.store);
        // That it cannot be set is a fault that the next trap would show again.
        let _ = self.cause.set(&mut self.store, Val::I32(0));
        Some(match cause {
            Val::I32(OUT_OF_FUEL) => TrapCode::OutOfFuel,
            Val::I32(STACK_OVERFLOW) => TrapCode::StackOverflow,
            Val::I32(CANCELLED) => return None,
            _ => TrapCode::Unreachable,
        })
    }
}
