//! Writes the module that is taken out.

use super::operators::{invalid, operators};
use super::reach::{Reached, at_most};
use super::{Outline, PREFIX, STACK_POINTER};
use crate::ProgramError;
use std::collections::HashMap;
use wasm_encoder::reencode::{Error as ReencodeError, Reencode};
use wasm_encoder::{
    CodeSection, ConstExpr, CustomSection, DataSection, ElementSection, Elements, EntityType,
    ExportKind, ExportSection, Function, FunctionSection, GlobalSection, ImportSection, MemoryType,
    Module, RefType, TableSection, TableType, TypeSection,
};
use wasmparser::{DataKind, ElementItems, ElementKind, FuncType, Validator, WasmFeatures};

/// The most pages of 64 KiB that a memory has.
pub(crate) const PAGES: u64 = 65_536;

/// The most elements of all tables together: each thread has them.
const TABLE_ELEMENTS: u64 = 100_000;

/// What a program may use, of all that is standard.
pub(crate) const FEATURES: WasmFeatures = WasmFeatures::WASM1
    .union(WasmFeatures::SIGN_EXTENSION)
    .union(WasmFeatures::SATURATING_FLOAT_TO_INT)
    .union(WasmFeatures::BULK_MEMORY)
    .union(WasmFeatures::MULTI_VALUE)
    .union(WasmFeatures::REFERENCE_TYPES)
    .union(WasmFeatures::SIMD)
    .union(WasmFeatures::THREADS);

/// A module with no functions.
pub(super) fn nothing() -> Vec<u8> {
    let mut imports = ImportSection::new();
    imports.import("ring", "memory", memory(0));
    let mut module = Module::new();
    module.section(&imports);
    module.finish()
}

/// A module with what is reached, and no more.
pub(super) fn extract(outline: &Outline<'_>, reached: &Reached) -> Result<Vec<u8>, ProgramError> {
    let mut extraction = Extraction {
        outline,
        reached,
        functions: reached.functions.iter().copied().collect(),
        globals: reached.globals.iter().copied().collect(),
        tables: reached.tables.iter().copied().collect(),
        types: Vec::new(),
        type_numbers: HashMap::new(),
    };
    let mut functions = FunctionSection::new();
    let mut code = CodeSection::new();
    for &function in &reached.functions {
        let kind = outline
            .functions
            .get(usize::try_from(function).unwrap_or(usize::MAX))
            .copied()
            .unwrap_or(u32::MAX);
        functions.function(extraction.type_index(kind).map_err(wrong)?);
        code.function(&extraction.function(function)?);
    }
    let (tables, elements) = extraction.tables()?;
    let globals = extraction.globals()?;
    let data = extraction.data()?;
    // Last, for what was written before says which types there are.
    let mut types = TypeSection::new();
    for kind in std::mem::take(&mut extraction.types) {
        let kind = extraction.func_type(kind).map_err(wrong)?;
        types.ty().func_type(&kind);
    }
    let mut module = Module::new();
    module
        .section(&types)
        .section(&extraction.memory()?)
        .section(&functions)
        .section(&tables)
        .section(&globals)
        .section(&extraction.exports()?)
        .section(&elements)
        .section(&code)
        .section(&data);
    for roles in &outline.roles {
        module.section(&CustomSection {
            name: "ring:compute".into(),
            data: (*roles).into(),
        });
    }
    let module = module.finish();
    Validator::new_with_features(FEATURES)
        .validate_all(&module)
        .map_err(|error| {
            ProgramError::Invalid(format!(
                "its compute functions use what no device has: {}",
                error.message()
            ))
        })?;
    Ok(module)
}

/// A module while it is written anew, with other numbers for everything in it.
struct Extraction<'a, 'b> {
    outline: &'b Outline<'a>,
    reached: &'b Reached,
    /// What is taken over, in its order.
    functions: Vec<u32>,
    globals: Vec<u32>,
    tables: Vec<u32>,
    types: Vec<FuncType>,
    /// The number of each type among these, by the one that it had.
    type_numbers: HashMap<u32, u32>,
}

impl Extraction<'_, '_> {
    fn function(&mut self, function: u32) -> Result<Function, ProgramError> {
        let Some(body) = self.outline.body(function) else {
            return Err(ProgramError::Invalid(format!("no function {function}")));
        };
        let mut written = self.new_function_with_parsed_locals(body).map_err(wrong)?;
        for operator in operators(body)? {
            written.instruction(&self.instruction(operator?).map_err(wrong)?);
        }
        Ok(written)
    }

    /// Its memory is the space that it runs in.
    fn memory(&self) -> Result<ImportSection, ProgramError> {
        let mut minimum = 0;
        if let [memory, others @ ..] = self.outline.memories.as_slice() {
            let is_plain = others.is_empty() && !memory.memory64 && memory.page_size_log2.is_none();
            if !is_plain {
                let reason = "its module has several memories, or one that is not of 32 bits";
                return Err(ProgramError::Invalid(reason.to_owned()));
            }
            minimum = memory.initial;
        }
        let mut imports = ImportSection::new();
        imports.import("ring", "memory", memory(minimum));
        Ok(imports)
    }

    fn globals(&mut self) -> Result<GlobalSection, ProgramError> {
        let mut globals = GlobalSection::new();
        for &global in &self.reached.globals {
            let Some((kind, value)) = self
                .outline
                .global(global)
                .and_then(|global| Some((global.kind, global.value?)))
            else {
                return Err(ProgramError::Invalid(format!("no global {global}")));
            };
            globals.global(self.global_type(kind).map_err(wrong)?, &value.expression());
        }
        Ok(globals)
    }

