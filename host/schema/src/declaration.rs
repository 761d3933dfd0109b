//! Reading what a component declares about its messages.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::Type;

/// What a kernel declares about its messages.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Messages {
    /// What it receives. `None`: bytes of no declared type.
    #[serde(default)]
    pub input: Option<Type>,
    /// What it sends. `None`: bytes of no declared type.
    #[serde(default)]
    pub output: Option<Type>,
}

/// A declaration that is refused.
#[derive(Debug, thiserror::Error)]
pub enum SchemaError {
    /// It is longer than [`Messages::MAX_LENGTH`].
    #[error(
        "the declaration of message types has {length} bytes, and at most {} are read: declare a \
         smaller type, or send bytes",
        Messages::MAX_LENGTH
    )]
    TooLong {
        /// How long it is, in bytes.
        length: usize,
    },
    /// It is not JSON, or not of the form of [`Messages`].
    #[error("the declaration of message types is malformed: {0}")]
    Malformed(#[from] serde_json::Error),
    /// Types are nested deeper than [`Messages::MAX_DEPTH`].
    #[error(
        "the declared message type nests deeper than {} levels: declare a flatter type",
        Messages::MAX_DEPTH
    )]
    TooDeep,
    /// A record has two fields, or a variant two cases, of one name.
    #[error("the declared type `{}` names `{}` twice", .owner.escape_debug(), .member.escape_debug())]
    Duplicate {
        /// The name of the record or variant.
        owner: String,
        /// The name that occurs twice.
        member: String,
    },
}

impl Messages {
    /// How long a declaration may be, in bytes.
    pub const MAX_LENGTH: usize = 64 * 1024;

    /// How deep its types may nest; a type with nothing in it counts as one level.
    pub const MAX_DEPTH: usize = 32;

    /// Reads a declaration from the JSON in a component, which may come from anybody. An empty
    /// one declares nothing.
    ///
    /// # Errors
    /// Where the declaration is too long, malformed, nested too deeply or ambiguous.
    pub fn parse(declaration: &[u8]) -> Result<Self, SchemaError> {
        if declaration.len() > Self::MAX_LENGTH {
            return Err(SchemaError::TooLong {
                length: declaration.len(),
            });
        }
        if declaration.is_empty() {
            return Ok(Self::default());
        }
        let messages: Self = serde_json::from_slice(declaration)?;
        for declared in [&messages.input, &messages.output].into_iter().flatten() {
            declared.check(Self::MAX_DEPTH)?;
        }
        Ok(messages)
    }
}

impl Type {
    /// Checks what the form of the declaration does not: nesting and names.
    fn check(&self, levels: usize) -> Result<(), SchemaError> {
        let below = levels.checked_sub(1).ok_or(SchemaError::TooDeep)?;
        match self {
            Self::Option(inner) | Self::List(inner) => inner.check(below),
            Self::Tuple(parts) => parts.iter().try_for_each(|part| part.check(below)),
            Self::Map { key, value } => key.check(below).and_then(|()| value.check(below)),
            Self::Record {
                name,
                fields: members,
            }
            | Self::Variant {
                name,
                cases: members,
            } => {
                let mut names = HashSet::new();
                members.iter().try_for_each(|member| {
                    if !names.insert(&member.name) {
                        let (owner, member) = (name.clone(), member.name.clone());
                        return Err(SchemaError::Duplicate { owner, member });
                    }
                    member.shape.check(below)
                })
            }
            _ => Ok(()),
        }
    }
}
