//! From a core module to a component.

use crate::contract::World;
use anyhow::{Context, Result};
use wasi_preview1_component_adapter_provider as adapter;
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};

/// The custom section in which a component declares its kernel's messages.
const MESSAGES: &str = "ring:messages";

/// Makes a component of a core module for one of the contract's worlds, and declares its messages.
/// Where the module imports the first version of WASI, an adapter to the second goes with it.
///
/// # Errors
/// If the module is for none of the worlds, or does not fit the one it is for.
pub(crate) fn of_module(mut module: Vec<u8>, messages: Option<&str>) -> Result<Vec<u8>> {
    let world = World::of(&module)?;
    if let Some(messages) = messages {
        declare(&mut module, messages);
    }
    let (resolve, id) = world.resolve()?;
    embed_component_metadata(&mut module, &resolve, id, StringEncoding::UTF8)?;
    encode(&module).with_context(|| {
        let world = world.name();
        format!("it does not fit the world `{world}` of ring:kernel@0.1.0")
    })
}

fn encode(module: &[u8]) -> Result<Vec<u8>> {
    ComponentEncoder::default()
        .validate(true)
        .module(module)?
        .adapter(
            adapter::WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME,
            adapter::WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER,
        )?
        .encode()
}

/// Appends the declaration as a custom section, which modules and components have alike.
pub(crate) fn declare(module: &mut Vec<u8>, messages: &str) {
    let mut content = Vec::new();
    push_number(&mut content, MESSAGES.len());
    content.extend_from_slice(MESSAGES.as_bytes());
    content.extend_from_slice(messages.as_bytes());
    // The id of custom sections.
    module.push(0);
    push_number(module, content.len());
    module.extend_from_slice(&content);
}

/// Appends a number in LEB128, as WebAssembly has it.
fn push_number(bytes: &mut Vec<u8>, mut number: usize) {
    while number > 0x7f {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}
