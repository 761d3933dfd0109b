//! What the round trip of a message costs: to a function that stays on the device, and by a launch for each
//! message. `cargo run --release -p ringhost-compute --example resident [MESSAGES [BYTES]]`

use ringhost_compute::{
    Argument, Command, DeviceKind, Devices, Fence, Launch, Program, Residence, Space,
};
use std::error::Error;
use std::time::{Duration, Instant};

/// Each item answers the word of its message, and one.
const PROGRAM: &str = r#"(module (memory 1)
    (@custom "ring:compute" "next in:in out:out\n")
    (func (export "compute:next") (param $i i32) (param $in i32) (param $out i32)
        (local.set $i (i32.shl (local.get $i) (i32.const 2)))
        (i32.store (i32.add (local.get $out) (local.get $i))
            (i32.add (i32.const 1) (i32.load (i32.add (local.get $in) (local.get $i)))))))"#;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1).map(|word| word.parse::<u32>());
    let messages = arguments.next().transpose()?.unwrap_or(20_000);
    let bytes = arguments.next().transpose()?.unwrap_or(64).max(4) / 4 * 4;
    let devices = Devices::auto(0, Fence::Mask);
    let program = Program::of_module(&wat::parse_str(PROGRAM)?)?;
    let runtime = tokio::runtime::Runtime::new()?;
    println!(
        "{messages} messages of {bytes} bytes, one after the other: median, and that of 99 in 100"
    );
    for device in devices.list() {
        println!("{}", device.name);
        let space = devices.space(Some(device.kind), &program, 1 << 20)?;
        let [stays, launched] = runtime.block_on(both(&space, messages, bytes))?;
        println!("  by a resident          {}", said(&stays));
        println!("  by a launch for each   {}", said(&launched));
        let ratio = median(&launched).as_secs_f64() / median(&stays).as_secs_f64();
        println!("  times as long          {ratio:.1}");
        if device.kind == DeviceKind::Cuda {
            println!("  wanted                 5.0 at least");
        }
    }
    Ok(())
}

/// How long each round trip took, in order of length: by a resident, and by launches.
async fn both(
    space: &Space,
    messages: u32,
    bytes: u32,
) -> Result<[Vec<Duration>; 2], Box<dyn Error>> {
    let (input, output) = (space.allocate(bytes)?, space.allocate(bytes)?);
    let launch = Launch {
        function: "next".to_owned(),
        items: (bytes / 4).min(1024),
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
    let message = |number: u32| number.to_le_bytes().repeat(bytes as usize / 4);
    let check = |number: u32, answer: Vec<u8>| {
        if answer.get(..4) == Some(&(number + 1).to_le_bytes()[..]) {
            Ok(())
        } else {
            Err("an answer is wrong")
        }
    };
    let mut stays = Vec::new();
    let mut launched = Vec::new();
    // The first of each are slower.
    for number in 0..100 + messages {
        let message = message(number);
        let began = Instant::now();
        resident.send(&message)?;
        let answer = resident.receive().await?;
        stays.push(began.elapsed());
        check(number, answer)?;
    }
    for number in 0..100 + messages {
        let message = message(number);
        let began = Instant::now();
        let write = Command::Write {
            buffer: input.clone(),
            offset: 0,
            bytes: message,
        };
        space.submit(vec![write, Command::Launch(launch.clone())])?;
        let answer = space.read(&output, 0, bytes).await?;
        launched.push(began.elapsed());
        check(number, answer)?;
    }
    Ok([stays, launched].map(|mut times| {
        times.drain(..100);
        times.sort();
        times
    }))
}

fn median(times: &[Duration]) -> Duration {
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn said(times: &[Duration]) -> String {
    let late = times.get(times.len() * 99 / 100).copied();
    let micros = |time: Duration| time.as_secs_f64() * 1e6;
    format!(
        "{:8.2} µs {:8.2} µs",
        micros(median(times)),
        micros(late.unwrap_or_default())
    )
}
