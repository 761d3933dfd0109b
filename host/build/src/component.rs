//! From a core module to a component.

use crate::contract::{self, World};
use crate::fit::misfit;
use anyhow::Result;
use wasi_preview1_component_adapter_provider as adapter;
use wasmparser::{Parser, Payload};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};

/// The custom section in which a component declares its kernel's messages.
const MESSAGES: &str = "ring:messages";

/// How many bytes of a module come before its sections.
pub(crate) const HEADER: usize = 8;

/// Of what compilers leave for debuggers, what no backtrace is made from.
const DEBUGGERS: [&str; 5] = [
    ".debug_loc",
    ".debug_loclists",
    ".debug_pubnames",
    ".debug_pubtypes",
    ".debug_aranges",
];

/// Makes a component of a core module for one of the contract's worlds, and declares its messages.
/// Of its debug information it keeps what a trap's backtrace has files and lines from.
/// Where the module imports the first version of WASI, an adapter to the second goes with it.
///
/// # Errors
/// If the module is for none of the worlds, or does not fit the one it is for.
pub(crate) fn of_module(module: &[u8], messages: Option<&str>) -> Result<Vec<u8>> {
    let mut module = slim(module)?;
    if let Some(messages) = messages {
        declare(&mut module, messages);
    }
    encode(
        module,
        adapter::WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER.to_vec(),
    )
}

/// The same with a module of our own in place of WASI, which may log and imports nothing else.
///
/// # Errors
/// As [`of_module`]'s; also if the module imports of WASI what the other one does not export.
pub(crate) fn of_module_with(module: Vec<u8>, mut wasi: Vec<u8>) -> Result<Vec<u8>> {
    let (resolve, id) = contract::logging()?;
    embed_component_metadata(&mut wasi, &resolve, id, StringEncoding::UTF8)?;
    encode(module, wasi)
}

fn encode(mut module: Vec<u8>, wasi: Vec<u8>) -> Result<Vec<u8>> {
    let world = World::of(&module)?;
    let (resolve, id) = world.resolve_with_compute()?;
    embed_component_metadata(&mut module, &resolve, id, StringEncoding::UTF8)?;
    let encode = || {
        ComponentEncoder::default()
            .validate(true)
            .module(&module)?
            .adapter(adapter::WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME, &wasi)?
            .encode()
    };
    encode().map_err(|error| misfit(world, &module, &error))
}

/// A module without the sections that are for debuggers alone.
fn slim(module: &[u8]) -> Result<Vec<u8>> {
    let mut kept = module.get(..HEADER).unwrap_or_default().to_vec();
    for payload in Parser::new(0).parse_all(module) {
        let payload = payload?;
        let is_for_debuggers = matches!(
            &payload,
            Payload::CustomSection(section) if DEBUGGERS.contains(&section.name())
        );
        if let (Some((id, range)), false) = (payload.as_section(), is_for_debuggers) {
            let range = usize::try_from(range.start)?..usize::try_from(range.end)?;
            push_section(&mut kept, id, module.get(range).unwrap_or_default());
        }
    }
    Ok(kept)
}

/// Appends the declaration of a kernel's messages.
pub(crate) fn declare(module: &mut Vec<u8>, messages: &str) {
    push_custom(module, MESSAGES, messages.as_bytes());
}

/// Appends a custom section, which modules and components have alike.
pub(crate) fn push_custom(module: &mut Vec<u8>, name: &str, bytes: &[u8]) {
    let mut content = Vec::new();
    push_number(&mut content, name.len());
    content.extend_from_slice(name.as_bytes());
    content.extend_from_slice(bytes);
    // The id of custom sections.
    push_section(module, 0, &content);
}

/// Appends a section, which modules and components write alike.
pub(crate) fn push_section(module: &mut Vec<u8>, id: u8, content: &[u8]) {
    module.push(id);
    push_number(module, content.len());
    module.extend_from_slice(content);
}

/// Appends a number in LEB128, as WebAssembly has it.
fn push_number(bytes: &mut Vec<u8>, mut number: usize) {
    while number > 0x7f {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_for_debuggers_goes_and_the_lines_stay() {
        let text = r#"(module (func (export "run"))
            (@custom ".debug_pubnames" "names") (@custom ".debug_line" "lines"))"#;
        let slim = slim(&wat::parse_str(text).unwrap()).unwrap();
        let without = text.replace(r#"(@custom ".debug_pubnames" "names")"#, "");
        assert_eq!(slim, wat::parse_str(without).unwrap());
    }
}
