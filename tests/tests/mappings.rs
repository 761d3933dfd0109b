//! A process that has as many memory mappings as it may. In a process of its own, as nobody else gets
//! memory there.

#![cfg(target_os = "linux")]

use ringhost::{Error, LaunchOptions, LoadError, RingKernelRuntime, Tier};
use ringhost_tests::{PATIENCE, echo_kernel, runtime};
use rustix::mm::{MapFlags, MprotectFlags, ProtFlags, mmap_anonymous, mprotect};
use std::fs;

const PAGE_BYTES: usize = 64 << 10;

/// Mappings that are left to kernels: some hundred of the fast tier.
const LEFT: usize = 1000;

fn most_mappings() -> usize {
    let most = fs::read_to_string("/proc/sys/vm/max_map_count").unwrap();
    most.trim().parse().unwrap()
}

/// Makes so many mappings.
fn take(mappings: usize) {
    // SAFETY: a new mapping, where the system finds room, changes nothing that is there.
    let base = unsafe {
        mmap_anonymous(
            std::ptr::null_mut(),
            mappings * PAGE_BYTES,
            ProtFlags::empty(),
            MapFlags::PRIVATE | MapFlags::NORESERVE,
        )
    };
    let base = base.unwrap();
    for page in (1..mappings).step_by(2) {
        let page = base.wrapping_byte_add(page * PAGE_BYTES);
        // SAFETY: the page is of the mapping above, which nobody uses.
        unsafe { mprotect(page, PAGE_BYTES, MprotectFlags::READ) }.unwrap();
    }
}

async fn launch(runtime: &RingKernelRuntime, name: &str, tier: Tier) -> Result<(), Error> {
    let options = LaunchOptions::default().tier(tier);
    runtime.launch_with(name, echo_kernel(), options).await?;
    runtime.activate(name).await
}

async fn answers(runtime: &RingKernelRuntime, name: &str) {
    let reply = runtime.call_timeout(name, "m", PATIENCE).await.unwrap();
    assert_eq!(reply.payload, "m");
}

#[tokio::test]
async fn where_there_are_no_mappings_left_a_launch_says_so_and_the_way_out() {
    let runtime = runtime();
    launch(&runtime, "dense before", Tier::Dense).await.unwrap();
    launch(&runtime, "fast before", Tier::Fast).await.unwrap();
    let most = most_mappings();
    let mappings = fs::read_to_string("/proc/self/maps")
        .unwrap()
        .lines()
        .count();
    take(most - mappings - LEFT);
    let mut launched = Vec::new();
    let error = loop {
        let name = format!("fast {}", launched.len());
        match launch(&runtime, &name, Tier::Fast).await {
            Ok(()) => launched.push(name),
            Err(error) => break error,
        }
        assert!(launched.len() < LEFT, "each has some mappings");
    };
    assert!(launched.len() > LEFT / 100, "{}", launched.len());
    assert!(
        matches!(&error, Error::Load(LoadError::NoMappings { most: told, .. }) if *told == most),
        "{error:?}"
    );
    let text = error.to_string();
    for part in ["the dense tier", "vm.max_map_count"] {
        assert!(text.contains(part), "{text}");
    }
    // Nobody else is touched, and the dense tier has room.
    answers(&runtime, "fast before").await;
    for name in &launched {
        answers(&runtime, name).await;
    }
    answers(&runtime, "dense before").await;
    launch(&runtime, "dense after", Tier::Dense).await.unwrap();
    answers(&runtime, "dense after").await;
    // Where some end, others have room.
    for name in launched.iter().take(10) {
        runtime.terminate(name).await.unwrap();
    }
    launch(&runtime, "fast after", Tier::Fast).await.unwrap();
    answers(&runtime, "fast after").await;
}
