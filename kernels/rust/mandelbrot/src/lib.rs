//! Pictures of the Mandelbrot set: each pixel is an item, on a GPU or on all CPU cores, and the picture
//! is answered as a PNG.

#![deny(missing_docs)]

#[cfg(target_arch = "wasm32")]
mod kernel;

use ringhost_sdk::compute::{Item, Out};
use ringhost_sdk::prelude::*;

/// Which part of the plane is drawn, and how.
#[message]
pub struct View {
    /// Pixels in a row, 8192 at most.
    pub width: u32,
    /// Rows of pixels, 8192 at most.
    pub height: u32,
    /// The real part of the point in the middle.
    pub real: f64,
    /// The imaginary part of the point in the middle.
    pub imaginary: f64,
    /// How much of the real axis is seen.
    pub extent: f64,
    /// After how many steps a point that is still near is taken to stay.
    pub steps: u32,
}

/// A picture of it.
#[message]
pub struct Picture {
    /// A PNG of 8 bits for each of red, green and blue.
    pub png: Vec<u8>,
    /// The device that computed it.
    pub device: String,
    /// How long that worked, over all its lanes, in nanoseconds.
    pub device_time: u64,
}

/// How many steps a point takes to go further than 2 from the middle of the plane, for each pixel.
#[compute(fuel = 1_000_000)]
pub fn escape(
    item: Item,
    width: u32,
    left: f64,
    top: f64,
    pixel: f64,
    steps: u32,
    taken: Out<u32>,
) {
    let real = left + f64::from(item.number() % width) * pixel;
    let imaginary = top - f64::from(item.number() / width) * pixel;
    let (mut x, mut y, mut step) = (0.0_f64, 0.0_f64, 0);
    while step < steps && x * x + y * y <= 4.0 {
        (x, y) = (x * x - y * y + real, 2.0 * x * y + imaginary);
        step += 1;
    }
    taken.set(item.index(), step);
}

/// The colour of a point that took so many steps of so many: black where it stays, else from blue by white
/// to brown, again and again.
#[cfg_attr(not(target_arch = "wasm32"), allow(dead_code))]
fn colour(taken: u32, steps: u32) -> [u8; 3] {
    const COLOURS: [[i32; 3]; 5] = [
        [0, 7, 100],
        [32, 107, 203],
        [237, 255, 255],
        [255, 170, 0],
        [0, 7, 100],
    ];
    const STEPS: u32 = 24;
    if taken >= steps {
        return [0; 3];
    }
    let place = taken % (STEPS * 4);
    let (nth, part) = ((place / STEPS) as usize, (place % STEPS) as i32);
    let (from, to) = (COLOURS[nth], COLOURS[nth + 1]);
    std::array::from_fn(|at| (from[at] + (to[at] - from[at]) * part / STEPS as i32) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(real: f64, imaginary: f64, steps: u32) -> u32 {
        let mut taken = [0];
        escape(
            Item::new(0),
            1,
            real,
            imaginary,
            1.0,
            steps,
            Out::new(&mut taken),
        );
        taken[0]
    }

    #[test]
    fn a_point_of_the_set_takes_all_steps_and_one_outside_few() {
        assert_eq!(taken(0.0, 0.0, 500), 500);
        assert_eq!(taken(-1.0, 0.0, 500), 500);
        assert_eq!(taken(2.0, 2.0, 500), 1);
        assert_eq!(taken(1.0, 0.0, 500), 3);
    }

    #[test]
    fn what_stays_is_black_and_what_goes_is_not() {
        assert_eq!(colour(500, 500), [0; 3]);
        assert_eq!(colour(0, 500), [0, 7, 100]);
        assert_eq!(colour(48, 500), [237, 255, 255]);
    }
}
