//! The sum, the least and the largest of many numbers, in as many parts as keep the GPU's memory busy: the first
//! step of the kernel `reduce`, which is all but a millionth of the work.

use super::{CUDA_C, OURS};
use crate::card::Given;
use crate::cupy::Cupy;
use crate::measure::{Contender, Goal, Measured};
use crate::ours::{Ours, bytes_of, fractions, same};
use crate::setting::Setting;
use anyhow::Result;
use ringhost_compute::Argument;

pub(super) fn measure(setting: &Setting) -> Result<Measured> {
    let count: u32 = setting.many_or_few(1 << 28, 5000);
    let items: u32 = setting.many_or_few(1 << 18, 64);
    let times = setting.many_or_few(20, 2);
    let card = setting.card()?;
    let numbers = bytes_of(fractions(count).map(f64::to_le_bytes));
    let parts = 3 * 8 * items as usize;

    let ours = Ours::on_gpu(setting, "reduce", (numbers.len() + parts) as u64)?;
    let (our_numbers, our_parts) = (ours.buffer(&numbers)?, ours.zeros(parts)?);
    let arguments = [
        Argument::I32(items.cast_signed()),
        Argument::Buffer(our_numbers),
        Argument::Buffer(our_parts.clone()),
    ];
    let plan = ours.plan(vec![ours.launch("part", items, &arguments)?])?;

    let (their_numbers, their_parts) = (card.memory(&numbers)?, card.zeros(parts)?);
    let given = [
        Given::U32(count),
        Given::Memory(&their_numbers),
        Given::Memory(&their_parts),
    ];
    drop(numbers);

    ours.time(&plan, 1)?;
    card.launch("part", items, &given)?;
    same("reduce", &ours.read(&our_parts)?, &their_parts.read()?)?;

    let cupy = match Cupy::start("part", items, count, times) {
        Ok(mut cupy) => Contender::new("CuPy", move || cupy.round()),
        Err(error) => Contender::absent("CuPy", error),
    };
    let contenders = vec![
        Contender::new(OURS, || ours.time(&plan, times)),
        Contender::new(CUDA_C, || {
            card.time(times, || card.launch("part", items, &given))
        }),
        cupy,
    ];
    let case = format!("reduce, {count} elements of 64 bits");
    let mut row = Measured::of(
        case,
        Goal::Speed(CUDA_C, 0.95),
        setting.rounds(),
        contenders,
    )
    .each(times);
    row.bytes = Some(8 * u64::from(count));
    Ok(row)
}
