//! Kernels that compute, on a GPU and on the CPU: the same answers, bit for bit, and a trap ends a launch and
//! nothing else.
//!
//! The GPU is a stand-in for its driver, over a machine that runs PTX. With `RINGHOST_GPU` set in the
//! environment it is this machine's: `cargo xtask gpu-check`.

use ringhost::message::{decode, encode};
use ringhost::{Backend, Builder, Compute, Fence, Grants, LaunchOptions, RingKernelRuntime};
use ringhost_tests::{PATIENCE, builder, start_with};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::fmt::Debug;
use std::sync::Once;

/// Many where the GPU is real, which is fast, and few where it is not, or they are to be few:
/// `RINGHOST_GPU=few`.
fn many_or_few(many: u32, few: u32) -> u32 {
    match std::env::var_os("RINGHOST_GPU") {
        Some(wanted) if wanted != "few" => many,
        _ => few,
    }
}

async fn started(id: &str, backend: Backend) -> RingKernelRuntime {
    started_by(builder(), id, backend).await
}

async fn started_by(builder: Builder, id: &str, backend: Backend) -> RingKernelRuntime {
    static DRIVER: Once = Once::new();
    DRIVER.call_once(|| {
        if std::env::var_os("RINGHOST_GPU").is_none() {
            cuda_stand_in::load();
            cublas_stand_in::load();
        }
    });
    let runtime = builder.backend(backend).fence(Fence::Trap).build().unwrap();
    let grants = Grants {
        compute: Some(Compute {
            memory_bytes: 4 << 30,
            ..Compute::default()
        }),
        ..Grants::default()
    };
    start_with(&runtime, id, LaunchOptions::default().grants(grants)).await;
    runtime
}

/// What a kernel answers on the GPU, which is what it answers on the CPU.
async fn on_both<Q: Serialize, A: DeserializeOwned + PartialEq + Debug>(
    id: &str,
    request: &Q,
    kind: impl Fn(&A) -> &str,
) -> A {
    let mut answers = Vec::new();
    for backend in [Backend::Cpu, Backend::Cuda] {
        let runtime = started(id, backend).await;
        let typed = runtime.typed::<Q, A>(id).unwrap();
        typed.send(request).await.unwrap();
        answers.push(typed.receive_timeout(PATIENCE).await.unwrap());
    }
    let on_gpu = answers.pop().unwrap();
    let on_cpu = answers.pop().unwrap();
    assert!(kind(&on_cpu).is_empty() || kind(&on_cpu).starts_with("CPU"));
    assert!(!kind(&on_gpu).starts_with("CPU"), "{}", kind(&on_gpu));
    assert_eq!(on_gpu, on_cpu);
    on_gpu
}

/// The device that computed it, which is another on each.
#[derive(Deserialize, Debug)]
struct Device(String);

