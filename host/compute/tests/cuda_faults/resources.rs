//! What a space takes of the device, and that it is given back.

use super::*;

#[tokio::test]
async fn all_is_given_back_with_the_last_handle() {
    let (stand_in, _turn) = stand_in().await;
    let devices = Devices::cuda(1, Fence::Mask);
    assert_eq!(everything(&devices).await, Ok(expected()));
    let spaces: Vec<_> = (0..20)
        .map(|_| devices.space(None, &program(), 1 << 16).unwrap())
        .collect();
    for space in &spaces {
        assert_eq!(work(space).await, Ok(expected()));
    }
    assert!(stand_in.leaks() > 20);
    // Pinned memory, which is nobody's quota, is not taken by each of them: one word, and two parts for
    // each thread that asks the driver, and for who makes spaces. That of a resident is its kernel's.
    let rings = stand_in.calls("cuMemHostGetDevicePointer_v2");
    assert_eq!(rings, 21);
    let pinned = stand_in.calls("cuMemHostAlloc") - rings;
    assert!(pinned <= 1 + 2 * 5, "{pinned}");
    drop(spaces);
    all_is_given_back(&stand_in, devices).await;
}

#[tokio::test]
async fn a_plan_that_is_short_is_asked_for_by_one_call_a_round() {
    let (stand_in, _turn) = stand_in().await;
    let devices = Devices::cuda(1, Fence::Mask);
    let space = devices.space(None, &program(), 1 << 16).unwrap();
    let buffer = space.allocate(100).unwrap();
    let plan = space.plan(vec![launch("add", &buffer); 3]).unwrap();
    end(&plan.run(1).unwrap()).await.unwrap();
    let (launches, graphs) = (
        stand_in.calls("cuLaunchKernel"),
        stand_in.calls("cuGraphLaunch"),
    );
    end(&plan.run(70).unwrap()).await.unwrap();
    assert_eq!(space.read(&buffer, 0, 1).await, Ok(vec![213]));
    assert_eq!(stand_in.calls("cuGraphLaunch") - graphs, 70);
    // Those that are recorded.
    assert_eq!(stand_in.calls("cuLaunchKernel") - launches, 3);
}

#[tokio::test]
async fn a_trap_in_a_plan_is_that_of_its_first_round() {
    let (_stand_in, _turn) = stand_in().await;
    let devices = Devices::cuda(1, Fence::Mask);
    let space = devices.space(None, &program(), 1 << 16).unwrap();
    let buffer = space.allocate(100).unwrap();
    let plan = space
        .plan(vec![launch("add", &buffer), launch("trap", &buffer)])
        .unwrap();
    for _ in 0..3 {
        let ended = end(&plan.run(50).unwrap()).await;
        let Err(ComputeError::Trap { function, item, .. }) = ended else {
            panic!("{ended:?}");
        };
        assert_eq!((function.as_str(), item), ("trap", 0));
        assert_eq!(space.read(&buffer, 0, 1).await, Err(ComputeError::Poisoned));
        space.write(&buffer, 0, &[0; 100]).unwrap();
    }
}

#[tokio::test]
async fn what_is_larger_than_the_pinned_memory_is_written_and_read_in_parts() {
    let (_stand_in, _turn) = stand_in().await;
    let devices = Devices::cuda(1, Fence::Trap);
    let space = devices.space(None, &program(), 8 << 20).unwrap();
    let buffer = space.allocate(5 << 20).unwrap();
    let bytes: Vec<u8> = (0..5_u32 << 20).map(|n| (n % 251) as u8).collect();
    space.write(&buffer, 0, &bytes).unwrap();
    assert_eq!(space.read(&buffer, 0, 5 << 20).await, Ok(bytes));
}

#[tokio::test]
async fn a_space_is_zeros_whoever_had_the_memory_before() {
    let (_stand_in, _turn) = stand_in().await;
    for fence in [Fence::Mask, Fence::Trap, Fence::Deferred] {
        let devices = Devices::cuda(1, fence);
        let space = devices.space(None, &program(), 1 << 16).unwrap();
        let buffer = space.allocate(1 << 16).unwrap();
        let zeros = space.read(&buffer, 0, 1 << 16).await;
        assert_eq!(zeros, Ok(vec![0; 1 << 16]));
    }
}

