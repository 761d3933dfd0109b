//! A kernel's name.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;

/// A kernel's name: 1 to 256 bytes of UTF-8 without control characters. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct KernelId(Arc<str>);

/// A name that no kernel can have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a kernel id must be 1 to {max} bytes without control characters; this one {fault}", max = KernelId::MAX_BYTES)]
pub struct InvalidKernelIdError {
    /// What is wrong with it.
    pub fault: String,
}

impl KernelId {
    /// The longest name, in bytes.
    pub const MAX_BYTES: usize = 256;

    /// Checks a name.
    ///
    /// # Errors
    /// If it is empty, too long or has a control character.
    pub fn new(name: &str) -> Result<Self, InvalidKernelIdError> {
        let fault = if name.is_empty() {
            "is empty".to_owned()
        } else if name.len() > Self::MAX_BYTES {
            format!("has {} bytes", name.len())
        } else if let Some(at) = name.chars().position(char::is_control) {
            format!(
                "has a control character as its character {} ({:?})",
                at + 1,
                name
            )
        } else {
            return Ok(Self(name.into()));
        };
        Err(InvalidKernelIdError { fault })
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::borrow::Borrow<str> for KernelId {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for KernelId {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KernelId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}

impl TryFrom<String> for KernelId {
    type Error = InvalidKernelIdError;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        Self::new(&name)
    }
}

impl From<KernelId> for String {
    fn from(id: KernelId) -> Self {
        id.0.as_ref().to_owned()
    }
}
