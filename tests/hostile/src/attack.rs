//! What an attack is.

use crate::Promise;
use bytes::Bytes;

/// A hostile component and what the host promises of it.
#[derive(Debug, Clone)]
pub struct Attack {
    /// What it attacks.
    pub group: &'static str,
    /// Its name, unique among all.
    pub name: &'static str,
    /// What it does.
    pub description: &'static str,
    /// What the host makes of it.
    pub promise: Promise,
    /// The component.
    pub component: Bytes,
    /// True where somebody receives all that it sends.
    pub drained: bool,
}

impl Attack {
    /// An attack whose messages nobody receives.
    pub(crate) fn new(
        group: &'static str,
        name: &'static str,
        description: &'static str,
        promise: Promise,
        component: Vec<u8>,
    ) -> Self {
        Self {
            group,
            name,
            description,
            promise,
            component: component.into(),
            drained: false,
        }
    }

    /// The same with somebody who receives all that it sends.
    pub(crate) fn drained(self) -> Self {
        Self {
            drained: true,
            ..self
        }
    }
}
