//! Products of matrices on the GPU beside those on the CPU.

use super::*;
use ringhost_compute::{Element, Gemm, Matrix};

/// What a device makes of these matrices.
async fn product(threads: usize, [m, n, k]: [u32; 3], [a, b]: [&[u8]; 2]) -> Vec<u8> {
    let kind = if threads == 1 {
        DeviceKind::Cpu
    } else {
        DeviceKind::Cuda
    };
    let room = (a.len() + b.len()) as u64 + 4 * u64::from(m) * u64::from(n);
    let space = devices()
        .space(Some(kind), &program(""), room + (1 << 16))
        .unwrap();
    let matrix = |buffer: Buffer, is_transposed| Matrix {
        buffer,
        offset: 0,
        is_transposed,
    };
    let filled = |bytes: &[u8]| {
        let buffer = space.allocate(u32::try_from(bytes.len()).unwrap()).unwrap();
        space.write(&buffer, 0, bytes).unwrap();
        buffer
    };
    let result = space.allocate(4 * m * n).unwrap();
    let gemm = Gemm {
        kind: Element::F32,
        m,
        n,
        k,
        alpha: 1.0,
        a: matrix(filled(a), true),
        b: matrix(filled(b), false),
        beta: 0.0,
        c: matrix(result.clone(), false),
    };
    end(&space.submit(vec![Command::Gemm(gemm)]).unwrap())
        .await
        .unwrap();
    read(&space, &result).await
}

#[tokio::test(flavor = "multi_thread")]
async fn whole_numbers_of_thirteen_bits_are_multiplied_exactly() {
    // None of the sums has more bits than a float, in whatever order; what multiplies floats as shorter ones is
    // seen.
    let sizes @ [m, n, k] = many_or_few([1000, 777, 2000], [70, 33, 50]);
    let bytes = |count: u32, range: u32, middle: f32| -> Vec<u8> {
        numbers(count)
            .flat_map(|number| ((number % range) as f32 - middle).to_le_bytes())
            .collect()
    };
    let (a, b) = (bytes(m * k, 16_383, 8191.0), bytes(k * n, 3, 1.0));
    let on_cpu = product(1, sizes, [&a, &b]).await;
    let on_gpu = product(2, sizes, [&a, &b]).await;
    assert!(on_cpu.iter().any(|byte| *byte != 0));
    assert!(on_cpu == on_gpu, "they differ");
}
