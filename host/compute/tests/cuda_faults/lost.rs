//! Calls of the driver that fail, and devices that are lost.

use super::*;
use cuda_stand_in::Loss;

/// The driver's functions that a space is made and used by.
const FUNCTIONS: [&str; 26] = [
    "cuCtxCreate_v3",
    "cuCtxSetCurrent",
    "cuStreamCreate",
    "cuMemAllocAsync",
    "cuMemHostAlloc",
    "cuMemHostGetDevicePointer_v2",
    "cuEventCreate",
    "cuMemsetD8Async",
    "cuMemcpyHtoDAsync_v2",
    "cuMemcpyDtoHAsync_v2",
    "cuMemcpyDtoDAsync_v2",
    "cuLinkCreate_v2",
    "cuLinkAddData_v2",
    "cuLinkComplete",
    "cuModuleLoadData",
    "cuModuleGetFunction",
    "cuOccupancyMaxActiveBlocksPerMultiprocessor",
    "cuStreamSynchronize",
    "cuEventRecord",
    "cuEventQuery",
    "cuEventElapsedTime",
    "cuLaunchKernel",
    "cuStreamBeginCapture_v2",
    "cuStreamEndCapture",
    "cuGraphInstantiateWithFlags",
    "cuGraphLaunch",
];

/// An illegal address: the context is broken.
const ILLEGAL_ADDRESS: i32 = 700;

/// There is no memory left.
const OUT_OF_MEMORY: i32 = 2;

#[tokio::test]
async fn whichever_call_fails_for_good_the_kernel_is_told_and_the_next_space_works() {
    let (stand_in, _turn) = stand_in().await;
    for function in FUNCTIONS {
        let before = stand_in.calls(function);
        let devices = Devices::cuda(1, Fence::Mask);
        assert_eq!(everything(&devices).await, Ok(expected()), "{function}");
        all_is_given_back(&stand_in, devices).await;
        let calls = stand_in.calls(function) - before;
        assert!(calls > 0, "{function} is never called");
        for nth in [1, calls.div_ceil(2), calls] {
            let devices = Devices::cuda(1, Fence::Mask);
            stand_in.fail(function, nth, ILLEGAL_ADDRESS);
            let failed = everything(&devices).await;
            // How often the driver is asked differs: whether an event has happened, for one. What has not
            // failed by now must not meet what follows.
            stand_in.heal();
            let is_lost = matches!(failed, Err(ComputeError::DeviceLost(_)));
            // What is let go of is so by a thread of the backend, and the call may be one of those.
            let is_done = failed == Ok(expected());
            assert!(is_lost || is_done, "{function} {nth}: {failed:?}");
            let mut next = everything(&devices).await;
            if is_done && next.is_err() {
                next = everything(&devices).await;
            }
            assert_eq!(next, Ok(expected()), "{function} {nth}");
            all_is_given_back(&stand_in, devices).await;
        }
    }
}

/// There is no memory for a space.
fn refused(devices: &Devices) {
    let refused = devices.space(None, &program(), 1 << 16).unwrap_err();
    assert!(
        matches!(refused, ComputeError::OutOfMemory { .. }),
        "{refused:?}"
    );
}

#[tokio::test]
async fn where_there_is_no_memory_that_is_told_and_the_context_lives() {
    let (stand_in, _turn) = stand_in().await;
    let devices = Devices::cuda(1, Fence::Mask);
    let space = devices.space(None, &program(), 1 << 16).unwrap();
    let contexts = stand_in.calls("cuCtxCreate_v3");
    stand_in.fail("cuMemAllocAsync", 1, OUT_OF_MEMORY);
    refused(&devices);
    assert_eq!(work(&space).await, Ok(expected()));
    assert_eq!(stand_in.calls("cuCtxCreate_v3"), contexts);
    // Pinned memory is that of the context: it is asked for with the first space.
    for nth in [1, 2, 3] {
        let others = Devices::cuda(1, Fence::Mask);
        stand_in.fail("cuMemHostAlloc", nth, OUT_OF_MEMORY);
        refused(&others);
        assert_eq!(everything(&others).await, Ok(expected()));
    }
}

