//! What the host does with buffers by itself.

use super::device::{Buffer, imports};
use super::{Element, Scalar};

pub use imports::Operator;

/// What the elements of an operation are.
#[doc(hidden)]
pub use imports::Element as Kind;

/// What is submitted to a space: a launch of a compute function, or one of the host's own operations. Each of
/// these means all elements of a buffer.
#[derive(Debug)]
pub struct Command<'a>(pub(super) imports::Command<'a>);

/// Which element is the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// The least.
    Ascending,
    /// The largest.
    Descending,
}

/// A matrix in a buffer: its rows one behind the other.
#[derive(Debug)]
pub struct Matrix<'a, T> {
    buffer: &'a Buffer<T>,
    is_transposed: bool,
}

impl<'a> Command<'a> {
    /// A byte that fills a buffer.
    pub fn fill<T: Element>(to: &'a Buffer<T>, byte: u8) -> Self {
        Self(imports::Command::Fill(imports::Fill {
            to: &to.buffer,
            offset: 0,
            length: to.buffer.length(),
            byte,
        }))
    }

    /// Elements that go to the beginning of another buffer.
    pub fn copy<T: Element>(from: &'a Buffer<T>, to: &'a Buffer<T>) -> Self {
        Self(imports::Command::Copy(imports::Copy {
            to: &to.buffer,
            to_offset: 0,
            from: &from.buffer,
            from_offset: 0,
            length: from.buffer.length(),
        }))
    }

    /// Elements that become one: the first of another buffer.
    pub fn reduce<T: Scalar>(operator: Operator, from: &'a Buffer<T>, to: &'a Buffer<T>) -> Self {
        Self(imports::Command::Reduce(imports::Reduce {
            kind: T::KIND,
            operator,
            from: &from.buffer,
            from_offset: 0,
            count: from.length,
            to: &to.buffer,
            to_offset: 0,
        }))
    }

    /// Elements that each become what they make with all before them. They may go to where they are.
    pub fn scan<T: Scalar>(operator: Operator, from: &'a Buffer<T>, to: &'a Buffer<T>) -> Self {
        Self::scanned(operator, from, to, false)
    }

    /// The same without the element itself: the first becomes 0, of a sum.
    pub fn exclusive_scan<T: Scalar>(
        operator: Operator,
        from: &'a Buffer<T>,
        to: &'a Buffer<T>,
    ) -> Self {
        Self::scanned(operator, from, to, true)
    }

    fn scanned<T: Scalar>(
        operator: Operator,
        from: &'a Buffer<T>,
        to: &'a Buffer<T>,
        exclusive: bool,
    ) -> Self {
        Self(imports::Command::Scan(imports::Scan {
            kind: T::KIND,
            operator,
            exclusive,
            from: &from.buffer,
            from_offset: 0,
            count: from.length,
            to: &to.buffer,
            to_offset: 0,
        }))
    }

    /// Elements that are put in order. Equal ones stay in theirs, and floats are as by [`f32::total_cmp`].
    pub fn sort<T: Scalar>(keys: &'a Buffer<T>, order: Order) -> Self {
        Self(imports::Command::Sort(sorted(keys, order)))
    }

    /// The same with as many values of 32 bits, which go with the elements.
    pub fn sort_with<T: Scalar, V: Scalar>(
        keys: &'a Buffer<T>,
        values: &'a Buffer<V>,
        order: Order,
    ) -> Self {
        const { assert!(size_of::<V>() == 4, "the values of a sort have 32 bits") };
        let values = imports::SortedValues {
            buffer: &values.buffer,
            offset: 0,
        };
        Self(imports::Command::Sort(imports::Sort {
            values: Some(values),
            ..sorted(keys, order)
        }))
    }

    /// `c = alpha * a * b + beta * c`, with `a` of `m` rows and `k` columns, and `b` of `k` rows and `n`
    /// columns. Where beta is 0, what `c` held is not read.
    pub fn gemm<T: Scalar + Into<f64>>(
        [m, n, k]: [u32; 3],
        alpha: T,
        a: Matrix<'a, T>,
        b: Matrix<'a, T>,
        beta: T,
        c: &'a Buffer<T>,
    ) -> Self {
        Self(imports::Command::Gemm(imports::Gemm {
            kind: T::KIND,
            m,
            n,
            k,
            alpha: alpha.into(),
            a: a.record(),
            b: b.record(),
            beta: beta.into(),
            c: c.matrix().record(),
        }))
    }
}

fn sorted<T: Scalar>(keys: &Buffer<T>, order: Order) -> imports::Sort<'_> {
    imports::Sort {
        kind: T::KIND,
        descending: order == Order::Descending,
        keys: &keys.buffer,
        keys_offset: 0,
        count: keys.length,
        values: None,
    }
}

impl<T> Buffer<T> {
    /// The matrix whose rows lie in it one behind the other.
    pub fn matrix(&self) -> Matrix<'_, T> {
        Matrix {
            buffer: self,
            is_transposed: false,
        }
    }
}

impl<'a, T> Matrix<'a, T> {
    /// The matrix with its rows for columns.
    pub fn transposed(self) -> Self {
        Self {
            is_transposed: !self.is_transposed,
            ..self
        }
    }

    fn record(self) -> imports::Matrix<'a> {
        imports::Matrix {
            buffer: &self.buffer.buffer,
            offset: 0,
            transposed: self.is_transposed,
        }
    }
}