#[tokio::test]
async fn each_item_has_a_stack_of_its_own_behind_the_buffers() {
    let (_stand_in, _turn) = stand_in().await;
    for fence in [Fence::Mask, Fence::Trap, Fence::Deferred] {
        let devices = Devices::cuda(1, fence);
        let space = devices.space(None, &program(), 1 << 16).unwrap();
        let buffer = space.allocate(1 << 16).unwrap();
        end(&space.submit(vec![launch("stacked", &buffer)]).unwrap())
            .await
            .unwrap();
        let numbers: Vec<u8> = (0..1_u32 << 16).map(|n| n as u8).collect();
        assert_eq!(space.read(&buffer, 0, 1 << 16).await, Ok(numbers));
    }
}

#[tokio::test]
async fn a_function_that_only_the_cpu_can_run_is_refused_by_name_and_runs_there() {
    let (_stand_in, _turn) = stand_in().await;
    let text = r#"(module (memory 1) (func $f (export "compute:f") (param i32)
        (call $f (local.get 0))))"#;
    let program = Program::of_module(&wat::parse_str(text).unwrap()).unwrap();
    let refused = Devices::cuda(1, Fence::Mask)
        .space(None, &program, 1)
        .unwrap_err();
    assert!(
        refused
            .to_string()
            .contains("`f` cannot run on a CUDA device"),
        "{refused}"
    );
    let space = Devices::auto(1, Fence::Mask)
        .space(None, &program, 1)
        .unwrap();
    assert_eq!(space.device().kind, DeviceKind::Cpu);
}

#[tokio::test]
async fn what_the_driver_cannot_compile_is_told_in_its_own_words() {
    const INVALID_PTX: i32 = 218;
    let (stand_in, _turn) = stand_in().await;
    let devices = Devices::cuda(1, Fence::Mask);
    stand_in.fail("cuLinkAddData_v2", 1, INVALID_PTX);
    let refused = devices.space(None, &program(), 1).unwrap_err().to_string();
    for part in [
        "`add`",
        "CUDA_ERROR_INVALID_PTX",
        "does not understand this PTX",
    ] {
        assert!(refused.contains(part), "{refused}");
    }
    // Nothing has happened to the context.
    assert_eq!(everything(&devices).await, Ok(expected()));
}

#[tokio::test]
async fn what_leaves_the_space_under_a_mask_stays_in_it() {
    let (_stand_in, _turn) = stand_in().await;
    let text = r#"(module (memory 1) (func (export "compute:f") (param $i i32) (param $to i32)
        (i32.store (i32.add (local.get $to) (i32.shl (local.get $i) (i32.const 2))) (i32.const -1))))"#;
    let program = Program::of_module(&wat::parse_str(text).unwrap()).unwrap();
    let devices = Devices::cuda(1, Fence::Mask);
    let [space, other] = [(); 2].map(|()| devices.space(None, &program, 1 << 16).unwrap());
    let (buffer, others) = (
        space.allocate(16).unwrap(),
        other.allocate(1 << 16).unwrap(),
    );
    let far = Command::Launch(Launch {
        function: "f".to_owned(),
        items: 100_000,
        arguments: vec![Argument::Buffer(buffer)],
        fuel: None,
    });
    end(&space.submit(vec![far]).unwrap()).await.unwrap();
    let zeros = other.read(&others, 0, 1 << 16).await;
    assert_eq!(zeros, Ok(vec![0; 1 << 16]));
}

#[tokio::test]
async fn a_long_launch_is_cut_into_slices_and_cancelled_between_or_within_them() {
    let (stand_in, _turn) = stand_in().await;
    let devices = Devices::cuda(1, Fence::Mask);
    let space = devices.space(None, &program(), 1 << 20).unwrap();
    let buffer = space.allocate(100_000).unwrap();
    let before = stand_in.calls("cuLaunchKernel");
    end(&space.submit(vec![launch("add", &buffer)]).unwrap())
        .await
        .unwrap();
    assert!(stand_in.calls("cuLaunchKernel") - before > 1);
    assert_eq!(space.read(&buffer, 0, 100_000).await, Ok(vec![1; 100_000]));
    let Command::Launch(mut spin) = launch("spin", &buffer) else {
        unreachable!()
    };
    spin.fuel = Some(1 << 36);
    let event = space.submit(vec![Command::Launch(spin)]).unwrap();
    while stand_in.calls("cuLaunchKernel") == before {
        tokio::task::yield_now().await;
    }
    event.cancel();
    assert_eq!(end(&event).await, Err(ComputeError::Cancelled));
    space.write(&buffer, 0, &[0; 100_000]).unwrap();
    assert_eq!(work(&space).await, Ok(expected()));
}
