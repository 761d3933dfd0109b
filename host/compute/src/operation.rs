//! The operations of the catalogue, as a space is asked for them. Offsets are in bytes, and multiples of an
//! element's; elements have 32 or 64 bits.

use crate::{Buffer, Element};
use serde::{Deserialize, Serialize};

/// What becomes of two elements. Sums and products of integers wrap; of floats, the minimum and the maximum
/// are NaN where one of the two is, and -0 is less than 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Operator {
    Sum,
    Product,
    Minimum,
    Maximum,
}

/// Elements that become one; of none, the operator's neutral element.
///
/// Floats are added in the same order on every device: 64 elements or fewer in theirs, beginning with the
/// neutral element. Of more, 2048 at a time leave 32 results, the nth of its elements n, n + 32 and so on; and
/// with these it is done again.
#[derive(Debug, Clone)]
pub struct Reduce {
    /// What the elements are.
    pub kind: Element,
    /// What becomes of two.
    pub operator: Operator,
    /// Where the elements are.
    pub from: Buffer,
    /// Where in it.
    pub from_offset: u32,
    /// How many there are.
    pub count: u32,
    /// Where the result goes.
    pub to: Buffer,
    /// Where in it.
    pub to_offset: u32,
}

/// Elements that each become what they make with all before them.
///
/// Floats are added in the same order on every device: each 64 elements make a sum, the sums before them are
/// added in this same way, and the elements to that in their order.
#[derive(Debug, Clone)]
pub struct Scan {
    /// What the elements are.
    pub kind: Element,
    /// What becomes of two.
    pub operator: Operator,
    /// Whether an element is left out of what it becomes itself.
    pub is_exclusive: bool,
    /// Where the elements are.
    pub from: Buffer,
    /// Where in it.
    pub from_offset: u32,
    /// How many there are.
    pub count: u32,
    /// Where the results go: to the same place, or to one that does not overlap it.
    pub to: Buffer,
    /// Where in it.
    pub to_offset: u32,
}

/// Elements that are put in order; equal ones stay in theirs. Floats are in the total order of IEEE 754, as
/// by [`f32::total_cmp`].
#[derive(Debug, Clone)]
pub struct Sort {
    /// What the elements are.
    pub kind: Element,
    /// Whether the largest is first.
    pub is_descending: bool,
    /// Where the elements are.
    pub keys: Buffer,
    /// Where in it.
    pub keys_offset: u32,
    /// How many there are.
    pub count: u32,
    /// As many numbers of 32 bits that go with them: where, and where in it.
    pub values: Option<(Buffer, u32)>,
}

/// Where a matrix is: its rows one behind the other, without gaps.
#[derive(Debug, Clone)]
pub struct Matrix {
    /// The buffer.
    pub buffer: Buffer,
    /// Where in it.
    pub offset: u32,
    /// Whether its rows are taken for columns. Not for what is written.
    pub is_transposed: bool,
}

/// `c = alpha * a * b + beta * c`, with `a` of `m` rows and `k` columns, `b` of `k` rows and `n` columns. Where
/// beta is 0, what `c` held is not read; where alpha is 0, `a` and `b` are not.
///
/// Each element differs from the true one by at most
/// `(k + 2) * epsilon * (|alpha| * sum(|a| * |b|) + |beta * c|)`, with the epsilon of the kind, where nothing
/// overflows or is subnormal.
#[derive(Debug, Clone)]
pub struct Gemm {
    /// What the elements are: floats.
    pub kind: Element,
    /// Rows of `a` and of `c`.
    pub m: u32,
    /// Columns of `b` and of `c`.
    pub n: u32,
    /// Columns of `a`, and rows of `b`.
    pub k: u32,
    /// Rounded to the kind.
    pub alpha: f64,
    /// It is read.
    pub a: Matrix,
    /// It is read.
    pub b: Matrix,
    /// Rounded to the kind.
    pub beta: f64,
    /// It is written, and overlaps neither of the others.
    pub c: Matrix,
}
