//! The threads of the CPU, and whom they serve.

use super::order::{ADD, add, endless};
use super::*;

#[tokio::test]
async fn a_launch_gives_way_to_other_spaces() {
    let program = program(ADD);
    let devices = Devices::cpu(1);
    let busy = devices.space(None, &program, 1 << 16).unwrap();
    let other = devices.space(None, &program, 1 << 16).unwrap();
    let buffer = busy.allocate(8).unwrap();
    // Each item takes some milliseconds, all of them hours.
    let mut slow = launch("spin_a_while", u32::MAX, vec![Argument::Buffer(buffer)]);
    slow.fuel = Some(1 << 36);
    let slow = submit(&busy, slow);
    let buffer = other.allocate(8).unwrap();
    for _ in 0..20 {
        end(&other.submit(vec![add(&buffer)]).unwrap())
            .await
            .unwrap();
    }
    assert_eq!(slow.poll(), None);
    slow.cancel();
    assert_eq!(end(&slow).await, Err(ComputeError::Cancelled));
}

/// Threads of this process with such a name.
#[cfg(target_os = "linux")]
fn threads(name: &str) -> usize {
    let tasks = std::fs::read_dir("/proc/self/task").unwrap();
    let names =
        tasks.filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("comm")).ok());
    names.filter(|its| its.trim() == name).count()
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn the_threads_start_with_the_first_space_and_end_with_the_last_handle() {
    // No other test has so many.
    let (last, devices) = ("ring-compute-20", Devices::cpu(21));
    assert_eq!(threads(last), 0);
    let space = devices.space(None, &program(ADD), 1 << 16).unwrap();
    drop(devices);
    let event = endless(&space, &space.allocate(8).unwrap());
    until(|| threads(last) == 1).await;
    drop(space);
    assert_eq!(end(&event).await, Err(ComputeError::Cancelled));
    until(|| threads(last) == 0).await;
}

/// Waits for what says nothing when it happens.
#[cfg(target_os = "linux")]
async fn until(happens: impl Fn() -> bool) {
    let waiting = async {
        while !happens() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(120), waiting)
        .await
        .expect("it happens");
}

#[tokio::test]
async fn dropping_a_space_cancels_what_it_has_not_done() {
    let program = program(ADD);
    let devices = Devices::cpu(2);
    let space = devices.space(None, &program, 1 << 16).unwrap();
    let buffer = space.allocate(8).unwrap();
    let running = endless(&space, &buffer);
    let waiting = endless(&space, &buffer);
    let reading = {
        let (space, buffer) = (space.clone(), buffer.clone());
        tokio::spawn(async move { space.read(&buffer, 0, 8).await })
    };
    tokio::task::yield_now().await;
    reading.abort();
    assert!(reading.await.is_err());
    drop((space, devices, buffer));
    assert_eq!(end(&running).await, Err(ComputeError::Cancelled));
    assert_eq!(end(&waiting).await, Err(ComputeError::Cancelled));
}

#[tokio::test]
async fn a_device_that_is_not_there_is_named() {
    let error = Devices::cpu(1)
        .space(Some(ringhost_compute::DeviceKind::Cuda), &program(ADD), 1)
        .unwrap_err();
    assert!(matches!(error, ComputeError::NoDevice(_)));
}
