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

/// Runs a function over buffers with these numbers, on one thread and on more; what is in the last of
/// them afterwards is the same.
pub async fn on_any_number_of_threads(
    text: &str,
    function: &str,
    items: u32,
    numbers: &[Vec<[u8; 4]>],
    first: &[Argument],
) -> Vec<u8> {
    let program = program(text);
    let mut results = Vec::new();
    for threads in [1, 2, 3, 8] {
        let space = space_on(threads, &program);
        let mut arguments = first.to_vec();
        let mut last = None;
        for numbers in numbers {
            let buffer = buffer(&space, numbers.iter().copied());
            arguments.push(Argument::Buffer(buffer.clone()));
            last = Some(buffer);
        }
        run(&space, launch(function, items, arguments))
            .await
            .unwrap();
        results.push(read(&space, &last.unwrap()).await);
    }
    assert!(results.windows(2).all(|pair| pair[0] == pair[1]));
    results.pop().unwrap()
}

#[tokio::test]
async fn mandelbrot_is_the_same_on_any_number_of_threads() {
    let text = r#"(func (export "compute:mandelbrot") (param $i i32) (param $wide i32) (param $most i32) (param $out i32)
        (local $cr f32) (local $ci f32) (local $zr f32) (local $zi f32) (local $t f32) (local $k i32)
        (local.set $cr (f32.sub (f32.div (f32.convert_i32_u (i32.rem_u (local.get $i) (local.get $wide)))
            (f32.const 60)) (f32.const 2)))
        (local.set $ci (f32.sub (f32.div (f32.convert_i32_u (i32.div_u (local.get $i) (local.get $wide)))
            (f32.const 60)) (f32.const 1)))
        (block $out_of_it (loop $again
            (br_if $out_of_it (i32.ge_u (local.get $k) (local.get $most)))
            (br_if $out_of_it (f32.gt (f32.add (f32.mul (local.get $zr) (local.get $zr))
                (f32.mul (local.get $zi) (local.get $zi))) (f32.const 4)))
            (local.set $t (f32.add (f32.sub (f32.mul (local.get $zr) (local.get $zr))
                (f32.mul (local.get $zi) (local.get $zi))) (local.get $cr)))
            (local.set $zi (f32.add (f32.mul (f32.mul (f32.const 2) (local.get $zr)) (local.get $zi))
                (local.get $ci)))
            (local.set $zr (local.get $t))
            (local.set $k (i32.add (local.get $k) (i32.const 1)))
            (br $again)))
        (i32.store (i32.add (local.get $out) (i32.shl (local.get $i) (i32.const 2))) (local.get $k)))"#;
    let bytes = on_any_number_of_threads(
        text,
        "mandelbrot",
        180 * 120,
        &[vec![[0; 4]; 180 * 120]],
        &[Argument::I32(180), Argument::I32(300)],
    )
    .await;
    let expected: Vec<u8> = (0..180 * 120_u32)
        .flat_map(|i| {
            let cr = (i % 180) as f32 / 60.0 - 2.0;
            let ci = (i / 180) as f32 / 60.0 - 1.0;
            let (mut zr, mut zi, mut k) = (0_f32, 0_f32, 0_u32);
            while k < 300 && zr * zr + zi * zi <= 4.0 {
                let t = zr * zr - zi * zi + cr;
                zi = 2.0 * zr * zi + ci;
                zr = t;
                k += 1;
            }
            k.to_le_bytes()
        })
        .collect();
    assert_eq!(bytes, expected);
}

#[tokio::test]
async fn bodies_that_attract_each_other_are_the_same_on_any_number_of_threads() {
    let text = r#"(func (export "compute:pull") (param $i i32) (param $n i32) (param $at i32) (param $out i32)
        (local $j i32) (local $d f32) (local $sum f32) (local $here f32)
        (local.set $here (f32.load (i32.add (local.get $at) (i32.shl (local.get $i) (i32.const 2)))))
        (loop $again
            (local.set $d (f32.sub
                (f32.load (i32.add (local.get $at) (i32.shl (local.get $j) (i32.const 2)))) (local.get $here)))
            (local.set $sum (f32.add (local.get $sum) (f32.div (local.get $d)
                (f32.sqrt (f32.add (f32.mul (local.get $d) (local.get $d)) (f32.const 0.01))))))
            (br_if $again (i32.lt_u
                (local.tee $j (i32.add (local.get $j) (i32.const 1))) (local.get $n))))
        (f32.store (i32.add (local.get $out) (i32.shl (local.get $i) (i32.const 2))) (local.get $sum)))"#;
    let at: Vec<f32> = floats(700).collect();
    let bytes = on_any_number_of_threads(
        text,
        "pull",
        700,
        &[
            at.iter().map(|x| x.to_le_bytes()).collect(),
            vec![[0; 4]; 700],
        ],
        &[Argument::I32(700)],
    )
    .await;
    let expected: Vec<u8> = at
        .iter()
        .flat_map(|here| {
            let pulls = at.iter().map(|there| {
                let d = there - here;
                d / (d * d + 0.01).sqrt()
            });
            pulls.fold(0_f32, |sum, pull| sum + pull).to_le_bytes()
        })
        .collect();
    assert_eq!(bytes, expected);
}

