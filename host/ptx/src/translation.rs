//! What a translation is, and the way to it.

use wasmparser::ValType;

use crate::build::Builder;
use crate::emit::{self, Shape};
use crate::error::{Error, Limit, Result};
use crate::module::Module;
use crate::options::Options;
use crate::passes;
use crate::record::{Ending, TrapSite, Trapped};

/// The type of a parameter of a launch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ParameterType {
    /// Four bytes.
    I32,
    /// Eight bytes.
    I64,
    /// A float of four bytes.
    F32,
    /// A float of eight bytes.
    F64,
}

/// The type of the item's index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ItemType {
    /// `i32`: a launch has no item of 2^32 or above.
    I32,
    /// `i64`.
    I64,
}

/// Bytes that are in memory before the first launch.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DataSegment {
    /// Where, in the arena.
    pub offset: u32,
    /// What.
    pub bytes: Vec<u8>,
}

/// The part of the arena that a thread has for the C stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct StackWindow {
    /// How long it is, a multiple of 16. The threads' windows lie one behind the other from the
    /// `stack` parameter on, so a launch needs as many as it has threads.
    pub bytes: u32,
}

/// A compute function as PTX, for any number of launches.
///
/// The kernel of [`translate`] has these parameters, in this order, and then [`Translation::parameters`]:
///
/// | parameter | type | |
/// |---|---|---|
/// | `arena` | u64 | where the arena is, a multiple of 256 |
/// | `size` | u64 | bytes of the linear memory: from [`Translation::pages`] pages, and at least one, to 2^32; under [`Policy::Mask`](crate::Policy::Mask) and [`Policy::Deferred`](crate::Policy::Deferred) a power of two. The arena has [`Translation::SLACK`] bytes more |
/// | `record` | u64 | where the [`Record`](crate::Record) of the batch is |
/// | `first` | u64 | the index of the first item |
/// | `count` | u64 | how many items, at most [`Record::ITEMS`](crate::Record::ITEMS) |
/// | `fuel` | u64 | what each item may use: one unit whenever control comes to the start of a loop, and one for each call |
/// | `stack` | u32 | where in the arena the windows of the C stack start, a multiple of 16 |
/// | `ordinal` | u32 | the number of the launch in its batch, below [`Record::LAUNCHES`](crate::Record::LAUNCHES) |
///
/// It runs with blocks of one dimension and at most [`Translation::BLOCK`] threads, any number of
/// them: a thread takes an item, and then the one that is as many further as there are threads. So a
/// long launch can be cut in several, each with its own `first` and `count`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Translation {
    /// The PTX.
    pub ptx: String,
    /// The name of the kernel in it.
    pub entry: &'static str,
    /// The type of the function's first parameter.
    pub item: ItemType,
    /// The function's other parameters.
    pub parameters: Vec<ParameterType>,
    /// The least size of the linear memory, in pages of 64 KiB.
    pub pages: u64,
    /// What each thread needs for the C stack; none where the function does without. The stack pointer
    /// is the global that is exported as `__stack_pointer`, or has that name in the name section: a
    /// module that keeps a stack and says so nowhere has all threads use the same one.
    pub stack: Option<StackWindow>,
    /// What to put into the linear memory before the first launch.
    pub data: Vec<DataSegment>,
    /// Where items can trap; a record counts them from 1 on.
    pub sites: Vec<TrapSite>,
}

impl Translation {
    /// Bytes of the arena behind the linear memory. An access whose address is within and whose
    /// constant offset leads out of the linear memory ends there.
    pub const SLACK: u64 = 1 << 16;
    /// The most threads of a block.
    pub const BLOCK: u32 = 256;
    /// After how many units of fuel an item looks at the record again, and ends if that says so.
    pub const SLICE: u32 = 3 << 14;

