//! Functions that do what they should not.

use super::*;
use ringhost_compute::TrapCode;

/// What a launch over so many items of this body traps with, the same on any number of threads.
async fn trap(body: &str, items: u32) -> (u32, TrapCode) {
    let text = format!(r#"(func $f (export "compute:f") (param $i i32) {body})"#);
    let program = program(&text);
    let mut traps = Vec::new();
    for threads in [1, 2, 3, 8] {
        let space = space_on(threads, &program);
        match run(&space, launch("f", items, Vec::new())).await {
            Err(ComputeError::Trap {
                function,
                item,
                code,
            }) => {
                assert_eq!(function, "f");
                traps.push((item, code));
            }
            other => panic!("{other:?} of {body}"),
        }
        // The space goes on.
        let buffer = space.allocate(8).unwrap();
        assert_eq!(read(&space, &buffer).await, [0; 8]);
    }
    assert!(traps.windows(2).all(|pair| pair[0] == pair[1]), "{traps:?}");
    traps.pop().unwrap()
}

#[tokio::test]
async fn the_lowest_item_that_traps_is_named_with_the_reason() {
    use TrapCode::*;
    for (body, items, expected) in [
        (
            "(if (i32.ge_u (local.get $i) (i32.const 70001)) (then unreachable))",
            1 << 20,
            (70_001, Unreachable),
        ),
        // Where the items behind it trap sooner than it does.
        (
            "(local $k i32) (if (i32.ge_u (local.get $i) (i32.const 20)) (then
                (if (i32.eq (local.get $i) (i32.const 20)) (then (loop $again
                    (br_if $again (i32.lt_u (local.tee $k (i32.add (local.get $k) (i32.const 1)))
                        (i32.const 3000000))))))
                unreachable))",
            1000,
            (20, Unreachable),
        ),
        (
            "(drop (i32.div_u (i32.const 1) (i32.sub (i32.const 3) (local.get $i))))",
            9,
            (3, DivideByZero),
        ),
        (
            "(drop (i64.rem_s (i64.const 1) (i64.const 0)))",
            1,
            (0, DivideByZero),
        ),
        (
            "(drop (i32.div_s (i32.const 0x80000000) (i32.const -1)))",
            1,
            (0, IntegerOverflow),
        ),
        (
            "(drop (i32.trunc_f32_s (f32.const nan)))",
            1,
            (0, BadConversion),
        ),
        (
            "(drop (i32.trunc_f64_u (f64.convert_i32_s (i32.sub (i32.const 2) (local.get $i)))))",
            9,
            (3, IntegerOverflow),
        ),
        (
            "(drop (i64.trunc_f64_s (f64.const 1e300)))",
            1,
            (0, IntegerOverflow),
        ),
        ("(call $f (local.get $i))", 1, (0, StackOverflow)),
        ("(loop (br 0))", 3, (0, OutOfFuel)),
    ] {
        assert_eq!(trap(body, items).await, expected, "{body}");
    }
}

#[tokio::test]
async fn a_call_through_a_table_of_what_is_not_there_traps() {
    let space = space(
        r#"(table 3 funcref) (elem (i32.const 0) $other)
        (type $called (func (param i32)))
        (func $other (param i64))
        (func (export "compute:f") (param $i i32)
            (call_indirect (type $called) (local.get $i) (local.get $i)))"#,
    );
    let expected = ComputeError::Trap {
        function: "f".to_owned(),
        item: 0,
        code: TrapCode::IndirectCall,
    };
    assert_eq!(run(&space, launch("f", 5, Vec::new())).await, Err(expected));
}

