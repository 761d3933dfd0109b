//! The product of two matrices, as a launch.

use super::kind::Kind;
use super::{launch, library::Library, number};
use crate::space::Launch;
use serde::{Deserialize, Serialize};
use wasmtime::Val;

/// The most columns of the first factor of a product that a library computes on the CPU: it is not interrupted within a
/// part of the result, and so much takes some milliseconds. Deeper ones are rare.
const DEPTH: u32 = 4096;

/// `c = alpha * a * b + beta * c`.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Gemm {
    pub(crate) kind: Kind,
    pub(crate) m: u32,
    pub(crate) n: u32,
    /// Zero also where `a` and `b` are not to be read.
    pub(crate) k: u32,
    pub(crate) alpha: f64,
    pub(crate) beta: f64,
    pub(crate) a: Factor,
    pub(crate) b: Factor,
    pub(crate) c: u32,
}

/// A matrix that is read.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Factor {
    pub(crate) address: u32,
    pub(crate) is_transposed: bool,
}

impl Gemm {
    /// An item is an element of `c`.
    pub(super) fn launch(&self) -> Launch {
        let (m, n, k) = (self.m, self.n, self.k);
        let [a_rows, a_columns] = self.strides(&self.a, m, k);
        let [b_rows, b_columns] = self.strides(&self.b, k, n);
        let scalar = |value: f64| match self.kind {
            Kind::F64 => Val::F64(value.to_bits()),
            _ => Val::F32((value as f32).to_bits()),
        };
        let mut arguments: Vec<_> = [
            self.a.address,
            a_rows,
            a_columns,
            self.b.address,
            b_rows,
            b_columns,
            self.c,
            n,
            k,
        ]
        .map(number)
        .into();
        arguments.extend([self.alpha, self.beta].map(scalar));
        let items = self.elements();
        Launch {
            product: (k <= DEPTH).then_some(*self),
            ..launch(Library::product(self.kind), "product", items, arguments)
        }
    }

    /// How many elements `c` has. It is in a buffer, so there are no more than 32 bits can count.
    pub(crate) fn elements(&self) -> u32 {
        self.m.saturating_mul(self.n)
    }

    /// Bytes between the rows and between the columns of a factor that has so many of them. Where that is
    /// too much for an address there is only one.
    fn strides(&self, factor: &Factor, rows: u32, columns: u32) -> [u32; 2] {
        let bytes = self.kind.bytes();
        if factor.is_transposed {
            [bytes, rows.wrapping_mul(bytes)]
        } else {
            [columns.wrapping_mul(bytes), bytes]
        }
    }
}
