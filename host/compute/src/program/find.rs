//! Finds the core module of a component that marks functions.

use super::PREFIX;
use crate::ProgramError;
use wasmparser::{Parser, Payload};

/// The one core module, in the component or in one inside it, that marks compute functions.
pub(super) fn marking_module(component: &[u8]) -> Result<Option<&[u8]>, ProgramError> {
    let invalid = |error: wasmparser::BinaryReaderError| ProgramError::Invalid(error.to_string());
    // The core modules that are being passed through, by where they end, and whether they mark.
    let mut found: Option<&[u8]> = None;
    let mut count = 0;
    let mut module: Option<&[u8]> = None;
    for payload in Parser::new(0).parse_all(component) {
        match payload.map_err(invalid)? {
            Payload::ModuleSection {
                unchecked_range, ..
            } => {
                let range = usize::try_from(unchecked_range.start)
                    .ok()
                    .zip(usize::try_from(unchecked_range.end).ok());
                module = range.and_then(|(start, end)| component.get(start..end));
            }
            Payload::ExportSection(exports) => {
                for export in exports {
                    if export.map_err(invalid)?.name.starts_with(PREFIX) {
                        count += 1;
                        found = module;
                        break;
                    }
                }
            }
            _ => {}
        }
    }
    if count > 1 {
        return Err(ProgramError::SeveralModules(count));
    }
    Ok(found)
}