impl PartialEq for Device {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// How long it took, which is never the same.
#[derive(Deserialize, Debug)]
struct Time(#[expect(dead_code, reason = "it is shown")] u64);

impl PartialEq for Time {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// Numbers without a pattern, from -1 to 1.
fn numbers(count: u32) -> Vec<f32> {
    (0..count)
        .map(|n| n.wrapping_mul(2_654_435_761).rotate_left(9) as f32 / 2_147_483_648.0 - 1.0)
        .collect()
}

#[tokio::test]
async fn a_picture_has_the_same_pixels() {
    #[derive(Serialize)]
    struct View(u32, u32, f64, f64, f64, u32);
    #[derive(Deserialize, Debug, PartialEq)]
    struct Picture(Vec<u8>, Device, Time);
    let width = many_or_few(700, 40);
    let view = View(width, width, -0.7453, 0.1127, 0.0065, 300);
    let picture: Picture = on_both("mandelbrot", &view, |its: &Picture| &its.1.0).await;
    assert!(picture.0.starts_with(b"\x89PNG"));
}

#[tokio::test]
async fn bodies_are_in_the_same_places() {
    #[derive(Serialize)]
    struct Request(Vec<f32>, Vec<f32>, f32, u32);
    #[derive(Deserialize, Debug, PartialEq)]
    struct Response(Vec<f32>, Vec<f32>, Device, Time);
    let count = many_or_few(16_384, 40);
    let bodies = numbers(4 * count).iter().map(|n| n.abs()).collect();
    let request = Request(bodies, numbers(3 * count), 0.001, 4);
    let moved: Response = on_both("nbody", &request, |its: &Response| &its.2.0).await;
    assert_eq!(moved.0.len(), 4 * count as usize);
}

#[tokio::test]
async fn products_and_sums_have_the_same_bits() {
    #[derive(Serialize)]
    struct Matrices(u32, u32, u32, Vec<f32>, Vec<f32>);
    let size = many_or_few(256, 20);
    let matrices = Matrices(size, size, size, numbers(size * size), numbers(size * size));
    let runtime_of = |backend| started("gemm", backend);
    let mut products = Vec::new();
    for backend in [Backend::Cpu, Backend::Cuda] {
        let runtime = runtime_of(backend).await;
        let typed = runtime.typed::<Matrices, Vec<f32>>("gemm").unwrap();
        typed.send(&matrices).await.unwrap();
        products.push(typed.receive_timeout(PATIENCE).await.unwrap());
    }
    assert_eq!(products[0], products[1]);

    #[derive(Deserialize, Debug, PartialEq)]
    struct Summary(f64, f64, f64);
    let many: Vec<f64> = numbers(many_or_few(100_000, 2000))
        .into_iter()
        .map(f64::from)
        .collect();
    let mut summaries = Vec::new();
    for backend in [Backend::Cpu, Backend::Cuda] {
        let runtime = started("reduce", backend).await;
        let typed = runtime.typed::<Vec<f64>, Summary>("reduce").unwrap();
        typed.send(&many).await.unwrap();
        summaries.push(typed.receive_timeout(PATIENCE).await.unwrap());
    }
    assert_eq!(summaries[0], summaries[1]);
}

#[tokio::test]
async fn pages_have_the_same_ranks() {
    #[derive(Serialize)]
    struct Request(u32, u32, u64, f64, f64);
    #[derive(Deserialize, Debug, PartialEq)]
    struct Response(Vec<(u32, f64)>, f64, u32, Device, Time);
    let nodes = many_or_few(1_000_000, 100);
    let request = Request(nodes, 5 * nodes, 1, 0.85, 1e-6);
    let ranked: Response = on_both("compute-pagerank", &request, |its: &Response| &its.3.0).await;
    assert!((ranked.1 - 1.0).abs() < 1e-6, "{ranked:?}");
}

#[tokio::test]
async fn a_trap_ends_a_launch_and_the_kernel_computes_on() {
    const KERNEL: &str = "launches";
    let runtime = started(KERNEL, Backend::Cuda).await;
    let ask = async |words: &str| {
        let request = encode(&words.to_owned()).unwrap();
        runtime.send(KERNEL, request).await.unwrap();
        let message = runtime.receive_timeout(KERNEL, PATIENCE).await.unwrap();
        decode::<String>(&message.payload).unwrap()
    };
    for (words, answer) in [
        ("double 1000", "1001000"),
        (
            "outside",
            "trap TrapCode::Unreachable in add at 4, Error::Poisoned, ok",
        ),
        (
            "divide",
            "trap TrapCode::Unreachable in divide at 0, Error::Poisoned, ok",
        ),
        ("plan 1000", "2001"),
        ("double 2", "6"),
    ] {
        assert_eq!(ask(words).await, answer, "{words}");
    }
}

#[tokio::test]
async fn what_the_driver_compiled_is_kept_and_a_file_that_was_changed_is_not_run() {
    let folder = tempfile::tempdir().unwrap();
    let sums = async || {
        let runtime = started_by(
            builder().cache_folder(folder.path()),
            "saxpy",
            Backend::Cuda,
        )
        .await;
        let typed = runtime
            .typed::<(f32, Vec<f32>, Vec<f32>), Vec<f32>>("saxpy")
            .unwrap();
        typed.send(&(2.0, numbers(50), numbers(50))).await.unwrap();
        typed.receive_timeout(PATIENCE).await.unwrap()
    };
    let first = sums().await;
    let files: Vec<_> = std::fs::read_dir(folder.path().join("cuda"))
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    let [file] = files.as_slice() else {
        panic!("{files:?}");
    };
    let sound = std::fs::read(file).unwrap();
    let written = || std::fs::metadata(file).unwrap().modified().unwrap();
    let before = written();
    assert_eq!(sums().await, first);
    assert_eq!(written(), before);
    let mut changed = sound.clone();
    changed[sound.len() / 2] ^= 1;
    for bad in [&changed[..], &sound[..sound.len() - 1], &[]] {
        std::fs::write(file, bad).unwrap();
        assert_eq!(sums().await, first);
        assert_eq!(std::fs::read(file).unwrap(), sound);
    }
}

#[tokio::test]
async fn what_stays_on_the_device_answers_the_same_there() {
    const SMOOTH: &str = "smooth";
    let mut answers = Vec::new();
    for backend in [Backend::Cpu, Backend::Cuda] {
        let runtime = started(SMOOTH, backend).await;
        let typed = runtime.typed::<Vec<f32>, Vec<f32>>(SMOOTH).unwrap();
        let mut averages = Vec::new();
        for round in 0..20 {
            let measured: Vec<f32> = numbers(256 * (round + 1)).split_off(256 * round as usize);
            typed.send(&measured).await.unwrap();
            averages.push(typed.receive_timeout(PATIENCE).await.unwrap());
        }
        answers.push(averages);
    }
    assert_eq!(answers[0], answers[1]);

    const KERNEL: &str = "resides";
    let runtime = started(KERNEL, Backend::Cuda).await;
    for (words, answer) in [
        (
            "room",
            "true true true false false, \
             Error::Invalid(\"other messages are under way: receive their answers first\"), 1",
        ),
        ("trap", "1, TrapCode::Unreachable at 0, Error::Poisoned, 6"),
        ("endless", "TrapCode::OutOfFuel at 0"),
        ("order", "12 [1, 12]"),
        ("pause", "0 Error::Timeout 4"),
        (
            "stop",
            "Error::Cancelled, Error::Cancelled, Error::Cancelled, Error::Cancelled, Error::Poisoned",
        ),
        ("flood 500", "500 10000"),
    ] {
        let request = encode(&words.to_owned()).unwrap();
        runtime.send(KERNEL, request).await.unwrap();
        let message = runtime.receive_timeout(KERNEL, PATIENCE).await.unwrap();
        assert_eq!(
            decode::<String>(&message.payload).unwrap(),
            answer,
            "{words}"
        );
    }
}
