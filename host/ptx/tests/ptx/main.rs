//! The translator from outside: what its PTX does on a machine of the tests' own, beside what wasmtime
//! does with the same module.

mod assembler;
mod atomics;
mod batches;
mod exits;
mod fences;
mod golden;
mod hostile;
mod kernels;
mod loops;
mod memory;
mod operators;
mod programs;
mod random;
mod resident;
mod vectors;
mod wide;
