//! Products of matrices by cuBLAS: where it fails, and where it does as it should.

use super::*;
use ringhost_compute::{Element, Gemm, Matrix, Stats};

/// The functions of cuBLAS that a product takes, but for the one that ends it.
const FUNCTIONS: [&str; 7] = [
    "cublasCreate_v2",
    "cublasSetPointerMode_v2",
    "cublasSetAtomicsMode",
    "cublasSetMathMode",
    "cublasSetStream_v2",
    "cublasSetWorkspace_v2",
    MULTIPLY,
];
const MULTIPLY: &str = "cublasSgemm_v2";

/// What it answers: not initialised, no memory, the device has failed, not supported.
const NOT_INITIALISED: i32 = 1;
const ALLOCATION_FAILED: i32 = 3;
const EXECUTION_FAILED: i32 = 13;
const NOT_SUPPORTED: i32 = 15;

/// The driver's: an illegal address.
const ILLEGAL_ADDRESS: i32 = 700;

async fn with_cublas() -> (StandIn, MutexGuard<'static, ()>) {
    let (stand_in, turn) = stand_in().await;
    cublas_stand_in::load();
    (stand_in, turn)
}

fn space(devices: &Devices) -> Result<Space, ComputeError> {
    devices.space(Some(DeviceKind::Cuda), &program(), 7 << 20)
}

/// Matrices of small whole numbers, so that every sum of their products is exact.
struct Matrices {
    sizes: [u32; 3],
    a: Buffer,
    b: Buffer,
    c: Buffer,
}

fn number(index: u32) -> i32 {
    (index.wrapping_mul(2_654_435_761) >> 29).cast_signed() - 3
}

impl Matrices {
    fn new(space: &Space, sizes: [u32; 3]) -> Result<Self, ComputeError> {
        let [m, n, k] = sizes;
        let matrix = |elements: u32| {
            let buffer = space.allocate(4 * elements)?;
            let numbers = (0..elements).flat_map(|at| (number(at) as f32).to_le_bytes());
            space.write(&buffer, 0, &numbers.collect::<Vec<_>>())?;
            Ok::<_, ComputeError>(buffer)
        };
        Ok(Self {
            sizes,
            a: matrix(m * k)?,
            b: matrix(k * n)?,
            c: space.allocate(4 * m * n)?,
        })
    }

    fn product(&self, beta: f64) -> Command {
        let [m, n, k] = self.sizes;
        let matrix = |buffer: &Buffer| Matrix {
            buffer: buffer.clone(),
            offset: 0,
            is_transposed: false,
        };
        Command::Gemm(Gemm {
            kind: Element::F32,
            m,
            n,
            k,
            alpha: 1.0,
            a: matrix(&self.a),
            b: matrix(&self.b),
            beta,
            c: matrix(&self.c),
        })
    }

    /// What the product makes of nothing, so many times over.
    fn expected(&self, times: i32) -> Vec<i32> {
        let [m, n, k] = self.sizes;
        let element = |at: u32| {
            let (row, column) = (at / n, at % n);
            let products = (0..k).map(|at| number(row * k + at) * number(at * n + column));
            times * products.sum::<i32>()
        };
        (0..m * n).map(element).collect()
    }

    async fn read(&self, space: &Space) -> Result<Vec<i32>, ComputeError> {
        let bytes = space.read(&self.c, 0, self.c.len()).await?;
        let floats = bytes.as_chunks().0.iter();
        Ok(floats
            .map(|bytes| f32::from_le_bytes(*bytes) as i32)
            .collect())
    }
}

async fn stats(event: &Event) -> Result<Stats, ComputeError> {
    let ended = tokio::time::timeout(Duration::from_secs(120), event.wait());
    ended.await.expect("it ends")
}

/// Multiplies in a space, and asserts that the product is right.
async fn multiply(space: &Space, sizes: [u32; 3]) -> Result<Stats, ComputeError> {
    let matrices = Matrices::new(space, sizes)?;
    let stats = stats(&space.submit(vec![matrices.product(0.0)])?).await?;
    assert_eq!(matrices.read(space).await?, matrices.expected(1));
    Ok(stats)
}

