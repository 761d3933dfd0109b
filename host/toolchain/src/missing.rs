//! What cannot be had.

use std::fmt::{Display, Formatter, Result};

/// What a machine lacks and cannot fetch, with what would bring it. It is the context of the errors
/// that say so, which `anyhow::Error::downcast_ref` finds: a user who sees one has to mend the machine
/// and not what they wrote.
#[derive(Debug)]
pub struct Missing(pub String);

impl Display for Missing {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> Result {
        formatter.write_str(&self.0)
    }
}
