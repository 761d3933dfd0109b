//! Kernels in languages that cannot mark functions bring a module of them: compute.wat beside the source.

use ringhost::{Compute, Ending, Grant, Grants, LaunchOptions, RingKernelRuntime};
use ringhost_tests::{PATIENCE, is_there, kernel, runtime, start_with};

const FRACTAL: &str = "javascript-fractal";
const HEAT: &str = "python-heat";

/// A runtime with this kernel, which may compute; none where its compiler cannot be had.
async fn started(kernel: &str) -> Option<RingKernelRuntime> {
    if !is_there(kernel) {
        return None;
    }
    let runtime = runtime();
    let options = LaunchOptions::default().grants(Grants {
        compute: Some(Compute::default()),
        ..Grants::default()
    });
    start_with(&runtime, kernel, options).await;
    Some(runtime)
}

async fn ask(runtime: &RingKernelRuntime, kernel: &str, request: &str) -> Vec<u8> {
    runtime.send(kernel, request).await.unwrap();
    let message = runtime.receive_timeout(kernel, PATIENCE).await.unwrap();
    message.payload.into()
}

/// With which words a kernel fails over this request.
async fn failure(runtime: &RingKernelRuntime, kernel: &str, request: &str) -> String {
    runtime.send(kernel, request).await.unwrap();
    match runtime.wait(kernel).await.unwrap() {
        Ending::Failed(words) => words,
        ending => panic!("{ending:?}"),
    }
}

#[tokio::test]
async fn only_a_kernel_with_such_a_module_wants_compute_and_is_refused_without() {
    let runtime = runtime();
    for (name, computes) in [
        (FRACTAL, true),
        (HEAT, true),
        ("javascript-lines", false),
        ("python-logs", false),
    ] {
        if !is_there(name) {
            continue;
        }
        let told = runtime.inspect(kernel(name)).await.unwrap();
        let wants = |want: &ringhost::Want| want.grant == Grant::Compute;
        assert_eq!(told.needs.wants.iter().any(wants), computes, "{name}");
        if computes {
            let refused = runtime.launch_from(name, kernel(name)).await.unwrap_err();
            assert!(refused.to_string().contains("compute = {}"), "{refused}");
        }
    }
}

#[tokio::test]
async fn javascript_has_every_pixel_of_a_picture_drawn() {
    let Some(runtime) = started(FRACTAL).await else {
        return;
    };
    let (width, height) = (300_u32, 200_u32);
    let request = format!(r#"{{"width": {width}, "height": {height}}}"#);
    let picture = ask(&runtime, FRACTAL, &request).await;
    let mut expected = format!("P5 {width} {height} 255\n").into_bytes();
    let step = 3.0 / f64::from(width);
    for item in 0..width * height {
        let (left, top) = (-2.25, -step * f64::from(height) / 2.0);
        let (cx, cy) = (
            left + step * f64::from(item % width),
            top + step * f64::from(item / width),
        );
        let (mut x, mut y, mut turns) = (0.0, 0.0, 0);
        while turns < 255 && x * x + y * y <= 4.0 {
            (x, y) = (cx + (x * x - y * y), cy + 2.0 * (x * y));
            turns += 1;
        }
        expected.push(turns);
    }
    assert!(picture == expected);
}

#[tokio::test]
async fn javascript_is_told_which_pixel_trapped_in_which_function_and_why() {
    let Some(runtime) = started(FRACTAL).await else {
        return;
    };
    // The second row is the real axis, of which the points at -1.5 and -0.75 and 0 do not escape.
    let request = r#"{"width": 4, "height": 2, "fuel": 100}"#;
    let words = failure(&runtime, FRACTAL, request).await;
    let told = "Error: pixel 5 cannot be drawn: the compute function escape trapped at item 5: out-of-fuel";
    assert!(words.starts_with(told), "{words}");
}

#[tokio::test]
async fn python_has_a_plan_run_and_reads_the_result() {
    let Some(runtime) = started(HEAT).await else {
        return;
    };
    for (request, answer) in [
        (r#"{"rod": [0, 16, 0], "steps": 1}"#, "[4.0,8.0,4.0]"),
        (r#"{"rod": [0, 16, 0], "steps": 2}"#, "[5.0,6.0,5.0]"),
        (r#"{"rod": [0, 16, 0], "steps": 0}"#, "[0.0,16.0,0.0]"),
        (r#"{"rod": [7], "steps": 1000}"#, "[7.0]"),
    ] {
        let answered = ask(&runtime, HEAT, request).await;
        assert_eq!(String::from_utf8_lossy(&answered), answer, "{request}");
    }
    // What each message took is given back.
    let request = r#"{"rod": [0, 16, 0], "steps": 2}"#;
    for _ in 0..500 {
        assert_eq!(ask(&runtime, HEAT, request).await, b"[5.0,6.0,5.0]");
    }
}

#[tokio::test]
async fn python_is_told_which_point_trapped_in_which_function_and_why() {
    let Some(runtime) = started(HEAT).await else {
        return;
    };
    let request = r#"{"rod": [1, 2, 3, NaN, NaN], "steps": 4}"#;
    let words = failure(&runtime, HEAT, request).await;
    let told = "ValueError: point 3 is no number: the compute function step trapped at item 3: unreachable";
    assert!(words.ends_with(told), "{words}");
}

#[tokio::test]
async fn a_function_that_stays_on_its_device_keeps_what_it_has_been_told() {
    for (name, told) in [
        (
            "python-smooth",
            "ValueError: sensor 2 measured no number: the compute function smooth trapped at item 2: unreachable",
        ),
        (
            "javascript-smooth",
            "Error: sensor 2 measured no number: the compute function smooth trapped at item 2: unreachable",
        ),
    ] {
        let Some(runtime) = started(name).await else {
            continue;
        };
        let mut averages = [0.0_f32; 4];
        for round in 0..200_u8 {
            let measured = [1.5, -2.0, 0.0, 1e6].map(|number| number * f32::from(round % 7));
            for (average, measured) in averages.iter_mut().zip(measured) {
                *average += 0.125 * (measured - *average);
            }
            let answer = ask(&runtime, name, &format!("{measured:?}")).await;
            let numbers: Vec<f64> = serde_json::from_slice(&answer).unwrap();
            assert_eq!(numbers, averages.map(f64::from), "{name}");
        }
        let words = failure(&runtime, name, "[1, 2, null, null]").await;
        assert!(words.contains(told), "{words}");
    }
}
