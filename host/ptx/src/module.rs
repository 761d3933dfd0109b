//! A module, checked and taken apart.

use std::collections::HashMap;

use wasmparser::{
    BinaryReaderError, ConstExpr, DataKind, ExternalKind, FuncType, FunctionBody, KnownCustom,
    Name, Operator, Parser, Payload, TypeRef, ValType, Validator, WasmFeatures,
};

use crate::error::{Error, Limit, Result};
use crate::ir::Site;
use crate::options::Limits;
use crate::translation::DataSegment;

/// A global that the module defines.
#[derive(Debug, Clone, Copy)]
pub struct Global {
    /// Its type.
    pub ty: ValType,
    /// Whether it can change.
    pub mutable: bool,
    /// Its bits at first; none where they depend on other globals.
    pub bits: Option<u128>,
}

/// A module that is valid. What it holds of no interest here is left out.
#[derive(Debug, Default)]
pub struct Module<'a> {
    types: Vec<Option<FuncType>>,
    /// The type of each function; imported ones first.
    functions: Vec<u32>,
    bodies: Vec<FunctionBody<'a>>,
    /// The globals; none where it is imported.
    pub globals: Vec<Option<Global>>,
    exports: Vec<(String, u32)>,
    /// The least size of the memory, in pages of 64 KiB; none where there is no memory.
    pub pages: Option<u64>,
    /// What the memory holds at first.
    pub data: Vec<DataSegment>,
    /// Where the C compiler keeps the stack pointer.
    pub stack_pointer: Option<u32>,
}

/// The name that C's linker gives the global that is the stack pointer.
const STACK_POINTER: &str = "__stack_pointer";

fn features() -> WasmFeatures {
    WasmFeatures::WASM1
        | WasmFeatures::SIGN_EXTENSION
        | WasmFeatures::SATURATING_FLOAT_TO_INT
        | WasmFeatures::MULTI_VALUE
        | WasmFeatures::BULK_MEMORY
        | WasmFeatures::BULK_MEMORY_OPT
        | WasmFeatures::CALL_INDIRECT_OVERLONG
        | WasmFeatures::REFERENCE_TYPES
        | WasmFeatures::THREADS
        | WasmFeatures::SIMD
        | WasmFeatures::EXTENDED_CONST
        | WasmFeatures::TAIL_CALL
}

impl From<BinaryReaderError> for Error {
    fn from(error: BinaryReaderError) -> Self {
        Self::Invalid {
            message: error.message().to_owned(),
            offset: error.offset() as usize,
        }
    }
}

impl<'a> Module<'a> {
    pub fn read(bytes: &'a [u8], limits: &Limits) -> Result<Self> {
        // Offsets of sites have 32 bits.
        let most = limits.module_bytes.min(u32::MAX as usize);
        if bytes.len() > most {
            let limit = Limit::ModuleBytes;
            return Err(Error::TooLarge { limit, most });
        }
        Validator::new_with_features(features()).validate_all(bytes)?;
        let mut module = Self::default();
        for payload in Parser::new(0).parse_all(bytes) {
            module.payload(payload?)?;
        }
        module.check_data()?;
        Ok(module)
    }

