//! As much as there can be.

use super::hostile::trap;
use super::*;
use ringhost_compute::TrapCode;

#[tokio::test]
async fn a_function_that_calls_itself_without_end_traps() {
    let (item, code) = trap("(call $f (local.get $i))", 1).await;
    assert_eq!((item, code), (0, TrapCode::StackOverflow));
}

#[tokio::test]
async fn a_stack_does_not_reach_into_that_of_another_item() {
    let text = |frame: &str| {
        format!(
            r#"(global $__stack_pointer (mut i32) (i32.const 65536))
            (func (export "compute:f") (param $i i32)
                (global.set $__stack_pointer (i32.sub (global.get $__stack_pointer) (i32.const {frame}))))"#
        )
    };
    for (frame, traps) in [
        ("65536", false),
        ("65537", true),
        ("-1", true),
        ("2147483647", true),
    ] {
        let space = space(&text(frame));
        let code = match run(&space, launch("f", 2, Vec::new())).await {
            Err(ComputeError::Trap { code, .. }) => Some(code),
            _ => None,
        };
        assert_eq!(code, traps.then_some(TrapCode::StackOverflow), "{frame}");
    }
}

#[tokio::test]
async fn as_many_items_as_there_can_be_are_cancelled_and_give_way() {
    let text = r#"(func (export "compute:empty") (param $i i32))"#;
    let program = program(text);
    let devices = Devices::cpu(2);
    let space = devices.space(None, &program, 1).unwrap();
    let other = devices.space(None, &program, 1).unwrap();
    let most = submit(&space, launch("empty", u32::MAX, Vec::new()));
    run(&other, launch("empty", 1000, Vec::new()))
        .await
        .unwrap();
    most.cancel();
    if let Ok(stats) = end(&most).await {
        assert_eq!(stats.items, u64::from(u32::MAX));
    }
}

#[tokio::test]
async fn a_space_is_as_large_as_an_address_allows_and_no_larger() {
    let program = program(r#"(func (export "compute:f") (param $i i32))"#);
    let devices = Devices::cpu(1);
    for bytes in [u64::MAX, 1 << 32, (1 << 32) - 65_535] {
        let error = devices.space(None, &program, bytes).unwrap_err();
        assert!(matches!(error, ComputeError::OutOfMemory { .. }), "{error}");
    }
    let space = devices
        .space(None, &program, (1 << 32) - (1 << 16))
        .unwrap();
    assert_eq!(space.memory_bytes(), 1 << 32);
    let last = space.allocate(u32::MAX - (1 << 16)).unwrap();
    let near_end = last.len() - 1;
    space.write(&last, near_end, &[4]).unwrap();
    assert_eq!(space.read(&last, near_end, 1).await, Ok(vec![4]));
}

#[tokio::test]
async fn thousands_of_spaces_can_be_there_at_once() {
    let program = program(
        r#"(func (export "compute:f") (param $i i32) (param $to i32)
            (i32.store (local.get $to) (i32.const 1)))"#,
    );
    let devices = Devices::cpu(2);
    let mut spaces = Vec::new();
    for _ in 0..2000 {
        let space = devices.space(None, &program, 1 << 16).unwrap();
        let buffer = space.allocate(4).unwrap();
        let event = submit(
            &space,
            launch("f", 1, vec![Argument::Buffer(buffer.clone())]),
        );
        spaces.push((space, buffer, event));
    }
    for (space, buffer, event) in &spaces {
        end(event).await.unwrap();
        assert_eq!(read_u32(space, buffer).await, [1]);
    }
}

#[tokio::test]
async fn data_that_are_not_in_the_memory_are_refused() {
    for offset in ["65533", "-1"] {
        let module = format!(
            r#"(module (memory 1) (data (i32.const {offset}) "abcd") (func (export "compute:f") (param i32)))"#
        );
        let program = Program::of_module(&wat::parse_str(module).unwrap()).unwrap();
        let error = Devices::cpu(1).space(None, &program, 1).unwrap_err();
        assert!(error.to_string().contains("not in its memory"), "{error}");
    }
}