    fn exports(&mut self) -> Result<ExportSection, ProgramError> {
        let mut exports = ExportSection::new();
        for &(name, function) in &self.outline.marked {
            let function = self.function_index(function).map_err(wrong)?;
            exports.export(&format!("{PREFIX}{name}"), ExportKind::Func, function);
        }
        if let Some(global) = self.reached.stack_pointer {
            let global = self.global_index(global).map_err(wrong)?;
            exports.export(STACK_POINTER, ExportKind::Global, global);
        }
        Ok(exports)
    }

    fn data(&mut self) -> Result<DataSection, ProgramError> {
        let mut data = DataSection::new();
        for segment in &self.outline.data {
            match &segment.kind {
                DataKind::Active { offset_expr, .. } => {
                    let Some(offset) = super::Constant::of(offset_expr) else {
                        let reason = "its module has data at an address that is not a constant";
                        return Err(ProgramError::Invalid(reason.to_owned()));
                    };
                    data.active(0, &offset.expression(), segment.data.iter().copied());
                }
                DataKind::Passive => {}
            }
        }
        Ok(data)
    }

    fn tables(&mut self) -> Result<(TableSection, ElementSection), ProgramError> {
        let not_constant =
            || ProgramError::Invalid("a table that is called through is not constant".to_owned());
        let mut tables = TableSection::new();
        let mut total = 0_u64;
        for &table in &self.reached.tables {
            let table = usize::try_from(table)
                .ok()
                .and_then(|table| self.outline.tables.get(table)?.as_ref())
                .filter(|table| matches!(table.init, wasmparser::TableInit::RefNull))
                .ok_or_else(not_constant)?;
            total = total.saturating_add(table.ty.initial);
            at_most("table elements", total, TABLE_ELEMENTS)?;
            tables.table(TableType {
                element_type: RefType::FUNCREF,
                minimum: table.ty.initial,
                maximum: Some(table.ty.initial),
                table64: false,
                shared: false,
            });
        }
        let mut elements = ElementSection::new();
        for element in &self.outline.elements {
            let ElementKind::Active {
                table_index,
                offset_expr,
            } = &element.kind
            else {
                continue;
            };
            let table = table_index.unwrap_or(0);
            if !self.reached.tables.contains(&table) {
                continue;
            }
            let (ElementItems::Functions(functions), Some(offset)) =
                (element.items.clone(), super::Constant::of(offset_expr))
            else {
                return Err(not_constant());
            };
            // Only functions of a type that is called are there; a call of any other would trap.
            let mut items = Vec::new();
            for function in functions {
                let function = function.map_err(invalid)?;
                items.push(if self.reached.functions.contains(&function) {
                    ConstExpr::ref_func(self.function_index(function).map_err(wrong)?)
                } else {
                    ConstExpr::ref_null(wasm_encoder::HeapType::FUNC)
                });
            }
            elements.active(
                Some(self.table_index(table).map_err(wrong)?),
                &offset.expression(),
                Elements::Expressions(RefType::FUNCREF, items.into()),
            );
        }
        Ok((tables, elements))
    }
}

impl super::Constant {
    fn expression(self) -> ConstExpr {
        match self {
            Self::I32(value) => ConstExpr::i32_const(value),
            Self::I64(value) => ConstExpr::i64_const(value),
            Self::F32(bits) => ConstExpr::f32_const(f32::from_bits(bits).into()),
            Self::F64(bits) => ConstExpr::f64_const(f64::from_bits(bits).into()),
            Self::V128(value) => ConstExpr::v128_const(value),
        }
    }
}

impl Reencode for Extraction<'_, '_> {
    type Error = ProgramError;

    fn type_index(&mut self, kind: u32) -> Result<u32, ReencodeError<ProgramError>> {
        if let Some(&number) = self.type_numbers.get(&kind) {
            return Ok(number);
        }
        let function = self.outline.function_type_numbered(kind).ok_or_else(|| {
            let reason = format!("type {kind} is not a function's");
            ReencodeError::UserError(ProgramError::Invalid(reason))
        })?;
        let number = u32::try_from(self.types.len()).unwrap_or(u32::MAX);
        self.types.push(function.clone());
        self.type_numbers.insert(kind, number);
        Ok(number)
    }

    fn function_index(&mut self, function: u32) -> Result<u32, ReencodeError<ProgramError>> {
        Ok(number(&self.functions, function))
    }

    fn global_index(&mut self, global: u32) -> Result<u32, ReencodeError<ProgramError>> {
        Ok(number(&self.globals, global))
    }

    fn table_index(&mut self, table: u32) -> Result<u32, ReencodeError<ProgramError>> {
        Ok(number(&self.tables, table))
    }
}

/// The place of one of what is taken over among all of it.
fn number(taken: &[u32], one: u32) -> u32 {
    let place = taken.binary_search(&one).unwrap_or(usize::MAX);
    u32::try_from(place).unwrap_or(u32::MAX)
}

fn wrong(error: ReencodeError<ProgramError>) -> ProgramError {
    match error {
        ReencodeError::UserError(error) => error,
        other => ProgramError::Invalid(other.to_string()),
    }
}

/// The memory of a space, of so many pages at least.
fn memory(minimum: u64) -> EntityType {
    EntityType::Memory(MemoryType {
        minimum,
        maximum: Some(PAGES),
        memory64: false,
        shared: true,
        page_size_log2: None,
    })
}