#[tokio::test]
async fn a_lost_device_ends_what_is_on_it_and_others_get_a_new_context() {
    let (stand_in, _turn) = stand_in().await;
    let devices = Devices::cuda(1, Fence::Mask);
    let space = devices.space(None, &program(), 1 << 16).unwrap();
    let other = devices.space(None, &program(), 1 << 16).unwrap();
    let buffer = space.allocate(64).unwrap();
    let event = space.submit(vec![launch("spin", &buffer)]).unwrap();
    stand_in.lose(Loss::Contexts);
    assert!(matches!(
        end(&event).await,
        Err(ComputeError::DeviceLost(_))
    ));
    // What it could write is of no use, and so is everything in the context.
    let read = space.read(&buffer, 0, 1).await;
    assert!(read.is_err(), "{read:?}");
    assert!(matches!(
        work(&other).await,
        Err(ComputeError::DeviceLost(_))
    ));
    assert_eq!(everything(&devices).await, Ok(expected()));
}

#[tokio::test]
async fn a_device_that_is_lost_for_good_is_left_alone_and_the_cpu_takes_its_place() {
    let (stand_in, _turn) = stand_in().await;
    let devices = Devices::auto(1, Fence::Mask);
    let kinds = || {
        devices
            .list()
            .iter()
            .map(|device| device.kind)
            .collect::<Vec<_>>()
    };
    assert_eq!(kinds(), [DeviceKind::Cuda, DeviceKind::Cpu]);
    let space = devices.space(None, &program(), 1 << 16).unwrap();
    assert_eq!(space.device().kind, DeviceKind::Cuda);
    stand_in.lose(Loss::ForGood);
    for _ in 0..5 {
        let space = devices.space(None, &program(), 1 << 16).unwrap();
        // The space is made before anybody knows.
        if space.device().kind == DeviceKind::Cuda {
            assert!(work(&space).await.is_err());
        } else {
            assert_eq!(work(&space).await, Ok(expected()));
        }
    }
    assert_eq!(kinds(), [DeviceKind::Cpu]);
    let refused = devices
        .space(Some(DeviceKind::Cuda), &program(), 1)
        .unwrap_err();
    assert!(matches!(refused, ComputeError::NoDevice(_)), "{refused:?}");
}

#[tokio::test]
async fn a_trap_leaves_the_context_as_it_is() {
    let (stand_in, _turn) = stand_in().await;
    let devices = Devices::cuda(1, Fence::Mask);
    let space = devices.space(None, &program(), 1 << 16).unwrap();
    let contexts = stand_in.calls("cuCtxCreate_v3");
    let buffer = space.allocate(64).unwrap();
    let event = space.submit(vec![launch("trap", &buffer)]).unwrap();
    assert!(matches!(
        end(&event).await,
        Err(ComputeError::Trap { item: 0, .. })
    ));
    assert_eq!(space.read(&buffer, 0, 1).await, Err(ComputeError::Poisoned));
    assert_eq!(work(&space).await, Ok(expected()));
    assert_eq!(stand_in.calls("cuCtxCreate_v3"), contexts);
}

#[tokio::test]
async fn a_lost_device_is_told_to_who_waits_for_a_resident() {
    let (stand_in, _turn) = stand_in().await;
    let devices = Devices::cuda(1, Fence::Mask);
    let space = devices.space(None, &program(), 1 << 16).unwrap();
    let both = space.allocate(64).unwrap();
    // One is in the middle of a message, the other waits for one.
    let endless = space.reside(residence("spin", &both, 32)).unwrap();
    let other = devices.space(None, &program(), 1 << 16).unwrap();
    let waiting = other.allocate(64).unwrap();
    let idle = other.reside(residence("add", &waiting, 32)).unwrap();
    assert_eq!(idle.send(&[1; 64]), Ok(true));
    answer(&idle).await.unwrap();
    assert_eq!(endless.send(&[1; 64]), Ok(true));
    assert_eq!(endless.send(&[2; 64]), Ok(true));
    while endless.stats().launches == 0 {
        tokio::task::yield_now().await;
    }
    stand_in.lose(Loss::Contexts);
    for resident in [&endless, &endless, &idle] {
        // What is sent later is told so, too.
        if std::ptr::eq(resident, &idle) {
            assert_eq!(resident.send(&[1; 64]), Ok(true));
        }
        let lost = answer(resident).await;
        assert!(matches!(lost, Err(ComputeError::DeviceLost(_))), "{lost:?}");
    }
    let refused = space.reside(residence("add", &both, 32)).unwrap_err();
    assert!(
        matches!(refused, ComputeError::DeviceLost(_)),
        "{refused:?}"
    );
    assert_eq!(everything(&devices).await, Ok(expected()));
}
