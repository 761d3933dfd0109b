//! WebAssembly that somebody has written or made: text or bytes, a core module or a component.

use super::Made;
use crate::project::Project;
use anyhow::Result;
use wasmparser::Parser;

pub(super) fn build(project: &Project) -> Result<Made> {
    // Takes both forms, and its errors name line and column.
    let bytes = wat::parse_file(&project.source)?;
    Ok(if Parser::is_component(&bytes) {
        Made::Component(bytes)
    } else {
        Made::Module(bytes)
    })
}
