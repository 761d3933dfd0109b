//! Makes of a program the module that a thread runs: with a loop over items around each function.

use super::body::{Body, Globals, YIELD, burns, invalid, takes_long, word};
use super::vector::{self, Vector};
use crate::ProgramError;
use crate::program::{Constant, Outline};
use wasm_encoder::reencode::{Reencode, RoundtripReencoder};
use wasm_encoder::{
    BlockType, CodeSection, ConstExpr, EntityType, ExportKind, ExportSection, Function,
    FunctionSection, GlobalSection, GlobalType, MemoryType, Module, TypeSection, ValType,
};
use wasmparser::{FuncType, FunctionBody, Parser, Payload};

/// Bytes of a window for the stack of one thread, in memory.
pub(crate) const WINDOW: u32 = 64 << 10;

/// The memory with words for each thread, by which it is told what to do.
const CONTROL: MemoryType = MemoryType {
    minimum: 1,
    maximum: Some(1),
    memory64: false,
    shared: true,
    page_size_log2: None,
};

/// What the entry of each function is exported as begins with; the rest is the function's name.
pub(super) const ENTRY: &str = "run:";

/// The parameters of each entry, before those of the function. It returns the item that it would have
/// gone on with.
const BEGIN: u32 = 0;
const END: u32 = 1;
const IN_HAND: u32 = 2;
const LEFT: u32 = 3;
const ARGUMENTS: u32 = 4;

/// A program's module with an entry for each of its functions, `run:NAME`, and without its data, which
/// is put into a space once.
///
/// The function's body stands in the entry itself: a call for each item would cost as much as a short
/// function.
pub(super) fn module(program: &[u8], outline: &Outline<'_>) -> Result<Vec<u8>, ProgramError> {
    let first = count(outline.globals.len());
    let globals = Globals {
        cause: first,
        item: first.saturating_add(1),
        fuel: first.saturating_add(2),
        left: first.saturating_add(3),
        control: first.saturating_add(4),
        window: first.saturating_add(5),
        stack_pointer: outline.named_stack_pointer,
    };
    let mut writing = Writing {
        outline,
        globals,
        added_types: Vec::new(),
        code: CodeSection::new(),
    };
    let mut functions = FunctionSection::new();
    for (kind, body) in outline.functions.iter().zip(&outline.bodies) {
        functions.function(*kind);
        writing.plain(*kind, body)?;
    }
    let mut exports = ExportSection::new();
    for (index, &(name, function)) in outline.marked.iter().enumerate() {
        functions.function(writing.entry(function)?);
        let entry = count(outline.functions.len() + index);
        exports.export(&format!("{ENTRY}{name}"), ExportKind::Func, entry);
    }
    for (name, global) in globals.exported() {
        exports.export(name, ExportKind::Global, global);
    }
    writing.assemble(program, &functions, &exports)
}

impl Globals {
    /// Those that the host reads or sets, by what they are exported as.
    pub(super) fn exported(&self) -> [(&'static str, u32); 4] {
        [
            ("cause", self.cause),
            ("item", self.item),
            ("control", self.control),
            ("window", self.window),
        ]
    }
}

struct Writing<'a, 'b> {
    outline: &'b Outline<'a>,
    globals: Globals,
    /// Types behind the program's own.
    added_types: Vec<FuncType>,
    code: CodeSection,
}

impl Writing<'_, '_> {
    /// Writes one of the program's functions.
    fn plain(&mut self, kind: u32, body: &FunctionBody<'_>) -> Result<(), ProgramError> {
        let kind = self.function_type(kind)?.clone();
        let mut locals = locals(body)?;
        let burns = burns(body)?;
        let fuel = count(kind.params().len()).saturating_add(locals.iter().map(|(n, _)| n).sum());
        if burns {
            locals.push((1, ValType::I64));
        }
        let mut function = Function::new(locals);
        if burns {
            let block = self.block(kind.results())?;
            function
                .instructions()
                .global_get(self.globals.fuel)
                .local_set(fuel)
                .block(block);
        }
        let body = Body {
            body,
            globals: self.globals,
            first_local: 0,
            fuel: burns.then_some(fuel),
            in_block: burns,
        };
        body.write(&mut function)?;
        if burns {
            function
                .instructions()
                .end()
                .local_get(fuel)
                .global_set(self.globals.fuel);
        }
        function.instructions().end();
        self.code.function(&function);
        Ok(())
    }

