//! The host's own operations on buffers, as wasmtime lifts them.

use super::computing::Buffer;
use crate::imports::Host;
use ringhost_compute as compute;
use wasmtime::component::{ComponentType, Lift, Resource};

#[derive(ComponentType, Lift, Clone, Copy)]
#[component(enum)]
#[repr(u8)]
#[expect(dead_code, reason = "it is lifted, which makes one of its number")]
pub(super) enum Element {
    #[component(name = "int32")]
    Int32,
    #[component(name = "uint32")]
    Uint32,
    #[component(name = "int64")]
    Int64,
    #[component(name = "uint64")]
    Uint64,
    #[component(name = "float32")]
    Float32,
    #[component(name = "float64")]
    Float64,
}

#[derive(ComponentType, Lift, Clone, Copy)]
#[component(enum)]
#[repr(u8)]
#[expect(dead_code, reason = "it is lifted, which makes one of its number")]
pub(super) enum Operator {
    #[component(name = "sum")]
    Sum,
    #[component(name = "product")]
    Product,
    #[component(name = "minimum")]
    Minimum,
    #[component(name = "maximum")]
    Maximum,
}

#[derive(ComponentType, Lift)]
#[component(record)]
pub(super) struct Reduce {
    kind: Element,
    operator: Operator,
    from: Resource<Buffer>,
    #[component(name = "from-offset")]
    from_offset: u32,
    count: u32,
    to: Resource<Buffer>,
    #[component(name = "to-offset")]
    to_offset: u32,
}

#[derive(ComponentType, Lift)]
#[component(record)]
pub(super) struct Scan {
    kind: Element,
    operator: Operator,
    exclusive: bool,
    from: Resource<Buffer>,
    #[component(name = "from-offset")]
    from_offset: u32,
    count: u32,
    to: Resource<Buffer>,
    #[component(name = "to-offset")]
    to_offset: u32,
}

#[derive(ComponentType, Lift)]
#[component(record)]
pub(super) struct Sort {
    kind: Element,
    descending: bool,
    keys: Resource<Buffer>,
    #[component(name = "keys-offset")]
    keys_offset: u32,
    count: u32,
    values: Option<SortedValues>,
}

#[derive(ComponentType, Lift)]
#[component(record)]
pub(super) struct SortedValues {
    buffer: Resource<Buffer>,
    offset: u32,
}

#[derive(ComponentType, Lift)]
#[component(record)]
pub(super) struct Matrix {
    buffer: Resource<Buffer>,
    offset: u32,
    transposed: bool,
}

#[derive(ComponentType, Lift)]
#[component(record)]
pub(super) struct Gemm {
    kind: Element,
    m: u32,
    n: u32,
    k: u32,
    alpha: f64,
    a: Matrix,
    b: Matrix,
    beta: f64,
    c: Matrix,
}

impl Host {
    pub(super) fn reduce(&mut self, reduce: Reduce) -> wasmtime::Result<compute::Reduce> {
        Ok(compute::Reduce {
            kind: reduce.kind.into(),
            operator: reduce.operator.into(),
            from: self.buffer(&reduce.from)?,
            from_offset: reduce.from_offset,
            count: reduce.count,
            to: self.buffer(&reduce.to)?,
            to_offset: reduce.to_offset,
        })
    }

    pub(super) fn scan(&mut self, scan: Scan) -> wasmtime::Result<compute::Scan> {
        Ok(compute::Scan {
            kind: scan.kind.into(),
            operator: scan.operator.into(),
            is_exclusive: scan.exclusive,
            from: self.buffer(&scan.from)?,
            from_offset: scan.from_offset,
            count: scan.count,
            to: self.buffer(&scan.to)?,
            to_offset: scan.to_offset,
        })
    }

    pub(super) fn sort(&mut self, sort: Sort) -> wasmtime::Result<compute::Sort> {
        let values = match sort.values {
            Some(values) => Some((self.buffer(&values.buffer)?, values.offset)),
            None => None,
        };
        Ok(compute::Sort {
            kind: sort.kind.into(),
            is_descending: sort.descending,
            keys: self.buffer(&sort.keys)?,
            keys_offset: sort.keys_offset,
            count: sort.count,
            values,
        })
    }

    pub(super) fn gemm(&mut self, gemm: Gemm) -> wasmtime::Result<compute::Gemm> {
        Ok(compute::Gemm {
            kind: gemm.kind.into(),
            m: gemm.m,
            n: gemm.n,
            k: gemm.k,
            alpha: gemm.alpha,
            a: self.matrix(&gemm.a)?,
            b: self.matrix(&gemm.b)?,
            beta: gemm.beta,
            c: self.matrix(&gemm.c)?,
        })
    }

    fn matrix(&mut self, matrix: &Matrix) -> wasmtime::Result<compute::Matrix> {
        Ok(compute::Matrix {
            buffer: self.buffer(&matrix.buffer)?,
            offset: matrix.offset,
            is_transposed: matrix.transposed,
        })
    }
}

impl From<Element> for compute::Element {
    fn from(element: Element) -> Self {
        match element {
            Element::Int32 => Self::I32,
            Element::Uint32 => Self::U32,
            Element::Int64 => Self::I64,
            Element::Uint64 => Self::U64,
            Element::Float32 => Self::F32,
            Element::Float64 => Self::F64,
        }
    }
}

impl From<Operator> for compute::Operator {
    fn from(operator: Operator) -> Self {
        match operator {
            Operator::Sum => Self::Sum,
            Operator::Product => Self::Product,
            Operator::Minimum => Self::Minimum,
            Operator::Maximum => Self::Maximum,
        }
    }
}
