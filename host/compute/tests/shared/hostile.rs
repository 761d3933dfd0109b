//! Functions that do what they should not.

use super::*;
use ringhost_compute::TrapCode;

/// What a launch over so many items of this body traps with, the same on any number of threads.
pub async fn trap(body: &str, items: u32) -> (u32, TrapCode) {
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
        ("(loop (br 0))", 3, (0, OutOfFuel)),
    ] {
        assert_eq!(trap(body, items).await, expected, "{body}");
    }
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
