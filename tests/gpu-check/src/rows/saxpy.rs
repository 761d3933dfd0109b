//! Two vectors scaled and added: what memory is asked for and nothing else.

use super::{CUDA_C, OURS};
use crate::card::Given;
use crate::cupy::Cupy;
use crate::measure::{Contender, Goal, Measured};
use crate::ours::{Ours, bytes_of, fractions, same};
use crate::setting::Setting;
use anyhow::Result;
use ringhost_compute::Argument;

const SCALE: f32 = 2.5;

pub(super) fn measure(setting: &Setting) -> Result<Measured> {
    let count: u32 = setting.many_or_few(1 << 28, 5000);
    let times = setting.many_or_few(20, 2);
    let card = setting.card()?;
    let x = bytes_of(fractions(count).map(|x| (x as f32).to_le_bytes()));
    let y = bytes_of(fractions(count).map(|y| (1.0 - y as f32).to_le_bytes()));

    let ours = Ours::on_gpu(setting, "saxpy", (x.len() + y.len()) as u64)?;
    let (our_x, our_y) = (ours.buffer(&x)?, ours.buffer(&y)?);
    let arguments = [
        Argument::F32(SCALE),
        Argument::Buffer(our_x),
        Argument::Buffer(our_y.clone()),
    ];
    let plan = ours.plan(vec![ours.launch("saxpy", count, &arguments)?])?;

    let (their_x, their_y) = (card.memory(&x)?, card.memory(&y)?);
    let given = [
        Given::F32(SCALE),
        Given::Memory(&their_x),
        Given::Memory(&their_y),
    ];
    drop((x, y));

    ours.time(&plan, 1)?;
    card.launch("saxpy", count, &given)?;
    same("saxpy", &ours.read(&our_y)?, &their_y.read()?)?;

    let cupy = match Cupy::start("saxpy", count, count, times) {
        Ok(mut cupy) => Contender::new("CuPy", move || cupy.round()),
        Err(error) => Contender::absent("CuPy", error),
    };
    let contenders = vec![
        Contender::new(OURS, || ours.time(&plan, times)),
        Contender::new(CUDA_C, || {
            card.time(times, || card.launch("saxpy", count, &given))
        }),
        cupy,
    ];
    let case = format!("saxpy, {count} elements");
    let mut row = Measured::of(
        case,
        Goal::Speed(CUDA_C, 0.95),
        setting.rounds(),
        contenders,
    )
    .each(times);
    row.bytes = Some(12 * u64::from(count));
    Ok(row)
}
