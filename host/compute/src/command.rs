//! What a space is asked to do.

use crate::{Buffer, Gemm, Reduce, Scan, Sort};

/// What a space is asked to do. Offsets and lengths are in bytes.
#[derive(Debug, Clone)]
pub enum Command {
    /// Writes bytes into a buffer.
    Write {
        /// The buffer.
        buffer: Buffer,
        /// Where in it.
        offset: u32,
        /// What.
        bytes: Vec<u8>,
    },
    /// Copies part of a buffer into one of the same space, also where they overlap.
    Copy {
        /// The buffer that is read.
        from: Buffer,
        /// Where in it.
        from_offset: u32,
        /// The buffer that is written.
        to: Buffer,
        /// Where in it.
        to_offset: u32,
        /// How much.
        length: u32,
    },
    /// Fills part of a buffer with a byte.
    Fill {
        /// The buffer.
        buffer: Buffer,
        /// Where in it.
        offset: u32,
        /// How much.
        length: u32,
        /// With what.
        byte: u8,
    },
    /// Runs a function over items.
    Launch(Launch),
    /// Makes one of elements.
    Reduce(Reduce),
    /// Has elements become what they make with all before them.
    Scan(Scan),
    /// Puts elements in order.
    Sort(Sort),
    /// Multiplies matrices.
    Gemm(Gemm),
}

/// A function to run once for each item.
#[derive(Debug, Clone, Default)]
pub struct Launch {
    /// Its name, as it is marked.
    pub function: String,
    /// How many items there are: the first is 0.
    pub items: u32,
    /// What it gets beside the item, one for each parameter.
    pub arguments: Vec<Argument>,
    /// Turns of loops and calls that each item may take: 2^36 at most. Without it what the author says,
    /// else 2^24.
    pub fuel: Option<u64>,
}

/// What a parameter of a function gets.
#[derive(Debug, Clone)]
pub enum Argument {
    /// A number of 32 bits.
    I32(i32),
    /// A number of 64 bits.
    I64(i64),
    /// A float of 32 bits.
    F32(f32),
    /// A float of 64 bits.
    F64(f64),
    /// The address of a buffer of the same space.
    Buffer(Buffer),
}
