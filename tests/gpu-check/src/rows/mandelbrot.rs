//! A picture of the whole Mandelbrot set: arithmetic, and nothing of memory.

use super::{CUDA_C, OURS};
use crate::card::Given;
use crate::measure::{Contender, Goal, Measured};
use crate::ours::{Ours, same};
use crate::setting::Setting;
use anyhow::Result;
use ringhost_compute::Argument;

const STEPS: u32 = 1000;

pub(super) fn measure(setting: &Setting) -> Result<Measured> {
    let width: u32 = setting.many_or_few(4096, 20);
    let times = setting.many_or_few(4, 1);
    let card = setting.card()?;
    let items = width * width;
    let (left, top, pixel) = (-2.25, 1.5, 3.0 / f64::from(width));
    let bytes = 4 * items as usize;

    let ours = Ours::on_gpu(setting, "mandelbrot", bytes as u64)?;
    let our_taken = ours.zeros(bytes)?;
    let arguments = [
        Argument::I32(width.cast_signed()),
        Argument::F64(left),
        Argument::F64(top),
        Argument::F64(pixel),
        Argument::I32(STEPS.cast_signed()),
        Argument::Buffer(our_taken.clone()),
    ];
    let plan = ours.plan(vec![ours.launch("escape", items, &arguments)?])?;

    let their_taken = card.zeros(bytes)?;
    let given = [
        Given::U32(width),
        Given::F64(left),
        Given::F64(top),
        Given::F64(pixel),
        Given::U32(STEPS),
        Given::Memory(&their_taken),
    ];

    ours.time(&plan, 1)?;
    card.launch("escape", items, &given)?;
    same("mandelbrot", &ours.read(&our_taken)?, &their_taken.read()?)?;

    let contenders = vec![
        Contender::new(OURS, || ours.time(&plan, times)),
        Contender::new(CUDA_C, || {
            card.time(times, || card.launch("escape", items, &given))
        }),
    ];
    let case = format!("mandelbrot, {width} × {width}, {STEPS} steps");
    Ok(Measured::of(
        case,
        Goal::Speed(CUDA_C, 0.75),
        setting.rounds(),
        contenders,
    )
    .each(times))
}
