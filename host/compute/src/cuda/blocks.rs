//! How a product of matrices is cut into calls of a library: one cannot be interrupted.

use super::driver::{Operand, Product};
use crate::catalogue::{Factor, Gemm};

/// Rows and columns of a part of a result that a multiprocessor computes at once, about.
const TILE: u32 = 128;

/// What a call may have: so many columns of the first factor, times as often as the multiprocessors compute a tile
/// each. At half the speed of the slowest card with a clock of 1 GHz that is 33 milliseconds.
const STEPS: u64 = 1 << 16;

/// A product of matrices, cut into blocks: of its rows and columns, and of what is added up, which is the
/// innermost. That depends on its sizes and the card alone, and so do the bits of the result.
#[derive(Debug)]
pub(super) struct Blocks {
    gemm: Gemm,
    rows: u32,
    columns: u32,
    depth: u32,
    processors: u64,
}

impl Blocks {
    /// None where there is nothing to multiply.
    pub(super) fn new(gemm: &Gemm, capability: u32, processors: u32) -> Option<Self> {
        let is_long = gemm.kind.bytes() == 8;
        Self::of(gemm, steps(is_long, capability), processors)
    }

    fn of(gemm: &Gemm, steps: u64, processors: u32) -> Option<Self> {
        let (m, n, k) = (gemm.m, gemm.n, gemm.k);
        if m == 0 || n == 0 || k == 0 {
            return None;
        }
        let processors = u64::from(processors.max(1));
        let deepest = u32::try_from(steps).unwrap_or(u32::MAX).max(1);
        // Parts of about the same size.
        let depth = k.div_ceil(k.div_ceil(deepest));
        let tiles = (steps / u64::from(depth)).max(1) * processors;
        let across = u64::from(n.div_ceil(TILE));
        let length =
            |tiles: u64| u32::try_from(tiles.saturating_mul(TILE.into())).unwrap_or(u32::MAX);
        let (rows, columns) = if across <= tiles {
            (length(tiles / across).min(m), n)
        } else {
            (TILE.min(m), length(tiles).min(n))
        };
        Some(Self {
            gemm: *gemm,
            rows,
            columns,
            depth,
            processors,
        })
    }

    /// How many there are.
    pub(super) fn count(&self) -> u32 {
        let [down, across, deep] = self.counts();
        down.saturating_mul(across).saturating_mul(deep)
    }

    fn counts(&self) -> [u32; 3] {
        [
            self.gemm.m.div_ceil(self.rows),
            self.gemm.n.div_ceil(self.columns),
            self.gemm.k.div_ceil(self.depth),
        ]
    }

    /// One of them, by its number, and how many steps it has. They are done in order.
    pub(super) fn block(&self, number: u32) -> (Product, u64) {
        let [_, across, deep] = self.counts();
        let gemm = &self.gemm;
        let (tile, layer) = (number / deep, number % deep);
        let (row, column) = ((tile / across) * self.rows, (tile % across) * self.columns);
        let begin = layer * self.depth;
        let m = self.rows.min(gemm.m.saturating_sub(row));
        let n = self.columns.min(gemm.n.saturating_sub(column));
        let k = self.depth.min(gemm.k.saturating_sub(begin));
        let product = Product {
            is_long: gemm.kind.bytes() == 8,
            m,
            n,
            k,
            alpha: gemm.alpha,
            a: self.operand(&gemm.a, (row, begin), (gemm.m, gemm.k)),
            b: self.operand(&gemm.b, (begin, column), (gemm.k, gemm.n)),
            // A zero without a sign, at which what is there is not read.
            beta: match layer {
                0 if gemm.beta == 0.0 => 0.0,
                0 => gemm.beta,
                _ => 1.0,
            },
            c: self.operand(
                &Factor {
                    address: gemm.c,
                    is_transposed: false,
                },
                (row, column),
                (gemm.m, gemm.n),
            ),
        };
        let tiles = u64::from(m.div_ceil(TILE)) * u64::from(n.div_ceil(TILE));
        (product, tiles.div_ceil(self.processors) * u64::from(k))
    }

    /// The part of a matrix with so many rows and columns that begins at this row and column.
    fn operand(
        &self,
        whole: &Factor,
        (row, column): (u32, u32),
        (rows, columns): (u32, u32),
    ) -> Operand {
        let (line, place, stride) = if whole.is_transposed {
            (column, row, rows)
        } else {
            (row, column, columns)
        };
        let elements = u64::from(line) * u64::from(stride) + u64::from(place);
        Operand {
            at: u64::from(whole.address) + elements * u64::from(self.gemm.kind.bytes()),
            stride,
            is_transposed: whole.is_transposed,
        }
    }
}

