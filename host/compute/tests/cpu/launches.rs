//! What functions compute, on any number of threads.

use super::*;

const SAXPY: &str = r#"(func (export "compute:saxpy") (param $i i32) (param $a f32) (param $x i32) (param $y i32)
    (local $at i32)
    (local.set $at (i32.shl (local.get $i) (i32.const 2)))
    (f32.store (i32.add (local.get $y) (local.get $at))
        (f32.add
            (f32.mul (local.get $a) (f32.load (i32.add (local.get $x) (local.get $at))))
            (f32.load (i32.add (local.get $y) (local.get $at))))))"#;

#[tokio::test]
async fn saxpy_is_what_rust_computes() {
    let space = space(SAXPY);
    let x = buffer(&space, floats(5000).map(f32::to_le_bytes));
    let y = buffer(&space, floats(5000).map(|y| (y * y).to_le_bytes()));
    let arguments = vec![
        Argument::F32(1.25),
        Argument::Buffer(x),
        Argument::Buffer(y.clone()),
    ];
    let stats = run(&space, launch("saxpy", 5000, arguments)).await.unwrap();
    assert_eq!((stats.launches, stats.items), (1, 5000));
    let expected: Vec<u8> = floats(5000)
        .flat_map(|x| (1.25 * x + x * x).to_le_bytes())
        .collect();
    assert_eq!(read(&space, &y).await, expected);
}

#[tokio::test]
async fn each_item_runs_once_on_any_number_of_threads() {
    let program = program(
        r#"(func (export "compute:count") (param $i i32) (param $out i32)
            (local $at i32)
            (local.set $at (i32.add (local.get $out) (i32.shl (local.get $i) (i32.const 2))))
            (i32.store (local.get $at) (i32.add (i32.load (local.get $at)) (i32.const 1))))"#,
    );
    for threads in [1, 2, 3, 8] {
        let space = space_on(threads, &program);
        let out = space.allocate(4 * 100_003).unwrap();
        let arguments = vec![Argument::Buffer(out.clone())];
        for _ in 0..3 {
            run(&space, launch("count", 100_003, arguments.clone()))
                .await
                .unwrap();
        }
        assert!(read_u32(&space, &out).await.iter().all(|&n| n == 3));
    }
}
