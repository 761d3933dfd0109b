//! No kernel starves another, the timers, or the host.

use ringhost_tests::{PATIENCE, kernel, runtime, start};
use std::time::{Duration, Instant};

#[tokio::test(flavor = "current_thread")]
async fn an_honest_kernel_is_served_beside_a_spinner_on_one_thread() {
    let runtime = runtime();
    start(&runtime, "spins-at-start").await;
    start(&runtime, "echo").await;
    for number in 0..100 {
        let text = number.to_string();
        let reply = runtime
            .call_timeout("echo", text.clone(), PATIENCE)
            .await
            .unwrap();
        assert_eq!(reply.payload, text);
    }
}

#[tokio::test(flavor = "current_thread")]
async fn timers_fire_beside_spinners_on_one_thread_after_a_turn_of_each_and_not_of_sixty() {
    let runtime = runtime();
    for number in 0..4 {
        let name = format!("spinner {number}");
        runtime
            .launch_from(&name, kernel("spins-at-start"))
            .await
            .unwrap();
        runtime.activate(&name).await.unwrap();
    }
    let before = slices(&runtime);
    let begun = Instant::now();
    let mut late = Vec::new();
    for _ in 0..50 {
        let asked = Instant::now();
        tokio::time::sleep(Duration::from_millis(2)).await;
        late.push(asked.elapsed() - Duration::from_millis(2));
    }
    let slice = begun.elapsed() / (slices(&runtime) - before).max(1) as u32;
    late.sort_unstable();
    // A turn of all four, some more for the timer wheel's millisecond; an executor that looks at
    // its timers every 61 polls only would be 61 slices late.
    let median = late[late.len() / 2];
    assert!(
        median < 20 * slice + Duration::from_millis(2),
        "{median:?} with slices of {slice:?}"
    );
}

/// Fuel slices that all kernels have burnt.
fn slices(runtime: &ringhost::RingKernelRuntime) -> u64 {
    let fuel = |id: &ringhost::KernelId| {
        runtime
            .telemetry(id.as_str())
            .unwrap()
            .unwrap()
            .fuel_consumed
    };
    runtime.kernel_ids().iter().map(fuel).sum::<u64>() / 1_000_000
}

#[tokio::test(flavor = "current_thread")]
async fn kernels_that_call_the_host_all_the_time_do_not_starve_the_others() {
    let runtime = runtime();
    // Each floods with messages, and they are drained as fast as they come.
    for number in 0..4 {
        let name = format!("flood {number}");
        runtime.launch_from(&name, kernel("floods")).await.unwrap();
        runtime.activate(&name).await.unwrap();
        let runtime = runtime.clone();
        tokio::spawn(async move { while runtime.receive(&name).await.is_ok() {} });
    }
    start(&runtime, "echo").await;
    for _ in 0..100 {
        runtime.call_timeout("echo", "m", PATIENCE).await.unwrap();
    }
    runtime
        .terminate_all_timeout(Duration::from_millis(100))
        .await;
}

#[tokio::test(flavor = "current_thread")]
async fn kernels_are_loaded_while_others_spin() {
    let runtime = runtime();
    start(&runtime, "spins-at-start").await;
    start(&runtime, "doubler").await;
    start(&runtime, "wordcount").await;
    assert_eq!(runtime.active_kernels().len(), 3);
}