/// The steps of a call on a card of this compute capability. Cards that are not for science multiply floats of 64
/// bits at a thirty-second of the speed at least.
fn steps(is_long: bool, capability: u32) -> u64 {
    match (is_long, capability) {
        (false, _) | (true, 90 | 100) => STEPS,
        (true, 80) => STEPS / 2,
        (true, _) => STEPS / 32,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Kind;

    const FLOAT: u32 = 4;

    /// A product whose matrices lie one behind the other, and how many bytes they have.
    fn gemm([m, n, k]: [u32; 3], [turned_a, turned_b]: [bool; 2]) -> (Gemm, u32) {
        let factor = |address, is_transposed| Factor {
            address,
            is_transposed,
        };
        let [b, c] = [m * k, m * k + k * n].map(|elements| elements * FLOAT);
        let gemm = Gemm {
            kind: Kind::F32,
            m,
            n,
            k,
            alpha: 3.0,
            beta: 2.0,
            a: factor(0, turned_a),
            b: factor(b, turned_b),
            c,
        };
        (gemm, c + m * n * FLOAT)
    }

    /// Where an element is in a memory of floats.
    fn place(operand: &Operand, row: u32, column: u32) -> usize {
        let (line, place) = if operand.is_transposed {
            (column, row)
        } else {
            (row, column)
        };
        assert!(place < operand.stride);
        let at = operand.at / u64::from(FLOAT) + u64::from(line * operand.stride + place);
        usize::try_from(at).unwrap()
    }

    fn multiply(product: &Product, memory: &mut [i64]) {
        for row in 0..product.m {
            for column in 0..product.n {
                let sum: i64 = (0..product.k)
                    .map(|at| {
                        memory[place(&product.a, row, at)] * memory[place(&product.b, at, column)]
                    })
                    .sum();
                let to = place(&product.c, row, column);
                memory[to] = product.alpha as i64 * sum + product.beta as i64 * memory[to];
            }
        }
    }

    #[test]
    fn blocks_make_the_product_that_the_whole_makes() {
        for (sizes, steps, processors) in [
            ([300, 260, 7], 3, 1),
            ([300, 260, 7], 7, 2),
            ([300, 260, 7], 14, 3),
            ([1, 700, 5], 5, 2),
            ([700, 1, 5], 5, 2),
            ([2, 3, 1000], 64, 4),
            ([128, 129, 4], 1 << 16, 1),
        ] {
            for turned in [[false, false], [true, false], [false, true], [true, true]] {
                let (gemm, bytes) = gemm(sizes, turned);
                let mut memory: Vec<i64> =
                    (0..i64::from(bytes / FLOAT)).map(|n| n % 11 - 5).collect();
                let mut expected = memory.clone();
                // All of it is one block where there is no end of time.
                let whole = Blocks::of(&gemm, u64::MAX, 1).unwrap();
                assert_eq!(whole.count(), 1);
                multiply(&whole.block(0).0, &mut expected);
                let blocks = Blocks::of(&gemm, steps, processors).unwrap();
                for number in 0..blocks.count() {
                    let (product, its) = blocks.block(number);
                    assert!(its <= steps, "{sizes:?} {steps}: {its}");
                    multiply(&product, &mut memory);
                }
                assert!(
                    memory == expected,
                    "{sizes:?} {steps} {processors} {turned:?}"
                );
            }
        }
    }

    #[test]
    fn what_a_card_does_in_some_milliseconds_is_one_call() {
        let (large, _) = gemm([4096, 4096, 4096], [false; 2]);
        // An H100, an A100, and a card for games.
        for (capability, processors) in [(90, 132), (80, 108), (89, 128)] {
            let blocks = Blocks::new(&large, capability, processors).unwrap();
            assert_eq!(blocks.count(), 1, "{capability}");
        }
        let small = Blocks::new(&large, 86, 20).unwrap();
        assert!(small.count() > 1);
        let long = Gemm {
            kind: Kind::F64,
            ..large
        };
        assert_eq!(Blocks::new(&long, 90, 132).unwrap().count(), 1);
        assert!(Blocks::new(&long, 89, 128).unwrap().count() > 8);
    }

    #[test]
    fn the_deepest_the_widest_and_the_longest_are_cut() {
        for sizes in [[1, 1, 1 << 28], [1, 1 << 28, 1], [1 << 28, 1, 1]] {
            let gemm = Gemm {
                kind: Kind::F64,
                ..gemm([1, 1, 1], [false; 2]).0
            };
            let [m, n, k] = sizes;
            let blocks = Blocks::new(&Gemm { m, n, k, ..gemm }, 89, 20).unwrap();
            let (_, last) = blocks.block(blocks.count() - 1);
            assert!(blocks.count() > 1 && last <= 2048, "{sizes:?} {blocks:?}");
        }
    }

    #[test]
    fn nothing_is_nobodys() {
        for sizes in [[0, 1, 1], [1, 0, 1], [1, 1, 0]] {
            assert!(Blocks::new(&gemm(sizes, [false; 2]).0, 90, 132).is_none());
        }
    }

    #[test]
    fn what_a_result_held_is_not_read_for_a_zero_with_a_sign() {
        let (gemm, _) = gemm([1, 1, 9], [false; 2]);
        let blocks = Blocks::of(&Gemm { beta: -0.0, ..gemm }, 4, 1).unwrap();
        let betas: Vec<_> = (0..blocks.count())
            .map(|number| blocks.block(number).0.beta.to_bits())
            .collect();
        assert_eq!(betas, [0.0, 1.0, 1.0].map(f64::to_bits));
    }
}
