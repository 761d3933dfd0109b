//! Smooths what many sensors measure, by a function that stays on the device: it keeps an average of each from
//! message to message.

#![deny(missing_docs)]

use ringhost_sdk::compute::{In, InOut, Item, Out};
use ringhost_sdk::prelude::*;

/// How many sensors there are.
pub const SENSORS: usize = 256;

/// How much of a measurement goes into the average.
const SHARE: f32 = 0.125;

/// What the sensors measure at a time.
#[message]
pub struct Measured {
    /// One number of each.
    pub values: Vec<f32>,
}

/// One sensor's part of a message. Before the first, the average is 0.
#[compute]
fn smooth(item: Item, measured: In<f32>, smoothed: Out<f32>, kept: InOut<f32>) {
    let at = item.index();
    let average = kept.get(at) + SHARE * (measured.get(at) - kept.get(at));
    kept.set(at, average);
    smoothed.set(at, average);
}

/// Answers what the sensors measure at a time with their averages.
#[ring_kernel]
pub fn run(context: &mut Context<Measured, Vec<f32>>) -> Result<()> {
    let mut averages = Averages::new()?;
    context.serve(|Measured { values }, replies| {
        ensure!(values.len() == SENSORS, "there are {SENSORS} sensors");
        replies.push(averages.next(&values)?);
        Ok(())
    })
}

#[cfg(target_arch = "wasm32")]
struct Averages(compute::Resident<f32, f32>);

#[cfg(target_arch = "wasm32")]
impl Averages {
    fn new() -> Result<Self> {
        let space = compute::Space::create(None, 1 << 16)?;
        let [measured, smoothed, kept] = {
            let buffer = || space.allocate::<f32>(SENSORS as u32);
            [buffer()?, buffer()?, buffer()?]
        };
        let launch = smooth::launch(SENSORS as u32, &measured, &smoothed, &kept);
        Ok(Self(space.reside(launch, &measured, &smoothed, 1)?))
    }

    fn next(&mut self, measured: &[f32]) -> Result<Vec<f32>> {
        Ok(self.0.ask(measured)?)
    }
}

/// Natively, without a host, item by item.
#[cfg(not(target_arch = "wasm32"))]
struct Averages(Vec<f32>);

#[cfg(not(target_arch = "wasm32"))]
impl Averages {
    fn new() -> Result<Self> {
        Ok(Self(vec![0.0; SENSORS]))
    }

    fn next(&mut self, measured: &[f32]) -> Result<Vec<f32>> {
        let mut smoothed = vec![0.0; SENSORS];
        for item in 0..SENSORS {
            let (smoothed, kept) = (Out::new(&mut smoothed), InOut::new(&mut self.0));
            smooth(Item::new(item as u32), In::new(measured), smoothed, kept);
        }
        Ok(smoothed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ringhost_sdk::testing::TestHost;

    #[test]
    fn an_average_goes_towards_what_is_measured() {
        let measured = |value| Measured {
            values: vec![value; SENSORS],
        };
        let run = TestHost::new()
            .send(measured(8.0))
            .send(measured(9.0))
            .run(run);
        assert_eq!(run.result, Ok(()));
        assert_eq!(run.messages(), [vec![1.0; SENSORS], vec![2.0; SENSORS]]);
    }
}
