//! Does what a message asks of the host's devices, and answers how it ended.

// Natively there are no devices.
#![cfg(target_arch = "wasm32")]

use ringhost_sdk::compute::{
    Buffer, Command, Element, Error, Event, In, InOut, Item, Launch, Operator, Order, Out, Space,
    TrapCode,
};
use ringhost_sdk::prelude::*;

const BYTES: u64 = 4 << 20;

#[compute]
fn double(item: Item, x: In<i32>, y: Out<i32>) {
    y.set(item.index(), x.get(item.index()).wrapping_mul(2));
}

#[compute]
fn add(item: Item, by: i32, y: InOut<i32>) {
    y.set(item.index(), y.get(item.index()).wrapping_add(by));
}

#[compute]
fn spin(item: Item, y: InOut<i32>) {
    while y.get(item.index()) == 0 {}
}

#[compute]
fn divide(item: Item, by: i32, y: InOut<i32>) {
    y.set(item.index(), y.get(item.index()) / by);
}

/// Adds one up for so long, in every item.
#[compute(fuel = 1000000000)]
fn work(item: Item, turns: u32, y: InOut<u32>) {
    let mut sum = item.number();
    for turn in 0..turns {
        sum = sum.wrapping_mul(1_664_525).wrapping_add(turn | 1);
    }
    y.set(item.index() % y.length(), sum);
}

/// What `hold` holds.
#[derive(Default)]
struct Held {
    spaces: Vec<Space>,
    buffers: Vec<Buffer<i32>>,
    events: Vec<Event>,
}

fn told<T>(result: Result<T, Error>) -> String {
    match result {
        Ok(_) => "ok".to_owned(),
        Err(Error::Trap(trap)) => {
            format!("trap {:?} in {} at {}", trap.code, trap.function, trap.item)
        }
        Err(error) => format!("{error:?}"),
    }
}

/// A space with a buffer of so many numbers, which count up from 1.
fn numbers(length: u32) -> Result<(Space, Buffer<i32>), Error> {
    let space = Space::create(None, BYTES)?;
    let values: Vec<i32> = (1..=length as i32).collect();
    let buffer = space.buffer(&values)?;
    Ok((space, buffer))
}

fn doubled(length: u32) -> Result<String, Error> {
    let (space, x) = numbers(length)?;
    let y = space.allocate(length)?;
    space.run([double::launch(length, &x, &y)])?;
    let sum: i64 = y.read()?.into_iter().map(i64::from).sum();
    Ok(sum.to_string())
}

fn planned(times: u32) -> Result<String, Error> {
    let (space, y) = numbers(1)?;
    let plan = space.plan([add::launch(1, 1, &y), add::launch(1, 1, &y)])?;
    plan.run(times)?.wait(None)?;
    Ok(y.read()?[0].to_string())
}

/// As many runs of a plan of one launch, each of which is waited for.
fn one_by_one(times: u32) -> Result<String, Error> {
    let (space, y) = numbers(1)?;
    let plan = space.plan([add::launch(1, 1, &y)])?;
    for _ in 0..times {
        plan.run(1)?.wait(None)?;
    }
    Ok(y.read()?[0].to_string())
}

/// What the host does by itself, in one submission.
fn operated() -> Result<String, Error> {
    let space = Space::create(None, BYTES)?;
    let (x, places) = (
        space.buffer(&[3_f32, 1.0, 2.0])?,
        space.buffer(&[0_u32, 1, 2])?,
    );
    let factors = space.buffer(&[1_f64, 2.0, 3.0, 4.0, 5.0, 6.0])?;
    let (sum, sums, product) = (space.allocate(1)?, space.allocate(3)?, space.allocate(4)?);
    let marks = space.allocate(1)?;
    let (a, b) = (factors.matrix(), factors.matrix().transposed());
    space.run([
        Command::reduce(Operator::Sum, &x, &sum),
        Command::scan(Operator::Sum, &x, &sums),
        Command::sort_with(&x, &places, Order::Descending),
        Command::gemm([2, 2, 3], 2.0, a, b, 0.0, &product),
        add::launch(1, 0, &marks).into(),
    ])?;
    let lines = [line(&sum)?, line(&sums)?, line(&places)?, line(&product)?];
    Ok(lines.join("; "))
}

fn line<T: Element + ToString>(buffer: &Buffer<T>) -> Result<String, Error> {
    let numbers: Vec<_> = buffer.read()?.iter().map(T::to_string).collect();
    Ok(numbers.join(" "))
}

