//! Kernels in AssemblyScript have their functions run on devices.

use ringhost::message::{decode, encode};
use ringhost::{Compute, Ending, Error, Grants, LaunchOptions, LoadError, RingKernelRuntime};
use ringhost_tests::{PATIENCE, is_there, kernel, runtime, start_with};

const EDGES: &str = "assemblyscript-edges";
const LAUNCHES: &str = "assemblyscript-launches";

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

/// What the kernel of this name answers to words.
async fn ask(runtime: &RingKernelRuntime, words: &str) -> String {
    runtime.send(LAUNCHES, words).await.unwrap();
    let message = runtime.receive_timeout(LAUNCHES, PATIENCE).await.unwrap();
    String::from_utf8(message.payload.into()).unwrap()
}

/// A picture as wide as this, in which no shade is above the brightest.
fn picture(width: u32, brightest: u8, shades: &[u8]) -> Vec<u8> {
    encode(&(width, brightest, shades)).unwrap().to_vec()
}

#[tokio::test]
async fn who_is_not_granted_compute_is_refused_with_the_line_that_grants_it() {
    if !is_there(EDGES) {
        return;
    }
    let refused = runtime().launch_from(EDGES, kernel(EDGES)).await;
    let refused = refused.unwrap_err();
    assert!(
        matches!(refused, Error::Load(LoadError::Ungranted(_))),
        "{refused:?}"
    );
    assert!(refused.to_string().contains("compute = {}"), "{refused}");
}

#[tokio::test]
async fn a_picture_is_worked_on_by_pixels() {
    let Some(runtime) = started(EDGES).await else {
        return;
    };
    // A step from 1 to 9 between the second column and the third: of 4 * 8 on both its sides.
    let request = picture(3, 9, &[1, 1, 9, 1, 1, 9, 1, 1, 9]);
    runtime.send(EDGES, request).await.unwrap();
    let message = runtime.receive_timeout(EDGES, PATIENCE).await.unwrap();
    let edges: Vec<u8> = decode(&message.payload).unwrap();
    assert_eq!(edges, [0, 32, 32, 0, 32, 32, 0, 32, 32]);

    // A ring, larger than one chunk of items, against the same by the book.
    const WIDTH: u32 = 400;
    let shades: Vec<u8> = (0..WIDTH * WIDTH)
        .map(|at| {
            let (x, y) = (f64::from(at % WIDTH) - 200.0, f64::from(at / WIDTH) - 200.0);
            if (80.0..120.0).contains(&x.hypot(y)) {
                200
            } else {
                10
            }
        })
        .collect();
    let request = picture(WIDTH, 200, &shades);
    runtime.send(EDGES, request).await.unwrap();
    let message = runtime.receive_timeout(EDGES, PATIENCE).await.unwrap();
    let edges: Vec<u8> = decode(&message.payload).unwrap();
    assert!(edges == sobel(WIDTH, &shades));
}

/// What the operator of Sobel makes of a picture whose border is repeated outside of it.
fn sobel(width: u32, shades: &[u8]) -> Vec<u8> {
    let width = i64::from(width);
    let height = shades.len() as i64 / width;
    let at = |x: i64, y: i64| {
        let (x, y) = (x.clamp(0, width - 1), y.clamp(0, height - 1));
        f32::from(shades[(y * width + x) as usize])
    };
    let weights = [(-1, 1.0), (0, 2.0), (1, 1.0)];
    (0..height * width)
        .map(|item| {
            let (x, y) = (item % width, item / width);
            let across: f32 = (weights.iter())
                .map(|(by, weight)| weight * (at(x + 1, y + by) - at(x - 1, y + by)))
                .sum();
            let down: f32 = (weights.iter())
                .map(|(by, weight)| weight * (at(x + by, y + 1) - at(x + by, y - 1)))
                .sum();
            (across * across + down * down).sqrt().min(255.0) as u8
        })
        .collect()
}

#[tokio::test]
async fn the_pixel_that_traps_is_named_in_the_kernel_s_own_words() {
    let Some(runtime) = started(EDGES).await else {
        return;
    };
    let request = picture(3, 8, &[1, 1, 1, 1, 1, 9, 1, 1, 9]);
    runtime.send(EDGES, request).await.unwrap();
    let Ending::Failed(words) = runtime.wait(EDGES).await.unwrap() else {
        panic!("it did not fail");
    };
    let told = "pixel 5 is brighter than 8: the compute function `sobel` trapped at item 5";
    assert!(words.starts_with(told), "{words}");
}

#[tokio::test]
async fn all_that_can_be_submitted_is_done() {
    let Some(runtime) = started(LAUNCHES).await else {
        return;
    };
    for (words, answer) in [
        ("devices", "true true true"),
        // Twice each, by two launches of three items.
        ("double", "4.0,10.0,-12.0 2 6"),
        // 2.5 * 2^10, by ten launches.
        ("plan", "2560.0 10"),
        // Copied from what was written, behind what was filled.
        ("commands", "1.0,7.0 255,255,255,255"),
        (
            "resident",
            "sent, sent, full, 1 2 3 4, 2 4 6 8, \
             0  0 4 no message is under way whose answer could be received: send one first, \
             7  0 4 it did not end in time, and goes on, 12 4 6 8, 12 of 16, \
             4 total 0 4 the compute function `total` trapped at item 0: unreachable, as a failed \
             assertion is, 6  0 4 it was cancelled",
        ),
    ] {
        assert_eq!(ask(&runtime, words).await, answer, "{words}");
    }
}

#[tokio::test]
async fn each_failure_has_its_kind_function_item_and_code() {
    let Some(runtime) = started(LAUNCHES).await else {
        return;
    };
    for (words, told) in [
        // The second time an index is outside of the array.
        (
            "square",
            "9,81,16 4 square 2 4 the compute function `square`",
        ),
        (
            "divide",
            "4 divide 2 1 the compute function `divide` trapped at item 2: a division by zero",
        ),
        ("far", "4 far 1 0 "),
        ("check", "4 check 7 4 "),
        ("fuel", "4 spin 0 5 "),
        (
            "unknown",
            "0  0 4 the program has no compute function `nothing`; it has double,",
        ),
        ("wrong", "0  0 4 argument 0 of `check` is an f64"),
        ("room", "2  0 4 the space has no room"),
        ("quota", "3  0 4 its spaces hold"),
        (
            "cancel",
            "it did not end in time, and goes on; 6  0 4 it was cancelled",
        ),
    ] {
        let answer = ask(&runtime, words).await;
        assert!(answer.starts_with(told), "{words}: {answer}");
    }
    // What a launch left behind that trapped is poisoned.
    let answer = ask(&runtime, "divide").await;
    assert!(
        answer.contains("; what was to be read is poisoned"),
        "{answer}"
    );
    // The kernel goes on, and has given back what each message took.
    for _ in 0..2000 {
        assert_eq!(ask(&runtime, "double").await, "4.0,10.0,-12.0 2 6");
    }
}
