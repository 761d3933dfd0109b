//! The host's own operations on buffers.
//!
//! What is asked for becomes launches of functions that are WebAssembly like those of kernels, made of text
//! here, and run in the same space: so they take turns, end when they are told to, and give the same bits on
//! every device. An operation is one step; its launches are worked out one at a time, when each is next, so
//! that a long list of operations is no longer than it was handed over.

mod check;
mod digits;
mod folds;
mod gemm;
mod kind;
mod library;
mod product;
mod reduce;
mod scan;
mod sort;

pub(crate) use gemm::{Factor, Gemm};
#[cfg(test)]
pub(crate) use kind::Kind;
pub(crate) use library::Library;

use crate::buffer::Buffer;
use crate::space::{Launch, Touched};
use reduce::Reduce;
use scan::Scan;
use serde::{Deserialize, Serialize};
use sort::Sort;
use wasmtime::Val;

/// Fuel of an item. What its loops take depends on nothing that is in a buffer.
const FUEL: u64 = 1 << 36;

/// An operation that has been checked.
pub(crate) struct Operation {
    pub(crate) what: What,
    pub(crate) touched: Touched,
    /// Bytes that it needs beside its buffers.
    pub(crate) scratch_bytes: u64,
    /// Where these are.
    scratch: Option<Buffer>,
}

/// What an operation does, by addresses that have been checked.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) enum What {
    Reduce(Reduce),
    Scan(Scan),
    Sort(Sort),
    Gemm(Gemm),
}

impl Operation {
    /// One that was checked elsewhere, and has what it works in.
    pub(crate) fn of(what: What, touched: Touched) -> Self {
        Self {
            what,
            touched,
            scratch_bytes: 0,
            scratch: None,
        }
    }

    /// Gives it what it works in beside its buffers.
    pub(crate) fn work_in(&mut self, scratch: &Buffer) {
        let place = match &mut self.what {
            What::Reduce(reduce) => &mut reduce.scratch,
            What::Scan(scan) => &mut scan.scratch,
            What::Sort(sort) => &mut sort.scratch,
            What::Gemm(_) => return,
        };
        *place = scratch.address();
        self.scratch = Some(scratch.clone());
    }

    /// How many launches it is made of, at least one.
    pub(crate) fn parts(&self) -> u32 {
        match &self.what {
            What::Reduce(reduce) => reduce.parts(),
            What::Scan(scan) => scan.parts(),
            What::Sort(sort) => sort.parts(),
            What::Gemm(_) => 1,
        }
    }

    /// One of its launches, which come in order.
    pub(crate) fn launch(&self, part: u32) -> Launch {
        match &self.what {
            What::Reduce(reduce) => reduce.launch(part),
            What::Scan(scan) => scan.launch(part),
            What::Sort(sort) => sort.launch(part),
            What::Gemm(gemm) => gemm.launch(),
        }
    }
}

/// A launch of one of the functions here.
fn launch(library: Library, function: &str, items: u32, arguments: Vec<Val>) -> Launch {
    Launch {
        library: Some(library),
        function: function.to_owned(),
        items,
        fuel: FUEL,
        arguments,
        product: None,
        touched: Touched::default(),
    }
}

fn number(value: u32) -> Val {
    Val::I32(value.cast_signed())
}
