//! WebAssembly that somebody has written or made: text or bytes, a core module or a component.

use super::Made;
use crate::project::Project;
use anyhow::{Context, Result};
use std::fs;
use wasmparser::Parser;

pub(super) fn build(project: &Project) -> Result<Made> {
    // Takes both forms, and its errors name line and column.
    let bytes = fs::read(&project.source)
        .with_context(|| format!("cannot read {}", project.source.display()))?;
    // Some editors begin a text with a mark of its encoding.
    let text = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&bytes);
    let bytes = wat::Parser::new()
        .parse_bytes(Some(&project.source), text)?
        .into_owned();
    Ok(if Parser::is_component(&bytes) {
        Made::Component(bytes)
    } else {
        Made::Module(bytes)
    })
}
