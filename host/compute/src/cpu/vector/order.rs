//! Comparisons of two numbers of 32 bits.

use wasm_encoder::Instruction as I;

/// How two numbers of 32 bits are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Order {
    pub(super) is: Is,
    pub(super) signed: bool,
}

/// What is asked of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Is {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
    Different,
}

impl Is {
    /// What holds where this does not.
    pub(super) fn negated(self) -> Self {
        match self {
            Self::Less => Self::GreaterOrEqual,
            Self::LessOrEqual => Self::Greater,
            Self::Greater => Self::LessOrEqual,
            Self::GreaterOrEqual => Self::Less,
            Self::Equal => Self::Different,
            Self::Different => Self::Equal,
        }
    }
}

impl Order {
    /// What an operator asks, if it compares such numbers.
    pub(super) fn of(code: &I<'_>) -> Option<Self> {
        let (is, signed) = match code {
            I::I32LtS => (Is::Less, true),
            I::I32LtU => (Is::Less, false),
            I::I32LeS => (Is::LessOrEqual, true),
            I::I32LeU => (Is::LessOrEqual, false),
            I::I32GtS => (Is::Greater, true),
            I::I32GtU => (Is::Greater, false),
            I::I32GeS => (Is::GreaterOrEqual, true),
            I::I32GeU => (Is::GreaterOrEqual, false),
            I::I32Eq => (Is::Equal, false),
            I::I32Ne => (Is::Different, false),
            _ => return None,
        };
        Some(Self { is, signed })
    }

    /// The same asked of vectors.
    pub(super) fn lanes(self) -> I<'static> {
        match (self.is, self.signed) {
            (Is::Less, true) => I::I32x4LtS,
            (Is::Less, false) => I::I32x4LtU,
            (Is::LessOrEqual, true) => I::I32x4LeS,
            (Is::LessOrEqual, false) => I::I32x4LeU,
            (Is::Greater, true) => I::I32x4GtS,
            (Is::Greater, false) => I::I32x4GtU,
            (Is::GreaterOrEqual, true) => I::I32x4GeS,
            (Is::GreaterOrEqual, false) => I::I32x4GeU,
            (Is::Equal, _) => I::I32x4Eq,
            (Is::Different, _) => I::I32x4Ne,
        }
    }
}
