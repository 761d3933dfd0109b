//! A program, translated for a GPU and compiled by its driver.

use super::devices::Opened;
use super::driver::{Fault, Kernel, compile};
use crate::{ComputeError, Program, TrapCode};
use parking_lot::Mutex;
use ringhost_ptx::{Translation, TrapKind, translate, translate_resident};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

/// Items of the first slice of a function, of which nothing is known.
pub(super) const FIRST: u32 = 4096;

/// How many times larger a slice can be than the largest before it.
const GROWTH: u32 = 8;

/// A program, compiled in a context.
pub(crate) struct Code {
    functions: HashMap<String, Function>,
    /// Functions that stay on the device, made when they are first asked for.
    residents: Mutex<HashMap<String, Arc<Loaded>>>,
}

/// A translation, compiled in a context.
pub(super) struct Loaded {
    pub(super) kernel: Kernel,
    pub(super) translation: Translation,
}

/// A compute function on the device.
pub(super) struct Function {
    pub(super) kernel: Kernel,
    pub(super) translation: Translation,
    /// Blocks of the most threads that the whole device has at once.
    pub(super) blocks: u32,
    pace: Mutex<Pace>,
}

/// How fast a function has been.
struct Pace {
    /// Items in a microsecond; none before it has been measured.
    rate: Option<f64>,
    largest: u32,
}

impl Code {
    /// # Errors
    /// If a function can run on the CPU only, or the driver cannot compile it.
    pub(super) fn new(opened: &Opened, program: &Program) -> Result<Self, ComputeError> {
        let mut functions = HashMap::new();
        for function in program.functions() {
            let name = &function.name;
            let export = format!("{}{name}", crate::program::PREFIX);
            let translation = translate(program.module(), &export, &opened.options)
                .map_err(|error| refused(name, &error))?;
            let made = opened.context.enter().and_then(|()| {
                let kernel = kernel(opened, &translation)?;
                let blocks = kernel.blocks(Translation::BLOCK)?;
                Ok((kernel, blocks))
            });
            let (kernel, blocks) = made.map_err(|fault| match fault {
                Fault::NoCode(reason) => {
                    let reason = format!("the driver cannot compile `{name}`: {reason}");
                    ComputeError::NoDevice(reason)
                }
                other => other.into_error(0),
            })?;
            let function = Function {
                kernel,
                translation,
                blocks: blocks.saturating_mul(opened.card.processors),
                pace: Mutex::new(Pace {
                    rate: None,
                    largest: FIRST / GROWTH,
                }),
            };
            functions.insert(name.clone(), function);
        }
        Ok(Self {
            functions,
            residents: Mutex::default(),
        })
    }

    /// A function as one that stays on the device.
    ///
    /// # Errors
    /// If the driver cannot compile it.
    pub(super) fn resident(
        &self,
        opened: &Opened,
        program: &Program,
        name: &str,
    ) -> Result<Arc<Loaded>, ComputeError> {
        let known = self.residents.lock().get(name).cloned();
        if let Some(loaded) = known {
            return Ok(loaded);
        }
        let export = format!("{}{name}", crate::program::PREFIX);
        let translation = translate_resident(program.module(), &export, &opened.options)
            .map_err(|error| refused(name, &error))?;
        let kernel = opened
            .context
            .enter()
            .and_then(|()| self::kernel(opened, &translation))
            .map_err(|fault| fault.into_error(0))?;
        let loaded = Arc::new(Loaded {
            kernel,
            translation,
        });
        let mut all = self.residents.lock();
        Ok(all.entry(name.to_owned()).or_insert(loaded).clone())
    }

    pub(super) fn function(&self, name: &str) -> Option<&Function> {
        self.functions.get(name)
    }

    /// The longest window that a thread of any of its functions needs for the C stack, in bytes.
    pub(super) fn window(&self) -> u64 {
        let windows = self.functions.values().map(Function::window);
        windows.max().unwrap_or(0)
    }
}

/// What a translation is on the device: what was compiled of it before, or is now.
fn kernel(opened: &Opened, translation: &Translation) -> Result<Kernel, Fault> {
    let (context, entry) = (&opened.context, translation.entry);
    let Some(store) = &opened.store else {
        return Kernel::new(context, &compile(context, &translation.ptx)?, entry);
    };
    let digest = Sha256::digest(&translation.ptx);
    let card = &opened.card;
    let name = format!("{digest:x}-sm_{}-{}", card.capability, card.driver);
    // Code that the driver does not take any more is made again.
    if let Some(code) = store.read(&name)
        && let Some(kernel) = taken(Kernel::new(context, &code, entry))?
    {
        return Ok(kernel);
    }
    let code = compile(context, &translation.ptx)?;
    let kernel = Kernel::new(context, &code, entry)?;
    store.write(&name, &code);
    Ok(kernel)
}

/// None where the driver did not take the code and all else is well.
fn taken(loaded: Result<Kernel, Fault>) -> Result<Option<Kernel>, Fault> {
    match loaded {
        Err(Fault::NoCode(_)) => Ok(None),
        loaded => loaded.map(Some),
    }
}

/// What is told of a function that has no translation.
fn refused(name: &str, error: &ringhost_ptx::Error) -> ComputeError {
    ComputeError::NoDevice(format!("`{name}` cannot run on a CUDA device: {error}"))
}

impl Function {
    pub(super) fn window(&self) -> u64 {
        self.translation
            .stack
            .map_or(0, |window| u64::from(window.bytes))
    }

    /// How many items can be run in so much time.
    pub(super) fn slice(&self, time: Duration) -> u32 {
        let pace = self.pace.lock();
        let most = pace.largest.saturating_mul(GROWTH).max(FIRST);
        let Some(rate) = pace.rate else {
            return FIRST;
        };
        let items = rate * time.as_secs_f64() * 1e6;
        // As casts of floats do, it ends at the largest.
        (items as u32).clamp(1, most)
    }

    /// How long so many items should take, if it is known.
    pub(super) fn time(&self, items: u32) -> Option<Duration> {
        let rate = self.pace.lock().rate?;
        Duration::try_from_secs_f64(f64::from(items) / rate / 1e6).ok()
    }

    /// So many items have taken so long.
    pub(super) fn measured(&self, items: u32, took: Duration) {
        let microseconds = (took.as_secs_f64() * 1e6).max(0.1);
        let mut pace = self.pace.lock();
        pace.rate = Some(f64::from(items.max(1)) / microseconds);
        pace.largest = pace.largest.max(items);
    }

    /// It has been slower than was thought, by this factor.
    pub(super) fn slowed(&self, factor: f64) {
        if let Some(rate) = &mut self.pace.lock().rate {
            *rate /= factor;
        }
    }
}

/// What a trap on the device is on every device.
pub(super) fn code(kind: TrapKind) -> TrapCode {
    match kind {
        TrapKind::DivisionByZero => TrapCode::DivideByZero,
        TrapKind::IntegerOverflow => TrapCode::IntegerOverflow,
        TrapKind::BadConversion => TrapCode::BadConversion,
        TrapKind::Unreachable => TrapCode::Unreachable,
        TrapKind::OutOfFuel => TrapCode::OutOfFuel,
        // An access out of bounds or off its alignment.
        _ => TrapCode::OutOfBounds,
    }
}
