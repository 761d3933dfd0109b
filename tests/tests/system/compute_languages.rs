//! Data-parallel work of kernels in other languages than Rust. `kernels/LANGUAGE/launches` says what each
//! word means.

use ringhost::message::{decode, encode};
use ringhost::{Compute, Ending, Grants, LaunchOptions, RingKernelRuntime};
use ringhost_tests::{PATIENCE, is_there, kernel, runtime, start_with};

/// A kernel that does what a message asks.
struct Launches {
    kernel: &'static str,
    /// How its function ends that goes out of bounds: out of the space, or, where the language checks
    /// that, out of the buffer.
    outside: &'static str,
}

const LAUNCHES: [Launches; 3] = [
    Launches {
        kernel: "c-launches",
        outside: "trap out of bounds in outside at 3",
    },
    Launches {
        kernel: "cpp-launches",
        outside: "trap out of bounds in outside at 3",
    },
    Launches {
        kernel: "zig-launches",
        outside: "trap unreachable in outside at 3",
    },
];

/// Those whose kernel could be built.
fn launches() -> impl Iterator<Item = &'static Launches> {
    LAUNCHES.iter().filter(|launches| is_there(launches.kernel))
}

async fn started(kernel: &str) -> RingKernelRuntime {
    let runtime = runtime();
    let options = LaunchOptions::default().grants(Grants {
        compute: Some(Compute::default()),
        ..Grants::default()
    });
    start_with(&runtime, kernel, options).await;
    runtime
}

async fn ask(runtime: &RingKernelRuntime, kernel: &str, words: &str) -> String {
    let called = runtime.call_timeout(kernel, words, PATIENCE).await;
    let message = called.unwrap_or_else(|error| panic!("{kernel}: {words}: {error}"));
    String::from_utf8(message.payload.into()).unwrap()
}

#[tokio::test]
async fn each_is_refused_where_it_is_not_granted_compute() {
    for Launches { kernel: name, .. } in launches() {
        let refused = runtime().launch_from(name, kernel(name)).await;
        let words = refused.unwrap_err().to_string();
        assert!(words.contains("compute = {}"), "{name}: {words}");
    }
}

#[tokio::test]
async fn a_function_of_each_runs_for_each_item_and_a_plan_again_and_again() {
    for Launches { kernel, .. } in launches() {
        let runtime = started(kernel).await;
        for length in [0_u64, 1, 1000, 300_000] {
            let expected = format!("{} of {length}", length * (length + 1));
            let words = format!("double {length}");
            assert_eq!(ask(&runtime, kernel, &words).await, expected, "{kernel}");
        }
        for (words, expected) in [
            ("numbers", "54819"),
            ("batch", "8 16843010 1 1"),
            ("plan 1000", "2001"),
            ("devices", "cpu"),
        ] {
            let answer = ask(&runtime, kernel, words).await;
            assert_eq!(answer, expected, "{kernel}: {words}");
        }
    }
}

/// As the kernels compute it.
fn median(item: u32) -> u32 {
    let mut numbers = Vec::new();
    let mut number = item;
    for _ in 0..63 {
        number = number.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        numbers.push(number);
    }
    numbers.sort_unstable();
    numbers[31]
}

#[tokio::test]
async fn an_array_on_the_stack_is_each_item_s_own() {
    const ITEMS: u32 = 50_000;
    let sum: u64 = (0..ITEMS).map(|item| u64::from(median(item))).sum();
    for Launches { kernel, .. } in launches() {
        let runtime = started(kernel).await;
        for _ in 0..3 {
            let answer = ask(&runtime, kernel, &format!("median {ITEMS}")).await;
            assert_eq!(answer, sum.to_string(), "{kernel}");
        }
    }
}

#[tokio::test]
async fn a_launch_that_fails_tells_each_function_and_item_and_poisons_what_it_could_write() {
    for Launches { kernel, outside } in launches() {
        let runtime = started(kernel).await;
        let answer = ask(&runtime, kernel, "fail 0").await;
        assert_eq!(answer, format!("{outside}, poisoned, ok"), "{kernel}");
        let answer = ask(&runtime, kernel, "fail 1").await;
        let expected = "trap out of fuel in spin at 2, poisoned, ok";
        assert_eq!(answer, expected, "{kernel}");
        // The kernel goes on.
        assert_eq!(ask(&runtime, kernel, "double 2").await, "6 of 2");
    }
}

#[tokio::test]
async fn what_runs_is_polled_waited_for_and_cancelled() {
    for Launches { kernel, .. } in launches() {
        let runtime = started(kernel).await;
        let answer = ask(&runtime, kernel, "endless").await;
        assert_eq!(answer, "timeout, timeout, timeout, cancelled", "{kernel}");
    }
}

#[tokio::test]
async fn a_function_of_each_stays_on_its_device_and_answers_messages() {
    for Launches { kernel, .. } in launches() {
        let runtime = started(kernel).await;
        // Each message takes what the one before has left, of the device and of the host.
        for _ in 0..20 {
            let answer = ask(&runtime, kernel, "resident").await;
            let expected = "sent sent full, 1 2 3 4, 2 4 6 8, invalid, timeout, 12 4 6 8, 12 of 16, \
                            trap unreachable in total at 0, invalid";
            assert_eq!(answer, expected, "{kernel}");
        }
    }
}