/// A launch that fails, and what there is to be read after it.
fn failed(launch: impl for<'a> Fn(&'a Buffer<i32>) -> Launch<'a>) -> Result<String, Error> {
    let (space, y) = numbers(4)?;
    let ended = told(space.run([launch(&y)]));
    let read = told(y.read());
    y.write(&[1, 2, 3, 4])?;
    Ok(format!("{ended}, {read}, {}", told(y.read())))
}

fn cancelled() -> Result<String, Error> {
    let (space, y) = numbers(1)?;
    y.write(&[0])?;
    let event = space.submit([spin::launch(1, &y).fuel(1 << 36)])?;
    ensure_runs(&event);
    event.cancel();
    Ok(told(event.wait(None)))
}

fn ensure_runs(event: &Event) {
    assert!(event.poll().is_none(), "it has ended already");
}

fn hold(held: &mut Held, what: &str, count: u32) -> Result<String, Error> {
    for _ in 0..count {
        match what {
            "spaces" => held.spaces.push(Space::create(None, 64 << 10)?),
            "buffers" => {
                if held.spaces.is_empty() {
                    held.spaces.push(Space::create(None, BYTES)?);
                }
                held.buffers.push(held.spaces[0].allocate(1)?);
            }
            _ => {
                let (space, y) = numbers(1)?;
                held.events.push(space.submit([add::launch(1, 1, &y)])?);
            }
        }
    }
    Ok(format!("{count} {what}"))
}

fn obey(held: &mut Held, words: &str) -> Result<String, Error> {
    let mut parts = words.split(' ');
    let what = parts.next().unwrap_or_default();
    let number = |text: Option<&str>| text.and_then(|text| text.parse().ok()).unwrap_or(0);
    match what {
        "double" => doubled(number(parts.next())),
        "plan" => planned(number(parts.next())),
        "each" => one_by_one(number(parts.next())),
        "operations" => operated(),
        "divide" => failed(|y| divide::launch(4, 0, y)),
        "outside" => failed(|y| add::launch(5, 1, y)),
        "endless" => failed(|y| {
            // One that is 0 is waited for.
            y.write(&[1, 1, 0, 0]).expect("there is room");
            spin::launch(4, y)
        }),
        "cancel" => cancelled(),
        "run" => {
            // It goes on when this has returned.
            let (space, y) = numbers(1)?;
            y.write(&[0])?;
            let launch = spin::launch(1, &y).fuel(1 << 36);
            held.events.push(space.submit([launch])?);
            Ok("runs".to_owned())
        }
        "wait" => {
            let (space, y) = numbers(1)?;
            y.write(&[0])?;
            let event = space.submit([spin::launch(1, &y).fuel(1 << 36)])?;
            Ok(told(event.wait(None)))
        }
        "timeout" => {
            let (space, y) = numbers(1)?;
            y.write(&[0])?;
            let event = space.submit([spin::launch(1, &y).fuel(1 << 36)])?;
            let early = told(event.wait(Some(Duration::from_millis(1))));
            event.cancel();
            Ok(early)
        }
        "space" => Space::create(None, number(parts.next()).into()).map(|_| "made".to_owned()),
        "unknown" => {
            let (space, _) = numbers(1)?;
            Ok(told(space.run([Launch::new("nothing", 1)])))
        }
        "few" => {
            let (space, _) = numbers(1)?;
            Ok(told(space.run([Launch::new("double", 1)])))
        }
        "churn" => {
            let (space, y) = numbers(1)?;
            for _ in 0..number(parts.next()) {
                drop(space.submit([add::launch(1, 1, &y)])?);
            }
            Ok(y.read()?[0].to_string())
        }
        "hold" => {
            let kind = parts.next().unwrap_or_default();
            hold(held, kind, number(parts.next()))
        }
        "work" => {
            let space = Space::create(None, BYTES)?;
            let y = space.allocate(1)?;
            space.run([work::launch(number(parts.next()), 1000, &y)])?;
            Ok("worked".to_owned())
        }
        "devices" => Ok(compute::devices().len().to_string()),
        _ => Ok(format!("{:?}", TrapCode::Unreachable)),
    }
}

/// Obeys, and answers how it ended.
#[ring_kernel]
fn launches(context: &mut Context<String, String>) -> Result<()> {
    let mut held = Held::default();
    context.serve(|words, replies| {
        let ended = obey(&mut held, &words);
        replies.push(ended.unwrap_or_else(|error| format!("{error:?}")));
        Ok(())
    })
}
