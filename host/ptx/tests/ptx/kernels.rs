//! Functions in C, as clang compiles them: on many threads, each kernel leaves in memory what wasmtime
//! leaves there, item by item.

use ringhost_ptx::Policy;

use crate::assembler;
use ptx_oracle::machine::Launch;
use ptx_oracle::{Function, POLICIES, both, compile};

const TEXT: &str = include_str!("kernels/kernels.wat");

/// Where inputs are, and what is written; behind the stack that wasmtime's items share.
const X: u64 = 8192;
const Y: u64 = 24576;
const OUT: u64 = 40960;

/// The module, with one of its functions under the name that tests run.
fn module(name: &str) -> Vec<u8> {
    let export = format!("(export \"{name}\"");
    assert!(TEXT.contains(&export), "{name}");
    wat::parse_str(TEXT.replace(&export, "(export \"f\"")).expect("WAT")
}

/// Each kernel with its parameters.
fn kernels() -> Vec<(&'static str, u64, Vec<u64>)> {
    let float = |value: f32| u64::from(value.to_bits());
    vec![
        ("saxpy", 500, vec![float(2.5), X, Y]),
        (
            "mandelbrot",
            300,
            vec![20, float(-2.0), float(-1.2), float(0.15), 60, OUT],
        ),
        ("nbody", 40, vec![60, float(0.01), float(0.5), X, Y]),
        ("gemm", 256, vec![16, X, Y, OUT]),
        ("reduce", 32, vec![1000, 32, X, OUT]),
        (
            "pagerank",
            60,
            vec![float(0.85), float(0.15), OUT + 8192, OUT + 12288, X, OUT],
        ),
        ("smooth", 50, vec![0, OUT]),
        ("mix", 200, vec![12345, OUT]),
    ]
}

/// Floats of all sizes with a few that are no numbers, and the rows and columns of a graph.
fn inputs() -> Vec<u8> {
    let mut bytes = vec![0; 65536];
    let mut put =
        |at: u64, word: u32| bytes[at as usize..][..4].copy_from_slice(&word.to_le_bytes());
    for at in 0..4096 {
        let number = ((at * 2654435761_u64) % 1000) as f32 / 250.0 - 1.5;
        put(X + 4 * at, number.to_bits());
        put(Y + 4 * (at % 2048), (number * 3.0).to_bits());
    }
    put(X + 400, f32::NAN.to_bits() | 0x1234);
    put(X + 404, f32::INFINITY.to_bits());
    put(Y + 400, 0xffc0_0001);
    for row in 0..61 {
        put(OUT + 8192 + 4 * row, (row * row % 7 + row * 9) as u32);
    }
    for edge in 0..600 {
        put(OUT + 12288 + 4 * edge, (edge * 37 % 500) as u32);
    }
    bytes
}

#[test]
fn kernels_in_c_leave_what_wasmtime_leaves() {
    for (name, items, parameters) in kernels() {
        let module = module(name);
        let mut wanted = Function::new(&module);
        wanted.memory().copy_from_slice(&inputs());
        for item in 0..items {
            wanted
                .run(item, &parameters)
                .unwrap_or_else(|trap| panic!("{name}: {trap}"));
        }
        for policy in POLICIES {
            let compiled = compile(&module, policy);
            let mut memory = compiled.memory();
            memory.linear_mut().copy_from_slice(&inputs());
            let window = compiled.translation.stack.map_or(0, |stack| stack.bytes);
            assert_eq!(window > 0, name == "smooth", "{name}");
            let launch = Launch {
                blocks: 3,
                threads: 8,
                count: items,
                stack: 64,
                most: 200_000_000,
                parameters: parameters.clone(),
                ..Launch::default()
            };
            assert!(
                24 * window + 64 <= X as u32,
                "the stacks of all threads end before the inputs"
            );
            assert_eq!(compiled.run(&mut memory, &launch), None, "{name}");
            let (found, wanted) = (
                &memory.linear()[X as usize..],
                &wanted.memory()[X as usize..],
            );
            let at = found
                .iter()
                .zip(wanted)
                .position(|(found, wanted)| found != wanted);
            assert_eq!(at, None, "{name} under {policy:?}");
        }
    }
}

#[test]
fn ptxas_takes_kernels_in_c() {
    let all = kernels().into_iter().flat_map(|(name, ..)| {
        let module = module(name);
        POLICIES.map(|policy| both(&module, policy))
    });
    assembler::accepts(&all.flatten().collect::<Vec<_>>());
}

#[test]
fn the_loops_of_kernels_in_c_have_copies() {
    for (name, copies) in [
        ("nbody", 1),
        ("gemm", 1),
        ("pagerank", 1),
        ("mandelbrot", 1),
        ("mix", 1),
        ("saxpy", 0),
    ] {
        let ptx = compile(&module(name), Policy::Mask).translation.ptx;
        let found = ptx.matches("sub.u32 \t%fuel, %fuel, %r").count();
        assert!(
            found >= copies && (copies > 0 || found == 0),
            "{name} has {found}"
        );
    }
}