const SIZES: [u32; 3] = [5, 7, 9];

#[tokio::test]
async fn cublas_multiplies_on_the_stream_of_the_space_in_a_workspace_of_the_hosts() {
    let (stand_in, _turn) = with_cublas().await;
    let devices = Devices::cuda(1, Fence::Mask);
    let own = space(&devices).unwrap();
    for _ in 0..3 {
        assert_eq!(multiply(&own, SIZES).await.unwrap().items, 35);
    }
    assert_eq!(stand_in.calls("cublasCreate_v2"), 1);
    assert_eq!(stand_in.calls(MULTIPLY), 3);
    assert_eq!(stand_in.calls("cublasSetWorkspace_v2"), 3);
    drop(own);
    all_is_given_back(&stand_in, devices).await;
    assert_eq!(stand_in.calls("cublasDestroy_v2"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn spaces_that_multiply_at_once_work_apart() {
    let (_stand_in, _turn) = with_cublas().await;
    let devices = Devices::cuda(1, Fence::Mask);
    let multiplying: Vec<_> = (0..6)
        .map(|_| {
            let space = space(&devices).unwrap();
            tokio::spawn(async move {
                for _ in 0..5 {
                    multiply(&space, [2, 2, 70_000]).await.unwrap();
                }
            })
        })
        .collect();
    for one in multiplying {
        one.await.unwrap();
    }
}

#[tokio::test]
async fn a_deep_product_is_cut_into_calls_whose_results_are_added_up() {
    let (stand_in, _turn) = with_cublas().await;
    let own = space(&Devices::cuda(1, Fence::Mask)).unwrap();
    // A call has 65 536 columns at most.
    let stats = multiply(&own, [2, 3, 200_000]).await.unwrap();
    assert_eq!(stand_in.calls(MULTIPLY), 4);
    assert_eq!((stats.items, stats.launches), (6, 1));
}

#[tokio::test]
async fn a_product_is_cancelled_between_its_calls() {
    let (stand_in, _turn) = with_cublas().await;
    let devices = Devices::cuda(1, Fence::Mask);
    let own = devices.space(None, &program(), 60 << 20).unwrap();
    let matrices = Matrices::new(&own, [1, 1, 6_000_000]).unwrap();
    let event = own.submit(vec![matrices.product(0.0)]).unwrap();
    while stand_in.calls(MULTIPLY) == 0 {
        tokio::task::yield_now().await;
    }
    event.cancel();
    assert_eq!(end(&event).await, Err(ComputeError::Cancelled));
    let calls = stand_in.calls(MULTIPLY);
    assert!(calls < 6_000_000 / 65_536, "{calls}");
    assert_eq!(matrices.read(&own).await, Err(ComputeError::Poisoned));
    multiply(&own, SIZES).await.unwrap();
}

#[tokio::test]
async fn rounds_of_a_plan_multiply_as_often_as_they_are_asked_for() {
    let (stand_in, _turn) = with_cublas().await;
    let own = space(&Devices::cuda(1, Fence::Mask)).unwrap();
    let matrices = Matrices::new(&own, SIZES).unwrap();
    let others = own.allocate(300).unwrap();
    let plan = own
        .plan(vec![matrices.product(1.0), launch("add", &others)])
        .unwrap();
    let mut times = 0;
    // What takes how long is known from the first on.
    for rounds in [1, 1, 50] {
        let stats = stats(&plan.run(rounds).unwrap()).await.unwrap();
        assert_eq!(stats.items, u64::from(rounds) * (35 + 300));
        assert_eq!(stats.launches, rounds * 2);
        times += rounds.cast_signed();
    }
    assert_eq!(stand_in.calls(MULTIPLY), 52);
    assert_eq!(matrices.read(&own).await, Ok(matrices.expected(times)));
    assert_eq!(own.read(&others, 0, 300).await, Ok(vec![52; 300]));
    // The rounds were not waited for one by one, nor were they a graph.
    assert!(stand_in.calls("cuEventElapsedTime") < 40);
    assert_eq!(stand_in.calls("cuGraphLaunch"), 0);
}

#[tokio::test]
async fn where_cublas_cannot_be_started_the_host_multiplies_by_its_own_function() {
    let (stand_in, _turn) = with_cublas().await;
    for function in &FUNCTIONS[..4] {
        stand_in.reset();
        let own = space(&Devices::cuda(1, Fence::Mask)).unwrap();
        stand_in.fail(function, 1, NOT_INITIALISED);
        for _ in 0..2 {
            assert_eq!(multiply(&own, SIZES).await.unwrap().items, 35);
        }
        // Nor is it asked again.
        assert_eq!(stand_in.calls(MULTIPLY), 0, "{function}");
        assert_eq!(stand_in.calls("cublasCreate_v2"), 1, "{function}");
    }
}

#[tokio::test]
async fn where_there_is_no_memory_for_cublas_now_it_is_asked_again_later() {
    let (stand_in, _turn) = with_cublas().await;
    for function in ["cublasCreate_v2", "cuMemAllocAsync"] {
        stand_in.reset();
        let own = space(&Devices::cuda(1, Fence::Mask)).unwrap();
        let code = match function {
            "cublasCreate_v2" => ALLOCATION_FAILED,
            // The driver's.
            _ => 2,
        };
        stand_in.fail(function, 1, code);
        multiply(&own, SIZES).await.unwrap();
        assert_eq!(stand_in.calls(MULTIPLY), 0, "{function}");
        multiply(&own, SIZES).await.unwrap();
        assert_eq!(stand_in.calls(MULTIPLY), 1, "{function}");
    }
}

#[tokio::test]
async fn what_cublas_does_not_support_the_host_multiplies_by_its_own_function() {
    let (stand_in, _turn) = with_cublas().await;
    let own = space(&Devices::cuda(1, Fence::Mask)).unwrap();
    stand_in.fail(MULTIPLY, 1, NOT_SUPPORTED);
    for _ in 0..2 {
        multiply(&own, SIZES).await.unwrap();
    }
    assert_eq!(stand_in.calls(MULTIPLY), 1);
}

#[tokio::test]
async fn a_product_for_which_there_is_no_memory_fails_and_the_context_lives() {
    let (stand_in, _turn) = with_cublas().await;
    let devices = Devices::cuda(1, Fence::Mask);
    let own = space(&devices).unwrap();
    for nth in [1, 2] {
        stand_in.fail(MULTIPLY, nth, ALLOCATION_FAILED);
        let matrices = Matrices::new(&own, [1, 1, 100_000]).unwrap();
        let ended = end(&own.submit(vec![matrices.product(0.0)]).unwrap()).await;
        let is_told = matches!(ended, Err(ComputeError::OutOfMemory { .. }));
        assert!(is_told, "{nth}: {ended:?}");
        assert_eq!(matrices.read(&own).await, Err(ComputeError::Poisoned));
        multiply(&own, SIZES).await.unwrap();
    }
    assert_eq!(stand_in.calls("cuCtxCreate_v3"), 1);
}

#[tokio::test]
async fn a_product_that_fails_on_the_device_loses_it_and_the_next_space_works() {
    let (stand_in, _turn) = with_cublas().await;
    let failures = FUNCTIONS.map(|function| (function, 1, ILLEGAL_ADDRESS));
    // What cuBLAS could not do it has begun, or has done before.
    let others = [
        (MULTIPLY, 1, EXECUTION_FAILED),
        (MULTIPLY, 2, EXECUTION_FAILED),
        (MULTIPLY, 2, NOT_SUPPORTED),
    ];
    for (function, nth, code) in failures.into_iter().chain(others) {
        stand_in.reset();
        let devices = Devices::cuda(1, Fence::Mask);
        let own = space(&devices).unwrap();
        stand_in.fail(function, nth, code);
        let ended = multiply(&own, [1, 1, 100_000]).await;
        let is_lost = matches!(ended, Err(ComputeError::DeviceLost(_)));
        assert!(is_lost, "{function} {nth} {code}: {ended:?}");
        let next = space(&devices).unwrap();
        multiply(&next, SIZES).await.unwrap();
    }
}
