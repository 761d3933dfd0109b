//! The message types that a component declares, in its custom section `ring:messages`.

use super::LoadError;
use crate::message::schema::Messages;
use wasmparser::{Parser, Payload};

/// The section's name. The guest SDK writes it into the core module, which the component wraps.
const SECTION: &str = "ring:messages";

/// Reads the declaration; without one, messages are raw bytes.
pub(super) fn read(component: &[u8]) -> Result<Messages, LoadError> {
    for payload in Parser::new(0).parse_all(component) {
        let payload = payload.map_err(|error| LoadError::Invalid {
            reason: error.to_string(),
        })?;
        if let Payload::CustomSection(section) = payload
            && section.name() == SECTION
            && !section.data().is_empty()
        {
            return Ok(Messages::parse(section.data())?);
        }
    }
    Ok(Messages::default())
}
