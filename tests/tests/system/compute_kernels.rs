//! The sample kernels that compute: what they answer is what the same done plainly gives.

use ringhost::{Compute, Grants, LaunchOptions, RingKernelRuntime};
use ringhost_tests::{PATIENCE, runtime, start_with};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

async fn started(id: &str) -> RingKernelRuntime {
    let runtime = runtime();
    let grants = Grants {
        compute: Some(Compute::default()),
        ..Grants::default()
    };
    start_with(&runtime, id, LaunchOptions::default().grants(grants)).await;
    runtime
}

async fn ask<Q: Serialize, A: DeserializeOwned>(id: &str, request: &Q) -> A {
    let runtime = started(id).await;
    let typed = runtime.typed::<Q, A>(id).unwrap();
    typed.send(request).await.unwrap();
    typed.receive_timeout(PATIENCE).await.unwrap()
}

/// Numbers without a pattern, from -1 to 1.
fn numbers(count: usize) -> Vec<f32> {
    (0..count as u32)
        .map(|n| n.wrapping_mul(2_654_435_761).rotate_left(9) as f32 / 2_147_483_648.0 - 1.0)
        .collect()
}

#[tokio::test]
async fn a_picture_of_the_mandelbrot_set_is_a_png_that_is_black_inside() {
    #[derive(Serialize)]
    struct View {
        width: u32,
        height: u32,
        real: f64,
        imaginary: f64,
        extent: f64,
        steps: u32,
    }
    #[derive(Deserialize)]
    struct Picture {
        png: Vec<u8>,
        device: String,
        device_time: u64,
    }
    let view = View {
        width: 150,
        height: 100,
        real: -0.5,
        imaginary: 0.0,
        extent: 3.0,
        steps: 200,
    };
    let picture: Picture = ask("mandelbrot", &view).await;
    assert!(!picture.device.is_empty() && picture.device_time > 0);
    let mut reader = png::Decoder::new(std::io::Cursor::new(picture.png))
        .read_info()
        .unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    assert_eq!((info.width, info.height), (150, 100));
    let at = |x: usize, y: usize| &pixels[(y * 150 + x) * 3..][..3];
    // 0 is in the set, -2 - i is not: in the first step it is too far away.
    assert_eq!(at(100, 50), [0, 0, 0]);
    assert_eq!(at(0, 99), at(0, 0));
    assert_ne!(at(0, 99), [0, 0, 0]);
}

#[derive(Serialize, Deserialize, Debug, PartialEq)]
struct Bodies {
    bodies: Vec<f32>,
    velocities: Vec<f32>,
}

#[tokio::test]
async fn bodies_move_as_they_do_one_behind_the_other() {
    #[derive(Serialize)]
    struct Request {
        bodies: Vec<f32>,
        velocities: Vec<f32>,
        step: f32,
        double_steps: u32,
    }
    #[derive(Deserialize)]
    struct Response {
        bodies: Vec<f32>,
        velocities: Vec<f32>,
        device: String,
        device_time: u64,
    }
    let count = 64;
    let bodies: Vec<f32> = numbers(4 * count).iter().map(|n| n.abs()).collect();
    let velocities = numbers(3 * count);
    let request = Request {
        bodies: bodies.clone(),
        velocities: velocities.clone(),
        step: 0.001,
        double_steps: 3,
    };
    let response: Response = ask("nbody", &request).await;
    assert!(!response.device.is_empty() && response.device_time > 0);

    let (mut bodies, mut velocities) = (bodies, velocities);
    for _ in 0..6 {
        let from = bodies.clone();
        for at in 0..count {
            let mut pull = [0.0_f32; 3];
            for other in 0..count {
                let apart: [f32; 3] =
                    std::array::from_fn(|n| from[4 * other + n] - from[4 * at + n]);
                let squared =
                    apart[0] * apart[0] + apart[1] * apart[1] + apart[2] * apart[2] + 1e-4;
                let weight = from[4 * other + 3] / (squared * squared.sqrt());
                for n in 0..3 {
                    pull[n] += apart[n] * weight;
                }
            }
            for n in 0..3 {
                velocities[3 * at + n] += pull[n] * 0.001;
                bodies[4 * at + n] += velocities[3 * at + n] * 0.001;
            }
        }
    }
    // To the bit: every device does the same operations in the same order.
    assert_eq!(
        Bodies {
            bodies: response.bodies,
            velocities: response.velocities
        },
        Bodies { bodies, velocities }
    );
}

