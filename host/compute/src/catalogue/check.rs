//! Checks operations before anything of them is done.

use super::gemm::Factor;
use super::kind::Kind;
use super::{Operation, What, gemm, library::Library, reduce, scan, sort};
use crate::ComputeError;
use crate::buffer::{Buffer, Part};
use crate::operation::{Gemm, Matrix, Reduce, Scan, Sort};
use crate::space::{Inner, Touched};

impl Operation {
    pub(crate) fn reduce(space: &Inner, reduce: Reduce) -> Result<Self, ComputeError> {
        let kind = Kind::of(reduce.kind)?;
        let count = u64::from(reduce.count);
        let from = elements(space, kind, &reduce.from, reduce.from_offset, count)?;
        let to = elements(space, kind, &reduce.to, reduce.to_offset, 1)?;
        let mut touched = Touched::default();
        touched.reads(&reduce.from);
        touched.writes(&reduce.to, to);
        let what = reduce::Reduce {
            kind,
            operator: reduce.operator,
            from: from.address,
            count: reduce.count,
            to: to.address,
            scratch: 0,
        };
        let room = reduce::scratch(kind, reduce.count);
        Ok(Self::new(What::Reduce(what), touched, room.into()))
    }

    pub(crate) fn scan(space: &Inner, scan: Scan) -> Result<Self, ComputeError> {
        let kind = Kind::of(scan.kind)?;
        let count = u64::from(scan.count);
        let from = elements(space, kind, &scan.from, scan.from_offset, count)?;
        let to = elements(space, kind, &scan.to, scan.to_offset, count)?;
        if from.address != to.address {
            apart("the results of a scan", to, "what it reads", from)?;
        }
        let mut touched = Touched::default();
        touched.reads(&scan.from);
        touched.writes(&scan.to, to);
        let what = scan::Scan {
            kind,
            library: Library::folds(kind, scan.operator),
            is_exclusive: scan.is_exclusive,
            from: from.address,
            count: scan.count,
            to: to.address,
            scratch: 0,
        };
        let room = scan::scratch(kind, scan.count);
        Ok(Self::new(What::Scan(what), touched, room.into()))
    }

    pub(crate) fn sort(space: &Inner, sort: Sort) -> Result<Self, ComputeError> {
        let kind = Kind::of(sort.kind)?;
        let count = u64::from(sort.count);
        let keys = elements(space, kind, &sort.keys, sort.keys_offset, count)?;
        let mut touched = Touched::default();
        touched.reads(&sort.keys);
        touched.writes(&sort.keys, keys);
        let values = match &sort.values {
            Some((buffer, offset)) => {
                let values = elements(space, Kind::U32, buffer, *offset, count)?;
                apart("the values of a sort", values, "its keys", keys)?;
                touched.reads(buffer);
                touched.writes(buffer, values);
                Some(values.address)
            }
            None => None,
        };
        let what = sort::Sort {
            kind,
            is_descending: sort.is_descending,
            keys: keys.address,
            count: sort.count,
            values,
            scratch: 0,
        };
        let room = sort::scratch(kind, sort.count, values.is_some());
        Ok(Self::new(What::Sort(what), touched, room))
    }

    pub(crate) fn gemm(space: &Inner, gemm: Gemm) -> Result<Self, ComputeError> {
        let kind = Kind::of(gemm.kind)?;
        if !kind.is_float() {
            return Err(invalid(format!(
                "a product of matrices is one of floats of 32 or 64 bits, not of {:?}",
                gemm.kind
            )));
        }
        if gemm.c.is_transposed {
            let reason = "the result of a product of matrices cannot be transposed: swap `a` and `b`, and \
                          transpose these";
            return Err(invalid(reason.to_owned()));
        }
        let (m, n, k) = (gemm.m.into(), gemm.n.into(), gemm.k.into());
        let part = |matrix: &Matrix, rows: u64, columns: u64| {
            let count = rows.saturating_mul(columns);
            elements(space, kind, &matrix.buffer, matrix.offset, count)
        };
        let (a, b, c) = (
            part(&gemm.a, m, k)?,
            part(&gemm.b, k, n)?,
            part(&gemm.c, m, n)?,
        );
        let rounded = |scalar: f64| match kind {
            Kind::F64 => scalar,
            _ => f64::from(scalar as f32),
        };
        let (alpha, beta) = (rounded(gemm.alpha), rounded(gemm.beta));
        let mut touched = Touched::default();
        for (name, matrix, part) in [("`a`", &gemm.a, a), ("`b`", &gemm.b, b)] {
            apart("`c` of a product of matrices", c, name, part)?;
            if alpha != 0.0 {
                touched.reads(&matrix.buffer);
            }
        }
        if beta != 0.0 {
            touched.reads(&gemm.c.buffer);
        }
        touched.writes(&gemm.c.buffer, c);
        let factor = |matrix: Matrix, part: Part| Factor {
            address: part.address,
            is_transposed: matrix.is_transposed,
        };
        let is_sum = alpha != 0.0 && k > 0;
        let what = gemm::Gemm {
            kind,
            m: gemm.m,
            n: gemm.n,
            k: if is_sum { gemm.k } else { 0 },
            alpha: if is_sum { alpha } else { 0.0 },
            beta,
            a: factor(gemm.a, a),
            b: factor(gemm.b, b),
            c: c.address,
        };
        Ok(Self::new(What::Gemm(what), touched, 0))
    }

    fn new(what: What, touched: Touched, scratch_bytes: u64) -> Self {
        Self {
            what,
            touched,
            scratch_bytes,
            scratch: None,
        }
    }
}

/// So many elements in a buffer of this space.
fn elements(
    space: &Inner,
    kind: Kind,
    buffer: &Buffer,
    offset: u32,
    count: u64,
) -> Result<Part, ComputeError> {
    let bytes = kind.bytes();
    if !offset.is_multiple_of(bytes) {
        return Err(invalid(format!(
            "elements of {bytes} bytes cannot begin at {offset}, which is no multiple of that"
        )));
    }
    let length = u32::try_from(count.saturating_mul(bytes.into())).map_err(|_| {
        invalid(format!(
            "{count} elements of {bytes} bytes are more than a buffer has"
        ))
    })?;
    space.part_of(buffer, offset, length)
}

/// # Errors
/// If two parts overlap.
fn apart(written: &str, one: Part, read: &str, other: Part) -> Result<(), ComputeError> {
    let end = |part: Part| u64::from(part.address) + u64::from(part.length);
    let overlap = u64::from(one.address) < end(other) && u64::from(other.address) < end(one);
    if overlap && one.length > 0 && other.length > 0 {
        return Err(invalid(format!("{written} would overlap {read}")));
    }
    Ok(())
}

fn invalid(reason: String) -> ComputeError {
    ComputeError::InvalidArgument(reason)
}
