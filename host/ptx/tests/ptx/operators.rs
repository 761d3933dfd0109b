//! Every operator on numbers, on every combination of operands that are at an edge.

use operators::{Operator, combinations, numbers};
use ringhost_ptx::Policy;

use crate::assembler;
use ptx_oracle::{POLICIES, agree_under, both};

const STRIDE: usize = 64;
const RESULT: usize = 48;
const SIZE: usize = 2 * 65536;

/// A module that reads operands at `64 * item`, and writes what the operator makes of them behind.
fn module(operator: &Operator) -> Vec<u8> {
    let loads: String = (operator.takes.iter().enumerate())
        .map(|(number, ty)| format!("({ty}.load offset={} (local.get $at))", 16 * number))
        .collect();
    let text = format!(
        "(module (memory (export \"memory\") 2)
           (func (export \"f\") (param $item i32) (local $at i32)
             (local.set $at (i32.mul (local.get $item) (i32.const {STRIDE})))
             ({gives}.store offset={RESULT} (local.get $at) ({name} {loads}))))",
        gives = operator.gives,
        name = operator.name,
    );
    wat::parse_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// Holds the operator against wasmtime on so many combinations of operands.
pub fn check(operator: &Operator, most: usize, policies: &[Policy]) {
    let combinations = combinations(&operator.takes, most.min(SIZE / STRIDE));
    let mut bytes = vec![0xa5; combinations.len() * STRIDE];
    for (operands, at) in combinations.iter().zip(bytes.chunks_mut(STRIDE)) {
        for (operand, at) in operands.iter().zip(at.chunks_mut(16)) {
            at.copy_from_slice(&operand.to_le_bytes());
        }
    }
    let items = combinations.len() as u64;
    agree_under(
        &operator.name,
        &module(operator),
        &bytes,
        items,
        &[],
        policies,
    );
}

/// Has ptxas assemble all.
pub fn assemble(operators: &[Operator], policies: &[Policy]) {
    let mut all = Vec::new();
    for operator in operators {
        for policy in policies {
            all.extend(both(&module(operator), *policy));
        }
    }
    assembler::accepts(&all);
}

#[test]
fn every_operator_does_what_wasmtime_does() {
    for operator in numbers() {
        check(&operator, usize::MAX, &POLICIES);
    }
}

#[test]
fn ptxas_takes_every_operator() {
    assemble(&numbers(), &POLICIES);
}
