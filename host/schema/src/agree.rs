//! Whether one kernel's output is what another expects as input.

use std::fmt;

use super::show::brief;
use super::{Member, Path, Step, Type};

/// The first place at which two types differ.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{one} here, {other} there", .path.prefix())]
pub struct Difference {
    /// Where in both types it is.
    pub path: Path,
    /// What the one type has there.
    pub one: String,
    /// What the other type has there.
    pub other: String,
}

impl Difference {
    fn new(one: impl fmt::Display, other: impl fmt::Display) -> Self {
        Self {
            path: Path::default(),
            one: brief(&one.to_string()),
            other: brief(&other.to_string()),
        }
    }

    fn within(mut self, step: Step) -> Self {
        self.path.enter(step);
        self
    }
}

impl Type {
    /// Checks that a value of this type is, byte for byte, a value of `other` with the same
    /// meaning.
    ///
    /// What authors call their records and variants does not count: two kernels name their types
    /// apart. What they call fields and cases does: a field of another name is another field. A
    /// list of `u8` and bytes are the same.
    ///
    /// # Errors
    /// The first place at which they differ.
    pub fn agrees(&self, other: &Self) -> Result<(), Difference> {
        match (self, other) {
            (Self::List(element), Self::Bytes) | (Self::Bytes, Self::List(element))
                if **element == Self::U8 =>
            {
                Ok(())
            }
            (Self::Option(one), Self::Option(other)) | (Self::List(one), Self::List(other)) => one
                .agrees(other)
                .map_err(|difference| difference.within(Step::Element)),
            (Self::Tuple(one), Self::Tuple(other)) if one.len() == other.len() => one
                .iter()
                .zip(other)
                .enumerate()
                .try_for_each(|(index, (one, other))| {
                    one.agrees(other)
                        .map_err(|difference| difference.within(Step::Index(index)))
                }),
            (
                Self::Map {
                    key: one_key,
                    value: one_value,
                },
                Self::Map {
                    key: other_key,
                    value: other_value,
                },
            ) => {
                one_key
                    .agrees(other_key)
                    .map_err(|difference| difference.within(Step::Keys))?;
                one_value
                    .agrees(other_value)
                    .map_err(|difference| difference.within(Step::Values))
            }
            (Self::Record { fields: one, .. }, Self::Record { fields: other, .. }) => {
                members_agree("field", one, other)
            }
            (Self::Variant { cases: one, .. }, Self::Variant { cases: other, .. }) => {
                members_agree("case", one, other)
            }
            _ if self == other => Ok(()),
            _ => Err(Difference::new(self, other)),
        }
    }
}

/// Checks that fields or cases (`kind`) have the same names and types in the same order.
fn members_agree(kind: &str, one: &[Member], other: &[Member]) -> Result<(), Difference> {
    let describe = |member: Option<&Member>| match member {
        Some(member) => format!("{kind} `{}`", member.name.escape_debug()),
        None => format!("no further {kind}"),
    };
    for position in 0..one.len().max(other.len()) {
        match (one.get(position), other.get(position)) {
            (Some(one), Some(other)) if one.name == other.name => {
                let step = || Step::Member(one.name.clone());
                one.shape
                    .agrees(&other.shape)
                    .map_err(|difference| difference.within(step()))?;
            }
            (one, other) => return Err(Difference::new(describe(one), describe(other))),
        }
    }
    Ok(())
}