    fn payload(&mut self, payload: Payload<'a>) -> Result<()> {
        match payload {
            Payload::TypeSection(section) => {
                for ty in section.into_iter_err_on_gc_types() {
                    self.types.push(ty.ok());
                }
            }
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    let import = import?;
                    self.import(import.name, import.ty);
                }
            }
            Payload::FunctionSection(section) => {
                for ty in section {
                    self.functions.push(ty?);
                }
            }
            Payload::MemorySection(section) => {
                for memory in section {
                    self.pages = Some(memory?.initial);
                }
            }
            Payload::GlobalSection(section) => {
                for global in section {
                    let global = global?;
                    self.globals.push(Some(Global {
                        ty: global.ty.content_type,
                        mutable: global.ty.mutable,
                        bits: constant(&global.init_expr)?,
                    }));
                }
            }
            Payload::ExportSection(section) => {
                for export in section {
                    let export = export?;
                    match export.kind {
                        ExternalKind::Func => self.exports.push((export.name.into(), export.index)),
                        ExternalKind::Global if export.name == STACK_POINTER => {
                            self.stack_pointer = Some(export.index);
                        }
                        _ => {}
                    }
                }
            }
            Payload::StartSection { .. } => {
                let what = "a start function".into();
                return Err(Error::Module { what });
            }
            Payload::CodeSectionEntry(body) => self.bodies.push(body),
            Payload::DataSection(section) => {
                for data in section {
                    self.segment(data?)?;
                }
            }
            Payload::CustomSection(section) => self.names(&section.as_known()),
            _ => {}
        }
        Ok(())
    }

    fn import(&mut self, name: &str, ty: TypeRef) {
        match ty {
            TypeRef::Func(ty) | TypeRef::FuncExact(ty) => self.functions.push(ty),
            TypeRef::Memory(memory) => self.pages = Some(memory.initial),
            TypeRef::Global(_) => {
                if name == STACK_POINTER {
                    self.stack_pointer = Some(self.globals.len() as u32);
                }
                self.globals.push(None);
            }
            TypeRef::Table(_) | TypeRef::Tag(_) => {}
        }
    }

    fn segment(&mut self, data: wasmparser::Data<'a>) -> Result<()> {
        // A passive segment is in memory only once `memory.init` put it there, which is refused.
        if let DataKind::Active { offset_expr, .. } = data.kind {
            let Some(offset) = constant(&offset_expr)? else {
                let what = "data at an address that is not constant".into();
                return Err(Error::Module { what });
            };
            self.data.push(DataSegment {
                offset: offset as u32,
                bytes: data.data.to_vec(),
            });
        }
        Ok(())
    }

    fn check_data(&self) -> Result<()> {
        let size = self.pages.unwrap_or(0) << 16;
        let outside = |data: &DataSegment| u64::from(data.offset) + data.bytes.len() as u64 > size;
        if self.data.iter().any(outside) {
            let what = "data outside of its memory".into();
            return Err(Error::Module { what });
        }
        Ok(())
    }

    /// Looks for the stack pointer. A custom section may be malformed, which is no fault.
    fn names(&mut self, section: &KnownCustom<'a>) {
        let KnownCustom::Name(names) = section else {
            return;
        };
        for name in names.clone().flatten() {
            if let Name::Global(globals) = name {
                let found = globals
                    .into_iter()
                    .flatten()
                    .find(|n| n.name == STACK_POINTER);
                if let Some(found) = found {
                    self.stack_pointer = Some(found.index);
                }
            }
        }
    }

    /// The functions that the module exports, in order.
    pub fn exports(&self) -> impl Iterator<Item = &str> {
        self.exports.iter().map(|(name, _)| name.as_str())
    }

    /// The function that is exported under that name.
    pub fn export(&self, name: &str) -> Option<u32> {
        let export = self.exports.iter().find(|(export, _)| export == name)?;
        Some(export.1)
    }

    /// The type of a function.
    pub fn function_type(&self, function: u32) -> Option<&FuncType> {
        let ty = self.functions.get(function as usize)?;
        self.block_type(*ty)
    }

    /// The type at that index.
    pub fn block_type(&self, index: u32) -> Option<&FuncType> {
        self.types.get(index as usize)?.as_ref()
    }

    /// The body of a function; none where it is imported.
    pub fn body(&self, function: u32) -> Option<&FunctionBody<'a>> {
        let imported = self.functions.len().checked_sub(self.bodies.len())?;
        self.bodies.get((function as usize).checked_sub(imported)?)
    }
}

impl Module<'_> {
    /// The operator that ends a function.
    pub fn end(&self, function: u32) -> Site {
        let end = self.body(function).map_or(0, |body| body.range().end);
        let offset = (end as u32).saturating_sub(1);
        Site { function, offset }
    }
}

/// The bits of a constant expression; none where it depends on a global or computes.
fn constant(expression: &ConstExpr<'_>) -> Result<Option<u128>> {
    let mut operators = expression.get_operators_reader();
    let bits = match operators.read()? {
        Operator::I32Const { value } => u128::from(value as u32),
        Operator::I64Const { value } => u128::from(value as u64),
        Operator::F32Const { value } => u128::from(value.bits()),
        Operator::F64Const { value } => u128::from(value.bits()),
        Operator::V128Const { value } => value.i128() as u128,
        _ => return Ok(None),
    };
    Ok(matches!(operators.read()?, Operator::End).then_some(bits))
}

/// The locals of a function, without its parameters: how many, of which type.
pub fn locals(body: &FunctionBody<'_>) -> Result<Vec<(u32, ValType)>> {
    let locals = body.get_locals_reader()?;
    Ok(locals.into_iter().collect::<Result<_, _>>()?)
}

/// Where blocks are, by the offset of the operator that opens them.
pub type ByOffset<T> = HashMap<usize, T>;