#[tokio::test]
async fn a_product_of_matrices_is_that_of_their_rows_and_columns() {
    #[derive(Serialize)]
    struct Request {
        rows: u32,
        depth: u32,
        columns: u32,
        left: Vec<f32>,
        right: Vec<f32>,
    }
    let (rows, depth, columns) = (17, 33, 9);
    let request = Request {
        rows: rows as u32,
        depth: depth as u32,
        columns: columns as u32,
        left: numbers(rows * depth),
        right: numbers(depth * columns),
    };
    let product: Vec<f32> = ask("gemm", &request).await;
    let mut expected = Vec::new();
    for row in 0..rows {
        for column in 0..columns {
            let terms = (0..depth)
                .map(|at| request.left[row * depth + at] * request.right[at * columns + column]);
            expected.push(terms.fold(0.0_f32, |sum, term| sum + term));
        }
    }
    assert_eq!(product, expected);
}

#[tokio::test]
async fn the_sum_the_least_and_the_largest_are_those_of_all_numbers() {
    #[derive(Deserialize, Debug, PartialEq)]
    struct Summary {
        sum: f64,
        least: f64,
        largest: f64,
    }
    // Whole numbers, whose sums are exact in any order.
    let numbers: Vec<f64> = (0..100_000_u32)
        .map(|n| f64::from(n.wrapping_mul(2_654_435_761) >> 12))
        .collect();
    let summary: Summary = ask("reduce", &numbers).await;
    let expected = Summary {
        sum: numbers.iter().sum(),
        least: numbers.iter().copied().fold(f64::INFINITY, f64::min),
        largest: numbers.iter().copied().fold(0.0, f64::max),
    };
    assert_eq!(summary, expected);
    let of_none: Summary = ask("reduce", &Vec::<f64>::new()).await;
    assert_eq!(of_none.sum, 0.0);
}

#[tokio::test]
async fn ranks_of_a_graph_are_where_a_round_changes_nothing() {
    #[derive(Serialize)]
    struct Request {
        nodes: u32,
        edges: u32,
        seed: u64,
        damping: f64,
        tolerance: f64,
    }
    #[derive(Deserialize)]
    struct Response {
        first: Vec<(u32, f64)>,
        sum: f64,
        rounds: u32,
        device: String,
        device_time: u64,
    }
    let request = Request {
        nodes: 2000,
        edges: 10_000,
        seed: 5,
        damping: 0.85,
        tolerance: 1e-12,
    };
    let response: Response = ask("compute-pagerank", &request).await;
    assert!(!response.device.is_empty() && response.device_time > 0);
    assert!((response.sum - 1.0).abs() < 1e-9, "{}", response.sum);
    assert!((10..1000).contains(&response.rounds), "{}", response.rounds);

    let graph = kernel_compute_pagerank::Graph::new(2000, 10_000, 5);
    let mut ranks = vec![1.0 / 2000.0; 2000];
    for _ in 0..300 {
        let held: f64 = (0..2000)
            .filter(|at| graph.degrees[*at] == 0)
            .map(|at| ranks[at])
            .sum();
        let base = (0.15 + 0.85 * held) / 2000.0;
        let given: Vec<f64> = (0..2000)
            .map(|at| ranks[at] / f64::from(graph.degrees[at].max(1)))
            .collect();
        for (at, rank) in ranks.iter_mut().enumerate() {
            let edges = graph.starts[at] as usize..graph.starts[at + 1] as usize;
            let sum: f64 = graph.sources[edges]
                .iter()
                .map(|from| given[*from as usize])
                .sum();
            *rank = base + 0.85 * sum;
        }
    }
    let mut order: Vec<usize> = (0..2000).collect();
    order.sort_by(|one, other| ranks[*other].total_cmp(&ranks[*one]));
    assert_eq!(response.first.len(), 10);
    for ((node, rank), expected) in response.first.iter().zip(&order) {
        assert_eq!(*node as usize, *expected);
        assert!((rank - ranks[*expected]).abs() < 1e-9, "{rank}");
    }
}
