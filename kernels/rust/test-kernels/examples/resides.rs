//! Has functions stay on a device as a message asks, and answers how that ended.

// Natively there are no devices.
#![cfg(target_arch = "wasm32")]

use ringhost_sdk::compute::{Buffer, Error, In, InOut, Item, Out, Resident, Space};
use ringhost_sdk::prelude::*;

/// Adds to what is kept, and answers it; first it goes on for as many turns as the last word of the message is
/// below zero. It divides by zero where that is 0 and the others are 7.
#[compute]
fn sum(item: Item, words: In<i32>, sums: Out<i32>, kept: InOut<i32>) {
    let at = item.index();
    let mut by = words.get(sums.length());
    let mut sum = kept.get(at);
    while by < 0 {
        by += 1;
        sum = sum.wrapping_mul(1_664_525).wrapping_add(by | 1);
    }
    sum = sum.wrapping_add(words.get(at));
    kept.set(at, sum);
    sums.set(at, sum / by.max(i32::from(words.get(0) != 7)));
}

const ITEMS: u32 = 20;

/// A resident, and the space and buffers that it is in.
struct Sums {
    resident: Resident<i32, i32>,
    kept: Buffer<i32>,
    space: Space,
}

impl Sums {
    fn new(depth: u32, fuel: u64) -> Result<Self, Error> {
        let space = Space::create(None, 1 << 16)?;
        Self::in_space(space, depth, fuel)
    }

    fn in_space(space: Space, depth: u32, fuel: u64) -> Result<Self, Error> {
        let words = space.allocate(ITEMS + 1)?;
        let (sums, kept) = (space.allocate(ITEMS)?, space.allocate(ITEMS)?);
        let launch = sum::launch(ITEMS, &words, &sums, &kept).fuel(fuel);
        let resident = space.reside(launch, &words, &sums, depth)?;
        Ok(Self {
            resident,
            kept,
            space,
        })
    }

    fn send(&self, word: i32, by: i32) -> Result<bool, Error> {
        let mut message = [word; ITEMS as usize + 1];
        message[ITEMS as usize] = by;
        self.resident.send(&message)
    }

    /// The answer, whose words are all the same.
    fn receive(&self, timeout: Option<Duration>) -> Result<i32, Error> {
        let answer = self.resident.receive(timeout)?;
        assert!(answer.len() == ITEMS as usize && answer.iter().all(|word| *word == answer[0]));
        Ok(answer[0])
    }
}

fn told<T: ToString>(result: Result<T, Error>) -> String {
    match result {
        Ok(value) => value.to_string(),
        Err(Error::Trap(trap)) => format!("{:?} at {}", trap.code, trap.item),
        Err(error) => format!("{error:?}"),
    }
}

/// Fuel for as good as ever.
const ENDLESS: u64 = 1 << 36;

fn obey(held: &mut Vec<Sums>, words: &str) -> Result<String, Error> {
    let mut parts = words.split(' ');
    let what = parts.next().unwrap_or_default();
    let count = parts.next().and_then(|text| text.parse::<u32>().ok());
    let count = count.unwrap_or(0);
    Ok(match what {
        // As many messages as there is room for at a time, and the sum of all of them.
        "flood" => {
            let sums = Sums::new(64, 1000)?;
            let (mut sent, mut last) = (0, 0);
            for received in 0..count {
                while sent < count && sums.send(1, 1)? {
                    sent += 1;
                }
                assert!(sent - received <= 64);
                last = sums.receive(None)?;
            }
            format!("{last} {}", sums.resident.stats().items)
        }
        "room" => {
            let sums = Sums::new(3, 1000)?;
            let sent: Vec<_> = (0..5).map(|_| told(sums.send(1, 1))).collect();
            let asked = told(sums.resident.ask(&[1]).map(|_| true));
            format!("{}, {asked}, {}", sent.join(" "), told(sums.receive(None)))
        }
        "trap" => {
            let sums = Sums::new(8, 1000)?;
            for (word, by) in [(1, 1), (7, 0), (1, 1)] {
                sums.send(word, by)?;
            }
            let told = [0; 3].map(|_| told(sums.receive(None)));
            sums.kept.write(&[5; ITEMS as usize])?;
            sums.send(1, 1)?;
            format!("{}, {}", told.join(", "), sums.receive(None)?)
        }
        "endless" => {
            let sums = Sums::new(8, 5000)?;
            sums.send(1, i32::MIN)?;
            told(sums.receive(None))
        }
        "order" => {
            let sums = Sums::new(8, 1000)?;
            sums.send(1, 1)?;
            sums.kept.write(&[10; ITEMS as usize])?;
            sums.send(2, 1)?;
            let read = sums.kept.read()?[0];
            let answers = [sums.receive(None)?, sums.receive(None)?];
            format!("{read} {answers:?}")
        }
        "pause" => {
            let sums = Sums::new(8, 1000)?;
            sums.resident.pause();
            sums.send(4, 1)?;
            let read = sums.kept.read()?[0];
            let early = told(sums.receive(Some(Duration::from_millis(20))));
            sums.resident.resume()?;
            format!("{read} {early} {}", sums.receive(None)?)
        }
        "stop" => {
            let sums = Sums::new(8, ENDLESS)?;
            sums.send(1, i32::MIN)?;
            sums.send(1, 1)?;
            sums.resident.stop();
            let answers = [0; 3].map(|_| told(sums.receive(None)));
            let read = told(sums.kept.read().map(|words| words[0]));
            format!("{}, {}, {read}", answers.join(", "), told(sums.send(1, 1)))
        }
        "nothing" => told(Sums::new(8, 1000)?.receive(None)),
        "long" => {
            let sums = Sums::new(8, 1000)?;
            told(sums.resident.send(&[0; ITEMS as usize + 2]))
        }
        "deep" => told(Sums::new(count, 1000).map(|_| "made")),
        "hold" => {
            for _ in 0..count {
                held.push(Sums::new(1, 1000)?);
            }
            format!("{count} held")
        }
        "drop" => {
            held.clear();
            "dropped".to_owned()
        }
        // One that goes on when this has returned.
        "run" => {
            let sums = Sums::new(8, ENDLESS)?;
            sums.send(1, i32::MIN)?;
            held.push(sums);
            "runs".to_owned()
        }
        "wait" => {
            let sums = Sums::new(8, ENDLESS)?;
            sums.send(1, i32::MIN)?;
            told(sums.receive(None))
        }
        "churn" => {
            let mut space = Space::create(None, 1 << 16)?;
            for _ in 0..count {
                let sums = Sums::in_space(space, 1, 1000)?;
                sums.send(1, 1)?;
                let Sums {
                    resident,
                    kept,
                    space: same,
                } = sums;
                drop(resident);
                // Behind it, so that its part of the space is free. It is poisoned, or not.
                let _ = kept.read();
                space = same;
            }
            "churned".to_owned()
        }
        _ => "?".to_owned(),
    })
}

/// Obeys, and answers how it ended.
#[ring_kernel]
fn resides(context: &mut Context<String, String>) -> Result<()> {
    let mut held = Vec::new();
    context.serve(|words, replies| {
        let ended = obey(&mut held, &words);
        replies.push(told(ended));
        Ok(())
    })
}
