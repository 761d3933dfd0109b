//! What can be told of a component without running it.

use super::{Digest, Module};
use crate::message::schema::Messages;
use crate::sandbox::Needs;
use serde::{Deserialize, Serialize};

/// What can be told of a component without running it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Inspection {
    /// The SHA-256 of its bytes.
    pub digest: Digest,
    /// Its size in bytes.
    pub component_bytes: u64,
    /// The size of its compiled code in bytes.
    pub compiled_bytes: u64,
    /// Core modules' linear memories.
    pub memories: u32,
    /// The largest linear memory it starts with, in bytes.
    pub initial_memory_bytes: u64,
    /// What it imports and exports.
    pub needs: Needs,
    /// The message types it declares.
    pub messages: Messages,
}

/// A WebAssembly page.
const PAGE_BYTES: u64 = 65_536;

impl Inspection {
    pub(crate) fn of(module: &Module) -> Self {
        let resources = module.component.resources_required();
        let pages = resources
            .as_ref()
            .and_then(|needs| needs.max_initial_memory_size);
        Self {
            digest: module.digest,
            component_bytes: module.component_bytes as u64,
            compiled_bytes: module.compiled_bytes as u64,
            memories: resources.map_or(0, |needs| needs.num_memories),
            initial_memory_bytes: pages.unwrap_or(0).saturating_mul(PAGE_BYTES),
            needs: module.needs.clone(),
            messages: module.messages.clone(),
        }
    }
}
