//! The sum, the least and the largest of many numbers, in as many parts as keep the GPU's memory busy: the first
//! step of the kernel `reduce`, which is all but a millionth of the work. And their sum alone by the host's own
//! operation, which reads the same.

use super::{CUDA_C, OURS};
use crate::card::Given;
use crate::cupy::Cupy;
use crate::measure::{Contender, Goal, Measured};
use crate::ours::{Ours, bytes_of, fractions, same};
use crate::setting::Setting;
use anyhow::{Result, ensure};
use ringhost_compute::{Argument, Command, Element, Operator, Reduce};

/// What the host's own operation is called.
const OPERATION: &str = "ringhost's own sum";

pub(super) fn measure(setting: &Setting) -> Result<Measured> {
    let count: u32 = setting.many_or_few(1 << 28, 5000);
    let items: u32 = setting.many_or_few(1 << 18, 64);
    let times = setting.many_or_few(20, 2);
    let card = setting.card()?;
    let numbers = bytes_of(fractions(count).map(f64::to_le_bytes));
    let parts = 3 * 8 * items as usize;

    // The operation works in a fiftieth of what it reads, and some more.
    let room = numbers.len() + numbers.len() / 50 + parts;
    let ours = Ours::on_gpu(setting, "reduce", room as u64)?;
    let (our_numbers, our_parts) = (ours.buffer(&numbers)?, ours.zeros(parts)?);
    let arguments = [
        Argument::I32(items.cast_signed()),
        Argument::Buffer(our_numbers.clone()),
        Argument::Buffer(our_parts.clone()),
    ];
    let plan = ours.plan(vec![ours.launch("part", items, &arguments)?])?;
    let our_sum = ours.zeros(8)?;
    let sum = ours.plan(vec![Command::Reduce(Reduce {
        kind: Element::F64,
        operator: Operator::Sum,
        from: our_numbers,
        from_offset: 0,
        count,
        to: our_sum.clone(),
        to_offset: 0,
    })])?;

    let (their_numbers, their_parts) = (card.memory(&numbers)?, card.zeros(parts)?);
    let given = [
        Given::U32(count),
        Given::Memory(&their_numbers),
        Given::Memory(&their_parts),
    ];
    drop(numbers);

    ours.time(&plan, 1)?;
    card.launch("part", items, &given)?;
    let sums = their_parts.read()?;
    same("reduce", &ours.read(&our_parts)?, &sums)?;
    ours.time(&sum, 1)?;
    near(&ours.read(&our_sum)?, &sums)?;

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
        Contender::new(OPERATION, || ours.time(&sum, times)),
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

/// Asserts that a sum is that of the parts, but for the rounding of another order. All numbers are positive.
fn near(sum: &[u8], parts: &[u8]) -> Result<()> {
    let numbers = |bytes: &[u8]| -> Vec<f64> {
        let chunks = bytes.as_chunks::<8>().0;
        let numbers = chunks.iter().map(|bytes| f64::from_le_bytes(*bytes));
        numbers.collect()
    };
    let parts: f64 = numbers(parts).iter().step_by(3).sum();
    let sum: f64 = numbers(sum).iter().sum();
    let apart = (sum - parts).abs();
    ensure!(apart <= 1e-9 * parts, "reduce: {sum} and {parts} in parts");
    Ok(())
}