#[tokio::test]
async fn what_is_not_there_is_an_error_in_words() {
    for Launches { kernel, .. } in launches() {
        let runtime = started(kernel).await;
        let words = ask(&runtime, kernel, "unknown").await;
        let expected = "invalid: the program has no compute function `nothing";
        assert!(words.starts_with(expected), "{kernel}: {words}");
        // A buffer keeps its space, and one that was dropped is none.
        let words = ask(&runtime, kernel, "dropped").await;
        assert_eq!(words, "6, invalid, invalid", "{kernel}");
    }
}

#[tokio::test]
async fn a_handle_that_was_freed_traps_the_kernel_alone() {
    for Launches { kernel, .. } in launches() {
        let runtime = started(kernel).await;
        runtime.send(kernel, "freed").await.unwrap();
        match runtime.wait(kernel).await.unwrap() {
            Ending::Trapped(trap) => assert!(trap.reason.contains("handle"), "{trap}"),
            other => panic!("{kernel}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn saxpy_in_c_is_what_rust_computes() {
    if !is_there("c-saxpy") {
        return;
    }
    let runtime = started("c-saxpy").await;
    for length in [0_u16, 1, 10_000] {
        let x: Vec<f32> = (0..length).map(|at| f32::from(at) / 3.0).collect();
        let y: Vec<f32> = x.iter().map(|x| 1.0 - x * x).collect();
        let sum: Vec<f32> = x.iter().zip(&y).map(|(x, y)| 1.7 * x + y).collect();
        let request = encode(&(1.7_f32, x, y)).unwrap();
        let answer = runtime.call_timeout("c-saxpy", request, PATIENCE).await;
        let answer: Vec<f32> = decode(&answer.unwrap().payload).unwrap();
        assert_eq!(answer, sum);
    }
    // What fails is told in words.
    let request = encode(&(1.0_f32, vec![1.0_f32], vec![1.0_f32; 2])).unwrap();
    runtime.send("c-saxpy", request).await.unwrap();
    let ending = runtime.wait("c-saxpy").await.unwrap();
    let words = "x and y are not of one length".to_owned();
    assert_eq!(ending, Ending::Failed(words));
}

/// As the kernel draws it.
fn letter(item: u32, wide: u32, high: u32, most: u32) -> char {
    let re = 3.0 * f64::from(item % wide) / f64::from(wide) - 2.0;
    let im = 2.0 * f64::from(item / wide) / f64::from(high) - 1.0;
    let (mut x, mut y, mut turn) = (0.0, 0.0, 0);
    while turn < most && x * x + y * y <= 4.0 {
        (x, y) = (x * x - y * y + re, 2.0 * x * y + im);
        turn += 1;
    }
    char::from(b" .:-=+*#%@"[(turn * 9 / most) as usize])
}

#[tokio::test]
async fn mandelbrot_in_cpp_is_what_rust_draws() {
    const NAME: &str = "cpp-mandelbrot";
    if !is_there(NAME) {
        return;
    }
    let runtime = started(NAME).await;
    for (wide, high, most) in [(1, 1, 1), (72, 24, 100), (301, 200, 255)] {
        let request = encode(&(wide, high, most)).unwrap();
        let answer = runtime.call_timeout(NAME, request, PATIENCE).await.unwrap();
        let rows: Vec<String> = decode(&answer.payload).unwrap();
        let drawn: String = rows.concat();
        let expected: String = (0..wide * high)
            .map(|item| letter(item, wide, high, most))
            .collect();
        assert_eq!(rows.len(), high as usize);
        assert!(drawn == expected, "{drawn}");
    }
    // What no item can do with its fuel is told in words.
    let request = encode(&(8_u32, 8_u32, u32::MAX)).unwrap();
    runtime.send(NAME, request).await.unwrap();
    let Ending::Failed(words) = runtime.wait(NAME).await.unwrap() else {
        panic!("it did not fail");
    };
    assert!(words.starts_with("count failed at item "), "{words}");
    assert!(words.ends_with("than its fuel allows"), "{words}");
}

/// Its mass, its place and its speed.
type Body = (f64, [f64; 3], [f64; 3]);

/// As the kernel moves them.
fn moved(bodies: &[Body], step: f64) -> Vec<Body> {
    let pulled = bodies.iter().map(|&(mass, here, mut speed)| {
        let mut change = [0.0; 3];
        for (other, there, _) in bodies {
            let way = [0, 1, 2].map(|axis| there[axis] - here[axis]);
            let square = way[0] * way[0] + way[1] * way[1] + way[2] * way[2] + 1e-9;
            let strength = other / (square * square.sqrt());
            for axis in 0..3 {
                change[axis] += strength * way[axis];
            }
        }
        for axis in 0..3 {
            speed[axis] += step * change[axis];
        }
        (
            mass,
            [0, 1, 2].map(|axis| here[axis] + step * speed[axis]),
            speed,
        )
    });
    pulled.collect()
}

#[tokio::test]
async fn bodies_in_zig_are_where_rust_moves_them() {
    const NAME: &str = "zig-bodies";
    if !is_there(NAME) {
        return;
    }
    let runtime = started(NAME).await;
    let mut bodies: Vec<Body> = (0..300)
        .map(|number| {
            let angle = f64::from(number) * 0.7;
            let place = [angle.sin() * angle, angle.cos() * angle, angle.sin()];
            (1.0 / (1.0 + angle), place, [angle.cos(), -angle.sin(), 0.1])
        })
        .collect();
    let request = encode(&(&bodies, 0.01_f64, 20_u32)).unwrap();
    let answer = runtime.call_timeout(NAME, request, PATIENCE).await.unwrap();
    for _ in 0..20 {
        bodies = moved(&bodies, 0.01);
    }
    assert_eq!(decode::<Vec<Body>>(&answer.payload).unwrap(), bodies);
}
