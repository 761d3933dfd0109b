//! Manners for a module of wasm-smith: left to chance, nearly every call of the host would end in a
//! trap over a pointer, and nothing would run for long.

use super::outline::Outline;
use arbitrary::Unstructured;
use std::convert::Infallible;
use wasm_encoder::reencode::{Error, Reencode, utils};
use wasm_encoder::{
    BlockType, CodeSection, ExportKind, ExportSection, Function, FunctionSection, Module, ValType,
};
use wasmparser::{CodeSectionReader, Export, ExternalKind, FunctionSectionReader, Parser};

/// Which manners a module is taught.
#[derive(Debug, Clone, Copy)]
pub(super) struct Manners {
    /// What it passes to the host is cut to what is mostly meant.
    arguments: bool,
    /// What it allocates for the host is there.
    realloc: bool,
    /// Its `run` begins again when it returns, and each time everything that the module imports is
    /// called.
    endless: bool,
}

impl Manners {
    /// Mostly good ones.
    pub(super) fn of(input: &mut Unstructured<'_>) -> arbitrary::Result<Self> {
        Ok(Self {
            arguments: input.ratio(7, 8)?,
            realloc: input.ratio(7, 8)?,
            endless: input.ratio(7, 8)?,
        })
    }
}

/// Bits of an argument that are kept.
#[derive(Clone, Copy)]
enum Bits {
    I32(i32),
    I64(i64),
}

const FLAG: Bits = Bits::I32(1);
const ENUM: Bits = Bits::I32(3);
const COUNT: Bits = Bits::I32(7);
const LENGTH: Bits = Bits::I32(0x7FF);
/// In the first page, at a multiple of eight.
const POINTER: Bits = Bits::I32(0xFFF8);
/// At most a millisecond, in nanoseconds.
const TIME: Bits = Bits::I64(0xF_FFFF);
const NUMBER: Bits = Bits::I64(0xFF);

/// What is kept of a function's arguments.
fn kept(name: &str) -> &'static [Bits] {
    match name {
        "kernel-id" => &[POINTER],
        "receive" => &[FLAG, TIME, POINTER],
        "receive-batch" => &[COUNT, FLAG, TIME, POINTER],
        "send" => &[
            POINTER, LENGTH, FLAG, NUMBER, FLAG, ENUM, FLAG, TIME, POINTER,
        ],
        "send-batch" => &[POINTER, COUNT, FLAG, TIME, POINTER],
        "log" => &[ENUM, POINTER, LENGTH],
        // The others have no arguments.
        _ => &[],
    }
}

/// Whether a function has a result that is not written to memory.
fn returns(name: &str) -> bool {
    matches!(name, "should-terminate" | "is-active" | "wait-active")
}

/// The module with these manners: functions are added behind its own and take their places.
pub(super) fn tamed(module: &[u8], manners: Manners) -> Vec<u8> {
    let mut tamer = Tamer {
        outline: Outline::of(module).expect("wasm-smith makes modules"),
        manners,
    };
    let mut tamed = Module::new();
    tamer
        .parse_core_module(&mut tamed, Parser::new(0), module)
        .expect("a module can be written again");
    tamed.finish()
}

struct Tamer {
    outline: Outline,
    manners: Manners,
}

impl Reencode for Tamer {
    type Error = Infallible;

    fn function_index(&mut self, function: u32) -> Result<u32, Error<Self::Error>> {
        let imported = (function as usize) < self.outline.imports.len();
        let added = if imported && self.manners.arguments {
            self.outline.added()
        } else {
            0
        };
        Ok(function + added)
    }

    fn parse_function_section(
        &mut self,
        functions: &mut FunctionSection,
        section: FunctionSectionReader<'_>,
    ) -> Result<(), Error<Self::Error>> {
        utils::parse_function_section(self, functions, section)?;
        for (_, kind) in &self.outline.imports {
            functions.function(*kind);
        }
        functions.function(self.outline.kind(self.outline.realloc));
        functions.function(self.outline.kind(self.outline.run));
        Ok(())
    }

    fn parse_export(
        &mut self,
        exports: &mut ExportSection,
        export: Export<'_>,
    ) -> Result<(), Error<Self::Error>> {
        let behind_imports = self.outline.added() + self.outline.imports.len() as u32;
        let function = match export.name {
            "cabi_realloc" if self.manners.realloc => behind_imports,
            "run" if self.manners.endless => behind_imports + 1,
            _ => return utils::parse_export(self, exports, export),
        };
        assert_eq!(export.kind, ExternalKind::Func);
        exports.export(export.name, ExportKind::Func, function);
        Ok(())
    }

    fn parse_code_section(
        &mut self,
        code: &mut CodeSection,
        section: CodeSectionReader<'_>,
    ) -> Result<(), Error<Self::Error>> {
        utils::parse_code_section(self, code, section)?;
        for (index, (name, _)) in self.outline.imports.iter().enumerate() {
            code.function(&careful(name, index as u32));
        }
        code.function(&realloc());
        code.function(&self.endless()?);
        Ok(())
    }
}

impl Tamer {
    /// Calls all imports and runs, again and again. What `run` returns is what the next calls are
    /// given for every argument.
    fn endless(&mut self) -> Result<Function, Error<Infallible>> {
        const RETURNED: u32 = 0;
        let mut function = Function::new([(1, ValType::I32)]);
        let mut code = function.instructions();
        code.loop_(BlockType::Empty);
        for import in 0..self.outline.imports.len() as u32 {
            let (name, _) = &self.outline.imports[import as usize];
            let returns = returns(name);
            for bits in kept(name) {
                code.local_get(RETURNED);
                if let Bits::I64(_) = bits {
                    code.i64_extend_i32_u();
                }
            }
            code.call(self.function_index(import)?);
            if returns {
                code.drop();
            }
        }
        let run = self.function_index(self.outline.run)?;
        code.call(run).local_set(RETURNED).br(0).end();
        code.unreachable().end();
        Ok(function)
    }
}

/// Calls an import with the bits of the arguments that are kept.
fn careful(name: &str, import: u32) -> Function {
    let mut function = Function::new([]);
    let mut code = function.instructions();
    for (parameter, bits) in (0..).zip(kept(name)) {
        code.local_get(parameter);
        match bits {
            Bits::I32(bits) => code.i32_const(*bits).i32_and(),
            Bits::I64(bits) => code.i64_const(*bits).i64_and(),
        };
    }
    code.call(import).end();
    function
}

/// Hands out the second page of the memory, again and again.
fn realloc() -> Function {
    let mut function = Function::new([]);
    function.instructions().i32_const(65536).end();
    function
}
