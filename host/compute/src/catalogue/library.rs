//! The programs that operations are made of.

use super::kind::Kind;
use super::{digits, folds, product};
use crate::{ComputeError, Operator, Program};
use serde::{Deserialize, Serialize};

/// A program that operations are made of. There is one for each thing that can be asked for, so that nothing
/// is compiled that is not used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Library(Text);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Text {
    Folds(Kind, Operator),
    Digits(Kind),
    Product(Kind),
}

impl Library {
    /// How many there are.
    pub(crate) const COUNT: usize = 28;

    pub(super) fn folds(kind: Kind, operator: Operator) -> Self {
        Self(Text::Folds(kind, operator))
    }

    /// For keys of a kind, and for the sums of how often each digit is found.
    pub(super) fn digits(kind: Kind) -> Self {
        Self(Text::Digits(match kind.bytes() {
            4 => Kind::U32,
            _ => Kind::U64,
        }))
    }

    pub(super) fn product(kind: Kind) -> Self {
        Self(Text::Product(kind))
    }

    /// Which of them it is: a number less than [`COUNT`](Self::COUNT).
    pub(crate) fn number(self) -> usize {
        match self.0 {
            Text::Folds(kind, operator) => kind as usize * 4 + operator as usize,
            Text::Digits(kind) => 24 + usize::from(kind.bytes() > 4),
            Text::Product(kind) => 26 + usize::from(kind.bytes() > 4),
        }
    }

    /// # Errors
    /// If what is made here is no program.
    pub(crate) fn program(self) -> Result<Program, ComputeError> {
        let functions = match self.0 {
            Text::Folds(kind, operator) => folds::text(kind, operator),
            Text::Digits(kind) => digits::text(kind) + &folds::text(Kind::U32, Operator::Sum),
            Text::Product(kind) => product::text(kind),
        };
        let lost = |reason: String| {
            ComputeError::DeviceLost(format!("a program of the host's own is none: {reason}"))
        };
        let module = wat::parse_str(format!("(module (memory 0) {functions})"))
            .map_err(|error| lost(error.to_string()))?;
        Program::of_module(&module).map_err(|error| lost(error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Operator::{Maximum, Minimum, Product, Sum};
    use std::collections::BTreeSet;

    #[test]
    fn each_library_is_a_program_that_a_gpu_can_run_and_has_a_number_of_its_own() {
        let kinds = [
            Kind::I32,
            Kind::U32,
            Kind::I64,
            Kind::U64,
            Kind::F32,
            Kind::F64,
        ];
        let operators = [Sum, Product, Minimum, Maximum];
        let folds = kinds
            .iter()
            .flat_map(|&kind| operators.map(|operator| Library::folds(kind, operator)));
        let others = [
            Library::digits(Kind::F32),
            Library::digits(Kind::I64),
            Library::product(Kind::F32),
            Library::product(Kind::F64),
        ];
        let mut seen = BTreeSet::new();
        for library in folds.chain(others) {
            assert!(seen.insert(library.number()), "{library:?}");
            let program = library.program().unwrap();
            for function in program.functions() {
                let export = format!("{}{}", crate::program::PREFIX, function.name);
                ringhost_ptx::translate(program.module(), &export, &Default::default()).unwrap();
            }
        }
        assert_eq!(
            seen.into_iter().collect::<Vec<_>>(),
            Vec::from_iter(0..Library::COUNT)
        );
    }
}
