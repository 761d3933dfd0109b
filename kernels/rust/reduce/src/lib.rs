//! The sum, the least and the largest of many numbers. It shows how to make one of many: each item takes
//! every so manieth number, and one more item takes what those leave. The order is the same on every
//! device, and so are the bits.

#![deny(missing_docs)]

#[cfg(target_arch = "wasm32")]
mod kernel;

use ringhost_sdk::compute::{In, InOut, Item};
use ringhost_sdk::prelude::*;

/// What there is to say of numbers.
#[message]
pub struct Summary {
    /// Their sum.
    pub sum: f64,
    /// The least of them.
    pub least: f64,
    /// The largest of them.
    pub largest: f64,
}

/// Of every `items`th number from the item's own on: the sum, the least and the largest, one behind the
/// other in `parts`.
#[compute(fuel = 100_000_000)]
pub fn part(item: Item, items: u32, numbers: In<f64>, parts: InOut<f64>) {
    let (mut sum, mut least, mut largest) = (0.0_f64, f64::INFINITY, f64::NEG_INFINITY);
    let mut at = item.index();
    while at < numbers.length() {
        let number = numbers.get(at);
        sum += number;
        least = least.min(number);
        largest = largest.max(number);
        at += items as usize;
    }
    let at = 3 * item.index();
    parts.set(at, sum);
    parts.set(at + 1, least);
    parts.set(at + 2, largest);
}

/// Makes one of the parts, in the place of the first.
#[compute(fuel = 10_000_000)]
pub fn whole(_item: Item, parts: InOut<f64>) {
    for at in 1..parts.length() / 3 {
        parts.set(0, parts.get(0) + parts.get(3 * at));
        parts.set(1, parts.get(1).min(parts.get(3 * at + 1)));
        parts.set(2, parts.get(2).max(parts.get(3 * at + 2)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_make_the_whole() {
        let numbers: Vec<f64> = (0..1000).map(|n| f64::from(n % 37) - 5.0).collect();
        let mut parts = [0.0; 24];
        for item in 0..8 {
            part(
                Item::new(item),
                8,
                In::new(&numbers),
                InOut::new(&mut parts),
            );
        }
        whole(Item::new(0), InOut::new(&mut parts));
        assert_eq!(parts[..3], [numbers.iter().sum(), -5.0, 31.0]);
    }
}
