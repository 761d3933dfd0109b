//! Fuel and time: bounds on all of it, weights, and pause for credit.

use ringhost::{Ending, LaunchOptions, Limit, Limits, RingKernelRuntime};
use ringhost_tests::{eventually, kernel, runtime, start_with};
use std::time::Duration;

async fn spin(runtime: &RingKernelRuntime, name: &str, limits: Limits) {
    let options = LaunchOptions::default().limits(limits);
    runtime
        .launch_with(name, kernel("spins-at-start"), options)
        .await
        .unwrap();
    runtime.activate(name).await.unwrap();
}

fn fuel(runtime: &RingKernelRuntime, name: &str) -> u64 {
    runtime.telemetry(name).unwrap().unwrap().fuel_consumed
}

#[tokio::test]
async fn a_kernel_that_has_burnt_all_its_fuel_has_exceeded_its_limit() {
    let runtime = runtime();
    let limits = Limits {
        fuel_total: Some(5_000_000),
        ..Limits::default()
    };
    spin(&runtime, "spins", limits).await;
    let ending = runtime.wait("spins").await.unwrap();
    let Ending::LimitExceeded { limit, .. } = &ending else {
        panic!("{ending}")
    };
    assert_eq!(*limit, Limit::Fuel { allowed: 5_000_000 });
    let burnt = fuel(&runtime, "spins");
    assert!((4_900_000..=5_000_000).contains(&burnt), "{burnt}");
}

#[tokio::test]
async fn a_kernel_within_its_fuel_is_not_touched() {
    let runtime = runtime();
    let limits = Limits {
        fuel_total: Some(5_000_000),
        ..Limits::default()
    };
    start_with(&runtime, "echo", LaunchOptions::default().limits(limits)).await;
    assert_eq!(runtime.call("echo", "m").await.unwrap().payload, "m");
    let burnt = fuel(&runtime, "echo");
    assert!(burnt > 0 && burnt < 5_000_000, "{burnt}");
}

#[tokio::test(flavor = "current_thread")]
async fn weights_share_a_core_among_busy_kernels() {
    let runtime = runtime();
    for weight in [1, 2, 5] {
        let limits = Limits {
            weight,
            ..Limits::default()
        };
        spin(&runtime, &format!("weight {weight}"), limits).await;
    }
    // The first has been spinning while the last was launched.
    let burnt = || [1, 2, 5].map(|weight| fuel(&runtime, &format!("weight {weight}")));
    let before = burnt();
    eventually("the lightest has had 100 turns", || {
        burnt()[0] > before[0] + 100_000_000
    })
    .await;
    let after = burnt();
    let all = (after.iter().sum::<u64>() - before.iter().sum::<u64>()) as f64;
    for (at, weight) in [1, 2, 5].into_iter().enumerate() {
        let share = (after[at] - before[at]) as f64 / all;
        let asked = f64::from(weight) / 8.0;
        println!("weight {weight}: asked {asked:.3}, got {share:.3}");
        assert!((share - asked).abs() < 0.05, "weight {weight}: {share}");
    }
    runtime.terminate_all_timeout(Duration::ZERO).await;
}

#[tokio::test(flavor = "current_thread")]
async fn a_kernel_over_its_share_waits_for_credit_and_lives_on() {
    let runtime = runtime();
    let limits = Limits {
        cpu_share: Some(0.02),
        ..Limits::default()
    };
    spin(&runtime, "a fiftieth", limits).await;
    spin(&runtime, "the rest", Limits::default()).await;
    // Long enough for what it had saved up to count for little.
    eventually("a while has passed", || {
        fuel(&runtime, "the rest") > 5_000_000_000
    })
    .await;
    let fiftieth = fuel(&runtime, "a fiftieth");
    let share = fiftieth as f64 / (fiftieth + fuel(&runtime, "the rest")) as f64;
    println!("asked 0.020 of a core, got {share:.3} of what the two burnt");
    // Of the time that passes, so on a machine where this thread has to share its core it is more
    // of what the two burn; without the bound it would be half.
    assert!(share < 0.35, "{share}");
    eventually("it has credit again", || {
        fuel(&runtime, "a fiftieth") > fiftieth
    })
    .await;
    assert_eq!(runtime.active_kernels().len(), 2, "nobody was stopped");
    runtime.terminate_all_timeout(Duration::ZERO).await;
}

#[tokio::test]
async fn a_kernel_without_credit_can_be_paused_resumed_and_stopped() {
    let runtime = runtime();
    let limits = Limits {
        cpu_share: Some(0.001),
        ..Limits::default()
    };
    spin(&runtime, "poor", limits).await;
    eventually("it has spent its savings", || {
        fuel(&runtime, "poor") > 10_000_000
    })
    .await;
    runtime.deactivate("poor").await.unwrap();
    runtime.reactivate("poor").await.unwrap();
    let termination = runtime
        .terminate_timeout("poor", Duration::from_millis(20))
        .await
        .unwrap();
    assert_eq!(termination.ending, Ending::Stopped);
}

#[tokio::test]
async fn a_kernel_without_credit_is_given_what_it_needs_to_end() {
    let runtime = runtime();
    let limits = Limits {
        cpu_share: Some(0.000_001),
        ..Limits::default()
    };
    start_with(&runtime, "echo", LaunchOptions::default().limits(limits)).await;
    runtime.call("echo", "m").await.unwrap();
    let termination = runtime.terminate("echo").await.unwrap();
    assert_eq!(termination.ending, Ending::Returned);
}

#[tokio::test]
async fn limits_that_cannot_be_meant_are_refused() {
    let runtime = runtime();
    for (limits, expected) in [
        (
            Limits {
                weight: 0,
                ..Limits::default()
            },
            "weight cannot be 0: it is 1 to 100",
        ),
        (
            Limits {
                weight: 101,
                ..Limits::default()
            },
            "weight cannot be 101: it is 1 to 100",
        ),
        (
            Limits {
                cpu_share: Some(-0.5),
                ..Limits::default()
            },
            "cpu_share cannot be -0.5",
        ),
        (
            Limits {
                cpu_share: Some(f64::NAN),
                ..Limits::default()
            },
            "cpu_share cannot be NaN",
        ),
        (
            Limits {
                cpu_share: Some(f64::INFINITY),
                ..Limits::default()
            },
            "cpu_share cannot be inf",
        ),
    ] {
        let options = LaunchOptions::default().limits(limits);
        let error = runtime
            .launch_with("x", kernel("echo"), options)
            .await
            .unwrap_err();
        assert!(error.to_string().starts_with(expected), "{error}");
    }
}
