//! What has to be known of a module before it is written again.

use wasmparser::{Parser, Payload, TypeRef};

/// A module's functions.
#[derive(Default)]
pub(super) struct Outline {
    /// The name and type of each function that it imports.
    pub(super) imports: Vec<(String, u32)>,
    /// The type of each function of its own.
    functions: Vec<u32>,
    pub(super) realloc: u32,
    pub(super) run: u32,
}

impl Outline {
    pub(super) fn of(module: &[u8]) -> wasmparser::Result<Self> {
        let mut outline = Self::default();
        for payload in Parser::new(0).parse_all(module) {
            match payload? {
                Payload::ImportSection(imports) => {
                    for import in imports.into_imports() {
                        let import = import?;
                        if let TypeRef::Func(kind) = import.ty {
                            outline.imports.push((import.name.to_owned(), kind));
                        }
                    }
                }
                Payload::FunctionSection(functions) => {
                    outline.functions = functions.into_iter().collect::<Result<_, _>>()?;
                }
                Payload::ExportSection(exports) => {
                    for export in exports {
                        let export = export?;
                        match export.name {
                            "cabi_realloc" => outline.realloc = export.index,
                            "run" => outline.run = export.index,
                            _ => {}
                        }
                    }
                }
                _ => {}
            }
        }
        Ok(outline)
    }

    /// The index of the first function that is added; one for each import, then `cabi_realloc` and
    /// `run`.
    pub(super) fn added(&self) -> u32 {
        (self.imports.len() + self.functions.len()) as u32
    }

    pub(super) fn kind(&self, function: u32) -> u32 {
        let function = function as usize;
        match self.imports.get(function) {
            Some((_, kind)) => *kind,
            None => self.functions[function - self.imports.len()],
        }
    }
}
