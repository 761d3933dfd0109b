//! Every operator, on operands at an edge: bit for bit what it is on the CPU.

use super::beside::{Beside, RESULT};
use super::{fenced, many_or_few};
use ::operators::{Operator, combinations, numbers, vector_operators};
use ringhost_compute::{Devices, Fence};

/// Reads operands, and writes what the operator makes of them behind.
async fn check(devices: &Devices, operator: &Operator) {
    let loads: String = (operator.takes.iter().enumerate())
        .map(|(number, ty)| format!("({ty}.load offset={} (local.get $at))", 16 * number))
        .collect();
    let body = format!(
        "({gives}.store offset={RESULT} (local.get $at) ({name} {loads}))",
        gives = operator.gives,
        name = operator.name,
    );
    let operands = combinations(&operator.takes, many_or_few(16_384, 200));
    Beside::new(devices, &operator.name, &body)
        .agree(operands)
        .await;
}

async fn numbers_under(fence: Fence) {
    let devices = fenced(fence);
    for operator in numbers() {
        check(&devices, &operator).await;
    }
}

#[tokio::test]
async fn every_operator_on_numbers_has_the_bits_of_the_cpu() {
    numbers_under(Fence::Mask).await;
}

#[tokio::test]
async fn every_operator_on_numbers_has_the_bits_of_the_cpu_where_accesses_trap() {
    numbers_under(Fence::Trap).await;
}

#[tokio::test]
async fn every_operator_on_numbers_has_the_bits_of_the_cpu_where_traps_are_deferred() {
    numbers_under(Fence::Deferred).await;
}

#[tokio::test]
async fn every_operator_on_vectors_has_the_bits_of_the_cpu() {
    let devices = fenced(Fence::Mask);
    for operator in vector_operators() {
        check(&devices, &operator).await;
    }
}
