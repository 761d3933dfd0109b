//! A program on one thread, in one space.

use super::body::{OUT_OF_FUEL, STACK_OVERFLOW};
use super::compiled::Compiled;
use super::entry::ENTRY;
use super::pool::Turns;
use crate::event::State;
use crate::{ComputeError, TrapCode};
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;
use wasmtime::{
    Engine, Func, Global, Linker, SharedMemory, Store, StoreContextMut, Trap, UpdateDeadline, Val,
};

/// A program on one thread, in one space.
pub(crate) struct Lane {
    store: Store<Held>,
    entries: HashMap<String, Func>,
    cause: Global,
    item: Global,
}

/// What is asked at each tick while a chunk runs.
struct Held {
    end: Option<Global>,
    watch: Option<Watch>,
}

/// Why a chunk would have to give the thread back.
pub(crate) struct Watch {
    /// The commands that it is part of, which can be cancelled.
    pub(crate) event: Arc<State>,
    /// Other spaces that wait for a thread.
    pub(crate) turns: Arc<Turns>,
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
        thread: usize,
    ) -> Result<Self, ComputeError> {
        Self::instance(engine, compiled, memory, thread)
            .map_err(|error| ComputeError::DeviceLost(format!("{error:#}")))
    }

    fn instance(
        engine: &Engine,
        compiled: &Compiled,
        memory: &SharedMemory,
        thread: usize,
    ) -> wasmtime::Result<Self> {
        let held = Held {
            end: None,
            watch: None,
        };
        let mut store = Store::new(engine, held);
        store.epoch_deadline_callback(|store| Ok(tick(store)));
        let mut linker = Linker::new(engine);
        linker.define(&store, "ring", "memory", memory.clone())?;
        store.set_epoch_deadline(1);
        let instance = linker.instantiate(&mut store, &compiled.module)?;
        let mut global = |name| {
            instance
                .get_global(&mut store, name)
                .ok_or_else(|| wasmtime::Error::msg("a global of ours is not there"))
        };
        let (cause, item, end, window) = (
            global("cause")?,
            global("item")?,
            global("end")?,
            global("window")?,
        );
        window.set(&mut store, Val::I32(compiled.window(thread).cast_signed()))?;
        store.data_mut().end = Some(end);
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
        watch: Watch,
    ) -> Outcome {
        let Some(entry) = self.entries.get(function).copied() else {
            return Outcome::Failed(format!("no function {function}"));
        };
        let mut parameters = vec![
            Val::I32(items.start.cast_signed()),
            Val::I32(items.end.cast_signed()),
            Val::I64(fuel.cast_signed()),
        ];
        parameters.extend_from_slice(arguments);
        let mut results = [Val::I32(0)];
        self.store.data_mut().watch = Some(watch);
        self.store.set_epoch_deadline(1);
        let result = entry.call(&mut self.store, &parameters, &mut results);
        self.store.data_mut().watch = None;
        match (result, &results) {
            (Ok(()), [Val::I32(next)]) => Outcome::Came(next.cast_unsigned()),
            (Ok(()), _) => Outcome::Failed("an entry of ours has another type".to_owned()),
            (Err(error), _) => self.outcome(&error),
        }
    }

    fn outcome(&mut self, error: &wasmtime::Error) -> Outcome {
        let code = match error.downcast_ref::<Trap>() {
            Some(Trap::Interrupt) => return Outcome::Cancelled,
            Some(Trap::MemoryOutOfBounds | Trap::HeapMisaligned) => TrapCode::OutOfBounds,
            Some(Trap::IntegerDivisionByZero) => TrapCode::DivideByZero,
            Some(Trap::IntegerOverflow) => TrapCode::IntegerOverflow,
            Some(Trap::BadConversionToInteger) => TrapCode::BadConversion,
            Some(Trap::StackOverflow) => TrapCode::StackOverflow,
            Some(Trap::TableOutOfBounds | Trap::IndirectCallToNull | Trap::BadSignature) => {
                TrapCode::IndirectCall
            }
            Some(Trap::UnreachableCodeReached) => self.cause(),
            _ => return Outcome::Failed(format!("{error:#}")),
        };
        match self.item.get(&mut self.store) {
            Val::I32(item) => Outcome::Trapped(item.cast_unsigned(), code),
            _ => Outcome::Failed("a global of ours has another type".to_owned()),
        }
    }

    /// What an `unreachable` meant.
    fn cause(&mut self) -> TrapCode {
        let cause = self.cause.get(&mut self.store);
        // That it cannot be set is a fault that the next trap would show again.
        let _ = self.cause.set(&mut self.store, Val::I32(0));
        match cause {
            Val::I32(OUT_OF_FUEL) => TrapCode::OutOfFuel,
            Val::I32(STACK_OVERFLOW) => TrapCode::StackOverflow,
            _ => TrapCode::Unreachable,
        }
    }
}

fn tick(mut store: StoreContextMut<'_, Held>) -> UpdateDeadline {
    let Some(watch) = &store.data().watch else {
        return UpdateDeadline::Continue(1);
    };
    if watch.event.is_cancelled() {
        return UpdateDeadline::Interrupt;
    }
    if watch.turns.are_wanted()
        && let Some(end) = store.data().end
    {
        // The item that runs is the chunk's last. If it cannot be set the chunk takes longer.
        let _ = end.set(&mut store, Val::I32(0));
    }
    UpdateDeadline::Continue(1)
}
