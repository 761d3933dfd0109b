//! Products of matrices on the CPU, by a library.

use super::cores::Cores;
use crate::catalogue::Gemm;
use crate::cpu::Outcome;
use crate::event::State;
use matrixmultiply::{dgemm, sgemm};
use std::ops::Range;

/// Rows and columns of the part of a result that is an item. What an item is does not depend on the number of
/// threads, so neither do the bits.
const TILE: u32 = 128;

/// How many items a product has on the CPU.
pub(super) fn tiles(gemm: &Gemm) -> u32 {
    let columns = gemm.n.div_ceil(TILE);
    gemm.m.div_ceil(TILE).saturating_mul(columns)
}

impl Cores {
    /// Computes tiles of a product, at least one, until another space wants its turn.
    pub(super) fn multiply(&self, gemm: &Gemm, items: &Range<u32>, state: &State) -> Outcome {
        for item in items.clone() {
            if item > items.start && self.turns.line.is_wanted() {
                return Outcome::Came(item);
            }
            if state.is_cancelled() {
                return Outcome::Cancelled;
            }
            let columns = gemm.n.div_ceil(TILE).max(1);
            let corner = ((item / columns) * TILE, (item % columns) * TILE);
            if self.tile(gemm, corner).is_none() {
                return Outcome::Failed("a matrix is not in its space".to_owned());
            }
        }
        Outcome::Came(items.end)
    }

    /// Computes the tile that begins at this row and column; none if a matrix is not in the space.
    fn tile(&self, gemm: &Gemm, (row, column): (u32, u32)) -> Option<()> {
        let size = |number: u32| usize::try_from(number).ok();
        let stride = |number: u32| isize::try_from(number).ok();
        let bytes = gemm.kind.bytes();
        // All of a matrix is in the space, or none of it.
        let at = |address: u32, rows: u32, columns: u32| {
            let length = rows.checked_mul(columns)?.checked_mul(bytes)?;
            self.memory.at(address, size(length)?)
        };
        let (m, n, k) = (gemm.m, gemm.n, gemm.k);
        let a = at(gemm.a.address, m, k)?;
        let b = at(gemm.b.address, k, n)?;
        let c = at(gemm.c, m, n)?;
        let strides = |is_transposed: bool, rows: u32, columns: u32| {
            if is_transposed {
                (1, rows)
            } else {
                (columns, 1)
            }
        };
        let (a_rows, a_columns) = strides(gemm.a.is_transposed, m, k);
        let (b_rows, b_columns) = strides(gemm.b.is_transposed, k, n);
        let offset = |row: u32, rows: u32, column: u32, columns: u32| {
            let elements =
                u64::from(row) * u64::from(rows) + u64::from(column) * u64::from(columns);
            usize::try_from(elements * u64::from(bytes)).ok()
        };
        // Where nothing is multiplied the factors may be empty, and are not read.
        let a = a.wrapping_add(offset(row, a_rows, 0, a_columns)?);
        let b = b.wrapping_add(offset(0, b_rows, column, b_columns)?);
        let c = c.wrapping_add(offset(row, n, column, 1)?);
        let rows = size(m.checked_sub(row)?.min(TILE))?;
        let columns = size(n.checked_sub(column)?.min(TILE))?;
        let between = size(k)?;
        let [a_rows, a_columns, b_rows, b_columns, c_rows] =
            [a_rows, a_columns, b_rows, b_columns, n].map(stride);
        let (a_rows, a_columns) = (a_rows?, a_columns?);
        let (b_rows, b_columns, c_rows) = (b_rows?, b_columns?, c_rows?);
        // SAFETY: `at` has checked that each whole matrix is in the memory, and this part of it is within its
        // rows and columns. Addresses are multiples of the elements' size, as the check of the command has seen
        // to, and so is where the memory begins. `c` overlaps neither factor, by the same check; no two items
        // have an element of it in common, and while a launch is current nobody but its items accesses the
        // memory. Any bits are a float, and no references are made.
        unsafe {
            if bytes == 4 {
                sgemm(
                    rows,
                    between,
                    columns,
                    gemm.alpha as f32,
                    a.cast(),
                    a_rows,
                    a_columns,
                    b.cast(),
                    b_rows,
                    b_columns,
                    gemm.beta as f32,
                    c.cast(),
                    c_rows,
                    1,
                );
            } else {
                dgemm(
                    rows,
                    between,
                    columns,
                    gemm.alpha,
                    a.cast(),
                    a_rows,
                    a_columns,
                    b.cast(),
                    b_rows,
                    b_columns,
                    gemm.beta,
                    c.cast(),
                    c_rows,
                    1,
                );
            }
        }
        Some(())
    }
}