    /// Writes the entry of a marked function, and gives the number of its type.
    fn entry(&mut self, function: u32) -> Result<u32, ProgramError> {
        let missing = || ProgramError::Invalid(format!("no function {function}"));
        let body = self.outline.body(function).ok_or_else(missing)?;
        let kind = self.outline.function_type(function).ok_or_else(missing)?;
        let arguments = kind.params().get(1..).unwrap_or_default();
        let fuel = ARGUMENTS.saturating_add(count(arguments.len()));
        let [control, stop] = [1, 2].map(|more| fuel.saturating_add(more));
        let first = stop.saturating_add(1);
        let own = locals(body)?;
        let mut declared = vec![(1, ValType::I64), (2, ValType::I32)];
        for kind in kind.params() {
            declared.push((1, value_type(*kind)?));
        }
        declared.extend(&own);
        let free = fuel.saturating_add(total(&declared));
        let vector = Vector::of(kind, body, [BEGIN, stop], ARGUMENTS, free)?;
        if let Some(vector) = &vector {
            declared.extend(vector.taken());
        }
        let group = match &vector {
            Some(_) => vector::GROUP,
            None => group(body)?,
        };
        let mut entry = Function::new(declared);
        if let Some(vector) = &vector {
            vector.prepare(&mut entry);
        }
        entry
            .instructions()
            .global_get(self.globals.control)
            .local_set(control)
            .loop_(BlockType::Empty)
            // The group ends where the chunk does, or sooner.
            .local_get(BEGIN)
            .i32_const(group)
            .i32_add()
            .local_get(END)
            .local_get(END)
            .local_get(BEGIN)
            .i32_sub()
            .i32_const(group)
            .i32_gt_u()
            .select()
            .local_set(stop);
        if let Some(vector) = &vector {
            vector.run(&mut entry);
        }
        // There may be none left.
        entry
            .instructions()
            .block(BlockType::Empty)
            .local_get(BEGIN)
            .local_get(stop)
            .i32_ge_u()
            .br_if(0)
            .loop_(BlockType::Empty)
            .local_get(BEGIN)
            .global_set(self.globals.item)
            .local_get(BEGIN)
            .local_set(first);
        if burns(body)? {
            entry
                .instructions()
                .local_get(IN_HAND)
                .local_set(fuel)
                .local_get(LEFT)
                .global_set(self.globals.left);
        }
        self.reset_globals(&mut entry);
        for index in 0..count(arguments.len()) {
            entry
                .instructions()
                .local_get(ARGUMENTS.saturating_add(index))
                .local_set(first.saturating_add(index).saturating_add(1));
        }
        zero(
            &mut entry,
            first.saturating_add(count(kind.params().len())),
            &own,
        );
        entry.instructions().block(BlockType::Empty);
        let body = Body {
            body,
            globals: self.globals,
            first_local: first,
            fuel: Some(fuel),
            in_block: true,
        };
        body.write(&mut entry)?;
        entry
            .instructions()
            .end()
            .local_get(BEGIN)
            .i32_const(1)
            .i32_add()
            .local_tee(BEGIN)
            .local_get(stop)
            .i32_lt_u()
            .br_if(0)
            .end()
            .end()
            .local_get(BEGIN)
            .local_get(END)
            .i32_lt_u()
            .local_get(control)
            .i32_atomic_load(word(YIELD))
            .i32_eqz()
            .i32_and()
            .br_if(0)
            .end()
            .local_get(BEGIN)
            .end();
        self.code.function(&entry);
        let mut parameters = vec![
            wasmparser::ValType::I32,
            wasmparser::ValType::I32,
            wasmparser::ValType::I64,
            wasmparser::ValType::I64,
        ];
        parameters.extend(arguments);
        Ok(self.add_type(FuncType::new(parameters, [wasmparser::ValType::I32])))
    }

    /// Each item begins with the globals as the module has them, and with an empty stack.
    fn reset_globals(&self, entry: &mut Function) {
        for (index, global) in self.outline.globals.iter().enumerate() {
            let index = count(index);
            if Some(index) == self.globals.stack_pointer {
                entry
                    .instructions()
                    .global_get(self.globals.window)
                    .i32_const(WINDOW.cast_signed())
                    .i32_add()
                    .global_set(index);
            } else if let Some(value) = global.value.filter(|_| global.kind.mutable) {
                let mut code = entry.instructions();
                match value {
                    Constant::I32(value) => code.i32_const(value),
                    Constant::I64(value) => code.i64_const(value),
                    Constant::F32(bits) => code.f32_const(f32::from_bits(bits).into()),
                    Constant::F64(bits) => code.f64_const(f64::from_bits(bits).into()),
                    Constant::V128(value) => code.v128_const(value),
                };
                code.global_set(index);
            }
        }
    }

