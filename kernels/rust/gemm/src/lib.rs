//! Multiplies matrices: each item is an element of the product. It shows the plainest way; how far that is
//! from the best is the distance to a library that knows the machine.

#![deny(missing_docs)]

#[cfg(target_arch = "wasm32")]
mod kernel;

use ringhost_sdk::compute::{In, Item, Out};
use ringhost_sdk::prelude::*;

/// Two matrices, row by row.
#[message]
pub struct Request {
    /// Rows of the left one.
    pub rows: u32,
    /// Columns of the left one, and rows of the right one.
    pub depth: u32,
    /// Columns of the right one.
    pub columns: u32,
    /// The left one.
    pub left: Vec<f32>,
    /// The right one.
    pub right: Vec<f32>,
}

/// An element of the product. Its sum is in the order of the columns, so it has the same bits everywhere.
#[compute(fuel = 10_000_000)]
pub fn multiply(
    item: Item,
    columns: u32,
    depth: u32,
    left: In<f32>,
    right: In<f32>,
    product: Out<f32>,
) {
    let (columns, depth) = (columns as usize, depth as usize);
    let (row, column) = (item.index() / columns, item.index() % columns);
    let mut sum = 0.0_f32;
    for at in 0..depth {
        sum += left.get(row * depth + at) * right.get(at * columns + column);
    }
    product.set(item.index(), sum);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_element_is_its_row_times_its_column() {
        let (left, right) = (
            [1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
            [7.0, 8.0, 9.0, 10.0, 11.0, 12.0],
        );
        let mut product = [0.0; 4];
        for item in 0..4 {
            multiply(
                Item::new(item),
                2,
                3,
                In::new(&left),
                In::new(&right),
                Out::new(&mut product),
            );
        }
        assert_eq!(product, [58.0, 64.0, 139.0, 154.0]);
    }
}
