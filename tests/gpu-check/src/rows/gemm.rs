//! A product of matrices: the host's own operation, beside NVIDIA's library.

use super::OURS;
use crate::cublas::Cublas;
use crate::measure::{Contender, Goal, Measured};
use crate::ours::{Ours, bytes_of, fractions};
use crate::setting::Setting;
use anyhow::{Result, ensure};
use ringhost_compute::{Command, Element, Gemm, Matrix};

const CUBLAS: &str = "cuBLAS";

pub(super) fn measure(setting: &Setting) -> Result<Measured> {
    let size: u32 = setting.many_or_few(4096, 20);
    let times = setting.many_or_few(4, 1);
    let card = setting.card()?;
    let matrix =
        |from: f64| bytes_of(fractions(size * size).map(|x| ((x - from) as f32).to_le_bytes()));
    let (left, right) = (matrix(0.5), matrix(0.25));

    // Before ringhost looks for it by its name, so that both have the same, wherever it was found.
    let cublas = Cublas::open(card.clone());
    // The program is of no use to it.
    let ours = Ours::on_gpu(setting, "gemm", 3 * left.len() as u64)?;
    let product = ours.zeros(left.len())?;
    let matrix = |buffer| Matrix {
        buffer,
        offset: 0,
        is_transposed: false,
    };
    let gemm = Gemm {
        kind: Element::F32,
        m: size,
        n: size,
        k: size,
        alpha: 1.0,
        a: matrix(ours.buffer(&left)?),
        b: matrix(ours.buffer(&right)?),
        beta: 0.0,
        c: matrix(product.clone()),
    };
    let plan = ours.plan(vec![Command::Gemm(gemm)])?;
    ours.time(&plan, 1)?;

    let cublas = cublas.and_then(|cublas| {
        let (left, right) = (card.memory(&left)?, card.memory(&right)?);
        let theirs = card.zeros(matrix_bytes(size))?;
        cublas.multiply(size, &left, &right, &theirs)?;
        near(&ours.read(&product)?, &theirs.read()?, size)?;
        Ok((cublas, left, right, theirs))
    });
    let theirs = match cublas {
        Ok((cublas, left, right, theirs)) => Contender::new(CUBLAS, move || {
            card.time(times, || cublas.multiply(size, &left, &right, &theirs))
        }),
        Err(error) => Contender::absent(CUBLAS, error),
    };
    let contenders = vec![Contender::new(OURS, || ours.time(&plan, times)), theirs];
    let case = format!("gemm, {size} × {size} elements of 32 bits");
    Ok(Measured::of(
        case,
        Goal::Speed(CUBLAS, 0.97),
        setting.rounds(),
        contenders,
    )
    .each(times))
}

fn matrix_bytes(size: u32) -> usize {
    4 * size as usize * size as usize
}

/// Asserts that two products differ by no more than their rounding: another order of the sums.
fn near(ours: &[u8], theirs: &[u8], size: u32) -> Result<()> {
    let numbers = |bytes: &[u8]| -> Vec<f32> {
        let chunks = bytes.as_chunks::<4>().0;
        chunks
            .iter()
            .map(|bytes| f32::from_le_bytes(*bytes))
            .collect()
    };
    // Elements are less than 1 and of both signs: ten times what their rounding comes to.
    let most = f64::from(size) * f64::from(f32::EPSILON);
    for (at, (ours, theirs)) in numbers(ours).into_iter().zip(numbers(theirs)).enumerate() {
        let apart = f64::from(ours - theirs).abs();
        ensure!(
            apart <= most,
            "gemm: {ours} and cuBLAS's {theirs} at element {at}"
        );
    }
    Ok(())
}