    fn function_type(&self, kind: u32) -> Result<&FuncType, ProgramError> {
        self.outline
            .function_type_numbered(kind)
            .ok_or_else(|| ProgramError::Invalid(format!("no type {kind}")))
    }

    /// A block that leaves these.
    fn block(&mut self, results: &[wasmparser::ValType]) -> Result<BlockType, ProgramError> {
        Ok(match results {
            [] => BlockType::Empty,
            [one] => BlockType::Result(value_type(*one)?),
            several => {
                let kind = FuncType::new([], several.iter().copied());
                BlockType::FunctionType(self.add_type(kind))
            }
        })
    }

    fn add_type(&mut self, kind: FuncType) -> u32 {
        self.added_types.push(kind);
        count(self.outline.types.len() + self.added_types.len() - 1)
    }

    /// Puts the program's other sections around what was written.
    fn assemble(
        &self,
        program: &[u8],
        functions: &FunctionSection,
        exports: &ExportSection,
    ) -> Result<Vec<u8>, ProgramError> {
        let mut encoder = RoundtripReencoder;
        let wrong = |error: wasm_encoder::reencode::Error| ProgramError::Invalid(error.to_string());
        let mut module = Module::new();
        let mut types = TypeSection::new();
        for kind in self.outline.types.iter().flatten().chain(&self.added_types) {
            types
                .ty()
                .func_type(&encoder.func_type(kind.clone()).map_err(wrong)?);
        }
        module.section(&types);
        let mut globals = GlobalSection::new();
        let mut rest = Vec::new();
        for payload in Parser::new(0).parse_all(program) {
            match payload.map_err(invalid)? {
                Payload::ImportSection(section) => {
                    let mut imports = wasm_encoder::ImportSection::new();
                    encoder
                        .parse_import_section(&mut imports, section)
                        .map_err(wrong)?;
                    imports.import("ring", "control", EntityType::Memory(CONTROL));
                    module.section(&imports);
                }
                Payload::TableSection(section) => {
                    let mut tables = wasm_encoder::TableSection::new();
                    encoder
                        .parse_table_section(&mut tables, section)
                        .map_err(wrong)?;
                    rest.push(tables);
                }
                Payload::GlobalSection(section) => {
                    encoder
                        .parse_global_section(&mut globals, section)
                        .map_err(wrong)?;
                }
                _ => {}
            }
        }
        for kind in [
            ValType::I32,
            ValType::I32,
            ValType::I64,
            ValType::I64,
            ValType::I32,
            ValType::I32,
        ] {
            let kind = GlobalType {
                val_type: kind,
                mutable: true,
                shared: false,
            };
            let zero = match kind.val_type {
                ValType::I64 => ConstExpr::i64_const(0),
                _ => ConstExpr::i32_const(0),
            };
            globals.global(kind, &zero);
        }
        module.section(functions);
        for tables in &rest {
            module.section(tables);
        }
        module.section(&globals).section(exports);
        let mut elements = wasm_encoder::ElementSection::new();
        for element in &self.outline.elements {
            encoder
                .parse_element(&mut elements, element.clone())
                .map_err(wrong)?;
        }
        module.section(&elements).section(&self.code);
        Ok(module.finish())
    }
}

/// After how many items a thread looks up whether it is wanted elsewhere: each one, if it can take long.
fn group(body: &FunctionBody<'_>) -> Result<i32, ProgramError> {
    Ok(if takes_long(body)? { 1 } else { 64 })
}

fn locals(body: &FunctionBody<'_>) -> Result<Vec<(u32, ValType)>, ProgramError> {
    let mut locals = Vec::new();
    for local in body.get_locals_reader().map_err(invalid)? {
        let (count, kind) = local.map_err(invalid)?;
        locals.push((count, value_type(kind)?));
    }
    Ok(locals)
}

/// Sets locals to zero, as a call does.
fn zero(into: &mut Function, first: u32, locals: &[(u32, ValType)]) {
    let mut local = first;
    for &(count, kind) in locals {
        for _ in 0..count {
            let mut code = into.instructions();
            match kind {
                ValType::I64 => code.i64_const(0),
                ValType::F32 => code.f32_const(0.0.into()),
                ValType::F64 => code.f64_const(0.0.into()),
                ValType::V128 => code.v128_const(0),
                _ => code.i32_const(0),
            };
            code.local_set(local);
            local = local.saturating_add(1);
        }
    }
}

fn total(locals: &[(u32, ValType)]) -> u32 {
    locals.iter().map(|(number, _)| number).sum()
}

fn value_type(kind: wasmparser::ValType) -> Result<ValType, ProgramError> {
    RoundtripReencoder
        .val_type(kind)
        .map_err(|error| ProgramError::Invalid(error.to_string()))
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
