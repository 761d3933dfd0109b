//! Products of matrices, against those of greater exactness.

use super::*;
use ringhost_compute::{Element, Gemm, Matrix};

/// A product that is asked for.
#[derive(Debug, Clone, Copy)]
struct Case {
    size: [u32; 3],
    alpha: f64,
    beta: f64,
    are_transposed: [bool; 2],
}

/// How exact the elements are, and how their bytes are read and written.
struct Floats {
    kind: Element,
    epsilon: f64,
    bytes: fn(f64) -> Vec<u8>,
    of: fn(&[u8]) -> f64,
}

const SHORT: Floats = Floats {
    kind: Element::F32,
    epsilon: f32::EPSILON as f64,
    bytes: |number| (number as f32).to_le_bytes().into(),
    of: |bytes| f32::from_le_bytes(bytes.try_into().unwrap()).into(),
};

const LONG: Floats = Floats {
    kind: Element::F64,
    epsilon: f64::EPSILON,
    bytes: |number| number.to_le_bytes().into(),
    of: |bytes| f64::from_le_bytes(bytes.try_into().unwrap()),
};

/// A matrix in a buffer behind some bytes, and its elements by row and column.
fn matrix(
    space: &Space,
    floats: &Floats,
    rows: u32,
    columns: u32,
    is_transposed: bool,
    seed: u32,
) -> (Matrix, Vec<f64>) {
    let length = rows * columns;
    // So that a float of 32 bits is exact, and so is a product of two.
    let numbers: Vec<f64> = numbers(length + seed)
        .skip(seed as usize)
        .map(|n| f64::from((n % 4001) as i32 - 2000) / 64.0)
        .collect();
    let at = |row: u32, column: u32| match is_transposed {
        true => column * rows + row,
        false => row * columns + column,
    };
    let mut bytes = vec![0; 16];
    bytes.extend(numbers.iter().flat_map(|number| (floats.bytes)(*number)));
    let buffer = space.allocate(u32::try_from(bytes.len()).unwrap()).unwrap();
    space.write(&buffer, 0, &bytes).unwrap();
    let elements = (0..length).map(|index| numbers[at(index / columns, index % columns) as usize]);
    (
        Matrix {
            buffer,
            offset: 16,
            is_transposed,
        },
        elements.collect(),
    )
}

async fn check(space: &Space, floats: &Floats, case: Case) {
    let [m, n, k] = case.size;
    let [turned_a, turned_b] = case.are_transposed;
    let (a, a_numbers) = matrix(space, floats, m, k, turned_a, 1);
    let (b, b_numbers) = matrix(space, floats, k, n, turned_b, 2);
    let (c, c_numbers) = matrix(space, floats, m, n, false, 3);
    let result = c.buffer.clone();
    let gemm = Gemm {
        kind: floats.kind,
        m,
        n,
        k,
        alpha: case.alpha,
        a,
        b,
        beta: case.beta,
        c,
    };
    let stats = end(&space.submit(vec![Command::Gemm(gemm)]).unwrap()).await;
    // An item is an element, on every device.
    assert_eq!(stats.unwrap().items, u64::from(m * n));
    let bytes = read(space, &result).await;
    assert_eq!(bytes[..16], [0; 16], "{case:?}");
    let size = (floats.bytes)(0.0).len();
    for (index, found) in bytes[16..].chunks(size).map(floats.of).enumerate() {
        let (row, column) = (index / n as usize, index % n as usize);
        let products: Vec<_> = (0..k as usize)
            .map(|at| a_numbers[row * k as usize + at] * b_numbers[at * n as usize + column])
            .collect();
        let added = case.beta * c_numbers[index];
        let expected = case.alpha * products.iter().sum::<f64>() + added;
        let size: f64 = products.iter().map(|product| product.abs()).sum();
        let bound = f64::from(k + 2) * floats.epsilon * (case.alpha.abs() * size + added.abs());
        let error = (found - expected).abs();
        assert!(
            error <= bound,
            "{case:?}: {found} for {expected} at {row} {column}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn products_of_matrices_are_as_exact_as_the_contract_says() {
    let space = space("");
    for floats in [SHORT, LONG] {
        for size in [
            [1, 1, 1],
            [3, 5, 7],
            [1, 200, 3],
            [200, 1, 65],
            [70, 66, 130],
            [2, 3, 0],
            [130, 257, 20],
            // More than a library does at once.
            [2, 3, 5000],
        ] {
            for are_transposed in [[false, false], [true, false], [false, true], [true, true]] {
                for (alpha, beta) in [(1.0, 0.0), (-0.5, 2.0), (0.0, 3.0)] {
                    let case = Case {
                        size,
                        alpha,
                        beta,
                        are_transposed,
                    };
                    check(&space, &floats, case).await;
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_result_held_is_not_read_where_beta_is_zero() {
    let space = space("");
    let floats = filled(&space, f64::NAN);
    let ones = filled(&space, 1.0);
    let part = |buffer: &Buffer| Matrix {
        buffer: buffer.clone(),
        offset: 0,
        is_transposed: false,
    };
    let gemm = |alpha, a: &Buffer, beta| Gemm {
        kind: Element::F64,
        m: 2,
        n: 2,
        k: 2,
        alpha,
        a: part(a),
        b: part(&ones),
        beta,
        c: part(&floats),
    };
    for (product, expected) in [(gemm(3.0, &ones, 0.0), 6.0), (gemm(0.0, &ones, 0.0), 0.0)] {
        end(&space.submit(vec![Command::Gemm(product)]).unwrap())
            .await
            .unwrap();
        let bytes: Vec<u8> = [expected; 4]
            .into_iter()
            .flat_map(f64::to_le_bytes)
            .collect();
        assert_eq!(read(&space, &floats).await, bytes);
    }
    // Nor are factors where alpha is.
    let bad = filled(&space, f64::NAN);
    end(&space
        .submit(vec![Command::Gemm(gemm(0.0, &bad, 0.0))])
        .unwrap())
    .await
    .unwrap();
    assert_eq!(read(&space, &floats).await, [0; 32]);
}

fn filled(space: &Space, number: f64) -> Buffer {
    buffer(space, [number.to_le_bytes(); 4])
}