#[tokio::test]
async fn an_access_outside_of_the_space_traps_also_far_outside() {
    let program = program(
        r#"(func (export "compute:load") (param $i i32) (param $at i32)
            (drop (i32.load8_u (local.get $at))))
        (func (export "compute:far") (param $i i32) (param $at i32)
            (i64.store offset=4294967295 (local.get $at) (i64.const -1)))
        (func (export "compute:fill") (param $i i32) (param $at i32)
            (memory.fill (local.get $at) (i32.const 1) (i32.const -1)))
        (func (export "compute:atomic") (param $i i32) (param $at i32)
            (drop (i32.atomic.load (local.get $at))))"#,
    );
    let space = space_on(2, &program);
    let end = i32::try_from(space.memory_bytes()).unwrap();
    let whole = space.allocate(4 << 20).unwrap();
    assert_eq!(
        i64::from(whole.address()) + i64::from(whole.len()),
        i64::from(end)
    );
    for (function, at, traps) in [
        ("load", end - 1, false),
        ("load", end, true),
        ("load", -1, true),
        ("far", 0, true),
        ("far", -1, true),
        ("fill", 1, true),
        ("atomic", 4, false),
        ("atomic", 2, true),
    ] {
        let result = run(&space, launch(function, 1, vec![Argument::I32(at)])).await;
        let code = match result {
            Err(ComputeError::Trap { code, .. }) => Some(code),
            Ok(_) => None,
            other => panic!("{other:?}"),
        };
        assert_eq!(
            code,
            traps.then_some(TrapCode::OutOfBounds),
            "{function} {at}"
        );
    }
}

#[tokio::test]
async fn an_item_may_take_as_many_turns_and_calls_as_it_has_fuel() {
    let text = r#"(func $nothing)
        (func $called (param $n i32)
            (loop $again (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
        (func (export "compute:turns") (param $i i32) (param $n i32)
            (loop $again (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
        (func (export "compute:calls") (param $i i32) (param $n i32)
            (call $nothing) (call $nothing) (call $nothing))
        (func (export "compute:both") (param $i i32) (param $n i32)
            (call $called (local.get $n)) (call $nothing))"#;
    let space = space(text);
    for (function, n, needs) in [
        ("turns", 1, 1),
        ("turns", 5, 5),
        // More than a slice, and exactly one and two.
        ("turns", 100_000, 100_000),
        ("turns", 1 << 14, 1 << 14),
        ("turns", 1 << 15, 1 << 15),
        ("calls", 0, 3),
        ("both", 40_000, 40_002),
    ] {
        for (fuel, is_enough) in [(needs, true), (needs - 1, false), (0, false)] {
            let mut launch = launch(function, 40, vec![Argument::I32(n)]);
            launch.fuel = Some(fuel);
            let result = run(&space, launch).await;
            let out_of_fuel = ComputeError::Trap {
                function: function.to_owned(),
                item: 0,
                code: TrapCode::OutOfFuel,
            };
            let expected = if is_enough { None } else { Some(out_of_fuel) };
            assert_eq!(result.err(), expected, "{function} {n} with {fuel}");
        }
    }
}

#[tokio::test]
async fn the_fuel_that_an_author_says_holds_unless_the_launch_says_another() {
    let space = space(
        r#"(@custom "ring:compute" "f fuel=10 n:value\n")
        (func (export "compute:f") (param $i i32) (param $n i32)
            (loop $again (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))"#,
    );
    let mut launch = launch("f", 1, vec![Argument::I32(11)]);
    assert!(run(&space, launch.clone()).await.is_err());
    launch.fuel = Some(11);
    run(&space, launch).await.unwrap();
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
async fn what_fills_all_of_the_memory_again_and_again_is_cancelled() {
    let space = space(
        r#"(func (export "compute:f") (param $i i32)
            (loop $again
                (memory.fill (i32.const 0) (i32.const 1) (i32.const 65536))
                (br $again)))"#,
    );
    let mut launch = launch("f", u32::MAX, Vec::new());
    launch.fuel = Some(1 << 36);
    let event = submit(&space, launch);
    tokio::task::yield_now().await;
    event.cancel();
    assert_eq!(end(&event).await, Err(ComputeError::Cancelled));
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