    /// The trap that the `lowest` word of a record tells of; none where it tells of none, or of one that
    /// is not of this translation. Where launches of several translations are in a batch,
    /// [`Ending::read`] says in which it happened.
    pub fn trapped(&self, lowest: u64) -> Option<Trapped> {
        let Some(Ending::Trapped {
            ordinal,
            index,
            site,
        }) = Ending::read(lowest)
        else {
            return None;
        };
        let site = self.sites.get((site as usize).checked_sub(1)?)?;
        Some(Trapped {
            kind: site.kind,
            ordinal,
            index,
            function: site.function,
            offset: site.offset,
        })
    }
}

/// Translates the function that `module` exports as `function`.
///
/// # Errors
/// Where the module is not valid, exports no such function, uses what has no translation, or would
/// become larger than [`Options::limits`] allows.
pub fn translate(module: &[u8], function: &str, options: &Options) -> Result<Translation> {
    shaped(module, function, options, Shape::Launch)
}

/// Translates the function as one that resides on the device: a kernel that runs it for each message that
/// comes through a [`Ring`](crate::Ring), which says what its parameters are.
///
/// # Errors
/// As [`translate`].
pub fn translate_resident(module: &[u8], function: &str, options: &Options) -> Result<Translation> {
    shaped(module, function, options, Shape::Resident)
}

fn shaped(module: &[u8], function: &str, options: &Options, shape: Shape) -> Result<Translation> {
    let module = Module::read(module, &options.limits)?;
    let index = module.export(function).ok_or_else(|| Error::NoFunction {
        name: function.to_owned(),
        exports: module.exports().map(str::to_owned).collect(),
    })?;
    let (item, parameters) = signature(&module, index).map_err(|reason| Error::Signature {
        name: function.to_owned(),
        reason,
    })?;
    let mut builder = Builder::new(&module, options);
    builder.compute(index)?;
    let pointers = std::mem::take(&mut builder.stack_pointers);
    let mut built = builder.function;
    passes::simplify(&mut built);
    let bytes = passes::stack_bytes(&built, &pointers)?.next_multiple_of(16);
    let most = options.limits.stack_bytes;
    if bytes as usize > most {
        return Err(Error::TooLarge {
            limit: Limit::StackBytes,
            most,
        });
    }
    passes::speed_up(&mut built);
    let (ptx, sites) = emit::print(
        &built,
        options,
        &emit::Entry {
            end: module.end(index),
            item,
            parameters: &parameters,
            stack_bytes: bytes,
        },
        shape,
    )?;
    Ok(Translation {
        ptx,
        entry: match shape {
            Shape::Launch => emit::ENTRY,
            Shape::Resident => emit::RESIDENT,
        },
        item,
        parameters,
        pages: module.pages.unwrap_or(0),
        stack: (bytes > 0).then_some(StackWindow { bytes }),
        data: module.data,
        sites,
    })
}

fn signature(
    module: &Module<'_>,
    function: u32,
) -> Result<(ItemType, Vec<ParameterType>), &'static str> {
    let ty = module
        .function_type(function)
        .ok_or("its type is not one of a function")?;
    if !ty.results().is_empty() {
        return Err("it returns something: have it write what it computes to memory");
    }
    let (first, rest) = ty.params().split_first().ok_or("it takes no item index")?;
    let item = match first {
        ValType::I32 => ItemType::I32,
        ValType::I64 => ItemType::I64,
        _ => return Err("its first parameter, the item's index, is neither i32 nor i64"),
    };
    let parameter = |ty: &ValType| match ty {
        ValType::I32 => Ok(ParameterType::I32),
        ValType::I64 => Ok(ParameterType::I64),
        ValType::F32 => Ok(ParameterType::F32),
        ValType::F64 => Ok(ParameterType::F64),
        _ => Err("a parameter is no number"),
    };
    // The driver takes 4 KiB of parameters.
    if rest.len() > 256 {
        return Err("it takes more than 257 parameters");
    }
    Ok((item, rest.iter().map(parameter).collect::<Result<_, _>>()?))
}
