//! The round trip of a message: by a function that stays on the GPU, and by a launch for each message.

use super::OURS;
use crate::card::Given;
use crate::measure::{Contender, Goal, Measured};
use crate::setting::Setting;
use anyhow::{Result, ensure};
use ringhost_compute::{Argument, Command, DeviceKind, Launch, Program, Residence};
use std::time::{Duration, Instant};

const CUDARC: &str = "cudarc";

/// Words of a message.
const WORDS: u32 = 16;

/// Each item answers a word of its message, and one.
const PROGRAM: &str = r#"(module (memory 1)
    (@custom "ring:compute" "next in:in out:out\n")
    (func (export "compute:next") (param $i i32) (param $in i32) (param $out i32)
        (local.set $i (i32.shl (local.get $i) (i32.const 2)))
        (i32.store (i32.add (local.get $out) (local.get $i))
            (i32.add (i32.const 1) (i32.load (i32.add (local.get $in) (local.get $i)))))))"#;

pub(super) fn measure(setting: &Setting) -> Result<Measured> {
    let messages: u32 = setting.many_or_few(5000, 5);
    let card = setting.card()?;
    let program = Program::of_module(&wat::parse_str(PROGRAM)?)?;
    let kind = Some(DeviceKind::Cuda);
    let space = setting.devices.space(kind, &program, 64 << 10)?;
    let [input, output] = [space.allocate(4 * WORDS)?, space.allocate(4 * WORDS)?];
    let launch = Launch {
        function: "next".to_owned(),
        items: WORDS,
        arguments: vec![
            Argument::Buffer(input.clone()),
            Argument::Buffer(output.clone()),
        ],
        fuel: None,
    };
    let resident = space.reside(Residence {
        launch: launch.clone(),
        input: input.clone(),
        output: output.clone(),
        depth: 4,
    })?;
    // Launches are in a space of their own, where nothing stays.
    let other = setting.devices.space(kind, &program, 64 << 10)?;
    let [from, to] = [other.allocate(4 * WORDS)?, other.allocate(4 * WORDS)?];
    let launch = Launch {
        arguments: vec![Argument::Buffer(from.clone()), Argument::Buffer(to.clone())],
        ..launch
    };
    let (their_from, their_to) = (
        card.zeros(4 * WORDS as usize)?,
        card.zeros(4 * WORDS as usize)?,
    );
    let next = card.kernel("next")?;

    let contenders = vec![
        Contender::new(OURS, || {
            trips(messages, |message| {
                ensure!(resident.send(&message)?, "the resident takes no message");
                Ok(setting.tokio.block_on(resident.receive())?)
            })
        }),
        Contender::new("a launch each", || {
            trips(messages, |bytes| {
                let buffer = from.clone();
                let write = Command::Write {
                    buffer,
                    offset: 0,
                    bytes,
                };
                other.submit(vec![write, Command::Launch(launch.clone())])?;
                Ok(setting.tokio.block_on(other.read(&to, 0, to.len()))?)
            })
        }),
        Contender::new(CUDARC, || {
            trips(messages, |message| {
                their_from.write(&message)?;
                next.launch(
                    WORDS,
                    &[Given::Memory(&their_from), Given::Memory(&their_to)],
                )?;
                their_to.read()
            })
        }),
    ];
    let case = format!(
        "a message of {} bytes there and back, by a resident function",
        4 * WORDS
    );
    let goal = Goal::Speed(CUDARC, 5.0);
    Ok(Measured::of(case, goal, setting.rounds(), contenders).each(messages))
}

/// So many messages, each sent when the answer to the one before is there, and how long they take.
fn trips(messages: u32, mut trip: impl FnMut(Vec<u8>) -> Result<Vec<u8>>) -> Result<Duration> {
    let begun = Instant::now();
    for number in 0..messages {
        let words = |number: u32| number.to_le_bytes().repeat(WORDS as usize);
        let answer = trip(words(number))?;
        ensure!(
            answer == words(number + 1),
            "{number} is answered by {answer:?}"
        );
    }
    Ok(begun.elapsed())
}
