//! Bodies that attract each other: in each step each body, an item, feels all the others. It shows a plan:
//! steps that are checked once and done many times, to and fro between two buffers.

#![deny(missing_docs)]

#[cfg(target_arch = "wasm32")]
mod kernel;

use ringhost_sdk::compute::{In, InOut, Item, Out};
use ringhost_sdk::prelude::*;

/// What keeps two bodies that are near each other from flying apart, squared.
const SOFTENING: f32 = 1e-4;

/// Bodies and for how long they move.
#[message]
pub struct Request {
    /// Of each body three coordinates and its mass, one behind the other.
    pub bodies: Vec<f32>,
    /// Of each body three coordinates of its velocity.
    pub velocities: Vec<f32>,
    /// How long a step is. The constant of gravity is 1.
    pub step: f32,
    /// Twice as many steps are done.
    pub double_steps: u32,
}

/// Where the bodies are then.
#[message]
pub struct Response {
    /// As they came.
    pub bodies: Vec<f32>,
    /// As they came.
    pub velocities: Vec<f32>,
    /// The device that computed it.
    pub device: String,
    /// How long that worked, over all its lanes, in nanoseconds.
    pub device_time: u64,
}

/// Moves one body by a step: first its velocity, then its place (the symplectic Euler method).
#[compute(fuel = 10_000_000)]
pub fn advance(item: Item, step: f32, from: In<f32>, velocities: InOut<f32>, to: Out<f32>) {
    let at = item.index();
    let (x, y, z) = (from.get(4 * at), from.get(4 * at + 1), from.get(4 * at + 2));
    let (mut ax, mut ay, mut az) = (0.0_f32, 0.0_f32, 0.0_f32);
    for other in 0..from.length() / 4 {
        let dx = from.get(4 * other) - x;
        let dy = from.get(4 * other + 1) - y;
        let dz = from.get(4 * other + 2) - z;
        let squared = dx * dx + dy * dy + dz * dz + SOFTENING;
        // Of itself it is zero, as its distance is.
        let pull = from.get(4 * other + 3) / (squared * squared.sqrt());
        ax += dx * pull;
        ay += dy * pull;
        az += dz * pull;
    }
    let (vx, vy, vz) = (
        velocities.get(3 * at) + ax * step,
        velocities.get(3 * at + 1) + ay * step,
        velocities.get(3 * at + 2) + az * step,
    );
    velocities.set(3 * at, vx);
    velocities.set(3 * at + 1, vy);
    velocities.set(3 * at + 2, vz);
    to.set(4 * at, x + vx * step);
    to.set(4 * at + 1, y + vy * step);
    to.set(4 * at + 2, z + vz * step);
    to.set(4 * at + 3, from.get(4 * at + 3));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_alone_flies_on_and_two_fall_towards_each_other() {
        let (mut to, mut velocities) = ([0.0; 4], [1.0, 2.0, 3.0]);
        advance(
            Item::new(0),
            0.5,
            In::new(&[0.0, 0.0, 0.0, 7.0]),
            InOut::new(&mut velocities),
            Out::new(&mut to),
        );
        assert_eq!(to, [0.5, 1.0, 1.5, 7.0]);

        let bodies = [0.0, 0.0, 0.0, 1.0, 2.0, 0.0, 0.0, 1.0];
        let (mut to, mut velocities) = ([0.0; 8], [0.0; 6]);
        for item in 0..2 {
            advance(
                Item::new(item),
                0.5,
                In::new(&bodies),
                InOut::new(&mut velocities),
                Out::new(&mut to),
            );
        }
        assert!(to[0] > 0.0 && to[4] < 2.0, "{to:?}");
        assert!((to[0] - (2.0 - to[4])).abs() < 1e-6, "{to:?}");
    }
}
