//! Refuses a component whose shape alone would cost its compilation too much.
//!
//! What the engine keeps for components inside components grows with the square of their depth:
//! 60 KB of them, 5000 deep, took 800 MiB. Real components nest a few levels.

use super::LoadError;
use wasmparser::{Parser, Payload};

/// How deep components and modules may lie inside each other.
const MOST_DEPTH: usize = 100;

/// Walks the component's sections without looking into them.
pub(super) fn check(component: &[u8]) -> Result<(), LoadError> {
    let mut depth = 0_usize;
    for payload in Parser::new(0).parse_all(component) {
        match payload {
            // The parser goes into what is nested, and tells each end.
            Ok(Payload::ModuleSection { .. } | Payload::ComponentSection { .. }) => depth += 1,
            Ok(Payload::End(_)) => depth = depth.saturating_sub(1),
            Ok(_) => {}
            // The engine says what is wrong, and better.
            Err(_) => return Ok(()),
        }
        if depth > MOST_DEPTH {
            let reason = format!("it nests components more than {MOST_DEPTH} deep");
            return Err(LoadError::Invalid { reason });
        }
    }
    Ok(())
}
