//! Bodies that all attract each other: a step of each.

use super::{CUDA_C, OURS};
use crate::card::Given;
use crate::measure::{Contender, Goal, Measured};
use crate::ours::{Ours, bytes_of, fractions, same};
use crate::setting::Setting;
use anyhow::Result;
use ringhost_compute::Argument;

const STEP: f32 = 1e-3;

pub(super) fn measure(setting: &Setting) -> Result<Measured> {
    let count: u32 = setting.many_or_few(65_536, 60);
    let times = setting.many_or_few(4, 1);
    let card = setting.card()?;
    let from = bytes_of(fractions(4 * count).map(|x| (x as f32).to_le_bytes()));
    let velocities = bytes_of(fractions(3 * count).map(|v| (v as f32 - 0.5).to_le_bytes()));

    let ours = Ours::on_gpu(setting, "nbody", (2 * from.len() + velocities.len()) as u64)?;
    let (our_from, our_velocities) = (ours.buffer(&from)?, ours.buffer(&velocities)?);
    let our_to = ours.zeros(from.len())?;
    let arguments = [
        Argument::F32(STEP),
        Argument::Buffer(our_from),
        Argument::Buffer(our_velocities.clone()),
        Argument::Buffer(our_to.clone()),
    ];
    let plan = ours.plan(vec![ours.launch("advance", count, &arguments)?])?;

    let (their_from, their_velocities) = (card.memory(&from)?, card.memory(&velocities)?);
    let their_to = card.zeros(from.len())?;
    let given = [
        Given::F32(STEP),
        Given::Memory(&their_from),
        Given::Memory(&their_velocities),
        Given::Memory(&their_to),
    ];

    ours.time(&plan, 1)?;
    card.launch("advance", count, &given)?;
    same("places of bodies", &ours.read(&our_to)?, &their_to.read()?)?;
    same(
        "velocities",
        &ours.read(&our_velocities)?,
        &their_velocities.read()?,
    )?;

    let contenders = vec![
        Contender::new(OURS, || ours.time(&plan, times)),
        Contender::new(CUDA_C, || {
            card.time(times, || card.launch("advance", count, &given))
        }),
    ];
    let case = format!("n-body, {count} bodies, a step");
    Ok(Measured::of(
        case,
        Goal::Speed(CUDA_C, 0.75),
        setting.rounds(),
        contenders,
    )
    .each(times))
}