#[tokio::test]
async fn a_reduction_and_a_rank_of_pages_are_the_same_on_any_number_of_threads() {
    let text = r#"(func (export "compute:rank") (param $i i32) (param $rows i32) (param $columns i32) (param $x i32) (param $out i32)
        (local $k i32) (local $end i32) (local $sum f32)
        (local.set $rows (i32.add (local.get $rows) (i32.shl (local.get $i) (i32.const 2))))
        (local.set $k (i32.load (local.get $rows)))
        (local.set $end (i32.load offset=4 (local.get $rows)))
        (block $done (loop $again
            (br_if $done (i32.ge_u (local.get $k) (local.get $end)))
            (local.set $sum (f32.add (local.get $sum) (f32.load (i32.add (local.get $x) (i32.shl
                (i32.load (i32.add (local.get $columns) (i32.shl (local.get $k) (i32.const 2))))
                (i32.const 2))))))
            (local.set $k (i32.add (local.get $k) (i32.const 1)))
            (br $again)))
        (f32.store (i32.add (local.get $out) (i32.shl (local.get $i) (i32.const 2)))
            (f32.add (f32.const 0.15) (f32.mul (f32.const 0.85) (local.get $sum)))))"#;
    const PAGES: u32 = 2000;
    let links: Vec<Vec<u32>> = (0..PAGES)
        .map(|page| numbers(page % 23).map(|n| (n ^ page) % PAGES).collect())
        .collect();
    let mut rows = vec![0_u32];
    for links in &links {
        rows.push(rows.last().unwrap() + links.len() as u32);
    }
    let columns: Vec<u32> = links.concat();
    let ranks: Vec<f32> = floats(PAGES).collect();
    let bytes = on_any_number_of_threads(
        text,
        "rank",
        PAGES,
        &[
            rows.iter().map(|n| n.to_le_bytes()).collect(),
            columns.iter().map(|n| n.to_le_bytes()).collect(),
            ranks.iter().map(|n| n.to_le_bytes()).collect(),
            vec![[0; 4]; PAGES as usize],
        ],
        &[],
    )
    .await;
    let expected: Vec<u8> = links
        .iter()
        .flat_map(|links| {
            let sum = links
                .iter()
                .fold(0_f32, |sum, &link| sum + ranks[link as usize]);
            (0.15 + 0.85 * sum).to_le_bytes()
        })
        .collect();
    assert_eq!(bytes, expected);
}

#[tokio::test]
async fn a_nan_has_the_same_bits_wherever_it_comes_from() {
    let text = r#"(func (export "compute:f") (param $i i32) (param $x i32) (param $out i32)
        (local.set $x (i32.add (local.get $x) (i32.shl (local.get $i) (i32.const 2))))
        (f32.store (i32.add (local.get $out) (i32.shl (local.get $i) (i32.const 2)))
            (f32.add (f32.load (local.get $x)) (f32.const 1))))"#;
    let odd = [0x7f80_0001_u32, 0xffc1_2345, 0x7fc0_0000, 0xff80_0000];
    let bytes = on_any_number_of_threads(
        text,
        "f",
        4,
        &[odd.map(u32::to_le_bytes).to_vec(), vec![[0; 4]; 4]],
        &[],
    )
    .await;
    let expected = [0x7fc0_0000_u32, 0x7fc0_0000, 0x7fc0_0000, 0xff80_0000];
    assert_eq!(bytes, expected.map(u32::to_le_bytes).concat());
}

#[tokio::test]
async fn each_item_begins_with_the_globals_and_locals_that_the_module_has() {
    let text = r#"(global $g (mut i32) (i32.const 7))
        (func $used (global.set $g (i32.add (global.get $g) (i32.const 1))))
        (func (export "compute:f") (param $i i32) (param $out i32) (local $n i32)
            (call $used)
            (local.set $n (i32.add (local.get $n) (global.get $g)))
            (local.set $out (i32.add (local.get $out) (i32.shl (local.get $i) (i32.const 2))))
            (i32.store (local.get $out) (local.get $n))
            (local.set $i (i32.const 0)))"#;
    let bytes = on_any_number_of_threads(text, "f", 1000, &[vec![[0; 4]; 1000]], &[]).await;
    assert_eq!(bytes, [8, 0, 0, 0].repeat(1000));
}

#[tokio::test]
async fn each_item_has_a_stack_of_its_own() {
    // It keeps a number on its stack while another function has one there.
    let text = r#"(global $__stack_pointer (mut i32) (i32.const 65536))
        (func $other (param i32) (local $sp i32)
            (global.set $__stack_pointer
                (local.tee $sp (i32.sub (global.get $__stack_pointer) (i32.const 16))))
            (i32.store (local.get $sp) (local.get 0))
            (global.set $__stack_pointer (i32.add (local.get $sp) (i32.const 16))))
        (func (export "compute:f") (param $i i32) (param $out i32) (local $sp i32) (local $k i32)
            (global.set $__stack_pointer
                (local.tee $sp (i32.sub (global.get $__stack_pointer) (i32.const 16))))
            (i32.store (local.get $sp) (local.get $i))
            (loop $again
                (call $other (local.get $k))
                (br_if $again (i32.lt_u
                    (local.tee $k (i32.add (local.get $k) (i32.const 1))) (i32.const 50))))
            (i32.store (i32.add (local.get $out) (i32.shl (local.get $i) (i32.const 2)))
                (i32.load (local.get $sp))))"#;
    let bytes = on_any_number_of_threads(text, "f", 3000, &[vec![[0; 4]; 3000]], &[]).await;
    let expected: Vec<u8> = (0..3000_u32).flat_map(u32::to_le_bytes).collect();
    assert_eq!(bytes, expected);
}

#[tokio::test]
async fn items_on_all_threads_can_count_in_one_place_with_atomics() {
    let text = r#"(func (export "compute:f") (param $i i32) (param $out i32)
        (drop (i32.atomic.rmw.add (local.get $out) (local.get $i))))"#;
    let bytes = on_any_number_of_threads(text, "f", 50_000, &[vec![[0; 4]; 1]], &[]).await;
    let sum = (0..50_000_u32).fold(0, u32::wrapping_add);
    assert_eq!(bytes, sum.to_le_bytes());
}
