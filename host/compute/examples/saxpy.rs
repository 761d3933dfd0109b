//! What an item costs on the CPU: saxpy as a compute function beside the same in Rust with rayon, on as
//! many threads. `cargo run --release -p ringhost-compute --example saxpy [THREADS [LOG2 OF ITEMS]]`

use rayon::prelude::*;
use ringhost_compute::{Argument, Command, Devices, Launch, Program};
use std::time::{Duration, Instant};

const SAXPY: &str = r#"(module (memory 1)
    (func (export "compute:empty") (param i32))
    (func (export "compute:saxpy") (param $i i32) (param $a f32) (param $x i32) (param $y i32)
        (local $at i32)
        (local.set $at (i32.shl (local.get $i) (i32.const 2)))
        (f32.store (i32.add (local.get $y) (local.get $at))
            (f32.add
                (f32.mul (local.get $a) (f32.load (i32.add (local.get $x) (local.get $at))))
                (f32.load (i32.add (local.get $y) (local.get $at))))))
    (func (export "compute:saxpy4") (param $i i32) (param $a f32) (param $x i32) (param $y i32)
        (local $at i32)
        (local.set $at (i32.shl (local.get $i) (i32.const 4)))
        (v128.store (i32.add (local.get $y) (local.get $at))
            (f32x4.add
                (f32x4.mul (f32x4.splat (local.get $a))
                    (v128.load (i32.add (local.get $x) (local.get $at))))
                (v128.load (i32.add (local.get $y) (local.get $at)))))))"#;

/// How often each is run; the fastest counts.
const RUNS: usize = 15;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1).map(|word| word.parse::<u32>());
    let threads = arguments.next().transpose()?.unwrap_or(0);
    let items = 1 << arguments.next().transpose()?.unwrap_or(24);
    let devices = Devices::cpu(threads.try_into()?);
    let threads = devices.list().first().map_or(1, |device| device.lanes);

    let program = Program::of_module(&wat::parse_str(SAXPY)?)?;
    let space = devices.space(None, &program, 8 * u64::from(items))?;
    let (x, y) = (space.allocate(4 * items)?, space.allocate(4 * items)?);
    let launch = |function: &str, items: u32, arguments: Vec<Argument>| Launch {
        function: function.to_owned(),
        items,
        arguments,
        fuel: None,
    };
    let saxpy = vec![
        Argument::F32(0.5),
        Argument::Buffer(x.clone()),
        Argument::Buffer(y.clone()),
    ];
    let runtime = tokio::runtime::Runtime::new()?;
    let run = |plan: &ringhost_compute::Plan| runtime.block_on(plan.run(1)?.wait());
    let saxpy4 = space.plan(vec![Command::Launch(launch(
        "saxpy4",
        items / 4,
        saxpy.clone(),
    ))])?;
    let saxpy = space.plan(vec![Command::Launch(launch("saxpy", items, saxpy))])?;
    let empty = space.plan(vec![Command::Launch(launch("empty", items, Vec::new()))])?;

    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads.try_into()?)
        .build()?;
    let xs = vec![1_f32; items.try_into()?];
    let mut ys = vec![0_f32; items.try_into()?];
    let a = std::hint::black_box(0.5);
    let [mut ours, mut by_fours, mut theirs, mut nothing] = [Duration::MAX; 4];
    // In turn, so that a noisy machine treats them alike.
    for _ in 0..RUNS {
        theirs = theirs.min(took(|| {
            pool.install(|| {
                ys.par_iter_mut().zip(&xs).for_each(|(y, x)| *y += a * *x);
            });
            Ok(())
        })?);
        ours = ours.min(took(|| run(&saxpy).map(drop).map_err(Into::into))?);
        by_fours = by_fours.min(took(|| run(&saxpy4).map(drop).map_err(Into::into))?);
        nothing = nothing.min(took(|| run(&empty).map(drop).map_err(Into::into))?);
    }
    let each = |time: Duration| time.as_secs_f64() * 1e9 / f64::from(items);
    println!("{items} items on {threads} threads, best of {RUNS}, ns an element");
    let ratio = |time| each(time) / each(theirs);
    println!("Rust with rayon           {:.3}", each(theirs));
    println!(
        "an element an item        {:.3}, {:.2} times",
        each(ours),
        ratio(ours)
    );
    println!(
        "four, with 128-bit SIMD   {:.3}, {:.2} times",
        each(by_fours),
        ratio(by_fours)
    );
    println!("an item that does nothing {:.3}", each(nothing));
    Ok(())
}

fn took(
    run: impl FnOnce() -> Result<(), Box<dyn std::error::Error>>,
) -> Result<Duration, Box<dyn std::error::Error>> {
    let began = Instant::now();
    run()?;
    Ok(began.elapsed())
}
